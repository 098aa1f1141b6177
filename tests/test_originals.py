"""The file a letter was read from: given where it still lies with the same bytes, and nothing else ever is."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from data.filters import Filters
from data.originals import Original, file_key, original
from data.queries import Reader
from data.warehouse import JOURNAL, Snapshot
from loaders.ingest import ingest, reparse
from tests.conftest import SAMPLES

NAME = "CM16-0990018.pdf"


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    folder = tmp_path / "letters"
    (folder / "inner").mkdir(parents=True)
    shutil.copy(SAMPLES / "letters" / NAME, folder / "inner" / NAME)
    return folder


def loaded(*paths: Path, into: Path) -> tuple[Path, dict[str, Any]]:
    """The warehouse of these paths and its one letter."""
    snapshot = ingest(paths, into / "warehouse", demonstration=True).snapshot
    assert snapshot is not None
    return snapshot.folder, only_letter(snapshot)


def only_letter(snapshot: Snapshot) -> dict[str, Any]:
    with snapshot.connect() as connection:
        ((letter_id,),) = connection.execute("SELECT letter_id FROM letters").fetchall()
        letter = Reader(connection, snapshot, Filters()).letter(letter_id)
    assert letter is not None
    return letter


def bytes_of(found: Original | str, letter: dict[str, Any]) -> bytes | None:
    assert isinstance(found, Original), found
    return found.content(letter["file_keys"])


def test_a_pdf_of_a_folder_is_given_byte_for_byte(letters: Path, tmp_path: Path) -> None:
    folder, letter = loaded(letters, into=tmp_path)
    content = (letters / "inner" / NAME).read_bytes()
    assert letter["file_keys"] == [file_key(content)]
    assert bytes_of(original(folder, letter), letter) == content


def test_a_pdf_given_by_its_name(letters: Path, tmp_path: Path) -> None:
    folder, letter = loaded(letters / "inner" / NAME, into=tmp_path)
    assert bytes_of(original(folder, letter), letter) == (letters / "inner" / NAME).read_bytes()


def test_a_pdf_in_an_archive_in_a_folder(letters: Path, tmp_path: Path) -> None:
    content = (letters / "inner" / NAME).read_bytes()
    with zipfile.ZipFile(letters / "inner" / "year.zip", "w") as archive:
        archive.writestr(f"a/{NAME}", content)
    (letters / "inner" / NAME).unlink()
    folder, letter = loaded(letters, into=tmp_path)
    assert letter["source"] == f"inner/year.zip/a/{NAME}"
    found = original(folder, letter)
    assert found == Original(letters / "inner" / "year.zip", f"a/{NAME}")
    assert bytes_of(found, letter) == content


def test_a_file_that_was_moved_away_is_said(letters: Path, tmp_path: Path) -> None:
    folder, letter = loaded(letters, into=tmp_path)
    shutil.rmtree(letters)
    assert str(original(folder, letter)).startswith(f"The file inner/{NAME} does not lie where it was loaded from")


def test_another_file_in_its_place_is_never_given(letters: Path, tmp_path: Path) -> None:
    folder, letter = loaded(letters, into=tmp_path)
    place = letters / "inner" / NAME
    before = original(folder, letter)
    place.write_bytes(place.read_bytes() + b" ")
    assert str(original(folder, letter)).startswith(f"The file inner/{NAME} is not the one that was loaded any more")
    assert bytes_of(before, letter) is None  # replaced between the look and the click
    place.unlink()
    place.symlink_to("/etc/passwd")
    assert isinstance(original(folder, letter), str)


def test_a_letter_of_text_has_no_pdf(tmp_path: Path) -> None:
    folder, letter = loaded(SAMPLES / "letters" / "sample-02.txt", into=tmp_path)
    assert original(folder, letter) == "This letter was loaded from text, so there is no PDF of it here."


@pytest.mark.parametrize("source", ["../letters/inner/x.pdf", "/etc/x.pdf", "inner/../../x.pdf", "", ".pdf"])
def test_a_name_that_climbs_out_is_looked_for_nowhere(letters: Path, tmp_path: Path, source: str) -> None:
    folder, letter = loaded(letters, into=tmp_path)
    shutil.copy(letters / "inner" / NAME, tmp_path / "x.pdf")
    shutil.copy(letters / "inner" / NAME, letters / "inner" / "x.pdf")
    assert isinstance(original(folder, letter | {"source": source}), str)


def test_a_letter_read_anew_is_still_found_and_a_journal_that_is_gone_is_said(letters: Path, tmp_path: Path) -> None:
    folder, letter = loaded(letters, into=tmp_path)
    reparse(folder)
    assert isinstance(original(folder, letter | {"load_id": "a later load"}), Original)
    journal = folder / JOURNAL
    journal.write_text("[1, 2]\n{}\n" + json.dumps({"load": "x", "paths": "no list"}) + "\n")
    assert isinstance(original(folder, letter), str)
    journal.unlink()
    assert isinstance(original(folder, letter), str)
