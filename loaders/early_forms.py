"""The forms of 2013, before items had labels: recognised all, read where their wording is known.

Known of F1 are the sentence of a decided item (its list is printed twice), the reviewer's and the summary's headings and
the sentences of its guideline statements. F0 and F2 are known by their headings alone, so they are refused, not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from data.record import Outcome, Problem, Span
from loaders.dates import DATE, StatedDate, parse_date
from loaders.sections import Item, Sections, early_form, trimmed
from loaders.sequence import followed
from loaders.settle import letter_id

_ITEM = re.compile(
    r"(?:(?<![\w(])(?P<number>\d{1,3})\s{0,2}\)\s*)?MAXIMUS\s+Federal\s+Services,?\s+Inc\.?,?\s*has\s*determined\s+(?:that\s+)?the\s+requests?\s+for\s+"
)
# Words of the form are glued together in some copies (`is notmedically`); nothing else may stand in them or after them.
_VERDICT = re.compile(
    r"\s+(?P<verdict>(?:is|are|was|were)\s*(?P<refused>not\s*)?medically\s*necessary\s*and\s*appropriate)(?=\s*(?:[.;]|\d{1,3}\s{0,2}\)|\n|\f|$))"
)
# A request that has these speaks of necessity itself, or turns the words that follow: its outcome is not certain.
_UNCERTAIN = re.compile(
    r"\bmedical(?:ly\b|\s+necessity)|necessary\s*and\s*appropriate|\b(?:not|never|no|nor|neither|cannot|if|unless|whether|part(?:ly|ially)?)\W*$",
    re.IGNORECASE,
)
_LONGEST_ITEM = 1500
_QUALIFICATIONS = re.compile(r"Medical\s+Qualifications\s+of\s+the\s+Expert\s+Reviewer\s*:")
_SUMMARY = re.compile(r"\bCase\s+Summary\s*:")
_DECISIONS = re.compile(r"INDEPENDENT\s+MEDICAL\s+REVIEW\s+DECISION\s+AND\s+RATIONALE")
_RELIED = re.compile(
    r"Sections?(?:\(s\))?\s+of\s+the\s+Medical\s+Treatment\s+Utilization\s+Schedule(?:\s+\(MTUS\))?\s+Relied\s+Upon\s+by\s+the\s+Expert\s+Reviewer"
)
_RATIONALE = re.compile(r"\bRationale\s+for\s+the\s+Decision\s*:")
_ADMIN_SAYS = re.compile(r"The\s+Claims\s+Administrator\s+(?:based|did\s+not\s+(?:base|cite))\b")
# What the notice and the summary's disclaimer say about the course of the case.
_NOTICE = re.compile(r"\bAn\s+application\s+for\s+Independent\s+Medical\s+Review\s+was\b", re.IGNORECASE)
_NOTICE_DATES = (
    (
        "application_received",
        re.compile(
            rf"\bapplication\s+for\s+Independent\s+Medical\s+Review\s+was\s+(?:filed|received)\s+on\s*(?P<date>{DATE})",
            re.IGNORECASE,
        ),
    ),
    (
        "ur_denial",
        re.compile(
            r"\bUtilization\s+Review\s+(?:denial|modification|decision|determination|delay)(?:\s*/\s*[a-z]+){0,2}\s+dated\s*"
            rf"(?P<date>{DATE})",
            re.IGNORECASE,
        ),
    ),
    (
        "assigned",
        re.compile(
            r"\bNotice\s+of\s+Assignment\s+and\s+Request\s+for\s+Information\s+was\s+(?:provided|sent|mailed|issued)\b"
            rf"[^.]{{0,80}}?\bon\s*(?P<date>{DATE})",
            re.IGNORECASE,
        ),
    ),
)
_REVIEWER_SAYS = re.compile(r"The\s+Expert\s+Reviewer\s+(?:found|based|did\s+not\s+(?:base|cite))\b")


def early_sections(text: str) -> Sections | None:
    """The sections of a letter of form F1 whose items can be read with certainty; None for every other text.

    An item is the last print of its sentence. One whose two prints do not agree becomes a problem; statements and
    rationale are read only where every item has its own `Rationale for the Decision:`.
    """
    told = early_form(text)
    if told is None or told[0] != "F1":
        return None
    prints = [_Print(match["number"], match.span(), _item(text, match.end())) for match in _ITEM.finditer(text)]
    if not prints:
        return None
    kept, problems = _agreeing(text, prints)
    first = prints[0].place[0]
    notice = _NOTICE.search(text, 0, first)
    headings = [match for pattern in (_QUALIFICATIONS, _SUMMARY, _DECISIONS) if (match := pattern.search(text))]
    stops = sorted([match.start() for match in headings] + [each.place[0] for each in prints])
    reviewer, summary = (_until(text, pattern, stops) for pattern in (_QUALIFICATIONS, _SUMMARY))
    return Sections(
        form="F1",
        cover=(0, min([first, *(match.start() for match in (*headings, *([notice] if notice else [])))])),
        reviewer=reviewer,
        summary=summary,
        issues=(kept[0].header[0] if kept else first, len(text)),
        items=tuple(_with_statements(text, kept)),
        problems=tuple(problems),
        form_span=told[1],
    )


def notice_dates(text: str, sections: Sections) -> Iterator[tuple[str, StatedDate]]:
    """The dates that an early letter states in the sentences before its first item and in its summary, each once."""
    until = min((item.header[0] for item in sections.items), default=len(text))
    for name, pattern in _NOTICE_DATES:
        for span in ((0, until), sections.summary):
            found = pattern.search(text, *span) if span else None
            value = parse_date(found["date"]) if found else None
            if found and value:
                yield name, StatedDate(value, found.span("date"), f"early_forms/{name}")
                break


@dataclass(frozen=True, slots=True)
class _Print:
    """One print of an item's sentence: its number, where its first words stand, the item where it can be read."""

    number: str | None
    place: Span
    item: Item | None


