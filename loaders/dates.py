"""Dates as letters write them, and the plain statements in the prose that say which date is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from data.record import Span

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan"),
            ("february", "feb"),
            ("march", "mar"),
            ("april", "apr"),
            ("may",),
            ("june", "jun"),
            ("july", "jul"),
            ("august", "aug"),
            ("september", "sept", "sep"),
            ("october", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ),
        start=1,
    )
    for name in names
}
_NUMERIC = r"\d{1,2}\s{0,2}[/-]\s{0,2}\d{1,2}\s{0,2}[/-]\s{0,2}(?:\d{4}|\d{2})(?!\d)"
WRITTEN = rf"(?:{'|'.join(_MONTHS)})\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+(?:of\s+)?\d{{4}}"
_PARTS = re.compile(r"(?P<month>[a-z]+)\.?\s+(?P<day>\d+)(?:st|nd|rd|th)?,?\s+(?:of\s+)?(?P<year>\d+)")
_ISO = r"\d{4}-\d{2}-\d{2}"
EARLIEST_YEAR, LATEST_YEAR = 1930, 2079  # no claim under review lies outside; a year that does is a slip
DATE = rf"(?:{_ISO}|{_NUMERIC}|{WRITTEN})"

_INJURY = re.compile(
    r"(?:(?:date\s+of\s+(?:the\s+)?(?:work[\s-]+related\s+|industrial\s+|work\s+)?injur(?:y|ies)|injury\s+date|D\.?O\.?I\.?)"
    r"(?:\s+in\s+this\s+(?:claim|case|matter))?"
    r"(?:\s+(?:is|was|of|on|as|dated?|given|stated|listed|recorded|reported|noted)){0,4}\s*[:(]?\s*"
    r"|(?:industrial|work|occupational|job)[\s-]+(?:related\s+)?(?:injur(?:y|ies)|accident|claim)\s+(?:date\s+)?(?:which\s+occurred\s+|that\s+occurred\s+|dated\s+)?(?:of|on|from|date\s+of)?\s*"
    r"|injur(?:y|ies|ed)\s+(?:which\s+occurred\s+|that\s+occurred\s+|occurring\s+|sustained\s+|dated\s+|at\s+work\s+)?(?:on|of|dated)(?:\s+or\s+about)?\s+"
    r"|\binjured\s+"
    r"|history\s+of\s+(?:an?\s+)?(?:occupational|industrial)\s+claim\s+from\s+)"
    rf"(?P<date>{DATE})",
    re.IGNORECASE,
)
_UR = re.compile(
    r"(?:utilization\s+review(?:er)?|\bUR)(?:\s+(?:determination|decision|denial|report|letter|form|physician|process))?\s*(?:\(UR\)\s*)?"
    rf"(?:(?:report|letter|decision|determination)\s+)?(?:dated|of|on|from|dated\s+on)\s+(?P<date>{DATE})",
    re.IGNORECASE,
)
_UR_ACT = re.compile(
    rf"\bon\s+(?P<date>{DATE}),?\s+(?:the\s+)?(?:claims?\s+administrator|utilization\s+review(?:er)?|UR(?:\s+physician)?)\s+"
    r"(?:[a-z-]+\s+){0,2}?(?:denied|non[\s-]?certified|modified|certified|partially\s+certified|conditionally|issued|approved|delayed|allowed|authorized|granted|refused|rejected|declined|disapproved|turned\s+down"
    r"|did\s+not\s+(?:certify|approve|authorize|allow))",
    re.IGNORECASE,
)
_UR_PASSIVE = re.compile(
    rf"utilization\s+review\s+(?:[a-z]+\s+){{0,3}}on\s+(?P<date>{DATE})|(?:claims?\s+administrator|utilization\s+review(?:er)?|\bUR)\s+(?:denied|non[\s-]?certified|modified)\b[^.]{{0,120}}?\bon\s+(?P<late>{DATE})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class StatedDate:
    """An ISO date with its span and the rule that found it."""

    value: str
    span: Span
    rule: str


def parse_date(written: str) -> str | None:
    """The ISO date for `10-14-2016`, `6/19/07`, `June 3 2013`, `2016-10-14`; None for a date the calendar does not hold.

    Years of two digits are read as 1930 to 2029, which holds every claim that Independent Medical Review can meet.
    """
    text = written.strip().lower()
    if re.fullmatch(_ISO, text):
        year, month, day = (int(part) for part in text.split("-"))
    elif text[:1].isdigit():
        *start, last = re.split(r"\s*[/.-]\s*", text)
        month, day, year = int(start[0]), int(start[1]), int(last)
        if len(last) == 2:
            year += 2000 if year < 30 else 1900
    else:
        parts = _PARTS.fullmatch(text)
        if parts is None:
            return None
        month, day, year = _MONTHS.get(parts["month"], 0), int(parts["day"]), int(parts["year"])
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def injury_date(text: str, span: Span) -> StatedDate | None:
    """The first plain statement of the injury date in the summary."""
    return next(_stated(_INJURY, text, span, "dates/injury"), None)


def utilization_review_date(text: str, span: Span) -> StatedDate | None:
    """The first plain statement of when utilization review, or the claims administrator, decided."""
    for pattern, rule in ((_UR, "dates/ur"), (_UR_ACT, "dates/ur_act"), (_UR_PASSIVE, "dates/ur_passive")):
        found = next(_stated(pattern, text, span, rule), None)
        if found:
            return found
    return None


def _stated(pattern: re.Pattern[str], text: str, span: Span, rule: str) -> Iterator[StatedDate]:
    for match in pattern.finditer(text, *span):
        group = "date" if match["date"] else "late"
        value = parse_date(match[group])
        if value:
            yield StatedDate(value, match.span(group), rule)
