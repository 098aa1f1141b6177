"""Reads a draft denial: `python -m loaders.draft` takes it from standard input and prints what it cites as one line of JSON.

The dashboard runs it as a child process with limits, so that no text, however it is made, holds up the server, and so that
the draft lies in no memory that outlasts the reading. Nothing is written anywhere.
"""

from __future__ import annotations

import re
import resource
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace

from data.drafts import LONGEST, Draft
from data.record import Citation, Span
from data.vocabulary import Match, vocabulary
from loaders.reasons import read_silence, silences
from loaders.sections import sentences
from loaders.settle import fold, settle
from loaders.statements import read_statement

SECONDS = 5  # of processor time
_ROOM = 1 << 30  # bytes of memory
_FORM = re.compile(r"\bDecision\s+based\s+on\b|\bNon[\s-]{1,3}MTUS\s+Citations?\b", re.IGNORECASE)
_YEAR = re.compile(r"[\s,(]*(?:guidelines?[\s,(]*)?((?:19|20)\d{2})\b", re.IGNORECASE)
_YEAR_BEFORE = re.compile(r"\b((?:19|20)\d{2})\s*$")
_NUMBERED = re.compile(r"9792\.|chapter\s+\d|\bch\.?\s+\d", re.IGNORECASE)
_OF_ACOEM = re.compile(
    r"\b(?:according\s+to|as\s+per|per|based\s+on|under|following|consistent\s+with)\s+(?:the\s+)?$", re.IGNORECASE
)
_BY_NUMBER = re.compile(r"9792\.[\d.]+\d")
_IN_THE_MTUS = frozenset({"mtus", "acoem"})


def read_draft(raw: str) -> Draft:
    """What a draft cites. A sentence in the form's own words is read as a letter's statement, any other one by what it names.

    In prose a chapter counts where its sentence names the MTUS or ACOEM before it, or gives its number: patients have
    low back complaints, too. It counts as a part of the MTUS, for the MTUS is made of these chapters.
    """
    text = settle(raw[:LONGEST])
    whole = (0, len(text))
    said = read_silence(text, whole, ordinal=0)
    found: list[Citation] = []
    for place in sentences(text, *whole):
        found += read_statement(text, place).citations if _FORM.search(text, *place) else _in_prose(text, place)
    distinct = {(one.frame, one.source, one.document, one.edition): one for one in reversed(found)}
    named = {(one.frame, one.source) for one in found if one.document}
    kept = [one for key, one in reversed(distinct.items()) if one.document or key[:2] not in named]
    sources = tuple(sorted({one.source for one in kept}))
    return Draft(sources or read_statement(text, whole).sources, tuple(kept), said is not None)


def _in_prose(text: str, place: Span) -> Iterator[Citation]:
    quiet = [clause for clause, _ in silences(text, *place)]
    sources = [
        match
        for match in vocabulary("sources").find(text, *place)
        if match.key != "none" and not _said_silent(text, match, quiet)
    ]
    first = min((match.start for match in sources if match.key in _IN_THE_MTUS), default=None)
    parts = [
        match
        for match in vocabulary("mtus_parts").find(text, *place)
        if _NUMBERED.search(text, match.start, match.end) or (first is not None and first <= match.start)
    ]
    parts = [part for part in parts if not _named_again(text, part, parts)]
    for part in parts:
        yield _citation(text, part, "mtus", "mtus", part.key)
    for match in sources:
        inside = any(part.start <= match.start < part.end for part in parts)
        if match.key == "mtus" and not parts:
            yield _citation(text, match, "mtus", "mtus", None)
        elif match.key != "mtus" and not inside and not (match.key == "acoem" and parts):
            yield _citation(text, match, "outside", match.key, None)


def _said_silent(text: str, match: Match, quiet: Sequence[Span]) -> bool:
    """Whether a source is named only as one that does not address the request: ACOEM is not where it is said according to ACOEM."""
    if match.key not in _IN_THE_MTUS or not any(start <= match.start < end for start, end in quiet):
        return False
    return not (match.key == "acoem" and _OF_ACOEM.search(text[max(0, match.start - 40) : match.start]))


def _named_again(text: str, part: Match, parts: Sequence[Match]) -> bool:
    """Whether a part is there as the number of its regulation while the sentence names another part of that number in words."""
    number = _BY_NUMBER.search(text, part.start, part.end)
    terms = vocabulary("mtus_parts").terms
    return number is not None and any(
        terms[other.key].attributes["regulation"] == number[0] and not _BY_NUMBER.search(text, other.start, other.end)
        for other in parts
        if other is not part
    )


def _citation(text: str, match: Match, frame: str, source: str, document: str | None) -> Citation:
    year = _YEAR.match(text, match.end) or _YEAR_BEFORE.search(text[max(0, match.start - 6) : match.start])
    one = Citation(
        "mtus",
        source,
        document,
        year[1] if year else None,
        (),
        None,
        fold(text[match.start : match.end]),
        (match.start, match.end),
    )
    return one if frame == "mtus" else replace(one, frame="outside")


def main() -> int:
    """Read standard input, print one line. Exit code 0; a draft beyond the limits ends the process."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_ROOM, _ROOM))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    raw = sys.stdin.buffer.read(8 * LONGEST).decode("utf-8", errors="replace")
    print(read_draft(raw).as_json())
    return 0


if __name__ == "__main__":
    sys.exit(main())
