"""Parse one settled letter into its record. Pure: text in, record out; content never raises."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

import data.vocabulary
import loaders
from data.categories import category_of
from data.errors import FileRejected
from data.record import (
    MOST_ITEMS,
    RECORD_VERSION,
    Credentials,
    Dates,
    Decision,
    Finding,
    Letter,
    Origin,
    Problem,
    Rationale,
    Span,
    Worker,
)
from loaders.checks import REFUSAL, check_letter
from loaders.cover import Cover, is_party_copy, read_cover
from loaders.credentials import read_credentials
from loaders.dates import injury_date, utilization_review_date
from loaders.early_forms import early_sections, notice_dates
from loaders.items import flag_place, flags_of, read_imaging, read_quantity, service_date, split_request, terms_in
from loaders.numbers import SPELLED, number_of
from loaders.reasons import SILENT, read_reasons, read_silence
from loaders.sections import Item, Sections, find_sections, holds_two_letters, sentences
from loaders.settle import fold, letter_id, text_sha
from loaders.statements import Reading, read_statements

_BANNER = re.compile(
    r"\s*(?:(?P<sample>SAMPLE LETTER WRITTEN FOR OVERTURN)|(?P<synthetic>SYNTHETIC LETTER MADE BY OVERTURN))\b"
)
_OF_THE_REVIEW = re.compile(r"\bIMR\b|Independent\s+Medical\s+Review", re.IGNORECASE)
_AGE = re.compile(
    rf"\b(?P<age>\d{{1,3}}|{SPELLED})(?:\s*-\s*|\s+)?(?:(?:years?|yrs?\.?)(?:\s*-\s*|\s+)(?:old|of\s+age)\b|y\.?\s?/?\s?o\b\.?)"
    r"(?!\s+(?:claim|case|injur(?:y|ies)|accident)\b)|\bage(?:d)?\s+(?P<aged>\d{2})\b",
    re.IGNORECASE,
)
# Someone else's age: the word for the relative stands straight before or behind it.
_KIN = r"(?:mother|father|wife|husband|spouse|son|daughter|brother|sister|child)"
_OF_KIN = re.compile(rf"\b{_KIN}\s*[,(]?\s*(?:who\s+)?(?:(?:is|was)\s+)?(?:an?\s+)?(?:now\s+)?$", re.IGNORECASE)
_THEN_KIN = re.compile(rf"\s+{_KIN}\b", re.IGNORECASE)
_LETTER = re.compile(r"\s*,?\s*(?:(?P<female>F)|(?P<male>M))\b(?![.'/])")
_SEX = re.compile(r"\b(?:(?P<female>female|woman|lady)|(?P<male>male|man|gentleman))\b", re.IGNORECASE)
_DECISIVE = re.compile(
    r"medically\s+(?:un)?(?:necessary|appropriate)|medical\s+necessity|\b(?:is|are|was|were)\s+(?:therefore\s+)?(?:not\s+)?(?:certified|overturned|upheld|approved|supported|warranted|necessary)"
    rf"|\b(?:is|are)\s+(?:hereby\s+|therefore\s+|thus\s+)?non(?:\s*-\s*|\s+)?certified\b|{REFUSAL}",
    re.IGNORECASE,
)
# The paragraph that follows a refused opioid: it speaks of the decision and does not state it.
_AFTERWORD = re.compile(
    r"should\s+not\s+be\s+interpreted|decision\s+addresses\s+the\s+medical\s+necessity", re.IGNORECASE
)
SIDES = ("claims_administrator", "reviewer")
_OTHER_FORM_NAMES = {"F0": "the form of early 2013", "F1": "the form of mid 2013", "F2": "the form of late 2013"}


def parse_letter(text: str, source: str = "") -> Letter:
    """The record of one settled letter. Raises FileRejected when it holds no decided item, or is a party's copy."""
    sections = find_sections(text)
    if not sections.items:
        sections = early_sections(text) or sections
    if sections.form != "unknown" or sections.items or _OF_THE_REVIEW.search(text):
        refuse_party_copy(text, sections.cover)
    if not sections.items:
        raise _rejection(text, sections)
    if len(sections.items) > MOST_ITEMS:
        raise FileRejected(
            "too_many_items", f"It holds {len(sections.items):,} decided items; no letter has more than {MOST_ITEMS:,}."
        )
    if holds_two_letters(text):
        raise FileRejected(
            "two_letters",
            "It holds more than one determination, or the same one twice: split it into a file for each letter.",
        )
    findings: list[Finding] = []
    problems: list[Problem] = list(sections.problems)
    origin = _origin(text, findings)
    if sections.form_span:
        findings.append(Finding("form", sections.form, sections.form_span, "sections/form"))
    if sections.summary and sections.summary[0] < sections.summary[1]:
        findings.append(Finding("summary", "", sections.summary, "sections/summary"))
    cover = read_cover(text, sections.cover)
    findings += cover.findings
    problems += cover.problems
    credentials, found, doubts = read_credentials(text, sections.reviewer) if sections.reviewer else (None, [], [])
    findings += found
    problems += doubts
    dates = _dates(text, sections, cover, findings)
    worker = _worker(text, sections.summary, findings)
    decisions = tuple(
        _decision(text, ordinal, item, findings, problems) for ordinal, item in enumerate(sections.items, start=1)
    )
    priority: Literal["standard", "expedited"] | None = None
    if cover.priority:
        priority = "expedited" if cover.priority == "expedited" else "standard"
    letter = Letter(
        record_version=RECORD_VERSION,
        parser_version=loaders.PARSER_VERSION,
        vocabulary_version=data.vocabulary.version(),
        letter_id=letter_id(text),
        text_sha=text_sha(text),
        source=source,
        origin=origin,
        form=sections.form,
        case_number=cover.case_number,
        dates=dates,
        priority=priority,
        worker=worker,
        credentials=credentials or Credentials(),
        decisions=decisions,
        findings=tuple(findings),
        text=text,
        problems=tuple(problems),
    )
    return replace(letter, problems=(*problems, *check_letter(letter, sections)))


