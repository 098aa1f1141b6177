"""The pivot of the page Explore: rows, columns and what a cell says are chosen; every cell leads to its letters."""

from __future__ import annotations

import html
from collections.abc import Sequence
from functools import partial

import streamlit as st

from data.axes import OUTCOME, TIMES
from data.filters import Choice, Filters
from data.pivot import (
    ALL,
    MEASURES,
    MOST_COLUMNS,
    MOST_ROWS,
    SORTS,
    Pair,
    Pivot,
    axes,
    cell_filter,
    measures,
    most_of,
    pivot,
)
from data.rates import Group, Headline
from data.schema import dimensions
from data.sentences import listed, standing_out
from data.statistics import Rate, counted, percent
from pages.parts.charts.bars import count_bars
from pages.parts.charts.dots import Row, rate_dots
from pages.parts.charts.draw import draw
from pages.parts.charts.matrix import FEWER, Amount, matrix
from pages.parts.frame import note
from pages.parts.options import option
from pages.parts.pictures import unit_of
from pages.parts.state import View, turn_to
from pages.parts.tables import rate_cells, rate_columns, share_cell, table, versus
from pages.parts.theme import modality_colour

ROWS, COLUMNS = "modality", "body"
"""What stands in rows and columns until something else is chosen."""
PANELS = 6
"""How many columns are shown as dots beside each other."""
_KINDS = {"heatmap": "Heatmap", "dots": "Dots", "table": "Table"}
_OPEN = "ov-open-cell"
_NONE = "none"
Names = tuple[str, str]


def opened(view: View) -> None:
    """Turn to the letters of a cell that was clicked on the last run."""
    filters = st.session_state.pop(_OPEN, None)
    if isinstance(filters, Filters):
        turn_to("letters", filters)


def show(view: View, head: Headline) -> None:
    """What to cross and how, the picture of it and its table."""
    names, measure, kind, sort = _chosen(view)
    found = asked(view, names, head, sort)
    if not found.rows or (names[1] and not found.columns):
        note(html.escape(_left_out(view, names, found, [], [])))
        st.info("Nothing to show here for this filter: try another row or column.")
        return
    rows = most_of(names[0], found.rows, MOST_ROWS)
    columns = most_of(names[1], found.columns, PANELS if kind == "dots" and names[1] else MOST_COLUMNS)
    note(html.escape(_meaning(view, names)))
    if kind == "heatmap":
        _heatmap(view, names, found, rows, columns, measure)
    elif kind == "dots":
        _dots(view, names, found, rows, columns, measure)
    else:
        _wide(view, names, found, measure)
    if kind == "table":  # which has all of them
        rows, columns = list(found.rows), list(found.columns)
    if left := _left_out(view, names, found, rows, columns):
        note(html.escape(left))
    if measure == "rate" and names[0] not in TIMES:
        note(html.escape(f"Rows against the rest: {standing_out(list(found.rows), 'row', most=4)}"))
    _table(view, names, found)


def _chosen(view: View) -> tuple[Names, str, str, str]:
    """Axes, measure, kind of picture and order as the address has them, under the boxes to choose from."""
    every = axes()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="ov-pivot-options"):
        rows = option("rows", "Rows", _first(every, ROWS), many=True)
        beside = {key: label for key, label in every.items() if key != rows}
        columns = option("columns", "Columns", _first({**beside, _NONE: "None, rows alone"}, COLUMNS), many=True)
        columns = "" if columns == _NONE else columns
        measure = option("measure", "In each cell", measures(rows, columns, view.filters), many=True)
        sort = option("order", "Order", SORTS, many=True)
    kind = option("shown", "Shown as", _kinds(measure))
    return (rows, columns), measure, kind, sort


def _first(labels: dict[str, str], key: str) -> dict[str, str]:
    """The same with `key` in front, which makes it what stands there until something else is chosen."""
    return {key: labels[key], **labels} if key in labels else labels


def _kinds(measure: str) -> dict[str, str]:
    """How a measure can be shown: counts are bars, and shares stand in cells."""
    if measure == "rate":
        return _KINDS
    counts = {"dots": "Bars"} if measure in ("decisions", "letters") else {}
    return {key: counts.get(key, label) for key, label in _KINDS.items() if key != "dots" or counts}


