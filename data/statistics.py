"""The overturn rate, its interval, the comparison of two groups, and the words that every page says them in.

Everything is computed from sums that a query delivers after grouping by letter, so no row ever comes here. Rates and
limits are shares between 0 and 1. Items of one letter share a reviewer, records and often words, so intervals are
widened by a design effect. Letters of one unknown reviewer are alike, too: intervals are lower bounds on uncertainty.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from data.exact import FEWEST_EXPECTED, fisher

Z = 1.959964  # the 97.5 % point of the normal distribution: intervals hold 95 %
LEVEL = 0.05
FEWEST_LETTERS = 10
FEWEST_EFFECTIVE = 10
ONE_DECIMAL_FROM = 200
NO_BREAK = "\N{NO-BREAK SPACE}"

Unit = Literal["decision", "letter"]


@dataclass(frozen=True, slots=True)
class Sums:
    """The sufficient sums of a cell whose letter i holds n_i items, y_i of them overturned (`Sums()` is an empty cell).

    In SQL over one row a letter: sum(n), sum(y), count(*), sum(n * n), sum(y * y), sum(n * y), sum(y * y / n).
    Whole numbers are Python's own: numpy's would overflow in the products formed here.
    `a + b` is the cell of both only where no letter is in both: a shared letter would be counted as two.
    """

    n: int = 0
    y: int = 0
    letters: int = 0
    nn: int = 0
    yy: int = 0
    ny: int = 0
    within: float = 0.0

    @classmethod
    def letters_as_units(cls, m: int, y: int) -> Sums:
        """The sums where the letter is the unit: `m` letters, `y` of them with an overturned item, all n_i = 1."""
        return cls(n=m, y=y, letters=m, nn=m, yy=y, ny=y, within=float(y))

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.n + other.n,
            self.y + other.y,
            self.letters + other.letters,
            self.nn + other.nn,
            self.yy + other.yy,
            self.ny + other.ny,
            self.within + other.within,
        )


@dataclass(frozen=True, slots=True)
class CrossSums:
    """Sums over the letters that hold items of both sides; in each product the group's factor comes first.

    `letters` such letters, `nn` = sum n_gi n_ri, `ny` = sum n_gi y_ri, `yn` = sum y_gi n_ri, `yy` = sum y_gi y_ri.
    """

    letters: int = 0
    nn: int = 0
    ny: int = 0
    yn: int = 0
    yy: int = 0


@dataclass(frozen=True, slots=True)
class Rate:
    """An overturn rate with its denominator. `rate` is None, the interval 0 to 1, when there is no item.

    `deff` is the design effect that was used (at least 1), `effective` = n / deff. `small`: show the count only.
    """

    n: int
    y: int
    letters: int
    rate: float | None
    low: float
    high: float
    effective: float
    deff: float
    small: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """Group minus rest: `d` (None, with -1 to 1, where a side is empty), its 95 % interval and its variance.

    `p_value` is None, not tested, where a side is small. `distinguishable`: no side is small and the interval leaves
    out 0, and for sparse counts (`_is_sparse`) p is below 0.05, too; among many groups `benjamini_hochberg` over their
    p-values decides instead. `variance` may be 0.
    """

    d: float | None
    low: float
    high: float
    p_value: float | None
    distinguishable: bool
    variance: float


def pooled_rho(sums: Sums, otherwise: float = 0.0) -> float:
    """The intra-letter correlation of a whole filter, 0 to 1; `otherwise` where the filter does not tell it.

    One-way analysis of variance for binary data (Fleiss 1981; Ridout, Demetrio and Firth 1999, Biometrics 55:137):
    (MSB - MSW) / (MSB + (n0 - 1) MSW), MSB = (sum y_i^2/n_i - y^2/n) / (m-1), MSW = (y - sum y_i^2/n_i) / (n-m),
    n0 = (n - sum n_i^2/n) / (m-1), floored at 0. It needs two letters, one of them with two items, and both outcomes.
    Raises ValueError for what `rest_of` returns: rho belongs to the whole filter, never to a side of a comparison.
    """
    if math.isnan(sums.within):
        raise ValueError("rho is estimated over the whole filter; these sums are of a part of it")
    n, y, m = sums.n, sums.y, sums.letters
    if m < 2 or n <= m or y in (0, n):
        return otherwise
    between = max(0.0, (sums.within - y * y / n) / (m - 1))
    inside = max(0.0, (y - sums.within) / (n - m))
    n0 = (n - sums.nn / n) / (m - 1)
    return max(0.0, (between - inside) / (between + (n0 - 1) * inside))


def wilson(p: float, n: float, z: float = Z) -> tuple[float, float]:
    """The score interval of a share `p` of `n` (effective, so not always whole) items; 0 to 1 when n = 0.

    Wilson 1927, J Am Stat Assoc 22:209: (p + z^2/2n +- z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n).
    """
    if n <= 0:
        return 0.0, 1.0
    middle = p + z * z / (2 * n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    low = 0.0 if p == 0 else max(0.0, (middle - half) / scale)
    high = 1.0 if p == 1 else min(1.0, (middle + half) / scale)
    return low, high


def overturn_rate(sums: Sums, rho: float, z: float = Z) -> Rate:
    """The overturn rate of a cell, y / n, with its cluster-adjusted interval: its one definition.

    Wilson with n* = n / max(1, deff) (Rao and Scott 1992, Biometrics 48:577), deff = n v / (p(1-p)),
    v = m/(m-1) sum (y_i - p n_i)^2 / n^2. Where the letters cannot show how alike they are (y = 0, y = n or fewer than
    10 letters) deff = 1 + (k-1) rho, k = sum n_i^2 / n, with `rho` the `pooled_rho` of the whole filter.
    Small: fewer than 10 letters or n* below 10.
    """
    n, y, m = sums.n, sums.y, sums.letters
    if n == 0:
        return Rate(0, 0, m, None, 0.0, 1.0, 0.0, 1.0, True)
    p = y / n
    if y in (0, n) or m < FEWEST_LETTERS:
        deff = 1 + (sums.nn / n - 1) * rho
    else:
        deff = n * m / (m - 1) * _squares(sums) / (n * n) / (p * (1 - p))
    deff = max(1.0, deff)
    effective = n / deff
    low, high = wilson(p, effective, z)
    return Rate(n, y, m, p, low, high, effective, deff, m < FEWEST_LETTERS or effective < FEWEST_EFFECTIVE)


def _squares(sums: Sums) -> float:
    """Sum over letters of (y_i - p n_i)^2; whole numbers until the last division, so nothing cancels away."""
    n, y = sums.n, sums.y
    return (sums.yy * n * n - 2 * y * n * sums.ny + y * y * sums.nn) / (n * n)


def _products(group: Sums, rest: Sums, cross: CrossSums) -> float:
    """Sum over shared letters of (y_gi - p_g n_gi) (y_ri - p_r n_ri)."""
    whole = group.n * rest.n
    mixed = cross.yn * group.n * rest.y + cross.ny * group.y * rest.n
    return (cross.yy * whole - mixed + cross.nn * group.y * rest.y) / whole


def rest_of(whole: Sums, group: Sums, cross: CrossSums | None) -> Sums:
    """The sums of the items outside `group`, without another query; its `within` is not known (nan)."""
    both = cross or CrossSums()
    return Sums(
        whole.n - group.n,
        whole.y - group.y,
        whole.letters - group.letters + both.letters,
        whole.nn - group.nn - 2 * both.nn,
        whole.yy - group.yy - 2 * both.yy,
        whole.ny - group.ny - both.ny - both.yn,
        math.nan,
    )


def difference(group: Sums, rest: Sums, cross: CrossSums | None, rho: float, z: float = Z) -> Difference:
    """Rate of `group` minus rate of `rest`, which share no item; `cross` is None where they share no letter either.

    Interval: `mover` from the limits of `overturn_rate`, with r the correlation of the letters' residuals y_i - p n_i
    on the two sides. Variance: m/(m-1) sum u_i^2 over the m letters of either side,
    u_i = (y_gi - p_g n_gi)/n_g - (y_ri - p_r n_ri)/n_r.
    """
    left, right = overturn_rate(group, rho, z), overturn_rate(rest, rho, z)
    if left.rate is None or right.rate is None:
        return Difference(None, -1.0, 1.0, None, False, 0.0)
    both = cross or CrossSums()
    squares_g, squares_r, products = _squares(group), _squares(rest), _products(group, rest, both)
    r = products / math.sqrt(squares_g * squares_r) if squares_g * squares_r > 0 else 0.0
    r = min(1.0, max(-1.0, r))
    d = left.rate - right.rate
    low, high = mover((left.rate, left.low, left.high), (right.rate, right.low, right.high), r)
    m = group.letters + rest.letters - both.letters
    spread = squares_g / group.n**2 + squares_r / rest.n**2 - 2 * products / (group.n * rest.n)
    variance = max(0.0, m / (m - 1) * spread) if m > 1 else 0.0
    small = left.small or right.small
    p_value = None if small else _p_value(d, left, right, r)
    apart = p_value is not None and (low > 0 or high < 0) and (p_value < LEVEL or not _is_sparse(left, right, r))
    return Difference(d, low, high, p_value, apart, variance)


def mover(group: tuple[float, float, float], rest: tuple[float, float, float], r: float = 0.0) -> tuple[float, float]:
    """The limits of a difference from two (rate, low, high) whose estimates have the correlation `r`.

    Zou and Donner 2008, Stat Med 27:1693: L = d - sqrt((p_g-l_g)^2 + (u_r-p_r)^2 - 2 r (p_g-l_g)(u_r-p_r)), U mirrored.
    With Wilson limits and r = 0 it is method 10 of Newcombe 1998 (Stat Med 17:873).
    """
    (p_g, low_g, high_g), (p_r, low_r, high_r) = group, rest

    def reach(a: float, b: float) -> float:
        return math.sqrt(max(0.0, a * a + b * b - 2 * r * a * b))

    d = p_g - p_r
    return max(-1.0, d - reach(p_g - low_g, high_r - p_r)), min(1.0, d + reach(high_g - p_g, p_r - low_r))


def _p_value(d: float, group: Rate, rest: Rate, r: float) -> float:
    """Two-sided p of the score test on effective sizes (Rao and Scott 1992), p0 the rate of both sides together.

    d^2 over p0(1-p0) (1/n*_g + 1/n*_r - 2 r / sqrt(n*_g n*_r)): the cluster-robust variance, taken at the one rate
    that is being tested. At each side's own rate it is 0 for a side with y = 0 and too short for every low rate: groups
    of 15 letters then failed the 5 % test 10 to 20 times in 100 with no difference. Where the correlation leaves no
    variance r counts as 0; where both sides are all upheld or all overturned p is 1.
    For sparse counts the score test finds too much (5 of 15 beside 1.7 expected), so p is then not below that of
    Fisher's exact test on effective counts (`_sizes`), rounded.
    """
    p0, sizes = (group.y + rest.y) / (group.n + rest.n), _sizes(group, rest, r)
    variance = p0 * (1 - p0) * sum(1 / size for size in sizes)
    score = math.erfc(abs(d) / math.sqrt(2 * variance)) if variance > 0 else 1.0
    if not _is_sparse(group, rest, r):
        return score
    counts = [(round(side.y * size / side.n), round(size)) for side, size in zip((group, rest), sizes, strict=True)]
    return max(score, fisher(*counts[0], *counts[1]))


def _sizes(group: Rate, rest: Rate, r: float) -> tuple[float, float]:
    """The sizes of two samples without correlation whose difference varies as that of the two sides."""
    alone = 1 / group.effective + 1 / rest.effective
    factor = alone - 2 * r / math.sqrt(group.effective * rest.effective)
    gain = alone / factor if factor > 1e-9 * alone else 1.0
    return group.effective * gain, rest.effective * gain


def _is_sparse(group: Rate, rest: Rate, r: float) -> bool:
    """Whether fewer than 5 are expected in a cell of such samples at the common rate (Cochran 1954)."""
    p0 = (group.y + rest.y) / (group.n + rest.n)
    return min(_sizes(group, rest, r)) * min(p0, 1 - p0) < FEWEST_EXPECTED


def benjamini_hochberg(p_values: Sequence[float | None], level: float = LEVEL) -> list[bool]:
    """Which p-values are findings when at most the share `level` of findings may be false; None is not tested.

    Benjamini and Hochberg 1995, J R Stat Soc B 57:289: all up to the greatest p_(k) <= k/m `level` of the m tested.
    """
    tested = sorted(p for p in p_values if p is not None)
    passing = [p for k, p in enumerate(tested, start=1) if p <= k / len(tested) * level]
    return [bool(passing) and p is not None and p <= passing[-1] for p in p_values]


def counted(n: int, noun: str) -> str:
    """`1 letter`, `12,345 decisions`, `no letters`."""
    return f"no {noun}s" if n == 0 else f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def _figure(share: float, n: int) -> str:
    """A share from 0 to 1 in percent, halves rounded up: whole below n = 200, else with one decimal."""
    scale = 1 if n < ONE_DECIMAL_FROM else 10
    tenths = math.floor(round(share * 100 * scale, 9) + 0.5)
    return f"{tenths}" if scale == 1 else f"{tenths / scale:.1f}"


def percent(p: float, n: int) -> str:
    """`11 %` for a share `p` of fewer than 200 items, `10.5 %` from 200 on; the space does not break."""
    return f"{_figure(p, n)}{NO_BREAK}%"


def interval_words(low: float, high: float, n: int) -> str:
    """`4 to 24 %`, with decimals as in `percent`."""
    return f"{_figure(low, n)} to {percent(high, n)}"


def count_words(y: int, n: int, letters: int, unit: Unit = "decision") -> str:
    """`4 of 38 in 31 letters`; for the letter unit `4 of 31 letters`; `no decisions` or `no letters` where n = 0."""
    return _count(y, n, letters, unit, "")


def rate_words(rate: Rate, unit: Unit = "decision") -> str:
    """`4 of 38 overturned in 31 letters, 11 % (4 to 24 %)`; for a small cell the count and no rate."""
    count = _count(rate.y, rate.n, rate.letters, unit, " overturned")
    if rate.rate is None:
        return count
    if rate.small:
        return f"{count}, too few for a rate"
    return f"{count}, {percent(rate.rate, rate.n)} ({interval_words(rate.low, rate.high, rate.n)})"


def _count(y: int, n: int, letters: int, unit: Unit, verb: str) -> str:
    if n == 0:
        return counted(0, unit)
    if unit == "letter":
        return f"{y:,} of {counted(n, 'letter')}{verb}"
    return f"{y:,} of {n:,}{verb} in {counted(letters, 'letter')}"