def _item(text: str, start: int) -> Item | None:
    """The item whose sentence goes on at `start`; None when it does not end as the form's does."""
    following = _ITEM.search(text, start)
    stop = min(start + _LONGEST_ITEM, following.start() if following else len(text))
    found = _VERDICT.search(text, start, stop)
    header = trimmed(text, start, found.start()) if found else (start, start)
    if found is None or header[0] >= header[1] or _UNCERTAIN.search(text[slice(*header)]):
        return None
    outcome: Outcome = "upheld" if found["refused"] else "overturned"
    return Item(header, outcome, found.span("verdict"), None, None, None)


def _agreeing(text: str, prints: Sequence[_Print]) -> tuple[list[Item], list[Problem]]:
    """The last print of every numbered item, in the order of the text; problems where its prints differ or one is unclear."""
    by_number: dict[str | None, list[_Print]] = {}
    for each in prints:
        by_number.setdefault(each.number, []).append(each)
    kept: list[Item] = []
    problems: list[Problem] = []
    for number, same in by_number.items():
        items = [each.item for each in same if each.item]
        said = {(letter_id(text[slice(*item.header)]), item.outcome) for item in items}
        if number and len(said) == 1 and len(items) == len(same) <= 2:
            kept.append(items[-1])
            continue
        what = f"item {number}" if number else "an item without number"
        place = items[-1].header if items else same[-1].place
        if len(items) == len(same) and number:
            message = f"The letter decides {what} in ways that differ; it is left out of the decisions."
            problems.append(Problem("outcome_unreadable", message, place, "contradiction"))
        else:
            message = f"The letter decides {what} in words that cannot be read with certainty; it is left out of the decisions."
            problems.append(Problem("outcome_unreadable", message, place))
    return sorted(kept, key=lambda item: item.header), problems


def _until(text: str, heading: re.Pattern[str], stops: Sequence[int]) -> Span | None:
    """What stands between a heading and the next of `stops`."""
    found = heading.search(text)
    if found is None:
        return None
    return trimmed(text, found.end(), next((stop for stop in stops if stop >= found.end()), len(text)))


def _with_statements(text: str, items: Sequence[Item]) -> list[Item]:
    """The items with their statements and rationales, or as they are where these cannot be told apart by item."""
    blocks = [
        (item.outcome_span[1], following.header[0] if following else len(text)) for item, following in followed(items)
    ]
    rationales = [list(_RATIONALE.finditer(text, *block)) for block in blocks]
    if any(len(found) != 1 for found in rationales):
        return list(items)
    read: list[Item] = []
    for item, (start, end), (rationale,) in zip(items, blocks, rationales, strict=True):
        following = _ITEM.search(text, rationale.end(), end)
        admin, reviewer = _statements(text, start, rationale.start())
        span = trimmed(text, rationale.end(), following.start() if following else end)
        read.append(Item(item.header, item.outcome, item.outcome_span, admin, reviewer, span))
    return read


def _statements(text: str, start: int, end: int) -> tuple[Span | None, Span | None]:
    """Both sides' statements before a rationale: each from its own first words on, until the other's."""
    relied = _RELIED.search(text, start, end)
    begin = relied.end() if relied else start
    admin = _ADMIN_SAYS.search(text, begin, end)
    reviewer = _REVIEWER_SAYS.search(text, admin.end() if admin else begin, end)
    admin_end = reviewer.start() if reviewer else end
    return (
        trimmed(text, admin.start(), admin_end) if admin else None,
        trimmed(text, reviewer.start(), end) if reviewer else None,
    )
