"""What a side cites and how it fares: the documents of a source, and the sections of a document."""

from __future__ import annotations

import html

import streamlit as st

from data.filters import Filters
from data.statistics import counted
from pages.parts.frame import note
from pages.parts.pictures import dots, unit_of
from pages.parts.state import View, apply, current

MOST = 10  # rows of a picture; the table below it has all
WHOSE = {"admin": "claims administrator", "reviewer": "reviewer"}


def cited(view: View, filters: Filters) -> None:
    """Documents of the source that the address names, or of the one most cited, then the sections of one document.

    The side is the sidebar's. A click on a document shows its sections.
    """
    side = view.filters.side
    sources = view.ask("by_citation", side, "source", filters=filters)
    if not sources:
        st.info(f"No citation of the {WHOSE[side]} is read in these letters.")
        return
    labels = {group.key: f"{group.label} ({counted(group.rate.n, unit_of(view))})" for group in sources}
    asked = st.query_params.get("source", "")
    source = asked if asked in labels else sources[0].key
    st.session_state["ov-cited-source"] = source
    st.selectbox(
        f"Source cited by the {WHOSE[side]}" if side == "admin" else "Source relied on by the reviewer",
        list(labels),
        format_func=labels.__getitem__,
        key="ov-cited-source",
        on_change=_changed_source,
        width=420,
    )
    head = view.ask("headline", filters=filters)
    documents = view.ask("by_citation", side, "document", source, filters=filters)
    asked = st.query_params.get("document", "")
    document = next((group for group in documents if group.key == asked), documents[0])
    dots(
        view,
        "document",
        documents,
        heading="Document",
        most=MOST,
        head=head,
        on_pick=_choose_document,
        picked=(document.key,),
    )
    note(f"Sections of <b>{html.escape(document.label)}</b>; a click above shows those of another document.")
    sections = view.ask("by_citation", side, "section", source, document.key, filters=filters)
    if [group.key for group in sections] == ["not_stated"]:
        note("No citation of this document names a section.")
        return
    dots(view, "section", sections, heading="Section", most=MOST, head=head)


def _changed_source() -> None:
    apply(current(), source=st.session_state["ov-cited-source"], document="")


def _choose_document(key: str) -> None:
    apply(current(), source=st.session_state["ov-cited-source"], document=key)
