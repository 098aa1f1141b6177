"""Rates, counts or shares of pairs: a matrix of cells that can be clicked."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data.statistics import NO_BREAK, Rate, Unit, percent, rate_words
from pages.parts.charts.figure import (
    LINE,
    NARROW,
    SMALL_CHARACTER,
    SMALL_FONT,
    Figure,
    Trace,
    blank_figure,
    escape,
    nothing,
    small_note,
    unfaded,
    wrapped,
)
from pages.parts.charts.rows import LABEL_CHARACTERS, label_width, row_label
from pages.parts.theme import Palette, palette

FEW_COLUMNS = 4  # with more, the labels of the rows take more lines, so that the cells get their width
NARROW_LABEL = 15  # characters
GAP = 4  # pixels between the words of two columns
WIDEST = 0.3  # of an interval that carries a shade: two ends of it would else have shades far apart
LEGEND = 2 * LINE + 8  # pixels
FEWER = "fewer than 10 letters"
SHORTEST = 8  # characters of a column's name in a line, however many columns there are


TOTAL = ""
"""The key of a row or column that stands for all of them: last, parted by a line, without shades."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A cell that is no rate: its text (lines parted by <br>), its words for the hover, its shade from 0 to 1 or none, greyed if `quiet`."""

    text: str
    words: str
    shade: float | None = None
    quiet: bool = False


def matrix(
    row_labels: Mapping[str, str] | Sequence[str],
    column_labels: Mapping[str, str] | Sequence[str],
    cells: Mapping[tuple[str, str], Rate] | Mapping[tuple[str, str], Amount],
    *,
    unit: Unit = "decision",
    dark: bool = False,
    diagonal: bool = False,
    row_title: str = "",
    column_title: str = "",
    selected: tuple[str, str] | None = None,
    hidden: Collection[tuple[str, str]] = (),
    deaf: Collection[tuple[str, str]] = (),
    legend: str = "",
) -> Figure:
    """Rate and count in each cell, shaded by the rate; small cells grey with their count; no items, no cell.

    Cells may be amounts instead, shaded in grey, for colour means the outcome; `legend` says what their shades mean.
    The row and the column of the key `TOTAL` stand for all of them. `deaf` cells cannot be clicked.

    A shade stands only where the cell is not small and its interval not wider than `WIDEST`; a legend below says what
    the shades mean. Cells of `hidden` say that they have fewer than 10 letters, and nothing else.

    Labels map keys to words in the order shown (a plain list stands for itself); `cells` has (row key, column key).
    `diagonal` frames the cells whose keys are equal. Keys: `row|column`.
    """
    rows = row_labels if isinstance(row_labels, Mapping) else {label: label for label in row_labels}
    columns = column_labels if isinstance(column_labels, Mapping) else {label: label for label in column_labels}
    if not rows or not columns:
        return nothing(unit, dark)
    colours = palette(dark)
    width = LABEL_CHARACTERS if len(columns) <= FEW_COLUMNS else NARROW_LABEL
    left = label_width([*rows.values(), row_title], False, [], width)
    room = int(((NARROW - left) / len(columns) - GAP) / SMALL_CHARACTER)  # characters in the width of a column
    names = [wrapped(label, max(room, SHORTEST)) for label in columns.values()]
    head = max(len(lines) for lines in names) * LINE + 10
    top = head + (26 if column_title else 0)
    texts = {pair: _text(cell) for pair, cell in cells.items()}
    most_lines = max(len(wrapped(label, width)) for label in rows.values())
    long = any(len(line) > room for text in texts.values() for line in text.split("<br>"))
    lines = max((text.count("<br>") for text in texts.values()), default=0) + long
    pitch = max((28, 46, 64)[min(lines, 2)], most_lines * LINE + 8)
    figure = blank_figure(top + pitch * len(rows) + LEGEND, colours.text, left=left, right=2, top=top, bottom=LEGEND)
    layout = figure["layout"]
    layout |= {"barmode": "overlay", "bargap": 0}
    layout["xaxis"] = {"range": [0, len(names)], "visible": False, "fixedrange": True}
    layout["annotations"] += [_column_name(lines, index, colours.text) for index, lines in enumerate(names)]
    layout["yaxis"] = {"range": [len(rows) - 0.5, -0.5], "visible": False, "fixedrange": True}
    rates = [
        cell.rate or 0.0
        for pair, cell in cells.items()
        if pair not in hidden and TOTAL not in pair and isinstance(cell, Rate) and _shaded(cell)
    ]
    highest = max(0.2, *rates, 0.0)
    shown = _Cells()
    for (r, row), (c, column) in itertools.product(enumerate(rows), enumerate(columns)):
        pair = (row, column)
        cell = cells.get(pair)
        if cell is None or (isinstance(cell, Rate) and not cell.n):
            continue
        key = "" if pair in deaf else f"{row}|{column}"
        name = f"<b>{escape(rows[row])}</b> and <b>{escape(columns[column])}</b><br>"
        if pair in hidden:
            shown.add(r, c, key, "few", name + FEWER, colours.surface, colours.muted)
            continue
        text = "<br>".join(_fitted(line, room) for line in texts[pair].split("<br>"))
        words = cell.words if isinstance(cell, Amount) else rate_words(cell, unit)
        shown.add(r, c, key, text, name + words, *_colours(cell, highest, colours, plain=TOTAL in pair))
        if pair == selected or (diagonal and row == column):
            layout["shapes"].append(_frame(r, c, colours.text, 3 if pair == selected else 1.5))
    layout["shapes"] += _totals_apart([*rows], [*columns], colours.muted)
    if not shown.keys:
        return nothing(unit, dark)
    figure["data"].append(shown.trace(colours.background))
    layout["annotations"].append(_legend(colours, highest, left, legend))
    labels = ["<br>".join(escape(line) for line in wrapped(label, width)) for label in rows.values()]
    layout["annotations"] += [row_label(label, "y", index, left) for index, label in enumerate(labels)]
    layout["annotations"] += _above(column_title, row_title, head, left, width, colours.muted)
    return figure


