"""What guards a warehouse: one writer at a time, errors of disk and database in words, the journal, and what was purged."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
from filelock import FileLock, Timeout

from data.errors import WarehouseError
from data.warehouse import JOURNAL

LOCK = "load.lock"
PURGED = "purged.json"


@contextmanager
def writing(folder: Path, wait_seconds: float = 30.0) -> Iterator[None]:
    """Hold the warehouse for one writer. Raises WarehouseError naming the holder when the wait is over."""
    with writable(folder):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / LOCK).touch()
    holder = folder / "load.holder"
    lock = FileLock(str(folder / LOCK), timeout=wait_seconds)
    try:
        lock.acquire()
    except Timeout:
        who = holder.read_text(encoding="utf-8").strip() if holder.exists() else "another process"
        raise WarehouseError(
            f"Another load is running ({who}); this one waited {wait_seconds:g} seconds and changed nothing. Start it again when that one is done."
        ) from None
    try:
        with writable(folder):
            holder.write_text(
                f"process {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n", encoding="utf-8"
            )
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


@contextmanager
def writable(folder: Path) -> Iterator[None]:
    """Tell a database or a system that cannot write (a full disk, a damaged base) as a WarehouseError."""
    try:
        yield
    except (duckdb.Error, OSError) as error:
        reason = str(error).strip().splitlines()[0][:300]
        raise WarehouseError(
            f"The warehouse in {folder} could not be written: {reason}. What was published is unchanged. "
            "Make room, or mend what is named, and load again; where the served snapshot itself is damaged, add --from-nothing."
        ) from error


def append_journal(folder: Path, entry: dict[str, Any]) -> None:
    """Add one line to the journal of loads, which lies outside the snapshots."""
    with (folder / JOURNAL).open("a+b") as stream:
        if stream.seek(0, os.SEEK_END) and stream.seek(-1, os.SEEK_END) >= 0 and stream.read(1) != b"\n":
            stream.write(b"\n")  # a crash cut the last line off: it stays alone
        stream.write((json.dumps(entry, ensure_ascii=False) + "\n").encode("utf-8", errors="replace"))
        stream.flush()
        os.fsync(stream.fileno())


def purged(folder: Path) -> dict[str, str]:
    """The letters that were purged and are not loaded again: letter id to the day of the purge.

    Raises WarehouseError when the list is damaged, for then nobody knows what must not come back.
    """
    path = folder / PURGED
    try:
        return {
            str(letter): str(day) for letter, day in json.loads(path.read_text(encoding="utf-8"))["letters"].items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WarehouseError(
            f"The list of purged letters {path} cannot be read ({error}), so nothing is loaded: a purged letter might come "
            "back. Restore the file from a backup, or remove it where no letter was ever purged."
        ) from error
