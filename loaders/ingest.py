"""Load letters into the warehouse: discover, read, parse, store, and say what happened to every file."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data.errors import FileRejected
from data.warehouse import Snapshot
from loaders.chunks import Chunk, Done, Piece, chunks, piece_key, record_or_refusal, refusal
from loaders.pool import parse_all
from loaders.read import PassedOver, Rejected, discover
from loaders.store import Kind, Load, append_journal, writing


@dataclass(slots=True)
class Summary:
    """What a load did, file by file in numbers; `rejected` lists every refused file with its reason."""

    seen: int = 0
    added: int = 0
    reread: int = 0
    unchanged: int = 0
    passed_over: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    snapshot: Snapshot | None = None
    seconds: float = 0.0
    notes: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The closing summary for people."""
        lines = [
            f"{self.seen:,} seen: {self.added:,} added, {self.unchanged:,} unchanged, {self.reread:,} read anew, "
            f"{len(self.rejected):,} rejected ({self.seconds:,.1f} s)."
        ]
        if self.passed_over:
            lines.append(f"{self.passed_over:,} files of other kinds passed over.")
        for reason, count in Counter(refused.code for refused in self.rejected).most_common():
            lines.append(f"  rejected, {reason.replace('_', ' ')}: {count:,}")
        scans = Counter(
            refused.month or "month unknown" for refused in self.rejected if refused.code == "scan_without_text"
        )
        if scans:
            lines.append(
                "  scans without text by month: "
                + ", ".join(f"{month} {count:,}" for month, count in sorted(scans.items()))
            )
        lines += [f"  {refused.source}: {refused.message}" for refused in self.rejected[:200]]
        if len(self.rejected) > 200:
            lines.append(f"  ... and {len(self.rejected) - 200:,} more; the journal of loads lists all of them.")
        if self.snapshot:
            lines.append(
                f"Snapshot {self.snapshot.snapshot_id} is served now: {self.snapshot.letters:,} letters, {self.snapshot.decisions:,} decisions."
            )
        else:
            lines.append("Nothing new: the warehouse stays as it was.")
        return lines + self.notes


WRITING = "writing the snapshot"
Report = Callable[[int, str], None]
Refuse = Callable[[Rejected], None]


def pieces(paths: Sequence[Path], refuse: Refuse, passed: Callable[[], None]) -> Iterator[Piece]:
    """Every file, member or line below `paths` that may be a letter, with its bytes, one at a time.

    What cannot be read goes to `refuse`; files of other kinds are told to `passed`.
    """
    for found in discover(paths):
        if isinstance(found, PassedOver):
            passed()
        elif isinstance(found, Rejected):
            refuse(found)
        else:
            try:
                content = found.read()
            except FileRejected as rejection:
                refuse(refusal(found.source, rejection))
            else:
                yield Piece(found.source, found.suffix, content, piece_key(content))


def records(paths: Sequence[Path], refuse: Refuse, passed: Callable[[], None]) -> Iterator[dict[str, Any]]:
    """A record for every letter below `paths`; files that cannot be one go to `refuse`, other kinds to `passed`."""
    for piece in pieces(paths, refuse, passed):
        try:
            yield record_or_refusal(piece)
        except FileRejected as rejection:
            refuse(refusal(piece.source, rejection))


def ingest(
    paths: Sequence[Path],
    folder: Path,
    *,
    demonstration: bool = False,
    collection: str | None = None,
    report: Report | None = None,
    from_nothing: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
) -> Summary:
    """Load every letter below `paths` into a new snapshot of the warehouse in `folder`, or leave it as it was.

    `demonstration` takes samples and synthetic letters, which are refused otherwise. `workers` and `scheduler` say who
    parses (see `parse_all`). A load that is stopped leaves what it parsed for the next one. Raises OverturnError for a
    path that does not exist and for a warehouse that cannot be written.
    """
    started = time.monotonic()
    summary = Summary()
    kind: Kind = "demonstration" if demonstration else "real"

    def refuse(refused: Rejected) -> None:
        summary.seen += 1
        summary.rejected.append(refused)

    def passed() -> None:
        summary.passed_over += 1

    def told(text: str) -> None:
        if report:
            report(summary.seen, text)

    with writing(folder):
        load = Load(folder, kind, collection, from_nothing=from_nothing)
        taken = 0
        try:

            def unread() -> Iterator[Chunk]:
                """The chunks that nobody has parsed; those that the snapshot or a stopped load holds are only counted."""
                nonlocal taken
                for batch in chunks(pieces(paths, refuse, passed), demonstration=demonstration):
                    known = load.known(batch.pieces)
                    summary.seen += len(known_pieces := [piece for piece in batch.pieces if piece.key in known])
                    summary.unchanged += len(known_pieces)
                    rest = replace(batch, pieces=tuple(piece for piece in batch.pieces if piece.key not in known))
                    if not rest.pieces:
                        continue
                    if earlier := load.staged(rest.name):
                        take(earlier, rest.pieces[-1].source)
                    else:
                        yield rest

            def take(done: Done, last: str) -> None:
                nonlocal taken
                summary.seen += done.seen
                summary.rejected += done.rejected
                taken += done.seen - len(done.rejected)
                told(last)

            for done in parse_all(unread(), workers, scheduler):
                load.put(done)
                take(done, done.last)
            told(WRITING)
            summary.snapshot = load.publish()
        except BaseException:
            load.close()
            raise
        summary.added, summary.reread = load.counts.added, load.counts.reread
        summary.unchanged += taken - summary.added - summary.reread
        summary.seconds = time.monotonic() - started
        try:
            append_journal(folder, _journal_entry(load.load_id, kind, paths, collection, summary))
        except OSError as error:
            summary.notes.append(f"The journal of loads could not be written: {error.strerror or error}.")
    return summary


def _journal_entry(
    load_id: str, kind: Kind, paths: Sequence[Path], collection: str | None, summary: Summary
) -> dict[str, Any]:
    return {
        "load": load_id,
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "kind": kind,
        "paths": [str(path) for path in paths],
        "collection": collection,
        "seen": summary.seen,
        "added": summary.added,
        "reread": summary.reread,
        "unchanged": summary.unchanged,
        "passed_over": summary.passed_over,
        "rejected": [asdict(refusal) for refusal in summary.rejected],
        "snapshot": summary.snapshot.snapshot_id if summary.snapshot else None,
        "seconds": round(summary.seconds, 2),
    }


def progress(stream: Any = None) -> Report | None:
    """A one-line progress display for a terminal, a line every few seconds elsewhere."""
    out = stream or sys.stderr
    terminal = out.isatty()
    last = 0.0
    started = time.monotonic()

    def show(seen: int, source: str) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < (0.1 if terminal else 5.0) and source != WRITING:
            return
        last = now
        rate = seen / max(now - started, 0.001)
        text = f"{seen:,} letters, {rate:,.0f} a second: {source}"
        out.write(f"\r\x1b[K{text[:150]}" if terminal else f"{text}\n")
        if terminal and source == WRITING:
            out.write("\n")
        out.flush()

    return show
