"""Which stretches of time are compared, and which periods are complete."""

from __future__ import annotations

from datetime import date

import pytest

from data.filters import DateRange
from data.spans import Compared, Span, compared_spans, is_complete, months_after, period_end, period_label, period_start

COVERED = date(2025, 3, 28)


def spans(dates: DateRange, covered: date = COVERED) -> tuple[str, str] | None:
    found = compared_spans(dates, covered)
    return found and (f"{found.previous.start}..{found.previous.end}", f"{found.current.start}..{found.current.end}")


@pytest.mark.parametrize(
    ("dates", "previous", "current"),
    [
        (DateRange(), "2023-04-01..2024-03-31", "2024-04-01..2025-03-31"),
        (DateRange(undated=True), "2023-04-01..2024-03-31", "2024-04-01..2025-03-31"),
        (DateRange(date(2016, 1, 1), date(2016, 12, 31)), "2015-01-01..2015-12-31", "2016-01-01..2016-12-31"),
        (DateRange(date(2016, 2, 1), date(2016, 2, 29)), "2016-01-01..2016-01-31", "2016-02-01..2016-02-29"),
        (DateRange(date(2016, 3, 10), date(2016, 3, 19)), "2016-02-29..2016-03-09", "2016-03-10..2016-03-19"),
        (DateRange(date(2025, 1, 1), None), "2024-10-06..2024-12-31", "2025-01-01..2025-03-28"),
        (DateRange(None, date(2016, 12, 31)), "2015-01-01..2015-12-31", "2016-01-01..2016-12-31"),
        (DateRange(None, date(2016, 12, 20)), "2014-12-01..2015-11-30", "2015-12-01..2016-11-30"),
        (DateRange(None, date(2030, 12, 31)), "2023-04-01..2024-03-31", "2024-04-01..2025-03-31"),
    ],
)
def test_the_range_of_the_filter_or_the_last_full_year(dates: DateRange, previous: str, current: str) -> None:
    assert spans(dates) == (previous, current)


def test_a_month_that_still_runs_is_left_out() -> None:
    assert spans(DateRange(), date(2025, 3, 27)) == ("2023-03-01..2024-02-29", "2024-03-01..2025-02-28")
    assert is_complete(date(2025, 3, 31), date(2025, 3, 28))
    assert not is_complete(date(2025, 3, 31), date(2025, 3, 27))


@pytest.mark.parametrize(
    "dates",
    [
        DateRange(date(2017, 1, 1), date(2016, 1, 1)),
        DateRange(date(1, 1, 1), date(2016, 1, 1)),
        DateRange(None, date(1, 5, 1)),
        DateRange(date(2016, 1, 1), date.max),
        DateRange(date(2026, 1, 1), None),
    ],
)
def test_what_has_no_period_before_it_is_not_compared(dates: DateRange) -> None:
    assert compared_spans(dates, COVERED) is None


def test_a_chosen_range_is_told_from_the_last_twelve_months() -> None:
    year = Span(date(2016, 1, 1), date(2016, 12, 31))
    before = Span(date(2015, 1, 1), date(2015, 12, 31))
    assert compared_spans(DateRange(year.start, year.end), COVERED) == Compared(before, year, chosen=True)
    assert compared_spans(DateRange(None, year.end), COVERED) == Compared(before, year, chosen=False)
    assert (year.days, before.days) == (366, 365)


def test_periods_begin_and_end_with_months() -> None:
    assert period_start("quarter", date(2016, 12, 9)) == date(2016, 10, 1)
    assert period_end("quarter", date(2016, 10, 1)) == date(2016, 12, 31)
    assert period_end("month", date(2016, 2, 1)) == date(2016, 2, 29)
    assert months_after(date(2016, 1, 31), -1) == date(2015, 12, 1)
    lengths = ("month", "quarter", "year")
    assert [period_label(length, date(2016, 10, 1)) for length in lengths] == ["Oct 2016", "Q4 2016", "2016"]
