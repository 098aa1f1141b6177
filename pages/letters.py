"""Letters: the disputed items of the current filter, each with the way to its letter."""

import html
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from data.schema import dimensions
from data.sentences import day
from pages.parts.briefing import note_table
from pages.parts.frame import begin, definitions, note, nothing_found, plain, say, title
from pages.parts.state import address, link
from pages.parts.tables import download

PAGE_LENGTH = 20
EXPORT_ROWS = 100_000
COLUMNS = (
    *("Case number", "File", "Item", "Decision date", "UR denial date", "Outcome", "Imaging", "Body parts"),
    *("Claims administrator cited", "Reviewer relied on", "Specialties", "Licensed in", "Flags"),
)
PAPER_COLUMNS = (
    *("Case number", "Item", "Decision date", "Outcome", "Imaging"),
    *("Claims administrator cited", "Reviewer relied on", "Specialties"),
)
WORD_COLUMNS = ("Disputed", "Request", "Decisive sentence")

view = begin("letters")
title(view, "Which letters are behind these figures?")
head = view.ask("headline")
if not head.decisions:
    nothing_found(view)
say(view, head)


def labels(dimension: str, keys: list[str]) -> str:
    """The labels of keys, joined for reading."""
    return ", ".join(dimensions()[dimension].term_label(key) for key in keys)


def decided(on: date | None) -> str:
    """When the item was decided, as a phrase."""
    return f"decided {day(on)}" if on else "decision date not stated"


def turn(page: int) -> None:
    """Show another stretch of the list."""
    st.query_params.from_dict(address(view.filters, page=str(page)))


last = max(1, -(-head.decisions // PAGE_LENGTH))
asked = st.query_params.get("page", "1")
page = min(max(int(asked) if asked.isdecimal() and len(asked) < 9 else 1, 1), last)
rows = view.ask("decisions", PAGE_LENGTH, (page - 1) * PAGE_LENGTH)
for row in rows:
    name = row["case_number"] or row["source"].rsplit("/", 1)[-1]
    item = f", item {row['ordinal']} of {row['items']}" if row["items"] > 1 else ""
    imaging = labels("modality", row["imaging_modalities"])
    details = [
        f"Cited: {labels('admin', row['admin_sources']) or 'not stated'}",
        f"Relied on: {labels('reviewer', row['reviewer_sources']) or 'not stated'}",
        labels("specialty", row["specialty_keys"]),
    ]
    card = (
        f'<div class="ov-card ov-{row["outcome"]}"><h4>{html.escape(row["disputed"][:300])}</h4>'
        f'<p><span class="ov-word ov-{row["outcome"]}">{row["outcome"].capitalize()}</span> · {html.escape(name)}{item} · '
        f"{decided(row['decision_date'])}{' · ' + html.escape(imaging) if imaging else ''}</p>"
        f'<p class="ov-meta">{html.escape(" · ".join(filter(None, details)))}</p>'
        f"<p>{html.escape((row['decisive'] or '')[:400])}</p></div>"
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        st.html(card)
        place = {"letter": row["letter_id"][:16], "item": str(row["ordinal"]), "page": str(page)}
        link("letter", "Read", view.filters, help=f"Open {plain(name)}", **place)

with st.container(horizontal=True, vertical_alignment="center"):
    st.button("Previous", disabled=page <= 1, on_click=partial(turn, page - 1), key="ov-previous")
    st.markdown(f"Page {page:,} of {last:,}")
    st.button("Next", disabled=page >= last, on_click=partial(turn, page + 1), key="ov-next")


def cells(row: dict[str, Any]) -> list[object]:
    """One item in the order of the columns; the letter's own words only where they were asked for."""
    return [
        *(row["case_number"], row["source"], row["ordinal"], row["decision_date"], row["ur_denial_date"]),
        *(row["outcome"], labels("modality", row["imaging_modalities"]), labels("body", row["body_parts"])),
        *(labels("admin", row["admin_sources"]), labels("reviewer", row["reviewer_sources"])),
        *(labels("specialty", row["specialty_keys"]), labels("state", row["state_keys"]), row["flags"]),
        *((row["disputed"], row["request"], row["decisive"]) if with_words else ()),
    ]


def export() -> list[list[object]]:
    """The rows of the whole filter, not of this stretch alone."""
    return [cells(row) for row in view.ask("decisions", EXPORT_ROWS, 0)]


if head.decisions > EXPORT_ROWS:
    note(f"The file holds the newest {EXPORT_ROWS:,} of {head.decisions:,} decisions.")
with_words = st.checkbox(
    "With the letters’ own words in the files and in the briefing",
    key="ov-csv-words",
    help="The request as written and the deciding sentence. Without it no file holds a word of a letter.",
)
columns = COLUMNS + (WORD_COLUMNS if with_words else ())
download(view, columns, export, name="decisions", count=min(head.decisions, EXPORT_ROWS))
on_paper = [columns.index(name) for name in (*PAPER_COLUMNS, *(WORD_COLUMNS if with_words else ()))]
listed = [cells(row) for row in rows]
note_table([columns[i] for i in on_paper], [[line[i] for i in on_paper] for line in listed], head.decisions - len(rows))
definitions()
