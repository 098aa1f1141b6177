"""Loading in parallel and in pieces: the same rows whoever parses, nothing parsed twice, nothing lost with a process."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import signal
import socket
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import loaders.pool
from data.originals import file_key
from data.warehouse import Snapshot
from loaders.chunks import Chunk, Done, chunks, parse_chunk
from loaders.ingest import Summary, ingest, pieces, records
from loaders.pool import parse_all
from loaders.read import Rejected
from tests.builder import COVER, Item, raw_letter
from tests.conftest import ROOT, SAMPLES

VARYING = {"letters": "load_id, text_part, collection", "meta": "value"}
DEADLY = "This letter ends the process that reads it."


def letters(folder: Path, count: int, word: str = "knee") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"{number:04}.txt").write_text(raw_letter(Item(f"MRI of the {word}, request {number}"), cover=COVER))
    return folder


def content(snapshot: Snapshot | None) -> str:
    """A hash over every row of every table and every text, in their order by value."""
    assert snapshot
    digest = hashlib.sha256()
    with snapshot.connect() as connection:
        for table in ("letters", "decisions", "citations", "problems", "files", "facts", "terms"):
            left_out = VARYING.get(table)
            columns = f"* EXCLUDE ({left_out})" if left_out else "*"
            for row in connection.execute(f"SELECT {columns} FROM {table} ORDER BY ALL").fetchall():
                digest.update(repr(row).encode())
        for key, part in connection.execute("SELECT letter_key, text_part FROM letters ORDER BY 1").fetchall():
            digest.update(repr(snapshot.text_and_findings(key, part)).encode())
    return digest.hexdigest()


def small(monkeypatch: pytest.MonkeyPatch, most: int = 8) -> None:
    """Chunks of a few letters, so that a handful of letters is work for several processes."""
    monkeypatch.setattr("loaders.chunks.MOST_PIECES", most)


def test_one_process_or_three_give_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch)
    folder = letters(tmp_path / "letters", 50)
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    (folder / "0007 again.txt").write_text((folder / "0007.txt").read_text() + "\n\n")
    loads = [ingest([folder], tmp_path / f"w{workers}", workers=workers) for workers in (1, 3)]
    assert [(load.seen, load.added, load.unchanged) for load in loads] == [(52, 50, 1)] * 2
    assert [[refused.code for refused in load.rejected] for load in loads] == [["incomplete_pdf"]] * 2
    assert len({content(load.snapshot) for load in loads}) == 1


def test_the_order_of_loading_does_not_matter(tmp_path: Path) -> None:
    one, two = letters(tmp_path / "a", 5), letters(tmp_path / "b", 5)
    (two / "0001.txt").write_text((two / "0001.txt").read_text().replace("\n\n", "\r\n\r\n"))
    there, back = ingest([one, two], tmp_path / "w1"), ingest([two, one], tmp_path / "w2")
    assert there.snapshot and back.snapshot
    assert (there.added, there.unchanged) == (back.added, back.unchanged) == (5, 5)
    assert content(there.snapshot) == content(back.snapshot)


def test_bytes_that_were_read_are_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = letters(tmp_path / "letters", 12)
    assert ingest([folder], tmp_path / "w").added == 12
    letters(tmp_path / "letters", 14)
    parsed: list[int] = []

    def counted(chunk: Chunk) -> Done:
        parsed.append(len(chunk.pieces))
        return parse_chunk(chunk)

    monkeypatch.setattr("loaders.pool.parse_chunk", counted)
    summary = ingest([folder], tmp_path / "w")
    assert (summary.seen, summary.added, summary.unchanged, parsed) == (14, 2, 12, [2])
    monkeypatch.setattr("loaders.PARSER_VERSION", "another")
    summary = ingest([folder], tmp_path / "w")
    assert (summary.seen, summary.unchanged, parsed) == (14, 14, [2, 14]), "another parser reads them again"


def test_a_stopped_load_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch)
    folder = letters(tmp_path / "letters", 40)
    (folder / "0003.pdf").write_bytes(b"%PDF-1.4 nothing")
    parsed: list[str] = []

    def stopped(chunk: Chunk) -> Done:
        if len(parsed) == 3:
            raise KeyboardInterrupt
        parsed.append(chunk.name)
        return parse_chunk(chunk)

    monkeypatch.setattr("loaders.pool.parse_chunk", stopped)
    with pytest.raises(KeyboardInterrupt):
        ingest([folder], tmp_path / "w", workers=1)
    before = list(parsed)
    monkeypatch.setattr("loaders.pool.parse_chunk", lambda chunk: parsed.append(chunk.name) or parse_chunk(chunk))
    summary = ingest([folder], tmp_path / "w", workers=1)
    assert len(before) == 3
    assert len(parsed) == len(set(parsed)) == 6
    assert (summary.seen, summary.added, len(summary.rejected)) == (41, 40, 1)
    assert content(summary.snapshot) == content(ingest([folder], tmp_path / "again", workers=1).snapshot)
    assert not (tmp_path / "w" / "stage").exists()


def test_what_a_broken_stage_holds_is_parsed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = letters(tmp_path / "letters", 3)
    name = next(chunks(pieces([folder], lambda _: None, lambda: None), demonstration=False)).name
    staged = tmp_path / "w" / "stage" / name
    staged.mkdir(parents=True)
    (staged / "done.json").write_text('{"seen": 3, "rej')
    assert ingest([folder], tmp_path / "w").added == 3


def deadly(chunk: Chunk) -> Done:
    """What a process does that reads a deadly letter: it dies."""
    if any(DEADLY.encode() in piece.content for piece in chunk.pieces):
        os.kill(os.getpid(), signal.SIGKILL)
    return parse_chunk(chunk)


def test_a_letter_that_kills_its_process_costs_only_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch, 4)
    folder = letters(tmp_path / "letters", 14)
    (folder / "0006.txt").write_text(DEADLY)
    monkeypatch.setattr(loaders.pool, "parse_chunk", deadly)
    summary = ingest([folder], tmp_path / "w", workers=2)
    assert (summary.seen, summary.added) == (14, 13)
    assert [(refused.source, refused.code) for refused in summary.rejected] == [("0006.txt", "reader_died")]


def dead(_: Chunk) -> Done:
    """What every process does where something is wrong with all of them."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def test_processes_that_all_die_stop_the_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch, 2)
    monkeypatch.setattr(loaders.pool, "parse_chunk", dead)
    with pytest.raises(loaders.pool.OverturnError, match="die as soon as they start"):
        ingest([letters(tmp_path / "letters", 6)], tmp_path / "w", workers=2)


