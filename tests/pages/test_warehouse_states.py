"""What a page says when the warehouse is empty, missing, damaged, older or newer than the link."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from page_views import OpenPage, answer_of, warnings_of

from data.warehouse import Snapshot
from loaders.ingest import ingest

LETTERS = Path(__file__).resolve().parents[2] / "data" / "samples" / "letters"
EVERY_PAGE = ("overview", "guidelines", "imaging", "specialties", "letters", "letter")


def load(folder: Path, *names: str) -> Snapshot:
    """Load some of the samples into a warehouse."""
    summary = ingest([LETTERS / name for name in names], folder, demonstration=True)
    assert summary.snapshot is not None
    return summary.snapshot


@pytest.fixture
def two_snapshots(tmp_path: Path) -> Iterator[tuple[Path, Snapshot, Snapshot]]:
    """A warehouse with an older snapshot of one letter and the current one of three."""
    older = load(tmp_path, "sample-01.txt")
    yield tmp_path, older, load(tmp_path, "sample-02.txt", "sample-03.txt")


@pytest.fixture
def copied(sample_warehouse: Snapshot, tmp_path: Path) -> tuple[Path, Snapshot]:
    """A copy of the samples' warehouse that a test may damage."""
    shutil.copytree(sample_warehouse.folder, tmp_path / "warehouse")
    return tmp_path / "warehouse", sample_warehouse


@pytest.mark.parametrize("page", EVERY_PAGE)
@pytest.mark.parametrize("folder", ["empty", "missing"])
def test_without_letters_a_page_says_how_to_load_some(
    open_page: OpenPage, tmp_path: Path, page: str, folder: str
) -> None:
    (tmp_path / "empty").mkdir()
    app = open_page(page, warehouse=tmp_path / folder)
    assert app.title[0].value == "No letters are loaded yet"
    assert "python -m loaders ingest" in app.info[0].value


@pytest.mark.parametrize("content", ["", "{", "[]", '{"snapshot": 7}', '{"snapshot": "../../etc/passwd"}', "null"])
def test_a_damaged_pointer_is_told_and_nothing_is_shown(
    open_page: OpenPage, copied: tuple[Path, Snapshot], content: str
) -> None:
    folder, _ = copied
    (folder / "current.json").write_text(content)
    app = open_page("overview", warehouse=folder)
    assert len(app.error) == 1
    assert not app.main.get("plotly_chart")


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_a_damaged_database_is_told_with_what_to_do(
    open_page: OpenPage, copied: tuple[Path, Snapshot], page: str
) -> None:
    folder, snapshot = copied
    (folder / snapshot.database.name).write_bytes(b"no database")
    app = open_page(page, warehouse=folder)
    assert "load the letters again" in app.error[0].value


@pytest.mark.parametrize("suffix", ["duckdb", "json"])
def test_a_snapshot_without_one_of_its_files_is_told(
    open_page: OpenPage, copied: tuple[Path, Snapshot], suffix: str
) -> None:
    folder, snapshot = copied
    (folder / f"imr-{snapshot.snapshot_id}.{suffix}").unlink()
    assert snapshot.snapshot_id in open_page("overview", warehouse=folder).error[0].value


def test_samples_are_said_to_be_samples_and_real_letters_are_not(
    open_page: OpenPage, copied: tuple[Path, Snapshot]
) -> None:
    folder, snapshot = copied
    assert any("sample letters" in warning for warning in warnings_of(open_page("overview")))
    manifest = folder / f"imr-{snapshot.snapshot_id}.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "kind": "real"}))
    assert not any("sample letters" in warning for warning in warnings_of(open_page("overview", warehouse=folder)))


def test_a_link_to_an_older_snapshot_shows_it_and_says_so(
    open_page: OpenPage, two_snapshots: tuple[Path, Snapshot, Snapshot]
) -> None:
    folder, older, newer = two_snapshots
    app = open_page("overview", warehouse=folder, snapshot=older.snapshot_id)
    assert f"{older.decisions} decisions in 1 letter" in answer_of(app)
    assert any("A newer one" in warning for warning in warnings_of(app))
    app.run()
    assert f"{older.decisions} decisions in 1 letter" in answer_of(app)
    app.button(key="ov-newest").click().run()
    assert f"{newer.decisions} decisions in 3 letters" in answer_of(app)
    assert app.query_params["snapshot"] == newer.snapshot_id


def test_a_link_to_a_snapshot_that_is_gone_says_what_replaced_it(
    open_page: OpenPage, two_snapshots: tuple[Path, Snapshot, Snapshot]
) -> None:
    folder, older, newer = two_snapshots
    for path in folder.glob(f"imr-{older.snapshot_id}.*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    app = open_page("overview", warehouse=folder, snapshot=older.snapshot_id)
    told = next(warning for warning in warnings_of(app) if "no longer here" in warning)
    assert older.snapshot_id in told
    assert newer.snapshot_id in told
    assert f"{newer.decisions} decisions in 3 letters" in answer_of(app)
    assert app.query_params["snapshot"] == newer.snapshot_id


def test_a_snapshot_that_is_pruned_under_its_reader_is_told_too(
    open_page: OpenPage, two_snapshots: tuple[Path, Snapshot, Snapshot]
) -> None:
    folder, older, newer = two_snapshots
    app = open_page("overview", warehouse=folder, snapshot=older.snapshot_id)
    (folder / f"imr-{older.snapshot_id}.json").unlink()
    app.run()
    assert any("no longer here" in warning for warning in warnings_of(app))
    assert f"{newer.decisions} decisions in 3 letters" in answer_of(app)


def test_an_open_page_sees_a_new_snapshot_on_its_next_run(open_page: OpenPage, tmp_path: Path) -> None:
    first = load(tmp_path, "sample-01.txt")
    app = open_page("overview", warehouse=tmp_path)
    second = load(tmp_path, "sample-02.txt")
    app.run()
    assert f"{second.decisions} decisions in 2 letters" in answer_of(app)
    assert second.decisions > first.decisions
    assert app.query_params["snapshot"] == second.snapshot_id


@pytest.mark.parametrize("name", ["../../etc/passwd", "x", "20990101T000000-00000000", "![a](//b.c/d.png)"])
def test_a_name_that_is_no_snapshot_is_told(open_page: OpenPage, name: str) -> None:
    assert any(
        name[:10] in warning and "no longer here" in warning
        for warning in warnings_of(open_page("letters", snapshot=name))
    )
