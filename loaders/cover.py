"""The cover: case number, dates and priority by label, whatever order a reader of the file gives labels and values in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from data.record import DATE_FIELDS, Finding, Problem, Span
from data.showing import in_quotes
from loaders.dates import WRITTEN, parse_date
from loaders.sequence import followed

_DATE = rf"\b(?:\d{{1,2}}/\d{{1,2}}/\d{{2,4}}|\d{{1,2}}-\d{{1,2}}-(?:\d{{4}}|\d{{2}})|\d{{4}}-\d{{2}}-\d{{2}}|{WRITTEN})(?![\d/])(?!-\d)"
_LABELS = re.compile(
    r"(?P<case_number>(?:IMR\s+)?Case\s+Number\s*:)"
    r"|(?P<assigned>Date\s+Assigned\s*:)"
    r"|(?P<injury>Date\s+of\s+Injury\s*:)"
    r"|(?P<decision>Decision\s+Date\s*:|\bDated\s*:)"
    r"|(?P<ur_denial>UR\s+Denial\s+Date\s*:|Date\s+of\s+UR\s+(?:Denial|Decision)\s*:)"
    r"|(?P<priority>Priority\s*:)"
    rf"|(?P<application_received>(?:Application\s+)?Received\s*:|Application(?=\s+(?:{_DATE})\s+Received\s*:))",
    re.IGNORECASE,
)
# A value may be glued to the label behind it.
_VALUES = re.compile(
    rf"(?P<case_number>\bCM\s?\d{{2}}\s?-\s?\d{{5,8}}(?!\d)(?!(?-i:[a-z])))|(?P<date>{_DATE})"
    r"|(?P<priority>\b(?:Standard|Expedited)(?![a-z]|(?-i:[A-Z]{2}))|\b(?-i:Standard|Expedited|STANDARD|EXPEDITED)(?=Application|Received|Date|Decision|UR\s))",
    re.IGNORECASE,
)
# What a party's copy says on its cover. In the public copies these labels, or what stands behind them, are cut out.
_PARTY_NAMES = (
    r"(?P<employee>(?:Employee|Patient|Injured\s+(?:Worker|Employee)|Applicant)(?:['\u2019]?s)?(?:\s+Name)?)"
    r"|(?P<claim>Claims?\s*(?:Number|No\.?|ID|\#))"
    r"|(?P<provider>Provider(?:['\u2019]?s)?\s+Name)"
    r"|(?P<private>SSN|Social\s+Security(?:\s+(?:Number|No\.?))?|Date\s+of\s+Birth|D\.?O\.?B\.?)"
)
_PARTY_LABELS = re.compile(rf"\b(?:{_PARTY_NAMES})\s*:", re.IGNORECASE)
_PARTY_NAMED = re.compile(r"\b(?:Employee|Patient|Injured\s+Worker|Provider)\s+Name[ ]{1,4}(?-i:[A-Z])", re.IGNORECASE)
_LABEL_END = re.compile(r"(?:name|number|no\.?|#)\s*:\Z", re.IGNORECASE)
_LONGEST_LABEL, _LONGEST_LABEL_END = 60, 16
# What says that a value was taken out.
_CUT_OUT = re.compile(r"\W*(?:(?:redacted|removed|x{2,}|n/a)\b\W*)*", re.IGNORECASE)
_ANY_LABEL = re.compile(r"[A-Z][\w.'/()# \u2019-]{1,40}:")
_ONE_WORD_LABEL = re.compile(r"[A-Z][a-z]{1,20}:")
_FIRST_WORDS = ("Application", "Case", "Date", "Decision", "Claims", "Employee")  # of labels that two lines share
_OF_FORM = re.compile(r"MAXIMUS|Independent\s+Medical|IMR\b|HOW\s+THE|CLINICAL|Final\s+Determination", re.IGNORECASE)
_LONGEST_NAME = 60
_ADDRESSEE = re.compile(r"(?:^|[\n\f])\s*Dear\s+[A-Z][A-Za-z.'-]*[ \t]+[A-Z]")
_CASE_ANYWHERE = re.compile(r"\bCM\d{2}-\d{7}(?![\da-z])")


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
    pairs, cover.problems = _paired(text, events)
    for label, match in pairs:
        _take(cover, label, match)
    if cover.case_number is None:
        found = _CASE_ANYWHERE.search(text, *span)
        if found:
            _take(cover, "case_number", found)
    return cover


def is_party_copy(text: str, span: Span) -> bool:
    """Whether the labels of a party's copy (employee, claim number, provider name, an addressee) stand in the cover at
    `span` with something behind them, or two different ones anywhere, as where a reader of the file puts the letter page
    last. A label with nothing behind it is what a redaction leaves."""
    if _PARTY_NAMED.search(text, *span) or _ADDRESSEE.search(text, *span):
        return True
    if any(_has_value(text, label.end(), span[1]) for label in _PARTY_LABELS.finditer(text, *span)):
        return True
    return len(set(_party_labels(text))) > 1


def _party_labels(text: str) -> Iterator[str]:
    """Which of the labels stand in the text with a value. All end with a colon, and a letter has few of those."""
    colon = text.find(":")
    while colon >= 0:
        label = text[max(0, colon - _LONGEST_LABEL) : colon + 1]
        if _LABEL_END.search(label, max(0, len(label) - _LONGEST_LABEL_END)):
            yield from (
                found.lastgroup or ""
                for found in _PARTY_LABELS.finditer(label)
                if found.end() == len(label) and _has_value(text, colon + 1, len(text))
            )
        colon = text.find(":", colon + 1)


def _has_value(text: str, start: int, end: int) -> bool:
    """Whether something stands behind the label that ends at `start`: on its line, or in the lines below it.

    Below, labels without a value on their line stand for a column, whose values follow; a label that has its own ends it.
    """
    rest, *below = text[start : min(end, start + 600)].replace("\f", "\n").split("\n")
    cut = _CUT_OUT.match(rest)
    if following := rest[cut.end() :] if cut else rest:
        return not any(label.match(following) for label in (_LABELS, _PARTY_LABELS, _ONE_WORD_LABEL))
    if any(map(str.isalnum, rest)):
        return False
    values = False
    for line in filter(None, map(str.strip, below)):
        label = _ANY_LABEL.match(line)
        if label or line in _FIRST_WORDS:
            if values or (label and line[label.end() :].strip()):
                return False
        elif _OF_FORM.match(line) or len(line) > _LONGEST_NAME:
            return False
        elif not (_VALUES.fullmatch(line) or _CUT_OUT.fullmatch(line)):
            return True
        else:
            values = True
    return False


def _paired(text: str, events: list[_Event]) -> tuple[list[_Pair], list[Problem]]:
    """Every label with its value, in the order of the values; the reading that leaves fewer date labels empty.

    Where one stays empty even so, values that only their turn tells are taken where their column has as many labels.
    """
    pairs, turns = _in_order(text, events, above=False)
    dates = {event.kind for event in events if event.is_label and event.kind in DATE_FIELDS}
    if dates <= {label for label, _ in pairs}:
        return pairs, []
    others = _in_order(text, events, above=True)
    if len(others[0]) > len(pairs):
        pairs, turns = others
    if not turns or dates <= {label for label, _ in pairs}:
        return pairs, []
    kept = [(label, match) for label, match in pairs if match.start() not in turns]
    problems: list[Problem] = []
    known = {label for label, _ in kept}
    for labels, values in _columns(events, known, {match.start() for _, match in kept}):
        if len(labels) == len(values):
            kept += zip(labels, values, strict=True)
        elif labels or any(value.start() in turns for value in values):
            said = (
                f"The cover has {len(labels)} labels of dates for {len(values)} dates here; which is whose is not sure."
            )
            problems.append(Problem("cover_unsure", said, (values[0].start(), values[-1].end())))
    return sorted(kept, key=lambda pair: pair[1].start()), problems


def _columns(
    events: list[_Event], known: set[str], placed: set[int]
) -> Iterator[tuple[list[str], list[re.Match[str]]]]:
    """The labels of dates that are not `known` and the dates that follow them, not yet `placed`, column by column."""
    labels: list[str] = []
    values: list[re.Match[str]] = []
    seen = set(known)
    for event in events:
        if event.is_label:
            if values:
                yield labels, values
                labels, values = [], []
            if event.kind in DATE_FIELDS and event.kind not in seen:
                labels.append(event.kind)
                seen.add(event.kind)
        elif event.kind == "date" and event.match.start() not in placed:
            values.append(event.match)
    if values:
        yield labels, values


def _in_order(text: str, events: list[_Event], *, above: bool) -> tuple[list[_Pair], set[int]]:
    """The pairs of label and value, and the places of the dates that nothing but their turn gives to their label."""
    turns: set[int] = set()
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
            if event.kind == "date" and event.match.start() not in own:
                turns.add(event.match.start())
    return pairs, turns


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
        opens_values = (
            "\n" in gap and before.is_label and before is not label and not after.is_label and after is not label
        )
        if not in_turn and not opens_values and not _closes_a_column(events, index):
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
                Problem(
                    "date_unreadable", f"The cover's date {in_quotes(written)} is not in the calendar.", match.span()
                )
            )
            return
        if label in cover.dates:
            return
        cover.dates[label] = value = parsed
    kind = label if label in ("case_number", "priority") else f"date_{label}"
    cover.findings.append(Finding(kind, value, match.span(), f"cover/{label}"))
