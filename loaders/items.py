"""What the header of a decided item asks for: its disputed part, flags, imaging, body parts, side, contrast, quantity."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from data.imaging import discussed_in, imaging_in, requested_modalities
from data.record import Finding, Imaging, Quantity, Span
from data.vocabulary import vocabulary
from loaders.dates import DATE, StatedDate, parse_date
from loaders.numbers import SPELLED, number_of
from loaders.sections import trimmed

_ADMIN = r"(?:the\s+)?(?:claims?\s+administrator|utilization\s+review|UR)\b"
_GRANTED = r"(?:(?:partially|conditionally)\s+)?(?:authorized|approved|certified|allowed|granted)"
_ORIGINAL = re.compile(r"\s+(?:was|were)\s+the\s+original\s+requests?\b\.?", re.IGNORECASE)
_AUTHORIZED = re.compile(rf"\s+(?:was|were)\s+{_GRANTED}\s+by\s+{_ADMIN}\.?", re.IGNORECASE)
_AUTHORIZED_BY = re.compile(
    rf"\b{_ADMIN}\s+(?:has\s+)?{_GRANTED}\s+(?P<part>[^.;]{{1,400}}?)(?:,?\s+leaving\b|;|\.\s)",
    re.IGNORECASE,
)
_MODIFIED = re.compile(
    rf"IMR[\s-]+eligible|the\s+original\s+requests?\b|\b{_GRANTED}\s+by\s+{_ADMIN}|\b{_ADMIN}\s+(?:has\s+)?{_GRANTED}\b"
    r"|\bpartial(?:ly)?\s+(?:certifi|authori|approv)",
    re.IGNORECASE,
)
_DISPUTED = re.compile(
    r"\b(?:the\s+)?(?:(?:remaining|disputed|original|IMR[\s-]+eligible)\s+){0,3}(?:portions?|parts?|requests?)"
    r"(?:\s+of\s+the\s+(?:original\s+)?requests?)?\b,?\s*(?:is\s+for\s+|for\s+)?(?P<part>[^\s,].*?)(?:\s*,?\s+(?:is|are))?\s*:?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_LAST_SENTENCE = re.compile(
    r"\b(?:the\s+)?(?:(?:remaining|disputed|original|IMR[\s-]+eligible)\s+){0,3}(?:portions?|parts?|requests?)\b",
    re.IGNORECASE,
)
_LEFT = re.compile(r"\bleaving\s+(?P<part>[^.;]{1,400}?)\s+(?:as\s+)?IMR[\s-]+eligible\b", re.IGNORECASE)
_WHOLE = re.compile(r"(?:the\s+)?(?:original|entire|remaining)\s+requests?", re.IGNORECASE)
_GRANTED_IN_BRACKETS = re.compile(
    r"[(\[]\s*partial(?:ly)?\s+(?:certified|authorized|approved|certification|authorization|approval)\s*(?:of\b|for\b|:|-)?\s*(?P<part>[^()\[\]]{1,400})[)\]]\W*$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.;]\s+")
_RETROSPECTIVE = re.compile(
    r"^\W*(?:retro(?:spective(?:ly)?)?\b|(?:request\s+for\s+)?retrospective)|\bretrospective\s+(?:request|review|for|date)|\bDOS\b\s*[:\d(]|\bdates?\s+of\s+service\b"
    r"|[(\[,;-]\s*retro(?:spective(?:ly)?)?\s*(?:[)\]]|$)",
    re.IGNORECASE,
)
_DAY = rf"(?:{DATE}|\d{{1,2}}\.\d{{1,2}}\.(?:\d{{4}}|\d{{2}})(?![\d.]))"
_PERFORMED = re.compile(
    rf"\b(?:performed|provided|rendered|dispensed|administered|completed)\s+(?:on\s+)?(?={_DAY})", re.IGNORECASE
)
# What was performed on a day need not be the request: it may be the operation it follows, or an earlier study.
_OF_ANOTHER = re.compile(
    r"\b(?:prior|previous|last|earlier|initial|original|repeat|surger(?:y|ies)|operation|post|status|after|since|following|follow|review|compar\w*|injur\w*|dated)\b",
    re.IGNORECASE,
)
_SERVICE_DATE = re.compile(
    r"(?:\bD\.?O\.?S\b\.?|\bdates?\s+of\s+service\b|\b(?:performed|provided|rendered|dispensed|administered|completed)\b)"
    rf"\s*[:(#-]?\s*(?:of\s+|on\s+|from\s+)?(?P<date>{_DAY})",
    re.IGNORECASE,
)
_LAST_DAY = re.compile(rf"(?<![\w./-])(?P<date>{_DAY})\W*$", re.IGNORECASE)
_ASSOCIATED = re.compile(
    r"^\W*associated\s+(?:surgical\s+)?(?:services?|procedures?|requests?|items?)\b\s*[:;-]?", re.IGNORECASE
)
_FALLS = re.compile(
    r"\b(?:surg(?:ery|ical)|operati(?:on|ve)|procedure|arthroscopy|fusion)\b[^.]{0,80}\b(?:(?:is|are|was|were|has|have)\s+(?:deemed\s+|considered\s+|found\s+|been\s+(?:deemed\s+|found\s+)?)?not\s+(?:been\s+)?(?:(?:found|deemed|considered)\s+)?(?:to\s+be\s+)?"
    r"(?:medically\s+(?:necessary|appropriate)|necessary|certified|approved|supported|authorized|indicated|warranted|established)|non[\s-]?certified)",
    re.IGNORECASE,
)
_OPERATIONS = {"surgery_arthroscopic", "surgery_spine", "surgery_non_arthroscopic", "surgery_unspecified"}
_NUMBER = rf"(?:\d{{1,4}}(?:\.\d{{1,2}})?|{SPELLED})"
# Behind a number that counts something else: a strength, a time, a frequency, or the first of a range.
_STRENGTH = r"\s*-?\s*(?:mg|mcg|ug|%|ml|cc|units?|u|iu)\b|\s*%"
_NO_COUNT = rf"(?!{_STRENGTH}|[\s-]*(?:years?|months?|weeks?|days?|hours?|minutes?|mins?|times|to|or|views?|phases?|levels?|tesla)\b)"
# `Tylenol #3` is a name, not an amount.
_QTY = re.compile(
    rf"(?:\bQTY\.?\s*[:;]?\s*#?\s*|(?<!tylenol\s)(?<!codeine\s)#\s?|\bquantity(?:\s+of)?\s*:?\s*)(?P<amount>\d{{1,4}}(?:\.\d{{1,2}})?|{SPELLED}\b)",
    re.IGNORECASE,
)
_UNIT = r"sessions?|visits?|treatments?|tablets?|capsules?|tabs?|caps?|injections?|pads?|patch(?:es)?"
_STUDIES = r"scans|mri'?s|x-?rays|studies|ultrasounds"
_COUNTED = re.compile(
    rf"(?<![\w./])(?<!\d-)(?P<amount>{_NUMBER})\b{_NO_COUNT}\s*(?:\(\s*\d+\s*\)\s*)?(?:additional\s+|more\s+|further\s+|total\s+)?(?:[a-z/-]+\s+){{0,3}}?(?P<unit>{_UNIT}|{_STUDIES})\b",
    re.IGNORECASE,
)
# Before a number that is the end of a range of amounts, or of the levels of a spine.
_RANGE = re.compile(
    rf"(?:\b[CTLS]\d{{1,2}}\s*(?:and|&)|(?:\d|\b{SPELLED})\s*(?:\(\s*\d+\s*\)\s*)?(?:-|\u2013|/|\bto\b|\bor\b))\s*$",
    re.IGNORECASE,
)
_UNIT_FIRST = re.compile(
    rf"\b(?P<unit>{_UNIT}),?\s*(?:(?:times|x)\s*|#\s*|:\s*)?(?P<amount>\d{{1,3}})\b(?!{_STRENGTH}|\.\d|\s*(?:times|x|per|/)|\s*(?:-|\u2013|to|or)\s*\d)",
    re.IGNORECASE,
)
_TIMES = re.compile(
    r"(?<!\d)(?<!\d\s)(?<!week\s)(?<!weekly\s)(?:\btimes\s*|\bx\s?)(?P<amount>\d{1,3})\b(?!\s*(?:weeks?|months?|days?|times|per|a\s|mg|cm|/))",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"\(\s*(?:total\s+(?:of\s+)?)?(?P<amount>\d{1,3})\s*(?:total)?\)\s*$", re.IGNORECASE)
_LEADING = re.compile(
    rf"(?:1(?=\s+[A-Za-z])|(?:{_NUMBER})\s*\(\s*(?P<amount>\d{{1,3}})\s*\)|one\b|a\s+single\b){_NO_COUNT}\s+[a-z]",
    re.IGNORECASE,
)
_PACKED = re.compile(
    rf"(?<![\w./-])(?P<amount>{_NUMBER})[\s-]*(?:\(\s*\d+\s*\)\s*)?(?P<unit>counts?|box(?:es)?|bottles?|tubes?)\b",
    re.IGNORECASE,
)
_BEFORE_LEADING = re.compile(r"(?:retro(?:spective(?:ly)?)?\b[\s:-]*)?(?:request\s+for\s+)?", re.IGNORECASE)
_MEASURED = re.compile(
    r"(?<![/\d.])(?P<amount>\d{1,4}(?:\.\d{1,2})?)\s{0,3}(?P<unit>grams?|gms?|ml|cc)\b(?!\s?/)", re.IGNORECASE
)
_UNIT_BEFORE = re.compile(rf"\b(?P<unit>{_UNIT})\s*,?\s*$", re.IGNORECASE)
_SEVERAL = re.compile(r"\band\b", re.IGNORECASE)
_UNITS = {
    "tab": "tablet",
    "cap": "capsule",
    "gm": "gram",
    "cc": "ml",
    "patche": "patch",
    "boxe": "box",
    "studie": "study",
}


@dataclass(frozen=True, slots=True)
class Request:
    """The parts of an item's header, as spans of the text; `original` and `authorized` only for a modified request.

    `doubtful`: the header speaks of a modified request, and its wording does not say surely what is left of it.
    """

    disputed: Span
    original: Span | None
    authorized: Span | None
    doubtful: bool = False


def split_request(text: str, header: Span) -> Request:
    """The part still in dispute and, for a modified request, the original and the authorized parts.

    The disputed item is the last clause alone: what the claims administrator authorized must not be classified.
    """
    start, end = header
    if not _MODIFIED.search(text, start, end):
        return Request(header, None, None)
    original = _ORIGINAL.search(text, start, end)
    authorized = _AUTHORIZED.search(text, original.end() if original else start, end)
    bracketed = _GRANTED_IN_BRACKETS.search(text, start, end)
    granted = _AUTHORIZED_BY.search(text, start, end) or bracketed
    authorized_span: Span | None = None
    if authorized:
        opening = [found.end() for found in _SENTENCE_END.finditer(text, start, authorized.start())]
        authorized_span = trimmed(
            text, max([start, original.end() if original else start, *opening[-1:]]), authorized.start()
        )
    elif granted:
        authorized_span = trimmed(text, *granted.span("part"))
    disputed = _disputed(text, header)
    if disputed:
        return Request(disputed, (start, original.start()) if original else None, authorized_span)
    if bracketed and not _MODIFIED.search(text, start, bracketed.start()):
        # What stands before the brackets may still hold what they say was authorized.
        return Request(trimmed(text, start, bracketed.start()), None, authorized_span, doubtful=True)
    return Request(header, None, None, doubtful=True)


def _disputed(text: str, header: Span) -> Span | None:
    """The last part of a modified request's header, which it says is left in dispute; None where it does not say so."""
    start, end = header
    for last in list(_LAST_SENTENCE.finditer(text, start, end))[:-4:-1]:
        if text[start : last.start()].rstrip()[-1:] not in {".", ";", ":", ",", ")"}:
            continue
        found = _DISPUTED.match(text, last.start(), end)
        if found and not _MODIFIED.search(text, *found.span("part")):
            return trimmed(text, *found.span("part"))
    left = _LEFT.search(text, start, end)
    if left and not _WHOLE.fullmatch(left["part"]) and not _MODIFIED.search(text, *left.span("part")):
        return trimmed(text, *left.span("part"))
    return None


