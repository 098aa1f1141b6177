"""What the header of a decided item asks for: its disputed part, flags, imaging, body parts, side, contrast, quantity."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from data.imaging import discussed_in, imaging_in, requested_modalities
from data.record import Finding, Imaging, Quantity, Span
from data.vocabulary import vocabulary
from loaders.dates import DATE, StatedDate, parse_date
from loaders.sections import trimmed

_ORIGINAL = re.compile(r"\s+(?:was|were)\s+the\s+original\s+requests?\b\.?", re.IGNORECASE)
_AUTHORIZED = re.compile(
    r"\s+(?:was|were)\s+(?:authorized|approved|certified)\s+by\s+the\s+Claims\s+Administrator\b\.?", re.IGNORECASE
)
_AUTHORIZED_BY = re.compile(
    r"The\s+Claims\s+Administrator\s+(?:has\s+)?(?:authorized|approved|certified)\s+(?P<part>[^.]{1,400}?)(?:,?\s+leaving\b|\.\s)",
    re.IGNORECASE,
)
_DISPUTED = re.compile(
    r"The\s+(?:remaining\s+)?(?:IMR[\s-]+eligible\s+(?:portions?|parts?)\s+of\s+the\s+)?(?:original\s+)?requests?,?\s*(?:is\s+for\s+|for\s+)?(?P<part>.+?)(?:\s*,?\s+\b(?:is|are))?\s*:?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_LAST_SENTENCE = re.compile(r"The\s+remaining\s+IMR|The\s+original\s+requests?,|The\s+IMR[\s-]+eligible", re.IGNORECASE)
_RETROSPECTIVE = re.compile(
    r"^\W*(?:retro(?:spective(?:ly)?)?\b|(?:request\s+for\s+)?retrospective)|\bretrospective\s+(?:request|review|for|date)|\bDOS\b\s*[:\d(]|\bdates?\s+of\s+service\b",
    re.IGNORECASE,
)
_SERVICE_DATE = re.compile(
    r"(?:\bD\.?O\.?S\b\.?|\bdates?\s+of\s+service\b|\b(?:performed|provided|rendered|dispensed|administered)\s+on\b)"
    rf"\s*[:(#-]?\s*(?:of\s+|on\s+|from\s+)?(?P<date>{DATE})",
    re.IGNORECASE,
)
_ASSOCIATED = re.compile(
    r"^\W*associated\s+(?:surgical\s+)?(?:services?|procedures?|requests?|items?)\b\s*[:;-]?", re.IGNORECASE
)
_FALLS = re.compile(
    r"\b(?:surg(?:ery|ical)|operati(?:on|ve)|procedure|arthroscopy|fusion)\b[^.]{0,80}\b(?:(?:is|are|was|were|has|have)\s+(?:deemed\s+|considered\s+|found\s+|been\s+(?:deemed\s+|found\s+)?)?not\s+(?:been\s+)?(?:(?:found|deemed|considered)\s+)?(?:to\s+be\s+)?"
    r"(?:medically\s+(?:necessary|appropriate)|necessary|certified|approved|supported|authorized|indicated|warranted|established)|non[\s-]?certified)",
    re.IGNORECASE,
)
_OPERATIONS = {"surgery_arthroscopic", "surgery_spine", "surgery_non_arthroscopic", "surgery_unspecified"}
_SPELLED = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
_NUMBERS = {word: number for number, word in enumerate(_SPELLED)} | {
    **{"twenty-four": 24, "thirty": 30, "thirty-six": 36, "forty": 40, "sixty": 60, "ninety": 90}
}
_NUMBER = rf"(?:\d{{1,4}}(?:\.\d{{1,2}})?|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
# `Tylenol #3` is a name, not an amount.
_QTY = re.compile(
    r"(?:\bQTY\.?\s*[:;]?\s*#?\s*|(?<!tylenol\s)(?<!codeine\s)#\s?|\bquantity(?:\s+of)?\s*:?\s*)(?P<amount>\d{1,4}(?:\.\d{1,2})?)",
    re.IGNORECASE,
)
_UNIT = r"sessions?|visits?|treatments?|tablets?|capsules?|tabs?|caps?|injections?|pads?|patch(?:es)?"
# `L4-5 epidural steroid injection` names a level, not five injections.
_COUNTED = re.compile(
    rf"(?<![\w.])(?<![CTL]\d[-/–])(?<![CTL]\d\d[-/–])(?P<amount>{_NUMBER})\b\s*(?:\(\s*\d+\s*\)\s*)?(?:additional\s+|more\s+|further\s+|total\s+)?(?:[a-z/-]+\s+){{0,3}}?(?P<unit>{_UNIT})\b",
    re.IGNORECASE,
)
_UNIT_FIRST = re.compile(
    rf"\b(?P<unit>{_UNIT}),?\s*(?:(?:times|x)\s*|#\s*|:\s*)?(?P<amount>\d{{1,3}})\b(?!\s*(?:times|x|mg|%|per|/))",
    re.IGNORECASE,
)
_TIMES = re.compile(
    r"(?<!\d)(?<!\d\s)(?<!week\s)(?<!weekly\s)(?:\btimes\s*|\bx\s?)(?P<amount>\d{1,3})\b(?!\s*(?:weeks?|months?|days?|times|per|a\s|mg|cm|/))",
    re.IGNORECASE,
)
_TOTAL = re.compile(r"\(\s*(?:total\s+(?:of\s+)?)?(?P<amount>\d{1,3})\s*(?:total)?\)\s*$", re.IGNORECASE)
_LEADING = re.compile(
    rf"(?:1(?=\s+[A-Za-z])|(?:{_NUMBER})\s*\(\s*(?P<amount>\d{{1,3}})\s*\)|one|a\s+single)\s+[a-z]", re.IGNORECASE
)
_BEFORE_LEADING = re.compile(r"(?:retro(?:spective(?:ly)?)?\b[\s:-]*)?(?:request\s+for\s+)?", re.IGNORECASE)
_MEASURED = re.compile(
    r"(?<![/\d.])(?P<amount>\d{1,4}(?:\.\d{1,2})?)\s{0,3}(?P<unit>grams?|gms?|ml|cc)\b(?!\s?/)", re.IGNORECASE
)
_UNIT_BEFORE = re.compile(rf"\b(?P<unit>{_UNIT})\s*,?\s*$", re.IGNORECASE)
_SEVERAL = re.compile(r"\band\b", re.IGNORECASE)
_UNITS = {"tab": "tablet", "cap": "capsule", "gm": "gram", "cc": "ml"}


@dataclass(frozen=True, slots=True)
class Request:
    """The parts of an item's header, as spans of the text; `original` and `authorized` only for a modified request."""

    disputed: Span
    original: Span | None
    authorized: Span | None


