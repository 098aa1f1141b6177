"""Guideline statements: which sources each side names, and what it cites of them.

A statement is a status sentence, any number of `Decision based on ...` frames, or both. The form's own frame (`MTUS` or
`Non-MTUS Citation`) says where a citation counts; the word MTUS alone says nothing, for it stands inside `Non-MTUS` too.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from data.record import Citation, Finding, Span, Statement
from data.vocabulary import Match, vocabulary
from loaders.sections import sentences, trimmed
from loaders.sequence import followed
from loaders.settle import fold

_FRAME = re.compile(
    r"Decision\s+based\s+on\s+(?:the\s+)?(?:(?P<outside>Non[\s-]*MTUS(?:\s+(?:Citations?|Guidelines?))?\s*:?)|(?P<mtus>(?:CA[\s-]+|California\s+)?MTUS\b\s*:?))",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"did\s+not\s+(?:cite|provide|use|identify)\s+any\s+(?:medical\s+|evidence[\s-]+based\s+|clinical\s+)?(?:evidence|guidelines?|criteria|citations?)",
    re.IGNORECASE,
)
_STATUS = re.compile(
    r"The\s+(?:Claims\s+Administrator|Expert\s+Reviewer|Physician\s+Reviewer)\s+(?:did\s+not\s+base|based)\s+(?:its|their|his/her)\s+decision\s+on"
    r"\s+(?:the\s+MTUS|recommendation\(?s?\)?\s+outside\s+of\s+the\s+MTUS(?:\s+Guidelines?)?)\s*\.?",
    re.IGNORECASE,
)
# The sentences of 2013.
_IN_THE_MTUS = re.compile(
    r"based\s+(?:its|their|his/her)\s+decision\s+on\s+(?:the\s+)?(?P<cited>[^.;]{1,300}?),?\s+(?:which\s+(?:is|are)|(?:a\s+)?part)\s+(?:a\s+)?(?:part\s+)?of\s+the"
    r"\s+(?P<mtus>(?:Medical\s+Treatment\s+Utilization\s+Schedule\s+\()?MTUS\)?)\.?",
    re.IGNORECASE,
)
_NO_MTUS = re.compile(
    r"found\s+that\s+no\s+sections?\s+of\s+the\s+(?:Medical\s+Treatment\s+Utilization\s+Schedule\s+\()?MTUS\)?\s+(?:was|were)\s+applicable[^.]{0,80}\.?",
    re.IGNORECASE,
)
_SAME = re.compile(
    r"found\s+the\s+guidelines?\s+used\s+by\s+the\s+Claims\s+Administrator\s+(?:relevant\s+and\s+)?appropriate",
    re.IGNORECASE,
)
_OTHER_FRAME = re.compile(
    r"(?:,?\s*and\s+)?\bOther\s+Medical\s+Treatment\s+Guidelines?(?:\s+or\s+Medical\s+Evidence)?\s*:?", re.IGNORECASE
)
_AUTHORS = re.compile(r"et\.?\s+al\.?", re.IGNORECASE)
_YEAR = re.compile(r"\b((?:19|20)\d{2})\b")
_EDITION = re.compile(r"\b(\d{1,2}(?:st|nd|rd|th)\s+ed(?:ition)?\b\.?|(?:19|20)\d{2})", re.IGNORECASE)
_SECTIONS = re.compile(r",?\s*Section\(?s?\)?\s*:\s*", re.IGNORECASE)
_PAGES = re.compile(
    r",?\s*\b(?:Page\(?s?\)?\s*:|pages?\b|pgs?\b\.?)\s*(?P<pages>[\d\s,&-]*\d)(?:\s+of\s+\d+)?", re.IGNORECASE
)
_TITLED = re.compile(
    r"(?P<and>,?\s+and\s+)?(?<![A-Za-z0-9])(?P<title>[A-Z][A-Za-z0-9 \n\f&/'-]{2,90}(?:\s|\s\([A-Za-z0-9 ,\n\f]{0,30}\s)(?:19|20)\d{2}\)?)"
    r"(?=\s*(?:,\s*(?:and\s+[A-Z]|Sections?\b|Section\(s\))|\.?\s*$|\.\s+Decision\b))"
)
_PART_GAP = re.compile(r"(?:^|,?\s*\band\b|[,;])\s*$", re.IGNORECASE)
_KEPT_COMMA = "\ue000"  # stands for a comma inside a section's name while a list is taken apart
_JUNK = " \t\n\f.,;:-"
_LONGEST_KEPT = 3000
_COMMA = re.compile(r",\s+(?!and\b)")
_PARENTHESIS = re.compile(r"[()]")


class Part(NamedTuple):
    """One value of a statement: what it is, its place and the rule that found it."""

    name: Literal["source", "document", "edition", "section", "pages"]
    value: str
    span: Span
    rule: str


_Cited = tuple[Citation, tuple[Part, ...]]


@dataclass(frozen=True, slots=True)
class Reading:
    """A statement and a part for every value in it: `source` and, of a citation, `document`, `edition`, `section`, `pages`."""

    statement: Statement
    parts: tuple[Part, ...] = ()

    def findings(self, side: str, ordinal: int) -> list[Finding]:
        """The parts as findings of one side of an item."""
        return [Finding(f"{side}_{part.name}", part.value, part.span, part.rule, ordinal) for part in self.parts]


def read_statement(text: str, span: Span | None) -> Statement:
    """The statement at `span`: sources, citations with spans, own words. Nothing stated gives an empty statement."""
    return _reading(text, span).statement


def _reading(text: str, span: Span | None) -> Reading:
    if span is None or span[0] >= span[1]:
        return Reading(Statement())
    relative, base = _read(text[span[0] : span[1]]), span[0]
    citations = tuple(
        replace(citation, span=(citation.span[0] + base, citation.span[1] + base))
        for citation in relative.statement.citations
    )
    parts = tuple(
        Part(part.name, part.value, (part.span[0] + base, part.span[1] + base), part.rule) for part in relative.parts
    )
    return Reading(replace(relative.statement, citations=citations, span=span), parts)


def read_statements(text: str, admin: Span | None, reviewer: Span | None) -> tuple[Reading, Reading]:
    """Both sides' statements. A reviewer who finds the administrator's guidelines appropriate cites the same ones."""
    theirs, own = _reading(text, admin), _reading(text, reviewer)
    said = own.statement.span
    if said and not own.statement.sources and (same := _SAME.search(text, *said)):
        cited = theirs.statement
        shared = replace(own.statement, sources=cited.sources, citations=cited.citations)
        taken_over = tuple(Part("source", source, same.span(), "statements/same") for source in cited.sources)
        own = Reading(shared, taken_over + (theirs.parts if cited.citations else ()))
    return theirs, own


def _read(text: str) -> Reading:
    """The statement with spans relative to `text`. Letters repeat stock statements, so readings of short ones are kept."""
    return _kept(text) if len(text) < _LONGEST_KEPT else _fresh(text)


@lru_cache(maxsize=8192)
def _kept(text: str) -> Reading:
    return _fresh(text)


def _fresh(text: str) -> Reading:
    cited = list(_citations(text))
    parts = tuple(part for _, named in cited for part in named)
    sources = {citation.source for citation, _ in cited}
    if not sources and (none := _NONE.search(text)):
        sources = {"none"}
        said = next(place for place in sentences(text, 0, len(text)) if place[1] >= none.end())
        parts = (Part("source", "none", said, "statements/none"),)
    return Reading(Statement(tuple(sorted(sources)), tuple(citation for citation, _ in cited), fold(text)), parts)


def _citations(text: str) -> Iterator[_Cited]:
    frames = list(_FRAME.finditer(text))
    for frame, following in followed(frames):
        end = following.start() if following else len(text)
        if frame.lastgroup == "mtus":
            yield from _mtus(text, frame, end)
        else:
            yield from _outside(text, frame.end(), end)
    if not frames and not _NONE.search(text):
        status = _STATUS.search(text)
        sentence = _IN_THE_MTUS.search(text)
        if sentence:
            yield from _mtus(text, sentence, sentence.end("cited"), start=sentence.start("cited"))
            status = sentence
        elif status is None:
            status = _NO_MTUS.search(text)
        yield from _outside(text, status.end() if status else 0, len(text), only_named=True)


def _mtus(text: str, frame: re.Match[str], end: int, *, start: int | None = None) -> Iterator[_Cited]:
    """The parts of an MTUS frame, told apart by the list of part names; a frame that names nothing is one itself.

    A part that no entry knows, as a later edition of the MTUS has them, is one by its grammar: no document, but all else.
    """
    start = frame.end() if start is None else start
    known = [match for match in vocabulary("mtus_parts").find(text, start, end) if _opens_part(text, start, match)]
    starts = sorted(
        [(match.start, match) for match in known] + [(at, None) for at in _new_parts(text, start, end, known)]
    )
    if not starts:
        place = _without_and(text, start, end)
        yield _citation(text, place if place[0] < place[1] else frame.span("mtus"), "mtus", "mtus", None)
        return
    for (begin, match), following in followed(starts):
        stop = following[0] if following else end
        yield _citation(text, _without_and(text, begin, stop), "mtus", "mtus", match)


def _new_parts(text: str, start: int, end: int, known: list[Match]) -> Iterator[int]:
    """Where parts begin that the closed list does not hold: a title with its year, at the start or after `, and`."""
    ends = [match.end for match in known]
    for found in _TITLED.finditer(text, start, end):
        at = found.start("title")
        following = bisect_left(ends, at + 1)
        inside = following < len(known) and known[following].start < found.end("title")
        if not inside and (found["and"] or not text[start:at].strip(_JUNK)):
            yield at


def _opens_part(text: str, start: int, match: Match) -> bool:
    """A part name opens a part at the start of the frame or after `, and`; elsewhere it is the name of a section."""
    before = text[max(start, match.start - 60) : match.start]
    if not before.strip(_JUNK):
        return True
    after = text[match.end : match.end + 14].lstrip(" \n\f,")
    if _YEAR.match(after):
        return True
    if "section_of" in vocabulary("mtus_parts").terms[match.key].attributes:
        return False
    return bool(_PART_GAP.search(before)) and (not after or after.lower().startswith(("section", "page", ".")))


def _without_and(text: str, start: int, end: int) -> Span:
    """The span without `and`, punctuation and blanks at its end."""
    while start < end:
        if text[end - 1] in " \n\f.,;":
            end -= 1
        elif text[max(start, end - 3) : end].lower() == "and" and not text[max(start, end - 4) : end - 3].isalnum():
            end -= 3
        else:
            break
    return trimmed(text, start, end)


def _outside(text: str, start: int, end: int, *, only_named: bool = False) -> Iterator[_Cited]:
    """The sources of an outside frame: each known source with what follows it, anything else named counting as `other`."""
    position = start
    for divider in [*_OTHER_FRAME.finditer(text, start, end), None]:
        stop = divider.start() if divider else end
        yield from _outside_part(text, position, stop, only_named=only_named)
        position = divider.end() if divider else end


def _outside_part(text: str, start: int, end: int, *, only_named: bool) -> Iterator[_Cited]:
    matches = _distinct(text, vocabulary("sources").find(text, start, end))
    first = matches[0].start if matches else end
    lead = trimmed(text, start, first)
    if not only_named and lead[0] < lead[1] and _names_something(text, lead):
        if not matches or matches[0].key == "other":
            matches = [Match("other", lead[0], lead[0], "statements/unnamed"), *matches[1:]]
        elif matches and not _is_title_of(text, lead, matches[0]):
            matches = [Match("other", lead[0], lead[0], "statements/unnamed"), *matches]
        else:
            matches = [replace(matches[0], start=lead[0]), *matches[1:]]
    for match, following in followed(matches):
        span = _without_and(text, match.start, following.start if following else end)
        if span[0] < span[1]:
            yield _citation(text, span, "outside", match.key, match)


def _distinct(text: str, matches: list[Match]) -> list[Match]:
    """One match a citation: a source named twice in one breath is one, and authors go with the source that follows.

    ODG named again begins another citation, for letters list its chapters so.
    """
    kept: list[Match] = []
    for match in matches:
        if match.key == "none":
            continue
        if kept and kept[-1].key == match.key and (match.key != "odg" or match.start - kept[-1].end < 4):
            kept[-1] = replace(kept[-1], end=match.end)
        elif (
            kept
            and _AUTHORS.fullmatch(text[kept[-1].start : kept[-1].end])
            and ";" not in text[kept[-1].end : match.start]
        ):
            kept[-1] = replace(match, start=kept[-1].start)
        else:
            kept.append(match)
    return kept


def _names_something(text: str, span: Span) -> bool:
    words = re.findall(r"[A-Za-z]{2,}", text[span[0] : span[1]])
    return any(word.lower() not in ("the", "and", "in", "of", "citation", "see", "per", "from", "by") for word in words)


def _is_title_of(text: str, lead: Span, match: Match) -> bool:
    """Whether the words before a source's name belong to it: `Sildenafil: drug information, UpToDate.com`."""
    between = text[lead[0] : match.start]
    return len(between) < 400 and not re.search(r";|\bet\s+al\b", between)


