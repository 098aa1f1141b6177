"""What makes disputed items comparable: the levels of the strata in which groups and segments are set against each other."""

from __future__ import annotations

from dataclasses import dataclass

_FIRST = "({0} & ~(greatest({0}, 1::UBIGINT) - 1))"  # the lowest bit of a mask: lists count by their first value in display order


@dataclass(frozen=True, slots=True)
class Level:
    """One level: what it is called, and the SQL over `facts` of an item's place in it."""

    label: str
    sql: str


YEAR = Level("year of the denial", "coalesce(year(ur_denial_date), 0)")
WHAT = Level(
    "imaging study or treatment category",
    f"CASE WHEN modality_mask = 0 THEN category ELSE {_FIRST.format('modality_mask')}::VARCHAR END",
)
BODY = Level("body part", _FIRST.format("body_mask"))
MODIFIED = Level("modified or not", "coalesce(modified, false)")
CLAIM_AGE = Level("age of the claim", "claim_age")
