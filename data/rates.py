"""Rates and counts of a filter: the headline, against the rest, by dimension.

Every rate comes from `statistics.overturn_rate` over sums that are made letter by letter (`data.tallies`), because the items
of a letter are alike (statistics.md). The items of a filter are looked up once, in SQL, for all these questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from data import tallies
from data.asking import Row, crossing, tallied
from data.axes import TIMES, ordered
from data.crossing import Crossing
from data.filters import SWITCHES, Filters
from data.schema import NOT_STATED, dimensions
from data.statistics import (
    CrossSums,
    Difference,
    Rate,
    Sums,
    benjamini_hochberg,
    difference,
    overturn_rate,
    rest_of,
)
from data.tallies import Chosen, Kinds

CROSS = (
    "count(*) FILTER (rn > 0)::BIGINT, sum(n*rn)::BIGINT, sum(n*ry)::BIGINT, "
    "sum(y*rn)::BIGINT, sum(y*ry)::BIGINT, sum(wy)::BIGINT"
)


@dataclass(frozen=True, slots=True)
class Group:
    """One value of a dimension: its rate, how it differs from the rest, and whether that stands after correction."""

    key: str
    label: str
    rate: Rate
    versus_rest: Difference | None = None
    stands_out: bool = False


@dataclass(frozen=True, slots=True)
class Headline:
    """The filter's own figures. `upheld`, `partly`, `overturned` count letters by their items in the filter."""

    rate: Rate
    decisions: int
    letters: int
    upheld: int
    partly: int
    overturned: int
    rho: float
    first: date | None
    last: date | None
    undated: int
    ancillary: int
    modified: int
    retrospective: int


def corrected(groups: Sequence[Group]) -> list[Group]:
    """The groups with which of them stand out, corrected over all of them (Benjamini and Hochberg 1995)."""
    stands_out = benjamini_hochberg([group.versus_rest.p_value if group.versus_rest else None for group in groups])
    return [replace(group, stands_out=stands) for group, stands in zip(groups, stands_out, strict=True)]