def _text(cell: Rate | Amount) -> str:
    """What stands in a cell."""
    if isinstance(cell, Amount):
        return cell.text
    text = f"{cell.y:,} of {cell.n:,}"
    return text if cell.rate is None or cell.small else f"{text}<br><b>{percent(cell.rate, cell.n)}</b>"


def _fitted(line: str, room: int) -> str:
    """A line of a cell in the width of its column: a count of a count may take two lines."""
    return line.replace(" of ", " of<br>") if len(line) > room and "<b>" not in line else line


def _totals_apart(rows: Sequence[str], columns: Sequence[str], colour: str) -> list[dict[str, Any]]:
    """Lines before the row and the column that stand for all."""
    line = {"type": "line", "line": {"color": colour, "width": 1}}
    drawn = []
    if len(rows) > 1 and rows[-1] == TOTAL:
        drawn.append(line | {"x0": 0, "x1": len(columns), "y0": len(rows) - 1.5, "y1": len(rows) - 1.5})
    if len(columns) > 1 and columns[-1] == TOTAL:
        drawn.append(line | {"x0": len(columns) - 1, "x1": len(columns) - 1, "y0": -0.5, "y1": len(rows) - 0.5})
    return drawn


def _shaded(cell: Rate) -> bool:
    """Whether a cell's rate is known well enough for a shade."""
    return cell.rate is not None and not cell.small and cell.high - cell.low <= WIDEST


