"""The second filter of the page Compare: how it is chosen and edited, its chips, and the column of either filter."""

from __future__ import annotations

import html
from dataclasses import replace
from functools import partial

import streamlit as st

from data.compared_words import segment_name
from data.comparing import Figures
from data.filters import Choice, DateRange, Filters
from data.schema import NOT_STATED, Dimension, dimensions
from data.segments import PARAMETER, beside_as, segment_text
from data.sentences import MEANING, chips, notices
from data.statistics import interval_words, percent
from pages.parts.briefing import note_answer
from pages.parts.charts.bars import outcome_bar
from pages.parts.charts.draw import draw
from pages.parts.frame import chip_help, cut, definitions, note, plain
from pages.parts.pictures import unit_of
from pages.parts.sidebar import days_offered, options
from pages.parts.state import View, apply, current, link

_KINDS = {"rest": "Everyone else", "filter": "Another filter"}
_EDITED = ("category", "modality", "body", "admin", "reviewer", "specialty")


def set_second(segment: Filters | None) -> None:
    """Make `segment` the one that is compared with. For callbacks."""
    apply(current(), **{PARAMETER: segment_text(segment)})


def swap(other: Filters) -> None:
    """Turn A into B and B into A. For callbacks."""
    apply(other, **{PARAMETER: segment_text(current())})


