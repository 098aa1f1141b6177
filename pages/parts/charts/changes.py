"""Changes of rate by group, around a line at no change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from data.change_words import points, points_interval, signed
from data.movement import Movement
from data.statistics import NO_BREAK, Unit, rate_words
from pages.parts.charts.figure import (
    CHARACTER,
    HEAD,
    SMALL_FONT,
    Figure,
    Trace,
    blank_figure,
    escape,
    nothing,
    small_note,
    unfaded,
)
from pages.parts.charts.rows import at_right, label_lines, label_width, row_axis, row_centres, row_heights, row_label
from pages.parts.theme import palette

AXIS = 48  # pixels for the ticks and the title of the axis


@dataclass(frozen=True, slots=True)
class Changed:
    """One row of `change_dots`: the group's key and label, and how its rate moved."""

    key: str
    label: str
    moved: Movement


def change_dots(rows: Sequence[Changed], *, unit: Unit = "decision", dark: bool = False) -> Figure:
    """Changes in percentage points, one row each in the order given: the dot drawn towards the mean of all groups, a thin
    tick where the change was observed, its interval as a line.

    Findings are warm (more often overturned) or cool (less often), the others grey. Keys are the rows' own.
    """
    colours = palette(dark)
    if not rows:
        return nothing(unit, dark)
    labels = [label_lines(row.label, False, "", colours.muted) for row in rows]
    heights = row_heights(labels)
    at = row_centres(heights)
    left = label_width([row.label for row in rows], False, [])
    texts = [f"{_percent(row.moved.previous.rate)} to {_percent(row.moved.current.rate)}" for row in rows]
    right = 20 + max(len(text) for text in texts) * CHARACTER
    inside = sum(heights) + AXIS
    figure = blank_figure(HEAD + inside + 4, colours.text, left=left, right=right, top=HEAD, bottom=4)
    layout = figure["layout"]
    layout |= {"hovermode": "y", "hoverdistance": -1}
    layout["xaxis"] = _axis(rows, colours.faint, colours.muted)
    layout["yaxis"] = row_axis(sum(heights), 1 - sum(heights) / inside, 1)
    line = {"color": colours.muted, "width": 1}
    layout["shapes"].append({"type": "line", "x0": 0, "x1": 0, "yref": "y domain", "y0": 0, "y1": 1, "line": line})
    warm, cool = colours.outcomes["overturned"], colours.outcomes["upheld"]
    own = [(warm if (row.moved.change.d or 0) > 0 else cool) if row.moved.stands_out else colours.grey for row in rows]
    figure["data"] = [*_intervals(rows, at, own), _observed(rows, at, own), _drawn(rows, at, own, unit)]
    legend = "Dot: drawn towards the mean of all groups; tick and line: observed, with its interval"
    layout["annotations"].append(
        small_note(legend, colours.muted, x=0, xshift=-round(left), y=1, yanchor="bottom", yshift=5)
    )
    layout["annotations"] += [row_label(text, "y", y, left) for text, y in zip(labels, at, strict=True)]
    layout["annotations"] += [at_right(text, y, right) for text, y in zip(texts, at, strict=True)]
    return figure


def _percent(rate: float | None) -> str:
    return f"{100 * (rate or 0.0):.1f}{NO_BREAK}%"


def _axis(rows: Sequence[Changed], faint: str, muted: str) -> dict[str, Any]:
    """Percentage points on both sides of 0, as far as the observed changes and half their intervals go."""
    reach = max(max(abs(row.moved.change.d or 0.0), abs(row.moved.shrunken)) for row in rows)
    wide = max(max(abs(row.moved.change.low), abs(row.moved.change.high)) for row in rows)
    end = max(0.02, min(1.0, wide * 1.04, 3 * reach + 0.05))
    step = next((step for step in (0.01, 0.02, 0.05, 0.1, 0.2) if end / step <= 3), 0.5)
    ticks = [round(index * step, 2) for index in range(-int(end / step), int(end / step) + 1)]
    return {
        "range": [-end, end],
        "tickvals": ticks,
        "ticktext": [signed(tick, 0) for tick in ticks],
        "tickangle": 0,
        "tickfont": {"size": SMALL_FONT, "color": muted},
        "title": {
            "text": "Change of the overturn rate, percentage points",
            "font": {"size": SMALL_FONT, "color": muted},
            "standoff": 6,
        },
        "showgrid": True,
        "gridcolor": faint,
        "zeroline": False,
        "fixedrange": True,
        "ticks": "",
        "automargin": False,
        "anchor": "y",
    }


def _intervals(rows: Sequence[Changed], at: Sequence[float], own: Sequence[str]) -> list[Trace]:
    traces = []
    for colour in dict.fromkeys(own):
        x: list[float | None] = []
        y: list[float | None] = []
        for row, place, colour_of in zip(rows, at, own, strict=True):
            if colour_of == colour:
                x += [round(row.moved.change.low, 5), round(row.moved.change.high, 5), None]
                y += [place, place, None]
        line = {"color": colour, "width": 1.5}
        traces.append({"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip"})
    return traces


def _observed(rows: Sequence[Changed], at: Sequence[float], own: Sequence[str]) -> Trace:
    return unfaded(
        {
            "type": "scatter",
            "mode": "markers",
            "x": [round(row.moved.change.d or 0.0, 5) for row in rows],
            "y": list(at),
            "hoverinfo": "skip",
            "marker": {"symbol": "line-ns-open", "size": 12, "color": list(own), "line": {"width": 2}},
        }
    )


def _drawn(rows: Sequence[Changed], at: Sequence[float], own: Sequence[str], unit: Unit) -> Trace:
    return unfaded(
        {
            "type": "scatter",
            "mode": "markers",
            "x": [round(row.moved.shrunken, 5) for row in rows],
            "y": list(at),
            "customdata": [row.key for row in rows],
            "hovertext": [_hover(row, unit) for row in rows],
            "hoverinfo": "text",
            "cliponaxis": False,
            "marker": {"color": list(own), "size": 11, "opacity": 1},
        }
    )


def _hover(row: Changed, unit: Unit) -> str:
    moved, change = row.moved, row.moved.change
    n = min(moved.previous.n, moved.current.n)
    return (
        f"<b>{escape(row.label)}</b><br>before: {rate_words(moved.previous, unit)}<br>now: {rate_words(moved.current, unit)}"
        f"<br>{points(change.d or 0.0, n)} ({points_interval(change.low, change.high, n)}), "
        f"drawn to {points(moved.shrunken, n)}"
    )
