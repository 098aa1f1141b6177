"""A form of later years: the grammar of F4 with part names, years and sections that no vocabulary knows."""

from __future__ import annotations

import pytest

from data.record import Citation, as_object
from data.record_schema import check_record
from loaders.parse import parse_letter
from loaders.settle import settle
from loaders.statements import read_statement
from tests.builder import COVER, Item, labelled, raw_letter, read_letter

NEW = "Decision based on MTUS Wearable Supports Guideline 2031, Section(s): Braces, Watches."


def citations(text: str) -> list[Citation]:
    return list(read_statement(text, (0, len(text))).citations)


def parts(text: str) -> list[tuple[str | None, str | None, tuple[str, ...]]]:
    return [(citation.document, citation.edition, citation.sections) for citation in citations(text)]


def test_a_letter_of_later_years_is_read_by_the_grammar_of_f4() -> None:
    letter = read_letter(
        Item("MRI of the left knee", "Overturned", admin=NEW, reviewer=NEW, rationale="It is medically necessary."),
        credentials=labelled("Guam", "Space Medicine of the Ear"),
        cover=tuple(line.replace("CM16", "CM31").replace("/2016", "/2031").replace("/2017", "/2032") for line in COVER),
    )
    check_record(as_object(letter))
    assert (letter.form, letter.case_number) == ("F4", "CM31-0990099")
    assert (letter.dates.injury, letter.dates.decision) == ("2031-10-14", "2032-01-09")
    assert letter.credentials.licensed_in == ("Guam",)
    assert [specialty.name for specialty in letter.credentials.specialties] == ["Space Medicine of the Ear"]
    (decision,) = letter.decisions
    assert decision.outcome == "overturned"
    for side in (decision.claims_administrator, decision.reviewer):
        assert side.sources == ("mtus",)
        (citation,) = side.citations
        assert (citation.frame, citation.source, citation.document) == ("mtus", "mtus", None)
        assert (citation.edition, citation.sections) == ("2031", ("Braces", "Watches"))
        assert letter.text[slice(*citation.span)] == "Wearable Supports Guideline 2031, Section(s): Braces, Watches"


@pytest.mark.parametrize(
    ("cited", "expected"),
    [
        ("Wearable Supports Guideline 2031", [(None, "2031", ())]),
        ("Wearable Supports (ACOEM May 3, 2031), Section(s): Braces", [(None, "2031", ("Braces",))]),
        ("Wearable Supports Guideline", [(None, None, ())]),
        ("Wearable Supports Guideline, Section(s): Braces", [(None, None, ("Braces",))]),
        (
            "Wearable Supports 2031, Section(s): Braces, and Low Back Complaints 2004, Section(s): Physical Methods",
            [(None, "2031", ("Braces",)), ("low_back_complaints", "2004", ("Physical Methods",))],
        ),
        (
            "Low Back Complaints 2004, Section(s): Physical Methods, and Wearable Supports 2031, Section(s): Braces",
            [("low_back_complaints", "2004", ("Physical Methods",)), (None, "2031", ("Braces",))],
        ),
        (
            "Wearable Supports 2031, and Sleep at Work 2032, and Robots 2033",
            [(None, "2031", ()), (None, "2032", ()), (None, "2033", ())],
        ),
        ("Low Back Complaints 2031, Section(s): New Things", [("low_back_complaints", "2031", ("New Things",))]),
        (
            "Forearm, Wrist, and Hand Complaints 2031, Section(s): Rest, and Sleep at Work 2032",
            [("forearm_wrist_and_hand_complaints", "2031", ("Rest",)), (None, "2032", ())],
        ),
    ],
)
def test_parts_that_no_entry_knows(cited: str, expected: list[tuple[str | None, str | None, tuple[str, ...]]]) -> None:
    assert parts(f"Decision based on MTUS {cited}.") == expected


def test_an_outside_frame_ends_an_unknown_part() -> None:
    first, second = citations(f"{NEW} Decision based on Non-MTUS Citation ODG, Knee Chapter.")
    assert (first.document, first.edition, first.sections) == (None, "2031", ("Braces", "Watches"))
    assert (second.frame, second.source) == ("outside", "odg")


def test_a_frame_that_names_nothing_has_no_section() -> None:
    assert parts("Decision based on MTUS.") == [(None, None, ())]


