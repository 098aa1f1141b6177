"""What a load has parsed and not yet published: a folder a chunk, named after its work, so that a stopped load goes on.

A chunk's folder appears whole or not at all. Whatever is staged may be thrown away: it is parsed again.
"""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path

from loaders.chunks import Done
from loaders.read import Rejected

STAGE = "stage"
_NOTE = "done.json"


class Stage:
    """The chunks of one load, in the order they were taken up."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / STAGE
        self._files: dict[str, list[str]] = defaultdict(list)

    def staged(self, name: str) -> Done | None:
        """What an earlier, stopped load has staged under this name, now part of this load too; its tables are on disk."""
        try:
            note = json.loads((self.folder / name / _NOTE).read_text(encoding="utf-8"))
            done = Done(
                name,
                int(note["seen"]),
                str(note["last"]),
                rejected=[Rejected(**refused) for refused in note["rejected"]],
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None
        self._take(self.folder / name)
        return done

    def put(self, done: Done) -> None:
        """Write a chunk's tables, then give the folder its name."""
        making, final = self.folder / f"{done.name}.part", self.folder / done.name
        for stale in (making, final):
            shutil.rmtree(stale, ignore_errors=True)
        making.mkdir(parents=True)
        for table, files in done.tables.items():
            for number, content in enumerate(files):
                (making / f"{table}.{number}.parquet").write_bytes(content)
        note = {"seen": done.seen, "last": done.last, "rejected": [asdict(refused) for refused in done.rejected]}
        (making / _NOTE).write_text(json.dumps(note, ensure_ascii=False), encoding="utf-8")
        making.rename(final)
        self._take(final)

    def files(self, table: str) -> list[str]:
        """The Parquet files of this load that hold rows of `table`."""
        return self._files[table]

    def clear(self) -> None:
        """Throw away everything staged."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self._files.clear()

    def _take(self, chunk: Path) -> None:
        for file in sorted(chunk.glob("*.parquet")):
            self._files[file.name.split(".")[0]].append(str(file))
