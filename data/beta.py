"""The beta distribution without a numeric library: its distribution function and its quantiles.

A binomial tail is one of its values: P(R <= r) = `beta_cdf`(1 - p, n - r, r + 1), also where n is an effective size and
so not whole.
"""

from __future__ import annotations

import math

_TINY = 1e-300
_SETTLED = 1e-15
_MOST_TERMS = 10_000
_MOST_HALVINGS = 60


def beta_cdf(x: float, a: float, b: float) -> float:
    """P(X <= x) for X from Beta(a, b), 0 to 1: the regularised incomplete beta function I_x(a, b).

    Continued fraction 26.5.8 of Abramowitz and Stegun 1964, evaluated by the method of Lentz, on the side where it
    converges fast (x below its mean; else 1 - I_(1-x)(b, a), their 26.5.2). Absolute error about 1e-12 for a + b up to a
    thousand, 1e-8 for a million. Raises ValueError unless a > 0 and b > 0.
    """
    if not (a > 0 and b > 0):
        raise ValueError(f"a beta distribution needs positive parameters, not {a} and {b}")
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - _lower_tail(1 - x, b, a)
    return _lower_tail(x, a, b)


def beta_quantile(q: float, a: float, b: float) -> float:
    """The x with `beta_cdf`(x, a, b) = q, by bisection, to about 1e-15 absolute; 0 for q <= 0, 1 for q >= 1.

    Raises as `beta_cdf` does.
    """
    low, high = 0.0, 1.0
    if q <= 0 or q >= 1:
        beta_cdf(0.5, a, b)
        return low if q <= 0 else high
    for _ in range(_MOST_HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if beta_cdf(middle, a, b) < q:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _lower_tail(x: float, a: float, b: float) -> float:
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return min(1.0, math.exp(log_front) * _fraction(x, a, b) / a)


def _fraction(x: float, a: float, b: float) -> float:
    """1 / (1 + d1 / (1 + d2 / (1 + ...))) with d_2m = m (b-m) x / ((a+2m-1)(a+2m)), d_2m+1 = -(a+m)(a+b+m) x / (...)."""
    c, d = 1.0, _away_from_zero(1 - (a + b) * x / (a + 1))
    d = 1 / d
    value = d
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _away_from_zero(1 + even * d)
        c = _away_from_zero(1 + even / c)
        value *= d * c
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        d = 1 / _away_from_zero(1 + odd * d)
        c = _away_from_zero(1 + odd / c)
        step = d * c
        value *= step
        if abs(step - 1) < _SETTLED:
            break
    return value


def _away_from_zero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
