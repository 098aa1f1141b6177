"""The rows and the rates behind a filter as tables, for the command line and for notebooks."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from contextlib import closing

import pyarrow as pa

from data.asking import Questions
from data.errors import OverturnError
from data.filters import Filters
from data.queries import Reader
from data.schema import FACTS_ORDER, dimensions
from data.sqlviews import items_sql, relations
from data.statistics import Rate
from data.warehouse import Snapshot

COLUMNS = (
    *(
        "letter_id",
        "ordinal",
        "decision_date",
        "outcome",
        "category",
        "modality",
        "body",
        "admin",
        "reviewer",
        "specialty",
    ),
)
"""The columns of `rows_of` where none are asked for."""
_FROM_LETTERS = ("case_number", "source", "form")
_FROM_DECISIONS = ("request", "disputed", "original", "authorized", "quantity", "quantity_unit")
RATE_COLUMNS = (
    *("key", "label", "overturned", "decided", "letters", "rate", "low", "high", "small", "differs_from_the_rest"),
)


def columns() -> tuple[str, ...]:
    """Every column that `rows_of` knows: those of the view `items`, and some of letters and decisions."""
    return (*(column.name for column in relations()[0].columns), *_FROM_LETTERS, *_FROM_DECISIONS)


_ORDER = FACTS_ORDER.replace("decision_date", "items.decision_date")


class _Rows(Questions):
    """The rows of one filter, in the order of `facts`."""

    def rows(self, names: Sequence[str], limit: int | None) -> pa.Table:
        condition, values = self.where()
        joins = " JOIN letters USING (letter_key)" if {*names} & {*_FROM_LETTERS} else ""
        joins += " JOIN decisions USING (letter_key, ordinal)" if {*names} & {*_FROM_DECISIONS} else ""
        chosen = ", ".join(_column(name) for name in names)
        # Chosen first by their place, which is their order, then read: sorted and cut in one step the engine stumbles over
        # conditions on the place (an internal error of its late materialization in 2.0.0).
        cut = "" if limit is None else f" LIMIT {int(limit)}"
        sql = (
            f"WITH chosen AS MATERIALIZED (SELECT rowid AS place FROM facts WHERE {condition}{cut}) "
            f"SELECT {chosen} FROM ({items_sql()} WHERE rowid IN (SELECT place FROM chosen)) items{joins} {_ORDER}"
        )
        return self._cursor.sql(sql, params=values).to_arrow_table()


def _column(name: str) -> str:
    table = "letters" if name in _FROM_LETTERS else "decisions" if name in _FROM_DECISIONS else "items"
    return f"{table}.{name}"


def rows_of(snapshot: Snapshot, filters: Filters, names: Sequence[str] = (), limit: int | None = None) -> pa.Table:
    """The disputed items of a filter, a row each, by decision date; the first `limit` of them.

    Values of multi-valued dimensions are lists of keys. Raises OverturnError for a column that is not there.
    """
    known = columns()
    for name in names:
        if name not in known:
            raise _unknown("column", name, known)
    with closing(snapshot.connect()) as connection:
        return _Rows(connection, snapshot, filters).rows(names or COLUMNS, limit)


def rates_of(snapshot: Snapshot, filters: Filters, by: str = "") -> pa.Table:
    """The overturn rate of a filter, or of its groups by a dimension: counts, rate and 95 % interval as shares of 1.

    Rate and interval are empty where the letters are too few, or where the filter holds one outcome alone. What is counted
    are disputed items, or letters under `unit=letter`. Raises OverturnError for a dimension that is not there.
    """
    if by and by not in dimensions():
        raise _unknown("dimension", by, tuple(dimensions()))
    with closing(snapshot.connect()) as connection:
        reader = Reader(connection, snapshot, filters)
        groups: list[tuple[str, str, Rate, bool | None]]
        if by:
            groups = [(one.key, one.label, one.rate, one.stands_out) for one in reader.by(by, True)]
        else:
            groups = [("all", "All in the filter", reader.headline().rate, None)]
    rows = []
    for key, label, rate, differs in groups:
        given = not (rate.small or rate.rate is None or filters.one_outcome)
        shares = (rate.rate, rate.low, rate.high) if given else (None, None, None)
        rows.append((key, label, rate.y, rate.n, rate.letters, *shares, rate.small, differs if given else None))
    types = (pa.string(), pa.string(), *(pa.int64(),) * 3, *(pa.float64(),) * 3, pa.bool_(), pa.bool_())
    held = [pa.array([row[at] for row in rows], kind) for at, kind in enumerate(types)]
    return pa.table(held, names=list(RATE_COLUMNS))


def _unknown(what: str, name: str, known: Sequence[str]) -> OverturnError:
    near = difflib.get_close_matches(name, known, 3)
    there = f"Did you mean {' or '.join(near)}?" if near else f"There are {', '.join(known)}."
    return OverturnError(f"There is no {what} {name!r}. {there}")
