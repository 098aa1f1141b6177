"""Rates of pairs: every key of one axis with every key of another, letter by letter as statistics.md asks."""

from __future__ import annotations

from data import tallies
from data.asking import Questions, Row, tallied
from data.axes import TIMES, Period
from data.schema import NOT_STATED, dimensions
from data.statistics import Rate, overturn_rate
from data.tallies import Chosen


def _place(name: str) -> int:
    """The place of an axis among all; time and the outcome stand behind the dimensions."""
    names = [*dimensions(), *TIMES]
    return names.index(name) if name in names else len(names)


class Crossing(Questions):
    """Answers by two axes at once."""

    def cross(self, rows_name: str, columns_name: str) -> dict[tuple[str, str], Rate]:
        """Rates for every pair of keys of two axes (`Questions.axis`) that occurs, under all filters."""
        if _place(rows_name) > _place(columns_name):  # one way round, so that either way finds what is kept
            return {(row, column): rate for (column, row), rate in self.cross(columns_name, rows_name).items()}
        condition, values = self.where()
        rows = self._kept(
            f"{self.axis(rows_name).column} by {self.axis(columns_name).column} by letter {self.by_letter} {condition}",
            values,
            lambda: self._pairs(rows_name, columns_name, self._chosen(condition, values)),
        )
        rho = 0.0 if self.by_letter else self._rho(self._whole(condition, values, by_letter=False))
        return {(a, b): overturn_rate(tallied(row), rho) for a, b, *row in rows}

    def _pairs(self, one: str, other: str, chosen: Chosen) -> list[Row]:
        """A row for every pair of keys that occurs."""
        first, second = (self.columns.coded(self.axis(name)) for name in (one, other))
        both = tallies.crossed(tallies.split(first), tallies.split(second), chosen)
        found = tallies.by_key(chosen, self.columns.base(), both, tallies.inside(self.by_letter)).tolist()
        pairs = ((a, b) for a in first.keys for b in second.keys)
        return [(*pair, *row) for pair, row in zip(pairs, found, strict=True) if row[2]]

    def _keys(self, name: str, value: object) -> list[str]:
        """The keys that a value of an axis's column holds."""
        of = self.axis(name)
        if isinstance(of, Period):
            return [of.key_of(int(str(value)))]
        if of.kind == "value":
            return [str(value)]
        mask = int(str(value))
        return [key for key, bit in self.bits.get(name, {}).items() if mask & bit] or [NOT_STATED]
