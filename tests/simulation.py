"""Generated records with letter and reviewer clusters, and how often the statistics are right about them.

No letter text: a data set is drawn as the sums that a query delivers. `python -m tests.simulation` prints the figures
that `tests/test_simulation.py` holds to their bounds.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from data.statistics import (
    CrossSums,
    Sums,
    benjamini_hochberg,
    difference,
    overturn_rate,
    pooled_rho,
    rest_of,
)

RHO = 0.6  # as measured between the items of real letters
REVIEWER_RHO = 0.05  # of letters by one reviewer; not known, as reviewers are not
SIZES = (1, 1, 2, 3, 4)  # items of a letter
RATES = (0.05, 0.1, 0.3, 0.5)
LETTERS = (12, 40, 150, 400)
GROUPS = 8
GROUP_WEIGHTS = (30, 20, 15, 12, 9, 6, 5, 3)


@dataclass(frozen=True, slots=True)
class Covered:
    """One kind of cell: how many of `sets` intervals held the true rate, and the same of those that are not small."""

    rate: float
    letters: int
    sets: int
    held: int
    shown: int
    shown_held: int

    @property
    def coverage(self) -> float:
        return self.held / self.sets

    def __str__(self) -> str:
        shown = f"{self.shown_held / self.shown:.1%} of {self.shown} shown" if self.shown else "none shown"
        return f"rate {self.rate:.2f} in {self.letters} letters: {self.coverage:.1%} ({shown})"


@dataclass(frozen=True, slots=True)
class FalseFindings:
    """Groups that do not differ: how many of `tests` had p < 0.05, intervals without 0, and sets with any finding."""

    tests: int
    found: int
    excluded: int
    sets: int
    sets_with_findings: int

    def __str__(self) -> str:
        return (
            f"p < 0.05 in {self.found / self.tests:.1%} of {self.tests} tests, 0 outside the interval in "
            f"{self.excluded / self.tests:.1%}, a corrected finding in {self.sets_with_findings / self.sets:.1%} of sets"
        )


def _beta(source: Random, mean: float, rho: float) -> float:
    """A rate around `mean`, so that two draws with it agree with the correlation `rho`; held off 0 and 1."""
    worth = (1 - rho) / rho
    held = min(1 - 1e-6, max(1e-6, mean))
    return source.betavariate(held * worth, (1 - held) * worth)


def drawn_letters(source: Random, rate: float, count: int, reviewers: int | None) -> Iterator[tuple[int, int, int]]:
    """(reviewer, items, overturned items) of `count` letters; with `reviewers` each letter is by one of so many."""
    own = [_beta(source, rate, REVIEWER_RHO) for _ in range(reviewers)] if reviewers else [rate]
    for _ in range(count):
        reviewer = source.randrange(len(own))
        size = source.choice(SIZES)
        p = _beta(source, own[reviewer], RHO)
        yield reviewer, size, sum(source.random() < p for _ in range(size))


def sums_of_letters(letters: list[tuple[int, int]]) -> Sums:
    """The sums of letters given as (items, overturned)."""
    return Sums(
        sum(n for n, _ in letters),
        sum(y for _, y in letters),
        len(letters),
        sum(n * n for n, _ in letters),
        sum(y * y for _, y in letters),
        sum(n * y for n, y in letters),
        sum(y * y / n for n, y in letters),
    )


def coverage(sets: int, *, reviewers: bool, seed: int = 1) -> list[Covered]:
    """`sets` data sets for each rate and number of letters; with `reviewers`, five letters by each on average.

    rho is that of a filter of 4,000 letters to which the cell belongs.
    """
    found = []
    for rate in RATES:
        source = Random(f"{seed} {rate}")
        whole = [(n, y) for _, n, y in drawn_letters(source, rate, 4000, 800 if reviewers else None)]
        rho = pooled_rho(sums_of_letters(whole))
        for count in LETTERS:
            held = shown = shown_held = 0
            for _ in range(sets):
                letters = drawn_letters(source, rate, count, max(2, count // 5) if reviewers else None)
                got = overturn_rate(sums_of_letters([(n, y) for _, n, y in letters]), rho)
                inside = got.low <= rate <= got.high
                held += inside
                shown += not got.small
                shown_held += inside and not got.small
            found.append(Covered(rate, count, sets, held, shown, shown_held))
    return found


def false_findings(
    sets: int, *, reviewers: bool, seed: int = 2, rate: float = 0.1, letters: int = 600
) -> FalseFindings:
    """`sets` data sets of eight groups with one true rate; a third of the letters of several items hold two groups.

    With `reviewers` each writes on one group alone, as specialties do, five letters on average.
    """
    source = Random(f"{seed} {reviewers}")
    tests = found = excluded = with_findings = 0
    for _ in range(sets):
        p_values: list[float | None] = []
        whole, cells = _grouped(source, rate, letters, letters // 5 if reviewers else None)
        rho = pooled_rho(whole)
        for group, cross in cells:
            got = difference(group, rest_of(whole, group, cross), cross, rho)
            p_values.append(got.p_value)
            if got.p_value is not None:
                tests += 1
                found += got.p_value < 0.05
                excluded += not got.low <= 0 <= got.high
        with_findings += any(benjamini_hochberg(p_values))
    return FalseFindings(tests, found, excluded, sets, with_findings)


def _grouped(
    source: Random, rate: float, letters: int, reviewers: int | None
) -> tuple[Sums, list[tuple[Sums, CrossSums]]]:
    homes = source.choices(range(GROUPS), GROUP_WEIGHTS, k=reviewers or letters)
    inside: list[list[tuple[int, int]]] = [[] for _ in range(GROUPS)]
    crosses = [CrossSums() for _ in range(GROUPS)]
    whole = []
    for index, (reviewer, n, y) in enumerate(drawn_letters(source, rate, letters, reviewers)):
        whole.append((n, y))
        home = homes[reviewer if reviewers else index]
        if n == 1 or source.random() > 1 / 3:
            inside[home].append((n, y))
            continue
        other = (home + source.randrange(1, GROUPS)) % GROUPS
        n_home = source.randrange(1, n)
        y_home = sum(place < y for place in source.sample(range(n), n_home))
        parts = (home, n_home, y_home), (other, n - n_home, y - y_home)
        for group, n_g, y_g in parts:
            inside[group].append((n_g, y_g))
            n_r, y_r, old = n - n_g, y - y_g, crosses[group]
            crosses[group] = CrossSums(
                old.letters + 1,
                old.nn + n_g * n_r,
                old.ny + n_g * y_r,
                old.yn + y_g * n_r,
                old.yy + y_g * y_r,
            )
    return sums_of_letters(whole), [(sums_of_letters(one), cross) for one, cross in zip(inside, crosses, strict=True)]


def mean_coverage(cells: list[Covered]) -> float:
    """The mean over kinds of cells, each counting alike."""
    return sum(cell.coverage for cell in cells) / len(cells)


def main() -> None:
    sets = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    for reviewers in (False, True):
        clusters = "letters and reviewers" if reviewers else "letters"
        cells = coverage(sets, reviewers=reviewers)
        print(f"{clusters}: mean coverage {mean_coverage(cells):.2%}")
        for cell in cells:
            print(f"  {cell}")
        print(f"  {false_findings(sets, reviewers=reviewers)}")


if __name__ == "__main__":
    main()
