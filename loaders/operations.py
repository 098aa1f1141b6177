"""What is done to snapshots as a whole: history, rollback, prune, purge.

Every change is one replacement of the pointer or the removal of a manifest; the files behind it are swept afterwards, by
the next writer where this one was stopped. So a kill at any moment leaves the old state or the new one.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from data import search
from data.errors import OverturnError, WarehouseError
from data.schema import RECORD_TABLES, TABLES
from data.warehouse import POINTER, Snapshot, current_snapshot, read_journal, read_manifest, snapshot
from loaders.attached import attached, count, parts_sql, rows
from loaders.rows import letter_key
from loaders.stage import STAGE
from loaders.store import (
    PURGED,
    SUPERSEDED,
    append_journal,
    complete,
    manifests,
    new_id,
    open_for_writing,
    purged,
    quoted,
    replace_file,
    serve,
    sweep,
    writable,
    write_facts,
    write_meta,
    writing,
)

_LETTER_ID = re.compile(r"[0-9a-f]{12,64}")


@dataclass(frozen=True, slots=True)
class Held:
    """A snapshot as its manifest tells it; `manifest` is None where that cannot be read."""

    snapshot_id: str
    manifest: dict[str, Any] | None
    written: int
    size: int

    @property
    def base(self) -> str | None:
        """The snapshot it was built on."""
        return self.manifest.get("base") if self.manifest else None


def held(folder: Path) -> list[Held]:
    """Every snapshot of the warehouse, newest first."""
    found = []
    for snapshot_id in manifests(folder):
        try:
            manifest = read_manifest(folder, snapshot_id)
        except WarehouseError:
            manifest = None
        own = [
            *folder.glob(f"imr-{snapshot_id}.*"),
            *(folder / part for part in (manifest or {}).get("text_parts", ())),
        ]
        written = (folder / f"imr-{snapshot_id}.json").stat().st_mtime_ns
        found.append(Held(snapshot_id, manifest, written, size_of(own)))
    return sorted(found, key=lambda one: (one.written, one.snapshot_id), reverse=True)


def size_of(paths: Iterable[Path]) -> int:
    """Bytes of files and folders; what is linked under several names counts once."""
    sizes: dict[tuple[int, int], int] = {}
    for path in paths:
        for file in path.rglob("*") if path.is_dir() else [path]:
            with suppress(OSError):
                about = file.stat()
                sizes[about.st_dev, about.st_ino] = about.st_size
    return sum(sizes.values())


def megabytes(size: int) -> str:
    """A size for people."""
    return f"{size / 1048576:,.1f} MB"


def history_lines(folder: Path) -> list[str]:
    """Snapshots and loads, newest first, for people."""
    served = _served_id(folder)
    lines = ["Snapshots (size with the files that they share):"]
    for one in held(folder):
        if one.manifest is None:
            lines.append(f"  {one.snapshot_id}  its manifest cannot be read; python -m loaders prune removes it")
            continue
        mark = "  << served" if one.snapshot_id == served else ""
        lines.append(
            f"  {one.snapshot_id}  {one.manifest['created']}  {one.manifest['kind']}  {one.manifest['letters']:,} letters, "
            f"{one.manifest['decisions']:,} decisions, {megabytes(one.size)}, built on {one.base or 'nothing'}{mark}"
        )
    lines += [f"All files together: {megabytes(size_of([folder]))}.", "What was done:"]
    for entry in reversed(read_journal(folder)):
        act = entry.get("act", "load")
        if "seen" in entry:
            done = (
                f"{entry['seen']:,} seen, {entry['added']:,} added, {entry['reread']:,} read anew, "
                f"{len(entry['rejected']):,} rejected -> {entry['snapshot'] or 'nothing new'}"
            )
        else:
            done = entry.get("done", "")
        lines.append(f"  {entry.get('ended', '')}  {act}: {done}")
    return lines


def named(folder: Path, snapshot_id: str) -> str:
    """The full id of the snapshot that `snapshot_id` names or begins. Raises WarehouseError for none and for several."""
    found = sorted(known for known in manifests(folder) if known.startswith(snapshot_id))
    if len(found) != 1:
        what = "several snapshots begin" if found else "no snapshot begins"
        raise WarehouseError(
            f"In {folder} {what} with {snapshot_id!r}: it was never loaded here, pruned, or is too short. "
            "python -m loaders history lists them."
        )
    return found[0]


def rollback(folder: Path, snapshot_id: str | None = None) -> Snapshot:
    """Serve an older snapshot again, the base of the served one where none is named. Raises WarehouseError."""
    with writing(folder):
        served = _served_id(folder)
        if snapshot_id is None:
            snapshot_id = read_manifest(folder, served).get("base") if served else None
            if snapshot_id is None:
                raise WarehouseError(
                    "The served snapshot was built on nothing, so there is none to go back to by itself. "
                    "Name one: python -m loaders history lists them."
                )
        target = snapshot(folder, named(folder, snapshot_id))
        with attached(target=target) as connection:
            _need_free_of_purged(connection, folder)
        if target.snapshot_id != served:
            with writable(folder):
                serve(folder, target.snapshot_id)
            said = f"{served or 'a damaged pointer'} -> {target.snapshot_id}"
            _note(folder, "rollback", said, snapshot=target.snapshot_id, before=served)
    return target


def _served_id(folder: Path) -> str | None:
    """The id that the pointer names, whatever became of its files; None where the pointer names none."""
    try:
        return str(json.loads((folder / POINTER).read_text(encoding="utf-8"))["snapshot"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _need_free_of_purged(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    keys = [letter_key(letter) for letter in purged(folder)]
    if count(connection, "FROM target.letters WHERE letter_key IN (SELECT unnest(?::BIGINT[]))", [keys]):
        raise WarehouseError(
            "That snapshot holds purged letters: a purge was stopped before its end. Start python -m loaders purge, "
            "which finishes it, and choose another snapshot."
        )


def _note(folder: Path, act: str, done: str, **more: Any) -> None:
    """Write into the journal what was done; that it was done does not depend on it."""
    with suppress(OSError):
        ended = datetime.now(UTC).isoformat(timespec="seconds")
        append_journal(folder, {"act": act, "ended": ended, "done": done, **more})


@dataclass(slots=True)
class Pruned:
    """What a prune removes and keeps, and the bytes that it frees."""

    removed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    freed: int = 0


def prune(folder: Path, keep: int = 3, *, dry_run: bool = False) -> Pruned:
    """Remove all but the served snapshot and the newest others, `keep` in all, and what no kept one names.

    Snapshots that were complete but never served, and those whose manifest is damaged, go first. Raises WarehouseError
    when the served snapshot is not known.
    """
    if keep < 1:
        raise OverturnError("--keep is at least 1: the served snapshot always stays.")
    with writing(folder):
        served = current_snapshot(folder)
        if served is None:
            raise WarehouseError(f"No letters are loaded in {folder}, so there is nothing to prune.")
        snapshots = held(folder)
        once = _once_served(folder, snapshots, served.snapshot_id)
        others = [
            one.snapshot_id for one in snapshots if one.snapshot_id in once - {served.snapshot_id} and one.manifest
        ]
        kept = {served.snapshot_id, *others[: keep - 1]}
        outcome = Pruned(kept=[one.snapshot_id for one in snapshots if one.snapshot_id in kept])
        outcome.removed = [one.snapshot_id for one in snapshots if one.snapshot_id not in kept]
        parts = {
            part for one in snapshots if one.snapshot_id in kept and one.manifest for part in one.manifest["text_parts"]
        }
        staying = [path for kept_id in kept for path in folder.glob(f"imr-{kept_id}.*")] + [
            folder / part for part in parts
        ]
        going = [path for path in (*folder.glob("imr-*"), *folder.glob("texts-*.parquet")) if path not in set(staying)]
        outcome.files = sorted(path.name for path in going)
        outcome.freed = size_of([*going, *staying]) - size_of(staying)
        if not dry_run and going:
            with writable(folder):
                _drop(folder, outcome.removed)
            said = f"{len(outcome.removed)} snapshots removed, {megabytes(outcome.freed)} freed"
            _note(folder, "prune", said, removed=outcome.removed)
    return outcome


def _once_served(folder: Path, snapshots: Sequence[Held], served: str) -> set[str]:
    """Snapshots that a pointer is known to have named: the served one, those of the journal, and what others stand on."""
    once = {served} | {str(entry.get(key)) for entry in read_journal(folder) for key in ("snapshot", "before")}
    for one in snapshots:  # newest first, so a chain is followed to its end
        if one.snapshot_id in once and one.base:
            once.add(one.base)
    return once


def _drop(folder: Path, snapshot_ids: Iterable[str]) -> None:
    """Remove snapshots: their manifests first, whereby their files are no snapshot's and are swept."""
    for snapshot_id in snapshot_ids:
        (folder / f"imr-{snapshot_id}.json").unlink(missing_ok=True)
    sweep(folder)


