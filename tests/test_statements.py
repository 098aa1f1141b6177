"""Guideline statements: which sources each side names, and what it cites of them."""

from __future__ import annotations

from typing import Any

import pytest

from data.record import Citation, Statement
from loaders.settle import fold
from loaders.statements import read_statement

MTUS = "Decision based on MTUS "
OUTSIDE = "Decision based on Non-MTUS Citation "


def read(text: str) -> Statement:
    statement = read_statement(text, (0, len(text)))
    for citation in statement.citations:
        assert fold(text[slice(*citation.span)]) == citation.text
    return statement


def facts(citation: Citation) -> tuple[Any, ...]:
    return citation.source, citation.document, citation.edition, citation.sections, citation.pages


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        (MTUS + "Knee Complaints 2004.", ["mtus"]),
        (OUTSIDE + "Official Disability Guidelines (ODG), Knee Chapter.", ["odg"]),
        (OUTSIDE + "OFFICIAL DISABILITY GUIDELINES, NECK", ["odg"]),
        (f"{MTUS}Knee Complaints 2004. {OUTSIDE}ODG, Knee.", ["mtus", "odg"]),
        (f"The Claims Administrator did not base their decision on the MTUS. {OUTSIDE}ODG Neck", ["odg"]),
        (
            "The Expert Reviewer based their decision on recommendation(s) outside of the MTUS Guidelines. "
            + OUTSIDE
            + "ACOEM Hip and Groin Chapter, 3rd ed., pg. 607.",
            ["acoem"],
        ),
        ("The Claims Administrator did not cite any medical evidence for its decision.", ["none"]),
        ("The Expert Reviewer did not cite any medical\n\fevidence for its decision.", ["none"]),
        ("The Claims Administrator did not cite any evidence-based criteria/guidelines.", ["none"]),
        ("The Expert Reviewer did not base their decision on the MTUS.", []),
        ("", []),
        ("Nothing that anyone knows.", []),
        (MTUS.strip() + ".", ["mtus"]),
        ("Decision based on Non- MTUS Citation ODG, Elbow.", ["odg"]),
        ("Decision based on Non-\nMTUS Citation ODG, Elbow.", ["odg"]),
        ("Decision based on Non -MTUS Guidelines: ODG, Elbow.", ["odg"]),
        (OUTSIDE + "American College of Radiology (ACR) Criteria and http://www.example.org/a b.", ["acr", "other"]),
        (OUTSIDE + "The Big Book of Bones, page 12.", ["other"]),
        (OUTSIDE + "ODG and Other Medical Treatment Guidelines www.example.org.", ["odg", "other"]),
        (OUTSIDE + "Sildenafil: drug information, UpToDate.com.", ["uptodate"]),
        ("ODG, Knee Chapter", ["odg"]),
    ],
)
def test_sources(text: str, sources: list[str]) -> None:
    statement = read(text)
    assert list(statement.sources) == sources
    assert {citation.source for citation in statement.citations} == set(sources) - {"none"}


def test_mtus_is_no_source_because_non_mtus_names_it() -> None:
    assert read(OUTSIDE + "ODG, Pain.").sources == ("odg",)
    assert read("The Claims Administrator did not base their decision on the MTUS.").sources == ()


@pytest.mark.parametrize(
    ("cited", "expected"),
    [
        (
            "ACOEM Chapter 12 Low Back Complaints Page(s): 303-304.",
            [("mtus", "low_back_complaints", None, (), "303-304")],
        ),
        (
            "Chronic Pain Treatment Guidelines Physical Medicine Page(s): 98-99 of 127.",
            [("mtus", "chronic_pain_medical_treatment", None, ("Physical Medicine",), "98-99")],
        ),
        (
            "Forearm, Wrist, and Hand Complaints 2004, Section(s): Special Studies, and Knee Complaints 2004.",
            [
                ("mtus", "forearm_wrist_and_hand_complaints", "2004", ("Special Studies",), None),
                ("mtus", "knee_complaints", "2004", (), None),
            ],
        ),
        (
            "Low Back Complaints 2004, Section(s): Special Studies, Summary, and Chronic Pain Medical Treatment 2009, "
            "Section(s): Manual therapy & manipulation, and Acupuncture Treatment 2007.",
            [
                ("mtus", "low_back_complaints", "2004", ("Special Studies", "Summary"), None),
                ("mtus", "chronic_pain_medical_treatment", "2009", ("Manual therapy & manipulation",), None),
                ("mtus", "acupuncture_treatment", "2007", (), None),
            ],
        ),
        (
            "Opioids Treatment Guidelines 2016, Section(s): 3.2.",
            [("mtus", "opioids_treatment", "2016", ("3.2",), None)],
        ),
        (
            "Low Back Disorders 2017, Section(s): Imaging (CT, MRI).",
            [("mtus", "low_back_disorders", "2017", ("Imaging (CT, MRI)",), None)],
        ),
    ],
)
@pytest.mark.parametrize("gap", [" ", "\n"])
def test_parts_of_the_mtus(cited: str, expected: list[tuple[Any, ...]], gap: str) -> None:
    statement = read((MTUS + cited).replace(" ", gap))
    assert [facts(citation) for citation in statement.citations] == expected
    assert {citation.frame for citation in statement.citations} == {"mtus"}


def test_a_frame_that_names_no_part_is_one_citation() -> None:
    (citation,) = read("Decision based on MTUS.").citations
    assert (citation.text, citation.document) == ("MTUS", None)


@pytest.mark.parametrize(
    ("cited", "expected"),
    [
        (
            "Official Disability Guidelines (ODG) Low Back Chapter; Pain Chapter, and Neck",
            [("odg", "Low Back Chapter; Pain Chapter, and Neck", None, (), None)],
        ),
        (
            "ODG, Knee & Leg Chapter, MRI (updated 11/23/16).",
            [("odg", "Knee & Leg Chapter, MRI (updated 11/23/16)", None, (), None)],
        ),
        (
            "ACOEM Low back disorders, 3rd\ned., pg. 607.",
            [("acoem", "Low back disorders, 3rd ed., pg. 607", "3rd ed.", (), "607")],
        ),
    ],
)
def test_sources_outside_the_mtus(cited: str, expected: list[tuple[Any, ...]]) -> None:
    statement = read(OUTSIDE + cited)
    assert [facts(citation) for citation in statement.citations] == expected
    assert {citation.frame for citation in statement.citations} == {"outside"}


def test_the_same_name_counts_where_its_frame_puts_it() -> None:
    statement = read(f"{MTUS}ACOEM Chapter 12 Low Back Complaints. {OUTSIDE}ACOEM Low back disorders.")
    assert [(citation.frame, citation.source) for citation in statement.citations] == [
        ("mtus", "mtus"),
        ("outside", "acoem"),
    ]


def test_spans_index_the_whole_text() -> None:
    text = f"before {MTUS}Knee Complaints 2004. after"
    statement = read_statement(text, (7, len(text) - 6))
    assert statement.span == (7, len(text) - 6)
    assert statement.text == f"{MTUS}Knee Complaints 2004."
    assert [text[slice(*citation.span)] for citation in statement.citations] == ["Knee Complaints 2004"]


@pytest.mark.parametrize("span", [None, (3, 3)])
def test_nothing_stated(span: tuple[int, int] | None) -> None:
    assert read_statement("abcdef", span) == Statement()
