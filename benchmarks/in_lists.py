"""The same questions in DuckDB over a table with plain list columns (VARCHAR[]) instead of bit masks.

Everything else is as in `facts`: rows, order, one thread. Answers are key to decided, overturned, letters and the further sums.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from benchmarks.in_pandas import COMPARED, Answer
from data.filters import Filters
from data.schema import FACTS_ORDER, NOT_STATED, Dimension, dimensions
from data.warehouse import Snapshot
from loaders.publish import quoted

_SUMS = "sum(n)::BIGINT, sum(y)::BIGINT, count(*)::BIGINT, sum(n*n)::BIGINT, sum(y*y)::BIGINT, sum(n*y)::BIGINT, sum(y*y/n)::DOUBLE"
_CROSS = (
    "count(*) FILTER (rn > 0)::BIGINT, sum(n*rn)::BIGINT, sum(n*ry)::BIGINT, "
    "sum(y*rn)::BIGINT, sum(y*ry)::BIGINT, sum(wy)::BIGINT"
)
_PER = "count(*) n, count(*) FILTER (overturned) y"


def copy_with_lists(served: Snapshot, database: Path) -> None:
    """Write `listed` to a new database: `facts` of the snapshot, the compared dimensions as lists of the same keys."""
    database.unlink(missing_ok=True)
    lists = [dimensions()[name] for name in COMPARED if dimensions()[name].kind == "mask"]
    values = [name for name in COMPARED if dimensions()[name].kind == "value"]
    with duckdb.connect(str(database), config={"preserve_insertion_order": False}) as connection:
        connection.execute(f"ATTACH {quoted(served.database)} AS base (READ_ONLY)")
        connection.execute(
            f"CREATE TABLE listed AS SELECT f.letter_key, f.ordinal, f.overturned, f.decision_date, {', '.join(f'f.{name}' for name in values)}, "
            f"{', '.join(map(_list_sql, lists))} FROM base.facts f JOIN base.letters l USING (letter_key) "
            f"JOIN base.decisions d ON d.letter_key = f.letter_key AND d.ordinal = f.ordinal {FACTS_ORDER}"
        )
        connection.execute("DETACH base")


def _list_sql(dimension: Dimension) -> str:
    table = "l" if dimension.whose == "letters" else "d"
    keys = ", ".join(f"'{key}'" for key in dimension.keys)
    counted = f"list_filter({table}.{dimension.listed}, lambda k: k IN ({keys}))"
    return f"coalesce(list_distinct({counted}), []) AS {dimension.key}"


class InLists:
    """Answers for one such copy and, once `filters` is set, one filter."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.filters = Filters()

    def headline(self) -> Answer:
        """The filter's own figures."""
        condition, values = self._where()
        rows = self._all(
            f"WITH per AS (SELECT letter_key, {_PER} FROM listed WHERE {condition} GROUP BY letter_key) SELECT {_SUMS} FROM per",
            values,
        )
        return {"": tuple(int(value or 0) for value in rows[0])}

    def by(self, name: str) -> Answer:
        """Rates by a dimension, with the sums of what each group shares with the rest."""
        condition, values = self._where(ignoring=name)
        rows = self._all(
            f"""
            WITH base AS (SELECT letter_key, overturned, {_keys(name)} AS key FROM listed WHERE {condition}),
            grouped AS (SELECT key, letter_key, {_PER} FROM base GROUP BY ALL),
            whole AS (SELECT letter_key, {_PER} FROM listed WHERE {condition} GROUP BY ALL),
            per AS (SELECT key, g.n, g.y, w.n - g.n rn, w.y - g.y ry, w.y wy FROM grouped g JOIN whole w USING (letter_key))
            SELECT key, {_SUMS}, {_CROSS} FROM per GROUP BY key
            """,
            [*values, *values],
        )
        return {row[0]: row[1:] for row in rows}

    def cross(self, rows: str, columns: str) -> Answer:
        """Rates by pairs of two dimensions."""
        condition, values = self._where()
        found = self._all(
            f"""
            WITH base AS (SELECT letter_key, overturned, {_keys(rows)} AS first, {columns} FROM listed WHERE {condition}),
            both_keys AS (SELECT letter_key, overturned, first, {_keys(columns)} AS second FROM base),
            per AS (SELECT first, second, letter_key, {_PER} FROM both_keys GROUP BY ALL)
            SELECT first, second, {_SUMS} FROM per GROUP BY ALL
            """,
            values,
        )
        return {(row[0], row[1]): row[2:] for row in found}

    def periods(self, length: str) -> Answer:
        """The trend by decision date."""
        condition, values = self._where()
        rows = self._all(
            f"""
            WITH per AS (SELECT date_trunc('{length}', decision_date)::DATE p, letter_key, {_PER}
                FROM listed WHERE {condition} AND decision_date IS NOT NULL GROUP BY p, letter_key)
            SELECT p, {_SUMS} FROM per GROUP BY p
            """,
            values,
        )
        return {row[0]: row[1:] for row in rows}

    def counts(self, name: str) -> Answer:
        """Decisions by key of a dimension."""
        condition, values = self._where(ignoring=name)
        rows = self._all(
            f"SELECT key, count(*) FROM (SELECT {_keys(name)} AS key FROM listed WHERE {condition}) GROUP BY key",
            values,
        )
        return {row[0]: row[1:] for row in rows}

    def _where(self, ignoring: str | None = None) -> tuple[str, list[Any]]:
        parts, values = ["true"], []
        for name, choice in self.filters.choices:
            if choice.mode != "any" or choice.exclude or name not in COMPARED:
                raise ValueError(f"A filter on {name} like this one is not compared.")
            if name != ignoring:
                several = dimensions()[name].kind == "mask"
                parts.append(
                    f"list_has_any({name}, ?::VARCHAR[])" if several else f"{name} IN (SELECT unnest(?::VARCHAR[]))"
                )
                values.append(list(choice.include))
        if self.filters.dates:
            parts.append("decision_date BETWEEN ? AND ?")
            values += [self.filters.dates.start, self.filters.dates.end]
        return " AND ".join(parts), values

    def _all(self, sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql, values).fetchall()


def _keys(name: str) -> str:
    if dimensions()[name].kind == "value":
        return name
    return f"unnest(CASE WHEN len({name}) = 0 THEN ['{NOT_STATED}'] ELSE {name} END)"
