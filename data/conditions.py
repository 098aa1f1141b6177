"""Conditions joined by AND and OR: an immutable tree, what limits it, and what follows from its shape.

A `Test` is a field, an operator and values (data/condition_fields.py says what each means); a `Group` joins parts by one
word. A tree has one form: a group has at least two parts and none that is joined as it is (`grouped` sees to it), so two
trees are equal where they read the same. Its form in a link is `data/condition_links.py`, its sentence
`data/condition_words.py`, its SQL `data/condition_sql.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from data.condition_fields import ConditionError, Field, Operator, fields

Joined = Literal["and", "or"]
MOST_TESTS = 40
DEEPEST = 4
"""So many groups may lie within each other."""


@dataclass(frozen=True, slots=True)
class Test:
    """One condition. Make it with `test`, which checks and tidies; the values are those that it keeps."""

    __test__ = False  # no case of pytest

    field: str
    operator: str
    values: tuple[str, ...] = ()

    @property
    def of(self) -> Field:
        """The field."""
        return fields()[self.field]

    @property
    def how(self) -> Operator:
        """The operator."""
        return self.of.operators[self.operator]


@dataclass(frozen=True, slots=True)
class Group:
    """Parts that all hold (`and`) or of which at least one holds (`or`). Make it with `grouped`."""

    joined: Joined
    parts: tuple[Node, ...]

    def __post_init__(self) -> None:
        if len(self.parts) < 2 or any(isinstance(part, Group) and part.joined == self.joined for part in self.parts):
            raise ValueError(f"a group that is no group: {self.joined} of {len(self.parts)}")


Node = Test | Group


def test(field: str, operator: str, *values: str) -> Test:
    """A condition, its values in the form that is kept. Raises ConditionError where it is none."""
    if field not in fields():
        raise ConditionError(f"{field!r} is no field that a condition can be put on.")
    of = fields()[field]
    if operator not in of.operators:
        raise ConditionError(f"{of.label} cannot be compared by {operator!r}.")
    how = of.operators[operator]
    kept = tuple(of.value(how, value) for value in values)
    if how.most > 2:
        kept = tuple(dict.fromkeys(kept))
    if not how.least <= len(kept) <= how.most:
        wanted = (
            "no value"
            if not how.most
            else "two values"
            if how.least == 2
            else "a value"
            if how.most == 1
            else f"1 to {how.most} values"
        )
        raise ConditionError(f"{of.label} {how.words} takes {wanted}, not {len(kept)}.")
    if how.key == "between" and _reversed(of, *kept):
        raise ConditionError(f"{of.label} {how.words} {kept[0]} and {kept[1]}: the second has to be the greater one.")
    return Test(field, operator, kept)


test.__test__ = False  # type: ignore[attr-defined]


def _reversed(of: Field, low: str, high: str) -> bool:
    return float(high) < float(low) if of.kind == "number" else high < low


def joined(how: Joined, parts: Iterable[Node]) -> Node:
    """The parts, of which there is at least one, as one condition. Raises ValueError where there is none."""
    found = grouped(how, parts)
    if found is None:
        raise ValueError("nothing to join")
    return found


def grouped(joined: Joined, parts: Iterable[Node | None]) -> Node | None:
    """The parts as one condition: None of no part, the part itself of one; parts joined by the same word become its own."""
    found: list[Node] = []
    for part in parts:
        if part is not None:
            found += part.parts if isinstance(part, Group) and part.joined == joined else [part]
    return Group(joined, tuple(found)) if len(found) > 1 else found[0] if found else None


def tests(node: Node | None) -> Iterator[Test]:
    """Every test of the tree, in its order."""
    if isinstance(node, Test):
        yield node
    elif node is not None:
        for part in node.parts:
            yield from tests(part)


tests.__test__ = False  # type: ignore[attr-defined]


def depth(node: Node) -> int:
    """How many groups lie within each other."""
    return 1 + max(map(depth, node.parts)) if isinstance(node, Group) else 0


def within_limits(node: Node) -> Node:
    """The tree itself. Raises ConditionError where it has more tests, or groups within each other, than are read."""
    if (found := sum(1 for _ in tests(node))) > MOST_TESTS:
        raise ConditionError(f"At most {MOST_TESTS} conditions can be joined; these are {found}.")
    if depth(node) > DEEPEST:
        raise ConditionError(f"Groups can lie {DEEPEST} deep within each other; these lie {depth(node)} deep.")
    return node


def unknown_values(node: Node | None) -> dict[str, list[str]]:
    """By label of the field, the values that this installation does not know."""
    found: dict[str, list[str]] = {}
    for one in tests(node):
        for value in one.values:
            if not one.of.known(value):
                found.setdefault(one.of.label, []).append(value)
    return {label: list(dict.fromkeys(values)) for label, values in found.items()}


def fields_of(node: Node | None) -> frozenset[str]:
    """The fields that the tree names."""
    return frozenset(one.field for one in tests(node))


def only_outcome(node: Node | None) -> str | None:
    """The outcome that every item has for which the tree can hold, whatever else is true of it; None where it may be either."""
    possible = [outcome for outcome in ("overturned", "upheld") if node is None or _possible(node, outcome)]
    return possible[0] if len(possible) == 1 else None


def _possible(node: Node, outcome: str) -> bool:
    if isinstance(node, Test):
        return node.field != "outcome" or outcome in node.values
    return (all if node.joined == "and" else any)(_possible(part, outcome) for part in node.parts)
