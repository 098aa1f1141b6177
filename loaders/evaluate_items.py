"""Compare what was read of each item with labels made by reading: body parts, category, quantity, citations, grounds.

The labels are facts about letters (tests/labels): values and offsets, no sentences. Grounds are sets, so they get a
precision and a recall each; a chart may use a ground only when both are known.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loaders.evaluate import Evaluation, Miss, label_rows, letter_name

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


@dataclass(slots=True)
class Grounds:
    """Grounds read and labelled: right, read in vain, and overlooked, by key."""

    right: Counter[str] = field(default_factory=Counter)
    extra: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    def lines(self) -> list[str]:
        """A line a ground, most frequent first, then all together."""
        lines = [f"{'ground of the decision':<32}{'right':>6}{'extra':>7}{'missed':>8}{'precision':>11}{'recall':>8}"]
        keys = sorted({*self.right, *self.extra, *self.missed}, key=lambda key: -(self.right[key] + self.missed[key]))
        for key in keys:
            lines.append(_line(key, self.right[key], self.extra[key], self.missed[key]))
        lines.append(_line("all grounds", self.right.total(), self.extra.total(), self.missed.total()))
        return lines


def _line(name: str, right: int, extra: int, missed: int) -> str:
    precision = f"{100 * right / (right + extra):.0f}%" if right + extra else "-"
    recall = f"{100 * right / (right + missed):.0f}%" if right + missed else "-"
    return f"{name:<32}{right:>6}{extra:>7}{missed:>8}{precision:>11}{recall:>8}"


def evaluate_items(folder: Path, records: Sequence[dict[str, Any]]) -> tuple[Evaluation, Grounds]:
    """Compare `records` with `items.csv`, `citations.csv` and `reasons.csv` in `folder`, for the letters labelled there."""
    evaluation, grounds = Evaluation(), Grounds()
    by_letter = {letter_name(record["source"]): record for record in records}
    citations, reasons = _grouped(folder / "citations.csv"), _grouped(folder / "reasons.csv")
    for row in label_rows(folder / "items.csv"):
        record = by_letter.get(row["letter"])
        place = (row["letter"], row["decision"])
        if record is None or int(row["decision"]) > len(record["decisions"]):
            evaluation.unread.append(f"{row['letter']} item {row['decision']}")
            continue
        evaluation.letters += row["decision"] == "1"
        decision = record["decisions"][int(row["decision"]) - 1]
        for name, value in zip(ITEM_FIELDS, _item_values(record, decision), strict=True):
            label = f"{float(row[name]):g}" if name == "quantity" and row[name] else row[name]
            _compare(evaluation, place, name, label, value)
        _compare_citations(evaluation, place, decision, citations[place])
        _compare_grounds(evaluation, grounds, place, decision, reasons[place])
    return evaluation, grounds


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
    for side in ("claims_administrator", "reviewer"):
        wanted = [row for row in labels if row["side"] == side]
        read = decision[side]["citations"]
        _compare(evaluation, place, "citations", str(len(wanted)), str(len(read)))
        if len(wanted) != len(read):
            continue
        for row, citation in zip(wanted, read, strict=True):
            for name in CITATION_FIELDS:
                outside = citation["frame"] == "outside" and row["frame"] == "outside"
                if outside and name in ("document", "edition", "sections"):
                    continue  # free text there: the labels hold these parts for the MTUS alone
                value = ";".join(citation["sections"]) if name == "sections" else citation[name] or ""
                _compare(evaluation, place, f"citation {name}", row[name], value)


def _compare_grounds(
    evaluation: Evaluation,
    grounds: Grounds,
    place: tuple[str, str],
    decision: dict[str, Any],
    labels: list[dict[str, str]],
) -> None:
    wanted, read = {row["reason"] for row in labels} - {DECISIVE}, set(decision["reasons"])
    grounds.right.update(wanted & read)
    grounds.extra.update(read - wanted)
    grounds.missed.update(wanted - read)
    stated = next((row for row in labels if row["reason"] == DECISIVE), None)
    if stated:
        span = decision["rationale"]["decisive"]
        overlaps = bool(span) and span[0] < int(stated["end"]) and int(stated["start"]) < span[1]
        _compare(evaluation, place, "decisive sentence", "found", "found" if overlaps else "missed")


def _compare(evaluation: Evaluation, place: tuple[str, str], name: str, label: str, value: str) -> None:
    evaluation.compared[name] = evaluation.compared.get(name, 0) + 1
    if label == value:
        evaluation.right[name] = evaluation.right.get(name, 0) + 1
    else:
        evaluation.misses.append(Miss(*place, name, label, value))


def _grouped(path: Path) -> dict[tuple[str, str], list[dict[str, str]]]:
    rows: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in label_rows(path):
        rows[row["letter"], row["decision"]].append(row)
    return rows
