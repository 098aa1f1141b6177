"""Control charts of a rate over time: which periods lie outside what chance and usual drift give.

Laney's P' chart; a P chart alarms on every month where months hold thousands of decisions and the rate drifts by years.
Two rules only: a period outside the limits, and eight in a row on one side of the centre. More rules, more false alarms.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby, pairwise
from typing import Literal

from data.statistics import Rate

LIMIT = 3.0
RUN = 8
FEWEST_JUDGED = 2  # periods that a centre rests on: one is always on its own centre
FEWEST_PERIODS = 10
MEAN_RANGE_OF_TWO = 1.128  # the mean distance of two draws from a normal distribution, in standard deviations

Flag = Literal["outside", "run"]


@dataclass(frozen=True, slots=True)
class Observed:
    """One period's rate. `complete` is False for a month that still runs: its letters are a choice, not a sample."""

    start: date
    rate: Rate
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Point:
    """A period on the chart: the centre of its stretch, its limits, its z and the rule that it breaks.

    `limits` and `z` are None for a period without items, and where the stretch has no centre. Incomplete and small
    periods have limits and z, never a flag.
    """

    start: date
    rate: Rate
    complete: bool
    centre: float | None
    limits: tuple[float, float] | None
    z: float | None
    flag: Flag | None = None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Periods with one centre, from `start` to the next stretch. `sigma_z` is 1 in a P chart."""

    start: date
    centre: float | None
    sigma_z: float
    points: tuple[Point, ...]


def control_chart(
    periods: Sequence[Observed], rebased: Sequence[date] = (), *, prime: bool = True
) -> tuple[Stretch, ...]:
    """The chart's stretches in order of time, one more than the dates of `rebased` that leave periods on both sides.

    Each stretch stands alone: a period belongs to the stretch in which it starts. Rebase only at a dated cause that is
    known without the chart (an edition of the MTUS, a change of the form); a rebase where the chart looks best hides
    what it should show. Centre p = sum y / sum n over its complete periods that are not small; with fewer than 2 of
    them there is no centre, no limits and no flag, because small periods cannot carry what others are judged by. Limits p +- 3 sigma_z sqrt(p(1-p) / n*_t),
    held to 0 and 1, with n*_t from `overturn_rate`, so that letters and not items count.
    `prime`: sigma_z = mean |z_t - z_(t-1)| / 1.128 with z_t = (p_t - p) / sqrt(p(1-p) / n*_t) (Laney 2002, Quality
    Engineering 14:531), over complete periods that are not small; at least 1 with fewer than 10 of them, because so
    few may lie close together by chance alone. Without `prime` it is 1 (P chart, Shewhart 1931).
    """
    ordered = sorted(periods, key=lambda period: period.start)
    cuts = sorted(rebased)
    stretches = groupby(ordered, key=lambda period: sum(cut <= period.start for cut in cuts))
    return tuple(_stretch(list(members), prime) for _, members in stretches)


def _stretch(periods: list[Observed], prime: bool) -> Stretch:
    counted = [period.rate for period in periods if period.complete and not period.rate.small]
    n = sum(rate.n for rate in counted)
    if len(counted) < FEWEST_JUDGED or n == 0:
        blank = tuple(Point(period.start, period.rate, period.complete, None, None, None) for period in periods)
        return Stretch(periods[0].start, None, 1.0, blank)
    centre = sum(rate.y for rate in counted) / n
    scores = [_score(rate, centre) for rate in counted]
    sigma_z = _sigma_z([z for z in scores if z is not None]) if prime else 1.0
    points = [_point(period, centre, sigma_z) for period in periods]
    return Stretch(periods[0].start, centre, sigma_z, tuple(_flagged(points, centre)))


def _spread(rate: Rate, centre: float) -> float:
    return math.sqrt(centre * (1 - centre) / rate.effective)


def _score(rate: Rate, centre: float) -> float | None:
    """z_t, or None where there is no rate or the centre leaves no spread."""
    if rate.rate is None or not 0 < centre < 1:
        return None
    return (rate.rate - centre) / _spread(rate, centre)


def _sigma_z(scores: Sequence[float]) -> float:
    if len(scores) < 2:
        return 1.0
    found = sum(abs(after - before) for before, after in pairwise(scores)) / (len(scores) - 1) / MEAN_RANGE_OF_TWO
    return found if len(scores) >= FEWEST_PERIODS else max(1.0, found)


def _point(period: Observed, centre: float, sigma_z: float) -> Point:
    rate = period.rate
    limits = None
    if rate.rate is not None:
        reach = LIMIT * sigma_z * _spread(rate, centre)
        limits = max(0.0, centre - reach), min(1.0, centre + reach)
    return Point(period.start, rate, period.complete, centre, limits, _score(rate, centre))


def _flagged(points: Sequence[Point], centre: float) -> list[Point]:
    """The points with their flags. A run is broken by a period on the centre, not by one that is small or incomplete."""
    flags: dict[date, Flag] = {}
    told = [point for point in points if point.complete and not point.rate.small and point.rate.rate is not None]
    for side, members in groupby(told, key=lambda point: _side(point, centre)):
        run = list(members)
        if side and len(run) >= RUN:
            flags |= {point.start: "run" for point in run}
    for point in told:
        if point.limits and point.rate.rate is not None and not point.limits[0] <= point.rate.rate <= point.limits[1]:
            flags[point.start] = "outside"
    return [replace(point, flag=flags.get(point.start)) for point in points]


def _side(point: Point, centre: float) -> int:
    rate = point.rate.rate or 0.0
    return (rate > centre) - (rate < centre)