@dataclass(slots=True)
class Purged:
    """What a purge did: the letters, the snapshots dropped, the one published, and the files that the letters came from."""

    letters: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    snapshot: Snapshot | None = None

    def lines(self, folder: Path) -> list[str]:
        """What was done and what is left for people to do."""
        lines = [f"{len(self.letters):,} letters are purged; this warehouse does not load them again:"]
        lines += [f"  {letter}" for letter in self.letters]
        if self.dropped:
            lines.append(f"Snapshots that held them and are gone: {', '.join(self.dropped)}.")
        if self.snapshot:
            lines.append(
                f"Snapshot {self.snapshot.snapshot_id} is served now: {self.snapshot.letters:,} letters, "
                f"{self.snapshot.decisions:,} decisions."
            )
        lines += [
            "What this program cannot reach, and you have to destroy:",
            f"  every backup and copy of {folder.absolute()} made before {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
            "  exports, CSV files and record files (.jsonl) made from it before",
            "  file system snapshots and deleted blocks of this disk, where the disk is not encrypted",
            "  running dashboards keep the old files open until they are started again",
        ]
        lines += [f"  the original file {source}" for source in sorted(set(self.sources))]
        return lines


def purge(folder: Path, names: Sequence[str]) -> Purged:
    """Publish a snapshot without the letters of these cases or with these ids, and drop every older file that holds them.

    First the letters' ids are written down, so a purge that was stopped is finished by the next one (`names` may be
    empty). Raises WarehouseError for a name that no snapshot holds; then nothing has changed.
    """
    with writing(folder), writable(folder):
        sweep(folder)
        known = purged(folder)
        outcome = Purged()
        readable, unreadable = _snapshots(folder)
        wanted: set[str] = set()
        missing = set(names)
        for one in readable:
            with attached(s=one) as connection:
                for name in names:
                    found = _letters_of(connection, name)
                    wanted |= set(found)
                    outcome.sources += found.values()
                    if found or any(letter.startswith(name.casefold()) for letter in known):
                        missing.discard(name)
        if missing:
            raise OverturnError(
                f"No snapshot holds {', '.join(sorted(missing))}. Give a case number as the letter writes it (CM16-0123456) "
                "or at least 12 characters of a letter's id. Nothing was changed."
            )
        outcome.letters = sorted(wanted)
        if wanted:
            _remember(folder, known | dict.fromkeys(sorted(wanted), date.today().isoformat()))
        keys = [letter_key(letter) for letter in known.keys() | wanted]
        shutil.rmtree(folder / STAGE, ignore_errors=True)
        touched = {one.snapshot_id for one in readable if keys and _holds(one, keys)}
        served = current_snapshot(folder)
        if served and served.snapshot_id in touched:
            kept = [one.snapshot_id for one in readable if one.snapshot_id not in touched]
            try:
                outcome.snapshot = _without(served, keys, kept)
            except BaseException:
                sweep(folder)
                raise
        outcome.dropped = sorted(touched | set(unreadable)) if keys else []
        _drop(folder, outcome.dropped)
        shutil.rmtree(folder / STAGE, ignore_errors=True)
        if outcome.dropped or wanted:
            _note(
                folder,
                "purge",
                f"{len(wanted)} letters, {len(outcome.dropped)} snapshots dropped",
                letters=len(wanted),
                snapshot=outcome.snapshot.snapshot_id if outcome.snapshot else None,
                removed=outcome.dropped,
            )
    return outcome


