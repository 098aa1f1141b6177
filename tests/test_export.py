"""Tables as files: whole, told, safe in a spreadsheet, and without the letters' words unless asked."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from data.dictionary import dictionary
from data.errors import OverturnError
from data.warehouse import Snapshot
from loaders.__main__ import main
from loaders.export import TABLES, TEXTS, export
from loaders.ingest import ingest
from tests.builder import COVER, Item, raw_letter


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_dictionary_knows_every_column(sample_warehouse: Snapshot, tmp_path: Path) -> None:
    export(sample_warehouse, "all", tmp_path / "a", with_text=True)
    export(sample_warehouse, "all", tmp_path / "b")
    said = dictionary()
    assert set(said) == {*TABLES, TEXTS}
    for table in said:
        names = [*pq.read_schema(tmp_path / "a" / f"{table}.parquet").names]
        if table != TEXTS:
            names += pq.read_schema(tmp_path / "b" / f"{table}.parquet").names
        assert set(names) == set(said[table]), table
        assert all(len(entry) == 3 and entry[0] for entry in said[table].values())
    for folder in ("a", "b"):
        listed = {(row["table"], row["column"]) for row in lines(tmp_path / folder / "dictionary.csv")}
        tables = [*TABLES, *([TEXTS] if folder == "a" else [])]
        written = {(t, c) for t in tables for c in pq.read_schema(tmp_path / folder / f"{t}.parquet").names}
        assert listed == written
    assert "NOT REAL ONES" in (tmp_path / "a" / "README.txt").read_text()


def test_parquet_and_csv_hold_every_row(sample_warehouse: Snapshot, tmp_path: Path) -> None:
    export(sample_warehouse, "decisions", tmp_path)
    export(sample_warehouse, "decisions", tmp_path, "csv")
    table, sheet = pq.read_table(tmp_path / "decisions.parquet"), lines(tmp_path / "decisions.csv")
    assert table.num_rows == len(sheet) == sample_warehouse.decisions
    assert [str(key) for key in table["letter_key"].to_pylist()] == [row["letter_key"] for row in sheet]
    assert ["; ".join(keys or []) for keys in table["admin_sources"].to_pylist()] == [
        row["admin_sources"] for row in sheet
    ]
    assert table.schema.metadata[b"kind"] == b"demonstration"
    assert not list(tmp_path.glob("*.part"))


def test_no_words_of_letters_unless_asked(sample_warehouse: Snapshot, tmp_path: Path) -> None:
    export(sample_warehouse, "all", tmp_path / "plain", "csv")
    export(sample_warehouse, "all", tmp_path / "full", "csv", with_text=True)
    assert not (tmp_path / "plain" / "texts.csv").exists()
    assert "injury_date" not in lines(tmp_path / "plain" / "letters.csv")[0]
    assert lines(tmp_path / "plain" / "letters.csv")[0]["injury_year"]
    assert "decisive" not in lines(tmp_path / "plain" / "decisions.csv")[0]
    assert len(lines(tmp_path / "full" / "texts.csv")) == sample_warehouse.letters
    with pytest.raises(OverturnError, match="--with-text"):
        export(sample_warehouse, "texts", tmp_path)


def test_a_spreadsheet_runs_no_cell(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "@a.txt").write_text(raw_letter(Item("+1 MRI of the knee"), cover=COVER))
    snapshot = ingest([tmp_path / "letters"], tmp_path / "w", collection="=1+1", workers=1).snapshot
    assert snapshot
    export(snapshot, "all", tmp_path / "out", "csv", with_text=True)
    row = lines(tmp_path / "out" / "letters.csv")[0]
    assert (row["source"], row["collection"]) == ("'@a.txt", "'=1+1")
    assert lines(tmp_path / "out" / "decisions.csv")[0]["request"] == "'+1 MRI of the knee"


def test_what_cannot_be_exported(
    sample_warehouse: Snapshot, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(OverturnError, match="no table 'meta'"):
        export(sample_warehouse, "meta", tmp_path)
    with pytest.raises(OverturnError, match="warehouse itself"):
        export(sample_warehouse, "all", sample_warehouse.folder)
    (tmp_path / "file").write_text("x")
    with pytest.raises(OverturnError, match="could not be written"):
        export(sample_warehouse, "facts", tmp_path / "file")
    assert main(["export", "facts", str(tmp_path / "out"), "--warehouse", str(tmp_path / "none")]) == 2
    assert "nothing to export" in capsys.readouterr().err
    assert main(["export", "facts", str(tmp_path / "out"), "--warehouse", str(sample_warehouse.folder)]) == 0
    assert str(tmp_path / "out" / "facts.parquet") in capsys.readouterr().out
