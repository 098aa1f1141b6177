"""Workbooks that a spreadsheet opens safely: text stays text, numbers numbers, dates dates, and they say what they count."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ET
import zipfile
from datetime import date, datetime
from typing import Any

import pytest

from data import exports
from data.definitions import DEFINITIONS
from data.exports import About, xlsx_bytes
from data.filters import from_query
from data.warehouse import Snapshot

NS = {"s": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
FORMULAS = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "=HYPERLINK(1)", "=cmd|' /C calc'!A0", "\uff1d1"]
LINKS = ["http://elsewhere.example", "mailto:a@b.example", "internal:About!A1", "external:c:\\x.xlsx"]


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    """The cells of each sheet: text as it is, numbers as float, truth values as bool, dates as (serial, style)."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    book = ET.fromstring(archive.read("xl/workbook.xml"))
    names = [sheet.attrib["name"] for sheet in book.findall("s:sheets/s:sheet", NS)]
    return {
        name: [[_cell(cell) for cell in row] for row in tree.findall("s:sheetData/s:row", NS)]
        for number, name in enumerate(names, start=1)
        for tree in [ET.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))]
    }


def _cell(cell: ET.Element) -> Any:
    kind = cell.attrib.get("t")
    if kind == "inlineStr":
        return "".join(part.text or "" for part in cell.iter(f"{{{NS['s']}}}t"))
    value = float(cell.findtext("s:v", "nan", NS))
    return bool(value) if kind == "b" else (value, "date") if "s" in cell.attrib else value


@pytest.fixture
def about(sample_warehouse: Snapshot) -> About:
    filters = from_query({"modality": "spect", "unit": "letter", "words": "bone & <=1"})
    return About(filters, sample_warehouse, "http://localhost:8501/imaging?modality=spect")


@pytest.mark.parametrize("text", [*FORMULAS, *LINKS, "a\nb", "  blanks  ", "ünïcode \U0001f9b4", "&lt;b&gt; <b>"])
def test_text_stays_the_text_it_is(about: About, text: str) -> None:
    content = xlsx_bytes([text], [[text]], about)
    assert sheets(content)["Data"] == [[text], [text]]
    parts = zipfile.ZipFile(io.BytesIO(content))
    written = "".join(parts.read(name).decode() for name in parts.namelist() if "worksheets" in name)
    assert "<f>" not in written
    assert "hyperlink" not in written
    assert not [name for name in parts.namelist() if "_rels/sheet" in name or "externalLink" in name]


def test_numbers_dates_and_what_is_missing_keep_their_kind(about: About) -> None:
    row = [3, -1.5, True, date(2016, 12, 9), datetime(2016, 12, 9, 12), None, float("nan"), ["mtus", "odg"]]
    [_, cells] = sheets(xlsx_bytes([*"abcdefgh"], [row], about))["Data"]
    serial = (date(2016, 12, 9) - date(1899, 12, 30)).days
    assert cells == [3.0, -1.5, True, (serial, "date"), (serial + 0.5, "date"), "mtus; odg"]
    [_, early] = sheets(xlsx_bytes(["a"], [[date(1850, 1, 2)]], about))["Data"]
    assert early == ["1850-01-02"]


def test_what_the_format_cannot_hold_is_left_out(about: About) -> None:
    [_, cells] = sheets(xlsx_bytes(["a", "b"], [["x\x00y\ufffe\ud800z", "w" * 40_000]], about))["Data"]
    assert cells == ["xyz", "w" * 32_766 + "…"]


def test_the_second_sheet_says_filter_snapshot_and_definitions(about: About) -> None:
    said = dict(sheets(xlsx_bytes(["a"], [], about))["About"])
    assert said["Filter"] == "SPECT; Text has: bone & <=1"
    assert said["Unit"] == "letters"
    assert said["Filter in the address"] == "modality=spect&words=bone+%26+%3C%3D1&unit=letter"
    assert said["Link"] == about.link
    assert said["Snapshot"].startswith(about.snapshot.snapshot_id)
    assert said["Letters"] == "SAMPLE LETTERS, NOT REAL ONES"
    assert {definition.term: definition.text for definition in DEFINITIONS}.items() <= said.items()
    assert "not the chance that a denial is wrong" in said["What is counted"]


def test_rows_beyond_the_limit_are_left_out_and_said(about: About, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST_ROWS_XLSX", 3)
    just = sheets(xlsx_bytes(["n"], [[n] for n in range(3)], about))
    assert (just["Data"][1:], just["About"][0][0]) == ([[0.0], [1.0], [2.0]], "Filter")
    cut = sheets(xlsx_bytes(["n"], ([n] for n in range(4)), about))
    assert cut["Data"][1:4] == [[0.0], [1.0], [2.0]]
    assert cut["Data"][4] == [cut["About"][0][1]]
    assert cut["About"][0] == [
        "Not complete",
        "Only the first 3 rows are here. The CSV of the same table has all of them.",
    ]


def test_the_definitions_say_what_the_statistics_rest_on() -> None:
    text = " ".join(f"{definition.term}: {definition.text}" for definition in DEFINITIONS)
    for words in (
        *("Wilson", "design effect", "lower bound", "Below 10 letters", "Zou and Donner", "Benjamini and Hochberg"),
        *("Exclusive groups", "Standardised ratio", "Byar", "Spiegelhalter", "Laney", "cannot be told apart"),
    ):
        assert words.lower() in text.lower(), words
    assert "survive" not in text
    assert "no different" not in text
