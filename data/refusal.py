"""Until when a refused request stays refused: the rule of Labor Code 4610(k), in force since 1 January 2013."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Any

from data.sentences import day, listed

MONTHS = 12
RULE = (
    "A utilization review decision that denies or modifies a request stays effective for 12 months: the same physician, or "
    "another one of the same practice group, who asks for the same treatment again may be refused without a new review."
)
EXCEPTION = "Not so where the new request documents a change in the facts material to the basis of the decision (Labor Code 4610(k))."


def refused_until(denied: date, months: int = MONTHS) -> date:
    """The day `months` calendar months after a utilization review decision (Labor Code 4610(k): 12 months from its date).

    Where that month lacks the day, it is the month's last: 12 months after 29 Feb 2016 is 28 Feb 2017.
    """
    year, month = divmod(denied.year * 12 + denied.month - 1 + months, 12)
    return date(year, month + 1, min(denied.day, monthrange(year, month + 1)[1]))


def refusal_words(letter: Mapping[str, Any], today: date) -> tuple[str, str] | None:
    """A sentence on the upheld items of a letter and until when they stay (or, before `today`, stayed) refused, and the rule with its exception.

    None where nothing was upheld: what was overturned is to be authorized. `letter` has `decisions` (ordinal, outcome)
    and `ur_denial_date`.
    """
    decisions = letter["decisions"]
    upheld = [str(decision["ordinal"]) for decision in decisions if decision["outcome"] == "upheld"]
    if not upheld:
        return None
    which = f"Item{'s' * (len(upheld) > 1)} {listed(upheld)}"
    if len(upheld) == len(decisions):
        which = "The request" if len(upheld) == 1 else f"All {len(upheld)} items"
    stay = "stays" if len(upheld) == 1 else "stay"
    denied = letter["ur_denial_date"]
    if denied is None or denied.year == date.max.year:
        said = f"{which} {stay} refused for 12 months from the utilization review decision, whose date the letter does not state."
    else:
        until = refused_until(denied)
        stay = stay if today <= until else "stayed"
        said = f"{which} {stay} refused until {day(until)}, 12 months after the utilization review decision of {day(denied)}."
    return said, f"{RULE} {EXCEPTION}"
