"""Smoothing against a published example (rat tumours), hand-worked values and simulation."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.smoothing import STRONGEST, UNKNOWN_STRENGTH, WEAKEST, ladder, prior_strength, smoothed
from data.statistics import Rate, Sums, overturn_rate, wilson

# Tarone 1982, Biometrics 38:215: 70 groups of rats (tumours, rats), as in Gelman et al., table 5.1
TUMOURS = [0] * 14 + [1] * 8 + [2] * 9 + [1, 5, 2, 5, 3, 2, 7, 7, 3, 3, 2, 9, 10] + [4] * 7
TUMOURS += [10, 4, 4, 4, 5, 11, 12, 5, 5, 6, 5, 6, 6, 6, 6, 16, 15, 15, 9]
RATS = [20] * 7 + [19] * 4 + [18, 18, 17] + [20] * 4 + [19, 19, 18, 18, 25, 24, 23] + [20] * 6 + [10, 49, 19, 46, 27]
RATS += [17, 49, 47, 20, 20, 13, 48, 50] + [20] * 7 + [48, 19, 19, 19, 22, 46, 49, 20, 20, 23, 19, 22, 20, 20, 20]
RATS += [52, 46, 47, 24]


def rate(y: int, n: int) -> Rate:
    """Independent items: n* = n."""
    return Rate(n, y, n, y / n, *wilson(y / n, n), effective=float(n), deff=1.0, small=False)


def rates(pairs: list[tuple[int, int]]) -> list[Rate]:
    return [rate(y, n) for y, n in pairs]


def test_the_tumour_data_are_the_published_ones() -> None:
    """Gelman et al., section 5.1: mean and standard deviation of the 70 observed shares are 0.136 and 0.103."""
    shares = [y / n for y, n in zip(TUMOURS, RATS, strict=True)]
    mean = sum(shares) / 70
    assert mean == pytest.approx(0.136, abs=5e-4)
    assert (sum((share - mean) ** 2 for share in shares) / 69) ** 0.5 == pytest.approx(0.103, abs=5e-4)


def test_a_published_posterior() -> None:
    """Ibid.: the beta with mean 0.136 and sd 0.103 is worth 10.08 rats; with 4 tumours in 14 rats mean 0.223, sd 0.083."""
    k = 0.136 * 0.864 / 0.103**2 - 1
    got = smoothed(rate(4, 14), prior=0.136, k=k)
    assert k == pytest.approx(10.0, abs=0.1)  # printed as Beta(1.4, 8.6)
    assert got.value == pytest.approx(0.223, abs=5e-4)
    assert got.weight == pytest.approx(k / (k + 14))
    sd = (got.value * (1 - got.value) / (k + 15)) ** 0.5
    assert sd == pytest.approx(0.083, abs=5e-4)
    assert got.low < got.value - sd < got.value + sd < got.high


def test_strength_of_the_tumour_prior() -> None:
    """Moments give 21.6 (rho 0.044) beside about 16.7 (rho 0.057) in the book's full analysis, Beta(2.4, 14.3)."""
    w = [n / sum(RATS) for n in RATS]
    p = sum(TUMOURS) / sum(RATS)
    s = sum(v * (y / n - p) ** 2 for v, y, n in zip(w, TUMOURS, RATS, strict=True)) / (p * (1 - p))
    chance = sum(v * (1 - v) / n for v, n in zip(w, RATS, strict=True))
    rho = (s - chance) / (sum(v * (1 - v) for v in w) - chance)
    got = prior_strength(rates(list(zip(TUMOURS, RATS, strict=True))))
    assert got == pytest.approx(1 / rho - 1)
    assert got == pytest.approx(21.64, abs=0.01)


def test_strength_by_hand() -> None:
    """Five groups of 20: 0, 2, 4, 6, 8. w = 1/5, p = 0.2, S = 0.02, A = 0.8, B = 0.04.

    rho = (0.02 / 0.16 - 0.04) / 0.76 = 0.085 / 0.76, k = 0.76 / 0.085 - 1 = 7.941.
    """
    assert prior_strength(rates([(y, 20) for y in (0, 2, 4, 6, 8)])) == pytest.approx(0.76 / 0.085 - 1)


def test_strength_counts_effective_sizes() -> None:
    """Letters of two items that always agree are worth one item each."""
    doubled = [
        Rate(2 * one.n, 2 * one.y, one.letters, one.rate, one.low, one.high, one.effective, 2.0, False)
        for one in rates([(y, 20) for y in (0, 2, 4, 6, 8)])
    ]
    assert prior_strength(doubled) == pytest.approx(0.76 / 0.085 - 1)


