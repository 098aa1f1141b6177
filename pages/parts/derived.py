"""What follows from the values of a letter without standing in it, each with its rule and the values it follows from."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from data.rules import Derived, derived
from data.schema import NOT_STATED, dimensions
from pages.parts.evidence import spoken, spoken_value

_GROUPS = (
    *("specialty_group", "claim_age", "licence", "decision_days", "category", "mtus_edition"),
    *("admin_profile", "admin_step", "reviewer_profile", "reviewer_step", "agreement"),
)
_WHERE_STATED = ("drug_class", "hybrid")
_SIDES = {"claims_administrator": "admin_steps", "reviewer": "reviewer_steps"}


def derived_values(letter: Mapping[str, Any], ordinal: int | None) -> dict[str, str]:
    """What charts count of the letter (`ordinal` None) or of one item, and what else is derived, by key, for people."""
    rows = [row for row in letter["facts"] if ordinal in (None, row["ordinal"])]
    values: dict[str, str] = {}
    if ordinal is None:
        outcomes = {decision["outcome"] for decision in letter["decisions"]}
        values["letter_outcome"] = outcomes.pop() if len(outcomes) == 1 else "partly overturned"
        if letter["versions"]:
            later = (
                "no, a later determination of the case is" if letter["superseded"] else "yes, the latest of its case"
            )
            values["charted"] = later
    for row in rows[:1]:
        values |= {key: dimensions()[key].term_label(row[key]) for key in _GROUPS}
        stated = (key for key in _WHERE_STATED if row[key] != NOT_STATED)
        values |= {key: dimensions()[key].term_label(row[key]) for key in stated}
        if row["ancillary"]:
            values["ancillary"] = "yes"
    for decision in letter["decisions"]:
        if decision["ordinal"] == ordinal and decision["imaging_modalities"]:
            labels = [dimensions()["modality"].term_label(key) for key in decision["imaging_modalities"]]
            values["modalities"] = ", ".join(labels) + (", as one fused study" if decision["hybrid"] else "")
    for side, key in _SIDES.items():
        steps = {
            citation["search_step"]
            for citation in letter["citations"]
            if (citation["side"], citation["ordinal"]) == (side, ordinal) and citation["search_step"]
        }
        if steps:
            values[key] = ", ".join(map(str, sorted(steps)))
    return values


def derived_list(letter: Mapping[str, Any], ordinal: int | None) -> str:
    """The derived values as a list: value, the values it follows from with links to their marks, and the rule."""
    values = derived_values(letter, ordinal)
    of = "letter" if ordinal is None else "item"
    entries = [
        f"<dt>{html.escape(value.label)}</dt><dd>{html.escape(values[key])}</dd>"
        f'<dd class="ov-why">{_why(value, letter, ordinal)}</dd>'
        for key, value in derived().items()
        if value.of == of and key in values
    ]
    return f'<dl class="ov-values ov-derived">{"".join(entries)}</dl>' if entries else ""


def _why(value: Derived, letter: Mapping[str, Any], ordinal: int | None) -> str:
    told = [
        (number, finding)
        for number, finding in enumerate(letter["findings"])
        if ordinal is None or finding["ordinal"] in (None, ordinal)
    ]
    links = [
        f'<a href="#f{told[position][0]}">{html.escape(_name(told[position][1]))}</a>'
        for position in value.sources([finding for _, finding in told])
    ]
    origin = f"From {', '.join(links)}. " if links else "Nothing that it follows from is stated. "
    return origin + html.escape(value.rule)


def _name(finding: Mapping[str, Any]) -> str:
    """A finding in few words, as a link of a derived value."""
    item = f" of item {finding['ordinal']}" if finding["kind"] == "outcome" else ""
    return f"{spoken(finding['kind'])}{item} {spoken_value(finding)[:60]}"
