"""The stretch that shows why a letter was found: the right words marked, from the right part, and nothing but text."""

from __future__ import annotations

import html
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.filters import Filters
from data.passages import Passage
from data.queries import Reader
from data.search_language import parse
from data.snippets import MOST_PLACES, WIDTH, Snippet, places_found, snippet
from data.warehouse import Snapshot


def of(text: str, words: str, part: str = "rationale", ordinal: int | None = 1) -> Snippet | None:
    tree = parse(words).tree
    assert tree
    return snippet(text, [Passage(part, 0, len(text), ordinal)], tree, 1)


def marked(found: Snippet | None) -> list[str]:
    assert found
    return [text for text, hit in found.pieces if hit]


TEXT = "The injections of the left knee were repeated. A bone scan, and a SPECT scan, showed no arthropathy."


@pytest.mark.parametrize(
    ("words", "hits"),
    [
        ("injection", ["injections"]),
        ("KNEES", ["knee"]),
        ("scan", ["scan", "scan"]),
        ('"bone scan"', ["bone scan"]),
        ('"scan and"', ["scan, and"]),
        ('"scan bone" OR knee', ["knee"]),
        ("arthro*", ["arthropathy"]),
        ("injectio*", ["injections"]),
        ("knwe~", ["knee"]),
        ("bone scan", ["bone", "scan", "scan"]),
        ("rationale:bone", ["bone"]),
        ("bone -knee", ["bone"]),
        ("bone NOT (knee OR scan)", ["bone"]),
    ],
)
def test_the_words_that_were_meant_are_marked(words: str, hits: list[str]) -> None:
    assert marked(of(TEXT, words)) == hits


@pytest.mark.parametrize("words", ["elbow", "request:knee", '"scan bone"', "-knee", "CM16-0990018"])
def test_where_no_words_were_found_there_is_no_stretch(words: str) -> None:
    assert of(TEXT, words) is None


def test_the_part_that_meets_most_conditions_is_taken_then_the_items_own() -> None:
    text = "MRI of the knee." + "Knee pain." + "Knee pain." + "The knee and the scan."
    parts = [
        Passage("request", 0, 16, 1),
        Passage("rationale", 16, 26, 1),
        Passage("rationale", 26, 36, 2),
        Passage("summary", 36, len(text)),
    ]

    def best(words: str, ordinal: int) -> tuple[str, int | None]:
        tree = parse(words).tree
        assert tree
        found = snippet(text, parts, tree, ordinal)
        assert found
        return found.part, found.ordinal

    assert best("knee", 1) == ("rationale", 1)
    assert best("knee", 2) == ("rationale", 2)
    assert best("knee scan", 1) == ("summary", None)
    assert best("request:knee", 2) == ("request", 1)
    assert best("pain", 3) == ("rationale", 1)
    found = snippet(text, parts, parse("knee").tree or 0, 1)  # type: ignore[arg-type]
    assert found
    assert found.source == "Rationale"


def test_the_window_lies_where_most_of_what_was_sought_is_met() -> None:
    text = "knee " + "filler " * 200 + "knee then scan " + "filler " * 200
    found = of(text, "knee scan")
    assert marked(found) == ["knee", "scan"]
    assert found
    shown = "".join(piece for piece, _ in found.pieces)
    assert shown.startswith("… filler")
    assert shown.endswith("filler …")
    assert len(shown) <= WIDTH + 20
    assert not re.search(r"\bf?ille?\b", shown), "no word is cut"


HOSTILE = (
    "<script>alert(1)</script>",
    "</p><img src=x onerror=alert(1)>",
    "$\\frac{1}{2}$ **bold** [link](javascript:alert(1)) `code`",
    "\u202egnirts\u202c \u200b\ufeff knee",
    "&amp; &lt;b&gt; \"'",
    "\x00\x01\x1b[31m",
    "x" * 5000,
)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_stays_text(hostile: str) -> None:
    text = f"{hostile} the knee {hostile} scan {hostile}"
    found = of(text, "knee OR script OR bold OR scan")
    assert found
    said = found.html()
    assert set(re.findall(r"<[^>]*>", said)) == {'<mark class="ov-hit">', "</mark>"}
    plain = html.unescape(re.sub(r"</?mark[^>]*>", "", said))
    assert plain.strip("… ") in " ".join(text.split())
    assert len(plain) < 6 * WIDTH


def test_a_long_text_on_one_line_is_looked_through_in_part() -> None:
    found = of("knee" + "x" * 200_000 + " knee", "knee*")
    assert found
    assert len(found.html()) < 5 * WIDTH


ALPHABET = st.sampled_from(
    [*"abkneesct <>&\"'\n\t\f", "\u0130", "\u4e2d", "e\u0301", "\U0001f9b4", "\u202e", "knee ", "scan "]
)


@given(
    st.lists(ALPHABET, max_size=120).map("".join),
    st.sampled_from(["knee", '"knee scan"', "kn*", "kene~", "knee -scan"]),
)
def test_what_is_shown_stands_in_the_text(text: str, words: str) -> None:
    found = of(text, words)
    if found is None:
        return
    shown = "".join(piece for piece, _ in found.pieces)
    assert " ".join(shown.strip("… ").split()) in " ".join(text.split())
    assert any(hit for _, hit in found.pieces)


def test_every_letter_that_was_found_shows_why(sample_warehouse: Snapshot) -> None:
    """In random order of filters: a search of words alone finds no letter without a stretch with a mark in it."""
    with sample_warehouse.connect() as connection:
        for words in (
            "knee",
            "bone scan",
            '"not medically necessary"',
            "request:mri OR citation:odg",
            "injectio*",
            "sapine~",
        ):
            reader = Reader(connection, sample_warehouse, Filters(words=words))
            rows = reader.decisions(100, 0, random.Random(words).choice(["newest", "relevance"]))
            shown = tuple((row["letter_key"], row["text_part"], row["ordinal"]) for row in rows)
            snippets = reader.snippets(shown)
            assert len(snippets) == len(rows) > 0
            assert all(found and any(hit for _, hit in found.pieces) for found in snippets)
        assert Reader(connection, sample_warehouse, Filters(words="CM16*")).snippets(shown) == [None] * len(shown)


@pytest.mark.parametrize(
    ("words", "places"),
    [
        ("scan -knee", ["scan", "scan"]),
        ('"spect scan" injection*', ["injections", "SPECT scan"]),
        ("request:scan", []),
        ("rationale:scan scans", ["scan", "scan"]),
        ('"bone scan" OR bone', ["bone scan"]),
        ("CM16-0990018", []),
        ("", []),
        ("a*", []),
    ],
)
def test_places_of_a_search_in_a_letter(words: str, places: list[str]) -> None:
    finding = {"kind": "rationale", "span_start": 0, "span_end": len(TEXT), "ordinal": 1}
    found = places_found({"text": TEXT, "findings": [finding]}, words)
    assert [TEXT[start:end] for start, end in found] == places


def test_places_are_so_many_and_none_without_a_text() -> None:
    assert len(places_found({"text": "scan " * 3000, "findings": []}, "scan")) == MOST_PLACES
    assert places_found({"text": None, "findings": []}, "scan") == []
