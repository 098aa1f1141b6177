"""When approving a request costs less than denying it: a reason to approve, and never one to deny.

With F the fee of a review, C the cost of the treatment, u the share of reviewed denials that is upheld and a the share of
denials that is appealed: denying costs a (F + (1 - u) C), approving costs C, so approval is cheaper when
C < a F / (1 - a (1 - u)). With a = 1 that is C < F / u. The fee is paid for an application and shared by its items.
"""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

FEES = Path(__file__).with_name("review_fees.toml")
Kind = Literal["standard", "expedited", "pharmacy"]


@dataclass(frozen=True, slots=True)
class Costs:
    """In dollars: what denying costs on average, what approving costs, and the treatment cost below which approving is cheaper."""

    denying: float
    approving: float
    threshold: float

    @property
    def approve(self) -> bool:
        """Whether approving is cheaper."""
        return self.approving < self.denying


def costs(fee: float, treatment: float, upheld: float, appealed: float = 1.0) -> Costs:
    """Both costs of one request; `upheld` and `appealed` are shares of 1. Where every denial is overturned the threshold is endless.

    Raises ValueError for shares outside 0 to 1 and costs below 0.
    """
    if not (0 <= upheld <= 1 and 0 <= appealed <= 1 and fee >= 0 and treatment >= 0):
        raise ValueError("shares lie between 0 and 1, and no cost is below 0")
    kept = 1 - appealed * (1 - upheld)
    threshold = appealed * fee / kept if kept > 0 else math.inf
    return Costs(appealed * (fee + (1 - upheld) * treatment), treatment, threshold)


def fee_on(applied: date, kind: Kind = "standard") -> int | None:
    """The fee of an application of that day; that of the standard review where none is known for its kind; None before 2013."""
    known = [entry for entry in _fees() if entry["from"] <= applied]
    return int(known[-1].get(kind, known[-1]["standard"])) if known else None


@cache
def _fees() -> list[dict[str, Any]]:
    listed = tomllib.loads(FEES.read_text(encoding="utf-8"))["fees"]
    return sorted(listed, key=lambda entry: entry["from"])


def cost_sentence(found: Costs, upheld: float) -> str:
    """A reason to approve where the costs give one; else that they say nothing."""
    if not found.approve:
        return (
            "These costs give no reason to approve, and no cost is a reason to deny: medical necessity decides, and only a "
            "physician may deny or modify."
        )
    limit = "whatever it costs" if math.isinf(found.threshold) else f"below ${found.threshold:,.0f}"
    return (
        f"A reason to approve: with {100 * upheld:.0f}\N{NO-BREAK SPACE}% of such denials upheld, denying costs ${found.denying:,.0f} on average "
        f"and approving ${found.approving:,.0f}. Approving is cheaper for a treatment {limit}. An adjuster may approve."
    )
