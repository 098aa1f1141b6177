"""Rates over time with the counts below, on one time axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from data.control_chart import RUN, Flag
from data.statistics import Rate, Unit, interval_words, rate_words
from pages.parts.charts.figure import (
    HEAD,
    LINE,
    SMALL_FONT,
    Figure,
    Trace,
    blank_figure,
    escape,
    nothing,
    small_note,
    unfaded,
)
from pages.parts.charts.marks import Mark, draw_mark, is_late, levels_of
from pages.parts.charts.rates import overall_label, rate_axis, whiskers
from pages.parts.theme import palette

BAND = "rgba(127, 135, 145, 0.1)"  # on white as on black
FLAG_WORDS: dict[Flag, str] = {"outside": "outside the limits", "run": f"in a run of {RUN} or longer on one side"}


@dataclass(frozen=True, slots=True)
class Period:
    """One period of `trend`, from its first day to its last, with its control limits and the rule that it breaks; its key is
    the start as 2016-12-01."""

    start: date
    end: date
    label: str
    rate: Rate
    complete: bool = True
    limits: tuple[float, float] | None = None
    flag: Flag | None = None

    @property
    def after(self) -> date:
        """The first day that is not in it any more."""
        return self.end + timedelta(days=1)

    @property
    def middle(self) -> str:
        """The day of its mark."""
        return (self.start + (self.after - self.start) // 2).isoformat()


def trend(
    points: Sequence[Period],
    overall: Rate,
    *,
    unit: Unit = "decision",
    dark: bool = False,
    marks: Sequence[Mark] = (),
    centre: float | None = None,
) -> Figure:
    """Rates over time above, counts as bars below, on one time axis; thin lines at `marks`.

    Small periods are hollow and grey in a strip of their own (y2) between the two; an incomplete one is grey. Where
    periods have control limits these are drawn instead of intervals, a period outside them is ringed and one of a run
    is a diamond. The dotted line is the chart's `centre`, else the rate of everything. Keys: the start as 2016-12-01.
    """
    if not points:
        return nothing(unit, dark)
    colours = palette(dark)
    points = sorted(points, key=lambda period: period.start)
    first, last = points[0].start, points[-1].after
    inside_marks = [mark for mark in sorted(marks) if first <= mark.day <= last]
    levels = levels_of(inside_marks, first, last)
    small = [period.rate.small or period.rate.rate is None for period in points]
    top = HEAD + (max(levels) + 1 if levels else 0) * LINE
    upper, strip, lower = 230, 22 if any(small) else 0, 64
    inside = upper + strip + lower + 34
    figure = blank_figure(top + inside + 46, colours.text, left=58, right=8, top=top, bottom=46)
    layout, data = figure["layout"], figure["data"]
    layout |= {"hovermode": "x", "hoverdistance": 24}
    placed = [period.rate for period, quiet in zip(points, small, strict=True) if not quiet]
    limited = any(period.limits for period in points)
    shown = [replace(rate, low=rate.rate or 0.0, high=rate.rate or 0.0) for rate in placed] if limited else placed
    reach = [replace(period.rate, high=period.limits[1], small=False) for period in points if period.limits]
    layout["yaxis"] = rate_axis([*shown, *reach, overall], colours.faint, colours.muted, most_ticks=5)
    layout["yaxis"] |= {"domain": [1 - upper / inside, 1], "anchor": "x"}
    layout["yaxis2"] = {
        "domain": [(lower + 24) / inside, (lower + 24 + max(strip, 1)) / inside],
        "range": [-1, 1],
        "visible": False,
        "fixedrange": True,
        "anchor": "x",
    }
    layout["yaxis3"] = _count_axis([period.rate.n for period in points], colours.faint, colours.muted)
    layout["yaxis3"] |= {"domain": [0, lower / inside], "anchor": "x"}
    layout["xaxis"] = time_axis(first, last, colours.faint, colours.muted)
    layout["annotations"].append(
        small_note(
            f"{unit.capitalize()}s", colours.muted, x=0, xshift=-50, y=lower / inside, yanchor="bottom", yshift=2
        )
    )
    if limited:
        data.extend(_limits(points, colours.grey))
    known = [period for period, few in zip(points, small, strict=True) if not few]
    quiet = [period for period, few in zip(points, small, strict=True) if few]
    if known:
        data.extend(
            _dots(known, unit, colours.outcomes["overturned"], colours.grey, colours.text, whiskered=not limited)
        )
    if quiet:
        data.append(_small_dots(quiet, unit, colours.grey))
        where = (lower + 24 + strip / 2) / inside
        layout["annotations"].append(small_note("Too few", colours.muted, x=0, xshift=-50, y=where, yanchor="middle"))
    data.append(_count_bars(points, unit, colours.grey))
    at = centre if centre is not None else None if overall.small else overall.rate
    explained = overall_label(overall, unit, colours.muted) | {"yshift": top - 24, "xshift": -50}
    if not limited and at is not None:
        explained["text"] += " (dotted line)"
    layout["annotations"].append(explained)
    if at is not None:
        line = {"color": colours.muted, "width": 1, "dash": "dot"}
        layout["shapes"].append({"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": at, "y1": at, "line": line})
    for mark, level in zip(inside_marks, levels, strict=True):
        draw_mark(
            layout, mark, level, late=is_late(mark, first, last), colour=colours.muted, line_colour=colours.border
        )
    return figure


def _hover(period: Period, unit: Unit) -> str:
    more = "" if period.complete else "<br>not complete yet"
    if period.limits:
        n = period.rate.n
        more += f"<br>control limits {interval_words(*period.limits, n)}"
    more += f"<br>{FLAG_WORDS[period.flag]}" if period.flag else ""
    return f"<b>{escape(period.label)}</b><br>{rate_words(period.rate, unit)}{more}"


def _dots(periods: Sequence[Period], unit: Unit, warm: str, grey: str, text: str, *, whiskered: bool) -> list[Trace]:
    many = len(periods) > 60
    size = 6 if many else 9
    rates = [period.rate for period in periods]
    middles = [period.middle for period in periods]
    heights = [round(rate.rate or 0, 5) for rate in rates]
    colours = [warm if period.complete else grey for period in periods]
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": middles,
        "y": heights,
        "customdata": [period.start.isoformat() for period in periods],
        "hovertext": [_hover(period, unit) for period in periods],
        "hoverinfo": "text",
        "cliponaxis": False,
        "marker": {
            "color": colours,
            "size": [size + 2 if period.flag == "run" else size for period in periods],
            "symbol": ["diamond" if period.flag == "run" else "circle" for period in periods],
            "opacity": 1,
        },
    }
    rings = [(x, y) for x, y, period in zip(middles, heights, periods, strict=True) if period.flag == "outside"]
    ring = {
        "type": "scatter",
        "mode": "markers",
        "x": [x for x, _ in rings],
        "y": [y for _, y in rings],
        "hoverinfo": "skip",
        "cliponaxis": False,
        "marker": {"symbol": "circle-open", "size": size + 6, "color": text, "line": {"width": 2}},
    }
    beneath = whiskers(rates, middles, colours, 1 if many else 1.5, upright=True) if whiskered else []
    return [*beneath, unfaded(dots), *([unfaded(ring)] if rings else [])]


def _small_dots(periods: Sequence[Period], unit: Unit, grey: str) -> Trace:
    return unfaded(
        {
            "type": "scatter",
            "mode": "markers",
            "yaxis": "y2",
            "x": [period.middle for period in periods],
            "y": [0] * len(periods),
            "customdata": [period.start.isoformat() for period in periods],
            "hovertext": [_hover(period, unit) for period in periods],
            "hoverinfo": "text",
            "cliponaxis": False,
            "marker": {"symbol": "circle-open", "color": grey, "size": 9, "line": {"width": 1.5}},
        }
    )


def _count_bars(points: Sequence[Period], unit: Unit, grey: str) -> Trace:
    return unfaded(
        {
            "type": "bar",
            "yaxis": "y3",
            "x": [period.middle for period in points],
            "y": [period.rate.n for period in points],
            "width": [(period.after - period.start).days * 0.8 * 86_400_000 for period in points],
            "customdata": [period.start.isoformat() for period in points],
            "hovertext": [_hover(period, unit) for period in points],
            "hoverinfo": "text",
            "marker": {"color": grey},
        }
    )


def _limits(points: Sequence[Period], grey: str) -> list[Trace]:
    """Lower and upper control limits as steps with a faint band between them; a stretch of its own between gaps."""
    traces: list[Trace] = []
    for limited, members in groupby(points, key=lambda period: period.limits is not None):
        if not limited:
            continue
        held = list(members)
        x = [day for period in held for day in (period.start.isoformat(), period.after.isoformat())]
        for side in (0, 1):
            y = [round(period.limits[side], 5) for period in held if period.limits for _ in range(2)]
            line = {"color": grey, "width": 1}
            trace = {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip"}
            traces.append(trace | ({"fill": "tonexty", "fillcolor": BAND} if side else {}))
    return traces


def _count_axis(counts: Sequence[int], faint: str, muted: str) -> dict[str, Any]:
    highest = max(*counts, 1)
    return {
        "range": [0, highest * 1.05],
        "tickvals": [0, highest],
        "ticktext": ["0", f"{highest:,}"],
        "tickfont": {"size": SMALL_FONT, "color": muted},
        "gridcolor": faint,
        "zeroline": True,
        "zerolinecolor": muted,
        "fixedrange": True,
        "ticks": "",
        "automargin": False,
    }


def time_axis(first: date, last: date, faint: str, muted: str) -> dict[str, Any]:
    """An axis of days from `first` to `last`, with ticks a month to two years apart; its anchor is the counts below."""
    years = (last - first).days / 365.25
    months = 1 if years <= 0.6 else 3 if years <= 2 else 6 if years <= 3 else 12 if years <= 9 else 24
    return {
        "type": "date",
        "range": [first.isoformat(), last.isoformat()],
        "tick0": f"{first.year}-01-01",
        "dtick": f"M{months}",
        "tickformat": "%Y" if months >= 12 else "%b<br>%Y",
        "ticklabelmode": "period" if months in (1, 12) else "instant",
        "tickangle": 0,
        "tickfont": {"size": SMALL_FONT, "color": muted},
        "showgrid": True,
        "gridcolor": faint,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": muted,
        "fixedrange": True,
        "anchor": "y3",
        "automargin": False,
    }
