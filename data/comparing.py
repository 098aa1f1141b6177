"""Questions about two filters: the filter in force (segment A) beside another one or everyone else (segment B).

What is compared never shares an item: A without B against B without A, and where one segment lies within the other, the
inner one against the rest of the outer one. Both sides are marked in one pass over `facts`, then summed letter by letter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from data.comparison import (
    Relation,
    ShareDifference,
    StandardisedDifference,
    compare,
    composition,
    standardised_difference,
)
from data.conditions import fields_of
from data.filters import Filters
from data.levels import BODY, CLAIM_AGE, MODIFIED, WHAT, YEAR, Level
from data.schema import dimensions
from data.sides import SMALL_PART, Shares, Sides
from data.statistics import CrossSums, Difference, Rate, Sums, difference, overturn_rate

_WHAT = ("category", "subcategory", "drug_class", "modality", "hybrid", "contrast")
MIXES = {
    "category": _WHAT,
    "modality": _WHAT,
    "body": ("body", "laterality"),
    "admin": ("admin", "admin_profile", "admin_step", "agreement"),
    "reviewer": ("reviewer", "reviewer_profile", "reviewer_step", "agreement"),
    "specialty": ("specialty", "specialty_group", "board", "subspecialty"),
    "claim_age": ("claim_age",),
    "decision_days": ("decision_days",),
    "modified": ("modified",),
    "ancillary": ("ancillary",),
    "retrospective": ("retrospective",),
}
"""The dimensions whose shares are compared, and those that set them: where the filters differ in one of these they differ
in such shares because it was chosen."""

# A level and the dimensions that set it: a level that tells A from B is left out, for letters that are comparable in it
# would lie on one side alone.
_LEVELS = (
    (YEAR, ("mtus_edition",)),
    (WHAT, _WHAT),
    (BODY, MIXES["body"]),
    (MODIFIED, ("modified",)),
    (CLAIM_AGE, ("claim_age",)),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """One segment: its rate, its items and letters, and its letters by what became of their items in it."""

    rate: Rate
    decisions: int
    letters: int
    upheld: int
    partly: int
    overturned: int


@dataclass(frozen=True, slots=True)
class Compared:
    """Two segments. `both`: items in both. `versus`: `side_a` minus `side_b`, the sides that share no item.

    The sides are A without B and B without A; where one segment lies within the other they are the inner one and the
    rest of the outer one. Where both are the same there is no difference (`versus.d` is None).
    """

    a: Figures
    b: Figures
    both: int
    relation: Relation
    side_a: Rate
    side_b: Rate
    versus: Difference


@dataclass(frozen=True, slots=True)
class Mix:
    """One value's share of the items of either side, and the difference."""

    dimension: str
    key: str
    label: str
    share: ShareDifference


