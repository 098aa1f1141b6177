"""A condition as SQL over `facts`, its values bound; and which items meet one that takes long to find out.

Tests on dimensions, outcome, dates and days are asked of the columns of `facts` as any filter is, 5 to 10 ms each at 2.5
million items. Those on other tables (letters, decisions, cited) and on words take 50 to 500 ms, and a page asks a dozen
questions, each of which names the filter twice and more. So a condition with one of them, with an OR (each part of which
looks at every item) or of more than a few tests is answered once a snapshot, as a bit an item in the order of `facts`
(`Items`), and asked as `get_bit(?, rowid)`: some 25 ms at that size whatever it says, and 312 kB kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from functools import partial
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
Items = Mapping[Node, bytes]
"""By condition, a bit an item in the order of `facts`, the first one in the highest bit of the first byte."""
_FEW = 4  # tests joined by AND that are asked of columns in less time than bits are
_HITS = "condition_hits"
_COMPARED = {"is": "=", "before": "<", "from": ">=", "until": "<=", "least": ">=", "most": "<="}


def condition_sql(node: Node, bits: Bits, items: Items) -> Condition:
    """The condition over `facts`, never NULL. `bits` maps dimension to key to bit; `items` are what `items_of` gives.

    Raises KeyError where a test that is `apart` has no items.
    """
    if node in items or (isinstance(node, Test) and apart(node)):
        return "get_bit(?::BLOB::BIT, rowid::INTEGER) = 1", [items[node]]
    if isinstance(node, Test):
        return _direct(node, bits.get(node.field, {}))
    found = [condition_sql(part, bits, items) for part in node.parts]
    listed = f" {node.joined.upper()} ".join(sql for sql, _ in found)
    return f"({listed})", [value for _, values in found for value in values]


def _quick(node: Node) -> bool:
    """Whether the columns of `facts` tell at once: each test of an AND is asked of what the ones before it left over."""
    if isinstance(node, Test):
        return True
    return node.joined == "and" and len(node.parts) <= _FEW and all(isinstance(part, Test) for part in node.parts)


def apart(one: Test) -> bool:
    """Whether the test is answered by itself, outside of `facts`."""
    return one.of.place != "facts"


def items_of(node: Node | None, bits: Bits, cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> dict[Node, bytes]:
    """The items that meet the condition, where it is one to be answered once; nothing for others.

    `cursor` is one of the snapshot's database, on which no result is open.
    """
    found = list(tests(node))
    if node is None or (not any(map(apart, found)) and _quick(node)):
        return {}
    each: dict[Node, bytes] = {}
    for one in filter(apart, found):
        each[one] = _KEPT.get(one, snapshot, partial(_items, partial(_elsewhere, one), one, cursor, snapshot))
    if isinstance(node, Test):
        return each
    return {
        node: _KEPT.get(
            node, snapshot, partial(_items, partial(condition_sql, node, bits, each), node, cursor, snapshot)
        )
    }


class _Kept:
    """What was found of late, for all threads: at most so many conditions, some ten megabytes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[tuple[Path, str, Node], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, node: Node, snapshot: Snapshot, find: Callable[[], bytes]) -> bytes:
        key = (snapshot.folder, snapshot.snapshot_id, node)
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        found = find()
        with self._lock:
            self._found[key] = found
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return found

    def forget(self) -> None:
        with self._lock:
            self._found.clear()


_KEPT = _Kept(64)


def forget() -> None:
    """Let go of what was found of late."""
    _KEPT.forget()


def _items(asked: Callable[[], Condition], node: Node, cursor: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> bytes:
    words = isinstance(node, Test) and node.of.kind == "words"
    if words:
        cursor.register(_HITS, search.letters_with(snapshot.index, next(tests(node)).values[0]))
    sql, values = asked()
    (size,) = cursor.execute("SELECT count(*) FROM facts").fetchone() or (0,)
    found = np.zeros(max(1, int(size)), dtype=bool)
    found[cursor.execute(f"SELECT rowid AS item FROM facts WHERE {sql}", values).fetchnumpy()["item"]] = True
    if words:
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
        return _value(one)
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


def _value(one: Test) -> Condition:
    """One value among some; a column of `facts` has `not_stated` for none, others NULL."""
    column, how, here = one.of.column, one.operator, not apart(one)
    if how in ("stated", "missing"):
        states = how == "stated"
        if here:
            return f"{column} {'<>' if states else '='} '{NOT_STATED}'", []
        return f"{column} IS {'NOT ' if states else ''}NULL", []
    listed = f"{column} IN ({', '.join('?' * len(one.values))})"
    negated = "NOT " if one.how.negative else ""
    return f"{negated}{listed if here else f'coalesce({listed}, false)'}", list(one.values)


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
    sql, values = _measured(one) if of.kind == "number" else _value(one) if of.kind == "value" else _text(one)
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
