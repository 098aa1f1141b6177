"""A letter record as rows of the snapshot's tables, collected in batches of columns."""

from __future__ import annotations

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
            ("letter_key", pa.int64()),
            *(
                (name, pa.string())
                for name in (
                    "letter_id",
                    "text_sha",
                    "record_sha",
                    "source",
                    "origin",
                    "collection",
                    "form",
                    "case_number",
                )
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
            *((name, pa.string()) for name in ("parser_version", "vocabulary_version", "load_id", "text_part")),
        ]
    ),
    "decisions": pa.schema(
        [
            ("letter_key", pa.int64()),
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
            *((name, pa.string()) for name in ("admin_text", "reviewer_text", "rationale", "decisive")),
            ("service_date", pa.date32()),
            ("mtus_silent", pa.bool_()),
        ]
    ),
    "citations": pa.schema(
        [
            ("letter_key", pa.int64()),
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
    "findings": pa.schema(
        [
            ("letter_key", pa.int64()),
            ("position", pa.int32()),
            ("kind", pa.string()),
            ("value", pa.string()),
            ("span_start", pa.int32()),
            ("span_end", pa.int32()),
            ("rule", pa.string()),
            ("ordinal", pa.int16()),
        ]
    ),
    "problems": pa.schema(
        [
            ("letter_key", pa.int64()),
            ("position", pa.int32()),
            ("kind", pa.string()),
            ("code", pa.string()),
            ("message", pa.string()),
            ("span_start", pa.int32()),
            ("span_end", pa.int32()),
        ]
    ),
    "staged_texts": pa.schema([("letter_key", pa.int64()), ("text", pa.string())]),
}


class Rows:
    """Columns of rows, table by table, waiting to be written."""

    def __init__(self, load_id: str, text_part: str) -> None:
        self._load_id = load_id
        self._text_part = text_part
        self._tables: dict[str, dict[str, list[Any]]] = _empty()
        self._letters = 0

    def __len__(self) -> int:
        return self._letters

    def take(self) -> dict[str, dict[str, list[Any]]]:
        """The rows collected so far, a dict of columns a table; the collection is empty afterwards."""
        taken = {table: dict(columns) for table, columns in self._tables.items() if any(map(len, columns.values()))}
        self._tables, self._letters = _empty(), 0
        return taken

    def add(self, key: int, digest: str, record: dict[str, Any], collection: str | None) -> None:
        """Collect the rows of one letter record."""
        self._letters += 1
        self._put("staged_texts", letter_key=key, text=record["text"])
        self._letter(key, digest, record, collection)
        for decision in record["decisions"]:
            self._decision(key, decision, record["text"])
        for position, finding in enumerate(record["findings"]):
            start, end = finding["span"]
            self._put(
                "findings",
                letter_key=key,
                position=position,
                kind=finding["kind"],
                value=finding["value"],
                span_start=start,
                span_end=end,
                rule=finding["rule"],
                ordinal=finding["decision"],
            )
        for position, problem in enumerate(record["problems"]):
            start, end = problem["span"] or (None, None)
            self._put(
                "problems",
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

    def _letter(self, key: int, digest: str, record: dict[str, Any], collection: str | None) -> None:
        dates, credentials = record["dates"], record["credentials"]
        self._put(
            "letters",
            letter_key=key,
            letter_id=record["letter_id"],
            text_sha=record["text_sha"],
            record_sha=digest,
            source=record["source"],
            origin=record.get("origin", "letter"),
            collection=collection,
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
            load_id=self._load_id,
            text_part=self._text_part,
        )

    def _decision(self, key: int, decision: dict[str, Any], text: str) -> None:
        quantity, category, rationale = decision["quantity"] or {}, decision["category"] or {}, decision["rationale"]
        decisive = rationale["decisive"]
        self._put(
            "decisions",
            letter_key=key,
            hybrid=any(study["role"] == "hybrid" for study in decision["imaging"]),
            quantity=quantity.get("amount"),
            quantity_unit=quantity.get("unit"),
            category=category.get("category"),
            subcategory=category.get("subcategory"),
            admin_sources=decision["claims_administrator"]["sources"],
            reviewer_sources=decision["reviewer"]["sources"],
            admin_text=decision["claims_administrator"]["text"],
            reviewer_text=decision["reviewer"]["text"],
            rationale=rationale["text"],
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
