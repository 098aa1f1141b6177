"""Stored letters read anew by other versions, and refused files tried again."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import loaders.chunks
from data.errors import FileRejected, OverturnError
from data.warehouse import Snapshot, read_journal
from loaders.__main__ import main
from loaders.chunks import Chunk, Done, parse_chunk
from loaders.ingest import ingest, ingest_rejected, reparse
from loaders.verify import verify
from tests.builder import Item, raw_letter
from tests.test_load import content, letters


def rows(snapshot: Snapshot | None, query: str) -> list[tuple[Any, ...]]:
    assert snapshot
    with snapshot.connect() as connection:
        return connection.execute(query).fetchall()


@pytest.fixture
def loaded(tmp_path: Path) -> Path:
    """Six letters, of which one asks for the ear, loaded with a tag."""
    letters(tmp_path / "letters", 5)
    (tmp_path / "letters" / "ear.txt").write_text(raw_letter(Item("MRI of the ear")))
    ingest([tmp_path / "letters"], tmp_path / "w", collection="first", workers=1)
    return tmp_path / "w"


def reads_otherwise(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Another version of the parser, which reads the ear as overturned; the list counts what it parses."""
    parsed: list[int] = []
    parse = loaders.chunks.parse_letter

    def other(text: str, source: str) -> Any:
        parsed.append(len(text))
        letter = parse(text, source)
        if source == "ear.txt":
            letter = replace(letter, decisions=[replace(letter.decisions[0], outcome="overturned")])
        return letter

    monkeypatch.setattr("loaders.PARSER_VERSION", "another")
    monkeypatch.setattr("loaders.chunks.parse_letter", other)
    return parsed


def test_reparse_needs_no_file_and_changes_only_what_is_read_otherwise(
    loaded: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "letters").rename(tmp_path / "away")
    parsed = reads_otherwise(monkeypatch)
    done = reparse(loaded, workers=1)
    assert (done.seen, done.added, done.reread, done.unchanged, done.confirmed) == (6, 0, 1, 5, 5)
    assert len(parsed) == 6
    read = rows(done.snapshot, "SELECT source, parser_version, collection FROM letters WHERE items = 1 ORDER BY 1")
    assert read[-1] == ("ear.txt", "another", "first")
    assert {version for _, version, _ in read} == {"another"}
    assert {tag for _, _, tag in read} == {"first"}
    assert rows(done.snapshot, "SELECT count(*) FROM facts WHERE overturned") == [(1,)]
    assert verify(loaded, every=True, all_texts=True).wrong == []
    again = reparse(loaded, workers=1)
    assert (again.seen, again.snapshot, len(parsed)) == (0, None, 6)
    assert ingest([tmp_path / "away"], loaded, workers=1).unchanged == 6
    assert len(parsed) == 6, "the files are known to the new versions, too"
    assert [entry.get("act") for entry in read_journal(loaded)] == [None, "reparse", "reparse", None]


def test_reparse_gives_what_a_load_by_the_same_version_gives(
    loaded: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    reads_otherwise(monkeypatch)
    fresh = ingest([tmp_path / "letters"], tmp_path / "fresh", collection="first", workers=1)
    assert content(reparse(loaded, workers=1).snapshot) == content(fresh.snapshot)


def test_a_stopped_reparse_goes_on(loaded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("loaders.chunks.MOST_PIECES", 2)
    parsed = reads_otherwise(monkeypatch)

    def stopped(chunk: Chunk) -> Done:
        if len(parsed) == 4:
            raise KeyboardInterrupt
        return parse_chunk(chunk)

    monkeypatch.setattr("loaders.pool.parse_chunk", stopped)
    with pytest.raises(KeyboardInterrupt):
        reparse(loaded, workers=1)
    monkeypatch.setattr("loaders.pool.parse_chunk", parse_chunk)
    assert reparse(loaded, workers=1).seen == 6
    assert len(parsed) == 6


def test_a_letter_that_is_refused_now_keeps_what_was_read(loaded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(text: str, source: str) -> Any:
        raise FileRejected("not_a_letter", "No.")

    monkeypatch.setattr("loaders.PARSER_VERSION", "another")
    monkeypatch.setattr("loaders.chunks.parse_letter", refusing)
    done = reparse(loaded, workers=1)
    assert (done.seen, len(done.rejected), done.snapshot) == (6, 6, None)
    assert verify(loaded).wrong == []
    with pytest.raises(OverturnError, match="reparse tries again"):
        ingest_rejected(loaded)


def test_reparse_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(OverturnError, match="nothing to read anew"):
        reparse(tmp_path / "w")


def test_refused_files_are_tried_again_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made, folder = letters(tmp_path / "letters", 3), tmp_path / "w"
    (made / "lunch.txt").write_text("We had lunch.")
    (made / "=cmd.txt").write_text("We had dinner.")
    with zipfile.ZipFile(made / "pack.zip", "w") as archive:
        archive.writestr("good.txt", raw_letter(Item("CT of the neck")))
        archive.writestr("soup.txt", "We had soup.")
    (made / "broken.zip").write_bytes(b"PK no archive")
    warehouse = ["--warehouse", str(folder)]
    assert main(["ingest", "--workers", "1", *warehouse, str(made)]) == 1
    capsys.readouterr()
    assert main(["rejects", "--csv", *warehouse]) == 0
    listed = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["source"] for row in listed} == {"'=cmd.txt", "broken.zip", "lunch.txt", "pack.zip/soup.txt"}
    (made / "lunch.txt").write_text(raw_letter(Item("Walker")))
    (made / "new.txt").write_text(raw_letter(Item("Not asked for")))
    with zipfile.ZipFile(made / "broken.zip", "w") as archive:
        archive.writestr("mended.txt", raw_letter(Item("CT of the back")))
    done = ingest_rejected(folder, workers=1)
    assert (done.seen, done.added) == (4, 2)
    assert {refused.source for refused in done.rejected} == {"=cmd.txt", "pack.zip/soup.txt"}
    assert main(["rejects", *warehouse]) == 0
    assert "refused 2 files" in capsys.readouterr().out
    (made / "=cmd.txt").unlink()
    with zipfile.ZipFile(made / "pack.zip", "w") as archive:
        archive.writestr("soup.txt", raw_letter(Item("CT of the toe")))
    assert main(["ingest", "--rejected", "--workers", "1", *warehouse]) == 0
    with pytest.raises(OverturnError, match="refused no file"):
        ingest_rejected(folder)


@pytest.mark.parametrize("arguments", [["ingest"], ["ingest", "--rejected", "somewhere"]])
def test_paths_or_rejected(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert "--rejected" in capsys.readouterr().err