def deadly_once(chunk: Chunk) -> Done:
    """What a process does that somebody kills while it works."""
    mark = Path(os.environ["OVERTURN_TEST_MARK"])
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return parse_chunk(chunk)


def test_a_process_killed_midway_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small(monkeypatch, 4)
    folder = letters(tmp_path / "letters", 20)
    monkeypatch.setenv("OVERTURN_TEST_MARK", str(tmp_path / "mark"))
    monkeypatch.setattr(loaders.pool, "parse_chunk", deadly_once)
    summary = ingest([folder], tmp_path / "w", workers=2)
    assert (tmp_path / "mark").exists()
    assert (summary.seen, summary.added, summary.rejected) == (20, 20, [])
    assert content(summary.snapshot) == content(ingest([folder], tmp_path / "plain", workers=1).snapshot)


def test_answers_come_in_the_order_of_the_chunks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = letters(tmp_path / "letters", 30)
    given = list(chunks(pieces([folder], lambda _: None, lambda: None), demonstration=False, most=3))
    assert [done.name for done in parse_all(given, workers=2)] == [chunk.name for chunk in given]


def test_chunks_are_bounded_in_number_and_bytes() -> None:
    def some() -> Iterator[loaders.chunks.Piece]:
        for number in range(25):
            yield loaders.chunks.Piece(str(number), ".txt", b"x" * (100 if number < 20 else 5000), number)

    made = list(chunks(some(), demonstration=False, most=8, most_bytes=6000))
    assert [len(chunk.pieces) for chunk in made] == [8, 8, 6, 2, 1]
    assert [piece.source for chunk in made for piece in chunk.pieces] == [str(number) for number in range(25)]


def packed(folder: Path, kind: str) -> Path:
    """The first three samples as one file of a kind."""
    samples = [SAMPLES / "letters" / f"sample-0{number}.txt" for number in (1, 2, 3)]
    path = folder / f"pack{kind}"
    if kind.startswith((".tar", ".tgz")):
        with tarfile.open(path, "w:gz" if kind != ".tar" else "w") as archive:
            for sample in samples:
                archive.add(sample, f"in/{sample.name}")
            for name in ("../out.txt", "in/other.zip", "in/notes.md"):
                member = tarfile.TarInfo(name)
                member.size = 3
                archive.addfile(member, io.BytesIO(b"abc"))
    elif kind == ".parquet":
        columns = {"name": [sample.name for sample in samples], "text": [sample.read_text() for sample in samples]}
        pq.write_table(pa.table(columns), path)
    else:
        lines = "".join(json.dumps(record) + "\n" for record in records(samples, lambda _: None, lambda: None))
        path.write_bytes(gzip.compress(lines.encode()) if kind.endswith("gz") else lines.encode())
    return path


