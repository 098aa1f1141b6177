"""Questions to a snapshot, answered as plain records: counts, rates by dimension, periods, rows, one letter.

Every rate comes from `statistics.overturn_rate` over sums that SQL makes letter by letter, because the items of a letter
are alike (statistics.md). A `Reader` answers for one snapshot and one filter.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from data import search
from data.filters import Filters, where
from data.schema import NOT_STATED, dimensions
from data.statistics import (
    CrossSums,
    Difference,
    Rate,
    Sums,
    benjamini_hochberg,
    difference,
    overturn_rate,
    pooled_rho,
    rest_of,
)
from data.warehouse import Snapshot

_SUMS = "sum(n)::BIGINT, sum(y)::BIGINT, count(*)::BIGINT, sum(n*n)::BIGINT, sum(y*y)::BIGINT, sum(n*y)::BIGINT, sum(y*y/n)::DOUBLE"
_CROSS = (
    "count(*) FILTER (rn > 0)::BIGINT, sum(n*rn)::BIGINT, sum(n*ry)::BIGINT, "
    "sum(y*rn)::BIGINT, sum(y*ry)::BIGINT, sum(wy)::BIGINT"
)
_LETTER_ID = re.compile(r"[0-9a-f]{12,64}")
PERIODS = {"month": "month", "quarter": "quarter", "year": "year"}
ORDERS = {
    "newest": "f.decision_date DESC NULLS LAST, f.letter_key, f.ordinal",
    "oldest": "f.decision_date ASC NULLS LAST, f.letter_key, f.ordinal",
}


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


@dataclass(frozen=True, slots=True)
class Period:
    """A month, quarter or year of the trend; `start` is its first day."""

    start: date
    rate: Rate


class Reader:
    """Answers for one snapshot and one filter, on a cursor of its own. Not shared between threads."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, filters: Filters) -> None:
        self.snapshot = snapshot
        self.filters = filters
        self._cursor = connection.cursor()
        self.bits = _bits(self._cursor)
        if filters.words:
            keys = search.letters_with(snapshot.index, filters.words)
            self._cursor.register("hits", pa.table({"letter_key": pa.array(keys, pa.int64())}))

    def headline(self, without: Sequence[str] | None = None) -> Headline:
        """The filter's figures; `without` other switches than the filter's own, for the rate that they would give."""
        filters = self.filters if without is None else _with_switches(self.filters, tuple(without))
        condition, values = where(filters, self.bits)
        row = self._one(
            f"""
            WITH per AS (SELECT letter_key, count(*) n, count(*) FILTER (overturned) y, min(decision_date) d,
                count(*) FILTER (ancillary) anc, count(*) FILTER (modified) mod, count(*) FILTER (retrospective) ret
                FROM facts WHERE {condition} GROUP BY letter_key)
            SELECT {_SUMS}, count(*) FILTER (y = 0), count(*) FILTER (y > 0 AND y < n), count(*) FILTER (y = n),
                min(d), max(d), coalesce(sum(n) FILTER (d IS NULL), 0)::BIGINT,
                coalesce(sum(anc), 0)::BIGINT, coalesce(sum(mod), 0)::BIGINT, coalesce(sum(ret), 0)::BIGINT FROM per
            """,
            values,
        )
        sums = _sums(row[:7])
        rho = pooled_rho(sums, otherwise=self._whole_rho()) if sums.n else 0.0
        upheld, partly, overturned = row[7:10]
        by_letter = filters.unit == "letter"
        charted = Sums.letters_as_units(sums.letters, partly + overturned) if by_letter else sums
        return Headline(
            rate=overturn_rate(charted, 0.0 if by_letter else rho),
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

    def against_rest(self) -> tuple[Difference | None, Rate | None]:
        """The filter against everything in the snapshot that is not in it: the difference and the rest's rate."""
        condition, values = where(self.filters, self.bits)
        by_letter = self.filters.unit == "letter"
        # A letter with items on both sides counts on both; its shared part enters the covariance.
        row = self._one(
            f"""
            WITH raw AS (SELECT letter_key, count(*) all_n, count(*) FILTER (overturned) all_y,
                count(*) FILTER ({condition}) n, count(*) FILTER (overturned AND ({
                condition
            })) y FROM facts GROUP BY letter_key),
            per AS (SELECT {
                "(n > 0)::INT n, (y > 0)::INT y, (all_n > n)::INT rn, (all_y > y)::INT ry"
                if by_letter
                else "n, y, all_n - n rn, all_y - y ry"
            } FROM raw)
            SELECT {_side_sums("n", "y")}, {_side_sums("rn", "ry")},
                count(*) FILTER (n > 0 AND rn > 0)::BIGINT, sum(n*rn)::BIGINT, sum(n*ry)::BIGINT, sum(y*rn)::BIGINT, sum(y*ry)::BIGINT FROM per
            """,
            [*values, *values],
        )
        group, rest = _sums(row[:7]), _sums(row[7:14])
        if not group.n or not rest.n:
            return None, None
        rho = 0.0 if by_letter else self._whole_rho()
        cross = CrossSums(*(int(value or 0) for value in row[14:19]))
        return difference(group, rest, cross, rho), overturn_rate(rest, rho)

    def by(self, name: str, own: bool = False) -> list[Group]:
        """Rates by a dimension or an exclusive profile, in the vocabulary's order, groups without items left out.

        The filter on that dimension itself is ignored unless `own`. Differences are against everything else in the
        filter; which of them stand out is corrected over all groups of the list (Benjamini and Hochberg 1995).
        """
        condition, values = where(self.filters, self.bits, ignoring=None if own else name)
        column = dimensions()[name].column
        pieces, key_values = self._keyed(name)
        by_letter = self.filters.unit == "letter"
        unit = "1 n, (y > 0)::INT y" if by_letter else "n, y"
        # A letter with items in the group and outside it counts on both sides: n, y in the group, rn, ry outside, wy in all.
        pair = "g.n, g.y, w.n - g.n rn, w.y - g.y ry, w.y wy"
        if by_letter:
            pair = "1 n, (g.y > 0)::INT y, (w.n > g.n)::INT rn, (w.y > g.y)::INT ry, (w.y > 0)::INT wy"
        rows = self._all(
            f"""
            WITH base AS (SELECT letter_key, {column} AS mask, count(*) n, count(*) FILTER (overturned) y
                FROM facts WHERE {condition} GROUP BY ALL),
            keyed AS ({pieces}),
            grouped AS (SELECT key, letter_key, sum(n) n, sum(y) y FROM base JOIN keyed USING (mask) GROUP BY ALL),
            whole AS (SELECT letter_key, sum(n) n, sum(y) y FROM base GROUP BY ALL),
            per AS (SELECT key, {pair} FROM grouped g JOIN whole w USING (letter_key))
            SELECT key, {_SUMS}, {_CROSS} FROM per GROUP BY key
            UNION ALL SELECT NULL, {_SUMS}, 0, 0, 0, 0, 0, 0 FROM (SELECT {unit} FROM whole)
            """,
            [*values, *key_values],
        )
        whole = next((_sums(row[1:8]) for row in rows if row[0] is None), Sums())
        if not whole.n:
            return []
        rho = 0.0 if by_letter else pooled_rho(whole, otherwise=self._whole_rho())
        cells: dict[str, tuple[Sums, Sums, CrossSums]] = {}
        for row in rows:
            if row[0] is not None:
                group, cross = _sums(row[1:8]), CrossSums(*(int(value) for value in row[8:13]))
                rest = rest_of(whole, group, cross)
                if by_letter:
                    rest = Sums.letters_as_units(
                        whole.letters - group.letters + cross.letters, whole.y - int(row[13]) + cross.ny
                    )
                cells[row[0]] = (group, rest, cross)
        return self._groups(name, cells, rho)

    def counts(self, name: str) -> dict[str, int]:
        """Decisions by key of a dimension, `outcome` or a switch, under all filters but the one on it."""
        condition, values = where(self.filters, self.bits, ignoring=name)
        if name == "outcome":
            rows = self._all(
                f"SELECT CASE WHEN overturned THEN 'overturned' ELSE 'upheld' END, count(*) FROM facts WHERE {condition} GROUP BY 1",
                values,
            )
            return dict(rows)
        column = dimensions()[name].column
        pieces, key_values = self._keyed(name)
        rows = self._all(
            f"""
            WITH base AS (SELECT {column} AS mask, count(*) n FROM facts WHERE {condition} GROUP BY ALL), keyed AS ({pieces})
            SELECT key, sum(n)::BIGINT FROM base JOIN keyed USING (mask) GROUP BY key
            """,
            [*values, *key_values],
        )
        return dict(rows)

    def undated(self) -> int:
        """Decisions without a date of the filter's kind, under all filters but the one on dates."""
        column = "decision_date" if self.filters.date_field == "decision" else "ur_denial_date"
        condition, values = where(self.filters, self.bits, ignoring="date")
        return int(self._one(f"SELECT count(*) FILTER ({column} IS NULL) FROM facts WHERE {condition}", values)[0])

    def periods(self, length: str = "month") -> list[Period]:
        """The trend by decision date (or the filter's kind of date), periods without items left out."""
        column = "decision_date" if self.filters.date_field == "decision" else "ur_denial_date"
        condition, values = where(self.filters, self.bits)
        by_letter = self.filters.unit == "letter"
        rows = self._all(
            f"""
            WITH per AS (SELECT date_trunc('{PERIODS[length]}', {column})::DATE p, letter_key,
                {"1 n, (count(*) FILTER (overturned) > 0)::INT y" if by_letter else "count(*) n, count(*) FILTER (overturned) y"}
                FROM facts WHERE {condition} AND {column} IS NOT NULL GROUP BY p, letter_key)
            SELECT p, {_SUMS} FROM per GROUP BY p ORDER BY p
            """,
            values,
        )
        cells = [(row[0], _sums(row[1:8])) for row in rows]
        total = sum((sums for _, sums in cells), Sums())
        rho = 0.0 if by_letter or not total.n else pooled_rho(total, otherwise=self._whole_rho())
        return [Period(start, overturn_rate(sums, rho)) for start, sums in cells]

    def cross(self, rows_name: str, columns_name: str) -> dict[tuple[str, str], Rate]:
        """Rates for every pair of keys of two dimensions that occurs, under all filters."""
        condition, values = where(self.filters, self.bits)
        first, second = dimensions()[rows_name], dimensions()[columns_name]
        first_pieces, first_values = self._keyed(rows_name, "a")
        second_pieces, second_values = self._keyed(columns_name, "b")
        by_letter = self.filters.unit == "letter"
        found = self._all(
            f"""
            WITH base AS (SELECT letter_key, {first.column} a, {second.column} b, count(*) n, count(*) FILTER (overturned) y
                FROM facts WHERE {condition} GROUP BY ALL),
            ka AS ({first_pieces}), kb AS ({second_pieces}),
            grouped AS (SELECT ka.key k1, kb.key k2, letter_key, sum(n) n, sum(y) y
                FROM base JOIN ka USING (a) JOIN kb USING (b) GROUP BY ALL),
            per AS (SELECT k1, k2, {"1 n, (y > 0)::INT y" if by_letter else "n, y"} FROM grouped)
            SELECT k1, k2, {_SUMS} FROM per GROUP BY k1, k2
            """,
            [*values, *first_values, *second_values],
        )
        rho = 0.0 if by_letter else self.headline().rho
        return {(row[0], row[1]): overturn_rate(_sums(row[2:9]), rho) for row in found}

    def decisions(self, limit: int, offset: int = 0, order: str = "newest") -> list[dict[str, Any]]:
        """Rows of disputed items in the filter, a dict each, for lists and exports."""
        condition, values = where(self.filters, self.bits)
        cursor = self._cursor.execute(
            f"""
            WITH f AS (SELECT letter_key, ordinal, decision_date FROM facts WHERE {condition}
                ORDER BY {ORDERS[order].replace("f.", "")} LIMIT ? OFFSET ?)
            SELECT l.letter_id, l.case_number, l.source, f.ordinal, f.decision_date, l.ur_denial_date, d.disputed, d.request, d.outcome,
                d.imaging_modalities, d.body_parts, d.admin_sources, d.reviewer_sources, l.specialty_keys, l.state_keys, d.flags,
                d.decisive, l.form, l.items
            FROM f JOIN letters l USING (letter_key) JOIN decisions d ON d.letter_key = f.letter_key AND d.ordinal = f.ordinal
            ORDER BY {ORDERS[order]}
            """,
            [*values, limit, offset],
        )
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def letter_for_case(self, case_number: str) -> str | None:
        """The id of the charted letter with that case number, whatever the filter, or None."""
        row = self._cursor.execute(
            "SELECT letter_id FROM letters WHERE case_number = ? ORDER BY superseded, letter_id LIMIT 1",
            [case_number.strip().upper()],
        ).fetchone()
        return str(row[0]) if row else None

    def letter(self, letter_id: str) -> dict[str, Any] | None:
        """One letter with its decisions, findings, problems, text and other versions, or None when it is not there.

        `facts` is what the charts count of it, an entry an item; it is empty for a letter that charts leave out.

        `letter_id` may be shortened to its first 12 digits or more.
        """
        if not _LETTER_ID.fullmatch(letter_id):
            return None
        head = self._dicts("SELECT * FROM letters WHERE starts_with(letter_id, ?) LIMIT 2", [letter_id])
        if len(head) != 1:
            return None
        letter = head[0]
        key = letter["letter_key"]
        letter["decisions"] = self._dicts("SELECT * FROM decisions WHERE letter_key = ? ORDER BY ordinal", [key])
        letter["facts"] = self._dicts(
            "SELECT * FROM facts WHERE letter_key = ? ORDER BY ordinal",
            [key],
        )
        letter["citations"] = self._dicts(
            "SELECT * FROM citations WHERE letter_key = ? ORDER BY ordinal, side, position", [key]
        )
        letter["text"], letter["findings"] = self.snapshot.text_and_findings(key, letter["text_part"])
        letter["problems"] = self._dicts("SELECT * FROM problems WHERE letter_key = ? ORDER BY position", [key])
        letter["versions"] = self._dicts(
            "SELECT letter_id, decision_date, superseded FROM letters WHERE case_number = ? AND letter_id <> ? ORDER BY decision_date",
            [letter["case_number"], letter["letter_id"]],
        )
        return letter

    def bounds(self) -> tuple[date | None, date | None]:
        """The first and last date of the filter's kind in the whole snapshot."""
        column = "decision_date" if self.filters.date_field == "decision" else "ur_denial_date"
        row = self._one(f"SELECT min({column}), max({column}) FROM facts", [])
        return row[0], row[1]

    def _keyed(self, name: str, column: str = "mask") -> tuple[str, list[object]]:
        """SQL that lists which keys each distinct value of `column` in `base` holds, as (`column`, key)."""
        if dimensions()[name].kind == "value":
            return f"SELECT DISTINCT {column}, {column} AS key FROM base", []
        return (
            f"SELECT m.{column}, t.key FROM (SELECT DISTINCT {column} FROM base) m, terms t "
            f"WHERE t.dimension = ? AND (m.{column} & t.bit) <> 0 UNION ALL SELECT 0::UBIGINT, '{NOT_STATED}'",
            [name],
        )

    def _groups(self, name: str, cells: Mapping[str, tuple[Sums, Sums, CrossSums]], rho: float) -> list[Group]:
        dimension = dimensions()[name]
        order = list(dict.fromkeys([*dimension.keys, NOT_STATED]))
        groups: list[Group] = []
        for key in order:
            if key not in cells:
                continue
            sums, rest, cross = cells[key]
            label = dimension.term_label(key)
            versus = difference(sums, rest, cross, rho) if rest.n else None
            groups.append(Group(key, label, overturn_rate(sums, rho), versus))
        stands_out = benjamini_hochberg([group.versus_rest.p_value if group.versus_rest else None for group in groups])
        return [
            Group(group.key, group.label, group.rate, group.versus_rest, stands)
            for group, stands in zip(groups, stands_out, strict=True)
        ]

    def _whole_rho(self) -> float:
        """The intra-letter correlation of the whole snapshot, where the filter itself cannot tell."""
        row = self._one(
            f"WITH per AS (SELECT count(*) n, count(*) FILTER (overturned) y FROM facts GROUP BY letter_key) SELECT {_SUMS} FROM per",
            [],
        )
        sums = _sums(row)
        return pooled_rho(sums) if sums.n else 0.0

    def _one(self, sql: str, values: Sequence[object]) -> tuple[Any, ...]:
        return self._cursor.execute(sql, list(values)).fetchone() or ()

    def _all(self, sql: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        return self._cursor.execute(sql, list(values)).fetchall()

    def _dicts(self, sql: str, values: Sequence[object]) -> list[dict[str, Any]]:
        cursor = self._cursor.execute(sql, list(values))
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _side_sums(n: str, y: str) -> str:
    return (
        f"sum({n})::BIGINT, sum({y})::BIGINT, count(*) FILTER ({n} > 0)::BIGINT, sum({n}*{n})::BIGINT, sum({y}*{y})::BIGINT, "
        f"sum({n}*{y})::BIGINT, sum(CASE WHEN {n} > 0 THEN {y}*{y}/{n} ELSE 0 END)::DOUBLE"
    )


def _with_switches(filters: Filters, without: tuple[str, ...]) -> Filters:
    return replace(filters, without=without)


def _bits(cursor: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    bits: dict[str, dict[str, int]] = {}
    for dimension, key, bit in cursor.execute("SELECT dimension, key, bit FROM terms").fetchall():
        bits.setdefault(dimension, {})[key] = bit
    return bits


def _sums(values: Sequence[Any]) -> Sums:
    """Sums from a row in the order of `_SUMS`; sums over no rows are NULL and count as 0."""
    n, y, letters, nn, yy, ny, within = (value or 0 for value in values)
    return Sums(n=int(n), y=int(y), letters=int(letters), nn=int(nn), yy=int(yy), ny=int(ny), within=float(within))
