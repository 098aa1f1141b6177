"""Going back, pruning, purging and verifying: also when they are killed, and to the last byte."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
import tantivy

from data.errors import OverturnError, WarehouseError
from data.passages import PARTS
from data.warehouse import POINTER, current_snapshot, read_journal
from loaders.__main__ import main
from loaders.guard import PURGED
from loaders.ingest import ingest
from loaders.operations import held, history_lines, prune, rollback
from loaders.publish import manifests
from loaders.purge import forget, purge
from loaders.verify import verify
from tests.builder import COVER, Item, raw_letter
from tests.conftest import ROOT
from tests.test_store import dying, letters

WORD = "quokkaphobia"

DYING = dying(
    ("store.py", "publish.py", "text_index.py", "operations.py", "purge.py"),
    "from loaders.operations import prune, rollback\nfrom loaders.purge import purge\nfolder = Path(sys.argv[2])",
    "eval(sys.argv[3])",
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three loads: one and two; then the letter with the unique word; then four."""
    top = tmp_path_factory.mktemp("operations")
    for names in (("one", "two"), (WORD,), ("four",)):
        ingest([letters(top / "letters", *names)], top / "warehouse", workers=1)
    return top


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    shutil.copytree(template, tmp_path / "top")
    return tmp_path / "top" / "warehouse"


def id_of(folder: Path, source: str) -> str:
    snapshot = current_snapshot(folder)
    assert snapshot
    with snapshot.connect() as connection:
        ((found,),) = connection.execute("SELECT letter_id FROM letters WHERE source = ?", [f"{source}.txt"]).fetchall()
    return str(found)


def where(folder: Path, word: str) -> set[str]:
    """The kinds of files that hold `word`: in their bytes, in any cell of a table, in any term of an index."""
    found = set()
    for path in (path for path in folder.rglob("*") if path.is_file()):
        said = path.read_bytes().lower()
        if path.suffix == ".parquet":
            said += repr(pq.read_table(path).to_pylist()).lower().encode()
        if path.suffix == ".duckdb":
            with duckdb.connect(str(path), read_only=True) as connection:
                for (table,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
                    said += repr(connection.execute(f"FROM {table}").fetchall()).lower().encode()
        if word.encode() in said:
            found.add(path.suffix)
    for path in folder.glob("*.index"):
        searcher = tantivy.Index.open(str(path)).searcher()
        if any(searcher.terms_with_prefix(field, word[:9]) for field in PARTS):
            found.add(".index")
    return found


def sound(folder: Path) -> None:
    """Every snapshot is whole."""
    assert verify(folder, every=True, all_texts=True).wrong == []


def test_history_lists_snapshots_and_loads(folder: Path) -> None:
    lines = history_lines(folder)
    snapshots = [line for line in lines if " letters, " in line]
    assert ["4 letters" in snapshots[0], "3 letters" in snapshots[1], "2 letters" in snapshots[2]] == [True] * 3
    assert [("served" in line) for line in snapshots] == [True, False, False]
    assert "built on nothing" in snapshots[2]
    assert sum("load: " in line for line in lines) == 3


def test_rollback_and_what_is_loaded_after_it(folder: Path) -> None:
    newest, middle, oldest = [one.snapshot_id for one in held(folder)]
    assert rollback(folder).snapshot_id == middle
    assert rollback(folder, oldest[:20]).letters == 2
    with pytest.raises(WarehouseError, match="built on nothing"):
        rollback(folder)
    summary = ingest([letters(folder.parent / "more", "five")], folder, workers=1)
    assert summary.snapshot and summary.snapshot.letters == 3
    assert read_journal(folder)[-2]["act"] == "rollback"
    assert held(folder)[0].base == oldest
    assert rollback(folder, newest).letters == 4
    sound(folder)


def test_rollback_leads_out_of_a_damaged_snapshot(folder: Path) -> None:
    served = current_snapshot(folder)
    assert served
    served.database.write_bytes(b"no database" * 1000)
    assert verify(folder).wrong
    assert rollback(folder).letters == 3
    assert verify(folder).wrong == []


@pytest.mark.parametrize("name", ["2", "nothing", ""])
def test_rollback_to_none_or_several(folder: Path, name: str) -> None:
    with pytest.raises(WarehouseError, match=r"python -m loaders history"):
        rollback(folder, name)


def test_prune_keeps_the_served_one_and_the_newest(folder: Path) -> None:
    newest, middle, oldest = [one.snapshot_id for one in held(folder)]
    rollback(folder, oldest)
    stray = folder / "imr-20200101T000000-00000000.duckdb.part"
    stray.write_bytes(b"x" * 5000)
    never = folder / "imr-20200101T000000-11111111.json"
    never.write_text((folder / f"imr-{oldest}.json").read_text())
    tried = prune(folder, 2, dry_run=True)
    assert stray.exists()
    assert (tried.kept, set(tried.removed)) == ([newest, oldest], {middle, never.stem[4:]})
    before = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    done = prune(folder, 2)
    assert done == tried
    assert done.freed > 5000
    assert before - sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) > 0
    assert manifests(folder) == {newest, oldest}
    sound(folder)
    assert prune(folder, 1).removed == [newest]
    assert [one.snapshot_id for one in held(folder)] == [oldest]
    assert len(list(folder.glob("texts-*"))) == 1
    sound(folder)
    with pytest.raises(OverturnError, match="at least 1"):
        prune(folder, 0)


