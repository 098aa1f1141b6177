"""Saved views: kept beside the warehouse, by several writers at once, whatever they are called."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from pathlib import Path

import pytest

from data import notes
from data.errors import NotesError
from data.notes import LONGEST_NAME, NOTES, delete_view, save_view, saved_views, tidy_name
from data.warehouse import Snapshot
from loaders.operations import prune
from loaders.publish import leftovers, sweep
from loaders.verify import verify

CT = {"modality": "ct,!spect", "words": 'bone & "scan" =1', "unit": "letter"}
HOSTILE = [
    "<script>alert(1)</script>",
    "'; DROP TABLE saved_views; --",
    "**b** [l](javascript:x) :red[r]",
    "=1+1",
    "ß ẞ 漢",
]


def test_a_view_is_found_again_as_it_was_saved(tmp_path: Path) -> None:
    assert saved_views(tmp_path) == []
    assert list(tmp_path.iterdir()) == []  # looking makes no file
    made = save_view(tmp_path, "  CT, by \n letter ", "imaging", CT)
    assert saved_views(tmp_path) == [made]
    assert (made.name, made.page, made.parameters) == ("CT, by letter", "imaging", CT)
    save_view(tmp_path, "all", "overview", {})
    assert [view.name for view in saved_views(tmp_path)] == ["all", "CT, by letter"]
    assert delete_view(tmp_path, "all")
    assert not delete_view(tmp_path, "all")
    assert saved_views(tmp_path) == [made]


def test_a_name_that_is_taken_is_kept_for_the_first(tmp_path: Path) -> None:
    first = save_view(tmp_path, "CT", "imaging", CT)
    with pytest.raises(NotesError, match="A view named CT is saved already"):
        save_view(tmp_path, " CT ", "overview", {})
    assert saved_views(tmp_path) == [first]
    save_view(tmp_path, "CT", "overview", {}, owner="a@b.example")
    assert saved_views(tmp_path) == [first]
    assert [view.page for view in saved_views(tmp_path, "a@b.example")] == ["overview"]


@pytest.mark.parametrize("name", HOSTILE)
def test_any_name_is_only_a_name(tmp_path: Path, name: str) -> None:
    save_view(tmp_path, "other", "overview", {})
    save_view(tmp_path, name, "imaging", {"words": name})
    assert {view.name for view in saved_views(tmp_path)} == {"other", name}
    assert delete_view(tmp_path, name)
    assert [view.name for view in saved_views(tmp_path)] == ["other"]


def test_names_are_made_readable() -> None:
    assert tidy_name("a\x00b\u202ec\u200b\n d") == "abc d"
    assert len(tidy_name("w" * 500)) == LONGEST_NAME


@pytest.mark.parametrize("name", ["", "  \n", "\u202e\u200b\x00"])
def test_a_view_needs_a_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotesError, match="needs a name"):
        save_view(tmp_path, name, "overview", {})
    assert list(tmp_path.iterdir()) == []


def _write(folder: Path, writer: int) -> None:
    for number in range(25):
        save_view(folder, f"{writer}-{number}", "overview", {"n": str(number)})
        if number % 5 == 4:
            delete_view(folder, f"{writer}-{number}")


def test_two_writers_and_a_reader_at_once_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_write, args=(tmp_path, writer)) for writer in range(2)]
    for process in writers:
        process.start()
    seen = 0
    while any(process.is_alive() for process in writers):
        seen = max(seen, len(saved_views(tmp_path)))
    for process in writers:
        process.join()
    assert [process.exitcode for process in writers] == [0, 0]
    kept = {view.name: view.parameters for view in saved_views(tmp_path)}
    assert kept == {f"{w}-{n}": {"n": str(n)} for w in range(2) for n in range(25) if n % 5 != 4}
    assert seen <= 42


def test_a_folder_that_cannot_be_written_is_told_and_still_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = save_view(tmp_path, "CT", "imaging", CT)
    monkeypatch.setattr(notes.os, "access", lambda *_: False)  # what a read-only disk says, also to root
    assert saved_views(tmp_path) == [kept]
    monkeypatch.undo()
    blocked = tmp_path / "file"
    blocked.write_text("x")  # a file where the folder should be: nobody can write below it
    with pytest.raises(NotesError, match=r"cannot be written .* make the folder writable"):
        save_view(blocked / "warehouse", "CT", "imaging", CT)
    (tmp_path / NOTES).chmod(0o444)
    if os.geteuid():
        with pytest.raises(NotesError, match="cannot be written"):
            save_view(tmp_path, "other", "imaging", CT)


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    (tmp_path / NOTES).write_bytes(b"no database" * 500)
    with pytest.raises(NotesError, match=r"cannot be read .* Restore it from a backup"):
        saved_views(tmp_path)


def test_what_is_done_to_the_warehouse_leaves_the_notes_alone(sample_warehouse: Snapshot, tmp_path: Path) -> None:
    folder = tmp_path / "warehouse"
    shutil.copytree(sample_warehouse.folder, folder)
    kept = save_view(folder, "CT", "imaging", CT)
    beside = [folder / f"{NOTES}{ending}" for ending in ("-wal", "-shm")]
    for path in beside:
        path.touch()
    assert leftovers(folder) == []
    sweep(folder)
    findings = verify(folder)
    assert (findings.wrong, findings.notes) == ([], [])
    prune(folder, keep=1)
    assert all(path.exists() for path in beside)
    assert saved_views(folder) == [kept]


def test_verify_names_damaged_notes(sample_warehouse: Snapshot, tmp_path: Path) -> None:
    folder = tmp_path / "warehouse"
    shutil.copytree(sample_warehouse.folder, folder)
    (folder / NOTES).write_bytes(b"no database" * 500)
    (wrong,) = verify(folder).wrong
    assert NOTES in wrong
    assert "Restore it from a backup" in wrong
