"""Every expression the parser searches with, turned round: texts that it matches, and texts that keep it busy."""

from __future__ import annotations

import importlib
import pkgutil
import random
import re
import re._constants as kinds  # type: ignore[import-not-found, unused-ignore]
import re._parser as parser  # type: ignore[import-not-found, unused-ignore]
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

import loaders
from data.vocabulary import names, vocabulary

_CATEGORIES = {
    kinds.CATEGORY_SPACE: "    \n",
    kinds.CATEGORY_DIGIT: "0123459",
    kinds.CATEGORY_WORD: "aeknt19",
    kinds.CATEGORY_NOT_SPACE: "a.,",
    kinds.CATEGORY_NOT_DIGIT: "a ,",
    kinds.CATEGORY_NOT_WORD: " -,",
}
_OTHERS = " a,\n-/1;()Z"
_REPEATS = (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT)
_MANY = 4  # an expression that may repeat something more often than this can be kept busy by it
_MOST_PUMPS = 60

Nodes = Iterable[tuple[Any, Any]]


@cache
def grammar() -> dict[str, str]:
    """The expressions of the modules that read letters, by module and name."""
    found: dict[str, str] = {}
    modules = [f"loaders.{module.name}" for module in pkgutil.iter_modules(loaders.__path__) if module.name[0] != "_"]
    for module in (*modules, "data.imaging"):
        for name, value in vars(importlib.import_module(module)).items():
            for number, pattern in enumerate(_patterns(value)):
                if pattern not in found.values():
                    found[f"{module}.{name}.{number}"] = pattern
    return found


@cache
def terms() -> dict[str, str]:
    """The expressions of the vocabularies, by rule."""
    rules: dict[str, str] = {}
    for name in names():
        known = vocabulary(name)
        for part in (known._low, known._case):
            rules |= {rule: compiled.pattern for _, rule, compiled in part._rules}
        negations = known._negations
        for kind in (negations._before, negations._after, negations._doubled):
            rules |= {f"{name}.negations.{len(rules)}": kind.pattern} if kind else {}
        for setting, values in known.settings.items():
            if setting in ("recital", "case", "comma_names"):
                rules |= {f"{name}.{setting}.{number}": value for number, value in enumerate(values)}
    return rules


def _patterns(value: Any) -> Iterator[str]:
    if isinstance(value, re.Pattern):
        yield value.pattern
    elif isinstance(value, dict):
        yield from _patterns(tuple(value.values()))
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _patterns(part)


@cache
def _parsed(pattern: str) -> Any:
    return parser.parse(pattern)


def example(pattern: str, chance: random.Random) -> str:
    """A text made by the pattern, choices by lot. What it looks for around a match is not heeded."""
    return _example(_parsed(pattern), chance)


def _example(nodes: Nodes, chance: random.Random) -> str:
    return "".join(_piece(kind, argument, chance) for kind, argument in nodes)


def _piece(kind: Any, argument: Any, chance: random.Random) -> str:
    return _WRITERS[kind](argument, chance) if kind in _WRITERS else ""


def _repeated(argument: tuple[Any, Any, Nodes], chance: random.Random) -> str:
    least, most, body = argument
    times = min(int(most), int(least) + int(chance.expovariate(0.8)))
    return "".join(_example(body, chance) for _ in range(times))


def _member(members: list[tuple[Any, Any]], chance: random.Random) -> str:
    if members[0][0] is kinds.NEGATE:
        taken = re.compile("|".join(_class(kind, argument) for kind, argument in members[1:]))
        return chance.choice([char for char in _OTHERS if not taken.fullmatch(char)] or ["a"])
    kind, argument = chance.choice(members)
    if kind is kinds.RANGE:
        return chr(chance.randint(argument[0], argument[1]))
    return chance.choice(_CATEGORIES[argument]) if kind is kinds.CATEGORY else chr(argument)


def _class(kind: Any, argument: Any) -> str:
    if kind is kinds.RANGE:
        return f"[{re.escape(chr(argument[0]))}-{re.escape(chr(argument[1]))}]"
    if kind is kinds.CATEGORY:
        return f"[{re.escape(_CATEGORIES[argument])}]"
    return re.escape(chr(argument))


_WRITERS: dict[Any, Callable[[Any, random.Random], str]] = {
    kinds.LITERAL: lambda code, chance: chr(code),
    kinds.NOT_LITERAL: lambda code, chance: chance.choice(_OTHERS.replace(chr(code), "")),
    kinds.ANY: lambda _, chance: chance.choice(_OTHERS),
    kinds.IN: _member,
    kinds.BRANCH: lambda branches, chance: _example(chance.choice(branches[1]), chance),
    kinds.SUBPATTERN: lambda group, chance: _example(group[-1], chance),
    kinds.ATOMIC_GROUP: _example,
    kinds.ASSERT: lambda ahead, chance: _example(ahead[1], chance) if ahead[0] > 0 else "",
    **dict.fromkeys(_REPEATS, _repeated),
}


def pumps(pattern: str) -> list[tuple[str, str]]:
    """For every part that the pattern may repeat often: a text that leads to it, and that part once."""
    return list(dict.fromkeys(_pumps(_parsed(pattern), "")))[:_MOST_PUMPS]


def _pumps(nodes: Nodes, before: str) -> Iterator[tuple[str, str]]:
    for kind, argument in nodes:
        if kind in _REPEATS:
            _, most, body = argument
            once = _example(body, random.Random(0))
            if int(most) > _MANY and once:
                yield before, once
            yield from _pumps(body, before)
            before += once
            continue
        if kind is kinds.BRANCH:
            for branch in argument[1]:
                yield from _pumps(branch, before)
        elif kind is kinds.SUBPATTERN:
            yield from _pumps(argument[-1], before)
        elif kind in (kinds.ASSERT, kinds.ASSERT_NOT):
            yield from _pumps(argument[1], before)
        before += _piece(kind, argument, random.Random(0))


def prefixes(pattern: str) -> list[str]:
    """The beginnings of a text that the pattern matches, cut after every word."""
    text = example(pattern, random.Random(0))
    return [text[: cut.end()] for cut in re.finditer(r"\s+|$", text) if text[: cut.end()].strip()]
