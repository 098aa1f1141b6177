"""For notebooks: decisions, rates and queries as pandas DataFrames, by a filter written as it stands in a link.

    from data.frames import decisions, rates, sql

    decisions("modality=spect&admin=odg")
    rates("http://localhost:8501/imaging?modality=mri&date=2016..2017", by="body")
    sql("SELECT category, count(*) AS n FROM items WHERE ordinal >= $least::INTEGER GROUP BY ALL", least=2)

Each asks the snapshot that the link names, else the one that is served, of the warehouse in `OVERTURN_WAREHOUSE` (or
`warehouse=`). Every frame says in `.attrs` of which snapshot it is and what was asked. `docs/notebook.md` shows more.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa

from data.extract import rates_of, rows_of
from data.links import filter_of, snapshot_of
from data.sentences import filter_text
from data.sqlrun import EXPORT_ROWS, Kind, Limits, QueryError, Question, run
from data.warehouse import Snapshot


def decisions(
    link: str = "", *, columns: Sequence[str] = (), limit: int | None = None, warehouse: Path | str | None = None
) -> pd.DataFrame:
    """The disputed items of a filter, a row each, by decision date. Lists of keys stay lists; days are dates.

    Raises OverturnError for a filter that cannot be read and for a column that is not there.
    """
    snapshot, filters = snapshot_of(link, _folder(warehouse)), filter_of(link)
    return _frame(rows_of(snapshot, filters, columns, limit), snapshot, filter=filter_text(filters))


def rates(link: str = "", *, by: str = "", warehouse: Path | str | None = None) -> pd.DataFrame:
    """The overturn rate of a filter, or of its groups `by` a dimension, with 95 % intervals, as shares of 1.

    Rate and interval are empty where the letters are too few. Raises OverturnError.
    """
    snapshot, filters = snapshot_of(link, _folder(warehouse)), filter_of(link)
    return _frame(rates_of(snapshot, filters, by), snapshot, filter=filter_text(filters), by=by)


def sql(
    statement: str,
    *,
    warehouse: Path | str | None = None,
    limits: Limits | None = None,
    **parameters: str | float | date,
) -> pd.DataFrame:
    """The rows of a query, run in the same box as on the SQL page: one SELECT, read-only, limited in time and memory.

    Raises QueryError, also where rows would be missing: a frame is whole or not there.
    """
    values = tuple((name, _kind(value), str(value)) for name, value in parameters.items())
    snapshot = snapshot_of("", _folder(warehouse))
    asked = limits or Limits(rows=EXPORT_ROWS, seconds=120.0)
    found = run(Question(snapshot, statement, values, asked))
    if found.cut:
        raise QueryError(
            f"The query gives more than {found.table.num_rows:,} rows, the most that limits={asked} lets through. Narrow it, or raise the limits."
        )
    return _frame(found.table, snapshot, statement=statement, parameters=dict(parameters))


def _kind(value: str | float | date) -> Kind:
    return "date" if isinstance(value, date) else "number" if isinstance(value, int | float) else "text"


def _folder(warehouse: Path | str | None) -> Path | None:
    return None if warehouse is None else Path(warehouse)


def _frame(table: pa.Table, snapshot: Snapshot, **said: object) -> pd.DataFrame:
    frame: pd.DataFrame = _whole_numbers(table).to_pandas(date_as_object=True)
    frame.attrs |= {"snapshot": snapshot.snapshot_id, "kind": snapshot.kind, **said}
    return frame


def _whole_numbers(table: pa.Table) -> pa.Table:
    """Sums of whole numbers as such: the engine gives them as decimals of 38 digits."""
    for at, column in enumerate(table.schema):
        if pa.types.is_decimal(column.type) and column.type.scale == 0:
            try:
                table = table.set_column(at, column.name, table[at].cast(pa.int64()))
            except pa.ArrowInvalid:
                continue  # larger than 64 bits: stays a decimal
    return table
