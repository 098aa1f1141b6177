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
        (OUTSIDE + "The MTUS is silent; ODG, Feet Chapter.", ["odg"]),
        (OUTSIDE + "ODG; the MTUS does not address this.", ["odg"]),
        (OUTSIDE + "ODG, for it is not addressed in the MTUS.", ["odg"]),
        (OUTSIDE + "The MTUS does not cover bone scans. National Osteoporosis Foundation.", ["iscd_nof"]),
        ("The MTUS does not cover bone scans. National Osteoporosis Foundation.", ["iscd_nof"]),
        ("Decision based on MTUS is silent. ODG, Knee.", ["odg"]),
        (MTUS + "Knee Complaints 2004. The MTUS does not cover slings. ODG, Arm.", ["mtus", "odg"]),
        (OUTSIDE + "http://www.odg-twc.com.", ["odg"]),
        (OUTSIDE + "www.acr.org.", ["acr"]),
        (OUTSIDE + "Official Disabilty Guildelines, Toe.", ["odg"]),
    ],
)
def test_sources(text: str, sources: list[str]) -> None:
    statement = read(text)
    assert list(statement.sources) == sources
    assert {citation.source for citation in statement.citations} == set(sources) - {"none"}


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("None cited", ["none"]),
        ("N/A.", ["none"]),
        ("No guideline was cited.", ["none"]),
        ("The Claims Administrator cited no medical evidence.", ["none"]),
        ("The Claims Administrator did not cite medical evidence for its decision.", ["none"]),
        ("The Expert Reviewer did not reference any guidelines.", ["none"]),
        (OUTSIDE + "None cited.", ["none"]),
        (OUTSIDE + "No citation", ["none"]),
        (OUTSIDE + "No guidelines were provided.", ["none"]),
        (MTUS + "N/A.", ["none"]),
        (f"{MTUS}None. {OUTSIDE}ODG, Knee.", ["odg"]),
        (f"{MTUS}Knee Complaints 2004. {OUTSIDE}None.", ["mtus"]),
        ("The Expert Reviewer did not cite any guidelines outside of the list.", []),
        ("The Expert Reviewer cited it.", []),
    ],
)
def test_none_cited_is_not_the_same_as_nothing_read(text: str, sources: list[str]) -> None:
    statement = read(text)
    assert list(statement.sources) == sources
    assert {citation.source for citation in statement.citations} == set(sources) - {"none"}


@pytest.mark.parametrize(
    ("cited", "expected"),
    [
        ("and ODG.", [("mtus", None), ("odg", None)]),
        ("ODG, Arm.", [("mtus", None), ("odg", "Arm")]),
        ("ACOEM and Official Disability Guidelines (ODG).", [("mtus", None), ("odg", None)]),
        ("Knee Complaints 2004, and ODG Knee Chapter.", [("mtus", "knee_complaints"), ("odg", "Knee Chapter")]),
        ("Knee Complaints 2004, ODG Knee 2016.", [("mtus", "knee_complaints"), ("odg", "Knee 2016")]),
        (
            "Knee Complaints 2004, and ODG, Arm, and Eye Complaints 2004.",
            [("mtus", "knee_complaints"), ("odg", "Arm"), ("mtus", "eye_complaints")],
        ),
        (
            "Chronic Pain Medical Treatment 2009, Section(s): Massage (ODG rules), ODG Tape, Weaning.",
            [("mtus", "chronic_pain_medical_treatment")],
        ),
    ],
)
def test_another_source_in_the_frame_of_the_mtus(cited: str, expected: list[tuple[str, str | None]]) -> None:
    statement = read(MTUS + cited)
    assert [(citation.source, citation.document) for citation in statement.citations] == expected
    assert {citation.frame for citation in statement.citations} == {"mtus"}


def test_the_second_label_may_stand_alone() -> None:
    statement = read("Decision based on MTUS Knee Complaints 2004 and Non-MTUS Citation ODG, Arm.")
    assert [(citation.frame, citation.source, citation.text) for citation in statement.citations] == [
        ("mtus", "mtus", "Knee Complaints 2004"),
        ("outside", "odg", "ODG, Arm"),
    ]


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
        ("Hip and Groin Guideline 2019.", [("mtus", "hip_and_groin_disorders", "2019", (), None)]),
        (
            "Chronic Pain Disorder Medical Treatment Guidelines 2017.",
            [("mtus", "chronic_pain_medical_treatment", "2017", (), None)],
        ),
        ("COVID-19 Guideline (2021).", [("mtus", "covid_19", "2021", (), None)]),
        ("ACOEM Chapter 13.", [("mtus", "knee_complaints", None, (), None)]),
        (
            "ACOEM Practice Guidelines, Chapter 16 (Eye Complaints), page 2.",
            [("mtus", "eye_complaints", None, (), "2")],
        ),
        (
            "2019 Low Back Disorders, and 2018 Elbow Disorders, Section(s): Splints.",
            [
                ("mtus", "low_back_disorders", "2019", (), None),
                ("mtus", "elbow_disorders", "2018", ("Splints",), None),
            ],
        ),
        (
            "Acupuncture Treatment Guidelines, Opioids Treatment Guidelines, Postsurgical Treatment Guidelines.",
            [
                ("mtus", "acupuncture_treatment", None, (), None),
                ("mtus", "opioids_treatment", None, (), None),
                ("mtus", "postsurgical_treatment", None, (), None),
            ],
        ),
        (
            "Elbow Disorders (2018), Section(s): Splints; Knee Disorders (2015), Section(s): Canes.",
            [
                ("mtus", "elbow_disorders", "2018", ("Splints",), None),
                ("mtus", "knee_disorders", "2015", ("Canes",), None),
            ],
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
