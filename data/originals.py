"""The file that a letter was read from, where it still lies there unchanged: no other file is ever given out."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from data.reference import is_pdf
from data.warehouse import JOURNAL, read_journal

MOST_BYTES = 32 * 1024 * 1024  # no file of more was ever loaded


def file_key(content: bytes) -> int:
    """The number of a file's bytes: the first 63 bits of their sha256."""
    return int.from_bytes(hashlib.sha256(content).digest()[:8], "big") >> 1


@dataclass(frozen=True, slots=True)
class Original:
    """A file, or a member of a zip archive, whose bytes were those that the letter was read from."""

    path: Path
    member: str = ""

    def content(self, keys: Collection[int]) -> bytes | None:
        """Its bytes, read now; None when it is gone or its bytes have none of `keys` any more."""
        try:
            if self.path.stat().st_size > MOST_BYTES and not self.member:
                return None
            content = _member(self.path, self.member) if self.member else self.path.read_bytes()
        except (OSError, ValueError, KeyError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error):
            return None
        return content if file_key(content) in keys else None


def original(folder: Path, letter: Mapping[str, Any]) -> Original | str:
    """The PDF that `letter` was read from, or a sentence that says why there is none to give.

    It is looked for below the paths that the journal of the warehouse in `folder` names, its load's first, and given only
    where its bytes are those that were loaded (`letter["file_keys"]`).
    """
    if not is_pdf(letter):
        return "This letter was loaded from text, so there is no PDF of it here."
    stat = _state(folder / JOURNAL)
    changed = False
    for place in _places(_paths(str(folder), stat, str(letter["load_id"])), str(letter["source"])):
        if place.content(letter["file_keys"]) is not None:
            return place
        changed = True
    if changed:
        return f"The file {letter['source']} is not the one that was loaded any more, so it is not offered."
    return f"The file {letter['source']} does not lie where it was loaded from any more. The warehouse keeps the text, not the PDF."


def _state(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        return 0, 0
    return stat.st_mtime_ns, stat.st_size


@lru_cache(maxsize=256)
def _paths(folder: str, _state: tuple[int, int], load_id: str) -> tuple[str, ...]:
    """What loads were given, that of `load_id` first, the others from the newest on (a reread letter has a later load)."""
    loads = [entry for entry in reversed(read_journal(Path(folder))) if isinstance(entry.get("paths"), list)]
    loads.sort(key=lambda entry: entry.get("load") != load_id)
    return tuple(dict.fromkeys(str(path) for entry in loads for path in entry["paths"]))


def _places(paths: Collection[str], source: str) -> Iterator[Original]:
    """Where a source may lie: below a folder that was given, as a file that was given, or in a zip archive of either."""
    parts = PurePosixPath(source).parts
    if not parts or ".." in parts or source.startswith("/"):
        return
    for given in map(Path, paths):
        for depth in range(1, len(parts) + 1):
            path = given.joinpath(*parts[:depth]) if given.is_dir() else given
            if not given.is_dir() and given.name != "/".join(parts[:depth]):
                continue
            member = "/".join(parts[depth:])
            if path.is_file() and (not member or path.suffix.lower() == ".zip"):
                yield Original(path, member)


def _member(path: Path, member: str) -> bytes:
    """The bytes of a member of an archive, never more than the limit whatever the archive says of itself."""
    with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
        content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(member)
    return content
