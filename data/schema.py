"""The tables of a snapshot, in one place for the loader that writes them and the pages that read them.

`letters`, `decisions`, `citations`, `problems` hold what the records say, but for the letters' texts and the findings in
them: those lie in Parquet files beside the database that snapshots share (`text_part`). `files` tells which letter the
bytes of a file were, by the first 63 bits of their sha256. `facts` is the one wide table that
charts read: a row a disputed item of a charted letter, sorted by decision date, every multi-valued dimension as a bit
mask (UBIGINT); `alone` where the letter holds no other item. `cited` says which sources, documents and sections each
side of an item names, by the item's row in `facts`. `terms` says which bit is which key, `answers` holds what pages ask
of the whole snapshot (data/standing.py).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal

from data import derivations
from data.categories import categories, subcategories
from data.derivations import (
    AGREEMENTS,
    ANCILLARY,
    CLAIM_AGES,
    DECISION_DAYS,
    LICENCES,
    MODIFIED,
    PRIORITIES,
    PROFILES,
    RETROSPECTIVE,
    STEPS,
    STUDIES,
    agreement_sql,
    days_sql,
    drug_classes,
    group_sql,
    licence_sql,
    profile_sql,
    specialty_groups,
    step_sql,
    studies_sql,
    study_sql,
    yes_no_sql,
)
from data.imaging import fused_labels, modality_keys
from data.mtus_history import mtus_edition_sql, mtus_editions
from data.reasons import usable_reasons
from data.vocabulary import vocabulary

Whose = Literal["letters", "decisions"]
NOT_STATED = derivations.NOT_STATED

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
    `listed` is the list column there (empty where the mask is derived), with a `role` a list of named records of which those in that role count.
    A value holds exactly one, so its groups add up to the whole. The keys of an `open` dimension are what the data hold
    (`Questions.keys`), so `keys` is empty. `note` is what to know of it before counting.
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
    role: str = ""
    open: bool = False

    def term_label(self, key: str) -> str:
        """What people read for `key`."""
        if key == NOT_STATED:
            return self.unstated
        if key in self.labels or not self.vocabulary:
            return self.labels.get(key, key)
        return vocabulary(self.vocabulary).label(key)


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


def _value(
    key: str, label: str, whose: Whose, labels: Mapping[str, str], unstated: str = "Not stated", column: str = ""
) -> Dimension:
    return Dimension(
        key, label, column or key, "", whose, "", (*labels, NOT_STATED), unstated, kind="value", labels=labels
    )


def _role(key: str, label: str, role: str) -> Dimension:
    keys = (*_keys("specialties"), "unknown")
    return replace(_mask(key, label, "specialties", "letters", "specialties", keys), role=role, note=_ROLES)


_SOURCES, _MODALITIES, _NO_STUDY = _keys("sources"), modality_keys(), "No imaging study"
_ROLES = "Only forms that say which certification is a board and which a subspecialty; most letters do not."
_DIMENSIONS = (
    _value("category", "Treatment category", "decisions", categories()),
    _value("subcategory", "Treatment subcategory", "decisions", subcategories()),
    _mask("modality", "Imaging modality", "modalities", "decisions", "imaging_modalities", _MODALITIES, _NO_STUDY),
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
    _value("drug_class", "Drug class", "decisions", drug_classes(), "Not a drug, or its class not known"),
    replace(
        _mask(
            "study", "Imaging, fused apart", "modalities", "decisions", "", (*_MODALITIES, *fused_labels()), _NO_STUDY
        ),
        labels=fused_labels(),
    ),
    _value("hybrid", "Fused studies", "decisions", STUDIES, "No imaging study"),
    replace(
        _value("contrast", "Contrast medium", "decisions", {}),
        vocabulary="contrast",
        keys=("with", "without", "with_and_without", NOT_STATED),
    ),
    _mask("laterality", "Side of the body", "laterality", "decisions", "laterality", _keys("laterality")),
    _value("admin_step", "First search step of the claims administrator", "decisions", STEPS),
    _value("reviewer_step", "First search step of the reviewer", "decisions", STEPS),
    _value("agreement", "Sources of both sides", "decisions", AGREEMENTS, "A side states nothing"),
    _role("board", "Board certification of the reviewer", "board"),
    _role("subspecialty", "Subspecialty of the reviewer", "subspecialty"),
    _value("licence", "Licence of the reviewer", "letters", LICENCES),
    _value("decision_days", "Days from application to decision", "letters", DECISION_DAYS),
    _value("priority", "Priority", "letters", PRIORITIES),
    _value("modified", "Modified requests", "decisions", MODIFIED, column="modified_request"),
    _value("ancillary", "Ancillary items", "decisions", ANCILLARY, column="ancillary_item"),
    _value("retrospective", "Retrospective requests", "decisions", RETROSPECTIVE, column="retrospective_request"),
    replace(_value("collection", "Collection", "letters", {}, "No collection"), keys=(), open=True),
)


def mask_dimensions() -> list[Dimension]:
    """The dimensions that are bit masks in `facts`."""
    return [dimension for dimension in _DIMENSIONS if dimension.kind == "mask"]


@cache
def schema_version() -> str:
    """Eight hex digits that change whenever a table or a dimension does: a snapshot of another version is not read."""
    shape = TABLES + ";".join(f"{dimension.key}:{dimension.column}:{dimension.kind}" for dimension in _DIMENSIONS)
    return hashlib.sha256(shape.encode()).hexdigest()[:8]


def facts_sql(condition: str = "true", order: str = "") -> str:
    """SQL of the rows of `facts` out of the record tables: one a disputed item of a charted letter, for which `condition` holds.

    What is the letter's is made once a letter, before its items are joined; what follows from masks is made last, after the
    rows are put in `order`, so that the sort carries less.
    """
    dates = "decision_date, ur_denial_date, application_date, injury_date"
    asked = "coalesce(CASE WHEN retrospective THEN service_date END, ur_denial_date)"
    return f"""
    SELECT letter_key, ordinal, items = 1 AS alone, overturned, {dates}, modified, ancillary, retrospective,
        admin_profile, reviewer_profile, specialty_group, claim_age, {mtus_edition_sql(asked)} AS mtus_edition,
        category, subcategory, CASE category WHEN 'pharmaceuticals' THEN subcategory ELSE '{NOT_STATED}' END AS drug_class,
        {studies_sql("modality_mask", "fused")} AS hybrid, {study_sql("modality_mask", "fused")} AS study_mask, contrast,
        {step_sql("admin_mask", _SOURCES)} AS admin_step, {step_sql("reviewer_mask", _SOURCES)} AS reviewer_step,
        {agreement_sql("admin_mask", "reviewer_mask", _SOURCES)} AS agreement,
        {licence_sql("state_mask", _keys("states"))} AS licence, decision_days, priority, collection,
        {yes_no_sql("modified")} AS modified_request, {yes_no_sql("ancillary")} AS ancillary_item,
        {yes_no_sql("retrospective")} AS retrospective_request,
        {", ".join(dimension.column for dimension in mask_dimensions() if dimension.listed)}
    FROM (FROM (SELECT d.letter_key, d.ordinal, d.outcome = 'overturned' AS overturned, d.hybrid AS fused, d.service_date,
        list_contains(d.flags, 'modified_request') AS modified,
        list_contains(d.flags, 'associated_service') OR list_contains(d.flags, 'falls_with_surgery') AS ancillary,
        list_contains(d.flags, 'retrospective') AS retrospective,
        {profile_sql("d.admin_sources")} AS admin_profile, {profile_sql("d.reviewer_sources")} AS reviewer_profile,
        {_text_sql("d.category")} AS category, {_text_sql("d.subcategory")} AS subcategory,
        {_text_sql("d.contrast")} AS contrast, {_masks_sql("decisions")} FROM decisions d)
    JOIN (SELECT l.letter_key, l.items, {dates}, {_text_sql("l.priority")} AS priority,
        {_text_sql("l.collection")} AS collection, {group_sql("l.specialty_keys")} AS specialty_group,
        {days_sql("l.injury_date", "l.ur_denial_date", CLAIM_AGES)} AS claim_age,
        {days_sql("l.application_date", "l.decision_date", DECISION_DAYS)} AS decision_days, {_masks_sql("letters")}
        FROM letters l WHERE NOT l.superseded AND {condition}) USING (letter_key) {order})
    """


def cited_sql() -> str:
    """SQL of the rows of `cited` out of `facts` and `citations`: one an item, side, source, document and section, each once.

    `item` is the item's `rowid` in `facts`, which is never changed but made anew, so its rows count from 0 in its order;
    `section` is NULL where a citation names none, `document` likewise. Rows of a side lie together, in the order of `facts`.
    """
    sections = "unnest(CASE WHEN len(c.sections) = 0 THEN [NULL] ELSE c.sections END)"
    return (
        f"SELECT DISTINCT f.rowid::UINTEGER AS item, c.side, c.source, c.document, {sections} AS section "
        "FROM citations c JOIN facts f USING (letter_key, ordinal) ORDER BY side, item"
    )


def _masks_sql(whose: Whose) -> str:
    return ",\n        ".join(
        _mask_sql(dimension) for dimension in mask_dimensions() if dimension.whose == whose and dimension.listed
    )


def _text_sql(column: str) -> str:
    return f"coalesce({column}, '{NOT_STATED}')"


def _mask_sql(dimension: Dimension) -> str:
    bits = {key: 1 << position for position, key in enumerate(dimension.keys)}
    listed = f"{'l' if dimension.whose == 'letters' else 'd'}.{dimension.listed}"
    otherwise = 0
    if dimension.role:  # a record stands there by its name, which the vocabulary may not know
        listed = f"list_transform(list_filter({listed}, lambda s: s.role = '{dimension.role}'), lambda s: s.name)"
        otherwise = bits["unknown"]
        bits = {dimension.term_label(key).replace("'", "''"): bit for key, bit in bits.items() if key != "unknown"}
    entries = ", ".join(f"'{key}': {bit}" for key, bit in bits.items())
    lookup = f"MAP {{{entries}}}"
    return (
        f"list_reduce(list_prepend(0::UBIGINT, list_transform({listed}, lambda k: coalesce({lookup}[k], {otherwise})::UBIGINT)), "
        f"lambda a, b: a | b)::UBIGINT AS {dimension.column}"
    )
