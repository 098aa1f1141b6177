"""Write a snapshot: records in, one new set of immutable files out, published by one atomic replacement.

Nothing that is already published is ever changed. A crash or a kill at any moment leaves the pointer on the last good
snapshot; what was half written is swept away by the next load.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import duckdb
import pyarrow as pa
from filelock import FileLock, Timeout

from data import search
from data.errors import WarehouseError
from data.schema import RECORD_TABLES, TABLES, facts_sql, mask_dimensions, schema_version
from data.warehouse import JOURNAL, POINTER, Snapshot, current_snapshot, read_manifest
from loaders.rows import BATCH_SCHEMAS, Rows

LOCK = "load.lock"
Kind = Literal["real", "demonstration"]
Change = Literal["added", "unchanged", "reread"]
_BATCH = 2000


@dataclass(slots=True)
class _Staged:
    """What this load adds, by letter key: the record's hash, and for a reread letter that its old rows go."""

    added: dict[int, str] = field(default_factory=dict)
    reread: set[int] = field(default_factory=set)


@contextmanager
def writing(folder: Path, wait_seconds: float = 30.0) -> Iterator[None]:
    """Hold the warehouse for one writer. Raises WarehouseError naming the holder when the wait is over."""
    with _writable(folder):
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
        with _writable(folder):
            holder.write_text(
                f"process {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n", encoding="utf-8"
            )
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    """Tell a database or a system that cannot write (a full disk, a damaged base) as a WarehouseError."""
    try:
        yield
    except (duckdb.Error, OSError) as error:
        reason = str(error).strip().splitlines()[0][:300]
        raise WarehouseError(
            f"The warehouse in {folder} could not be written: {reason}. What was published is unchanged. "
            "Make room, or mend what is named, and load again; where the served snapshot itself is damaged, add --from-nothing."
        ) from error


