"""Conditions as somebody puts them together: rows and boxes that may be unfinished, and what they say so far.

A draft is changed in place by its builder on the page. Only what is finished becomes a condition (`finished`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field as new
from itertools import count

from data.condition_fields import ConditionError, fields
from data.conditions import Group, Joined, Node, Test, grouped, test

_numbers = count(1)


def _number() -> int:
    return next(_numbers)


@dataclass(slots=True)
class Row:
    """A condition in the making; an empty value is one that is not given yet."""

    field: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()
    number: int = new(default_factory=_number)

    @property
    def begun(self) -> bool:
        """Whether anything was chosen."""
        return bool(self.field)

    def choose_field(self, name: str) -> None:
        """Another field, with its first operator and no value."""
        self.field, self.values = name, ()
        self.operator = next(iter(fields()[name].operators)) if name else ""

    def choose_operator(self, key: str) -> None:
        """Another operator; values that it can take stay."""
        of = fields()[self.field]
        before, after = of.operators[self.operator], of.operators[key]
        self.operator = key
        kept = tuple(value for value in self.values if value) if before.takes == after.takes else ()
        self.values = kept[: after.most]

    def condition(self) -> Test:
        """What the row says. Raises ConditionError where it is not finished."""
        if not self.begun:
            raise ConditionError("Nothing is chosen yet.")
        return test(self.field, self.operator, *(value for value in self.values if value))

    def trouble(self) -> str:
        """What is wrong with what was given, as a sentence; empty where it is right or a value is still to come."""
        try:
            self.condition()
        except ConditionError as error:
            how = fields()[self.field].operators[self.operator] if self.begun else None
            return str(error) if how and sum(map(bool, self.values)) >= max(1, how.least) else ""
        return ""


@dataclass(slots=True)
class Box:
    """A group in the making."""

    joined: Joined = "and"
    parts: list[Row | Box] = new(default_factory=list)
    number: int = new(default_factory=_number)

    def rows(self) -> Iterator[Row]:
        """Every row in it, in order."""
        for part in self.parts:
            if isinstance(part, Row):
                yield part
            else:
                yield from part.rows()

    def boxes(self) -> Iterator[Box]:
        """It, and every box in it."""
        yield self
        for part in self.parts:
            if isinstance(part, Box):
                yield from part.boxes()

    def remove(self, number: int) -> Row | Box | None:
        """Take the row or box of that number out, and boxes that are left empty by it; what was taken out."""
        for part in self.parts:
            if part.number == number:
                self.parts.remove(part)
                return part
            if isinstance(part, Box) and (found := part.remove(number)):
                if not part.parts:
                    self.parts.remove(part)
                return found
        return None

    def to_top(self, number: int) -> None:
        """Put the row or box of that number before everything else in the outermost box, which is this one."""
        if found := self.remove(number):
            self.parts.insert(0, found)

    def unfinished(self) -> list[Row]:
        """Rows that were begun and say nothing yet."""
        return [row for row in self.rows() if row.begun and not _says(row)]

    def finished(self) -> Node | None:
        """What its finished rows say; None where there is none."""
        return grouped(self.joined, (_says(part) if isinstance(part, Row) else part.finished() for part in self.parts))

    def beside(self, number: int) -> Node | None:
        """What its other parts say that hold together with the part in which that number is: nothing where they are joined by OR."""
        if self.joined == "or":
            return None
        others = [part for part in self.parts if not _holds(part, number)]
        return Box("and", others, 0).finished()


def _says(row: Row) -> Test | None:
    try:
        return row.condition()
    except ConditionError:
        return None


def _holds(part: Row | Box, number: int) -> bool:
    return part.number == number or (isinstance(part, Box) and any(_holds(one, number) for one in part.parts))


def draft_of(node: Node | None) -> Box:
    """A draft that says the condition; an empty row where there is none."""
    if node is None:
        return Box(parts=[Row()])
    if isinstance(node, Test):
        return Box(parts=[_row(node)])
    return _box(node)


def _row(one: Test) -> Row:
    return Row(one.field, one.operator, one.values)


def _box(group: Group) -> Box:
    return Box(group.joined, [_row(part) if isinstance(part, Test) else _box(part) for part in group.parts])
