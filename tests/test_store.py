"""Snapshots on disk: kills, full disks, locks, and what is left behind."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from data.errors import WarehouseError
from data.warehouse import JOURNAL, POINTER, Snapshot, current_snapshot, read_journal
from loaders.guard import LOCK, append_journal, writing
from loaders.ingest import ingest
from tests.builder import Item, raw_letter
from tests.conftest import ROOT


def dying(modules: tuple[str, ...], imports: str, work: str) -> str:
    """A program that does `work` and ends itself, as kill -9 does, when the n-th function is called inside these modules."""
    return f"""
import os, signal, sys
last = int(sys.argv[1]); calls = 0
def count(frame, event, argument):
    global calls
    if event in ("call", "c_call") and frame.f_code.co_filename.endswith({modules!r}):
        calls += 1
        if calls == last:
            os.kill(os.getpid(), signal.SIGKILL)
from pathlib import Path
{imports}
sys.setprofile(count)
{work}
sys.setprofile(None)
print(calls)
"""


DYING = dying(
    ("store.py", "publish.py", "text_index.py", "ingest.py"),
    "from loaders.ingest import ingest",
    "ingest([Path(sys.argv[2])], Path(sys.argv[3]))",
)


def letters(folder: Path, *names: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / f"{name}.txt").write_text(raw_letter(Item(f"MRI of the knee for {name}")))
    return folder


@pytest.fixture
def loaded(tmp_path: Path) -> Path:
    """A warehouse of two letters, and beside it a folder of five letters to load next."""
    ingest([letters(tmp_path / "first", "one", "two")], tmp_path / "warehouse")
    letters(tmp_path / "next", "one", "three", "four", "five", "six")
    return tmp_path / "warehouse"


def texts(snapshot: Snapshot) -> int:
    with snapshot.connect() as connection:
        keys = connection.execute("SELECT letter_key, text_part FROM letters").fetchall()
    return sum(1 for key, part in keys if snapshot.text(key, part))


def strays(folder: Path) -> list[str]:
    """Files of the warehouse that belong to no snapshot."""
    manifests = [json.loads(path.read_text()) for path in folder.glob("imr-*.json")]
    known = {POINTER, JOURNAL, LOCK} | {part for manifest in manifests for part in manifest["text_parts"]}
    for manifest in manifests:
        known |= {f"imr-{manifest['snapshot']}.{end}" for end in ("json", "duckdb", "index")}
    return sorted(path.name for path in folder.iterdir() if path.name not in known)


def die(folder: Path, call: int) -> int:
    done = subprocess.run(
        [sys.executable, "-c", DYING, str(call), str(folder.parent / "next"), str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return int(done.stdout) if done.returncode == 0 else done.returncode


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many calls a load makes that nobody kills."""
    folder = tmp_path_factory.mktemp("trial")
    ingest([letters(folder / "first", "one", "two")], folder / "warehouse")
    letters(folder / "next", "one", "three", "four", "five", "six")
    made = die(folder / "warehouse", -1)
    assert made > 100
    return made


def check_kill_at(loaded: Path, calls: int, share: float) -> None:
    """Kill the loader after `share` of its calls: the old snapshot or the whole new one is served, and loading goes on."""
    before = current_snapshot(loaded)
    assert before
    assert die(loaded, max(1, int(calls * share))) == -signal.SIGKILL
    served = current_snapshot(loaded)
    assert served
    assert served.letters == (2 if served == before else 6)
    assert texts(served) == served.letters
    summary = ingest([loaded.parent / "next"], loaded)
    assert (summary.added, summary.unchanged) == ((4, 1) if served == before else (0, 5))
    after = current_snapshot(loaded)
    assert after and (after.letters, texts(after)) == (6, 6)
    assert strays(loaded) == []


@pytest.mark.parametrize("share", [0.01, 0.5, 0.96])
def test_killed_while_loading(loaded: Path, calls: int, share: float) -> None:
    check_kill_at(loaded, calls, share)


@pytest.mark.slow
@pytest.mark.parametrize("share", [number / 30 for number in range(30)])
def test_killed_while_loading_at_many_more_moments(loaded: Path, calls: int, share: float) -> None:
    check_kill_at(loaded, calls, share)


