"""Imaging studies: which filter a page on them shows, fused ones under their parts or apart, and studies against something else."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import partial

import streamlit as st

from data.filters import Choice, Filters
from data.imaging import fused_studies
from data.rates import Headline
from data.schema import NOT_STATED, dimensions
from data.statistics import counted
from pages.parts.briefing import note_answer
from pages.parts.charts.draw import draw
from pages.parts.charts.matrix import matrix
from pages.parts.frame import note
from pages.parts.pictures import cut_off, unit_of
from pages.parts.state import View, apply, current, link
from pages.parts.tables import rate_cells, rate_columns, table

MOST = 6  # columns of a matrix; the table below it has all
APART = "apart"


@dataclass(frozen=True, slots=True)
class Studies:
    """What a page on imaging shows: by which dimension, all imaging under the other filters, and what of it is chosen.

    `none`: the filter asks for decisions on no imaging study alone, so none of them can be shown.
    """

    dimension: str
    every: Filters
    shown: Filters
    chosen: bool
    none: bool = False


def studies(filters: Filters, hybrids: str = "") -> Studies:
    """The studies of a filter; `hybrids` is the page's option: "apart" gives fused studies rows of their own."""
    every = filters.choose("study", Choice(exclude=filters.choice("study").exclude))
    every = every.choose(
        "modality", Choice(exclude=tuple(dict.fromkeys((*filters.choice("modality").exclude, NOT_STATED))))
    )
    asked = filters
    for name in ("modality", "study"):  # what is no imaging has no place among imaging
        choice = filters.choice(name)
        asked = asked.choose(name, replace(choice, include=tuple(key for key in choice.include if key != NOT_STATED)))
    chosen = bool(asked.choice("modality").include or asked.choice("study").include)
    none = asked != filters and not chosen
    return Studies("study" if hybrids == APART else "modality", every, asked if chosen else every, chosen, none)


def no_imaging(view: View) -> None:
    """Where decisions match the filter and none of them is on imaging: say so and stop the run."""
    matching: Headline = view.ask("headline")
    if not matching.decisions:
        return
    one = matching.decisions == 1
    words = (
        f"{counted(matching.decisions, 'decision')} {'matches' if one else 'match'} this filter, and "
        f"{'it is not' if one else 'none of them is'} on an imaging study. Take the condition away that leaves imaging out, "
        "or look at them on another page."
    )
    note_answer(words)
    st.info(words)
    link("overview", "Show them on the overview", view.filters)
    st.stop()


def switch() -> None:
    """The switch that keeps fused studies apart; the address remembers it."""
    hybrids = st.query_params.get("hybrids", "")
    st.session_state["ov-hybrids"] = hybrids == APART
    st.toggle(
        "Keep fused studies apart",
        key="ov-hybrids",
        on_change=_switched,
        help="One study of two machines, such as SPECT/CT: in a row of its own, or under each of its parts.",
    )


def _switched() -> None:
    apply(current(), hybrids=APART if st.session_state["ov-hybrids"] else "")


def alone(filters: Filters, dimension: str) -> Filters:
    """The filter without what is chosen of studies in the other way, so that both never meet in a choice."""
    other = "modality" if dimension == "study" else "study"
    return filters.choose(other, Choice(exclude=filters.choice(other).exclude))


def toggle_study(dimension: str, key: str) -> None:
    """A click on the mark of a study. For callbacks."""
    apply(alone(current(), dimension).toggle(dimension, key))


def choose_cell(dimension: str, columns: str, pair: str) -> None:
    """A click on the cell `study|column` of a matrix: both are chosen, alone. For callbacks."""
    row, _, column = pair.partition("|")
    apply(alone(current(), dimension).choose(dimension, Choice((row,))).choose(columns, Choice((column,))))


def rows_asked(of: Studies) -> set[str]:
    """The studies that a matrix has rows for: those chosen, with the fused ones that join a chosen modality; else all."""
    keys = dimensions()[of.dimension].keys
    if chosen := of.shown.choice(of.dimension).include:
        return set(chosen)
    modalities = set(of.shown.choice("modality").include)
    joined = {key for key, parts in fused_studies().items() if modalities & set(parts)}
    return ({*modalities, *joined} if modalities else set(keys)) - {NOT_STATED}


def against(view: View, of: Studies, columns_name: str, *, at_least: Collection[str] = ()) -> None:
    """Studies against another dimension as a matrix, its most frequent values as columns, with the table of all.

    Where studies are chosen these alone are rows, not what the same items ask for beside them.
    With `at_least` only these studies and those of which any item states a value, and the values in the vocabulary's order.
    """
    rows_of, columns_of = dimensions()[of.dimension], dimensions()[columns_name]
    cells = view.ask("cross", of.dimension, columns_name, filters=of.shown)
    asked = rows_asked(of)
    cells = {pair: rate for pair, rate in cells.items() if pair[0] in asked}
    if at_least:
        stating = {*at_least} | {study for study, value in cells if value != NOT_STATED}
        cells = {pair: rate for pair, rate in cells.items() if pair[0] in stating}
    if not cells:
        st.info("Nothing to show here for this filter: no letter states it.")
        return
    sizes: dict[str, int] = {}
    for (_, value), rate in cells.items():
        sizes[value] = sizes.get(value, 0) + rate.n
    most = [key for key in columns_of.keys if key in sizes] if at_least else sorted(sizes, key=lambda key: -sizes[key])
    columns = {key: columns_of.term_label(key) for key in most[:MOST]}
    shown = {pair: rate for pair, rate in cells.items() if pair[1] in columns}
    rows = {key: rows_of.term_label(key) for key in rows_of.keys if any(pair[0] == key for pair in shown)}
    if not view.filters.one_outcome:
        draw(
            matrix(rows, columns, shown, unit=unit_of(view), dark=view.dark),
            key=f"ov-imaging-{columns_name}",
            alt=f"Overturn rate by imaging study and {columns_of.label.lower()}",
            on_click=partial(choose_cell, of.dimension, columns_name),
        )
    if words := cut_off(cells, rows, columns):
        note(words)
    lines = [
        [rows_of.term_label(study), columns_of.term_label(value), *rate_cells(view, rate)]
        for (study, value), rate in sorted(cells.items(), key=lambda item: -item[1].n)
    ]
    table(view, ("Modality", columns_of.label, *rate_columns(view)), lines, name=f"modality-{columns_name}")
