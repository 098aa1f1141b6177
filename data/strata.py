"""Groups of reviewers against comparable letters, and against each other: standardised ratios and exclusive profiles.

The strata of `standardised` are, from coarse to fine: first imaging modality or else treatment category, year of the
utilization review denial, first body part, modified or not, age of the claim. What was asked for comes first and so is
never collapsed away: it moves rates several times over, and a specialty that is nearly alone with its requests would
otherwise be set against other requests of the year. Modality and body part are lists, and a stratum needs one value: it
is the first of the list in display order. Exact combinations would be finer, but a rare one would collapse to the
stratum above it, so that an MRI of knee and ankle would lose its body part.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from data import tallies
from data.asking import Row, tallied
from data.levels import BODY, CLAIM_AGE, MODIFIED, WHAT, YEAR
from data.rates import Group, Rates, corrected
from data.schema import dimensions
from data.standardise import FEWEST_ITEMS, FEWEST_LETTERS, Matched, Ratio, p_values, ratio_of, ratio_z
from data.statistics import Rate, Sums, benjamini_hochberg, difference, overturn_rate, rest_of
from data.tallies import Chosen

OTHER_COMBINATIONS = "other_combinations"
_LEVELS = (WHAT, YEAR, BODY, MODIFIED, CLAIM_AGE)
DEPTH = len(_LEVELS)


@dataclass(frozen=True, slots=True)
class Largest:
    """The letter that holds the most items of a group: their `share`, and the group's rate and ratio without it."""

    share: float
    rate: Rate
    ratio: Ratio


@dataclass(frozen=True, slots=True)
class Standardised:
    """A group beside comparable letters of the others.

    `stands_out`: its ratio differs from 1 after correction over the list. `largest` is None where no letter holds more
    than one item of the group.
    """

    key: str
    label: str
    rate: Rate
    ratio: Ratio
    stands_out: bool
    largest: Largest | None


@dataclass(frozen=True, slots=True)
class Used:
    """Items of a group that rest on strata of one `depth` (0: on none), what is expected of them, and its variance."""

    depth: int
    n: int
    y: int
    expected: float
    variance: float


