"""Rates of small groups, drawn towards the wider group they belong to, with the weight that the wider group had.

Beta-binomial: the groups' true rates are taken as a beta distribution around the wider group's rate, worth k decisions
(Gelman et al., Bayesian Data Analysis, 3rd edition, chapter 5). Items of one letter are alike, so a group counts with
its effective size n*, never with n. What is smoothed is an outlook, not a count: show it with its weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.beta import beta_quantile
from data.statistics import Rate

FEWEST_SIBLINGS = 5
WEAKEST, STRONGEST = 5.0, 500.0
UNKNOWN_STRENGTH = 20.0


@dataclass(frozen=True, slots=True)
class Smoothed:
    """A smoothed rate with its 95 % interval, shares of 1.

    `weights`: what each rate that went in has in `value`, from narrow to wide, together 1. `weight` is what all but
    the narrowest have: k / (k + n*).
    """

    value: float
    low: float
    high: float
    weight: float
    weights: tuple[float, ...]


def prior_strength(siblings: Sequence[Rate], otherwise: float = UNKNOWN_STRENGTH) -> float:
    """k: how many effective decisions the wider group counts for, from how far its groups lie apart.

    Moments (Kleinman 1973, J Am Stat Assoc 68:46), with w_i = n*_i / sum n*, p = sum w_i p_i, S = sum w_i (p_i - p)^2,
    A = sum w_i (1 - w_i), B = sum w_i (1 - w_i) / n*_i: rho = (S / (p (1-p)) - B) / (A - B) and k = 1 / rho - 1.
    k stays between 5 and 500: groups that agree by chance would give endless k and lose all say of their own, groups
    that are far apart almost none. `otherwise` where fewer than 5 groups with n* above 1, or rates all 0 or all 1,
    cannot tell; its default lets a group at the size rule (n* = 10) count for a third.
    """
    told = [(rate.effective, rate.rate) for rate in siblings if rate.rate is not None and rate.effective > 1]
    total = sum(n for n, _ in told)
    p = sum(n * rate for n, rate in told) / total if told else 0.0
    if len(told) < FEWEST_SIBLINGS or not 0 < p < 1:
        return otherwise
    spread = sum(n / total * (rate - p) ** 2 for n, rate in told)
    a = sum(n / total * (1 - n / total) for n, _ in told)
    b = sum((1 - n / total) / total for n, _ in told)
    rho = (spread / (p * (1 - p)) - b) / (a - b)
    return min(STRONGEST, max(WEAKEST, 1 / rho - 1)) if rho > 0 else STRONGEST


def smoothed(rate: Rate, prior: float, k: float) -> Smoothed:
    """A group's rate drawn towards `prior`, the wider group's (above 0 and below 1), which counts for `k` decisions.

    Posterior Beta(k prior + n* p, k (1 - prior) + n* (1 - p)): its mean, and its 2.5 and 97.5 % quantiles. A group
    without items gets the prior alone: where such groups' rates lie. `prior` and `k` are taken as known, so the
    interval is a little short. Raises ValueError for a prior or k outside their ranges.
    """
    if not (0 < prior < 1 and k > 0):
        raise ValueError(f"a prior lies between 0 and 1 and counts for something, not {prior} for {k}")
    overturned = k * prior + rate.effective * (rate.rate or 0.0)
    upheld = k + rate.effective - overturned
    low, high = (beta_quantile(q, overturned, upheld) for q in (0.025, 0.975))
    weight = k / (k + rate.effective)
    return Smoothed(overturned / (k + rate.effective), low, high, weight, (1 - weight, weight))


def ladder(rates: Sequence[Rate], strengths: Sequence[float]) -> Smoothed:
    """The rate of the narrowest group, drawn towards the next wider one, that towards the next, and so on.

    `rates` from narrow to wide, such as body part, guideline cited, modality; `strengths[i]` is the `prior_strength`
    among the siblings of `rates[i]` in `rates[i + 1]`, so there is one fewer. A wider rate should leave out the items
    of the narrower ones (`statistics.rest_of`), or these count twice. The widest counts with half an item more
    each way (Jeffreys), so that no prior is 0 or 1; without items it is one half, worth nothing to rely on.
    Raises ValueError where the lengths do not fit or there are not two rates.
    """
    if len(rates) < 2 or len(strengths) != len(rates) - 1:
        raise ValueError(
            f"{len(rates)} rates need {len(rates) - 1} strengths, and there must be two: got {len(strengths)}"
        )
    widest = rates[-1]
    prior = ((widest.rate or 0.0) * widest.effective + 0.5) / (widest.effective + 1)
    weights: tuple[float, ...] = (1.0,)
    for rate, k in zip(rates[-2::-1], strengths[::-1], strict=True):
        step = smoothed(rate, prior, k)
        weights = (1 - step.weight, *(step.weight * weight for weight in weights))
        prior = step.value
    return Smoothed(step.value, step.low, step.high, step.weight, weights)
