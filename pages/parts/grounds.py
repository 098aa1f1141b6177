"""The grounds of decisions: how often each is stated where items were overturned and where they were upheld."""

from __future__ import annotations

from functools import partial

import streamlit as st

from data.filters import OUTCOMES, Filters
from data.grounds import Ground, sentence
from data.statistics import Rate, Unit
from pages.parts.charts.draw import draw
from pages.parts.charts.pairs import Pair, paired_bars, share_words
from pages.parts.frame import note
from pages.parts.pictures import toggle, unit_of
from pages.parts.state import View
from pages.parts.tables import share_cell, table

HOW = "A ground is looked for only where it speaks for the outcome, so the two sides are shares of their own and no difference between them."


def grounds(view: View, filters: Filters) -> None:
    """Paired bars of the grounds that may be counted, with the sentence and the table; a click filters by the ground."""
    found: list[Ground] = view.ask("grounds", filters=filters)
    if not found:
        st.info("Nothing to show here for this filter.")
        return
    unit = unit_of(view)
    chosen = view.filters.choice("reason").include
    pairs = [
        Pair(one.key, one.label, _side(one, "overturned"), _side(one, "upheld"), one.key in chosen) for one in found
    ]
    alt = "; ".join(f"{one.label}: {', '.join(_words(one, unit))}" for one in found[:8])
    choose = partial(toggle, "reason")
    draw(
        paired_bars(pairs, unit=unit, dark=view.dark),
        key="ov-grounds",
        alt=f"Grounds by outcome: {alt}",
        on_click=choose,
    )
    both = " A partly overturned letter is on both sides." if unit == "letter" else ""
    note(f"{sentence(found)} {HOW}{both}")
    columns = [f"{side}{what}" for side in ("Overturned", "Upheld") for what in (": stating", ": all", " %")]
    rows = [
        [one.label, *(cell for outcome in OUTCOMES for cell in _cells(_side(one, outcome))), _versus(one)]
        for one in found
    ]
    table(
        view,
        ("Ground", *columns, "Overturned against upheld"),
        rows,
        name="grounds",
        keys=[one.key for one in found],
        on_row=choose,
    )


def _side(one: Ground, outcome: str) -> Rate | None:
    """The share of the items of one outcome, None where the ground is not looked for there."""
    rate: Rate = getattr(one, outcome)
    return rate if one.looked_for(outcome) else None


def _words(one: Ground, unit: Unit) -> list[str]:
    shares = [(outcome, _side(one, outcome)) for outcome in OUTCOMES]
    return [share_words(rate, outcome, unit) for outcome, rate in shares if rate]


def _cells(rate: Rate | None) -> list[object]:
    if rate is None:
        return [None, None, None]
    return [rate.y, rate.n, share_cell(rate)]


def _versus(one: Ground) -> str:
    if not one.compared:
        return "not compared: looked for on one side" if one.speaks else "not compared"
    if one.differs.p_value is None:
        return "too few to compare"
    if not one.stands_out:
        return "cannot be told apart"
    return "stated more often" if (one.differs.d or 0) > 0 else "stated less often"
