"""The marks of a figure as SVG: lines, markers and words (`scatter`), bars."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from pages.parts.charts.figure import FONT, Trace
from pages.parts.charts.svg_axes import Axis, number
from pages.parts.charts.svg_text import attribute, block, paint
from pages.parts.theme import LIGHT

_DASHES = {"dot": "1.5 3", "dash": "6 4", "dashdot": "6 3 1.5 3", "longdash": "10 5"}

_CORNERS: dict[str, list[tuple[float, float]]] = {  # of a marker, in halves of its size, as far as Plotly draws them
    "square": [(-1, -1), (1, -1), (1, 1), (-1, 1)],
    "diamond": [(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)],
    "triangle-up": [(0, -1), (1, 1), (-1, 1)],
    "triangle-down": [(0, 1), (1, -1), (-1, -1)],
    "line-ns": [(0, -1.4), (0, 1.4)],
    "line-ew": [(-1.4, 0), (1.4, 0)],
}
Place = tuple[float, float]  # pixels
Places = list[Place | None]  # None for a gap
Run = list[Place]  # a line between two gaps


class Undrawable(Exception):
    """The figure holds a kind of trace or shape that is not known here."""


def traces(held: Sequence[Trace], found: dict[str, Axis], layout: dict[str, Any], colour: str) -> str:
    """The marks of all traces, in their order, bands beneath them all; words in `colour` unless they have their own.

    Raises Undrawable for a trace, a fill or a marker that is not known here.
    """
    bands, marks = [], []
    stacked: dict[Any, float] = {}
    before: dict[tuple[str, str], list[Run]] = {}
    size = layout.get("font", {}).get("size", FONT)
    for trace in held:
        if trace.get("visible") is False:
            continue
        names = trace.get("xaxis", "x"), trace.get("yaxis", "y")
        x, y = (found[name] for name in names)
        if trace["type"] == "bar":
            marks.append(_bars(trace, x, y, stacked if layout.get("barmode") == "stack" else {}, size, colour))
        elif trace["type"] in ("scatter", "scattergl"):
            places = _places(trace, x, y)
            runs = _runs(trace, places)
            bands.append(_clipped(_band(trace, runs, before.get(names, [])), places, x, y))
            marks.append(_scatter(trace, places, runs, x, y, size, colour))
            before[names] = runs
        else:
            raise Undrawable(f"a trace of type {trace['type']}")
    return "".join(bands + marks)


def _each(value: Any, index: int, otherwise: Any) -> Any:
    """The value of one mark: a list has one each."""
    if isinstance(value, list | tuple):
        return value[index] if index < len(value) else otherwise
    return otherwise if value is None else value


def _bars(trace: Trace, x: Axis, y: Axis, stacked: dict[Any, float], size: float, colour: str) -> str:
    flat = trace.get("orientation") == "h"
    places, lengths = (trace["y"], trace["x"]) if flat else (trace["x"], trace["y"])
    across, along = (y, x) if flat else (x, y)
    marker, font = trace.get("marker", {}), trace.get("textfont", {})
    out = []
    for index, (place, length) in enumerate(zip(places, lengths, strict=True)):
        if length is None:
            continue
        base = _each(trace.get("base"), index, stacked.get(place, 0.0))
        stacked[place] = base + length
        half = _each(trace.get("width"), index, 0.8) / 2
        a, b = across.at(number(place) - half), across.at(number(place) + half)
        c, d = along.at(base), along.at(base + length)
        left, top, right, bottom = (
            (min(c, d), min(a, b), max(c, d), max(a, b)) if flat else (min(a, b), min(c, d), max(a, b), max(c, d))
        )
        line = marker.get("line", {})
        thick = _each(line.get("width"), index, 0)
        edge = f' {paint("stroke", _each(line.get("color"), index, colour))} stroke-width="{thick}"' if thick else ""
        fill = paint("fill", _each(marker.get("color"), index, LIGHT.grey))
        sides = f'width="{attribute(right - left)}" height="{attribute(bottom - top)}"'
        out.append(f'<rect x="{attribute(left)}" y="{attribute(top)}" {sides} {fill}{edge}/>')
        if text := _each(trace.get("text"), index, ""):
            ink, points = _each(font.get("color"), index, colour), font.get("size", size)
            middle = {"size": points, "colour": ink, "anchor": "center"}
            out.append(block(text, (left + right) / 2, (top + bottom) / 2, **middle))
    return "".join(out)


def _places(trace: Trace, x: Axis, y: Axis) -> Places:
    pairs = zip(trace["x"], trace["y"], strict=True)
    return [(x.at(a), y.at(b)) if x.holds(a) and y.holds(b) else None for a, b in pairs]


def _scatter(trace: Trace, places: Places, runs: list[Run], x: Axis, y: Axis, size: float, colour: str) -> str:
    mode = trace.get("mode", "markers")
    out = []
    if "lines" in mode:
        path = "".join("M" + _through(run) for run in runs)
        look = stroke(trace.get("line", {}), colour)
        out.append(_clipped(f'<path d="{path}" fill="none" {look}/>' if path else "", places, x, y))
    for index, place in enumerate(places):
        if place is None or _outside(place, x, y):
            continue
        if "markers" in mode:
            out.append(_marker(trace.get("marker", {}), index, place))
        if "text" in mode and (text := _each(trace.get("text"), index, "")):
            font = trace.get("textfont", {})
            out.append(_beside(text, place, trace.get("textposition", "middle center"), font, size, colour))
    return "".join(out)


def _band(trace: Trace, runs: list[Run], before: list[Run]) -> str:
    """What a trace fills: the area within it, or that between it and the trace `before` it on the same axes."""
    fill = trace.get("fill", "none")
    if fill == "none":
        return ""
    if fill == "tonexty":
        if len(runs) != 1 or len(before) != 1:
            raise Undrawable("a band with gaps, or beside no other line")
        runs = [[*runs[0], *reversed(before[0])]]
    elif fill != "toself":
        raise Undrawable(f"a trace filled {fill}")
    path = "".join(f"M{_through(run)}Z" for run in runs)
    return f'<path d="{path}" {paint("fill", trace.get("fillcolor", LIGHT.faint))}/>'


def _runs(trace: Trace, places: Places) -> list[Run]:
    """The stretches of a line between its gaps, with the corners of one in steps."""
    step = trace.get("line", {}).get("shape", "linear")
    if step not in ("linear", "hv", "vh"):
        raise Undrawable(f"a line of shape {step}")
    runs = []
    for known, run in itertools.groupby(places, key=lambda place: place is not None):
        if not known:
            continue
        points = [place for place in run if place is not None]
        if step != "linear":
            corners = [(b[0], a[1]) if step == "hv" else (a[0], b[1]) for a, b in itertools.pairwise(points)]
            points = [p for pair in itertools.zip_longest(points, corners) for p in pair if p is not None]
        runs.append(points)
    return runs


def _through(points: Sequence[Place]) -> str:
    return "L".join(f"{attribute(x)} {attribute(y)}" for x, y in points)


def _outside(place: Place, x: Axis, y: Axis) -> bool:
    """Whether a place lies beyond the ends of its axes; half a pixel is rounding."""
    return any(
        not min(axis.pixels) - 0.5 <= at <= max(axis.pixels) + 0.5 for at, axis in zip(place, (x, y), strict=True)
    )


def _clipped(drawn: str, places: Places, x: Axis, y: Axis) -> str:
    """Lines cut where they leave the axes, by a picture within the picture: that needs no name that two might share."""
    if not drawn or not any(place and _outside(place, x, y) for place in places):
        return drawn
    (left, right), (top, bottom) = sorted(x.pixels), sorted(y.pixels)
    sides = [attribute(float(side)) for side in (left, top, right - left, bottom - top)]
    where = 'x="{}" y="{}" width="{}" height="{}"'.format(*sides)
    return f'<svg {where} viewBox="{" ".join(sides)}" overflow="hidden">{drawn}</svg>'


def stroke(line: dict[str, Any], colour: str) -> str:
    """The attributes of a line as Plotly describes it, in `colour` unless it has its own."""
    dash = f' stroke-dasharray="{_DASHES[line["dash"]]}"' if line.get("dash", "solid") != "solid" else ""
    return f'{paint("stroke", line.get("color", colour))} stroke-width="{line.get("width", 2)}"{dash}'


def _marker(marker: dict[str, Any], index: int, place: Place) -> str:
    symbol = str(_each(marker.get("symbol"), index, "circle"))
    size, colour = _each(marker.get("size"), index, 6), _each(marker.get("color"), index, LIGHT.grey)
    line = marker.get("line", {})
    is_open, kind = symbol.endswith("-open"), symbol.removesuffix("-open")
    width = _each(line.get("width"), index, 1 if is_open else 0)
    edge = colour if is_open else _each(line.get("color"), index, colour)
    fill = 'fill="none"' if is_open else paint("fill", colour)
    look = fill + (f' {paint("stroke", edge)} stroke-width="{width}"' if width else "")
    x, y, r = *place, size / 2
    if kind == "circle":
        return f'<circle cx="{attribute(x)}" cy="{attribute(y)}" r="{attribute(r)}" {look}/>'
    if kind not in _CORNERS:
        raise Undrawable(f"a marker {symbol}")
    points = " ".join(f"{attribute(x + r * dx)},{attribute(y + r * dy)}" for dx, dy in _CORNERS[kind])
    return f'<polygon points="{points}" {look}/>'


def _beside(text: str, place: tuple[float, float], where: str, font: dict[str, Any], size: float, colour: str) -> str:
    rise, side = where.split()
    x = place[0] + {"left": -8.0, "center": 0.0, "right": 8.0}[side]
    y = place[1] + {"top": -7.0, "middle": 0.0, "bottom": 7.0}[rise]
    look: dict[str, Any] = {"size": font.get("size", size), "colour": font.get("color", colour)}
    anchor = {"left": "right", "center": "center", "right": "left"}[side]
    return block(text, x, y, anchor=anchor, rise={"top": "bottom", "middle": "middle", "bottom": "top"}[rise], **look)
