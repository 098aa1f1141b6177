"""What the vocabularies make of a phrase, and which terms of letters no entry knows."""

from __future__ import annotations

from typing import Any

import pytest

from data.record import as_object
from data.rules import explanation
from data.vocabulary import names, vocabulary
from loaders.__main__ import main
from loaders.explain import (
    KINDS,
    Request,
    explain,
    known_terms,
    request_of,
    unknown_lines,
    unknown_terms,
    unknown_words,
)
from tests.builder import Item, labelled, read_letter


def found(phrase: str) -> list[tuple[str, str, str]]:
    return [(known.vocabulary, known.key, known.words) for known in known_terms(phrase)]


def record(*items: Item, source: str = "a.txt", **parts: Any) -> dict[str, Any]:
    return {**as_object(read_letter(*items, **parts)), "source": source}


def test_a_term_with_its_vocabulary_words_rule_and_pattern() -> None:
    (known,) = [known for known in known_terms("MTUS 9792.22") if known.vocabulary == "mtus_parts"]
    assert (known.key, known.label, known.words) == ("general_approaches", "General Approaches", "9792.22")
    assert known.rule == "mtus_parts/general_approaches#2"
    assert known.pattern == r"9792\.22"
    assert known.attributes["regulation"] == "9792.22"


@pytest.mark.parametrize(
    ("phrase", "term"),
    [
        ("Whole  body\nbone scan", ("modalities", "bone_scan", "Whole body bone scan")),
        ("left knee", ("body_parts", "knee", "knee")),
        ("left knee", ("laterality", "left", "left")),
        ("Allergist", ("specialties", "allergy_and_immunology", "Allergist")),
        ("ACOEM v.3", ("sources", "acoem", "ACOEM v.3")),
    ],
)
def test_terms_of_each_vocabulary(phrase: str, term: tuple[str, str, str]) -> None:
    assert term in found(phrase)


@pytest.mark.parametrize("rule", ["cover/injury", "mtus_parts/prevention#1"])
def test_the_name_of_a_rule_gives_its_sentence(rule: str) -> None:
    assert explain(rule) == [f"rule {rule}: {explanation(rule)}"]
    assert main(["vocabulary", rule]) == 0


def test_every_label_of_every_match_is_an_entry() -> None:
    for name in names():
        for term in vocabulary(name).terms.values():
            for example in term.examples:
                assert (name, term.key) in {(known.vocabulary, known.key) for known in known_terms(example)}


def test_a_request_with_everything() -> None:
    assert request_of("SPECT/CT of the left knee with contrast QTY: 2") == Request(
        disputed="SPECT/CT of the left knee with contrast QTY: 2",
        imaging=(("spect", "hybrid"), ("ct", "hybrid")),
        modalities=("ct", "spect"),
        body_parts=("knee",),
        laterality=("left",),
        contrast=("with",),
        category="diagnostic_testing",
        subcategory="diagnostic_imaging",
        quantity="2",
    )


def test_guidance_asks_for_no_study() -> None:
    request = request_of("Ultrasound guided injection")
    assert request
    assert request.imaging == (("ultrasound", "guidance"),)
    assert request.modalities == ()
    assert request.subcategory == "injection_injection"


def test_a_modified_request_is_its_disputed_part() -> None:
    request = request_of(
        "MRI of the knee and hip was the original request. MRI of the knee was authorized by the Claims Administrator. "
        "The remaining IMR eligible portion of the original request, MRI of the hip is"
    )
    assert request
    assert (request.disputed, request.body_parts) == ("MRI of the hip", ("hip",))


@pytest.mark.parametrize("phrase", ["Neurology", "frobnication", ""])
def test_no_request(phrase: str) -> None:
    assert request_of(phrase) is None


def test_explained_for_people() -> None:
    lines = explain("Ultrasound guided frobnication")
    assert lines[0] == "'Ultrasound guided frobnication':"
    assert "  modalities: Ultrasound guidance (imaging_guidance_ultrasound), by 'Ultrasound guided'" in lines
    assert "      role: guidance" in lines
    assert "  As a request:" in lines
    assert "      imaging: Ultrasound (guidance)" in lines
    assert "      body parts: none named" in lines
    assert "      quantity: not stated" in lines
    assert lines[-1] == "  In no vocabulary: frobnication"


def test_tier_and_group_are_told() -> None:
    assert "      tier: 2" in explain("ACOEM v.3")
    assert "      group: surgery" in explain("Orthopedic Surgery")


def test_what_nothing_knows_is_said_plainly() -> None:
    assert explain("frobnication") == ["'frobnication': no vocabulary knows any of it."]


def test_words_that_nothing_covers() -> None:
    assert unknown_words("Frobnication of the left knee with frobnication, Grommets") == [
        "Frobnication",
        "frobnication",
        "Grommets",
    ]
    assert unknown_words("MRI of the left knee") == []


OTHER = "Decision based on Non-MTUS Citation Manual of Grommets, 3rd ed., page 4."
NEW_PART = "Decision based on MTUS Wearable Supports Guideline 2031, Section(s): Braces."


def test_unknown_terms_by_kind_and_frequency() -> None:
    letters = [
        record(
            Item("Grommet kit", admin=OTHER, reviewer=NEW_PART),
            Item("GROMMET KIT", admin=OTHER.replace("3rd", "4th")),
            credentials=labelled("California, Atlantis", "Neurology, Grommetology of the Ear"),
        ),
        record(Item("Frobnication"), source="b.txt"),
    ]
    said = [(entry.kind, entry.term, entry.count, entry.source) for entry in unknown_terms(letters)]
    assert said == [
        ("specialty", "Grommetology of the Ear", 1, "a.txt"),
        ("state", "Atlantis", 1, "a.txt"),
        ("source", "Manual of Grommets", 2, "a.txt"),
        ("mtus_part", "Wearable Supports Guideline", 1, "a.txt"),
        ("request", "Grommet kit", 2, "a.txt"),
        ("request", "Frobnication", 1, "b.txt"),
    ]


def test_a_letter_whose_every_term_is_known() -> None:
    assert unknown_terms([record()]) == []
    assert unknown_lines([], 40) == ["Every term of these letters is known."]


def test_a_record_without_text_still_counts() -> None:
    letter = record(Item("Frobnication"), credentials=labelled("Atlantis", "Neurology"))
    del letter["text"]
    assert [entry.term for entry in unknown_terms([letter])] == ["Frobnication"]


def test_lines_are_cut_by_kind_and_say_so() -> None:
    listed = unknown_terms([record(*(Item(f"Frobnication {word}") for word in ("one", "two", "three")))])
    assert len(listed) == 3
    lines = unknown_lines(listed, 2)
    assert lines[0] == f"{KINDS['request']} (3):"
    assert lines[-1] == "          ... and 1 more (--most 0 lists all)"
    assert len(unknown_lines(listed, 0)) == 4
