"""The JSON Schema of the letter record, its lists of keys taken from the vocabularies.

`data/letter_record.schema.json` is this schema as a file for people and other programs; a test holds the two equal.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

import jsonschema

from data.categories import categories, subcategories
from data.errors import RecordError
from data.imaging import modality_keys
from data.record import (
    DATE_FIELDS,
    FLAGS,
    FORMS,
    IMAGING_ROLES,
    MOST_ITEMS,
    PROBLEM_KINDS,
    RECORD_VERSION,
)
from data.vocabulary import names, vocabulary

FILE = Path(__file__).parent / "letter_record.schema.json"

_TEXT = {"type": "string"}
_MAYBE_TEXT = {"type": ["string", "null"]}
_SPAN = {"type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 2}
_MAYBE_SPAN = {"anyOf": [_SPAN, {"type": "null"}]}
_SPANS = ("span", "decisive")
_DATE = {"anyOf": [{"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}, {"type": "null"}]}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _with(required: dict[str, Any], **optional: Any) -> dict[str, Any]:
    """The object with further keys that an older record may leave out."""
    return {**required, "properties": {**required["properties"], **optional}}


def _list(items: Any, **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


def _one_of(keys: Any, *, nullable: bool = False) -> dict[str, Any]:
    return {"enum": [*keys, None] if nullable else list(keys)}


def _keys(name: str) -> list[str]:
    return list(vocabulary(name).terms) if name in names() else []


def schema() -> dict[str, Any]:
    """The schema (JSON Schema 2020-12) of one letter record."""
    citation = _object(
        frame=_one_of(("mtus", "outside")),
        source=_one_of(_keys("sources")),
        document=_MAYBE_TEXT,
        edition=_MAYBE_TEXT,
        sections=_list(_TEXT),
        pages=_MAYBE_TEXT,
        text=_TEXT,
        span=_SPAN,
    )
    statement = _object(
        sources=_list(_one_of(_keys("sources")), uniqueItems=True),
        citations=_list(citation),
        text=_MAYBE_TEXT,
        span=_MAYBE_SPAN,
    )
    decision = _object(
        ordinal={"type": "integer", "minimum": 1, "maximum": MOST_ITEMS},
        request=_TEXT,
        disputed=_TEXT,
        original=_MAYBE_TEXT,
        authorized=_MAYBE_TEXT,
        outcome=_one_of(("upheld", "overturned")),
        imaging=_list(_object(modality=_one_of(modality_keys()), role=_one_of(IMAGING_ROLES), span=_SPAN)),
        imaging_modalities=_list(_one_of(modality_keys()), uniqueItems=True),
        body_parts=_list(_one_of(_keys("body_parts")), uniqueItems=True),
        laterality=_list(_one_of(_keys("laterality")), uniqueItems=True),
        contrast=_one_of(_keys("contrast"), nullable=True),
        quantity={"anyOf": [_object(amount={"type": "number"}, unit=_MAYBE_TEXT), {"type": "null"}]},
        category={
            "anyOf": [_object(category=_one_of(categories()), subcategory=_one_of(subcategories())), {"type": "null"}]
        },
        flags=_list(_one_of(FLAGS), uniqueItems=True),
        reasons=_list(_one_of(_keys("reasons")), uniqueItems=True),
        claims_administrator=statement,
        reviewer=statement,
        rationale=_object(text=_MAYBE_TEXT, span=_MAYBE_SPAN, decisive=_MAYBE_SPAN),
    )
    decision = _with(
        decision,
        service_date={**_DATE, "description": "The day of service that a retrospective request names in its header."},
        mtus_silent={
            "type": "boolean",
            "description": "Whether the rationale or a guideline statement says that the MTUS does not address the topic.",
        },
    )
    problem = _with(
        _object(code=_TEXT, message=_TEXT, span=_MAYBE_SPAN),
        kind={
            **_one_of(PROBLEM_KINDS),
            "description": "contradiction: the letter says two things that cannot both be so; missing: it leaves out what the "
            "form holds; doubt (also where the key is left out): the reading itself may be wrong.",
        },
    )
    record = _object(
        record_version={"const": RECORD_VERSION},
        parser_version=_TEXT,
        vocabulary_version=_TEXT,
        letter_id={"type": "string", "pattern": "^[0-9a-f]{64}$"},
        text_sha={"type": "string", "pattern": "^[0-9a-f]{64}$"},
        source=_TEXT,
        origin=_one_of(("letter", "sample", "synthetic")),
        form=_one_of(FORMS),
        case_number={"anyOf": [{"type": "string", "pattern": r"^CM\d{2}-\d{5,8}$"}, {"type": "null"}]},
        dates=_object(**dict.fromkeys(DATE_FIELDS, _DATE)),
        priority=_one_of(("standard", "expedited"), nullable=True),
        worker=_object(
            age={"type": ["integer", "null"], "minimum": 0, "maximum": 150},
            sex=_one_of(("female", "male"), nullable=True),
        ),
        credentials=_object(
            licensed_in=_list(_TEXT),
            specialties=_list(
                _object(name=_TEXT, as_written=_TEXT, role=_one_of(("board", "subspecialty"), nullable=True))
            ),
        ),
        decisions=_list(decision, minItems=1, maxItems=MOST_ITEMS),
        findings=_list(
            _object(kind=_TEXT, value=_TEXT, span=_SPAN, rule=_TEXT, decision={"type": ["integer", "null"]})
        ),
        text=_TEXT,
        problems=_list(problem),
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "IMR final determination letter, as read",
        "description": "Spans are [start, end) in code points of the settled text. `text` may be left out, but is needed to load the record.",
        **record,
        "required": [key for key in record["required"] if key not in ("text", "origin")],
    }


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema())


def check_record(record: Any) -> dict[str, Any]:
    """`record` itself when it follows the contract and can be loaded. Raises RecordError naming the first key that does not."""
    error = next(iter(_validator().iter_errors(record)), None)
    if error is not None:
        place = ".".join(str(part) for part in error.absolute_path) or "the record"
        raise RecordError(f"{place}: {error.message[:200]}")
    if not isinstance(record.get("text"), str) or not record["text"]:
        raise RecordError("text: the settled text is left out; records without text cannot be loaded.")
    for name, day in record["dates"].items():
        if day is not None and not _is_day(day):
            raise RecordError(f"dates.{name}: {day!r} is not in the calendar.")
    for number, decision in enumerate(record["decisions"]):
        day = decision.get("service_date")
        if day is not None and not _is_day(day):
            raise RecordError(f"decisions.{number}.service_date: {day!r} is not in the calendar.")
    _check_values(record, "", len(record["text"]))
    _check_sense(record)
    return dict(record)


def _check_sense(record: dict[str, Any]) -> None:
    """What the schema cannot say: items counted once and in order, lists sorted, values that agree with each other."""
    ordinals = [decision["ordinal"] for decision in record["decisions"]]
    if ordinals != sorted(set(ordinals)):
        raise RecordError("decisions: the ordinals do not rise from item to item; an item would count twice.")
    if record["case_number"] is not None and record["case_number"] != record["case_number"].strip():
        raise RecordError("case_number: it has white space around it.")
    for number, decision in enumerate(record["decisions"]):
        place = f"decisions.{number}"
        asked = sorted({study["modality"] for study in decision["imaging"] if study["role"] in ("requested", "hybrid")})
        if decision["imaging_modalities"] != asked:
            raise RecordError(
                f"{place}.imaging_modalities: they are not the studies that imaging says are asked for, sorted."
            )
        for side in ("claims_administrator", "reviewer"):
            sources = decision[side]["sources"]
            if sources != sorted(sources) or ("none" in sources and len(sources) > 1):
                raise RecordError(f"{place}.{side}.sources: they are not sorted, or none stands beside a named source.")
        if decision["quantity"] is not None and not isfinite(decision["quantity"]["amount"]):
            raise RecordError(f"{place}.quantity: the amount is no number.")
    for number, finding in enumerate(record["findings"]):
        if finding["decision"] is not None and finding["decision"] not in ordinals:
            raise RecordError(f"findings.{number}.decision: there is no such item.")


def _is_day(iso: str) -> bool:
    try:
        day = date.fromisoformat(iso)
        return day.isoformat() == iso and 1900 <= day.year <= 2100
    except ValueError:
        return False


def _check_values(value: Any, place: str, length: int) -> None:
    """Every span lies in the text, and every string can be written."""
    if isinstance(value, str):
        if not value.isascii() and any("\ud800" <= char <= "\udfff" for char in value):
            raise RecordError(f"{place}: half a character (a surrogate) stands in it.")
    elif isinstance(value, list):
        name = place.rsplit(".", 1)[-1]
        if name in _SPANS and not (0 <= value[0] <= value[1] <= length):
            raise RecordError(
                f"{place}: the span [{value[0]}, {value[1]}) lies outside the text of {length} characters."
            )
        for number, part in enumerate(value):
            _check_values(part, f"{place}.{number}", length)
    elif isinstance(value, dict):
        for key, part in value.items():
            _check_values(part, f"{place}.{key}" if place else key, length)