def flags_of(
    text: str,
    header: Span,
    request: Request,
    *,
    nothing_cited: bool,
    rationale: Span | None,
    subcategory: str | None = None,
) -> tuple[str, ...]:
    """What the letter states of the item: modified, associated with an operation, retrospective, falling with it.

    `falls_with_surgery`: both sides cite nothing and the rationale says that the operation is refused, where the item is
    not that operation itself (`subcategory`).
    """
    flags: list[str] = []
    if request.disputed != header:
        flags.append("modified_request")
    if _ASSOCIATED.search(text[header[0] : header[1]]):
        flags.append("associated_service")
    if _retrospective(text[header[0] : header[1]]):
        flags.append("retrospective")
    is_operation = subcategory in _OPERATIONS and "associated_service" not in flags
    if nothing_cited and rationale and not is_operation and _FALLS.search(text, *rationale):
        flags.append("falls_with_surgery")
    return tuple(flags)


def flag_place(text: str, flag: str, header: Span, rationale: Span | None) -> Span:
    """The words by which an item has `flag`; the whole header where no part of it says so alone."""
    place = rationale if flag == "falls_with_surgery" and rationale else header
    words = text[slice(*place)]
    if flag == "retrospective":
        found = _retrospective(words)
    else:
        pattern = {"associated_service": _ASSOCIATED, "falls_with_surgery": _FALLS}.get(flag)
        found = pattern.search(words) if pattern else None
    return trimmed(text, place[0] + found.start(), place[0] + found.end()) if found else place