def _legend(colours: Palette, highest: float, left: float, said: str) -> dict[str, Any]:
    """What the shades mean, below the cells: in two lines of rates, else what is `said`."""
    least, most = (f'<span style="color:{shade}">\u25a0</span>' for shade in (colours.rate_low, colours.rate_high))
    text = escape(said) or (
        f"Shade: 0{NO_BREAK}% {least} to {most} {100 * highest:.0f}{NO_BREAK}% overturned"
        f"<br>No shade: too few, or an interval wider than {100 * WIDEST:.0f} points"
    )
    below: dict[str, Any] = {"x": 0, "y": 0, "yanchor": "top", "xshift": -round(left), "yshift": -4}
    return small_note(text, colours.muted, **below) | {"align": "left"}


def _colours(cell: Rate | Amount, highest: float, colours: Palette, *, plain: bool) -> tuple[str, str]:
    """The ground and the words of a cell; `plain` without a shade."""
    if isinstance(cell, Amount):
        shaded = cell.shade is not None and not plain
        fill = _blend(colours.background, colours.border, cell.shade or 0.0) if shaded else colours.surface
        return fill, colours.muted if cell.quiet else colours.text
    if cell.rate is None or cell.small:
        return colours.surface, colours.muted
    shaded = _shaded(cell) and not plain
    return _blend(colours.rate_low, colours.rate_high, cell.rate / highest) if shaded else colours.surface, colours.text


def _above(
    column_title: str, row_title: str, head: float, left: float, width: int, colour: str
) -> list[dict[str, Any]]:
    """The titles of columns and rows, above the cells."""
    place: dict[str, Any] = {"x": 0, "y": 1, "yanchor": "bottom"}
    made = [small_note(escape(column_title), colour, yshift=round(head), **place)] if column_title else []
    if row_title:
        lines = "<br>".join(escape(line) for line in wrapped(row_title, width))
        made.append(small_note(lines, colour, xshift=-round(left), yshift=4, **place) | {"align": "left"})
    return made


class _Cells:
    """The cells of a matrix, collected for one trace of bars: a heatmap cannot be clicked."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.columns: list[int] = []
        self.keys: list[str] = []
        self.texts: list[str] = []
        self.words: list[str] = []
        self.fills: list[str] = []
        self.colours: list[str] = []

    def add(self, row: int, column: int, key: str, text: str, words: str, fill: str, colour: str) -> None:
        self.rows.append(row)
        self.columns.append(column)
        self.keys.append(key)
        self.texts.append(text)
        self.words.append(words)
        self.fills.append(fill)
        self.colours.append(colour)

    def trace(self, background: str) -> Trace:
        return unfaded(
            {
                "type": "bar",
                "orientation": "h",
                "base": self.columns,
                "x": [1] * len(self.keys),
                "y": self.rows,
                "width": 1,
                "customdata": self.keys,
                "text": self.texts,
                "textposition": "inside",
                "insidetextanchor": "middle",
                "textangle": 0,
                "constraintext": "none",
                "textfont": {"size": SMALL_FONT, "color": self.colours},
                "hovertext": self.words,
                "hoverinfo": "text",
                "marker": {"color": self.fills, "line": {"color": background, "width": 3}},
            }
        )


def _column_name(lines: Sequence[str], index: int, colour: str) -> dict[str, Any]:
    """The name of a column, in lines, on top: as words of their own, for an axis leaves out what does not fit."""
    place = {"xref": "x", "x": index + 0.5, "xanchor": "center", "y": 1, "yanchor": "bottom", "yshift": 2}
    return small_note("<br>".join(escape(line) for line in lines), colour, **place)


def _frame(row: int, column: int, colour: str, width: float) -> dict[str, Any]:
    corners = {"x0": column + 0.02, "x1": column + 0.98, "y0": row - 0.48, "y1": row + 0.48}
    return {"type": "rect", **corners, "line": {"color": colour, "width": width}}


def _blend(low: str, high: str, share: float) -> str:
    """The colour at `share` of the way from `low` to `high`, both as #rrggbb."""
    share = min(1.0, max(0.0, share))
    pairs = [(int(low[i : i + 2], 16), int(high[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
