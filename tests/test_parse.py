"""The letter record as a whole: against its schema, with a place for every value it states."""

from __future__ import annotations

import json
from typing import Any

import pytest

from data.errors import RecordError
from data.record import Letter, as_object
from data.record_schema import FILE, check_record, schema
from data.vocabulary import version, vocabulary
from loaders import PARSER_VERSION
from loaders.ingest import records
from loaders.settle import fold, letter_id, settle, text_sha
from tests.builder import COVER, NONE_ADMIN, Item, labelled, raw_letter, read_letter
from tests.conftest import SAMPLES

FULL = raw_letter(
    Item("Repeat CT scan of the right knee with contrast QTY:2.00"),
    Item(
        "Associated surgical service: Bone scan",
        "Overturned",
        admin=NONE_ADMIN,
        rationale="The knee is swollen and warm. The study is medically necessary.",
    ),
    credentials=labelled("Texas, California", "Neurology, Rheumatologyy"),
    cover=COVER,
)
SAMPLE_RECORDS = [
    pytest.param(record, id=record["source"])
    for record in records([SAMPLES / "letters"], lambda refusal: pytest.fail(str(refusal)), lambda: None)
]


def full() -> Letter:
    from loaders.parse import parse_letter

    return parse_letter(settle(FULL), "folder/letter.txt")


def test_the_schema_file_is_the_schema() -> None:
    assert json.loads(FILE.read_text("utf-8")) == schema(), (
        "a vocabulary or the record changed; run: make accept (or python -m loaders schema > data/letter_record.schema.json)"
    )


def test_schema_lists_are_the_vocabularies() -> None:
    decision = schema()["properties"]["decisions"]["items"]["properties"]
    assert decision["body_parts"]["items"]["enum"] == list(vocabulary("body_parts").terms)
    assert decision["reviewer"]["properties"]["sources"]["items"]["enum"] == list(vocabulary("sources").terms)
    assert decision["imaging_modalities"]["items"]["enum"][:4] == ["bone_scan", "spect", "ct", "dexa"]


def test_the_record_of_a_letter() -> None:
    record = as_object(full())
    assert list(record) == list(schema()["properties"])
    assert {key: record[key] for key in ("record_version", "source", "origin", "form", "case_number", "priority")} == {
        "record_version": 1,
        "source": "folder/letter.txt",
        "origin": "letter",
        "form": "F4",
        "case_number": "CM16-0990099",
        "priority": "standard",
    }
    assert (record["parser_version"], record["vocabulary_version"]) == (PARSER_VERSION, version())
    assert (record["letter_id"], record["text_sha"]) == (letter_id(record["text"]), text_sha(record["text"]))
    assert record["dates"] == {
        "injury": "2016-10-14",
        "ur_denial": "2016-11-18",
        "application_received": "2016-11-29",
        "assigned": "2016-12-05",
        "decision": "2017-01-09",
    }
    assert record["worker"] == {"age": 41, "sex": "female"}
    assert record["credentials"] == {
        "licensed_in": ["Texas", "California"],
        "specialties": [
            {"name": "Neurology", "as_written": "Neurology", "role": None},
            {"name": "Rheumatology", "as_written": "Rheumatologyy", "role": None},
        ],
    }
    assert record["problems"] == []
    first, second = record["decisions"]
    assert {key: first[key] for key in ("ordinal", "outcome", "imaging_modalities", "laterality", "contrast")} == {
        "ordinal": 1,
        "outcome": "upheld",
        "imaging_modalities": ["ct"],
        "laterality": ["right"],
        "contrast": "with",
    }
    assert first["quantity"] == {"amount": 2.0, "unit": None}
    assert (second["outcome"], second["flags"]) == ("overturned", ["associated_service"])
    assert second["claims_administrator"]["sources"] == ["none"]
    decisive = first["rationale"]["decisive"]
    assert record["text"][slice(*decisive)] == "The study is not medically necessary."


@pytest.mark.parametrize("record", SAMPLE_RECORDS)
def test_sample_records_keep_the_contract(record: dict[str, Any]) -> None:
    assert check_record(json.loads(json.dumps(record))) == record


