"""Rows as a Parquet file that says of itself what a workbook's sheets say: filter, snapshot, definitions, dictionary."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import islice

import pyarrow as pa
import pyarrow.parquet as pq

from data.columns import Column
from data.exports import About, Meaning, safe_cell

CHUNK = 20_000
"""Rows of a row group, which are all that is in memory beside the file."""
_TYPES = {"date": pa.date32(), "number": pa.float64()}


def meanings(columns: Sequence[Column]) -> list[Meaning]:
    """What the columns mean, for files."""
    return [Meaning(one.label, one.meaning, one.unit, one.source) for one in columns]


def parquet_bytes(columns: Sequence[Column], rows: Iterable[Sequence[object]], about: About) -> bytes:
    """The rows with dates as dates, numbers as numbers, all else as text; text that would begin a formula as in the other files.

    The key-value metadata has `overturn.about` and `overturn.dictionary`, both JSON: lists of what the sheets say.
    """
    said = {
        "overturn.about": json.dumps([{"name": name, "text": text} for name, text in about.entries()]),
        "overturn.dictionary": json.dumps([asdict(one) for one in meanings(columns)]),
    }
    whole = {"ordinal", "items", "worker_age", "injury_year"}
    types = [pa.int32() if one.key in whole else _TYPES.get(one.kind, pa.string()) for one in columns]
    schema = pa.schema([pa.field(one.label, kind) for one, kind in zip(columns, types, strict=True)], metadata=said)
    out = io.BytesIO()
    left = iter(rows)
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        while part := list(islice(left, CHUNK)):
            cells = zip(*part, strict=True)
            arrays = [
                pa.array([_value(value, kind) for value in column], kind)
                for column, kind in zip(cells, types, strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
    return out.getvalue()


def _value(value: object, kind: pa.DataType) -> object:
    if value is None or not pa.types.is_string(kind):
        return value if not isinstance(value, str) else None
    cell = safe_cell(value)
    return cell if isinstance(cell, str) else str(cell)
