"""The matcher skips what cannot match: whatever it finds must be what trying every pattern at every word finds."""

from __future__ import annotations

import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.vocabulary import Match, _compile, lowered, names, vocabulary
from data.vocabulary.openings import hints, leading, shortest
from tests.conftest import SAMPLES

LETTERS = [path.read_text(encoding="utf-8") for path in sorted((SAMPLES / "letters").glob("*.txt"))[:12]]
LINES = [line.strip() for letter in LETTERS for line in letter.splitlines() if line.strip()]


@cache
def rules(name: str) -> list[tuple[str, str, bool, re.Pattern[str]]]:
    """Key, rule, whether it is for the text as written, and the expression, of every pattern in the file's order."""
    found = []
    for term in vocabulary(name).terms.values():
        for index, pattern in enumerate((*term.patterns, *term.case_patterns)):
            expression = re.compile(rf"(?<![A-Za-z0-9])(?:{_compile(pattern)})(?![A-Za-z0-9])")
            found.append((term.key, f"{name}/{term.key}#{index + 1}", index >= len(term.patterns), expression))
    return found


def at(name: str, text: str, position: int) -> list[Match]:
    """What matches at a place, the longest first, small letters before capitals, then in the file's order."""
    low = lowered(text)
    tried = [
        (key, rule, cased, expression.match(text if cased else low, position))
        for key, rule, cased, expression in rules(name)
    ]
    found = [(cased, Match(key, *match.span(), rule)) for key, rule, cased, match in tried if match and match[0]]
    return [match for _, match in sorted(found, key=lambda entry: (-entry[1].end, entry[0]))]


def plainly_found(name: str, text: str) -> list[Match]:
    position, found = 0, []
    while position < len(text):
        here = at(name, text, position)
        position = here[0].end if here else position + 1
        found += here[:1]
    return found


def plainly_mentioned(name: str, text: str) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    void = vocabulary(name)._negations.void
    for position in range(len(text)):
        for match in at(name, text, position):
            if not void(match.key, lowered(text), match.start, match.end):
                found.setdefault(match.key, (match.start, match.end))
    return found


@cache
def words() -> list[str]:
    """Words of the vocabularies' own examples and of the samples, and what else may stand between words."""
    examples = [text for name in names() for term in vocabulary(name).terms.values() for text in term.examples]
    return [*sorted({word for text in [*examples, *LINES] for word in text.split()}), "é", "\n\n", "\x0c", "-", "("]


@pytest.mark.parametrize("name", names())
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_shortcut_loses_or_invents_a_match(name: str, data: st.DataObject) -> None:
    example = st.sampled_from([text for term in vocabulary(name).terms.values() for text in term.examples])
    pieces = data.draw(st.lists(st.one_of(st.sampled_from(words()), example), min_size=1, max_size=8))
    text = data.draw(st.sampled_from([" ", "  ", "\u00a0", "-", " \n"])).join(pieces)
    known = vocabulary(name)
    if known.settings.get("terms_share_words"):
        mentioned = next(known.mentions(text, [(0, len(text))]))
        assert {match.key: (match.start, match.end) for match in mentioned} == plainly_mentioned(name, text)
    else:
        assert [(m.key, m.start, m.end) for m in known.find(text)] == [
            (m.key, m.start, m.end) for m in plainly_found(name, text)
        ]


def test_a_part_is_read_as_if_it_stood_alone() -> None:
    text = "A bone scan. MRI of the knee. " * 30
    known = vocabulary("modalities")
    parts = known.find(text, 13, len(text))
    assert parts == [Match(m.key, m.start + 13, m.end + 13, m.rule) for m in known.find(text[13:])]
    assert parts[0].key == "mri"
    assert len(parts) == 59


@pytest.mark.parametrize(
    ("pattern", "openings", "needed"),
    [
        ("bone scan", {"bone"}, {"bone"}),
        (r"(?:no|lack of)(?: [a-z]+){0,5} flags?", {"no ", "lack"}, {"flag"}),
        (r"re-?evaluations?", {"re-e", "reev"}, {"re"}),
        (r"(?:un)?clear", {"uncl", "clea"}, set()),
        (r"x(?:ray)? of", {"x ", "xray"}, {"of"}),
        (r"a\b(?=b)", {"a"}, {"a"}),
    ],
)
def test_what_a_pattern_begins_with_and_needs(pattern: str, openings: set[str], needed: set[str]) -> None:
    beginnings, words_needed = hints(pattern)
    assert beginnings == openings
    assert words_needed == needed


def test_the_shortest_of_what_begins_alike() -> None:
    assert shortest(["exceeded", "exceed", "excess", "ex"]) == {"ex"}
    assert shortest(["able", "cable"]) == {"able", "cable"}
    assert re.fullmatch(leading(["abc", "abd", "x "]), "abd")
    assert re.fullmatch(leading(["abc", "abd", "x "]), "x\n")
    assert leading(["", "abc"]) == ""
