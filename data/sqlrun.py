"""A statement of somebody's own, run in a child process with limits: what goes in, what comes back, and its end.

`run` starts `data/sqlbox.py`, a fresh one for each question, hears how far it is, and kills it and all it started when its
time is over or nobody waits for it any more.
"""

from __future__ import annotations

import json
import os
import select
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from data.errors import OverturnError
from data.sqlviews import lists, prepare
from data.warehouse import Snapshot

Kind = Literal["text", "number", "date"]
SHOWN_ROWS = 5_000
EXPORT_ROWS = 100_000
LONGEST = 100_000
"""Characters of a statement."""
_START = 30.0  # seconds until a child is ready, on a machine that has much else to do
_GRACE = 1.0  # seconds beyond the engine's own limit, for what it cannot interrupt
_PIECE = 1 << 20
_CHILD = Path(__file__).with_name("sqlbox.py")
_STOPPED, _TIME, _MEMORY = "stopped", "time", "memory"


class QueryError(OverturnError):
    """A statement cannot be answered: wrong, refused, too long, too large or stopped. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a question may take: rows and bytes of its result, seconds, megabytes of memory."""

    rows: int = SHOWN_ROWS
    megabytes: int = 64
    seconds: float = 20.0
    memory: int = 768


@dataclass(frozen=True, slots=True)
class Question:
    """A statement, its parameters as (name, kind, text), and its limits. Equal ones are the same question."""

    snapshot: Snapshot
    sql: str
    values: tuple[tuple[str, Kind, str], ...] = ()
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Result:
    """The rows of an answer, the engine's names of their types, the seconds it took, and by what it was cut, if it was."""

    table: pa.Table
    types: tuple[str, ...]
    seconds: float
    cut: Literal["", "rows", "bytes"] = ""


def run(
    question: Question,
    *,
    told: Callable[[float], None] = lambda percent: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Result:
    """The answer to a question. Blocks; `told` hears the percent done, `stopped` is asked some times a second.

    The child dies with the thread that calls this. Raises QueryError.
    """
    if len(question.sql) > LONGEST:
        raise QueryError(
            f"This statement has {len(question.sql):,} characters; {LONGEST:,} are the most. Shorten it, for example its lists of values."
        )
    child = subprocess.Popen(  # noqa: S603 - this program's own file
        [sys.executable, "-I", str(_CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"MALLOC_ARENA_MAX": "2"},
        cwd="/",
        start_new_session=True,
        bufsize=0,
    )
    try:
        return _Hearing(child, question, told, stopped).result()
    finally:
        _end(child)


class _Hearing:
    """What is heard of one child until its end."""

    def __init__(
        self,
        child: subprocess.Popen[bytes],
        question: Question,
        told: Callable[[float], None],
        stopped: Callable[[], bool],
    ) -> None:
        self._child, self._question, self._told, self._stopped = child, question, told, stopped
        self._held = bytearray()
        self._arrow = bytearray()
        self._since = time.monotonic()
        self._running = False
        self._said: dict[str, Any] | None = None

    def result(self) -> Result:
        """Everything up to the child's end. Raises QueryError."""
        limits = self._question.limits
        into, out_of = self._child.stdin, self._child.stdout
        if into is None or out_of is None:
            raise QueryError("The query could not be started: its pipes are missing.")
        with suppress(BrokenPipeError), into:
            into.write(_job(self._question))
        out = out_of.fileno()
        while self._said is None:
            if self._stopped():
                raise _error(_STOPPED, "", limits)
            limit = limits.seconds + _GRACE if self._running else _START
            if time.monotonic() - self._since > limit:
                raise _error(_TIME, "", limits)
            if not select.select([out], [], [], 0.1)[0]:
                continue
            piece = os.read(out, _PIECE)
            if not piece:
                raise self._died()
            self._held += piece
            self._frames()
        seconds = time.monotonic() - self._since
        table = pa.ipc.open_stream(pa.py_buffer(bytes(self._arrow))).read_all()
        return Result(table, tuple(self._said["types"]), seconds, self._said["cut"])

    def _frames(self) -> None:
        """Take every whole frame of what was heard."""
        at = 0
        while len(self._held) - at >= 5:
            kind, length = struct.unpack_from(">cI", self._held, at)
            if len(self._held) - at - 5 < length:
                break
            held = bytes(self._held[at + 5 : at + 5 + length])
            at += 5 + length
            self._take(kind, held)
        del self._held[:at]
        if len(self._held) + len(self._arrow) > 2 * (self._question.limits.megabytes << 20) + (8 << 20):
            raise _error(_MEMORY, "", self._question.limits)

    def _take(self, kind: bytes, held: bytes) -> None:
        if kind == b"R":
            self._running, self._since = True, time.monotonic()
        elif kind == b"P":
            self._told(float(held))
        elif kind == b"A":
            self._arrow += held
        elif kind == b"D":
            self._said = json.loads(held)
        elif kind == b"E":
            found = json.loads(held)
            raise _error(found["kind"], found["message"], self._question.limits)

    def _died(self) -> QueryError:
        """The child ended without a word: by a limit of the system, or by a fault of the engine."""
        code = self._child.wait()
        limits = self._question.limits
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            return _error(_TIME, "", limits)
        return _error(_MEMORY, "", limits)


def _job(question: Question) -> bytes:
    limits = question.limits
    held = {
        "database": str(question.snapshot.database),
        "sql": question.sql,
        "values": {name: [kind, text] for name, kind, text in question.values},
        "rows": limits.rows,
        "bytes": limits.megabytes << 20,
        "seconds": limits.seconds,
        "memory": limits.memory,
        "lists": lists(),
        "prepare": prepare(),
    }
    return json.dumps(held).encode(errors="replace")


def _error(kind: str, message: str, limits: Limits) -> QueryError:
    """The words for what went wrong, with what to do."""
    if kind == _STOPPED:
        return QueryError("The query was stopped.")
    if kind == _TIME:
        return QueryError(
            f"The query was ended after {limits.seconds:g} seconds, the most it may take. Narrow it: fewer rows in WHERE, "
            "a year of decision_date, no join of a table with itself; or LIMIT."
        )
    if kind == _MEMORY:
        return QueryError(
            f"The query needed more than the {limits.memory} MB of memory it may take. Ask for fewer columns or groups, aggregate before "
            "joining, and avoid sorting or listing whole tables."
        )
    if kind == "sql":
        return QueryError(f"{message} {_advice(message)}".strip())
    return QueryError(message)


def _advice(message: str) -> str:
    if message.startswith("Parser Error"):
        return "Look at the word it names and what stands before it: a comma too many, a quote that is not closed."
    if "not found" in message or "does not exist" in message:
        return "The list of tables and columns beside the editor has the names; names of columns stand in no quotes or in double ones, texts in single ones."
    if "parameter" in message.lower():
        return "Write a parameter as $name and give its value below the statement."
    if message.startswith("INTERNAL Error"):
        return "This is a fault of the database engine, not of the statement. Write it another way, for example without LIMIT or in two steps."
    if message.startswith("Permission Error"):
        return "A query can read the snapshot and nothing else."
    return ""


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kill the child and all it started, and take leave of it."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    for stream in (child.stdin, child.stdout):
        if stream is not None:
            with suppress(OSError):
                stream.close()
    child.wait()
