"""With which characters a pattern can begin and what it must contain: what lets the matcher skip nearly every word.

Worked out from the parsed pattern, always on the safe side: what is not understood may begin with anything.
"""

from __future__ import annotations

import re
import re._constants as kinds  # type: ignore[import-not-found, unused-ignore]
import re._parser as parser  # type: ignore[import-not-found, unused-ignore]
import string
from collections.abc import Callable, Iterable, Sequence
from typing import Any

LENGTH = 4
_MOST = 1000
_MOST_NEEDED = 12
_BLANK = " "
OTHER = "\x7f"  # any character that ASCII does not print and that is no white space
_STOP = "\0"  # what follows was not worked out: anything may
_ALL = frozenset(map(chr, range(33, 127))) | {_BLANK, OTHER}
_CATEGORIES = {
    kinds.CATEGORY_SPACE: frozenset(_BLANK),
    kinds.CATEGORY_DIGIT: frozenset(string.digits) | {OTHER},
    kinds.CATEGORY_WORD: frozenset(string.ascii_letters + string.digits + "_") | {OTHER},
}
_REPEATS = {kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT}


def hints(pattern: str) -> tuple[frozenset[str], frozenset[str]]:
    """What tells cheaply that `pattern` cannot match: its openings, and the words that it needs.

    Openings are the beginnings of all that it matches: at most four characters, up to the first blank. Any white space
    stands as a blank, any other character that ASCII does not print as `OTHER`. After an opening anything may follow, so ""
    stands for a pattern that may begin with anything. Of the words, or beginnings of words, one stands in all that it
    matches; none where no short list was worked out.
    """
    nodes = parser.parse(pattern)
    return frozenset(text.rstrip(_STOP) for text in _sequence(nodes)), _needed(nodes, begins=True)[0]


def opening(text: str) -> str:
    """The beginning of `text` in the terms of `openings`."""
    found = ""
    for char in text[:LENGTH]:
        found += _plain(ord(char))
        if char.isspace():
            break
    return found


def _needed(nodes: Iterable[tuple[Any, Any]], *, begins: bool) -> tuple[frozenset[str], bool]:
    """The list of the sequence whose shortest beginning is longest, and whether a word begins behind the sequence.

    `begins` says whether one does before it. Of two lists alike in that, the shorter one.
    """
    lists: list[frozenset[str]] = []
    run: str | None = (
        "" if begins else None
    )  # what is written of the word; None inside one whose beginning is not known
    for kind, argument in nodes:
        if kind is kinds.LITERAL and argument != ord(_BLANK) and (run or chr(argument).isalpha()):
            run = None if run is None else run + chr(argument)
            continue
        lists.append(frozenset({run or ""}))
        if run:  # words that begin alike are parsed as their common beginning and what follows it
            lists.append(frozenset(run + more for more in _beginnings([(kind, argument)])))
        inner, begins = _inner(kind, argument, begins=run == "")
        lists.append(inner)
        run = "" if begins else None
    lists.append(frozenset({run or ""}))
    usable = [words for words in lists if 0 < len(words) <= _MOST_NEEDED and all(words)]
    best = max(usable, key=lambda words: (min(map(len, words)), -len(words)), default=frozenset[str]())
    return best, run == ""


def _beginnings(nodes: Sequence[tuple[Any, Any]]) -> set[str]:
    """What is written at the beginning of a sequence, as far as it is plain: one of these stands there."""
    if not nodes:
        return {""}
    (kind, argument), rest = nodes[0], nodes[1:]
    if kind is kinds.LITERAL and argument != ord(_BLANK):
        return {chr(argument) + more for more in _beginnings(rest)}
    if kind is kinds.SUBPATTERN:
        return _beginnings(argument[-1])
    if kind is kinds.BRANCH:
        return set().union(*(_beginnings(branch) for branch in argument[1]))
    return {""}


def _inner(kind: Any, argument: Any, *, begins: bool) -> tuple[frozenset[str], bool]:
    """The same as `_needed` for one node that is no letter."""
    nothing = frozenset[str]()
    if kind in (kinds.SUBPATTERN, kinds.ATOMIC_GROUP):
        return _needed(argument[-1] if kind is kinds.SUBPATTERN else argument, begins=begins)
    if kind in _REPEATS:
        least, most, body = argument
        words, behind = _needed(body, begins=begins and most == 1)
        return (words, behind) if least else (nothing, behind and begins)
    if kind is kinds.BRANCH:
        parts = [_needed(branch, begins=begins) for branch in argument[1]]
        every = frozenset().union(*(words for words, _ in parts)) if all(words for words, _ in parts) else nothing
        return every, all(behind for _, behind in parts)
    if kind in (kinds.AT, kinds.ASSERT, kinds.ASSERT_NOT):
        return nothing, begins or argument is kinds.AT_BOUNDARY
    letters = {chr(argument)} if kind is kinds.LITERAL else _class(argument) if kind is kinds.IN else _ALL
    return nothing, not any(char.isalnum() for char in letters)


