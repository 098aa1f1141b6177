"""A query under way: started, watched without holding up the page, stopped; and what came of it, kept by the session."""

from __future__ import annotations

import html
from dataclasses import dataclass

import streamlit as st

from data.sqldesk import Desk, Ticket
from data.sqlrun import QueryError, Question, Result

_TICKET, _ANSWER = "ov-sql-ticket", "ov-sql-answer"
_SHORT = 0.4  # seconds that the page waits itself, so that a quick answer is there at once


@dataclass(frozen=True, slots=True)
class Answer:
    """A question and what came of it: a result, or why there is none."""

    question: Question
    result: Result | None = None
    error: str = ""


@st.cache_resource(show_spinner=False)
def _desk() -> Desk:
    """The one desk of this server."""
    return Desk()


def begin_query(question: Question, who: str) -> None:
    """Start a query in place of the one under way. For callbacks."""
    stop()
    st.session_state.pop(_ANSWER, None)
    try:
        st.session_state[_TICKET] = _desk().ask(question, who)
    except QueryError as error:
        st.session_state[_ANSWER] = Answer(question, error=str(error))


def stop() -> None:
    """End the query under way, unless somebody else waits for the same. For callbacks."""
    ticket: Ticket | None = st.session_state.pop(_TICKET, None)
    if ticket is not None:
        ticket.leave()
        st.session_state[_ANSWER] = Answer(ticket.question, error="The query was stopped.")


def answered() -> Answer | None:
    """What came of the last query; None while one is under way (its progress is shown then) and where none was started."""
    ticket: Ticket | None = st.session_state.get(_TICKET)
    if ticket is not None:
        if ticket.wait(_SHORT).state not in ("done", "failed"):
            _watch()
            return None
        _take(ticket)
    found = st.session_state.get(_ANSWER)
    return found if isinstance(found, Answer) else None


def _take(ticket: Ticket) -> None:
    """Keep what came of a query that has ended."""
    st.session_state.pop(_TICKET, None)
    try:
        st.session_state[_ANSWER] = Answer(ticket.question, ticket.answer())
    except QueryError as error:
        st.session_state[_ANSWER] = Answer(ticket.question, error=str(error))


@st.fragment(run_every=1.0)
def _watch() -> None:
    """How far the query is, and the way to stop it. Whoever does not look any more has left, and that ends it, too."""
    ticket: Ticket | None = st.session_state.get(_TICKET)
    if ticket is None:
        st.rerun()
    status = ticket.look()
    if status.state in ("done", "failed"):
        st.rerun()
    limit = ticket.question.limits.seconds
    if status.state == "waiting":
        words = f"Waiting for its turn: {status.ahead} before it. {status.seconds:.0f} s so far."
        st.progress(0.0)
    else:
        known = "" if status.percent is None else f", about {status.percent:.0f} % done"
        words = f"Running for {status.seconds:.0f} s of at most {limit:g}{known}."
        st.progress(min(1.0, (status.percent / 100) if status.percent is not None else status.seconds / limit))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(f'<p class="ov-note" role="status">{html.escape(words)} Leaving this page ends it.</p>')
        st.button("Stop", key="ov-sql-stop", on_click=stop)
