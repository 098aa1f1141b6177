"""Two segments marked in one pass over `facts` and summed letter by letter: rates, shares and strata of both sides.

The sides of a comparison share no item (`data.comparing`); a letter with items of both is where they are tied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from data import search
from data.asking import SUMS, Row, per_letter, quotients, sums_of
from data.comparison import Relation
from data.filters import Filters
from data.rates import Rates
from data.schema import dimensions
from data.standardise import Cell, Stratum, rolled_up
from data.statistics import CrossSums, Sums

Condition = tuple[str, list[object]]
"""A condition over `facts` and its parameters."""
Shares = tuple[tuple[Sums, Sums], tuple[int, int], dict[str, list[float]]]
SMALL_PART = 0.2
"""Up to this part of everything loaded, everyone else is found by subtraction."""


class Sides(Rates):
    """What comparisons stand on."""

    def _segments(self, other: Filters | None) -> tuple[Relation, Condition, Condition]:
        """How the segments lie to each other, and the condition of each."""
        condition, values = self.where()
        if other is None:
            return "apart", (condition, values), (f"({condition}) IS NOT TRUE", values)
        if other.words:
            self._cursor.register("other_hits", search.letters_with(self.snapshot.index, other.words))
        theirs, their_values = self.where(other, hits="other_hits")
        both, a_alone, b_alone = self._one(
            f"""
            SELECT count(*) FILTER (a AND b), count(*) FILTER (NOT b), count(*) FILTER (NOT a)
            FROM (SELECT ({condition}) IS TRUE a, ({theirs}) IS TRUE b FROM facts WHERE ({condition}) OR ({theirs}))
            """,
            [*values, *their_values, *values, *their_values],
        )
        relation: Relation = "overlapping" if both else "apart"
        if both and not (a_alone and b_alone):
            relation = "b within a" if a_alone else "a within b" if b_alone else "the same"
        return relation, (condition, values), (theirs, their_values)

    def _sides(self, relation: Relation, a: Condition, b: Condition) -> tuple[Condition, Condition]:
        """The two sides that share no item; of two equal segments the second side is empty."""
        if relation == "apart":
            return a, b
        a_alone = f"(({a[0]}) AND ({b[0]}) IS NOT TRUE)", [*a[1], *b[1]]
        b_alone = f"(({b[0]}) AND ({a[0]}) IS NOT TRUE)", [*b[1], *a[1]]
        if relation == "b within a":
            return a_alone, b
        return (a_alone if relation == "overlapping" else a), b_alone

    def _whole_of(self, segment: Condition) -> tuple[Sums, tuple[int, int, int]]:
        """A segment's sums over items, and its letters upheld, partly overturned and overturned."""
        condition, values = segment
        row = self._one(
            f"WITH per AS ({per_letter(condition)}) SELECT {SUMS}, count(*) FILTER (y = 0), "
            "count(*) FILTER (y > 0 AND y < n), count(*) FILTER (y = n) FROM per",
            [*values, *values],
        )
        return sums_of(row[:7]), (row[7], row[8], row[9])

    def _sided(self, a: Condition, b: Condition, by_letter: bool = False) -> tuple[Sums, Sums, CrossSums]:
        """The sums of two sides that share no item, and of the letters with items of both."""
        unit = "least(n, 1) n, least(y, 1) y, least(rn, 1) rn, least(ry, 1) ry" if by_letter else "n, y, rn, ry"
        marked, values = _marked(a, b)
        rows = self._all(
            f"""
            WITH marked AS ({marked}),
            per AS (SELECT {unit} FROM (
                SELECT count(*) FILTER (a) n, count(*) FILTER (a AND overturned) y, count(*) FILTER (NOT a) rn,
                    count(*) FILTER (NOT a AND overturned) ry FROM marked WHERE NOT alone GROUP BY letter_key))
            SELECT 'a', {SUMS} FROM per WHERE n > 0
            UNION ALL SELECT 'b', {SUMS} FROM (SELECT rn n, ry y FROM per WHERE rn > 0)
            UNION ALL SELECT 'both', count(*), coalesce(sum(n*rn), 0)::BIGINT, coalesce(sum(n*ry), 0)::BIGINT,
                coalesce(sum(y*rn), 0)::BIGINT, coalesce(sum(y*ry), 0)::BIGINT, 0, 0 FROM per WHERE n > 0 AND rn > 0
            UNION ALL SELECT 'alone', count(*) FILTER (a), count(*) FILTER (a AND overturned), count(*) FILTER (NOT a),
                count(*) FILTER (NOT a AND overturned), 0, 0, 0 FROM marked WHERE alone
            """,
            values,
        )
        found = {row[0]: row[1:] for row in rows}
        n, y, rn, ry = found["alone"][:4]
        return (
            sums_of(found["a"]) + Sums.letters_as_units(n, y),
            sums_of(found["b"]) + Sums.letters_as_units(rn, ry),
            CrossSums(*map(int, found["both"][:5])),
        )

    def _shares(self, a: Condition, b: Condition, name: str) -> Shares:
        """For a dimension: each side's sizes (n, letters, nn), those across (letters, nn), and by key eleven sums.

        By key: sum y, y^2, n y, y^2 / n of A, the same of B, then n_a y_b, y_a n_b, y_a y_b; y counts items with the key.
        A letter whose items hold the same values needs no grouping by key.
        """
        column = dimensions()[name].column
        keyed, key_values = self._keyed(name)
        marked, values = _marked(a, b, f", {column} AS mask")
        one = "least({0}, 1)" if self.by_letter else "{0}"
        size = f"{one.format('n')} n, {one.format('rn')} rn"
        rows = self._all(
            f"""
            WITH marked AS ({marked}),
            whole AS (SELECT letter_key, min(mask) mask, max(mask) other, count(*) FILTER (a) n, count(*) FILTER (NOT a) rn
                FROM marked WHERE NOT alone GROUP BY letter_key),
            mixed AS (SELECT letter_key, mask, count(*) FILTER (a) n, count(*) FILTER (NOT a) rn
                FROM marked SEMI JOIN (FROM whole WHERE mask <> other) USING (letter_key) GROUP BY ALL),
            keyed AS ({keyed.format(base="mixed")}),
            grouped AS (SELECT key, letter_key, sum(n)::BIGINT y, sum(rn)::BIGINT ry FROM mixed JOIN keyed USING (mask) GROUP BY ALL),
            per AS (SELECT key, {one.format("w.n")} n, {one.format("w.rn")} rn, {one.format("y")} y, {one.format("ry")} ry
                FROM grouped JOIN whole w USING (letter_key)),
            letters AS (SELECT {size} FROM whole)
            SELECT 'sizes', NULL, coalesce(sum(n), 0)::BIGINT, count(*) FILTER (n > 0), coalesce(sum(n*n), 0)::BIGINT,
                coalesce(sum(rn), 0)::BIGINT, count(*) FILTER (rn > 0), coalesce(sum(rn*rn), 0)::BIGINT,
                count(*) FILTER (n > 0 AND rn > 0), coalesce(sum(n*rn), 0)::BIGINT, 0, 0, 0 FROM letters
            UNION ALL SELECT 'alone', mask::VARCHAR, count(*) FILTER (a), count(*) FILTER (NOT a), 0, 0, 0, 0, 0, 0, 0, 0, 0
                FROM marked WHERE alone GROUP BY mask
            UNION ALL SELECT 'uniform', mask::VARCHAR, sum(n), sum(n*n), sum(rn), sum(rn*rn), sum(n*rn), 0, 0, 0, 0, 0, 0
                FROM (SELECT mask, {size} FROM whole WHERE mask = other) GROUP BY mask
            UNION ALL SELECT 'mixed', key, sum(y), sum(y*y), sum(n*y), {quotients("y", "n", "n > 0")},
                sum(ry), sum(ry*ry), sum(rn*ry), {quotients("ry", "rn", "rn > 0")}, sum(n*ry), sum(y*rn), sum(y*ry)
                FROM per GROUP BY key
            """,
            [*values, *key_values],
        )
        return self._added_up(name, rows)

    def _part(self, a: Condition) -> float:
        """The part of all items that a segment holds."""
        condition, values = a
        row = self._one(f"SELECT count(*) FILTER ({condition}), count(*) FROM facts", values)
        return row[0] / row[1] if row[1] else 0.0

    def whole_shares(self, name: str) -> Shares:
        """The shares of everything loaded, as side B; kept with a snapshot."""
        return self._shares(("false", []), ("true", []), name)

    def _rest_shares(self, a: Condition, name: str) -> Shares:
        """The shares of a small side A and of everyone else.

        Letters without an item of A are on the other side with all they hold. Their sums are those of everything less
        those of the letters with one, so only these are grouped anew.
        """
        condition, values = a
        touched = f"letter_key IN (SELECT letter_key FROM facts WHERE {condition})"
        wholes, _, cells = self.whole_shares(name)
        (_, inside), _, inside_cells = self._shares(("false", []), (touched, values), name)
        rest = f"({condition}) IS NOT TRUE AND {touched}", [*values, *values]
        (own, beside), across, own_cells = self._shares(a, rest, name)
        size = [getattr(wholes[1], one) - getattr(inside, one) + getattr(beside, one) for one in ("n", "letters", "nn")]
        added: dict[str, list[float]] = {}
        nothing = [0.0] * 11
        for key, every in cells.items():
            was, now = inside_cells.get(key, nothing), own_cells.get(key, nothing)
            others = [x - y + z for x, y, z in zip(every[4:8], was[4:8], now[4:8], strict=True)]
            if others[0] or now[0]:
                added[key] = [*now[:4], *others, *now[8:]]
        return (own, Sums(n=size[0], letters=size[1], nn=size[2])), across, added

    def _added_up(self, name: str, rows: Sequence[Row]) -> Shares:
        wholes, across = [Sums(), Sums()], (0, 0)
        cells: dict[str, list[float]] = {}
        for kind, key, *figures in rows:
            if kind == "sizes":
                for place, (n, letters, nn) in enumerate((figures[:3], figures[3:6])):
                    wholes[place] += Sums(n=int(n), letters=int(letters), nn=int(nn))
                across = int(figures[6]), int(figures[7])
                continue
            if kind == "alone":
                n, rn = map(int, figures[:2])
                wholes[0] += Sums(n=n, letters=n, nn=n)
                wholes[1] += Sums(n=rn, letters=rn, nn=rn)
                own = [n, n, n, n, rn, rn, rn, rn, 0, 0, 0]
            elif kind == "uniform":
                n, nn, rn, rnrn, nrn = figures[:5]
                own = [n, nn, nn, n, rn, rnrn, rnrn, rn, nrn, nrn, nrn]
            else:
                own = figures
            for one in (key,) if kind == "mixed" else self._keys(name, key):
                held = cells.setdefault(one, [0.0] * 11)
                cells[one] = [float(x) + float(y) for x, y in zip(held, own, strict=True)]
        return (wholes[0], wholes[1]), across, cells

    def _strata(
        self, a: Condition, b: Condition, levels: Sequence[str]
    ) -> tuple[dict[Stratum, Cell], dict[Stratum, Cell]]:
        """A's strata at full depth and B's at every depth, as `standardise.matched` takes them.

        Letters of B are counted once at every depth: those within one stratum by adding up, the few others one by one.
        """
        names = [f"s{place}" for place in range(len(levels))]
        columns = ", ".join(f"{sql} {name}" for sql, name in zip(levels, names, strict=True))
        least = ", ".join(f"min({name}) {name}" for name in names)
        differ = " OR ".join(f"min({name}) <> max({name})" for name in names)
        listed = ", ".join(names)
        marked, values = _marked(a, b, f", {columns}")
        rows = self._all(
            f"""
            WITH marked AS ({marked}),
            several AS (SELECT letter_key FROM marked WHERE NOT alone AND NOT a GROUP BY letter_key HAVING {differ}),
            spread AS (SELECT m.* FROM marked m SEMI JOIN several USING (letter_key) WHERE NOT a),
            one AS (SELECT m.* FROM marked m ANTI JOIN several USING (letter_key) WHERE NOT a AND NOT alone),
            least AS (SELECT letter_key, {least}, count(*) n, count(*) FILTER (overturned) y FROM one GROUP BY letter_key)
            SELECT 'a', {listed}, count(*), count(*) FILTER (overturned), 0, 0 FROM marked WHERE a GROUP BY {listed}
            UNION ALL SELECT 'b', {listed}, count(*), count(*) FILTER (overturned), count(*), 0
                FROM marked WHERE alone AND NOT a GROUP BY {listed}
            UNION ALL SELECT 'b', {listed}, sum(n), sum(y), count(*), 0 FROM least GROUP BY {listed}
            UNION ALL SELECT 'b', {listed}, count(*), count(*) FILTER (overturned), 0, 0 FROM spread GROUP BY {listed}
            UNION ALL SELECT 'spread', {listed}, 0, 0, count(DISTINCT letter_key), {len(names)} - (GROUPING({listed})).bit_count()
                FROM spread GROUP BY ROLLUP ({listed})
            """,
            values,
        )
        depth = len(names)
        group: dict[Stratum, Cell] = {}
        leaves: dict[Stratum, Cell] = {}
        spread: dict[Stratum, int] = {}
        for kind, *rest in rows:
            stratum = tuple(str(value) for value in rest[:depth])
            n, y, letters, level = (int(value) for value in rest[depth:])
            if kind == "spread":
                spread[stratum[:level]] = letters
            else:
                held = (group if kind == "a" else leaves).get(stratum, Cell())
                cell = Cell(held.n + n, held.y + y, held.letters + letters)
                (group if kind == "a" else leaves)[stratum] = cell
        others = rolled_up(leaves)
        return group, {key: replace(cell, letters=cell.letters + spread.get(key, 0)) for key, cell in others.items()}


def _marked(a: Condition, b: Condition, more: str = "") -> Condition:
    """SQL of the items of two sides that share none: `a` is true on the first; and its parameters."""
    (first, first_values), (second, second_values) = a, b
    sql = f"SELECT letter_key, alone, overturned, ({first}) IS TRUE a {more} FROM facts WHERE ({first}) OR ({second})"
    return sql, [*first_values, *first_values, *second_values]
