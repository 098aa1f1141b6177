"""Every value of a letter, and every value that charts make of it, leads back to words of the letter and to a rule.

The fields are those of the record's schema: a field that is added there fails here until its finding is named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from data import rules
from data.record import DATE_FIELDS, FLAGS, as_object
from data.record_schema import schema
from data.schema import dimensions
from data.vocabulary import vocabulary
from data.warehouse import Snapshot
from loaders.dates import DATE, parse_date
from loaders.ingest import records
from loaders.parse import parse_letter
from loaders.settle import fold, settle
from tests.builder import COVER, ISSUES_LEAD, NONE_ADMIN, NONE_REVIEWER, Item, labelled, raw_letter
from tests.conftest import ROOT, SAMPLES
from tests.shapes import SHAPES

Record = dict[str, Any]
Finding = dict[str, Any]

# Fields that hold no value of the letter.
OF_THE_RECORD = {
    *("record_version", "parser_version", "vocabulary_version"),  # who read it
    *("letter_id", "text_sha", "source", "text"),  # the letter itself
    "decisions[].ordinal",  # its place among the items
}
TRACES = ("findings[]", "problems[]")
SAYS_NOTHING = [("origin", "letter"), ("form", "unknown"), ("decisions[].mtus_silent", False)]

# Fields whose value a finding of one of these kinds holds as it is.
AS_IT_IS: dict[str, tuple[str, ...]] = {
    **{name: (name,) for name in ("form", "origin", "case_number", "priority")},
    **{f"dates.{name}": (f"date_{name}",) for name in DATE_FIELDS},
    "worker.age": ("worker_age",),
    "worker.sex": ("worker_sex",),
    "credentials.specialties[].role": ("specialty_role",),
    **{f"decisions[].{name}": (name,) for name in ("request", "original", "authorized", "outcome", "contrast")},
    "decisions[].disputed": ("disputed", "request"),  # all of the request, where nothing else is said
    "decisions[].body_parts[]": ("body_part",),
    "decisions[].laterality[]": ("laterality",),
    "decisions[].flags[]": ("flag",),
    "decisions[].reasons[]": ("reason",),
    "decisions[].service_date": ("date_service",),
    "decisions[].mtus_silent": ("mtus_silent",),
    "decisions[].category.subcategory": ("category",),
}
SIDES = ("claims_administrator", "reviewer")
for _side in SIDES:
    AS_IT_IS[f"decisions[].{_side}.sources[]"] = (f"{_side}_source",)
    _cited = f"decisions[].{_side}.citations[]"
    AS_IT_IS |= {f"{_cited}.{name}": (f"{_side}_{name}",) for name in ("source", "document", "edition", "pages")}
    AS_IT_IS[f"{_cited}.sections[]"] = (f"{_side}_section",)

# The words and the places that the record itself holds: a finding of this kind stands at the place.
PLACED = {
    "decisions[].imaging[].span": "imaging",
    "decisions[].rationale.span": "rationale",
    "decisions[].rationale.decisive": "decisive",
    **{f"decisions[].{side}.span": f"{side}_statement" for side in SIDES},
    **{f"decisions[].{side}.citations[].span": f"{side}_source" for side in SIDES},
}
WORDS = {
    "decisions[].rationale.text",
    *(f"decisions[].{side}{part}.text" for side in SIDES for part in ("", ".citations[]")),
}

# Kinds of findings and rules whose value is the words themselves.
AS_WRITTEN = {
    *("request", "disputed", "original", "authorized", "decisive"),
    *("statements/document", "statements/edition", "statements/section", "statements/pages"),
}


def keys_by_label(name: str) -> dict[str, str]:
    return {term.label: key for key, term in vocabulary(name).terms.items()}


def _licence(value: Any, _: Record, findings: list[Finding]) -> bool:
    return any(f["kind"] == "licence_state" and f["value"] == keys_by_label("states")[value] for f in findings)


def _specialty(value: Any, _: Record, findings: list[Finding]) -> bool:
    key = keys_by_label("specialties").get(value, "unknown")
    return any(f["kind"] == "specialty" and f["value"] == key for f in findings)


def _as_written(value: Any, _: Record, findings: list[Finding]) -> bool:
    return any(f["kind"] == "specialty" and f["words"] == value for f in findings)


def _study(_: Any, holder: Record, findings: list[Finding]) -> bool:
    value = f"{holder['modality']}:{holder['role']}"
    return any((f["kind"], f["value"], f["span"]) == ("imaging", value, holder["span"]) for f in findings)


def _asked_for(value: Any, _: Record, findings: list[Finding]) -> bool:
    return any(f["kind"] == "imaging" and f["value"] in (f"{value}:requested", f"{value}:hybrid") for f in findings)


def _quantity(_: Any, holder: Record, findings: list[Finding]) -> bool:
    amount = f"{holder['amount']:g} {holder['unit'] or ''}".strip()
    return any((f["kind"], f["value"]) == ("quantity", amount) for f in findings)


def _category(value: Any, _: Record, findings: list[Finding]) -> bool:
    terms = vocabulary("categories").terms
    return any(f["kind"] == "category" and terms[f["value"]].attributes["category"] == value for f in findings)


def _frame(value: Any, holder: Record, findings: list[Finding]) -> bool:
    rule = [f["rule"] for f in findings if f["kind"].endswith("_source") and f["span"] == holder["span"]]
    return any((name == "statements/mtus") is (value == "mtus") for name in rule)


BY_ANOTHER_NAME: dict[str, Callable[[Any, Record, list[Finding]], bool]] = {
    "credentials.licensed_in[]": _licence,
    "credentials.specialties[].name": _specialty,
    "credentials.specialties[].as_written": _as_written,
    "decisions[].imaging[].modality": _study,
    "decisions[].imaging[].role": _study,
    "decisions[].imaging_modalities[]": _asked_for,
    "decisions[].quantity.amount": _quantity,
    "decisions[].quantity.unit": _quantity,
    "decisions[].category.category": _category,
    **{f"decisions[].{side}.citations[].frame": _frame for side in SIDES},
}
TRACED = {*AS_IT_IS, *PLACED, *WORDS, *BY_ANOTHER_NAME}


def fields_of(part: Record, path: str = "") -> Iterator[str]:
    """The paths of all fields of a schema that hold no further fields."""
    part = next((one for one in part.get("anyOf", ()) if one.get("type") != "null"), part)
    if "properties" in part:
        for name, inner in part["properties"].items():
            yield from fields_of(inner, f"{path}.{name}" if path else name)
    elif part.get("type") == "array" and part["items"].get("type") != "integer":
        yield from fields_of(part["items"], f"{path}[]")
    else:
        yield path


def values_of(
    part: Any, path: str = "", ordinal: int | None = None, holder: Record | None = None
) -> Iterator[tuple[str, int | None, Any, Record]]:
    """Every value of a record with its path, the item it belongs to and the object that holds it."""
    if path in TRACES or part is None:
        return
    if isinstance(part, dict):
        for name, inner in part.items():
            yield from values_of(inner, f"{path}.{name}" if path else name, part.get("ordinal", ordinal), part)
    elif isinstance(part, list) and path not in PLACED:
        for inner in part:
            yield from values_of(inner, f"{path}[]", ordinal, holder)
    else:
        yield path, ordinal, part, holder or {}


def is_traced(path: str, value: Any, holder: Record, findings: list[Finding]) -> bool:
    if path in AS_IT_IS:
        said = "true" if value is True else str(value)
        return any(f["kind"] in AS_IT_IS[path] and f["value"] == said for f in findings)
    if path in PLACED:
        return any(f["kind"] == PLACED[path] and f["span"] == value for f in findings)
    if path in WORDS:
        return any(f["span"] == holder["span"] and f["words"] == value for f in findings)
    return BY_ANOTHER_NAME[path](value, holder, findings)


def holds(finding: Finding) -> bool:
    """Whether the words at a finding's place can be what its value and its rule say."""
    kind, value, words = finding["kind"], finding["value"], finding["words"]
    entry = re.fullmatch(r"(\w+)/(\w+)#\d+", finding["rule"])
    if kind.startswith("date_"):
        return bool(re.fullmatch(DATE, words, re.IGNORECASE)) and parse_date(words) == value
    if kind in AS_WRITTEN or finding["rule"] in AS_WRITTEN:
        return bool(words == value)
    if kind in ("case_number", "worker_age", "priority", "origin"):
        return value.lower() in re.sub(r"\s", "", words).lower()
    if entry:
        known = vocabulary(entry[1])
        shared = known.settings.get("terms_share_words")
        matches = next(known.mentions(words, [(0, len(words))], frozenset({entry[2]}))) if shared else ()
        return any(match.key == entry[2] for match in matches or known.find(words))
    return any(map(str.isalnum, words))