def _retrospective(header: str) -> re.Match[str] | None:
    """The words by which a header says that the service was given already."""
    said = _RETROSPECTIVE.search(header)
    if said:
        return said
    performed = _PERFORMED.search(header)
    return performed if performed and not _OF_ANOTHER.search(header, 0, performed.start()) else None


def service_date(text: str, header: Span) -> StatedDate | None:
    """The day of service that a retrospective header names behind `DOS` or the like, the first of several; else its last words.

    None where it names none.
    """
    found = _SERVICE_DATE.search(text, *header)
    if found is None:
        last = _LAST_DAY.search(text, *header)
        found = last if last and not _OF_ANOTHER.search(text, header[0], last.start()) else None
    day = parse_date(found["date"]) if found else None
    return StatedDate(day, found.span("date"), "items/service_date") if found and day else None


def read_imaging(
    text: str, disputed: Span, rationale: Span | None, ordinal: int
) -> tuple[tuple[Imaging, ...], tuple[str, ...], list[Finding]]:
    """Studies of the disputed part and those its rationale discusses; the sorted requested keys; the findings."""
    named = imaging_in(text, *disputed)
    requested = requested_modalities(study for study, _ in named)
    if rationale:
        named += discussed_in(text, *rationale, {study.modality for study, _ in named})
    findings = [
        Finding("imaging", f"{study.modality}:{study.role}", study.span, rule, ordinal) for study, rule in named
    ]
    return tuple(study for study, _ in named), requested, findings


