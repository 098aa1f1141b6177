"""The stretch of a letter that shows best why a search found it, with the words that were meant marked.

The words are matched as the index matches them: by their stem, as the beginning of words, within typing mistakes, next
to each other in one part of the letter. What the letter must not hold is not looked for.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from data.passages import LABELS, Passage, passages
from data.search import beginnings, nearness
from data.search_language import parse
from data.search_tree import Case, Leaf, Node, Word, leaves
from data.text_index import stems, stems_with_places

WIDTH = 260
"""About so many characters of the letter are shown."""
MOST_PLACES = 500
"""So many places of a letter are marked; more would be no help to anybody."""
_LONGEST = 300_000  # of one passage; what stands further back is not looked at for a snippet
_WORTH = {"rationale": 4, "request": 3, "summary": 2, "citations": 1, "rest": 0}
_Token = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Snippet:
    """A stretch of a letter as pieces of text, each marked or not, from which part, and of which item (None: the letter's)."""

    part: str
    ordinal: int | None
    pieces: tuple[tuple[str, bool], ...]

    @property
    def source(self) -> str:
        """Where it is from, in words."""
        return LABELS[self.part].capitalize()

    def html(self) -> str:
        """The stretch as HTML in which the letter's words are only text."""
        return "".join(
            f'<mark class="ov-hit">{html.escape(text)}</mark>' if marked else html.escape(text)
            for text, marked in self.pieces
        )


@dataclass(frozen=True, slots=True)
class _Hit:
    """Words that a condition was met by: where they stand, and the number of the condition."""

    start: int
    end: int
    leaf: int


def snippet(text: str, parts: Sequence[Passage], tree: Node, ordinal: int | None = None) -> Snippet | None:
    """The best stretch of the letter for one of its items, or None where no words of it were sought.

    The most of the conditions decide, then whether it is the item's own or the whole letter's, then the part.
    """
    sought = [leaf for leaf in leaves(tree) if not isinstance(leaf, Case)]
    best: tuple[tuple[int, bool, int], Passage, list[_Hit]] | None = None
    for passage in parts:
        hits = hits_in(text[passage.start : min(passage.end, passage.start + _LONGEST)], passage.part, sought)
        if hits:
            own = passage.ordinal in (ordinal, None)
            worth = (_most(hits)[1], own, _WORTH[passage.part])
            if best is None or worth > best[0]:
                best = worth, passage, hits
    if best is None:
        return None
    _, passage, hits = best
    return Snippet(passage.part, passage.ordinal, _pieces(text[passage.start : passage.end], hits))


def places_found(letter: Mapping[str, Any], words: str) -> list[tuple[int, int]]:
    """Where words that a search sought stand in a letter (as `Letters.letter` gives it), in order, none within another.

    At most `MOST_PLACES`; none without a search, for a case number, or where the text is missing.
    """
    tree, text = parse(words).tree, letter["text"]
    if tree is None or not text:
        return []
    spans = [(one["kind"], one["span_start"], one["span_end"], one["ordinal"]) for one in letter["findings"]]
    parts = passages(len(text), spans)
    sought = [leaf for leaf in leaves(tree) if not isinstance(leaf, Case)]
    found: list[tuple[int, int]] = []
    for passage in parts:
        until = 0
        for hit in hits_in(text[passage.start : min(passage.end, passage.start + _LONGEST)], passage.part, sought):
            if hit.start >= until:
                found.append((passage.start + hit.start, passage.start + hit.end))
                until = hit.end
        if len(found) >= MOST_PLACES:
            break
    return found[:MOST_PLACES]


def hits_in(text: str, part: str, sought: Sequence[Leaf]) -> list[_Hit]:
    """Where the conditions that hold for this part are met in its text, by place."""
    tokens = stems_with_places(text)
    found: list[_Hit] = []
    for number, leaf in enumerate(sought):
        if isinstance(leaf, Case) or leaf.part not in (None, part):
            continue
        wanted = matchers(leaf)
        for at in range(len(tokens) - len(wanted) + 1 if wanted else 0):
            if all(match(tokens[at + i][0]) for i, match in enumerate(wanted)):
                found.append(_Hit(tokens[at][1], tokens[at + len(wanted) - 1][2], number))
    return sorted(found, key=lambda hit: (hit.start, -hit.end))


def matchers(leaf: Leaf) -> list[Callable[[str], bool]]:
    """A test for each of the terms that must follow each other; none for a case number."""
    if isinstance(leaf, Case):
        return []
    if isinstance(leaf, Word) and leaf.kind == "prefix":
        cut = beginnings(leaf.text)
        return [lambda term: term.startswith(leaf.text) or term in cut]
    terms = stems(leaf.text)
    if isinstance(leaf, Word) and leaf.kind == "near" and len(terms) == 1:
        return [lambda term: nearness(leaf.text, term, leaf.mistakes) is not None]
    return [term.__eq__ for term in terms]


def _most(hits: Sequence[_Hit]) -> tuple[int, int]:
    """The number of the hit where a window of `WIDTH` begins that meets the most conditions, and how many it meets."""
    best, until = (0, 0), 0
    for first, hit in enumerate(hits):
        until = max(until, first)
        while until < len(hits) and hits[until].end <= hit.start + WIDTH:
            until += 1
        met = len({other.leaf for other in hits[first : max(until, first + 1)]})
        if met > best[1]:
            best = first, met
    return best


def _pieces(text: str, hits: Sequence[_Hit]) -> tuple[tuple[str, bool], ...]:
    """The window around the best hits, whole words, with its hits apart; white space is folded, cuts are told by dots."""
    first = hits[_most(hits)[0]]
    inside = [hit for hit in hits if first.start <= hit.start and hit.end <= first.start + WIDTH] or [first]
    used = max(hit.end for hit in inside) - first.start
    start = max(0, first.start - max(0, (WIDTH - used) // 2))
    end = min(len(text), max(start + WIDTH, first.end))
    start, end = _to_blank(text, start, first.start, forward=True), _to_blank(text, end, inside[-1].end, forward=False)
    edges = sorted({start, end, *(edge for hit in hits for edge in (hit.start, hit.end) if start < edge < end)})
    found: list[tuple[str, bool]] = [("… ", False)] if start else []
    for left, right in pairwise(edges):
        marked = any(hit.start <= left and right <= hit.end for hit in hits)
        words = _folded(text[left:right][: 4 * WIDTH])
        if found and found[-1][1] == marked:
            words = found.pop()[0] + words
        found.append((words, marked))
    return tuple(found + ([(" …", False)] if end < len(text) else []))


def _to_blank(text: str, at: int, limit: int, *, forward: bool) -> int:
    """The place of the next blank from `at` towards `limit`, so that no word is cut; `at` where there is none."""
    if at in (0, len(text)):
        return at
    places: Iterable[int] = range(at, limit) if forward else range(at, limit - 1, -1)
    return next((place + forward for place in places if text[place : place + 1].isspace()), at)


def _folded(text: str) -> str:
    words = " ".join(text.split())
    if not words:
        return " " if text else ""
    return f"{' ' if text[0].isspace() else ''}{words}{' ' if text[-1].isspace() else ''}"
