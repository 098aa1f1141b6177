"""The grammar of a letter: which form it is, where its sections and its decided items stand.

Works on settled text alone and only on the form's own words, with any white space between them.
"""

from __future__ import annotations

import re
import string
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from data.headings import HEADING_LINES, HEADINGS, heading, spaced
from data.record import Outcome, Problem, Span
from loaders.sequence import followed

_SUMMARY_LEAD = re.compile(
    spaced(r"The expert reviewer developed the following clinical case summary based on a review of the case file,?")
    + r"(?:\s+including\s+all\s+medical\s+records)?\s*:?",
    re.IGNORECASE,
)
_ISSUES_LEAD = re.compile(
    spaced(r"The Final Determination was based on decisions for the disputed items?/services? set forth below")
    + r"\s*:?",
    re.IGNORECASE,
)
# The first letter stands apart from the rest, in both cases: that lets the search skip to it.
_LABEL = re.compile(
    r"[CcMmDd](?i:(?P<admin>(?<=c)laims\s+Administrator(?:'s|\u2019s)?\s+guidelines?\s*:)"
    r"|(?P<reviewer>(?<=m)AXIMUS\s+guidelines?\s*:)"
    r"|(?P<rationale>(?<=d)ecision\s+rationale\s*:))"
)
# Asked where an item lacks one of the three: other names of both sides, other punctuation, labels that end with their line.
_GUIDELINE = r"\s+guideline(?:s|\(s\))?"
_OF = r"(?:'s|\u2019s|s['\u2019]?)?"
_ADMIN_NAME = rf"Claims?\s+Administrator{_OF}{_GUIDELINE}"
_REVIEWER_NAME = (
    rf"(?:MAXIMUS(?:\s+Federal\s+Services)?|IMRO|(?:(?:Expert|Physician|Medical|IMRO?)\s+)?Reviewer){_OF}{_GUIDELINE}"
)
_SAYS = r"(?=\s+(?:Decision\s+based\s+on|The\s+(?:Claims\s+Administrator|Expert\s+Reviewer))\b)"
_LATER_LABEL = re.compile(
    rf"\b(?:(?P<admin>{_ADMIN_NAME}(?:\s*[:;]|{_SAYS})|^{_ADMIN_NAME}$)"
    rf"|(?P<reviewer>{_REVIEWER_NAME}(?:\s*[:;]|{_SAYS})|^{_REVIEWER_NAME}$)"
    r"|(?P<rationale>Decision\s+rationale\s*[:;]|^Decision\s+rationale$))",
    re.IGNORECASE | re.MULTILINE,
)
_LABEL_ORDER = ("admin", "reviewer", "rationale")
_OUTCOME = re.compile(r"\b(?:upheld|uphold|overturned|overturn)\Z", re.IGNORECASE)
# A line that ends as a header does, whatever stands between it and the next label that is known.
_LIKE_OUTCOME = re.compile(
    r":[ ]{0,4}(?:\w{1,12}[ ])?(?:upheld|uphold|overturned|overturn)\b[ .]{0,4}$", re.IGNORECASE | re.MULTILINE
)
_LONGEST_OUTCOME = len(" overturned")
_DASH = re.compile(r"\s[-\u2013\u2014]")
_AFTER_OUTCOME = string.whitespace + "."
_OUTCOMES: dict[str, Outcome] = {
    "upheld": "upheld",
    "uphold": "upheld",
    "overturned": "overturned",
    "overturn": "overturned",
}
_CREDENTIALS_LABEL = re.compile(
    r"(?:State\(?s?\)?\s+of\s+Licensure|Certification\(?s?\)?\s*/\s*Special(?:ty|ties)(?:\(ies\))?)\s*:", re.IGNORECASE
)
_CREDENTIALS_PROSE = re.compile(
    r"(?:Board\s+Certified\s+in|licensed\s+to\s+practice\s+in|licensed\s+in)(?!\s*:)", re.IGNORECASE
)