def split_request(text: str, header: Span) -> Request:
    """The part still in dispute and, for a modified request, the original and the authorized parts.

    The disputed item is the last clause alone: what the claims administrator authorized must not be classified.
    """
    start, end = header
    last = list(_LAST_SENTENCE.finditer(text, start, end))
    found = _DISPUTED.match(text, last[-1].start(), end) if last else None
    if found is None or not _looks_modified(text, header):
        return Request(header, None, None)
    original = _ORIGINAL.search(text, start, end)
    authorized = _AUTHORIZED.search(text, original.end() if original else start, end)
    authorized_span: Span | None = None
    if authorized:
        authorized_span = trimmed(text, original.end() if original else start, authorized.start())
    else:
        active = _AUTHORIZED_BY.search(text, start, end)
        authorized_span = trimmed(text, *active.span("part")) if active else None
    disputed = trimmed(text, found.start("part"), found.end("part"))
    return Request(disputed, (start, original.start()) if original else None, authorized_span)


def _looks_modified(text: str, header: Span) -> bool:
    return bool(re.search(r"IMR[\s-]+eligible|the\s+original\s+request", text[header[0] : header[1]], re.IGNORECASE))


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
    if _RETROSPECTIVE.search(text[header[0] : header[1]]):
        flags.append("retrospective")
    is_operation = subcategory in _OPERATIONS and "associated_service" not in flags
    if nothing_cited and rationale and not is_operation and _FALLS.search(text, *rationale):
        flags.append("falls_with_surgery")
    return tuple(flags)


def flag_place(text: str, flag: str, header: Span, rationale: Span | None) -> Span:
    """The words by which an item has `flag`; the whole header where no part of it says so alone."""
    pattern = {"associated_service": _ASSOCIATED, "retrospective": _RETROSPECTIVE, "falls_with_surgery": _FALLS}.get(
        flag
    )
    place = rationale if flag == "falls_with_surgery" and rationale else header
    found = pattern.search(text[slice(*place)]) if pattern else None
    return trimmed(text, place[0] + found.start(), place[0] + found.end()) if found else place


def service_date(text: str, header: Span) -> StatedDate | None:
    """The day of service that a header names behind `DOS` or the like, the first of several; None where it names none."""
    found = _SERVICE_DATE.search(text, *header)
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
    counted = list(_COUNTED.finditer(part))
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
    )
    found = next((candidate for candidate in candidates if candidate), None)
    if found is None:
        return None
    named = found if "unit" in found.re.groupindex else _UNIT_BEFORE.search(part[: found.start()])
    unit = _unit(named["unit"]) if named else None
    start = named.start("unit") if named and named is not found else found.start()
    return Quantity(_amount(found["amount"] or "one"), unit), (start, found.end())


def _unit(written: str) -> str:
    unit = written.lower()
    unit = "patch" if unit.startswith("patch") else unit.rstrip("s")
    return _UNITS.get(unit, unit)


def _amount(written: str) -> float:
    return float(_NUMBERS[written.lower()]) if written.lower() in _NUMBERS else float(written)