def refuse_party_copy(text: str, cover: Span) -> None:
    """Raise FileRejected where the text is a party's copy, which is not redacted; nothing of it may be kept."""
    if is_party_copy(text, cover):
        raise FileRejected(
            "party_copy",
            "It carries a party's labels (employee name, claim number, provider or addressee): it is not the public, redacted "
            "copy, so it is set aside and not loaded.",
        )


def _rejection(text: str, sections: Sections) -> FileRejected:
    if sections.form in _OTHER_FORM_NAMES:
        return FileRejected(
            "form_not_read",
            f"It is a determination in {_OTHER_FORM_NAMES[sections.form]} ({sections.form}), which is not read yet.",
        )
    if any(problem.code == "outcome_unreadable" for problem in sections.problems):
        return FileRejected(
            "no_outcome",
            "It has the labels of a decided item, but no item's outcome (Upheld or Overturned) can be read.",
        )
    if "IMR" in text and "MAXIMUS" in text:
        return FileRejected(
            "no_decided_item", "It looks like part of a determination letter, but no decided item stands in it."
        )
    return FileRejected(
        "not_a_letter",
        "It is not an IMR final determination letter: none of the form's headings and labels stands in it.",
    )


def _origin(text: str, findings: list[Finding]) -> Origin:
    """What the first line says the text is; every other text is a letter."""
    banner = _BANNER.match(text)
    if banner is None:
        return "letter"
    origin: Origin = "sample" if banner["sample"] else "synthetic"
    findings.append(Finding("origin", origin, banner.span(origin), "parse/banner"))
    return origin


def _dates(text: str, sections: Sections, cover: Cover, findings: list[Finding]) -> Dates:
    """Dates from the cover; injury and utilization review, where the cover lacks them, from the summary's prose."""
    stated = dict(cover.dates)
    if sections.form == "F1":
        for name, said in notice_dates(text, sections):
            if name not in stated:
                stated[name] = said.value
                findings.append(Finding(f"date_{name}", said.value, said.span, said.rule))
    if sections.summary:
        for name, reader in (("injury", injury_date), ("ur_denial", utilization_review_date)):
            if name not in stated and (found := reader(text, sections.summary)):
                stated[name] = found.value
                findings.append(Finding(f"date_{name}", found.value, found.span, found.rule))
    return Dates(**stated)


def _worker(text: str, summary: Span | None, findings: list[Finding]) -> Worker:
    if summary is None:
        return Worker()
    head = (summary[0], min(summary[1], summary[0] + 1500))
    age: int | None = None
    told = (
        match
        for match in _AGE.finditer(text, *head)
        if not _OF_KIN.search(text, max(head[0], match.start() - 60), match.start())
        and not _THEN_KIN.match(text, match.end())
    )
    found = next(told, None)
    if found:
        years = int(number_of(found["age"] or found["aged"]))
        if 14 <= years <= 105:
            age = years
            findings.append(Finding("worker_age", str(years), found.span(), "worker/age"))
    sex: Literal["female", "male"] | None = None
    noun: re.Match[str] | None
    if found:
        behind = (found.end(), min(head[1], found.end() + 60))
        noun = _LETTER.match(text, *behind) or _SEX.search(text, *behind)
    else:
        first = _AGE.search(text, *head)  # of a relative, if any: the words behind it are no evidence either
        noun = _SEX.search(text, head[0], min(head[1], head[0] + 300, first.start() if first else head[1]))
    if noun:
        sex = "female" if noun["female"] else "male"
        findings.append(Finding("worker_sex", sex, noun.span(), "worker/sex"))
    return Worker(age, sex)


