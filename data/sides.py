"""Two segments marked in one pass over `facts` and summed letter by letter: rates, shares and strata of both sides.

The sides of a comparison share no item (`data.comparing`); a letter with items of both is where they are tied.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from data import side_tallies, tallies
from data.asking import Row, crossing, tallied
from data.comparison import Relation
from data.filters import Filters
from data.rates import Rates
from data.standardise import Cell, Stratum, rolled_up
from data.statistics import CrossSums, Sums
from data.tallies import PARTS

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
            self._find("other_hits", other.words)
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
        chosen = self._chosen(*segment)
        return tallied(tallies.whole(chosen, False).tolist()), tallies.outcomes(chosen)

    def _sided(self, a: Condition, b: Condition, by_letter: bool = False) -> tuple[Sums, Sums, CrossSums]:
        """The sums of two sides that share no item, and of the letters with items of both."""
        one, other = self._chosen(*a), self._chosen(*b)
        across = side_tallies.tied(one, other, self.columns.base(), by_letter).tolist()
        return (
            tallied(tallies.whole(one, by_letter).tolist()),
            tallied(tallies.whole(other, by_letter).tolist()),
            crossing(across),
        )

    def _shares(self, a: Condition, b: Condition, name: str) -> Shares:
        """For a dimension: each side's sizes (n, letters, nn), those across (letters, nn), and by key eleven sums.

        By key: sum y, y^2, n y, y^2 / n of A, the same of B, then n_a y_b, y_a n_b, y_a y_b; y counts items with the key.
        """
        (_, *sizes), *rows = self._kept(
            f"shares of {name} by letter {self.by_letter} in {a[0]} and in {b[0]}",
            [*a[1], *b[1]],
            lambda: self._shared(a, b, name),
        )
        sides = Sums(n=sizes[0], letters=sizes[1], nn=sizes[2]), Sums(n=sizes[3], letters=sizes[4], nn=sizes[5])
        cells = {key: [x / PARTS if at in (3, 7) else float(x) for at, x in enumerate(row)] for key, *row in rows}
        return sides, (sizes[6], sizes[7]), cells

    def _shared(self, a: Condition, b: Condition, name: str) -> list[Row]:
        """The sizes, without a key, and a row for every key that occurs on either side."""
        one, other = self._chosen(*a), self._chosen(*b)
        key = ("sides", a[0], *a[1], b[0], *b[1], self._found)
        both, base = self._held.get(
            key, lambda: side_tallies.marked(one, other, self.columns.base()), side_tallies.marked_bytes
        )
        sizes = tallies.beside(both.kinds, both.kinds, side_tallies.sizes(self.by_letter)).tolist()
        coded = self.columns.coded(self.axis(name))
        found = tallies.by_key(both, base, tallies.split(coded), side_tallies.shares(self.by_letter)).tolist()
        rows = zip(coded.keys, found, strict=True)
        return [(None, *sizes), *((key, *row) for key, row in rows if row[0] or row[4])]

    def _part(self, a: Condition) -> float:
        """The part of all items that a segment holds."""
        items = len(self.columns.base().letter)
        return len(self._chosen(*a).rows) / items if items else 0.0

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
