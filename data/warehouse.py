"""The warehouse on disk, read side: the pointer to the current snapshot, its manifest, and read-only access.

A snapshot is a set of immutable files `imr-<id>.*` with shared text parts, listed in `imr-<id>.json`. `current.json`
names the one that is served and is replaced atomically, so a reader sees the old snapshot or the new one, never a mix.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from data.errors import WarehouseError
from data.schema import schema_version
from data.texts import read_letter

POINTER = "current.json"
JOURNAL = "journal.jsonl"
_ID = re.compile(r"[0-9]{8}T[0-9]{6}-[0-9a-f]{8}")


def default_folder() -> Path:
    """Where the warehouse is: `OVERTURN_WAREHOUSE`, else `data/warehouse` of this installation."""
    return Path(os.environ.get("OVERTURN_WAREHOUSE") or Path(__file__).parent / "warehouse")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A published snapshot: where its files are and what its manifest says of it."""

    folder: Path
    snapshot_id: str
    created: str
    kind: str
    letters: int
    decisions: int
    text_parts: tuple[str, ...]

    @property
    def database(self) -> Path:
        """The DuckDB file."""
        return self.folder / f"imr-{self.snapshot_id}.duckdb"

    @property
    def index(self) -> Path:
        """The folder of the text index."""
        return self.folder / f"imr-{self.snapshot_id}.index"

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A read-only connection that can touch nothing but this snapshot. Raises WarehouseError when it is damaged."""
        try:
            return duckdb.connect(
                str(self.database),
                read_only=True,
                config={
                    "enable_external_access": False,
                    "autoinstall_known_extensions": False,
                    "autoload_known_extensions": False,
                    "python_enable_replacements": False,
                    "lock_configuration": True,
                },
            )
        except duckdb.Error as error:
            raise WarehouseError(
                f"The snapshot {self.snapshot_id} cannot be opened: {error}. Its file is damaged or from another version; "
                "load the letters again with python -m loaders ingest --from-nothing PATH."
            ) from error

    def text(self, letter_key: int, text_part: str) -> str | None:
        """The settled text of one letter, or None when its part does not hold it."""
        return self.text_and_findings(letter_key, text_part)[0]

    def text_and_findings(self, letter_key: int, text_part: str) -> tuple[str | None, list[dict[str, Any]]]:
        """The settled text of one letter and the findings in it, by place; None and nothing when its part lacks it."""
        return read_letter(self.folder / text_part, letter_key) if text_part in self.text_parts else (None, [])


def current_snapshot(folder: Path) -> Snapshot | None:
    """The snapshot that the pointer names, or None when nothing was loaded yet.

    Raises WarehouseError when the pointer or what it names is damaged.
    """
    pointer = folder / POINTER
    try:
        named = json.loads(pointer.read_text(encoding="utf-8"))["snapshot"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WarehouseError(
            f"The pointer file {pointer} cannot be read ({error}), so it is not known which snapshot to serve. "
            "Name one with python -m loaders rollback ID (history lists them), or load the letters again with "
            "python -m loaders ingest --from-nothing PATH."
        ) from error
    return snapshot(folder, str(named))


def snapshot(folder: Path, snapshot_id: str) -> Snapshot:
    """The snapshot of that id. Raises WarehouseError when it is not there (never loaded, or pruned) or incomplete."""
    if not _ID.fullmatch(snapshot_id):
        raise WarehouseError(f"{snapshot_id!r} is not the name of a snapshot.")
    manifest = read_manifest(folder, snapshot_id)
    if manifest.get("schema_version") != schema_version():
        raise WarehouseError(
            f"The snapshot {snapshot_id} was made by another version of this program, whose tables differ. "
            f"Load the letters again with python -m loaders ingest --from-nothing PATH."
        )
    found = Snapshot(
        folder=folder,
        snapshot_id=snapshot_id,
        created=str(manifest["created"]),
        kind=str(manifest["kind"]),
        letters=int(manifest["letters"]),
        decisions=int(manifest["decisions"]),
        text_parts=tuple(manifest["text_parts"]),
    )
    missing = [
        path.name
        for path in (found.database, found.index, *(folder / part for part in found.text_parts))
        if not path.exists()
    ]
    if missing:
        raise WarehouseError(
            f"The snapshot {snapshot_id} lacks {', '.join(missing)}. Restore them, "
            "or load the letters again with python -m loaders ingest --from-nothing PATH."
        )
    return found


def read_manifest(folder: Path, snapshot_id: str) -> dict[str, Any]:
    """The manifest of a snapshot as it was written. Raises WarehouseError when it is not there or damaged."""
    try:
        manifest = json.loads((folder / f"imr-{snapshot_id}.json").read_text(encoding="utf-8"))
        for key in ("created", "kind", "letters", "decisions", "text_parts"):
            manifest[key]
    except FileNotFoundError:
        raise WarehouseError(
            f"The snapshot {snapshot_id} is not here: it was pruned, or belongs to another warehouse. "
            "python -m loaders history lists those that are; rollback ID serves one of them."
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WarehouseError(
            f"The manifest of the snapshot {snapshot_id} cannot be read: {error}. Serve another one with "
            "python -m loaders rollback ID (history lists them), or load again with python -m loaders ingest --from-nothing PATH."
        ) from error
    return dict(manifest)


def read_journal(folder: Path) -> list[dict[str, Any]]:
    """The loads so far, oldest first; a line cut off by a crash is left out."""
    loads: list[dict[str, Any]] = []
    try:
        lines = (folder / JOURNAL).read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return []
    for line in lines:
        try:
            load = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(load, dict):
            loads.append(load)
    return loads