@pytest.mark.parametrize("limit", [8_000, 100_000, 1_500_000])
def test_a_full_disk_changes_nothing_and_says_so(loaded: Path, limit: int) -> None:
    before = current_snapshot(loaded)
    done = subprocess.run(
        [sys.executable, "-m", "loaders", "ingest", "--warehouse", str(loaded), str(loaded.parent / "next")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert done.returncode == 2
    assert "could not be written" in done.stderr
    assert "Traceback" not in done.stderr
    assert current_snapshot(loaded) == before
    assert ingest([loaded.parent / "next"], loaded).added == 4
    assert strays(loaded) == []


def test_a_folder_that_may_not_be_written(loaded: Path) -> None:
    """The child becomes another user where the tests run as one whom no permission stops."""
    subprocess.run(["chmod", "-R", "a-w,a+rX", str(loaded)], check=True)
    child = "import os, sys\nfrom loaders.__main__ import main\n"
    child += "if os.geteuid() == 0:\n    os.setuid(65534)\nsys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", child, "ingest", "--warehouse", str(loaded), "data/samples/letters"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    subprocess.run(["chmod", "-R", "u+w", str(loaded)], check=True)
    assert done.returncode == 2
    assert "could not be written" in done.stderr
    assert "Permission denied" in done.stderr
    assert current_snapshot(loaded)


def test_a_warehouse_whose_place_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "warehouse").write_text("x")
    with pytest.raises(WarehouseError, match="could not be written"):
        ingest([letters(tmp_path / "first", "one")], tmp_path / "warehouse")


def test_a_second_loader_is_told_who_holds_the_lock(loaded: Path) -> None:
    holding = "from pathlib import Path; from loaders.guard import writing; import sys\n"
    holding += "with writing(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(loaded)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout and holder.stdout.readline() == b"held\n"
        told = rf"process {holder.pid}, since .* waited 0.2 seconds"
        with pytest.raises(WarehouseError, match=told), writing(loaded, wait_seconds=0.2):
            pass
        holder.kill()
    with writing(loaded, wait_seconds=5):
        assert f"process {os.getpid()}" in (loaded / "load.holder").read_text()
    assert not (loaded / "load.holder").exists()


def test_the_journal_survives_a_cut_line(loaded: Path) -> None:
    journal = loaded / JOURNAL
    with journal.open("ab") as stream:
        stream.write('{"load": "cut off \u00e9'.encode()[:-1])
    append_journal(loaded, {"load": "after"})
    with journal.open("ab") as stream:
        stream.write(b'3\nnull\n{"a"')
    assert [load["load"] for load in read_journal(loaded)][1:] == ["after"]
    assert len(read_journal(loaded)) == 2


def test_a_stopped_load_leaves_only_what_the_next_one_goes_on_with(
    loaded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = current_snapshot(loaded)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("loaders.publish._sync", stop)
    with pytest.raises(KeyboardInterrupt):
        ingest([loaded.parent / "next"], loaded)
    assert current_snapshot(loaded) == before
    assert strays(loaded) == ["stage"]
    monkeypatch.undo()
    monkeypatch.setattr("loaders.pool.parse_chunk", stop)  # nothing is parsed again
    assert ingest([loaded.parent / "next"], loaded).added == 4
    assert strays(loaded) == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "cannot be read"),
        ("[]", "cannot be read"),
        ('{"snapshot": "../up"}', "not the name"),
        ("\xff", "cannot be"),
    ],
)
def test_a_damaged_pointer_is_told(loaded: Path, content: str, message: str) -> None:
    (loaded / POINTER).write_bytes(content.encode("latin-1"))
    with pytest.raises(WarehouseError, match=message):
        current_snapshot(loaded)


@pytest.mark.parametrize("end", ["duckdb", "index", "json"])
def test_a_snapshot_that_lacks_a_file_is_told(loaded: Path, end: str) -> None:
    snapshot = current_snapshot(loaded)
    assert snapshot
    path = loaded / f"imr-{snapshot.snapshot_id}.{end}"
    path.rename(path.with_suffix(".away"))
    with pytest.raises(WarehouseError, match=snapshot.snapshot_id):
        current_snapshot(loaded)


def test_a_damaged_database_is_told_on_reading_and_on_loading(loaded: Path) -> None:
    snapshot = current_snapshot(loaded)
    assert snapshot
    snapshot.database.write_bytes(b"no database" * 1000)
    with pytest.raises(WarehouseError, match="cannot be opened"):
        snapshot.connect()
    with pytest.raises(WarehouseError, match=r"cannot be opened.*--from-nothing"):
        ingest([loaded.parent / "next"], loaded)
    assert [name for name in strays(loaded) if ".part" in name] == []


def test_a_reader_cannot_touch_anything_else(loaded: Path) -> None:
    import duckdb

    snapshot = current_snapshot(loaded)
    assert snapshot
    with snapshot.connect() as connection:
        for statement in (
            f"SELECT * FROM read_text('{loaded / POINTER}')",
            f"COPY letters TO '{loaded / 'out.csv'}'",
            "DELETE FROM letters",
            "INSTALL httpfs",
            "SET enable_external_access = true",
        ):
            with pytest.raises(duckdb.Error):
                connection.execute(statement)
