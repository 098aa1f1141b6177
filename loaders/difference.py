"""Why a number changed between two snapshots: which letters came, went, were read anew or superseded, and what that did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from data import search
from data.condition_sql import items_of
from data.errors import OverturnError
from data.filters import Filters, where
from data.statistics import Rate, Sums, overturn_rate, pooled_rho
from data.warehouse import Snapshot, current_snapshot, read_manifest, snapshot
from loaders.attached import attached, count
from loaders.operations import named

EXAMPLES = 20
FIELDS = {
    "outcome": ("outcome",),
    "sources of the claims administrator": ("admin_sources",),
    "sources of the reviewer": ("reviewer_sources",),
    "imaging modality": ("imaging_modalities",),
    "category": ("category", "subcategory"),
}
# What can have become of a letter, in the order of a life.
CAUSES = {
    "new": "new letters",
    "removed": "letters that are gone",
    "superseded": "superseding: another determination of the case is charted",
    "reread": "reading anew: the letter says something else to the reader",
    "definition": "definitions: what a filter or dimension counts was changed",
}


@dataclass(frozen=True, slots=True)
class Step:
    """The rate of a year (None: of all) in the old and the new snapshot, and the points that each cause moved it by.

    The change is n1 (r1 - r0) = sum over causes of (their change of y - r0 times their change of n), whatever the order
    of the causes; so the points add up to it.
    """

    year: int | None
    old: Rate
    new: Rate
    points: dict[str, float]

    @property
    def small(self) -> bool:
        """Whether either rate is too small to be shown, and its points with it."""
        return self.old.small or self.new.small

    @property
    def moving(self) -> dict[str, float]:
        """The points that may be shown: of rates that are, and not nought when rounded."""
        return {} if self.small else {cause: points for cause, points in self.points.items() if abs(points) >= 0.005}


@dataclass(slots=True)
class Difference:
    """What `diff` found. `letters` counts letters by cause, `changed` items by field; `examples` are lines for people."""

    old: Snapshot
    new: Snapshot
    versions: dict[str, list[tuple[str, str, int]]] = field(default_factory=dict)
    letters: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    examples: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The difference for people."""
        lines = [f"From {self.old.snapshot_id} ({self.old.created}) to {self.new.snapshot_id} ({self.new.created}):"]
        for which, found in self.versions.items():
            read = "; ".join(f"parser {p}, vocabulary {v}: {n:,} letters" for p, v, n in found) or "no letters"
            lines.append(f"  {which} read by {read}")
        lines.append("Letters: " + ", ".join(f"{number:,} {cause}" for cause, number in self.letters.items()) + ".")
        lines.append("Decisions of the same letters that changed:")
        lines += [f"  {name}: {number:,}" for name, number in self.changed.items()]
        lines += [f"    {example}" for example in self.examples]
        lines.append("Overturned of decided, and what moved the rate (in percentage points):")
        for step in self.steps:
            label = "all" if step.year is None else str(step.year or "undated")
            moved = ", ".join(f"{cause} {points:+.2f}" for cause, points in step.moving.items())
            too_few = "too few for points" if step.small and step.points else ""
            lines.append(f"  {label:>8}  {_said(step.old)} -> {_said(step.new)}  {moved or too_few or 'nothing'}")
        shown = {cause for step in self.steps for cause in step.moving}
        return lines + [f"  {cause}: {text}" for cause, text in CAUSES.items() if cause in shown]


def _said(rate: Rate) -> str:
    if rate.rate is None:
        return "none decided"
    share = "too few for a rate" if rate.small else f"{rate.rate:.1%} ({rate.low:.1%} to {rate.high:.1%})"
    return f"{rate.y:,} of {rate.n:,} in {rate.letters:,} letters, {share}"


def diff(old: Snapshot, new: Snapshot, filters: Filters | None = None) -> Difference:
    """Compare two snapshots, for the items that `filters` lets in on either side. Raises WarehouseError."""
    filters = filters or Filters()
    found = Difference(old, new)
    with attached(old=old, new=new) as connection:
        for name, one in (("old", old), ("new", new)):
            _items(connection, name, one, filters)
            found.versions[name] = connection.execute(
                f"SELECT parser_version, vocabulary_version, count(*) FROM {name}.letters GROUP BY ALL ORDER BY 3 DESC"
            ).fetchall()
        connection.execute(_CAUSES_SQL)
        _letters(connection, found, filters)
        _changes(connection, found)
        found.steps = _steps(connection, filters.unit == "letter")
    return found