def misses(record: Record) -> list[str]:
    """What of a record leads nowhere, or to words that cannot be meant."""
    found: list[str] = []
    findings: list[Finding] = []
    for finding in record["findings"]:
        start, end = finding["span"]
        findings.append({**finding, "words": fold(record["text"][start:end])})
        if not (0 <= start < end <= len(record["text"]) and findings[-1]["words"]):
            found.append(f"no words: {finding}")
        elif not holds(findings[-1]):
            found.append(f"other words: {findings[-1]}")
        if not rules.known_rule(finding["rule"]):
            found.append(f"a rule without a sentence: {finding['rule']!r}")
    for path, ordinal, value, holder in values_of(record):
        if path in OF_THE_RECORD or (path, value) in SAYS_NOTHING:
            continue
        if not is_traced(path, value, holder, [f for f in findings if f["decision"] == ordinal]):
            found.append(f"no finding: {path} of item {ordinal}: {value!r}")
    for problem in record["problems"]:
        placed = problem["span"] is not None and record["text"][slice(*problem["span"])].strip()
        if not placed and not rules.why_without_place(problem["code"]):
            found.append(f"a problem without a place: {problem}")
    return found


def record_of(text: str) -> Record:
    record: Record = as_object(parse_letter(settle(text), "letter.txt"))
    return record


