"""The tables of a snapshot as Parquet or CSV, with a data dictionary beside them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import duckdb

from data.dictionary import dictionary
from data.errors import OverturnError
from data.exports import safe_cell
from data.warehouse import Snapshot
from loaders.attached import attached, parts_sql, rows
from loaders.publish import quoted

TABLES = ("letters", "decisions", "citations", "problems", "files", "facts", "terms")
TEXTS = "texts"
_WORDS = {("decisions", "decisive"), ("citations", "text")}
_ORDER = ("dimension", "letter_key", "ordinal", "side", "position", "file_key")


def export(snapshot: Snapshot, table: str, out: Path, form: str = "parquet", *, with_text: bool = False) -> list[Path]:
    """Write one table, or `all`, into the folder `out`, each file whole or not at all, and the dictionary beside them.

    Without `with_text` the letters' own sentences are left out, and days of injury are years. A spreadsheet runs no cell
    of the CSV. Raises OverturnError for a table that is not there and for a folder that cannot be written.
    """
    asked = [*TABLES, *([TEXTS] if with_text else [])] if table == "all" else [table]
    if table not in (*TABLES, TEXTS, "all") or (table == TEXTS and not with_text):
        hint = " The letters' texts go out only with --with-text." if table == TEXTS else ""
        raise OverturnError(f"There is no table {table!r} to export; there are {', '.join(TABLES)} and all.{hint}")
    if out.resolve() == snapshot.folder.resolve():
        raise OverturnError("That folder is the warehouse itself; export into another one.")
    written = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        with attached(s=snapshot) as connection:
            for name in asked:
                written.append(_table(connection, snapshot, name, out / f"{name}.{form}", with_text))
        written += [
            _dictionary(out / "dictionary.csv", asked, with_text),
            _about(out / "README.txt", snapshot, written),
        ]
    except (OSError, duckdb.Error) as error:
        raise OverturnError(
            f"The export into {out} could not be written: {str(error).strip().splitlines()[0]}. "
            "What is named .part there is incomplete; make room and export again."
        ) from error
    return written


def _table(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, name: str, path: Path, with_text: bool) -> Path:
    source = f"s.{name}"
    if name == TEXTS:
        source = (
            f"(SELECT * EXCLUDE (filename) FROM {parts_sql(snapshot)} t JOIN "
            "(SELECT letter_key, text_part FROM s.letters) l USING (letter_key) WHERE parse_filename(filename) = text_part)"
        )
    described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    types = {str(column): str(kind) for column, kind, *_ in described if (name, column) != (TEXTS, "text_part")}
    taken = [column for column in types if with_text or (name, column) not in _WORDS]
    nested = path.suffix == ".csv"
    chosen = ", ".join(_column(column, types[column], with_text, nested) for column in taken)
    order = ", ".join(column for column in _ORDER if column in types)
    query = f"SELECT {chosen} FROM {source}" + (f" ORDER BY {order}" if name != TEXTS else "")
    making = path.with_name(path.name + ".part")
    if nested:
        reader = connection.sql(query).to_arrow_reader(2000)
        with making.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\r\n")
            writer.writerow(reader.schema.names)
            for row in rows(reader):
                writer.writerow([safe_cell(value) for value in row])
    else:
        about = f"{{snapshot: '{snapshot.snapshot_id}', kind: '{snapshot.kind}'}}"
        connection.execute(
            f"COPY ({query}) TO {quoted(making)} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {about})"
        )
    making.replace(path)
    with suppress(OSError):
        path.chmod(0o600 if with_text else 0o644)
    return path


def _column(column: str, kind: str, with_text: bool, nested: bool) -> str:
    """A column as it goes out: days of injury as years, in CSV lists of records as JSON."""
    if column == "injury_date" and not with_text:
        return "year(injury_date)::SMALLINT AS injury_year"
    return f"to_json({column})::VARCHAR AS {column}" if nested and kind.startswith("STRUCT") else column


def _dictionary(path: Path, tables: Sequence[str], with_text: bool) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow(["table", "column", "meaning", "unit", "source"])
        for table in tables:
            for column, said in dictionary()[table].items():
                left_out = ("injury_year",) if with_text else ("injury_date", *(c for t, c in _WORDS if t == table))
                if column not in left_out:
                    writer.writerow([table, column, *said])
    return path


def _about(path: Path, snapshot: Snapshot, tables: Sequence[Path]) -> Path:
    what = "real letters" if snapshot.kind == "real" else "SAMPLE OR SYNTHETIC LETTERS, NOT REAL ONES"
    path.write_text(
        f"Overturn: California IMR decisions, snapshot {snapshot.snapshot_id} of {snapshot.created}: {what}.\n"
        f"{snapshot.letters:,} letters, {snapshot.decisions:,} decisions. dictionary.csv says what every column means.\n"
        "Counted are denials that were appealed, found eligible, decided and published. Rates are made from facts,\n"
        "a row a disputed item of a charted letter; items of one letter are alike, so intervals must allow for letters.\n"
        f"This export wrote {', '.join(table.name for table in tables)}; any other table here is from an earlier one.\n",
        encoding="utf-8",
    )
    return path
