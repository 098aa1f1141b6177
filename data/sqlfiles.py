"""The result of a query as plain cells, and as files that say which query gave them, of which snapshot."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data.exports import About, safe_cell, xlsx_bytes
from data.sqlrun import Question, Result

_WHOLE = 1 << 53  # beyond it a spreadsheet does not hold every whole number


@dataclass(frozen=True, slots=True)
class AboutQuery(About):
    """What a file of a result says of itself: statement, parameters, snapshot, and whether rows are missing."""

    sql: str = ""
    values: str = ""
    cut: str = ""

    def entries(self) -> list[tuple[str, str]]:
        """All of it as names and texts."""
        return [
            ("Source", self.source),
            *([("Not complete", self.cut)] if self.cut else []),
            ("Statement", self.sql),
            ("Parameters", self.values or "none"),
            (
                "What it is",
                "The figures are those of the statement. No rule of this program on small groups or intervals was applied to them.",
            ),
        ]


def about_query(question: Question, result: Result, about: About) -> AboutQuery:
    """What the files of a result say; `about` is the page's."""
    values = "; ".join(f"${name} = {text} ({kind})" for name, kind, text in question.values)
    return AboutQuery(
        about.filters,
        about.snapshot,
        about.link,
        sql=question.sql.strip(),
        values=values,
        cut=cut_words(question, result),
    )


def cut_words(question: Question, result: Result) -> str:
    """That rows are missing, and why; empty where none is."""
    rows, room = f"{result.table.num_rows:,}", question.limits.megabytes
    return {
        "": "",
        "rows": f"These are the first {rows} rows; the query gives more.",
        "bytes": f"These are the first {rows} rows, as many as fit into {room} MB; the query gives more.",
    }[result.cut]


def cells(table: pa.Table) -> Iterator[list[object]]:
    """The rows as numbers, truth values, dates and texts; lists joined by semicolons, what is nested as JSON."""
    for batch in table.to_batches(max_chunksize=2000):
        columns = [[cell(value) for value in _values(column)] for column in batch.columns]
        yield from (list(row) for row in zip(*columns, strict=True))


def _values(column: pa.Array) -> list[Any]:
    """The values of a column; a day beyond Python's calendar (before the year 1, infinity) as the engine's number of it."""
    try:
        return list(column.to_pylist())
    except (OverflowError, ValueError):
        return [_value(one) for one in column]


def _value(one: pa.Scalar) -> Any:
    try:
        return one.as_py()
    except (OverflowError, ValueError):
        return f"beyond the calendar ({one.value:,} {'days' if pa.types.is_date(one.type) else 'ticks'} from 1970)"


def cell(value: Any) -> object:
    """One value as a cell; a whole number of more digits than a spreadsheet or a table holds as text."""
    if isinstance(value, Decimal):
        value = int(value) if value.as_tuple().exponent == 0 else float(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**63:
        return str(value)
    if value is None or isinstance(value, bool | int | float | str) or type(value) is date:
        return value
    if isinstance(value, list) and all(one is None or isinstance(one, str) for one in value):
        return "; ".join(one or "" for one in value)
    return _as_text(value)


def _as_text(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, bytes):
        return value.hex()
    return json.dumps(value, default=str, ensure_ascii=False) if isinstance(value, list | dict) else str(value)


def query_csv(result: Result, about: AboutQuery) -> bytes:
    """CSV (UTF-8 with a mark): what it is in lines that begin with #, the header, the rows. No cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for name, text in about.entries():
        for line in f"{name}: {text}".splitlines():
            out.write(f"# {line}".rstrip() + "\r\n")
    writer.writerow([safe_cell(name) for name in result.table.column_names])
    for row in cells(result.table):
        writer.writerow([safe_cell(value) for value in row])
    return out.getvalue().encode("utf-8-sig", errors="replace")


def query_xlsx(result: Result, about: AboutQuery) -> bytes:
    """A workbook as `exports.xlsx_bytes` makes it; whole numbers that a spreadsheet would round are texts."""
    rows = (
        [str(value) if isinstance(value, int) and abs(value) >= _WHOLE else value for value in row]
        for row in cells(result.table)
    )
    return xlsx_bytes(result.table.column_names, rows, about)


def query_parquet(result: Result, about: AboutQuery) -> bytes:
    """Parquet with the values as they are; what it is stands in the file's metadata, by name."""
    said = {f"overturn:{name.lower().replace(' ', '_')}": text for name, text in about.entries()}
    said |= {"snapshot": about.snapshot.snapshot_id, "kind": about.snapshot.kind}
    out = pa.BufferOutputStream()
    pq.write_table(result.table.replace_schema_metadata(said), out, compression="zstd")
    return bytes(out.getvalue())