@pytest.mark.parametrize("record", SAMPLE_RECORDS)
def test_every_span_indexes_its_value(record: dict[str, Any]) -> None:
    text = record["text"]
    for finding in record["findings"]:
        start, end = finding["span"]
        assert 0 <= start < end <= len(text), finding
        if finding["kind"] in ("request", "disputed", "decisive"):
            assert fold(text[start:end]) == finding["value"]
        if finding["kind"] == "outcome":
            assert text[start:end].lower() == finding["value"]
        if finding["kind"] == "case_number":
            assert text[start:end] == record["case_number"]
        if finding["kind"] == "worker_age":
            assert str(record["worker"]["age"]) in text[start:end]
    for decision in record["decisions"]:
        assert fold(text[slice(*decision["rationale"]["span"])]) == decision["rationale"]["text"]
        for side in ("claims_administrator", "reviewer"):
            assert fold(text[slice(*decision[side]["span"])]) == decision[side]["text"]
            for citation in decision[side]["citations"]:
                assert fold(text[slice(*citation["span"])]) == citation["text"]


@pytest.mark.parametrize("record", SAMPLE_RECORDS)
def test_findings_cover_every_value_the_record_states(record: dict[str, Any]) -> None:
    found = {(finding["kind"], finding["value"], finding["decision"]) for finding in record["findings"]}
    kinds = {(finding["kind"], finding["decision"]) for finding in record["findings"]}
    expected: set[tuple[str, str, int | None]] = {
        (f"date_{name}", value, None) for name, value in record["dates"].items() if value
    }
    for name in ("case_number", "priority"):
        expected |= {(name, record[name], None)} if record[name] else set()
    for name, value in record["worker"].items():
        expected |= {(f"worker_{name}", str(value), None)} if value else set()
    for decision in record["decisions"]:
        number = decision["ordinal"]
        expected |= {("request", decision["request"], number), ("outcome", decision["outcome"], number)}
        expected |= {("imaging", f"{study['modality']}:{study['role']}", number) for study in decision["imaging"]}
        expected |= {("body_part", key, number) for key in decision["body_parts"]}
        expected |= {("laterality", key, number) for key in decision["laterality"]}
        expected |= {("flag", key, number) for key in decision["flags"]}
        expected |= {("reason", key, number) for key in decision["reasons"]}
        expected |= {("date_service", decision["service_date"], number)} if decision["service_date"] else set()
        expected |= {("mtus_silent", "true", number)} if decision["mtus_silent"] else set()
        expected |= {("category", decision["category"]["subcategory"], number)} if decision["category"] else set()
        expected |= {("contrast", decision["contrast"], number)} if decision["contrast"] else set()
        for side in ("claims_administrator", "reviewer"):
            expected |= {(f"{side}_source", citation["source"], number) for citation in decision[side]["citations"]}
            assert (f"{side}_statement", number) in kinds
        assert (("quantity", number) in kinds) is (decision["quantity"] is not None)
        assert (("disputed", number) in kinds) is (decision["disputed"] != decision["request"])
        assert ("rationale", number) in kinds
    assert expected <= found
    assert sum(kind == "licence_state" for kind, _, _ in found) == len(record["credentials"]["licensed_in"])
    named = {(finding["kind"], *finding["span"]) for finding in record["findings"] if finding["kind"] == "specialty"}
    assert len(named) == len(record["credentials"]["specialties"])


@pytest.mark.parametrize(
    ("summary", "age", "sex"),
    [
        ("This case involves a now 57-year-old male machinist.", 57, "male"),
        ("The applicant is a 54 year old woman.", 54, "female"),
        ("She is 33 years of age.", 33, None),
        ("A 52 y/o male fell.", 52, "male"),
        ("38 yo F with a burn.", 38, "female"),
        ("The worker is a thirty-two year old man.", 32, "male"),
        ("Her father, an 81 year old man, drives. The worker is a 44 year old woman.", 44, "female"),
        ("His wife, a 66 year old woman, drives.", None, None),
        ("A 20 year old claim.", None, None),
        ("The patient, aged 61, is a man who fell.", 61, "male"),
        ("A female cook was burned.", None, "female"),
        ("The worker fell 3 years ago.", None, None),
        ("A 9 year old claim.", None, None),
        ("The patient is an employee of the  and has filed a claim.", None, None),
    ],
)
def test_age_and_sex(summary: str, age: int | None, sex: str | None) -> None:
    worker = read_letter(summary=summary).worker
    assert (worker.age, worker.sex) == (age, sex)


