"""From a source to its documents and their sections: what is open stands in the address beside the filter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from data.citing import citation_label
from data.filters import Choice, Side
from data.guidelines import CITED, citation_phrase, count_of, with_phrase
from data.rates import Group
from data.schema import NOT_STATED
from data.vocabulary import vocabulary
from pages.parts.frame import note, plain, section
from pages.parts.pictures import dots, toggle
from pages.parts.state import View, apply, current, link

MOST = 20  # documents or sections of one picture
LISTED = 60  # in the table below it
_UNLIKE = "What is asked for differs from one to the next, so a difference is not one of the guideline alone."
_SIDES = {"admin": "Claims administrator", "reviewer": "Reviewer", "both": "Both"}


def switch_sides(view: View) -> str:
    """The switch of whose sources the page shows: `admin`, `reviewer` or `both`, which is no filter but an option."""
    shown = "both" if st.query_params.get("sides") == "both" else view.filters.side
    st.session_state["ov-w-sides"] = shown
    st.segmented_control(
        "Sources of the", list(_SIDES), format_func=_SIDES.__getitem__, key="ov-w-sides", on_change=_changed_sides
    )
    return shown


def _changed_sides() -> None:
    chosen = st.session_state["ov-w-sides"]
    if chosen == "both":
        apply(current(), sides="both")
    elif chosen:
        apply(replace(current(), side=chosen), sides="")


def opened() -> tuple[str, str]:
    """The source and the document that are open, empty where none is; a source that is not known is told and not opened."""
    source, document = (
        st.query_params.get(name, "").encode("utf-8", "replace").decode() for name in ("source", "document")
    )
    if source and source not in vocabulary("sources").terms:
        st.warning(f"The link opens the source {plain(source[:40])}, which is not known here: all sources are shown.")
        return "", ""
    return (source, document) if source else ("", "")


def open_source(side: Side, key: str) -> None:
    """A click on a source: it is chosen, alone, and its documents are opened; none cited has none. For callbacks."""
    if key in ("none", NOT_STATED):
        toggle(side, key)
    else:
        apply(current().choose(side, Choice((key,))), source=key, document="")


def open_document(key: str) -> None:
    """A click on a document: its sections are opened. For callbacks."""
    apply(current(), document=key)


def find_section(key: str) -> None:
    """A click on a section: only letters that hold its words stay, or all again. For callbacks."""
    phrase = citation_phrase("section", key)
    if phrase:
        apply(replace(current(), words=with_phrase(current().words, phrase)))


def _close(side: Side, source: str) -> None:
    """Back to all sources; the one that was open is let go, for opening it had chosen it."""
    choice = current().choice(side)
    kept = tuple(key for key in choice.include if key != source)
    apply(current().choose(side, replace(choice, include=kept)), source="", document="")


def drill(view: View, side: Side) -> None:
    """The sources of a side, or the documents of the one that is open, or the sections of the document that is open."""
    source, document = opened()
    if not source:
        section("Source by source")
        note(
            "A decision that names two sources counts under both, so these add up to more than the whole. "
            "A click on a source chooses it and opens its documents."
        )
        dots(view, side, view.ask("by", side), heading="Guideline source", on_pick=partial(open_source, side))
        return
    name = citation_label("source", source) if not document else citation_label("document", document)[:120]
    section(f"{'Sections' if document else 'Documents'} of {plain(name)}")
    _breadcrumb(side, source, document)
    if not document:
        groups = view.ask("by_citation", side, "document", source, None, LISTED)
        note(
            f"Documents of this source that the {CITED[side]}; a decision may name several. {_UNLIKE} "
            "Documents and sections are no filters: a click opens a document’s sections, and the words of its name find letters. "
            f"{count_of(groups, 'document', LISTED)}"
        )
        dots(view, "document", groups, heading="Document", most=_most(groups), on_pick=open_document)
        return
    groups = view.ask("by_citation", side, "section", source, document, LISTED)
    note(
        f"Sections of this document, as the letters name them. {_UNLIKE} A click on a section keeps the letters "
        "that hold its words, wherever they stand; letters that write it otherwise are not found. "
        f"{count_of(groups, 'section', LISTED)}"
    )
    phrase = citation_phrase("document", document)
    if phrase:
        words = replace(view.filters, words=with_phrase(view.filters.words, phrase))
        link("letters", f"Letters with the words {plain(phrase)}", words, mark="document")
    dots(view, "section", groups, heading="Section", most=_most(groups), on_pick=find_section)


def _most(groups: Sequence[Group]) -> int | None:
    return MOST if len(groups) > MOST else None


def _breadcrumb(side: Side, source: str, document: str) -> None:
    """The way back: all sources, the source, the document."""
    name = plain(citation_label("source", source))
    with st.container(horizontal=True, vertical_alignment="center", key="ov-breadcrumb", gap="small"):
        st.button("← All sources", key="ov-all-sources", on_click=_close, args=(side, source), type="tertiary")
        if not document:
            st.markdown(f"› **{name}**")
            return
        st.markdown("›")
        st.button(name, key="ov-one-source", on_click=open_document, args=("",), type="tertiary")
        st.markdown(f"› **{plain(citation_label('document', document)[:120])}**")
