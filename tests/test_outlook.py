"""The outlook of a request: its groups against a slow count, its ladder against figures worked by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest
from hypothesis import given, settings

from data.filters import Choice, DateRange, Filters, from_query
from data.outlook import Outlook, dropped, outlook_sentence, overturned_share, request_of, request_words
from data.queries import Reader
from data.smoothing import ladder, prior_strength
from data.statistics import Rate, overturn_rate, pooled_rho
from data.warehouse import Snapshot
from tests.plain import PlainItem, by_letter, matches, plain_items, some_filters, sums
from tests.requests_made_up import made_up

LAST = date(2016, 5, 28)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return made_up(tmp_path_factory.mktemp("requests"))


@pytest.fixture(scope="module")
def connection(corpus: Snapshot) -> Iterator[duckdb.DuckDBPyConnection]:
    with corpus.connect() as opened:
        yield opened


@pytest.fixture(scope="module")
def samples(sample_warehouse: Snapshot) -> Iterator[tuple[list[PlainItem], duckdb.DuckDBPyConnection, Snapshot]]:
    with sample_warehouse.connect() as opened:
        yield plain_items(sample_warehouse), opened, sample_warehouse


def chosen(**keys: str) -> Filters:
    filters = Filters()
    for name, key in keys.items():
        filters = filters.choose(name, Choice((key,)))
    return filters


def outlook(connection: duckdb.DuckDBPyConnection, corpus: Snapshot, filters: Filters, document: str = "") -> Outlook:
    return Reader(connection, corpus, request_of(filters, LAST)).outlook(document)


def counted(rate: Rate) -> tuple[int, int, int]:
    return rate.y, rate.n, rate.letters


def test_the_request_is_by_item_of_the_last_36_months_and_knows_no_outcome() -> None:
    filters = chosen(modality="mri", reviewer="mtus", reason="no_red_flags", agreement="same", specialty="neurology")
    asked = request_of(Filters(filters.choices, outcome="upheld", unit="letter", side="reviewer"), date(2016, 2, 29))
    assert [name for name, _ in asked.choices] == ["category", "modality", "specialty"]
    assert asked.choice("category").include == ("diagnostic_testing",)
    assert (asked.outcome, asked.unit, asked.side) == (None, "item", "admin")
    assert asked.dates == DateRange(start=date(2013, 3, 1))
    assert dropped(Filters(filters.choices, outcome="upheld")) == [
        *("Relied on by the reviewer", "Sources of both sides", "Ground of the decision", "Outcome"),
    ]
    own = DateRange(end=date(2014, 1, 1))
    assert request_of(Filters(dates=own), LAST).dates == own
    assert not request_of(Filters(), None).dates


def test_the_category_comes_with_what_is_asked_for() -> None:
    assert request_of(chosen(subcategory="pharmaceuticals_opioid"), None).choice("category").include == (
        "pharmaceuticals",
    )
    assert not request_of(chosen(modality="not_stated"), None).choice("category")
    assert not request_of(chosen(body="knee"), None).choice("category")
    assert request_of(chosen(modality="mri", category="surgery"), None).choice("category").include == ("surgery",)


def test_the_groups_widen_in_order(connection: duckdb.DuckDBPyConnection, corpus: Snapshot) -> None:
    found = outlook(
        connection, corpus, chosen(modality="mri", body="low_back", admin="mtus"), document="low_back_complaints"
    )
    assert [step.words for step in found.steps] == [
        "MRI, Low back (lumbar spine), MTUS (Low Back Complaints) cited",
        "MRI, MTUS (Low Back Complaints) cited",
        "MRI, MTUS cited",
        "MRI",
        "Diagnostic testing",
        "All decisions",
    ]
    assert [counted(step.rate) for step in found.steps] == [
        *((3, 12, 12), (5, 32, 32), (6, 34, 34), (9, 49, 49), (9, 49, 49), (13, 89, 89)),
    ]
    assert [counted(step.own) for step in found.steps] == [
        *((3, 12, 12), (2, 20, 20), (1, 2, 2), (3, 15, 15), (0, 0, 0), (4, 40, 40)),
    ]


def test_the_ladder_by_hand(connection: duckdb.DuckDBPyConnection, corpus: Snapshot) -> None:
    """Letters of one item have deff m / (m - 1), so n* = m - 1, and fewer than 5 siblings leave k at 20.

    Widest, the 40 on therapy, 4 overturned: (39 * 0.1 + 0.5) / 40 = 0.11. The category adds none to MRI. The other 29 on
    MRI, 7 overturned: (20 * 0.11 + 28 * 7 / 29) / 48 = 0.18664. The 20 on the neck, 2 overturned: (20 * 0.18664 + 1.9) / 39
    = 0.14443.
    """
    found = outlook(connection, corpus, chosen(modality="mri", body="low_back", admin="mtus"))
    own = [step.own for step in found.steps]
    assert [counted(rate)[:2] for rate in own] == [(4, 14), (2, 20), (3, 15), (0, 0), (4, 40)]
    narrow = outlook(connection, corpus, chosen(modality="mri", body="neck"))
    assert [counted(step.own)[:2] for step in narrow.steps] == [(2, 20), (7, 29), (0, 0), (4, 40)]
    assert [step.strength for step in narrow.steps] == [20.0, 20.0, 20.0, None]
    widest = (39 * 0.1 + 0.5) / 40
    middle = (20 * widest + 28 * 7 / 29) / 48
    value = (20 * middle + 19 * 0.1) / 39
    assert narrow.smoothed is not None
    assert (widest, middle, value) == pytest.approx((0.11, 0.18664, 0.14443), abs=5e-6)
    assert narrow.smoothed.value == pytest.approx(value)
    assert narrow.smoothed.weight == pytest.approx(20 / 39)
    assert [step.weight for step in narrow.steps] == pytest.approx([19 / 39, 20 / 39 * 28 / 48, 0, 20 / 39 * 20 / 48])
    assert outlook_sentence(narrow) == (
        "MRI, Neck (cervical spine). When a denial is appealed: 2 of 20 overturned in 20 letters, 10\xa0% (3 to 31\xa0%). "
        "Drawn towards the wider groups: 14\xa0% (5 to 27\xa0%), of which they carry 51\xa0% of the weight."
    )


def test_old_letters_count_only_where_dates_ask_for_them(
    connection: duckdb.DuckDBPyConnection, corpus: Snapshot
) -> None:
    filters = chosen(modality="mri", body="low_back", admin="mtus")
    old = Filters(filters.choices, dates=DateRange(end=date(2012, 1, 1)))
    assert counted(outlook(connection, corpus, old).steps[0].rate) == (9, 9, 9)


def test_nothing_asked_for_is_the_rate_of_everything(connection: duckdb.DuckDBPyConnection, corpus: Snapshot) -> None:
    found = outlook(connection, corpus, Filters())
    assert found.smoothed is None
    assert [step.words for step in found.steps] == ["All decisions"]
    assert outlook_sentence(found).startswith("All decisions. When a denial is appealed: 13 of 89 overturned")


def test_a_request_that_nobody_made_has_no_rate_of_its_own(
    connection: duckdb.DuckDBPyConnection, corpus: Snapshot
) -> None:
    found = outlook(connection, corpus, chosen(modality="pet", body="knee"))
    assert counted(found.steps[0].rate) == (0, 0, 0)
    assert "no decision on exactly this. Drawn towards the wider groups: " in outlook_sentence(found)
    assert found.smoothed is not None
    assert found.smoothed.weight == 1.0


def test_the_comparable_group_has_letters_on_both_sides(
    connection: duckdb.DuckDBPyConnection, corpus: Snapshot
) -> None:
    """Ten overturned letters and ten upheld ones: none of the MRI groups has ten overturned, all decisions have 13."""
    asked = request_of(chosen(modality="mri", body="low_back", admin="mtus"), LAST)
    found, words = Reader(connection, corpus, asked).comparable()
    assert (words, found.choices) == ("All decisions", ())
    every = Filters(chosen(modality="mri", body="low_back", admin="mtus").choices)
    found, words = Reader(connection, corpus, every).comparable()
    assert words == "MRI, Low back (lumbar spine)"
    assert [name for name, _ in found.choices] == ["body", "modality"]


@given(filters=some_filters(words=("",)))
@settings(max_examples=40, deadline=None)
def test_every_group_against_a_slow_count(
    filters: Filters, samples: tuple[list[PlainItem], duckdb.DuckDBPyConnection, Snapshot]
) -> None:
    items, connection, warehouse = samples
    reader = Reader(connection, warehouse, request_of(filters, reader_last(connection)))
    found = reader.outlook()
    widest = sums(by_letter(item for item in items if matches(item, found.steps[-1].filters)))
    rho = pooled_rho(widest) if widest.n else 0.0
    narrower: set[tuple[int, int]] = set()
    for step in found.steps:
        inside = [item for item in items if matches(item, step.filters)]
        own = [item for item in inside if (item.letter, item.ordinal) not in narrower]
        narrower |= {(item.letter, item.ordinal) for item in inside}
        for rate, expected in ((step.rate, inside), (step.own, own)):
            plain = overturn_rate(sums(by_letter(expected)), rho)
            assert counted(rate) == counted(plain)
            if 0 < rate.y < rate.n and rate.letters >= 10:
                assert (rate.low, rate.high) == pytest.approx((plain.low, plain.high))
    assert found.steps[-1].strength is None
    if len(found.steps) > 1:
        strengths = [step.strength or 0.0 for step in found.steps[:-1]]
        assert found.smoothed == ladder([step.own for step in found.steps], strengths)
        assert sum(step.weight for step in found.steps) == pytest.approx(1)


def reader_last(connection: duckdb.DuckDBPyConnection) -> date | None:
    ((last,),) = connection.execute("SELECT max(decision_date) FROM facts").fetchall()
    return last


def test_strengths_come_from_the_groups_that_were_let_go_of(
    samples: tuple[list[PlainItem], duckdb.DuckDBPyConnection, Snapshot],
) -> None:
    _, connection, warehouse = samples
    found = Reader(connection, warehouse, chosen(modality="mri", body="knee")).outlook()
    siblings = Reader(connection, warehouse, found.steps[1].filters).by("body")
    assert found.steps[0].strength == prior_strength([one.rate for one in siblings if one.key != "not_stated"])


def test_words_of_a_request() -> None:
    assert request_words(Filters()) == "All decisions"
    both = Filters().choose("modality", Choice(("ct", "spect"), mode="all")).choose("body", Choice(("knee", "hip")))
    assert request_words(both) == "CT and SPECT, Knee or Hip and buttock"
    assert request_words(chosen(category="surgery", admin="none")) == "Surgery, no source cited"
    without = Filters().choose("modality", Choice(exclude=("mri",)))
    assert request_words(without) == "not MRI"


def test_the_share_that_a_cost_rests_on(connection: duckdb.DuckDBPyConnection, corpus: Snapshot) -> None:
    """That of the sentence; none where even the widest group has fewer than ten letters, one without items among them."""
    found = outlook(connection, corpus, chosen(modality="mri", body="neck"))
    assert found.smoothed is not None and overturned_share(found) == found.smoothed.value
    alone = outlook(connection, corpus, Filters())
    assert overturned_share(alone) == alone.steps[0].rate.rate
    few, none = (Filters(dates=DateRange(date(year, 1, 1), date(year, 12, 31))) for year in (2010, 2011))
    for filters in (few, few.choose("modality", Choice(("mri",))), none):
        assert overturned_share(outlook(connection, corpus, filters)) is None


def test_the_widest_group_says_that_conditions_limit_it() -> None:
    assert request_words(from_query({})) == "All decisions"
    assert request_words(from_query({"where": "worker_age.least.50"})) == "All decisions that the conditions leave"
    assert request_words(from_query({"words": "knee"})) == "All decisions that the conditions leave"
