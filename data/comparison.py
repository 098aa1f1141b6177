"""Two arbitrary filters beside each other: what they share, how their rates and their mixes differ.

A letter that both filters choose says nothing about how they differ, so what is tested is A without B against B without
A. All figures come from sums; items are counted, letters are the clusters.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from data.standardise import Cell, Matched, Stratum, matched
from data.statistics import (
    CrossSums,
    Difference,
    Rate,
    Sums,
    Z,
    benjamini_hochberg,
    difference,
    mover,
    overturn_rate,
    pooled_rho,
    wilson,
)

Relation = Literal["apart", "overlapping", "a within b", "b within a", "the same"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two filters: each one's rate, the items in both, and A without B against B without A.

    Where one lies within the other nothing is left on a side and `versus` has no difference; the question is then one
    of a group against the rest (`statistics.difference` of the inner one and what is outside it).
    """

    a: Rate
    b: Rate
    both: int
    a_alone: Rate
    b_alone: Rate
    versus: Difference
    relation: Relation


@dataclass(frozen=True, slots=True)
class ShareDifference:
    """One key's share of the items of A and of B, as rates with intervals, and the difference, A minus B.

    In `a`, `b` and `versus` "overturned" reads "has this key". `stands_out` is corrected over all keys.
    """

    key: str
    a: Rate
    b: Rate
    versus: Difference
    stands_out: bool


@dataclass(frozen=True, slots=True)
class StandardisedDifference:
    """How A's rate differs from what B's rates give on A's mix: `d` = `rate` - `given_mix`, with 95 % limits.

    All None where no item of A has a comparable stratum in B. `matched`: what of A that rests on.
    """

    rate: float | None
    given_mix: float | None
    d: float | None
    low: float | None
    high: float | None
    matched: Matched


def compare(a: Sums, b: Sums, a_alone: Sums, b_alone: Sums, cross: CrossSums | None, rho: float) -> Comparison:
    """Filters A and B from the sums of each, of A without B and of B without A, and of letters with items of these two.

    `cross` is over letters that hold items of A without B and of B without A (A's factor first), None where there is
    none. `rho` is the `pooled_rho` of everything in A or B, or of the whole snapshot. Items in both count in `a` and
    `b`, never in `versus`. Raises ValueError where the sums disagree about how many items are in both.
    """
    both = a.n - a_alone.n
    if both < 0 or both != b.n - b_alone.n:
        raise ValueError(f"in both: {both} of A's items, {b.n - b_alone.n} of B's")
    return Comparison(
        overturn_rate(a, rho),
        overturn_rate(b, rho),
        both,
        overturn_rate(a_alone, rho),
        overturn_rate(b_alone, rho),
        difference(a_alone, b_alone, cross, rho),
        _relation(both, a_alone.n, b_alone.n),
    )


def _relation(both: int, a_alone: int, b_alone: int) -> Relation:
    if not both:
        return "apart"
    if not a_alone:
        return "the same" if not b_alone else "a within b"
    return "overlapping" if b_alone else "b within a"


def composition(
    a: Mapping[str, Sums], b: Mapping[str, Sums], cross: Mapping[str, CrossSums] | None = None
) -> list[ShareDifference]:
    """How the mixes of two sides that share no item differ, key by key, the greatest difference first.

    `a`, `b`: for every key the sums of that side where y_i counts the letter's items with the key (n_i all its items
    on that side), so a share is a rate and letters are its clusters. A key that only one side has needs its sums on the
    other, too, with y = 0. `cross`: by key, over letters with items on both sides. A key's correlation within letters
    is taken from both sides together (`within` must be known), and as 1 where these do not tell. Raises ValueError for keys on one side only.
    """
    if a.keys() != b.keys():
        raise ValueError(f"keys on one side only: {', '.join(sorted(a.keys() ^ b.keys()))}")
    found = []
    for key in a:
        rho = pooled_rho(a[key] + b[key], otherwise=1.0)
        versus = difference(a[key], b[key], (cross or {}).get(key), rho)
        found.append((key, overturn_rate(a[key], rho), overturn_rate(b[key], rho), versus))
    stands_out = benjamini_hochberg([versus.p_value for *_, versus in found])
    shares = [ShareDifference(*row, stands) for row, stands in zip(found, stands_out, strict=True)]
    return sorted(shares, key=lambda share: (-abs(share.versus.d or 0.0), share.key))


def standardised_difference(
    a: Mapping[Stratum, Cell], b: Mapping[Stratum, Cell], a_rate: Rate, b_rate: Rate, z: float = Z
) -> StandardisedDifference:
    """The difference that is left when B's rates are put on A's mix: sum w_s (p_As - p_Bs), w_s = n_As / n_A.

    Indirect standardisation of A on the scale of differences, (O - E) / n, which is direct standardisation of B to A's
    mix: A may be small in a stratum, only B must fill it, so one way of matching serves this and the ratio
    (`standardise.matched`; `a` at full depth, `b` at every depth, and without items that are in A). It is not mirrored:
    A given B's mix is another question. Interval: `mover` with r = 0 from Wilson's limits of A's rate (its items over
    A's deff) and of B's rate on A's mix, whose effective size is p (1-p) / var with var = deff_B sum W_c^2 p_c (1-p_c) / n_c
    over the strata c of B that are used, W_c the share of A's items that rest on c, and p_c with half an item each way
    in var (Jeffreys) as no stratum is known to have no overturns. Strata that lie in one another share letters, which
    shortens the interval where much collapsed; letters of both sides lengthen it.
    """
    found = matched(a, b)
    if not found.n:
        return StandardisedDifference(None, None, None, None, None, found)
    rate, given_mix = found.y / found.n, found.expected / found.n
    variance = 0.0
    for stratum, uses in found.uses.items():
        cell = b[stratum]
        p = (cell.y + 0.5) / (cell.n + 1)
        variance += (uses / found.n) ** 2 * p * (1 - p) / cell.n
    effective = _effective(b, found, variance * b_rate.deff)
    own = (rate, *wilson(rate, found.n / a_rate.deff, z))
    other = (given_mix, *wilson(given_mix, effective, z))
    low, high = mover(own, other)
    return StandardisedDifference(rate, given_mix, rate - given_mix, low, high, found)


def _effective(b: Mapping[Stratum, Cell], found: Matched, variance: float) -> float:
    """n* of B's rate on A's mix: the size at which one binomial share of the same mean varies as much."""
    mean = math.fsum(uses / found.n * (b[stratum].y + 0.5) / (b[stratum].n + 1) for stratum, uses in found.uses.items())
    return mean * (1 - mean) / variance