MODIFIED = (
    "Twelve visits of therapy for the left knee was the original request. Six visits was authorized by the Claims "
    "Administrator. The remaining IMR eligible portion of the original request, for six visits of therapy for the left knee, is"
)
LETTERS = {
    "modified": raw_letter(Item(MODIFIED, gap=": "), Item("Bone scan with SPECT, QTY: 1.00"), cover=COVER),
    "nothing cited": raw_letter(Item(admin=NONE_ADMIN, reviewer=NONE_REVIEWER), cover=COVER),
    "falls with surgery": raw_letter(
        Item(
            "Associated surgical service: Retrospective request for 12 tablets (DOS 10/20/2016)",
            admin=NONE_ADMIN,
            reviewer=NONE_REVIEWER,
            rationale="The operation is not medically necessary. None of the associated services is medically necessary.",
        ),
        cover=COVER,
    ),
    "citations": raw_letter(
        Item(
            "CT of the right knee with contrast, patch, quantity of 30",
            admin="Decision based on MTUS Knee\nComplaints 2004, Section(s): Special\nStudies, and Surgery, Pages 341-343. "
            "Decision based on Non-MTUS Citation Official Disability Guidelines (ODG), Knee Chapter, 2016.",
            reviewer="Decision based on Non-MTUS Citation: A Book of Knees, 5th edition, pages 12-14; "
            "Wheel and others, Journal of Joints 2011.",
            rationale="The MTUS does not address the study. ODG is silent too. The study is not medically necessary.",
        ),
        credentials="The physician reviewer is Board Certified in Orthopedic Surgery, has a subspecialty in Sports Medicine "
        "and is licensed to practice in Texas, California.",
        cover=COVER,
    ),
    "as labelled": raw_letter(credentials=labelled("Texas, Nowhere", "Neurology, Rheumatologyy, Wheelcraft")),
    "in prose": raw_letter(
        summary="The patient is a 50-year-old man with a date of injury of 3/4/2015. On 5/6/2016 utilization review denied it."
    ),
    "sample": "SAMPLE LETTER WRITTEN FOR OVERTURN.\n\n" + raw_letter(cover=COVER),
    "the same guidelines": "INDEPENDENT MEDICAL REVIEW DECISION AND RATIONALE\n\n"
    "1) MAXIMUS Federal Services, Inc. has determined the request for an MRI of the knee is not medically necessary and "
    "appropriate.\n\nThe Claims Administrator based its decision on the Knee Complaints, which is part of the MTUS.\n\n"
    "The Expert Reviewer found the guidelines used by the Claims Administrator relevant and appropriate.\n\n"
    "Rationale for the Decision:\n\nThe knee is stable.",
}


