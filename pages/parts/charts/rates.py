"""A rate on an axis: the axis from 0, whiskers, the words for everything together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from data.statistics import NO_BREAK, Rate, Unit, count_words, percent
from pages.parts.charts.figure import SMALL_FONT, Trace, small_note


def rate_axis(rates: Sequence[Rate], faint: str, muted: str, most_ticks: int = 6) -> dict[str, Any]:
    """An axis from 0 to a little above the highest limit, with ticks in whole percents."""
    reach = max((rate.high for rate in rates if rate.rate is not None and not rate.small), default=0.2)
    largest = min(1.02, max(0.05, reach * 1.04))
    step = _step(largest, most_ticks)
    ticks = [round(index * step, 2) for index in range(int(largest / step) + 1)]
    return {
        "range": [0, largest],
        "tickvals": ticks,
        "ticktext": [f"{tick * 100:.0f}{NO_BREAK}%" for tick in ticks],
        "tickangle": 0,
        "tickfont": {"size": SMALL_FONT, "color": muted},
        "showgrid": True,
        "gridcolor": faint,
        "zeroline": True,
        "zerolinecolor": muted,
        "fixedrange": True,
        "ticks": "",
        "automargin": False,
    }


def _step(largest: float, most: int) -> float:
    """The smallest of 1, 2, 5, 10, 20, 25 percent that divides 0 to `largest` into at most `most` steps."""
    return next((step for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.25) if largest / step <= most), 0.5)


def share_text(rate: Rate) -> str:
    """A rate in percent as it stands beside its row; nothing where it rests on too few."""
    return "" if rate.rate is None or rate.small else percent(rate.rate, rate.n)


def overall_label(overall: Rate, unit: Unit, colour: str) -> dict[str, Any]:
    """Count and rate of everything together, above the axes at the left."""
    words = count_words(overall.y, overall.n, overall.letters, unit)
    if overall.rate is not None:
        words += ", too few for a rate" if overall.small else f", {percent(overall.rate, overall.n)}"
    return small_note(f"All together: {words}", colour, x=0, y=1, yanchor="bottom", yshift=5)


def whiskers(
    rates: Sequence[Rate], across: Sequence[Any], colours: Sequence[str], thickness: float, *, upright: bool = False
) -> list[Trace]:
    """The intervals as lines at `across`, one trace a colour; the dots over them are one trace, so one hover at a time."""
    traces = []
    for colour in dict.fromkeys(colours):
        along: list[float | None] = []
        beside: list[Any] = []
        for rate, place, own in zip(rates, across, colours, strict=True):
            if own == colour:
                along += [round(rate.low, 5), round(rate.high, 5), None]
                beside += [place, place, None]
        x, y = (beside, along) if upright else (along, beside)
        line = {"color": colour, "width": thickness}
        whisker = {"type": "scatter", "mode": "lines", "x": x, "y": y, "line": line, "hoverinfo": "skip"}
        traces.append(whisker | {"cliponaxis": False})
    return traces
