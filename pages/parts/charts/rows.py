"""Rows with their labels beside the axis: lines of a label, heights, places; what stands at the right."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from pages.parts.charts.figure import CHARACTER, LINE, SMALL_FONT, Trace, escape, unfaded, wrapped

LABEL_CHARACTERS = 30  # a longer label takes another line
RING = "Ring: differs from the rest"
PITCH = 30  # pixels between rows of one line


def label_lines(text: str, selected: bool, note: str, muted: str, width: int = LABEL_CHARACTERS) -> str:
    """A label in lines of at most `width` characters, bold where selected, its note small below."""
    lines = "<br>".join(escape(part) for part in wrapped(text, width))
    lines = f"<b>{lines}</b>" if selected else lines
    if note:
        small = f"color:{muted};font-size:{SMALL_FONT}px"
        lines += "".join(f'<br><span style="{small}">{escape(part)}</span>' for part in wrapped(note, width + 2))
    return lines


def label_width(labels: Sequence[str], bold: bool, notes: Sequence[str], width: int = LABEL_CHARACTERS) -> float:
    """Pixels for the longest line of the labels, with the distance to the axis."""
    longest = max((len(line) for text in labels for line in wrapped(text, width)), default=0)
    note = max((len(line) for text in notes for line in wrapped(text, width + 2)), default=0)
    return max(longest * CHARACTER * (1.06 if bold else 1), note * CHARACTER * 0.93) + 20


def row_label(text: str, axis: str, y: float, left: float) -> dict[str, Any]:
    """A label at height `y` of an axis that begins `left` pixels before it, at the edge of the figure."""
    place = {"xref": "paper", "x": 0, "xanchor": "left", "xshift": -round(left), "yref": axis, "y": y}
    return {"text": text, "showarrow": False, "align": "left", **place}


def at_right(text: str, y: float, right: float) -> dict[str, Any]:
    """A figure at the right of row `y` that ends `right` pixels beyond the axis."""
    place = {"xref": "paper", "x": 1, "xanchor": "right", "xshift": round(right), "yref": "y", "y": y}
    return {"text": text, "showarrow": False, **place}


def row_heights(labels: Sequence[str]) -> list[int]:
    """The height of each row in pixels, after the lines of its label."""
    return [max(PITCH, (text.count("<br>") + 1) * LINE + 10) for text in labels]


def row_centres(heights: Sequence[int]) -> list[float]:
    """Where the middle of each row lies, in pixels from the top."""
    return [end - height / 2 for end, height in zip(itertools.accumulate(heights), heights, strict=True)]


def band(y: float, height: float, colour: str) -> dict[str, Any]:
    """The ground behind a chosen row `height` pixels high with its middle at `y`."""
    place = {"xref": "paper", "x0": 0, "x1": 1, "yref": "y", "y0": y - height / 2, "y1": y + height / 2}
    return {"type": "rect", **place, "fillcolor": colour, "line": {"width": 0}, "layer": "below"}


def rings(places: Sequence[tuple[float, float, str]], colour: str, axis: str = "x") -> list[Trace]:
    """Rings around the marks (x, y, key) of what differs from the rest after correction: on every chart they mean that."""
    if not places:
        return []
    ring = {"symbol": "circle-open", "size": 19, "color": colour, "line": {"width": 2}}
    trace = {
        "type": "scatter",
        "mode": "markers",
        "x": [x for x, _, _ in places],
        "y": [y for _, y, _ in places],
        "customdata": [key for _, _, key in places],
        "hoverinfo": "skip",
        "cliponaxis": False,
        "marker": ring,
    }
    return [unfaded(trace | ({} if axis == "x" else {"xaxis": axis}))]


def row_axis(height: float, low: float, high: float) -> dict[str, Any]:
    """An axis in pixels from the top."""
    return {"range": [height, 0], "domain": [max(0, low), high], "visible": False, "fixedrange": True}
