"""Rates of pairs: every key of one axis with every key of another, grouped by letter as statistics.md asks.

Grouping letters by key is what costs. So keys are small numbers while letters are grouped; what is the same for all
items of a letter (its reviewer, its dates) is carried along and told apart afterwards; and items alone in their letter
need no grouping at all.
"""

from __future__ import annotations

from dataclasses import dataclass

from data.asking import ALONE_SUMS, SUMS, Questions, sums_of
from data.axes import TIMES, Period
from data.schema import NOT_STATED, dimensions
from data.statistics import Rate, Sums, overturn_rate

_MOST_KEYS = 256


def _place(name: str) -> int:
    """The place of an axis among all; time and the outcome stand behind the dimensions."""
    names = [*dimensions(), *TIMES]
    return names.index(name) if name in names else len(names)


@dataclass(frozen=True, slots=True)
class _Spread:
    """How the keys of an axis are told apart: `item` is SQL of what stands in an item's column, `code` of a key's number in a letter.

    `codes` lists which numbers a mask holds, to be joined; `carried` names the column that is told apart after the
    letters are grouped, empty where `keys` are numbered.
    """

    item: str
    code: str = "0"
    codes: str = ""
    join: str = ""
    carried: str = ""
    keys: tuple[str, ...] = ()
    item_values: tuple[object, ...] = ()
    code_values: tuple[object, ...] = ()


class Crossing(Questions):
    """Answers by two axes at once."""

    def cross(self, rows_name: str, columns_name: str) -> dict[tuple[str, str], Rate]:
        """Rates for every pair of keys of two axes (`Questions.axis`) that occurs, under all filters."""
        if _place(rows_name) > _place(columns_name):  # one way round, so that either way finds what is kept
            return {(row, column): rate for (column, row), rate in self.cross(columns_name, rows_name).items()}
        condition, values = self.where()
        names = (rows_name, columns_name)
        raw = [self.axis(name).column for name in names]
        spreads = [self._spread(name, column) for name, column in zip(names, "ab", strict=True)]
        first, second = spreads
        carried = [one.carried or "NULL" for one in spreads]
        found = self._all(
            f"""
            WITH items AS (SELECT letter_key, {first.item} AS a, {second.item} AS b, overturned
                FROM facts WHERE ({condition}) AND NOT alone){first.codes}{second.codes},
            per AS (SELECT letter_key, ({first.code} * {_MOST_KEYS} + {second.code})::INTEGER AS code, any_value(a) a,
                any_value(b) b, count(*) n, count(*) FILTER (overturned) y
                FROM items {first.join} {second.join} GROUP BY letter_key, code),
            single AS (SELECT {raw[0]} AS a, {raw[1]} AS b, count(*) n, count(*) FILTER (overturned) y
                FROM facts WHERE ({condition}) AND alone GROUP BY ALL)
            SELECT 'cell', code, a::VARCHAR, b::VARCHAR, {SUMS}
                FROM (SELECT code, {carried[0]} AS a, {carried[1]} AS b, {self._letter()} FROM per) GROUP BY code, a, b
            UNION ALL SELECT 'alone', 0, a::VARCHAR, b::VARCHAR, {ALONE_SUMS} FROM single GROUP BY a, b
            UNION ALL SELECT 'whole', 0, NULL, NULL, {SUMS}
                FROM (SELECT count(*) n, count(*) FILTER (overturned) y FROM items GROUP BY letter_key)
            """,
            [
                *(value for one in spreads for value in one.item_values),
                *values,
                *(value for one in spreads for value in one.code_values),
                *values,
            ],
        )
        cells: dict[tuple[str, str], Sums] = {}
        whole = Sums()
        for kind, code, a, b, *figures in found:
            sums = sums_of(figures)
            if kind != "cell":
                whole += sums
            if kind == "whole":
                continue
            numbers = divmod(int(code), _MOST_KEYS)
            ones, others = (
                [one.keys[number]] if kind == "cell" and one.keys else self._keys(name, value)
                for name, one, number, value in zip(names, spreads, numbers, (a, b), strict=True)
            )
            for pair in ((row, column) for row in ones for column in others):
                cells[pair] = cells.get(pair, Sums()) + sums
        rho = 0.0 if self.by_letter else self._rho(whole)
        return {pair: overturn_rate(sums, rho) for pair, sums in cells.items()}

    def _spread(self, name: str, column: str) -> _Spread:
        """How the keys of that axis are told apart in `column` of the items."""
        of = self.axis(name)
        if of.whose == "letters":
            return _Spread(of.column, carried=column)
        if of.kind == "value":
            place = f"(list_position(?::VARCHAR[], {of.column}) - 1)"
            return _Spread(place, code=column, keys=of.keys, item_values=(list(of.keys),))
        bits = self.bits.get(name, {})
        codes = (
            f", in_{column} AS (SELECT m.{column}, t.code AS code_{column} FROM (SELECT DISTINCT {column} FROM items) m, "
            f"(SELECT unnest(?::UBIGINT[]) AS bit, unnest(?::INTEGER[]) AS code) t WHERE (m.{column} & t.bit) <> 0 "
            "UNION ALL SELECT 0::UBIGINT, 0)"
        )
        return _Spread(
            of.column,
            code=f"code_{column}",
            codes=codes,
            join=f"JOIN in_{column} USING ({column})",
            keys=(NOT_STATED, *bits),
            code_values=(list(bits.values()), list(range(1, len(bits) + 1))),
        )

    def _keys(self, name: str, value: object) -> list[str]:
        """The keys that a value of an axis's column holds."""
        of = self.axis(name)
        if isinstance(of, Period):
            return [of.key_of(int(str(value)))]
        if of.kind == "value":
            return [str(value)]
        mask = int(str(value))
        return [key for key, bit in self.bits.get(name, {}).items() if mask & bit] or [NOT_STATED]
