"""Loads killed with all their processes at any moment, two loads at once, and a reader who never stops asking."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from data.filters import Filters
from data.queries import Reader
from data.warehouse import current_snapshot
from loaders.ingest import ingest
from loaders.synthetic.corpus import synthesize
from loaders.verify import verify
from tests.conftest import ROOT

pytestmark = pytest.mark.slow
FIRST, MONTH = 1500, 2500
CHARTED = "SELECT count(*) FROM decisions JOIN letters USING (letter_key) WHERE NOT superseded"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a warehouse of the first letters, and a month of further ones to load."""
    folder = tmp_path_factory.mktemp("kills")
    synthesize(folder / "first", FIRST, seed=31)
    synthesize(folder / "month", MONTH, seed=32)
    ingest([folder / "first" / "letters"], folder / "warehouse", demonstration=True)
    return folder


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    shutil.copytree(template / "warehouse", tmp_path / "warehouse")
    return tmp_path / "warehouse"


def start(folder: Path, *arguments: str, limit: int = 0) -> subprocess.Popen[str]:
    """`python -m loaders` in a process group of its own, whose files cannot grow beyond `limit` bytes."""
    command, *paths = arguments
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit})); " if limit else ""
    program = f"{limited}import sys; from loaders.__main__ import main\nif __name__ == '__main__': sys.exit(main(sys.argv[1:]))"
    return subprocess.Popen(
        [sys.executable, "-c", program, command, "--warehouse", str(folder), *paths],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def month(template: Path) -> list[str]:
    return ["ingest", "--demonstration", "--workers", "2", str(template / "month" / "letters")]


class Asking:
    """A reader who asks the served snapshot for its figures all the time, as open pages do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.answers: Counter[tuple[str, int, int, int]] = Counter()
        self.errors: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> Asking:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._stop.is_set():
            try:
                snapshot = current_snapshot(self.folder)
                assert snapshot
                with snapshot.connect() as connection:
                    reader = Reader(connection, snapshot, Filters())
                    head = reader.headline()
                    counted = sum(reader.counts("category").values())
                    assert counted == head.decisions == connection.execute(CHARTED).fetchone()[0]
                    row = reader.decisions(1)[0]
                    letter = reader.letter(row["letter_id"])
                    assert letter and letter["text"]
                self.answers[snapshot.snapshot_id, head.letters, head.decisions, head.rate.y] += 1
            except Exception as error:
                self.errors.append(repr(error))


def test_twenty_kills_at_random_moments_while_a_reader_asks(template: Path, folder: Path) -> None:
    moments = random.Random(7)
    before = current_snapshot(folder)
    assert before
    started = time.monotonic()
    whole = template / "measured"
    shutil.copytree(folder, whole)
    assert start(whole, *month(template)).wait() == 0
    needed = time.monotonic() - started
    expected = current_snapshot(whole)
    assert expected
    killed = 0
    with Asking(folder) as reader:
        while killed < 20:
            load = start(folder, *month(template))
            try:
                load.wait(timeout=moments.uniform(0.02, 1.0) * needed)
                assert load.returncode == 0
                shutil.rmtree(folder)  # it was done before its moment came: begin again with the old data
                shutil.copytree(template / "warehouse", folder)
            except subprocess.TimeoutExpired:
                os.killpg(load.pid, signal.SIGKILL)
                load.wait()
                killed += 1
            served = current_snapshot(folder)
            assert served and served.letters in (FIRST, expected.letters)
            assert verify(folder, all_texts=True).wrong == []
        assert start(folder, *month(template)).wait() == 0
    served = current_snapshot(folder)
    assert served and (served.letters, served.decisions) == (expected.letters, expected.decisions)
    found = verify(folder, every=True, all_texts=True)
    assert (found.wrong, found.notes) == ([], [])
    moved_away = [error for error in reader.errors if "No such file" not in error and "is not here" not in error]
    assert moved_away == []
    assert len(reader.answers) >= 2 and sum(reader.answers.values()) > 20
    assert len({key[:1] for key in reader.answers}) == len(reader.answers), "a snapshot gave two answers"


def test_two_loads_at_once_are_two_loads_one_after_the_other(template: Path, folder: Path) -> None:
    names = sorted((template / "month" / "letters").rglob("*.txt"))
    halves = [folder.parent / "a", folder.parent / "b"]
    for number, half in enumerate(halves):
        half.mkdir()
        for path in names[number::2]:
            os.link(path, half / path.name)
    with Asking(folder) as reader:
        both = [start(folder, "ingest", "--demonstration", str(half)) for half in halves]
        assert [one.wait() for one in both] == [0, 0]
    served = current_snapshot(folder)
    assert served and served.letters == FIRST + MONTH
    assert (verify(folder, every=True, all_texts=True).wrong, reader.errors) == ([], [])
    assert len(reader.answers) == len({key[0] for key in reader.answers}) <= 3, "one answer a snapshot, three snapshots"


@pytest.mark.parametrize(
    ("act", "limit"),
    [
        *(("purge", 20_000), ("purge", 1_000_000)),
        *(("reparse", 20_000), ("reparse", 1_000_000)),
        *(("export", 2_000), ("export", 20_000)),
    ],
)
def test_a_full_disk_stops_every_command_with_a_message(folder: Path, act: str, limit: int) -> None:
    before = current_snapshot(folder)
    assert before
    with before.connect() as connection:
        (letter,) = connection.execute("SELECT min(letter_id) FROM letters").fetchone() or ("",)
    arguments = {"purge": [letter], "reparse": [], "export": ["all", str(folder.parent / "out")]}[act]
    if act == "reparse":
        spoil_versions(folder)
    done = start(folder, act, *arguments, limit=limit)
    said, _ = done.communicate()
    assert done.returncode == 2, said
    assert "Traceback" not in said and ("could not be written" in said or "cannot be written" in said)
    served = current_snapshot(folder)
    assert served and served.letters == FIRST
    wrong = verify(folder, all_texts=True).wrong
    assert wrong == [] or (act == "purge" and "a purge" in wrong[0]) or all("purged letters" in line for line in wrong)
    again = start(folder, act, *arguments)
    said, _ = again.communicate()
    assert again.returncode == 0, said
    assert verify(folder, all_texts=True).wrong == []


def spoil_versions(folder: Path) -> None:
    """Make every letter look as if an older parser had read it."""
    snapshot = current_snapshot(folder)
    assert snapshot
    with duckdb.connect(str(snapshot.database)) as connection:
        connection.execute("UPDATE letters SET parser_version = '0'")