def asked(view: View, names: Names, head: Headline, sort: str) -> Pivot:
    """The pivot of these axes under the filter in force."""
    groups: tuple[Sequence[Group], Sequence[Group]] = (
        view.ask("by", names[0], True),
        view.ask("by", names[1], True) if names[1] else [],
    )
    cells: dict[Pair, Rate] = view.ask("cross", *names) if names[1] else {}
    return pivot(view.filters, names, head, groups, cells, sort)


def _label(view: View, name: str) -> str:
    if name in TIMES:
        return f"{TIMES[name]} of the {'decision' if view.filters.date_field == 'decision' else 'UR denial'}"
    return axes()[name]


def _amount(view: View, found: Pivot, row: str, column: str, measure: str) -> tuple[str, str, float, bool] | None:
    """Of a count or share: the text of its cell, its words, its size, and whether it is quiet."""
    rate = found.rate(row, column)
    if rate is None or not rate.n:
        return None
    if measure in ("decisions", "letters"):
        n = rate.n if measure == "decisions" or unit_of(view) == "letter" else rate.letters
        return f"{n:,}", counted(n, "decision" if measure == "decisions" else "letter"), float(n), False
    share = found.share(row, column, measure)
    if share is None:
        return None
    n, whole, small = share
    of = {"row": "this row", "column": "this column", "whole": "all"}[measure]
    words = f"{n:,} of {counted(whole, unit_of(view))} of {of}"
    if small:
        return f"{n:,} of {whole:,}", f"{words}, too few for a share", 0.0, True
    return f"{n:,}<br><b>{percent(n / whole, whole)}</b>", f"{words}, {percent(n / whole, whole)}", n / whole, False


def _heatmap(
    view: View, names: Names, found: Pivot, rows: Sequence[Group], columns: Sequence[Group], measure: str
) -> None:
    """The cells with totals at the right and below; a click opens the letters."""
    row_keys = [*(group.key for group in rows), ALL]
    column_keys = [*(group.key for group in columns), ALL] if names[1] else [ALL]
    pairs = [(row, column) for row in row_keys for column in column_keys]
    places = {pair: (_place(pair[0], row_keys), _place(pair[1], column_keys)) for pair in pairs}
    labels = {_place(group.key, row_keys): group.label for group in rows} | {ALL: "All together"}
    heads = {_place(group.key, column_keys): group.label for group in columns}
    heads |= {ALL: "All" if names[1] else MEASURES[measure]}
    hidden = {places[pair] for pair in found.hidden if pair in places}
    cells: dict[Pair, Rate] | dict[Pair, Amount]
    legend = ""
    if measure == "rate":
        cells = {places[pair]: rate for pair in pairs if (rate := found.rate(*pair))}
    else:
        amounts = {pair: one for pair in pairs if (one := _amount(view, found, *pair, measure))}
        largest = max(
            (one[2] for pair, one in amounts.items() if ALL not in pair and pair not in found.hidden), default=0
        )
        cells = {
            places[pair]: Amount(text, words, size / largest if largest and not quiet else None, quiet)
            for pair, (text, words, size, quiet) in amounts.items()
        }
        legend = f"The stronger the shade, the more; the strongest is {_largest(largest, measure)}." if names[1] else ""
    draw(
        matrix(
            labels,
            heads,
            cells,
            unit=unit_of(view),
            dark=view.dark,
            row_title=_label(view, names[0]),
            column_title=_label(view, names[1]) if names[1] else "",
            hidden=hidden,
            deaf=hidden,
            legend=legend,
        ),
        key=f"ov-pivot-{names[0]}-{names[1]}-{measure}",
        alt=f"{MEASURES[measure]} by {_label(view, names[0])}" + (f" and {_label(view, names[1])}" if names[1] else ""),
        on_click=partial(_clicked, view.filters, names, row_keys, column_keys),
    )


def _place(key: str, keys: Sequence[str]) -> str:
    """A key as the figure knows it: its place, for keys from the data may hold any sign."""
    return ALL if key == ALL else str(keys.index(key))


def _title(view: View, names: Names, measure: str) -> str:
    """What is shown by what, in words."""
    by = " and ".join(_label(view, name) for name in names if name)
    return f"{MEASURES[measure]} by {by}"


def _largest(value: float, measure: str) -> str:
    return f"{value:,.0f}" if measure in ("decisions", "letters") else f"{100 * value:.0f} %"


def _clicked(filters: Filters, names: Names, rows: Sequence[str], columns: Sequence[str], pair: str) -> None:
    """A click on the cell at `row|column`. For callbacks."""
    row, _, column = pair.partition("|")
    if pair:
        _open(filters, names, rows[int(row)] if row else ALL, columns[int(column)] if column else ALL)


