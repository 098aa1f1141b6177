"""The result of a filter as a list: any stretch of it, where a letter stands in it, and which letters stand beside that one.

No list is walked to its end. Rows are counted by day (by some hundred ranks where the best match comes first), which
the columns give fast; then only the rows of the days that are needed are put in order. So the last page costs what the
first does, and only the rows that are shown are read in full.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from data import search
from data.asking import Questions

ORDERS = {"relevance": "Best match first", "newest": "Newest first", "oldest": "Oldest first"}
_Letter = tuple[int, int]  # its key and the first of its items in the filter
_RANKS = 512  # so many letters a block, where there are no days


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Where a letter stands in a result: its place among `letters` from 1, the row of its first item from 0, how many rows it has, and the letters beside it.

    `before` and `after` are a letter's id and the first of its items in the result, None at either end.
    """

    place: int
    letters: int
    row: int
    rows: int
    before: tuple[str, int] | None
    after: tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class _Order:
    """How rows of `source` are ordered: into blocks (in `direction`, those without a value last), there by `letter`, then by item."""

    block: str
    direction: str
    letter: str
    source: str = "facts"


_ORDERS = {
    "newest": _Order("decision_date", "DESC", "letter_key"),
    "oldest": _Order("decision_date", "ASC", "letter_key"),
    "relevance": _Order(f"rank // {_RANKS}", "ASC", "rank", "facts JOIN ranked USING (letter_key)"),
}


