"""How fast letters are loaded: all at once, the same again, a further month; how much memory and room that takes.

Measured at a tenth of the letters and at all of them, so that what grows faster than the letters shows.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from benchmarks.programs import Say, bytes_below, loaders
from data.warehouse import Snapshot, current_snapshot

MONTHS = 83  # a month is this part of the letters: 12,000 to a million
BUDGET_LETTERS, BUDGET_SECONDS, BUDGET_BYTES = 1_000_000, 30 * 60, 2 * 1024**3


def measure(letters: int, scratch: Path, say: Say, room: Path | None = None) -> dict[str, Any]:
    """Figures of loads of a tenth of `letters` synthetic letters and of all, made below `scratch`.

    Letters that are there from an earlier run are taken as they are; the warehouses are made anew and removed, below
    `room` where it is named, which may be another disk than that of the letters.
    """
    sizes = sorted({max(1, letters // 10), letters})
    return {"sizes": [_one_size(size, scratch, room or scratch, say) for size in sizes]}


def corpus(letters: int, scratch: Path, say: Say) -> Path:
    """A folder of so many synthetic letters as text files, made where it is not there yet."""
    folder = scratch / f"letters-{letters}"
    if not folder.exists():
        say(f"writing {letters:,} synthetic letters")
        made = scratch / f"letters-{letters}.new"
        shutil.rmtree(made, ignore_errors=True)
        loaders("synthesize", made, "--letters", str(letters), "--workers", str(os.cpu_count() or 1))
        made.replace(folder)
    return folder / "letters"


def _one_size(letters: int, scratch: Path, room: Path, say: Say) -> dict[str, Any]:
    month = max(1, letters // MONTHS)
    files = sorted(corpus(letters + month, scratch, say).rglob("*.txt"))
    most, further = scratch / f"load-{letters}", scratch / f"month-{letters}"
    warehouse = room / f"warehouse-{letters}"
    _clear(most, further, warehouse)
    _link(files[:letters], most)
    _link(files[letters:], further)
    try:
        say(f"loading {letters:,} letters")
        full = _load(most, warehouse)
        rooms = _rooms(_served(warehouse))
        say("loading the same letters again")
        again = _load(most, warehouse)
        say(f"loading a further month of {month:,} letters")
        later = _load(further, warehouse)
        served = _served(warehouse)
        if served.letters != letters + month:
            raise RuntimeError(f"{served.letters:,} letters are loaded instead of {letters + month:,}.")
        return {
            "letters": letters,
            "full": full,
            "again": again,
            "month": {"letters": month, **later},
            "bytes": {"raw": bytes_below(most), **rooms},
        }
    finally:
        _clear(most, further, warehouse)


def _load(letters: Path, warehouse: Path) -> dict[str, Any]:
    run = loaders("ingest", "--demonstration", "--warehouse", warehouse, letters)
    return {"seconds": round(run.seconds, 3), "main_bytes": run.main_bytes, "all_bytes": run.all_bytes}


def _served(warehouse: Path) -> Snapshot:
    served = current_snapshot(warehouse)
    if served is None:
        raise RuntimeError(f"Nothing was loaded into {warehouse}.")
    return served


def _rooms(served: Snapshot) -> dict[str, int]:
    return {
        "database": bytes_below(served.database),
        "texts": bytes_below(*(served.folder / part for part in served.text_parts)),
        "index": bytes_below(served.index),
    }


def _link(files: list[Path], folder: Path) -> None:
    """The same files under another folder, a thousand a folder, without another copy of them."""
    for number, file in enumerate(files):
        below = folder / f"{number // 1000:05d}"
        if number % 1000 == 0:
            below.mkdir(parents=True)
        os.link(file, below / file.name)


def _clear(*folders: Path) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
