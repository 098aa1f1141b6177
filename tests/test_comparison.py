"""Two filters beside each other, against hand-worked values, a slow reference over rows, and simulation."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.comparison import compare, composition, standardised_difference
from data.standardise import Cell, rolled_up, standardised_ratio
from data.statistics import CrossSums, Rate, Sums, difference, mover, overturn_rate, wilson
from tests.test_statistics import cross_of, sums_of

Row = tuple[int, bool, bool, bool]  # letter, overturned, in A, in B


def units(m: int, y: int) -> Sums:
    return Sums.letters_as_units(m, y)


def side(rows: list[Row], a: bool | None, b: bool | None) -> list[tuple[int, bool]]:
    return [(letter, y) for letter, y, in_a, in_b in rows if a in (None, in_a) and b in (None, in_b)]


@given(st.lists(st.tuples(st.integers(0, 14), st.booleans(), st.booleans(), st.booleans()), max_size=80))
def test_what_is_tested_is_outside_of_both(rows: list[Row]) -> None:
    a, b = side(rows, True, None), side(rows, None, True)
    a_alone, b_alone = side(rows, True, False), side(rows, False, True)
    cross = cross_of(a_alone, b_alone)
    got = compare(sums_of(a), sums_of(b), sums_of(a_alone), sums_of(b_alone), cross, 0.5)
    assert got.both == len(side(rows, True, True))
    assert (got.a.n, got.b.n, got.a_alone.n, got.b_alone.n) == (len(a), len(b), len(a_alone), len(b_alone))
    assert got.versus == difference(sums_of(a_alone), sums_of(b_alone), cross, 0.5)
    inside = {"apart": not got.both, "a within b": not a_alone, "b within a": not b_alone}
    assert got.relation == "the same" if got.both and not a_alone and not b_alone else inside.get(got.relation, True)


def test_items_in_both_do_not_count_as_a_difference() -> None:
    """200 shared items at 10 %, 100 more on each side at 10 and 30 %."""
    got = compare(units(300, 30), units(300, 50), units(100, 10), units(100, 30), None, 0.0)
    assert (got.both, got.relation) == (200, "overlapping")
    assert (got.a.rate, got.b.rate) == (pytest.approx(0.1), pytest.approx(1 / 6))
    assert got.versus.d == pytest.approx(-0.2)
    assert got.versus.distinguishable


@pytest.mark.parametrize(
    ("a_alone", "b_alone", "both", "relation"),
    [
        (10, 10, 0, "apart"),
        (10, 10, 5, "overlapping"),
        (0, 10, 5, "a within b"),
        (10, 0, 5, "b within a"),
        (0, 0, 5, "the same"),
        (0, 0, 0, "apart"),
    ],
)
def test_relations(a_alone: int, b_alone: int, both: int, relation: str) -> None:
    def sums(n: int) -> Sums:
        return units(n, n // 2) if n else Sums()

    got = compare(sums(a_alone + both), sums(b_alone + both), sums(a_alone), sums(b_alone), None, 0.6)
    assert (got.relation, got.both) == (relation, both)
    if not a_alone or not b_alone:
        assert (got.versus.d, got.versus.p_value, got.versus.distinguishable) == (None, None, False)


def test_sums_that_disagree_are_refused() -> None:
    with pytest.raises(ValueError, match="5 of A's items, 4 of B's"):
        compare(units(15, 1), units(14, 1), units(10, 1), units(10, 1), None, 0.0)
    with pytest.raises(ValueError, match="in both: -1"):
        compare(units(9, 1), units(9, 1), units(10, 1), units(10, 1), None, 0.0)


# Composition


def test_composition_by_hand() -> None:
    """MRI 30 of 100 beside 60 of 100: with single items Newcombe's interval."""
    a = {"mri": units(100, 30), "ct": units(100, 40), "dexa": units(100, 30)}
    b = {"mri": units(100, 60), "ct": units(100, 38), "dexa": units(100, 2)}
    got = composition(a, b)
    assert [share.key for share in got] == ["mri", "dexa", "ct"]
    assert [share.stands_out for share in got] == [True, True, False]
    mri = got[0]
    assert (mri.a.rate, mri.b.rate, mri.versus.d) == (0.3, 0.6, pytest.approx(-0.3))
    expected = mover((0.3, *wilson(0.3, 99)), (0.6, *wilson(0.6, 99)))  # n* = 99 by m/(m-1)
    assert (mri.versus.low, mri.versus.high) == pytest.approx(expected)