def test_every_field_of_the_record_is_traced() -> None:
    fields = {path for path in fields_of(schema()) if not path.startswith(tuple(f"{trace}." for trace in TRACES))}
    assert fields == OF_THE_RECORD | TRACED


@pytest.mark.parametrize("name", LETTERS)
def test_every_value_of_a_letter_leads_to_words_and_a_rule(name: str) -> None:
    assert misses(record_of(LETTERS[name])) == []


def all_records(*folders: Path) -> list[Record]:
    return list(records(folders, lambda _: None, lambda: None))


def test_every_value_of_the_samples_leads_to_words_and_a_rule() -> None:
    read = all_records(SAMPLES / "letters")
    assert len(read) == 40
    assert {record["source"]: found for record in read if (found := misses(record))} == {}
    stated = {path for record in [*read, *map(record_of, LETTERS.values())] for path, _, _, _ in values_of(record)}
    assert stated >= TRACED  # no field is traced in vain


def test_every_value_of_the_real_letters_leads_to_words_and_a_rule(letters_folder: Path) -> None:
    read = all_records(letters_folder)
    assert len(read) > 90
    found = {record["source"]: [miss.split(":")[0] for miss in lost] for record in read if (lost := misses(record))}
    assert found == {}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_value_is_traced_however_the_letter_is_laid_out(shape: str) -> None:
    paths = sorted((SAMPLES / "letters").glob("*.txt"))[::5]
    texts = [*LETTERS.values(), *(path.read_text("utf-8") for path in paths)]
    assert [misses(record_of(SHAPES[shape](settle(text)))) for text in texts] == [[] for _ in texts]


@pytest.mark.parametrize("kind", ["original", "date_injury", "claims_administrator_section", "outcome"])
def test_a_finding_that_is_lost_is_missed(kind: str) -> None:
    read = [record_of(text) for text in LETTERS.values()]
    for record in read:
        record["findings"] = [finding for finding in record["findings"] if finding["kind"] != kind]
    assert any(misses(record) for record in read)


@pytest.mark.parametrize("change", [{"span": [0, 0]}, {"span": [3, 9]}, {"rule": ""}, {"rule": "no/such_rule"}])
def test_a_finding_that_leads_elsewhere_is_missed(change: Record) -> None:
    record = record_of(LETTERS["modified"])
    record["findings"] = [
        {**finding, **change} if finding["kind"] == "date_decision" else finding for finding in record["findings"]
    ]
    assert misses(record)


def test_the_sentence_that_says_none_was_cited_is_where_none_leads() -> None:
    record = record_of(LETTERS["nothing cited"])
    said = {f["kind"]: record["text"][slice(*f["span"])] for f in record["findings"] if f["value"] == "none"}
    assert (said["claims_administrator_source"], said["reviewer_source"]) == (NONE_ADMIN, NONE_REVIEWER)


