"""The result as a table: chosen columns of the filter's decisions (or letters), sorted by any column, any page of it.

No list is walked to its end. Rows are counted by the value they are sorted by (by the beginning of texts), which the
columns give fast; within a value that many hold, by day; and only the rows of the stretch are put in order and read.
Rows with the same value follow the newest decision first; what states none stands last, whichever way it is sorted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from operator import or_
from typing import Any

from data.columns import Column, columns, of_letters
from data.results import Results
from data.schema import NOT_STATED

PAGE_LENGTH = 50
CHUNK = 20_000
"""Rows of an export that are in memory at once."""
_BEGINNING = {"case_number": 7}
_LETTERS_OF_TEXT = 3
_MANY = 4096
_NEWEST = "day DESC NULLS LAST, letter_key, ordinal"
_PLACES = ("facts", "letters", "decisions")
Line = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Sorted:
    """Rows as `place` (rowid in `facts`), letter, item, day and sort value `v`; `block` is SQL of what they are counted by."""

    sql: str
    values: tuple[object, ...]
    block: str
    column: Column

    @property
    def whole(self) -> bool:
        """Whether all rows of a block have one value."""
        return self.block == "v"


class Listing(Results):
    """Answers that are pages of the result with columns of one's own."""

    def listed(self, keys: tuple[str, ...], sort: str, down: bool, limit: int, offset: int = 0) -> list[Line]:
        """A page: letter id and item, then the cells of the columns `keys`; sorted by a column, upwards or `down`.

        Of a letter as the unit the item is its first in the filter, and a cell says what its items in the filter do.
        Raises KeyError for a column that is not there, ValueError for letters sorted by what an item holds.
        """
        places = self._stretch_of(self._sorted(sort), self._blocks_of(sort, down), down, limit, offset)
        return self._cells(places, keys)

    def exported(self, keys: tuple[str, ...], sort: str, down: bool, most: int) -> Iterator[Line]:
        """The cells alone of the first `most` rows, in the same order, read `CHUNK` rows at a time."""
        blocks, by = self._blocks_of(sort, down), self._sorted(sort)
        for offset in range(0, most, CHUNK):
            lines = self._cells(self._stretch_of(by, blocks, down, min(CHUNK, most - offset), offset), keys)
            yield from (line[2:] for line in lines)
            if not lines:
                return

    def _sorted(self, sort: str) -> _Sorted:
        column = columns()[sort]
        if self.by_letter and column.of != "letter":
            raise ValueError(f"letters are not sorted by {column.label}, which an item holds")
        condition, values = self.where()
        own = column.sql if column.place == "facts" else "NULL"
        rows = (
            f"SELECT rowid AS place, letter_key, ordinal, decision_date AS day, {own} AS v FROM facts WHERE {condition}"
        )
        if self.by_letter:  # the items of a letter stand next to each other there
            before = f"SELECT *, lag(letter_key) OVER () AS before FROM ({rows})"
            rows = f"SELECT place, letter_key, ordinal, day, v FROM ({before}) WHERE letter_key IS DISTINCT FROM before"
        if column.place != "facts":
            joined = "letter_key" if column.place == "letters" else "letter_key, ordinal"
            value = f"array_to_string({column.sql}, ', ')" if column.kind == "list" else column.sql
            value = f"lower({value})" if column.kind == "text" else value
            rows = (
                f"SELECT place, letter_key, ordinal, day, s.v AS v FROM ({rows}) "
                f"JOIN (SELECT {joined}, {value} AS v FROM {column.place}) s USING ({joined})"
            )
        text = column.kind in ("text", "list")
        block = f"left(v, {_BEGINNING.get(column.key, _LETTERS_OF_TEXT)})" if text else "v"
        return _Sorted(rows, tuple(values), block, column)

    def _blocks_of(self, sort: str, down: bool) -> list[tuple[Any, int]]:
        """What rows are counted by, in order, with how many rows each has."""
        by = self._sorted(sort)
        found = self._all(f"SELECT {by.block} AS block, count(*) AS n FROM ({by.sql}) GROUP BY block", by.values)
        said = self._said(by.column)
        stated = [(said(block), block, int(n)) for block, n in found if not _missing(by.column, block)]
        missing = [(block, int(n)) for block, n in found if _missing(by.column, block)]
        stated.sort(key=lambda one: one[:2] if by.column.kind == "dimension" else one[0], reverse=down)
        return [*((block, n) for _, block, n in stated), *missing]

    def _said(self, column: Column) -> Callable[[Any], Any]:
        """What a value of the column says, as people read it."""
        of = column.dimension
        if column.kind == "outcome":
            return lambda value: "overturned" if value else "upheld"
        if column.kind == "list":
            return lambda value: ", ".join(value) if isinstance(value, list) else value
        if of is None:
            return lambda value: value
        if of.kind == "value":
            return lambda value: (
                "" if value == NOT_STATED and of.unstated == "Not stated" else of.term_label(str(value))
            )
        bits = self.bits.get(of.key, {})

        @cache
        def labels(mask: int) -> str:
            return ", ".join(of.term_label(key) for key, bit in bits.items() if mask & bit)

        return labels

    def _stretch_of(
        self, by: _Sorted, blocks: Sequence[tuple[Any, int]], down: bool, limit: int, offset: int
    ) -> list[int]:
        """The rows from `offset` on, at most `limit`, as their places in `facts`."""
        seen = 0
        places: list[int] = []
        whole: list[Any] = []
        for block, n in blocks:
            start, end = max(offset - seen, 0), min(offset + limit - seen, n)
            seen += n
            if end <= 0:
                break
            if start >= n:
                continue
            if start == 0 and end == n and n <= _MANY:
                whole.append(block)
                continue
            places += self._of_blocks(by, whole, down)
            whole = []
            places += self._of_block(by, block, n, down, end - start, start)
        return places + self._of_blocks(by, whole, down)

    def _of_blocks(self, by: _Sorted, blocks: Sequence[Any], down: bool) -> list[int]:
        """All rows of some small blocks, in the order of the blocks."""
        if not blocks:
            return []
        order = "" if by.whole else f"v {'DESC' if down else 'ASC'}, "
        found = self._cursor.execute(
            f"SELECT place, {by.block} AS block FROM ({by.sql}) "
            f"WHERE block IN (SELECT unnest(?)) {'OR block IS NULL' if None in blocks else ''} ORDER BY {order}{_NEWEST}",
            [*by.values, [block for block in blocks if block is not None] or [None]],
        ).fetchall()
        at = {block: number for number, block in enumerate(blocks)}
        return [place for place, _ in sorted(found, key=lambda row: at[row[1]])]

    def _of_block(self, by: _Sorted, block: Any, n: int, down: bool, limit: int, offset: int) -> list[int]:
        """A stretch within one block; one that holds many rows of one value is counted by day first."""
        inside, values = ("= ?", [block]) if block is not None else ("IS NULL", [])
        rows = f"FROM (SELECT *, {by.block} AS block FROM ({by.sql})) WHERE block {inside}"
        within: str = ""
        days: list[Any] = []
        if by.whole and n > _MANY and by.column.key != "decision_date":
            found = self._all(f"SELECT day, count(*) {rows} GROUP BY day", [*by.values, *values])
            offset, days = _days(
                sorted(found, key=lambda row: (row[0] is not None, row[0]), reverse=True), offset, limit
            )
            dated = [day for day in days if day is not None]
            ranges = ["day BETWEEN ? AND ?"] * bool(dated) + ["day IS NULL"] * (len(dated) < len(days))
            within, days = f"AND ({' OR '.join(ranges)})", [min(dated), max(dated)] if dated else []
        order = "" if by.whole else f"v {'DESC' if down else 'ASC'}, "
        found = self._cursor.execute(
            f"SELECT place {rows} {within} ORDER BY {order}{_NEWEST} LIMIT ? OFFSET ?",
            [*by.values, *values, *days, limit, offset],
        ).fetchall()
        return [int(place) for (place,) in found]

    def _cells(self, places: Sequence[int], keys: Sequence[str]) -> list[Line]:
        """Letter id, item and the cells of those rows."""
        if not places:
            return []
        chosen = [of_letters(columns()[key]) if self.by_letter else columns()[key] for key in keys]
        own = {place: [column for column in chosen if column.place == place] for place in _PLACES}
        items = self._items(places, own["facts"])
        letters = self._of_letters({key for key, _ in items.values()}, own["letters"])
        rows = [[place] for place in places]
        if self.by_letter:  # a letter's items lie next to each other, so they follow the first one in the filter
            rows = [[*range(place, place + letters[items[place][0]]["items"])] for place in places]
            first = {place: items[place][0] for place in places}
            items = self._items([place for row in rows for place in row], own["facts"], filtered=True)
            rows = [[place for place in row if place in items and items[place][0] == first[row[0]]] for row in rows]
        decisions = self._of_decisions({key for key, _ in items.values()}, own["decisions"])
        said = [(column, self._said(column)) for column in chosen]
        lines: list[Line] = []
        for row in rows:
            held = [
                {**letters[key], **values, **decisions.get((key, values["ordinal"]), {})}
                for key, values in (items[p] for p in row)
            ]
            cells = (_cell(column, say, [one[column.key] for one in held]) for column, say in said)
            lines.append((held[0]["letter_id"], held[0]["ordinal"], *cells))
        return lines

    def _items(
        self, places: Sequence[int], held: Sequence[Column], *, filtered: bool = False
    ) -> dict[int, tuple[int, dict[str, Any]]]:
        """Letter and columns of `facts` by the row's place; `filtered`: of those that are in the filter."""
        condition, values = self.where() if filtered else ("true", [])
        names = ["ordinal", *(column.key for column in held if column.key != "ordinal")]
        found = self._cursor.execute(
            f"SELECT facts.rowid, letter_key, {', '.join(f'{columns()[name].sql}' for name in names)} FROM facts "
            f"JOIN (SELECT unnest(?::BIGINT[]) AS place) wanted ON wanted.place = facts.rowid WHERE {condition}",
            [list(places), *values],
        ).fetchall()
        return {row[0]: (row[1], dict(zip(names, row[2:], strict=True))) for row in found}

    def _of_letters(self, keys: Collection[int], held: Sequence[Column]) -> dict[int, dict[str, Any]]:
        names = list(dict.fromkeys(["letter_id", "items", *(column.key for column in held)]))
        found = self._cursor.execute(
            f"SELECT letter_key, {', '.join(columns()[name].sql for name in names)} FROM letters "
            "JOIN (SELECT unnest(?::BIGINT[]) AS letter_key) wanted USING (letter_key)",
            [list(keys)],
        ).fetchall()
        return {row[0]: dict(zip(names, row[1:], strict=True)) for row in found}

    def _of_decisions(self, keys: Collection[int], held: Sequence[Column]) -> dict[tuple[int, int], dict[str, Any]]:
        if not held:
            return {}
        found = self._cursor.execute(
            f"SELECT letter_key, ordinal, {', '.join(column.sql for column in held)} FROM decisions "
            "JOIN (SELECT unnest(?::BIGINT[]) AS letter_key) wanted USING (letter_key)",
            [list(keys)],
        ).fetchall()
        return {(row[0], row[1]): dict(zip((column.key for column in held), row[2:], strict=True)) for row in found}


def _missing(column: Column, value: object) -> bool:
    """Whether a value says that the letter states none."""
    if column.kind == "dimension":
        return value in (0, NOT_STATED)
    return value is None or value == ""


def _cell(column: Column, say: Callable[[Any], Any], values: Sequence[Any]) -> Any:
    """What stands in a cell: the value of an item, or what the items of a letter say together."""
    if len(values) == 1 or column.of == "letter":
        value = None if values[0] is None else say(values[0])
        return str(value) if column.kind == "text" and value is not None else value
    if column.kind == "outcome":
        return say(values[0]) if len(set(values)) == 1 else "partly overturned"
    if column.dimension and column.dimension.kind == "mask":
        return say(reduce(or_, values))
    return "; ".join(dict.fromkeys(str(say(value)) for value in values if value is not None and say(value) != ""))


def _days(days: Sequence[tuple[Any, int]], offset: int, limit: int) -> tuple[int, list[Any]]:
    """Of days with their rows those that a stretch needs, and the stretch's offset in them."""
    seen, before = 0, None
    needed = []
    for day, n in days:
        if seen + n > offset and seen < offset + limit:
            before = seen if before is None else before
            needed.append(day)
        seen += n
    return offset - (before or 0), needed
