"""The ladder of an outlook: rates from the narrowest group to the widest, and the rate they are drawn together to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.smoothing import Smoothed
from data.statistics import NO_BREAK, Rate, count_words, interval_words, percent, rate_words
from pages.parts.charts.figure import (
    CHARACTER,
    HEAD,
    NARROW,
    SMALL_FONT,
    Figure,
    Trace,
    blank_figure,
    escape,
    nothing,
    small_note,
    unfaded,
)
from pages.parts.charts.rates import rate_axis, share_text, whiskers
from pages.parts.charts.rows import at_right, label_lines, label_width, row_axis, row_centres, row_heights, row_label
from pages.parts.theme import palette

AXIS = 48  # pixels for the ticks and the title of the axis
LABEL = 28  # characters in a line of a label


@dataclass(frozen=True, slots=True)
class Rung:
    """One group of the ladder: its words, its rate, and its share of 1 in what they are drawn together to."""

    key: str
    label: str
    rate: Rate
    weight: float


def ladder_dots(rungs: Sequence[Rung], together: Smoothed | None, *, dark: bool = False) -> Figure:
    """A row a group in the order given, on one axis from 0; below them, where there is one, the rate they are drawn to.

    Small groups keep their place as hollow grey marks at the foot of the axis, their counts at the right: they show no rate.
    """
    if not rungs:
        return nothing("decision", dark)
    colours = palette(dark)
    end = "Drawn together"
    labels = [
        label_lines(one.label, index == 0, _weight(one, together), colours.muted, LABEL)
        for index, one in enumerate(rungs)
    ]
    labels += [label_lines(end, True, "", colours.muted, LABEL)] if together else []
    heights = row_heights(labels)
    at = row_centres(heights)
    left = label_width([one.label for one in rungs] + [end], True, [_weight(one, together) for one in rungs], LABEL)
    size = max(1, round(sum(one.rate.effective for one in rungs)))
    counts = [f"{one.rate.y:,} of {one.rate.n:,}" for one in rungs]
    shares = [share_text(one.rate) for one in rungs]
    shares += [percent(together.value, size)] if together else []
    share_width = max(map(len, shares)) * CHARACTER + 14
    right = 14 + max(map(len, counts)) * CHARACTER + share_width
    figure = blank_figure(HEAD + sum(heights) + AXIS, colours.text, left=left, right=right, top=HEAD, bottom=AXIS)
    layout, data = figure["layout"], figure["data"]
    layout |= {"hovermode": "y", "hoverdistance": -1}
    ends = [Rate(size, 0, size, together.value, together.low, together.high, size, 1.0, False)] if together else []
    ticks = min(6, max(2, int((NARROW - left - right) / 38)))
    axis = rate_axis([*(one.rate for one in rungs), *ends], colours.faint, colours.muted, most_ticks=ticks)
    title = {"text": "Overturned, in percent of decisions", "font": {"size": SMALL_FONT, "color": colours.muted}}
    layout["xaxis"] = axis | {"title": title | {"standoff": 6}}
    layout["yaxis"] = row_axis(sum(heights), 0, 1)
    data.extend(_groups(rungs, at, colours.outcomes["overturned"], colours.grey))
    if together:
        data.extend(_together(together, size, at[-1], colours.text))
    annotations = layout["annotations"]
    annotations += [row_label(text, "y", y, left) for text, y in zip(labels, at, strict=True)]
    annotations += [at_right(text, y, right - share_width) for text, y in zip(counts, at, strict=False)]
    annotations += [at_right(text, y, right) for text, y in zip(shares, at, strict=True) if text]
    note = "From exactly this request to ever wider groups; hollow: too few for a rate"
    words = small_note(note, colours.muted, x=0, y=1, yanchor="bottom", yshift=5)
    annotations.append(words | {"xshift": -round(left)})
    return figure


def _weight(rung: Rung, together: Smoothed | None) -> str:
    return f"weight {100 * rung.weight:.0f}{NO_BREAK}%" if together else ""


def _groups(rungs: Sequence[Rung], at: Sequence[float], colour: str, grey: str) -> list[Trace]:
    """Dots with whiskers, then the small groups."""
    traces: list[Trace] = []
    for small in (False, True):
        held = [
            (one, y) for one, y in zip(rungs, at, strict=False) if (one.rate.small or one.rate.rate is None) is small
        ]
        if not held:
            continue
        places = [y for _, y in held]
        common = {
            "type": "scatter",
            "mode": "markers",
            "y": places,
            "customdata": [one.key for one, _ in held],
            "hovertext": [f"<b>{escape(one.label)}</b><br>{rate_words(one.rate)}" for one, _ in held],
            "hoverinfo": "text",
            "cliponaxis": False,
        }
        if small:
            mark = {"symbol": "circle-open", "color": grey, "size": 10, "line": {"width": 1.5}}
            traces.append(unfaded(common | {"x": [0] * len(held), "marker": mark}))
            continue
        traces += whiskers([one.rate for one, _ in held], places, [colour] * len(held), 2)
        dots = {
            "x": [round(one.rate.rate or 0, 5) for one, _ in held],
            "marker": {"color": colour, "size": 11, "opacity": 1},
        }
        traces.append(unfaded(common | dots))
    return traces


def _together(found: Smoothed, size: int, y: float, colour: str) -> list[Trace]:
    line: Trace = {"type": "scatter", "mode": "lines", "x": [round(found.low, 5), round(found.high, 5)], "y": [y, y]}
    line |= {"line": {"color": colour, "width": 3}, "hoverinfo": "skip", "cliponaxis": False}
    words = f"<b>Drawn together</b><br>{percent(found.value, size)} ({interval_words(found.low, found.high, size)})"
    mark: Trace = {"type": "scatter", "mode": "markers", "x": [round(found.value, 5)], "y": [y], "hovertext": [words]}
    mark |= {"hoverinfo": "text", "cliponaxis": False, "marker": {"symbol": "diamond", "color": colour, "size": 13}}
    return [line, unfaded(mark)]


def ladder_words(rungs: Sequence[Rung], together: Smoothed | None) -> str:
    """What the figure shows, in words."""
    steps = "; ".join(
        f"{one.label}: {count_words(one.rate.y, one.rate.n, one.rate.letters)}"
        + ("" if one.rate.small or one.rate.rate is None else f", {percent(one.rate.rate, one.rate.n)}")
        for one in rungs
    )
    return f"Ladder: {steps}" + (f"; drawn together {100 * together.value:.0f}{NO_BREAK}%" if together else "")
