"""A disputed item of a result as a card: what was asked, how it was decided, by what, and why the search found its letter."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import streamlit as st

from data.filters import Filters
from data.reference import decided, name_of, place_of
from data.schema import dimensions
from data.snippets import Snippet
from pages.parts.frame import plain
from pages.parts.state import link

_LONGEST_REQUEST, _LONGEST_SENTENCE = 300, 400


def card(row: Mapping[str, Any], found: Snippet | None, filters: Filters, place: Mapping[str, str]) -> None:
    """The card with the way to its letter; `place` are the options of that link."""
    name = name_of(row)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        st.html(card_html(row, found, name))
        options = {"letter": row["letter_id"][:16], "item": str(row["ordinal"]), **place}
        link("letter", "Read", filters, help=f"Open {plain(name)}", **options)


def card_html(row: Mapping[str, Any], found: Snippet | None, name: str) -> str:
    """The card as HTML in which the letter's words are only text."""
    imaging = labels("modality", row["imaging_modalities"])
    details = [
        f"Cited: {labels('admin', row['admin_sources']) or 'not stated'}",
        f"Relied on: {labels('reviewer', row['reviewer_sources']) or 'not stated'}",
        labels("specialty", row["specialty_keys"]),
    ]
    decisive = (row["decisive"] or "")[:_LONGEST_SENTENCE]
    return (
        f'<div class="ov-card ov-{row["outcome"]}"><h4>{html.escape(row["disputed"][:_LONGEST_REQUEST])}</h4>'
        f'<p><span class="ov-word ov-{row["outcome"]}">{row["outcome"].capitalize()}</span> · {html.escape(name)}{place_of(row)} · '
        f"{decided(row)}{' · ' + html.escape(imaging) if imaging else ''}</p>"
        f'<p class="ov-meta">{html.escape(" · ".join(filter(None, details)))}</p>'
        f"{_why(found, row['ordinal'])}{f'<p>{html.escape(decisive)}</p>' if decisive else ''}</div>"
    )


def _why(found: Snippet | None, ordinal: int) -> str:
    """The stretch that the search met, and which part of the letter it is from."""
    if found is None:
        return ""
    of = f" of item {found.ordinal}" if found.ordinal not in (None, ordinal) else ""
    return f'<p class="ov-snippet"><span>{found.source}{of}:</span> {found.html()}</p>'


def labels(dimension: str, keys: list[str]) -> str:
    """The labels of keys, joined for reading."""
    return ", ".join(dimensions()[dimension].term_label(key) for key in keys)