def terms_in(name: str, text: str, span: Span, kind: str, ordinal: int) -> tuple[tuple[str, ...], list[Finding]]:
    """The sorted keys of vocabulary `name` found in the span, each with one finding at its first mention."""
    found: dict[str, Finding] = {}
    for match in vocabulary(name).find(text, *span):
        found.setdefault(match.key, Finding(kind, match.key, (match.start, match.end), match.rule, ordinal))
    return tuple(sorted(found)), list(found.values())


def read_quantity(text: str, disputed: Span) -> tuple[Quantity | None, Span | None]:
    """A stated total of the disputed part (`QTY: 1.00`, `#60`, `six visits`, `times 6`), and its place with the unit.

    A frequency without a total states none, and so do two amounts for two parts.
    """
    found = _stated_quantity(text[disputed[0] : disputed[1]])
    if found is None:
        return None, None
    quantity, (start, end) = found
    return quantity, (start + disputed[0], end + disputed[0])


@lru_cache(maxsize=4096)
def _stated_quantity(part: str) -> tuple[Quantity, Span] | None:
    """The quantity of a disputed part and its place in it. Letters repeat requests, so answers are kept."""
    counted = [
        match for match in _COUNTED.finditer(part) if not _RANGE.search(part, max(0, match.start() - 40), match.start())
    ]
    if len(counted) > 1 and _SEVERAL.search(part, counted[0].end(), counted[1].start()):
        return None
    candidates = (
        _QTY.search(part),
        *counted[:1],
        _UNIT_FIRST.search(part),
        _TIMES.search(part),
        _TOTAL.search(part),
        _LEADING.match(part, before.end() if (before := _BEFORE_LEADING.match(part)) else 0),
        _MEASURED.search(part),
        _PACKED.search(part),
    )
    found = next((candidate for candidate in candidates if candidate), None)
    if found is None:
        return None
    named = found if "unit" in found.re.groupindex else _UNIT_BEFORE.search(part[: found.start()])
    unit = _unit(named["unit"]) if named else None
    start = named.start("unit") if named and named is not found else found.start()
    return Quantity(number_of(found["amount"] or "one"), unit), (start, found.end())


def _unit(written: str) -> str:
    unit = written.lower().removesuffix("s").removesuffix("'")
    return _UNITS.get(unit, unit)
