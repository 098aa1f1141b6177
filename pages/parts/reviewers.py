"""What the page about reviewers shows: groups beside comparable letters, exact sets of specialties, the matrix's rows."""

from __future__ import annotations

import html
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from data.filters import Choice
from data.funnel import funnel, funnel_words
from data.rates import Group, Headline
from data.schema import NOT_STATED, dimensions
from data.sentences import quoted, standing_out
from data.standardise import FEWEST_LETTERS, Ratio
from data.statistics import Rate, rate_words
from data.strata import OTHER_COMBINATIONS, Standardised
from pages.parts.briefing import note_words
from pages.parts.charts.draw import draw
from pages.parts.charts.funnel import funnel_plot
from pages.parts.charts.matrix import FEWER, matrix
from pages.parts.charts.ratios import RatioRow, hover_ratio, rate_and_ratio
from pages.parts.frame import note
from pages.parts.pictures import choose_pair, cut_off, dots, toggle, unit_of
from pages.parts.state import View, apply, current
from pages.parts.tables import group_table, rate_cells, rate_columns, share_cell, table

COMPARED: Mapping[str, str] = {
    "specialty_group": "Specialty groups",
    "specialty": "Specialty by specialty",
    "board": "Board",
    "subspecialty": "Subspecialty",
    "licence": "Licence",
}
_OVERLAP = "A reviewer with two certifications counts under both, so these add up to more than the whole. "
_RATIO = (
    "The ratio sets what was overturned against what the other reviewers’ rates would give for the same mix: imaging modality or category, "
    "year of the UR denial, body part, modified or not, age of the claim. Each compares with 1, none with another. It speaks of the items that "
    "have comparable letters: “on 86 %” below a ratio is their share, and where they are too few no ratio is given. "
)
OTHER_QUESTION = (
    "The funnel asks another question than the sentence at the top, so the two may differ: it sets each group against the rate of all "
    "together, group by group and without correction for their number; the sentence sets it against the rest, corrected over all groups."
)
MOST_ROWS, MOST_COLUMNS = 10, 6
TARGETS = 4  # bone scan, SPECT, CT and DEXA are columns before all others


def adjusted(view: View, head: Headline) -> None:
    """The second sentence of the answer: which specialty groups differ from comparable letters."""
    if head.rate.small or view.filters.one_outcome or view.filters.choice("specialty_group"):
        return
    words = f"Adjusted for the mix of cases: {adjusted_words(view.ask('standardised', 'specialty_group'))}"
    note_words(html.escape(words))
    st.html(f'<p class="ov-answer">{html.escape(words)}</p>')


def ratios(view: View, name: str, *, heading: str) -> None:
    """Raw rates, the highest first, with each group's ratio to comparable letters in a column of its own; a click filters."""
    unit, head = unit_of(view), view.ask("headline")
    groups: list[Group] = view.ask("by", name)
    found: dict[str, Standardised] = {one.key: one for one in view.ask("standardised", name)}
    chosen = view.filters.choice(name).include
    if view.filters.one_outcome:
        dots(view, name, groups, heading=heading)
        return
    ordered = sorted(groups, key=_place)
    overlap = _OVERLAP if dimensions()[name].kind == "mask" else f"Each {unit} counts once. "
    known = f"{dimensions()[name].note} " if dimensions()[name].note else ""
    by_letter = "Ratios count decisions, also where rates count letters. " if unit == "letter" else ""
    note(f"{overlap}{known}{_RATIO}{by_letter}")
    apart = {key for key, one in found.items() if one.stands_out}
    rows = [
        RatioRow(
            one.key, one.label, one.rate, _ratio(found, one.key), one.key in chosen, one.stands_out, one.key in apart
        )
        for one in ordered
    ]
    alt = "; ".join(
        f"{one.label} {rate_words(one.rate, unit)}{', differs from the rest' if one.stands_out else ''}{_beside(found, one)}"
        for one in ordered[:12]
    )
    draw(
        rate_and_ratio(rows, head.rate, unit=unit, dark=view.dark),
        key=f"ov-ratios-{name}",
        alt=f"{heading}, raw rates and ratios to comparable letters: {alt}",
        on_click=partial(toggle, name),
    )
    beside = adjusted_words(list(found.values()))
    note(f"Raw rates: {standing_out(groups)} Adjusted: {beside}")
    group_table(view, ordered, name=name.replace("_", "-"), heading=heading, on_row=partial(toggle, name))
    columns = ("Group", "Overturned", "Expected", "Ratio", "Low", "High", "Compared %", "In full %", "Against 1")
    more = ("Largest letter %", "Rate % without it", "Ratio without it")
    lines = [[found[one.key].label, *_ratio_cells(found[one.key])] for one in ordered if one.key in found]
    note("The ratios in figures, and what they are without the letter that holds most items:")
    table(view, (*columns, *more), lines, name=f"ratios-{name.replace('_', '-')}")


