"""Standardised ratios: collapsing by hand, Byar's limits against published values, words, and simulation."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.standardise import (
    Cell,
    Stratum,
    byar,
    matched,
    ratio_z,
    rolled_up,
    standardised_ratio,
)
from data.statistics import Rate, Sums, overturn_rate
from tests.simulation import RHO, drawn_letters, sums_of_letters

NB = "\u00a0"


def units(m: int, y: int) -> Rate:
    return overturn_rate(Sums.letters_as_units(m, y), 0.0)


def rate_of(deff: float = 1.0, *, small: bool = False) -> Rate:
    return Rate(100, 20, 100, 0.2, 0.13, 0.29, 100 / deff, deff, small)


# Limits


@pytest.mark.parametrize(
    ("observed", "low", "high"),
    [
        (1, 0.013, 5.565),  # by hand: (8/9 - 0.653321)^3; 2 (1 - 1/18 + 0.461968)^3
        (10, 4.787, 18.392),  # 10 (1 - 0.011111 - 0.206597)^3; the exact Poisson limits are 4.795 and 18.390
        (100, 81.36, 121.63),  # published for 100 observed, 90 expected: 0.904 and 1.351
    ],
)
def test_byar(observed: int, low: float, high: float) -> None:
    assert byar(observed, 1.0) == pytest.approx((low, high), rel=1e-3, abs=1e-3)


def test_byar_published() -> None:
    """100 observed and 90 expected: 0.9040 to 1.3514 with z = 1.96 (worked example in the documentation of the Ruby class Byar)."""
    assert byar(100, 90, z=1.96) == pytest.approx((0.9040199067337297, 1.3514260807978444), abs=1e-12)


def test_byar_of_none() -> None:
    low, high = byar(0, 2.0)
    assert low == 0.0
    assert high == pytest.approx((8 / 9 + 1.959964 / 3) ** 3 / 2)  # 3.668 / 2; the exact Poisson limit is 3.689 / 2


@given(st.floats(0, 1e5), st.floats(0.01, 1e5))
def test_limits_hold_the_ratio(observed: float, expected: float) -> None:
    low, high = byar(observed, expected)
    assert 0 <= low <= observed / expected <= high
    wider = byar(observed / 4, expected / 4)
    assert wider[0] <= low + 1e-12
    assert wider[1] >= high - 1e-12


# Strata


def test_expected_by_hand() -> None:
    """Two years: 40 items where others are overturned in 10 %, 10 where in 50 %: E = 4 + 5 beside O = 9 + 3."""
    group = {("2015",): Cell(40, 9, 30), ("2016",): Cell(10, 3, 8)}
    others = {("2015",): Cell(200, 20, 150), ("2016",): Cell(60, 30, 40)}
    got = standardised_ratio(group, others, rate_of())
    assert (got.observed, got.expected, got.ratio) == (12, pytest.approx(9.0), pytest.approx(12 / 9))
    # E is not known for sure: its variance is 40^2 0.1 0.9/200 + 10^2 0.5 0.5/60 = 0.72 + 0.41667, 0.126296 of 9
    assert got.matched.error == pytest.approx(0.126296, abs=1e-6)
    assert (got.low, got.high) == pytest.approx(byar(12 / 1.126296, 9 / 1.126296), rel=1e-5)
    assert (got.matched.share, got.matched.full) == (1.0, 1.0)
    assert got.matched.uses == {("2015",): 40, ("2016",): 10}


def test_a_thin_stratum_collapses_upward_level_by_level() -> None:
    leaves = {
        ("2015", "mri", "knee"): Cell(29, 29, 29),  # an item short
        ("2015", "mri", "neck"): Cell(31, 2, 9),  # a letter short
        ("2015", "ct", "knee"): Cell(3, 3, 3),
        ("2016", "mri", "knee"): Cell(30, 3, 10),  # just enough
        ("2017", "ct", "neck"): Cell(5, 1, 5),  # too thin at every level
    }
    others = rolled_up(leaves)
    assert others[("2015", "mri")] == Cell(60, 31, 38)
    assert others[("2015",)] == Cell(63, 34, 41)
    group = {stratum: Cell(10, 2, 10) for stratum in leaves}
    got = matched(group, others)
    assert got.uses == {("2015", "mri"): 20, ("2015",): 10, ("2016", "mri", "knee"): 10}
    assert (got.total, got.n, got.y, got.full_n) == (50, 40, 8, 10)
    assert got.expected == pytest.approx(20 * 31 / 60 + 10 * 34 / 63 + 10 * 3 / 30)
    assert (got.share, got.full) == (pytest.approx(0.8), pytest.approx(0.2))


def test_a_stratum_that_the_others_lack_collapses_too() -> None:
    others = rolled_up({("2015", "mri"): Cell(100, 10, 80)})
    got = matched({("2015", "pet"): Cell(5, 1, 5), ("2019", "mri"): Cell(5, 1, 5)}, others)
    assert got.uses == {("2015",): 5}
    assert got.share == 0.5


def test_the_design_effect_widens_and_leaves_the_ratio() -> None:
    group, others = {("a",): Cell(100, 30, 50)}, {("a",): Cell(10_000, 2_000, 6_000)}
    plain, clustered = (standardised_ratio(group, others, rate_of(deff)) for deff in (1.0, 2.5))
    assert plain.ratio == clustered.ratio == pytest.approx(1.5)
    spread = 2.5 * (1 + 100**2 * 0.2 * 0.8 / 10_000 / 20)  # the variance of E is 0.16 beside 20
    assert (clustered.low, clustered.high) == pytest.approx(byar(30 / spread, 20 / spread))
    assert plain.distinguishable
    assert not clustered.distinguishable


def test_nothing_to_compare() -> None:
    empty = standardised_ratio({}, {("a",): Cell(100, 10, 100)}, overturn_rate(Sums(), 0.6))
    assert (empty.ratio, empty.low, empty.high, empty.matched.share) == (None, None, None, 0.0)
    alone = standardised_ratio({("a",): Cell(40, 4, 40)}, {}, rate_of())
    assert (alone.ratio, alone.matched.share) == (None, 0.0)
    assert alone.small
    never = standardised_ratio({("a",): Cell(40, 4, 40)}, {("a",): Cell(100, 0, 100)}, rate_of())
    assert (never.ratio, never.distinguishable) == (None, False)  # nothing expected: no ratio


def test_a_small_part_that_has_comparable_letters_carries_no_ratio() -> None:
    """A group of 78 items in 60 letters, 8 overturned; 11 of them, none overturned, have comparable letters."""
    group = {("ct",): Cell(11, 0, 9), ("acupuncture",): Cell(67, 8, 51)}
    whole = overturn_rate(Sums(78, 8, 60, 120, 10, 12, 6.0), 0.3)
    got = standardised_ratio(group, {("ct",): Cell(400, 60, 300)}, whole)
    assert not whole.small
    assert (got.small, got.distinguishable, ratio_z(got, whole)) == (True, False, None)
    most = {("ct",): Cell(60, 0, 48), ("acupuncture",): Cell(18, 8, 12)}
    got = standardised_ratio(most, {("ct",): Cell(400, 60, 300)}, whole)
    assert not got.small


def test_ratios_have_no_order() -> None:
    one = standardised_ratio({("a",): Cell(40, 9, 40)}, {("a",): Cell(100, 10, 100)}, rate_of())
    with pytest.raises(TypeError):
        sorted([one, one])  # type: ignore[type-var]


strata = st.tuples(st.sampled_from("AB"), st.sampled_from("xyz"), st.sampled_from("12"))
cells = st.integers(0, 60).flatmap(lambda n: st.builds(Cell, st.just(n), st.integers(0, n), st.integers(min(n, 1), n)))


@given(st.dictionaries(strata, cells, max_size=12), st.dictionaries(strata, cells, max_size=12))
def test_every_item_is_matched_once_or_left_out(group: dict[Stratum, Cell], leaves: dict[Stratum, Cell]) -> None:
    others = rolled_up(leaves)
    got = matched(group, others)
    assert sum(got.uses.values()) == got.n <= got.total == sum(cell.n for cell in group.values())
    assert 0 <= got.full <= got.share <= 1
    assert 0 <= got.expected <= got.n
    for used in got.uses:
        assert others[used].n >= 30
        assert others[used].letters >= 10
    for stratum, cell in group.items():
        finest = others.get(stratum, Cell())
        if finest.n >= 30 and finest.letters >= 10 and cell.n:
            assert got.uses[stratum] >= cell.n
    itself = matched(leaves, others)  # where nothing collapses a side expects what it has
    if all(cell.n >= 30 and cell.letters >= 10 for cell in leaves.values()):
        assert itself.expected == pytest.approx(itself.y)


# Simulation


def test_mix_alone_makes_no_difference() -> None:
    """A group with three times the share of hard cases, overturned as the others in each: rate 0.25 beside 0.15."""
    source = random.Random(1987)
    outside = 0
    ratios = []
    for _ in range(300):
        group = {("easy",): (60, 0.1), ("hard",): (60, 0.4)}
        others = {("easy",): (500, 0.1), ("hard",): (100, 0.4)}
        drawn = [
            {key: Cell(n, sum(source.random() < p for _ in range(n)), n) for key, (n, p) in side.items()}
            for side in (group, others)
        ]
        got = standardised_ratio(drawn[0], drawn[1], units(120, sum(cell.y for cell in drawn[0].values())))
        ratios.append(got.ratio or 0.0)
        outside += got.distinguishable
    assert sum(ratios) / 300 == pytest.approx(1.0, abs=0.03)
    assert outside / 300 <= 0.07


def test_limits_hold_with_letter_clusters() -> None:
    """Letters whose items are alike, easy and hard ones: limits without the design effect are too short, with it not."""
    source = random.Random(1987)
    others = {("easy",): Cell(100_000, 10_000, 50_000), ("hard",): Cell(100_000, 30_000, 50_000)}
    held = plain = 0
    for _ in range(400):
        easy, hard = (
            sums_of_letters([(n, y) for _, n, y in drawn_letters(source, p, letters, None)])
            for p, letters in ((0.1, 60), (0.3, 20))
        )
        group = {("easy",): Cell(easy.n, easy.y, 60), ("hard",): Cell(hard.n, hard.y, 20)}
        got = standardised_ratio(group, others, overturn_rate(easy + hard, RHO))
        assert got.low is not None
        assert got.high is not None
        held += got.low <= 1 <= got.high
        low, high = byar(got.observed, got.expected)
        plain += low <= 1 <= high
    assert held / 400 >= 0.94
    assert plain < held - 20
