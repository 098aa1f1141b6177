"""The fields of a letter and of its items whose reading a person can correct, as the labels of an evaluation name them.

A value is text as labels write it: keys joined by semicolons, an ISO date, a number; empty where the letter states none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Literal

from data.errors import NotesError
from data.record import FLAGS
from data.schema import NOT_STATED, dimensions
from data.sentences import day

Kind = Literal["one", "several", "date", "number", "words"]
Table = Literal["labels_letters", "labels_decisions", "items", ""]
_Row = Mapping[str, Any]
OLDEST, YOUNGEST = 14, 105  # ages that a letter's worker can have, as the parser takes them


@dataclass(frozen=True, slots=True)
class Field:
    """A field: the column `key` of the label file `table`, for people `label`, of the letter or of an item (`of`).

    `options` are the keys that a value may hold, with their labels. `ordered`: the letter's order counts, else keys are
    sorted.
    """

    key: str
    label: str
    of: Literal["letter", "item"]
    kind: Kind
    table: Table
    reading: Callable[[_Row], str]
    options: Mapping[str, str] = field(default_factory=dict)
    ordered: bool = False

    def read(self, letter: _Row, ordinal: int | None) -> str:
        """The value that was read of the letter, or of its item `ordinal`."""
        if self.of == "letter":
            return self.reading(letter)
        return self.reading(next(one for one in letter["decisions"] if one["ordinal"] == ordinal))

    def joined(self, keys: list[str]) -> str:
        """Several keys as one value; a stated absence (`none`) stands alone."""
        return ";".join(keys if self.ordered else sorted(keys))

    def checked(self, value: str) -> str:
        """`value` as it is kept. Raises NotesError where it is no value of this field."""
        value = value.strip()
        try:
            if self.kind == "date" and value:
                return date.fromisoformat(value).isoformat()
            if self.kind == "number" and value and not OLDEST <= int(value) <= YOUNGEST:
                raise ValueError(value)
        except ValueError:
            raise NotesError(f"{value[:40]!r} is no value of the field {self.label}.") from None
        if self.kind in ("one", "several"):
            keys = value.split(";") if value else []
            wrong = [key for key in keys if key not in self.options]
            if wrong or (self.kind == "one" and len(keys) > 1) or len(set(keys)) < len(keys):
                raise NotesError(f"{', '.join(wrong or keys)[:80]!r} is no value of the field {self.label}.")
            if "none" in keys and len(keys) > 1:
                raise NotesError("None cited cannot stand beside a source.")
            return self.joined(keys)
        return value

    def words(self, value: str) -> str:
        """A value as people read it."""
        if not value:
            return "not stated"
        if self.kind == "date":
            return day(date.fromisoformat(value))
        if self.options:
            return ", ".join(self.options.get(key, key) for key in value.split(";"))
        return value


@cache
def fields() -> Mapping[str, Field]:
    """Every field by its key, those of an item first, in the order they are offered."""
    return {one.key: one for one in (*_item_fields(), *_letter_fields())}


def _of(dimension: str, *, without: str = "") -> dict[str, str]:
    found = dimensions()[dimension]
    return {key: found.term_label(key) for key in found.keys if key not in (NOT_STATED, without)}


def _keys(column: str) -> Callable[[_Row], str]:
    return lambda row: ";".join(sorted(row[column] or ()))


def _plain(column: str) -> Callable[[_Row], str]:
    return lambda row: "" if row[column] is None else str(row[column])


def _specialties(letter: _Row) -> str:
    """The certifications in the letter's order, by key."""
    by_name = {label: key for key, label in _of("specialty").items()}
    return ";".join(by_name.get(entry["name"], "unknown") for entry in letter["specialties"] or ())


def _states(letter: _Row) -> str:
    by_name = {label: key for key, label in _of("state").items()}
    return ";".join(by_name[name] for name in letter["licensed_in"] or () if name in by_name)


def _item_fields() -> tuple[Field, ...]:
    def one(key: str, label: str, table: Table, options: Mapping[str, str]) -> Field:
        return Field(key, label, "item", "one", table, _plain(key), options)

    def several(key: str, label: str, table: Table, column: str, options: Mapping[str, str]) -> Field:
        return Field(key, label, "item", "several", table, _keys(column), options)

    cited, relied_on = "Sources cited by the claims administrator", "Sources the reviewer relied on"
    return (
        one("outcome", "Outcome", "labels_decisions", {"upheld": "Upheld", "overturned": "Overturned"}),
        several("imaging_modalities", "Imaging modalities", "labels_decisions", "imaging_modalities", _of("modality")),
        several("body_parts", "Body parts", "items", "body_parts", _of("body")),
        several("claims_admin_sources", cited, "labels_decisions", "admin_sources", _of("admin")),
        several("reviewer_sources", relied_on, "labels_decisions", "reviewer_sources", _of("reviewer")),
        one("category", "Treatment category", "items", _of("category")),
        one("subcategory", "Treatment subcategory", "items", _of("subcategory")),
        several("laterality", "Side of the body", "items", "laterality", _of("laterality")),
        one("contrast", "Contrast medium", "items", _of("contrast")),
        several("flags", "Flags", "items", "flags", {flag: flag.replace("_", " ") for flag in FLAGS}),
    )


def _letter_fields() -> tuple[Field, ...]:
    letters: Table = "labels_letters"
    dates = {
        "decision_date": ("Decision date", "decision_date"),
        "ur_denial_date": ("UR denial date", "ur_denial_date"),
        "date_of_injury": ("Date of injury", "injury_date"),
        "application_received": ("Application received", "application_date"),
        "date_assigned": ("Date assigned", "assigned_date"),
    }
    return (
        *(Field(key, label, "letter", "date", letters, _plain(column)) for key, (label, column) in dates.items()),
        Field("priority", "Priority", "letter", "one", letters, _plain("priority"), _of("priority")),
        Field(
            "specialties",
            "Reviewer's specialties",
            "letter",
            "several",
            letters,
            _specialties,
            _of("specialty", without="unknown"),
            ordered=True,
        ),
        Field("licensed_in", "Licensed in", "letter", "several", letters, _states, _of("state"), ordered=True),
        Field("age", "Age of the worker", "letter", "number", "items", _plain("worker_age")),
        Field(
            "sex",
            "Sex of the worker",
            "letter",
            "one",
            "items",
            _plain("worker_sex"),
            {"female": "Female", "male": "Male"},
        ),
        Field("other", "Something else (say what in the remark)", "letter", "words", "", lambda _: ""),
    )
