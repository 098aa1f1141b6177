"""The funnel against hand-worked values, a plain reference of the published formulas, exact tails and simulation."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.funnel import Funnel, between_variance, exact_limits, funnel, limits
from data.statistics import Rate, Sums, overturn_rate, wilson

# The eight schools of Rubin 1981, J Educ Stat 6:377: effects and standard errors
SCHOOLS = [(28.39, 14.9), (7.94, 10.2), (-2.75, 16.3), (6.82, 11.0), (-0.64, 9.4), (0.63, 11.4), (18.01, 10.4)]
SCHOOLS += [(12.16, 17.6)]


def rate(y: int, n: int, *, small: bool = False) -> Rate:
    """Independent items: n* = n."""
    return Rate(n, y, n, y / n, *wilson(y / n, n), effective=float(n), deff=1.0, small=small)


def funnel_of(counts: list[tuple[int, int]]) -> Funnel:
    got = funnel({f"group {i}": rate(y, n) for i, (y, n) in enumerate(counts)})
    assert got is not None
    return got


def test_two_groups_by_hand() -> None:
    """20 of 100 and 80 of 200: common 1/3, theta 0.61548; y 0.46365, 0.68472; s 0.05, 0.035355."""
    got = funnel_of([(20, 100), (80, 200)])
    assert (got.centre, got.phi, got.tau2) == (pytest.approx(1 / 3), None, 0.0)
    assert [point.z for point in got.points] == pytest.approx([-3.0366, 1.9584], abs=1e-4)
    assert [point.outside for point in got.points] == [1, 0]
    at = limits(100, 1 / 3, 0.0)  # 0.61548 - 0.098 = 0.51748, sin^2 = 0.24467
    assert at.low_warning == pytest.approx(0.24467, abs=1e-4)
    assert at.high_warning == pytest.approx(0.42842, abs=1e-4)
    assert at.low_alarm == pytest.approx(math.sin(0.61548 - 0.1545116) ** 2, abs=1e-5)


def test_overdispersion_by_hand() -> None:
    """Ten groups of 100 around one half, theta = pi/4 and s = 0.05: winsorising moves the outermost to the next ones.

    Shares sin^2(pi/4 + 0.05 z) for z = -6, -4, -3, -2, -1, 1, 2, 3, 4, 6: 10 and 90 % quantiles -4.2 and 4.2 (type 7),
    sum z^2 = 2 (4.2^2 + 16 + 9 + 4 + 1) = 95.28, phi 9.528, tau^2 = (95.28 - 9) / (4000 - 400) = 0.023967.
    """
    placed = {}
    for z in (-6, -4, -3, -2, -1, 1, 2, 3, 4, 6):
        p = math.sin(math.pi / 4 + 0.05 * z) ** 2
        placed[str(z)] = Rate(100, 50, 100, p, 0.0, 1.0, effective=100.0, deff=1.0, small=False)
    got = funnel(placed)
    assert got is not None
    assert got.phi == pytest.approx(9.528)
    assert got.tau2 == pytest.approx(86.28 / 3600)
    spread = math.sqrt(0.0025 + 86.28 / 3600)
    assert [point.z for point in got.points] == pytest.approx([0.05 * int(key) / spread for key in placed])
    assert [point.outside for point in got.points] == [0] * 10
    at = limits(100, 0.5, got.tau2)
    assert at.high_alarm == pytest.approx(math.sin(math.pi / 4 + 3.090232 * spread) ** 2)


def reference(counts: list[tuple[int, int]]) -> tuple[float, float]:
    """phi and tau^2 step by step, as FunnelPlotR does for shares (od_adjustment.R), without our helpers."""
    target = math.asin(math.sqrt(sum(y for y, _ in counts) / sum(n for _, n in counts)))
    s = [1 / (2 * math.sqrt(n)) for _, n in counts]
    z = [(math.asin(math.sqrt(y / n)) - target) / one for (y, n), one in zip(counts, s, strict=True)]

    def quantile(q: float) -> float:
        place = q * (len(z) - 1)
        low = math.floor(place)
        high = min(low + 1, len(z) - 1)
        return sorted(z)[low] + (place - low) * (sorted(z)[high] - sorted(z)[low])

    held = [min(max(one, quantile(0.1)), quantile(0.9)) for one in z]
    phi = sum(one**2 for one in held) / len(held)
    w = [1 / one**2 for one in s]
    return phi, max(0.0, (len(z) * phi - (len(z) - 1)) / (sum(w) - sum(one**2 for one in w) / sum(w)))


@given(st.lists(st.tuples(st.integers(5, 2000), st.floats(0.02, 0.98)), min_size=10, max_size=40))
def test_overdispersion_equals_the_reference(drawn: list[tuple[int, float]]) -> None:
    counts = [(max(1, min(n - 1, round(share * n))), n) for n, share in drawn]
    got = funnel_of(counts)
    assert (got.phi, got.tau2) == pytest.approx(reference(counts), abs=1e-9)


def test_no_correction_below_ten_groups() -> None:
    wide = [(10, 100), (30, 100), (50, 100)] * 3
    assert (funnel_of(wide).phi, funnel_of(wide).tau2) == (None, 0.0)
    assert funnel_of([*wide, (30, 100)]).tau2 > 0.01


def test_between_variance_of_the_eight_schools() -> None:
    """Pooled effect 7.9 (7.7 from rounded figures), Q 4.6 on 7 degrees of freedom (Gelman et al., section 5.5): no variance between schools."""
    w = [1 / se**2 for _, se in SCHOOLS]
    pooled = sum(v * effect for v, (effect, _) in zip(w, SCHOOLS, strict=True)) / sum(w)
    q = sum(v * (effect - pooled) ** 2 for v, (effect, _) in zip(w, SCHOOLS, strict=True))
    assert (pooled, q) == (pytest.approx(7.9, abs=0.05), pytest.approx(4.6, abs=0.05))
    assert between_variance(q, w) == 0.0


def test_between_variance_by_hand() -> None:
    assert between_variance(10.0, [1.0, 1.0, 1.0]) == pytest.approx((10 - 2) / (3 - 1))
    assert between_variance(10.0, [1.0, 3.0]) == pytest.approx((10 - 1) / (4 - 10 / 4))
    assert between_variance(10.0, [1.0]) == between_variance(0.0, []) == 0.0


def test_exact_limits_by_hand() -> None:
    """Ten at one half: P(R <= 1) = 0.010742, P(R <= 2) = 0.054688: (2 - 0.029688 / 0.043945) / 10."""
    low, high = exact_limits(10, 0.5, 0.025)
    assert (low, high) == pytest.approx((0.132444, 1 - 0.132444), abs=1e-6)


@pytest.mark.parametrize(("n", "p"), [(12, 0.1), (30, 0.1), (40, 0.2), (25, 0.9), (50, 0.5), (3, 0.01)])
@pytest.mark.parametrize("tail", [0.025, 0.001])
def test_outside_exactly_when_the_tail_is_rare(n: int, p: float, tail: float) -> None:
    low, high = exact_limits(n, p, tail)
    chance = [math.comb(n, r) * p**r * (1 - p) ** (n - r) for r in range(n + 1)]
    for r in range(n + 1):
        assert (r / n < low) == (sum(chance[: r + 1]) <= tail)
        assert (r / n > high) == (sum(chance[r:]) <= tail)


def test_exact_limits_where_few_are_expected() -> None:
    assert limits(90, 0.1, 0.0).high_warning == exact_limits(90, 0.1, 0.025)[1]
    assert limits(100, 0.1, 0.0).high_warning == pytest.approx(math.sin(math.asin(0.1**0.5) + 0.0979982) ** 2, abs=1e-6)
    assert limits(90, 0.1, 0.02).high_warning > exact_limits(90, 0.1, 0.025)[1]  # tau^2 widens, never narrows
    assert limits(20, 0.1, 1e-9).high_alarm == exact_limits(20, 0.1, 0.001)[1]


@given(st.floats(1.5, 1e5), st.floats(0.005, 0.995), st.floats(0, 0.05))
def test_limits_are_in_order(n: float, centre: float, tau2: float) -> None:
    at = limits(n, centre, tau2)
    assert 0 <= at.low_alarm <= at.low_warning <= centre <= at.high_warning <= at.high_alarm <= 1
    mirrored = limits(n, 1 - centre, tau2)
    assert mirrored.low_warning == pytest.approx(1 - at.high_warning, abs=1e-7)


def test_small_groups_are_not_placed_but_count_into_the_centre() -> None:
    got = funnel({"a": rate(10, 100), "b": rate(30, 100), "few": rate(5, 5, small=True)})
    assert got is not None
    assert got.small == ("few",)
    assert [point.key for point in got.points] == ["a", "b"]
    assert got.centre == pytest.approx(45 / 205)


def test_curves_reach_from_the_least_to_the_greatest_group() -> None:
    got = funnel_of([(10, 50), (400, 2000)])
    sizes = [at.effective for at in got.curves]
    assert len(sizes) == 60
    assert (sizes[0], sizes[-1]) == (pytest.approx(45), pytest.approx(2200))
    assert sizes == sorted(sizes)
    assert got.curves[0].high_warning > got.curves[-1].high_warning


def test_what_makes_no_funnel() -> None:
    assert funnel({}) is None
    assert funnel({"few": rate(2, 5, small=True)}) is None
    assert funnel({"never": rate(0, 50), "nor here": rate(0, 80)}) is None
    assert funnel({"always": rate(50, 50)}) is None
    assert funnel({"empty": overturn_rate(Sums(), 0.6)}) is None
    alone = funnel_of([(10, 100)])
    assert (alone.points[0].z, alone.points[0].outside) == (pytest.approx(0.0), 0)
    never = funnel_of([(0, 50), (30, 150)])
    assert never.points[0].z == pytest.approx(-math.asin(0.15**0.5) * 2 * 50**0.5)


def test_chance_alone_stays_inside() -> None:
    """40 groups of one true rate: about 5 in 100 beyond the first limits, 2 in 1,000 beyond the second, phi near 1."""
    source = random.Random(2005)
    levels, phis = [], []
    for _ in range(100):
        sizes = [source.randint(30, 600) for _ in range(40)]
        got = funnel_of([(sum(source.random() < 0.1 for _ in range(n)), n) for n in sizes])
        levels += [point.outside for point in got.points]
        phis.append(got.phi or 0.0)
    assert 0.025 <= sum(level >= 1 for level in levels) / 4000 <= 0.065
    assert sum(level == 2 for level in levels) / 4000 <= 0.006
    assert 0.6 < sum(phis) / 100 < 1.1  # winsorising takes a little from it
