"""The tables of a snapshot, in one place for the loader that writes them and the pages that read them.

`letters`, `decisions`, `citations`, `problems` hold what the records say, but for the letters' texts and the findings in
them: those lie in Parquet files beside the database that snapshots share (`text_part`). `files` tells which letter the
bytes of a file were, by the first 63 bits of their sha256. `facts` is the one wide table that
charts read: a row a disputed item of a charted letter, sorted by decision date, every multi-valued dimension as a bit
mask (UBIGINT); `alone` where the letter holds no other item. `terms` says which bit is which key, `answers` holds what
pages ask of the whole snapshot (data/standing.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal

from data.categories import categories, subcategories
from data.imaging import modality_keys
from data.mtus_history import mtus_edition_sql, mtus_editions
from data.reasons import usable_reasons
from data.vocabulary import vocabulary

Whose = Literal["letters", "decisions"]
NOT_STATED = "not_stated"

TABLES = """
CREATE TABLE letters (
    letter_key BIGINT PRIMARY KEY, letter_id VARCHAR NOT NULL, text_sha VARCHAR NOT NULL, record_sha VARCHAR NOT NULL,
    source VARCHAR NOT NULL, origin VARCHAR NOT NULL, collection VARCHAR, form VARCHAR NOT NULL, case_number VARCHAR,
    injury_date DATE, ur_denial_date DATE, application_date DATE, assigned_date DATE, decision_date DATE,
    priority VARCHAR, worker_age SMALLINT, worker_sex VARCHAR, licensed_in VARCHAR[],
    specialties STRUCT(name VARCHAR, as_written VARCHAR, role VARCHAR)[], specialty_keys VARCHAR[], state_keys VARCHAR[],
    items SMALLINT NOT NULL, parser_version VARCHAR NOT NULL, vocabulary_version VARCHAR NOT NULL,
    load_id VARCHAR NOT NULL, text_part VARCHAR NOT NULL, superseded BOOLEAN NOT NULL DEFAULT false
);
CREATE TABLE decisions (
    letter_key BIGINT NOT NULL, ordinal SMALLINT NOT NULL, request VARCHAR NOT NULL, disputed VARCHAR NOT NULL,
    original VARCHAR, authorized VARCHAR, outcome VARCHAR NOT NULL, imaging_modalities VARCHAR[], hybrid BOOLEAN NOT NULL,
    body_parts VARCHAR[], laterality VARCHAR[], contrast VARCHAR, quantity DOUBLE, quantity_unit VARCHAR,
    category VARCHAR, subcategory VARCHAR, flags VARCHAR[], reasons VARCHAR[], admin_sources VARCHAR[],
    reviewer_sources VARCHAR[], decisive VARCHAR,
    service_date DATE, mtus_silent BOOLEAN NOT NULL
);
CREATE TABLE citations (
    letter_key BIGINT NOT NULL, ordinal SMALLINT NOT NULL, side VARCHAR NOT NULL, position INTEGER NOT NULL,
    frame VARCHAR NOT NULL, source VARCHAR NOT NULL, document VARCHAR, edition VARCHAR, sections VARCHAR[], pages VARCHAR,
    search_step SMALLINT, text VARCHAR NOT NULL, span_start INTEGER NOT NULL, span_end INTEGER NOT NULL
);
CREATE TABLE problems (
    letter_key BIGINT NOT NULL, position INTEGER NOT NULL, kind VARCHAR NOT NULL, code VARCHAR NOT NULL, message VARCHAR NOT NULL,
    span_start INTEGER, span_end INTEGER
);
CREATE TABLE files (file_key BIGINT NOT NULL, letter_key BIGINT NOT NULL);
CREATE TABLE answers (question VARCHAR PRIMARY KEY, rows VARCHAR NOT NULL);
"""
RECORD_TABLES = ("letters", "decisions", "citations", "problems")
FACTS_ORDER = "ORDER BY decision_date NULLS LAST, letter_key, ordinal"


@dataclass(frozen=True, slots=True)
class Dimension:
    """Something items are grouped and filtered by. `column` is its column in `facts`, `keys` its values in display order.

    A mask holds several values of a list, bits in the order of `keys`: `whose` says to which record the list belongs and
    `listed` is the list column there. A value holds exactly one, so its groups add up to the whole.
    `note` is what to know of it before counting.
    """

    key: str
    label: str
    column: str
    vocabulary: str
    whose: Whose
    listed: str
    keys: tuple[str, ...]
    unstated: str = "Not stated"
    kind: Literal["mask", "value"] = "mask"
    labels: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    def term_label(self, key: str) -> str:
        """What people read for `key`."""
        if key == NOT_STATED:
            return self.unstated
        if key in self.labels or not self.vocabulary:
            return self.labels.get(key, key)
        return vocabulary(self.vocabulary).label(key)


PROFILES = {
    "mtus_only": "MTUS only",
    "mtus_and_other": "MTUS and another source",
    "other_only": "Other sources only",
    "none": "None cited",
}


# Days from injury to the denial in utilization review; a denial before the injury is no age, and the letter has a problem.
CLAIM_AGES = {
    "up_to_30": "Up to 30 days",
    "31_to_90": "31 to 90 days",
    "91_to_365": "91 days to a year",
    "over_a_year": "Over a year",
}
_DAYS = "(l.ur_denial_date - l.injury_date)"
_CLAIM_AGE_SQL = (
    f"CASE WHEN {_DAYS} < 0 THEN '{NOT_STATED}' WHEN {_DAYS} <= 30 THEN 'up_to_30' WHEN {_DAYS} <= 90 THEN '31_to_90' "
    f"WHEN {_DAYS} <= 365 THEN '91_to_365' WHEN {_DAYS} > 365 THEN 'over_a_year' ELSE '{NOT_STATED}' END"
)

MIXED_GROUPS = "several_groups"


def specialty_groups() -> dict[str, str]:
    """Label by key of the specialty groups; a reviewer of more than one group is in a group of its own."""
    return {**vocabulary("specialties").settings["groups"], MIXED_GROUPS: "More than one of these groups"}


def _keys(name: str) -> tuple[str, ...]:
    return tuple(vocabulary(name).terms)


def counted_reasons() -> tuple[str, ...]:
    """The grounds that have a bit, in display order: no chart, count, option or filter knows another (data/reasons.py)."""
    return tuple(key for key in _keys("reasons") if key in usable_reasons())


def dimensions() -> dict[str, Dimension]:
    """Every multi-valued dimension, in the order people think of them."""
    return {dimension.key: dimension for dimension in _DIMENSIONS}


def _mask(
    key: str,
    label: str,
    vocabulary_name: str,
    whose: Whose,
    listed: str,
    keys: tuple[str, ...],
    unstated: str = "Not stated",
) -> Dimension:
    return Dimension(
        key, label, f"{key}_mask", vocabulary_name, whose, listed, keys, unstated, labels={"unknown": "Not on the list"}
    )


def _value(key: str, label: str, whose: Whose, labels: Mapping[str, str]) -> Dimension:
    return Dimension(key, label, key, "", whose, "", (*labels, NOT_STATED), kind="value", labels=labels)


_SOURCES, _MODALITIES = _keys("sources"), modality_keys()
_DIMENSIONS = (
    _value("category", "Treatment category", "decisions", categories()),
    _value("subcategory", "Treatment subcategory", "decisions", subcategories()),
    _mask(
        "modality", "Imaging modality", "modalities", "decisions", "imaging_modalities", _MODALITIES, "No imaging study"
    ),
    _mask("admin", "Cited by the claims administrator", "sources", "decisions", "admin_sources", _SOURCES),
    _mask("reviewer", "Relied on by the reviewer", "sources", "decisions", "reviewer_sources", _SOURCES),
    _mask(
        "specialty",
        "Reviewer specialty",
        "specialties",
        "letters",
        "specialty_keys",
        (*_keys("specialties"), "unknown"),
    ),
    _mask("body", "Body part", "body_parts", "decisions", "body_parts", _keys("body_parts")),
    _mask("state", "Reviewer licensed in", "states", "letters", "state_keys", _keys("states")),
    replace(
        _mask("reason", "Ground of the decision", "reasons", "decisions", "reasons", counted_reasons(), "None counted"),
        note="Only grounds that are read well enough, checked against labelled letters; a letter shows all that were read in it.",
    ),
    _value("admin_profile", "Sources of the claims administrator, exclusive", "decisions", PROFILES),
    _value("reviewer_profile", "Sources of the reviewer, exclusive", "decisions", PROFILES),
    _value("specialty_group", "Specialty group", "letters", specialty_groups()),
    _value("claim_age", "Age of the claim at the denial", "letters", CLAIM_AGES),
    _value("mtus_edition", "MTUS in force at the denial", "decisions", mtus_editions()),
)


def mask_dimensions() -> list[Dimension]:
    """The dimensions that are bit masks in `facts`."""
    return [dimension for dimension in _DIMENSIONS if dimension.kind == "mask"]


@cache
def schema_version() -> str:
    """Eight hex digits that change whenever a table or a dimension does: a snapshot of another version is not read."""
    shape = TABLES + ";".join(f"{dimension.key}:{dimension.column}:{dimension.kind}" for dimension in _DIMENSIONS)
    return hashlib.sha256(shape.encode()).hexdigest()[:8]


def facts_sql(condition: str = "true") -> str:
    """SQL of the rows of `facts` out of the record tables: one a disputed item of a charted letter, for which `condition` holds."""
    masks = ",\n        ".join(_mask_sql(dimension) for dimension in mask_dimensions())
    return f"""
    SELECT l.letter_key, d.ordinal, l.items = 1 AS alone, d.outcome = 'overturned' AS overturned,
        l.decision_date, l.ur_denial_date, l.application_date, l.injury_date,
        list_contains(d.flags, 'modified_request') AS modified,
        list_contains(d.flags, 'associated_service') OR list_contains(d.flags, 'falls_with_surgery') AS ancillary,
        list_contains(d.flags, 'retrospective') AS retrospective,
        d.hybrid, {_profile_sql("d.admin_sources")} AS admin_profile, {_profile_sql("d.reviewer_sources")} AS reviewer_profile,
        {_group_sql("l.specialty_keys")} AS specialty_group, {_CLAIM_AGE_SQL} AS claim_age,
        {mtus_edition_sql("coalesce(CASE WHEN list_contains(d.flags, 'retrospective') THEN d.service_date END, l.ur_denial_date)")} AS mtus_edition,
        coalesce(d.category, '{NOT_STATED}') AS category, coalesce(d.subcategory, '{NOT_STATED}') AS subcategory,
        {masks}
    FROM decisions d JOIN letters l USING (letter_key)
    WHERE NOT l.superseded AND {condition}
    """


def _mask_sql(dimension: Dimension) -> str:
    table = "l" if dimension.whose == "letters" else "d"
    bits = {key: 1 << position for position, key in enumerate(dimension.keys)}
    entries = ", ".join(f"'{key}': {bit}" for key, bit in bits.items())
    lookup = f"MAP {{{entries}}}"
    return (
        f"list_reduce(list_prepend(0::UBIGINT, list_transform({table}.{dimension.listed}, lambda k: coalesce({lookup}[k], 0)::UBIGINT)), "
        f"lambda a, b: a | b)::UBIGINT AS {dimension.column}"
    )


def _group_sql(column: str) -> str:
    terms = vocabulary("specialties").terms.values()
    entries = ", ".join(f"'{term.key}': '{term.attributes['group']}'" for term in terms)
    groups = f"list_distinct(list_transform({column}, lambda k: coalesce(MAP {{{entries}}}[k], 'other')))"
    return f"CASE len({groups}) WHEN 0 THEN '{NOT_STATED}' WHEN 1 THEN {groups}[1] ELSE '{MIXED_GROUPS}' END"


def _profile_sql(column: str) -> str:
    """The exclusive source profile: MTUS only, MTUS and other, other only, none cited, not stated (statistics.md)."""
    return (
        f"CASE WHEN len({column}) = 0 THEN 'not_stated' WHEN {column} = ['none'] THEN 'none' WHEN {column} = ['mtus'] THEN 'mtus_only' "
        f"WHEN list_contains({column}, 'mtus') THEN 'mtus_and_other' ELSE 'other_only' END"
    )
