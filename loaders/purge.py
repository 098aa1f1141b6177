"""Take letters out of every file of a warehouse for good: a snapshot that never held them, and no older one that did."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import numpy as np

from data import text_index
from data.corrections import forget as forget_reports
from data.errors import OverturnError, WarehouseError
from data.schema import RECORD_TABLES, TABLES
from data.warehouse import Snapshot, current_snapshot, read_manifest, snapshot
from loaders.attached import attached, count, parts_sql
from loaders.guard import PURGED, purged, writable, writing
from loaders.operations import drop, note
from loaders.publish import (
    complete,
    manifests,
    new_id,
    open_for_writing,
    quoted,
    replace_file,
    serve,
    sweep,
    write_derived,
    write_facts,
)
from loaders.rows import letter_key
from loaders.stage import STAGE
from loaders.store import SUPERSEDED
from loaders.texts import Keys, PartWriter, chosen_rows, stored_letters

_LETTER_ID = re.compile(r"[0-9a-f]{12,64}")


@dataclass(slots=True)
class Purged:
    """What a purge did: the letters, the snapshots dropped, the one published, the files that the letters came from, the reports on them."""

    letters: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    reports: int = 0
    snapshot: Snapshot | None = None

    def lines(self, folder: Path) -> list[str]:
        """What was done and what is left for people to do."""
        if not (self.letters or self.dropped or self.snapshot):
            return ["Nothing to purge: no purge was stopped halfway. Name case numbers or ids of letters."]
        lines = [f"{len(self.letters):,} letters are purged; this warehouse does not load them again:"]
        lines += [f"  {letter}" for letter in self.letters]
        if self.dropped:
            lines.append(f"Snapshots that held them and are gone: {', '.join(self.dropped)}.")
        if self.reports:
            lines.append(f"Reports of wrong values in them that are gone, too: {self.reports:,}.")
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
        drop(folder, outcome.dropped)
        outcome.reports = forget_reports(folder, sorted(known.keys() | wanted))
        shutil.rmtree(folder / STAGE, ignore_errors=True)
        if outcome.dropped or wanted:
            note(
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
        note(folder, "forget", f"{len(lifted)} purged letters may be loaded again")
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
        write_derived(connection, folder, snapshot_id, served.kind, base)
        letters, decisions = count(connection, "FROM letters"), count(connection, "FROM decisions")
        parts = [part for (part,) in connection.execute("SELECT DISTINCT text_part FROM letters ORDER BY 1").fetchall()]
        connection.execute("DETACH old")
        connection.execute("CHECKPOINT")
        index = folder / f"imr-{snapshot_id}.index.part"
        text_index.build(index, None, stored_letters(connection, folder, parts), ())
    finally:
        with suppress(duckdb.Error):
            connection.close()
    made = complete(folder, snapshot_id, served.kind, base, letters, decisions, parts)
    serve(folder, snapshot_id)
    return made


def _readers_of(connection: duckdb.DuckDBPyConnection, part: str) -> Keys:
    """The keys of the letters whose text lies in a part, sorted."""
    found = connection.execute("SELECT letter_key FROM letters WHERE text_part = ? ORDER BY 1", [part])
    return np.asarray(found.fetchnumpy()["letter_key"])


def _rewrite(connection: duckdb.DuckDBPyConnection, served: Snapshot, part: str, name: str) -> None:
    """Copy a text part that holds a letter to be gone, without it and without what this snapshot does not read."""
    if not count(connection, f"FROM {parts_sql(served, part)} WHERE letter_key IN (SELECT letter_key FROM gone)"):
        return
    with PartWriter(served.folder / name) as copy:
        for letters in chosen_rows([served.folder / part], "letter_key", _readers_of(connection, part)):
            copy.add(letters)
    connection.execute("UPDATE letters SET text_part = ? WHERE text_part = ?", [name, part])