# Words by which the forms of 2013 are told, which have no labels (see early_forms.py), and letters that are none of these.
_OTHER_FORMS = (
    (
        "F0",
        re.compile(
            r"MEDICAL\s+PROFESSIONAL\s+REVIEW|MEDICAL\s+REVIEWER\s+QUALIFICATIONS\s*:|ISSUES?\s+AT\s+DISPUTE\s*:"
            r"|MEDICAL\s+TREATMENT\s+GUIDELINE\(?S?\)?\s+RELIED\s+UPON\s+BY\s+PROFESSIONAL\s+REVIEWER"
        ),
    ),
    (
        "F1",
        re.compile(
            r"INDEPENDENT\s+MEDICAL\s+REVIEW\s+DECISION\s+AND\s+RATIONALE|Medical\s+Qualifications\s+of\s+the\s+Expert\s+Reviewer"
            r"|Notice\s+of\s+Independent\s+Medical\s+Review\s+Determination"
        ),
    ),
    (
        "F2",
        re.compile(r"IMR\s+DECISION\(S\)\s+AND\s+RATIONALE\(S\)|\n\s*DOCUMENTS\s+REVIEWED\s*\n"),
    ),
)

# How a rationale ends. A header never ends so, which parts the two where the layout does not.
_CLOSING = re.compile(
    r"(?:medically\s+(?:necessary|appropriate)|medical\s+necessity|necessary(?:\s+(?:and|or)\s+appropriate)?|appropriate|certified|upheld|overturned"
    r"|warranted|supported|established|recommended|approved|authorized|indicated|denied|justified|at\s+this\s+time)\s*[.\"\u201d')]*$",
    re.IGNORECASE,
)
# The longest header measured has 441 characters; nothing further than this before an outcome belongs to its item.
_LONGEST_HEADER = 3000
_SENTENCE_END = re.compile(r"[.!?][\"\u201d')\]]*$")
# Some full stops end no sentence: a title's, that of `vs.`, and the one before a contrast, which belongs to its study.
_SENTENCE_STEP = re.compile(
    r"(?<=[.!?])(?<!\b[DM][rs]\.)(?<!\bMrs\.)(?<!\bvs\.)[\"\u201d')\]]*\s+(?=[A-Z0-9\"\u201c(])(?!(?:No|With|Without)\s+contrast\b)"
)
_PARAGRAPH = re.compile(r"(?:\n|\f\s*\n)\s*\n\s*")
_LINE = re.compile(r"[\n\f][ \f]*")
_MODIFIED = re.compile(
    r"IMR[\s-]+eligible|^\s*the\s+original\s+request,|(?:was|were)\s+(?:authorized|approved|certified|partially\s+certified)\s+by\s+the\s+Claims\s+Administrator"
    r"|Claims\s+Administrator\s+(?:has\s+)?(?:authorized|approved|certified)",
    re.IGNORECASE,
)
_LEFT_ELIGIBLE = re.compile(r"\bIMR[\s-]+eligible\s*\.\s*$", re.IGNORECASE)
_WAS_ORIGINAL = re.compile(r"(?:was|were)\s+the\s+original\s+requests?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Item:
    """The spans of one decided item: its header without the outcome, both statements, the rationale."""

    header: Span
    outcome: Outcome
    outcome_span: Span
    admin: Span | None
    reviewer: Span | None
    rationale: Span | None


@dataclass(frozen=True, slots=True)
class Sections:
    """Where the parts of a letter stand; `cover` runs from the start to the first heading.

    `form_span`: the words by which the form is told, None for an unknown one.
    """

    form: str
    cover: Span
    reviewer: Span | None
    summary: Span | None
    issues: Span | None
    items: tuple[Item, ...]
    problems: tuple[Problem, ...]
    form_span: Span | None = None


def find_sections(text: str) -> Sections:
    """The sections and items of a settled letter. Never raises; a text without items has an empty `items`."""
    how, summary, issues = (heading(name, text) for name in ("how", "summary", "issues"))
    labels = _labels(text, issues.end() if issues else 0)
    lead = _ISSUES_LEAD.search(text, issues.end() if issues else 0, labels[0].start() if labels else len(text))
    body = lead.end() if lead else issues.end() if issues else summary.end() if summary else 0
    if labels:  # without the heading, an item may stand above a summary that was put in the wrong place
        body = min(body, labels[0].start())
    items, problems = _items(text, labels, body)
    starts = [match.start() for match in (how, summary, issues) if match]
    stop = issues.start() if issues else labels[0].start() if labels else len(text)
    after = (
        _SUMMARY_LEAD.match(text, _skip_blank(text, summary.end())) if summary else _SUMMARY_LEAD.search(text, 0, stop)
    )
    opening = after or summary
    summary_span = trimmed(text, opening.end(), max(stop, opening.end())) if opening else None
    reviewer_end = summary.start() if summary else _above_heading(text, after.start()) if after else stop
    form, form_span = _form(text, how is not None, bool(items), (how.end() if how else 0, reviewer_end))
    return Sections(
        form=form,
        cover=(0, min(starts, default=min(len(text), 2000))),
        reviewer=_reviewer(text, how, summary, reviewer_end),
        summary=summary_span,
        issues=(body, len(text)) if labels else None,
        items=tuple(items),
        problems=tuple(problems),
        form_span=form_span,
    )


def _labels(text: str, start: int) -> list[re.Match[str]]:
    """The labels of all items: the form's own, with those of later letters where an item lacks one.

    Where the whole letter lacks one of the three, the later letters' labels alone tell its items.
    """
    labels = list(_LABEL.finditer(text, start))
    groups = list(_groups(labels))
    if all(len(group) == len(_LABEL_ORDER) for group in groups) and groups:
        return labels
    later = list(_LATER_LABEL.finditer(text, start))
    if len({match.lastgroup for match in labels}) < len(_LABEL_ORDER):
        return later
    position = start
    for group, following in followed(groups):
        if len(group) < len(_LABEL_ORDER):
            stop = next(iter(following.values())).start() if following else len(text)
            labels += _completing(group, later, position, stop)
        position = max(match.end() for match in group.values())
    return sorted(labels, key=lambda match: match.start())


def _completing(
    group: dict[str, re.Match[str]], later: Sequence[re.Match[str]], start: int, stop: int
) -> list[re.Match[str]]:
    """Those of the `later` labels between `start` and `stop` that stand where the item with `group` lacks one."""
    found = dict(group)
    first = min(_LABEL_ORDER.index(name) for name in group)
    # What stands above the item's own labels is looked for upwards, what stands below them downwards.
    for rank in (*reversed(range(first)), *range(first + 1, len(_LABEL_ORDER))):
        name = _LABEL_ORDER[rank]
        if name in found:
            continue
        above = max((found[each].end() for each in _LABEL_ORDER[:rank] if each in found), default=start)
        below = min((found[each].start() for each in _LABEL_ORDER[rank + 1 :] if each in found), default=stop)
        fitting = later[bisect_left(later, above, key=re.Match.start) : bisect_left(later, below, key=re.Match.start)]
        same = [match for match in fitting if match.lastgroup == name]
        if same:
            found[name] = same[-1 if rank < first else 0]
    return [match for name, match in found.items() if name not in group]


def holds_two_letters(text: str) -> bool:
    """Whether the heading that opens a letter stands twice, with decided items before and behind its second print."""
    prints = text.lower().count("how the imr")  # nearly every letter has one, and is told so without a search
    if prints == 1:
        return False
    name = "how" if prints and heading("how", text) else "summary"
    pattern = HEADINGS[name] if len(HEADINGS[name].findall(text)) > 1 else HEADING_LINES[name]
    openings = [match.start() for match in pattern.finditer(text)]
    if len(openings) < 2:
        return False
    labels = _labels(text, 0)
    return any(labels[0].start() < opening < labels[-1].start() for opening in openings[1:]) if labels else False


def _reviewer(text: str, how: re.Match[str] | None, summary: re.Match[str] | None, end: int) -> Span | None:
    """What stands below the first heading; without it, all above `end` where the summary's heading or a label tells."""
    if how:
        return how.end(), max(end, how.end())
    return (0, end) if summary or _CREDENTIALS_LABEL.search(text, 0, end) else None


def _above_heading(text: str, end: int) -> int:
    """Where the text above `end` ends without a last line in capitals, the heading of what begins at `end`."""
    above = text[:end].rstrip()
    line = max(above.rfind("\n"), above.rfind("\f")) + 1
    return line if above[line:].isupper() else end


def trimmed(text: str, start: int, end: int) -> Span:
    """The span without the white space at both of its ends."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def beyond_form(text: str, span: Span) -> str:
    """The text at `span` without the form's own headings, lead sentences and labels."""
    rest = text[slice(*span)]
    for words in (*HEADINGS.values(), _SUMMARY_LEAD, _ISSUES_LEAD, _LATER_LABEL):
        rest = words.sub(" ", rest)
    return rest


def sentences(text: str, start: int, end: int) -> list[Span]:
    """The sentences of `text[start:end]` as trimmed spans; abbreviations may part one in two."""
    spans: list[Span] = []
    position = start
    for step in _SENTENCE_STEP.finditer(text, start, end):
        spans.append(trimmed(text, position, step.start()))
        position = step.end()
    spans.append(trimmed(text, position, end))
    return [span for span in spans if span[0] < span[1]]


def _skip_blank(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _form(text: str, has_how: bool, has_items: bool, reviewer: Span) -> tuple[str, Span | None]:
    if has_how and has_items:
        for form, pattern in (("F4", _CREDENTIALS_LABEL), ("F3", _CREDENTIALS_PROSE)):
            if found := pattern.search(text, *reviewer):
                return form, found.span()
    return (None if has_items else early_form(text)) or ("unknown", None)


def early_form(text: str) -> tuple[str, Span] | None:
    """`F0`, `F1` or `F2`, the forms of 2013, with the heading that only this form has; None where no such one stands."""
    found = ((form, pattern.search(text[:60_000])) for form, pattern in _OTHER_FORMS)
    return next(((form, match.span()) for form, match in found if match), None)


def _items(text: str, labels: list[re.Match[str]], body: int) -> tuple[list[Item], list[Problem]]:
    items: list[Item] = []
    problems: list[Problem] = []
    previous_end = body
    goes_on = False  # whether the last item has a rationale that nothing has ended yet
    for group, following in followed(list(_groups(labels))):
        first = next(iter(group.values()))
        header = _header(text, previous_end, first.start(), opens=previous_end == body)
        begins = header[0] if header else _unread_start(text, previous_end, first.start(), opens=previous_end == body)
        if goes_on:
            items[-1] = _ended(text, items[-1], begins)
        spans = _label_spans(text, group, next(iter(following.values())).start() if following else len(text))
        last = list(group.values())[-1]
        previous_end = last.end()
        goes_on = header is not None and "rationale" in spans
        if header is None:
            place = trimmed(text, begins if begins < first.start() else max(first.start() - 200, body), first.start())
            problems.append(
                Problem(
                    "outcome_unreadable", "An item has no readable outcome; it is left out of the decisions.", place
                )
            )
            continue
        start, end, outcome_start, outcome_end, outcome = header
        items.append(
            Item(
                (start, end),
                outcome,
                (outcome_start, outcome_end),
                spans.get("admin"),
                spans.get("reviewer"),
                spans.get("rationale"),
            )
        )
    if goes_on:
        items[-1] = _ended(text, items[-1], len(text))
    return items, problems


def _groups(labels: list[re.Match[str]]) -> Iterator[dict[str, re.Match[str]]]:
    """The labels of one item after another: an item ends where a label comes that does not follow the last one."""
    order = {name: rank for rank, name in enumerate(_LABEL_ORDER)}
    group: dict[str, re.Match[str]] = {}
    rank = -1
    for match in labels:
        name = match.lastgroup or ""
        if order[name] <= rank:
            yield group
            group = {}
        group[name] = match
        rank = order[name]
    if group:
        yield group


def _label_spans(text: str, group: dict[str, re.Match[str]], stop: int) -> dict[str, Span]:
    matches = list(group.items())
    spans: dict[str, Span] = {}
    for (name, match), following in followed(matches):
        end = (
            following[1].start()
            if following
            else match.end()
            if name == "rationale"
            else _statement_end(text, match.end(), stop)
        )
        spans[name] = (match.end(), end) if name == "rationale" else trimmed(text, match.end(), end)
    return spans


def _statement_end(text: str, start: int, stop: int) -> int:
    """The end of a guideline statement that no further label of its item ends: its paragraph's, `stop` at the latest."""
    found = _PARAGRAPH.search(text, start, stop)
    return found.start() if found else stop


def _ended(text: str, item: Item, end: int) -> Item:
    start = item.rationale[0] if item.rationale else end
    span = trimmed(text, start, max(end, start))
    return Item(item.header, item.outcome, item.outcome_span, item.admin, item.reviewer, span)


def _header(text: str, lower: int, upper: int, *, opens: bool) -> tuple[int, int, int, int, Outcome] | None:
    """Header start and end, outcome start and end, and the outcome of the item whose first label begins at `upper`.

    `lower` is where the rationale before it begins, or, for the item that `opens` the list, where the list begins.
    """
    window = text[max(lower, upper - _LONGEST_HEADER) : upper]
    ended = len(window.rstrip(_AFTER_OUTCOME))
    word = _OUTCOME.search(window, max(0, ended - _LONGEST_OUTCOME), ended)
    if word is None:
        return None
    before = window[: word.start()].rstrip()
    if before.endswith(":") or _DASH.fullmatch(before[-2:]):
        before = before[:-1].rstrip()
    elif not before.endswith((" is", " are")):
        return None
    base = upper - len(window)
    end = base + len(before)
    nearest = max(lower, end - _LONGEST_HEADER)
    start = _header_start(text, nearest, end, opens=opens and nearest == lower)
    start, end = trimmed(text, start, end)
    if start >= end:
        return None
    return start, end, base + word.start(), base + word.end(), _OUTCOMES[word[0].lower()]


def _unread_start(text: str, lower: int, upper: int, *, opens: bool) -> int:
    """Where the header of an item without readable outcome begins; `upper`, where its first label begins, if nothing tells."""
    nearest = max(lower, upper - _LONGEST_HEADER)
    end = trimmed(text, nearest, upper)[1]
    for stated in _LIKE_OUTCOME.finditer(text, nearest, end):
        end = stated.start()
        break
    start = _header_start(text, nearest, end, opens=opens and nearest == lower)
    return start if start > nearest or opens else upper


def _header_start(text: str, lower: int, end: int, *, opens: bool) -> int:
    """Where the header that ends at `end` begins: after a certain paragraph end, else after the rationale's last sentence."""
    start = lower
    for gap in reversed(list(_PARAGRAPH.finditer(text, lower, end))):
        if gap.start() <= lower or _continues(text[gap.end() : end], text[lower : gap.start()]):
            continue
        start = gap.end()
        break
    start = _after_closing(text, start, end, at_paragraph=opens or start != lower)
    if _MODIFIED.search(text[start:end]) and not _WAS_ORIGINAL.search(text, start, end):
        start = _modified_start(text, lower, start)
    return start


def _continues(below: str, above: str) -> bool:
    """Whether a header goes on over a paragraph end: nothing but an outcome below it, or a sentence cut in two."""
    if not below.strip(" :\n\f"):
        return True
    tail = above.rstrip()
    if _SENTENCE_END.search(tail[-80:]) or _CLOSING.search(tail[-60:]):
        return False
    return below.lstrip()[:1].islower() or tail.endswith((",", "/", "-", " and", " of", " the", " for", " to", " is"))


def _after_closing(text: str, start: int, end: int, *, at_paragraph: bool) -> int:
    """The header's start inside `text[start:end]` where a rationale may stand before it without a paragraph end."""
    lines = list(_LINE.finditer(text, start, end))
    for gap in reversed(lines):
        above = text[start : gap.start()]
        ended = bool(_SENTENCE_END.search(above[-80:]))
        if (ended and not _is_modified_part(text[gap.end() : end], above)) or (
            not ended and _CLOSING.search(above[-80:]) and not text[gap.end()].islower()
        ):
            start, at_paragraph = gap.end(), True
            break
    chosen = start
    for step in _SENTENCE_STEP.finditer(text, start, end):
        above = text[start : step.start()]
        if _CLOSING.search(above[-80:]) and not _MODIFIED.search(above[-120:]):
            chosen = step.end()
    return chosen if at_paragraph else max(chosen, _last_sentence(text, start, end))


def _is_modified_part(below: str, above: str) -> bool:
    """Whether `below` is the second or third sentence of a modified request's header that begins in `above`."""
    return (
        bool(_MODIFIED.search(below))
        and not _WAS_ORIGINAL.search(below)
        and bool(_WAS_ORIGINAL.search(above[-600:]) or _LEFT_ELIGIBLE.search(above[-60:]))
    )


def _last_sentence(text: str, start: int, end: int) -> int:
    """Without any layout: the start of the sentence that ends the window, a modified request's three sentences as one."""
    steps = [step.end() for step in _SENTENCE_STEP.finditer(text, start, end)]
    return steps[-1] if steps else start


def _modified_start(text: str, lower: int, start: int) -> int:
    found = list(_WAS_ORIGINAL.finditer(text, max(lower, start - 1500), start))
    if not found:
        return start
    steps = [step.end() for step in _SENTENCE_STEP.finditer(text, lower, found[-1].start())]
    gaps = [gap.end() for gap in _PARAGRAPH.finditer(text, lower, found[-1].start())]
    return max([lower, *steps[-1:], *gaps[-1:]])
