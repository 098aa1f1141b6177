"""The axes of a figure in pixels: where a value lies, and the ticks, lines and titles around it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from pages.parts.charts.figure import FONT, SMALL_FONT, Figure
from pages.parts.charts.svg_text import SPACING, attribute, block, paint

_AXIS = re.compile(r"([xy])axis(\d*)")


def number(value: Any) -> float:
    """A value of an axis as a number; a day as milliseconds, as Plotly counts them."""
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp() * 1000
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp() * 1000
    return float(value)


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: its layout, its ends (powers of ten on a logarithmic axis) and the pixels of these."""

    name: str
    layout: dict[str, Any]
    ends: tuple[float, float]
    pixels: tuple[float, float]

    @property
    def is_log(self) -> bool:
        """Whether the axis is logarithmic: Plotly gives its ends and the places of words as powers of ten, all else as values."""
        return self.layout.get("type") == "log"

    def holds(self, value: Any) -> bool:
        """Whether a value has a place at all: a gap has none, nor has 0 or less on a logarithmic axis."""
        return value is not None and not (self.is_log and number(value) <= 0)

    def at(self, value: Any) -> float:
        """Where a value lies, in pixels."""
        return self.of_power(math.log10(number(value)) if self.is_log else number(value))

    def of_power(self, value: Any) -> float:
        """Where a value lies that is given as the ends are: as a power of ten on a logarithmic axis."""
        low, high = self.ends
        return self.along((number(value) - low) / ((high - low) or 1))

    def along(self, share: float) -> float:
        """Where a share of the axis lies, in pixels."""
        return self.pixels[0] + share * (self.pixels[1] - self.pixels[0])

    @property
    def shown(self) -> bool:
        """Whether anything of the axis itself is drawn."""
        return self.layout.get("visible") is not False

    def ticks(self) -> list[tuple[float, str, float]]:
        """(value, words, value where the words stand) of every tick within the ends."""
        if self.layout.get("type") == "date":
            return self._dates()
        low, high = sorted(self.ends)
        values = self.layout.get("tickvals")
        if values is None and self.is_log:
            values = [f * 10.0**power for power in range(math.floor(low), math.ceil(high) + 1) for f in (1, 2, 5)]
        elif values is None:
            step = _step(high - low)
            values = [i * step for i in range(math.ceil(low / step), math.floor(high / step + 1e-9) + 1)]
        texts = self.layout.get("ticktext") or [_said(value, self.layout.get("tickformat", "")) for value in values]
        slack = (high - low) * 1e-6
        shown = [math.log10(value) if self.is_log else value for value in values]
        return [(v, t, v) for v, t, at in zip(values, texts, shown, strict=False) if low - slack <= at <= high + slack]

    def _dates(self) -> list[tuple[float, str, float]]:
        low, high = self.ends
        months = int(str(self.layout.get("dtick", "M12")).removeprefix("M"))
        start = date.fromisoformat(str(self.layout.get("tick0", "2000-01-01"))[:10])
        found = []
        for step in range(-1200 // months, 1200 // months):
            day, after = _month(start, step * months), _month(start, step * months + min(months, 12))
            place = number(day)
            if self.layout.get("ticklabelmode") == "period":
                place = (number(day) + number(after)) / 2
            if low <= number(day) < high and low <= place < high:
                found.append((number(day), day.strftime(self.layout.get("tickformat", "%Y")), place))
        return found


def _month(start: date, later: int) -> date:
    months = start.year * 12 + start.month - 1 + later
    return date(max(months // 12, 1), months % 12 + 1, 1)


def _step(span: float) -> float:
    """The smallest of 1, 2, 5 times a power of ten that makes at most six steps."""
    power = 10 ** math.floor(math.log10(span / 6 or 1)) if span > 0 else 1.0
    return next(power * factor for factor in (1, 2, 5, 10, 20) if span / (power * factor) <= 6)


def _said(value: float, form: str) -> str:
    return f"{value * 100:g}\N{NO-BREAK SPACE}%" if "%" in form else f"{value:,g}"


def axes(figure: Figure, width: float) -> dict[str, Axis]:
    """Every axis of the figure by its short name (x, x2, y3), for a picture that is `width` pixels wide."""
    layout, margin = figure["layout"], figure["layout"]["margin"]
    across = (margin["l"], width - margin["r"])
    up = (layout["height"] - margin["b"], margin["t"])
    names = {"x", "y"} | {t.get(f"{d}axis", d) for t in figure["data"] for d in "xy"}
    names |= {named[1] + named[2] for key in layout if (named := _AXIS.fullmatch(key))}
    found: dict[str, Axis] = {}
    for name in sorted(names):
        own = dict(layout.get(f"{name[0]}axis{name[1:]}", {}))
        whole = across if name[0] == "x" else up
        low, high = own.get("domain", (0, 1))
        span = whole[1] - whole[0]
        ends = own.get("range") or _reach(figure, name)
        found[name] = Axis(
            name, own, (number(ends[0]), number(ends[1])), (whole[0] + low * span, whole[0] + high * span)
        )
    return found


def _reach(figure: Figure, name: str) -> tuple[float, float]:
    """The ends of an axis without a range: what its traces hold, and a little."""
    direction = name[0]
    log = figure["layout"].get(f"{direction}axis{name[1:]}", {}).get("type") == "log"
    held = [
        math.log10(number(value)) if log else number(value)
        for trace in figure["data"]
        if trace.get(f"{direction}axis", direction) == name
        for value in trace.get(direction, ())
        if value is not None and not (log and number(value) <= 0)
    ]
    low, high = min(held, default=0.0), max(held, default=1.0)
    room = (high - low) * 0.05 or 1.0
    return low - room, high + room


def drawn(axis: Axis, crossed: list[Axis], colour: str) -> tuple[str, str]:
    """The lines of an axis through the axes it `crossed`, and the words beside the last of them."""
    if not axis.shown or not crossed:
        return "", ""
    layout = axis.layout
    font = layout.get("tickfont", {})
    size, ink = font.get("size", SMALL_FONT), font.get("color", colour)
    anchor = next((other for other in crossed if other.name == layout.get("anchor")), crossed[0])
    edge = anchor.pixels[0]
    lines, words = [], []
    ticks = axis.ticks()
    for value, text, place in ticks:
        if layout.get("showgrid", True) and "gridcolor" in layout:
            lines += [_line(axis, value, other, layout["gridcolor"]) for other in crossed]
        at = axis.at(place)
        if axis.name.startswith("x"):
            words.append(block(text, at, edge + 4, size=size, colour=ink, anchor="center", rise="top"))
        else:
            words.append(block(text, edge - 6, at, size=size, colour=ink, anchor="right"))
    if layout.get("zeroline") and not axis.is_log and min(axis.ends) <= 0 <= max(axis.ends):
        lines += [_line(axis, 0, other, layout.get("zerolinecolor", ink)) for other in crossed]
    words.append(
        _title(axis, edge, size * SPACING * max((t.count("<br>") + 1 for _, t, _ in ticks), default=0), colour)
    )
    return "".join(lines), "".join(words)


def _line(axis: Axis, value: float, other: Axis, colour: str) -> str:
    at, (low, high) = axis.at(value), other.pixels
    ends = (at, low, at, high) if axis.name.startswith("x") else (low, at, high, at)
    x1, y1, x2, y2 = map(attribute, ends)
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" {paint("stroke", colour)}/>'


def _title(axis: Axis, edge: float, ticks: float, colour: str) -> str:
    title = axis.layout.get("title") or {}
    text = title if isinstance(title, str) else title.get("text", "")
    if not text:
        return ""
    font = {} if isinstance(title, str) else title.get("font", {})
    size, ink, middle = font.get("size", FONT), font.get("color", colour), axis.along(0.5)
    if axis.name.startswith("x"):
        return block(text, middle, edge + 8 + ticks, size=size, colour=ink, anchor="center", rise="top")
    return block(text, 10, middle, size=size, colour=ink, anchor="center", turn=-90)
