"""A search as a tree of conditions, and what it means in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

_SPOKEN = {
    "request": "in a request",
    "rationale": "in a rationale",
    "summary": "in the case summary",
    "citations": "in what a side cites",
}


@dataclass(frozen=True, slots=True)
class Word:
    """A word in one part of a letter or (None) in any: itself, as the beginning of words, or within so many typing mistakes.

    `place` is where it stands in what was typed, without what it is marked with.
    """

    text: str
    part: str | None = None
    kind: Literal["word", "prefix", "near"] = "word"
    mistakes: int = 0
    place: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words next to each other."""

    text: str
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A case number of the year (two digits; empty for any), or how it begins; a number may lack its leading zeros unless it is a `beginning`."""

    year: str
    number: str = ""
    beginning: bool = False


@dataclass(frozen=True, slots=True)
class AllOf:
    """Letters that all of them match."""

    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Letters that at least one of them matches."""

    of: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Letters that it does not match."""

    of: Node


Leaf = Word | Phrase | Case
Node = Word | Phrase | Case | AllOf | AnyOf | Not


def leaves(tree: Node, *, sought: bool = True) -> Iterator[Leaf]:
    """The words, phrases and case numbers that a letter must or may hold; not what it must not (or only these)."""
    if isinstance(tree, Not):
        yield from leaves(tree.of, sought=not sought)
    elif isinstance(tree, AllOf | AnyOf):
        for node in tree.of:
            yield from leaves(node, sought=sought)
    elif sought:
        yield tree


def every_leaf(tree: Node) -> Iterator[Leaf]:
    """All words, phrases and case numbers of the tree."""
    yield from leaves(tree)
    yield from leaves(tree, sought=False)


def said(node: Node, *, inside: bool = False) -> str:
    """What a letter has to have, in words that go into a sentence; in brackets where it stands `inside` of more."""
    if isinstance(node, AllOf):
        wanted = [one for one in node.of if not isinstance(one, Not)]
        others = [one.of for one in node.of if isinstance(one, Not)]
        words = " and ".join(said(one, inside=True) for one in wanted)
        if others:
            words += (", but without " if words else "anything but ") + " and without ".join(
                said(one, inside=True) for one in others
            )
        return f"({words})" if inside and len(node.of) > 1 else words
    if isinstance(node, AnyOf):
        words = " or ".join(said(one, inside=True) for one in node.of)
        return f"({words})" if inside else words
    if isinstance(node, Not):
        return f"anything but {said(node.of, inside=True)}"
    if isinstance(node, Case):
        if not node.year:
            return f"a case number that ends in {node.number}"
        number = f"CM{node.year}{'-' if node.number else ''}{node.number}"
        return (
            f"a case number that begins with {number}"
            if node.beginning or len(node.number) < 5
            else f"the case number {number}"
        )
    return _words(node)


def _words(node: Word | Phrase) -> str:
    words = f"\u201c{' '.join(node.text.split())}\u201d"
    if isinstance(node, Word) and node.kind == "prefix":
        words = f"words that begin with {words}"
    elif isinstance(node, Word) and node.kind == "near":
        words = f"words like {words} (up to {node.mistakes} typing mistake{'s' if node.mistakes > 1 else ''})"
    return f"{words} {_SPOKEN[node.part]}" if node.part else words


def replaced(typed: str, word: Word, by: str) -> str:
    """What was typed with another word in that one's place."""
    start, end = word.place
    return f"{typed[:start]}{by}{typed[end:]}"


def without_places(tree: Node) -> Node:
    """The tree with no word's place in it, for comparing."""
    if isinstance(tree, Word):
        return replace(tree, place=(0, 0))
    if isinstance(tree, Not):
        return Not(without_places(tree.of))
    if isinstance(tree, AllOf | AnyOf):
        return type(tree)(tuple(map(without_places, tree.of)))
    return tree