def test_composition_counts_letters() -> None:
    """Every letter holds four items of one kind: 25 letters are worth 25 items, not 100."""
    four = [(letter, letter < 10) for letter in range(25) for _ in range(4)]
    other = [(letter + 100, letter < 15) for letter in range(25) for _ in range(4)]
    (got,) = composition({"knee": sums_of(four)}, {"knee": sums_of(other)})
    assert got.a.effective == pytest.approx(24)
    assert got.versus.d == pytest.approx(-0.2)
    assert not got.versus.distinguishable


def test_composition_with_shared_letters() -> None:
    a = [(letter, letter % 4 == 0) for letter in range(40)]
    b = [(letter, letter % 2 == 0) for letter in range(40)]
    cross = cross_of(a, b)
    (got,) = composition({"knee": sums_of(a)}, {"knee": sums_of(b)}, {"knee": cross})
    assert cross.letters == 40
    apart = composition({"knee": sums_of(a)}, {"knee": sums_of(b)})[0]
    assert got.versus.d == apart.versus.d
    assert apart.versus.low < got.versus.low < got.versus.high < apart.versus.high


def test_composition_of_nothing() -> None:
    assert composition({}, {}) == []
    (got,) = composition({"mri": Sums()}, {"mri": units(50, 10)})
    assert (got.a.rate, got.versus.d, got.stands_out) == (None, None, False)
    (none,) = composition({"mri": units(50, 0)}, {"mri": units(50, 0)})
    assert (none.versus.d, none.stands_out) == (0.0, False)
    fours = sums_of([(letter, False) for letter in range(20) for _ in range(4)])
    (unknown,) = composition({"mri": fours}, {"mri": fours})  # nothing tells how alike: a letter counts as one item
    assert (unknown.a.effective, unknown.a.high) == (20, pytest.approx(wilson(0, 20)[1]))
    with pytest.raises(ValueError, match="one side only: ct, mri"):
        composition({"mri": units(5, 1)}, {"ct": units(5, 1)})


# Standardised difference


def rate_of(n: int, y: int, deff: float = 1.0) -> Rate:
    return Rate(n, y, n, y / n, *wilson(y / n, n / deff), effective=n / deff, deff=deff, small=False)


def test_standardised_difference_by_hand() -> None:
    """A: 60 easy items, 9 overturned, 40 hard ones, 20; B: 200 easy, 20, and 100 hard, 40. On A's mix B gives 0.22.

    var = 0.36 * 0.1020 * 0.8980 / 200 + 0.16 * 0.4010 * 0.5990 / 100, mean 0.6 * 0.1020 + 0.4 * 0.4010 = 0.22159.
    """
    a = {("easy",): Cell(60, 9, 60), ("hard",): Cell(40, 20, 40)}
    b = {("easy",): Cell(200, 20, 200), ("hard",): Cell(100, 40, 100)}
    got = standardised_difference(a, b, rate_of(100, 29), rate_of(300, 60))
    assert (got.rate, got.given_mix, got.d) == (0.29, pytest.approx(0.22), pytest.approx(0.07))
    easy, hard = 20.5 / 201, 40.5 / 101
    variance = 0.36 * easy * (1 - easy) / 200 + 0.16 * hard * (1 - hard) / 100
    mean = 0.6 * easy + 0.4 * hard
    assert (variance, mean) == (pytest.approx(0.000549, abs=1e-6), pytest.approx(0.22159, abs=1e-5))
    expected = mover((0.29, *wilson(0.29, 100)), (0.22, *wilson(0.22, mean * (1 - mean) / variance)))
    assert (got.low, got.high) == pytest.approx(expected)
    ratio = standardised_ratio(a, b, rate_of(100, 29))
    assert got.d == pytest.approx((ratio.observed - ratio.expected) / 100)


