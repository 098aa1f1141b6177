"""Fisher's exact test of two shares, for counts too sparse for a score test."""

from __future__ import annotations

import math

FEWEST_EXPECTED = 5
"""Items to be expected in each of the four cells for a score test to hold (Cochran 1954, Biometrics 10:417)."""


def fisher(y: int, n: int, other_y: int, other_n: int) -> float:
    """The two-sided p of Fisher's exact test of `y` of `n` against `other_y` of `other_n`: all tables as unlikely or more so."""
    both = y + other_y

    def log_chance(k: int) -> float:
        return _log_choose(n, k) + _log_choose(other_n, both - k) - _log_choose(n + other_n, both)

    found = log_chance(y) + 1e-7
    chances = (log_chance(k) for k in range(max(0, both - other_n), min(n, both) + 1))
    return min(1.0, sum(math.exp(chance) for chance in chances if chance <= found))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
