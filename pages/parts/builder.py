"""The condition builder: rows of field, operator and value in groups, read back as a sentence, and made the filter at once.

What is being put together is a draft of this session (data/condition_draft.py). It changes this part of the page alone;
only what is finished and asked for by Apply becomes part of the filter in force, and so of every page.
"""

from __future__ import annotations

import html
from dataclasses import replace
from functools import partial

import streamlit as st

from data.condition_draft import Box, Row, draft_of
from data.condition_fields import ConditionError
from data.condition_links import in_link, to_link
from data.condition_turn import turned
from data.condition_words import from_sentence, sentence
from data.conditions import DEEPEST, MOST_TESTS, Node
from data.filters import Filters
from data.statistics import counted
from pages.parts import views
from pages.parts.builder_row import show_row
from pages.parts.frame import plain
from pages.parts.state import View, apply, link

_DRAFT, _OF, _DONE, _SAID = "ov-build", "ov-build-of", "ov-build-done", "ov-build-said"
_JOINED = {"and": "All of these (AND)", "or": "Any of these (OR)"}
_PAGES = (
    *(("overview", "Overview"), ("guidelines", "Guideline sources"), ("imaging", "Imaging modalities")),
    *(("specialties", "Reviewer specialties"), ("compare", "Compare"), ("fixes", "Fix list"), ("letters", "Letters")),
)


def builder(view: View) -> None:
    """Draw the builder for the conditions in force."""
    of = to_link(view.filters.condition) if view.filters.condition else ""
    if _DRAFT not in st.session_state or st.session_state.get(_OF) != of:
        _start(view.filters.condition)
    _building(view)
    if view.filters.condition:
        _in_force(view)


def _in_force(view: View) -> None:
    """What can be done with the conditions in force: see them on other pages, keep them under a name."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="ov-build-links"):
        st.html('<span class="ov-note">The conditions in force hold on every page:</span>', width="content")
        for page, label in _PAGES:
            link(page, label, view.filters, mark="-build")
    with st.expander("Keep these conditions under a name", key="ov-build-keep"):
        views.save_form(view, "-build")


def _start(node: Node | None) -> None:
    st.session_state[_DRAFT] = draft_of(node)
    st.session_state[_OF] = to_link(node) if node else ""


@st.fragment
def _building(view: View) -> None:
    if st.session_state.pop(_DONE, False):
        st.rerun()
    draft: Box = st.session_state[_DRAFT]
    with st.container(key="ov-build"):
        _box(view, draft, draft, 0)
    _read_back(view, draft)
    if said := st.session_state.pop(_SAID, ""):
        st.warning(plain(said))
    _typed(draft)


def _box(view: View, whole: Box, box: Box, deep: int) -> None:
    """One group: how its parts are joined, its rows and groups, and what can be added."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"ov-build-head-{box.number}"):
        st.session_state[f"ov-build-joined-{box.number}"] = box.joined
        st.segmented_control(
            "How the conditions of this group are joined",
            list(_JOINED),
            format_func=_JOINED.__getitem__,
            key=f"ov-build-joined-{box.number}",
            on_change=_joined,
            args=(box,),
            required=True,
            label_visibility="collapsed",
        )
        if deep:
            _move_and_remove(whole, box, "group")
    for part in box.parts:
        if isinstance(part, Row):
            with st.container(
                horizontal=True, vertical_alignment="center", gap="small", key=f"ov-build-row-{part.number}"
            ):
                show_row(view, whole, part)
                _move_and_remove(whole, part, "condition")
            if trouble := part.trouble():
                st.html(f'<p class="ov-note" role="status">{html.escape(trouble)}</p>')
        else:
            with st.container(border=True, key=f"ov-build-box-{part.number}"):
                _box(view, whole, part, deep + 1)
    full = sum(1 for _ in whole.rows()) >= MOST_TESTS
    with st.container(horizontal=True, gap="small", key=f"ov-build-foot-{box.number}"):
        st.button(
            "Add a condition",
            key=f"ov-build-add-{box.number}",
            on_click=_add,
            args=(box, Row),
            disabled=full,
            help=f"At most {MOST_TESTS} conditions." if full else None,
        )
        if deep + 1 < DEEPEST:
            st.button(
                "Add a group",
                key=f"ov-build-group-{box.number}",
                on_click=_add,
                args=(box, Box),
                disabled=full,
                type="tertiary",
            )