class Rates(Crossing):
    """Answers in rates and counts."""

    def headline(self) -> Headline:
        """The filter's figures."""
        condition, values = self.where()
        row = self._kept(f"headline {condition}", values, lambda: [self._headline(self._chosen(condition, values))])[0]
        sums = tallied(row)
        upheld, partly, overturned = row[7:10]
        charted = Sums.letters_as_units(sums.letters, partly + overturned) if self.by_letter else sums
        rho = self._rho(sums)
        return Headline(
            rate=overturn_rate(charted, 0.0 if self.by_letter else rho),
            decisions=sums.n,
            letters=sums.letters,
            upheld=upheld,
            partly=partly,
            overturned=overturned,
            rho=rho,
            first=row[10],
            last=row[11],
            undated=row[12],
            ancillary=row[13],
            modified=row[14],
            retrospective=row[15],
        )

    def rate_without(self, switch: str) -> Rate:
        """The rate that the filter would have without the items of a switch (`filters.SWITCHES`)."""
        none = Sums(), Sums(), CrossSums()
        sums = self.cells(switch, own=True)[1].get("no", none)[0]
        return overturn_rate(sums, 0.0 if self.by_letter else self._rho(sums))

    def against_rest(self, within: Filters | None = None) -> tuple[Difference | None, Rate | None]:
        """The filter against everything in the snapshot that is not in it: the difference and the rest's rate.

        `within` is a wider filter, of the same words, outside of which nothing counts on either side.
        """
        if within is None and not self.filters.active:
            return None, None
        condition, values = self.where()
        wider, wider_values = self.where(within) if within else ("true", [])
        if within:
            condition, values = f"({condition}) AND ({wider})", [*values, *wider_values]
        # Only letters that hold items of the filter are looked at; what is left of the whole is the rest. A letter with
        # items on both sides counts on both, and its shared part enters the covariance.
        (row,) = self._kept(
            f"against the rest of {wider} by letter {self.by_letter} {condition}",
            values,
            lambda: [self._with_rest(self._chosen(condition, values), self._chosen(wider, wider_values))],
        )
        group, cross = tallied(row), crossing(row)
        rest = self.outside(self._whole(wider, wider_values), group, cross, row[-1])
        if not group.n or not rest.n:
            return None, None
        rho = 0.0 if self.by_letter else self._whole_rho()
        return difference(group, rest, cross, rho), overturn_rate(rest, rho)

    def by(self, name: str, own: bool = False) -> list[Group]:
        """Rates by an axis (`Questions.axis`), in the vocabulary's order, groups without items left out.

        The filter on that dimension itself is ignored unless `own`. Differences are against everything else in the
        filter; which of them stand out is corrected over all groups of the list (Benjamini and Hochberg 1995).
        """
        whole, cells = self.cells(name, own)
        if not whole.n:
            return []
        rho = 0.0 if self.by_letter else self._rho(whole)
        of = self.axis(name)
        groups = [
            Group(
                key,
                of.term_label(key),
                overturn_rate(cells[key][0], rho),
                difference(*cells[key], rho) if cells[key][1].n else None,
            )
            for key in (ordered(cells) if name in TIMES else self.keys(name))
            if key in cells
        ]
        return corrected(groups)

    def cells(self, name: str, own: bool = False) -> tuple[Sums, dict[str, tuple[Sums, Sums, CrossSums]]]:
        """The sums of the whole filter and, by key of a dimension, those of the group, of the rest, and across both."""
        condition, values = self.where(ignoring=None if own else name)
        (_, *everything), *rows = self._kept(
            f"cells {self.axis(name).column} by letter {self.by_letter} {condition}",
            values,
            lambda: self._by_key(name, self._chosen(condition, values)),
        )
        whole = tallied(everything)
        cells: dict[str, tuple[Sums, Sums, CrossSums]] = {}
        for key, *row in rows:
            group, across = tallied(row), crossing(row)
            cells[key] = (group, self.outside(whole, group, across, row[-1]), across)
        return whole, cells

    def outside(self, whole: Sums, group: Sums, across: CrossSums, in_letters: int) -> Sums:
        """The sums of the whole without a group; `in_letters` counts overturned units of the letters that the group is in."""
        if not self.by_letter:
            return rest_of(whole, group, across)
        return Sums.letters_as_units(whole.letters - group.letters + across.letters, whole.y - in_letters + across.ny)

    def counts(self, name: str) -> dict[str, int]:
        """Decisions by key of a dimension or of `outcome`, under all filters but the one on it."""
        condition, values = self.where(ignoring=name)
        if name == "outcome":
            of = self._whole(condition, values, by_letter=False)
            return {key: n for key, n in (("overturned", of.y), ("upheld", of.n - of.y)) if n}
        rows = self._kept(
            f"counts {name} {condition}", values, lambda: self._counts(name, self._chosen(condition, values))
        )
        return dict(rows)

    def stated(self) -> list[str]:
        """The dimensions under which any decision of the whole snapshot states something."""
        named = dimensions().values()
        something = ", ".join(
            f"bool_or({one.column} <> " + ("0)" if one.kind == "mask" else f"'{NOT_STATED}')") for one in named
        )
        row = self._one(f"SELECT {something} FROM facts", [])
        return [one.key for one, states in zip(named, row, strict=True) if states]

    def undated(self) -> int:
        """Decisions without a date of the filter's kind, under all filters but the one on dates."""
        condition, values = self.where(ignoring="date")
        column = self.date_column()
        rows = self._kept(
            f"undated by {column} {condition}",
            values,
            lambda: [(self._undated(column, self._chosen(condition, values)),)],
        )
        return int(rows[0][0])

    def bounds(self) -> tuple[date | None, date | None]:
        """The first and last date of the filter's kind in the whole snapshot."""
        row = self._one(f"SELECT min({self.date_column()}), max({self.date_column()}) FROM facts", [])
        return row[0], row[1]

    def _headline(self, chosen: Chosen) -> Row:
        """The sums of the items, letters by outcome, first and last day, items without one, and those of each switch."""
        days = self.columns.days("decision_date")
        on = days.days[chosen.first]
        last = int(on.max(initial=-1))
        first = int(on.min(initial=last, where=on >= 0))
        bounds = [days.first + timedelta(days=day) if last >= 0 else None for day in (first, last)]
        switched = [sum(n for key, n in self._counts(switch, chosen) if key == "yes") for switch in SWITCHES]
        undated = self._undated("decision_date", chosen)
        return (*tallies.whole(chosen, False).tolist(), *tallies.outcomes(chosen), *bounds, undated, *switched)

    def _undated(self, column: str, chosen: Chosen) -> int:
        """How many items have no such date."""
        undated = self.columns.days(column).days[chosen.first] < 0
        return int(chosen.kinds.n[chosen.kinds.of[np.flatnonzero(undated)]].sum())

    def _by_key(self, name: str, chosen: Chosen) -> list[Row]:
        """The sums of all the items, without a key, and a row for every key that occurs."""
        coded = self.columns.coded(self.axis(name))
        found = tallies.by_key(
            chosen, self.columns.base(), tallies.split(coded), tallies.across(self.by_letter)
        ).tolist()
        whole = tallies.whole(chosen, self.by_letter).tolist()
        return [(None, *whole), *((key, *row) for key, row in zip(coded.keys, found, strict=True) if row[2])]

    def _counts(self, name: str, chosen: Chosen) -> list[Row]:
        """How many items hold each key that occurs."""
        coded = self.columns.coded(self.axis(name))
        found = tallies.items_by_key(chosen, tallies.split(coded)).tolist()
        return [(key, n) for key, n in zip(coded.keys, found, strict=True) if n]

    def _with_rest(self, part: Chosen, whole: Chosen) -> Row:
        """The sums of some of the items of `whole`, and those across them and the others of their letters."""
        base = self.columns.base()
        at = base.letter[part.first]
        if len(whole.first) < base.letters:
            at = np.searchsorted(base.letter[whole.first], at)
        of = Kinds(whole.kinds.of[at], whole.kinds.n, whole.kinds.y)
        return tuple(tallies.beside(part.kinds, of, tallies.across(self.by_letter)).tolist())

    def _keyed(self, name: str, column: str = "mask") -> tuple[str, list[object]]:
        """SQL that lists which keys each distinct value of `column` in `{base}` holds, as (`column`, key)."""
        if self.axis(name).kind == "value":
            return f"SELECT DISTINCT {column}, {column} AS key FROM {{base}}", []
        return (
            f"SELECT m.{column}, t.key FROM (SELECT DISTINCT {column} FROM {{base}}) m, terms t "
            f"WHERE t.dimension = ? AND (m.{column} & t.bit) <> 0 UNION ALL SELECT 0::UBIGINT, '{NOT_STATED}'",
            [name],
        )
