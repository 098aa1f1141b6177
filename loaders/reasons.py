"""The grounds a rationale gives for its decision, each with its words and its rule."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import pairwise

from data.record import Finding, Outcome, Span
from data.vocabulary import Match, vocabulary
from loaders.sections import sentences

SILENT = "not_addressed_by_mtus"
_SILENT_ALONE = frozenset({SILENT})
_MTUS = re.compile(r"\bMTUS\b|\bMedical\s+Treatment\s+Utilization\s+Schedule", re.IGNORECASE)
_JOINED = re.compile(r"(?:\W|\b(?:guidelines?|acoem|chapters?|and|or|nor|the)\b)*", re.IGNORECASE)
_GUIDELINE = re.compile(
    rf"(?P<mtus>{_MTUS.pattern})|(?P<other>\bODG\b|\bOfficial\s+Disability\s+Guidelines?)", re.IGNORECASE
)


def read_reasons(
    text: str, said: Sequence[Span], outcome: Outcome, ordinal: int
) -> tuple[tuple[str, ...], list[Finding]]:
    """The sorted keys of the grounds that speak for `outcome` in the sentences `said` of a rationale.

    One finding each at the first mention.

    A sentence that only recites a guideline gives no ground, save to the terms that say so (`recited`).
    """
    known = vocabulary("reasons")
    recital, case = _expressions()
    speaking, recited_keys = _keys_for(outcome)
    open_keys = set(speaking)
    found: list[Finding] = []
    for (start, end), matches in zip(said, known.mentions(text, said, speaking), strict=True):
        fresh = [match for match in matches if match.key in open_keys]
        if any(match.key not in recited_keys for match in fresh):
            recited = not case.search(text, start, end) and bool(recital.search(text, start, end))
            fresh = [match for match in fresh if match.key in recited_keys or not recited]
        for match in fresh:
            open_keys.discard(match.key)
            found.append(Finding("reason", match.key, (match.start, match.end), match.rule, ordinal))
    return tuple(sorted(finding.value for finding in found)), found


def silences(text: str, start: int, end: int) -> list[tuple[Span, Match]]:
    """The clauses of `text[start:end]` that say that the MTUS does not address the topic, each with its first mention."""
    if not _MTUS.search(text, start, end):
        return []
    spans = [clause for place in sentences(text, start, end) for clause in _clauses(text, *place)]
    found = zip(spans, vocabulary("reasons").mentions(text, spans, _SILENT_ALONE), strict=True)
    return [(span, match) for span, matches in found for match in matches if _of_the_mtus(text, span[0], match)]


def _clauses(text: str, start: int, end: int) -> list[Span]:
    """The clauses of a sentence, parted by semicolons."""
    marks = [start, *(start + found.end() for found in re.finditer(";", text[start:end])), end]
    return list(pairwise(marks))


def read_silence(text: str, *spans: Span | None, ordinal: int) -> Finding | None:
    """The first place in `spans` (a rationale, statements) that says that the MTUS does not address the topic.

    A sentence counts when it speaks of the MTUS (of ACOEM or ODG alone is not enough) and goes on to no part of it that does.
    """
    for span in spans:
        found = _silence(text[slice(*span)]) if span else None
        if span and found:
            place = (found.start + span[0], found.end + span[0])
            return Finding("mtus_silent", "true", place, found.rule, ordinal)
    return None


@lru_cache(maxsize=1024)
def _silence(text: str) -> Match | None:
    """The mention with its place in `text`. Letters repeat stock statements, so answers are kept."""
    if not _MTUS.search(text):
        return None
    spans = sentences(text, 0, len(text))
    for (start, end), matches in zip(spans, vocabulary("reasons").mentions(text, spans, _SILENT_ALONE), strict=True):
        for match in matches:
            if _of_the_mtus(text, start, match) and not _MTUS.search(text, match.end, end):
                return match
    return None


def _of_the_mtus(text: str, start: int, match: Match) -> bool:
    """Whether the guideline named last before the silence is the MTUS, or another one named in one breath with it."""
    named = list(_GUIDELINE.finditer(text, start, match.end))
    if not named or named[-1].lastgroup == "mtus":
        return bool(named)
    return any(
        first.lastgroup == "mtus" and bool(_JOINED.fullmatch(text, first.end(), second.start()))
        for first, second in pairwise(named)
        if second is named[-1]
    )


@cache
def _keys_for(outcome: Outcome) -> tuple[frozenset[str], frozenset[str]]:
    """The grounds that speak for `outcome`, and those of them that count in a recited sentence too."""
    terms = vocabulary("reasons").terms
    speaking = [key for key, term in terms.items() if term.attributes["outcome"] in (outcome, "either")]
    return frozenset(speaking), frozenset(key for key in speaking if terms[key].attributes.get("recited", False))


@cache
def _expressions() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What marks a sentence as a guideline's text, and what as speaking of this case; a blank is any white space."""
    settings = vocabulary("reasons").settings
    recital, case = (
        re.compile("|".join(f"(?:{part})" for part in settings[name]).replace(" ", r"\s+"), re.IGNORECASE)
        for name in ("recital", "case")
    )
    return recital, case