def shortest(beginnings: Iterable[str]) -> frozenset[str]:
    """Those of the beginnings that do not begin with another one of them."""
    found: set[str] = set()
    for beginning in sorted(set(beginnings), key=len):
        if not any(beginning[:size] in found for size in range(len(beginning))):
            found.add(beginning)
    return frozenset(found)


def leading(beginnings: Iterable[str]) -> str:
    """An expression for any of these beginnings (of `openings`); an empty one is any text."""
    branches: dict[str, list[str]] = {}
    for beginning in sorted(set(beginnings)):
        if not beginning:
            return ""
        branches.setdefault(beginning[0], []).append(beginning[1:])
    classes = {_BLANK: r"\s", OTHER: r"[^\s!-~]"}
    written = [classes.get(char) or re.escape(char) for char in branches]
    written = [char + leading(following) for char, following in zip(written, branches.values(), strict=True)]
    return written[0] if len(written) == 1 else f"(?:{'|'.join(written)})"


def _whole(text: str) -> bool:
    return len(text) >= LENGTH or text.endswith((_BLANK, _STOP))


def _stopped(texts: Iterable[str]) -> set[str]:
    return {text if _whole(text) else text + _STOP for text in texts}


def _sequence(nodes: Iterable[tuple[Any, Any]]) -> set[str]:
    """The beginnings of a sequence: whole ones, and shorter ones where the sequence may end before or is cut off here."""
    found = {""}
    for kind, argument in nodes:
        if all(map(_whole, found)):
            break
        longer = _joined(found, _node(kind, argument))
        if len(longer) > _MOST:
            return _stopped(found)
        found = longer
    return found


def _joined(first: Iterable[str], second: Iterable[str]) -> set[str]:
    following = list(second)
    return {_cut(text + more) for text in first for more in ([""] if _whole(text) else following)}


def _cut(text: str) -> str:
    blank = text.find(_BLANK)
    return text[: blank + 1 if blank >= 0 else None][:LENGTH]


def _node(kind: Any, argument: Any) -> set[str]:
    if kind in _READERS:
        return _READERS[kind](argument)
    if kind in _REPEATS:
        return _repeated(*argument)
    return {_STOP}


def _repeated(least: int, most: int, body: Iterable[tuple[Any, Any]]) -> set[str]:
    once = _sequence(body)
    found = {""} if least == 0 else set(once)
    for _ in range(min(int(most), LENGTH)):
        longer = found | _joined(found, once)
        if len(longer) > _MOST:
            return _stopped(found - {""}) | ({""} if least == 0 else set())
        found = longer
    return found


def _class(members: Sequence[tuple[Any, Any]]) -> frozenset[str]:
    """The characters of a class as `opening` writes them; a negated one, or a category not listed, may be any."""
    found: set[str] = set()
    for kind, argument in members:
        if kind is kinds.LITERAL:
            found.add(_plain(argument))
        elif kind is kinds.RANGE:
            found.update(map(_plain, range(argument[0], min(argument[1], 127) + 1)))
            if argument[1] > 126:
                found |= {OTHER, _BLANK}
        elif kind is kinds.CATEGORY and argument in _CATEGORIES:
            found |= _CATEGORIES[argument]
        else:
            return _ALL
    return frozenset(found)


def _plain(code: int) -> str:
    char = chr(code)
    return _BLANK if char.isspace() else char if 32 < code < 127 else OTHER


_READERS: dict[Any, Callable[[Any], set[str]]] = {
    kinds.ANY: lambda _: set(_ALL),
    kinds.NOT_LITERAL: lambda _: set(_ALL),
    kinds.LITERAL: lambda code: {_plain(code)},
    kinds.IN: lambda members: set(_class(members)),
    kinds.BRANCH: lambda branches: set().union(*(_sequence(branch) for branch in branches[1])),
    kinds.SUBPATTERN: lambda group: _sequence(group[-1]),
    kinds.ATOMIC_GROUP: _sequence,
    kinds.ASSERT: lambda _: {""},
    kinds.ASSERT_NOT: lambda _: {""},
    kinds.AT: lambda _: {""},
}