class Comparing(Sides):
    """Answers about the filter in force beside `other`; None stands for every decision that is not in the filter."""

    def compared(self, other: Filters | None) -> Compared:
        """Both segments, and how their rates differ outside of what both hold."""
        relation, a, b = self._segments(other)
        first, second = self._sides(relation, a, b)
        a_sums, a_letters = self._whole_of(a)
        b_sums, b_letters = self._whole_of(b)
        side_a, side_b, cross = self._sided(first, second)
        rho = self._whole_rho()
        inside = relation in ("a within b", "the same"), relation in ("b within a", "the same")
        alone = Sums() if inside[0] else side_a, Sums() if inside[1] else side_b
        found = compare(a_sums, b_sums, *alone, cross, rho)
        if self.by_letter:
            side_a, side_b, cross = self._sided(first, second, by_letter=True)
            rho = 0.0
        versus = difference(side_a, side_b, cross, rho)
        return Compared(
            self._figures(a_sums, a_letters),
            self._figures(b_sums, b_letters),
            found.both,
            relation,
            overturn_rate(side_a, rho),
            overturn_rate(side_b, rho),
            versus,
        )

    def mixes(self, other: Filters | None) -> list[Mix]:
        """How the sides are made up, the greatest difference of shares first, corrected over the whole list.

        Dimensions in which the filters differ are left out: their shares differ because they were chosen.
        """
        relation, a, b = self._segments(other)
        if relation == "the same":
            return []
        names = [name for name, set_by in MIXES.items() if not self._differ(set_by, other)]
        first, second = self._sides(relation, a, b)
        if other is None and self._part(first) <= SMALL_PART:
            return _mixes({name: self._rest_shares(first, name) for name in names})
        return _mixes({name: self._shares(first, second, name) for name in names})

    def overturned_grounds(self) -> list[Mix]:
        """The grounds of the filter's overturned items, beside those of all overturned items outside it."""
        condition, values = self.where()
        inside, outside = f"(({condition}) AND overturned)", f"(({condition}) IS NOT TRUE AND overturned)"
        return _mixes({"reason": self._shares((inside, values), (outside, values), "reason")})

    def standardised_difference(self, other: Filters | None) -> tuple[StandardisedDifference, tuple[str, ...]] | None:
        """What is left of the difference when B's rates are put on A's mix, and the names of the strata it is made of.

        Items are counted whatever the unit is. None where A and B are the same or no level of the strata is left.
        """
        relation, a, b = self._segments(other)
        levels = [level for level, set_by in _LEVELS if not self._tells_apart(level, set_by, other)]
        if relation == "the same" or not levels:
            return None
        first, second = self._sides(relation, a, b)
        strata = self._strata(first, second, [level.sql for level in levels])
        side_a, side_b, _ = self._sided(first, second)
        rho = self._whole_rho()
        rates = overturn_rate(side_a, rho), overturn_rate(side_b, rho)
        return standardised_difference(*strata, *rates), tuple(level.label for level in levels)

    def _differ(self, names: Sequence[str], other: Filters | None) -> bool:
        theirs = other or Filters()
        switched = set(self.filters.without) ^ set(theirs.without) | self._conditioned(theirs)
        return any(self.filters.choice(name) != theirs.choice(name) or name in switched for name in names)

    def _conditioned(self, theirs: Filters) -> frozenset[str]:
        """The fields in whose conditions the filters may differ."""
        if self.filters.condition == theirs.condition:
            return frozenset()
        named = fields_of(self.filters.condition) | fields_of(theirs.condition)
        return named | ({"claim_age"} if named & {"claim_days", "injured"} else set())

    def _tells_apart(self, level: Level, set_by: Sequence[str], other: Filters | None) -> bool:
        """Whether the filters differ in what sets this level of the strata."""
        theirs = other or Filters()
        if self._differ(set_by, other):
            return True
        dated = self.filters.dates != theirs.dates or self._conditioned(theirs) & {"decided", "denied"}
        return level is YEAR and bool(dated)

    def _figures(self, sums: Sums, letters: Sequence[int]) -> Figures:
        charted = Sums.letters_as_units(sums.letters, letters[1] + letters[2]) if self.by_letter else sums
        rho = 0.0 if self.by_letter else self._rho(sums)
        return Figures(overturn_rate(charted, rho), sums.n, sums.letters, *letters)


def _mixes(found: Mapping[str, Shares]) -> list[Mix]:
    """The shares of every value of some dimensions on two sides, corrected over all of them."""
    sides: tuple[dict[str, Sums], dict[str, Sums]] = ({}, {})
    cross: dict[str, CrossSums] = {}
    for name, (wholes, across, cells) in found.items():
        for key, figures in cells.items():
            place = f"{name} {key}"
            for side, whole, own in zip(sides, wholes, (figures[:4], figures[4:8]), strict=True):
                y, yy, ny, within = own
                side[place] = replace(whole, y=int(y), yy=int(yy), ny=int(ny), within=float(within))
            cross[place] = CrossSums(across[0], across[1], *map(int, figures[8:]))
    mixes = []
    for share in composition(*sides, cross):
        name, _, key = share.key.partition(" ")
        mixes.append(Mix(name, key, dimensions()[name].term_label(key), share))
    return mixes
