"""A letter's text with every extracted value and problem marked where it stands, as HTML in which its text is only text."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from data.rules import explanation, why_without_place
from data.schema import dimensions
from data.sentences import day
from data.showing import as_text
from data.structure import Place
from data.vocabulary import vocabulary

_KINDS = {
    "imaging": "imaging",
    "body_part": "imaging",
    "laterality": "imaging",
    "contrast": "imaging",
    "quantity": "request",
    "request": "request",
    "disputed": "request",
    "original": "request",
    "authorized": "request",
    "category": "request",
    "flag": "request",
    "specialty": "specialty",
    "specialty_role": "specialty",
    "licence_state": "licence_state",
    "decisive": "decisive",
    "reason": "decisive",
    "mtus_silent": "decisive",
    "worker_age": "worker",
    "worker_sex": "worker",
}
_SIDES = ("claims_administrator", "reviewer")
_OUTCOMES = ("overturned", "upheld")
_PASSAGES = {"rationale", "summary"}  # marking a whole passage would paint the letter over
PROBLEMS = {
    "contradiction": "Contradictions in the letter",
    "missing": "What the letter leaves out",
    "doubt": "Doubts about the reading",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding or a problem to be marked: its place among its like, its class and its hover text.

    `colour` is the colour class of a finding, the kind of a `problem`; `deciding` is the sentence that decides an item.
    """

    number: int
    start: int
    end: int
    colour: str
    title: str
    problem: bool = False
    deciding: bool = False

    @property
    def anchor(self) -> str:
        """The id by which a list leads here."""
        return f"{'p' if self.problem else 'f'}{self.number}"


def colour_of(kind: str, value: str = "") -> str:
    """The colour class of a kind of finding; an outcome is warm or cool by its `value`, as everywhere."""
    if kind == "outcome" and value in _OUTCOMES:
        return value
    if kind.startswith("date_"):
        return "date"
    return next((side for side in _SIDES if kind.startswith(f"{side}_")), _KINDS.get(kind, "other"))


_SPOKEN = {
    "original": "requested at first",
    "authorized": "authorized",
    "disputed": "still in dispute",
    "specialty_role": "certification",
    "mtus_silent": "MTUS said not to address it",
    "origin": "kind of text",
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
    **{f"{side}_{part}": f"its {part}" for side in _SIDES for part in ("document", "edition", "section", "pages")},
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
    if kind.endswith("_document") and finding["rule"].startswith("mtus_parts/"):
        return vocabulary("mtus_parts").label(value)
    if kind == "mtus_silent":
        return "yes"
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
            colour_of(finding["kind"], finding["value"]),
            f"{spoken(finding['kind'])}: {spoken_value(finding)[:160]}. {why(finding)}",
            deciding=finding["kind"] == "decisive",
        )
        for number, finding in enumerate(findings)
        if _markable(finding)
    ]


def problem_marks(problems: Sequence[Mapping[str, Any]]) -> list[Mark]:
    """A mark for every problem that has a place."""
    return [
        Mark(number, problem["span_start"], problem["span_end"], problem["kind"], problem["message"], problem=True)
        for number, problem in enumerate(problems)
        if _has_place(problem)
    ]


def _has_place(problem: Mapping[str, Any]) -> bool:
    return problem["span_start"] is not None and bool(problem["span_start"] < problem["span_end"])


def why(finding: Mapping[str, Any]) -> str:
    """By which rule a value was found, in a sentence."""
    return f"{explanation(finding['rule'])} (rule {finding['rule']})"


def _markable(finding: Mapping[str, Any]) -> bool:
    return finding["kind"] not in _PASSAGES and bool(finding["span_start"] < finding["span_end"])


