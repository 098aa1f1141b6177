"""Write a synthetic corpus: letters as files, in an archive or as records, with labels and a manifest of what is true of it."""

from __future__ import annotations

import json
import zipfile
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

from data.errors import OverturnError
from loaders.synthetic import labels
from loaders.synthetic.layout import SHAPES, lay_out
from loaders.synthetic.manifest import Totals, count, manifest
from loaders.synthetic.pdf import write_pdf
from loaders.synthetic.plan import MOST_LETTERS, Plan, plan
from loaders.synthetic.record import record_of
from loaders.synthetic.tables import Weighted
from loaders.synthetic.wording import Written, write

Kind = Literal["text", "pdf", "records"]
FOLDER_SIZE = 1000  # letters a folder, and a piece of work
_SHAPE = Weighted(zip(SHAPES, (0.6, 0.25, 0.15), strict=True))
_ENDINGS = {"text": ".txt", "pdf": ".pdf", "records": ".jsonl"}


@dataclass(slots=True)
class _Part:
    """What a piece of work made: files (none where they were written already), lines of labels, and counts."""

    files: list[tuple[str, bytes]]
    lines: dict[str, str]
    totals: Totals
    letters: int
    last: str = field(default="")


def synthesize(
    out: Path,
    letters: int,
    seed: int,
    kind: Kind = "text",
    workers: int = 1,
    report: Callable[[int, str], None] | None = None,
) -> dict[str, object]:
    """Write `letters` letters of the corpus of `seed` to `out`, a folder, `.zip` or (records) `.jsonl`; return the manifest.

    The same seed gives the same bytes with any number of workers, and a letter the same bytes in a corpus of any size.
    Raises OverturnError when something is there already or more is asked for than there are case numbers.
    """
    if not 1 <= letters <= MOST_LETTERS:
        raise OverturnError(f"A corpus has 1 to {MOST_LETTERS:,} letters, for so many case numbers there are.")
    suffix = out.suffix.lower()
    if (suffix == ".jsonl") != (kind == "records"):
        raise OverturnError("Records go to a .jsonl file (OUT.jsonl --records), and nothing else does.")
    about = out.with_suffix("") if suffix in (".zip", ".jsonl") else out
    for path in {out, about}:
        if path.is_file() or (path.is_dir() and any(path.iterdir())):
            raise OverturnError(f"{path} is there already and not empty. Give another name, or remove it first.")
    about.mkdir(parents=True, exist_ok=True)
    totals = Totals()
    with ExitStack() as stack:
        tables = {} if kind == "records" else labels.headers()
        streams = {name: stack.enter_context((about / name).open("w", encoding="utf-8", newline="")) for name in tables}
        for name, header in tables.items():
            streams[name].write(header)
        keep = _keeper(out, suffix, stack)
        target = None if suffix in (".zip", ".jsonl") else out / "letters"
        work = partial(_part, seed, kind, target)
        seen = 0
        for part in _parts(work, letters, workers):
            keep(part.files)
            for name, lines in part.lines.items():
                streams[name].write(lines)
            totals.add(part.totals)
            seen += part.letters
            if report:
                report(seen, part.last)
    made = manifest(seed, letters, kind, totals)
    (about / "manifest.json").write_text(json.dumps(made, indent=1, default=str) + "\n", encoding="utf-8")
    return made


def _keeper(out: Path, suffix: str, stack: ExitStack) -> Callable[[list[tuple[str, bytes]]], None]:
    """What takes the files that a piece of work did not write itself."""
    if suffix == ".zip":
        archive = stack.enter_context(zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1))

        def into_archive(files: list[tuple[str, bytes]]) -> None:
            for name, content in files:
                archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, 1)

        return into_archive
    if suffix == ".jsonl":
        stream = stack.enter_context(out.open("wb"))
        return lambda files: stream.writelines(content for _, content in files)
    return lambda _: None


def _parts(work: Callable[[tuple[int, int]], _Part], letters: int, workers: int) -> Iterator[_Part]:
    """The pieces of work in their order; with workers, no more of them at once than are soon taken."""
    pieces = ((start, min(start + FOLDER_SIZE, letters)) for start in range(0, letters, FOLDER_SIZE))
    if workers <= 1:
        yield from map(work, pieces)
        return
    with ProcessPoolExecutor(workers) as pool:
        waiting: deque[Future[_Part]] = deque()
        for piece in pieces:
            waiting.append(pool.submit(work, piece))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _part(seed: int, kind: Kind, target: Path | None, piece: tuple[int, int]) -> _Part:
    made = _Part([], {}, Totals(), piece[1] - piece[0])
    lines = None if kind == "records" else labels.Lines()
    folder = f"{piece[0] // FOLDER_SIZE:05d}"
    if target:
        (target / folder).mkdir(parents=True, exist_ok=True)
    for index in range(*piece):
        planned, rng = plan(seed, index)
        written = write(planned, rng)
        content = _content(kind, planned, written, rng.random())
        made.last = planned.case_number + _ENDINGS[kind]
        if target:
            (target / folder / made.last).write_bytes(content)
        else:
            made.files.append((f"{folder}/{made.last}", content))
        if lines:
            lines.add(planned, written)
        count(made.totals, planned)
    made.lines = lines.text() if lines else {}
    return made


def _content(kind: Kind, planned: Plan, written: Written, at: float) -> bytes:
    if kind == "pdf":
        return write_pdf(written.paragraphs, f"{planned.case_number} (synthetic, fiction)")
    if kind == "records":
        return json.dumps(record_of(planned, written), ensure_ascii=False).encode() + b"\n"
    return lay_out(written.paragraphs, _SHAPE.pick(at)).encode()
