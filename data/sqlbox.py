"""The box in which a statement of somebody's own runs: a child process that answers one question and ends.

It is started as a file of its own (`data/sqlrun.py` does), imports nothing of this product, takes one object of JSON from
standard input and answers on standard output in frames: a letter, four bytes of length, what it holds. `R` says that the
statement begins to run (its time counts from here), `P` is progress in percent, `A` a part of an Arrow stream, `E` an error
in words, `D` the end with what is to be said of the result.

Three fences, each enough for most of what may come: the statement is one SELECT and calls no function that reads files,
settings or statements; the engine has a read-only file, a locked configuration, no extensions, no way outside, limits of
memory and time; the process has no environment, may open no file and start no process any more, and has limits of memory,
processor time and file size. Who starts it ends it when its time is over.
"""

from __future__ import annotations

import ctypes
import datetime
import json
import os
import re
import resource
import signal
import struct
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO

import duckdb
import pyarrow as pa

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_unsigned_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
    "temp_directory": "",
    "secret_directory": "/none",
    "extension_directory": "/none",
    "threads": 1,
    "async_threads": 0,
}
_TABLE_FUNCTIONS = frozenset({"unnest", "range", "generate_series", "json_each", "json_tree"})
_NAMES = re.compile(
    r"(__.*|duckdb_.*|pragma.*|sqlite_.*|pg_(?!typeof$|size_pretty$).*|.*_catalog|query|query_table|json_execute_.*|json_(de)?serialize_.*"
    r"|current_setting|getvariable|getenv|write_log|sleep_ms|nextval|currval|setval|which_secret|read_.*|sniff_.*|glob)",
    re.IGNORECASE,
)
_SLACK = 384 << 20  # bytes of address space beside what the engine may hold
_BATCH = 2048  # rows
_POLL = 0.2  # seconds
_KINDS: dict[str, Callable[[str], Any]] = {"number": float, "date": datetime.date.fromisoformat, "text": str}


class RefusedError(Exception):
    """The statement is not run; the message says why and what to do."""


def main() -> None:
    """Answer the question on standard input. Ends the process, whatever happens."""
    job = json.loads(sys.stdin.buffer.read())
    out = Frames(os.fdopen(os.dup(1), "wb", buffering=0))
    os.dup2(2, 1)
    _fence_process(job["seconds"])
    try:
        connection = _open(job)
        checked = _checked(connection, job["sql"])
        values = {name: _value(name, kind, text) for name, (kind, text) in job["values"].items()}
        _warm(connection)
        threading.Thread(target=_watch, args=(connection, out, os.getppid()), daemon=True).start()
        _fence_files(job["memory"] << 20)
        out.send(b"R", b"")
        with suppress(OSError):
            os.nice(10)
        said = _answer(connection, checked, values, out, job["rows"], job["bytes"])
    except RefusedError as refused:
        out.send(b"E", json.dumps({"kind": "refused", "message": str(refused)}).encode())
    except Exception as error:  # whatever it is, it becomes words
        out.send(b"E", json.dumps({"kind": _kind(error), "message": _words(error, job)}).encode())
    else:
        out.send(b"D", json.dumps(said).encode())
    os._exit(0)  # nothing is to be tidied up, and tidying up can hang


class Frames:
    """Standard output as frames; two threads may write."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self._lock = stream, threading.Lock()
        self.closed = False

    def send(self, kind: bytes, held: bytes) -> None:
        """One frame, whole."""
        with self._lock:
            rest = memoryview(struct.pack(">cI", kind, len(held)) + held)
            while rest:
                rest = rest[self._stream.write(rest) or 0 :]

    def write(self, held: Any) -> int:
        """What an Arrow stream writes, as a frame of its own."""
        part = bytes(held)
        if part:
            self.send(b"A", part)
        return len(part)

    def flush(self) -> None:
        """Nothing is held back."""


def _fence_process(seconds: float) -> None:
    """Limits that hold from the start; where a system knows one not, the others and the parent's clock hold."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG: die with the thread that started this
        ctypes.CDLL(None).prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
    _limit("RLIMIT_CPU", int(seconds) + 10)
    for name in ("RLIMIT_FSIZE", "RLIMIT_CORE"):
        _limit(name, 0)