def _move_and_remove(whole: Box, part: Row | Box, what: str) -> None:
    if whole.parts and whole.parts[0] is not part:
        st.button(
            "Top",
            key=f"ov-build-top-{part.number}",
            on_click=whole.to_top,
            args=(part.number,),
            type="tertiary",
            help=f"Put this {what} first, out of any group",
        )
    st.button(
        f"Remove{' group' if what == 'group' else ''}",
        key=f"ov-build-remove-{part.number}",
        on_click=_remove,
        args=(whole, part.number),
        type="tertiary",
        help=f"Take this {what} away",
    )


def _joined(box: Box) -> None:
    box.joined = st.session_state[f"ov-build-joined-{box.number}"] or box.joined


def _add(box: Box, kind: type[Row] | type[Box]) -> None:
    other: Box = Box("and" if box.joined == "or" else "or", [Row(), Row()])
    box.parts.append(Row() if kind is Row else other)


def _remove(whole: Box, number: int) -> None:
    whole.remove(number)
    if not whole.parts:
        whole.parts.append(Row())


def _read_back(view: View, draft: Box) -> None:
    """The sentence, what it finds, and the buttons that make it the filter."""
    node, unfinished = draft.finished(), draft.unfinished()
    trouble = ""
    try:
        text = in_link(node) if node else ""
    except ConditionError as error:
        text, trouble = "", str(error)
    said = html.escape(f"{sentence(node)}.") if node else "No condition is put together yet."
    found = "" if trouble or not node else f"<b>{_finds(view, node)}</b> "
    st.html(f'<p class="ov-found" aria-live="polite">{found}<span class="ov-read-as">{said}</span></p>')
    if unfinished:
        trouble = (
            trouble
            or f"{counted(len(unfinished), 'condition')} {'is' if len(unfinished) == 1 else 'are'} not finished: give the value, or remove it."
        )
    if trouble:
        st.html(f'<p class="ov-note" role="status">{html.escape(trouble)}</p>')
    changed = text != st.session_state[_OF]
    with st.container(horizontal=True, gap="small", key="ov-build-apply-row"):
        st.button(
            "Apply",
            key="ov-build-apply",
            type="primary",
            disabled=bool(trouble) or not changed,
            on_click=_apply,
            args=(replace(view.filters, condition=node),),
            help="Make these conditions part of the filter, here and on every page.",
        )
        st.button(
            "Undo changes",
            key="ov-build-undo",
            disabled=not (changed or unfinished),
            on_click=_start,
            args=(view.filters.condition,),
        )
        _turn(view)


def _finds(view: View, node: Node) -> str:
    """How many decisions the draft would leave."""
    left = view.ask("how_many", filters=replace(view.filters, condition=node))
    without = view.ask("how_many", filters=replace(view.filters, condition=None))
    return f"{counted(left, 'decision') if left else 'None'} of {without:,}{'' if left else ' decisions'}."


def _turn(view: View) -> None:
    """The way from the sidebar's filter to conditions, where there is one."""
    plainly = replace(view.filters, condition=None)
    if not plainly.active:
        return
    try:
        other = turned(view.filters)
    except ConditionError:
        other = None
    if other is not None:
        st.button(
            "Turn the current filter into conditions",
            key="ov-build-turn",
            on_click=_apply,
            args=(other,),
            help="What the sidebar and the chips say becomes rows here, which can be joined by OR and grouped. The same decisions are left.",
        )
    else:
        st.button(
            "Turn the current filter into conditions",
            key="ov-build-turn",
            disabled=True,
            help="A part of it cannot be said as conditions.",
        )


def _apply(filters: Filters) -> None:
    """Make it the filter in force; the whole page follows."""
    _start(filters.condition)
    apply(filters)
    st.session_state[_DONE] = True


def _typed(draft: Box) -> None:
    """A sentence typed or pasted in the words of the one above."""
    with st.expander("Type or paste a sentence", key="ov-build-sentence"), st.form("ov-build-form", border=False):
        st.text_area(
            "The conditions in words",
            key="ov-build-typed",
            placeholder="Imaging modality is any of SPECT, CT and (Body part is Knee or Outcome is overturned)",
            help="Field, operator and values as the sentence above says them; brackets for groups; quotation marks around a value with a comma, AND or OR.",
        )
        st.form_submit_button("Read it", key="ov-build-read", on_click=partial(_read, draft))


def _read(draft: Box) -> None:
    typed = st.session_state["ov-build-typed"] or ""
    if not typed.strip():
        return
    try:
        st.session_state[_DRAFT] = draft_of(from_sentence(typed))
    except ConditionError as error:
        st.session_state[_SAID] = str(error)
