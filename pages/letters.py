"""Letters: a search over them, and the disputed items of the current filter, each with the way to its letter."""

from functools import partial
from typing import Any

import streamlit as st

from data.columns import columns, read
from pages.parts.briefing import note_table
from pages.parts.cards import card
from pages.parts.finder import finder, nothing_here
from pages.parts.frame import begin, definitions, note, say, title
from pages.parts.neighbours import PAGE_LENGTH
from pages.parts.order import choose, options
from pages.parts.state import address
from pages.parts.tables import download

EXPORT_ROWS = 100_000
COLUMNS = (
    *("case_number", "source", "ordinal", "decision_date", "ur_denial_date", "outcome", "modality", "body"),
    *("admin", "reviewer", "specialty", "state", "flags"),
)
PAPER_COLUMNS = ("case_number", "ordinal", "decision_date", "outcome", "modality", "admin", "reviewer", "specialty")
WORD_COLUMNS = ("disputed", "request", "decisive")

view = begin("letters")
title(view, "Which letters are behind these figures?")
finder(view)
head = view.ask("headline")
if not head.decisions:
    nothing_here(view)
say(view, head)
order = choose(view.filters)


def turn(page: int) -> None:
    """Show another stretch of the list."""
    st.query_params.from_dict(address(view.filters, page=str(page), **options(view.filters)))


last = max(1, -(-head.decisions // PAGE_LENGTH))
asked = st.query_params.get("page", "1")
page = min(max(int(asked) if asked.isdecimal() and len(asked) < 9 else 1, 1), last)
rows = view.ask("decisions", PAGE_LENGTH, (page - 1) * PAGE_LENGTH, order)
shown = tuple((row["letter_key"], row["text_part"], row["ordinal"]) for row in rows)
snippets = view.ask("snippets", shown) if view.filters.words else [None] * len(rows)
for row, found in zip(rows, snippets, strict=True):
    card(row, found, view.filters, {"page": str(page), **options(view.filters)})

with st.container(horizontal=True, vertical_alignment="center"):
    st.button("Previous", disabled=page <= 1, on_click=partial(turn, page - 1), key="ov-previous")
    st.markdown(f"Page {page:,} of {last:,}")
    st.button("Next", disabled=page >= last, on_click=partial(turn, page + 1), key="ov-next")
    st.session_state["ov-page-at"] = page
    if last > 2:
        st.number_input(
            "Go to page", 1, last, key="ov-page-at", on_change=lambda: turn(st.session_state["ov-page-at"]), width=160
        )


def cells(row: dict[str, Any]) -> list[object]:
    """One item in the order of the columns; the letter's own words only where they were asked for."""
    return [read(column, row) for column in chosen]


def export() -> list[list[object]]:
    """The rows of the whole filter, not of this stretch alone."""
    return [cells(row) for row in view.ask("decisions", EXPORT_ROWS, 0, order)]


if head.decisions > EXPORT_ROWS:
    note(f"The file holds the first {EXPORT_ROWS:,} of {head.decisions:,} decisions.")
with_words = st.checkbox(
    "With the letters’ own words in the files and in the briefing",
    key="ov-csv-words",
    help="The request as written and the deciding sentence. Without it no file holds a word of a letter.",
)
chosen = [columns()[key] for key in (*COLUMNS, *(WORD_COLUMNS if with_words else ()))]
headings = [column.label for column in chosen]
download(view, headings, export, name="decisions", count=min(head.decisions, EXPORT_ROWS))
on_paper = [number for number, column in enumerate(chosen) if column.words or column.key in PAPER_COLUMNS]
listed = [cells(row) for row in rows]
note_table(
    [headings[i] for i in on_paper], [[line[i] for i in on_paper] for line in listed], head.decisions - len(rows)
)
definitions()
