"""With which characters a pattern can begin: what lets the matcher skip nearly every word of a text.

Worked out from the parsed pattern, always on the safe side: what is not understood may begin with anything.
"""

from __future__ import annotations

import re._constants as kinds  # type: ignore[import-not-found, unused-ignore]
import re._parser as parser  # type: ignore[import-not-found, unused-ignore]
import string
from collections.abc import Callable, Iterable, Sequence
from typing import Any

LENGTH = 4
_MOST = 3000
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


def openings(pattern: str) -> frozenset[str]:
    """The beginnings of all that `pattern` matches: at most four characters, up to the first blank.

    Any white space stands as a blank, any other character that ASCII does not print as `OTHER`. After a beginning anything
    may follow, so "" stands for a pattern that may begin with anything.
    """
    return frozenset(text.rstrip(_STOP) for text in _sequence(parser.parse(pattern)))


def opening(text: str) -> str:
    """The beginning of `text` in the terms of `openings`."""
    found = ""
    for char in text[:LENGTH]:
        found += _plain(ord(char))
        if char.isspace():
            break
    return found


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
