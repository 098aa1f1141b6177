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

_SAID, _WHO, _REMARK = "ov-report-said", "ov-report-who", "ov-report-remark"
_NOTHING = "Not stated"
_FIRST, _LAST = date(1930, 1, 1), date(2100, 1, 1)


def reports_on(view: View, letter: dict[str, Any]) -> list[Correction]:
    """The reports on a letter, oldest first; none, with a warning, where the file of notes cannot be read."""
    try:
        return corrections(view.snapshot.folder, letter["letter_id"])
    except NotesError as error:
        st.warning(plain(str(error)))
        return []


def report_words(reports: Sequence[Correction], ordinal: int | None, *, named: bool = True) -> list[str]:
    """A sentence for each report in force on an item (None: on the letter itself).

    Without `named`, as for papers that leave the house, neither names nor remarks.
    """
    words = []
    for one in in_force(reports):
        if one.ordinal != ordinal or one.field not in fields():
            continue
        field = fields()[one.field]
        by = f"{f'by {one.who} ' * named}on {day(datetime.fromisoformat(one.made).date())}"
        remark = f" ({one.remark})" if one.remark and named else ""
        if field.kind == "words":
            words += [f"Reported {by}: {one.remark}"] * named
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
    key = f"ov-report-{letter['letter_id'][:16]}-{of or 0}-{field.key}"
    _ask(field, read, key)
    st.text_area("Remark", key=_REMARK, max_chars=LONGEST_REMARK, height=68)
    if not owner():
        st.text_input("Your name", key=_WHO, max_chars=LONGEST_NAME, persist_state="session")
    st.button(
        "Report", key="ov-report-send", type="primary", on_click=_send, args=(view, letter, of, field.key, read, key)
    )
    st.html(
        '<p class="ov-note">A report changes no figure and no letter. It stands at this letter for everybody and becomes a label '
        "against which the reading is measured.</p>"
    )
    if said := st.session_state.pop(_SAID, ""):
        st.html(f'<p class="ov-note" role="status">{html.escape(said)}</p>')


def _of(field: Field, ordinal: int) -> str:
    return f"item {ordinal}" if field.of == "item" else "the letter"


def _ask(field: Field, read: str, key: str) -> None:
    """The widget for the right value, by the kind of the field, filled with what was read."""
    label, several = "Right is", [part for part in read.split(";") if part in field.options]
    options = ["", *field.options]
    if field.kind == "several":
        named = field.options.__getitem__
        st.multiselect(label, options[1:], default=several, format_func=named, key=key, placeholder=_NOTHING)
    elif field.kind == "one":
        at = options.index(read) if read in options else 0
        st.selectbox(label, options, index=at, format_func=lambda option: field.options.get(option, _NOTHING), key=key)
    elif field.kind == "date":
        stated = date.fromisoformat(read) if read else None
        st.date_input(
            f"{label} (empty: not stated)",
            value=stated if stated and _FIRST <= stated <= _LAST else None,
            min_value=_FIRST,
            max_value=_LAST,
            format="YYYY-MM-DD",
            key=key,
        )
    elif field.kind == "number":
        held = int(read) if read and OLDEST <= int(read) <= YOUNGEST else None
        st.number_input(f"{label} (empty: not stated)", OLDEST, YOUNGEST, value=held, step=1, key=key)


def _given(field: Field, widget: Any) -> str:
    """What a widget holds, as labels write it."""
    if field.kind == "several":
        return field.joined(list(widget or ()))
    return "" if widget is None else widget.isoformat() if isinstance(widget, date) else str(widget)


def _send(view: View, letter: dict[str, Any], ordinal: int | None, field: str, read: str, key: str) -> None:
    """Keep the report. The widgets are asked here: the run that drew the button may be older than what was typed."""
    try:
        made = report(
            view.snapshot.folder,
            letter["letter_id"],
            ordinal,
            field,
            read,
            _given(fields()[field], st.session_state.get(key)),
            who=owner() or st.session_state.get(_WHO) or "",
            snapshot=view.snapshot.snapshot_id,
            source=letter["source"],
            remark=st.session_state.get(_REMARK) or "",
        )
    except NotesError as error:
        st.session_state[_SAID] = str(error)
        return
    st.session_state[_REMARK] = ""
    st.session_state[_SAID] = f"Reported by {made.who}."
