"""Snapshots side by side in one connection, with their text parts: for what reads whole tables rather than answers pages."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb

from data.errors import WarehouseError
from data.warehouse import Snapshot
from loaders.publish import quoted

_BATCH = 500


@contextmanager
def attached(**snapshots: Snapshot) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that knows each snapshot's tables under the name given, read-only, in bounded memory.

    Raises WarehouseError when a snapshot is damaged.
    """
    with tempfile.TemporaryDirectory(prefix="overturn-") as spill:
        connection = duckdb.connect(config={"memory_limit": "1GB", "temp_directory": spill})
        try:
            for name, snapshot in snapshots.items():
                try:
                    connection.execute(f"ATTACH {quoted(snapshot.database)} AS {name} (READ_ONLY)")
                except duckdb.Error as error:
                    raise WarehouseError(
                        f"The snapshot {snapshot.snapshot_id} cannot be opened: {error}. Its file is damaged; "
                        "go back to another one with python -m loaders rollback ID, or load the letters again."
                    ) from error
            yield connection
        finally:
            connection.close()


def count(connection: duckdb.DuckDBPyConnection, query: str, values: Sequence[Any] = ()) -> int:
    """How many rows a query gives."""
    ((found,),) = connection.execute(f"SELECT count(*) FROM ({query})", list(values)).fetchall()
    return int(found)


def rows(reader: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of an Arrow reader, some hundred in memory at a time."""
    for batch in reader:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def parts_sql(snapshot: Snapshot, only: str | None = None) -> str:
    """SQL of the text parts of a snapshot as one relation, or of one of them."""
    names = [only] if only else snapshot.text_parts
    return f"read_parquet([{', '.join(quoted(snapshot.folder / name) for name in names)}], filename = true)"


def stored_texts(
    connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, versions: str
) -> Iterator[tuple[str, int, str]]:
    """Source, key of its file and text of every letter of `base` that other versions have read, a part at a time."""
    for part in snapshot.text_parts:
        reader = connection.sql(
            f"SELECT l.source, (SELECT min(file_key) FROM base.files f WHERE f.letter_key = l.letter_key), t.text "
            f"FROM {parts_sql(snapshot, part)} t JOIN base.letters l USING (letter_key) "
            "WHERE l.text_part = ? AND l.parser_version || '/' || l.vocabulary_version <> ?",
            params=[part, versions],
        ).to_arrow_reader(_BATCH)
        yield from rows(reader)
