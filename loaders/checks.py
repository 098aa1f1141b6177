"""What looks wrong in a letter: where it contradicts itself, what it leaves out, and text that no part of the form holds.

A contradiction is reported only where both of its sides are plainly stated; a wording that can be read two ways is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from itertools import pairwise

from data.chapters import cited_elsewhere, region_words
from data.imaging import imaging_in
from data.record import DATE_FIELDS, Decision, Letter, Outcome, Problem, Span
from data.vocabulary import vocabulary
from loaders.dates import injury_date
from loaders.sections import Sections, beyond_form, trimmed

_LEFT_OVER = 80  # letters and digits outside every part of the form that are worth a word
_LONGEST_SENTENCE = 1500  # what decides stands at the end of its sentence; beyond this a text is no sentence
_LONG_AFTER = 400  # the afterwords measured have up to 570, but are told apart by their words

# The words that decide, and what may turn them. A clause ends at a comma, so a negation before one governs nothing after it.
# A request that is refused in so many words; of a symptom or of the past, "denied" decides nothing.
REFUSAL = (
    r"\b(?:requests?|appeal|certification|authorization|approval|service|treatment|procedure)\b[^.;:]{0,160}?\s(?:is|are)\s+"
    r"(?:hereby\s+|therefore\s+|thus\s+|accordingly\s+|again\s+)?denied\b(?!\s+by\b)"
)
_DECIDING = re.compile(
    r"(?P<necessary>medically\s+(?P<un>un)?(?:necessary|appropriate))|(?P<necessity>medical\s+necessity)|(?P<certified>(?P<non>non[\s-]*)?certified)"
    r"|(?:is|are)\s+(?:hereby\s+|therefore\s+)?(?P<decided>upheld|overturned)"
    rf"|{REFUSAL}(?P<denied>)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[,;:]|\b(?:but|however|although|though|while|whereas|because|therefore|thus|so)\b", re.IGNORECASE
)
# Possessive (++) where a hyphen may part words or join them: a row of hyphens can else be cut into words in endless ways.
_COPULA = r"(?:is|are|was|were)"
_NOT = re.compile(
    rf"\b(?:not|n[o']t|cannot|can't|isn't|aren't|never|no\s+longer|non)(?!\s+only\b)\b(?:[\s-]++(?!{_COPULA}\b|that\b|whether\b|if\b|only\b)[\w'/-]++){{0,7}}[\s-]*$"
    rf"|\b(?:not|cannot),?\s+(?:at\s+this\s+time|currently|therefore),?\s+(?:[\w'/-]+\s+){{0,4}}$"
    rf"|\bneither\b[\w\s'/()-]{{1,240}}\b{_COPULA}\s+(?:[\w'/-]+\s+){{0,4}}$",
    re.IGNORECASE,
)
_GRANTS = re.compile(
    rf"\b(?:{_COPULA}|to\s+be|be|been|appears?|seems?|remains?|as)\s+(?:[\w'/-]+\s+){{0,4}}$", re.IGNORECASE
)
_UNSURE = re.compile(
    r"\b(?:not|no|nor|neither|never|cannot|without|lack(?:s|ing)?|insufficient(?:ly)?|fail(?:s|ed|ure)?|unable|unclear|denied|denial"
    r"|if|when|whether|unless|until|would|could|should|may|might|must|in\s+order|required?|needs?|criteria|partial(?:ly)?|partly|only)\b|n't\b",
    re.IGNORECASE,
)
_UNSURE_DENIAL = re.compile(
    r"\b(?:no|neither|never|none|if|when|whether|unless|until|why|who|which|that|reason)\b", re.IGNORECASE
)
_CONDITION = re.compile(r"\s+(?:[\w'/-]+\s+){0,6}?(?:if|when|unless|until|whenever|provided|only)\b", re.IGNORECASE)
_ESTABLISHED = re.compile(
    r"\s+(?:(?:of|for)\s+[^.,;]{1,120}?\s+)?(?:is|was|has\s+been|have\s+been)\s+(?P<not>not\s+)?(?:\w+ly\s+)?"
    r"(?:been\s+)?(?:\w+ly\s+)?(?:established|supported|demonstrated|substantiated|confirmed|shown|met)\b",
    re.IGNORECASE,
)
_OTHERS_VIEW = re.compile(
    r"\butilization\s+review|\bclaims?\s+administrator|\bUR\b|\b(?:prior|previous(?:ly)?|earlier|initial)\s+(?:review|determination|decision|denial)",
    re.IGNORECASE,
)
_SHARED = re.compile(r"\b(?:are|were|both|requests|items|ancillary|associated|surg(?:ery|ical))\b", re.IGNORECASE)
_AFTERWORD = re.compile(r"should\s+not\s+be\s+interpreted|decision\s+addresses", re.IGNORECASE)
_ANCILLARY = {"associated_service", "falls_with_surgery"}
_SIDES = {"claims_administrator": "claims administrator", "reviewer": "reviewer"}
_DATES = {
    "injury": "injury",
    "ur_denial": "denial in utilization review",
    "application_received": "receipt of the application",
    "assigned": "assignment",
    "decision": "decision",
}


def check_letter(letter: Letter, sections: Sections) -> list[Problem]:
    """The problems that show only in the letter as a whole, in the order missing, contradictions, doubts. Never raises."""
    problems: list[Problem] = list(_missing(letter, sections))
    problems += _dates_out_of_order(letter)
    problems += _two_injury_dates(letter, sections)
    for decision in letter.decisions:
        problems += _outcome_against_rationale(letter.text, decision)
        problems += _guideline_against_body_part(decision)
    problems += _repeated_rationales(letter)
    problems += _left_over(letter.text, sections)
    problems += _text_after_decision(letter.text, letter.decisions)
    return problems


@lru_cache(maxsize=4096)
def spoken_outcome(sentence: str) -> Outcome | None:
    """The outcome that a deciding sentence states in words; None when it states none, two, or one under a condition."""
    sentence = sentence[-_LONGEST_SENTENCE:]
    said = {_said(sentence, match) for match in _DECIDING.finditer(sentence)}
    return said.pop() if len(said) == 1 else None


def _said(sentence: str, match: re.Match[str]) -> Outcome | None:
    if match["decided"]:
        return "upheld" if match["decided"].lower() == "upheld" else "overturned"
    denied = match["denied"] is not None
    open_question = denied and _UNSURE_DENIAL.search(sentence, 0, match.end())
    if open_question or _OTHERS_VIEW.search(sentence) or _CONDITION.match(sentence, match.end()):
        return None
    before = sentence[: match.start()]
    refused = denied or bool(_NOT.search(before))
    if match["un"] or match["non"]:
        return None if refused else "upheld"
    if refused:
        return "upheld"
    clause = before[max((gap.end() for gap in _CLAUSE.finditer(before)), default=0) :]
    unsure = bool(_UNSURE.search(clause))
    if match["necessity"]:
        stated = _ESTABLISHED.match(sentence, match.end())
        return None if stated is None else "upheld" if stated["not"] else None if unsure else "overturned"
    return "overturned" if _GRANTS.search(before) and not unsure else None


def _missing(letter: Letter, sections: Sections) -> Iterator[Problem]:
    if letter.case_number is None and not any(finding.rule.startswith("cover/") for finding in letter.findings):
        place = trimmed(letter.text, *sections.cover)
        yield Problem(
            "no_cover",
            "The letter has no cover: its case number and most dates are not stated.",
            place if place[0] < place[1] else None,
            "missing",
        )
    for decision, item in zip(letter.decisions, sections.items, strict=False):
        if not decision.rationale.text:
            message = f"Item {decision.ordinal} has no decision rationale."
            yield Problem("rationale_missing", message, item.header, "missing")


def _dates_out_of_order(letter: Letter) -> Iterator[Problem]:
    """Each stated date that lies before the one that must come first: injury, denial, application, assignment, decision."""
    places = {finding.kind: finding.span for finding in letter.findings if finding.kind.startswith("date_")}
    stated = [(name, day) for name in DATE_FIELDS if (day := getattr(letter.dates, name))]
    for (first, early), (second, late) in pairwise(stated):
        if date.fromisoformat(late) < date.fromisoformat(early):
            yield Problem(
                "denial_before_injury" if (first, second) == ("injury", "ur_denial") else "dates_out_of_order",
                f"The {_DATES[second]} ({late}) is dated before the {_DATES[first]} ({early}).",
                places.get(f"date_{second}"),
                "contradiction",
            )


def _two_injury_dates(letter: Letter, sections: Sections) -> Iterator[Problem]:
    """The summary's first plain injury date, where the cover has another one."""
    on_cover = any(finding.rule == "cover/injury" for finding in letter.findings)
    told = injury_date(letter.text, sections.summary) if on_cover and sections.summary else None
    if told and told.value != letter.dates.injury:
        yield Problem(
            "injury_dates_differ",
            f"The cover dates the injury {letter.dates.injury}, the case summary {told.value}.",
            told.span,
            "contradiction",
        )


