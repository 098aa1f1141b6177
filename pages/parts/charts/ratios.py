"""Rates by group with, in a column of its own, each group's ratio to comparable letters."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from data.standardise import Ratio
from data.statistics import NO_BREAK, Rate, Unit, count_words, rate_words
from pages.parts.charts.figure import (
    CHARACTER,
    HEAD,
    LINE,
    NARROW,
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
from pages.parts.charts.rates import overall_label, rate_axis, whiskers
from pages.parts.charts.rows import (
    RING,
    at_right,
    band,
    label_lines,
    label_width,
    rings,
    row_axis,
    row_centres,
    row_heights,
    row_label,
)
from pages.parts.theme import palette

BOTTOM = 48  # pixels for the ticks and the titles of the axes
WHY_CHARACTERS = 20
NEARLY_ALL = 0.95  # of a group compared: hovering alone says so
NAME_CHARACTERS = 20  # two columns of marks need the width
RATES_END, RATIOS_BEGIN = (
    0.5,
    0.62,
)  # shares of the width: the last figure of one axis is clear of the first of the other
TICK = 30  # pixels for a figure of the axis of ratios
_TICKS = ((0.1, 0.2, 0.5, 1, 2, 5, 10), (0.1, 0.5, 1, 2, 10), (0.1, 1, 10), (0.5, 1, 2), (1,))


@dataclass(frozen=True, slots=True)
class RatioRow:
    """One row of `rate_and_ratio`; `ratio` is None where none was asked for.

    `stands_out` and `ratio_stands_out`: rate and ratio differ from the rest after correction over the list (the rings).
    """

    key: str
    label: str
    rate: Rate
    ratio: Ratio | None
    selected: bool = False
    stands_out: bool = False
    ratio_stands_out: bool = False


def rate_and_ratio(rows: Sequence[RatioRow], overall: Rate, *, unit: Unit = "decision", dark: bool = False) -> Figure:
    """Rates on an axis from 0 and ratios on a logarithmic one with a line at 1, one row a group in the order given.

    Small rows are hollow and grey, say their count and stand on neither axis. Where a row has no ratio, or one of a part
    too small for it, the place says why; a ratio of a part of the group stands above the share of that part. Ratios are
    grey diamonds: they are not shares, each compares with 1 and none with another. Rings say what differs from the rest
    after correction; what is chosen is bold on a ground of its own. Keys are the rows' own.
    """
    if not rows:
        return nothing(unit, dark)
    colours = palette(dark)
    placed = [not row.rate.small and row.rate.rate is not None for row in rows]
    notes = [f"{row.rate.y:,} of {row.rate.n:,}" if shown else "" for row, shown in zip(rows, placed, strict=True)]
    labels = [
        label_lines(row.label, row.selected, note, colours.muted, NAME_CHARACTERS)
        for row, note in zip(rows, notes, strict=True)
    ]
    heights = row_heights(labels)
    left = label_width([row.label for row in rows], any(row.selected for row in rows), notes, NAME_CHARACTERS)
    partly = any(_on_part(row.ratio) for row in rows)
    right = (8 if partly else 5) * CHARACTER
    ringed = any(row.stands_out or row.ratio_stands_out for row in rows)
    bottom = BOTTOM + (LINE if ringed else 0)
    figure = blank_figure(HEAD + sum(heights) + bottom, colours.text, left=left, right=right, top=HEAD, bottom=bottom)
    layout = figure["layout"]
    layout["yaxis"] = row_axis(sum(heights), 0, 1)
    axis = rate_axis([*(row.rate for row in rows), overall], colours.faint, colours.muted, most_ticks=4)
    title = "Overturned, raw" + (f"<br>{RING}" if ringed else "")
    layout["xaxis"] = axis | {"domain": [0, RATES_END], "title": _title(title, colours.muted)}
    room = (NARROW - left - right) * (1 - RATIOS_BEGIN)
    layout["xaxis2"] = _ratio_axis(rows, colours.faint, colours.muted, max(2, int(room / TICK)))
    layout["xaxis3"] = {"range": [0, 1], "visible": False, "fixedrange": True, "anchor": "y", "overlaying": "x"}
    at = row_centres(heights)
    # Small rows say their counts where the lines would strike them through; they are the last ones.
    ends = [y + height / 2 for y, height, on in zip(at, heights, placed, strict=True) if on]
    _lines(layout, overall, colours.muted, max(ends, default=0))
    chosen = zip(rows, at, heights, strict=True)
    layout["shapes"].extend(band(y, height, colours.surface) for row, y, height in chosen if row.selected)
    together = overall_label(overall, unit, colours.muted)
    layout["annotations"].append(together | {"xshift": -round(left)})
    layout["annotations"].extend(row_label(text, "y", y, left) for text, y in zip(labels, at, strict=True))
    shown = [(row, y) for row, y, is_placed in zip(rows, at, placed, strict=True) if is_placed]
    small = [(row, y) for row, y, is_placed in zip(rows, at, placed, strict=True) if not is_placed]
    figure["data"].extend(_rates(shown, unit, colours.outcomes["overturned"]))
    stands_out = [(round(row.rate.rate or 0, 5), y, row.key) for row, y in shown if row.stands_out]
    figure["data"].extend(rings(stands_out, colours.text))
    with_ratio = [(row, row.ratio, y) for row, y in shown if row.ratio is not None and _is_given(row.ratio)]
    if with_ratio:
        reach = layout["xaxis2"]["range"]
        figure["data"].extend(_ratios(with_ratio, reach, colours.grey))
        apart = [(_within(ratio.ratio, reach), y, row.key) for row, ratio, y in with_ratio if row.ratio_stands_out]
        figure["data"].extend(rings(apart, colours.text, "x2"))
        layout["annotations"].extend(
            at_right(f"{ratio.ratio:.2f}{_part(ratio, colours.muted)}", y, right) for _, ratio, y in with_ratio
        )
    without = [(why_none(row.ratio), y) for row, y in shown if row.ratio is not None and not _is_given(row.ratio)]
    layout["annotations"].extend(
        small_note("<br>".join(wrapped(words, WHY_CHARACTERS)), colours.muted, x=RATIOS_BEGIN, y=y, yref="y")
        | {"align": "left", "yanchor": "middle"}
        for words, y in without
    )
    if small:
        figure["data"].append(_small(small, unit, colours.grey, colours.muted))
    return figure


def hover_ratio(ratio: Ratio) -> str:
    """`1.24 times what comparable letters give (1.03 to 1.48)`, with the share it rests on; or why there is none."""
    if not _is_given(ratio):
        return f"no ratio: {why_none(ratio)}"
    of = f", for the {_share(ratio)} of its items that have them" if _on_part(ratio) else ""
    return f"{ratio.ratio:.2f} times what comparable letters give ({ratio.low:.2f} to {ratio.high:.2f}){of}"


def why_none(ratio: Ratio) -> str:
    """Why a group that is not small has no ratio."""
    found = ratio.matched
    if not found.n:
        return "no comparable letters"
    if ratio.small:
        return f"too few: {found.n:,} of {found.total:,} comparable"
    return "comparable letters never overturned"


def _is_given(ratio: Ratio) -> bool:
    return not ratio.small and ratio.ratio is not None


def _on_part(ratio: Ratio | None) -> bool:
    """Whether there is a ratio, and of a part of the group alone."""
    return ratio is not None and _is_given(ratio) and ratio.matched.n < ratio.matched.total


def _share(ratio: Ratio) -> str:
    return f"{math.floor(100 * ratio.matched.share)}{NO_BREAK}%"  # never 100 while something is missing


def _part(ratio: Ratio, muted: str) -> str:
    """The share of the group that a ratio rests on, small below it, where that is not nearly all of it."""
    if not _on_part(ratio) or ratio.matched.share >= NEARLY_ALL:
        return ""
    return f'<br><span style="color:{muted};font-size:{SMALL_FONT}px">on{NO_BREAK}{_share(ratio)}</span>'


def _title(text: str, colour: str) -> dict[str, Any]:
    return {"text": text, "font": {"size": SMALL_FONT, "color": colour}, "standoff": 6}


def _within(value: float | None, reach: Sequence[float]) -> float:
    """The value, or the end of the logarithmic axis that it lies beyond."""
    return round(min(10 ** reach[1], max(10 ** reach[0], value or 0)), 4)


def _ratio_axis(rows: Sequence[RatioRow], faint: str, muted: str, most: int) -> dict[str, Any]:
    """From the lowest limit to the highest, 1 among them, never beyond a tenth and ten times; at most `most` ticks."""
    ratios = [row.ratio for row in rows if row.ratio and row.ratio.ratio and _is_given(row.ratio)]
    low = max(0.1, min([0.5, *(ratio.low or 0.1 for ratio in ratios)]) * 0.9)
    high = min(10.0, max([2.0, *(ratio.high or 1 for ratio in ratios)]) * 1.1)
    choices = [[tick for tick in ticks if low <= tick <= high] for ticks in _TICKS]
    ticks = next((ticks for ticks in choices if len(ticks) <= most), choices[-1])
    return {
        "type": "log",
        "domain": [RATIOS_BEGIN, 1],
        "range": [round(math.log10(low), 4), round(math.log10(high), 4)],
        "tickvals": ticks,
        "ticktext": [f"{tick:g}" for tick in ticks],
        "tickangle": 0,
        "tickfont": {"size": SMALL_FONT, "color": muted},
        "title": _title("Ratio, adjusted", muted),
        "gridcolor": faint,
        "zeroline": False,
        "fixedrange": True,
        "automargin": False,
        "anchor": "y",
    }


def _lines(layout: dict[str, Any], overall: Rate, colour: str, end: float) -> None:
    """The lines at the overall rate and at 1, from the top to `end`."""
    upright: dict[str, Any] = {"type": "line", "yref": "y", "y0": 0, "y1": end}
    if overall.rate is not None and not overall.small:
        upright["line"] = {"color": colour, "width": 1, "dash": "dot"}
        layout["shapes"].append(upright | {"x0": overall.rate, "x1": overall.rate})
    layout["shapes"].append(upright | {"xref": "x2", "x0": 1, "x1": 1, "line": {"color": colour, "width": 1}})


def _hover(row: RatioRow, unit: Unit) -> str:
    ratio = f"<br>{hover_ratio(row.ratio)}" if row.ratio and not row.rate.small else ""
    apart = "<br>the rate differs from the rest" if row.stands_out else ""
    apart += "<br>the ratio differs from 1" if row.ratio_stands_out else ""
    return f"<b>{escape(row.label)}</b><br>{rate_words(row.rate, unit)}{ratio}{apart}"


def _rates(shown: Sequence[tuple[RatioRow, float]], unit: Unit, colour: str) -> list[Trace]:
    if not shown:
        return []
    lines = whiskers([row.rate for row, _ in shown], [y for _, y in shown], [colour] * len(shown), 2)
    x = [round(row.rate.rate or 0, 5) for row, _ in shown]
    dots = _marks(shown, x, unit) | {"marker": {"color": colour, "size": 11, "opacity": 1}}
    return [*lines, unfaded(dots)]


def _marks(shown: Sequence[tuple[RatioRow, float]], x: Sequence[float], unit: Unit) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": list(x),
        "y": [y for _, y in shown],
        "customdata": [row.key for row, _ in shown],
        "hovertext": [_hover(row, unit) for row, _ in shown],
        "hoverinfo": "text",
        "cliponaxis": False,
    }


def _ratios(shown: Sequence[tuple[RatioRow, Ratio, float]], reach: Sequence[float], colour: str) -> list[Trace]:
    """Diamonds and whiskers, cut where they leave the axis."""
    low, high = 10 ** reach[0], 10 ** reach[1]
    x: list[float | None] = []
    y: list[float | None] = []
    for _, ratio, at in shown:
        x += [round(min(high, max(low, ratio.low or 0)), 4), round(min(high, max(low, ratio.high or high)), 4), None]
        y += [at, at, None]
    line = {"color": colour, "width": 2}
    lines = {"type": "scatter", "mode": "lines", "x": x, "y": y, "xaxis": "x2", "line": line, "hoverinfo": "skip"}
    middle = [_within(ratio.ratio, reach) for _, ratio, _ in shown]
    diamonds = _marks([(row, at) for row, _, at in shown], middle, "decision")
    diamonds |= {"hovertext": [f"<b>{escape(row.label)}</b><br>{hover_ratio(ratio)}" for row, ratio, _ in shown]}
    diamonds |= {"xaxis": "x2", "marker": {"symbol": "diamond", "size": 10, "color": colour, "opacity": 1}}
    return [lines, unfaded(diamonds)]


def _small(small: Sequence[tuple[RatioRow, float]], unit: Unit, grey: str, muted: str) -> Trace:
    marks = _marks(small, [0] * len(small), unit)
    words = [f"{NO_BREAK}{count_words(row.rate.y, row.rate.n, row.rate.letters, unit)}, few" for row, _ in small]
    marker = {"symbol": "circle-open", "size": 10, "color": grey, "line": {"width": 1.5}}
    marks |= {"mode": "markers+text", "text": words, "textposition": "middle right", "textfont": {"color": muted}}
    return unfaded(marks | {"xaxis": "x3", "marker": marker})
