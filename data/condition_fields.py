"""What conditions can be put on: every field with its label, its operators, where it stands and how its values are written.

The operators mean exactly this. A *test* is put to one disputed item.

keys (a field that may hold several values)
    is X, is any of X, Y    the item holds X, or at least one of them; others may stand beside it
    is all of X, Y          it holds each of them; others may stand beside them
    is only X, Y            it holds these and nothing else
    is not X, is none of    it holds none of them, or states nothing
value (exactly one value), outcome
    is, is any of           its value is X, or one of them
    is not, is none of      its value is another one, or not stated
dates (days, both ends of `between` included), numbers
    is between, is before, is on or after, is on or before, is in the year; is, is between, is at least, is at most
texts (capitals do not matter; of several documents or sections that a side cites, one is enough)
    contains, starts with, is              it is stated and does
    does not contain, is not               none does, or none is stated
words of the letter
    match                   the letter is one that the search finds (data/search_language.py)
all but outcome and words
    is stated, is missing   anything is stated, or nothing

So what states nothing is let in by the negative operators and `is missing` alone, as `Filters.exclude` does, and the
sentence of a negative test says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Literal

from data.errors import OverturnError
from data.record import FORMS
from data.schema import NOT_STATED, dimensions
from data.search_language import LONGEST

Kind = Literal["keys", "value", "date", "number", "text", "words"]
Place = Literal["facts", "letters", "decisions", "cited"]
FIRST_YEAR, LAST_YEAR = 1900, 2200
GREATEST = Decimal(1_000_000_000)
LONGEST_TEXT = 500
"""The most characters of a text that is looked for."""
_NUMBER = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,4})?", re.ASCII)
_YEAR = re.compile(r"[0-9]{4}", re.ASCII)
_HALF = re.compile("[\ud800-\udfff]")


class ConditionError(OverturnError):
    """What was typed, linked or built is no condition; the message says why, as a sentence."""


@dataclass(frozen=True, slots=True)
class Operator:
    """How a field is compared: its key in links, its words in a sentence, and how many values it takes (`most` 0: none)."""

    key: str
    words: str
    least: int = 1
    most: int = 1
    negative: bool = False
    takes: Literal["", "year"] = ""


_STATED = (Operator("stated", "is stated", 0, 0), Operator("missing", "is missing", 0, 0))
_MANY = 100
_IS, _NOT = Operator("is", "is"), Operator("not", "is not", negative=True)
_ANY, _NONE = Operator("any", "is any of", most=_MANY), Operator("none", "is none of", most=_MANY, negative=True)
_BETWEEN = Operator("between", "is between", 2, 2)
_OPERATORS: dict[Kind, tuple[Operator, ...]] = {
    "keys": (
        *(_IS, _NOT, _ANY, Operator("all", "is all of", most=_MANY), Operator("only", "is only", most=_MANY), _NONE),
        *_STATED,
    ),
    "value": (_IS, _NOT, _ANY, _NONE, *_STATED),
    "date": (
        *(
            _BETWEEN,
            Operator("before", "is before"),
            Operator("from", "is on or after"),
            Operator("until", "is on or before"),
        ),
        *(Operator("year", "is in the year", takes="year"), *_STATED),
    ),
    "number": (*(_IS, _BETWEEN, Operator("least", "is at least"), Operator("most", "is at most"), *_STATED),),
    "text": (
        *(Operator("contains", "contains"), Operator("without", "does not contain", negative=True)),
        *(Operator("starts", "starts with"), _IS, _NOT, *_STATED),
    ),
    "words": (Operator("match", "match"),),
}


@dataclass(frozen=True, slots=True)
class Field:
    """Something a condition is put on: `column` is SQL over the rows of its `place`, a constant of code.

    `labels` are its keys with their labels, in display order, of a field that holds keys; an `open` one holds whatever
    the data say. `side` is the side of an item whose citations count. `always` is stated for every item. `note` is what
    to know before using it.
    """

    key: str
    label: str
    kind: Kind
    column: str
    place: Place = "facts"
    labels: Mapping[str, str] = field(default_factory=dict)
    open: bool = False
    side: str = ""
    always: bool = False
    note: str = ""

    @property
    def operators(self) -> dict[str, Operator]:
        """The operators by key, in the order people are offered them."""
        offered = _OPERATORS[self.kind]
        if self.key == "outcome":
            offered = (_IS,)
        elif self.always:
            offered = tuple(one for one in offered if one not in _STATED)
        return {one.key: one for one in offered}

    @property
    def dimension(self) -> bool:
        """Whether it is a dimension of the filter, too."""
        return self.key in dimensions()

    def said(self, operator: Operator, value: str) -> str:
        """What people read for a value."""
        if self.kind == "date" and operator.takes != "year":
            return spoken_day(date.fromisoformat(value))
        return self.labels.get(value, value)

    def known(self, value: str) -> bool:
        """Whether it is a value that the field can hold."""
        return self.kind not in ("keys", "value") or self.open or value in self.labels

    def value(self, operator: Operator, typed: str) -> str:
        """A value as it is kept. Raises ConditionError where it is none."""
        text = " ".join(typed.split()) if self.kind in ("words", "text") else typed.strip()
        if not text or _HALF.search(text):
            raise ConditionError(f"{self.label} {operator.words} … has no value.")
        if self.kind == "date":
            return _year(text) if operator.takes == "year" else _day(text)
        if self.kind == "number":
            return _number(text)
        if len(text) > (LONGEST if self.kind == "words" else LONGEST_TEXT):
            raise ConditionError(
                f"{self.label}: a value has at most {LONGEST_TEXT} characters; this one has {len(text):,}."
            )
        if text == NOT_STATED and self.kind in ("keys", "value"):
            raise ConditionError(f"{self.label}: what states nothing is asked for by “is missing”.")
        return text


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def spoken_day(day: date) -> str:
    """A date as `9 Dec 2016`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year:04d}"