@pytest.mark.parametrize("kind", [".tar", ".tar.gz", ".tgz", ".parquet", ".jsonl", ".jsonl.gz"])
def test_letters_in_files_of_every_kind(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    packed(folder, kind)
    plain = ingest([SAMPLES / "letters" / f"sample-0{n}.txt" for n in (1, 2, 3)], tmp_path / "w1", demonstration=True)
    loaded = ingest([folder], tmp_path / "w2", demonstration=True)
    assert loaded.added == plain.added == 3
    refused = {(entry.source.removeprefix(f"pack{kind}/"), entry.code) for entry in loaded.rejected}
    archive = kind.startswith((".tar", ".tgz"))
    assert refused == ({("../out.txt", "unsafe_path"), ("in/other.zip", "archive_in_archive")} if archive else set())
    assert loaded.passed_over == (1 if archive else 0)


@pytest.mark.parametrize("kind", [".tar.gz", ".parquet", ".jsonl.gz"])
def test_a_packed_file_that_is_cut_off_is_told(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    path = packed(folder, kind)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    loaded: Summary = ingest([folder], tmp_path / "w", demonstration=True)
    assert [(entry.source, entry.code) for entry in loaded.rejected[-1:]] == [(path.name, "broken_archive")]


def test_a_table_without_texts_is_told(tmp_path: Path) -> None:
    pq.write_table(pa.table({"words": ["a"]}), tmp_path / "t.parquet")
    refused: list[Rejected] = []
    assert list(records([tmp_path], refused.append, lambda: None)) == []
    assert [entry.code for entry in refused] == ["no_text_column"]


def test_the_key_of_a_file_is_that_of_its_bytes() -> None:
    assert file_key(b"abc") == int(hashlib.sha256(b"abc").hexdigest()[:16], 16) >> 1
    assert file_key(b"abc") < 2**63


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers of one process each, started as the guide says; its address and the workers."""
    pytest.importorskip("distributed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    quiet = {"cwd": ROOT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard"]
    started = [
        subprocess.Popen([*scheduler, "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"], **quiet),  # type: ignore[call-overload]
        *(subprocess.Popen([*worker, "--local-directory", str(tmp_path)], **quiet) for _ in range(2)),  # type: ignore[call-overload]
    ]
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield address, started[1:]
    for process in reversed(started):
        process.kill()
        process.wait()


@pytest.mark.flaky(reruns=2)  # three processes have to find each other in time, on a machine that may be busy
def test_a_cluster_gives_the_same_rows_also_when_a_worker_dies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cluster: tuple[str, list[subprocess.Popen[bytes]]]
) -> None:
    small(monkeypatch, 4)
    folder = letters(tmp_path / "letters", 60)
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    address, workers = cluster
    seen: list[int] = []

    def report(count: int, _: str) -> None:
        seen.append(count)
        if len(seen) == 3:
            workers[0].kill()

    there = ingest([folder], tmp_path / "w1", scheduler=address, report=report)
    here = ingest([folder], tmp_path / "w2", workers=1)
    assert (there.seen, there.added, len(there.rejected)) == (61, 60, 1)
    assert content(there.snapshot) == content(here.snapshot)


def test_a_scheduler_that_does_not_answer_or_cannot_be_asked(tmp_path: Path) -> None:
    with pytest.raises(loaders.pool.OverturnError, match=r"distributed|No Dask scheduler"):
        ingest([letters(tmp_path / "letters", 2)], tmp_path / "w", scheduler="tcp://127.0.0.1:9")


def test_processes_end_with_the_load_that_was_killed(tmp_path: Path) -> None:
    """A load killed alone leaves no process that waits for its letters."""
    program = (
        "import os, sys, time\nfrom loaders.pool import _local\n"
        "if __name__ == '__main__':\n"
        "    executor = _local(2)\n"
        "    print(*{executor.submit(os.getpid).result() for _ in range(8)}, flush=True)\n"
        "    time.sleep(600)"
    )
    (tmp_path / "program.py").write_text(program)
    with subprocess.Popen(
        [sys.executable, str(tmp_path / "program.py")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    ) as load:
        assert load.stdout
        workers = [int(number) for number in load.stdout.readline().split()]
        assert workers and all(alive(number) for number in workers)
        load.kill()
    deadline = time.monotonic() + 30
    while any(map(alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [number for number in workers if alive(number)] == []


def alive(process: int) -> bool:
    """Whether a process runs: one that ended and that nobody has waited for does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