def _fence_files(memory: int) -> None:
    """No file, socket, process or thread can be opened from here on; address space for what the engine may hold and no more."""
    held = 0
    with suppress(OSError), open("/proc/self/statm", "rb") as stream:  # noqa: PTH123 - imports little
        held = int(stream.read().split()[0]) * resource.getpagesize()
    _limit("RLIMIT_AS", (held or 2 << 30) + memory + _SLACK)
    _limit("RLIMIT_NPROC", 0)
    _limit("RLIMIT_NOFILE", 0)


def _limit(name: str, value: int) -> None:
    with suppress(AttributeError, ValueError, OSError):
        resource.setrlimit(getattr(resource, name), (value, value))


def _open(job: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    """The snapshot with the views that make it easy to ask, all settings locked."""
    limits: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{job['memory']}MB",
        "max_execution_time": int(job["seconds"] * 1000),
    }
    connection = duckdb.connect(job["database"], read_only=True, config={**_CONFIG, **limits})
    for name, listed in job["lists"].items():
        columns = ", ".join(f"unnest(${column}) AS {column}" for column in listed)
        connection.execute(f"CREATE TEMP TABLE {name} AS SELECT {columns}", listed)
    for statement in job["prepare"]:
        connection.execute(statement)
    for setting in (
        f"operator_memory_limit='{job['memory'] // 2}MB'",
        "enable_progress_bar=true",
        "enable_progress_bar_print=false",
        "progress_bar_time=0",
        "enable_external_access=false",
        "lock_configuration=true",
    ):
        connection.execute(f"SET {setting}")
    return connection


