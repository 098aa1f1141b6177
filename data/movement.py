"""What moved most between two periods, among many groups of which some always move by chance.

The largest observed change in a long list is mostly luck, so changes are drawn together before they are ordered
(empirical Bayes), and what is called a change is corrected over the whole list of candidates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from data.funnel import between_variance
from data.statistics import Difference, Rate, Sums, Z, benjamini_hochberg, difference, overturn_rate


@dataclass(frozen=True, slots=True)
class Movement:
    """One group's change of rate, current minus previous.

    `shrunken`: the change drawn towards the mean change of all candidates, `weight` of the way (0 to 1). `stands_out`:
    a finding after correction over the whole list.
    """

    key: str
    previous: Rate
    current: Rate
    change: Difference
    shrunken: float
    weight: float
    stands_out: bool


@dataclass(frozen=True, slots=True)
class Shrunken:
    """Values drawn together: the `mean` they are drawn to, their true variance `tau2`, the values and the way each went."""

    mean: float
    tau2: float
    values: tuple[float, ...]
    weights: tuple[float, ...]


def moved_most(groups: Mapping[str, tuple[Sums, Sums]], rho: float) -> list[Movement]:
    """Changes from the previous to the current period, the largest shrunken change (up or down) first.

    `groups`: the sums of the two periods, previous first; no letter is in both, as a letter has one decision date.
    Candidates are the groups that are small in neither period; the others are left out. `rho` is the `pooled_rho` of
    the whole filter. Each change and its p-value are `difference`'s; Benjamini and Hochberg go over all candidates.
    Shrinking (`drawn_together`) takes the variance of a change from its interval, ((high - low) / 2z)^2, which is above
    0 where the plain one is not (nothing overturned in either period).
    """
    found: list[tuple[str, Rate, Rate, Difference, float]] = []
    for key, (previous, current) in groups.items():
        before, after = overturn_rate(previous, rho), overturn_rate(current, rho)
        change = difference(current, previous, None, rho)
        if change.d is not None and not before.small and not after.small:
            found.append((key, before, after, change, change.d))
    drawn = drawn_together([d for *_, d in found], [((c.high - c.low) / (2 * Z)) ** 2 for *_, c, _ in found])
    stands_out = benjamini_hochberg([change.p_value for *_, change, _ in found])
    moved = [
        Movement(key, before, after, change, value, weight, stands)
        for (key, before, after, change, _), value, weight, stands in zip(
            found, drawn.values, drawn.weights, stands_out, strict=True
        )
    ]
    return sorted(moved, key=lambda movement: (-abs(movement.shrunken), movement.key))


def drawn_together(values: Sequence[float], variances: Sequence[float]) -> Shrunken:
    """Values with known sampling variances (above 0), each drawn towards their common mean.

    Normal-normal empirical Bayes (Efron and Morris 1975, J Am Stat Assoc 70:311): the true values vary by tau^2
    (`between_variance`, by moments), the mean weighs each value by 1 / (v + tau^2), and a value goes
    v / (v + tau^2) of the way to it. With tau^2 = 0 all become the mean: nothing tells them apart.
    """
    if not values:
        return Shrunken(0.0, 0.0, (), ())
    precise = [1 / v for v in variances]
    fixed = sum(w * value for w, value in zip(precise, values, strict=True)) / sum(precise)
    squares = sum(w * (value - fixed) ** 2 for w, value in zip(precise, values, strict=True))
    tau2 = between_variance(squares, precise)
    whole = [1 / (v + tau2) for v in variances]
    mean = sum(w * value for w, value in zip(whole, values, strict=True)) / sum(whole)
    ways = tuple(v / (v + tau2) for v in variances)
    return Shrunken(
        mean, tau2, tuple(value + way * (mean - value) for value, way in zip(values, ways, strict=True)), ways
    )
