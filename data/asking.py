"""What every question to a snapshot stands on: a cursor of its own, the filter's items and word hits, answers kept ready."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable, Sequence
from copy import copy
from datetime import date
from typing import Any, Self

import duckdb

from data import search, tallies
from data.axes import axis
from data.coded import Columns
from data.condition_sql import items_of
from data.filters import Filters, where
from data.held import held_for
from data.schema import NOT_STATED, Dimension
from data.statistics import CrossSums, Sums, pooled_rho
from data.tallies import PARTS, Chosen
from data.warehouse import Snapshot

Row = tuple[Any, ...]
_LETTER_ID = re.compile(r"[0-9a-f]{12,64}")
_KEY_DIGITS = 16


def quotients(y: str, n: str, condition: str = "true") -> str:
    """SQL of the sum of y^2/n over letters with `condition`, the same to the last digit however threads share the rows.

    Sums of fractions depend on their order; those of whole parts do not, and more than 20 items lose less than 1/PARTS.
    """
    return f"(coalesce(sum({PARTS}::BIGINT * {y} * {y} // greatest({n}, 1)) FILTER ({condition}), 0) / {PARTS})::DOUBLE"


SUMS = (
    "coalesce(sum(n), 0)::BIGINT, coalesce(sum(y), 0)::BIGINT, count(*)::BIGINT, coalesce(sum(n*n), 0)::BIGINT, "
    f"coalesce(sum(y*y), 0)::BIGINT, coalesce(sum(n*y), 0)::BIGINT, {quotients('y', 'n')}"
)

ALONE_SUMS = (
    "sum(n)::BIGINT, sum(y)::BIGINT, sum(n)::BIGINT, sum(n)::BIGINT, sum(y)::BIGINT, sum(y)::BIGINT, sum(y)::DOUBLE"
)
"""`SUMS` over rows that count items alone in their letter."""


class Questions:
    """Answers for one snapshot and one filter, on a cursor of its own. Not shared between threads.

    `connection` is one to the snapshot's database. Answers that were computed when the snapshot was published (table
    `answers`) are looked up rather than computed. Columns and filters are held with the connection (`data.held`), so
    readers on the same one share them.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, filters: Filters) -> None:
        self.snapshot = snapshot
        self.filters = filters
        self._cursor = connection.cursor()
        self._held = held_for(connection)
        self.bits = self._held.get("terms", lambda: _bits(self._cursor), lambda _: 0)
        self.columns = Columns(self._cursor, self._held, self.bits)
        self._found: tuple[tuple[str, str], ...] = ()
        if filters.words:
            self._find("hits", filters.words)

    def _find(self, table: str, words: str) -> None:
        """Make the letters that hold the words a table of this cursor."""
        self._cursor.register(table, search.letters_with(self.snapshot.index, words))
        self._found = (*(one for one in self._found if one[0] != table), (table, words))

    def _key(self, letter_id: str) -> int | None:
        """The key of the letter of that id, which may be shortened to its first 12 digits or more; None where there is none."""
        if not _LETTER_ID.fullmatch(letter_id):
            return None
        # The key is made of the id's first digits, so its index finds what a comparison of texts would look for everywhere.
        first, last = (int(letter_id[:_KEY_DIGITS].ljust(_KEY_DIGITS, fill), 16) >> 1 for fill in "0f")
        found = self._cursor.execute(
            "SELECT letter_key FROM letters WHERE letter_key BETWEEN ? AND ? AND starts_with(letter_id, ?) LIMIT 2",
            [first, last, letter_id],
        ).fetchall()
        return int(found[0][0]) if len(found) == 1 else None

    def under(self, filters: Filters) -> Self:
        """The same questions for another filter with the same words, on the same cursor."""
        other = copy(self)
        other.filters = filters
        return other

    def axis(self, name: str) -> Dimension:
        """The dimension of that name, or a stretch of time or the outcome as one. Raises KeyError for any other name."""
        return axis(name, self.date_column())

    def keys(self, name: str) -> tuple[str, ...]:
        """The keys of a dimension in display order, those of an open one as the data hold them; `not_stated` comes last."""
        dimension = self.axis(name)
        listed = self.bits.get(name, {}) if dimension.open else dimension.keys
        return tuple(dict.fromkeys([*(key for key in listed if key != NOT_STATED), NOT_STATED]))

    @property
    def by_letter(self) -> bool:
        """Whether the letter is the unit, not the disputed item."""
        return self.filters.unit == "letter"

    def where(
        self, filters: Filters | None = None, *, ignoring: str | None = None, hits: str = "hits"
    ) -> tuple[str, list[object]]:
        """The filter, or another one of the same words, as a condition over `facts` with its parameters.

        `ignoring` leaves out one dimension. Words that are others are expected in a table of the name `hits`.
        """
        filters = filters or self.filters
        items = items_of(filters.condition, self.bits, self._cursor, self.snapshot)
        return where(filters, self.bits, ignoring=ignoring, hits=hits, items=items)

    def date_column(self) -> str:
        """The column of the filter's kind of date."""
        return "decision_date" if self.filters.date_field == "decision" else "ur_denial_date"

    def _chosen(self, condition: str, values: Sequence[object]) -> Chosen:
        """The items for which a condition over `facts` holds, shared by the questions under one filter."""
        return self._held.get(
            ("chosen", condition, tuple(values), self._found),
            lambda: tallies.choose(self.columns.base(), self.columns.rows(condition, values)),
            lambda chosen: chosen.nbytes,
        )

    def _whole_rho(self) -> float:
        """The intra-letter correlation of the whole snapshot, where the filter itself cannot tell."""
        sums = self._whole(by_letter=False)
        return pooled_rho(sums) if sums.n else 0.0

    def _whole(self, condition: str = "true", values: Sequence[object] = (), by_letter: bool | None = None) -> Sums:
        """The sums of the whole snapshot, or of the items for which `condition` holds, in the filter's unit or another."""
        unit = self.by_letter if by_letter is None else by_letter
        rows = self._kept(
            f"whole by letter {unit} {condition}",
            values,
            lambda: [tuple(tallies.whole(self._chosen(condition, values), unit).tolist())],
        )
        return tallied(rows[0])

    def _letter(self) -> str:
        """SQL of a letter's `n` and `y` in the filter's unit, from its items."""
        return "1 n, (y > 0)::INT y" if self.by_letter else "n, y"

    def _pair(self) -> str:
        """SQL of a letter on both sides, from its items in a group (`g`) and in all (`w`), in the filter's unit.

        `n` and `y` are in the group, `rn` and `ry` outside of it, `wy` in all.
        """
        if self.by_letter:
            return "1 n, (g.y > 0)::INT y, (w.n > g.n)::INT rn, (w.y > g.y)::INT ry, (w.y > 0)::INT wy"
        return "g.n, g.y, w.n - g.n rn, w.y - g.y ry, w.y wy"

    def _rho(self, whole: Sums) -> float:
        """The intra-letter correlation for a filter with these sums; that of the whole snapshot where it cannot tell."""
        rho = pooled_rho(whole, otherwise=math.nan) if whole.n else 0.0
        return self._whole_rho() if math.isnan(rho) else rho

    def _one(self, sql: str, values: Sequence[object]) -> Row:
        return next(iter(self._all(sql, values)), ())

    def _all(self, sql: str, values: Sequence[object]) -> list[Row]:
        # Fetched to the end: a table cannot be registered beside a result that is still open.
        return self._kept(sql, values, lambda: self._cursor.execute(sql, list(values)).fetchall())

    def _kept(self, question: str, values: Sequence[object], answer: Callable[[], list[Row]]) -> list[Row]:
        """The rows that were kept for this question with these values when the snapshot was published, else `answer()`.

        `question` is a text that names everything the answer depends on, such as its SQL.
        """
        if any(isinstance(value, bytes) for value in values):  # items of a condition, which no kept question has
            return answer()
        key = question_key(question, values)
        if key not in self._held.get("answers", lambda: _questions(self._cursor), lambda _: 0):
            return answer()
        ((text,),) = self._cursor.execute("SELECT rows FROM answers WHERE question = ?", [key]).fetchall()
        return decoded(text)

    def _dicts(self, sql: str, values: Sequence[object]) -> list[dict[str, Any]]:
        cursor = self._cursor.execute(sql, list(values))
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def sums_of(values: Sequence[Any]) -> Sums:
    """Sums from a row in the order of `SUMS`."""
    n, y, letters, nn, yy, ny, within = values
    return Sums(n=int(n), y=int(y), letters=int(letters), nn=int(nn), yy=int(yy), ny=int(ny), within=float(within))


