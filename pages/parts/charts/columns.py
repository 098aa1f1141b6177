"""Columns of a table as a figure: bars, dots with intervals, a line. What is drawn is somebody's own query, so in grey."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from data.statistics import counted
from pages.parts.charts.bars import BAR
from pages.parts.charts.figure import (
    CHARACTER,
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
from pages.parts.charts.rows import at_right, label_lines, label_width, row_axis, row_centres, row_heights, row_label
from pages.parts.charts.trend import time_axis
from pages.parts.theme import Palette, palette

Kind = Literal["bars", "dots", "line"]
MOST = 40
"""Rows of bars or dots."""
_AXIS = 46  # pixels for ticks and title
_PLOT = 280  # pixels: the height of a line


@dataclass(frozen=True, slots=True)
class Point:
    """A row of a table: what stands beside or below the mark, its value, and an interval where there is one."""

    label: str | float | date
    value: float
    low: float | None = None
    high: float | None = None


def column_figure(kind: Kind, points: Sequence[Point], value_name: str, *, dark: bool = False) -> Figure:
    """The points in the order given, the first `MOST` where each has a row; no mark can be clicked.

    The axis of values begins at 0, unless values below it are among them. A line stands over days or numbers in their order,
    over anything else in the order given. Without a point the figure says so.
    """
    held = [point for point in points if math.isfinite(point.value)]
    if not held:
        return nothing("row", dark)
    if kind == "line":
        return _line(_in_order(held), value_name, palette(dark))
    return _rows(kind, held[:MOST], value_name, palette(dark))


def figure_text(value: float) -> str:
    """A value as it stands beside a mark."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.2f}" if abs(value) < 100 else f"{value:,.1f}" if abs(value) < 1e15 else f"{value:.3g}"


def _said(label: str | float | date) -> str:
    if isinstance(label, int | float):
        return f"{label:g}" if abs(label) < 1e6 else figure_text(float(label))
    return label.isoformat() if isinstance(label, date) else " ".join(label.split())[:200]


def _rows(kind: Kind, points: Sequence[Point], value_name: str, colours: Palette) -> Figure:
    names = [_said(point.label) or "empty" for point in points]
    labels = [label_lines(name, False, "", colours.muted) for name in names]
    heights = row_heights(labels)
    at = row_centres(heights)
    whole = all(point.value == int(point.value) for point in points)
    texts = [figure_text(point.value) if whole else f"{point.value:,.1f}" for point in points]
    left = label_width(names, False, [])
    right = 14 + max(map(len, texts)) * CHARACTER
    upper = sum(heights)
    figure = blank_figure(8 + upper + _AXIS, colours.text, left=left, right=right, top=8, bottom=_AXIS)
    layout = figure["layout"]
    layout |= {"hovermode": "y", "hoverdistance": -1}
    layout["xaxis"] = _values(points, value_name, colours)
    layout["yaxis"] = row_axis(upper, 0, 1)
    hover = [f"<b>{escape(name)}</b><br>{_interval(point)}" for name, point in zip(names, points, strict=True)]
    marks: Trace = {"x": [point.value for point in points], "y": at, "hovertext": hover, "hoverinfo": "text"}
    if kind == "bars":
        marks |= {"type": "bar", "orientation": "h", "width": BAR, "marker": {"color": colours.grey}}
        figure["data"].append(unfaded(marks))
    else:
        figure["data"].append(_whiskers(points, at, colours.grey))
        dots = {"color": colours.text, "size": 10, "opacity": 1}
        marks |= {"type": "scatter", "mode": "markers", "cliponaxis": False, "marker": dots}
        figure["data"].append(unfaded(marks))
    for label, text, y in zip(labels, texts, at, strict=True):
        layout["annotations"].append(row_label(label, "y", y, left))
        layout["annotations"].append(at_right(text, y, right))
    return figure


def _line(points: Sequence[Point], value_name: str, colours: Palette) -> Figure:
    x, axis = _along(points, colours)
    name_lines = wrapped(value_name, 60)
    figure = blank_figure(_PLOT + 26 + 46, colours.text, left=66, right=14, top=26, bottom=46)
    layout = figure["layout"]
    layout |= {"hovermode": "x", "hoverdistance": 24}
    layout["xaxis"] = axis | {"anchor": "y"}
    layout["yaxis"] = _values(points, "", colours) | {"anchor": "x"}
    hover = [f"<b>{escape(_said(point.label))}</b><br>{_interval(point)}" for point in points]
    figure["data"].append(_whiskers(points, x, colours.grey, upright=True))
    figure["data"].append(
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": x,
            "y": [point.value for point in points],
            "hovertext": hover,
            "hoverinfo": "text",
            "cliponaxis": False,
            "line": {"color": colours.grey, "width": 1.5},
            "marker": {"color": colours.text, "size": 4 if len(points) > 60 else 7},
        }
    )
    note = small_note(escape(name_lines[0]), colours.muted, x=0, xshift=-58, y=1, yanchor="bottom", yshift=5)
    layout["annotations"].append(note)
    return figure


