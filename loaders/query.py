"""`python -m loaders query`: the rows or rates of a filter, or of a query in SQL, as a table, CSV, JSON lines or Parquet."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import OverturnError
from data.exports import safe_cell
from data.extract import COLUMNS, rates_of, rows_of
from data.links import filter_of, snapshot_of
from data.sentences import filter_text
from data.sqlfiles import cell, cells
from data.sqlrun import EXPORT_ROWS, LONGEST, Limits, Question, run
from data.sqltext import parameters
from data.warehouse import Snapshot

FORMS = ("table", "csv", "jsonl", "parquet")
_SUFFIXES = {".csv": "csv", ".jsonl": "jsonl", ".parquet": "parquet", ".txt": "table"}
_WIDEST = 60  # characters of a cell of a table


def add_query(commands: Any) -> None:
    """Add the command to the subparsers of the command line."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "query", help="decisions or rates of a filter, or a query in SQL"
    )
    parser.add_argument(
        "link",
        nargs="?",
        default="",
        help="a link of the dashboard, or what stands after its ?: 'modality=spect&admin=odg'",
    )
    parser.add_argument(
        "--by",
        metavar="DIMENSION",
        default="",
        help="overturn rates with intervals by a dimension (all: of the whole filter)",
    )
    parser.add_argument(
        "--columns",
        metavar="NAMES",
        default="",
        help=f"columns of the rows, with commas between (default {','.join(COLUMNS)})",
    )
    parser.add_argument("--limit", type=int, metavar="N", help="the first N rows")
    parser.add_argument(
        "--sql", metavar="FILE", help="a file with one SELECT, or - for standard input, run as on the SQL page"
    )
    parser.add_argument("--param", action="append", default=[], metavar="NAME=VALUE", help="a value for $NAME of --sql")
    parser.add_argument("--seconds", type=float, default=60.0, help="the most that --sql may take (default 60)")
    parser.add_argument(
        "--format", choices=FORMS, help="default: by the ending of --out, else a table on a terminal, CSV into a pipe"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="a file rather than standard output")
    parser.add_argument("--warehouse", type=Path, default=None)
    parser.set_defaults(run=_query, misuse=parser.error)


def _query(options: argparse.Namespace) -> int:
    if options.sql and (options.by or options.columns or filter_of(options.link).active):
        options.misuse("--sql stands alone: its statement says what is filtered, grouped and shown")
    if options.by and options.columns:
        options.misuse("--by has columns of its own; leave --columns out")
    if options.limit is not None and options.limit < 0:
        options.misuse("--limit is a number of rows, from 0")
    form = _form(options)
    snapshot = snapshot_of(options.link, options.warehouse)
    table, said = _asked(options, snapshot)
    _write(table, form, options.out, snapshot, said)
    real = "" if snapshot.kind == "real" else " SAMPLE OR SYNTHETIC LETTERS, NOT REAL ONES."
    print(
        f"{table.num_rows:,} rows. {said}. Snapshot {snapshot.snapshot_id} of {snapshot.created}.{real}",
        file=sys.stderr,
    )
    return 0


def _form(options: argparse.Namespace) -> str:
    form = options.format or (_SUFFIXES.get(options.out.suffix, "csv") if options.out else "")
    form = form or ("table" if sys.stdout.isatty() else "csv")
    if form == "parquet" and options.out is None and sys.stdout.isatty():
        options.misuse("Parquet is nothing for a terminal: name a file with --out")
    return str(form)


def _asked(options: argparse.Namespace, snapshot: Snapshot) -> tuple[pa.Table, str]:
    """The table that is asked for, and what it is in a sentence."""
    if options.sql:
        return _boxed(options, snapshot)
    filters = filter_of(options.link)
    said = f"Filter: {filter_text(filters)}"
    if options.by:
        table = rates_of(snapshot, filters, "" if options.by == "all" else options.by)
        unit = "letters" if filters.unit == "letter" else "disputed items"
        return table.slice(0, options.limit), f"{said}; counted are {unit}, rates are shares of 1"
    names = [name.strip() for name in options.columns.split(",") if name.strip()]
    return rows_of(snapshot, filters, names, options.limit), said


def _boxed(options: argparse.Namespace, snapshot: Snapshot) -> tuple[pa.Table, str]:
    """A query in SQL, in the box of the SQL page. Raises QueryError."""
    try:
        statement = (
            sys.stdin.read(LONGEST + 1) if options.sql == "-" else Path(options.sql).read_text(encoding="utf-8-sig")
        )
    except UnicodeDecodeError as error:
        raise OverturnError(f"{options.sql} is no text in UTF-8 ({error}), so it holds no statement.") from error
    given = dict(one.partition("=")[::2] for one in options.param)
    asked = parameters(statement)
    missing = [name for name in asked if name not in given]
    surplus = [name for name in given if name not in asked]
    if missing or surplus:
        words = [f"${name} has no value; give it with --param {name}=..." for name in missing]
        words += [f"the statement has no parameter ${name}" for name in surplus]
        raise OverturnError(f"The parameters do not fit the statement: {'; '.join(words)}.")
    values = tuple((name, kind, given[name]) for name, kind in asked.items())
    rows = EXPORT_ROWS if options.limit is None else options.limit
    found = run(Question(snapshot, statement, values, Limits(rows=rows, seconds=options.seconds)))
    cut = (
        f"; there are more, these are the first {found.table.num_rows:,}" if found.cut and options.limit is None else ""
    )
    return found.table, f"The query took {found.seconds:.1f} s{cut}"


def _write(table: pa.Table, form: str, out: Path | None, snapshot: Snapshot, said: str) -> None:
    """The table in that form, to a file (whole or not at all) or to standard output."""
    if form == "parquet":
        held = pa.BufferOutputStream()
        about = {"snapshot": snapshot.snapshot_id, "kind": snapshot.kind, "overturn:said": said}
        pq.write_table(table.replace_schema_metadata(about), held, compression="zstd")
        content = bytes(held.getvalue())
    else:
        content = "".join(_lines(table, form)).encode("utf-8", errors="replace")
    if out is None:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    making = out.with_name(out.name + ".part")
    making.write_bytes(content)
    making.replace(out)


def _lines(table: pa.Table, form: str) -> Iterator[str]:
    if form == "jsonl":
        for row in table.to_pylist():
            yield json.dumps({name: _json(value) for name, value in row.items()}, ensure_ascii=False) + "\n"
    elif form == "csv":
        held = io.StringIO()
        writer = csv.writer(held, lineterminator="\n")
        writer.writerow([safe_cell(name) for name in table.column_names])
        writer.writerows([safe_cell(value) for value in row] for row in cells(table))
        yield held.getvalue()
    else:
        rows = [[_shown(value) for value in row] for row in cells(table)]
        widths = [max(len(name), *(len(row[at]) for row in rows), 1) for at, name in enumerate(table.column_names)]
        for line in [list(table.column_names), ["-" * width for width in widths], *rows]:
            yield "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() + "\n"


def _json(value: Any) -> Any:
    """A value as JSON has it: lists of texts stay lists, what JSON does not know becomes text."""
    if isinstance(value, list):
        return [_json(part) for part in value]
    if isinstance(value, dict):
        return {str(name): _json(part) for name, part in value.items()}
    found = cell(value)
    return found if found is None or isinstance(found, bool | int | float | str) else str(found)


def _shown(value: object) -> str:
    """A cell of a table in one line without signs that a terminal would obey."""
    text = "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
    text = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"
