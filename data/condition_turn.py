"""The plain part of a filter as conditions, so that it can be joined by OR and lie in groups."""

from __future__ import annotations

from dataclasses import replace

from data.condition_links import in_link
from data.conditions import Node, grouped, test
from data.filters import Choice, Filters
from data.schema import NOT_STATED, dimensions

_DATES = {"decision": "decided", "ur": "denied"}


def turned(filters: Filters) -> Filters | None:
    """The filter with all of it said as conditions, which lets in the same items; unit, side and kind of date stay.

    None where no condition can say it: where a link said something that cannot be read, or an item would have to hold
    several values of which it has one. Raises ConditionError where it would be more than a link holds.
    """
    parts: list[Node | None] = []
    if filters.unreadable:
        return None
    for name, choice in filters.choices:
        if not _sayable(name, choice):
            return None
        parts += [_included(name, choice), _excluded(name, choice)]
    if filters.outcome:
        parts.append(test("outcome", "is", filters.outcome))
    parts.append(_dated(filters))
    if filters.words:
        parts.append(test("words", "match", filters.words))
    parts += [test(name, "is", "no") for name in filters.without]
    condition = grouped("and", [*parts, filters.condition])
    if condition:
        in_link(condition)
    return replace(filters.cleared(), condition=condition)


def _sayable(name: str, choice: Choice) -> bool:
    several = choice.mode != "any" and len(choice.include) > 1
    return not several or (dimensions()[name].kind == "mask" and NOT_STATED not in choice.include)


def _included(name: str, choice: Choice) -> Node | None:
    keys = [key for key in choice.include if key != NOT_STATED]
    one = choice.mode == "any" or dimensions()[name].kind == "value"
    stated = test(name, ("is" if len(keys) == 1 else "any") if one else choice.mode, *keys) if keys else None
    missing = test(name, "missing") if NOT_STATED in choice.include else None
    return grouped("or", [stated, missing])


def _excluded(name: str, choice: Choice) -> Node | None:
    keys = [key for key in choice.exclude if key != NOT_STATED]
    unheld = test(name, "not" if len(keys) == 1 else "none", *keys) if keys else None
    return grouped("and", [unheld, test(name, "stated") if NOT_STATED in choice.exclude else None])


def _dated(filters: Filters) -> Node | None:
    dates, name = filters.dates, _DATES[filters.date_field]
    if not dates:
        return None
    bounds: list[Node | None] = []
    if dates.start and dates.end and not dates.reversed:
        bounds = [test(name, "between", dates.start.isoformat(), dates.end.isoformat())]
    elif dates.bounded:
        bounds = [test(name, "from", dates.start.isoformat())] if dates.start else []
        bounds += [test(name, "until", dates.end.isoformat())] if dates.end else []
    inside = grouped("and", bounds)
    return grouped("or", [inside, test(name, "missing") if dates.undated else None])