def _citation(text: str, span: Span, frame: Literal["mtus", "outside"], source: str, match: Match | None) -> _Cited:
    """The citation at `span` and its parts, each with its place and the rule that found it."""
    start, end = span
    body = text[start:end]
    document = None
    title_end = start
    rule = match.rule if match and frame == "outside" else "statements/mtus"
    parts = [Part("source", source, span, rule)]
    if match is not None and frame == "mtus":
        document, title_end = match.key, match.end
        parts.append(Part("document", document, (match.start, match.end), match.rule))
    pages = _PAGES.search(body)
    sections_label = _SECTIONS.search(body)
    year = (
        _YEAR.search(text, title_end, _title_stop(start, end, title_end, sections_label)) if frame == "mtus" else None
    )
    if frame == "outside" and match is not None:
        after = _without_junk(text, max(match.end, start), end)
        document = fold(text[slice(*after)]) or None
        if document:
            parts.append(Part("document", document, after, "statements/document"))
        year = _EDITION.search(text, start, end)
    citation = Citation(
        frame=frame,
        source=source,
        document=document,
        edition=fold(year.group(1)) if year else None,
        sections=_sections(text, sections_label, title_end, span, pages, frame),
        pages=fold(pages["pages"]) if pages else None,
        text=fold(body),
        span=span,
    )
    if year and citation.edition:
        parts.append(Part("edition", citation.edition, year.span(1), "statements/edition"))
    position = start + sections_label.end() if sections_label else title_end
    for section in citation.sections:
        place = _place_of(text, section, position, end) or _place_of(text, section, *span) or span
        parts.append(Part("section", section, place, "statements/section"))
        position = place[1]
    if pages and citation.pages:
        place = (start + pages.start("pages"), start + pages.end("pages"))
        parts.append(Part("pages", citation.pages, place, "statements/pages"))
    return citation, tuple(parts)