class Build:
    """One load in the making: take records with `add`, then `publish` or leave it to be swept away.

    Used under `writing`. `kind` real and demonstration never share a snapshot: the first real load starts from nothing.
    So does a load `from_nothing`, the way out of a damaged warehouse.
    """

    def __init__(self, folder: Path, kind: Kind, collection: str | None = None, *, from_nothing: bool = False) -> None:
        self.folder = folder
        self.kind = kind
        self.collection = collection
        self.load_id = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
        current = None if from_nothing else current_snapshot(folder)
        if current is not None and current.kind == "real" and kind == "demonstration":
            raise WarehouseError(
                "The warehouse holds real letters; samples and synthetic letters are never put beside them. "
                "Load these into another folder: set OVERTURN_WAREHOUSE or give --warehouse."
            )
        self.base: Snapshot | None = current if current is not None and current.kind == kind else None
        self._sweep()
        self._staged = _Staged()
        self._rows = Rows(self.load_id, self._part_name)
        self._database = folder / f"imr-{self.load_id}.duckdb.part"
        self._known: dict[int, tuple[str, str, str]] = {}
        try:
            with _writable(folder):
                self._open()
        except WarehouseError:
            self._sweep()
            raise

    def _open(self) -> None:
        self._connection = duckdb.connect(str(self._database), config={"threads": max(1, (os.cpu_count() or 2))})
        self._connection.execute(TABLES)
        self._connection.execute("CREATE TABLE staged_texts (letter_key BIGINT, text VARCHAR)")
        if self.base is not None:
            self._connection.execute(f"ATTACH {_quoted(self.base.database)} AS base (READ_ONLY)")
            known = self._connection.execute(
                "SELECT letter_key, record_sha, text_sha, parser_version || '/' || vocabulary_version FROM base.letters"
            )
            self._known = {key: (digest, sha, versions) for key, digest, sha, versions in known.fetchall()}

    @property
    def _part_name(self) -> str:
        return f"texts-{self.load_id}.parquet"

    def add(self, record: dict[str, Any]) -> Change:
        """Stage one letter record. The same letter with the same facts is `unchanged`, with other facts `reread`.

        The same letter laid out otherwise (a PDF and its text) is one letter: the one that came first stays.
        """
        key, digest = letter_key(record["letter_id"]), record_sha(record)
        if key in self._staged.added:
            return "unchanged"
        known = self._known.get(key)
        if known is not None:
            known_digest, known_sha, known_versions = known
            versions = f"{record['parser_version']}/{record['vocabulary_version']}"
            if known_digest == digest or (known_sha != record["text_sha"] and known_versions == versions):
                return "unchanged"
        self._staged.added[key] = digest
        if known is not None:
            self._staged.reread.add(key)
        self._rows.add(key, digest, record, self.collection)
        if len(self._rows) >= _BATCH:
            with _writable(self.folder):
                self._flush()
        return "added" if known is None else "reread"

    def publish(self) -> Snapshot | None:
        """Make what was staged the current snapshot; None, and nothing changed, when there was nothing new."""
        if not self._staged.added:
            self.discard()
            return None
        with _writable(self.folder):
            self._flush()
            snapshot = self._write()
            _replace(self.folder / POINTER, json.dumps({"snapshot": snapshot.snapshot_id}))
        return snapshot

    def discard(self) -> None:
        """Drop what was staged; the warehouse stays as it was."""
        with suppress(duckdb.Error):  # closing writes, too: where it cannot, the file goes anyway
            self._connection.close()
        self._sweep()

    def _flush(self) -> None:
        for table, columns in self._rows.take().items():
            batch = pa.Table.from_pydict(columns, schema=BATCH_SCHEMAS[table])
            self._connection.register("batch", batch)
            self._connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM batch")
            self._connection.unregister("batch")

    def _write(self) -> Snapshot:
        connection = self._connection
        if self.base is not None:
            connection.execute(
                "CREATE TEMP TABLE replaced AS SELECT unnest(?::BIGINT[]) AS letter_key", [sorted(self._staged.reread)]
            )
            for table in RECORD_TABLES:
                connection.execute(
                    f"INSERT INTO {table} BY NAME SELECT * FROM base.{table} WHERE letter_key NOT IN (SELECT letter_key FROM replaced)"
                )
        connection.execute(_SUPERSEDED)
        part = self.folder / self._part_name
        connection.execute(
            f"COPY (SELECT letter_key, text FROM staged_texts ORDER BY letter_key) TO {_quoted(part)} "
            "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 4096)"
        )
        search.build(self._index, self.base.index if self.base else None, self._texts(), self._staged.reread)
        connection.execute("DROP TABLE staged_texts")
        self._finish_tables()
        counts = connection.execute(
            "SELECT (SELECT count(*) FROM letters), (SELECT count(*) FROM decisions)"
        ).fetchone() or (0, 0)
        parts = [row[0] for row in connection.execute("SELECT DISTINCT text_part FROM letters ORDER BY 1").fetchall()]
        if self.base is not None:
            connection.execute("DETACH base")
        connection.execute("CHECKPOINT")
        connection.close()
        return self._complete(int(counts[0]), int(counts[1]), parts)

    def _finish_tables(self) -> None:
        connection = self._connection
        connection.execute(
            "CREATE TABLE terms (dimension VARCHAR, key VARCHAR, label VARCHAR, bit UBIGINT, position SMALLINT)"
        )
        connection.executemany(
            "INSERT INTO terms VALUES (?, ?, ?, ?, ?)",
            [
                (dimension.key, key, dimension.term_label(key), 1 << position, position)
                for dimension in mask_dimensions()
                for position, key in enumerate(dimension.keys)
            ],
        )
        connection.execute(facts_sql())
        connection.execute("CREATE TABLE meta (key VARCHAR, value VARCHAR)")
        connection.executemany(
            "INSERT INTO meta VALUES (?, ?)",
            [
                ("snapshot", self.load_id),
                ("kind", self.kind),
                ("schema_version", schema_version()),
                ("base", self.base.snapshot_id if self.base else ""),
            ],
        )

    @property
    def _index(self) -> Path:
        return self.folder / f"imr-{self.load_id}.index.part"

    def _texts(self) -> Iterator[tuple[int, str]]:
        cursor = self._connection.cursor().execute("SELECT letter_key, text FROM staged_texts")
        while rows := cursor.fetchmany(1000):
            yield from rows

    def _complete(self, letters: int, decisions: int, parts: list[str]) -> Snapshot:
        """Sync every file, give them their final names, write the manifest last."""
        final = self.folder / f"imr-{self.load_id}.duckdb"
        created = datetime.now(UTC).isoformat(timespec="seconds")
        for path in (
            self._database,
            self.folder / self._part_name,
            *(file for file in self._index.iterdir() if file.is_file()),
        ):
            _sync(path)
        self._database.replace(final)
        self._index.replace(self.folder / f"imr-{self.load_id}.index")
        manifest = {
            "snapshot": self.load_id,
            "created": created,
            "kind": self.kind,
            "letters": letters,
            "decisions": decisions,
            "base": self.base.snapshot_id if self.base else None,
            "schema_version": schema_version(),
            "text_parts": parts,
        }
        _replace(self.folder / f"imr-{self.load_id}.json", json.dumps(manifest, indent=1))
        return Snapshot(self.folder, self.load_id, created, self.kind, letters, decisions, tuple(parts))

    def _sweep(self) -> None:
        """Remove what a load that did not finish left behind: files of no manifest. Called under the lock only."""
        listed = {path.stem.removeprefix("imr-") for path in self.folder.glob("imr-*.json")}
        try:
            parts = {part for snapshot_id in listed for part in read_manifest(self.folder, snapshot_id)["text_parts"]}
        except WarehouseError:
            return  # with a damaged manifest nobody knows whose the files are: leave them
        for path in (*self.folder.glob("imr-*"), *self.folder.glob("texts-*.parquet")):
            if path.name in parts or path.name.removeprefix("imr-").split(".")[0] in listed:
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


_SUPERSEDED = """
UPDATE letters SET superseded = letter_key IN (
    SELECT letter_key FROM letters WHERE case_number IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY case_number ORDER BY decision_date DESC NULLS LAST, letter_id DESC) > 1
)
"""


def letter_key(letter_id: str) -> int:
    """The letter's number in tables and index: the first 63 bits of its id."""
    return int(letter_id[:16], 16) >> 1


def record_sha(record: dict[str, Any]) -> str:
    """A hash over what the record says, leaving out where the file was and which versions read it."""
    facts = {
        key: value
        for key, value in record.items()
        if key not in ("source", "parser_version", "vocabulary_version", "text")
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def append_journal(folder: Path, entry: dict[str, Any]) -> None:
    """Add one line to the journal of loads, which lies outside the snapshots."""
    with (folder / JOURNAL).open("a+b") as stream:
        if stream.seek(0, os.SEEK_END) and stream.seek(-1, os.SEEK_END) >= 0 and stream.read(1) != b"\n":
            stream.write(b"\n")  # a crash cut the last line off: it stays alone
        stream.write((json.dumps(entry, ensure_ascii=False) + "\n").encode("utf-8", errors="replace"))
        stream.flush()
        os.fsync(stream.fileno())


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _replace(path: Path, content: str) -> None:
    """Write a small file so that readers see the old content or the new, and it is on disk when this returns."""
    temporary = path.with_name(path.name + ".new")
    with temporary.open("w", encoding="utf-8") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
    _sync(path.parent)
