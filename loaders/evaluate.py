"""Compare what the parser reads of whole letters and their items with checked labels."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from data.errors import OverturnError
from loaders.evaluation import Evaluation, Miss
from loaders.ingest import records
from loaders.read import Rejected

_LETTER_DATES = {
    "date_assigned": "assigned",
    "date_of_injury": "injury",
    "decision_date": "decision",
    "ur_denial_date": "ur_denial",
    "application_received": "application_received",
}
LABEL_SOURCES = {"mtus", "acoem", "odg", "acr", "none"}
TEXTS = {"request", "disputed", "claims_admin_guideline", "reviewer_guideline"}
_LISTS = {
    *("licensed_in", "specialties", "specialties_as_written"),
    *("imaging_modalities", "claims_admin_sources", "reviewer_sources"),
}


def read_all(paths: Sequence[Path]) -> tuple[list[dict[str, Any]], list[Rejected]]:
    """The records of all letters below `paths`, and the files that cannot be one."""
    rejected: list[Rejected] = []
    return list(records(paths, rejected.append, lambda: None)), rejected


def evaluate(labels: Path, read_records: Sequence[dict[str, Any]], disputed: Path | None = None) -> Evaluation:
    """Compare records with `labels_letters.csv` and `labels_decisions.csv` in `labels`.

    Requests and statements are compared by case-folded letters and digits; a source without a key in the labels counts
    as `other`; a cell of `?` is not compared. `disputed` is a CSV (letter, decision, field, shown, why) of labels shown to be wrong.
    """
    evaluation = Evaluation()
    read = {letter_name(record["source"]): record for record in read_records}
    disputes = {(row["letter"], row["decision"], row["field"]): row for row in label_rows(disputed)} if disputed else {}
    labelled = {row["letter"]: row for row in label_rows(labels / "labels_letters.csv")}
    by_letter: dict[str, list[dict[str, str]]] = {}
    for row in label_rows(labels / "labels_decisions.csv"):
        by_letter.setdefault(row["letter"], []).append(row)
    for letter, row in labelled.items():
        record = read.get(letter)
        if record is None:
            evaluation.unread.append(letter)
            continue
        evaluation.letters += 1
        for name, value in _letter_values(record):
            _compare(evaluation, disputes, (letter, "", name), row.get(name), value)
        for decision_row in by_letter.get(letter, []):
            number = int(decision_row["decision"])
            decision = record["decisions"][number - 1] if number <= len(record["decisions"]) else None
            for name, value in _decision_values(decision):
                _compare(evaluation, disputes, (letter, str(number), name), decision_row.get(name), value)
    return evaluation


def letter_name(source: str) -> str:
    """The name by which labels know a letter: its file name without its ending."""
    return Path(source).name.rsplit(".", 1)[0]


def label_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a label file. Raises OverturnError naming the file when it cannot be read."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            return list(csv.DictReader(stream))
    except OSError as error:
        raise OverturnError(
            f"The label file {path} cannot be read: {error.strerror}. Give the folder that holds it."
        ) from error


def _compare(
    evaluation: Evaluation,
    disputes: dict[tuple[str, str, str], dict[str, str]],
    place: tuple[str, str, str],
    label: str | None,
    value: str,
) -> None:
    if label is None:
        return
    dispute = disputes.get(place)
    why = dispute["why"] if dispute and dispute["shown"] == value else ""
    equal = _folded(label) == _folded(value) if place[2] in TEXTS else None
    evaluation.compare(Miss(*place, label, value, why, listed=place[2] in _LISTS), equal=equal)


def _folded(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _letter_values(record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, key in _LETTER_DATES.items():
        yield name, record["dates"][key] or ""
    yield "priority", record["priority"] or ""
    yield "licensed_in", ";".join(record["credentials"]["licensed_in"])
    yield "specialties", ";".join(entry["name"] for entry in record["credentials"]["specialties"])
    yield "specialties_as_written", ";".join(entry["as_written"] for entry in record["credentials"]["specialties"])
    yield "decisions", str(len(record["decisions"]))


def _decision_values(decision: dict[str, Any] | None) -> Iterator[tuple[str, str]]:
    if decision is None:
        decision = {"outcome": "", "request": "", "disputed": "", "imaging_modalities": []}
        decision |= {side: {"sources": [], "text": ""} for side in ("claims_administrator", "reviewer")}
    for name in ("outcome", "request", "disputed"):
        yield name, decision[name]
    yield "imaging_modalities", ";".join(decision["imaging_modalities"])
    for prefix, side in (("claims_admin", "claims_administrator"), ("reviewer", "reviewer")):
        sources = {source if source in LABEL_SOURCES else "other" for source in decision[side]["sources"]}
        yield f"{prefix}_sources", ";".join(sorted(sources))
        yield f"{prefix}_guideline", decision[side]["text"] or ""