def test_a_flag_leads_to_the_words_that_make_it() -> None:
    record = record_of(LETTERS["falls with surgery"])
    said = {f["value"]: record["text"][slice(*f["span"])] for f in record["findings"] if f["kind"] == "flag"}
    assert said == {
        "associated_service": "Associated surgical service:",
        "retrospective": "Retrospective request",
        "falls_with_surgery": "operation is not medically necessary",
    }


# --- problems ---

_STABLE = "The knee is stable. The study is not medically necessary."
_LATER = [line.replace("UR Denial Date: 11/18/2016", "UR Denial Date: 11/18/2018") for line in COVER]
_EARLIER = [line.replace("UR Denial Date: 11/18/2016", "UR Denial Date: 11/18/2015") for line in COVER]
WRONG = {
    "no_cover": raw_letter(),
    "date_unreadable": raw_letter(cover=[line.replace("11/18/2016", "13/40/2016") for line in COVER]),
    "cover_unsure": raw_letter(
        cover=[
            "Case Number:",
            "Date of Injury:",
            "Decision Date:",
            "Priority:",
            "CM16-0990099",
            "01/09/2017",
            "Standard",
        ]
    ),
    "denial_before_injury": raw_letter(cover=_EARLIER),
    "dates_out_of_order": raw_letter(cover=_LATER),
    "injury_dates_differ": raw_letter(cover=COVER, summary="The patient is 41. The date of injury is 3/4/2015."),
    "unknown_term": raw_letter(credentials=labelled(specialties="Wheelcraft"), cover=COVER),
    "credentials_unread": raw_letter(credentials="Licences and specialties are those of a neurologist.", cover=COVER),
    "statement_missing": raw_letter(Item(admin=None), cover=COVER),
    "statement_unread": raw_letter(Item(admin="See the letter of last week."), cover=COVER),
    "rationale_missing": raw_letter(Item(rationale=None), cover=COVER),
    "outcome_against_rationale": raw_letter(Item(outcome="Overturned"), cover=COVER),
    "outcome_unreadable": raw_letter(Item(), Item(outcome="Adjourned"), cover=COVER),
    "guideline_against_body_part": raw_letter(
        Item(reviewer="Decision based on MTUS Low Back Complaints 2004."), cover=COVER
    ),
    "rationale_repeated": raw_letter(
        Item(rationale=_STABLE), Item("Office visit", admin=NONE_ADMIN, rationale=_STABLE), cover=COVER
    ),
    "modified_request_unsplit": raw_letter(
        Item("CT and bone scan, CT authorized by the Claims Administrator"), cover=COVER
    ),
    "text_left_over": raw_letter(cover=COVER).replace(
        ISSUES_LEAD, "A paragraph that belongs to no part of the letter at all. " * 4 + ISSUES_LEAD
    ),
    "text_after_decision": raw_letter(Item(rationale=_STABLE + " The worker walks to the shop and back." * 20)),
}


def codes_in_code() -> set[str]:
    written = "".join(path.read_text("utf-8") for path in (ROOT / "loaders").glob("*.py"))
    named = re.findall(r'Problem\(\s*"([a-z_]+)"', written)
    return {*named, "denial_before_injury", "dates_out_of_order"}  # one of the two, told apart where they are made


def test_every_problem_there_is_has_a_letter_here() -> None:
    assert set(WRONG) == codes_in_code()


@pytest.mark.parametrize("code", WRONG)
def test_a_problem_leads_to_its_place_or_says_why_it_has_none(code: str) -> None:
    record = record_of(WRONG[code])
    found = [problem for problem in record["problems"] if problem["code"] == code]
    assert found, record["problems"]
    assert misses(record) == []
    for problem in found:
        assert (problem["span"] is None) is (rules.why_without_place(code) is not None)


# --- rules ---


