"""Two filters beside each other: the second one's form in the address, and filters that follow from another one.

Segment A is the filter in force. Segment B stands in the one parameter `b`, which the page Compare alone reads:

    (left out)             everyone else: every decision that is not in A
    b=everything           all decisions
    b=FILTER               a filter of its own in the grammar of `data.filters`, encoded as a query: b=modality%3Dct%26body%3Dknee

What is counted and which side's sources a page shows (`unit`, `side`) is one choice for both, so it stands outside and is
left out of `b`. As in any filter, what cannot be read is kept, matches nothing and is named.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

from data.filters import Choice, Filters, from_query, one_value, to_query
from data.schema import dimensions

PARAMETER = "b"
EVERYTHING = "everything"
_SHARED = {"unit", "side"}
_KNOWN = {*dimensions(), "outcome", "words", "date", "by", "without", "where"} | _SHARED


def segment_text(segment: Filters | None) -> str:
    """Segment B as the value of its parameter; empty for everyone else."""
    if segment is None:
        return ""
    unread = dict(segment.unreadable)
    query = {name: value for name, value in to_query(segment).items() if name not in _SHARED or name in unread}
    return urlencode(query, errors="replace") or EVERYTHING


def segment_from(text: str, beside: Filters) -> Filters | None:
    """The segment B that a parameter asks for beside A, None for everyone else; never raises.

    It is counted as A is. A parameter that no filter has is named as unreadable, for there is no one else to read it.
    """
    text = text.encode("utf-8", "replace").decode()
    if not text:
        return None
    given: dict[str, list[str]] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        if (name, value) != (EVERYTHING, ""):
            given.setdefault(name, []).append(value)
    query = {name: one_value(name, values) for name, values in given.items()}
    found = from_query({name: value for name, value in query.items() if name in _KNOWN})
    unknown = tuple((name, value) for name, value in query.items() if name not in _KNOWN)
    unreadable = tuple(sorted((*found.unreadable, *unknown)))
    return beside_as(replace(found, unreadable=unreadable), beside)


def beside_as(segment: Filters, beside: Filters) -> Filters:
    """The segment counted and shown as the filter beside it."""
    return replace(segment, unit=beside.unit, side=beside.side)


def everyone_else(filters: Filters) -> Filters | None:
    """The filter of every decision that is not in `filters`, where one filter can say so: it holds a single condition.

    None where there are more conditions, none, or one whose opposite the grammar has no word for.
    """
    plain = filters.cleared()
    if len(filters.choices) == 1 and filters == plain.choose(*filters.choices[0]):
        ((name, choice),) = filters.choices
        if choice.include and choice.exclude:
            return None
        if choice.include and choice.mode == "any":
            return plain.choose(name, Choice(exclude=choice.include))
        return plain.choose(name, Choice(include=choice.exclude)) if choice.exclude else None
    if filters.outcome and filters == replace(plain, outcome=filters.outcome):
        return replace(plain, outcome="upheld" if filters.outcome == "overturned" else "overturned")
    return None


def narrowed(filters: Filters, dimension: str, key: str) -> Filters | None:
    """The filter of those of its decisions that hold `key` too, None where no filter can say so."""
    choice = filters.choice(dimension)
    if key in choice.exclude:
        return None
    if not choice.include or (choice.mode == "any" and key in choice.include):
        return filters.choose(dimension, Choice((key,), choice.exclude))
    if choice.mode == "only":
        return filters if key in choice.include else None
    if choice.mode == "any" and len(choice.include) > 1:
        return None
    return filters.choose(dimension, Choice(tuple(dict.fromkeys([*choice.include, key])), choice.exclude, "all"))