def points(view: View, sort: str) -> None:
    """The funnel of specialty groups or, with `sort` "set", of exact sets of specialties; a click filters."""
    unit = unit_of(view)
    groups: list[Group] = view.ask("profiles", "specialty") if sort == "set" else view.ask("by", "specialty_group")
    labels = {group.key: group.label for group in groups}
    placed = funnel({group.key: group.rate for group in groups})
    chosen = _chosen_set(view) if sort == "set" else view.filters.choice("specialty_group").include
    words = funnel_words(placed, labels)
    draw(
        funnel_plot(placed, labels, selected=chosen, unit=unit, dark=view.dark),
        key=f"ov-funnel-{sort}",
        alt=f"Funnel plot of the overturn rate by effective size. {words}",
        on_click=_choose_set if sort == "set" else partial(toggle, "specialty_group"),
    )
    note(f"{html.escape(words)} Each {unit} counts once.")
    if placed and any(point.outside for point in placed.points):
        note(OTHER_QUESTION)
    if sort == "set":
        folded = "Sets with fewer than 10 letters or an effective 10 items are one row, so that no rare combination is shown."
        note(f"{folded}")
        group_table(view, groups, name="specialty-sets", heading="Exact set of specialties", on_row=_choose_set)


def by_modality(view: View) -> None:
    """The matrix of specialties by imaging modality, with its table; a click on a cell chooses both.

    Of fewer than 10 letters nothing but that is said, under any filter: few letters of a specialty could single out a
    reviewer (Labor Code 4610.6(f)). Specialties that have more with no modality are neither in the picture, nor in
    the table and its files.
    """
    first, second = (dimensions()[name] for name in ("specialty", "modality"))
    cells = {pair: rate for pair, rate in view.ask("cross", "specialty", "modality").items() if pair[1] != NOT_STATED}
    if not cells:
        note("No imaging study is among these decisions.")
        return
    every = {row for row, _ in cells}
    rare = {pair for pair, rate in cells.items() if rate.letters < FEWEST_LETTERS}
    known = {row for row, _ in cells.keys() - rare}
    cells = {pair: rate for pair, rate in cells.items() if pair[0] in known}
    left = len(every - known)
    which = "specialty" if left == 1 else "specialties"
    folded = f"Left out: {left:,} {which} with fewer than 10 letters on any modality. " if left else ""
    if not cells:
        note(f"{folded}No specialty has 10 letters on any modality here.")
        return
    rows, columns = _most_frequent(cells)
    row_labels = {key: first.term_label(key) for key in rows}
    column_labels = {key: second.term_label(key) for key in columns}
    shown = {pair: rate for pair, rate in cells.items() if pair[0] in rows and pair[1] in columns}
    if not view.filters.one_outcome:
        draw(
            matrix(row_labels, column_labels, shown, unit=unit_of(view), dark=view.dark, hidden=rare),
            key="ov-specialty-modality",
            alt="Overturn rate by reviewer specialty and imaging modality",
            on_click=partial(choose_pair, "specialty", "modality"),
        )
    if words := folded + cut_off(cells, rows, columns):
        note(words)
    nothing = [None] * len(rate_columns(view))
    lines = [
        [
            *(first.term_label(row), second.term_label(column)),
            *([*nothing, FEWER] if (row, column) in rare else [*rate_cells(view, rate), ""]),
        ]
        for (row, column), rate in sorted(
            cells.items(), key=lambda item: (item[0] in rare, 0 if item[0] in rare else -item[1].n, item[0])
        )
    ]
    table(view, ("Specialty", "Modality", *rate_columns(view), "Remark"), lines, name="specialty-modality")


