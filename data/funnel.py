"""Funnel plots: which of many groups lie further from the common rate than their size explains.

Spiegelhalter 2005, Stat Med 24:1185 (funnels) and Qual Saf Health Care 14:347 (overdispersion), for shares, as the R
package FunnelPlotR draws them. Only for disjoint groups, such as specialty groups or source profiles: where one item is
in two groups the common rate, phi and tau^2 count it twice. Groups are compared with the common rate, not ranked.
"""

from __future__ import annotations

import math
import statistics
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from data.beta import beta_cdf
from data.statistics import Rate, Z

WARNING, ALARM = Z, 3.090232  # 95 % and 99.8 % of the normal distribution
FEWEST_GROUPS = 10
FEWEST_EACH_WAY = 10.0
_TAIL = {WARNING: 0.025, ALARM: 0.001}
_CURVE_POINTS = 60


@dataclass(frozen=True, slots=True)
class GroupPoint:
    """A group on the funnel. `z` counts the spread that the limits have, so tau^2, too.

    `outside`: 0 within the limits, 1 beyond those of 95 %, 2 beyond those of 99.8 %.
    """

    key: str
    rate: Rate
    z: float
    outside: int


@dataclass(frozen=True, slots=True)
class Limits:
    """The four limits at an effective size n*, shares between 0 and 1, from low to high."""

    effective: float
    low_alarm: float
    low_warning: float
    high_warning: float
    high_alarm: float


@dataclass(frozen=True, slots=True)
class Funnel:
    """The common rate, the overdispersion, the points and the limits along n*.

    `phi`: the dispersion ratio, 1 where chance explains everything, None with too few groups to tell. `tau2`: the
    variance between groups on the arcsine scale. `small`: keys of groups that are too small to be placed.
    """

    centre: float
    phi: float | None
    tau2: float
    points: tuple[GroupPoint, ...]
    curves: tuple[Limits, ...]
    small: tuple[str, ...]


def funnel(groups: Mapping[str, Rate]) -> Funnel | None:
    """The funnel of disjoint groups; None without a group to place or where all items end alike.

    With y = asin sqrt p, s = 1 / (2 sqrt n*) and theta = asin sqrt of the common rate sum y / sum n of all groups:
    z = (y - theta) / s, winsorised at its 10 and 90 % quantiles (interpolated as R does by default, type 7),
    phi = sum z^2 / I and tau^2 = `between_variance`. With fewer than 10 groups neither is estimated and tau^2 = 0.
    """
    n, y = sum(rate.n for rate in groups.values()), sum(rate.y for rate in groups.values())
    placed = {key: rate for key, rate in groups.items() if not rate.small and rate.rate is not None}
    if not placed or y in (0, n):
        return None
    centre = y / n
    scores = [_score(rate, centre, 0.0) for rate in placed.values()]
    phi, tau2 = overdispersion(scores), 0.0
    if phi is not None:
        tau2 = between_variance(phi * len(scores), [4 * rate.effective for rate in placed.values()])
    points = tuple(_point(key, rate, centre, tau2) for key, rate in placed.items())
    curves = _curves([rate.effective for rate in placed.values()], centre, tau2)
    small = tuple(key for key in groups if key not in placed)
    return Funnel(centre, phi, tau2, points, curves, small)


def overdispersion(scores: Sequence[float]) -> float | None:
    """phi = sum z^2 / I of the z winsorised at their 10 and 90 % quantiles, 1 where chance explains their spread.

    Spiegelhalter 2005, Qual Saf Health Care 14:347. None with fewer than 10 groups, which are too few to tell.
    """
    if len(scores) < FEWEST_GROUPS:
        return None
    return sum(z * z for z in _winsorised(scores)) / len(scores)


def funnel_words(found: Funnel | None, labels: Mapping[str, str]) -> str:
    """Which groups lie beyond the limits, in two sentences: what the plot shows, and what its limits hold."""
    if found is None:
        return "No group is large enough to be placed."
    outside = sorted((point for point in found.points if point.outside), key=lambda point: -abs(point.z))
    named = [f"{labels[point.key]} ({'above' if point.z > 0 else 'below'})" for point in outside]
    said = f"Beyond the limits: {'; '.join(named)}." if named else "No group lies beyond the limits."
    if found.phi is None:
        return f"{said} With fewer than {FEWEST_GROUPS} groups the limits are those of chance alone, so large groups leave them easily."
    return f"{said} The limits allow for the usual spread between groups, so only what is unusual leaves them."


