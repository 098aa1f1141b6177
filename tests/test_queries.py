"""The reader's answers against a slow, obvious evaluation over the record tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import duckdb
import pytest
from hypothesis import given, settings

from data.filters import Choice, Filters
from data.queries import Reader
from data.schema import dimensions
from data.statistics import Rate, difference, overturn_rate, pooled_rho
from data.warehouse import Snapshot
from tests.plain import PlainItem, as_units, by_letter, cross_sums, matches, some_filters, sums


def same(rate: Rate, expected: Rate) -> bool:
    return (rate.n, rate.y, rate.letters, rate.small) == (
        expected.n,
        expected.y,
        expected.letters,
        expected.small,
    ) and (
        (rate.rate, rate.low, rate.high, rate.effective)
        == pytest.approx((expected.rate, expected.low, expected.high, expected.effective))
    )


def rho_of(items: list[PlainItem], chosen: list[PlainItem]) -> float:
    return pooled_rho(sums(by_letter(chosen)), otherwise=pooled_rho(sums(by_letter(items))))


@given(filters=some_filters())
@settings(max_examples=150, deadline=None)
def test_headline(
    filters: Filters, items: list[PlainItem], connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    chosen = [item for item in items if matches(item, filters)]
    letters = by_letter(chosen)
    headline = Reader(connection, sample_warehouse, filters).headline()
    assert (headline.decisions, headline.letters) == (len(chosen), len(letters))
    assert (headline.upheld, headline.partly, headline.overturned) == (
        sum(y == 0 for _, y in letters.values()),
        sum(0 < y < n for n, y in letters.values()),
        sum(y == n for n, y in letters.values()),
    )
    assert (headline.ancillary, headline.modified, headline.retrospective) == tuple(
        sum(name in item.flags for item in chosen) for name in ("ancillary", "modified", "retrospective")
    )
    days = [item.decided for item in chosen if item.decided]
    assert (headline.first, headline.last) == ((min(days), max(days)) if days else (None, None))
    assert headline.undated == sum(item.decided is None for item in chosen)
    rho = rho_of(items, chosen) if chosen else 0.0
    assert headline.rho == pytest.approx(rho)
    expected = overturn_rate(sums(as_units(letters, filters.unit)), 0.0 if filters.unit == "letter" else rho)
    assert same(headline.rate, expected)


@given(filters=some_filters())
@settings(max_examples=60, deadline=None)
def test_groups_of_every_dimension(
    filters: Filters, items: list[PlainItem], connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    reader = Reader(connection, sample_warehouse, filters)
    for name in dimensions():
        chosen = [item for item in items if matches(item, filters, ignoring=name)]
        rho = 0.0 if filters.unit == "letter" or not chosen else rho_of(items, chosen)
        groups = {group.key: group for group in reader.by(name)}
        assert set(groups) == {key for item in chosen for key in item.held[name]}
        assert list(groups) == [key for key in reader.keys(name) if key in groups]
        for key, group in groups.items():
            inside = as_units(by_letter(item for item in chosen if key in item.held[name]), filters.unit)
            outside = as_units(by_letter(item for item in chosen if key not in item.held[name]), filters.unit)
            assert same(group.rate, overturn_rate(sums(inside), rho)), (name, key)
            if not outside:
                assert group.versus_rest is None
                continue
            expected = difference(sums(inside), sums(outside), cross_sums(inside, outside), rho)
            assert group.versus_rest
            found = group.versus_rest
            assert (found.d, found.low, found.high, found.variance) == pytest.approx(
                (expected.d, expected.low, expected.high, expected.variance)
            ), (name, key)
            assert found.p_value == pytest.approx(expected.p_value)


@given(filters=some_filters())
@settings(max_examples=60, deadline=None)
def test_counts_ignore_their_own_dimension(
    filters: Filters, items: list[PlainItem], connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    reader = Reader(connection, sample_warehouse, filters)
    for name in dimensions():
        expected: dict[str, int] = {}
        for item in items:
            if matches(item, filters, ignoring=name):
                for key in item.held[name]:
                    expected[key] = expected.get(key, 0) + 1
        assert reader.counts(name) == expected, name
    outcomes = [item.overturned for item in items if matches(item, filters, ignoring="outcome")]
    assert reader.counts("outcome") == {
        name: count for name, count in (("overturned", sum(outcomes)), ("upheld", outcomes.count(False))) if count
    }


@given(filters=some_filters())
@settings(max_examples=60, deadline=None)
def test_periods_rows_and_the_rest(
    filters: Filters, items: list[PlainItem], connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    reader = Reader(connection, sample_warehouse, filters)
    chosen = [item for item in items if matches(item, filters)]
    dated: dict[date, list[PlainItem]] = {}
    for item in chosen:
        day = item.decided if filters.date_field == "decision" else item.denied
        if day:
            dated.setdefault(day.replace(day=1), []).append(item)
    expected = {month: sums(as_units(by_letter(part), filters.unit)) for month, part in sorted(dated.items())}
    found = reader.periods("month")
    assert [period.start for period in found] == list(expected)
    assert [(period.rate.n, period.rate.y) for period in found] == [(cell.n, cell.y) for cell in expected.values()]
    rows = reader.decisions(limit=1000)
    assert len(rows) == len(chosen)
    assert sum(row["outcome"] == "overturned" for row in rows) == sum(item.overturned for item in chosen)
    days = [row["decision_date"] or date.min for row in rows]
    assert days == sorted(days, reverse=True)
    paged = [row for offset in range(0, 100, 7) for row in reader.decisions(limit=7, offset=offset)]
    assert [(row["letter_id"], row["ordinal"]) for row in paged] == [(row["letter_id"], row["ordinal"]) for row in rows]


@given(filters=some_filters())
@settings(max_examples=60, deadline=None)
def test_the_filter_against_the_rest(
    filters: Filters, items: list[PlainItem], connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    inside = as_units(by_letter(item for item in items if matches(item, filters)), filters.unit)
    outside = as_units(by_letter(item for item in items if not matches(item, filters)), filters.unit)
    found, rest = Reader(connection, sample_warehouse, filters).against_rest()
    if not inside or not outside:
        assert (found, rest) == (None, None)
        return
    rho = 0.0 if filters.unit == "letter" else pooled_rho(sums(by_letter(items)))
    expected = difference(sums(inside), sums(outside), cross_sums(inside, outside), rho)
    assert found and rest
    assert (found.d, found.low, found.high) == pytest.approx((expected.d, expected.low, expected.high))
    assert same(rest, overturn_rate(sums(outside), rho))


@pytest.mark.parametrize("pair", [("modality", "reviewer"), ("admin", "reviewer"), ("category", "admin_profile")])
@pytest.mark.parametrize("unit", ["item", "letter"])
def test_crossed_dimensions(
    pair: tuple[str, str],
    unit: str,
    items: list[PlainItem],
    connection: duckdb.DuckDBPyConnection,
    sample_warehouse: Snapshot,
) -> None:
    filters = replace(Filters(), unit=unit)
    found = Reader(connection, sample_warehouse, filters).cross(*pair)
    cells: dict[tuple[str, str], list[PlainItem]] = {}
    for item in items:
        for first in item.held[pair[0]]:
            for second in item.held[pair[1]]:
                cells.setdefault((first, second), []).append(item)
    assert {key: (rate.n, rate.y) for key, rate in found.items()} == {
        key: (cell.n, cell.y)
        for key, cell in ((key, sums(as_units(by_letter(part), unit))) for key, part in cells.items())
    }


@pytest.mark.parametrize(
    ("words", "inside"),
    [
        ("knee", "knee"),
        ("KNEE", "knee"),
        ('"bone scan"', "bone scan"),
        ("xylophone", None),
        ("knee xylophone", None),
        ('"scan bone"', None),
        ("???", None),
        ('"', None),
        ("knee " + "x" * 60, None),
        ("a OR b AND (", "a"),
    ],
)
def test_words(
    words: str,
    inside: str | None,
    items: list[PlainItem],
    connection: duckdb.DuckDBPyConnection,
    sample_warehouse: Snapshot,
) -> None:
    expected = {item.letter for item in items if inside and inside in " ".join(item.text.split())}
    assert Reader(connection, sample_warehouse, Filters(words=words)).headline().letters == len(expected)


def test_a_letter_with_everything(connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot) -> None:
    reader = Reader(connection, sample_warehouse, Filters())
    letter_id = reader.letter_for_case(" cm15-0990013 ")
    assert letter_id
    letter = reader.letter(letter_id)
    assert letter and letter["case_number"] == "CM15-0990013"
    assert [decision["ordinal"] for decision in letter["decisions"]] == list(range(1, 11))
    for finding in letter["findings"]:
        if finding["kind"] == "outcome":
            assert letter["text"][finding["span_start"] : finding["span_end"]].lower() == finding["value"]
    assert letter["versions"] == []
    for missing in ("0" * 64, "", "%", "'; --", letter_id[:5]):
        assert reader.letter(missing) is None
    assert reader.letter(letter_id[:16])
    assert reader.letter_for_case("CM00-0000000") is None


def test_switches_show_the_rate_without_them(
    items: list[PlainItem], connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    reader = Reader(connection, sample_warehouse, Filters(without=("ancillary",)))
    assert reader.headline().decisions == sum("ancillary" not in item.flags for item in items)
    assert reader.headline().ancillary == 0


@given(filters=some_filters())
@settings(max_examples=40, deadline=None)
def test_the_rate_without_the_items_of_a_switch(
    filters: Filters, items: list[PlainItem], connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    reader = Reader(connection, sample_warehouse, filters)
    for switch in ("ancillary", "modified", "retrospective"):
        fewer = replace(filters, without=tuple({*filters.without, switch}))
        assert same(reader.rate_without(switch), Reader(connection, sample_warehouse, fewer).headline().rate)


def test_bounds_and_undated(
    items: list[PlainItem], connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    reader = Reader(connection, sample_warehouse, Filters().choose("modality", Choice(("no_such_key",))))
    days = [item.decided for item in items if item.decided]
    assert reader.bounds() == (min(days), max(days))
    assert Reader(connection, sample_warehouse, Filters()).undated() == len(items) - len(days)