def _outcome_against_rationale(text: str, decision: Decision) -> Iterator[Problem]:
    span = decision.rationale.decisive
    said = spoken_outcome(text[slice(*span)]) if span else None
    if said and said != decision.outcome:
        yield Problem(
            "outcome_against_rationale",
            f"Item {decision.ordinal} is headed {decision.outcome}, but its rationale ends as one that is {said} does.",
            span,
            "contradiction",
        )


def _guideline_against_body_part(decision: Decision) -> Iterator[Problem]:
    """A side whose MTUS chapters are all of other regions than the item."""
    subcategory = decision.category.subcategory if decision.category else None
    for side, spoken in _SIDES.items():
        citation = cited_elsewhere(decision.body_parts, subcategory, getattr(decision, side).citations)
        if citation:
            title = vocabulary("mtus_parts").label(citation.document or "")
            yield Problem(
                "guideline_against_body_part",
                f"Item {decision.ordinal} concerns {region_words(decision.body_parts)}, but the {spoken} cites the chapter {title}.",
                citation.span,
                "contradiction",
            )


def _repeated_rationales(letter: Letter) -> Iterator[Problem]:
    """A rationale that stands word for word under an item of another kind, unless it speaks of both or of an operation."""
    first: dict[str, Decision] = {}
    for decision in letter.decisions:
        said = decision.rationale.text
        earlier = first.setdefault(said, decision) if said else decision
        if said and earlier is not decision and _differ(earlier, decision) and not _speaks_of_both(earlier, decision):
            yield Problem(
                "rationale_repeated",
                f"Items {earlier.ordinal} and {decision.ordinal} ask for different things, but have the same rationale.",
                decision.rationale.span,
                "contradiction",
            )