def tallied(row: Sequence[int]) -> Sums:
    """Sums from a row in the order of `tallies.SUMS`."""
    n, y, letters, nn, yy, ny, within = row[: tallies.SUMS]
    return Sums(n, y, letters, nn, yy, ny, within / PARTS)


def crossing(row: Sequence[int]) -> CrossSums:
    """Sums across a group and its rest from a row of `tallies.SUMS` and `CROSS`."""
    return CrossSums(*row[tallies.SUMS : tallies.SUMS + 5])


def question_key(question: str, values: Sequence[object]) -> str:
    """The name under which the answer to this question is kept."""
    return hashlib.sha256(f"{' '.join(question.split())}\0{values!r}".encode()).hexdigest()[:24]


def encoded(rows: Sequence[Row]) -> str:
    """Rows of numbers, texts, truth values and dates as JSON."""
    return json.dumps([[{"date": v.isoformat()} if isinstance(v, date) else v for v in row] for row in rows])


def decoded(text: str) -> list[Row]:
    """The rows that `encoded` wrote."""
    return [
        tuple(date.fromisoformat(value["date"]) if isinstance(value, dict) else value for value in row)
        for row in json.loads(text)
    ]


def same(one: str, other: str) -> bool:
    """Whether two kept answers say the same: rows in any order, and sums of shares to the last digits but one."""
    return _comparable(one) == _comparable(other)


def _comparable(text: str) -> list[str]:
    rows = decoded(text)
    return sorted(repr([round(v, 6) if isinstance(v, float) else v for v in row]) for row in rows)


def _bits(cursor: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    bits: dict[str, dict[str, int]] = {}
    for dimension, key, bit in cursor.execute("SELECT dimension, key, bit FROM terms ORDER BY position").fetchall():
        bits.setdefault(dimension, {})[key] = bit
    return bits


def _questions(cursor: duckdb.DuckDBPyConnection) -> frozenset[str]:
    return frozenset(key for (key,) in cursor.execute("SELECT question FROM answers").fetchall())
