"""What moved most between two periods, folded: asked for only when it is opened."""

from __future__ import annotations

import html

import streamlit as st

from data.change_words import group_label, moved_words, none_differ, span_words
from data.movement import Movement
from data.periods_compared import Moved
from pages.parts.charts.changes import Changed, change_dots
from pages.parts.charts.draw import draw
from pages.parts.frame import note
from pages.parts.pictures import toggle, unit_of
from pages.parts.state import View
from pages.parts.tables import rate_cells, table

MOST = 12
HOW = (
    "The largest change in a long list is mostly luck, so every change is drawn towards the mean of all, the further the fewer letters it "
    "rests on, and what counts as a finding is corrected over the whole list (Benjamini and Hochberg). A letter counts under every group "
    "that its items belong to."
)


def toggle_group(key: str) -> None:
    """A click on a group of `dimension|key`. For callbacks."""
    toggle(*key.split("|", 1))


def what_moved(view: View, names: tuple[str, ...]) -> None:
    """The groups of these dimensions whose rates moved most, in a fold."""
    fold = st.expander("What moved most since the period before", key="ov-moved", on_change="rerun")
    if not fold.open:
        return
    with fold:
        found: Moved | None = view.ask("moved", names)
        if found is None:
            st.info("There are no two periods with letters to compare.")
            return
        unit = unit_of(view)
        note(f"<b>{html.escape(moved_words(found))}</b>")
        note(HOW)
        if found.candidates and none_differ(found.candidates):
            note(
                "The changes differ no more than chance gives, so they have no order worth a picture; the table has them all."
            )
        elif found.candidates:
            rows = [Changed(one.key, group_label(one.key), one) for one in found.candidates[:MOST]]
            figure = change_dots(rows, unit=unit, dark=view.dark)
            draw(figure, key="ov-moved-dots", alt=moved_words(found), on_click=toggle_group)
        _table(view, found)


def _table(view: View, found: Moved) -> None:
    before, now = span_words(found.spans.previous), span_words(found.spans.current)
    columns = [f"{what} {when}" for when in (before, now) for what in ("Overturned", "of", "Rate %")]
    table(
        view,
        ("Group", *columns, "Change, points %", "Low %", "High %", "Drawn together %", "Told apart"),
        [[group_label(one.key), *_cells(view, one)] for one in found.candidates],
        name="moved",
        title="All groups compared",
        keys=[one.key for one in found.candidates],
        on_row=toggle_group,
    )


def _cells(view: View, one: Movement) -> list[object]:
    rates = [cell for rate in (one.previous, one.current) for cell in _rate(rate_cells(view, rate))]
    change = one.change
    words = "cannot be told apart" if not one.stands_out else "more often" if (change.d or 0) > 0 else "less often"
    figures = (change.d, change.low, change.high, one.shrunken)
    return [*rates, *(None if value is None else round(100 * value, 1) for value in figures), words]


def _rate(cells: list[object]) -> list[object]:
    """Overturned, counted and rate out of `rate_cells`, whose last three are rate, low and high."""
    return [cells[0], cells[1], cells[-3]]
