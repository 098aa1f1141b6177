"""Words for change: what they claim and what they do not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from data.change_words import (
    KeyFigure,
    chart_words,
    headline_figures,
    moved_words,
    none_differ,
    points,
    points_interval,
    revisions,
    span_words,
    unfinished_words,
)
from data.control_chart import Observed, control_chart
from data.filters import Filters
from data.movement import moved_most
from data.periods_compared import Change, Moved
from data.rates import Headline
from data.spans import Compared, Span, months_after
from data.statistics import Sums, difference, overturn_rate

YEAR, BEFORE = Span(date(2016, 1, 1), date(2016, 12, 31)), Span(date(2015, 1, 1), date(2015, 12, 31))
LOADED = Span(date(2014, 1, 2), date(2025, 3, 28))


def plain(figures: list[KeyFigure]) -> list[tuple[str, str, str]]:
    return [
        (one.figure.replace("\N{NO-BREAK SPACE}", " "), one.words, one.note.replace("\N{NO-BREAK SPACE}", " "))
        for one in figures
    ]


def units(y: int, n: int) -> Sums:
    return Sums.letters_as_units(n, y)


def head(y: int, n: int) -> Headline:
    return Headline(
        overturn_rate(units(y, n), 0.0), n, n, n - y, 0, y, 0.0, date(2014, 1, 2), date(2016, 12, 30), 3, 0, 0, 0
    )


def change(before: tuple[int, int], after: tuple[int, int], *, chosen: bool = False, loaded: Span = LOADED) -> Change:
    one, two = units(*before), units(*after)
    rates = overturn_rate(one, 0.0), overturn_rate(two, 0.0)
    return Change(Compared(BEFORE, YEAR, chosen), *rates, difference(two, one, None, 0.0), 0.0, loaded)


def test_four_figures_each_with_its_interval_and_what_it_can_be_told_apart_from() -> None:
    versus, rest = difference(units(40, 400), units(180, 1000), None, 0.0), overturn_rate(units(180, 1000), 0.0)
    found = plain(headline_figures(head(40, 400), Filters(), change((20, 210), (22, 190)), versus, rest))
    assert found[0] == ("400", "disputed items decided", "decided 2 Jan 2014 to 30 Dec 2016; 3 without a decision date")
    assert found[1] == ("400", "letters", "190 in 2016, 210 in 2015")
    assert found[2][:2] == ("10.0 %", "overturned, by disputed item")
    assert found[2][2].startswith(
        "95 %: 7.4 to 13.3 %; lower than all other decisions loaded (18.0 %): −8.0 points (−11."
    )
    assert found[3][:2] == ("+2 points", "2016 against 2015, the last 12 full months against the 12 before")
    assert found[3][2].startswith(
        "95 %: −4 to +8 points; cannot be told apart from the period before: 22 of 190 (12 %), before 20 of 210"
    )


def test_a_change_that_is_one_says_its_direction() -> None:
    [*_, last] = plain(
        headline_figures(head(40, 400), Filters(), change((20, 400), (60, 400), chosen=True), None, None)
    )
    assert last[1] == "2016 against 2015, as long and right before"
    assert "; more often overturned than before: 60 of 400 (15.0 %), before 20 of 400 (5.0 %)" in last[2]
    [*_, last] = plain(headline_figures(head(40, 400), Filters(), change((60, 400), (20, 400)), None, None))
    assert "; less often overturned than before: " in last[2]


def test_too_few_letters_give_no_rate_and_no_change() -> None:
    found = plain(headline_figures(head(2, 8), Filters(), change((1, 300), (1, 5)), None, None))
    assert found[2] == ("too few", "overturned, by disputed item", "2 of 8 in 8 letters")
    assert (found[3][0], found[3][2]) == ("too few", "to compare: 1 of 5, before 1 of 300 (0.3 %)")
    without = plain(headline_figures(head(40, 400), Filters(), None, None, None))
    assert without[3] == (
        "not known",
        "change against the period before",
        "nothing is loaded of one of the two periods",
    )
    assert without[1][2] == ""


def test_one_outcome_alone_has_no_rate() -> None:
    found = plain(headline_figures(head(40, 40), Filters(outcome="overturned"), change((9, 9), (9, 9)), None, None))
    assert [figure for figure, *_ in found] == ["40", "40", "no rate"]


def test_a_period_that_is_not_whole_is_said() -> None:
    late = change((20, 210), (22, 190), loaded=Span(date(2015, 6, 1), date(2016, 9, 30)))
    note = plain(headline_figures(head(40, 400), Filters(), late, None, None))[3][2]
    assert note.endswith(
        ". Not whole: the earlier period is loaded from 1 Jun 2015 on; the later one is complete only up to 30 Sep 2016"
    )


@pytest.mark.parametrize(
    ("value", "n", "words"),
    [(0.0135, 200, "+1.4 points"), (-0.0135, 199, "−1 point"), (0.004, 100, "0 points"), (-0.0004, 300, "0.0 points")],
)
def test_points_have_a_sign_and_the_decimals_that_n_carries(value: float, n: int, words: str) -> None:
    assert points(value, n).replace("\N{NO-BREAK SPACE}", " ") == words
    assert points_interval(-0.02, 0.03, 50).replace("\N{NO-BREAK SPACE}", " ") == "−2 to +3 points"


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (date(2016, 1, 1), date(2016, 12, 31), "2016"),
        (date(2015, 1, 1), date(2016, 12, 31), "2015 to 2016"),
        (date(2016, 4, 1), date(2017, 3, 31), "Apr 2016 to Mar 2017"),
        (date(2016, 2, 1), date(2016, 2, 29), "Feb 2016"),
        (date(2016, 2, 1), date(2016, 2, 28), "1 Feb 2016 to 28 Feb 2016"),
    ],
)
def test_spans_are_said_as_short_as_they_can_be(start: date, end: date, words: str) -> None:
    assert span_words(Span(start, end)) == words


def observed(*rates: tuple[int, int], last_complete: bool = True) -> list[Observed]:
    periods = [
        Observed(months_after(date(2014, 1, 1), at), overturn_rate(units(*one), 0.0)) for at, one in enumerate(rates)
    ]
    return [*periods[:-1], Observed(periods[-1].start, periods[-1].rate, last_complete)]


def test_a_steady_rate_is_called_one_that_cannot_be_told_from_steady() -> None:
    steady = control_chart(observed(*[(10, 100), (12, 100)] * 6))
    assert chart_words(steady, "month") == (
        "All 12 months lie within the control limits and none is in a run of 8 on one side: they cannot be told apart from a steady rate."
    )


def test_a_month_outside_and_a_run_are_named_and_counted() -> None:
    peak = control_chart(observed(*[(10, 100), (12, 100)] * 6, (60, 100)))
    assert chart_words(peak, "month").startswith("Of 13 months, 1 (Jan 2015) lies outside the control limits")
    drift = control_chart(observed(*[(8, 100), (12, 100)] * 5, *[(14, 100), (18, 100)] * 5))
    assert "20 in a run of 8 or longer on one side of the centre: the rate has not been steady." in chart_words(
        drift, "month"
    )


def test_few_periods_make_rough_limits_and_small_ones_none() -> None:
    assert chart_words(control_chart(observed(*[(10, 100)] * 4)), "year").endswith(
        "With fewer than 10 years the limits are rough."
    )
    assert (
        chart_words(control_chart(observed(*[(1, 4)] * 4)), "year")
        == "No complete year has enough letters to be judged, so neither a centre nor control limits are drawn."
    )
    one = control_chart(observed((10, 100), (1, 4), (1, 4)))
    assert chart_words(one, "year").startswith("Only one complete year has enough letters to be judged, so neither")


def test_what_is_not_complete_is_named() -> None:
    starts = [date(2016, month, 1) for month in range(1, 13)]
    assert unfinished_words(starts, "month", date(2016, 12, 30)) == ""
    assert unfinished_words(starts, "month", date(2016, 11, 29)) == "Grey: Dec 2016 is not complete yet."
    assert unfinished_words(starts, "month", date(2016, 10, 29)) == "Grey: Nov 2016 and Dec 2016 are not complete yet."
    assert (
        unfinished_words(starts, "month", date(2016, 5, 29)) == "Grey: everything from Jun 2016 on is not complete yet."
    )


def test_revisions_lie_within_the_days_shown() -> None:
    keys = [edition.key for edition in revisions(date(2016, 7, 28), date(2018, 1, 1))]
    assert keys == ["mtus_2017", "mtus_2018"]


def moved(**groups: tuple[tuple[int, int], tuple[int, int]]) -> Moved:
    sums = {f"body|{key}": (units(*before), units(*after)) for key, (before, after) in groups.items()}
    return Moved(Compared(BEFORE, YEAR, chosen=True), tuple(moved_most(sums, 0.0)), len(sums))


def test_what_moved_names_findings_alone() -> None:
    found = moved(knee=((10, 400), (80, 400)), neck=((40, 400), (41, 400)), elbow=((1, 5), (4, 5)))
    assert moved_words(found) == (
        "2016 against 2015, more often overturned: Knee (of 2 groups compared). Too few letters in one of the periods: 1 of 3 groups."
    )
    calm = moved(knee=((40, 400), (41, 400)), neck=((40, 400), (43, 400)))
    assert "none of 2 groups can be told apart from its own rate before" in moved_words(calm)
    assert none_differ(calm.candidates)
    assert not none_differ(found.candidates)
    assert "nothing to compare" in moved_words(moved(elbow=((1, 5), (4, 5))))


def test_no_day_is_in_both_periods() -> None:
    assert BEFORE.end + timedelta(days=1) == YEAR.start
