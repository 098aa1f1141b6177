"""Every vocabulary file is held to its own examples, both ways."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from data.errors import VocabularyError
from data.vocabulary import Match, Term, Vocabulary, names, vocabulary

MASKS = ("specialties", "states", "sources", "body_parts", "modalities")  # one bit a term, and one for "not stated"
TERMS = [pytest.param(name, key, id=f"{name}-{key}") for name in names() for key in vocabulary(name).terms]


def term_of(name: str, key: str) -> tuple[Vocabulary, Term]:
    words = vocabulary(name)
    return words, words.terms[key]


def matches(words: Vocabulary, text: str) -> list[Match]:
    """What the readers see: terms may share words in a vocabulary that says so, elsewhere the longest phrase wins."""
    return next(words.mentions(text, [(0, len(text))])) if words.settings.get("terms_share_words") else words.find(text)


def test_there_are_vocabularies() -> None:
    assert names(), "no vocabulary file was found"


@pytest.mark.parametrize("name", names())
def test_vocabulary_has_terms(name: str) -> None:
    assert vocabulary(name).terms


@pytest.mark.parametrize("name", names())
def test_labels_are_unique_and_tidy(name: str) -> None:
    labels = [term.label for term in vocabulary(name).terms.values()]
    assert [label for label, count in Counter(map(str.casefold, labels)).items() if count > 1] == []
    assert [label for label in labels if not label or label != " ".join(label.split())] == []


@pytest.mark.parametrize("name", [name for name in names() if name in MASKS])
def test_terms_fit_a_mask(name: str) -> None:
    assert len(vocabulary(name).terms) <= 63


@pytest.mark.parametrize(("name", "key"), TERMS)
def test_examples_match_their_term_alone(name: str, key: str) -> None:
    words, term = term_of(name, key)
    found = {example: {match.key for match in matches(words, example)} for example in term.examples}
    if words.settings.get("terms_share_words"):
        assert [example for example, keys in found.items() if key not in keys] == []
    else:
        assert found == {example: {key} for example in term.examples}


@pytest.mark.parametrize(("name", "key"), TERMS)
def test_counterexamples_do_not_match(name: str, key: str) -> None:
    words, term = term_of(name, key)
    assert [text for text in term.counterexamples if key in {match.key for match in matches(words, text)}] == []


@pytest.mark.parametrize(("name", "key"), TERMS)
def test_every_pattern_is_used_by_an_example(name: str, key: str) -> None:
    words, term = term_of(name, key)
    patterns = term.patterns + term.case_patterns
    used = {match.rule for example in term.examples for match in matches(words, example)}
    unused = [pattern for i, pattern in enumerate(patterns, 1) if f"{name}/{key}#{i}" not in used]
    assert unused == []
    assert bool(patterns) <= bool(term.examples)


@pytest.mark.parametrize(("name", "key"), TERMS)
def test_matches_survive_a_line_break(name: str, key: str) -> None:
    words, term = term_of(name, key)
    broken = {example: example.replace(" ", " \n") for example in term.examples}
    found = {example: key in {match.key for match in matches(words, text)} for example, text in broken.items()}
    assert found == dict.fromkeys(term.examples, True)


def test_attributes_name_what_exists() -> None:
    regions = vocabulary("body_parts").terms
    parts = vocabulary("mtus_parts").terms
    for part in parts.values():
        assert set(part.attributes["body_parts"]) <= set(regions), part.key
        assert part.attributes.get("section_of", part.key) in parts, part.key


@pytest.mark.parametrize(
    ("name", "attribute", "table"),
    [("specialties", "group", "groups"), ("body_parts", "group", "groups"), ("categories", "category", "categories")],
)
def test_groups_have_labels(name: str, attribute: str, table: str) -> None:
    words = vocabulary(name)
    assert {term.attributes[attribute] for term in words.terms.values()} == set(words.settings[table])


@pytest.mark.parametrize(("text", "key"), vocabulary("categories").settings["decided"])
def test_the_highest_priority_decides_the_category(text: str, key: str) -> None:
    words = vocabulary("categories")
    found = matches(words, text)
    assert min(found, key=lambda match: (-words.terms[match.key].attributes["priority"], match.start)).key == key


def test_none_cited_is_last_and_never_matched() -> None:
    terms = list(vocabulary("sources").terms.values())
    assert terms[-1].key == "none"
    assert terms[-1].patterns == terms[-1].case_patterns == ()


def test_a_term_behind_none_stands_before_it() -> None:
    entries = [{"key": "none", "tier": 9}, {"key": "lantern", "patterns": ["lantern guide"], "tier": 3}]
    assert list(Vocabulary("made_up", {"term": entries}).terms) == ["lantern", "none"]


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (
            {"needs": ["tier"], "term": [{"key": "lantern"}]},
            "made_up.toml, term 'lantern': the attribute 'tier' is missing",
        ),
        ({"term": [{"key": "lantern", "voided_by": ["before"]}]}, "made_up.toml, term 'lantern': voided_by may name"),
    ],
)
def test_what_an_entry_lacks_is_told(document: dict[str, Any], told: str) -> None:
    with pytest.raises(VocabularyError, match=re.escape(told)):
        Vocabulary("made_up", document)


@pytest.mark.parametrize(
    ("said", "key", "given"),
    [
        ("There are no red flags, but red flag signs came later.", "red_flag_or_progression", True),
        ("There is no doubt that red flags exist.", "red_flag_or_progression", True),
        ("No fever, chills or red flags were told.", "red_flag_or_progression", False),
        ("The swelling has not resolved despite physical therapy.", "conservative_care_failed", True),
        ("He not only failed conservative care.", "conservative_care_failed", True),
        ("ODG does not support routine films, but ODG supports this one.", "guideline_recommends", True),
        ("No record says why visits beyond the guideline are needed.", "exceeds_guideline_count", True),
    ],
)
def test_a_negation_voids_what_it_governs(said: str, key: str, given: bool) -> None:
    found = matches(vocabulary("reasons"), said)
    assert (key in {match.key for match in found}) is given


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("American College of Radiology (ACR) Appropriateness Criteria, 2015", ["acr"]),
        ("Official Disability Guidelines, Work Loss Data Institute (21th Annual Edition), Knee & Leg", ["odg"]),
        ("ODG by MCG, Low Back - Lumbar & Thoracic (Acute & Chronic), Hospital length of stay", ["odg"]),
        ("http://www.odg-twc.com/odgtwc/pain.htm#Opioids", ["odg"]),
        ("ODG, Pain (Chronic); and ACOEM Occupational Medicine Practice Guidelines, 3rd ed.", ["acoem", "odg"]),
        ("American College of Rheumatology (ACR) guideline", ["other"]),
        ("http://www.drugs.com/pro/x.html and Aetna Clinical Policy Bulletin 1", ["drug_label", "payer_policy"]),
    ],
)
def test_sources_swallow_their_owners(text: str, keys: list[str]) -> None:
    assert sorted({match.key for match in vocabulary("sources").find(text)}) == keys
