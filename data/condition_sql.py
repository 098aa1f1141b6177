"""A condition as SQL over `facts`, its values bound; and which items hold a test that `facts` alone cannot answer.

Tests on dimensions, outcome, dates and days are asked of the columns of `facts` as any filter is. Those on other tables
(letters, decisions, cited) and on words take 50 to 500 ms at 2.5 million items, and a page asks a dozen questions, each
of which names the filter twice and more. So each of them is answered once a snapshot, as a bit an item in the order of
`facts` (`Items`), and asked as `get_bit(?, rowid)`: 25 ms at that size, and 312 kB kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb
import numpy as np

from data import search
from data.condition_fields import Field
from data.conditions import Node, Test, tests
from data.schema import NOT_STATED
from data.vocabulary import vocabulary
from data.warehouse import Snapshot

Condition = tuple[str, list[object]]
"""SQL and its parameters."""
Bits = Mapping[str, Mapping[str, int]]
Items = Mapping[Test, bytes]
"""By test, a bit an item in the order of `facts`, the first one in the highest bit of the first byte."""
_HITS = "condition_hits"
_COMPARED = {"is": "=", "before": "<", "from": ">=", "until": "<=", "least": ">=", "most": "<="}


def condition_sql(node: Node, bits: Bits, items: Items) -> Condition:
    """The condition over `facts`, never NULL. `bits` maps dimension to key to bit; `items` has every test that is `apart`.

    Raises KeyError where it has not.
    """
    if isinstance(node, Test):
        if apart(node):
            return "get_bit(?::BLOB::BIT, rowid::INTEGER) = 1", [items[node]]
        return _direct(node, bits.get(node.field, {}))
    found = [condition_sql(part, bits, items) for part in node.parts]
    return f"({f' {node.joined.upper()} '.join(sql for sql, _ in found)})", [
        value for _, values in found for value in values
    ]


def apart(one: Test) -> bool:
    """Whether the test is answered by itself, outside of `facts`."""
    return one.of.place != "facts"


def items_of(node: Node | None, cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> dict[Test, bytes]:
    """The items that hold each test of the condition that is `apart`. `cursor` is one of the snapshot's database."""
    return {one: _KEPT.get(one, cursor, snapshot) for one in tests(node) if apart(one)}