def controls(view: View, other: Filters | None) -> None:
    """What B is, ways to choose it, and what its conditions are."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="ov-second"):
        st.session_state["ov-b-kind"] = "rest" if other is None else "filter"
        st.segmented_control(
            "Compare the current filter (A) with",
            list(_KINDS),
            format_func=_KINDS.__getitem__,
            key="ov-b-kind",
            on_change=_changed_kind,
            help="The sidebar and its chips change A. Everyone else: every decision that is not in A.",
        )
        st.button(
            "Use A as B",
            key="ov-b-same",
            on_click=set_second,
            args=(view.filters,),
            help="Keeps the current filter as B, so that the sidebar can then change A.",
        )
        if other is not None:
            st.button("Swap A and B", key="ov-b-swap", on_click=swap, args=(other,))
    if other is None:
        return
    held = {key: view.ask("keys", key) for key, one in dimensions().items() if one.open and other.choice(key)}
    for notice in notices(other, held):
        st.warning(f"B: {plain(notice)}")
    with st.container(horizontal=True, key="ov-chip-second", gap="small"):
        st.html('<span class="ov-note">B is</span>')
        for number, chip in enumerate(chips(other)):
            st.button(
                f"{plain(cut(chip.text))} ✕",
                key=f"ov-chip-b-{number}",
                on_click=set_second,
                args=(chip.without,),
                help=chip_help(chip.text, "Take this condition out of B"),
            )
        if not other.active:
            st.html('<span class="ov-note">everything loaded</span>')
    with st.expander("Change B", expanded=not other.active):
        _editor(view, other)


def _changed_kind() -> None:
    if st.session_state["ov-b-kind"] == "filter":
        set_second(Filters())
    else:
        set_second(None)


def _editor(view: View, other: Filters) -> None:
    """The main dimensions of B and its dates; every other condition comes by way of A."""
    columns = st.columns(3)
    for place, name in enumerate(_EDITED):
        dimension, choice = dimensions()[name], other.choice(name)
        counts: dict[str, int] = view.ask("counts", name, filters=other)
        st.session_state[f"ov-b-{name}"] = list(choice.include)
        columns[place % 3].multiselect(
            f"B: {dimension.label.lower()}",
            options(name, counts, choice.include),
            key=f"ov-b-{name}",
            format_func=partial(_counted, dimension, counts),
            on_change=_changed_choice,
            args=(name, other),
            placeholder="All",
        )
    lowest, highest = days_offered(other.dates)
    for column, key, label, value in (
        (columns[0], "from", "B: from", other.dates.start),
        (columns[1], "to", "B: to", other.dates.end),
    ):
        st.session_state[f"ov-b-{key}"] = value
        column.date_input(
            label, key=f"ov-b-{key}", min_value=lowest, max_value=highest, on_change=_changed_dates, args=(other,)
        )


def _counted(dimension: Dimension, counts: dict[str, int], key: str) -> str:
    return f"{dimension.term_label(key)} ({counts.get(key, 0):,})"


def _changed_choice(name: str, other: Filters) -> None:
    include = tuple(st.session_state[f"ov-b-{name}"])
    choice = other.choice(name)
    exclude = tuple(key for key in choice.exclude if key not in include)
    mode = choice.mode if len(include) > 1 else "any"
    set_second(beside_as(other.choose(name, Choice(include, exclude, mode)), current()))


def _changed_dates(other: Filters) -> None:
    start, end = st.session_state["ov-b-from"], st.session_state["ov-b-to"]
    set_second(replace(other, dates=DateRange(start or None, end or None, other.dates.undated)))


def figure(number: str, words: str) -> str:
    """A number over what it counts."""
    return f'<div class="ov-figure"><b>{number}</b><span>{words}</span></div>'


def segment(
    view: View, name: str, filters: Filters | None, side: Figures, letters: Filters | None, *, rates: bool = True
) -> None:
    """One column: what the segment is, its figures (counts alone without `rates`), its letters by outcome and the way to them."""
    unit = unit_of(view)
    st.html(f"<h3>{name}</h3><p class='ov-note'>{html.escape(segment_name(filters))}</p>")
    rate = side.rate
    small = rate.small or rate.rate is None
    shown = "too few" if small else percent(rate.rate or 0.0, rate.n)
    of = f"{rate.y:,} of {rate.n:,} {unit}s overturned" + (
        "" if small else f" ({interval_words(rate.low, rate.high, rate.n)})"
    )
    counts = figure(f"{side.decisions:,}", "disputed items decided") + figure(f"{side.letters:,}", "letters")
    st.html(f'<div class="ov-figures">{counts}{figure(shown, of) if rates else ""}</div>')
    draw(
        outcome_bar(side.upheld, side.partly, side.overturned, dark=view.dark, unit="letter", compact=True),
        key=f"ov-outcomes-{name}",
        alt=f"{name}: {side.upheld} letters upheld, {side.partly} partly overturned, {side.overturned} overturned",
    )
    if letters is not None:
        link("letters", f"Show the letters of {name}", letters, mark=name)
    else:
        st.html(
            '<p class="ov-note">No one filter says what A leaves; choose another filter as B to see its letters.</p>'
        )


def examples(view: View) -> list[tuple[str, Filters, Filters | None]]:
    """Comparisons to begin with, made of what the snapshot holds most of: words, A, and B (None for everyone else)."""
    plain_filter = view.filters.cleared()
    found: list[tuple[str, Filters, Filters | None]] = []
    for name in ("modality", "specialty_group"):
        counts: dict[str, int] = view.ask("counts", name)
        most = sorted((key for key in counts if key != NOT_STATED), key=lambda key: -counts[key])[:2]
        if len(most) == 2:
            a, b = (plain_filter.choose(name, Choice((key,))) for key in most)
            found.append((" against ".join(dimensions()[name].term_label(key) for key in most), a, b))
    sources: dict[str, int] = view.ask("counts", view.filters.side)
    for key in sorted((key for key in sources if key not in ("none", NOT_STATED)), key=lambda key: -sources[key])[:1]:
        filters = plain_filter.choose(view.filters.side, Choice((key,)))
        found.append((f"{segment_name(filters)} against everyone else", filters, None))
    return found


def begin_with(view: View) -> None:
    """What a comparison is and how one begins, where neither side has a condition; stops the run."""
    words = "Choose what to compare: the filters in the sidebar make A, which is set beside everyone else or another filter, B."
    note_answer(words)
    st.html(f'<p class="ov-answer">{words}</p><p class="ov-note">{MEANING}</p>')
    note(
        "Both rates stand beside each other with their difference, what is left of it on the same mix, and what differs in their make-up. To begin with:"
    )
    for number, (label, a, b) in enumerate(examples(view)):
        shown = {PARAMETER: segment_text(b)}
        st.button(plain(label), key=f"ov-example-{number}", on_click=apply, args=(a,), kwargs=shown)
    definitions()
    st.stop()