def _differ(one: Decision, other: Decision) -> bool:
    """Whether two items ask for different studies or treatments, as far as both are known."""
    if one.imaging_modalities or other.imaging_modalities:
        known = one.category and other.category
        return one.imaging_modalities != other.imaging_modalities and bool(known)
    return bool(one.category and other.category and one.category.category != other.category.category)


def _speaks_of_both(one: Decision, other: Decision) -> bool:
    said = one.rationale.text or ""
    named = {study.modality for study, _ in imaging_in(said, 0, len(said))}
    studies = {*one.imaging_modalities, *other.imaging_modalities}
    if len(studies) > 1 and studies <= named:
        return True
    return bool(_ANCILLARY & {*one.flags, *other.flags}) or bool(_SHARED.search(said))


def _left_over(text: str, sections: Sections) -> Iterator[Problem]:
    """Longer text that stands in no part of the form. Only for forms whose parts are all known."""
    if sections.form not in ("F3", "F4", "unknown"):
        return
    held = sorted(_held(sections))
    position = 0
    for start, end in [*held, (len(text), len(text))]:
        gap = trimmed(text, position, max(start, position))
        if gap[1] - gap[0] > _LEFT_OVER and sum(map(str.isalnum, beyond_form(text, gap))) > _LEFT_OVER:
            yield Problem("text_left_over", "This text stands in no part of the letter that is read.", gap)
        position = max(position, end)


def _held(sections: Sections) -> Iterator[Span]:
    for section in (sections.cover, sections.reviewer, sections.summary):
        if section:
            yield section
    for item in sections.items:
        for span in (item.header, item.outcome_span, item.admin, item.reviewer, item.rationale):
            if span:
                yield span


def _text_after_decision(text: str, decisions: tuple[Decision, ...]) -> Iterator[Problem]:
    """Long text after the deciding sentence, other than the afterword on opioids: it may belong to no rationale."""
    for decision in decisions:
        span, decisive = decision.rationale.span, decision.rationale.decisive
        if (
            span
            and decisive
            and span[1] - decisive[1] > _LONG_AFTER
            and not _AFTERWORD.search(text, decisive[1], span[1])
        ):
            yield Problem(
                "text_after_decision",
                f"Long text follows the deciding sentence of item {decision.ordinal}; some of it may not belong there.",
                trimmed(text, decisive[1], span[1]),
            )
