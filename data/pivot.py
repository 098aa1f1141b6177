"""A pivot: one axis against another or alone, what of it is shown, in which order, and what of a cell may be said.

The figures are those of `Reader.cross`, `by` and `headline`; here they are put together. No query is made here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from data.axes import OUTCOME, TIMES, narrowed
from data.filters import Filters
from data.rates import Group, Headline
from data.schema import NOT_STATED, dimensions
from data.statistics import FEWEST_LETTERS, Rate

MOST_ROWS, MOST_COLUMNS = 25, 6
"""How many rows and columns a picture has at most; the table and its files have all."""
SORTS: Mapping[str, str] = {
    "most": "Most frequent first",
    "rate": "Highest rate first",
    "label": "By name",
    "own": "In their own order",
}
MEASURES: Mapping[str, str] = {
    "rate": "Overturn rate",
    "decisions": "Decisions",
    "letters": "Letters",
    "row": "Share of the row",
    "column": "Share of the column",
    "whole": "Share of all",
}
CREDENTIALS = ("specialty", "specialty_group", "board", "subspecialty", "state", "licence")
"""What is known of a reviewer: few letters of a pair with one of these could single one out (Labor Code 4610.6(f))."""
ALL = ""
"""The key of a whole row or column."""
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Pivot:
    """Rows and columns in their order, with the cells that occur; without columns `cells` is empty.

    `hidden` cells have fewer than 10 letters, and nothing else is to be said of them. `unsaid_rows` and `unsaid_columns`
    count the groups left out because no filter leaves them alone, `rare_rows` and `rare_columns` those left out because
    they have fewer than 10 letters.
    """

    rows: tuple[Group, ...]
    columns: tuple[Group, ...]
    cells: Mapping[Pair, Rate]
    whole: Rate
    hidden: frozenset[Pair] = field(default_factory=frozenset)
    unsaid_rows: int = 0
    unsaid_columns: int = 0
    rare_rows: int = 0
    rare_columns: int = 0

    def rate(self, row: str, column: str) -> Rate | None:
        """The figures of a cell, of a whole row or column (`ALL`), or of everything; None where nothing is there."""
        if row == ALL == column:
            return self.whole
        if ALL in (row, column):
            groups, key = (self.columns, column) if row == ALL else (self.rows, row)
            return next((group.rate for group in groups if group.key == key), None)
        return self.cells.get((row, column))

    def share(self, row: str, column: str, measure: str) -> tuple[int, int, bool] | None:
        """How many of how many a cell is of its row, its column or all, and whether that is too few to give a share."""
        part = self.rate(row, column)
        of = {"row": (row, ALL), "column": (ALL, column), "whole": (ALL, ALL)}[measure]
        whole = self.rate(*of)
        if part is None or whole is None or not whole.n:
            return None
        return part.n, whole.n, whole.letters < FEWEST_LETTERS


def axes() -> dict[str, str]:
    """What can stand in rows and columns, with its name: every dimension, time, the outcome."""
    return {**{name: one.label for name, one in dimensions().items()}, **TIMES, OUTCOME: "Outcome"}


def measures(rows: str, columns: str, filters: Filters) -> dict[str, str]:
    """What a cell can show: no rate by outcome or of one outcome alone, no decisions where letters are counted."""
    no_rate = OUTCOME in (rows, columns) or filters.one_outcome
    out = {"rate"} if no_rate else set()
    out |= {"decisions"} if filters.unit == "letter" else set()
    out |= set() if columns else {"row", "column"}
    return {key: label for key, label in MEASURES.items() if key not in out}


def order(name: str, asked: str) -> str:
    """The order of an axis where `asked` is chosen for the pivot: time runs on, unless rates are asked for."""
    return "own" if name in TIMES and asked != "rate" else asked


def arranged(groups: Sequence[Group], sort: str) -> list[Group]:
    """The groups in an order of `SORTS`; small ones never among rates, what is not stated at the end."""

    def place(group: Group) -> tuple[bool, bool, float, str]:
        unstated, rate, name = group.key == NOT_STATED, group.rate, group.label.casefold()
        if sort == "label":
            return unstated, False, 0.0, name
        if sort == "rate":
            small = rate.small or rate.rate is None
            return False if not small else unstated, small, -rate.n if small else -(rate.rate or 0.0), name
        return unstated, False, -rate.n, name

    return list(groups) if sort == "own" else sorted(groups, key=place)


def most_of(name: str, groups: Sequence[Group], most: int) -> list[Group]:
    """The `most` groups that a picture shows, in their order: the most frequent ones, of stretches of time the last ones."""

    def first(group: Group) -> tuple[bool, int]:
        return (name in TIMES and group.key == NOT_STATED, 0 if name in TIMES else -group.rate.n)

    dated = sorted(groups, key=lambda group: group.key, reverse=True) if name in TIMES else groups
    kept = {group.key for group in sorted(dated, key=first)[:most]}
    return [group for group in groups if group.key in kept]


def pivot(
    filters: Filters,
    names: tuple[str, str],
    head: Headline,
    groups: tuple[Sequence[Group], Sequence[Group]],
    cells: Mapping[Pair, Rate],
    sort: str,
) -> Pivot:
    """The pivot of the axes `names` (the second empty for none) from the groups of each and the cells of both."""
    said = [
        [group for group in side if narrowed(filters, name, group.key) is not None]
        for name, side in zip(names, groups, strict=True)
    ]
    guarded = bool(names[1]) and OUTCOME not in names and bool(set(names) & set(CREDENTIALS))
    known = [[group for group in side if not guarded or group.rate.letters >= FEWEST_LETTERS] for side in said]
    rows, columns = (arranged(side, order(name, sort)) for name, side in zip(names, known, strict=True))
    kept = {(row.key, column.key) for row in rows for column in columns}
    found = {pair: rate for pair, rate in cells.items() if pair in kept and rate.n}
    rare = {pair for pair, rate in found.items() if guarded and rate.letters < FEWEST_LETTERS}
    return Pivot(
        tuple(rows),
        tuple(columns),
        found,
        head.rate,
        frozenset(rare),
        *(len(side) - len(those) for side, those in zip(groups, said, strict=True)),
        *(len(side) - len(those) for side, those in zip(said, known, strict=True)),
    )


def cell_filter(filters: Filters, names: tuple[str, str], row: str, column: str) -> Filters | None:
    """The filter that leaves the decisions of a cell alone; `ALL` for a whole row or column. None where none says it."""
    found: Filters | None = filters
    for name, key in zip(names, (row, column), strict=True):
        if name and key != ALL and found is not None:
            found = narrowed(found, name, key)
    return found
