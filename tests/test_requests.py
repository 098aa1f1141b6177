"""A request in someone's words is read as an item of a letter with the same words is."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.requests import LONGEST, Asked, asked_for
from tests.builder import Item, read_letter
from tests.conftest import ROOT

PHRASES = [row["request"] for row in csv.DictReader((ROOT / "tests/labels/phrases.csv").open(encoding="utf-8"))]


def test_the_phrases_are_read_as_in_a_letter() -> None:
    assert len(PHRASES) == 200
    for phrase in PHRASES:
        letter = read_letter(Item(request=phrase))
        decision = letter.decisions[0]
        found = asked_for(decision.disputed)
        assert found.modalities == decision.imaging_modalities, phrase
        assert found.body_parts == decision.body_parts, phrase
        assert found.laterality == decision.laterality, phrase
        held = (decision.category.category, decision.category.subcategory) if decision.category else (None, None)
        assert (found.category, found.subcategory) == held, phrase


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            "  MRI of\nthe lumbar spine ",
            Asked(
                modalities=("mri",),
                body_parts=("low_back",),
                category="diagnostic_testing",
                subcategory="diagnostic_imaging",
                words=("MRI", "lumbar spine"),
            ),
        ),
        (
            "Norco 10/325mg #60",
            Asked(category="pharmaceuticals", subcategory="pharmaceuticals_opioid", words=("Norco",)),
        ),
        ("something else", Asked()),
        ("", Asked()),
    ],
)
def test_what_is_understood(words: str, expected: Asked) -> None:
    assert asked_for(words) == expected


def test_a_fused_study_is_one_and_two_studies_are_two() -> None:
    assert asked_for("SPECT/CT of the knee").modalities == ("ct", "spect")
    assert asked_for("SPECT/CT of the knee").fused
    assert asked_for("MRI/CT of the spine").modalities == ("ct", "mri")
    assert not asked_for("MRI/CT of the spine").fused
    assert not asked_for("CT of the knee").fused


def test_guidance_is_no_study() -> None:
    assert asked_for("Epidural steroid injection under fluoroscopic guidance").modalities == ()


@given(st.text(max_size=3 * LONGEST))
@settings(max_examples=150, deadline=None)
def test_any_text_gives_an_answer(text: str) -> None:
    assert isinstance(asked_for(text), Asked)
