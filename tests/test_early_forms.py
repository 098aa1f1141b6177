"""The forms of 2013: all recognised, F1 read where its wording is known, nothing guessed."""

from __future__ import annotations

import pytest

from data.errors import FileRejected
from data.record import Letter, as_object
from data.record_schema import check_record
from loaders.parse import parse_letter
from loaders.sections import early_form
from loaders.settle import settle
from loaders.statements import read_statement, read_statements

NOTICE = "Notice of Independent Medical Review Determination"
DECISION = "INDEPENDENT MEDICAL REVIEW DECISION AND RATIONALE"
QUALIFICATIONS = "Medical Qualifications of the Expert Reviewer:"
PROSE = "The reviewer is Board Certified in Neurology and is licensed to practice in California."
SUMMARY = "Case Summary: The patient is a 41 year old female whose knee gave way on a ladder."
RELIED = "Section(s) of the Medical Treatment Utilization Schedule (MTUS) Relied Upon by the Expert Reviewer"
BASED = "The Claims Administrator based its decision on the Knee Complaints, which is part of the MTUS."
SAME = "The Expert Reviewer found the guidelines used by the Claims Administrator relevant and appropriate."
OWN = "The Expert Reviewer based his/her decision on the Official Disability Guidelines."
NO_PART = "The Expert Reviewer found that no section of the MTUS was applicable and relevant to the issue at dispute."
NOTHING = "The Claims Administrator did not cite any evidence-based criteria/guidelines."
WHY = "Rationale for the Decision:"


def sentence(number: int, item: str, *, necessary: bool = False) -> str:
    verdict = "is" if necessary else "is not"
    return (
        f"{number}) MAXIMUS Federal Services, Inc. has determined the request for {item} {verdict} medically necessary "
        "and appropriate."
    )


FIRST, SECOND = sentence(1, "MRI of the left knee"), sentence(2, "a bone scan of both feet", necessary=True)
EXPECTED = [("MRI of the left knee", "upheld"), ("a bone scan of both feet", "overturned")]


def letter_text(*decided: str, listed: tuple[str, ...] = (FIRST, SECOND), gap: str = "\n\n") -> str:
    parts = (NOTICE, "Dated: 9/26/2013", *listed, QUALIFICATIONS, PROSE, SUMMARY, DECISION, *decided)
    return gap.join(parts)


def read(text: str) -> Letter:
    return parse_letter(settle(text))


def items_of(letter: Letter) -> list[tuple[str, str]]:
    return [(decision.request, decision.outcome) for decision in letter.decisions]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("MEDICAL PROFESSIONAL REVIEW\n\nCASE SUMMARY: one", "F0"),
        ("ISSUE AT DISPUTE:\nan MRI", "F0"),
        ("MEDICAL TREATMENT GUIDELINE(S) RELIED\nUPON BY PROFESSIONAL REVIEWER AND WHY:", "F0"),
        ("MEDICAL REVIEWER QUALIFICATIONS: one", "F0"),
        (NOTICE, "F1"),
        (DECISION.replace(" AND", "\nAND"), "F1"),
        (QUALIFICATIONS, "F1"),
        ("MAXIMUS FEDERAL SERVICES, INC.\n\nDOCUMENTS REVIEWED\n\nIMR DECISION(S) AND RATIONALE(S)", "F2"),
        ("A note about lunch.", None),
    ],
)
def test_recognised_by_headings(text: str, form: str | None) -> None:
    told = early_form(text)
    assert (told[0] if told else None) == form


def test_a_letter_of_f1() -> None:
    letter = read(letter_text(FIRST, SECOND))
    check_record(as_object(letter))
    assert letter.form == "F1"
    assert items_of(letter) == EXPECTED
    assert letter.dates.decision == "2013-09-26"
    assert letter.credentials.licensed_in == ("California",)
    assert [specialty.name for specialty in letter.credentials.specialties] == ["Neurology"]
    assert (letter.worker.age, letter.worker.sex) == (41, "female")
    assert [decision.imaging_modalities for decision in letter.decisions] == [("mri",), ("bone_scan",)]
    assert letter.decisions[0].reviewer.sources == ()
    assert letter.decisions[0].rationale.text is None


def test_an_item_is_the_last_print_of_its_sentence() -> None:
    letter = read(letter_text(FIRST, SECOND))
    places = [finding.span for finding in letter.findings if finding.kind == "request"]
    assert [start > letter.text.index(DECISION) for start, _ in places] == [True, True]
    said = [letter.text[slice(*finding.span)] for finding in letter.findings if finding.kind == "outcome"]
    assert said == ["is not medically necessary and appropriate", "is medically necessary and appropriate"]


