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
from tests.shapes import SHAPES

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
    assert problem.kind == "contradiction"
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


FILED = (
    "An application for Independent Medical Review was filed on 9/6/2013 disputing the Utilization Review Denial dated 8/30/2013. "
    "A Notice of Assignment and Request for Information was provided to the above parties on 9/23/2013. A decision has been "
    "made for each of the treatment and/or services that were in dispute:"
)
DISCLAIMER = (
    "Disclaimer: The following case summary was taken directly from the utilization review denial/modification dated "
    "August 30, 2013."
)
COURSE = {
    "injury": None,
    "ur_denial": "2013-08-30",
    "application_received": "2013-09-06",
    "assigned": "2013-09-23",
    "decision": "2013-09-26",
}


@pytest.mark.parametrize("gap", ["\n\n", "\n", " ", "\n\f"])
@pytest.mark.parametrize("labels", ["", "Date of Injury:", "Date of Injury:\nUR Denial Date:"])
def test_the_course_of_the_case(labels: str, gap: str) -> None:
    """The notice's dates are its own: a label whose value was cut out does not take one of them."""
    letter = read(
        letter_text(FIRST, SECOND, gap=gap).replace("Dated: 9/26/2013", f"Dated: 9/26/2013\n{labels}\n{FILED}")
    )
    assert as_object(letter)["dates"] == COURSE
    places = {finding.kind: letter.text[slice(*finding.span)] for finding in letter.findings if "date_" in finding.kind}
    assert places["date_application_received"] == "9/6/2013"
    assert places["date_assigned"] == "9/23/2013"


def test_the_disclaimer_dates_the_denial() -> None:
    letter = read(letter_text(FIRST, SECOND).replace("Case Summary:", f"Case Summary: {DISCLAIMER}"))
    assert letter.dates.ur_denial == "2013-08-30"


@pytest.mark.parametrize(
    ("written", "outcome"),
    [
        ("is notmedically necessary and appropriate", "upheld"),
        ("isnot medically necessary and appropriate", "upheld"),
        ("isnotmedically necessary and appropriate", "upheld"),
        ("is\nnot\n\fmedically\nnecessary and\nappropriate", "upheld"),
        ("was not medically necessary and appropriate", "upheld"),
        ("ismedically necessary andappropriate", "overturned"),
        ("are medically necessary and appropriate", "overturned"),
        ("is partially medically necessary and appropriate", None),
        ("is medically necessary and appropriate only in part", None),
        ("is medically unnecessary", None),
        ("is medically not necessary and appropriate", None),
        ("is medically necessary but is not medically necessary and appropriate", None),
        ("not is medically necessary and appropriate", None),
        ("is no t medically necessary and appropriate", None),
        ("isn't medically necessary and appropriate", None),
        ("is not not medically necessary and appropriate", None),
    ],
)
def test_no_glue_turns_a_verdict(written: str, outcome: str | None) -> None:
    first = FIRST.replace("is not medically necessary and appropriate", written)
    letter = read(letter_text(first, SECOND, listed=(first, SECOND)))
    assert items_of(letter) == ([("MRI of the left knee", outcome)] if outcome else []) + EXPECTED[1:]
    unread = [problem for problem in letter.problems if problem.code == "outcome_unreadable"]
    assert len(unread) == (outcome is None)


def test_one_unclear_print_leaves_the_item_out() -> None:
    unclear = FIRST.replace("is not medically", "is partially medically")
    letter = read(letter_text(FIRST, SECOND, listed=(unclear, SECOND)))
    assert items_of(letter) == EXPECTED[1:]
    assert [problem.code for problem in letter.problems].count("outcome_unreadable") == 1


def test_an_item_without_number_is_a_problem() -> None:
    letter = read(letter_text(FIRST.removeprefix("1) "), SECOND, listed=(SECOND,)))
    assert items_of(letter) == EXPECTED[1:]
    assert [problem.code for problem in letter.problems].count("outcome_unreadable") == 1


@pytest.mark.parametrize("shape", list(SHAPES))
def test_an_early_letter_in_every_shape(shape: str) -> None:
    text = settle(letter_text(f"{FIRST}", SECOND).replace("9/26/2013", f"9/26/2013\n\n{FILED}"))
    letter = read(SHAPES[shape](text))
    assert (items_of(letter), as_object(letter)["dates"]) == (EXPECTED, COURSE)


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
        (
            OWN.replace(".", ", Knee Chapter, which is a guideline that is not part of the MTUS."),
            ("odg",),
            ["Knee Chapter"],
        ),
        (OWN.replace(".", ", which is not a part of the MTUS."), ("odg",), [None]),
        (f"{BASED} {OWN.replace('.', ', which is not part of the MTUS.')}", ("mtus", "odg"), ["knee_complaints", None]),
        ("The Expert Reviewer relied on ODG, which is not part of the MTUS.", ("odg",), [None]),
    ],
)
def test_sentences_of_statements(said: str, sources: tuple[str, ...], documents: list[str | None]) -> None:
    statement = read_statement(said, (0, len(said)))
    assert statement.sources == sources
    assert [citation.document for citation in statement.citations] == documents


def test_a_page_of_a_chapter_of_acoem() -> None:
    cited = "Knee Complaints (ACOEM Practice Guidelines, 2nd Edition (2004), Chapter 13), pg. 341"
    said = BASED.replace("Knee Complaints", cited)
    (citation,) = read_statement(said, (0, len(said))).citations
    assert (citation.frame, citation.source, citation.document) == ("mtus", "mtus", "knee_complaints")
    assert (citation.edition, citation.sections, citation.pages, citation.text) == ("2004", (), "341", cited)


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
