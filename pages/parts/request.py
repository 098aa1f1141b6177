"""The request of an outlook: described in someone's words or picked, shown as it was understood, changed by hand.

The words live in the session alone; what is picked is the filter in the address, so a link shows the same outlook.
"""

from __future__ import annotations

import html
from dataclasses import replace

import streamlit as st

from data.filters import Choice, Filters
from data.limits import too_long, words_of
from data.requests import LONGEST, Asked, asked_for
from data.schema import NOT_STATED, dimensions
from pages.parts.frame import plain
from pages.parts.state import View, apply, current

_WORDS = "ov-outlook-words"
_PICKS = {
    "modality": ("Imaging study", "Any"),
    "subcategory": ("Other treatment", "Any"),
    "body": ("Body part", "Any"),
    "admin": ("Guideline cited for the denial", "Any"),
}


def request(view: View) -> tuple[str, str]:
    """Draw the form. Returns the words that describe the request, which are to be kept nowhere, and the document cited; empty without."""
    st.text_input(
        "Describe the request",
        key=_WORDS,
        placeholder="MRI of the lumbar spine without contrast",
        on_change=_understand,
        help="Read as an item of a letter is. What you write goes into no link, file or log.",
    )
    words = _words()
    if len(words) > LONGEST:
        st.warning(
            too_long(
                "This description",
                len(words),
                LONGEST,
                "It was not read, and the request below is as it was picked. Write what is asked for, without the reasons.",
            )
        )
        words = ""
    if words:
        st.html(f'<p class="ov-note" role="status">{understood(asked_for(words))}</p>')
    columns = st.columns(len(_PICKS) + 1, gap="small")
    for column, (name, (label, any_of)) in zip(columns, _PICKS.items(), strict=False):
        with column:
            _pick(view, name, label, any_of)
    with columns[-1]:
        document = _document(view)
    return words, document


def understood(asked: Asked) -> str:
    """What was read in the words, as HTML: the words, then what they stand for."""
    keys = [("modality", key) for key in asked.modalities]
    keys += [("body", key) for key in asked.body_parts] + [("laterality", key) for key in asked.laterality]
    if asked.subcategory and not asked.modalities:
        keys.insert(0, ("subcategory", asked.subcategory))
    if not keys:
        return "No study, treatment or body part that is known here stands in these words. Pick them below."
    labels = ", ".join(dimensions()[name].term_label(key) for name, key in keys)
    read = ", ".join(f"“{html.escape(word)}”" for word in asked.words)
    side = " The side of the body is not used: it makes groups too small." if asked.laterality else ""
    return f"Understood from {read}: <b>{html.escape(labels)}</b>.{side} Change it below where it is not what you mean."


def picked(filters: Filters, asked: Asked) -> Filters:
    """The filter with what was understood in place of what was picked before of study, treatment, body part and category."""
    both: Choice = Choice(asked.modalities, mode="all" if asked.fused else "any")
    filters = filters.choose("modality", both).choose("body", Choice(asked.body_parts))
    other = (asked.subcategory,) if asked.subcategory and not asked.modalities else ()
    return filters.choose("subcategory", Choice(other)).choose(
        "category", Choice((asked.category,) if asked.category else ())
    )


def _words() -> str:
    return words_of(st.session_state.get(_WORDS), LONGEST)


def _understand() -> None:
    words = _words()
    if 0 < len(words) <= LONGEST:
        apply(picked(current(), asked_for(words)))


def _pick(view: View, name: str, label: str, any_of: str) -> None:
    dimension, include = dimensions()[name], view.filters.choice(name).include
    counts: dict[str, int] = view.ask("counts", name, filters=Filters())
    offered = [key for key in view.ask("keys", name) if (counts.get(key) and key != NOT_STATED) or key in include]
    if name == "subcategory":
        offered = [key for key in offered if key != "diagnostic_imaging" or key in include]
    st.session_state[f"ov-pick-{name}"] = [key for key in include if key in offered]
    st.multiselect(
        label,
        offered,
        format_func=dimension.term_label,
        key=f"ov-pick-{name}",
        placeholder=any_of,
        on_change=_changed,
        args=(name,),
    )


def _changed(name: str) -> None:
    filters = current()
    before = filters.choice(name)
    include = tuple(st.session_state[f"ov-pick-{name}"])
    mode = before.mode if len(include) > 1 else "any"
    changed = filters.choose(name, replace(before, include=include, mode=mode))
    if name in ("modality", "subcategory"):  # the category belongs to what was asked for before
        changed = changed.choose("category", Choice())
    apply(changed, **({"document": ""} if name == "admin" else {}))


def _document(view: View) -> str:
    """The documents of the one source chosen, most cited first; the one that the address names is returned where it is among them."""
    admin = view.filters.choice("admin")
    single = len(admin.include) == 1 and not admin.exclude and admin.include[0] not in (NOT_STATED, "none")
    found = view.ask("by_citation", "admin", "document", admin.include[0], filters=Filters()) if single else []
    labels = {"": "Any", **{group.key: group.label for group in found if group.key != NOT_STATED}}
    asked = st.query_params.get("document", "") if single else ""
    if asked not in labels:
        st.warning(f"{plain(asked[:80])} is none of the documents cited most of this source, so any of them counts.")
        asked = ""
    st.session_state["ov-pick-document"] = asked
    st.selectbox(
        "Its document or chapter",
        list(labels),
        format_func=labels.__getitem__,
        key="ov-pick-document",
        on_change=_changed_document,
        disabled=not single,
        help="Choose one source first.",
    )
    return asked


def _changed_document() -> None:
    apply(current(), document=st.session_state["ov-pick-document"])
