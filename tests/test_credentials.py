"""The reviewer's credentials, in prose and behind labels."""

from __future__ import annotations

import pytest

from loaders.credentials import read_credentials

CALIFORNIA = ("California",)


def read(text: str) -> tuple[tuple[str, ...], list[tuple[str, str | None]], list[str]]:
    credentials, findings, problems = read_credentials(text, (0, len(text)))
    for finding in findings:
        assert text[slice(*finding.span)].strip()
    return (
        credentials.licensed_in,
        [(specialty.name, specialty.role) for specialty in credentials.specialties],
        [problem.code for problem in problems],
    )


@pytest.mark.parametrize(
    ("prose", "states", "specialties"),
    [
        (
            "is Board Certified in Neurology has a subspecialty in Neuromuscular Medicine and is licensed to practice "
            "in California.",
            CALIFORNIA,
            [("Neurology", "board"), ("Neuromuscular Medicine", "subspecialty")],
        ),
        (
            "is Board Certified in Physical Medicine and Rehabilitation, has a subspecialty in Pain Management, and is "
            "licensed to practice in California.",
            CALIFORNIA,
            [("Physical Medicine & Rehabilitation", "board"), ("Pain Management", "subspecialty")],
        ),
        (
            "is Board Certified in Occupational Medicine, and is licensed to practice\nin California. He/she has been in",
            CALIFORNIA,
            [("Occupational Medicine", "board")],
        ),
        (
            "is Board\n\fCertified in Orthopaedic Surgery and is licensed to practice in Texas, New York and California.",
            ("Texas", "New York", "California"),
            [("Orthopedic Surgery", "board")],
        ),
        ("is a Doctor of Chiropractic and is licensed to practice in Oregon.", ("Oregon",), [("Chiropractic", None)]),
        ("is licensed to practice in Oregon.", ("Oregon",), []),
        ("is a licensed Chiropractor and is licensed to practice in Oregon.", ("Oregon",), [("Chiropractic", None)]),
        ("is Board Certified in Podiatric Surgery and is licensed in Ohio.", ("Ohio",), [("Podiatrist", "board")]),
    ],
)
def test_prose(prose: str, states: tuple[str, ...], specialties: list[tuple[str, str | None]]) -> None:
    assert read(f"The physician reviewer {prose}") == (states, specialties, [])


@pytest.mark.parametrize(
    ("states", "specialties", "licensed_in", "names"),
    [
        ("California", "Neurology", CALIFORNIA, ["Neurology"]),
        ("Texas,California, New York", "Family Practice", ("Texas", "California", "New York"), ["Family Practice"]),
        (
            "North Carolina",
            "Preventive Medicine, Occupational Medicine",
            ("North Carolina",),
            ["Preventive Medicine", "Occupational Medicine"],
        ),
        ("California", "Physical Medicine & Rehabilitation", CALIFORNIA, ["Physical Medicine & Rehabilitation"]),
        (
            "California",
            "Physiatry, Pain Medicine",
            CALIFORNIA,
            ["Physical Medicine & Rehabilitation", "Pain Management"],
        ),
        ("California", "Sports Medicinea", CALIFORNIA, ["Sports Medicine"]),
        ("California", "Neurologyy", CALIFORNIA, ["Neurology"]),
        ("California", "Neurosurgery", CALIFORNIA, ["Neurological Surgery"]),
        (
            "West Virginia, Virginia",
            "Surgery, Hand Surgery",
            ("West Virginia", "Virginia"),
            ["Surgery", "Hand Surgery"],
        ),
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n", " ", "\n\f"])
def test_labels(states: str, specialties: str, licensed_in: tuple[str, ...], names: list[str], gap: str) -> None:
    found = read(f"State(s) of Licensure: {states}{gap}Certification(s)/Specialty:{gap}{specialties}{gap}")
    assert found == (licensed_in, [(name, None) for name in names], [])


def test_what_the_letter_writes_is_kept_beside_its_name() -> None:
    text = "Certification(s)/Specialty: Physical Medicine\nand Rehabilitation, Rheumatologyy"
    credentials, findings, _ = read_credentials(text, (0, len(text)))
    assert [specialty.as_written for specialty in credentials.specialties] == [
        "Physical Medicine and Rehabilitation",
        "Rheumatologyy",
    ]
    assert [text[slice(*finding.span)] for finding in findings] == [
        "Physical Medicine\nand Rehabilitation",
        "Rheumatologyy",
    ]
    assert findings[1].rule == "specialties/typing_mistake"


def test_an_unknown_specialty_is_kept_as_written_and_named_as_a_problem() -> None:
    assert read("Certification(s)/Specialty: Underwater Basketry, Neurology") == (
        (),
        [("Underwater Basketry", None), ("Neurology", None)],
        ["unknown_term"],
    )


def test_an_unknown_state_is_a_problem_and_no_state() -> None:
    assert read("State(s) of Licensure: Californa, Texas\nCertification(s)/Specialty: Neurology") == (
        ("Texas",),
        [("Neurology", None)],
        ["unknown_term"],
    )


@pytest.mark.parametrize("text", ["", "A physician read the file.", "He is well certified and lives in California."])
def test_nothing_stated(text: str) -> None:
    assert read(text) == ((), [], [])


def test_labels_in_the_other_order() -> None:
    assert read("Certification(s)/Specialty: Neurology\nState(s) of Licensure: Texas")[:2] == (
        ("Texas",),
        [("Neurology", None)],
    )
