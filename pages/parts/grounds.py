"""The grounds of decisions: how often each is stated where items were overturned and where they were upheld."""

from __future__ import annotations

from functools import partial

import streamlit as st

from data.filters import Filters
from data.grounds import Ground, sentence
from data.statistics import Rate
from pages.parts.charts.draw import draw
from pages.parts.charts.pairs import Pair, paired_bars, share_words
from pages.parts.frame import note
from pages.parts.pictures import toggle, unit_of
from pages.parts.state import View
from pages.parts.tables import table


def grounds(view: View, filters: Filters) -> None:
    """Paired bars of the grounds that may be counted, with the sentence and the table; a click filters by the ground."""
    found: list[Ground] = view.ask("grounds", filters=filters)
    if not found:
        st.info("Nothing to show here for this filter.")
        return
    unit = unit_of(view)
    chosen = view.filters.choice("reason").include
    pairs = [Pair(one.key, one.label, one.overturned, one.upheld, one.key in chosen) for one in found]
    alt = "; ".join(
        f"{one.label}: {share_words(one.overturned, 'overturned', unit)}, {share_words(one.upheld, 'upheld', unit)}"
        for one in found[:8]
    )
    choose = partial(toggle, "reason")
    draw(
        paired_bars(pairs, unit=unit, dark=view.dark),
        key="ov-grounds",
        alt=f"Grounds by outcome: {alt}",
        on_click=choose,
    )
    both = " A partly overturned letter is on both sides." if unit == "letter" else ""
    note(f"{sentence(found)}{both}")
    columns = [f"{side}{what}" for side in ("Overturned", "Upheld") for what in (": stating", ": all", " %")]
    rows = [[one.label, *_cells(one.overturned), *_cells(one.upheld), _versus(one)] for one in found]
    table(
        view,
        ("Ground", *columns, "Overturned against upheld"),
        rows,
        name="grounds",
        keys=[one.key for one in found],
        on_row=choose,
    )


def _cells(rate: Rate) -> list[object]:
    return [rate.y, rate.n, None if rate.small or rate.rate is None else round(100 * rate.rate, 1)]


def _versus(one: Ground) -> str:
    if one.differs.p_value is None:
        return "too few to compare"
    if not one.stands_out:
        return "cannot be told apart"
    return "stated more often" if (one.differs.d or 0) > 0 else "stated less often"