class Results(Questions):
    """Answers that are stretches of the list of disputed items in the filter, each letter's items next to each other."""

    def how_many(self) -> int:
        """How many disputed items are in the filter."""
        condition, values = self.where()
        return int(self._one(f"SELECT count(*) FROM facts WHERE {condition}", values)[0])

    def decisions(self, limit: int, offset: int = 0, order: str = "newest") -> list[dict[str, Any]]:
        """Rows of disputed items in the filter, a dict each, for lists and exports; `order` is a key of `ORDERS`.

        Without words there is no best match, and the newest come first; those without a date come last in any case.
        """
        rows = self._stretch(self._order(order), offset, limit)
        if not rows:
            return []
        found = self._dicts(
            """
            WITH f AS (SELECT unnest(?::BIGINT[]) AS letter_key, unnest(?::SMALLINT[]) AS ordinal, unnest(?::INTEGER[]) AS place)
            SELECT l.letter_key, l.text_part, l.letter_id, l.case_number, l.source, f.ordinal, l.decision_date, l.ur_denial_date,
                d.disputed, d.request, d.outcome, d.imaging_modalities, d.body_parts, d.admin_sources, d.reviewer_sources,
                l.specialty_keys, l.state_keys, d.flags, d.decisive, l.form, l.items
            FROM f JOIN letters l USING (letter_key) JOIN decisions d ON d.letter_key = f.letter_key AND d.ordinal = f.ordinal
            ORDER BY f.place
            """,
            [[key for key, _ in rows], [ordinal for _, ordinal in rows], list(range(len(rows)))],
        )
        return found

    def neighbours(self, letter_id: str, order: str = "newest") -> Neighbours | None:
        """Where the letter of that id (or its first 12 digits or more) stands in the list; None where it is not in the filter."""
        key = self._key(letter_id)
        if key is None:
            return None
        by = self._order(order)
        condition, values = self._condition(by)
        own = self._cursor.execute(
            f"SELECT {by.block}, {by.letter} FROM {by.source} WHERE letter_key = ? AND {condition} LIMIT 1",
            [key, *values],
        ).fetchone()
        if own is None:
            return None
        blocks = self._blocks(by, letters=True)
        at = next(number for number, (block, *_) in enumerate(blocks) if block == own[0])
        earlier, row, rows, before, after = self._beside(by, *own)
        if before is None and at:
            before = self._at_end(by, blocks[at - 1][0], "DESC")
        if after is None and at + 1 < len(blocks):
            after = self._at_end(by, blocks[at + 1][0], "ASC")
        return Neighbours(
            place=1 + earlier + sum(n for _, _, n in blocks[:at]),
            letters=sum(n for _, _, n in blocks),
            row=row + sum(n for _, n, _ in blocks[:at]),
            rows=rows,
            before=self._named(before),
            after=self._named(after),
        )

    def _order(self, order: str) -> _Order:
        """The order itself; what is needed for it is made ready."""
        if order == "relevance":
            if not self.filters.words:
                return _ORDERS["newest"]
            self._cursor.register("ranked", search.ranked(self.snapshot.index, self.filters.words))
        return _ORDERS[order]

    def _condition(self, by: _Order) -> tuple[str, list[object]]:
        """The filter as a condition; where letters are joined to their ranks, these have the words."""
        filters = replace(self.filters, words="") if "ranked" in by.source else self.filters
        return self.where(filters)

    def _blocks(self, by: _Order, *, letters: bool = False) -> list[tuple[Any, int, int]]:
        """The blocks in their order, with how many rows (and, where asked for, letters) of the filter each has."""
        condition, values = self._condition(by)
        rows, held = f"{by.source} WHERE {condition}", "0"
        if letters and by.source == "facts":
            # The items of a letter stand next to each other there, which counts letters seven times as fast as their keys do.
            rows = f"(SELECT decision_date, letter_key, lag(letter_key) OVER () AS before FROM {rows})"
            held = "count(*) FILTER (letter_key IS DISTINCT FROM before)"
        elif letters:
            held = "count(DISTINCT rank)"
        found = self._all(
            f"SELECT {by.block} AS block, count(*) AS n, {held} AS letters FROM {rows} GROUP BY 1 ORDER BY 1 {by.direction} NULLS LAST",
            values,
        )
        return [(block, int(n), int(distinct)) for block, n, distinct in found]

    def _stretch(self, by: _Order, offset: int, limit: int) -> list[tuple[int, int]]:
        """Letter and item of `limit` rows behind the first `offset` ones."""
        needed: list[Any] = []
        taken, before, seen = 0, 0, 0
        for block, n, _ in self._blocks(by):
            if seen + n > offset and taken < limit:
                if not needed:
                    before = seen
                needed.append(block)
                taken = seen + n - offset
            seen += n
        if not needed or limit <= 0:
            return []
        condition, values = self._condition(by)
        inside, bounds = _within(by, needed)
        rows = self._cursor.execute(
            f"SELECT letter_key, ordinal FROM {by.source} WHERE {inside} AND {condition} "
            f"ORDER BY {by.block} {by.direction} NULLS LAST, {by.letter}, ordinal LIMIT ? OFFSET ?",
            [*bounds, *values, limit, offset - before],
        ).fetchall()
        return [(int(key), int(ordinal)) for key, ordinal in rows]

    def _letters_of(self, by: _Order, block: Any) -> tuple[str, list[object]]:
        """SQL of the letters of a block: `letter_key`, rows in the filter `n`, the first item, and its place `s` in the block."""
        condition, values = self._condition(by)
        inside, bounds = _within(by, [block])
        sql = (
            f"SELECT letter_key, count(*) AS n, min(ordinal) AS ordinal, min({by.letter}) AS s FROM {by.source} "
            f"WHERE {inside} AND {condition} GROUP BY letter_key"
        )
        return sql, [*bounds, *values]

    def _beside(self, by: _Order, block: Any, place: int) -> tuple[int, int, int, _Letter | None, _Letter | None]:
        """In a letter's own block: how many letters and rows stand before it, its own rows, and the letters next to it."""
        sql, values = self._letters_of(by, block)
        row = self._cursor.execute(
            f"""
            SELECT count(*) FILTER (s < ?), coalesce(sum(n) FILTER (s < ?), 0), coalesce(sum(n) FILTER (s = ?), 0),
                arg_max(letter_key, s) FILTER (s < ?), arg_max(ordinal, s) FILTER (s < ?),
                arg_min(letter_key, s) FILTER (s > ?), arg_min(ordinal, s) FILTER (s > ?)
            FROM ({sql})
            """,
            [place] * 7 + values,
        ).fetchone()
        earlier, rows, own, left, left_item, right, right_item = row or (0, 0, 0, None, None, None, None)
        before = (left, left_item) if left is not None else None
        return int(earlier), int(rows), int(own), before, (right, right_item) if right is not None else None

    def _at_end(self, by: _Order, block: Any, direction: str) -> _Letter | None:
        """The first letter of a block, or the last."""
        sql, values = self._letters_of(by, block)
        found = self._cursor.execute(f"SELECT letter_key, ordinal FROM ({sql}) ORDER BY s {direction} LIMIT 1", values)
        row = found.fetchone()
        return (row[0], row[1]) if row else None

    def _named(self, letter: _Letter | None) -> tuple[str, int] | None:
        if letter is None:
            return None
        row = self._cursor.execute("SELECT letter_id FROM letters WHERE letter_key = ?", [letter[0]]).fetchone()
        return (str(row[0]), int(letter[1])) if row else None


def _within(by: _Order, blocks: Sequence[Any]) -> tuple[str, list[object]]:
    """The condition that holds for the rows of those blocks, which lie next to each other."""
    if by.block != "decision_date":
        return f"rank BETWEEN {_RANKS}::BIGINT * ? AND {_RANKS}::BIGINT * ? + {_RANKS - 1}", [min(blocks), max(blocks)]
    days = [block for block in blocks if block is not None]
    undated = " OR decision_date IS NULL" if len(days) < len(blocks) else ""
    if not days:
        return "decision_date IS NULL", []
    return f"(decision_date BETWEEN ? AND ?{undated})", [min(days), max(days)]