class Strata(Rates):
    """Answers about groups of letters, such as those of the reviewers' specialties."""

    def standardised(self, name: str) -> list[Standardised]:
        """The ratio of every group of a dimension to comparable letters of the others (`data.standardise`).

        Items are counted whatever the unit is: those of one letter lie in different strata. Groups come in the
        vocabulary's order, for ratios have no rank; the filter on the dimension itself is ignored. Raises ValueError for
        a dimension whose values differ within a letter, because letters are then on both sides.
        """
        dimension = dimensions()[name]
        if dimension.whose != "letters":
            raise ValueError(f"{name} may differ between the items of a letter")
        reader = self._by_items()
        whole, cells = reader.cells(name)
        rho = reader._rho(whole)
        found = reader._matched(name)
        made: list[Standardised] = []
        for key in self.keys(name):
            if key not in cells:
                continue
            rate = overturn_rate(cells[key][0], rho)
            ratio = ratio_of(_of(found["whole", key]), rate)
            largest = _largest(cells[key][0], found["whole", key], found.get(("largest", key), []), rho)
            made.append(Standardised(key, dimension.term_label(key), rate, ratio, False, largest))
        stands_out = benjamini_hochberg(p_values([ratio_z(one.ratio, one.rate) for one in made]))
        return [replace(one, stands_out=stands) for one, stands in zip(made, stands_out, strict=True)]

    def profiles(self, name: str) -> list[Group]:
        """Disjoint groups by everything that a letter states under a dimension, such as its exact set of specialties.

        Keys are the set's keys joined by commas, the most frequent set first. Sets that are small are one group, the
        last, `OTHER_COMBINATIONS`, counted but never tested: no rare combination of credentials is shown
        (Labor Code 4610.6(f)). Which of the others stand out is corrected over the list. ValueError as `standardised`.
        """
        dimension = dimensions()[name]
        if dimension.whose != "letters" or dimension.kind != "mask":
            raise ValueError(f"{name} has no exact sets of a letter")
        condition, values = self.where()
        rows = self._kept(
            f"exact sets of {name} by letter {self.by_letter} {condition}",
            values,
            lambda: self._sets(name, self._chosen(condition, values)),
        )
        sets = {",".join(self._keys(name, mask)): tallied(row) for mask, *row in rows}
        whole = sum(sets.values(), Sums())
        rho = self._rho(whole)
        groups, folded = [], Sums()
        for key, sums in sorted(sets.items(), key=lambda one: (-one[1].n, one[0])):
            rate = overturn_rate(sums, rho)
            if rate.small:
                folded += sums
                continue
            label = " + ".join(dimension.term_label(part) for part in key.split(","))
            versus = difference(sums, rest_of(whole, sums, None), None, rho) if sums.n < whole.n else None
            groups.append(Group(key, label, rate, versus))
        groups = corrected(groups)
        if folded.n:
            rate = replace(overturn_rate(folded, rho), small=True)
            groups.append(Group(OTHER_COMBINATIONS, "Other combinations", rate))
        return groups

    def _sets(self, name: str, chosen: Chosen) -> list[Row]:
        """The sums of the letters of every mask that occurs, as a text: not every reader of JSON takes numbers so large."""
        coded = self.columns.coded(self.axis(name))
        found = tallies.by_value(chosen, tallies.split(coded), self.by_letter).tolist()
        return [(str(mask), *row) for mask, row in zip(coded.values, found, strict=True) if row[2]]

    def _by_items(self) -> Strata:
        if not self.by_letter:
            return self
        return self.under(replace(self.filters, unit="item"))

    def _matched(self, name: str) -> dict[tuple[str, str], list[Used]]:
        """What is matched by part (as in `_matched_sql`) and key."""
        condition, values = self.where(ignoring=name)
        keyed, key_values = self._keyed(name)
        sql = _matched_sql(dimensions()[name].column, condition, keyed.format(base="leaves"))
        found: dict[tuple[str, str], list[Used]] = defaultdict(list)
        for part, key, *figures in self._all(sql, [*values, *key_values, FEWEST_ITEMS, FEWEST_LETTERS]):
            depth, n, y, expected, variance = figures
            found[part, key].append(Used(int(depth), int(n), int(y), float(expected), float(variance)))
        return found