def _without_junk(text: str, start: int, end: int) -> Span:
    """The span without punctuation and blanks at both of its ends."""
    while start < end and (text[start] in _JUNK or text[start].isspace()):
        start += 1
    while end > start and (text[end - 1] in _JUNK or text[end - 1].isspace()):
        end -= 1
    return start, end


def _place_of(text: str, words: str, start: int, end: int) -> Span | None:
    """Where folded `words` stand in `text[start:end]`; None where commas of a name were read otherwise."""
    at = text.find(words, start, end)
    if at >= 0:
        return at, at + len(words)
    found = re.compile(r"\s+".join(map(re.escape, words.split()))).search(text, start, end)
    return found.span() if found else None


def _title_stop(start: int, end: int, title_end: int, label: re.Match[str] | None) -> int:
    """Where a part's title, its edition included, ends at the latest: before its sections."""
    if label is not None:
        return min(end, start + label.start())
    return min(end, title_end + (12 if title_end > start else 120))


def _sections(
    text: str, label: re.Match[str] | None, title_end: int, span: Span, pages: re.Match[str] | None, frame: str
) -> tuple[str, ...]:
    """The sections named behind `Section(s):`, or, in the older wording, between a part's title and its pages."""
    start, end = span
    stop = start + pages.start() if pages else end
    if label is not None:
        written = text[start + label.end() : max(stop, start + label.end())]
    elif frame == "mtus" and start < title_end < stop:
        written = re.sub(r"^\s*(?:\d{4})?", "", text[title_end:stop])
    else:
        return ()
    kept = _comma_names().sub(lambda match: match.group().replace(",", _KEPT_COMMA), fold(written).strip(_JUNK))
    parts = (part.replace(_KEPT_COMMA, ",").strip(_JUNK) for part in _between_commas(kept))
    return tuple(part for part in parts if part)


@cache
def _comma_names() -> re.Pattern[str]:
    """The names of sections that hold a comma, as one expression."""
    return re.compile(
        "|".join(f"(?:{name})" for name in vocabulary("mtus_parts").settings["comma_names"]), re.IGNORECASE
    )


def _between_commas(text: str) -> Iterator[str]:
    """The parts of `text` between commas that stand outside parentheses and before no `and`."""
    parentheses = [(found.start(), found.group()) for found in _PARENTHESIS.finditer(text)]
    position = 0
    for comma in _COMMA.finditer(text):
        following = bisect_left(parentheses, (comma.end(), ""))
        if following < len(parentheses) and parentheses[following][1] == ")":
            continue
        yield text[position : comma.start()]
        position = comma.end()
    yield text[position:]
