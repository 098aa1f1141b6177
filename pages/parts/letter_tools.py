"""What one does with a letter: open it, see its other determinations, cite it, collect it, get its PDF, report a value."""

from __future__ import annotations

import html
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from data.originals import MOST_BYTES, Original, original
from data.reference import citation, is_pdf, name_of
from data.refusal import refusal_words
from data.sentences import day
from data.statistics import counted
from pages.parts import neighbours, pack
from pages.parts.frame import plain
from pages.parts.reports import form
from pages.parts.state import View, link

_PAPER = (
    "Print with the browser (Ctrl+P or ⌘P): the letter with its marks goes on paper, the rest of the page does not."
)


def opened(view: View) -> dict[str, Any]:
    """The letter that the address names, and the way back to the list and on in it; stops the run where there is none."""
    asked = st.query_params.get("letter", "")
    letter: dict[str, Any] | None = view.ask("letter", asked) if asked else None
    neighbours.show(view, asked)
    if letter is not None:
        return letter
    st.title("This letter is not here")
    st.info(
        f"The link names the letter {plain(asked[:64])}, which the snapshot in view does not hold. It may be in a newer snapshot, or was taken out. "
        "Look for it by its case number or its words on the page Letters."
        if asked
        else "No letter was chosen. Choose one on the page Letters, or type its case number into the search box there."
    )
    st.stop()


def summary(letter: dict[str, Any]) -> None:
    """How it was decided and when, and until when what was upheld stays refused."""
    outcomes = [decision["outcome"] for decision in letter["decisions"]]
    st.html(
        f'<p class="ov-answer">{counted(len(outcomes), "disputed item")}: {outcomes.count("overturned")} overturned, {outcomes.count("upheld")} upheld. '
        f"Decided {day(letter['decision_date'])}; UR denial {day(letter['ur_denial_date'])}; injury {day(letter['injury_date'])}.</p>"
    )
    if not letter["superseded"] and (said := refusal_words(letter, datetime.now(UTC).date())):
        words, rule = said
        st.html(f'<p class="ov-note"><b>{html.escape(words)}</b> {html.escape(rule)}</p>')


def versions(view: View, letter: dict[str, Any]) -> None:
    """The other determinations of the case, as links that keep the filter."""
    if letter["superseded"]:
        st.warning("A later determination of this case is loaded; charts count that one.")
    for version in letter["versions"]:
        link(
            "letter",
            f"{_order(letter, version)} determination of this case, decided {day(version['decision_date'])}",
            view.filters,
            letter=version["letter_id"][:16],
            page=st.query_params.get("page", "1"),
        )


def _order(letter: dict[str, Any], version: dict[str, Any]) -> str:
    """Which came first, by the rule that charts go by: the later decision date, then the greater id."""
    here, there = (
        (one["decision_date"] is not None, one["decision_date"], one["letter_id"]) for one in (letter, version)
    )
    return "Later" if there > here else "Earlier"


def tools(view: View, letter: dict[str, Any]) -> int:
    """The item in hand and what can be done with it; gives its ordinal."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="ov-tools"):
        chosen = _item(letter)
        with st.popover("Cite"):
            st.markdown("Point at a line, then press the copy button at its right.")
            st.code(citation(letter, chosen), language=None, wrap_lines=True)
            if len(letter["decisions"]) > 1:
                st.code(citation(letter), language=None, wrap_lines=True)
        pack.buttons(letter, chosen)
        with st.popover("Report a wrong value"):
            form(view, letter, chosen)
        _pdf(view, letter)
    st.html(f'<p class="ov-note ov-no-paper">{_PAPER}</p>')
    return chosen


def _item(letter: dict[str, Any]) -> int:
    """The ordinal of the item that the address names, or the first; a letter of several lets one choose."""
    ordinals = [decision["ordinal"] for decision in letter["decisions"]]
    asked = st.query_params.get("item", "")
    first = next((ordinal for ordinal in ordinals if str(ordinal) == asked), ordinals[0])
    if len(ordinals) == 1:
        return int(first)
    said = {decision["ordinal"]: decision["disputed"] for decision in letter["decisions"]}
    key = f"ov-item-{letter['letter_id'][:16]}"
    chosen = st.selectbox(
        "Item in hand",
        ordinals,
        index=ordinals.index(first),
        format_func=lambda ordinal: f"{ordinal}. {said[ordinal][:60]}",
        key=key,
        width=320,
        on_change=lambda: st.query_params.update({"item": str(st.session_state[key])}),
    )
    return int(chosen)


def _pdf(view: View, letter: dict[str, Any]) -> None:
    """The original PDF as a download, or a sentence on why there is none."""
    found = original(view.snapshot.folder, letter)
    if isinstance(found, Original):
        keys = tuple(letter["file_keys"])
        st.download_button(
            "Original PDF",
            data=lambda: found.content(keys) or b"",
            file_name=f"{name_of(letter).removesuffix('.pdf')}.pdf",
            mime="application/pdf",
            key="ov-original",
            on_click="ignore",
            help=f"The very file that was loaded: its bytes are compared with those first, up to {MOST_BYTES >> 20} MB.",
        )
    elif is_pdf(letter):
        with st.popover("Original PDF"):
            st.markdown(plain(found))
