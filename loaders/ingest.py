"""Load letters into the warehouse: discover, read, parse, store, and say what happened to every file."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data.errors import FileRejected, OverturnError
from data.originals import file_key
from data.warehouse import Snapshot, current_snapshot, read_journal
from loaders.attached import attached, stored_texts
from loaders.chunks import Chunk, Done, Piece, chunks, record_or_refusal, refusal, versions
from loaders.guard import append_journal, purged, writing
from loaders.pool import parse_all
from loaders.read import SETTLED_SUFFIX, PassedOver, Rejected, discover
from loaders.store import Kind, Load


@dataclass(slots=True)
class Summary:
    """What a load did, file by file in numbers; `rejected` lists every refused file with its reason."""

    seen: int = 0
    added: int = 0
    reread: int = 0
    unchanged: int = 0
    confirmed: int = 0
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
        if self.confirmed:
            lines.append(
                f"{self.confirmed:,} of the unchanged say the same to these versions of parser and vocabulary."
            )
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
_UNNAMED = "a purged letter"  # its file may be named after its case
Report = Callable[[int, str], None]
Refuse = Callable[[Rejected], None]
Source = Callable[[Load, Refuse, Callable[[], None]], Iterator[Piece]]


def pieces(
    paths: Sequence[Path], refuse: Refuse, passed: Callable[[], None], only: Collection[str] | None = None
) -> Iterator[Piece]:
    """Every file, member or line below `paths` that may be a letter, with its bytes, one at a time.

    What cannot be read goes to `refuse`; files of other kinds are told to `passed`. `only` names the sources to take,
    where an archive stands for its members.
    """
    for found in discover(paths):
        if only is not None and not _within(found.source, only):
            continue
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
                yield Piece(found.source, found.suffix, content, file_key(content))


def _within(source: str, names: Collection[str]) -> bool:
    """Whether `source`, or an archive or file of lines that holds it, is one of `names`."""
    while source:
        if source in names:
            return True
        source = source[: max(source.rfind("/"), source.rfind(":"), 0)]
    return False


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
    only: Collection[str] | None = None,
) -> Summary:
    """Load every letter below `paths` into a new snapshot of the warehouse in `folder`, or leave it as it was.

    `demonstration` takes samples and synthetic letters, which are refused otherwise. `only` names the sources to take.
    `workers` and `scheduler` say who parses (see `parse_all`). A load that is stopped leaves what it parsed for the next
    one. Raises OverturnError for a path that does not exist and for a warehouse that cannot be written.
    """
    kind: Kind = "demonstration" if demonstration else "real"
    said = {"kind": kind, "paths": [str(path.absolute()) for path in paths], "collection": collection}
    return _load(
        folder,
        lambda _, refuse, passed: pieces(paths, refuse, passed, only),
        said | ({"retried": len(only)} if only is not None else {}),
        report=report,
        from_nothing=from_nothing,
        workers=workers,
        scheduler=scheduler,
    )


def ingest_rejected(
    folder: Path, *, report: Report | None = None, workers: int | None = None, scheduler: str | None = None
) -> Summary:
    """Load only the files that the last load refused, from the paths it was given. Raises OverturnError where none are."""
    last = last_load(folder)
    if not last or not last["rejected"]:
        again = [entry for entry in read_journal(folder) if entry.get("act") == "reparse"]
        if again and again[-1]["rejected"]:
            raise OverturnError(
                "What was refused last are stored letters, read anew; python -m loaders reparse tries again."
            )
        raise OverturnError(f"The last load into {folder} refused no file, so there is nothing to try again.")
    return ingest(
        [Path(path) for path in last["paths"]],
        folder,
        demonstration=last["kind"] == "demonstration",
        collection=last.get("collection"),
        report=report,
        workers=workers,
        scheduler=scheduler,
        only={refused["source"] for refused in last["rejected"]},
    )


def last_load(folder: Path) -> dict[str, Any] | None:
    """What the journal says of the last load of files, None where there was none."""
    loads = [entry for entry in read_journal(folder) if "rejected" in entry and entry.get("act") != "reparse"]
    return loads[-1] if loads else None


def reparse(
    folder: Path, *, report: Report | None = None, workers: int | None = None, scheduler: str | None = None
) -> Summary:
    """Read the stored texts anew that other versions of parser or vocabulary have read, without the original files.

    A letter that is refused now keeps what was read of it. Raises OverturnError where nothing is loaded.
    """
    served = current_snapshot(folder)
    if served is None:
        raise OverturnError(f"No letters are loaded in {folder}, so there is nothing to read anew.")

    def source(load: Load, *_: object) -> Iterator[Piece]:
        if load.base:
            with attached(base=load.base) as connection:
                for letter, file_key, text in stored_texts(connection, load.base, versions()):
                    yield Piece(letter, SETTLED_SUFFIX, text.encode("utf-8", "surrogatepass"), file_key)

    said: dict[str, Any] = {"act": "reparse", "kind": served.kind, "paths": [], "collection": None}
    return _load(folder, source, said, report=report, workers=workers, scheduler=scheduler)


def _load(
    folder: Path,
    source: Source,
    said: dict[str, Any],
    *,
    report: Report | None = None,
    from_nothing: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
) -> Summary:
    """Parse what `source` gives, publish it, and write what was done into the journal beside what is `said` of it."""
    started = time.monotonic()
    summary = Summary()
    kind: Kind = said["kind"]
    demonstration = kind == "demonstration"

    def refuse(refused: Rejected) -> None:
        summary.seen += 1
        summary.rejected.append(refused)

    def passed() -> None:
        summary.passed_over += 1

    def told(text: str) -> None:
        if report:
            report(summary.seen, text)

    with writing(folder):
        load = Load(folder, kind, said["collection"], from_nothing=from_nothing)
        refused_ids = frozenset(purged(folder))
        taken = 0
        try:

            def unread() -> Iterator[Chunk]:
                """The chunks that nobody has parsed; those that the snapshot or a stopped load holds are only counted."""
                for batch in chunks(source(load, refuse, passed), demonstration=demonstration):
                    known = load.known(batch.pieces)
                    unknown = tuple(piece for piece in batch.pieces if piece.key not in known)
                    summary.seen += len(batch.pieces) - len(unknown)
                    summary.unchanged += len(batch.pieces) - len(unknown)
                    if not unknown:
                        continue
                    rest = replace(batch, pieces=unknown, purged=refused_ids)
                    if earlier := load.staged(rest.name):
                        take(earlier)
                    else:
                        yield rest

            def take(done: Done) -> None:
                nonlocal taken
                summary.seen += done.seen
                summary.rejected += done.rejected
                taken += done.seen - len(done.rejected)
                told(done.last)

            for done in parse_all(unread(), workers, scheduler):
                load.put(done)
                take(done)
            told(WRITING)
            summary.snapshot = load.publish()
        except BaseException:
            load.close()
            raise
        summary.added, summary.reread = load.counts.added, load.counts.reread
        summary.confirmed = load.counts.confirmed
        summary.unchanged += taken - summary.added - summary.reread
        summary.seconds = time.monotonic() - started
        _tell_journal(folder, _journal_entry(load.load_id, said, summary), summary)
    return summary


def _tell_journal(folder: Path, entry: dict[str, Any], summary: Summary) -> None:
    """A load is done whether or not the journal can say so."""
    try:
        append_journal(folder, entry)
    except OSError as error:
        summary.notes.append(f"The journal of loads could not be written: {error.strerror or error}.")


def _journal_entry(load_id: str, said: dict[str, Any], summary: Summary) -> dict[str, Any]:
    return {
        "load": load_id,
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        **said,
        "seen": summary.seen,
        "added": summary.added,
        "reread": summary.reread,
        "unchanged": summary.unchanged,
        "confirmed": summary.confirmed,
        "passed_over": summary.passed_over,
        "rejected": [
            asdict(replace(refused, source=_UNNAMED) if refused.code == "purged" else refused)
            for refused in summary.rejected
        ],
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
