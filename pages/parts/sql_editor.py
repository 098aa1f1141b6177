"""The statement on the SQL page: examples and saved queries to begin with, the text, values for its parameters, the start."""

from __future__ import annotations

import html
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import streamlit as st

from data.errors import NotesError
from data.notes import LONGEST_NAME
from data.saved_queries import SavedQuery, delete_query, save_query, saved_queries
from data.sql_examples import Example, examples
from data.sqlrun import EXPORT_ROWS, Kind, Limits, QueryError, Question
from data.sqltext import parameters
from pages.parts.sql_running import begin_query
from pages.parts.state import OPTION, View
from pages.parts.views import owner

PARAMETER = f"{OPTION}query"
"""The address names an example or a saved query by this; what is typed stands in no address."""
_TEXT, _KEPT, _VALUES, _OPENED, _SAID = "ov-sql-text", "ov-sql-kept", "ov-sql-values", "ov-sql-opened", "ov-sql-said"
CHART = "ov-sql-chart"
_EXAMPLE, _SAVED = "example:", "saved:"
_FIRST = "SELECT outcome, count(*) AS decisions\nFROM items\nGROUP BY outcome"
_STYLE = (
    "<style>.st-key-ov-sql-text textarea { font-family: ui-monospace, 'Cascadia Mono', Menlo, Consolas, monospace; "
    "font-size: 14px; line-height: 1.45; tab-size: 4; }</style>"
)


def editor(view: View) -> None:
    """Everything from which a query starts. What is typed stays in the session when another page is turned to."""
    saved = _saved(view.snapshot.folder)
    _open_named(saved)
    _choose(saved)
    st.html(_STYLE)
    if _TEXT not in st.session_state:
        st.session_state[_TEXT] = st.session_state.get(_KEPT, _FIRST)
    text = st.text_area(
        "Statement",
        key=_TEXT,
        height=300,
        on_change=_typed,
        help="One SELECT. It can read the snapshot and nothing else, and changes nothing.",
    )
    st.session_state[_KEPT] = text
    _inputs(parameters(text))
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button("Run", type="primary", key="ov-sql-run", on_click=_run, args=(view,))
        _save_form(view.snapshot.folder, saved)
    if said := st.session_state.pop(_SAID, ""):
        st.html(f'<p class="ov-note" role="status">{html.escape(said)}</p>')


def _saved(folder: Path) -> dict[str, SavedQuery]:
    try:
        return {one.name: one for one in saved_queries(folder, owner())}
    except NotesError as error:
        st.session_state[_SAID] = str(error)
        return {}


def _open_named(saved: dict[str, SavedQuery]) -> None:
    """Take up what the address names, once: a link, the way back, a saved view."""
    named = st.query_params.get(PARAMETER, "")
    if named == st.session_state.get(_OPENED, ""):
        return
    st.session_state[_OPENED] = named
    if named and not _open(named, saved):
        del st.query_params[PARAMETER]
        st.session_state[_OPENED] = ""
        st.session_state[_SAID] = "The link names a query that is not here (any more)."


def _open(named: str, saved: dict[str, SavedQuery]) -> bool:
    found: Example | SavedQuery | None = None
    if named.startswith(_EXAMPLE):
        found = examples().get(named.removeprefix(_EXAMPLE))
    found = found or (saved.get(named.removeprefix(_SAVED)) if named.startswith(_SAVED) else None)
    if found is None:
        return False
    st.session_state[_TEXT] = st.session_state[_KEPT] = found.sql
    st.session_state[_VALUES] = dict(found.values)
    st.session_state[CHART] = dict(found.chart)
    for key in [key for key in st.session_state if str(key).startswith("ov-sql-p-")]:
        del st.session_state[key]
    return True


def _choose(saved: dict[str, SavedQuery]) -> None:
    """Examples and saved queries, each in a box; the one in the address is chosen."""
    named = st.query_params.get(PARAMETER, "")
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        for label, prefix, titles in (
            ("Examples", _EXAMPLE, {key: one.title for key, one in examples().items()}),
            ("Saved queries", _SAVED, {name: name for name in saved}),
        ):
            key = f"ov-sql-choose-{prefix[:-1]}"
            chosen = named.removeprefix(prefix) if named.startswith(prefix) else None
            st.session_state[key] = chosen if chosen in titles else None
            st.selectbox(
                label,
                list(titles),
                index=None,
                key=key,
                format_func=titles.__getitem__,
                placeholder="Choose one" if titles else "None saved yet",
                disabled=not titles,
                on_change=_chosen,
                args=(key, prefix),
                width="stretch",
            )


