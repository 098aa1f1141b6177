"""What overturned letters stated, beside what upheld ones stated of the same: grounds of decisions, topic by topic.

A ground is read only where it speaks for the outcome, so what overturned items state is never looked for in upheld ones. Its
counterpart is: that the same was found missing. So each topic has a ground on either side, and none is counted that is not
read well enough (data/reasons.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.grounds import Ground
from data.reasons import usable_reasons
from data.statistics import Rate, Unit, count_words, interval_words, percent
from data.vocabulary import vocabulary

TOPICS: tuple[tuple[str, str, str], ...] = (
    ("What the guideline says", "guideline_recommends", "guideline_does_not_recommend"),
    ("Conservative care before", "conservative_care_failed", "conservative_care_not_tried"),
    ("Findings on examination", "objective_findings_present", "no_objective_findings"),
    ("Improvement so far", "functional_improvement_shown", "no_functional_improvement"),
    ("Red flags", "red_flag_or_progression", "no_red_flags"),
    ("What the result would change", "changes_management", "no_change_in_management"),
    ("Number and duration", "within_guideline_count", "exceeds_guideline_count"),
    ("The operation it belongs to", "surgery_planned", "surgery_refused"),
    ("Records and reasons", "", "insufficient_documentation"),
    ("Particulars of the request", "", "request_not_specific"),
    ("Other treatments first", "", "alternative_not_tried"),
    ("A repeat", "", "repeat_without_change"),
    ("Long-term use and risk", "", "long_term_use_or_risk"),
    ("The MTUS is silent", "not_addressed_by_mtus", "not_addressed_by_mtus"),
)
"""A topic, the ground that speaks for the treatment and the one that speaks for the denial (empty: there is none)."""
HOW = (
    "Grounds by outcome. A ground is read only where it speaks for the outcome: what overturned letters state is not looked for "
    "in upheld ones, but that the same was found missing is. Counted are grounds that are read well enough, checked against labelled letters. "
    "They are written together with the outcome and do not predict one."
)


@dataclass(frozen=True, slots=True)
class Side:
    """One ground on the side of its outcome: `rate` is its share of that side's items, None where it may not be counted.

    `none_of`: the items of that side, where it may be counted and stands in none of them; then there is no rate either.
    """

    key: str
    label: str
    rate: Rate | None = None
    none_of: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One topic: what overturned items state of it and what upheld ones do, None where no ground speaks of it there."""

    topic: str
    overturned: Side | None
    upheld: Side | None


def checklist(grounds: Sequence[Ground]) -> list[Entry]:
    """The topics of which any ground is stated, those that overturned items state most first, then by the upheld ones."""
    found = {ground.key: ground for ground in grounds}
    entries = [
        Entry(topic, _side(found, favouring, "overturned"), _side(found, against, "upheld"))
        for topic, favouring, against in TOPICS
    ]
    stated = [one for one in entries if any(side and side.rate for side in (one.overturned, one.upheld))]
    return sorted(stated, key=lambda one: (-_share(one.overturned), -_share(one.upheld)))


def _side(found: dict[str, Ground], key: str, outcome: str) -> Side | None:
    if not key:
        return None
    label = vocabulary("reasons").label(key)
    if key not in usable_reasons():
        return Side(key, label)
    rate: Rate | None = getattr(found[key], outcome) if key in found else None
    if rate and rate.y:
        return Side(key, label, rate)
    every: Rate | None = next((getattr(ground, outcome) for ground in found.values()), None)
    return Side(key, label, none_of=every.n if every else 0)


def _share(side: Side | None) -> float:
    return side.rate.rate or 0.0 if side and side.rate and not side.rate.small else 0.0


def side_words(side: Side | None, unit: Unit = "decision") -> str:
    """`Guideline recommends it: 40 of 60 in 51 letters, 67 % (54 to 77 %)`; says where nothing is counted, and why."""
    if side is None:
        return "Not looked for"
    if side.rate is None and side.none_of:
        return f"{side.label}: in none of {side.none_of:,}"
    if side.rate is None:
        return f"{side.label}: not counted, too few checked letters"
    count = count_words(side.rate.y, side.rate.n, side.rate.letters, unit)
    if side.rate.small or side.rate.rate is None:
        return f"{side.label}: {count}, too few for a share"
    return f"{side.label}: {count}, {percent(side.rate.rate, side.rate.n)} ({interval_words(side.rate.low, side.rate.high, side.rate.n)})"
