"""The forms of 2013, before items had labels: recognised all, read where their wording is known.

Known of F1 are the sentence of a decided item (its list is printed twice), the reviewer's and the summary's headings and
the sentences of its guideline statements. F0 and F2 are known by their headings alone, so they are refused, not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from data.record import Outcome, Problem, Span
from loaders.sections import Item, Sections, early_form, trimmed
from loaders.sequence import followed
from loaders.settle import letter_id

_ITEM = re.compile(
    r"(?<![\w(])(?P<number>\d{1,3})\s?\)\s*MAXIMUS\s+Federal\s+Services,?\s+Inc\.?,?\s+has\s+determined\s+(?:that\s+)?the\s+request\s+for\s+"
)
_VERDICT = re.compile(r"\s+(?P<verdict>(?:is|are)\s+(?P<refused>not\s+)?medically\s+necessary\s+and\s+appropriate)\b")
_LONGEST_ITEM = 1500
_QUALIFICATIONS = re.compile(r"Medical\s+Qualifications\s+of\s+the\s+Expert\s+Reviewer\s*:")
_SUMMARY = re.compile(r"\bCase\s+Summary\s*:")
_DECISIONS = re.compile(r"INDEPENDENT\s+MEDICAL\s+REVIEW\s+DECISION\s+AND\s+RATIONALE")
_RELIED = re.compile(
    r"Sections?(?:\(s\))?\s+of\s+the\s+Medical\s+Treatment\s+Utilization\s+Schedule(?:\s+\(MTUS\))?\s+Relied\s+Upon\s+by\s+the\s+Expert\s+Reviewer"
)
_RATIONALE = re.compile(r"\bRationale\s+for\s+the\s+Decision\s*:")
_ADMIN_SAYS = re.compile(r"The\s+Claims\s+Administrator\s+(?:based|did\s+not\s+(?:base|cite))\b")
_REVIEWER_SAYS = re.compile(r"The\s+Expert\s+Reviewer\s+(?:found|based|did\s+not\s+(?:base|cite))\b")


def early_sections(text: str) -> Sections | None:
    """The sections of a letter of form F1 whose items can be read with certainty; None for every other text.

    An item is the last print of its sentence. One whose two prints do not agree becomes a problem; statements and
    rationale are read only where every item has its own `Rationale for the Decision:`.
    """
    told = early_form(text)
    if told is None or told[0] != "F1":
        return None
    prints = [(_number(match), item) for match in _ITEM.finditer(text) if (item := _item(text, match.end()))]
    if not prints:
        return None
    kept, problems = _agreeing(text, prints)
    first = min(item.header[0] for _, item in prints)
    headings = [match for pattern in (_QUALIFICATIONS, _SUMMARY, _DECISIONS) if (match := pattern.search(text))]
    stops = sorted([match.start() for match in headings] + [item.header[0] for _, item in prints])
    reviewer, summary = (_until(text, pattern, stops) for pattern in (_QUALIFICATIONS, _SUMMARY))
    return Sections(
        form="F1",
        cover=(0, min([first, *(match.start() for match in headings)])),
        reviewer=reviewer,
        summary=summary,
        issues=(kept[0].header[0] if kept else first, len(text)),
        items=tuple(_with_statements(text, kept)),
        problems=tuple(problems),
        form_span=told[1],
    )


def _number(match: re.Match[str]) -> int:
    return int(match["number"])


def _item(text: str, start: int) -> Item | None:
    """The item whose sentence goes on at `start`; None when it does not end as the form's does."""
    following = _ITEM.search(text, start)
    stop = min(start + _LONGEST_ITEM, following.start() if following else len(text))
    found = _VERDICT.search(text, start, stop)
    header = trimmed(text, start, found.start()) if found else (start, start)
    if found is None or header[0] >= header[1]:
        return None
    outcome: Outcome = "upheld" if found["refused"] else "overturned"
    return Item(header, outcome, found.span("verdict"), None, None, None)


def _agreeing(text: str, prints: Sequence[tuple[int, Item]]) -> tuple[list[Item], list[Problem]]:
    """The last print of every numbered item, in the order of the text; problems where its prints differ."""
    by_number: dict[int, list[Item]] = {}
    for number, item in prints:
        by_number.setdefault(number, []).append(item)
    kept: list[Item] = []
    problems: list[Problem] = []
    for number, items in by_number.items():
        said = {(letter_id(text[slice(*item.header)]), item.outcome) for item in items}
        if len(said) == 1 and len(items) <= 2:
            kept.append(items[-1])
        else:
            message = f"The letter decides item {number} in ways that differ; it is left out of the decisions."
            problems.append(Problem("outcome_unreadable", message, items[-1].header))
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
