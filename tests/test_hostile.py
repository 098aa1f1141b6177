"""Texts made to hurt: nothing but FileRejected may come out of reading one, and twice the text may take twice the time."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builder import Item, raw_letter, read_letter
from tests.fuzz import check, outcome_of, sample_texts
from tests.growth import ALLOWED, HOSTILE, PLACES, SIZES, growth
from tests.mutations import CHARACTERS, TOKENS

# The texts that cost most at a million characters, for one reason each; `make growth` measures every one in every place.
HEAVIEST = (
    ("rationale", "not"),
    ("rationale", "mtus alone"),
    ("rationale", "astral"),
    ("rationale", "not hyphens"),
    ("rationale", "lines"),
    ("rationale", "all labels"),
    ("outside", "combining"),
    ("statement", "sections listed"),
    ("outside", "urls"),
    ("cover", "dates"),
    ("summary", "denied"),
    ("header", "modified"),
    ("header", "items"),
    ("alone", "item headers"),
    ("every item", "and words"),
    ("early header", "early items"),
    ("early statement", "early items"),
    ("early rationale", "early verdicts"),
)


def failures(seed: int, letters: range, *, real: bool) -> list[str]:
    """Each letter that is neither read nor refused, with its trace and what replays it."""
    outcomes = (outcome_of(index, seed=seed, real=real) for index in letters)
    option = "" if real else " --samples"
    return [f"tests.fuzz --seed {seed} --only {one.index}{option}: {one.failure}" for one in outcomes if one.failure]


@pytest.mark.parametrize("part", range(8))
def test_spoilt_samples(part: int) -> None:
    assert failures(1, range(part * 128, part * 128 + 128), real=False) == []


@given(st.lists(st.one_of(st.sampled_from(TOKENS), st.sampled_from("\n \f.:"), st.text(CHARACTERS, max_size=9))))
@settings(max_examples=300, deadline=None)
def test_any_row_of_labels_and_characters(pieces: list[str]) -> None:
    check("".join(pieces))


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_any_text_in_an_item(request_: str, statement: str, rationale: str) -> None:
    item = Item(f"MRI {request_}", "Upheld", statement, f"Decision based on MTUS {statement}", f"It is {rationale}")
    check(raw_letter(item, Item()))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_spoilt_letters(part: int) -> None:
    """A fifth of what `make fuzz` reads, of another seed; the real letters among them where they are."""
    assert failures(2, range(part * 2000, part * 2000 + 2000), real=True) == []


def test_a_row_of_hyphens_after_a_negation() -> None:
    """Thirty of them took longer than a person waits: hyphens part words and join them."""
    item = Item(rationale=f"The knee is calm. The study is not {'-' * 1000}, it is medically necessary.")
    assert read_letter(item).decisions[0].rationale.decisive


@pytest.mark.parametrize("text", sample_texts()[::8])
def test_cut_at_every_place(text: str) -> None:
    for end in range(0, len(text), 97):
        check(text[:end])
        check(text[end:])


def too_fast(place: str, name: str, sizes: tuple[int, ...]) -> str | None:
    """The times where a doubling of the text takes 2.5 times as long or longer, however often it is measured."""
    allowed = ALLOWED ** math.log2(sizes[1] / sizes[0])
    found = growth(place, name, sizes, allowed=allowed)
    return f"{place}, {name}: {found.times}" if max(found.ratios) >= allowed else None


@pytest.mark.slow
@pytest.mark.flaky(reruns=2)  # a time measured beside other work may be off, a pattern that explodes is so every time
def test_time_grows_with_the_text() -> None:
    """Every hostile text in a place or two, every place with many of them."""
    places = list(PLACES)
    turns = [
        (places[(number * 5 + turn) % len(places)], name) for number, name in enumerate(HOSTILE) for turn in (0, 6)
    ]
    assert [slow for place, name in turns if (slow := too_fast(place, name, (8_000, 32_000)))] == []


@pytest.mark.slow
@pytest.mark.parametrize("place", list(PLACES))
def test_time_grows_with_the_text_in_every_place(place: str) -> None:
    assert [slow for name in HOSTILE if (slow := too_fast(place, name, (20_000, 40_000, 80_000)))] == []


@pytest.mark.slow
@pytest.mark.parametrize(("place", "name"), HEAVIEST)
def test_time_grows_with_long_texts(place: str, name: str) -> None:
    assert too_fast(place, name, SIZES) is None
