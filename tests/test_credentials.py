"""The reviewer's credentials, in prose and behind labels."""

from __future__ import annotations

import pytest

from loaders.credentials import read_credentials
from loaders.parse import parse_letter
from loaders.settle import settle
from tests.builder import COVER, SUMMARY, SUMMARY_LEAD, labelled, raw_letter, read_letter

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
        ("California", "Sports Med, Pain Mgmt", CALIFORNIA, ["Sports Medicine", "Pain Management"]),
        ("Califonia", "Neurology", CALIFORNIA, ["Neurology"]),
        ("Texas, Noth Carolina and Califonia", "N/A", ("Texas", "North Carolina", "California"), []),
        ("N/A", "Neurology", (), ["Neurology"]),
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


@pytest.mark.parametrize("states_label", ["Licensed In", "State Licensure", "Licensure State(s)", "States Licensed In"])
@pytest.mark.parametrize("other", ["Board Certification(s)", "Specialty", "Certifications and Specialties"])
def test_other_labels(states_label: str, other: str) -> None:
    assert read(f"{states_label}: California\n{other}: Neurology") == (CALIFORNIA, [("Neurology", None)], [])
    letter = read_letter(credentials=f"{states_label}: California\n\n{other}: Neurology", cover=COVER)
    assert (letter.form, letter.credentials.licensed_in) == ("unknown", CALIFORNIA)


def test_a_renamed_summary_heading_ends_the_credentials() -> None:
    raw = raw_letter(credentials=labelled(), cover=COVER).replace(f"{SUMMARY}\n\n{SUMMARY_LEAD}", "CASE SUMMARY")
    letter = parse_letter(settle(raw))
    assert (letter.form, letter.worker.age, letter.problems) == ("F4", 41, ())


@pytest.mark.parametrize("text", ["A licensed physician read the file.", "The specialty is told elsewhere."])
def test_credentials_in_other_words_are_a_problem(text: str) -> None:
    assert read(text) == ((), [], ["credentials_unread"])


@pytest.mark.parametrize(
    ("profession", "name"),
    [("Psychology", "Psychology"), ("Acupuncture", "Oriental Medicine"), ("Podiatric Surgery", "Podiatrist")],
)
def test_a_licence_that_names_the_profession(profession: str, name: str) -> None:
    said = f"The physician reviewer is Licensed in {profession} and is licensed to practice in California."
    assert read(said) == (CALIFORNIA, [(name, None)], [])


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
    assert read("State(s) of Licensure: Ruritania, Texas\nCertification(s)/Specialty: Neurology") == (
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
