"""The columns of lists and exports of decisions, each defined once: its heading, its meaning, where its value stands.

The meaning is that of the data dictionary. What a dimension says stands in words (its labels), several joined by commas;
of the date of injury the year alone, and no number of days from which the day could be told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

from data.dictionary import dictionary
from data.schema import Dimension, dimensions

Place = Literal["facts", "letters", "decisions"]
Kind = Literal["text", "number", "date", "dimension", "outcome", "list"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `sql` is its value over the table `place`, `of` whether a letter holds it once or every item its own.

    `words`: the letter's own words, which no file holds unless they are asked for. `said` is its entry in the dictionary.
    """

    key: str
    label: str
    place: Place
    sql: str
    kind: Kind
    of: Literal["letter", "item"]
    said: tuple[str, str]
    words: bool = False

    @property
    def dimension(self) -> Dimension | None:
        """The dimension whose values it says, None where it is none."""
        return dimensions()[self.key] if self.kind == "dimension" else None

    @property
    def meaning(self) -> str:
        """What it means, in a sentence of the dictionary."""
        return dictionary()[self.said[0]][self.said[1]][0]

    @property
    def unit(self) -> str:
        """Its unit, empty where it has none; keys stand as words."""
        unit = dictionary()[self.said[0]][self.said[1]][1]
        return "in words" if self.kind == "dimension" else unit

    @property
    def source(self) -> str:
        """Where it is from, as the dictionary says it: letter, vocabulary, derived, program."""
        return dictionary()[self.said[0]][self.said[1]][2]


_HEADINGS = {
    "modality": "Imaging",
    "body": "Body parts",
    "admin": "Claims administrator cited",
    "reviewer": "Reviewer relied on",
    "specialty": "Specialties",
    "state": "Licensed in",
    "category": "Treatment category",
    "reason": "Grounds of the decision",
}
"""Where a column says it otherwise than the dimension's own label."""


@cache
def columns() -> Mapping[str, Column]:
    """Every column by its key, in the order they are offered."""
    return {one.key: one for one in (*_of_letters(), *_of_items(), *_of_dimensions(), *_in_words())}


def _of_letters() -> tuple[Column, ...]:
    def one(key: str, label: str, kind: Kind = "text", *, name: str = "", facts: str = "") -> Column:
        name = name or key
        return Column(key, label, "facts" if facts else "letters", facts or name, kind, "letter", ("letters", name))

    return (
        one("case_number", "Case number"),
        one("source", "File"),
        one("letter_id", "Letter"),
        one("form", "Form of the letter"),
        one("items", "Items in the letter", "number"),
        one("decision_date", "Decision date", "date", facts="decision_date"),
        one("ur_denial_date", "UR denial date", "date", facts="ur_denial_date"),
        one("application_date", "Application received", "date", facts="application_date"),
        one("assigned_date", "Date assigned", "date"),
        one("injury_year", "Year of injury", "number", facts="year(injury_date)"),
        one("worker_age", "Age of the worker", "number"),
        one("worker_sex", "Sex of the worker"),
    )


def _of_items() -> tuple[Column, ...]:
    def one(key: str, label: str, kind: Kind = "text", sql: str = "", place: Place = "decisions") -> Column:
        return Column(key, label, place, sql or key, kind, "item", ("decisions", key))

    return (
        one("ordinal", "Item", "number", place="facts"),
        one("outcome", "Outcome", "outcome", "overturned", "facts"),
        one("flags", "Flags", "list"),
        one("quantity", "Quantity", "number"),
        one("quantity_unit", "Unit of the quantity"),
        one("mtus_silent", "MTUS silent", sql="CASE WHEN mtus_silent THEN 'yes' ELSE 'no' END"),
    )


def _of_dimensions() -> tuple[Column, ...]:
    return tuple(
        Column(
            key,
            _HEADINGS.get(key, one.label),
            "facts",
            one.column,
            "dimension",
            "letter" if one.whose == "letters" else "item",
            ("facts", one.column),
        )
        for key, one in dimensions().items()
    )


def _in_words() -> tuple[Column, ...]:
    labels = {
        "disputed": "Disputed",
        "request": "Request",
        "original": "Original request",
        "authorized": "Authorized part",
        "decisive": "Decisive sentence",
    }
    return tuple(
        Column(key, label, "decisions", key, "text", "item", ("decisions", key), words=True)
        for key, label in labels.items()
    )


def of_letters(column: Column) -> Column:
    """The column where a row is a letter: numbers of its items stand beside each other as text."""
    return replace(column, kind="text") if column.of == "item" and column.kind == "number" else column


def read(column: Column, row: Mapping[str, Any]) -> object:
    """The cell of a row as `Reader.decisions` gives it, for the columns that such a row has."""
    of = column.dimension
    if of is None or not of.listed:
        return row[column.key]
    return ", ".join(of.term_label(key) for key in row[of.listed])
