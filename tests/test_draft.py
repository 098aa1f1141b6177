"""A draft denial: what it cites, what there is to say of it, and that nothing of it is left anywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.draft_checks import Check, checks, in_force
from data.drafts import LONGEST, Draft, draft_of
from data.vocabulary import vocabulary
from loaders.draft import read_draft
from tests.conftest import ROOT

THEN = date(2016, 9, 1)
FRAME = "Decision based on MTUS Low Back Complaints 2004, Section(s): Special Studies, and Chronic Pain Medical Treatment 2016."


def cited(text: str) -> list[tuple[str, str, str | None, str | None]]:
    return [(one.frame, one.source, one.document, one.edition) for one in read_draft(text).citations]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            FRAME,
            [
                ("mtus", "mtus", "low_back_complaints", "2004"),
                ("mtus", "mtus", "chronic_pain_medical_treatment", "2016"),
            ],
        ),
        (
            "Per MTUS/ACOEM Low Back Complaints (2004), a study is for red flags.",
            [("mtus", "mtus", "low_back_complaints", "2004")],
        ),
        ("See ACOEM Chapter 13, page 341.", [("mtus", "mtus", "knee_complaints", None)]),
        ("Under 8 CCR 9792.24.2 it is refused.", [("mtus", "mtus", "chronic_pain_medical_treatment", None)]),
        ("ODG and the ACR do not support it.", [("outside", "odg", None, None), ("outside", "acr", None, None)]),
        (
            "According to ACOEM, the MTUS does not address lumbar MRI; UpToDate and Cochrane do not support it.",
            [
                ("outside", "acoem", None, None),
                ("outside", "uptodate", None, None),
                ("outside", "cochrane", None, None),
            ],
        ),
        ("MTUS/ACOEM does not address lumbar MRI. ODG does not support it.", [("outside", "odg", None, None)]),
        (
            "Under 8 CCR 9792.23.5, Low Back Disorders, it is refused.",
            [("mtus", "mtus", "low_back_disorders", None)],
        ),
        (
            "Per MTUS Low Back Complaints 2004 (9792.23.5) it is refused.",
            [("mtus", "mtus", "low_back_complaints", "2004")],
        ),
        (
            "Under 8 CCR 9792.23.5 and per MTUS Knee Disorders it is refused.",
            [("mtus", "mtus", "low_back_complaints", None), ("mtus", "mtus", "knee_disorders", None)],
        ),
        ("The MTUS applies. Per MTUS Knee Complaints 2004.", [("mtus", "mtus", "knee_complaints", "2004")]),
        ("The worker has low back complaints and knee complaints since 2004.", []),
        ("It is not necessary.", []),
        ("", []),
    ],
)
def test_what_a_draft_cites(text: str, expected: list[tuple[str, str, str | None, str | None]]) -> None:
    assert cited(text) == expected


def test_places_are_those_of_the_words() -> None:
    text = "It is refused. Per MTUS Knee Complaints 2004 and ODG it is not needed."
    for one in read_draft(text).citations:
        assert text[slice(*one.span)] == one.text


def verdicts(text: str, *body: str, on: date = THEN, subcategory: str | None = None) -> dict[str, list[bool]]:
    found: dict[str, list[bool]] = {}
    for check in checks(read_draft(text), body, subcategory, on):
        found.setdefault(check.key, []).append(check.passed)
    return found


def words(text: str, key: str, *body: str, on: date = THEN) -> list[str]:
    return [check.text for check in checks(read_draft(text), body, None, on) if check.key == key]


def test_nothing_cited() -> None:
    assert verdicts("The request is not necessary.")["cited"] == [False]
    assert verdicts("The Claims Administrator did not cite any medical evidence for its decision.")["cited"] == [False]
    assert verdicts(FRAME)["cited"] == [True]
    assert words(FRAME, "cited") == ["The draft cites 2 guidelines."]


def test_a_chapter_of_another_region() -> None:
    knee = "Per MTUS Knee Complaints 2004 it is refused."
    assert verdicts(knee, "low_back")["chapter"] == [False]
    assert words(knee, "chapter", "low_back") == [
        "The chapter cited, Knee Complaints, does not match the body part: low back (lumbar spine)."
    ]
    assert verdicts(knee, "knee")["chapter"] == [True]
    assert verdicts(FRAME, "low_back")["chapter"] == [True], "chronic pain is of no region"
    assert "chapter" not in verdicts(knee), "no body part is known"
    assert "chapter" not in verdicts("ODG Knee & Leg says so.", "low_back"), "of the MTUS alone"
    assert verdicts(knee, "low_back", subcategory="diagnostic_emg_ncs")["chapter"] == [True]


@pytest.mark.parametrize(
    ("text", "on", "passed", "says"),
    [
        ("MTUS Low Back Complaints 2004", "2017-11-30", True, "Low Back Complaints 2004 was in force on 30 Nov 2017."),
        (
            "MTUS Low Back Complaints 2004",
            "2017-12-01",
            False,
            "Low Back Complaints 2004 was replaced on 1 Dec 2017, so it was not in force on 1 Dec 2017.",
        ),
        ("MTUS Chronic Pain Medical Treatment 2009", "2016-09-01", False, "The edition of 2016 was in force."),
        ("MTUS Chronic Pain Medical Treatment 2009", "2016-07-27", True, "was in force on 27 Jul 2016."),
        (
            "MTUS Low Back Disorders 2016",
            "2017-11-30",
            False,
            "Low Back Disorders 2016 came into force on 1 Dec 2017, so it was not yet in force on 30 Nov 2017.",
        ),
        ("MTUS Low Back Disorders 2016", "2019-08-11", False, "The edition of 2019 was in force."),
        ("MTUS Low Back Disorders", "2020-01-01", True, "Low Back Disorders was in force on 1 Jan 2020."),
        (
            "MTUS Low Back Complaints",
            "2020-01-01",
            False,
            "Low Back Complaints was replaced on 1 Dec 2017, so it was not in force on 1 Jan 2020.",
        ),
    ],
)
def test_editions_on_a_day(text: str, on: str, passed: bool, says: str) -> None:
    (check,) = [
        one
        for one in checks(read_draft(f"Per {text}, it is refused."), (), None, date.fromisoformat(on))
        if one.key == "edition"
    ]
    assert check.passed is passed
    assert says in check.text


def test_what_is_not_known_is_not_judged() -> None:
    assert "edition" not in verdicts("Per MTUS Low Back Disorders 1999 it is refused.")
    assert "edition" not in verdicts("Per 8 CCR 9792.23.5 it is refused.", on=date(2020, 1, 1)), "the number stays"
    assert "edition" not in verdicts("Per ODG 2016 it is refused.")


def test_what_is_said_of_the_mtus() -> None:
    silent = "The MTUS does not address this request."
    assert verdicts(f"{silent} ODG does not support it.")["silent"] == [True]
    assert verdicts(silent)["silent"] == [False]
    assert "cites nothing in its place" in words(silent, "silent")[0]
    assert verdicts(f"{silent} Per MTUS Knee Complaints 2004 it is refused.")["silent"] == [False]
    assert verdicts("ODG does not support it.")["silent"] == [False]
    assert "does not say that the MTUS is silent" in words("ODG does not support it.", "silent")[0]
    assert "silent" not in verdicts(FRAME)
    assert "silent" not in verdicts("It is not necessary.")


def test_editions_are_known_parts_one_after_the_other() -> None:
    for part, editions in in_force().items():
        assert part in vocabulary("mtus_parts").terms
        assert [one.first for one in editions] == sorted(one.first for one in editions)
        for earlier, later in pairwise(editions):
            assert earlier.replaced == later.first
            assert earlier.year < later.year


@given(st.text(max_size=400))
@settings(max_examples=100, deadline=None)
def test_any_text_is_read(text: str) -> None:
    draft = read_draft(text)
    assert draft_of(draft.as_json()) == draft
    assert all(isinstance(check, Check) for check in checks(draft, ("knee",), None, THEN))


def test_what_is_no_reading_is_refused() -> None:
    for line in ("", "{}", "[]", json.dumps({"sources": [], "citations": [{}], "silent": False})):
        with pytest.raises(ValueError, match=r".*"):
            draft_of(line)
    assert draft_of(Draft().as_json()) == Draft()


def child(text: str, folder: Path) -> subprocess.CompletedProcess[bytes]:
    """The program that reads drafts, in an empty folder of its own."""
    settings_of_it = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(folder), "TMPDIR": str(folder)}
    return subprocess.run(
        [sys.executable, "-m", "loaders.draft"],
        input=text.encode(),
        capture_output=True,
        cwd=folder,
        env=settings_of_it,
        timeout=60,
        check=False,
    )


def test_the_program_reads_from_a_pipe_and_writes_no_file(tmp_path: Path) -> None:
    done = child(f"Zanzibar is a secret. {FRAME}", tmp_path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert [one.document for one in draft_of(done.stdout.decode()).citations] == [
        "low_back_complaints",
        "chronic_pain_medical_treatment",
    ]
    assert b"Zanzibar" not in done.stdout, "what is not cited is not said again"
    assert list(tmp_path.iterdir()) == []


def test_a_long_draft_is_read_within_its_limits(tmp_path: Path) -> None:
    done = child("MTUS, and Knee Complaints 2004 ((((" * LONGEST, tmp_path)
    assert done.returncode == 0
    assert draft_of(done.stdout.decode()).citations