def _in_order(points: Sequence[Point]) -> list[Point]:
    kinds = {float if isinstance(point.label, int | float) else type(point.label) for point in points}
    if len(kinds) == 1 and not isinstance(points[0].label, str):
        return sorted(points, key=lambda point: point.label)
    return list(points)


def _along(points: Sequence[Point], colours: Palette) -> tuple[list[Any], dict[str, Any]]:
    """Where the points stand from left to right, and the axis of that."""
    labels = [point.label for point in points]
    days = [label for label in labels if isinstance(label, date) and not isinstance(label, datetime)]
    if len(days) == len(labels):
        room = timedelta(days=1)
        return [day.isoformat() for day in days], time_axis(
            min(days) - room, max(days) + room, colours.faint, colours.muted
        )
    axis = {"tickfont": {"size": SMALL_FONT, "color": colours.muted}, "showgrid": True, "gridcolor": colours.faint}
    axis |= {"fixedrange": True, "zeroline": False, "tickangle": 0, "automargin": False, "ticks": ""}
    numbers = [label for label in labels if isinstance(label, int | float)]
    if len(numbers) == len(labels):
        low, high = min(numbers), max(numbers)
        beyond = ((high - low) or 1) * 0.02
        values = _ticks(float(low), float(high), whole=all(float(number) == int(number) for number in numbers))
        axis |= {"range": [low - beyond, high + beyond], "tickvals": values, "ticktext": [_said(one) for one in values]}
        return list(labels), axis
    step = max(1, math.ceil(len(labels) / 8))
    ticks = list(range(0, len(labels), step))
    words = [escape(_said(labels[place])[:16]) for place in ticks]
    axis |= {"range": [-0.5, len(labels) - 0.5], "tickvals": ticks, "ticktext": words}
    return list(range(len(labels))), axis


def _values(points: Sequence[Point], title: str, colours: Palette) -> dict[str, Any]:
    """The axis of values, from 0 where none is below."""
    ends = [value for point in points for value in (point.value, point.low, point.high) if value is not None]
    low, high = min(0.0, *ends), max(0.0, *ends)
    high = high if high > low else low + 1
    ticks = _ticks(low, high)
    return {
        "range": [low * 1.04, high + (high - low) * 0.04],
        "tickvals": ticks,
        "ticktext": [figure_text(tick) for tick in ticks],
        "tickangle": 0,
        "tickfont": {"size": SMALL_FONT, "color": colours.muted},
        "title": {"text": escape(title[:80]), "font": {"size": SMALL_FONT, "color": colours.muted}, "standoff": 6},
        "showgrid": True,
        "gridcolor": colours.faint,
        "zeroline": True,
        "zerolinecolor": colours.muted,
        "fixedrange": True,
        "ticks": "",
        "automargin": False,
    }


def _ticks(low: float, high: float, *, whole: bool = False) -> list[float]:
    """At most six round values from `low` to `high`."""
    span = (high - low) or 1.0
    power = 10.0 ** math.floor(math.log10(span / 5))
    step = next(power * factor for factor in (1, 2, 5, 10, 20) if span / (power * factor) <= 5)
    step = max(step, 1.0) if whole else step
    return [
        round(index * step, 10) for index in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
    ]


def _whiskers(points: Sequence[Point], across: Sequence[Any], colour: str, *, upright: bool = False) -> Trace:
    along: list[float | None] = []
    beside: list[Any] = []
    for point, place in zip(points, across, strict=True):
        if point.low is not None and point.high is not None:
            along += [point.low, point.high, None]
            beside += [place, place, None]
    x, y = (beside, along) if upright else (along, beside)
    line = {"color": colour, "width": 2}
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip", "cliponaxis": False}


def _interval(point: Point) -> str:
    if point.low is None or point.high is None:
        return figure_text(point.value)
    return f"{figure_text(point.value)} ({figure_text(point.low)} to {figure_text(point.high)})"


def left_out(kind: Kind, points: Sequence[Point], rows: int) -> str:
    """What the figure does not show, in a sentence; empty where it shows every row."""
    shown = len(points) if kind == "line" else min(len(points), MOST)
    return f"{counted(rows - shown, 'further row')} in the table." if rows > shown else ""
