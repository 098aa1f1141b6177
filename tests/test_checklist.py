"""What overturned letters stated beside upheld ones: topics of grounds, each read where it speaks for the outcome."""

from __future__ import annotations

from data.checklist import TOPICS, checklist, side_words
from data.grounds import Ground
from data.reasons import usable_reasons
from data.statistics import Sums, difference, overturn_rate
from data.vocabulary import vocabulary


def ground(key: str, overturned: tuple[int, int], upheld: tuple[int, int]) -> Ground:
    sides = [Sums.letters_as_units(n, y) for y, n in (overturned, upheld)]
    rates = [overturn_rate(one, 0.0) for one in sides]
    return Ground(key, vocabulary("reasons").label(key), rates[0], rates[1], difference(*sides, None, 0.0))


def test_every_topic_has_grounds_that_speak_for_its_sides() -> None:
    terms = vocabulary("reasons").terms
    for topic, favouring, against in TOPICS:
        assert topic
        for key, outcome in ((favouring, "overturned"), (against, "upheld")):
            assert not key or terms[key].attributes["outcome"] in (outcome, "either")
    named = {key for _, *pair in TOPICS for key in pair if key}
    assert usable_reasons() <= named, "a ground that may be counted belongs to a topic"


def test_each_side_says_its_own_ground() -> None:
    found = checklist(
        [
            ground("guideline_recommends", (40, 60), (0, 300)),
            ground("guideline_does_not_recommend", (0, 60), (90, 300)),
            ground("no_red_flags", (0, 60), (150, 300)),
            ground("not_stated", (10, 60), (20, 300)),
        ]
    )
    assert [entry.topic for entry in found] == ["What the guideline says", "Red flags"]
    guideline, flags = found
    assert side_words(guideline.overturned) == (
        "Guideline recommends it: 40 of 60 in 60 letters, 67\xa0% (54 to 77\xa0%)"
    )
    assert side_words(guideline.upheld) == (
        "Guideline does not recommend it: 90 of 300 in 300 letters, 30.0\xa0% (25.1 to 35.4\xa0%)"
    )
    assert side_words(flags.overturned) == "Red flag or progression: not counted, too few checked letters"
    assert side_words(flags.upheld).startswith("No red flags: 150 of 300")


def test_small_sides_show_no_share() -> None:
    (entry,) = checklist([ground("guideline_recommends", (4, 6), (0, 300))])
    assert side_words(entry.overturned) == "Guideline recommends it: 4 of 6 in 6 letters, too few for a share"
    assert side_words(entry.upheld) == "Guideline does not recommend it: in none of 300"


def test_a_topic_without_a_ground_on_a_side_says_that_none_was_looked_for() -> None:
    (entry,) = checklist([ground("insufficient_documentation", (0, 60), (90, 300))])
    assert entry.overturned is None
    assert side_words(entry.overturned) == "Not looked for"
    assert side_words(entry.upheld).startswith("Records or reasons for the request missing: 90 of 300")


def test_nothing_stated_is_no_topic() -> None:
    assert checklist([]) == []
    assert checklist([ground("not_stated", (60, 60), (300, 300))]) == []
    assert checklist([ground("no_red_flags", (0, 60), (0, 300))]) == []
