"""Tables as CSV that a spreadsheet opens safely, with what was filtered and how it was counted inside."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from data.filters import Filters, to_query
from data.sentences import ESTIMAND, MEANING, filter_text
from data.warehouse import Snapshot

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


def safe_cell(value: object) -> object:
    """The value as a cell that no spreadsheet runs: text that would begin a formula gets an apostrophe in front."""
    if isinstance(value, str) and value.lstrip(" \n").startswith(_FORMULA):
        return "'" + value
    if isinstance(value, list | tuple):
        return safe_cell("; ".join(str(part) for part in value))
    return value


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]], filters: Filters, snapshot: Snapshot) -> bytes:
    """CSV (UTF-8 with a mark for spreadsheets): lines of explanation that begin with #, the header, the rows."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    kind = "" if snapshot.kind == "real" else "; SAMPLE LETTERS, NOT REAL ONES"
    address = urlencode(to_query(filters)) or "none"
    for line in (
        f"# Overturn: California IMR decisions, snapshot {snapshot.snapshot_id} of {snapshot.created}{kind}",
        f"# Filter: {filter_text(filters)} (address: {address}); unit: {'letters' if filters.unit == 'letter' else 'disputed items'}",
        f"# {ESTIMAND}",
        f"# {MEANING} Intervals are 95 % and allow for items of one letter being alike; reviewers are alike too, so take them as lower bounds.",
    ):
        out.write(" ".join(line.split()) + "\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe_cell(value) for value in row])
    return out.getvalue().encode("utf-8-sig")