def test_one_stratum_is_the_plain_difference() -> None:
    got = standardised_difference(
        {("a",): Cell(100, 30, 99)}, {("a",): Cell(4000, 800, 3000)}, rate_of(100, 30), rate_of(4000, 800)
    )
    plain = mover((0.3, *wilson(0.3, 100)), (0.2, *wilson(0.2, 4000)))
    assert (got.d, got.low, got.high) == pytest.approx((0.1, *plain), abs=1e-4)


def test_design_effects_widen() -> None:
    a, b = {("a",): Cell(100, 30, 99)}, {("a",): Cell(400, 80, 300)}
    plain = standardised_difference(a, b, rate_of(100, 30), rate_of(400, 80))
    wide = standardised_difference(a, b, rate_of(100, 30, 2.0), rate_of(400, 80, 2.0))
    assert plain.d == wide.d
    assert plain.low is not None
    assert plain.high is not None
    assert wide.low is not None
    assert wide.high is not None
    assert wide.high - wide.low == pytest.approx(math.sqrt(2) * (plain.high - plain.low), rel=0.05)


def test_nothing_comparable() -> None:
    got = standardised_difference(
        {("a",): Cell(5, 1, 5)}, {("b",): Cell(500, 50, 400)}, rate_of(5, 1), rate_of(500, 50)
    )
    assert (got.rate, got.given_mix, got.d, got.low, got.high, got.matched.share) == (None, None, None, None, None, 0.0)
    empty = standardised_difference({}, {}, overturn_rate(Sums(), 0.6), overturn_rate(Sums(), 0.6))
    assert (empty.d, empty.matched.total) == (None, 0)


def test_strata_of_b_without_overturns_leave_some_doubt() -> None:
    b = {("a",): Cell(40, 0, 30)}
    got = standardised_difference({("a",): Cell(2000, 20, 1500)}, b, rate_of(2000, 20), rate_of(40, 0))
    assert got.given_mix == 0.0
    assert got.low is not None
    assert got.low < -0.03


def test_mixes_that_differ_alone_are_no_difference() -> None:
    """Other mixes, the same rates in each stratum: covered as stated, also where strata collapse."""
    source = random.Random(1959)
    covered = 0
    for _ in range(300):
        shares = {("2015", "mri"): 0.1, ("2015", "ct"): 0.3, ("2016", "mri"): 0.2, ("2016", "pet"): 0.4}
        sizes = [(20, 300), (60, 80), (40, 200), (60, 60)]
        drawn: list[dict[tuple[str, ...], Cell]] = [{}, {}]
        for (stratum, p), pair in zip(shares.items(), sizes, strict=True):
            for cells, n in zip(drawn, pair, strict=True):
                cells[stratum] = Cell(n, sum(source.random() < p for _ in range(n)), n)
        rates = [rate_of(sum(c.n for c in cells.values()), sum(c.y for c in cells.values())) for cells in drawn]
        got = standardised_difference(drawn[0], rolled_up(drawn[1]), *rates)
        assert got.low is not None
        assert got.high is not None
        covered += got.low <= 0 <= got.high
    assert 0.92 <= covered / 300 <= 0.995


def test_cross_sums_are_used() -> None:
    """A letter on both sides enters the covariance."""
    a = [(i, i % 2 == 0) for i in range(30)]
    b = [(i, i % 2 == 0) for i in range(30)]
    tied = compare(sums_of(a), sums_of(b), sums_of(a), sums_of(b), cross_of(a, b), 0.0)
    loose = compare(sums_of(a), sums_of(b), sums_of(a), sums_of(b), CrossSums(), 0.0)
    assert tied.versus.high - tied.versus.low < loose.versus.high - loose.versus.low
