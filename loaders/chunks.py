"""The unit of parallel work: some letters in as bytes, their rows out as Parquet. Runs in any process, on any machine.

What a chunk gives depends on its bytes and on the versions of parser and vocabulary alone, so a chunk that was lost is
done again, and one that was done is not.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import data.vocabulary
import loaders
from data.errors import FileRejected, RecordError
from data.record import RECORD_VERSION, as_object
from data.record_schema import check_record
from loaders.parse import parse_letter, refuse_party_copy
from loaders.read import RECORD_SUFFIX, SETTLED_SUFFIX, Candidate, Rejected, ScanWithoutText, read_text
from loaders.rows import BATCH_SCHEMAS, Rows
from loaders.sections import find_sections
from loaders.settle import letter_id, settle

WRONG_KIND = {
    False: "It is a sample or synthetic letter; these are never loaded beside real ones. Load them with --demonstration into a warehouse of their own.",
    True: "It is a real letter; with --demonstration only samples and synthetic letters are loaded. Leave --demonstration out.",
}


MOST_PIECES = 400
PURGED = (
    "It was purged from this warehouse and is not loaded again (letter {0}). Where that is no longer wanted: "
    "python -m loaders purge --forget {0}, then load it."
)
_FAILED = (
    "The reader failed on it ({}); that is a fault of this program. All other files were read. "
    "Please report it with the letter, if it is a public one."
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One file, archive member or record line: its name, its kind by suffix, its bytes and their key."""

    source: str
    suffix: str
    content: bytes
    key: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """Pieces that are parsed together. `demonstration` tells which letters may be loaded, `purged` which may not."""

    pieces: tuple[Piece, ...]
    demonstration: bool
    purged: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """A name that stands for the work: the bytes, the names they go by, and what reads them."""
        digest = hashlib.sha256(f"{versions()}/{RECORD_VERSION}/{self.demonstration}".encode())
        for piece in self.pieces:
            digest.update(f"\0{piece.key}\0{piece.source}\0{piece.suffix}".encode("utf-8", "replace"))
        digest.update("".join(sorted(self.purged)).encode())
        return digest.hexdigest()[:24]


@dataclass(slots=True)
class Done:
    """What became of a chunk: its rows as Parquet by table, how many pieces it had, and what was refused."""

    name: str
    seen: int
    last: str = ""
    tables: dict[str, list[bytes]] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)


def versions() -> str:
    """The versions of parser and vocabulary that read letters here."""
    return f"{loaders.PARSER_VERSION}/{data.vocabulary.version()}"


def parse_chunk(chunk: Chunk) -> Done:
    """Parse every piece. Never raises on content: what cannot be a letter is refused with its reason."""
    name = chunk.name
    rows = Rows()
    base = (int(name[:11], 16) >> 1) << 20
    done = Done(name, len(chunk.pieces), chunk.pieces[-1].source)
    for number, piece in enumerate(chunk.pieces):
        try:
            record = record_or_refusal(piece)
            if (record.get("origin", "letter") == "letter") == chunk.demonstration:
                raise FileRejected("wrong_kind", WRONG_KIND[chunk.demonstration])
            if record["letter_id"] in chunk.purged:
                raise FileRejected("purged", PURGED.format(record["letter_id"]))
        except FileRejected as rejection:
            done.rejected.append(refusal(piece.source, rejection))
            continue
        rows.add(base + number, piece.key, record)
    for table, columns in rows.take().items():
        buffer = io.BytesIO()
        batch = pa.Table.from_pydict(columns, schema=BATCH_SCHEMAS[table])
        pq.write_table(batch, buffer, compression="zstd", compression_level=1)
        done.tables[table] = [buffer.getvalue()]
    return done


def refusal(source: str, rejection: FileRejected) -> Rejected:
    """A rejection as it is counted and listed."""
    month = rejection.month if isinstance(rejection, ScanWithoutText) else None
    return Rejected(source, rejection.code, rejection.message, month)


def record_of(piece: Piece) -> dict[str, Any]:
    """The letter record of one piece. Raises FileRejected with code and reason."""
    if piece.suffix == RECORD_SUFFIX:
        return stored_record(piece.content)
    if piece.suffix == SETTLED_SUFFIX:
        return dict(as_object(parse_letter(piece.content.decode("utf-8", "surrogatepass"), piece.source)))
    candidate = Candidate(piece.source, piece.suffix, lambda: piece.content)
    record: dict[str, Any] = as_object(parse_letter(settle(read_text(candidate)), piece.source))
    return record


def record_or_refusal(piece: Piece) -> dict[str, Any]:
    """The same, with a fault of the reader told as a refusal of this one letter."""
    try:
        return record_of(piece)
    except FileRejected:
        raise
    except Exception as error:
        raise FileRejected("reader_failed", _FAILED.format(type(error).__name__)) from error


def stored_record(line: bytes) -> dict[str, Any]:
    """The record of one line of a `.jsonl` file. Raises FileRejected when it is none, or breaks the contract."""
    try:
        record = dict(check_record(json.loads(line)))
        if record["letter_id"] != letter_id(record["text"]):
            raise RecordError(
                "letter_id: it is not the id of this text (sha256 of its case-folded letters and digits)."
            )
        refuse_party_copy(record["text"], find_sections(record["text"]).cover)
    except RecordError as error:
        raise FileRejected("record_contract", f"The record does not follow the contract: {error}") from error
    except (ValueError, RecursionError) as error:
        raise FileRejected("broken_record", "The line is no JSON object; it may have been cut off.") from error
    return record


def chunks(
    pieces: Iterable[Piece], *, demonstration: bool, most: int | None = None, most_bytes: int = 8 * 1024 * 1024
) -> Iterator[Chunk]:
    """The pieces in their order, some hundred together, so that no chunk holds much more than `most_bytes`."""
    waiting: list[Piece] = []
    size = 0
    most = most or MOST_PIECES
    for piece in pieces:
        waiting.append(piece)
        size += len(piece.content)
        if len(waiting) >= most or size >= most_bytes:
            yield Chunk(tuple(waiting), demonstration)
            waiting, size = [], 0
    if waiting:
        yield Chunk(tuple(waiting), demonstration)


def single(chunk: Chunk) -> list[Chunk]:
    """The chunk as chunks of one piece each."""
    return [replace(chunk, pieces=(piece,)) for piece in chunk.pieces]
