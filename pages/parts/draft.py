"""A pasted draft denial: read by a child process, checked, and kept nowhere but in this session's own fields."""

from __future__ import annotations

import html
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import streamlit as st

from data.draft_checks import Check, checks
from data.drafts import LONGEST, Draft, draft_of
from data.filters import Filters
from data.limits import too_long
from data.rates import Group
from data.statistics import rate_words
from data.vocabulary import vocabulary
from pages.parts.state import View

ROOT = Path(__file__).resolve().parents[2]
_SECONDS = 20  # a child that takes longer is ended
_TEXT, _READ = "ov-draft", "ov-draft-read"
_PROMISE = (
    "What you paste is read once and forgotten with this session. It is not stored, not logged, and in no link, file or "
    "briefing. Leave out names and claim numbers all the same."
)


def draft(view: View, comparable: Filters) -> None:
    """The fold in which a draft can be pasted, and what there is to say of its citations for the request in view."""
    with st.expander("Check a draft denial", key="ov-draft-fold"):
        with st.form("ov-draft-form", border=False):
            st.text_area("Draft denial", key=_TEXT, height=180, help=_PROMISE)
            st.date_input(
                "Date of the denial", value=datetime.now(UTC).date(), key="ov-draft-date", format="MM/DD/YYYY"
            )
            with st.container(horizontal=True, gap="small"):
                st.form_submit_button("Check the draft", on_click=_check, key="ov-draft-check")
                st.form_submit_button("Forget it", on_click=_forget, key="ov-draft-forget", type="tertiary")
        st.html(f'<p class="ov-note">{_PROMISE}</p>')
        length = len(st.session_state.get(_TEXT) or "")
        if not 0 < length <= LONGEST:
            st.session_state.pop(_READ, None)
            if length:
                what_to_do = "Nothing of it was read. Paste the part that names the guidelines."
                st.warning(too_long("This draft", length, LONGEST, what_to_do))
            return
        if _READ not in st.session_state:
            return
        read: Draft | None = st.session_state[_READ]
        if read is None:
            st.warning("This draft could not be read. Paste the part that names the guidelines.")
            return
        on = st.session_state.get("ov-draft-date")
        _show(view, read, on if isinstance(on, date) else datetime.now(UTC).date(), comparable)


def _show(view: View, read: Draft, on: date, comparable: Filters) -> None:
    filters = view.filters
    subcategory = next(iter(filters.choice("subcategory").include), None)
    found = checks(read, filters.choice("body").include, subcategory, on)
    st.html(checks_html(found))
    if not filters.choice("body").include:
        st.html('<p class="ov-note">Name the body part above, and the chapters cited are compared with it.</p>')
    if cited := cited_html(read, view.ask("by_citation", "admin", "source", filters=comparable)):
        st.html(cited)
    if read.silent:
        counts: dict[str, int] = view.ask("counts", "reviewer", filters=comparable)
        total = view.ask("headline", filters=comparable).decisions
        st.html(
            f'<p class="ov-note">For comparable requests the reviewer relied on the MTUS in {counts.get("mtus", 0):,} of {total:,} decisions.</p>'
        )


def checks_html(found: list[Check]) -> str:
    """The checks as a list, those that did not pass first; every word is escaped."""
    ordered = sorted(found, key=lambda one: one.passed)
    lines = "".join(f"<li{'' if one.passed else ' class=ov-open'}>{html.escape(one.text)}</li>" for one in ordered)
    return f'<ul class="ov-checks">{lines}</ul>'


def cited_html(read: Draft, groups: list[Group]) -> str:
    """What the draft cites, and how denials of comparable requests that cited the same source fared."""
    rates = {group.key: group.rate for group in groups}
    entries = []
    for one in read.citations:
        source = vocabulary("sources").label(one.source)
        title = (
            vocabulary("mtus_parts").label(one.document) if one.document and one.frame == "mtus" else one.document or ""
        )
        name = ", ".join(part for part in (source, title, one.edition) if part)
        entries.append(f"<dt>{html.escape(name)}</dt><dd>“{html.escape(one.text[:160])}”</dd>")
    for source in read.sources:
        if source in rates:
            label = "no source" if source == "none" else vocabulary("sources").label(source)
            entries.append(f"<dt>Denials that cited {html.escape(label)}</dt><dd>{rate_words(rates[source])}</dd>")
    return f'<dl class="ov-values">{"".join(entries)}</dl>' if entries else ""


def read_apart(text: str) -> Draft | None:
    """What a draft cites, read by a child process with limits; the text goes through a pipe alone. None where it cannot be read."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "loaders.draft"],
            input=text[:LONGEST].encode("utf-8", errors="replace"),
            capture_output=True,
            cwd=ROOT,
            timeout=_SECONDS,
            check=False,
        )
        return draft_of(done.stdout.decode("utf-8")) if done.returncode == 0 else None
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return None


def _check() -> None:
    text = str(st.session_state.get(_TEXT) or "")
    if len(text) <= LONGEST and text.strip():
        st.session_state[_READ] = read_apart(text)
    else:
        st.session_state.pop(_READ, None)


def _forget() -> None:
    st.session_state[_TEXT] = ""
    st.session_state.pop(_READ, None)