def forget(folder: Path, names: Sequence[str]) -> list[str]:
    """Let purged letters be loaded again. Raises OverturnError for an id that was not purged."""
    with writing(folder), writable(folder):
        known = purged(folder)
        lifted = []
        for name in names:
            found = [
                letter
                for letter in known
                if _LETTER_ID.fullmatch(name.casefold()) and letter.startswith(name.casefold())
            ]
            if not found:
                raise OverturnError(
                    f"{name} is no letter that was purged here (a case number is not kept; give the letter's id). "
                    f"{folder / PURGED} lists them. Nothing was changed."
                )
            lifted += found
        _remember(folder, {letter: day for letter, day in known.items() if letter not in lifted})
        _note(folder, "forget", f"{len(lifted)} purged letters may be loaded again")
    return lifted


def _remember(folder: Path, letters: dict[str, str]) -> None:
    replace_file(folder / PURGED, json.dumps({"letters": letters}, indent=1))


def _snapshots(folder: Path) -> tuple[list[Snapshot], list[str]]:
    """Those that can be read, and the ids of those that cannot, of which nobody can tell what they hold."""
    readable, unreadable = [], []
    served = current_snapshot(folder)
    for snapshot_id in sorted(manifests(folder)):
        try:
            one = snapshot(folder, snapshot_id)
            with attached(s=one):
                readable.append(one)
        except WarehouseError:
            if served and snapshot_id == served.snapshot_id:
                raise
            unreadable.append(snapshot_id)
    return readable, unreadable