def limits(effective: float, centre: float, tau2: float) -> Limits:
    """The funnel's limits at n* = `effective` (above 0) around `centre` (between 0 and 1).

    sin^2(theta +- z sqrt(s^2 + tau^2)), z = 1.96 and 3.09, theta + ... held to 0 and a right angle. Where fewer than
    10 overturned or 10 upheld items are expected, exact binomial limits, or these where tau^2 makes them wider.
    """
    low_alarm, high_alarm = _pair(effective, centre, tau2, ALARM)
    low_warning, high_warning = _pair(effective, centre, tau2, WARNING)
    return Limits(effective, low_alarm, low_warning, high_warning, high_alarm)


def between_variance(squares: float, weights: Sequence[float]) -> float:
    """tau^2, the variance between groups by moments (DerSimonian and Laird 1986, Control Clin Trials 7:177).

    `squares` = sum of the squared distances from the common value, each in standard errors; `weights` = 1 / s^2.
    max(0, (squares - (I - 1)) / (sum w - sum w^2 / sum w)); 0 for fewer than two groups.
    """
    if len(weights) < 2:
        return 0.0
    total = sum(weights)
    return max(0.0, (squares - (len(weights) - 1)) / (total - sum(w * w for w in weights) / total))


def exact_limits(effective: float, centre: float, tail: float) -> tuple[float, float]:
    """Binomial limits that leave at most the share `tail` beyond each, for n* that need not be whole.

    Spiegelhalter 2005, appendix A.1: with r the least count whose P(R <= r) passes `tail`, the limit lies at
    (r - (P(R <= r) - tail) / P(R = r)) / n*. The upper one is that of the upheld share, mirrored, so that a point lies
    outside exactly when its own tail is at most `tail`.
    """
    return _exact_low(effective, centre, tail), 1 - _exact_low(effective, 1 - centre, tail)


def _exact_low(n: float, p: float, tail: float) -> float:
    def up_to(r: int) -> float:
        return beta_cdf(1 - p, n - r, r + 1) if r < n else 1.0

    counts = range(math.ceil(n) + 1)
    r = bisect_right(counts, tail, key=up_to)
    before = up_to(r - 1) if r else 0.0
    return max(0.0, (min(r, n) - (up_to(r) - tail) / (up_to(r) - before)) / n)


def _pair(n: float, centre: float, tau2: float, z: float) -> tuple[float, float]:
    theta = math.asin(math.sqrt(centre))
    reach = z * math.sqrt(1 / (4 * n) + tau2)
    low, high = math.sin(max(0.0, theta - reach)) ** 2, math.sin(min(math.pi / 2, theta + reach)) ** 2
    if n * min(centre, 1 - centre) >= FEWEST_EACH_WAY:
        return low, high
    exact_low, exact_high = exact_limits(n, centre, _TAIL[z])
    return (exact_low, exact_high) if tau2 == 0 else (min(low, exact_low), max(high, exact_high))


def _score(rate: Rate, centre: float, tau2: float) -> float:
    distance = math.asin(math.sqrt(rate.rate or 0.0)) - math.asin(math.sqrt(centre))
    return distance / math.sqrt(1 / (4 * rate.effective) + tau2)


def _point(key: str, rate: Rate, centre: float, tau2: float) -> GroupPoint:
    at, p = limits(rate.effective, centre, tau2), rate.rate or 0.0
    outside = 2 if p < at.low_alarm or p > at.high_alarm else int(p < at.low_warning or p > at.high_warning)
    return GroupPoint(key, rate, _score(rate, centre, tau2), outside)


def _winsorised(scores: Sequence[float]) -> list[float]:
    deciles = statistics.quantiles(scores, n=10, method="inclusive")
    return [min(deciles[-1], max(deciles[0], score)) for score in scores]


def _curves(sizes: Sequence[float], centre: float, tau2: float) -> tuple[Limits, ...]:
    """Limits at sizes from the least to the greatest, evenly spaced on a logarithmic scale, a little beyond both."""
    first, last = math.log(min(sizes) * 0.9), math.log(max(sizes) * 1.1)
    step = (last - first) / (_CURVE_POINTS - 1)
    return tuple(limits(math.exp(first + step * place), centre, tau2) for place in range(_CURVE_POINTS))
