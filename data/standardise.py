"""Case mix: how often a group was overturned, set against what comparable letters of the others would give.

The indirectly standardised ratio O / E (Breslow and Day 1987, Statistical Methods in Cancer Research II, chapter 2).
Each ratio compares its group with 1, on the group's own mix; two groups' ratios rest on different mixes and compare with
nothing else, so they are never ranked, and a `Ratio` has no order. Reviewers are matched to the condition, so some of
the mix stays in the ratio whatever the strata are: say so beside it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from data.funnel import overdispersion
from data.statistics import FEWEST_EFFECTIVE, Rate, Z
from data.statistics import FEWEST_LETTERS as SMALL_BELOW

FEWEST_ITEMS = 30  # and letters that a stratum of the others needs
FEWEST_LETTERS = 10

Stratum = tuple[str, ...]  # levels from coarse to fine, what matters most first: it is kept longest


@dataclass(frozen=True, slots=True)
class Cell:
    """A stratum of one side: `n` items, `y` of them overturned, in `letters` letters."""

    n: int = 0
    y: int = 0
    letters: int = 0


@dataclass(frozen=True, slots=True)
class Matched:
    """What of a group lies in strata that the others fill: `n` items, `y` overturned, `expected` at the others' rates.

    `total` items were to be matched. `uses`: how many of the `n` rest on each stratum of the others, finest first
    choice, collapsed ones shortened; empty where a query matched them (data/strata.py). `share` is the part of the group
    that is standardised, `full` the part that is so in all its levels; both 0 for a group without items. `error` is the
    binomial variance of `expected`, over `expected`: small where the others are many, above 1 where the group is most of
    the letters.
    """

    total: int
    n: int
    y: int
    expected: float
    uses: dict[Stratum, int]
    full_n: int
    error: float = 0.0

    @property
    def share(self) -> float:
        """The share of the group's items with a stratum to compare with."""
        return self.n / self.total if self.total else 0.0

    @property
    def full(self) -> float:
        """The share of the group's items that were compared without collapsing."""
        return self.full_n / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class Ratio:
    """O / E with Byar's 95 % limits, or None for all three with nothing expected.

    `small`: the group is so (`Rate`), or the part of it that is matched: show the counts only. `matched` says what it
    rests on, for O, E and their limits speak of that part alone.
    """

    observed: int
    expected: float
    ratio: float | None
    low: float | None
    high: float | None
    matched: Matched
    small: bool

    @property
    def distinguishable(self) -> bool:
        """Whether neither the group nor its matched part is small and the limits leave out 1.

        Many ratios at once still need a correction.
        """
        return not self.small and self.low is not None and self.high is not None and (self.low > 1 or self.high < 1)


def rolled_up(leaves: Mapping[Stratum, Cell]) -> dict[Stratum, Cell]:
    """The cells of every level above the leaves, and these, by adding up; the way SQL's ROLLUP does but for letters.

    A letter with items in two leaves counts twice above them, so `letters` may come out too many there. Where that
    matters let SQL count distinct letters at every level.
    """
    sums: dict[Stratum, list[int]] = defaultdict(lambda: [0, 0, 0])
    for stratum, cell in leaves.items():
        for depth in range(1, len(stratum) + 1):
            for place, value in enumerate((cell.n, cell.y, cell.letters)):
                sums[stratum[:depth]][place] += value
    return {stratum: Cell(*values) for stratum, values in sums.items()}


def matched(group: Mapping[Stratum, Cell], others: Mapping[Stratum, Cell]) -> Matched:
    """The group's strata with the others' rates: E = sum n_gs p_s.

    `group`: cells at full depth. `others`: cells without the group's items at every depth from 1 (`rolled_up`). A
    stratum with fewer than 30 items or 10 letters of the others collapses: its last level is dropped, until the coarsest
    level is left. What is too thin even there is not standardised: it stays out of O and E, and lowers `share`. It is not
    set against all others, because these are not comparable letters.
    """
    uses: dict[Stratum, int] = defaultdict(int)
    n = y = full_n = 0
    expected = 0.0
    for stratum, cell in group.items():
        used = _reference(stratum, others)
        if used is None or cell.n == 0:
            continue
        n, y = n + cell.n, y + cell.y
        full_n += cell.n if used == stratum else 0
        uses[used] += cell.n
        expected += cell.n * others[used].y / others[used].n
    squares = (uses[used] ** 2 * cell.y * (cell.n - cell.y) / cell.n**3 for used in uses for cell in (others[used],))
    error = math.fsum(squares) / expected if expected else 0.0
    return Matched(sum(cell.n for cell in group.values()), n, y, expected, dict(uses), full_n, error)