def test_purge_leaves_no_byte(folder: Path) -> None:
    assert where(folder, WORD) >= {".duckdb", ".parquet", ".index"}
    (folder / "stage" / "x").mkdir(parents=True)
    (folder / "stage" / "x" / "letters.0.parquet").write_bytes((next(folder.glob("texts-*"))).read_bytes())
    letter, oldest = id_of(folder, WORD), held(folder)[-1].snapshot_id
    done = purge(folder, [letter[:14]])
    assert done.letters == [letter]
    assert done.snapshot and done.snapshot.letters == 3
    assert len(done.dropped) == 2
    assert f"the original file {WORD}.txt" in "\n".join(done.lines(folder))
    assert where(folder, WORD) == set()
    assert manifests(folder) == {oldest, done.snapshot.snapshot_id}
    assert held(folder)[0].base == oldest
    sound(folder)


def test_a_purged_letter_comes_back_only_when_that_is_said(folder: Path) -> None:
    letter = id_of(folder, WORD)
    purge(folder, [letter])
    summary = ingest([folder.parent / "letters"], folder, workers=1)
    assert [(refused.code, letter in refused.message) for refused in summary.rejected] == [("purged", True)]
    assert (summary.added, summary.unchanged) == (0, 3)
    with pytest.raises(OverturnError, match="no letter that was purged"):
        forget(folder, ["CM16-0990099"])
    assert forget(folder, [letter]) == [letter]
    assert ingest([folder.parent / "letters"], folder, workers=1).added == 1
    sound(folder)


def test_purge_of_a_case_takes_all_its_letters(tmp_path: Path) -> None:
    made = tmp_path / "letters"
    made.mkdir()
    for number, request in enumerate((f"CT of the neck for {WORD}", f"MRI of the neck for {WORD}")):
        (made / f"{number}.txt").write_text(raw_letter(Item(request), cover=COVER))
    other = tuple(line.replace("0990099", "0990098") for line in COVER)
    (made / "other.txt").write_text(raw_letter(Item("Walker"), cover=other))
    ingest([made], tmp_path / "w", workers=1)
    assert len(purge(tmp_path / "w", ["cm16-0990099"]).letters) == 2
    assert where(tmp_path / "w", WORD) == set()
    left = current_snapshot(tmp_path / "w")
    assert left and left.letters == 1
    sound(tmp_path / "w")


def test_purge_of_one_version_charts_the_other(tmp_path: Path) -> None:
    made = tmp_path / "letters"
    made.mkdir()
    later = tuple(line.replace("01/09/2017", "01/19/2017") for line in COVER)
    (made / "early.txt").write_text(raw_letter(Item("CT of the neck"), cover=COVER))
    (made / "late.txt").write_text(raw_letter(Item("MRI of the neck"), cover=later))
    ingest([made], tmp_path / "w", workers=1)
    done = purge(tmp_path / "w", [id_of(tmp_path / "w", "late")])
    assert done.snapshot
    with done.snapshot.connect() as connection:
        assert connection.execute("SELECT source, superseded FROM letters").fetchall() == [("early.txt", False)]
        assert connection.execute("SELECT count(*) FROM facts").fetchall() == [(1,)]


def test_purge_of_what_is_not_here_changes_nothing(folder: Path) -> None:
    before = current_snapshot(folder)
    with pytest.raises(OverturnError, match="CM99-0000001"):
        purge(folder, [id_of(folder, WORD), "CM99-0000001"])
    assert current_snapshot(folder) == before
    assert not (folder / PURGED).exists()


def test_a_damaged_list_of_purged_letters_stops_a_load(folder: Path) -> None:
    (folder / PURGED).write_text("{")
    with pytest.raises(WarehouseError, match="list of purged letters"):
        ingest([letters(folder.parent / "more", "five")], folder, workers=1)


ACTS = {"rollback": "rollback(folder)", "prune": "prune(folder, 1)", "purge": "purge(folder, [sys.argv[4]])"}


