"""What the samples say, straight from their labels: the numbers that pages are held against."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from data.vocabulary import vocabulary

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples"


@dataclass(frozen=True)
class Item:
    """One labelled item with what its letter says."""

    letter: str
    ordinal: int
    overturned: bool
    disputed: str
    imaging: frozenset[str]
    admin: frozenset[str]
    reviewer: frozenset[str]
    specialties: frozenset[str]
    decided: date | None
    denied: date | None


def _listed(text: str) -> frozenset[str]:
    return frozenset(part for part in text.split(";") if part)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def items() -> list[Item]:
    """Every labelled item of the samples."""
    keys = {term.label: key for key, term in vocabulary("specialties").terms.items()}
    with (SAMPLES / "labels_letters.csv").open(encoding="utf-8", newline="") as stream:
        letters = {row["letter"]: row for row in csv.DictReader(stream)}
    with (SAMPLES / "labels_decisions.csv").open(encoding="utf-8", newline="") as stream:
        return [
            Item(
                letter=row["letter"],
                ordinal=int(row["decision"]),
                overturned=row["outcome"] == "overturned",
                disputed=row["disputed"],
                imaging=_listed(row["imaging_modalities"]),
                admin=_listed(row["claims_admin_sources"]),
                reviewer=_listed(row["reviewer_sources"]),
                specialties=frozenset(keys[name] for name in _listed(letters[row["letter"]]["specialties"])),
                decided=_day(letters[row["letter"]]["decision_date"]),
                denied=_day(letters[row["letter"]]["ur_denial_date"]),
            )
            for row in csv.DictReader(stream)
        ]