def _day(text: str) -> str:
    try:
        found = date.fromisoformat(text) if "-" in text else _spoken(text)
    except ValueError:
        raise ConditionError(f"{text!r} is no date: write 2016-12-09 or 9 Dec 2016.") from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ConditionError(f"{text!r}: dates are read from {FIRST_YEAR} to {LAST_YEAR}.")
    return found.isoformat()


def _spoken(text: str) -> date:
    day, month, year = text.replace(",", " ").split()
    if not day.isdigit():  # Dec 9, 2016
        day, month = month, day
    months = [name.lower() for name in _MONTHS]
    return date(int(year), 1 + months.index(month[:3].lower()), int(day))


def _year(text: str) -> str:
    if not _YEAR.fullmatch(text) or not FIRST_YEAR <= int(text) <= LAST_YEAR:
        raise ConditionError(f"{text!r} is no year from {FIRST_YEAR} to {LAST_YEAR}.")
    return text


def _number(text: str) -> str:
    try:
        number = Decimal(text) if _NUMBER.fullmatch(text) else None
    except InvalidOperation:
        number = None
    if number is None or number > GREATEST:
        raise ConditionError(f"{text!r} is no number from 0 to {GREATEST:,} with at most four decimals.")
    return f"{number.normalize():f}"


_SIDES = {
    "admin": ("cited by the claims administrator", "claims_administrator"),
    "reviewer": ("relied on by the reviewer", "reviewer"),
}
_DAYS = "CASE WHEN {last} >= {first} THEN {last} - {first} END"
_ANY_DAY = "What lies before its beginning counts as missing."


def _rest() -> tuple[Field, ...]:
    cited = "One is enough where several are cited. Parts of the MTUS go by their names."
    return (
        Field(
            "outcome",
            "Outcome",
            "value",
            "overturned",
            labels={"overturned": "overturned", "upheld": "upheld"},
            always=True,
        ),
        Field("decided", "Decision date", "date", "decision_date"),
        Field("denied", "UR denial date", "date", "ur_denial_date"),
        Field("applied", "Application date", "date", "application_date"),
        Field("injured", "Injury date", "date", "injury_date"),
        Field("worker_age", "Worker age", "number", "worker_age", "letters"),
        Field("worker_sex", "Worker sex", "value", "worker_sex", "letters", {"female": "female", "male": "male"}),
        Field(
            "days_to_decision",
            "Exact days from application to decision",
            "number",
            _DAYS.format(first="application_date", last="decision_date"),
            note=_ANY_DAY,
        ),
        Field(
            "claim_days",
            "Exact days from injury to denial",
            "number",
            _DAYS.format(first="injury_date", last="ur_denial_date"),
            note=_ANY_DAY,
        ),
        Field(
            "quantity",
            "Quantity",
            "number",
            "quantity",
            "decisions",
            note="Of whatever is asked for: visits, tablets, units.",
        ),
        Field(
            "items",
            "Items in the letter",
            "number",
            "items",
            "letters",
            always=True,
            note="All items that the letter decides.",
        ),
        Field("form", "Letter form", "value", "form", "letters", {name: name for name in FORMS}, always=True),
        Field("case", "Case number", "text", "case_number", "letters"),
        Field(
            "file",
            "File",
            "text",
            "source",
            "letters",
            always=True,
            note="The path of the file below the folder that was loaded.",
        ),
        Field(
            "request",
            "Request",
            "text",
            "request",
            "decisions",
            always=True,
            note="The disputed item as the letter writes it.",
        ),
        Field(
            "decisive",
            "Decisive sentence",
            "text",
            "decisive",
            "decisions",
            note="The sentence that gives the reviewer’s reason.",
        ),
        *(
            Field(f"{side}_{what}", f"{what.capitalize()} {words}", "text", what, "cited", side=named, note=cited)
            for what in ("document", "section")
            for side, (words, named) in _SIDES.items()
        ),
        Field(
            "words",
            "Words of the letter",
            "words",
            "",
            "letters",
            always=True,
            note="As in the search box: OR, NOT, quotes, request:word.",
        ),
    )


@cache
def fields() -> dict[str, Field]:
    """Every field by key: the dimensions, then the rest."""
    found = {
        one.key: Field(
            one.key,
            one.label,
            "keys" if one.kind == "mask" else "value",
            one.column,
            labels={key: one.term_label(key) for key in one.keys if key != NOT_STATED},
            open=one.open,
            note=one.note,
        )
        for one in dimensions().values()
    }
    return found | {one.key: one for one in _rest()}
