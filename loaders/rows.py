"""A letter record as rows of the tables that a load stages, collected in columns.

`seq` tells the letters of a load apart, also two files of one letter; it does not outlive the load.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from datetime import date
from functools import cache
from typing import Any

import pyarrow as pa

from data.vocabulary import vocabulary

_TEXTS = pa.list_(pa.string())

BATCH_SCHEMAS: dict[str, pa.Schema] = {
    "letters": pa.schema(
        [
            *((name, pa.int64()) for name in ("seq", "letter_key", "file_key")),
            *(
                (name, pa.string())
                for name in ("letter_id", "text_sha", "record_sha", "source", "origin", "form", "case_number")
            ),
            *(
                (name, pa.date32())
                for name in ("injury_date", "ur_denial_date", "application_date", "assigned_date", "decision_date")
            ),
            ("priority", pa.string()),
            ("worker_age", pa.int16()),
            ("worker_sex", pa.string()),
            ("licensed_in", _TEXTS),
            (
                "specialties",
                pa.list_(pa.struct([("name", pa.string()), ("as_written", pa.string()), ("role", pa.string())])),
            ),
            ("specialty_keys", _TEXTS),
            ("state_keys", _TEXTS),
            ("items", pa.int16()),
            *((name, pa.string()) for name in ("parser_version", "vocabulary_version")),
        ]
    ),
    "decisions": pa.schema(
        [
            *((name, pa.int64()) for name in ("seq", "letter_key")),
            ("ordinal", pa.int16()),
            *((name, pa.string()) for name in ("request", "disputed", "original", "authorized", "outcome")),
            ("imaging_modalities", _TEXTS),
            ("hybrid", pa.bool_()),
            ("body_parts", _TEXTS),
            ("laterality", _TEXTS),
            ("contrast", pa.string()),
            ("quantity", pa.float64()),
            *((name, pa.string()) for name in ("quantity_unit", "category", "subcategory")),
            *((name, _TEXTS) for name in ("flags", "reasons", "admin_sources", "reviewer_sources")),
            ("decisive", pa.string()),
            ("service_date", pa.date32()),
            ("mtus_silent", pa.bool_()),
        ]
    ),
    "citations": pa.schema(
        [
            *((name, pa.int64()) for name in ("seq", "letter_key")),
            ("ordinal", pa.int16()),
            ("side", pa.string()),
            ("position", pa.int32()),
            *((name, pa.string()) for name in ("frame", "source", "document", "edition")),
            ("sections", _TEXTS),
            ("pages", pa.string()),
            ("search_step", pa.int16()),
            ("text", pa.string()),
            ("span_start", pa.int32()),
            ("span_end", pa.int32()),
        ]
    ),
    "problems": pa.schema(
        [
            *((name, pa.int64()) for name in ("seq", "letter_key")),
            ("position", pa.int32()),
            ("kind", pa.string()),
            ("code", pa.string()),
            ("message", pa.string()),
            ("span_start", pa.int32()),
            ("span_end", pa.int32()),
        ]
    ),
    "texts": pa.schema(
        [
            *((name, pa.int64()) for name in ("seq", "letter_key")),
            ("text", pa.string()),
            (
                "findings",
                pa.list_(
                    pa.struct(
                        [
                            *((name, pa.string()) for name in ("kind", "value", "rule")),
                            *((name, pa.int32()) for name in ("span_start", "span_end")),
                            ("ordinal", pa.int16()),
                        ]
                    )
                ),
            ),
        ]
    ),
}


class Rows:
    """Columns of rows, table by table, waiting to be written."""

    def __init__(self) -> None:
        self._tables: dict[str, dict[str, list[Any]]] = _empty()

    def take(self) -> dict[str, dict[str, list[Any]]]:
        """The rows collected so far, a dict of columns a table; the collection is empty afterwards."""
        taken = {table: dict(columns) for table, columns in self._tables.items() if any(map(len, columns.values()))}
        self._tables = _empty()
        return taken

    def add(self, seq: int, file_key: int, record: dict[str, Any]) -> None:
        """Collect the rows of one letter record, read from the file whose bytes have that key."""
        key = letter_key(record["letter_id"])
        findings = [
            {
                "kind": finding["kind"],
                "value": finding["value"],
                "rule": finding["rule"],
                "span_start": finding["span"][0],
                "span_end": finding["span"][1],
                "ordinal": finding["decision"],
            }
            for finding in record["findings"]
        ]
        self._put("texts", seq=seq, letter_key=key, text=record["text"], findings=findings)
        self._letter(seq, key, file_key, record)
        for decision in record["decisions"]:
            self._decision(seq, key, decision, record["text"])
        for position, problem in enumerate(record["problems"]):
            start, end = problem["span"] or (None, None)
            self._put(
                "problems",
                seq=seq,
                letter_key=key,
                position=position,
                kind=problem.get("kind", "doubt"),
                code=problem["code"],
                message=problem["message"],
                span_start=start,
                span_end=end,
            )

    def _put(self, table: str, **values: Any) -> None:
        columns = self._tables[table]
        for name, value in values.items():
            columns[name].append(value)

    def _letter(self, seq: int, key: int, file_key: int, record: dict[str, Any]) -> None:
        dates, credentials = record["dates"], record["credentials"]
        self._put(
            "letters",
            seq=seq,
            letter_key=key,
            file_key=file_key,
            letter_id=record["letter_id"],
            text_sha=record["text_sha"],
            record_sha=record_sha(record),
            source=record["source"],
            origin=record.get("origin", "letter"),
            form=record["form"],
            case_number=record["case_number"],
            injury_date=_date(dates["injury"]),
            ur_denial_date=_date(dates["ur_denial"]),
            application_date=_date(dates["application_received"]),
            assigned_date=_date(dates["assigned"]),
            decision_date=_date(dates["decision"]),
            priority=record["priority"],
            worker_age=record["worker"]["age"],
            worker_sex=record["worker"]["sex"],
            licensed_in=credentials["licensed_in"],
            specialties=credentials["specialties"],
            specialty_keys=sorted(
                {_specialty_keys().get(entry["name"], "unknown") for entry in credentials["specialties"]}
            ),
            state_keys=sorted({_state_keys()[name] for name in credentials["licensed_in"] if name in _state_keys()}),
            items=len(record["decisions"]),
            parser_version=record["parser_version"],
            vocabulary_version=record["vocabulary_version"],
        )

    def _decision(self, seq: int, key: int, decision: dict[str, Any], text: str) -> None:
        quantity, category, rationale = decision["quantity"] or {}, decision["category"] or {}, decision["rationale"]
        decisive = rationale["decisive"]
        self._put(
            "decisions",
            seq=seq,
            letter_key=key,
            hybrid=any(study["role"] == "hybrid" for study in decision["imaging"]),
            quantity=quantity.get("amount"),
            quantity_unit=quantity.get("unit"),
            category=category.get("category"),
            subcategory=category.get("subcategory"),
            admin_sources=decision["claims_administrator"]["sources"],
            reviewer_sources=decision["reviewer"]["sources"],
            decisive=" ".join(text[slice(*decisive)].split()) if decisive else None,
            service_date=_date(decision.get("service_date")),
            mtus_silent=decision.get("mtus_silent", False),
            **{
                name: decision[name] for name in ("ordinal", "request", "disputed", "original", "authorized", "outcome")
            },
            **{
                name: decision[name]
                for name in ("imaging_modalities", "body_parts", "laterality", "contrast", "flags", "reasons")
            },
        )
        for side in ("claims_administrator", "reviewer"):
            for position, citation in enumerate(decision[side]["citations"]):
                start, end = citation["span"]
                self._put(
                    "citations",
                    seq=seq,
                    letter_key=key,
                    ordinal=decision["ordinal"],
                    side=side,
                    position=position,
                    search_step=search_step(citation["source"]),
                    span_start=start,
                    span_end=end,
                    **{
                        name: citation[name]
                        for name in ("frame", "source", "document", "edition", "sections", "pages", "text")
                    },
                )


def letter_key(letter_id: str) -> int:
    """The letter's number in tables and index: the first 63 bits of its id."""
    return int(letter_id[:16], 16) >> 1


