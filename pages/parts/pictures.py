"""Pictures of grouped rates: the same dots, click, table and words wherever a dimension is shown."""

from __future__ import annotations

import html
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

import streamlit as st

from data.filters import Choice, DateRange
from data.rates import Group, Headline
from data.schema import NOT_STATED, dimensions
from data.sentences import listed, standing_out
from data.spans import Length, period_end
from data.statistics import Rate, Unit, counted, rate_words
from pages.parts.charts.bars import count_bars
from pages.parts.charts.dots import Row, rate_dots
from pages.parts.charts.draw import draw
from pages.parts.frame import note
from pages.parts.state import View, apply, current
from pages.parts.tables import group_table, rate_cells, rate_columns, table
from pages.parts.theme import modality_colour

NAMED = 4  # groups that a note below half the width of the page names
MOST_ROWS = 30  # of a picture, about 900 pixels high: more than a screen is no picture


def toggle(dimension: str, key: str) -> None:
    """A click on the mark of `key`: choose it, or let it go. For callbacks."""
    apply(current().toggle(dimension, key))


def choose_pair(rows: str, columns: str, pair: str) -> None:
    """A click on the cell `row|column` of a matrix: both are chosen, alone. For callbacks."""
    row, _, column = pair.partition("|")
    apply(current().choose(rows, Choice((row,))).choose(columns, Choice((column,))))


def choose_edition(side: str, edition: str) -> None:
    """A click on an edition of the MTUS: it is chosen, or let go, for what `side` cites of the MTUS. For callbacks."""
    apply(current().toggle("mtus_edition", edition).choose(side, Choice(("mtus",))))


def choose_outcome(part: str) -> None:
    """A click on a part of the bar of outcomes: its items are chosen. Partly overturned letters are no part to click."""
    apply(replace(current(), outcome=part))


def choose_period(length: Length, start: str) -> None:
    """A click on the month, quarter or year that begins at `start`: its dates are chosen. For callbacks."""
    first = date.fromisoformat(start)
    apply(replace(current(), dates=DateRange(first, period_end(length, first))))


def unit_of(view: View) -> Unit:
    """The word for what is counted."""
    return "letter" if view.filters.unit == "letter" else "decision"


def _place(group: Group) -> tuple[bool, float]:
    """Rates from high to low, then the small groups from many items to few."""
    return group.rate.small, -group.rate.n if group.rate.small else -(group.rate.rate or 0.0)


def cut_off(cells: Collection[tuple[str, str]], rows: Collection[str], columns: Collection[str]) -> str:
    """How much of a matrix its picture leaves to the table; empty where nothing."""
    left = [
        counted(len(missing), f"further {name}")
        for name, missing in zip(
            ("row", "column"),
            ({row for row, _ in cells} - {*rows}, {column for _, column in cells} - {*columns}),
            strict=True,
        )
        if missing
    ]
    return f"{listed(left)} in the table." if left else ""


def largest(groups: Sequence[Group], most: int, *, stated: bool) -> list[Group]:
    """The `most` groups with the most items, of those that are `stated` alone or of all."""
    candidates = [group for group in groups if not stated or group.key != NOT_STATED]
    return sorted(candidates, key=lambda group: -group.rate.n)[:most]


def axis_rates(boards: Sequence[Sequence[Group]], most: int) -> list[Rate]:
    """The rates that pictures of the `most` frequent groups of each board show, for an axis that they share."""
    return [group.rate for groups in boards for group in largest(groups, most, stated=True)]


def dots(
    view: View,
    dimension: str,
    groups: Sequence[Group],
    *,
    heading: str,
    by_rate: bool = True,
    most: int | None = None,
    head: Headline | None = None,
    on_pick: Callable[[str], None] | None = None,
    picked: Collection[str] = (),
    compact: bool = False,
    beside: Sequence[Rate] = (),
) -> None:
    """Rates by group as dots with whiskers, the highest first, small groups by their size; a click filters.

    The line across is the rate of everything in the filter, or that of `head`. The picture keeps the `most` frequent
    groups that are stated, and never more than `MOST_ROWS` beside the chosen ones; the table below has all of them.
    With one outcome alone in the filter there is no rate: bars of counts, with shares of the make-up in the table.
    `beside` are the rates of the pictures beside it, which share its axis (`axis_rates`).
    `on_pick` hears clicks instead of the filter, with `picked` as what is chosen; what is no dimension and has none cannot
    be clicked.
    """
    head = head or view.ask("headline")
    chosen = picked or view.filters.choice(dimension).include
    on_click = on_pick or (partial(toggle, dimension) if dimension in dimensions() else None)
    ordered = sorted(groups, key=_place) if by_rate else list(groups)
    if not ordered:
        st.info("Nothing to show here for this filter.")
        return
    if view.filters.one_outcome:
        _make_up(view, dimension, ordered, heading=heading, most=most or MOST_ROWS, head=head, on_click=on_click)
        return
    kept = {group.key for group in largest(groups, MOST_ROWS if most is None else most, stated=most is not None)}
    shown = [group for group in ordered if group.key in kept or group.key in chosen]
    rows = [
        Row(
            key=group.key,
            label=group.label,
            rate=group.rate,
            selected=group.key in chosen,
            colour=modality_colour(group.key, view.dark) if dimension in ("modality", "study") else None,
            stands_out=group.stands_out,
        )
        for group in shown
    ]
    unit = unit_of(view)
    figure = rate_dots(rows, head.rate, unit=unit, dark=view.dark, compact=compact, beside=beside)
    alt = f"{heading}: " + "; ".join(
        f"{group.label} {rate_words(group.rate, unit)}{', differs from the rest' if group.stands_out else ''}"
        for group in shown[:12]
    )
    draw(figure, key=f"ov-dots-{dimension}-{heading}", alt=alt, on_click=on_click)
    rarer = ""
    if len(shown) < len(ordered):
        rarer = f" {counted(len(ordered) - len(shown), 'further group')} in the table"
        hidden = [group.label for group in ordered if group.stands_out and group not in shown]
        rarer += f", {listed(hidden)} among them." if 0 < len(hidden) <= NAMED else "."
    note(html.escape(f"{standing_out(list(groups), most=NAMED if compact else None)}{rarer}"))
    group_table(view, ordered, name=dimension.replace("_", "-"), heading=heading, on_row=on_click)


def _make_up(
    view: View,
    dimension: str,
    groups: Sequence[Group],
    *,
    heading: str,
    most: int,
    head: Headline,
    on_click: Callable[[str], None] | None,
) -> None:
    """How many there are of each group, as bars and as shares of all in the filter, the most frequent first."""
    ordered = sorted(groups, key=lambda group: -group.rate.n)
    chosen = view.filters.choice(dimension).include
    bars = [(group.key, group.label, group.rate.n, group.key in chosen) for group in ordered[:most]]
    draw(
        count_bars(bars, unit=unit_of(view), dark=view.dark),
        key=f"ov-dots-{dimension}-{heading}",
        alt=f"{heading}, counts: " + "; ".join(f"{label} {n:,}" for _, label, n, _ in bars[:12]),
        on_click=on_click,
    )
    table(
        view,
        (heading, *rate_columns(view), "Share %"),
        [[one.label, *rate_cells(view, one.rate), round(100 * one.rate.n / head.rate.n, 1)] for one in ordered],
        name=dimension.replace("_", "-"),
        keys=[one.key for one in ordered],
        on_row=on_click,
    )
