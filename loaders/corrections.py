"""Reports of wrong values as labels that `evaluate` reads: a folder of label files in which only what was reported is labelled."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from data.corrections import Correction, corrections, in_force
from data.errors import OverturnError
from data.exports import safe_cell
from data.fields import Field
from data.fields import fields as known_fields
from loaders.evaluate import LABEL_SOURCES, letter_name
from loaders.evaluate_items import ITEM_FIELDS
from loaders.evaluation import NOT_LABELLED

_PLACE = ("letter", "decision")
_NAMED = {"specialties", "licensed_in"}  # labels hold the state's names of these
_LETTERS = (
    *("date_assigned", "date_of_injury", "decision_date", "ur_denial_date", "application_received"),
    *("priority", "licensed_in", "specialties"),
)
_DECISIONS = ("outcome", "imaging_modalities", "claims_admin_sources", "reviewer_sources")


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote: the folder, how many reports became labels, and the sentences on those that did not."""

    folder: Path
    labels: int
    left_out: list[str]

    def lines(self) -> list[str]:
        """The same for the command line, with the way to use it."""
        return [
            f"{self.labels:,} reports are labels now, and all reports stand in corrections.csv, in {self.folder}.",
            *self.left_out,
            f"Compare with them: python -m loaders evaluate --labels {self.folder} --items {self.folder} PATH_OF_THE_LETTERS",
        ]


def export_corrections(warehouse: Path, out: Path) -> Exported:
    """Write the reports kept beside `warehouse` to `out`, a new or empty folder.

    `labels_letters.csv`, `labels_decisions.csv` and `items.csv` are label files as `evaluate` reads them, of the reports
    in force; a cell of `NOT_LABELLED` says that nobody labelled it. Letters go by the name of their file, so of two letters
    with one name the one reported first counts. `corrections.csv` holds every report with who, when and snapshot.
    Raises OverturnError where there is none, or where `out` holds something.
    """
    reports = corrections(warehouse)
    if not reports:
        raise OverturnError(f"Nothing was reported as read wrongly in {warehouse}; a letter's page has a form for it.")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OverturnError(f"{out} is there already and not empty. Name a new folder.")
    out.mkdir(parents=True, exist_ok=True)
    _write(out / "corrections.csv", [entry.name for entry in fields(Correction)], map(_row, reports))
    owners: dict[str, str] = {}
    labelled: dict[tuple[str, str, str], dict[str, str]] = {}
    left_out: list[str] = []
    count = 0
    for report in in_force(reports):
        name, field = letter_name(report.source), known_fields().get(report.field)
        if field is None or not field.table:
            left_out.append(f"Not a label, but in corrections.csv: a remark on {name} by {report.who}.")
        elif owners.setdefault(name, report.letter_id) != report.letter_id:
            left_out.append(f"Left out: a report on another letter whose file is named {name}, too.")
        else:
            item = "" if field.table == "labels_letters" else str(report.ordinal or 1)
            labelled.setdefault((field.table, name, item), {})[field.key] = _label(field, report.right_value)
            count += 1
    for name in {name for _, name, _ in labelled}:
        labelled.setdefault(("labels_letters", name, ""), {})  # by it a letter is known to be labelled at all
    for table, columns in (("labels_letters", _LETTERS), ("labels_decisions", _DECISIONS), ("items", ITEM_FIELDS)):
        place = _PLACE[:1] if table == "labels_letters" else _PLACE
        found = sorted((names, cells) for (of, *names), cells in labelled.items() if of == table)
        rows = [
            [*names[: len(place)], *(cells.get(column, NOT_LABELLED) for column in columns)] for names, cells in found
        ]
        _write(out / f"{table}.csv", [*place, *columns], rows)
    return Exported(out, count, left_out)


def _label(field: Field, value: str) -> str:
    """A value as label files write it: names of specialties and states, and of sources the keys that labels know."""
    keys = value.split(";") if value else []
    if field.key in _NAMED:
        return ";".join(field.options[key] for key in keys)
    if field.key in ("claims_admin_sources", "reviewer_sources"):
        return ";".join(sorted({key if key in LABEL_SOURCES else "other" for key in keys}))
    return value


def _row(report: Correction) -> list[object]:
    values = (getattr(report, entry.name) for entry in fields(report))
    return [safe_cell("" if value is None else value) for value in values]


def _write(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
