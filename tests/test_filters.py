"""The filter and its address form: a round trip, hostile addresses, and values that nobody knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from urllib.parse import parse_qsl, urlencode

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.filters import Choice, DateRange, Filters, from_query, one_value, to_query, where
from data.queries import Reader
from data.schema import NOT_STATED, dimensions
from data.segments import PARAMETER, beside_as, segment_from, segment_text
from data.sentences import notices
from data.warehouse import Snapshot
from tests.plain import some_filters

NAMES = (*dimensions(), "outcome", "words", "date", "by", "unit", "without", "side", "snapshot")
HOSTILE = ("!", ",", "..", ":", "all:", "only:", "any:", "!!", " ", "'", '"', ";--", "%00", "\x00", "\ud800", "²", "x")
HOSTILE += ("not_stated", "2016", "9999..0000", "2016..,", "\u0662\u0660\u0661\u0666..", "mri", "overturned", "letter")


def decisions(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, filters: Filters) -> int:
    return Reader(connection, snapshot, filters).headline().decisions


@given(some_filters(words=("", "bone scan", '"single photon" emission')))
@settings(max_examples=400, deadline=None)
def test_an_address_leads_back_to_its_filter(filters: Filters) -> None:
    query = to_query(filters)
    assert from_query(query) == filters
    assert all(isinstance(value, str) and value for value in query.values())


@given(st.dictionaries(st.sampled_from(NAMES), st.text() | st.lists(st.sampled_from(HOSTILE)).map("".join)))
@settings(max_examples=600, deadline=None)
def test_hostile_addresses_never_raise_and_settle(query: dict[str, str]) -> None:
    filters = from_query(query)
    assert from_query(to_query(filters)) == filters
    assert all(isinstance(sentence, str) for sentence in notices(filters))
    where(filters, {})


@given(query=st.dictionaries(st.sampled_from(NAMES), st.lists(st.sampled_from(HOSTILE), max_size=5).map("".join)))
@settings(max_examples=150, deadline=None)
def test_hostile_addresses_can_be_asked(
    query: dict[str, str], connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    assert 0 <= decisions(connection, sample_warehouse, from_query(query)) <= 93


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        ({}, Filters()),
        ({"modality": "mri"}, Filters().choose("modality", Choice(("mri",)))),
        ({"modality": "all:ct,mri,!dexa"}, Filters().choose("modality", Choice(("ct", "mri"), ("dexa",), "all"))),
        ({"admin": "only:mtus"}, Filters().choose("admin", Choice(("mtus",), (), "only"))),
        ({"date": "2016..2017-01-31"}, Filters(dates=DateRange(date(2016, 1, 1), date(2017, 1, 31)))),
        ({"date": "..2016"}, Filters(dates=DateRange(None, date(2016, 12, 31)))),
        ({"date": "2016..,not_stated"}, Filters(dates=DateRange(date(2016, 1, 1), None, True))),
        ({"date": "not_stated"}, Filters(dates=DateRange(undated=True))),
        ({"words": "  bone   scan "}, Filters(words="bone scan")),
        ({"without": "retrospective,ancillary"}, Filters(without=("ancillary", "retrospective"))),
        ({"by": "ur", "unit": "letter", "side": "reviewer"}, Filters(date_field="ur", unit="letter", side="reviewer")),
        ({"outcome": "upheld", "page": "2", "snapshot": "x"}, Filters(outcome="upheld")),
    ],
)
def test_addresses(query: dict[str, str], filters: Filters) -> None:
    assert from_query(query) == filters


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("outcome", "partial"),
        ("date", "2016"),
        ("date", "2016-02-30..2016-03-01"),
        ("date", "2016..2017,maybe"),
        ("date", ".."),
        ("by", "moon"),
        ("unit", "kilogram"),
        ("side", "left"),
        ("without", "ancillary,everything"),
        ("modality", "!"),
        ("modality", "only:"),
        ("modality", "!mri," * 1000),
        ("words", "bone " * 200),
    ],
)
def test_what_cannot_be_read_matches_nothing_and_is_named(
    name: str, value: str, connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    filters = from_query({name: value})
    assert filters.unreadable == ((name, value),)
    assert filters.active
    (sentence,) = notices(filters)
    assert name in sentence and "cannot be read" in sentence
    assert to_query(filters) == {name: value}
    assert decisions(connection, sample_warehouse, filters) == 0


@pytest.mark.parametrize("name", list(dimensions()))
@pytest.mark.parametrize("mode", ["", "all:", "only:"])
def test_unknown_values_give_a_notice_and_never_widen(
    name: str, mode: str, connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    alone = from_query({name: f"{mode}no_such_key"})
    assert decisions(connection, sample_warehouse, alone) == 0
    (sentence,) = notices(alone)
    assert "'no_such_key'" in sentence
    known = (*dimensions()[name].keys, NOT_STATED)[0]
    with_known = from_query({name: f"{mode}{known},no_such_key"})
    assert decisions(connection, sample_warehouse, with_known) <= decisions(
        connection, sample_warehouse, from_query({name: known})
    )
    assert notices(from_query({name: known})) == []


@pytest.mark.parametrize(
    ("name", "values", "read"),
    [
        ("modality", ["ct", "mri"], {"modality": "ct,mri"}),
        ("modality", ["ct", "ct"], {"modality": "ct"}),
        ("modality", ["all:ct,mri", "!dexa"], {"modality": "all:ct,mri,!dexa"}),
        ("words", ["bone", "scan"], {"words": "bone scan"}),
        ("without", ["ancillary", "modified"], {"without": "ancillary,modified"}),
        ("date", ["2016..", "not_stated"], {"date": "2016..,not_stated"}),
    ],
)
def test_a_parameter_given_twice_adds_up(name: str, values: list[str], read: dict[str, str]) -> None:
    filters = from_query({name: one_value(name, values)})
    assert filters == from_query(read)
    assert not filters.unreadable and notices(filters) == []


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("outcome", ["overturned", "upheld"]),
        ("date", ["2015..2016", "2016..2017"]),
        ("unit", ["item", "letter"]),
        ("by", ["ur", "decision"]),
        ("side", ["admin", "reviewer"]),
        ("modality", ["ct", "all:mri"]),
    ],
)
def test_a_parameter_given_twice_that_cannot_add_up_is_named_and_matches_nothing_more(
    name: str, values: list[str], connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    filters = from_query({name: one_value(name, values)})
    (sentence,) = notices(filters)
    assert values[1] in sentence
    alone = from_query({name: values[0]})
    found = decisions(connection, sample_warehouse, filters)
    assert found == (decisions(connection, sample_warehouse, alone) if name == "modality" else 0)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"date": "2017-03-01..2016-01-31"}, "begin on 1 Mar 2017 and end on 31 Jan 2016"),
        ({"words": "-- ."}, "no word to search for in '-- .'"),
        ({"words": '""'}, "no word to search for"),
        ({"words": "spine " + "x" * 41}, "words of more than 39 characters"),
        ({"category": "all:surgery,injection"}, "at once under treatment category"),
        ({"modality": "only:ct,not_stated"}, "No decision is CT and No imaging study at once"),
    ],
)
def test_what_can_never_match_is_told(
    query: dict[str, str], said: str, connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    filters = from_query(query)
    (sentence,) = notices(filters)
    assert said in sentence
    assert decisions(connection, sample_warehouse, filters) == 0


@pytest.mark.parametrize("query", [{"date": "2016-01-31..2016-01-31"}, {"words": "bone -scan"}, {"date": "2016.."}])
def test_what_may_match_gives_no_notice(query: dict[str, str]) -> None:
    assert notices(from_query(query)) == []


def test_known_values_give_no_notice() -> None:
    for name, dimension in dimensions().items():
        filters = Filters().choose(name, Choice(dimension.keys, (NOT_STATED,)))
        assert notices(filters) == []


def test_toggle_choose_and_clear() -> None:
    filters = Filters(unit="letter").toggle("modality", "ct").toggle("modality", "mri")
    assert filters.choice("modality") == Choice(("ct", "mri"))
    assert filters.toggle("modality", "ct").choice("modality") == Choice(("mri",))
    assert filters.toggle("modality", "ct").toggle("modality", "mri").choices == ()
    left_out = Filters().choose("modality", Choice(exclude=("ct",)))
    assert left_out.toggle("modality", "ct").choice("modality") == Choice(("ct",))
    assert filters.active and not filters.cleared().active
    assert filters.cleared().unit == "letter"
    assert Filters().choice("body") == Choice()
    assert not Choice() and not DateRange()


def test_values_are_bound_and_never_pasted() -> None:
    evil = "x'; DROP TABLE facts; --"
    filters = from_query(dict.fromkeys(dimensions(), evil) | {"words": evil})
    condition, values = where(filters, {})
    assert "DROP" not in condition
    assert condition.count("?") == len(values)


@given(some_filters(words=("", "bone scan", "a=b&c")))
@settings(max_examples=300, deadline=None)
def test_the_second_filter_of_an_address_leads_back_to_itself(filters: Filters) -> None:
    text = segment_text(filters)
    assert text and segment_from(text, filters) == filters
    carried = dict(parse_qsl(urlencode({**to_query(Filters()), PARAMETER: text})))
    assert segment_from(carried[PARAMETER], filters) == filters
    beside = Filters(unit="letter", side="reviewer")
    assert segment_from(text, beside) == beside_as(filters, beside)


@given(st.text() | st.lists(st.sampled_from((*HOSTILE, "&", "=", *(f"{name}=" for name in NAMES)))).map("".join))
@settings(max_examples=400, deadline=None)
def test_hostile_second_filters_never_raise_and_settle(text: str) -> None:
    found = segment_from(text, Filters())
    assert segment_from(segment_text(found), Filters()) == found
    assert (found is None) == (text == "")
    if found:
        where(found, {})


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("", None),
        ("everything", Filters()),
        ("modality=ct&body=knee", from_query({"modality": "ct", "body": "knee"})),
        ("modality=ct&modality=mri", from_query({"modality": "ct,mri"})),
        ("unit=letter&modality=ct", from_query({"modality": "ct"})),
        ("colour=red&modality=ct", replace(from_query({"modality": "ct"}), unreadable=(("colour", "red"),))),
        ("nonsense", Filters(unreadable=(("nonsense", ""),))),
    ],
)
def test_second_filters(text: str, filters: Filters | None) -> None:
    assert segment_from(text, Filters()) == filters
