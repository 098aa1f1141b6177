"""A letter's text with every extracted value marked where it stands, as HTML in which the letter's text is only text."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from data.schema import dimensions
from data.sentences import day

_KINDS = {
    "outcome": "outcome",
    "imaging": "imaging",
    "body_part": "imaging",
    "laterality": "imaging",
    "contrast": "imaging",
    "quantity": "request",
    "request": "request",
    "disputed": "request",
    "category": "request",
    "flag": "request",
    "claims_administrator_statement": "claims_administrator",
    "claims_administrator_source": "claims_administrator",
    "reviewer_statement": "reviewer",
    "reviewer_source": "reviewer",
    "specialty": "specialty",
    "licence_state": "licence_state",
    "decisive": "decisive",
    "reason": "decisive",
    "worker_age": "worker",
    "worker_sex": "worker",
}
_PASSAGES = {"rationale"}  # marking a whole passage would paint the letter over


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding to be marked: its place among the findings, its colour class and its hover text."""

    number: int
    start: int
    end: int
    colour: str
    title: str


def colour_of(kind: str) -> str:
    """The colour class of a kind of finding."""
    if kind.startswith("date_"):
        return "date"
    return _KINDS.get(kind, "other")


_SPOKEN = {
    "date_assigned": "assigned",
    "date_decision": "decided",
    "date_ur_denial": "UR denial",
    "date_application_received": "application received",
    "licence_state": "licensed in",
    "worker_age": "age",
    "worker_sex": "sex",
    "decisive": "deciding sentence",
    "claims_administrator_statement": "administrator cited",
    "claims_administrator_source": "administrator cited",
    "reviewer_statement": "reviewer relied on",
    "reviewer_source": "reviewer relied on",
}
_VOCABULARIES = {
    "specialty": "specialty",
    "licence_state": "state",
    "body_part": "body",
    "reason": "reason",
    "claims_administrator_source": "admin",
    "reviewer_source": "reviewer",
    "claims_administrator_statement": "admin",
    "reviewer_statement": "reviewer",
    "imaging": "modality",
    "category": "subcategory",
}


def spoken(kind: str) -> str:
    """The name of a kind of finding as people read it."""
    return _SPOKEN.get(kind) or kind.replace("date_", "date of ").replace("_", " ")


def spoken_value(finding: Mapping[str, Any]) -> str:
    """A finding's value as people read it: labels for keys, dates in words."""
    kind, value = finding["kind"], finding["value"]
    if kind.startswith("date_"):
        return day(date.fromisoformat(value))
    if kind == "imaging":
        modality, _, role = value.partition(":")
        return dimensions()["modality"].term_label(modality) + ("" if role == "requested" else f" ({role})")
    if kind in _VOCABULARIES:
        return (
            ", ".join(dimensions()[_VOCABULARIES[kind]].term_label(key) for key in value.split(";") if key)
            or "none named"
        )
    return str(value).replace("_", " ") if kind in ("flag", "laterality", "contrast") else str(value)


def marks(findings: Sequence[Mapping[str, Any]]) -> list[Mark]:
    """A mark for every finding that is a value, not a whole passage."""
    return [
        Mark(
            number,
            finding["span_start"],
            finding["span_end"],
            colour_of(finding["kind"]),
            f"{spoken(finding['kind'])}: {spoken_value(finding)[:160]} (rule {finding['rule']})",
        )
        for number, finding in enumerate(findings)
        if _markable(finding)
    ]


def _markable(finding: Mapping[str, Any]) -> bool:
    return finding["kind"] not in _PASSAGES and bool(finding["span_start"] < finding["span_end"])


def marked_html(text: str, found: Sequence[Mark]) -> str:
    """The text, escaped, with marks. Where marks overlap the shortest one colours the words and all of them stand in the hover.

    Every finding's anchor `f<number>` stands once, where it begins.
    """
    edges = sorted(
        {0, len(text), *(edge for mark in found for edge in (mark.start, mark.end) if 0 <= edge <= len(text))}
    )
    starting: dict[int, list[Mark]] = {}
    for mark in found:
        starting.setdefault(mark.start, []).append(mark)
    active: list[Mark] = []
    pieces: list[str] = []
    for start, end in pairwise(edges):
        active = [mark for mark in active if mark.end > start] + starting.get(start, [])
        anchors = "".join(f'<span id="f{mark.number}"></span>' for mark in starting.get(start, []))
        words = anchors + _page_breaks(html.escape(text[start:end]))
        if not active:
            pieces.append(words)
            continue
        inner = min(active, key=lambda mark: (mark.end - mark.start, mark.number))
        title = html.escape(
            " | ".join(mark.title for mark in sorted(active, key=lambda mark: mark.end - mark.start)), quote=True
        )
        pieces.append(f'<mark class="ov-mark ov-{inner.colour}" title="{title}">{words}</mark>')
    return f'<div class="ov-reader" dir="ltr">{"".join(pieces)}</div>'


def _page_breaks(escaped: str) -> str:
    """Page ends as a thin line; a page that ends inside a sentence goes on behind it."""
    return escaped.replace("\f", '<span class="ov-page" role="separator" aria-label="page ends"></span>')


def value_list(findings: Sequence[Mapping[str, Any]], decision: int | None) -> str:
    """The values of the letter (`decision` None) or of one item as a list whose entries lead to their marks."""
    entries = []
    for number, finding in enumerate(findings):
        kind = finding["kind"]
        repeated = kind.endswith("_statement") and finding["value"] not in ("", "none")  # its sources stand below it
        if finding["ordinal"] != decision or kind in _PASSAGES or repeated:
            continue
        value = html.escape(spoken_value(finding)[:160] or "…")
        linked = f'<a href="#f{number}">{value}</a>' if _markable(finding) else value
        entries.append(f"<dt>{html.escape(spoken(kind))}</dt><dd>{linked}</dd>")
    return f'<dl class="ov-values">{"".join(entries)}</dl>' if entries else '<p class="ov-note">Nothing was found.</p>'
