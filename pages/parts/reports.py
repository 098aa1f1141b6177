"""Values of a letter that people reported as read wrongly, and the form by which one does."""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import streamlit as st

from data.corrections import LONGEST_REMARK, Correction, corrections, in_force, report
from data.errors import NotesError
from data.fields import OLDEST, YOUNGEST, Field, fields
from data.notes import LONGEST_NAME
from data.sentences import day
from data.showing import as_text
from pages.parts.frame import plain
from pages.parts.state import View
from pages.parts.views import owner

_SAID, _WHO = "ov-report-said", "ov-report-who"
_NOTHING = "Not stated"


def reports_on(view: View, letter: dict[str, Any]) -> list[Correction]:
    """The reports on a letter, oldest first; none, with a warning, where the file of notes cannot be read."""
    try:
        return corrections(view.snapshot.folder, letter["letter_id"])
    except NotesError as error:
        st.warning(plain(str(error)))
        return []


def report_words(reports: Sequence[Correction], ordinal: int | None) -> list[str]:
    """A sentence for each report in force on an item (None: on the letter itself)."""
    words = []
    for one in in_force(reports):
        if one.ordinal != ordinal or one.field not in fields():
            continue
        field = fields()[one.field]
        by = f"by {one.who} on {day(datetime.fromisoformat(one.made).date())}"
        remark = f" ({one.remark})" if one.remark else ""
        if field.kind == "words":
            words.append(f"Reported {by}: {one.remark}")
        elif one.withdrawn:
            words.append(f"{field.label}: confirmed {by} as {field.words(one.right_value)}{remark}")
        else:
            read, right = field.words(one.read_value), field.words(one.right_value)
            words.append(f"{field.label}: read as {read}, reported wrong {by}: should be {right}{remark}")
    return words


def reported(reports: Sequence[Correction], ordinal: int | None) -> str:
    """The same as a list of HTML; empty without any."""
    entries = "".join(f"<li>{as_text(words)}</li>" for words in report_words(reports, ordinal))
    return f'<ul class="ov-problems ov-reported">{entries}</ul>' if entries else ""


def form(view: View, letter: dict[str, Any], ordinal: int) -> None:
    """Choose a field of the letter or of its item `ordinal`, see what was read, say what is right, who says it, and why."""
    known = fields()
    field = known[
        st.selectbox(
            "What was read wrongly?",
            list(known),
            format_func=lambda key: f"{known[key].label}, of {_of(known[key], ordinal)}",
            key=f"ov-report-field-{ordinal}",
        )
    ]
    of = ordinal if field.of == "item" else None
    read = field.read(letter, of)
    if field.kind != "words":
        st.html(f'<p class="ov-note">Read: {html.escape(field.words(read))}</p>')
    right = _right(field, read, f"ov-report-{letter['letter_id'][:16]}-{of or 0}-{field.key}")
    remark = st.text_area("Remark", key="ov-report-remark", max_chars=LONGEST_REMARK, height=68)
    who = owner() or st.text_input("Your name", key=_WHO, max_chars=LONGEST_NAME, persist_state="session")
    st.button(
        "Report",
        key="ov-report-send",
        type="primary",
        on_click=_send,
        args=(view, letter, of, field.key, read, right, who, remark),
    )
    st.html(
        '<p class="ov-note">A report changes no figure and no letter. It stands at this letter for everybody and becomes a label '
        "against which the reading is measured.</p>"
    )
    if said := st.session_state.pop(_SAID, ""):
        st.html(f'<p class="ov-note" role="status">{html.escape(said)}</p>')


def _of(field: Field, ordinal: int) -> str:
    return f"item {ordinal}" if field.of == "item" else "the letter"


def _right(field: Field, read: str, key: str) -> str:
    """The widget for the right value, by the kind of the field; the value as labels write it."""
    if field.kind == "several":
        held = [part for part in read.split(";") if part in field.options]
        chosen = st.multiselect(
            "Right is",
            list(field.options),
            default=held,
            format_func=field.options.__getitem__,
            key=key,
            placeholder=_NOTHING,
        )
        return field.joined(chosen)
    if field.kind == "one":
        options = ["", *field.options]
        return st.selectbox(
            "Right is",
            options,
            index=options.index(read) if read in options else 0,
            format_func=lambda option: field.options.get(option, _NOTHING),
            key=key,
        )
    if field.kind == "date":
        picked = st.date_input(
            "Right is (empty: not stated)",
            value=date.fromisoformat(read) if read else None,
            min_value=date(1940, 1, 1),
            max_value=date(2100, 1, 1),
            format="YYYY-MM-DD",
            key=key,
        )
        return picked.isoformat() if isinstance(picked, date) else ""
    if field.kind == "number":
        held_number = int(read) if read and OLDEST <= int(read) <= YOUNGEST else None
        typed = st.number_input("Right is (empty: not stated)", OLDEST, YOUNGEST, value=held_number, step=1, key=key)
        return "" if typed is None else str(typed)
    return ""


def _send(
    view: View, letter: dict[str, Any], ordinal: int | None, field: str, read: str, right: str, who: str, remark: str
) -> None:
    try:
        made = report(
            view.snapshot.folder,
            letter["letter_id"],
            ordinal,
            field,
            read,
            right,
            who=who or "",
            snapshot=view.snapshot.snapshot_id,
            source=letter["source"],
            remark=remark or "",
        )
    except NotesError as error:
        st.session_state[_SAID] = str(error)
        return
    st.session_state["ov-report-remark"] = ""
    st.session_state[_SAID] = f"Reported, and kept for {made.who}."
