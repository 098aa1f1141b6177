"""Tables as files that a spreadsheet opens safely, with what was filtered and how it was counted inside."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any
from urllib.parse import urlencode

import xlsxwriter

from data.definitions import DEFINITIONS
from data.filters import Filters, to_query
from data.sentences import ESTIMAND, MEANING, filter_text
from data.warehouse import Snapshot

MOST_ROWS_XLSX = 20_000  # about two to four seconds; beyond it a CSV takes a fraction of a second
_MOST_EXACT = 10**15  # a spreadsheet keeps fifteen digits of a number; a longer key stands as text
_LONGEST_CELL = 32_767  # characters, by the format
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_FORMULA = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
)  # the last four are their full-width forms


@dataclass(frozen=True, slots=True)
class About:
    """What a file, picture or briefing says of itself: the filter, the snapshot, and the link to the page where known.

    `beside` is in words what the filter is compared with, empty where it is with nothing.
    """

    filters: Filters
    snapshot: Snapshot
    link: str = ""
    beside: str = ""

    @property
    def sample(self) -> str:
        """A warning where the letters are not real ones, else nothing."""
        return "" if self.snapshot.kind == "real" else "SAMPLE LETTERS, NOT REAL ONES"

    @property
    def unit(self) -> str:
        """What is counted, in the plural."""
        return "letters" if self.filters.unit == "letter" else "disputed items"

    @property
    def source(self) -> str:
        """Where the figures are from, in one line."""
        made = f"snapshot {self.snapshot.snapshot_id} of {self.snapshot.created}"
        return "; ".join(filter(None, (f"Overturn: California IMR decisions, {made}", self.sample)))

    @property
    def condition(self) -> str:
        """The filter and the unit in one line."""
        beside = f"; compared with: {self.beside}" if self.beside else ""
        return f"Filter: {filter_text(self.filters)}{beside}; unit: {self.unit}"

    @property
    def address(self) -> str:
        """The filter as the address bar has it."""
        return urlencode(to_query(self.filters)) or "none"

    def entries(self) -> list[tuple[str, str]]:
        """All of it as names and texts, with every definition."""
        where = [("Link", self.link)] if self.link else []
        return [
            ("Filter", filter_text(self.filters)),
            *([("Compared with", self.beside)] if self.beside else []),
            ("Unit", self.unit),
            ("Filter in the address", self.address),
            *where,
            ("Snapshot", f"{self.snapshot.snapshot_id} of {self.snapshot.created}"),
            *([("Letters", self.sample)] if self.sample else []),
            *((definition.term, definition.text) for definition in DEFINITIONS),
        ]


def safe_cell(value: object) -> object:
    """The value as a cell that no spreadsheet runs: text that would begin a formula gets an apostrophe in front."""
    if isinstance(value, str) and value.lstrip(" \n").startswith(_FORMULA):
        return "'" + value
    if isinstance(value, list | tuple):
        return safe_cell("; ".join(str(part) for part in value))
    return value


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a column of a file means: its heading, a sentence, its unit, and where it is from."""

    name: str
    text: str
    unit: str = ""
    source: str = ""

    def line(self) -> str:
        """All of it in one line."""
        more = "; ".join(filter(None, (self.unit, self.source)))
        return f"{self.name}: {self.text}{f' ({more})' if more else ''}"


def csv_text(
    columns: Sequence[str], rows: Iterable[Sequence[object]], about: About, meanings: Sequence[Meaning] = ()
) -> bytes:
    """CSV (UTF-8 with a mark for spreadsheets): lines of explanation that begin with #, the header, the rows.

    With `meanings`, the definitions and the data dictionary are among the lines.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for line in (
        f"# {about.source}",
        f"# {about.condition} (address: {about.address})",
        f"# {ESTIMAND}",
        f"# {MEANING} Intervals are 95 % and allow for items of one letter being alike; reviewers are alike too, so take them as lower bounds.",
        *([f"# Link: {about.link}"] if about.link else []),
        *(f"# {one.term}: {one.text}" for one in (DEFINITIONS if meanings else ())),
        *(f"# Column {meaning.line()}" for meaning in meanings),
    ):
        out.write(" ".join(line.split()) + "\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe_cell(value) for value in row])
    return out.getvalue().encode("utf-8-sig")


def xlsx_bytes(
    columns: Sequence[str], rows: Iterable[Sequence[object]], about: About, meanings: Sequence[Meaning] = ()
) -> bytes:
    """A workbook: the sheet `Data` with header and rows, the sheet `About` with filter, snapshot and definitions.

    With `meanings` there is a sheet `Dictionary`, a line a column.

    Text stays text whatever it begins with, numbers stay numbers, dates dates; nothing is a formula or a link. At most
    `MOST_ROWS_XLSX` rows: both sheets say so when there were more.
    """
    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    bold = book.add_format({"bold": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "d mmm yyyy", "align": "left"})
    data = book.add_worksheet("Data")
    data.freeze_panes(1, 0)
    for number, name in enumerate(columns):
        data.set_column(number, number, min(max(len(name) + 2, 12), 40))
        data.write_string(0, number, _text(name), bold)
    left = iter(rows)
    written = 0
    for written, row in enumerate(islice(left, MOST_ROWS_XLSX), start=1):
        for number, value in enumerate(row):
            _write(data, written, number, value, day)
    entries = about.entries()
    if next(left, None) is not None:
        cut = f"Only the first {MOST_ROWS_XLSX:,} rows are here. The CSV of the same table has all of them."
        entries.insert(0, ("Not complete", cut))
        data.write_string(written + 1, 0, cut, bold)
    said = book.add_worksheet("About")
    said.set_column(0, 0, 26)
    said.set_column(1, 1, 110)
    for number, (name, text) in enumerate(entries):
        said.write_string(number, 0, _text(name), bold)
        said.write_string(number, 1, _text(text), wrapped)
    if meanings:
        _dictionary(book, meanings, bold, wrapped)
    book.close()
    return out.getvalue()


def _dictionary(book: Any, meanings: Sequence[Meaning], bold: Any, wrapped: Any) -> None:
    sheet = book.add_worksheet("Dictionary")
    for number, (name, width) in enumerate((("Column", 26), ("Meaning", 80), ("Unit", 16), ("Source", 14))):
        sheet.set_column(number, number, width)
        sheet.write_string(0, number, name, bold)
    for row, one in enumerate(meanings, start=1):
        for number, text in enumerate((one.name, one.text, one.unit, one.source)):
            sheet.write_string(row, number, _text(text), wrapped)


def _write(sheet: Any, row: int, column: int, value: object, day: Any) -> None:
    """One cell by the kind of its value; what is not there stays empty."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, int | float) and not (isinstance(value, int) and abs(value) > _MOST_EXACT):
        sheet.write_number(row, column, value)
    elif isinstance(value, date) and value.year >= 1900:
        moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
        sheet.write_datetime(row, column, moment, day)
    else:
        text = "; ".join(str(part) for part in value) if isinstance(value, list | tuple) else str(value)
        sheet.write_string(row, column, _text(text))


def _text(text: str) -> str:
    """The text without what the format cannot hold, cut to the longest cell."""
    clean = _NO_XML.sub("", text)
    return clean if len(clean) <= _LONGEST_CELL else clean[: _LONGEST_CELL - 1] + "…"