def _decision(text: str, ordinal: int, item: Item, findings: list[Finding], problems: list[Problem]) -> Decision:
    request = split_request(text, item.header)
    if request.doubtful:
        problems.append(
            Problem(
                "modified_request_unsplit",
                f"Item {ordinal} speaks of a modified request, and what of it is still in dispute is not told surely.",
                item.header,
            )
        )
    stated = dict(zip(SIDES, read_statements(text, item.admin, item.reviewer), strict=True))
    admin, reviewer = (reading.statement for reading in stated.values())
    told = sentences(text, *item.rationale) if item.rationale else []
    rationale = _rationale(text, item.rationale, told)
    imaging, modalities, imaging_findings = read_imaging(text, request.disputed, item.rationale, ordinal)
    body_parts, body_findings = terms_in("body_parts", text, request.disputed, "body_part", ordinal)
    laterality, side_findings = terms_in("laterality", text, request.disputed, "laterality", ordinal)
    contrasts, contrast_findings = (
        terms_in("contrast", text, request.disputed, "contrast", ordinal) if modalities else ((), [])
    )
    quantity, quantity_span = read_quantity(text, request.disputed)
    categorised = category_of(text, *request.disputed, imaging=bool(modalities))
    flags = flags_of(
        text,
        item.header,
        request,
        nothing_cited=admin.sources == ("none",) and reviewer.sources == ("none",),
        rationale=item.rationale,
        subcategory=categorised.category.subcategory if categorised else None,
    )
    reasons, reason_findings = read_reasons(text, told, item.outcome, ordinal)
    served = service_date(text, item.header) if "retrospective" in flags else None
    silence = read_silence(
        text,
        rationale.span if SILENT in reasons else None,
        admin.span,
        reviewer.span,
        ordinal=ordinal,
    )
    places = {"request": item.header, "original": request.original, "authorized": request.authorized}
    if request.disputed != item.header:
        places["disputed"] = request.disputed
    said: dict[str, str] = {}
    for name, place in places.items():
        if place:
            said[name] = fold(text[slice(*place)])
            rule = "sections/header" if name == "request" else f"items/{name}"
            findings.append(Finding(name, said[name], place, rule, ordinal))
    findings.append(Finding("outcome", item.outcome, item.outcome_span, "sections/outcome", ordinal))
    findings += imaging_findings + body_findings + side_findings + contrast_findings
    if categorised:
        findings.append(
            Finding("category", categorised.category.subcategory, categorised.span, categorised.rule, ordinal)
        )
    if quantity and quantity_span:
        amount = f"{quantity.amount:g} {quantity.unit or ''}".strip()
        findings.append(Finding("quantity", amount, quantity_span, "items/quantity", ordinal))
    for flag in flags:
        shown = flag_place(text, flag, item.header, item.rationale)
        findings.append(Finding("flag", flag, shown, f"items/{flag}", ordinal))
    if served:
        findings.append(Finding("date_service", served.value, served.span, served.rule, ordinal))
    if silence:
        findings.append(silence)
    for side, reading in stated.items():
        _statement_findings(side, reading, item.header, ordinal, findings, problems)
    findings += reason_findings
    if rationale.span:
        findings.append(Finding("rationale", "", rationale.span, "sections/rationale", ordinal))
    if rationale.decisive:
        findings.append(
            Finding(
                "decisive", fold(text[slice(*rationale.decisive)]), rationale.decisive, "rationale/decisive", ordinal
            )
        )
    return Decision(
        ordinal=ordinal,
        request=said["request"],
        disputed=said.get("disputed", said["request"]),
        original=said.get("original"),
        authorized=said.get("authorized"),
        outcome=item.outcome,
        imaging=imaging,
        imaging_modalities=modalities,
        body_parts=body_parts,
        laterality=laterality,
        contrast=contrasts[0] if contrasts else None,
        quantity=quantity,
        category=categorised.category if categorised else None,
        flags=flags,
        reasons=reasons,
        claims_administrator=admin,
        reviewer=reviewer,
        rationale=rationale,
        service_date=served.value if served else None,
        mtus_silent=silence is not None,
    )


def _rationale(text: str, span: Span | None, said: list[Span]) -> Rationale:
    """The rationale with its decisive sentence: the last of its sentences `said` that decides."""
    if span is None or span[0] >= span[1]:
        return Rationale()
    stating = (
        sentence
        for sentence in reversed(said)
        if _DECISIVE.search(text, *sentence) and not _AFTERWORD.search(text, *sentence)
    )
    decisive = next(stating, None)
    return Rationale(fold(text[slice(*span)]), span, decisive)


def _statement_findings(
    side: str, reading: Reading, header: Span, ordinal: int, findings: list[Finding], problems: list[Problem]
) -> None:
    statement = reading.statement
    if statement.span is None:
        problems.append(
            Problem(
                "statement_missing",
                f"Item {ordinal} has no guideline statement of the {side.replace('_', ' ')}.",
                header,
                "missing",
            )
        )
        return
    findings.append(
        Finding(f"{side}_statement", ";".join(statement.sources), statement.span, "sections/statement", ordinal)
    )
    findings += reading.findings(side, ordinal)
    if not statement.sources:
        problems.append(
            Problem(
                "statement_unread",
                f"Item {ordinal}: the guideline statement of the {side.replace('_', ' ')} names no source.",
                statement.span,
            )
        )
