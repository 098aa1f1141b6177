"""What people write beside a warehouse: one SQLite file that loads, rollbacks and reparsing leave alone.

It holds saved views, a page and a filter under a name, the corrections of `data/corrections.py` and the queries of
`data/saved_queries.py`. Several servers may
write at once (write-ahead log, a wait for each other), and reading works where the folder cannot be written.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from data.errors import NotesError

NOTES = "notes.sqlite"
LONGEST_NAME = 80  # characters
MOST_VIEWS = 500  # of one owner
_WAIT = 10.0  # seconds for another writer
_TABLES = (
    """
CREATE TABLE IF NOT EXISTS saved_views (
    owner TEXT NOT NULL DEFAULT '', name TEXT NOT NULL, page TEXT NOT NULL, query TEXT NOT NULL, created TEXT NOT NULL,
    PRIMARY KEY (owner, name)
)""",
    """
CREATE TABLE IF NOT EXISTS corrections (
    number INTEGER PRIMARY KEY AUTOINCREMENT, letter_id TEXT NOT NULL, ordinal INTEGER, field TEXT NOT NULL,
    read_value TEXT NOT NULL, right_value TEXT NOT NULL, who TEXT NOT NULL, made TEXT NOT NULL, snapshot TEXT NOT NULL,
    source TEXT NOT NULL, remark TEXT NOT NULL
)""",
    "CREATE INDEX IF NOT EXISTS corrections_of_letter ON corrections (letter_id)",
    """
CREATE TABLE IF NOT EXISTS saved_queries (
    owner TEXT NOT NULL DEFAULT '', name TEXT NOT NULL, sql TEXT NOT NULL, said TEXT NOT NULL, created TEXT NOT NULL,
    PRIMARY KEY (owner, name)
)""",
)


@dataclass(frozen=True, slots=True)
class SavedView:
    """A page with its filter, as the address bar has it (`query`, without the snapshot), under a name of its owner."""

    name: str
    page: str
    query: str
    created: str
    owner: str = ""

    @property
    def parameters(self) -> dict[str, str]:
        """The address parameters."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


def tidy_name(name: str) -> str:
    """The name as it is kept: single blanks, no signs that cannot be seen, at most `LONGEST_NAME` characters."""
    return "".join(sign for sign in " ".join(name.split()) if sign.isprintable())[:LONGEST_NAME].strip()


def saved_views(folder: Path, owner: str = "") -> list[SavedView]:
    """The views of that owner by name; none where nothing was ever saved. Raises NotesError when the file is damaged."""
    found = rows(
        folder,
        "saved_views",
        "SELECT name, page, query, created, owner FROM saved_views WHERE owner = ? ORDER BY name COLLATE NOCASE, name",
        [owner],
    )
    return [SavedView(*row) for row in found]


def damage(folder: Path) -> str:
    """What is wrong with the file of notes, as one sentence; empty where it is whole or where nothing was ever saved."""
    if not (folder / NOTES).exists():
        return ""
    try:
        with _told(folder, "read"), closing(_reading(folder / NOTES, only=True)) as connection:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except NotesError as error:
        return str(error)
    return "" if found == "ok" else f"The file of saved views, {folder / NOTES}, is damaged: {found}."


def save_view(folder: Path, name: str, page: str, parameters: dict[str, str], owner: str = "") -> SavedView:
    """Keep a page and its parameters under a name; on disk when this returns.

    Raises NotesError when the name is empty or taken, when there are too many, or when the folder cannot be written.
    """
    view = SavedView(
        tidy_name(name), page, urlencode(parameters), datetime.now(UTC).isoformat(timespec="seconds"), owner
    )
    if not view.name:
        raise NotesError("A view needs a name, in letters or digits that can be seen.")
    row = {"owner": view.owner, "name": view.name, "page": view.page, "query": view.query, "created": view.created}
    keep_named(folder, "saved_views", "view", MOST_VIEWS, row)
    return view


def delete_view(folder: Path, name: str, owner: str = "") -> bool:
    """Forget a view; False when it was not there any more. Raises NotesError when the folder cannot be written."""
    return forget_named(folder, "saved_views", name, owner)


def keep_named(folder: Path, table: str, kind: str, most: int, row: dict[str, str]) -> None:
    """Put a row with a `name` of its `owner` into a table of such, constants of code; `kind` is what people call one.

    Raises NotesError when that name is taken, when the owner has `most` already, or when the folder cannot be written.
    """
    with writing(folder) as connection:
        (held,) = connection.execute(f"SELECT count(*) FROM {table} WHERE owner = ?", [row["owner"]]).fetchone()
        if held >= most:
            several = "queries" if kind == "query" else f"{kind}s"
            raise NotesError(f"There are {held:,} saved {several} already. Delete one that nobody needs first.")
        made = connection.execute(
            f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))}) ON CONFLICT DO NOTHING",
            list(row.values()),
        )
        if made.rowcount != 1:
            raise NotesError(
                f"A {kind} named {row['name']} is saved already. Choose another name, or delete that one first."
            )


def forget_named(folder: Path, table: str, name: str, owner: str) -> bool:
    """Take a row out of a table of named ones; False when it was not there any more. Raises NotesError."""
    with writing(folder) as connection:
        gone = connection.execute(f"DELETE FROM {table} WHERE owner = ? AND name = ?", [owner, name])
    return gone.rowcount == 1


def rows(folder: Path, table: str, question: str, values: list[Any]) -> list[tuple[Any, ...]]:
    """The rows that a `SELECT` on `table` gives; none where nothing was ever written. Raises NotesError."""
    if not (folder / NOTES).exists():
        return []
    with _told(folder, "read"), closing(_reading(folder / NOTES)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [table]).fetchone():
            return []  # another process is making the file just now, or it is of an older version
        return connection.execute(question, values).fetchall()


@contextmanager
def writing(folder: Path) -> Iterator[sqlite3.Connection]:
    """One transaction, alone among writers; nothing is kept when it fails. Raises NotesError."""
    with _told(folder, "written"):
        folder.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(folder / NOTES, timeout=_WAIT, isolation_level=None)) as connection:
            with suppress(sqlite3.OperationalError):  # another process is switching the new file just now
                connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("BEGIN IMMEDIATE")
            try:
                for table in _TABLES:
                    connection.execute(table)
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")


def _reading(path: Path, *, only: bool = False) -> sqlite3.Connection:
    """A connection for reading. Where nothing may be written the log cannot be opened, so the file is taken as it is.

    `only` leaves the log beside the file as it is; otherwise the last to close folds it in.
    """
    writable = os.access(path.parent, os.W_OK) and os.access(path, os.W_OK)
    address = f"file:{quote(str(path))}?{('mode=ro' if only else 'mode=rw') if writable else 'mode=ro&immutable=1'}"
    return sqlite3.connect(address, uri=True, timeout=_WAIT)


@contextmanager
def _told(folder: Path, what: str) -> Iterator[None]:
    """Errors of file and system as a NotesError that says what to do."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        advice = (
            "Ask whoever runs this installation to make the folder writable; a link from the address bar keeps a view, too."
            if what == "written"
            else "Restore it from a backup, or move it away: the letters are not touched by it."
        )
        raise NotesError(
            f"The file of saved views and corrections, {folder / NOTES}, cannot be {what} ({error}). {advice}"
        ) from error