def record_sha(record: dict[str, Any]) -> str:
    """A hash over what the record says and what the vocabulary makes of it, not where the file was or what read it."""
    facts = {
        key: value
        for key, value in record.items()
        if key not in ("source", "parser_version", "vocabulary_version", "text")
    }
    facts["derived"] = [
        [_specialty_keys().get(entry["name"]) for entry in record["credentials"]["specialties"]],
        [
            search_step(citation["source"])
            for decision in record["decisions"]
            for side in ("claims_administrator", "reviewer")
            for citation in decision[side]["citations"]
        ],
    ]
    return hashlib.sha256(json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@cache
def search_step(source: str) -> int | None:
    """The step of the evidence search (8 CCR 9792.21.1) at which `source` stands; None off the scale, as for none cited.

    1 the MTUS, 2 ACOEM or ODG, 3 another nationally recognised guideline, 4 a study or anything else.
    """
    tier = int(vocabulary("sources").terms[source].attributes["tier"])
    return tier if tier <= 4 else None


def _empty() -> dict[str, dict[str, list[Any]]]:
    return {table: defaultdict(list) for table in BATCH_SCHEMAS}


def _date(iso: str | None) -> date | None:
    return date.fromisoformat(iso) if iso else None


@cache
def _specialty_keys() -> dict[str, str]:
    return {term.label: key for key, term in vocabulary("specialties").terms.items()}


@cache
def _state_keys() -> dict[str, str]:
    return {term.label: key for key, term in vocabulary("states").terms.items()}