def marked_html(text: str, found: Sequence[Mark], places: Sequence[Place] = ()) -> str:
    """The text, escaped, with marks. Where marks overlap the shortest one colours the words and all of them stand in the hover.

    Every mark's anchor stands once, where it begins, and so does that of each of `places`. A problem draws a line under its
    words and leaves them their colour; a deciding sentence is bold throughout.
    """
    turns = [*(edge for mark in found for edge in (mark.start, mark.end)), *(place.start for place in places)]
    edges = sorted({0, len(text), *(edge for edge in turns if 0 <= edge <= len(text))})
    opening: dict[int, str] = {}
    for part in places:
        opening[part.start] = f'{opening.get(part.start, "")}<span id="{part.anchor}"></span>'
    starting: dict[int, list[Mark]] = {}
    for mark in found:
        starting.setdefault(mark.start, []).append(mark)
    active: list[Mark] = []
    pieces: list[str] = []
    for start, end in pairwise(edges):
        active = [mark for mark in active if mark.end > start] + starting.get(start, [])
        anchors = "".join(f'<span id="{mark.anchor}"></span>' for mark in starting.get(start, []))
        words = opening.get(start, "") + anchors + _page_breaks(as_text(text[start:end]))
        if not active:
            pieces.append(words)
            continue
        values = [mark for mark in active if not mark.problem]
        inner = min(values, key=lambda mark: (mark.end - mark.start, mark.number), default=None)
        classes = [f"ov-mark ov-{inner.colour}"] if inner else []
        if any(mark.deciding for mark in active):
            classes.append("ov-deciding")
        if wrong := min((mark for mark in active if mark.problem), key=_gravity, default=None):
            classes.append(f"ov-problem ov-{wrong.colour}")
        title = html.escape(
            " | ".join(mark.title for mark in sorted(active, key=lambda mark: mark.end - mark.start)), quote=True
        )
        element = "mark" if inner else "span"
        pieces.append(f'<{element} class="{" ".join(classes)}" title="{title}">{words}</{element}>')
    return f'<div class="ov-reader" dir="ltr">{"".join(pieces)}</div>'


def _gravity(mark: Mark) -> tuple[int, int]:
    return list(PROBLEMS).index(mark.colour), mark.end - mark.start


def _page_breaks(escaped: str) -> str:
    """Page ends as a thin line; a page that ends inside a sentence goes on behind it."""
    return escaped.replace("\f", '<span class="ov-page" role="separator" aria-label="page ends"></span>')


def value_list(findings: Sequence[Mapping[str, Any]], decision: int | None) -> str:
    """The values of the letter (`decision` None) or of one item as a list whose entries lead to their marks."""
    entries = []
    given = {finding["kind"] for finding in findings if finding["ordinal"] == decision}
    for number, finding in enumerate(findings):
        kind = finding["kind"]
        repeated = kind.endswith("_statement") and f"{kind.removesuffix('_statement')}_source" in given
        if finding["ordinal"] != decision or kind in _PASSAGES or repeated:
            continue
        value = html.escape(spoken_value(finding)[:160] or "…")
        linked = f'<a href="#f{number}">{value}</a>' if _markable(finding) else value
        rule = html.escape(why(finding), quote=True)
        entries.append(f'<dt>{html.escape(spoken(kind))}</dt><dd title="{rule}">{linked}</dd>')
    return f'<dl class="ov-values">{"".join(entries)}</dl>' if entries else '<p class="ov-note">Nothing was found.</p>'


def problem_list(problems: Sequence[Mapping[str, Any]], kind: str) -> str:
    """The problems of one kind as a list that leads to their places; one without a place says why. Empty without any."""
    entries = []
    for number, problem in enumerate(problems):
        if problem["kind"] != kind:
            continue
        message = html.escape(problem["message"])
        if _has_place(problem):
            entries.append(f'<li><a href="#p{number}">{message}</a></li>')
        else:
            reason = why_without_place(problem["code"]) or "Its place in the text is not known."
            entries.append(f'<li>{message}<span class="ov-why">{html.escape(reason)}</span></li>')
    return f'<ul class="ov-problems ov-{kind}">{"".join(entries)}</ul>' if entries else ""
