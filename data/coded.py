"""Columns of `facts` in memory, a small number an item: which value of a dimension, which letter, which day.

Items stand in the order of `facts`, where those of a letter are next to each other. A column is read from the snapshot when
a question first needs it (10 to 60 ms a column with 2.5 million items) and held with the connection (`data.held`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from data.axes import Period
from data.held import Held
from data.schema import NOT_STATED, Dimension

Numbers = NDArray[Any]
FEW = 100  # values: so many are told apart faster by looking along a list than by a join


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """The letter of each item, counted from 0 in the order of `facts`, whether it was overturned, and where letters begin."""

    letter: Numbers
    overturned: Numbers
    letters: int


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """A dimension: each item's value as a number, and what keys each value holds.

    Value i holds `many[i]` keys, at least one; `places` are theirs in `keys`, value by value. `mixed` says of each item
    whether its letter holds several values, and is None where no letter does.
    """

    codes: Numbers
    values: tuple[Any, ...]
    keys: tuple[str, ...]
    many: Numbers
    places: Numbers
    mixed: Numbers | None


@dataclass(frozen=True, slots=True, eq=False)
class Days:
    """A date of each item's letter, in days from `first`; -1 where it is not stated."""

    days: Numbers
    first: date


class Columns:
    """The columns of one snapshot, read by `cursor` where they are not held. `bits` maps dimension to key to bit."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, held: Held, bits: Mapping[str, Mapping[str, int]]) -> None:
        self._cursor, self._held, self._bits = cursor, held, bits

    def base(self) -> Base:
        """Letters and outcomes."""
        return self._held.get("base", self._read_base, _size)

    def coded(self, of: Dimension) -> Coded:
        """A dimension, or a stretch of time or the outcome as one (`data.axes`)."""
        return self._held.get(("dimension", of.column), lambda: self._read_dimension(of), _size)

    def days(self, column: str) -> Days:
        """`decision_date` or `ur_denial_date`."""
        return self._held.get(("days", column), lambda: self._read_days(column), _size)

    def rows(self, condition: str, values: Sequence[object]) -> Numbers:
        """The items for which a condition over `facts` holds, as their places in it, ascending. Not held."""
        found = self._fetched(f"SELECT rowid::UINTEGER AS x FROM facts WHERE {condition}", values)["x"]
        rows = found.view(np.int32)
        return rows if bool(np.all(rows[1:] > rows[:-1])) else np.sort(rows)

    def _read_base(self) -> Base:
        # The rows of a letter lie next to each other, and a window without an order goes along them.
        begins = self._fetched("SELECT letter_key IS DISTINCT FROM lag(letter_key) OVER () AS x FROM facts", [])["x"]
        letter = np.cumsum(begins, dtype=np.int32)
        letter -= 1
        overturned = self._fetched("SELECT overturned AS x FROM facts", [])["x"].view(np.uint8)
        self._held.decisions = len(letter)
        return Base(letter, overturned, int(letter[-1]) + 1 if len(letter) else 0)

    def _read_days(self, column: str) -> Days:
        ((first, last),) = self._cursor.execute(f"SELECT min({column}), max({column}) FROM facts").fetchall()
        kind = "SMALLINT" if first is None or (last - first).days < 2**15 else "INTEGER"
        sql = f"SELECT coalesce({column} - ?::DATE, -1)::{kind} AS x FROM facts"
        return Days(self._fetched(sql, [first])["x"], first or date.min)

    def _read_dimension(self, of: Dimension) -> Coded:
        column = of.column
        found = self._cursor.execute(f"SELECT DISTINCT {column} FROM facts ORDER BY 1").fetchall()
        values = tuple(row[0] for row in found)
        kind = "UBIGINT" if of.kind == "mask" else "INTEGER" if isinstance(of, Period) else "VARCHAR"
        codes = self._read_codes(column, kind, values)
        keys, held = values, [[place] for place in range(len(values))]
        if of.kind == "mask":
            keys, held = _keys_of_masks(values, self._bits.get(of.key, {}))
        elif isinstance(of, Period):
            keys = tuple(of.key_of(month) for month in values)
        many = np.array([len(one) for one in held], np.int32)
        places = np.array([place for one in held for place in one], smallest(len(keys)))
        return Coded(codes, values, keys, many, places, self._mixed(codes))

    def _read_codes(self, column: str, kind: str, values: Sequence[object]) -> Numbers:
        small = smallest(len(values))
        if len(values) <= FEW:
            sql = f"SELECT (list_position(?::{kind}[], {column}) - 1)::USMALLINT AS x FROM facts"
            return self._fetched(sql, [list(values)])["x"].astype(small)
        # A join gives its rows in any order, so each comes with its place.
        known = f"SELECT unnest(?::{kind}[]) AS value, unnest(range(?))::UINTEGER AS code"
        sql = f"SELECT f.rowid::UINTEGER AS at, v.code AS x FROM facts f JOIN ({known}) v ON ({column}) = v.value"
        found = self._fetched(sql, [list(values), len(values)])
        codes = np.empty(len(found["at"]), small)
        codes[found["at"]] = found["x"]
        return codes

    def _mixed(self, codes: Numbers) -> Numbers | None:
        base = self.base()
        differs = codes[1:] != codes[:-1]
        differs &= base.letter[1:] == base.letter[:-1]
        places = np.flatnonzero(differs)
        if not len(places):
            return None
        mixed = np.zeros(base.letters, bool)
        mixed[base.letter[places]] = True
        of_items: Numbers = mixed[base.letter]
        return of_items

    def _fetched(self, sql: str, values: Sequence[object]) -> dict[str, Numbers]:
        found = self._cursor.execute(sql, list(values)).fetchnumpy()
        return {name: np.asarray(column) for name, column in found.items()}


def _keys_of_masks(values: Sequence[int], bits: Mapping[str, int]) -> tuple[tuple[str, ...], list[list[int]]]:
    """The keys of a mask dimension, `not_stated` last, and which of them each mask holds."""
    keys = (*(key for key in bits if key != NOT_STATED), NOT_STATED)
    unstated = [len(keys) - 1]
    return keys, [[at for at, key in enumerate(keys[:-1]) if mask & bits[key]] or unstated for mask in values]


def smallest(values: int) -> type[np.unsignedinteger[Any]]:
    """The kind of number that holds so many values."""
    return np.uint8 if values <= 2**8 else np.uint16 if values <= 2**16 else np.uint32


def _size(one: Base | Coded | Days) -> int:
    """The bytes of a record's arrays."""
    return sum(value.nbytes for field in fields(one) if isinstance(value := getattr(one, field.name), np.ndarray))
