"""Rates and counts of a filter: the headline, against the rest, by dimension.

Every rate comes from `statistics.overturn_rate` over sums that SQL makes letter by letter, because the items of a letter
are alike (statistics.md). Grouping by letter is what costs, so it is left to the letters that need it: items alone in
their letter are summed as they are, and so are letters all of whose items fall into one cell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from data.asking import ALONE_SUMS, SUMS, per_letter, sums_of
from data.axes import TIMES, ordered
from data.crossing import Crossing
from data.filters import Filters
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

    def headline(self, without: Sequence[str] | None = None) -> Headline:
        """The filter's figures; `without` other switches than the filter's own, for the rate that they would give."""
        filters = self.filters
        if without is not None:
            filters = replace(self.filters, without=tuple(without))
        condition, values = self.where(filters)
        switches = ("ancillary", "modified", "retrospective")
        more = ", any_value(decision_date) d" + "".join(f", count(*) FILTER ({name}) {name}" for name in switches)
        alone = ", decision_date" + "".join(f", {name}::BIGINT" for name in switches)
        row = self._one(
            f"""
            WITH per AS ({per_letter(condition, more, alone)})
            SELECT {SUMS}, count(*) FILTER (y = 0), count(*) FILTER (y > 0 AND y < n), count(*) FILTER (y = n),
                min(d), max(d), coalesce(sum(n) FILTER (d IS NULL), 0)::BIGINT,
                {", ".join(f"coalesce(sum({name}), 0)::BIGINT" for name in switches)} FROM per
            """,
            [*values, *values],
        )
        sums = sums_of(row[:7])
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

    def against_rest(self, within: Filters | None = None) -> tuple[Difference | None, Rate | None]:
        """The filter against everything in the snapshot that is not in it: the difference and the rest's rate.

        `within` is a wider filter, of the same words, outside of which nothing counts on either side.
        """
        if within is None and not self.filters.active:
            return None, None
        condition, values = self.where()
        wider, wider_values = self.where(within) if within else ("true", [])
        # Only letters that hold items of the filter are looked at; what is left of the whole is the rest. A letter with
        # items on both sides counts on both, and its shared part enters the covariance.
        pair = self._pair()
        row = self._one(
            f"""
            WITH g AS (SELECT letter_key, count(*) n, count(*) FILTER (overturned) y
                FROM facts WHERE ({condition}) AND ({wider}) AND NOT alone GROUP BY letter_key),
            w AS (SELECT letter_key, count(*) n, count(*) FILTER (overturned) y
                FROM facts SEMI JOIN g USING (letter_key) WHERE ({wider}) AND NOT alone GROUP BY letter_key),
            per AS (SELECT {pair} FROM g JOIN w USING (letter_key)),
            single AS (SELECT count(*) n, count(*) FILTER (overturned) y FROM facts WHERE ({condition}) AND ({wider}) AND alone)
            SELECT {SUMS}, {CROSS}, (SELECT n FROM single), (SELECT y FROM single) FROM per
            """,
            [*values, *wider_values, *wider_values, *values, *wider_values],
        )
        single = Sums.letters_as_units(*row[13:])
        group, cross = sums_of(row[:7]) + single, CrossSums(*(int(value or 0) for value in row[7:12]))
        whole = self._whole(wider, wider_values)
        rest = self.outside(whole, group, cross, int(row[12] or 0) + single.y)
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
        column = self.axis(name).column
        # A letter with items in the group and outside it counts on both sides.
        letter = self._letter()
        pair = self._pair()
        keyed, key_values = self._keyed(name)
        rows = self._all(
            f"""
            WITH base AS (SELECT letter_key, {column} AS mask, count(*) n, count(*) FILTER (overturned) y
                FROM facts WHERE ({condition}) AND NOT alone GROUP BY ALL),
            whole AS (SELECT letter_key, any_value(mask) mask, count(*) masks, sum(n) n, sum(y) y FROM base GROUP BY letter_key),
            mixed AS (SELECT b.* FROM base b SEMI JOIN (FROM whole WHERE masks > 1) USING (letter_key)),
            keyed AS ({keyed.format(base="mixed")}),
            grouped AS (SELECT key, letter_key, sum(n) n, sum(y) y FROM mixed JOIN keyed USING (mask) GROUP BY ALL),
            per AS (SELECT key, {pair} FROM grouped g JOIN whole w USING (letter_key)),
            single AS (SELECT {column} AS mask, count(*) n, count(*) FILTER (overturned) y
                FROM facts WHERE ({condition}) AND alone GROUP BY ALL)
            SELECT 'mixed', key, {SUMS}, {CROSS} FROM per GROUP BY key
            UNION ALL SELECT 'uniform', mask::VARCHAR, {SUMS}, 0, 0, 0, 0, 0, 0
                FROM (SELECT mask, {letter} FROM whole WHERE masks = 1) GROUP BY mask
            UNION ALL SELECT 'uniform', mask::VARCHAR, {ALONE_SUMS}, 0, 0, 0, 0, 0, 0 FROM single GROUP BY mask
            UNION ALL SELECT 'whole', NULL, {SUMS}, 0, 0, 0, 0, 0, 0 FROM (SELECT {letter} FROM whole WHERE masks > 1)
            """,
            [*values, *key_values, *values],
        )
        whole = Sums()
        groups: dict[str, tuple[Sums, CrossSums, int]] = {}
        for kind, key, *figures in rows:
            sums, across, in_letters = sums_of(figures[:7]), CrossSums(*map(int, figures[7:12])), int(figures[12])
            if kind != "mixed":
                whole += sums
            if kind == "uniform":
                across, in_letters = CrossSums(), sums.y
            for one in () if kind == "whole" else (key,) if kind == "mixed" else self._keys(name, key):
                held = groups.get(one, (Sums(), CrossSums(), 0))
                groups[one] = (held[0] + sums, _sum(held[1], across), held[2] + in_letters)
        cells: dict[str, tuple[Sums, Sums, CrossSums]] = {}
        for key, (group, across, in_letters) in groups.items():
            cells[key] = (group, self.outside(whole, group, across, in_letters), across)
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
            sql = f"SELECT CASE WHEN overturned THEN 'overturned' ELSE 'upheld' END, count(*) FROM facts WHERE {condition} GROUP BY 1"
            return dict(self._all(sql, values))
        column = dimensions()[name].column
        found: dict[str, int] = {}
        for mask, n in self._all(f"SELECT {column}, count(*) FROM facts WHERE {condition} GROUP BY 1", values):
            for key in self._keys(name, mask):
                found[key] = found.get(key, 0) + n
        return found

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
        sql = f"SELECT count(*) FILTER ({self.date_column()} IS NULL) FROM facts WHERE {condition}"
        return int(self._one(sql, values)[0])

    def bounds(self) -> tuple[date | None, date | None]:
        """The first and last date of the filter's kind in the whole snapshot."""
        row = self._one(f"SELECT min({self.date_column()}), max({self.date_column()}) FROM facts", [])
        return row[0], row[1]

    def _keyed(self, name: str, column: str = "mask") -> tuple[str, list[object]]:
        """SQL that lists which keys each distinct value of `column` in `{base}` holds, as (`column`, key)."""
        if self.axis(name).kind == "value":
            return f"SELECT DISTINCT {column}, {column} AS key FROM {{base}}", []
        return (
            f"SELECT m.{column}, t.key FROM (SELECT DISTINCT {column} FROM {{base}}) m, terms t "
            f"WHERE t.dimension = ? AND (m.{column} & t.bit) <> 0 UNION ALL SELECT 0::UBIGINT, '{NOT_STATED}'",
            [name],
        )


def _sum(one: CrossSums, other: CrossSums) -> CrossSums:
    return CrossSums(
        one.letters + other.letters, one.nn + other.nn, one.ny + other.ny, one.yn + other.yn, one.yy + other.yy
    )
