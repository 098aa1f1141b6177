"""Which edition of the MTUS was in force on a day, from `data/mtus_history.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "mtus_history.toml"
BEFORE = "before_mtus"
REVISED = date(2017, 12, 1)
"""From this day on the ACOEM guidelines then current stand in the place of the chapters of 2004: another text under one name."""


@dataclass(frozen=True, slots=True)
class Edition:
    """The MTUS from the day `effective` until the next edition; `change` says in a sentence what was new."""

    key: str
    effective: date
    label: str
    change: str


@cache
def editions() -> tuple[Edition, ...]:
    """All editions known, the oldest first."""
    listed = tomllib.loads(FILE.read_text(encoding="utf-8"))["edition"]
    return tuple(sorted((Edition(**entry) for entry in listed), key=lambda edition: edition.effective))


def mtus_editions() -> dict[str, str]:
    """Label by key, the oldest first, with a key for the days before there was an MTUS."""
    return {BEFORE: "Before the MTUS", **{edition.key: edition.label for edition in editions()}}


def mtus_edition(day: date | None) -> str | None:
    """The key of the edition in force on `day`; None without a day."""
    if day is None:
        return None
    return next((edition.key for edition in reversed(editions()) if edition.effective <= day), BEFORE)


def mtus_edition_sql(day: str) -> str:
    """SQL for the key of the edition in force on `day`, an expression for a DATE; `not_stated` where it is NULL."""
    steps = " ".join(
        f"WHEN ({day}) >= DATE '{edition.effective:%Y-%m-%d}' THEN '{edition.key}'" for edition in reversed(editions())
    )
    return f"CASE WHEN ({day}) IS NULL THEN 'not_stated' {steps} ELSE '{BEFORE}' END"
