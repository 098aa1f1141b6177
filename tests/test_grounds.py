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
from data.vocabulary import vocabulary
from data.warehouse import Snapshot
from tests.plain import PlainItem, as_units, cross_sums, matches, some_filters, sums

Letters = dict[int, tuple[int, int]]
SPEAKS = {key: term.attributes["outcome"] for key, term in vocabulary("reasons").terms.items()} | {NOT_STATED: "either"}


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
        speaks = SPEAKS[ground.key]
        assert ground.speaks == (None if speaks == "either" else speaks)
        alike = {"overturned": left, "upheld": right}.get(speaks, left + right)
        rho = 0.0 if filters.unit == "letter" else pooled_rho(alike)
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
    places = [("overturned", "either", "upheld").index(SPEAKS[one.key]) for one in found if one.key != NOT_STATED]
    assert places == sorted(places)
    for speaks, outcome in (("overturned", "overturned"), ("upheld", "upheld")):
        shares = [getattr(one, outcome).rate or 0.0 for one in found if one.speaks == speaks]
        assert shares == sorted(shares, reverse=True)
    assert NOT_STATED not in [ground.key for ground in found[:-1]]
    tested = [one.differs.p_value if one.compared else None for one in found]
    assert [ground.stands_out for ground in found] == benjamini_hochberg(tested)


def test_what_was_not_looked_for_is_not_compared(
    connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    """A ground for overturning is never read in an upheld item: its share there is nought whatever the letter says."""
    found = Reader(connection, sample_warehouse, Filters()).grounds()
    one_sided = [one for one in found if one.speaks]
    assert one_sided
    assert not any(one.stands_out or one.compared for one in one_sided)
    assert all(getattr(one, {"overturned": "upheld", "upheld": "overturned"}[one.speaks]).y == 0 for one in one_sided)


def test_what_is_said_of_them(connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot) -> None:
    few = Reader(connection, sample_warehouse, Filters().choose("modality", Choice(("pet",))))
    assert sentence(few.grounds()) == "Too few letters on either side to say how often grounds are stated."
    sides = sums(dict.fromkeys(range(40), (1, 1))), sums(dict.fromkeys(range(40), (1, 0)))
    rates = overturn_rate(sides[0], 0.0), overturn_rate(sides[1], 0.0)
    differs = difference(*sides, None, 0.0)
    favours = Ground("a", "Guideline recommends it", *rates, differs, speaks="overturned")
    assert (
        sentence([favours]) == "Stated most where overturned: guideline recommends it (100\N{NO-BREAK SPACE}% of 40)."
    )
    either = Ground("b", "MTUS silent", *rates, differs, stands_out=True)
    assert sentence([either]) == (
        "Stated most where overturned: mtus silent (100\N{NO-BREAK SPACE}% of 40). "
        "MTUS silent: stated more often where overturned than where upheld."
    )
    none = Ground(NOT_STATED, "No ground", *rates, differs)
    assert sentence([none]) == "Too few letters on either side to say how often grounds are stated."
