"""The filters in the order people think: what was asked, who cited what, who reviewed, when, which words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import streamlit as st

from data.filters import MAX_WORDS, OUTCOMES, Choice, DateRange, Filters
from data.limits import too_long, words_of
from data.schema import NOT_STATED, dimensions
from pages.parts.state import View, apply, current

# People copy it with what stands before it, and type it with other signs than the form's hyphen, or none.
_CASE = re.compile(r"(?:IMR\W*)?(?:case\W*)?(?:(?:number|no)\W*)?CM\W*([0-9]{2})\W*([0-9]{5,8})", re.IGNORECASE)
_WHOLE_NUMBER = 7
_DAYS = (date(2000, 1, 1), date(2100, 12, 31))
_SIDES = {"admin": "Administrator", "reviewer": "Reviewer"}
_MODES = {"any": "any of", "all": "all of", "only": "only"}
_UNITS = {"item": "Disputed items", "letter": "Letters"}
_SWITCHES = {
    "ancillary": ("Ancillary items", "Services associated with an operation, or refused because the operation is."),
    "modified": ("Modified requests", "Requests of which the claims administrator authorized a part."),
    "retrospective": ("Retrospective requests", "Treatment that was given before it was asked for."),
}

# What was asked, on whose words, who reviewed, when and how, whose letters. Where nothing is stated, nothing is offered.
_MORE = (
    *("subcategory", "drug_class", "hybrid", "contrast", "laterality"),
    *("modified", "ancillary", "retrospective", "reason"),
    *("agreement", "admin_profile", "reviewer_profile", "admin_step", "reviewer_step", "mtus_edition"),
    *("specialty_group", "board", "subspecialty", "licence", "state"),
    *("claim_age", "decision_days", "priority", "collection"),
)


_MAIN = ("category", "modality", "body", "admin", "reviewer", "specialty")  # whose values can be left out at once


def show(view: View) -> None:
    """Draw the filters into the sidebar, each option with its count under the other filters."""
    with st.sidebar:
        st.html('<p class="ov-name">Overturn</p>')
        if view.page != "letters":  # which has the box on top
            _words(view)
        _dimension(view, "category")
        _dimension(view, "modality")
        _dimension(view, "body")
        side = view.filters.side
        _put("ov-w-side", side)
        st.segmented_control(
            "Guideline source of the",
            list(_SIDES),
            format_func=_SIDES.__getitem__,
            key="ov-w-side",
            on_change=_changed_side,
            help="Each letter states what the claims administrator cited for the denial and what the reviewer relied on.",
        )
        _dimension(view, side)
        _dimension(view, "specialty")
        _outcome(view)
        _dates(view)
        _counting(view)
        # Counting options that nobody sees would cost every click most of its time.
        with st.expander("More filters", key="ov-w-more", on_change="rerun") as more:
            if more.open:
                _more(view)


def _more(view: View) -> None:
    stated = view.ask("stated", filters=Filters())
    for name in _MORE:
        if name in stated or view.filters.choice(name):
            _dimension(view, name)
    offered = [name for name in (*_MAIN, *_MORE) if name in stated or view.filters.choice(name).exclude]
    for name in offered:
        if name in _MAIN or view.filters.choice(name).exclude:
            _left_out(view, name)
    others = {name: dimensions()[name].label for name in offered if name not in _MAIN}
    other = st.selectbox(
        "Leave out values of", list(others), index=None, format_func=others.__getitem__, key="ov-w-out-of"
    )
    if other and not view.filters.choice(other).exclude:
        _left_out(view, other)


def _put(key: str, value: object) -> None:
    """What a widget shows comes from the filter on every run; only its callback writes the other way."""
    st.session_state[key] = value


def _words(view: View) -> None:
    _put("ov-w-words", view.filters.words)
    st.text_input(
        "Words in the text, or a case number",
        key="ov-w-words",
        type="search",
        placeholder='bone scan "single photon"',
        on_change=_changed_words,
        help="Letters that hold all the words; words in double quotes stand together; OR, NOT, request:word and more are "
        "explained on the page Letters. A case number opens its letter.",
    )
    if length := st.session_state.pop("ov-w-words-long", 0):
        st.warning(
            too_long(
                "This search", length, MAX_WORDS, "It was not made and the filter is as it was. Paste a shorter one."
            )
        )


def case_number(words: str) -> str | None:
    """The case number that the words are, as the form writes it, or None."""
    found = _CASE.fullmatch(words.strip())
    return f"CM{found[1]}-{found[2]}" if found else None


def whole_case_number(words: str) -> str | None:
    """The same where all its digits are there, so that nobody is still typing it."""
    number = case_number(words)
    return number if number and len(number.partition("-")[2]) >= _WHOLE_NUMBER else None


def _changed_words() -> None:
    words = words_of(st.session_state["ov-w-words"], MAX_WORDS)
    if len(words) > MAX_WORDS:
        st.session_state["ov-w-words-long"] = len(words)
        return
    number = case_number(words)
    if number:  # not into the address: the browser's way back would open the letter again
        st.session_state["ov-case"] = number
    else:
        apply(replace(current(), words=words))


def _dimension(view: View, name: str) -> None:
    dimension = dimensions()[name]
    choice = view.filters.choice(name)
    counts: dict[str, int] = view.ask("counts", name)
    offered = options(name, counts, choice.include)
    _put(f"ov-w-{name}", list(choice.include))
    st.multiselect(
        dimension.label,
        offered,
        key=f"ov-w-{name}",
        format_func=lambda key: f"{dimension.term_label(key)} ({counts.get(key, 0):,})",
        on_change=_changed_include,
        args=(name,),
        placeholder="All",
        help=dimension.note or None,
    )
    if (dimension.kind == "mask" and len(choice.include) > 1) or choice.mode != "any":
        _put(f"ov-w-{name}-mode", choice.mode)
        st.segmented_control(
            f"{dimension.label}: combine",
            list(_MODES),
            format_func=_MODES.__getitem__,
            key=f"ov-w-{name}-mode",
            on_change=_changed_mode,
            args=(name,),
            label_visibility="collapsed",
        )


def options(name: str, counts: dict[str, int], chosen: tuple[str, ...]) -> list[str]:
    """Keys to choose from: imaging in its fixed order, the others by count, what is chosen always among them."""
    dimension = dimensions()[name]
    keys = list(dict.fromkeys([*dimension.keys, *counts, NOT_STATED]))
    present = [key for key in keys if counts.get(key)]
    if name != "modality":
        present.sort(key=lambda key: (key == NOT_STATED, -counts[key]))
    return [*present, *(key for key in chosen if key not in present)]


def _changed_include(name: str) -> None:
    filters = current()
    include = tuple(st.session_state[f"ov-w-{name}"])
    choice = filters.choice(name)
    exclude = tuple(key for key in choice.exclude if key not in include)
    mode = choice.mode if len(include) > 1 else "any"
    apply(filters.choose(name, Choice(include, exclude, mode)))


def _changed_mode(name: str) -> None:
    filters = current()
    apply(filters.choose(name, replace(filters.choice(name), mode=st.session_state[f"ov-w-{name}-mode"] or "any")))


def _left_out(view: View, name: str) -> None:
    dimension = dimensions()[name]
    choice = view.filters.choice(name)
    counts: dict[str, int] = view.ask("counts", name)
    _put(f"ov-w-{name}-out", list(choice.exclude))
    st.multiselect(
        f"Leave out: {dimension.label.lower()}",
        options(name, counts, choice.exclude),
        key=f"ov-w-{name}-out",
        format_func=lambda key: f"{dimension.term_label(key)} ({counts.get(key, 0):,})",
        on_change=_changed_exclude,
        args=(name,),
        placeholder="None",
    )


def _changed_exclude(name: str) -> None:
    filters = current()
    exclude = tuple(st.session_state[f"ov-w-{name}-out"])
    choice = filters.choice(name)
    include = tuple(key for key in choice.include if key not in exclude)
    apply(filters.choose(name, Choice(include, exclude, choice.mode if len(include) > 1 else "any")))


def _changed_side() -> None:
    apply(replace(current(), side=st.session_state["ov-w-side"] or "admin"))


def _outcome(view: View) -> None:
    counts: dict[str, int] = view.ask("counts", "outcome")
    _put("ov-w-outcome", view.filters.outcome)
    st.segmented_control(
        "Outcome",
        list(OUTCOMES),
        format_func=lambda key: f"{key.capitalize()} ({counts.get(key, 0):,})",
        key="ov-w-outcome",
        on_change=_changed_outcome,
        help="Overturned: the reviewer found the treatment medically necessary. Upheld: the reviewer agrees with the denial.",
    )


def _changed_outcome() -> None:
    apply(replace(current(), outcome=st.session_state["ov-w-outcome"]))


def _dates(view: View) -> None:
    filters = view.filters
    _put("ov-w-by", filters.date_field)
    st.segmented_control(
        "Date of the",
        ["decision", "ur"],
        format_func={"decision": "Decision", "ur": "UR denial"}.__getitem__,
        key="ov-w-by",
        on_change=_changed_dates,
    )
    first, last = view.ask("bounds")
    lowest, highest = days_offered(filters.dates)
    _put("ov-w-from", filters.dates.start)
    _put("ov-w-to", filters.dates.end)
    st.date_input(
        "From",
        key="ov-w-from",
        min_value=lowest,
        max_value=highest,
        on_change=_changed_dates,
        help=f"First loaded: {first}",
    )
    st.date_input(
        "To", key="ov-w-to", min_value=lowest, max_value=highest, on_change=_changed_dates, help=f"Last loaded: {last}"
    )
    undated: int = view.ask("undated")
    _put("ov-w-undated", filters.dates.undated)
    st.checkbox(
        f"{'Also' if filters.dates.bounded else 'Only'} date not stated ({undated:,})",
        key="ov-w-undated",
        on_change=_changed_dates,
        help="Letters without a cover page state no decision date.",
    )


def days_offered(dates: DateRange) -> tuple[date, date]:
    """The first and last day that can be chosen where these dates are: a link may say others than anybody needs."""
    said = [day for day in (dates.start, dates.end) if day]
    return min([_DAYS[0], *said]), max([_DAYS[1], *said])


def _changed_dates() -> None:
    state = st.session_state
    start, end = state["ov-w-from"], state["ov-w-to"]
    dates = DateRange(start or None, end or None, bool(state["ov-w-undated"]))
    apply(replace(current(), dates=dates, date_field=state["ov-w-by"] or "decision"))


def _counting(view: View) -> None:
    _put("ov-w-unit", view.filters.unit)
    st.segmented_control(
        "Count",
        list(_UNITS),
        format_func=_UNITS.__getitem__,
        key="ov-w-unit",
        on_change=_changed_counting,
        help="A letter decides one or more disputed items. As a letter it counts as overturned when any of its items in the filter was.",
    )
    for name, (label, explanation) in _SWITCHES.items():
        _put(f"ov-w-with-{name}", name not in view.filters.without)
        st.toggle(label, key=f"ov-w-with-{name}", on_change=_changed_counting, help=explanation)


def _changed_counting() -> None:
    without = tuple(name for name in _SWITCHES if not st.session_state[f"ov-w-with-{name}"])
    apply(replace(current(), unit=st.session_state["ov-w-unit"] or "item", without=without))