def adjusted_words(found: Sequence[Standardised]) -> str:
    """Which groups differ from comparable letters after correction, in one sentence; says so when none does."""
    tested = [one for one in found if not one.ratio.small and one.ratio.ratio is not None]
    if not tested:
        return "too few letters to adjust for what was asked."
    high = [quoted(one.label) for one in tested if one.stands_out and (one.ratio.ratio or 0) > 1]
    low = [quoted(one.label) for one in tested if one.stands_out and (one.ratio.ratio or 0) < 1]
    parts = [f"{', '.join(high)}: overturned more often than comparable letters"] if high else []
    parts += [f"{', '.join(low)}: overturned less often than comparable letters"] if low else []
    return "; ".join(parts) + "." if parts else "none can be told apart from comparable letters."


def _place(group: Group) -> tuple[bool, float]:
    return group.rate.small, -group.rate.n if group.rate.small else -(group.rate.rate or 0.0)


def _beside(found: Mapping[str, Standardised], group: Group) -> str:
    ratio = _ratio(found, group.key)
    return "" if ratio is None or group.rate.small else f", {hover_ratio(ratio)}"


def _ratio(found: Mapping[str, Standardised], key: str) -> Ratio | None:
    return found[key].ratio if key in found else None


def _ratio_cells(one: Standardised) -> list[object]:
    """Observed, expected, ratio with limits, shares compared, verdict; the largest letter's share, rate and ratio without."""
    ratio, matched = one.ratio, one.ratio.matched
    if one.rate.small:
        return [ratio.observed, *[None] * 6, "too few to compare", *[None] * 3]
    # A share is never 100 while something is missing.
    shares = [math.floor(1000 * share) / 10 for share in (matched.share, matched.full)]
    if ratio.small:
        verdict = "too few comparable" if matched.n else "no comparable letters"
        return [ratio.observed, *[None] * 4, *shares, verdict, *[None] * 3]
    verdict = "cannot be told apart" if ratio.ratio is not None else "comparable letters never overturned"
    if one.stands_out:
        verdict = "more often" if (ratio.ratio or 0) > 1 else "less often"
    limits = [None if value is None else round(value, 2) for value in (ratio.ratio, ratio.low, ratio.high)]
    figures: list[object] = [ratio.observed, round(ratio.expected, 1), *limits, *shares, verdict]
    if one.largest is None:
        return [*figures, *[None] * 3]
    largest = one.largest
    without = None if largest.rate.small or largest.ratio.ratio is None else round(largest.ratio.ratio, 2)
    return [*figures, round(100 * largest.share, 1), share_cell(largest.rate), without]


def _choose_set(key: str) -> None:
    """A click on an exact set of specialties: choose it alone, or let it go; the folded sets are no filter."""
    if key == OTHER_COMBINATIONS:
        return
    choice = Choice(tuple(key.split(",")), mode="only")
    filters = current()
    apply(filters.choose("specialty", Choice() if filters.choice("specialty") == choice else choice))


def _chosen_set(view: View) -> tuple[str, ...]:
    choice = view.filters.choice("specialty")
    return (",".join(choice.include),) if choice.mode == "only" else ()


def _most_frequent(cells: Mapping[tuple[str, str], Rate]) -> tuple[list[str], list[str]]:
    """The specialties with most imaging, and the four target modalities with the most frequent others, in their order."""
    by_row: Counter[str] = Counter()
    by_column: Counter[str] = Counter()
    for (row, column), rate in cells.items():
        by_row[row] += rate.n
        by_column[column] += rate.n
    keys = dimensions()["modality"].keys
    targets = [key for key in keys[:TARGETS] if by_column[key]]
    others = [key for key, _ in by_column.most_common() if key not in targets][: MOST_COLUMNS - len(targets)]
    rows = [row for row, _ in by_row.most_common() if row != NOT_STATED][:MOST_ROWS]
    return rows, [*targets, *sorted(others, key=keys.index)]
