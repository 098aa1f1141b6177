"""What decisions can be grouped by beyond the dimensions: stretches of time by the filter's kind of date, and the outcome.

Each is a `Dimension` that no link filters by its name: `narrowed` says which filter leaves one of its groups.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from data.condition_fields import ConditionError
from data.conditions import Node, joined, test, within_limits
from data.filters import OUTCOMES, Choice, DateRange, Filters
from data.schema import NOT_STATED, Dimension, dimensions
from data.spans import MONTHS, Length, period_end, period_label

OUTCOME = "outcome"
TIMES: Mapping[str, str] = {"year": "Year", "quarter": "Quarter", "month": "Month"}
"""Stretches of time with their names, the longest first."""


@dataclass(frozen=True, slots=True)
class Period(Dimension):
    """Months, quarters or years: a key is the ISO date of the first day, the column the month it begins with (201612), 0 undated."""

    length: Length = "year"

    def term_label(self, key: str) -> str:
        """The stretch in words, as `Dec 2016`."""
        return self.unstated if key == NOT_STATED else period_label(self.length, date.fromisoformat(key))

    @staticmethod
    def key_of(month: int) -> str:
        """The key of a value of the column."""
        return f"{month // 100:04d}-{month % 100:02d}-01" if month else NOT_STATED


def axis(name: str, date_column: str) -> Dimension:
    """The dimension of that name, a stretch of time by `date_column`, or the outcome. Raises KeyError for any other name."""
    if name in TIMES:
        length: Length = {"year": "year", "quarter": "quarter", "month": "month"}[name]  # type: ignore[assignment]
        whose = "decision" if date_column == "decision_date" else "UR denial"
        return Period(
            *(name, f"{TIMES[name]} of the {whose}", _month_sql(date_column, length), "", "letters", "", ()),
            *("Date not stated", "value"),
            open=True,
            length=length,
        )
    if name == OUTCOME:
        column = "CASE WHEN overturned THEN 'overturned' ELSE 'upheld' END"
        labels = {key: key.capitalize() for key in OUTCOMES}
        return Dimension(OUTCOME, "Outcome", column, "", "decisions", "", OUTCOMES, kind="value", labels=labels)
    return dimensions()[name]


def _month_sql(column: str, length: Length) -> str:
    months = MONTHS[length]
    month = f"((month({column}) - 1) // {months} * {months} + 1)" if months > 1 else f"month({column})"
    return f"coalesce(year({column}) * 100 + {month}, 0)::INTEGER"


def ordered(keys: Iterable[str]) -> tuple[str, ...]:
    """Stretches of time from the first to the last, the undated at the end."""
    return tuple(sorted(keys, key=lambda key: (key == NOT_STATED, key)))


def narrowed(filters: Filters, name: str, key: str) -> Filters | None:
    """The filter that leaves of what `filters` leaves just the decisions in the group `key` of an axis.

    Of decisions with any of several chosen values, those that also hold another one are left by a condition beside the choice.
    None where no filter says it.
    """
    if name == OUTCOME:
        return replace(filters, outcome=key) if filters.outcome in (None, key) else None
    if name in TIMES:
        return _within(filters, name, key)
    choice = _choice_of(filters.choice(name), key, several=dimensions()[name].kind == "mask")
    return filters.choose(name, choice) if choice else _also(filters, name, key)


def _also(filters: Filters, name: str, key: str) -> Filters | None:
    """The filter with a condition beside it; None where no further one can be joined."""
    try:
        return replace(filters, condition=within_limits(joined("and", _parts(filters, test(name, "any", key)))))
    except ConditionError:
        return None


def _parts(filters: Filters, more: Node) -> list[Node]:
    return [filters.condition, more] if filters.condition else [more]


def _choice_of(choice: Choice, key: str, *, several: bool) -> Choice | None:
    """The choice that leaves of what it leaves those that hold `key`; `several`: where one item may hold several."""
    if not choice.include:
        return replace(choice, include=(key,), mode="any")
    if key in choice.include:
        return replace(choice, include=(key,)) if choice.mode == "any" else choice
    beside = several and NOT_STATED not in (key, *choice.include)
    if beside and (choice.mode == "all" or (choice.mode == "any" and len(choice.include) == 1)):
        return Choice((*choice.include, key), choice.exclude, "all")
    return None


def _within(filters: Filters, name: str, key: str) -> Filters | None:
    if key == NOT_STATED:
        return replace(filters, dates=DateRange(undated=True))
    first = date.fromisoformat(key)
    last = period_end(axis(name, "decision_date").length, first)  # type: ignore[attr-defined]
    asked = filters.dates
    dates = DateRange(max(first, asked.start or first), min(last, asked.end or last))
    return None if dates.reversed else replace(filters, dates=dates)
