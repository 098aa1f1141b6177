"""The letter record of a synthetic letter, made of what was planned, with spans counted while it was said."""

from __future__ import annotations

from functools import cache
from typing import Any

import data.vocabulary
from data.record import RECORD_VERSION
from data.vocabulary import vocabulary
from loaders.settle import letter_id, text_sha
from loaders.synthetic import VERSION
from loaders.synthetic.citing import Cited
from loaders.synthetic.plan import DATES, Item, Plan
from loaders.synthetic.wording import CLAIMS, RATIONALE, REVIEWER, Said, Written, starts

PARSER = f"synthetic-{VERSION}"
_COVER = {"case_number": (1, "Case Number: "), "assigned": (2, "Date Assigned: "), "injury": (2, "Date of Injury: ")}
_COVER |= {"decision": (3, "Decision Date: "), "ur_denial": (3, "UR Denial Date: ")}
_COVER |= {"priority": (4, "Priority: "), "application_received": (4, "Application Received: ")}


def record_of(plan: Plan, written: Written) -> dict[str, Any]:
    """The record that a parser without a fault would make of the letter; its text is the settled one."""
    text = "\n\n".join(written.paragraphs)
    places = starts(written.paragraphs)
    findings: list[dict[str, Any]] = []
    _cover(plan, written.paragraphs, places, findings)
    decisions = [
        _decision(number, item, said, written.paragraphs, places, findings)
        for number, (item, said) in enumerate(zip(plan.items, written.items, strict=True), start=1)
    ]
    return {
        "record_version": RECORD_VERSION,
        "parser_version": PARSER,
        "vocabulary_version": data.vocabulary.version(),
        "letter_id": letter_id(text),
        "text_sha": text_sha(text),
        "source": f"{plan.case_number}.txt",
        "origin": "synthetic",
        "form": plan.form,
        "case_number": plan.case_number,
        "dates": {name: plan.dates[name].isoformat() for name in DATES},
        "priority": plan.priority,
        "worker": {"age": plan.age, "sex": plan.sex},
        "credentials": {"licensed_in": list(plan.reviewer.states), "specialties": _specialties(plan)},
        "decisions": decisions,
        "findings": findings,
        "text": text,
        "problems": [],
    }


def _specialties(plan: Plan) -> list[dict[str, Any]]:
    roles = ("board", "subspecialty") if plan.form == "F3" else (None, None)
    return [
        {"name": name, "as_written": as_written, "role": role}
        for name, as_written, role in zip(plan.reviewer.boards, plan.boards_written, roles, strict=False)
    ]


def _finding(kind: str, value: str, span: list[int], number: int | None = None) -> dict[str, Any]:
    return {"kind": kind, "value": value, "span": span, "rule": "synthetic/planned", "decision": number}


def _cover(plan: Plan, paragraphs: list[str], places: list[int], findings: list[dict[str, Any]]) -> None:
    for name, (line, label) in _COVER.items():
        at = paragraphs[line].index(label) + len(label)
        if name in DATES:
            kind, value, length = f"date_{name}", plan.dates[name].isoformat(), 10
        else:
            kind, value = name, getattr(plan, name)
            length = len(value)
        findings.append(_finding(kind, value, [places[line] + at, places[line] + at + length]))


def _decision(
    number: int, item: Item, said: Said, paragraphs: list[str], places: list[int], findings: list[dict[str, Any]]
) -> dict[str, Any]:
    request = item.request
    header, claims, reviewer, rationale = places[said.paragraph : said.paragraph + 4]
    asked = header + request.text.index(request.disputed)
    if request.disputed != request.text:
        asked = header + request.text.rindex(request.disputed)
    span = [asked, asked + len(request.disputed)]
    outcome = "overturned" if item.overturned else "upheld"
    outcome_at = header + len(request.text) + len(said.gap)
    rationale += len(RATIONALE)
    told = paragraphs[said.paragraph + 3][len(RATIONALE) :]
    decisive = [rationale + said.decisive[0], rationale + said.decisive[1]]
    findings += [
        _finding("request", request.text, [header, header + len(request.text)], number),
        _finding("outcome", outcome, [outcome_at, outcome_at + len(outcome)], number),
        _finding("category", item.kind.subcategory, span, number),
        _finding("decisive", told[said.decisive[0] :], decisive, number),
    ]
    findings += [_finding("body_part", part, span, number) for part in request.parts]
    findings += [_finding("flag", flag, [header, header + len(request.text)], number) for flag in item.flags]
    role = "hybrid" if frozenset(request.imaging) in _hybrids() else "requested"
    return {
        "ordinal": number,
        "request": request.text,
        "disputed": request.disputed,
        "original": request.original,
        "authorized": request.authorized,
        "outcome": outcome,
        "imaging": [{"modality": modality, "role": role, "span": span} for modality in request.imaging],
        "imaging_modalities": list(request.imaging),
        "body_parts": list(request.parts),
        "laterality": list(request.laterality),
        "contrast": request.contrast or None,
        "quantity": None if request.quantity is None else {"amount": request.quantity, "unit": request.unit},
        "category": {"category": item.kind.category, "subcategory": item.kind.subcategory},
        "flags": list(item.flags),
        "reasons": list(said.grounds),
        "claims_administrator": _statement(item.claims, claims + len(CLAIMS), "claims_administrator", number, findings),
        "reviewer": _statement(item.reviewer, reviewer + len(REVIEWER), "reviewer", number, findings),
        "rationale": {"text": told, "span": [rationale, rationale + len(told)], "decisive": decisive},
        "service_date": request.service_date.isoformat() if request.service_date else None,
        "mtus_silent": False,
    }


def _statement(cited: Cited, at: int, side: str, number: int, findings: list[dict[str, Any]]) -> dict[str, Any]:
    span = [at, at + len(cited.text)]
    findings.append(_finding(f"{side}_statement", ";".join(cited.sources), span, number))
    citations = []
    for citation in cited.citations:
        start = at + citation.start
        citations.append(
            {
                "frame": citation.frame,
                "source": citation.source,
                "document": citation.document,
                "edition": citation.edition,
                "sections": list(citation.sections),
                "pages": citation.pages,
                "text": citation.text,
                "span": [start, start + len(citation.text)],
            }
        )
    return {"sources": list(cited.sources), "citations": citations, "text": cited.text, "span": span}


@cache
def _hybrids() -> frozenset[frozenset[str]]:
    return frozenset(frozenset(pair) for pair in vocabulary("modalities").settings["hybrids"]["pairs"])