def _letters_of(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, str]:
    """Letter id and source of the letters of a case, or with that id."""
    condition, value = "case_number = ?", name.upper()
    if _LETTER_ID.fullmatch(name.casefold()):
        condition, value = "starts_with(letter_id, ?)", name.casefold()
    return dict(connection.execute(f"SELECT letter_id, source FROM s.letters WHERE {condition}", [value]).fetchall())


def _holds(one: Snapshot, keys: list[int]) -> bool:
    """Whether a snapshot holds any of the letters, in its tables or in a text part."""
    with attached(s=one) as connection:
        for table in ("s.letters", "s.files", parts_sql(one)):
            if count(connection, f"FROM {table} WHERE letter_key IN (SELECT unnest(?::BIGINT[]))", [keys]):
                return True
    return False


def _without(served: Snapshot, keys: list[int], remaining: Sequence[str]) -> Snapshot:
    """A new snapshot from the served one without those letters, in files that never held them; it is served now.

    The database and the index are built anew, for both keep what is deleted in their free places; of the text parts,
    those that hold such a letter.
    """
    folder, snapshot_id = served.folder, new_id()
    database = folder / f"imr-{snapshot_id}.duckdb.part"
    base: str | None = served.snapshot_id
    while base and base not in remaining:
        with suppress(WarehouseError):
            base = read_manifest(folder, base).get("base")
            continue
        base = None
    connection = open_for_writing(database, folder / STAGE / "spill")
    try:
        connection.execute(TABLES)
        connection.execute(f"ATTACH {quoted(served.database)} AS old (READ_ONLY)")
        connection.execute("CREATE TEMP TABLE gone AS SELECT unnest(?::BIGINT[]) AS letter_key", [keys])
        for table in (*RECORD_TABLES, "files"):
            connection.execute(
                f"INSERT INTO {table} BY NAME SELECT * FROM old.{table} WHERE letter_key NOT IN (SELECT letter_key FROM gone)"
            )
        connection.execute(
            "CREATE TEMP TABLE cases AS SELECT DISTINCT case_number FROM old.letters "
            "WHERE case_number IS NOT NULL AND letter_key IN (SELECT letter_key FROM gone)"
        )
        connection.execute(SUPERSEDED)
        for number, part in enumerate(served.text_parts):
            _rewrite(connection, served, part, f"texts-{snapshot_id}-{number}.parquet")
        write_facts(connection)
        write_meta(connection, snapshot_id, served.kind, base)
        letters, decisions = count(connection, "FROM letters"), count(connection, "FROM decisions")
        parts = [part for (part,) in connection.execute("SELECT DISTINCT text_part FROM letters ORDER BY 1").fetchall()]
        connection.execute("DETACH old")
        connection.execute("CHECKPOINT")

        def texts() -> Iterable[tuple[int, str]]:
            for part in parts:
                reader = connection.sql(
                    f"SELECT letter_key, text FROM {quoted_parts(folder, [part])} WHERE letter_key IN "
                    "(SELECT letter_key FROM letters WHERE text_part = ?)",
                    params=[part],
                ).to_arrow_reader(500)
                yield from rows(reader)

        search.build(folder / f"imr-{snapshot_id}.index.part", None, texts(), ())
    finally:
        with suppress(duckdb.Error):
            connection.close()
    made = complete(folder, snapshot_id, served.kind, base, letters, decisions, parts)
    serve(folder, snapshot_id)
    return made


def quoted_parts(folder: Path, parts: Sequence[str]) -> str:
    """SQL of text parts as one relation."""
    return f"read_parquet([{', '.join(quoted(folder / part) for part in parts)}])"


def _rewrite(connection: duckdb.DuckDBPyConnection, served: Snapshot, part: str, name: str) -> None:
    """Copy a text part that holds a letter to be gone, without it and without what this snapshot does not read."""
    source = quoted_parts(served.folder, [part])
    if not count(connection, f"FROM {source} WHERE letter_key IN (SELECT letter_key FROM gone)"):
        return
    connection.execute(
        f"COPY (SELECT * FROM {source} WHERE letter_key IN (SELECT letter_key FROM letters WHERE text_part = {quoted(Path(part))}) "
        f"ORDER BY letter_key) TO {quoted(served.folder / name)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 2048)"
    )
    connection.execute("UPDATE letters SET text_part = ? WHERE text_part = ?", [name, part])