def test_another_heading_for_the_summary_leaves_the_items_readable() -> None:
    raw = raw_letter(Item(admin=NEW)).replace("CLINICAL CASE SUMMARY", "SUMMARY OF THE CASE")
    letter = parse_letter(settle(raw))
    assert [(decision.request, decision.outcome) for decision in letter.decisions] == [
        ("MRI of the left knee", "upheld")
    ]


BASE = raw_letter(
    Item("MRI of the left knee", "Overturned", rationale="It is medically necessary."),
    Item("CT of the head"),
    credentials=labelled("California", "Neurology, Internal Medicine"),
    cover=COVER,
)
HEADING, SUMMARY_HEADING = "HOW THE IMR FINAL DETERMINATION WAS MADE", "CLINICAL CASE SUMMARY"


@pytest.mark.parametrize(
    ("changes", "form"),
    [
        ({"guideline:": "Guideline:", "MAXIMUS": "Maximus"}, "F4"),
        ({"MAXIMUS guideline": "Expert Reviewer guideline"}, "F4"),
        ({"MAXIMUS guideline:": "Maximus Guidelines\n", "Administrator guideline:": "Administrator Guideline\n"}, "F4"),
        ({"Decision rationale:": "Decision Rationale\n", "MAXIMUS guideline:": "Expert Reviewer guidelines:"}, "F4"),
        ({": Upheld": " - Upheld", ": Overturned": " \u2013 Overturned"}, "F4"),
        ({": Upheld": ": UPHELD", ": Overturned": ": OVERTURNED"}, "F4"),
        ({HEADING: HEADING.title(), SUMMARY_HEADING: SUMMARY_HEADING.title()}, "F4"),
        ({"IMR ISSUES, DECISIONS AND RATIONALES": "Imr Issues, Decisions and Rationales"}, "F4"),
        ({"IMR ISSUES, DECISIONS AND RATIONALES": "ISSUES AND DECISIONS"}, "F4"),
        ({"(s)/Specialty": "(s) / Specialty(ies)", "State(s)": "States"}, "F4"),
        ({"(s)/Specialty": "s/Specialties", "State(s)": "State"}, "F4"),
        ({HEADING: "HOW THE DETERMINATION WAS MADE"}, "unknown"),
        ({HEADING: "HOW THE DETERMINATION WAS MADE", SUMMARY_HEADING: "CASE HISTORY"}, "unknown"),
        ({SUMMARY_HEADING: "CASE HISTORY"}, "F4"),
    ],
)
def test_other_words_of_the_form_lose_no_item(changes: dict[str, str], form: str) -> None:
    raw = BASE
    for old, new in changes.items():
        assert old in raw
        raw = raw.replace(old, new)
    letter = parse_letter(settle(raw))
    assert letter.form == form
    assert [(decision.request, decision.outcome) for decision in letter.decisions] == [
        ("MRI of the left knee", "overturned"),
        ("CT of the head", "upheld"),
    ]
    for decision in letter.decisions:
        assert decision.claims_administrator.sources == decision.reviewer.sources == ("mtus",)
        assert decision.rationale.text
    assert letter.credentials.licensed_in == ("California",)
    assert [specialty.name for specialty in letter.credentials.specialties] == ["Neurology", "Internal Medicine"]
    assert (letter.dates.decision, letter.worker.age) == ("2017-01-09", 41)


def test_a_third_outcome_is_a_problem_and_no_guess() -> None:
    letter = parse_letter(settle(BASE.replace(": Upheld", ": Partially Overturned")))
    assert [decision.request for decision in letter.decisions] == ["MRI of the left knee"]
    assert "outcome_unreadable" in [problem.code for problem in letter.problems]


@pytest.mark.parametrize("year", range(2019, 2026))
@pytest.mark.parametrize("part", ["Low Back Disorders", "Traumatic Brain Injury", "Workplace Mental Health: Anxiety"])
def test_parts_of_later_years(part: str, year: int) -> None:
    (citation,) = citations(f"Decision based on MTUS {part} {year}, Section(s): Diagnostic Testing.")
    assert (citation.frame, citation.edition, citation.sections) == ("mtus", str(year), ("Diagnostic Testing",))


def test_odg_by_mcg() -> None:
    (citation,) = citations("Decision based on Non-MTUS Citation ODG by MCG, Knee Chapter.")
    assert (citation.frame, citation.source) == ("outside", "odg")