class _Kept:
    """What was found of late, for all threads; at most so many tests, so at most some ten megabytes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[tuple[Path, str, Test], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, one: Test, cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> bytes:
        key = (snapshot.folder, snapshot.snapshot_id, one)
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        found = _items_of(one, cursor, snapshot)
        with self._lock:
            self._found[key] = found
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return found

    def forget(self) -> None:
        with self._lock:
            self._found.clear()


_KEPT = _Kept(64)
forget: Callable[[], None] = _KEPT.forget
"""Let go of what was found of late."""


def _items_of(one: Test, cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> bytes:
    sql, values = _elsewhere(one)
    if one.of.kind == "words":
        cursor.register(_HITS, search.letters_with(snapshot.index, one.values[0]))
    (size,) = cursor.execute("SELECT count(*) FROM facts").fetchone() or (0,)
    found = np.zeros(max(1, int(size)), dtype=bool)
    found[cursor.execute(f"SELECT rowid AS item FROM facts WHERE {sql}", values).fetchnumpy()["item"]] = True
    if one.of.kind == "words":
        cursor.unregister(_HITS)
    return np.packbits(found).tobytes()


def _direct(one: Test, bits: Mapping[str, int]) -> Condition:
    """A test on a column of `facts`."""
    of = one.of
    if of.key == "outcome":
        return "overturned" if one.values[0] == "overturned" else (
            "NOT overturned" if of.known(one.values[0]) else "false"
        ), []
    if of.kind == "keys":
        return _mask(one, bits)
    if of.kind == "value":
        return _one_value(one, f"{of.column} <> '{NOT_STATED}'")
    return _measured(one)


def _mask(one: Test, bits: Mapping[str, int]) -> Condition:
    """Keys of a mask; one that has no bit is held by no item."""
    column, how = one.of.column, one.operator
    mask = sum({bits.get(value, 0) for value in one.values})
    if how in ("stated", "missing"):
        return f"{column} {'<>' if how == 'stated' else '='} 0", []
    if how in ("not", "none"):
        return f"({column} & ?::UBIGINT) = 0", [mask]
    if how in ("is", "any"):
        return f"({column} & ?::UBIGINT) <> 0", [mask]
    if any(value not in bits for value in one.values):
        return "false", []
    if how == "only":
        return f"{column} = ?::UBIGINT", [mask]
    return f"({column} & ?::UBIGINT) = ?::UBIGINT", [mask, mask]


def _one_value(one: Test, stated: str) -> Condition:
    """One value among some; `stated` is SQL for there being one."""
    column, how = one.of.column, one.operator
    if how in ("stated", "missing"):
        return stated if how == "stated" else f"({stated}) IS NOT TRUE", []
    marks = ", ".join("?" * len(one.values))
    listed = f"({stated} AND {column} IN ({marks}))"
    return f"{listed} IS NOT TRUE" if one.how.negative else f"{listed} IS TRUE", list(one.values)


def _measured(one: Test) -> Condition:
    """Days and numbers."""
    column, how, values = one.of.column, one.operator, one.values
    cast = "?::DATE" if one.of.kind == "date" else "?::DOUBLE"
    if how in ("stated", "missing"):
        return f"({column}) IS {'NOT ' if how == 'stated' else ''}NULL", []
    if how == "year":
        return f"coalesce({column} >= ?::DATE AND {column} <= ?::DATE, false)", [
            f"{values[0]}-01-01",
            f"{values[0]}-12-31",
        ]
    if how == "between":
        return f"coalesce({column} >= {cast} AND {column} <= {cast}, false)", list(values)
    return f"coalesce({column} {_COMPARED[how]} {cast}, false)", list(values)


def _elsewhere(one: Test) -> Condition:
    """A test on another table, as a condition over `facts`."""
    of = one.of
    if of.kind == "words":
        return f"letter_key IN (SELECT letter_key FROM {_HITS})", []
    if of.place == "cited":
        return _cited(one)
    sql, values = (
        _measured(one)
        if of.kind == "number"
        else _one_value(one, f"{of.column} IS NOT NULL")
        if of.kind == "value"
        else _text(one)
    )
    key = "letter_key" if of.place == "letters" else "(letter_key, ordinal)"
    return f"{key} IN (SELECT {key.strip('()')} FROM {of.place} WHERE {sql})", values


def _text(one: Test) -> Condition:
    """A text of a letter or an item."""
    column, how = one.of.column, one.operator
    if how in ("stated", "missing"):
        return f"{column} IS {'NOT ' if how == 'stated' else ''}NULL", []
    sql = f"coalesce({_like(how, column)}, false)"
    return f"NOT {sql}" if one.how.negative else sql, list(one.values)


def _like(how: str, column: str) -> str:
    """How a text is compared, small letters with small letters; one parameter."""
    if how in ("is", "not"):
        return f"lower({column}) = lower(?)"
    return f"{'starts_with' if how == 'starts' else 'contains'}(lower({column}), lower(?))"


def _cited(one: Test) -> Condition:
    """Documents and sections that a side of the item cites: one is enough, and none may be where the test is negative."""
    of, how = one.of, one.operator
    named, values = f"{of.column} IS NOT NULL", list[object]()
    if how not in ("stated", "missing"):
        named, values = _named(of, how, one.values[0])
    inside = f"SELECT item FROM cited WHERE side = ? AND {named}"
    negative = one.how.negative or how == "missing"
    return f"rowid {'NOT ' if negative else ''}IN ({inside})", [of.side, *values]


def _named(of: Field, how: str, typed: str) -> Condition:
    """The rows whose document or section reads so: parts of the MTUS are kept by key and read by their names."""
    compared = _like(how, of.column)
    if not of.key.endswith("_document"):
        return compared, [typed]
    terms = {key: term.label.lower() for key, term in vocabulary("mtus_parts").terms.items()}
    wanted = typed.lower()
    met = [key for key, label in terms.items() if _meets(how, label, wanted)]
    known = f"list_contains(?::VARCHAR[], {of.column})"
    return f"({known} OR (NOT {known} AND {compared}))", [met, list(terms), typed]


def _meets(how: str, label: str, wanted: str) -> bool:
    if how in ("is", "not"):
        return label == wanted
    return label.startswith(wanted) if how == "starts" else wanted in label
