"""Disjoint groups around one rate: points over their effective size, and the limits that chance leaves them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from data.funnel import Funnel, GroupPoint, Limits
from data.statistics import NO_BREAK, Unit, percent, rate_words
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
from pages.parts.charts.rates import rate_axis
from pages.parts.theme import palette

HEIGHT = 420  # pixels, of which the axes take those between the margins
LEFT, TOP, BOTTOM = 56, 30, 52
MOST_NAMED = 8  # points that bear their names; more would meet
NAME_CHARACTERS = 22
_SIDES = ("within the limits", "beyond the 95 % limits", "beyond the 99.8 % limits")


def funnel_plot(
    funnel: Funnel | None,
    labels: Mapping[str, str],
    *,
    selected: Sequence[str] = (),
    unit: Unit = "decision",
    dark: bool = False,
) -> Figure:
    """The groups' rates over their effective size, with the common rate and the limits of 95 and 99.8 %.

    Points beyond the limits are larger. Few points all bear their names, of many those beyond the limits, the furthest
    first. Keys are the groups' own; those of `selected` have a ring. `funnel` is None where nothing can be placed.
    """
    if funnel is None:
        return nothing(unit, dark)
    colours = palette(dark)
    figure = blank_figure(HEIGHT, colours.text, left=LEFT, right=12, top=TOP, bottom=BOTTOM)
    layout, data = figure["layout"], figure["data"]
    rates = rate_axis([point.rate for point in funnel.points], colours.faint, colours.muted)
    limits_end = max(limits.high_alarm for limits in funnel.curves)
    highest = max(limits_end, 1.1 * max(point.rate.rate or 0 for point in funnel.points))
    rates["range"] = [0, min(1.02, max(0.05, highest * 1.05))]
    rates |= _percents(rates["range"][1])
    layout["yaxis"] = rates
    sizes = [limits.effective for limits in funnel.curves]
    layout["xaxis"] = _size_axis(sizes, unit, colours.faint, colours.muted)
    data.extend(_curves(funnel.curves, colours.muted))
    centre = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": funnel.centre, "y1": funnel.centre}
    layout["shapes"].append(centre | {"line": {"color": colours.muted, "width": 1, "dash": "dot"}})
    common = f"All together: {percent(funnel.centre, sum(point.rate.n for point in funnel.points))} (dotted line)"
    dashes = "Solid: 99.8 %, dashed: 95 %".replace(" %", f"{NO_BREAK}%")
    layout["annotations"].append(small_note(common, colours.muted, x=0, y=1, yanchor="bottom", yshift=5, xshift=-LEFT))
    layout["annotations"].append(
        small_note(dashes, colours.muted, x=1, xanchor="right", y=1, yanchor="bottom", yshift=5, xshift=12)
    )
    data.extend(_rings(funnel.points, selected, colours.text))
    data.append(_points(funnel.points, labels, unit, colours.outcomes["overturned"]))
    layout["annotations"].extend(
        _names(funnel.points, labels, sizes, rates["range"][1], colours.text, colours.background)
    )
    return figure


def _percents(largest: float) -> dict[str, Any]:
    step = next((step for step in (0.01, 0.02, 0.05, 0.1, 0.2) if largest / step <= 7), 0.25)
    ticks = [round(index * step, 2) for index in range(int(largest / step) + 1)]
    return {"tickvals": ticks, "ticktext": [f"{tick * 100:.0f}{NO_BREAK}%" for tick in ticks]}


def _size_axis(sizes: Sequence[float], unit: Unit, faint: str, muted: str) -> dict[str, Any]:
    """Sizes on a logarithmic axis; at most six figures on it."""
    first, last = math.log10(min(sizes)), math.log10(max(sizes))
    steps = (1, 2, 5) if last - first < 1.7 else (1, 3) if last - first < 2.5 else (1,)
    every = [step * 10**power for power in range(int(first), int(last) + 1) for step in steps]
    ticks = [tick for tick in every if first <= math.log10(tick) <= last]
    if len(ticks) < 2:  # sizes that hardly differ have none of these between them
        ticks = sorted({math.ceil(10**first), math.floor(10**last)})
    return {
        "type": "log",
        "range": [round(first, 4), round(last, 4)],
        "tickvals": ticks,
        "ticktext": [f"{tick:,}" for tick in ticks],
        "tickangle": 0,
        "tickfont": {"size": SMALL_FONT, "color": muted},
        "title": {
            "text": f"Effective number of {unit}s",
            "font": {"size": SMALL_FONT, "color": muted},
            "standoff": 6,
        },
        "gridcolor": faint,
        "zeroline": False,
        "fixedrange": True,
        "automargin": False,
    }


def _curves(curves: Sequence[Limits], colour: str) -> list[Trace]:
    x = [round(limits.effective, 1) for limits in curves]
    lines: list[Trace] = []
    for names, dash in ((("low_alarm", "high_alarm"), "solid"), (("low_warning", "high_warning"), "dash")):
        y = [[round(getattr(limits, name), 4) for limits in curves] for name in names]
        line = {"color": colour, "width": 1, "dash": dash}
        lines.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [*x, None, *x],
                "y": [*y[0], None, *y[1]],
                "line": line,
                "hoverinfo": "skip",
            }
        )
    return lines


def _points(points: Sequence[GroupPoint], labels: Mapping[str, str], unit: Unit, colour: str) -> Trace:
    return unfaded(
        {
            "type": "scatter",
            "mode": "markers",
            "x": [round(point.rate.effective, 1) for point in points],
            "y": [round(point.rate.rate or 0, 5) for point in points],
            "customdata": [point.key for point in points],
            "hovertext": [
                f"<b>{escape(labels[point.key])}</b><br>{rate_words(point.rate, unit)}<br>{_SIDES[point.outside]}".replace(
                    " %", f"{NO_BREAK}%"
                )
                for point in points
            ],
            "hoverinfo": "text",
            "cliponaxis": False,
            "marker": {
                "color": colour,
                "size": [13 if point.outside else 9 for point in points],
                "opacity": 1,
                "line": {"width": 0},
            },
        }
    )


def _rings(points: Sequence[GroupPoint], selected: Sequence[str], colour: str) -> list[Trace]:
    chosen = [point for point in points if point.key in selected]
    if not chosen:
        return []
    ring = {
        "type": "scatter",
        "mode": "markers",
        "x": [round(point.rate.effective, 1) for point in chosen],
        "y": [round(point.rate.rate or 0, 5) for point in chosen],
        "customdata": [point.key for point in chosen],
        "hoverinfo": "skip",
        "cliponaxis": False,
        "marker": {"symbol": "circle-open", "size": 20, "color": colour, "line": {"width": 2}},
    }
    return [unfaded(ring)]


def _names(
    points: Sequence[GroupPoint],
    labels: Mapping[str, str],
    sizes: Sequence[float],
    largest: float,
    colour: str,
    background: str,
) -> list[dict[str, Any]]:
    """The names of the points furthest out, on their far side from the common rate, moved apart where they would meet.

    Names on one side of the middle never share a height; those of the two sides do where they are apart at `NARROW`.
    """
    few = len(points) <= MOST_NAMED
    named = sorted((point for point in points if few or point.outside), key=lambda point: -abs(point.z))[:MOST_NAMED]
    first, last = math.log10(min(sizes)), math.log10(max(sizes))
    inside = HEIGHT - TOP - BOTTOM
    across = NARROW - LEFT - 12
    waiting = []
    for point in named:
        share = (math.log10(point.rate.effective) - first) / ((last - first) or 1)
        lines = wrapped(labels[point.key], NAME_CHARACTERS)
        long = max(len(line) for line in lines) * SMALL_CHARACTER
        right = share > 0.5
        ends = (share * across - long, share * across) if right else (share * across, share * across + long)
        half, own = len(lines) * LINE / 2, (point.rate.rate or 0) / largest * inside
        away = half + 9
        beyond = point.z < 0 and own < away + half  # below the point there is no room left
        waiting.append((own + (away if beyond else math.copysign(away, point.z)), own, half, lines, point, right, ends))
    made: list[dict[str, Any]] = []
    placed: list[tuple[float, bool, tuple[float, float]]] = []
    for wanted, own, half, lines, point, right, ends in sorted(waiting, key=lambda one: -one[0]):
        met = [low for low, side, (a, b) in placed if side == right or (a < ends[1] and ends[0] < b)]
        lowest = min(met, default=float(inside + LINE))
        middle = max(half, min(wanted, lowest - half))
        placed.append((middle - half, right, ends))
        made.append(
            {
                "text": "<br>".join(escape(line) for line in lines),
                "showarrow": False,
                "x": round(math.log10(point.rate.effective), 4),
                "y": round(point.rate.rate or 0, 5),
                "xanchor": "right" if right else "left",
                "align": "right" if right else "left",
                "xshift": 9 if right else -9,
                "yshift": round(middle - own),
                "font": {"size": SMALL_FONT, "color": colour},
            }
        )
    return made
