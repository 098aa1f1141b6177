"""Running lines: headers and footers that a page layout repeats, told from the letter's own words.

Evidence is that a line counts the pages, that it repeats the letter's case number, or that the same line stands at the
same edge of every page. No list of known headers is used, and what the evidence does not reach stays in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

_CASE = re.compile(r"CM\d{2}-\d{7}")
CASE_NUMBER = re.compile(rf"\b{_CASE.pattern}\b")
# Lines of one header or footer that are looked at, from the edge of a page inwards.
_DEEPEST = 4
_LONGEST = 160
_MOST_PAGES = 400
# With fewer pages than this the same line must also open, or close, the whole text: no letter's own words do both.
_MANY = 3
_NUMBER = re.compile(r"\d+")
_PAGE = re.compile(
    r"(?:^|[^(\w])page\s*[#|]?\s*(?P<page>\d{1,3})(?:\s*(?:of|/)\s*(?P<last>\d{1,3}))?(?!\d)", re.IGNORECASE
)
_COUNTER = re.compile(
    r"\W*(?P<named>page\s*(?:\|\s*)?)?(?P<page>\d{1,3})(?:\s*(?:of|/|\|)\s*(?P<last>\d{1,3}))?(?P<after>\s*\|\s*page)?\W*",
    re.IGNORECASE,
)
_SHORT = 16  # a counter that does not say `page` is not longer
_SAYS_PAGE = re.compile(r"page\s?[#|]?\s?\d")
# The grammar of the form, the labels of a cover, and how a sentence goes on or ends: the letter's own words.
_OWN = re.compile(
    r"guidelines?\s*:|rationale\s*:|\b(?:upheld|overturned|medically|necessary|necessity)\b|\bDecision\s+based\b|\bdid\s+not\s+cite\b"
    r"|HOW THE IMR|CLINICAL CASE SUMMARY|IMR ISSUES|\bhas\s+determined\b|of\s+Licensure|Certification\(?s?\)?\s*/"
    r"|(?:Date\s+of\s+Injury|Decision\s+Date|Date\s+Assigned|UR\s+Denial\s+Date|Priority|Received)\s*:"
    r"|^(?:Claims(?:\s+Administrator)?|MAXIMUS|Decision|HOW|CLINICAL|IMR)$"  # a label or heading cut in two
    r"|^\d+\s?[).]|[,;:]$|[a-z]{4,}\.$",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"[\"'(]*[a-z]")


def running_lines(lines: Sequence[str], page_ends: Sequence[int]) -> set[int]:
    """The places in `lines` of running headers and footers; `page_ends` are the places of lines that end a page."""
    text = "\n".join(lines)
    folded = text.casefold()
    says_page = "| page" in folded or _SAYS_PAGE.search(folded)
    found = _counting(lines, page_ends, _LONGEST if says_page else _SHORT)
    if len(_CASE.findall(text)) > 1:
        found |= _repeating_the_case(lines)
    if 0 < len(page_ends) < _MOST_PAGES:
        found |= _shared(lines, [*page_ends, len(lines) - 1], -1, found)
        found |= _shared(lines, [end + 1 for end in (-1, *page_ends)], 1, found)
    if found:
        clusters = _clusters(found)
        for edges in ([start for start, _ in clusters], [end for _, end in clusters]):
            for step in (-1, 1):
                found |= _shared(lines, edges, step, found)
    return found


def _is_own(line: str) -> bool:
    return len(line) > _LONGEST or bool(_GOES_ON.match(line) or _OWN.search(line))


def _mask(line: str) -> str:
    return _NUMBER.sub("#", line.casefold())


def _counting(lines: Sequence[str], page_ends: Sequence[int], longest: int) -> set[int]:
    """Lines that count pages: the same words around a number that rises by one, from the first page or the second.

    A line of nothing but a number must do so at the edges of pages that follow each other, or three times.
    """
    groups: dict[str, list[tuple[int, int, bool]]] = {}
    for place, line in enumerate(lines):
        if len(line) > longest:
            continue
        alone = _COUNTER.fullmatch(line)
        said = alone or (None if _is_own(line) else _PAGE.search(line))
        if said and int(said["page"]) <= int(said["last"] or _MOST_PAGES):
            named = not alone or bool(alone["named"] or alone["after"] or alone["last"])
            groups.setdefault(_mask(line), []).append((place, int(said["page"]), named))
    found: set[int] = set()
    for group in groups.values():
        numbers = [number for _, number, _ in group]
        if numbers[0] not in (1, 2) or any(late - early != 1 for early, late in pairwise(numbers)):
            continue
        places = [place for place, _, _ in group]
        if group[0][2] or len(group) >= _MANY or _on_following_pages(places, page_ends, len(lines)):
            found |= set(places)
    return found


def _on_following_pages(places: Sequence[int], page_ends: Sequence[int], count: int) -> bool:
    """Whether two or more places stand at the edges of pages that follow each other."""
    pages = [bisect_left(page_ends, place) for place in places]
    starts = {0, *(end + 1 for end in page_ends)}
    ends = {*page_ends, count - 1}
    at_edge = all(place in starts or place in ends for place in places)
    return bool(page_ends) and len(places) > 1 and at_edge and all(b - a == 1 for a, b in pairwise(pages))


def _repeating_the_case(lines: Sequence[str]) -> set[int]:
    """Lines that name the case number, in the same words, more than once: no sentence of a letter does."""
    groups: dict[str, list[int]] = {}
    for place, line in enumerate(lines):
        if "CM" in line and len(line) <= _LONGEST and CASE_NUMBER.search(line) and not _is_own(line):
            groups.setdefault(_mask(line), []).append(place)
    return {place for group in groups.values() if len(group) > 1 for place in group}


def _clusters(found: set[int]) -> list[tuple[int, int]]:
    """The first and last of running lines that stand together, give or take the depth of a header."""
    clusters: list[tuple[int, int]] = []
    for place in sorted(found):
        if clusters and place - clusters[-1][1] <= _DEEPEST:
            clusters[-1] = (clusters[-1][0], place)
        else:
            clusters.append((place, place))
    return clusters


def _shared(lines: Sequence[str], edges: Sequence[int], step: int, found: set[int]) -> set[int]:
    """The lines that are the same at every edge of a page, taken inwards (`step`) over lines that are `found` already.

    The first page, or the last, may go without.
    """
    more: set[int] = set()
    everywhere = len(edges) - 1
    for _ in range(_DEEPEST):
        said: dict[str, list[int]] = {}
        moved: list[int] = []
        for edge in edges:
            place = edge
            while place in found:
                place += step
            moved.append(place)
            if 0 <= place < len(lines):
                said.setdefault(_mask(lines[place]), []).append(place)
        same = max(said.values(), key=len, default=[])
        if len(same) < 2 or any(_is_own(lines[place]) for place in same):
            break
        whole = any(_is_outermost(place, len(lines), found | more) for place in same)
        if len(same) < max(2 if whole else _MANY, everywhere) or not _alike([lines[place] for place in same]):
            break
        more |= set(same)
        edges = [edge + step if edge in same else -2 * _DEEPEST for edge in moved]
    return more


def _is_outermost(place: int, count: int, running: set[int]) -> bool:
    """Whether nothing but running lines stands before `place` in the text, or nothing but these after it."""
    before = after = place
    while before - 1 in running:
        before -= 1
    while after + 1 in running:
        after += 1
    return before == 0 or after == count - 1


def _alike(lines: Sequence[str]) -> bool:
    """Whether the lines say the same, or a number alone in them rises from line to line."""
    if len({line.casefold() for line in lines}) == 1:
        return True
    numbers = [int(line.strip()) if line.strip().isdecimal() else -1 for line in lines]
    return -1 not in numbers and all(late - early == 1 for early, late in pairwise(numbers))