def _open(filters: Filters, names: Names, row: str, column: str) -> None:
    """Open the letters of a cell on the next run, for callbacks cannot turn the page."""
    st.session_state[_OPEN] = cell_filter(filters, names, row, column)


def _dots(
    view: View, names: Names, found: Pivot, rows: Sequence[Group], columns: Sequence[Group], measure: str
) -> None:
    """Rows as dots with whiskers on one axis, or as bars where they are counts; a panel each column."""
    if not names[1]:
        _panel(view, names, found, rows, ALL, measure, compact=False)
        return
    places = st.columns(2, gap="medium")
    for number, column in enumerate(columns):
        with places[number % 2]:
            st.html(f"<h4>{html.escape(column.label)}</h4>")
            _panel(view, names, found, rows, column.key, measure, compact=True)


def _panel(
    view: View, names: Names, found: Pivot, rows: Sequence[Group], column: str, measure: str, *, compact: bool
) -> None:
    """One column of the pivot as a figure."""
    keys = [group.key for group in rows]
    said = [
        (group, rate)
        for group in rows
        if (rate := found.rate(group.key, column)) and rate.n and (group.key, column) not in found.hidden
    ]
    overall = found.rate(ALL, column) or found.whole
    if not said:
        note("Nothing here that may be shown.")
        return
    if measure == "rate":
        lines = [
            Row(
                _place(group.key, keys),
                group.label,
                rate,
                colour=modality_colour(group.key, view.dark) if names[0] in ("modality", "study") else None,
                stands_out=group.stands_out and column == ALL,
            )
            for group, rate in said
        ]
        shared = [rate for pair, rate in found.cells.items() if pair not in found.hidden]
        figure = rate_dots(lines, overall, unit=unit_of(view), dark=view.dark, compact=compact, beside=shared)
    else:
        bars = [
            (_place(group.key, keys), group.label, int(one[2]), False)
            for group, _ in said
            if (one := _amount(view, found, group.key, column, measure))
        ]
        figure = count_bars(bars, unit="letter" if measure == "letters" else unit_of(view), dark=view.dark)
    label = next((group.label for group in found.columns if group.key == column), "")
    draw(
        figure,
        key=f"ov-pivot-{names[0]}-{names[1]}-{measure}-{column}",
        alt=f"{MEASURES[measure]} by {_label(view, names[0])}{f', {label}' if label else ''}",
        on_click=partial(_dot_clicked, view.filters, names, keys, column),
    )


def _dot_clicked(filters: Filters, names: Names, rows: Sequence[str], column: str, row: str) -> None:
    """A click on a row of a panel. For callbacks."""
    if row:
        _open(filters, names, rows[int(row)], column)


def _wide(view: View, names: Names, found: Pivot, measure: str) -> None:
    """The pivot as a table, a column each, with totals; a rate or share on too few stays empty."""
    columns = [*((group.key, group.label) for group in found.columns), (ALL, "All")]
    percents = measure not in ("decisions", "letters")

    def cell(row: str, column: str) -> float | None:
        rate = found.rate(row, column)
        if rate is None or not rate.n or (row, column) in found.hidden:
            return None
        if measure == "rate":
            return share_cell(rate)
        one = _amount(view, found, row, column, measure)
        return None if one is None or one[3] else round(100 * one[2], 1) if percents else one[2]

    lines = [
        [label, *(cell(row, column) for column, _ in columns)]
        for row, label in [*((group.key, group.label) for group in found.rows), (ALL, "All")]
    ]
    table(
        view,
        (_label(view, names[0]), *(f"{label} %" if percents else label for _, label in columns)),
        lines,
        name="pivot-wide",
        title=_title(view, names, measure),
        unfolded=True,
    )