def standardised_ratio(
    group: Mapping[Stratum, Cell], others: Mapping[Stratum, Cell], rate: Rate, z: float = Z
) -> Ratio:
    """The indirectly standardised ratio of a group against the others, whose cells are as in `matched`.

    `rate` is the group's `overturn_rate`: its design effect shortens O and E alike, because items of a letter end
    alike, and its size rule holds here, too, for the group and for the part of it that is matched. Byar's limits take E
    for known. It is not where the others are few, as for a group that is most of the letters, so the design effect is
    multiplied by 1 + `error`, which adds the variance of E to that of O (to first order; Silcocks 1994, J Epidemiol
    Community Health 48:313, on expected numbers with error).
    """
    return ratio_of(matched(group, others), rate, z)


def ratio_of(found: Matched, rate: Rate, z: float = Z) -> Ratio:
    """`standardised_ratio` of a group that is matched already."""
    small = rate.small or _is_small(found, rate)
    if found.expected <= 0:
        return Ratio(found.y, found.expected, None, None, None, found, small)
    spread = rate.deff * (1 + found.error)
    low, high = byar(found.y / spread, found.expected / spread, z)
    return Ratio(found.y, found.expected, found.y / found.expected, low, high, found, small)


def _is_small(found: Matched, rate: Rate) -> bool:
    """The size rule of `overturn_rate` on the matched part, whose letters are taken to be in proportion to its items."""
    return rate.letters * found.share < SMALL_BELOW or found.n / rate.deff < FEWEST_EFFECTIVE


def ratio_z(ratio: Ratio, rate: Rate) -> float | None:
    """How far the ratio lies from 1 in standard errors, below 0 for one below 1; None where it is not tested.

    The limits of `ratio_of` solved for the z at which one of them is 1, so |z| > 1.96 exactly where the 95 % limits
    leave out 1; 0 where neither limit can reach it. Not tested: the group is small or nothing is expected.
    """
    if ratio.small or ratio.expected <= 0:
        return None
    spread = rate.deff * (1 + ratio.matched.error)
    observed, expected = ratio.observed / spread, ratio.expected / spread
    if observed > expected:
        return max(0.0, 3 * math.sqrt(observed) * (1 - 1 / (9 * observed) - math.cbrt(expected / observed)))
    above = observed + 1
    return min(0.0, -3 * math.sqrt(above) * (math.cbrt(expected / above) - 1 + 1 / (9 * above)))


def p_values(scores: Sequence[float | None]) -> list[float | None]:
    """Two-sided p of every ratio of a list against 1, given how far the ratios of that list usually lie from it.

    Few reviewers stand behind a group, and what they have in common letters do not tell; so with ten ratios or more
    each z is divided by the square root of phi, the overdispersion of the list (`funnel.overdispersion`), held to 1.
    """
    phi = max(1.0, overdispersion([z for z in scores if z is not None]) or 1.0)
    return [None if z is None else math.erfc(abs(z) / math.sqrt(2 * phi)) for z in scores]


def byar(observed: float, expected: float, z: float = Z) -> tuple[float, float]:
    """Byar's limits of O / E, O a Poisson count (with clusters O / deff, so not always whole), E above 0.

    Breslow and Day 1987, page 69: L = O (1 - 1/(9 O) - z/(3 sqrt O))^3 / E, 0 when O = 0;
    U = (O+1) (1 - 1/(9 (O+1)) + z/(3 sqrt(O+1)))^3 / E. L is held to 0, where the bracket falls below it. A count
    out of n is less spread than a Poisson count, so the limits are a little wide, more so for high rates.
    """
    above = observed + 1
    high = above * (1 - 1 / (9 * above) + z / (3 * math.sqrt(above))) ** 3 / expected
    if observed <= 0:
        return 0.0, high
    bracket = max(0.0, 1 - 1 / (9 * observed) - z / (3 * math.sqrt(observed)))
    return observed * bracket**3 / expected, high


def _reference(stratum: Stratum, others: Mapping[Stratum, Cell]) -> Stratum | None:
    """The finest stratum above or at `stratum` that the others fill well enough, or None."""
    for path in _upward(stratum):
        cell = others.get(path)
        if cell is not None and cell.n >= FEWEST_ITEMS and cell.letters >= FEWEST_LETTERS:
            return path
    return None


def _upward(stratum: Stratum) -> Iterable[Stratum]:
    return (stratum[:depth] for depth in range(len(stratum), 0, -1))