def _items(connection: duckdb.DuckDBPyConnection, name: str, snapshot: Snapshot, filters: Filters) -> None:
    """The items of a snapshot in the filter, as a table `<name>_items`."""
    bits: dict[str, dict[str, int]] = {}
    for dimension, key, bit in connection.execute(f"SELECT dimension, key, bit FROM {name}.terms").fetchall():
        bits.setdefault(dimension, {})[key] = bit
    if filters.words:
        connection.register("hits", search.letters_with(snapshot.index, filters.words))
    connection.execute(f"USE {name}")
    items = items_of(filters.condition, bits, connection, snapshot)
    connection.execute("USE memory")
    condition, values = where(filters, bits, items=items)
    connection.execute(
        f"CREATE TEMP TABLE {name}_items AS SELECT letter_key, ordinal, overturned, coalesce(year(decision_date), 0) AS year "
        f"FROM {name}.facts WHERE {condition}",
        values,
    )


_CAUSES_SQL = """
CREATE TEMP TABLE causes AS
SELECT coalesce(n.letter_key, o.letter_key) AS letter_key,
    CASE WHEN o.letter_key IS NULL THEN 'new' WHEN n.letter_key IS NULL THEN 'removed'
        WHEN o.superseded <> n.superseded THEN 'superseded' WHEN o.record_sha <> n.record_sha THEN 'reread'
        ELSE 'definition' END AS cause,
    o.record_sha IS DISTINCT FROM n.record_sha AS other
FROM old.letters o FULL JOIN new.letters n ON o.letter_key = n.letter_key
"""


def _letters(connection: duckdb.DuckDBPyConnection, found: Difference, filters: Filters) -> None:
    within = "SELECT letter_key FROM old_items UNION SELECT letter_key FROM new_items"
    inside = f"letter_key IN ({within})" if filters.active else "true"
    for cause, condition in {
        "added": "cause = 'new'",
        "removed": "cause = 'removed'",
        "read anew with other facts": "cause NOT IN ('new', 'removed') AND other",
        "superseded or charted again": "cause = 'superseded'",
        "the same": "cause = 'definition'",
    }.items():
        found.letters[cause] = count(connection, f"FROM causes WHERE {condition} AND {inside}")


def _changes(connection: duckdb.DuckDBPyConnection, found: Difference) -> None:
    """Items of letters that both hold, by the field that changed, as far as the filter lets them in on either side."""
    columns = [column for names in FIELDS.values() for column in names]
    sides = {
        side: f"SELECT letter_key, ordinal, {', '.join(columns)} FROM {side}.decisions "
        "WHERE letter_key IN (SELECT letter_key FROM causes WHERE other AND cause NOT IN ('new', 'removed'))"
        for side in ("old", "new")
    }
    pairs = ", ".join(f"o.{column} AS old_{column}, n.{column} AS new_{column}" for column in columns)
    connection.execute(
        f"CREATE TEMP TABLE compared AS SELECT coalesce(n.letter_key, o.letter_key) AS letter_key, "
        f"coalesce(n.ordinal, o.ordinal) AS ordinal, o.ordinal IS NULL AS came, n.ordinal IS NULL AS went, {pairs} "
        f"FROM ({sides['old']}) o FULL JOIN ({sides['new']}) n ON o.letter_key = n.letter_key AND o.ordinal = n.ordinal "
        "WHERE (coalesce(n.letter_key, o.letter_key), coalesce(n.ordinal, o.ordinal)) IN "
        "(SELECT (letter_key, ordinal) FROM old_items UNION SELECT (letter_key, ordinal) FROM new_items)"
    )
    conditions = {
        name: "NOT came AND NOT went AND ("
        + " OR ".join(f"old_{column} IS DISTINCT FROM new_{column}" for column in names)
        + ")"
        for name, names in FIELDS.items()
    }
    for name, condition in (conditions | {"items that are new": "came", "items that are gone": "went"}).items():
        found.changed[name] = count(connection, f"FROM compared WHERE {condition}")
    for name, condition in conditions.items():
        texts = [
            f"concat_ws(', ', {', '.join(f'{side}_{column}' for column in FIELDS[name])})" for side in ("old", "new")
        ]
        rows = connection.execute(
            f"SELECT coalesce(l.case_number, left(l.letter_id, 12)), ordinal, {', '.join(texts)} FROM compared "
            f"JOIN new.letters l USING (letter_key) WHERE {condition} ORDER BY 1, 2 LIMIT {EXAMPLES}"
        ).fetchall()
        left = EXAMPLES - len(found.examples)
        found.examples += [f"{case} item {item}, {name}: {was} -> {now}" for case, item, was, now in rows[:left]]