def die(folder: Path, call: int, act: str) -> int:
    command = [sys.executable, "-c", DYING, str(call), str(folder), ACTS[act], id_of(folder, WORD)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return int(done.stdout) if done.returncode == 0 else done.returncode


@pytest.fixture(scope="module")
def calls(template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """How many calls each act makes that nobody kills."""
    made = {}
    for act in ACTS:
        trial = tmp_path_factory.mktemp(act) / "w"
        shutil.copytree(template / "warehouse", trial)
        made[act] = die(trial, -1, act)
    assert min(made.values()) > 20
    return made


@pytest.mark.parametrize("share", [0.3, 0.6, 0.8, 0.9, 0.97])
@pytest.mark.parametrize("act", list(ACTS))
def test_killed_at_any_moment(folder: Path, calls: dict[str, int], act: str, share: float) -> None:
    letter = id_of(folder, WORD)
    assert die(folder, max(1, int(calls[act] * share)), act) == -signal.SIGKILL
    served = current_snapshot(folder)
    assert served and served.letters in (3, 4)
    found = verify(folder, every=True, all_texts=True).wrong
    assert all("purged letters are still here" in finding for finding in found)
    if act == "purge":
        purge(folder, [letter])
        assert where(folder, WORD) == set()
    elif act == "prune":
        assert prune(folder, 1).kept == [served.snapshot_id]
    assert ingest([folder.parent / "letters"], folder, workers=1).seen == 4
    assert verify(folder, every=True, all_texts=True).notes == []
    sound(folder)


DAMAGE: dict[str, tuple[str, str]] = {
    "decisions lost": ("DELETE FROM decisions WHERE letter_key = (SELECT min(letter_key) FROM letters)", "decisions"),
    "facts changed": ("UPDATE facts SET overturned = NOT overturned", "facts differ"),
    "superseded": ("UPDATE letters SET superseded = true", "later determination"),
    "orphans": ("INSERT INTO problems VALUES (1, 0, 'doubt', 'x', 'x', NULL, NULL)", "problems of no letter"),
    "hash": ("UPDATE letters SET text_sha = 'x'", "not the one their id"),
    "part": ("UPDATE letters SET text_part = 'texts-none.parquet'", "other text parts"),
}


@pytest.mark.parametrize("name", list(DAMAGE))
def test_verify_finds_damage_of_tables(folder: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    statement, told = DAMAGE[name]
    snapshot = current_snapshot(folder)
    assert snapshot
    with duckdb.connect(str(snapshot.database)) as connection:
        connection.execute(statement)
    assert any(told in finding for finding in verify(folder).wrong)
    assert main(["verify", "--warehouse", str(folder)]) == 1
    assert told in capsys.readouterr().out


def test_verify_finds_damage_of_files(folder: Path) -> None:
    newest, middle, oldest = held(folder)
    shutil.rmtree(folder / f"imr-{newest.snapshot_id}.index")
    shutil.copytree(folder / f"imr-{oldest.snapshot_id}.index", folder / f"imr-{newest.snapshot_id}.index")
    manifest = folder / f"imr-{middle.snapshot_id}.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"letters": 7}))
    (folder / "texts-stray.parquet").write_bytes(b"x")
    found = verify(folder, every=True)
    assert any("2 letters that are not in the index" in finding for finding in found.wrong)
    assert any("the manifest says 7 letters, the table holds 3" in finding for finding in found.wrong)
    assert any("texts-stray.parquet" in note for note in found.notes)
    (folder / POINTER).write_text("{")
    assert any("pointer" in finding for finding in verify(folder).wrong)


def test_verify_says_when_definitions_have_changed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from data import schema

    changed: Callable[..., str] = lambda condition="true": schema.facts_sql(condition).replace(  # noqa: E731
        "d.outcome = 'overturned'", "d.outcome = 'upheld'"
    )
    monkeypatch.setattr("loaders.verify.facts_sql", changed)
    monkeypatch.setattr("loaders.publish.facts_sql", changed)
    assert any("python -m loaders reparse" in finding for finding in verify(folder).wrong)


def test_nothing_staged_holds_a_purged_letter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    purge(folder, [id_of(folder, WORD)])
    monkeypatch.setattr("loaders.store.Load.publish", lambda self: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        ingest([letters(folder.parent / "letters", "more")], folder, workers=1)
    assert (folder / "stage").exists()
    assert where(folder / "stage", WORD) <= {".json"}, "a refusal names the file, nothing more"


def test_words_are_found_where_the_disk_cannot_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from data import search, text_index

    served = current_snapshot(folder)
    assert served
    monkeypatch.setattr("data.text_index.os.access", lambda *_: False)
    text_index.opened.cache_clear()
    search.forget()
    before = sorted(path.name for path in served.index.iterdir())
    assert search.letters_with(served.index, WORD).num_rows == 1
    assert verify(folder, all_texts=True).wrong == []
    assert sorted(path.name for path in served.index.iterdir()) == before
    text_index.opened.cache_clear()


def test_the_journal_does_not_name_a_purged_letter_again(folder: Path) -> None:
    letter = id_of(folder, WORD)
    with current_snapshot(folder).connect() as connection:  # type: ignore[union-attr]
        (source,) = connection.execute("SELECT source FROM letters WHERE letter_id = ?", [letter]).fetchone() or ("",)
    purge(folder, [letter])
    ingest([folder.parent / "letters"], folder, workers=1)
    last = read_journal(folder)[-1]
    assert [refused["code"] for refused in last["rejected"]] == ["purged"]
    assert source not in json.dumps(last["rejected"])