def _matched_sql(column: str, condition: str, keyed: str) -> str:
    """SQL of `standardise.matched` for every key at once, `whole` groups and the `largest` letter of each.

    Letters are counted level by level, each level from the one below, which costs a quarter of count(DISTINCT). A letter
    is in one group alone, and so the letters of the others are those of all less those of the group.
    """
    levels = [f"s{depth}" for depth in range(1, DEPTH + 1)]
    strata = ", ".join(f"{level.sql} {name}" for level, name in zip(_LEVELS, levels, strict=True))
    paths = {
        depth: " || '|' || ".join(f"{level}::VARCHAR" for level in levels[:depth]) for depth in range(1, DEPTH + 1)
    }
    every = ", ".join(f"{path} p{depth}" for depth, path in paths.items())
    # Year and claim age are the letter's own: three columns tell the strata of a letter apart.
    counted = {1: "l1", 2: "l1", 3: "l3", 4: "l4", 5: "l4"}
    cells = " UNION ALL ".join(
        f"SELECT mask, {path} path, n, y, m FROM leaves UNION ALL SELECT mask, {path}, 0, 0, 1 FROM {counted[depth]}"
        for depth, path in paths.items()
    )
    used = "coalesce(" + ", ".join(f"o{depth}.used" for depth in range(DEPTH, 0, -1)) + ")"
    joins = " ".join(
        f"LEFT JOIN others o{depth} ON o{depth}.key = s.key AND o{depth}.path = s.p{depth}" for depth in paths
    )
    used_row = "{'path': path, 'rate': (w.y - g.y) / (w.n - g.n), 'n': w.n - g.n, 'depth': len(path) - len(replace(path, '|', '')) + 1}"
    return f"""
    WITH base AS (SELECT {column} AS mask, letter_key, overturned, alone, {strata} FROM facts WHERE {condition}),
    l4 AS MATERIALIZED (SELECT letter_key, s1, s3, s4, any_value(mask) mask, any_value(s2) s2, any_value(s5) s5,
        count(*) n, count(*) FILTER (overturned) y FROM base WHERE NOT alone GROUP BY letter_key, s1, s3, s4),
    l3 AS MATERIALIZED (SELECT letter_key, s1, s3, any_value(mask) mask, any_value(s2) s2 FROM l4 GROUP BY letter_key, s1, s3),
    l1 AS MATERIALIZED (SELECT letter_key, s1, any_value(mask) mask, any_value(s2) s2 FROM l3 GROUP BY letter_key, s1),
    leaves AS MATERIALIZED (
        SELECT mask, s1, s2, s3, s4, s5, sum(n) n, sum(y) y, 0 m FROM l4 GROUP BY ALL
        UNION ALL SELECT mask, s1, s2, s3, s4, s5, count(*), count(*) FILTER (overturned), count(*) FROM base WHERE alone GROUP BY ALL),
    keyed AS MATERIALIZED ({keyed}),
    cells AS MATERIALIZED (SELECT mask, path, sum(n) n, sum(y) y, sum(m) m FROM ({cells}) GROUP BY ALL),
    whole AS (SELECT path, sum(n) n, sum(y) y, sum(m) m FROM cells GROUP BY path),
    grouped AS (SELECT key, path, sum(n) n, sum(y) y, sum(m) m FROM cells JOIN keyed USING (mask) GROUP BY ALL),
    others AS MATERIALIZED (SELECT key, path, {used_row} used FROM grouped g JOIN whole w USING (path)
        WHERE w.n - g.n >= ? AND w.m - g.m >= ?),
    sizes AS (SELECT letter_key, any_value(mask) mask, sum(n) n FROM l4 GROUP BY letter_key HAVING sum(n) > 1),
    largest AS (SELECT key, arg_max(letter_key, (n, -letter_key)) letter_key FROM sizes JOIN keyed USING (mask) GROUP BY key),
    sought AS (
        SELECT 'whole' part, key, {every}, n, y FROM leaves JOIN keyed USING (mask)
        UNION ALL SELECT 'largest', key, {every}, n, y FROM l4 JOIN largest USING (letter_key)),
    found AS (SELECT part, s.key, {used} used, sum(n) n, sum(y) y FROM sought s {joins} GROUP BY ALL)
    SELECT part, key, coalesce(used.depth, 0) depth, sum(n)::BIGINT, sum(y)::BIGINT, coalesce(sum(n * used.rate), 0)::DOUBLE,
        coalesce(sum(n * n * used.rate * (1 - used.rate) / used.n), 0)::DOUBLE FROM found GROUP BY ALL
    """


def _of(rows: Sequence[Used], less: Sequence[Used] = ()) -> Matched:
    """What of a group is matched, without the part `less`, whose error is taken to be in proportion."""
    placed, gone = [row for row in rows if row.depth], [row for row in less if row.depth]
    total = sum(row.n for row in rows) - sum(row.n for row in less)
    n, y = (sum(getattr(row, name) for row in placed) - sum(getattr(row, name) for row in gone) for name in ("n", "y"))
    before = math.fsum(row.expected for row in placed)
    expected = max(0.0, before - math.fsum(row.expected for row in gone))
    variance = math.fsum(row.variance for row in placed)
    error = variance / before * (expected / before) if before else 0.0
    full = sum(row.n for row in rows if row.depth == DEPTH) - sum(row.n for row in less if row.depth == DEPTH)
    return Matched(total, n, y, expected, {}, full, error)


def _largest(group: Sums, rows: Sequence[Used], own: Sequence[Used], rho: float) -> Largest | None:
    n, y = sum(row.n for row in own), sum(row.y for row in own)
    if not n:
        return None
    within = max(0.0, group.within - y * y / n)
    without = Sums(
        group.n - n, group.y - y, group.letters - 1, group.nn - n * n, group.yy - y * y, group.ny - n * y, within
    )
    rate = overturn_rate(without, rho)
    return Largest(n / group.n, rate, ratio_of(_of(rows, own), rate))