def test_a_letter_without_cover_says_so() -> None:
    letter = read_letter()
    assert (letter.case_number, letter.dates.decision, letter.priority) == (None, None, None)
    assert [problem.code for problem in letter.problems] == ["no_cover"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"letter_id": "x"}, "letter_id"),
        ({"decisions": []}, "decisions"),
        ({"form": "F9"}, "form"),
        ({"case_number": "16-1"}, "case_number"),
        ({"text": ""}, "text"),
        ({"dates": {**as_object(full().dates), "injury": "2016-02-30"}}, "dates.injury"),
        ({"worker": {"age": 100000, "sex": None}}, "worker.age"),
        ({"source": "half \ud800"}, "source"),
        ({"findings": [{"kind": "a", "value": "b", "span": [5, 4], "rule": "", "decision": None}]}, "span"),
        ({"findings": [{"kind": "a", "value": "b", "span": [0, 10**9], "rule": "", "decision": None}]}, "span"),
        ({"problems": [{"code": "a", "message": "b", "span": [1, 10**9]}]}, "span"),
        ({"problems": [{"code": "a", "message": "b", "span": None, "kind": "c"}]}, "problems.0.kind"),
        ({"decisions": [{**as_object(full().decisions[0]), "service_date": "2016-02-30"}]}, "decisions.0.service_date"),
        ({"decisions": [{**as_object(full().decisions[0]), "mtus_silent": 1}]}, "decisions.0.mtus_silent"),
    ],
)
def test_records_that_break_the_contract_are_refused_with_the_key(change: dict[str, Any], message: str) -> None:
    with pytest.raises(RecordError, match=message):
        check_record({**as_object(full()), **change})


def changed(*path: str | int, to: Any) -> dict[str, Any]:
    """The full record with the value at `path` changed."""
    record = json.loads(json.dumps(as_object(full())))
    part = record
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = to
    return dict(record)


STUDY = {"modality": "mri", "role": "requested", "span": [0, 3]}


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (changed("decisions", 1, "ordinal", to=1), "decisions: the ordinals do not rise"),
        (changed("decisions", 0, "ordinal", to=3), "decisions: the ordinals do not rise"),
        (changed("case_number", to="CM16-0990099\n"), "case_number: it has white space"),
        (changed("decisions", 0, "imaging", to=[]), "decisions.0.imaging_modalities: they are not the studies"),
        (changed("decisions", 0, "imaging_modalities", to=[]), "decisions.0.imaging_modalities"),
        (changed("decisions", 1, "imaging", 0, "role", to="guidance"), "decisions.1.imaging_modalities"),
        (changed("decisions", 0, "imaging", to=[STUDY]), "decisions.0.imaging_modalities"),
        (
            changed("decisions", 0, "reviewer", "sources", to=["odg", "mtus"]),
            "decisions.0.reviewer.sources: they are not",
        ),
        (changed("decisions", 0, "reviewer", "sources", to=["mtus", "none"]), "decisions.0.reviewer.sources"),
        (
            changed("decisions", 1, "claims_administrator", "sources", to=["none", "odg"]),
            "claims_administrator.sources",
        ),
        (
            changed("decisions", 0, "quantity", "amount", to=float("nan")),
            "decisions.0.quantity: the amount is no number",
        ),
        (changed("decisions", 0, "quantity", "amount", to=float("inf")), "decisions.0.quantity"),
        (changed("findings", 0, "decision", to=3), "findings.0.decision: there is no such item"),
        (changed("findings", 0, "decision", to=0), "findings.0.decision"),
    ],
)
def test_records_whose_values_do_not_agree_are_refused(record: dict[str, Any], message: str) -> None:
    with pytest.raises(RecordError, match=message):
        check_record(record)


@pytest.mark.parametrize(
    "record",
    [
        changed("decisions", 1, "ordinal", to=5),  # items that were left out leave a gap
        changed("decisions", 0, "reviewer", "sources", to=["mtus", "odg"]),
        changed("decisions", 0, "reviewer", "sources", to=[]),
        changed("decisions", 0, "quantity", to=None),
        changed(
            "decisions", 0, "imaging", to=[{**STUDY, "modality": "ct", "role": "hybrid"}, STUDY | {"role": "discussed"}]
        ),
    ],
)
def test_records_whose_values_agree_are_taken(record: dict[str, Any]) -> None:
    known = {decision["ordinal"] for decision in record["decisions"]}
    record["findings"] = [finding for finding in record["findings"] if finding["decision"] in (None, *known)]
    assert check_record(record)


def test_a_record_without_the_later_keys_is_still_one() -> None:
    record = as_object(full())
    for decision in record["decisions"]:
        del decision["service_date"], decision["mtus_silent"]
    assert check_record({**record, "problems": [{"code": "a", "message": "b", "span": None}]})


def test_a_span_of_a_citation_outside_the_text_is_refused() -> None:
    record = as_object(full())
    record["decisions"][0]["reviewer"]["citations"][0]["span"] = [0, 10**9]
    with pytest.raises(RecordError, match=r"decisions.0.reviewer.citations.0.span"):
        check_record(record)


@pytest.mark.parametrize("record", [None, 3, [], "x", {}])
def test_what_is_no_record_is_refused(record: Any) -> None:
    with pytest.raises(RecordError):
        check_record(record)
