"""The sources of both sides: cited against relied on, and how items fare by how the two relate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial

import streamlit as st

from data.guidelines import agreement_words
from data.schema import NOT_STATED, dimensions
from data.statistics import Rate
from pages.parts.charts.draw import draw
from pages.parts.charts.matrix import matrix
from pages.parts.frame import note, section
from pages.parts.pictures import choose_pair, cut_off, dots, unit_of
from pages.parts.state import View
from pages.parts.tables import rate_cells, rate_columns, table

MOST = 6


def _most_named(cells: Mapping[tuple[str, str], Rate], side: int) -> dict[str, str]:
    """The labels of the sources most often named on one side of the pairs, by key."""
    named: Counter[str] = Counter()
    for pair, rate in cells.items():
        named[pair[side]] += rate.n
    return {key: dimensions()["admin"].term_label(key) for key, _ in named.most_common(MOST)}


def _crossed(view: View) -> None:
    """What the claims administrator cited against what the reviewer relied on."""
    label = dimensions()["admin"].term_label
    cells = view.ask("cross", "admin", "reviewer")
    cited, relied_on = _most_named(cells, 0), _most_named(cells, 1)
    shown = {pair: rate for pair, rate in cells.items() if pair[0] in cited and pair[1] in relied_on}
    figure = matrix(
        cited,
        relied_on,
        shown,
        unit=unit_of(view),
        dark=view.dark,
        diagonal=True,
        row_title="Cited",
        column_title="Relied on",
    )
    alt = "Overturn rate by the source cited and the source relied on"
    if not view.filters.one_outcome:
        draw(figure, key="ov-matrix", alt=alt, on_click=partial(choose_pair, "admin", "reviewer"))
    note(
        "Rows: cited by the claims administrator. Columns: relied on by the reviewer. Framed: both name the source. "
        f"{cut_off(cells, cited, relied_on)}"
    )
    lines = [
        [label(row), label(column), *rate_cells(view, rate)]
        for (row, column), rate in sorted(cells.items(), key=lambda item: -item[1].n)
    ]
    table(view, ("Cited", "Relied on", *rate_columns(view)), lines, name="cited-relied-on")


def both_sides(view: View) -> None:
    """The sources of both sides against each other."""
    groups = view.ask("by", "agreement")
    left, right = st.columns([3, 2], gap="medium")
    with left:
        section("Cited against relied on")
        _crossed(view)
    with right:
        section("How the two sides relate")
        stated = [group for group in groups if group.key != NOT_STATED]
        dots(view, "agreement", stated, heading="Sources of both sides", by_rate=False, compact=True)
    if not view.filters.one_outcome:
        note(f"{agreement_words(groups, unit_of(view))}")
