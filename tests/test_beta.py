"""The beta distribution against closed forms, exact binomial tails and published intervals."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.beta import beta_cdf, beta_quantile


@pytest.mark.parametrize("x", [0.001, 0.1, 0.37, 0.5, 0.9, 0.9999])
def test_closed_forms(x: float) -> None:
    assert beta_cdf(x, 1, 1) == pytest.approx(x, abs=1e-13)
    assert beta_cdf(x, 3, 1) == pytest.approx(x**3, abs=1e-13)
    assert beta_cdf(x, 1, 7.5) == pytest.approx(1 - (1 - x) ** 7.5, abs=1e-13)
    assert beta_cdf(x, 0.5, 0.5) == pytest.approx(2 / math.pi * math.asin(math.sqrt(x)), abs=1e-13)


@pytest.mark.parametrize(("n", "p"), [(1, 0.3), (10, 0.5), (29, 0.1), (60, 0.87)])
def test_binomial_tails(n: int, p: float) -> None:
    total = 0.0
    for r in range(n):
        total += math.comb(n, r) * p**r * (1 - p) ** (n - r)
        assert beta_cdf(1 - p, n - r, r + 1) == pytest.approx(total, abs=1e-12)


@pytest.mark.parametrize(
    ("y", "n", "low", "high"),
    [  # Newcombe 1998, Stat Med 17:857, table I, method 5 (Clopper and Pearson), whose limits are beta quantiles
        (81, 263, 0.2527, 0.3676),
        (15, 148, 0.0578, 0.1617),
        (0, 20, 0.0, 0.1684),
        (1, 29, 0.0009, 0.1776),
    ],
)
def test_clopper_and_pearson(y: int, n: int, low: float, high: float) -> None:
    if y:
        assert beta_quantile(0.025, y, n - y + 1) == pytest.approx(low, abs=5e-5)
    assert beta_quantile(0.975, y + 1, n - y) == pytest.approx(high, abs=5e-5)


def test_the_share_of_girls_in_placenta_previa_births() -> None:
    """Gelman et al., Bayesian Data Analysis, 3rd edition, section 2.4: Beta(438, 544) holds 95 % from 0.415 to 0.477."""
    assert beta_quantile(0.025, 438, 544) == pytest.approx(0.415, abs=5e-4)
    assert beta_quantile(0.975, 438, 544) == pytest.approx(0.477, abs=5e-4)


@given(st.floats(0.0001, 0.9999), st.floats(0.05, 5000), st.floats(0.05, 5000))
def test_a_quantile_is_where_the_function_reaches_it(q: float, a: float, b: float) -> None:
    x = beta_quantile(q, a, b)
    assert 0 <= x <= 1
    assert beta_cdf(x - 1e-12, a, b) <= q + 1e-9
    assert beta_cdf(x + 1e-12, a, b) >= q - 1e-9


@given(st.integers(1, 1023), st.floats(0.05, 5000), st.floats(0.05, 5000))
def test_both_sides_agree(place: int, a: float, b: float) -> None:
    x = place / 1024  # 1 - x is exact
    assert beta_cdf(x, a, b) + beta_cdf(1 - x, b, a) == pytest.approx(1, abs=1e-9)


def test_large_parameters() -> None:
    """Near the normal: mean 0.1, sd sqrt(0.09 / 1,000,001)."""
    sd = math.sqrt(0.09 / 1_000_001)
    assert beta_quantile(0.975, 100_000, 900_000) == pytest.approx(0.1 + 1.959964 * sd, abs=1e-6)
    assert beta_quantile(0.025, 100_000, 900_000) == pytest.approx(0.1 - 1.959964 * sd, abs=1e-6)


def test_ends_and_errors() -> None:
    assert (beta_cdf(-1, 2, 3), beta_cdf(0, 2, 3), beta_cdf(1, 2, 3), beta_cdf(2, 2, 3)) == (0, 0, 1, 1)
    assert (beta_quantile(0, 2, 3), beta_quantile(1, 2, 3)) == (0, 1)
    for a, b in ((0, 1), (1, 0), (-1, 2), (math.nan, 1)):
        with pytest.raises(ValueError, match="positive"):
            beta_cdf(0.5, a, b)
        with pytest.raises(ValueError, match="positive"):
            beta_quantile(0, a, b)
