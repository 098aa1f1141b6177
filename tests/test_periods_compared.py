"""Trend and change against a slow, obvious evaluation over the record tables."""

from __future__ import annotations

import math
from dataclasses import astuple, replace
from datetime import date, timedelta
from itertools import pairwise

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.filters import Choice, DateRange, Filters
from data.movement import moved_most
from data.periods_compared import LONGEST
from data.queries import Reader
from data.schema import NOT_STATED
from data.spans import Span
from data.statistics import Sums, difference, overturn_rate, pooled_rho
from data.warehouse import Snapshot
from tests.plain import PlainItem, as_units, by_letter, matches, some_filters, sums

LISTED = ("modality", "admin", "reviewer", "specialty", "body", "category")


def dated(item: PlainItem, filters: Filters) -> date | None:
    return item.decided if filters.date_field == "decision" else item.denied


def within(items: list[PlainItem], filters: Filters, span: Span) -> list[PlainItem]:
    """The items of the filter, its dates aside, whose date lies in the span."""
    chosen = [item for item in items if matches(item, filters, ignoring="date")]
    return [item for item in chosen if (day := dated(item, filters)) and span.start <= day <= span.end]


def unit_sums(items: list[PlainItem], filters: Filters) -> Sums:
    return sums(as_units(by_letter(items), filters.unit))


def rho_of(items: list[PlainItem], chosen: list[PlainItem], filters: Filters) -> float:
    if filters.unit == "letter":
        return 0.0
    return pooled_rho(sums(by_letter(chosen)), otherwise=pooled_rho(sums(by_letter(items))))


def expected_covered(items: list[PlainItem], filters: Filters) -> date:
    """The last day, by UR denial as long before the last decision as 95 of 100 items took."""
    days = [day for item in items if (day := dated(item, filters))]
    if filters.date_field == "decision":
        return max(days)
    pairs = [(item.decided, item.denied) for item in items if item.decided and item.denied]
    delays = sorted((decided - denied).days for decided, denied in pairs if decided >= denied)
    last = max(decided for decided, denied in pairs if decided >= denied)
    return min(max(days), last - timedelta(days=delays[math.ceil(0.95 * len(delays)) - 1]))


# The samples lie some years apart, so long ranges, in which both halves hold letters, are drawn as often as any.
ranges = st.none() | st.builds(
    lambda start, days: DateRange(start, start + timedelta(days=days)),
    st.dates(date(2015, 1, 1), date(2016, 6, 1)),
    st.integers(200, 800),
)


@given(filters=some_filters(), dates=ranges)
@settings(max_examples=120, deadline=None)
def test_two_periods_side_by_side(
    filters: Filters,
    dates: DateRange | None,
    items: list[PlainItem],
    connection: duckdb.DuckDBPyConnection,
    sample_warehouse: Snapshot,
) -> None:
    filters = replace(filters, dates=dates) if dates else filters
    reader = Reader(connection, sample_warehouse, filters)
    assert reader.covered() == expected_covered(items, filters)
    spans, found = reader.spans(), reader.change()
    if spans is None:
        assert found is None and filters.dates.bounded
        return
    before, after = within(items, filters, spans.previous), within(items, filters, spans.current)
    if not before or not after:
        assert found is None
        return
    assert found is not None
    rho = rho_of(items, before + after, filters)
    assert found.rho == pytest.approx(rho)
    for rate, chosen in ((found.previous, before), (found.current, after)):
        expected = overturn_rate(unit_sums(chosen, filters), rho)
        assert (rate.n, rate.y, rate.letters, rate.small) == (expected.n, expected.y, expected.letters, expected.small)
        assert (rate.rate, rate.low, rate.high) == pytest.approx((expected.rate, expected.low, expected.high))
    wanted = difference(unit_sums(after, filters), unit_sums(before, filters), None, rho)
    assert (found.change.d, found.change.low, found.change.high) == pytest.approx((wanted.d, wanted.low, wanted.high))


@given(filters=some_filters(), dates=ranges)
@settings(max_examples=60, deadline=None)
def test_every_group_in_both_periods(
    filters: Filters,
    dates: DateRange | None,
    items: list[PlainItem],
    connection: duckdb.DuckDBPyConnection,
    sample_warehouse: Snapshot,
) -> None:
    filters = replace(filters, dates=dates) if dates else filters
    reader = Reader(connection, sample_warehouse, filters)
    found, change = reader.moved(LISTED), reader.change()
    if found is None or change is None:
        assert found is change is None
        return
    groups: dict[str, tuple[Sums, Sums]] = {}
    sides = [within(items, filters, span) for span in (found.spans.previous, found.spans.current)]
    for name in LISTED:
        if filters.choice(name).include:
            continue
        asked = reader._in_spans(name, found.spans)
        keys = {key for side in sides for item in side for key in item.held[name]} - {NOT_STATED}
        assert asked.keys() == keys
        for key in keys:
            held = [unit_sums([item for item in side if key in item.held[name]], filters) for side in sides]
            groups[f"{name}|{key}"] = (held[0], held[1])
            for got, wanted_sums in zip(asked[key], held, strict=True):
                assert astuple(got) == pytest.approx(astuple(wanted_sums)), (name, key)
    assert found.groups == len(groups)
    wanted = {one.key: one for one in moved_most(groups, change.rho)}
    assert {one.key for one in found.candidates} == wanted.keys()
    for one in found.candidates:
        assert one.shrunken == pytest.approx(wanted[one.key].shrunken)
        assert one.stands_out == wanted[one.key].stands_out
    shrunken = [abs(one.shrunken) for one in found.candidates]
    assert all(later <= earlier + 1e-5 for earlier, later in pairwise(shrunken))


def test_a_group_that_the_filter_chooses_is_no_candidate(
    connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    dates = DateRange(date(2015, 9, 1), date(2017, 12, 31))
    some = Filters(dates=dates).choose("modality", Choice(("ct",)))
    found = Reader(connection, sample_warehouse, some).moved(("modality", "category"))
    assert found is not None
    categories = Reader(connection, sample_warehouse, some).moved(("category",))
    assert categories is not None
    assert found.groups == categories.groups > 0
    other = Filters(dates=dates).choose("modality", Choice((), ("mri",)))
    both = Reader(connection, sample_warehouse, other).moved(("modality", "category"))
    assert both is not None
    assert both.groups > categories.groups


@given(filters=some_filters())
@settings(max_examples=60, deadline=None)
def test_the_trend_takes_the_shortest_period_with_letters_enough(
    filters: Filters, items: list[PlainItem], connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    reader = Reader(connection, sample_warehouse, filters)
    found = reader.trend()
    days = [day for item in items if matches(item, filters) and (day := dated(item, filters))]
    if not days:
        assert found is None
        return
    assert found is not None
    assert list(found.periods) == reader.periods(found.length)
    assert sum(period.rate.n for period in found.periods) == (
        len({item.letter for item in items if matches(item, filters) and dated(item, filters)})
        if filters.unit == "letter"
        else len(days)
    )
    apart = (max(days).replace(day=1) - min(days).replace(day=1)).days
    for length, longest in LONGEST.items():
        if length == found.length:
            assert apart <= longest
            break
        periods = reader.periods(length)
        assert apart > longest or 2 * sum(not period.rate.small for period in periods) < len(periods)
