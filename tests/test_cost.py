"""Costs of denying and approving by hand, and the fees by day."""

from __future__ import annotations

import math
from datetime import date

import pytest

from data.cost import Costs, cost_sentence, costs, fee_on


def test_costs_by_hand() -> None:
    """a (F + (1 - u) C) against C; with a = 1 approving is cheaper below F / u, else below a F / (1 - a (1 - u))."""
    assert costs(420, 400, 0.9) == Costs(pytest.approx(460), 400, pytest.approx(420 / 0.9))
    assert costs(420, 400, 0.9, 0.5) == Costs(pytest.approx(230), 400, pytest.approx(210 / 0.95))
    assert costs(345, 1000, 0.0) == Costs(pytest.approx(1345), 1000, math.inf)
    assert costs(345, 100, 0.9, 0.0) == Costs(0, 100, 0)


@pytest.mark.parametrize(("fee", "treatment", "upheld", "appealed"), [(420, 400, 0.9, 1), (345, 200, 0.8, 0.6)])
def test_the_threshold_is_where_both_cost_the_same(
    fee: float, treatment: float, upheld: float, appealed: float
) -> None:
    threshold = costs(fee, treatment, upheld, appealed).threshold
    same = costs(fee, threshold, upheld, appealed)
    assert same.denying == pytest.approx(same.approving)
    assert costs(fee, threshold - 1, upheld, appealed).approve
    assert not costs(fee, threshold + 1, upheld, appealed).approve


def test_shares_and_costs_must_be_some() -> None:
    for wrong in ((420, 400, 1.1, 1), (420, 400, 0.9, -0.1), (-1, 400, 0.9, 1), (420, -1, 0.9, 1)):
        with pytest.raises(ValueError, match="shares lie between"):
            costs(*wrong)


def test_a_cost_is_a_reason_to_approve_alone() -> None:
    words = cost_sentence(costs(420, 400, 0.9), 0.9)
    assert words == (
        "A reason to approve: with 90\xa0% of such denials upheld, denying costs $460 on average and approving $400. "
        "Approving is cheaper for a treatment below $467. An adjuster may approve."
    )
    words = cost_sentence(costs(420, 5000, 0.9), 0.9)
    assert words.startswith("These costs give no reason to approve, and no cost is a reason to deny")
    assert "$" not in words
    assert "whatever it costs" in cost_sentence(costs(345, 1000, 0.0), 0.0)


def test_fees_by_day_of_the_application() -> None:
    days = ("2012-12-31", "2013-01-01", "2014-03-31", "2014-04-01", "2019-12-31", "2020-01-01")
    assert [fee_on(date.fromisoformat(day)) for day in days] == [None, 560, 560, 420, 420, 345]
    assert [fee_on(date(2016, 1, 1), kind) for kind in ("expedited", "pharmacy")] == [515, 390]
    assert fee_on(date(2021, 1, 1), "pharmacy") == 345
