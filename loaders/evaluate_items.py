"""Compare what was read of each item with labels made by reading: body parts, category, quantity, citations, grounds.

The labels are facts about letters (tests/labels): values and offsets, no sentences.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from loaders.evaluate import label_rows, letter_name
from loaders.evaluate_reasons import Grounds
from loaders.evaluation import NOT_LABELLED, Evaluation, Miss, keys_of

ITEM_FIELDS = (
    "body_parts",
    "laterality",
    "contrast",
    "category",
    "subcategory",
    "quantity",
    "unit",
    "flags",
    "age",
    "sex",
)
CITATION_FIELDS = ("frame", "source", "document", "edition", "sections", "pages")
DECISIVE = "decisive"
_LISTS = {"body_parts", "laterality", "flags"}


def evaluate_items(folder: Path, records: Sequence[dict[str, Any]], evaluation: Evaluation) -> Grounds:
    """Compare `records` with `items.csv`, `citations.csv` and `reasons.csv` in `folder`, into `evaluation`.

    Without one of the last two, citations or grounds are not compared; a cell of `?` is not, either. Returns the grounds read and labelled, letter by letter.
    """
    grounds = Grounds()
    by_letter = {letter_name(record["source"]): record for record in records}
    citations, reasons = _grouped(folder / "citations.csv"), _grouped(folder / "reasons.csv")
    evaluation.absent += [
        name for name, rows in (("citations.csv", citations), ("reasons.csv", reasons)) if rows is None
    ]
    for row in label_rows(folder / "items.csv"):
        record = by_letter.get(row["letter"])
        place = (row["letter"], row["decision"])
        if record is None or int(row["decision"]) > len(record["decisions"]):
            evaluation.unread.append(f"{row['letter']} item {row['decision']}")
            continue
        evaluation.letters += row["decision"] == "1"
        decision = record["decisions"][int(row["decision"]) - 1]
        for name, value in zip(ITEM_FIELDS, _item_values(record, decision), strict=True):
            measured = name == "quantity" and row[name] not in ("", NOT_LABELLED)
            label = f"{float(row[name]):g}" if measured else row[name]
            evaluation.compare(Miss(*place, name, label, value, listed=name in _LISTS))
        if citations is not None:
            _compare_citations(evaluation, place, decision, citations[place])
        if reasons is not None:
            _compare_grounds(evaluation, grounds, place, decision, reasons[place])
    return grounds


def _item_values(record: dict[str, Any], decision: dict[str, Any]) -> Iterator[str]:
    quantity, category = decision["quantity"] or {}, decision["category"] or {}
    yield ";".join(decision["body_parts"])
    yield ";".join(decision["laterality"])
    yield decision["contrast"] or ""
    yield category.get("category", "")
    yield category.get("subcategory", "")
    yield f"{quantity['amount']:g}" if quantity else ""
    yield quantity.get("unit") or ""
    yield ";".join(sorted(decision["flags"]))
    yield str(record["worker"]["age"] or "")
    yield record["worker"]["sex"] or ""


def _compare_citations(
    evaluation: Evaluation, place: tuple[str, str], decision: dict[str, Any], labels: list[dict[str, str]]
) -> None:
    for prefix, side in (("claims_admin", "claims_administrator"), ("reviewer", "reviewer")):
        wanted = [row for row in labels if row["side"] == side]
        read = decision[side]["citations"]
        label, value = (";".join(map(_cited, citations)) for citations in (wanted, read))
        miss = Miss(*place, f"{prefix}_citations", label, value, listed=True)
        evaluation.compare(miss, equal=keys_of(label) == keys_of(value))
        if len(wanted) != len(read):
            continue
        for row, citation in zip(wanted, read, strict=True):
            for name in CITATION_FIELDS:
                outside = citation["frame"] == "outside" and row["frame"] == "outside"
                if outside and name in ("document", "edition", "sections"):
                    continue  # free text there: the labels hold these parts for the MTUS alone
                value = ";".join(citation["sections"]) if name == "sections" else citation[name] or ""
                evaluation.compare(Miss(*place, f"citation {name}", row[name], value))


def _cited(citation: dict[str, Any]) -> str:
    """What a citation cites, as a key: its frame, its source and, in the MTUS, the part."""
    parts = [citation["frame"], citation["source"]]
    return "/".join([*parts, citation["document"] or ""] if citation["frame"] == "mtus" else parts)


def _compare_grounds(
    evaluation: Evaluation,
    grounds: Grounds,
    place: tuple[str, str],
    decision: dict[str, Any],
    labels: list[dict[str, str]],
) -> None:
    wanted, read = {row["reason"] for row in labels} - {DECISIVE}, set(decision["reasons"])
    grounds.count(place[0], wanted, read)
    evaluation.compare(Miss(*place, "reasons", ";".join(sorted(wanted)), ";".join(sorted(read)), listed=True))
    stated = next((row for row in labels if row["reason"] == DECISIVE), None)
    if stated:
        span = decision["rationale"]["decisive"]
        overlaps = bool(span) and span[0] < int(stated["end"]) and int(stated["start"]) < span[1]
        evaluation.compare(Miss(*place, "decisive sentence", "found", "found" if overlaps else "missed"))


def _grouped(path: Path) -> dict[tuple[str, str], list[dict[str, str]]] | None:
    if not path.exists():
        return None
    rows: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in label_rows(path):
        rows[row["letter"], row["decision"]].append(row)
    return rows
