"""What moved most, against hand-worked values, a published example and planted changes."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.movement import drawn_together, moved_most
from data.statistics import Sums, Z, difference

# The eight schools of Rubin 1981, J Educ Stat 6:377: effects and standard errors
EFFECTS = [28.39, 7.94, -2.75, 6.82, -0.64, 0.63, 18.01, 12.16]
ERRORS = [14.9, 10.2, 16.3, 11.0, 9.4, 11.4, 10.4, 17.6]


def units(m: int, y: int) -> Sums:
    return Sums.letters_as_units(m, y)


def test_the_eight_schools_all_become_their_mean() -> None:
    """Q = 4.6 on 7 degrees of freedom: tau^2 = 0, so all effects are the pooled one, 7.9 (Gelman et al., section 5.5)."""
    got = drawn_together(EFFECTS, [error**2 for error in ERRORS])
    assert (got.tau2, got.mean) == (0.0, pytest.approx(7.9, abs=0.05))
    assert got.values == pytest.approx([got.mean] * 8)
    assert got.weights == (1.0,) * 8


def test_drawn_together_by_hand() -> None:
    """0, 0, 6, 6 with variance 1: mean 3, squares 36, tau^2 = (36 - 3) / (4 - 1) = 11, so a twelfth of the way."""
    got = drawn_together([0, 0, 6, 6], [1, 1, 1, 1])
    assert (got.mean, got.tau2) == (pytest.approx(3), pytest.approx(11))
    assert got.values == pytest.approx((0.25, 0.25, 5.75, 5.75))
    assert got.weights == pytest.approx([1 / 12] * 4)


def test_the_less_is_known_the_further_it_goes() -> None:
    got = drawn_together([-4, 0, 4, 5], [0.1, 0.1, 0.1, 10])
    assert got.weights[3] > 10 * got.weights[2]
    assert got.values[3] < got.values[2]


def test_one_value_and_none() -> None:
    assert drawn_together([], []).values == ()
    assert drawn_together([0.3], [0.01]).values == pytest.approx((0.3,))


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(1e-4, 1)), min_size=1, max_size=30))
def test_values_stay_between_themselves_and_the_mean(drawn: list[tuple[float, float]]) -> None:
    values, variances = zip(*drawn, strict=True)
    got = drawn_together(values, variances)
    assert min(values) - 1e-9 <= got.mean <= max(values) + 1e-9
    for value, shrunken in zip(values, got.values, strict=True):
        assert min(value, got.mean) - 1e-9 <= shrunken <= max(value, got.mean) + 1e-9


def test_order_and_figures() -> None:
    groups = {
        **{f"steady {i}": (units(2000, 200), units(2000, 204)) for i in range(20)},
        "down": (units(2000, 400), units(2000, 200)),
        "up": (units(2000, 100), units(2000, 440)),
        "lucky": (units(12, 1), units(12, 6)),
        "few": (units(5, 0), units(5, 5)),
        "new": (Sums(), units(500, 100)),
    }
    got = moved_most(groups, rho=0.6)
    assert [movement.key for movement in got][:4] == ["up", "down", "lucky", "steady 0"]
    assert [movement.stands_out for movement in got] == [True, True] + [False] * 21
    up, lucky = got[0], got[2]
    assert up.change == difference(units(2000, 440), units(2000, 100), None, 0.6)
    assert (up.change.d, up.current.rate, up.previous.rate) == (pytest.approx(0.17), pytest.approx(0.22), 0.05)
    assert 0.15 < up.shrunken < 0.17
    assert lucky.change.d == pytest.approx(5 / 12)  # the largest change of all, and the least known
    assert lucky.weight > 0.5
    variances = [((one.change.high - one.change.low) / (2 * Z)) ** 2 for one in got]
    again = drawn_together([one.change.d or 0.0 for one in got], variances)
    assert [one.shrunken for one in got] == pytest.approx(again.values)


def test_nothing_overturned_is_no_certainty() -> None:
    got = moved_most({"none": (units(15, 0), units(15, 0)), "b": (units(500, 50), units(500, 90))}, rho=0.6)
    assert got[0].key == "b"
    assert 0 <= got[1].weight <= 1
    assert moved_most({}, 0.6) == []
    assert moved_most({"few": (units(3, 1), units(3, 2))}, 0.6) == []
    assert moved_most({"few before": (units(9, 1), units(300, 20)), "few now": (units(300, 1), units(9, 2))}, 0.6) == []


def test_ties_are_in_the_order_of_their_keys() -> None:
    same = (units(100, 10), units(100, 20))
    assert [movement.key for movement in moved_most({"b": same, "a": same, "c": same}, 0.6)] == ["a", "b", "c"]


def test_correction_over_the_whole_list() -> None:
    """A change that stands alone does not stand among 40 that did not move."""
    change = (units(400, 40), units(400, 60))
    assert moved_most({"a": change}, 0.0)[0].stands_out
    still = {f"still {i}": (units(400, 40), units(400, 40)) for i in range(40)}
    assert not any(movement.stands_out for movement in moved_most({"a": change, **still}, 0.0))


def test_shrinking_comes_nearer_to_the_truth() -> None:
    """60 groups whose rates truly move by about 2 points: shrunken changes err less, and few false ones stand out."""
    source = random.Random(1975)
    plain = shrunken = 0.0
    for _ in range(20):
        truth, groups = {}, {}
        for i in range(60):
            before, m = source.uniform(0.08, 0.2), source.randint(30, 400)
            truth[str(i)] = source.gauss(0.01, 0.02)
            after = min(0.99, max(0.01, before + truth[str(i)]))
            groups[str(i)] = tuple(units(m, sum(source.random() < p for _ in range(m))) for p in (before, after))
        got = moved_most(groups, 0.0)  # type: ignore[arg-type]
        assert all(abs(a.shrunken) >= abs(b.shrunken) for a, b in pairwise(got))
        plain += sum(((one.change.d or 0.0) - truth[one.key]) ** 2 for one in got)
        shrunken += sum((one.shrunken - truth[one.key]) ** 2 for one in got)
    assert shrunken < 0.5 * plain
