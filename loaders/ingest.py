"""Load letters into the warehouse: discover, read, parse, store, and say what happened to every file."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data.errors import FileRejected, RecordError
from data.record import as_object
from data.record_schema import check_record
from data.warehouse import Snapshot
from loaders.parse import parse_letter, refuse_party_copy
from loaders.read import PassedOver, Rejected, ScanWithoutText, discover, read_lines, read_text
from loaders.sections import find_sections
from loaders.settle import letter_id, settle
from loaders.store import Build, Kind, append_journal, writing


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
        for reason, count in Counter(refusal.code for refusal in self.rejected).most_common():
            lines.append(f"  rejected, {reason.replace('_', ' ')}: {count:,}")
        scans = Counter(
            refusal.month or "month unknown" for refusal in self.rejected if refusal.code == "scan_without_text"
        )
        if scans:
            lines.append(
                "  scans without text by month: "
                + ", ".join(f"{month} {count:,}" for month, count in sorted(scans.items()))
            )
        lines += [f"  {refusal.source}: {refusal.message}" for refusal in self.rejected[:200]]
        if len(self.rejected) > 200:
            lines.append(f"  ... and {len(self.rejected) - 200:,} more; the journal of loads lists all of them.")
        if self.snapshot:
            lines.append(
                f"Snapshot {self.snapshot.snapshot_id} is served now: {self.snapshot.letters:,} letters, {self.snapshot.decisions:,} decisions."
            )
        else:
            lines.append("Nothing new: the warehouse stays as it was.")
        return lines + self.notes


Report = Callable[[int, str], None]


def records(
    paths: Sequence[Path], refuse: Callable[[Rejected], None], passed: Callable[[], None]
) -> Iterator[dict[str, Any]]:
    """A record for every letter below `paths`; files that cannot be one go to `refuse`, other kinds to `passed`."""
    for found in discover(paths):
        if isinstance(found, PassedOver):
            passed()
        elif isinstance(found, Rejected):
            refuse(found)
        elif found.suffix == ".jsonl" and found.path:
            yield from _stored_records(found.source, read_lines(found.path), refuse)
        else:
            try:
                yield as_object(parse_letter(settle(read_text(found)), found.source))
            except FileRejected as rejection:
                refuse(_refusal(found.source, rejection))
            except Exception as error:  # a fault of ours: it costs this one letter and is told, not the whole load
                refuse(Rejected(found.source, "reader_failed", _FAILED.format(type(error).__name__)))


def _refusal(source: str, rejection: FileRejected) -> Rejected:
    month = rejection.month if isinstance(rejection, ScanWithoutText) else None
    return Rejected(source, rejection.code, rejection.message, month)


def _stored_records(
    source: str, lines: Iterator[bytes], refuse: Callable[[Rejected], None]
) -> Iterator[dict[str, Any]]:
    """The records of a `.jsonl` file, each line on its own: a broken one is refused and loses no other."""
    numbered = enumerate(lines, start=1)
    while True:
        try:
            number, line = next(numbered)
        except StopIteration:
            return
        except FileRejected as rejection:
            refuse(_refusal(source, rejection))
            return
        if not line.strip():
            continue
        place = f"{source}:{number}"
        try:
            record = check_record(json.loads(line))
            if record["letter_id"] != letter_id(record["text"]):
                raise RecordError(
                    "letter_id: it is not the id of this text (sha256 of its case-folded letters and digits)."
                )
            refuse_party_copy(record["text"], find_sections(record["text"]).cover)
            yield record
        except FileRejected as rejection:
            refuse(_refusal(place, rejection))
        except (ValueError, RecursionError):
            refuse(Rejected(place, "broken_record", "The line is no JSON object; it may have been cut off."))
        except RecordError as error:
            refuse(Rejected(place, "record_contract", f"The record does not follow the contract: {error}"))


def ingest(
    paths: Sequence[Path],
    folder: Path,
    *,
    demonstration: bool = False,
    collection: str | None = None,
    report: Report | None = None,
    from_nothing: bool = False,
) -> Summary:
    """Load every letter below `paths` into a new snapshot of the warehouse in `folder`, or leave it as it was.

    `demonstration` takes samples and synthetic letters, which are refused otherwise. Raises OverturnError for a path
    that does not exist and for a warehouse that cannot be written.
    """
    started = time.monotonic()
    summary = Summary()
    kind: Kind = "demonstration" if demonstration else "real"

    def refuse(refusal: Rejected) -> None:
        summary.seen += 1
        summary.rejected.append(refusal)

    def passed() -> None:
        summary.passed_over += 1

    with writing(folder):
        build = Build(folder, kind, collection, from_nothing=from_nothing)
        try:
            for record in records(paths, refuse, passed):
                if (record.get("origin", "letter") == "letter") == demonstration:
                    refuse(Rejected(record["source"], "wrong_kind", _WRONG_KIND[demonstration]))
                    continue
                summary.seen += 1
                change = build.add(record)
                summary.added += change == "added"
                summary.reread += change == "reread"
                summary.unchanged += change == "unchanged"
                if report:
                    report(summary.seen, record["source"])
            if report:
                report(summary.seen, "writing the snapshot")
            summary.snapshot = build.publish()
        except BaseException:
            build.discard()
            raise
        summary.seconds = time.monotonic() - started
        try:
            append_journal(folder, _journal_entry(build.load_id, kind, paths, collection, summary))
        except OSError as error:
            summary.notes.append(f"The journal of loads could not be written: {error.strerror or error}.")
    return summary


_FAILED = (
    "The reader failed on it ({}); that is a fault of this program. All other files were read. "
    "Please report it with the letter, if it is a public one."
)
_WRONG_KIND = {
    False: "It is a sample or synthetic letter; these are never loaded beside real ones. Load them with --demonstration into a warehouse of their own.",
    True: "It is a real letter; with --demonstration only samples and synthetic letters are loaded. Leave --demonstration out.",
}


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
        if now - last < (0.1 if terminal else 5.0) and source != "writing the snapshot":
            return
        last = now
        rate = seen / max(now - started, 0.001)
        text = f"{seen:,} letters, {rate:,.0f} a second: {source}"
        out.write(f"\r\x1b[K{text[:150]}" if terminal else f"{text}\n")
        if terminal and source == "writing the snapshot":
            out.write("\n")
        out.flush()

    return show
