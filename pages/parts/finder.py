"""The search box of the letters: what is typed is counted by outcome as it is typed, and followed by the page in a moment.

Streamlit hears what is typed after a short pause and not when Enter is pressed once more. So a pause shows the counts at
once, in this part of the page alone, and a longer one makes it the filter in force, which is one step in the history.
"""

from __future__ import annotations

import html
import time
from dataclasses import replace

import streamlit as st

from data.filters import MAX_WORDS, Filters
from data.limits import too_long, words_of
from data.search_language import parse
from data.sentences import chips
from data.statistics import counted
from pages.parts import briefing
from pages.parts.frame import plain
from pages.parts.sidebar import whole_case_number
from pages.parts.state import View, apply, current

_PAUSE_STEPS, _STEP_SECONDS = 9, 0.1
_MOST_WAYS = 6
_BOX, _OF, _LONG = "ov-find", "ov-find-of", "ov-find-long"
HELP = """
**Words** are found in any form, in capitals or not: `scan` finds *scans* and *scanning*. All of them must be there.

| you type | it finds letters with |
| --- | --- |
| `knee effusion` | both words, anywhere |
| `"bone scan"` | the words next to each other |
| `CT OR MRI` | either |
| `spine NOT surgery`, `spine -surgery` | the one without the other |
| `(CT OR MRI) spine` | brackets, as in sums |
| `request:MRI` | the word in what was asked for |
| `rationale:"not established"` | in why it was decided so |
| `summary:diabetes` | in the case summary |
| `citation:ODG` | in what either side cites |
| `arthro*` | words that begin so |
| `arthroscopy~` | typing mistakes, one or two letters |
| `CM16-0123456`, `case:CM16` | the case number, or how it begins |

AND, OR and NOT count in capitals only. NOT binds closest, then AND, then OR. To search for the word *or* itself, type it small.
"""


def finder(view: View) -> None:
    """The box with its help, and under it what was understood and how many decisions it finds, by outcome.

    Stops the run under a search that is too long to be made: the figures below would be those of another one.
    """
    if st.session_state.get(_OF) != view.filters.words:  # a chip, a link or another page changed it
        st.session_state[_BOX] = st.session_state[_OF] = view.filters.words
    elif _BOX not in st.session_state:
        st.session_state[_BOX] = view.filters.words
    _typing(view)
    if st.session_state.get(_LONG):
        briefing.note_answer("No search was made: what was typed is too long.")
        st.stop()


@st.fragment
def _typing(view: View) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="ov-finder"):
        st.text_input(
            "Search the letters, or type a case number",
            key=_BOX,
            type="search",
            live=True,
            placeholder='"bone scan" rationale:spine',
        )
        with st.popover("How to search", type="tertiary"):
            st.markdown(HELP)
    typed = words_of(st.session_state[_BOX], MAX_WORDS)
    applied = st.session_state[_OF]
    long = len(typed) > MAX_WORDS
    if long:
        st.warning(too_long("This search", len(typed), MAX_WORDS, "It was not made. Shorten it to see what it finds."))
    if long != st.session_state.get(_LONG, False):
        st.session_state[_LONG] = long
        st.rerun()
    if long:
        return
    if typed:
        _counted(view, replace(view.filters, words=typed), told=typed == applied)
    if typed != applied:
        _follow(typed)


def _counted(view: View, filters: Filters, *, told: bool) -> None:
    """How the words were read, and what they find under the other conditions; what was left out, unless the page has told it."""
    parsed = parse(filters.words)
    for sentence in () if told else (*parsed.notes, *filter(None, [parsed.trouble])):
        st.warning(plain(sentence))
    if parsed.tree is None:
        return
    counts: dict[str, int] = view.ask("counts", "outcome", filters=filters)
    overturned, upheld = counts.get("overturned", 0), counts.get("upheld", 0)
    total = overturned + upheld
    found = "<b>No decisions.</b>"
    if total:
        found = (
            f'<span class="ov-split" style="--ov-share: {100 * overturned / total:.1f}%" role="presentation"></span>'
            f'<b>{counted(total, "decision")}</b>: <span class="ov-word ov-overturned">{overturned:,} overturned</span>, '
            f'<span class="ov-word ov-upheld">{upheld:,} upheld</span>.'
        )
    understood = f'<span class="ov-read-as">{html.escape(parsed.understood)}</span>'
    st.html(f'<p class="ov-found" aria-live="polite">{found} {understood}</p>')


def _follow(typed: str) -> None:
    """Make what is typed the filter in force, unless more is typed meanwhile: then this run ends at the next call."""
    marker = st.empty()
    for _ in range(_PAUSE_STEPS):
        time.sleep(_STEP_SECONDS)
        marker.empty()
    st.session_state[_OF] = typed
    number = whole_case_number(typed)
    if number:  # not into the address: the browser's way back would open the letter again
        st.session_state["ov-case"] = number
    else:
        apply(replace(current(), words=typed))
    st.rerun()


def nothing_here(view: View) -> None:
    """Say that nothing was found and which condition to loosen, each with what it would find; stops the run."""
    briefing.note_answer("No decision matches this filter.")
    filters = view.filters
    ways = [(chip, view.ask("how_many", filters=chip.without)) for chip in chips(filters)]
    found = sorted((way for way in ways if way[1]), key=lambda way: -way[1])[:_MOST_WAYS]
    words = Filters(words=filters.words)
    near = []
    if filters.words and parse(filters.words).tree and not view.ask("how_many", filters=words):
        near = view.ask("near_words", filters=words)
        why = "no letter that is loaded has these words. " + (
            "Perhaps a word was meant that stands in letters:" if near else "Take a word away, or try OR between them."
        )
    elif found:
        why = "no decision meets all of its conditions at once. Without one of them there are:"
    else:
        why = "more than one of its conditions has to go."
    st.info(f"No decision matches this filter: {why}")
    for number, one in enumerate(near):
        st.button(
            f"{plain(one.offered)} instead of {plain(one.typed)} ({counted(one.letters, 'letter')})",
            key=f"ov-near-{number}",
            on_click=apply,
            args=(replace(filters, words=one.words),),
        )
    for number, (chip, n) in enumerate(found):
        st.button(
            f"{counted(n, 'decision')} without {'the words' if chip.without.words != filters.words else plain(chip.text[:80])}",
            key=f"ov-loosen-{number}",
            on_click=apply,
            args=(chip.without,),
        )
    st.button("Clear all filters", on_click=apply, args=(filters.cleared(),), key="ov-clear-empty")
    st.stop()
