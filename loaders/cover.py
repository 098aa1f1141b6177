"""The cover: case number, dates and priority by label, whatever order a reader of the file gives labels and values in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from data.record import DATE_FIELDS, Finding, Problem, Span
from loaders.dates import parse_date
from loaders.sequence import followed

_LABELS = re.compile(
    r"(?P<case_number>(?:IMR\s+)?Case\s+Number\s*:)"
    r"|(?P<assigned>Date\s+Assigned\s*:)"
    r"|(?P<injury>Date\s+of\s+Injury\s*:)"
    r"|(?P<decision>Decision\s+Date\s*:|\bDated\s*:)"
    r"|(?P<ur_denial>UR\s+Denial\s+Date\s*:|Date\s+of\s+UR\s+(?:Denial|Decision)\s*:)"
    r"|(?P<priority>Priority\s*:)"
    r"|(?P<application_received>(?:Application\s+)?Received\s*:|Application(?=\s+\d{1,2}/\d{1,2}/\d{2,4}\s+Received\s*:))",
    re.IGNORECASE,
)
_VALUES = re.compile(
    r"(?P<case_number>\bCM\s?\d{2}\s?-\s?\d{5,8}\b)|(?P<date>\b\d{1,2}/\d{1,2}/\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b)|(?P<priority>\b(?:Standard|Expedited)\b)",
    re.IGNORECASE,
)
# What only a party's copy says on its cover: in the public copies these labels, or the names behind them, are cut out.
_PARTY_LABELS = re.compile(
    r"\b(?:(?P<employee>Employee(?:'s)?\s+Name)|(?P<claim>Claims?\s+(?:Number|No\.?))|(?P<provider>Provider(?:'s)?\s+Name))\s*:",
    re.IGNORECASE,
)
_LABEL_END = re.compile(r"(?:name|number|no\.?)\s*:\Z", re.IGNORECASE)
_LONGEST_LABEL, _LONGEST_LABEL_END = 60, 16
_ADDRESSEE = re.compile(r"(?:^|[\n\f])\s*Dear\s+[A-Z][A-Za-z.'-]*[ \t]+[A-Z]")
_CASE_ANYWHERE = re.compile(r"\bCM\d{2}-\d{7}\b")


_Pair = tuple[str, re.Match[str]]


@dataclass(frozen=True, slots=True)
class _Event:
    """A label or a value of the cover, where it stands."""

    match: re.Match[str]
    is_label: bool

    @property
    def kind(self) -> str:
        return self.match.lastgroup or ""

    def suits(self, label: str) -> bool:
        """Whether this value is of the kind that `label` asks for."""
        return label in DATE_FIELDS if self.kind == "date" else label == self.kind

    def stands_above(self, text: str, label: _Event) -> bool:
        """Whether this value has its line for itself and `label`, of its kind, begins the next one."""
        start, end = self.match.span()
        lines = text[max(0, start - 80) : start].replace("\f", "\n")
        alone = not lines[lines.rfind("\n") + 1 :].strip()
        gap = text[end : label.match.start()]
        return label.is_label and self.suits(label.kind) and alone and "\n" in gap and not gap.strip()


@dataclass(slots=True)
class Cover:
    """What the cover states: a value a field, None or absent where it does not."""

    case_number: str | None = None
    priority: str | None = None
    dates: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_cover(text: str, span: Span) -> Cover:
    """The cover's fields, whether labels and values stand in rows, one below the other, or column by column.

    A value goes to the label before it on its line, else to the oldest label before it that still waits for one of its
    kind. Where a date label stays empty so, a date that stands alone above a label may be that label's.
    """
    cover = Cover()
    events = sorted(
        [_Event(match, True) for match in _LABELS.finditer(text, *span)]
        + [_Event(match, False) for match in _VALUES.finditer(text, *span)],
        key=lambda event: (event.match.start(), not event.is_label),
    )
    for label, match in _paired(text, events):
        _take(cover, label, match)
    if cover.case_number is None:
        found = _CASE_ANYWHERE.search(text, *span)
        if found:
            _take(cover, "case_number", found)
    return cover


def is_party_copy(text: str, span: Span) -> bool:
    """Whether the labels of a party's copy (employee name, claim number, provider name, an addressee) stand in the cover
    at `span`, or two different ones anywhere, as where a reader of the file puts the letter page last."""
    if _PARTY_LABELS.search(text, *span) or _ADDRESSEE.search(text, *span):
        return True
    return len(set(_party_labels(text))) > 1


def _party_labels(text: str) -> Iterator[str]:
    """Which of the labels stand in the text. All end with a colon, and a letter has few of those."""
    colon = text.find(":")
    while colon >= 0:
        label = text[max(0, colon - _LONGEST_LABEL) : colon + 1]
        if _LABEL_END.search(label, max(0, len(label) - _LONGEST_LABEL_END)):
            yield from (found.lastgroup or "" for found in _PARTY_LABELS.finditer(label) if found.end() == len(label))
        colon = text.find(":", colon + 1)


def _paired(text: str, events: list[_Event]) -> list[_Pair]:
    """Every label with its value, in the order of the values; the reading that leaves fewer date labels empty."""
    pairs = _in_order(text, events, above=False)
    dates = {event.kind for event in events if event.is_label and event.kind in DATE_FIELDS}
    if dates <= {label for label, _ in pairs}:
        return pairs
    others = _in_order(text, events, above=True)
    return others if len(others) > len(pairs) else pairs


def _in_order(text: str, events: list[_Event], *, above: bool) -> list[_Pair]:
    waiting: list[str] = []
    pairs: list[_Pair] = []
    taken: set[str] = set()
    own = _own_values(text, events, one_line=above)
    for event, following in followed(events):
        wanted: str | None
        if event.is_label:
            if event.kind not in waiting and event.kind not in taken:
                waiting.append(event.kind)
            continue
        if event.match.start() in own:
            wanted = own[event.match.start()]
            if wanted not in waiting:
                continue
        else:
            claimed = own.values()
            wanted = next((label for label in waiting if event.suits(label) and label not in claimed), None)
        if wanted is None and above and following and event.stands_above(text, following):
            if following.kind not in taken | set(own.values()):
                pairs.append((following.kind, event.match))
                taken.add(following.kind)
            continue
        if wanted is not None:
            waiting.remove(wanted)
            taken.add(wanted)
            pairs.append((wanted, event.match))
    return pairs


def _own_values(text: str, events: list[_Event], *, one_line: bool) -> dict[int, str]:
    """Label by the place of its value, where the value follows it (or stands between the words of its label).

    Labels that stand together before as many values wait for their turn instead.
    """
    own: dict[int, str] = {}
    for index, (label, value) in enumerate(pairwise(events)):
        if not label.is_label or value.is_label or not value.suits(label.kind) or label.kind in own.values():
            continue
        gap = text[label.match.end() : value.match.start()]
        between = not label.match.group().endswith(":")
        if gap.strip() or (one_line and "\n" in gap and not between):
            continue
        before = events[index - 1] if index else label
        after = events[index + 2] if index + 2 < len(events) else label
        in_turn = before.is_label and value.suits(before.kind) and not after.is_label and before is not label
        if not in_turn and not _closes_a_column(events, index):
            own[value.match.start()] = label.kind
    return own


def _closes_a_column(events: list[_Event], index: int) -> bool:
    """Whether the label at `index` is the last of several whose values follow them one by one, each of its label's kind."""
    first = index
    while first and events[first - 1].is_label:
        first -= 1
    labels = events[first : index + 1]
    values = events[index + 1 : index + 1 + len(labels)]
    return (
        len(labels) > 1
        and len(values) == len(labels)
        and all(not value.is_label and value.suits(label.kind) for label, value in zip(labels, values, strict=True))
    )


def _take(cover: Cover, label: str, match: re.Match[str]) -> None:
    written = match.group()
    if label == "case_number":
        if cover.case_number is not None:
            return
        cover.case_number = value = re.sub(r"\s", "", written).upper()
    elif label == "priority":
        if cover.priority is not None:
            return
        cover.priority = value = written.lower()
    else:
        parsed = parse_date(written)
        if parsed is None:
            cover.problems.append(
                Problem("date_unreadable", f"The cover's date {written!r} is not in the calendar.", match.span())
            )
            return
        if label in cover.dates:
            return
        cover.dates[label] = value = parsed
    kind = label if label in ("case_number", "priority") else f"date_{label}"
    cover.findings.append(Finding(kind, value, match.span(), f"cover/{label}"))
