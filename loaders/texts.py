"""Write parts of letters' texts, some hundred letters in memory at a time, whatever the size of a load."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data.passages import OF_KIND, case_term, passages
from data.text_index import CASE, Letter
from data.texts import ROWS_A_GROUP
from loaders.rows import BATCH_SCHEMAS

COLUMNS = ("letter_key", "text", "findings")
_SCHEMA = pa.schema([BATCH_SCHEMAS["texts"].field(name) for name in COLUMNS])
_CASE_KIND = "case_number"
Keys = np.ndarray[Any, np.dtype[np.int64]]


class PartWriter:
    """A part in the making; use it in a `with`. An error leaves a file that no snapshot names, which is swept."""

    def __init__(self, path: Path) -> None:
        self._writer = pq.ParquetWriter(
            path,
            _SCHEMA,
            compression="zstd",
            compression_level=3,
            use_dictionary=[f"findings.list.element.{name}" for name in ("kind", "rule", "value")],
        )
        self._waiting: list[pa.Table] = []
        self._rows = 0

    def __enter__(self) -> PartWriter:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._flush(1)
            self._writer.close()
            return
        with suppress(OSError, pa.ArrowException):  # a full disk takes no foot either
            self._writer.close()

    def add(self, letters: pa.Table) -> None:
        """Append letters, a table of `COLUMNS`."""
        if letters.num_rows:
            self._waiting.append(letters.select(list(COLUMNS)).cast(_SCHEMA))
            self._rows += letters.num_rows
            self._flush(ROWS_A_GROUP)

    def _flush(self, least: int) -> None:
        """Write row groups of exactly one size while there are `least` rows; the rest waits."""
        if self._rows < least:
            return
        rows = pa.concat_tables(self._waiting)
        while rows.num_rows >= least:
            self._writer.write_table(rows.slice(0, ROWS_A_GROUP), row_group_size=ROWS_A_GROUP)
            rows = rows.slice(ROWS_A_GROUP)
        self._waiting, self._rows = [rows], rows.num_rows


def chosen_rows(files: Sequence[str | os.PathLike[str]], column: str, chosen: Keys) -> Iterator[pa.Table]:
    """The rows of Parquet files whose whole number in `column` is one of the sorted `chosen`, a row group at a time."""
    for path in files:
        with pq.ParquetFile(path) as file:
            for number in range(file.num_row_groups):
                yield of_those(file.read_row_group(number), column, chosen)


def stored_letters(connection: duckdb.DuckDBPyConnection, folder: Path, parts: Iterable[str]) -> Iterator[Letter]:
    """The letters of a database in the making whose text lies in those parts, as the text index takes them."""
    for part in parts:
        found = connection.execute("SELECT letter_key FROM letters WHERE text_part = ? ORDER BY 1", [part])
        for letters in chosen_rows([folder / part], "letter_key", np.asarray(found.fetchnumpy()["letter_key"])):
            yield from to_index(letters)


def of_those(rows: pa.Table, column: str, chosen: Keys) -> pa.Table:
    """The rows whose whole number in `column` is one of the sorted `chosen`."""
    return rows.filter(pa.array(among(rows[column].to_numpy(), chosen)))


def among(keys: Keys, chosen: Keys) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which of the keys are one of the sorted `chosen`."""
    if not len(chosen):
        return np.zeros(len(keys), dtype=np.bool_)
    places = np.minimum(np.searchsorted(chosen, keys), len(chosen) - 1)
    return np.asarray(chosen[places] == keys)


def to_index(letters: pa.Table) -> Iterator[Letter]:
    """Letters, a table of `COLUMNS`, as the text index takes them: the stretches of each of their parts."""
    keys, texts = letters["letter_key"].to_pylist(), letters["text"].to_pylist()
    findings = letters["findings"].combine_chunks()
    flat = pc.list_flatten(findings)
    kinds = pc.struct_field(flat, "kind")
    wanted = pc.is_in(kinds, pa.array([*OF_KIND, _CASE_KIND], kinds.type))
    columns = [pc.list_parent_indices(findings), kinds]
    columns += [pc.struct_field(flat, name) for name in ("span_start", "span_end", "ordinal", "value")]
    spans: list[list[tuple[str, int, int, int | None]]] = [[] for _ in keys]
    cases: list[str] = [""] * len(keys)
    for row, kind, start, end, ordinal, value in zip(*(c.filter(wanted).to_pylist() for c in columns), strict=True):
        if kind == _CASE_KIND:
            cases[row] = value
        else:
            spans[row].append((kind, start, end, ordinal))
    for key, text, found, case in zip(keys, texts, spans, cases, strict=True):
        fields: dict[str, list[str]] = {CASE: [case_term(case)]} if case else {}
        for passage in passages(len(text), found):
            fields.setdefault(passage.part, []).append(text[passage.start : passage.end])
        yield key, fields
