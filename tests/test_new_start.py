"""The way out of a damaged warehouse, and names and dates that must not stop a load."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from data.errors import WarehouseError
from data.warehouse import POINTER, current_snapshot
from loaders.dates import parse_date
from loaders.ingest import ingest
from tests.conftest import SAMPLES


def test_a_load_from_nothing_mends_a_damaged_pointer(tmp_path: Path) -> None:
    letter = next((SAMPLES / "letters").glob("*.txt"))
    ingest([letter], tmp_path, demonstration=True)
    (tmp_path / POINTER).write_text("{", encoding="utf-8")
    with pytest.raises(WarehouseError, match="--from-nothing"):
        ingest([letter], tmp_path, demonstration=True)
    summary = ingest([letter], tmp_path, demonstration=True, from_nothing=True)
    assert (summary.added, summary.rejected) == (1, [])
    served = current_snapshot(tmp_path)
    assert served is not None
    assert served.letters == 1


def test_a_load_from_nothing_mends_a_damaged_database(tmp_path: Path) -> None:
    letter = next((SAMPLES / "letters").glob("*.txt"))
    ingest([letter], tmp_path, demonstration=True)
    broken = current_snapshot(tmp_path)
    assert broken is not None
    broken.database.write_bytes(b"no database")
    with pytest.raises(WarehouseError, match="--from-nothing"):
        ingest([letter], tmp_path, demonstration=True)
    assert ingest([letter], tmp_path, demonstration=True, from_nothing=True).added == 1


def test_a_file_name_that_is_no_text_loses_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "letters"
    folder.mkdir()
    first, second = sorted((SAMPLES / "letters").glob("*.txt"))[:2]
    Path(os.fsdecode(bytes(folder) + b"/bad\xff name.txt")).write_bytes(first.read_bytes())
    (folder / "good.txt").write_bytes(second.read_bytes())
    summary = ingest([folder], tmp_path / "warehouse", demonstration=True)
    assert (summary.added, summary.rejected) == (2, [])
    assert json.dumps(summary.lines(), ensure_ascii=False).encode()


@pytest.mark.parametrize("written", ["12/31/9999", "01/11/2107", "01/11/0017", "1/1/1899"])
def test_years_that_no_claim_can_have_are_no_dates(written: str) -> None:
    assert parse_date(written) is None
