"""Decisions like one: known neighbours of a made-up corpus, the score by hand and against a slow count."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from data import search
from data.alike import EACH, WEIGHTS, Alike, Similar, Wanted, wanted_of
from data.filters import Choice, Filters
from data.queries import Reader
from data.warehouse import Snapshot
from tests.plain import plain_items
from tests.requests_made_up import LUMBAR, LUMBAR_KNEE, NECK, THERAPY, made_up


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return made_up(tmp_path_factory.mktemp("requests"))


@pytest.fixture(scope="module")
def reader(corpus: Snapshot) -> Iterator[Reader]:
    with corpus.connect() as opened:
        yield Reader(opened, corpus, Filters())


def asked(side: tuple[Similar, ...]) -> list[tuple[str, float]]:
    return [(one.row["disputed"], round(one.score, 4)) for one in side]


def test_both_sides_by_hand(reader: Reader) -> None:
    """MRI, low back and knee, MTUS: weights 3, 2, 1. The twins have all; low back alone half of the body: (3 + 1 + 1) / 6;

    where ODG is cited (3 + 1) / 6 and the neck (3 + 1) / 6, too.
    """
    found = reader.alike(Wanted(("mri",), ("low_back", "knee"), admin=("mtus",)))
    assert asked(found.overturned) == [(LUMBAR_KNEE, 1.0), *[(LUMBAR, round(5 / 6, 4))] * 4]
    assert asked(found.upheld) == [(LUMBAR_KNEE, 1.0), *[(LUMBAR, round(5 / 6, 4))] * 4]
    assert dict(found.overturned[1].parts) == {"modality": 1.0, "body": 0.5, "admin": 1.0}
    assert {one.row["outcome"] for one in found.overturned} == {"overturned"}
    assert {one.row["outcome"] for one in found.upheld} == {"upheld"}
    dates = [one.row["decision_date"] for one in found.upheld[1:]]
    assert dates == sorted(dates, reverse=True), "as close as the others, so the newest ones"


def test_a_treatment_is_compared_where_no_study_is_asked_for(reader: Reader) -> None:
    found = reader.alike(
        Wanted(subcategory=("rehabilitation_pt_ot",), category=("rehabilitation",), body=("low_back",))
    )
    assert asked(found.overturned) == [(THERAPY, 1.0)] * 4
    assert asked(found.upheld) == [(THERAPY, 1.0)] * EACH
    wider = reader.alike(Wanted(category=("rehabilitation",), body=("neck",)))
    assert asked(wider.upheld) == [(THERAPY, 0.6)] * EACH


def test_words_of_the_rationale_bring_the_like_first(reader: Reader) -> None:
    found = reader.alike(Wanted(("mri",), ("neck",), words="violins"))
    for side in (found.overturned, found.upheld):
        assert side[0].row["disputed"] == NECK
        assert dict(side[0].parts)["words"] <= 1.0
    told = [dict(one.parts)["words"] for one in found.upheld]
    assert told[:4] == pytest.approx([told[0]] * 4, abs=0.05)
    assert told[0] > 0.9 > told[4] == 0.0, "18 of the 20 on the neck were upheld, and 4 of these speak of violins"


def test_an_item_of_a_letter_is_no_neighbour_of_its_own_letter(reader: Reader) -> None:
    row = reader.under(Filters().choose("body", Choice(("knee",)))).decisions(1)[0]
    letter = reader.letter(row["letter_id"])
    assert letter is not None
    wanted = wanted_of(letter, 1)
    assert wanted is not None
    assert (wanted.modality, wanted.body, wanted.admin) == (("mri",), ("knee", "low_back"), ("mtus",))
    assert wanted.words.startswith(LUMBAR_KNEE)
    assert "in every note" in wanted.words
    assert wanted_of(letter, 2) is None
    found = reader.alike_item(row["letter_id"], 1)
    assert found == reader.alike(wanted)
    ids = [one.row["letter_id"] for one in (*found.overturned, *found.upheld)]
    assert row["letter_id"] not in ids
    assert len(set(ids)) == len(ids) == 2 * EACH
    assert reader.alike_item("0" * 16, 1) == reader.alike_item(row["letter_id"], 9) == Alike((), ())


def test_nothing_asked_for_finds_nothing(reader: Reader) -> None:
    assert reader.alike(Wanted()) == Alike((), ())
    assert reader.alike(Wanted(words="xylophones")) == Alike((), ())
    assert reader.alike(Wanted(modality=("pet",))) == Alike((), ())


def test_wanted_takes_what_the_filter_chooses() -> None:
    filters = Filters().choose("modality", Choice(("ct", "not_stated"))).choose("admin", Choice(exclude=("odg",)))
    assert Wanted.of(filters, "words") == Wanted(modality=("ct",), words="words")


def test_the_closest_letters_in_words(corpus: Snapshot) -> None:
    found = search.closest(corpus.index, "violins marathons")
    assert found.num_rows == 19 + 18
    assert min(found["score"].to_pylist()) > 0
    assert search.closest(corpus.index, "").num_rows == 0
    assert search.closest(corpus.index, "worker of the letter").num_rows == 0, "words of every letter tell nothing"
    assert search.closest(corpus.index, "\x00 ~* ((( violins").num_rows == 19
    assert search.closest(corpus.index, "violins", most=3).num_rows == 3


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(("mri",), ("low_back", "neck"), admin=("mtus", "odg")),
        Wanted(("ct", "spect"), ("knee",)),
        Wanted(subcategory=("pharmaceuticals_opioid",), admin=("mtus",)),
        Wanted(body=("shoulder",), admin=("none",)),
    ],
)
def test_scores_against_a_slow_count(wanted: Wanted, sample_warehouse: Snapshot) -> None:
    items = plain_items(sample_warehouse)
    said = {name: frozenset(getattr(wanted, name)) for name in ("modality", "subcategory", "body", "admin")}
    said = {name: keys for name, keys in said.items() if keys}

    def likeness(held: dict[str, frozenset[str]]) -> float:
        parts = {
            name: len(held[name] & keys) / len((held[name] - {"not_stated"}) | keys) for name, keys in said.items()
        }
        total = sum(WEIGHTS[name] for name in parts)
        return sum(WEIGHTS[name] * part for name, part in parts.items()) / total if parts[next(iter(said))] else 0.0

    with sample_warehouse.connect() as connection:
        found = Reader(connection, sample_warehouse, Filters()).alike(wanted)
    for overturned, side in ((True, found.overturned), (False, found.upheld)):
        best: dict[int, float] = {}
        for item in items:
            if item.overturned is overturned and (score := likeness(item.held)):
                best[item.letter] = max(score, best.get(item.letter, 0.0))
        assert [one.score for one in side] == pytest.approx(sorted(best.values(), reverse=True)[:EACH])


def test_one_letter_answers_once(sample_warehouse: Snapshot) -> None:
    connection: duckdb.DuckDBPyConnection
    with sample_warehouse.connect() as connection:
        found = Reader(connection, sample_warehouse, Filters()).alike(Wanted(category=("diagnostic_testing",)))
    for side in (found.overturned, found.upheld):
        letters = [one.row["letter_id"] for one in side]
        assert len(set(letters)) == len(letters)
