"""Stretches of time: months, quarters and years, which of them are complete, and which two are compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from data.filters import DateRange

Length = Literal["month", "quarter", "year"]
MONTHS: dict[Length, int] = {"month": 1, "quarter": 3, "year": 12}
LAST_DAYS = 3
"""A month whose last letter is this close to its end is complete: no letters are decided on weekends and holidays."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `start` to `end`, both in it."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"a span cannot begin on {self.start} and end on {self.end}")

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.end - self.start).days + 1


@dataclass(frozen=True, slots=True)
class Compared:
    """Two spans side by side, the earlier one right before the later one. `chosen`: the filter's own range, not the last 12 months."""

    previous: Span
    current: Span
    chosen: bool


def months_after(first: date, months: int) -> date:
    """The first day of the month that many months after (or, below 0, before) the one of `first`."""
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def period_start(length: Length, day: date) -> date:
    """The first day of the month, quarter or year of `day`."""
    months = MONTHS[length]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def period_end(length: Length, start: date) -> date:
    """The last day of the month, quarter or year that begins at `start`."""
    return months_after(start, MONTHS[length]) - _DAY


def period_label(length: Length, start: date) -> str:
    """The month, quarter or year that begins at `start`: `Dec 2016`, `Q4 2016`, `2016`."""
    return {"month": f"{start:%b %Y}", "quarter": f"Q{(start.month + 2) // 3} {start.year}", "year": f"{start.year}"}[
        length
    ]


def is_complete(end: date, covered: date) -> bool:
    """Whether a period that ends on `end` is loaded to its end, where the last day loaded is `covered`."""
    return end - timedelta(days=LAST_DAYS) <= covered


def compared_spans(dates: DateRange, covered: date) -> Compared | None:
    """The filter's range against the equally long one right before it; else the last 12 full months against the 12 before.

    A range counts as one where it has both ends. Open to the left or no range at all: the 12 full months that end with
    its end, or with the last full month that is loaded, whichever comes first. Open to the right: up to `covered`. A
    range of whole months has the same number of whole months before it, so leap days do not shift it. None where the
    range is the wrong way round, or would begin before the calendar does.
    """
    try:
        if dates.start:
            return _chosen(dates.start, dates.end or covered)
        last = min(dates.end, covered) if dates.end else covered
        first = date(last.year, last.month, 1)
        ends = period_end("month", first)
        after = months_after(first, 1) if is_complete(ends, last) else first
        start, before = months_after(after, -12), months_after(after, -24)
        return Compared(Span(before, start - _DAY), Span(start, after - _DAY), chosen=False)
    except (ValueError, OverflowError):
        return None


def _chosen(start: date, end: date) -> Compared:
    current = Span(start, end)
    after = end + _DAY
    if start.day == after.day == 1:
        before = months_after(start, -((after.year - start.year) * 12 + after.month - start.month))
    else:
        before = start - timedelta(days=current.days)
    return Compared(Span(before, start - _DAY), current, chosen=True)
