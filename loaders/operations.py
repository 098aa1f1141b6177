"""What is done to snapshots as a whole: history, rollback, prune.

Every change is one replacement of the pointer or the removal of a manifest; the files behind it are swept afterwards, by
the next writer where this one was stopped. So a kill at any moment leaves the old state or the new one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from data.errors import OverturnError, WarehouseError
from data.warehouse import POINTER, Snapshot, current_snapshot, read_journal, read_manifest, snapshot
from loaders.attached import attached, count
from loaders.guard import append_journal, purged, writable, writing
from loaders.publish import manifests, serve, sweep
from loaders.rows import letter_key


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
            note(folder, "rollback", said, snapshot=target.snapshot_id, before=served)
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


def note(folder: Path, act: str, done: str, **more: Any) -> None:
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
                drop(folder, outcome.removed)
            said = f"{len(outcome.removed)} snapshots removed, {megabytes(outcome.freed)} freed"
            note(folder, "prune", said, removed=outcome.removed)
    return outcome


def _once_served(folder: Path, snapshots: Sequence[Held], served: str) -> set[str]:
    """Snapshots that a pointer is known to have named: the served one, those of the journal, and what others stand on."""
    once = {served} | {str(entry.get(key)) for entry in read_journal(folder) for key in ("snapshot", "before")}
    for one in snapshots:  # newest first, so a chain is followed to its end
        if one.snapshot_id in once and one.base:
            once.add(one.base)
    return once


def drop(folder: Path, snapshot_ids: Iterable[str]) -> None:
    """Remove snapshots: their manifests first, whereby their files are no snapshot's and are swept."""
    for snapshot_id in snapshot_ids:
        (folder / f"imr-{snapshot_id}.json").unlink(missing_ok=True)
    sweep(folder)