def _table(view: View, names: Names, found: Pivot) -> None:
    """Every cell with its figures, and the totals; a line that is chosen opens its letters."""
    rates = OUTCOME not in names
    two = bool(names[1])
    figures = rate_columns(view) if rates else ("Letters",) if unit_of(view) == "letter" else ("Decisions", "Letters")
    shares = ("Share of row %", "Share of column %", "Share of all %") if two else ("Share of all %",)
    heads = (_label(view, names[0]), *((_label(view, names[1]),) if two else ()))
    rest = ("Against the rest",) if rates and not view.filters.one_outcome else ()
    lines: list[list[object]] = []
    keys: list[Pair] = []
    for row in (*found.rows, None):
        for column in (*found.columns, None):
            pair = (row.key if row else ALL, column.key if column else ALL)
            rate = found.rate(*pair)
            if rate is None or not rate.n:
                continue
            total = row if row and not column else column if column and not row else None
            named = [group.label if group else "All" for group in ((row, column) if two else (row,))]
            if pair in found.hidden:
                lines.append([*named, *[None] * (len(figures) + len(shares)), *(FEWER for _ in rest)])
            else:
                counts = rate_cells(view, rate) if rates else [rate.n] if len(figures) == 1 else [rate.n, rate.letters]
                said = [versus(total) if total else "" for _ in rest]
                lines.append([*named, *counts, *_shares(found, pair, two), *said])
            keys.append(pair)
    note("A line that is chosen in the table opens its letters.")

    def chosen(place: str) -> None:
        if keys[int(place)] not in found.hidden:
            _open(view.filters, names, *keys[int(place)])

    table(
        view,
        (*heads, *figures, *shares, *rest),
        lines,
        name="pivot",
        keys=[str(number) for number in range(len(keys))],
        on_row=chosen,
        title="Every cell and every total as a table",
    )


def _shares(found: Pivot, pair: Pair, two: bool) -> list[float | None]:
    """The shares of a cell in percent, none where it rests on too few."""
    found_shares = [found.share(*pair, measure) for measure in (("row", "column", "whole") if two else ("whole",))]
    return [None if one is None or one[2] else round(100 * one[0] / one[1], 1) for one in found_shares]


def _meaning(view: View, names: Names) -> str:
    """What to know before adding up: items that count in several cells, and what is not said of few letters."""
    several = [name for name in names if name in dimensions() and dimensions()[name].kind == "mask"]
    unit = unit_of(view)
    words = []
    if unit == "letter":
        held = [name for name in names if name and (name == OUTCOME or name in dimensions())]
        if any(name == OUTCOME or dimensions()[name].whose == "decisions" or name in several for name in held):
            words.append(
                "A letter counts in every cell that holds one of its items, so cells add up to more than their total."
            )
    elif several:
        labels = listed([f"“{dimensions()[name].label}”" for name in several])
        words.append(
            f"A decision may hold several values under {labels} and counts in the cell of each, so cells add up to more than their total."
        )
    words += [dimensions()[name].note for name in names if name in dimensions() and dimensions()[name].note]
    if names[1]:
        words.append("Totals count every decision once." if unit != "letter" else "Totals count every letter once.")
    return " ".join(words)


def _left_out(view: View, names: Names, found: Pivot, rows: Sequence[Group], columns: Sequence[Group]) -> str:
    """In words what the picture leaves to the table, and what is said nowhere."""
    words = []
    sides = (
        ("row", names[0], found.rows, rows, found.unsaid_rows, found.rare_rows),
        ("column", names[1], found.columns, columns, found.unsaid_columns, found.rare_columns),
    )
    for what, name, every, shown, unsaid, rare in sides:
        if shown and len(shown) < len(every):
            which = "latest" if name in TIMES else "most frequent"
            rest = _without(view, name, [group.key for group in shown], every)
            unit = unit_of(view)
            left = f"{counted(rest, unit)} {'is' if rest == 1 else 'are'} in none of those shown" if rest else ""
            words.append(
                f"Shown are the {len(shown)} {which} of {counted(len(every), what)}; the rest is left out of the picture: "
                f"{left or f'every {unit} is also in one of those shown'}. The table has all."
            )
        if rare:
            words.append(
                f"Left out: {counted(rare, what)} with fewer than 10 letters, for so few of a reviewer's credentials could single one out."
            )
        if unsaid:
            words.append(
                f"Left out: {counted(unsaid, what)} that the chosen values only stand beside; let go of the choice to see them."
            )
    return " ".join(words)


def _without(view: View, name: str, shown: Sequence[str], every: Sequence[Group]) -> int:
    """How many are in no group that is shown: counted anew, for one may be in several groups."""
    if name in TIMES:
        return sum(group.rate.n for group in every if group.key not in shown)
    choice = view.filters.choice(name)
    rest = view.filters.choose(name, Choice(choice.include, (*choice.exclude, *shown), choice.mode))
    head: Headline = view.ask("headline", filters=rest)
    return head.rate.n