def _chosen(key: str, prefix: str) -> None:
    chosen = st.session_state[key]
    st.query_params.pop(PARAMETER, None)
    if chosen is not None:
        st.query_params[PARAMETER] = prefix + chosen


def _typed() -> None:
    """What is typed is no example and no saved query any more, so the address names none."""
    st.query_params.pop(PARAMETER, None)
    st.session_state[_OPENED] = ""


def _inputs(found: dict[str, Kind]) -> None:
    """An input for every parameter, of its kind."""
    if not found:
        return
    columns = st.columns(min(len(found), 4))
    for number, (name, kind) in enumerate(found.items()):
        key = _key(name, kind)
        if key not in st.session_state:
            st.session_state[key] = _default(kind, st.session_state.get(_VALUES, {}).get(name))
        with columns[number % len(columns)]:
            if kind == "date":
                st.date_input(f"${name}", key=key, min_value=date(1980, 1, 1), max_value=date(2100, 12, 31))
            elif kind == "number":
                st.number_input(f"${name}", key=key)
            else:
                st.text_input(f"${name}", key=key, max_chars=500)


def _key(name: str, kind: Kind) -> str:
    return f"ov-sql-p-{kind}-{name}"


def _default(kind: Kind, text: str | None) -> Any:
    """The value an input begins with; none where the text says none of its kind."""
    if kind == "text":
        return text or ""
    try:
        return None if text is None else date.fromisoformat(text) if kind == "date" else float(text)
    except ValueError:
        return None


def values_of(sql: str) -> dict[str, tuple[Kind, str]]:
    """Kind and value of every parameter as it is typed. Raises QueryError where one has none."""
    found: dict[str, tuple[Kind, str]] = {}
    for name, kind in parameters(sql).items():
        value = st.session_state.get(_key(name, kind))
        if value is None:
            raise QueryError(f"${name} has no value yet. Give it one below the statement, then run again.")
        found[name] = (kind, value.isoformat() if isinstance(value, date) else str(value))
    return found


def _run(view: View, rows: int | None = None) -> None:
    """Start the statement as it stands. For callbacks."""
    sql = st.session_state.get(_TEXT, "")
    limits = Limits() if rows is None else Limits(rows=rows)
    try:
        values = values_of(sql)
    except QueryError as error:
        st.session_state[_SAID] = str(error)
        return
    st.session_state[_VALUES] = {name: value for name, (_, value) in values.items()}
    said = tuple((name, kind, value) for name, (kind, value) in values.items())
    begin_query(Question(view.snapshot, sql, said, limits), who())


def whole(question: Question) -> None:
    """Ask again for as many rows as a file may hold. For callbacks."""
    begin_query(Question(question.snapshot, question.sql, question.values, Limits(rows=EXPORT_ROWS)), who())


def who() -> str:
    """A name for this session, by which the desk knows who waits."""
    return str(st.session_state.setdefault("ov-sql-who", uuid4().hex))


def _save_form(folder: Path, saved: dict[str, SavedQuery]) -> None:
    with st.popover("Save"), st.form("ov-sql-save-form", border=False):
        st.text_input("Name for this query", key="ov-sql-name", max_chars=LONGEST_NAME, placeholder="SPECT by year")
        st.form_submit_button("Save this query", on_click=_save, args=(folder,), key="ov-sql-save")
    chosen = st.query_params.get(PARAMETER, "").removeprefix(_SAVED)
    if chosen in saved:
        st.button(
            "Delete this saved query", type="tertiary", key="ov-sql-delete", on_click=_delete, args=(folder, chosen)
        )


def _save(folder: Path) -> None:
    sql = st.session_state.get(_TEXT, "")
    try:
        values = {name: value for name, (_, value) in values_of(sql).items()}
        made = save_query(
            folder, st.session_state["ov-sql-name"] or "", sql, values, st.session_state.get(CHART, {}), owner()
        )
    except (NotesError, QueryError) as error:
        st.session_state[_SAID] = str(error)
        return
    st.session_state["ov-sql-name"] = ""
    st.session_state[_OPENED] = st.query_params[PARAMETER] = _SAVED + made.name
    st.session_state[_SAID] = f"Saved as {made.name}. The address bar has a link to it."


def _delete(folder: Path, name: str) -> None:
    try:
        delete_query(folder, name, owner())
    except NotesError as error:
        st.session_state[_SAID] = str(error)
        return
    _typed()
    st.session_state[_SAID] = f"Deleted {name}."