def rules_in_code() -> set[str]:
    """Every rule that a module of the loaders or of the data names, those of the vocabularies left out."""
    written = "".join(
        path.read_text("utf-8") for folder in ("loaders", "data") for path in (ROOT / folder).glob("*.py")
    )
    stems = {
        "parse",
        "sections",
        "cover",
        "dates",
        "worker",
        "credentials",
        "specialties",
        "states",
        "items",
        "categories",
    }
    found = set(re.findall(rf'"((?:{"|".join([*stems, "statements", "rationale"])})/[a-z_]+)"', written))
    labels = (*DATE_FIELDS, "case_number", "priority")
    made = {f"cover/{label}" for label in labels if label != "decision"} | {"cover/decision"}
    return found | made | {f"items/{name}" for name in (*FLAGS, "original", "authorized", "disputed")}


def test_every_rule_has_a_sentence_and_every_sentence_a_rule() -> None:
    assert set(rules.rules()) == rules_in_code()
    assert all(len(sentence) > 30 and sentence.endswith(".") for sentence in rules.rules().values())


def test_a_rule_of_a_vocabulary_names_its_entry_and_file() -> None:
    said = rules.explanation("mtus_parts/knee_complaints#1")
    assert said == "Words of the entry Knee Complaints in mtus_parts.toml, pattern 1."
    for unknown in ("elsewhere/knee#1", "mtus_parts/knee_complaints#99", "mtus_parts/elsewhere#1", "cover/moon", ""):
        assert rules.known_rule(unknown) is None
        assert "another parser" in rules.explanation(unknown)


# --- what charts make of a letter ---

# The finding that holds a column of `facts` as it is; every other column is a derived value.
FACTS = {
    "overturned": "outcome",
    "modified": "flag",
    "retrospective": "flag",
    "modified_request": "flag",
    "retrospective_request": "flag",
    "contrast": "contrast",
    "priority": "priority",
    "laterality_mask": "laterality",
    "board_mask": "specialty",
    "subspecialty_mask": "specialty",
    **{f"{name}_date": f"date_{name}" for name in ("decision", "ur_denial", "injury")},
    "application_date": "date_application_received",
    "subcategory": "category",
    "modality_mask": "imaging",
    "admin_mask": "claims_administrator_source",
    "reviewer_mask": "reviewer_source",
    "specialty_mask": "specialty",
    "body_mask": "body_part",
    "state_mask": "licence_state",
    "study_mask": "imaging",
    "reason_mask": "reason",
}


def test_every_column_that_charts_count_is_a_value_or_a_derived_one(sample_warehouse: Snapshot) -> None:
    with sample_warehouse.connect() as connection:
        columns = {row[0] for row in connection.execute("DESCRIBE facts").fetchall()} - {"letter_key", "ordinal"}
        letters = connection.execute("SELECT letter_key, text_part FROM letters").fetchall()
    kinds = {finding["kind"] for key, part in letters for finding in sample_warehouse.text_and_findings(key, part)[1]}
    assert {dimension.column for dimension in dimensions().values()} <= columns
    columns -= {"alone", "collection", "ancillary_item"}  # items of the letter, a tag of the load, `ancillary` in words
    assert columns == {*FACTS} | (columns & set(rules.derived()))
    assert set(FACTS.values()) <= kinds
    named = {kind.partition("=")[0] for value in rules.derived().values() for kind in value.kinds}
    assert named <= kinds


def test_a_derived_value_leads_to_the_findings_it_follows_from() -> None:
    findings = [
        {"kind": kind, "value": value}
        for kind, value in (
            *(("date_ur_denial", "2016-11-18"), ("imaging", "ct:discussed"), ("imaging", "spect:hybrid")),
            *(("flag", "retrospective"), ("flag", "associated_service"), ("date_service", "2016-10-20")),
        )
    ]
    derived = rules.derived()
    assert derived["modalities"].sources(findings) == [2]
    assert derived["ancillary"].sources(findings) == [4]
    assert derived["mtus_edition"].sources(findings) == [5]
    assert derived["mtus_edition"].sources(findings[:5]) == [0]
    assert derived["claim_age"].sources(findings) == [0]