_STEPS_SQL = """
WITH o AS (SELECT letter_key, year, {sums} FROM old_items GROUP BY ALL),
n AS (SELECT letter_key, year, {sums} FROM new_items GROUP BY ALL),
both_sides AS (
    SELECT coalesce(o.letter_key, n.letter_key) AS letter_key, coalesce(o.year, n.year) AS year,
        coalesce(o.n, 0) AS n0, coalesce(o.y, 0) AS y0, coalesce(n.n, 0) AS n1, coalesce(n.y, 0) AS y1
    FROM o FULL JOIN n ON o.letter_key = n.letter_key AND o.year = n.year
)
SELECT year, cause, {old}, {new}
FROM both_sides JOIN causes USING (letter_key) GROUP BY year, cause ORDER BY year, cause
"""


def _steps(connection: duckdb.DuckDBPyConnection, by_letter: bool) -> list[Step]:
    sums = "1 AS n, max(overturned::INT) AS y" if by_letter else "count(*) AS n, count(*) FILTER (overturned) AS y"
    sides = [
        f"sum(n{s})::BIGINT, sum(y{s})::BIGINT, count(*) FILTER (n{s} > 0)::BIGINT, sum(n{s} * n{s})::BIGINT, "
        f"sum(y{s} * y{s})::BIGINT, sum(n{s} * y{s})::BIGINT, coalesce(sum(y{s} * y{s} / n{s}) FILTER (n{s} > 0), 0)::DOUBLE"
        for s in (0, 1)
    ]
    rows = connection.execute(_STEPS_SQL.format(sums=sums, old=sides[0], new=sides[1])).fetchall()
    cells = [(year, cause, Sums(*values[:7]), Sums(*values[7:])) for year, cause, *values in rows]
    rhos = [pooled_rho(_whole(cells, side)) if cells else 0.0 for side in (2, 3)]
    years = sorted({cell[0] for cell in cells})
    return [_step(year, [c for c in cells if year is None or c[0] == year], rhos) for year in (None, *years)]


def _whole(cells: Sequence[tuple[Any, ...]], side: int) -> Sums:
    """The cells of one side together; no letter stands in two, for it has one decision date."""
    total = Sums()
    for cell in cells:
        total += cell[side]
    return total


def _step(year: int | None, cells: Sequence[tuple[Any, ...]], rhos: Sequence[float]) -> Step:
    old, new = _whole(cells, 2), _whole(cells, 3)
    points: dict[str, float] = {}
    if old.n and new.n:
        before = old.y / old.n
        for cause in CAUSES:
            moved = sum((c[3].y - c[2].y) - before * (c[3].n - c[2].n) for c in cells if c[1] == cause)
            points[cause] = 100 * moved / new.n
    return Step(year, overturn_rate(old, rhos[0]), overturn_rate(new, rhos[1]), points)


def snapshots_of(folder: Path, old: str | None, new: str | None) -> tuple[Snapshot, Snapshot]:
    """The two snapshots to compare: the served one and its base where none are named. Raises OverturnError."""
    later = snapshot(folder, named(folder, new)) if new else current_snapshot(folder)
    if later is None:
        raise OverturnError(f"No letters are loaded in {folder}, so there is nothing to compare.")
    earlier = named(folder, old) if old else read_manifest(folder, later.snapshot_id).get("base")
    if not earlier:
        raise OverturnError(
            f"The snapshot {later.snapshot_id} was built on nothing; name the one to compare it with "
            "(python -m loaders history lists them)."
        )
    return snapshot(folder, earlier), later
