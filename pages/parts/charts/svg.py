"""A figure as SVG, for paper and for files: drawn from the same description as on the page, by no browser and no script.

It knows what our figures are made of: lines, markers and words (`scatter`), bars, lines and frames (`shapes`), words
(`annotations`). A figure of anything else raises `Undrawable`.
"""

from __future__ import annotations

from typing import Any

from pages.parts.charts.figure import FONT, Figure
from pages.parts.charts.svg_axes import Axis, axes, drawn
from pages.parts.charts.svg_marks import Undrawable, stroke, traces
from pages.parts.charts.svg_text import attribute, block, paint
from pages.parts.theme import LIGHT

FAMILY = "Arial, 'Liberation Sans', Helvetica, sans-serif"


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
    below, above = (
        "".join(page.shape(shape) for shape in layout.get("shapes", ()) if (shape.get("layer") == "below") == under)
        for under in (True, False)
    )
    marks = traces(figure["data"], found, layout, colour)
    said = "".join(page.annotation(note, colour) for note in layout.get("annotations", ()))
    return below + lines + marks + above + words + said


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

    def at(self, direction: str, ref: str, value: Any, *, powers: bool = False) -> float:
        """The pixel of a place; on a logarithmic axis Plotly takes those of words as `powers` of ten, those of shapes not."""
        if ref == "paper":
            low, high = self.paper[direction]
            return float(low + value * (high - low))
        axis = self.axes[ref.removesuffix(" domain")]
        if ref.endswith(" domain"):
            return axis.along(value)
        return axis.of_power(value) if powers else axis.at(value)

    def shape(self, shape: dict[str, Any]) -> str:
        ends = {}
        for direction, sign in (("x", 1), ("y", -1)):
            ref = shape.get(f"{direction}ref", direction)
            for end in (f"{direction}0", f"{direction}1"):
                if shape.get(f"{direction}sizemode") == "pixel":
                    ends[end] = self.at(direction, ref, shape[f"{direction}anchor"]) + sign * shape[end]
                else:
                    ends[end] = self.at(direction, ref, shape[end])
        look = stroke(shape.get("line", {}), LIGHT.grey)
        if shape["type"] == "line":
            x1, y1, x2, y2 = (attribute(ends[end]) for end in ("x0", "y0", "x1", "y1"))
            return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" {look}/>'
        if shape["type"] == "rect":
            left, top = min(ends["x0"], ends["x1"]), min(ends["y0"], ends["y1"])
            sides = (
                f'width="{attribute(abs(ends["x1"] - ends["x0"]))}" height="{attribute(abs(ends["y1"] - ends["y0"]))}"'
            )
            fill = paint("fill", shape["fillcolor"]) if "fillcolor" in shape else 'fill="none"'
            return f'<rect x="{attribute(left)}" y="{attribute(top)}" {sides} {fill} {look}/>'
        raise Undrawable(f"a shape {shape['type']}")

    def annotation(self, note: dict[str, Any], colour: str) -> str:
        font = note.get("font", {})
        xref, yref = note.get("xref", "x"), note.get("yref", "y")
        anchor, rise = note.get("xanchor", "auto"), note.get("yanchor", "auto")
        if anchor == "auto":
            anchor = _thirds(note["x"], ("left", "center", "right")) if xref == "paper" else "center"
        if rise == "auto":
            rise = _thirds(note["y"], ("bottom", "middle", "top")) if yref == "paper" else "middle"
        x = self.at("x", xref, note["x"], powers=True) + note.get("xshift", 0)
        y = self.at("y", yref, note["y"], powers=True) - note.get("yshift", 0)
        look: dict[str, Any] = {"size": font.get("size", self.size), "colour": font.get("color", colour)}
        return block(note["text"], x, y, anchor=anchor, rise=rise, turn=int(note.get("textangle", 0)), **look)


def _thirds(share: float, names: tuple[str, str, str]) -> str:
    return names[0] if share < 1 / 3 else names[2] if share > 2 / 3 else names[1]