@pytest.mark.parametrize("gap", ["\n", "\n\f", " "])
def test_layout_changes_nothing(gap: str) -> None:
    letter = read(letter_text(FIRST.replace("the request", "the\nrequest"), SECOND, gap=gap))
    assert items_of(letter) == EXPECTED
    assert letter.dates.decision == "2013-09-26"


def test_a_list_printed_once() -> None:
    assert items_of(read(letter_text(listed=(FIRST, SECOND)))) == EXPECTED
    assert items_of(read(letter_text(FIRST, SECOND, listed=()))) == EXPECTED


def test_statements_and_rationale_of_each_item() -> None:
    letter = read(
        letter_text(
            FIRST,
            f"{RELIED}\n\n{BASED} {SAME}\n\n{WHY}\n\nThe knee is calm. It is not medically necessary.",
            SECOND,
            f"{RELIED}\n\n{NOTHING} {NO_PART} {OWN}\n\n{WHY}\n\nThe feet are sore. It is medically necessary.",
        )
    )
    assert items_of(letter) == EXPECTED
    first, second = letter.decisions
    assert (first.claims_administrator.sources, first.reviewer.sources) == (("mtus",), ("mtus",))
    assert first.claims_administrator.citations[0].document == "knee_complaints"
    assert first.reviewer.text == SAME
    assert first.rationale.text == "The knee is calm. It is not medically necessary."
    assert (second.claims_administrator.sources, second.reviewer.sources) == (("none",), ("odg",))
    assert second.rationale.text == "The feet are sore. It is medically necessary."


def test_statements_that_cannot_be_told_apart_by_item_are_left_alone() -> None:
    letter = read(letter_text(FIRST, SECOND, f"{BASED} {OWN}\n\n{WHY}\n\nBoth are old."))
    assert items_of(letter) == EXPECTED
    assert [decision.reviewer.sources for decision in letter.decisions] == [(), ()]
    assert [decision.rationale.text for decision in letter.decisions] == [None, None]


@pytest.mark.parametrize(
    "other", [sentence(1, "MRI of the left knee", necessary=True), sentence(1, "MRI of the right knee")]
)
def test_two_prints_that_differ_are_a_problem(other: str) -> None:
    letter = read(letter_text(other, SECOND))
    assert items_of(letter) == EXPECTED[1:]
    (problem,) = [problem for problem in letter.problems if problem.code == "outcome_unreadable"]
    assert problem.span and "knee" in letter.text[slice(*problem.span)]


@pytest.mark.parametrize(
    "text",
    [
        letter_text(listed=()),
        letter_text(sentence(1, "MRI of the left knee", necessary=True), listed=(FIRST,)),
        letter_text(FIRST.replace("1) ", ""), listed=()),
        letter_text(FIRST.replace("is not medically necessary and appropriate", "was denied"), listed=()),
        f"MEDICAL PROFESSIONAL REVIEW\n\n{FIRST}",
        f"IMR DECISION(S) AND RATIONALE(S)\n\n{FIRST}",
    ],
)
def test_what_is_not_certain_is_refused(text: str) -> None:
    with pytest.raises(FileRejected) as refusal:
        read(text)
    assert refusal.value.code == "form_not_read"


def test_the_sentence_alone_is_no_letter() -> None:
    with pytest.raises(FileRejected) as refusal:
        read(FIRST)
    assert refusal.value.code == "not_a_letter"


@pytest.mark.parametrize(
    ("said", "sources", "documents"),
    [
        (BASED, ("mtus",), ["knee_complaints"]),
        (BASED.replace("Knee Complaints", "Robot Arms Chapter"), ("mtus",), [None]),
        (NOTHING, ("none",), []),
        (NO_PART, (), []),
        (f"{NO_PART} {OWN}", ("odg",), [None]),
        (OWN, ("odg",), [None]),
        (SAME, (), []),
    ],
)
def test_sentences_of_statements(said: str, sources: tuple[str, ...], documents: list[str | None]) -> None:
    statement = read_statement(said, (0, len(said)))
    assert statement.sources == sources
    assert [citation.document for citation in statement.citations] == documents


def test_the_same_guidelines_are_the_same_sources() -> None:
    text = f"{BASED} {SAME}"
    ours = (len(BASED) + 1, len(text))
    admin, reviewer = read_statements(text, (0, len(BASED)), ours)
    assert reviewer.statement.sources == admin.statement.sources == ("mtus",)
    assert (reviewer.statement.span, reviewer.statement.text) == (ours, SAME)
    assert (reviewer.parts[0].value, reviewer.parts[0].rule) == ("mtus", "statements/same")
    assert (
        text[slice(*reviewer.parts[0].span)]
        == SAME.removeprefix("The Expert Reviewer ").removesuffix(" relevant and appropriate.")
        + " relevant and appropriate"
    )
    assert read_statements(text, None, ours)[1].statement.sources == ()