def _checked(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    """The statement without its last semicolon: one that only asks, and calls nothing that reaches beyond the snapshot.

    It is parsed as it stands and wrapped, so nothing breaks out of the wrap. Raises RefusedError, ParserException.
    """
    found = duckdb.extract_statements(sql)
    if not found:
        raise RefusedError("There is no statement here. Write one SELECT, or choose an example.")
    if len(found) > 1:
        if str(found[0].type).endswith("MULTI") or re.match(r"\s*pivot\b", sql, re.IGNORECASE):
            raise RefusedError(_PIVOT)
        raise RefusedError(f"There are {len(found)} statements here, and one runs at a time. Take the others away.")
    kind = str(found[0].type).rpartition(".")[2]
    if kind == "MULTI":
        raise RefusedError(_PIVOT)
    if kind != "SELECT":
        raise RefusedError(
            f"This is {_article(kind)} statement. Only what asks can run: SELECT, WITH, FROM, VALUES, DESCRIBE."
        )
    statement = _without_end(sql)
    ((tree,),) = connection.execute("SELECT json_serialize_sql($sql)", {"sql": wrapped(statement, 1)}).fetchall()
    held = json.loads(tree)
    if held.get("error") or len(held["statements"]) != 1:
        raise RefusedError(
            f"This cannot run as one question: {str(held.get('error_message', 'it is more than one')).splitlines()[0]}. "
            "Write it as SELECT ... FROM ..."
        )
    _walk(held)
    return statement


_PIVOT = "PIVOT has to name its columns here, so that it is one question: PIVOT items ON outcome IN ('overturned', 'upheld') USING count(*)."


def wrapped(statement: str, rows: int) -> str:
    """The statement as a subquery of at most `rows` rows."""
    return f"SELECT * FROM (\n{statement}\n) LIMIT {rows}"


def _without_end(sql: str) -> str:
    """The statement without semicolons at its end, comments behind them, too; what parses only without them is the statement."""
    statement = sql
    while True:
        parts = statement.rpartition(";")
        if not parts[1]:
            return statement
        try:
            behind, before = duckdb.extract_statements(parts[2]), duckdb.extract_statements(parts[0])
        except duckdb.Error:
            return statement  # the semicolon stands in a text, a name or a comment
        if behind or len(before) != 1:
            return statement
        statement = parts[0]


def _walk(node: Any) -> None:
    """Refuse every name in the tree of a statement that reaches beyond the tables and views of the snapshot."""
    if isinstance(node, list):
        for part in node:
            _walk(part)
    elif isinstance(node, dict):
        for key in ("function_name", "table_name", "schema_name", "catalog_name", "schema", "catalog"):
            name = str(node.get(key) or "")
            if _NAMES.fullmatch(name.strip('"')) or (key == "catalog_name" and name == "system"):
                raise RefusedError(
                    f"{name} is not at hand here: only the tables and views of the snapshot are, with functions on their values."
                )
        if node.get("type") == "TABLE_FUNCTION":
            name = str((node.get("function") or {}).get("function_name", ""))
            if name.casefold() not in _TABLE_FUNCTIONS:
                raise RefusedError(
                    f"{name}(...) is not at hand as a table: only the tables and views of the snapshot are, "
                    f"and {', '.join(sorted(_TABLE_FUNCTIONS))}."
                )
        for part in node.values():
            if isinstance(part, dict | list):
                _walk(part)


def _value(name: str, kind: str, text: Any) -> Any:
    """A parameter as what it is. Raises RefusedError for a number or a date that is none."""
    try:
        value = _KINDS[kind](text)
    except (ValueError, TypeError):
        raise RefusedError(f"${name} is to be a {kind}, which {text!r} is not.") from None
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1 << 53 else value


def _warm(connection: duckdb.DuckDBPyConnection) -> None:
    """Have everything imported that an answer needs, for afterwards no file can be opened."""
    question = "SELECT $a::DATE d, 1.5::DECIMAL(9, 2) n, ['x'] l, {'a': 1} s, now() t, $b b FROM facts LIMIT 1"
    reader = connection.sql(question, params={"a": datetime.date(2020, 1, 1), "b": "x"}).to_arrow_reader(_BATCH)
    with pa.ipc.new_stream(pa.BufferOutputStream(), reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)
    with suppress(duckdb.Error):
        connection.execute("SELECT no_such_column FROM facts")


def _watch(connection: duckdb.DuckDBPyConnection, out: Frames, parent: int) -> None:
    """Tell the progress, and end the process when the one that started it is gone."""
    last = -1.0
    while True:
        time.sleep(_POLL)
        if os.getppid() != parent:
            os._exit(1)
        done = -1.0
        with suppress(duckdb.Error):
            done = connection.query_progress()
        if done > last:
            last = done
            with suppress(OSError):
                out.send(b"P", json.dumps(round(done, 1)).encode())


def _answer(
    connection: duckdb.DuckDBPyConnection, statement: str, values: dict[str, Any], out: Frames, rows: int, room: int
) -> dict[str, Any]:
    """Send the first `rows` rows, as far as they fit into `room` bytes; gives what is to be said of them."""
    asked = connection.sql(wrapped(statement, rows + 1), params=values or None)
    reader = asked.to_arrow_reader(_BATCH)
    sent, size, cut = 0, 0, ""
    with pa.ipc.new_stream(out, reader.schema) as writer:
        for batch in reader:
            part = batch.slice(0, min(len(batch), rows - sent))
            cut = "rows" if len(part) < len(batch) else ""
            while len(part) and size + part.nbytes > room:
                part, cut = part.slice(0, len(part) // 2), "bytes"
            if len(part):
                writer.write_batch(part)
                sent, size = sent + len(part), size + part.nbytes
            if cut:
                break
    if cut == "bytes" and not sent:
        raise RefusedError(
            f"A single row of this result is larger than {room >> 20} MB. Ask for fewer or shorter columns."
        )
    return {"rows": sent, "cut": cut, "types": [str(kind) for kind in asked.types]}


def _kind(error: BaseException) -> str:
    if isinstance(error, duckdb.InterruptException):
        return "time"
    if isinstance(error, duckdb.OutOfMemoryException | MemoryError) or "alloc" in str(error):
        return "memory"
    return "sql"


def _words(error: BaseException, job: dict[str, Any]) -> str:
    """The first line of what the engine says, its hints, and the line of the statement; no path of this machine."""
    text = str(error).replace(job["database"], "the snapshot").replace(os.path.dirname(job["database"]), "")  # noqa: PTH120
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    said = lines[0] if lines else type(error).__name__
    hints = [line for line in lines[1:] if line.startswith(("Candidate", "Did you mean", "Hint"))]
    place = re.search(r"^LINE (\d+):", text, re.MULTILINE)
    if place:
        line = int(place[1]) - (0 if isinstance(error, duckdb.ParserException) else 1)
        hints.append(f"(line {max(line, 1)})")
    return " ".join([said, *hints])[:1000]


def _article(kind: str) -> str:
    return f"{'an' if kind[0] in 'AEIOU' else 'a'} {kind}"


if __name__ == "__main__":
    main()
