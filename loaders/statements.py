"""Guideline statements: which sources each side names, and what it cites of them.

A statement is a status sentence, any number of `Decision based on ...` frames, or both. The form's own frame (`MTUS` or
`Non-MTUS Citation`) says where a citation counts; the word MTUS alone says nothing, for it stands inside `Non-MTUS` too.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from data.record import Citation, Finding, Span, Statement
from data.vocabulary import Match, vocabulary
from loaders.reasons import silences
from loaders.sections import sentences, trimmed
from loaders.sequence import followed
from loaders.settle import fold

# Some letters print the label of the second frame alone behind the first.
_FRAME = re.compile(
    r"Decision\s+based\s+on\s+(?:the\s+)?(?:(?P<outside>Non[\s-]*MTUS(?:\s+(?:Citations?|Guidelines?))?\s*:?)|(?P<mtus>(?:CA[\s-]+|California\s+)?MTUS\b\s*:?))"
    r"|\b(?P<label>Non[\s-]{1,3}MTUS\s+Citations?\b\s*:?)",
    re.IGNORECASE,
)
_EVIDENCE = (
    r"(?:(?:medical|clinical|specific|treatment|practice|evidence[\s-]+based)\s+){0,3}(?:evidence|guidelines?|criteria|citations?)\b"
    r"(?!\s+(?:outside|other\s+than|besides|beyond|(?:from|in|within|of)\s+(?:the\s+)?(?:CA\s+|California\s+)?(?:MTUS|ACOEM|ODG)\b))"
)
_NONE = re.compile(
    rf"did\s+not\s+(?:(?:cite|reference)\s+(?:any\s+)?|(?:provide|use|identify)\s+any\s+){_EVIDENCE}"
    rf"|\b(?:cited|referenced)\s+no\s+{_EVIDENCE}"
    rf"|\bno\s+{_EVIDENCE}\s+(?:(?:was|were|is|are)\s+)?(?:cited|provided|given|referenced|identified)\b"
    r"|\bnone\s+(?:(?:was|were|is|are)\s+)?(?:cited|provided|given)\b",
    re.IGNORECASE,
)
# All that a statement or a frame says, where it says that nothing is cited.
_NOTHING = re.compile(
    r"(?:none|n/?a|not\s+applicable|no\s+(?:citations?|guidelines?)|(?:none|not|no\s+(?:citations?|guidelines?))\s+(?:cited|provided|given))",
    re.IGNORECASE,
)
_STATUS = re.compile(
    r"The\s+(?:Claims\s+Administrator|Expert\s+Reviewer|Physician\s+Reviewer)\s+(?:did\s+not\s+base|based)\s+(?:its|their|his/her)\s+decision\s+on"
    r"\s+(?:the\s+MTUS|recommendation\(?s?\)?\s+outside\s+of\s+the\s+MTUS(?:\s+Guidelines?)?)\s*\.?",
    re.IGNORECASE,
)
# The sentences of 2013.
# A dot ends the sentence only before a capital, so that one behind `pg` stays in it.
_IN_THE_MTUS = re.compile(
    r"(?:based\s+(?:its|their|his/her|his|her)\s+decision|relied)\s+(?:up)?on\s+(?:the\s+)?"
    r"(?P<cited>(?:[^.;]|\.(?!\s+(?-i:[A-Z]))){1,300}?)(?:,?\s+(?:which|that)\s+(?:is|are)\s+(?:[^.;,]{0,80}?\b(?:which|that)\s+(?:is|are)\s+)?|,?\s+(?=(?:not\s+)?(?:a\s+)?part\s))"
    r"(?P<not>not\s+)?(?:(?:a\s+)?part\s+)?of\s+the\s+(?P<mtus>(?:Medical\s+Treatment\s+Utilization\s+Schedule\s+\()?MTUS\)?)\.?",
    re.IGNORECASE,
)
_NOT_IN_THE_MTUS = re.compile(
    r"\b(?:which|that)\s+(?:is|are)\s+(?:[^.;,]{0,80}?\b(?:which|that)\s+(?:is|are)\s+)?not\s+(?:a\s+)?part\s+of\s+the\s+"
    r"(?:Medical\s+Treatment\s+Utilization\s+Schedule(?:\s+\(MTUS\))?|MTUS)\.?",
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
# What may stand around the title of a part: its year before it, `Guidelines` and the edition of ACOEM behind it.
_YEAR_BEFORE = re.compile(r"(?:^|\band\b|[,;])\s*(?P<year>(?:19|20)\d{2})\s+$", re.IGNORECASE)
_TITLE_REST = re.compile(
    r"(?:\s+(?:Medical\s+)?(?:Treatment\s+)?Guidelines?\b)?(?:\s*\(\s*ACOEM\b(?:[^()]|\([^()]{0,40}\)){0,120}\))?",
    re.IGNORECASE,
)
_YEAR_INSIDE = re.compile(r"(?<=\()((?:19|20)\d{2})(?=\))")
_LISTED = re.compile(r"\s*(?:[,;.]|and\b|$)", re.IGNORECASE)
_OWN_TITLE = re.compile(r"treatment\s+guidelines?$", re.IGNORECASE)
# A source within an MTUS frame is one where an entry of its list may begin; behind Section(s) a comma parts sections.
_SOURCE_GAP = re.compile(r"(?:\band|[;.]|(?P<comma>,))\s*(?:the\s+)?$", re.IGNORECASE)
_NEXT_ENTRY = re.compile(r"\band\b|[;.]", re.IGNORECASE)
_NO_SOURCE_OF_ITS_OWN = frozenset({"mtus", "acoem", "labor_code", "journal", "textbook", "other"})
_PART_GAP = re.compile(r"(?:^|,?\s*\band\b|[,;])\s*$", re.IGNORECASE)
_KEPT_COMMA = "\ue000"  # stands for a comma inside a section's name while a list is taken apart
_JUNK = " \t\n\f.,;:-"
_LONGEST_KEPT = 3000
_LONGEST_CHAPTER = 200
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
    if not sources and (none := _none_cited(text)):
        sources = {"none"}
        said = next(place for place in sentences(text, 0, len(text)) if place[1] >= none[1])
        parts = (Part("source", "none", said, "statements/none"),)
    return Reading(Statement(tuple(sorted(sources)), tuple(citation for citation, _ in cited), fold(text)), parts)


def _none_cited(text: str) -> Span | None:
    """Where a statement says that nothing is cited: in a sentence, or as all that it or one of its frames says."""
    if none := _NONE.search(text):
        return none.span()
    frames = [
        (frame.end(), following.start() if following else len(text))
        for frame, following in followed(list(_FRAME.finditer(text)))
    ]
    places = (_without_junk(text, *place) for place in [(0, len(text)), *frames])
    return next((place for place in places if _NOTHING.fullmatch(text, *place)), None)


def _citations(text: str) -> Iterator[_Cited]:
    frames = list(_FRAME.finditer(text))
    for frame, following in followed(frames):
        end = following.start() if following else len(text)
        if frame.lastgroup == "mtus":
            yield from _mtus_frame(text, frame, end)
        else:
            yield from _outside(text, frame.end(), end)
    if not frames and not _none_cited(text):
        status = _STATUS.search(text)
        stated = list(_IN_THE_MTUS.finditer(text))
        for sentence in stated:
            if sentence["not"]:
                yield from _outside(text, *sentence.span("cited"))
            else:
                yield from _mtus(text, sentence, sentence.end("cited"), start=sentence.start("cited"))
        if stated:
            status = stated[-1]
        elif status is None:
            status = _NO_MTUS.search(text)
        yield from _outside(text, status.end() if status else 0, len(text), only_named=True)


def _mtus_frame(text: str, frame: re.Match[str], end: int) -> Iterator[_Cited]:
    """What an MTUS frame cites: no MTUS where it says that nothing is cited, or that the MTUS is silent."""
    silent = next(
        (place for place in _silences(text, frame.start("mtus"), end) if place[0] <= frame.start("mtus")), None
    )
    if silent:
        yield from _outside(text, silent[1], end, only_named=True)
    elif not _NOTHING.fullmatch(text, *_without_junk(text, frame.end(), end)) and not _NONE.match(
        text, *_without_junk(text, frame.end(), end)
    ):
        yield from _mtus(text, frame, end)


def _silences(text: str, start: int, end: int) -> list[Span]:
    """The clauses that name the MTUS only to say that it does not hold the topic, without any other source in them."""
    places: list[Span] = []
    for (begin, stop), match in silences(text, start, end):
        named = [
            found for found in vocabulary("sources").find(text, begin, stop) if found.key not in _NO_SOURCE_OF_ITS_OWN
        ]
        after = [found.start for found in named if found.start >= match.end]
        before = any(found.start < match.start for found in named)
        places.append((match.start if before else begin, min([stop, *after])))
    return places


def _mtus(text: str, frame: re.Match[str], end: int, *, start: int | None = None) -> Iterator[_Cited]:
    """The parts of an MTUS frame, told apart by the list of part names; a frame that names nothing is one itself.

    A part that no entry knows, as a later edition of the MTUS has them, is one by its grammar: no document, but all else.
    Another source that stands in the frame as an entry of its own is cited there too.
    """
    start = frame.end() if start is None else start
    silent = _silences(text, start, end)
    label = _SECTIONS.search(text, start, end)
    listed = label.start() if label else end
    others = [
        match
        for match in vocabulary("sources").find(text, start, end)
        if _opens_source(text, start, match, listed) and not _within(silent, match.start)
    ]
    known = [_whole_title(text, start, match) for match in vocabulary("mtus_parts").find(text, start, end)]
    known = [match for match in known if _opens_part(text, start, match) and not _belongs(text, match, others)]
    taken = sorted([*known, *others], key=lambda match: match.start)
    starts: list[tuple[int, Match | None]] = [(match.start, match) for match in taken]
    starts += [(at, None) for at in _new_parts(text, start, end, taken)]
    starts = sorted((entry for entry in starts if not _within(silent, entry[0])), key=lambda entry: entry[0])
    stops = sorted([end, *(at for at, _ in starts), *(at for at, _ in silent)])
    sources = set(others)
    if all(match in sources for _, match in starts):
        place = _without_and(text, start, stops[0])
        yield _citation(text, place if place[0] < place[1] else frame.span("mtus"), "mtus", "mtus", None)
    for begin, match in starts:
        span = _without_and(text, begin, stops[bisect_right(stops, begin)] if begin < end else end)
        if match in sources:
            citation, parts = _citation(text, span, "outside", match.key, match)
            yield replace(citation, frame="mtus"), parts
        else:
            yield _citation(text, span, "mtus", "mtus", match)


def _within(places: list[Span], at: int) -> bool:
    """Whether `at` stands in one of the places, which are in the order of the text."""
    before = bisect_right(places, (at, sys.maxsize)) - 1
    return before >= 0 and at < places[before][1]


def _opens_source(text: str, start: int, match: Match, listed: int) -> bool:
    """Whether a source named in an MTUS frame is an entry of its own; behind `listed` a comma parts sections."""
    if match.key in _NO_SOURCE_OF_ITS_OWN:
        return False
    before = text[max(start, match.start - 60) : match.start]
    if match.start - start < 60 and not before.strip(_JUNK):
        return True
    gap = _SOURCE_GAP.search(before)
    return gap is not None and not (gap["comma"] and listed < match.start)


def _belongs(text: str, part: Match, sources: list[Match]) -> bool:
    """Whether what looks like a part of the MTUS is the chapter of a source that stands before it."""
    at = bisect_left(sources, part.end, key=lambda source: source.start) - 1
    if at < 0 or part.start - sources[at].end > _LONGEST_CHAPTER:
        return False
    return not _NEXT_ENTRY.search(text, sources[at].end, part.start)


def _whole_title(text: str, start: int, match: Match) -> Match:
    """The match of a part's name with what else belongs to its title: a year before it, `Guidelines` behind it."""
    before = text[max(start, match.start - 30) : match.start]
    year = _YEAR_BEFORE.search(before)
    rest = _TITLE_REST.match(text, match.end)
    begin = match.start - len(before) + year.start("year") if year else match.start
    return replace(match, start=begin, end=rest.end() if rest else match.end)


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
    after = text[match.end : match.end + 14].lstrip(" \n\f,(")
    if _YEAR.match(after) or _YEAR.match(text, match.start, match.end):
        return True
    if "section_of" in vocabulary("mtus_parts").terms[match.key].attributes or not _PART_GAP.search(before):
        return False
    if _OWN_TITLE.search(text, match.start, match.end) and _LISTED.match(text, match.end):
        return True
    return not after or after.lower().startswith(("section", "page", "."))


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
    passed = [
        found.span()
        for pattern in (_OTHER_FRAME, _NONE, _NOT_IN_THE_MTUS)
        for found in pattern.finditer(text, start, end)
    ]
    for begin, stop in [*sorted(passed + _silences(text, start, end)), (end, end)]:
        if begin > position and not _NOTHING.fullmatch(text, *_without_junk(text, position, begin)):
            yield from _outside_part(text, position, begin, only_named=only_named)
        position = max(position, stop)


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
    if frame == "mtus" and year is None:
        year = _YEAR.match(text, start, title_end) or _YEAR_INSIDE.search(text, start, title_end)
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
        written = re.sub(r"^[\s,]*(?:\(?\d{4}\)?)?", "", text[title_end:stop])
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
