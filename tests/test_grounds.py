"""How often grounds are stated on either side, against a slow, obvious count."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings

from data.filters import Choice, Filters
from data.grounds import Ground, sentence
from data.queries import Reader
from data.schema import NOT_STATED
from data.statistics import benjamini_hochberg, difference, overturn_rate, pooled_rho
from data.warehouse import Snapshot
from tests.plain import PlainItem, as_units, cross_sums, matches, some_filters, sums

Letters = dict[int, tuple[int, int]]


def stating(items: list[PlainItem], key: str, overturned: bool, unit: str) -> Letters:
    """Items of one outcome and those that state the ground, by letter."""
    found: Letters = {}
    for item in items:
        if item.overturned is overturned:
            n, y = found.get(item.letter, (0, 0))
            found[item.letter] = (n + 1, y + (key in item.held["reason"]))
    return as_units(found, unit)


@given(filters=some_filters())
@settings(max_examples=40, deadline=None)
def test_shares_by_outcome(
    filters: Filters, items: list[PlainItem], connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    every = Filters(**{**{name: getattr(filters, name) for name in filters.__slots__}, "outcome": None})
    chosen = [item for item in items if matches(item, every, ignoring="reason")]
    found = Reader(connection, sample_warehouse, filters).grounds()
    assert {ground.key for ground in found} == {key for item in chosen for key in item.held["reason"]}
    for ground in found:
        sides = [stating(chosen, ground.key, overturned, filters.unit) for overturned in (True, False)]
        left, right = map(sums, sides)
        rho = 0.0 if filters.unit == "letter" else pooled_rho(left + right)
        for rate, expected in (
            (ground.overturned, overturn_rate(left, rho)),
            (ground.upheld, overturn_rate(right, rho)),
        ):
            assert (rate.n, rate.y, rate.letters, rate.small) == (
                expected.n,
                expected.y,
                expected.letters,
                expected.small,
            )
            assert (rate.low, rate.high) == pytest.approx((expected.low, expected.high))
        against = difference(left, right, cross_sums(*sides), rho)
        assert (ground.differs.d, ground.differs.low) == pytest.approx((against.d, against.low))
        assert ground.differs.p_value == pytest.approx(against.p_value)
    stated = [ground.differs.d or 0.0 for ground in found if ground.key != NOT_STATED]
    assert stated == sorted(stated, reverse=True)
    assert NOT_STATED not in [ground.key for ground in found[:-1]]
    tested = [ground.differs.p_value for ground in found]
    assert [ground.stands_out for ground in found] == benjamini_hochberg(tested)


def test_what_is_said_of_them(connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot) -> None:
    few = Reader(connection, sample_warehouse, Filters().choose("modality", Choice(("pet",))))
    assert sentence(few.grounds()) == "Too few letters on one side to compare how often grounds are stated."
    rates = (
        overturn_rate(sums(dict.fromkeys(range(40), (1, 1))), 0.0),
        overturn_rate(sums(dict.fromkeys(range(40), (1, 0))), 0.0),
    )
    differs = difference(sums(dict.fromkeys(range(40), (1, 1))), sums(dict.fromkeys(range(40), (1, 0))), None, 0.0)
    grounds = [Ground("a", "Guideline recommends it", *rates, differs, stands_out=True)]
    assert sentence(grounds) == "More often stated where overturned: guideline recommends it."
    assert (
        sentence([Ground("a", "A", *rates, differs)])
        == "No ground is stated more often on one side than chance explains."
    )