def test_strength_is_bounded() -> None:
    assert prior_strength(rates([(2, 20)] * 6)) == STRONGEST
    assert prior_strength(rates([(0, 20), (20, 20)] * 3)) == WEAKEST
    assert prior_strength(rates([(1, 20), (9, 20), (3, 20), (6, 20)])) == UNKNOWN_STRENGTH  # four groups
    assert prior_strength(rates([(0, 20)] * 6)) == UNKNOWN_STRENGTH
    assert prior_strength(rates([(20, 20)] * 6), otherwise=7.0) == 7.0
    assert prior_strength([]) == UNKNOWN_STRENGTH
    assert prior_strength([overturn_rate(Sums(), 0.6)] * 9) == UNKNOWN_STRENGTH


def test_strength_finds_what_was_planted() -> None:
    source = random.Random(1973)
    found = []
    for _ in range(40):
        groups = []
        for _ in range(60):
            own, n = source.betavariate(3, 27), source.randint(10, 80)  # k = 30 around 0.1
            groups.append((sum(source.random() < own for _ in range(n)), n))
        found.append(1 / (prior_strength(rates(groups)) + 1))
    assert sum(found) / 40 == pytest.approx(1 / 31, rel=0.15)


def test_smoothing_by_hand() -> None:
    got = smoothed(rate(0, 1), prior=0.5, k=2)  # Beta(1, 2): F(x) = 1 - (1-x)^2
    assert (got.value, got.weight) == (pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert (got.low, got.high) == (pytest.approx(1 - 0.975**0.5), pytest.approx(1 - 0.025**0.5))


def test_a_group_without_items_gets_the_prior() -> None:
    got = smoothed(overturn_rate(Sums(), 0.6), prior=0.1, k=20)
    assert (got.value, got.weight, got.weights) == (pytest.approx(0.1), 1.0, (0.0, 1.0))
    assert 0 < got.low < 0.1 < got.high < 0.35


@pytest.mark.parametrize(("prior", "k"), [(0.0, 5), (1.0, 5), (0.5, 0), (0.5, -1), (1.2, 5)])
def test_what_is_no_prior(prior: float, k: float) -> None:
    with pytest.raises(ValueError, match="prior"):
        smoothed(rate(1, 10), prior, k)


@given(st.integers(1, 300), st.floats(0, 1), st.floats(0.01, 0.99), st.floats(1, 500))
def test_between_the_own_rate_and_the_prior(n: int, share: float, prior: float, k: float) -> None:
    one = rate(round(share * n), n)
    got = smoothed(one, prior, k)
    assert one.rate is not None
    assert min(one.rate, prior) - 1e-12 <= got.value <= max(one.rate, prior) + 1e-12
    assert 0 <= got.low <= got.value <= got.high <= 1
    assert got.weight == pytest.approx(k / (k + n))
    closer = smoothed(one, prior, k * 2)
    assert abs(closer.value - prior) <= abs(got.value - prior) + 1e-12


def test_ladder_by_hand() -> None:
    """Modality 9 of 99 (with its halves 9.5 / 100), guideline 4 of 20 at k 20, body part 1 of 2 at k 10.

    Guideline (4 + 1.9) / 40 = 0.1475; body part (1 + 1.475) / 12; weights 2/12, 10/12 * 1/2, 10/12 * 1/2.
    """
    got = ladder(rates([(1, 2), (4, 20), (9, 99)]), [10, 20])
    assert got.value == pytest.approx(2.475 / 12)
    assert got.weight == pytest.approx(10 / 12)
    assert got.weights == pytest.approx((2 / 12, 5 / 12, 5 / 12))
    two = ladder(rates([(4, 20), (9, 99)]), [20])
    assert two == smoothed(rate(4, 20), 0.095, 20)


def test_ladder_with_empty_rungs() -> None:
    empty = overturn_rate(Sums(), 0.6)
    got = ladder([empty, rate(4, 20), rate(9, 99)], [10, 20])
    assert got.value == pytest.approx(0.1475)
    assert got.weights == pytest.approx((0, 0.5, 0.5))
    assert ladder([empty, empty], [10]).value == 0.5
    assert ladder([rate(0, 10), rate(0, 50)], [10]).low > 0


def test_ladder_needs_a_strength_a_step() -> None:
    for count, strengths in ((1, []), (2, []), (3, [10.0])):
        with pytest.raises(ValueError, match="strengths"):
            ladder(rates([(1, 10)] * count), strengths)
