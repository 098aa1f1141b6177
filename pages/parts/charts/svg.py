"""A figure as SVG, for paper and for files: drawn from the same description as on the page, by no browser and no script.

It knows what our figures are made of: lines, markers and words (`scatter`), bars, lines and frames (`shapes`), words
(`annotations`). A figure of anything else raises `Undrawable`.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from pages.parts.charts.figure import FONT, Figure, Trace
from pages.parts.charts.svg_axes import Axis, axes, drawn, number
from pages.parts.charts.svg_text import attribute, block, paint
from pages.parts.theme import LIGHT

FAMILY = "Arial, 'Liberation Sans', Helvetica, sans-serif"
_DASHES = {"dot": "1.5 3", "dash": "6 4", "dashdot": "6 3 1.5 3", "longdash": "10 5"}


class Undrawable(Exception):
    """The figure holds a kind of trace or shape that is not known here."""


def svg(figure: Figure, width: int = 720, *, alt: str = "") -> str:
    """The figure `width` pixels wide as an `svg` element for a page of HTML, on no ground of its own."""
    height = figure["layout"]["height"]
    label = f' role="img" aria-label="{attribute(alt)}"' if alt else ""
    return f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}"{label} font-family="{FAMILY}">{inside(figure, width)}</svg>'


def inside(figure: Figure, width: int) -> str:
    """What stands in the picture: lines of the axes first, then shapes, marks, words."""
    layout = figure["layout"]
    colour = layout.get("font", {}).get("color", LIGHT.text)
    found = axes(figure, width)
    lines, words = "", ""
    for name, axis in found.items():
        if not axis.layout:
            continue
        pairs = [(t.get("xaxis", "x"), t.get("yaxis", "y")) for t in figure["data"]]
        others = dict.fromkeys(y if name[0] == "x" else x for x, y in pairs if name in (x, y))
        anchored = axis.layout.get("anchor")
        crossed = [found[other] for other in others if found[other].name != name] or [
            found[anchored if anchored in found else "y" if name[0] == "x" else "x"]
        ]
        more_lines, more_words = drawn(axis, crossed, colour)
        lines, words = lines + more_lines, words + more_words
    page = _Page(found, width, layout)
    shapes = "".join(page.shape(shape) for shape in layout.get("shapes", ()))
    marks = "".join(_traces(figure["data"], found, layout, colour))
    said = "".join(page.annotation(note, colour) for note in layout.get("annotations", ()))
    return lines + marks + shapes + words + said


def _traces(traces: Sequence[Trace], found: dict[str, Axis], layout: dict[str, Any], colour: str) -> list[str]:
    out = []
    stacked: dict[tuple[str, Any], float] = {}
    size = layout.get("font", {}).get("size", FONT)
    for trace in traces:
        x, y = found[trace.get("xaxis", "x")], found[trace.get("yaxis", "y")]
        if trace.get("visible") is False:
            continue
        if trace["type"] == "bar":
            out.append(_bars(trace, x, y, stacked if layout.get("barmode") == "stack" else {}, size, colour))
        elif trace["type"] in ("scatter", "scattergl"):
            out.append(_scatter(trace, x, y, size, colour))
        else:
            raise Undrawable(f"a trace of type {trace['type']}")
    return out


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


def _scatter(trace: Trace, x: Axis, y: Axis, size: float, colour: str) -> str:
    mode = trace.get("mode", "markers")
    out = []
    places = [
        None if a is None or b is None else (x.at(a), y.at(b)) for a, b in zip(trace["x"], trace["y"], strict=True)
    ]
    if trace.get("fill", "none") not in ("none", "toself"):
        raise Undrawable(f"a trace filled {trace['fill']}")
    if "lines" in mode or trace.get("fill") == "toself":
        out.append(_lines(trace, places, colour))
    for index, place in enumerate(places):
        if place is None:
            continue
        if "markers" in mode:
            out.append(_marker(trace.get("marker", {}), index, place))
        if "text" in mode and (text := _each(trace.get("text"), index, "")):
            font = trace.get("textfont", {})
            out.append(_beside(text, place, trace.get("textposition", "middle center"), font, size, colour))
    return "".join(out)


def _lines(trace: Trace, places: Sequence[tuple[float, float] | None], colour: str) -> str:
    line = trace.get("line", {})
    step = line.get("shape", "linear")
    parts = []
    for known, run in itertools.groupby(places, key=lambda place: place is not None):
        if not known:
            continue
        points = [place for place in run if place is not None]
        if step in ("hv", "vh"):
            corners = [(b[0], a[1]) if step == "hv" else (a[0], b[1]) for a, b in itertools.pairwise(points)]
            points = [p for pair in itertools.zip_longest(points, corners) for p in pair if p is not None]
        parts.append("M" + "L".join(f"{attribute(px)} {attribute(py)}" for px, py in points))
    if not parts:
        return ""
    closed = trace.get("fill") == "toself"
    fill = paint("fill", trace.get("fillcolor", LIGHT.faint)) if closed else 'fill="none"'
    stroke = _stroke(line, colour) if "lines" in trace.get("mode", "lines") else ""
    return f'<path d="{"".join(parts)}{"Z" if closed else ""}" {fill} {stroke}/>'


def _stroke(line: dict[str, Any], colour: str) -> str:
    dash = f' stroke-dasharray="{_DASHES[line["dash"]]}"' if line.get("dash", "solid") != "solid" else ""
    return f'{paint("stroke", line.get("color", colour))} stroke-width="{line.get("width", 2)}"{dash}'


def _marker(marker: dict[str, Any], index: int, place: tuple[float, float]) -> str:
    symbol = str(_each(marker.get("symbol"), index, "circle"))
    size, colour = _each(marker.get("size"), index, 6), _each(marker.get("color"), index, LIGHT.grey)
    line = marker.get("line", {})
    width = _each(line.get("width"), index, 1 if symbol.endswith("-open") else 0)
    edge = colour if symbol.endswith("-open") else _each(line.get("color"), index, colour)
    fill = 'fill="none"' if symbol.endswith("-open") else paint("fill", colour)
    look = fill + (f' {paint("stroke", edge)} stroke-width="{width}"' if width else "")
    x, y, r = *place, size / 2
    if symbol.startswith("circle"):
        return f'<circle cx="{attribute(x)}" cy="{attribute(y)}" r="{attribute(r)}" {look}/>'
    corners = {
        "square": [(-r, -r), (r, -r), (r, r), (-r, r)],
        "diamond": [(0, -1.3 * r), (1.3 * r, 0), (0, 1.3 * r), (-1.3 * r, 0)],
        "triangle-up": [(0, -r), (r, r), (-r, r)],
        "triangle-down": [(0, r), (r, -r), (-r, -r)],
    }.get(symbol.removesuffix("-open"))
    if corners is None:
        raise Undrawable(f"a marker {symbol}")
    points = " ".join(f"{attribute(x + dx)},{attribute(y + dy)}" for dx, dy in corners)
    return f'<polygon points="{points}" {look}/>'


def _beside(text: str, place: tuple[float, float], where: str, font: dict[str, Any], size: float, colour: str) -> str:
    rise, side = where.split()
    x = place[0] + {"left": -8.0, "center": 0.0, "right": 8.0}[side]
    y = place[1] + {"top": -7.0, "middle": 0.0, "bottom": 7.0}[rise]
    look: dict[str, Any] = {"size": font.get("size", size), "colour": font.get("color", colour)}
    anchor = {"left": "right", "center": "center", "right": "left"}[side]
    return block(text, x, y, anchor=anchor, rise={"top": "bottom", "middle": "middle", "bottom": "top"}[rise], **look)


class _Page:
    """Places on the whole picture: in shares of the axes' area (`paper`), of one axis, or values of one."""

    def __init__(self, found: dict[str, Axis], width: float, layout: dict[str, Any]) -> None:
        margin = layout["margin"]
        self.axes = found
        self.paper = {
            "x": (margin["l"], width - margin["r"]),
            "y": (layout["height"] - margin["b"], margin["t"]),
        }
        self.size = layout.get("font", {}).get("size", FONT)

    def at(self, direction: str, ref: str, value: Any) -> float:
        if ref == "paper":
            low, high = self.paper[direction]
            return low + value * (high - low)
        axis = self.axes[ref.removesuffix(" domain")]
        return axis.along(value) if ref.endswith(" domain") else axis.at(value)

    def shape(self, shape: dict[str, Any]) -> str:
        ends = {}
        for direction, sign in (("x", 1), ("y", -1)):
            ref = shape.get(f"{direction}ref", direction)
            for end in (f"{direction}0", f"{direction}1"):
                if shape.get(f"{direction}sizemode") == "pixel":
                    ends[end] = self.at(direction, ref, shape[f"{direction}anchor"]) + sign * shape[end]
                else:
                    ends[end] = self.at(direction, ref, shape[end])
        stroke = _stroke(shape.get("line", {}), LIGHT.grey)
        if shape["type"] == "line":
            x1, y1, x2, y2 = (attribute(ends[end]) for end in ("x0", "y0", "x1", "y1"))
            return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" {stroke}/>'
        if shape["type"] == "rect":
            left, top = min(ends["x0"], ends["x1"]), min(ends["y0"], ends["y1"])
            sides = (
                f'width="{attribute(abs(ends["x1"] - ends["x0"]))}" height="{attribute(abs(ends["y1"] - ends["y0"]))}"'
            )
            fill = paint("fill", shape["fillcolor"]) if "fillcolor" in shape else 'fill="none"'
            return f'<rect x="{attribute(left)}" y="{attribute(top)}" {sides} {fill} {stroke}/>'
        raise Undrawable(f"a shape {shape['type']}")

    def annotation(self, note: dict[str, Any], colour: str) -> str:
        font = note.get("font", {})
        xref, yref = note.get("xref", "x"), note.get("yref", "y")
        anchor, rise = note.get("xanchor", "auto"), note.get("yanchor", "auto")
        if anchor == "auto":
            anchor = _thirds(note["x"], ("left", "center", "right")) if xref == "paper" else "center"
        if rise == "auto":
            rise = _thirds(note["y"], ("bottom", "middle", "top")) if yref == "paper" else "middle"
        x = self.at("x", xref, note["x"]) + note.get("xshift", 0)
        y = self.at("y", yref, note["y"]) - note.get("yshift", 0)
        look: dict[str, Any] = {"size": font.get("size", self.size), "colour": font.get("color", colour)}
        return block(note["text"], x, y, anchor=anchor, rise=rise, turn=int(note.get("textangle", 0)), **look)


def _thirds(share: float, names: tuple[str, str, str]) -> str:
    return names[0] if share < 1 / 3 else names[2] if share > 2 / 3 else names[1]
