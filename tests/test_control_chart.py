"""Control charts against a published example, hand-worked values, the rules at their edges and simulation."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.control_chart import Observed, Stretch, control_chart
from data.statistics import Rate, Sums, overturn_rate, wilson

# Emergency attendances in England seen within four hours, 20 weeks: Mohammed et al. 2013, BMJ Qual Saf 22:362
SEEN = [266501, 264225, 276532, 281461, 269071, 261215, 270409, 279778, 270483, 270320]
SEEN += [267923, 271478, 255353, 256820, 261835, 259144, 255910, 260863, 264465, 260989]
ATTENDED = [280443, 276823, 291681, 296155, 282343, 275888, 283867, 295251, 284468, 282529]
ATTENDED += [279618, 283932, 266629, 268091, 276803, 271578, 266005, 273520, 278574, 273772]
# Limits of their P' chart, in percent, as other programs draw it (PowerBI-SPC, tested against qicharts2)
LOWER = [94.013, 94.0046, 94.0378, 94.0473, 94.0173, 94.0025, 94.0207, 94.0454, 94.022, 94.0177]
LOWER += [94.0111, 94.0208, 93.9803, 93.9839, 94.0046, 93.9923, 93.9788, 93.9969, 94.0087, 93.9975]
UPPER = [96.567, 96.5753, 96.5421, 96.5326, 96.5627, 96.5775, 96.5593, 96.5345, 96.5579, 96.5623]
UPPER += [96.5689, 96.5591, 96.5996, 96.5961, 96.5753, 96.5877, 96.6012, 96.583, 96.5713, 96.5824]


def rate(y: int, n: int, *, small: bool = False) -> Rate:
    """Independent items: n* = n."""
    return Rate(n, y, n, y / n, *wilson(y / n, n), effective=float(n), deff=1.0, small=small)


def month(index: int) -> date:
    return date(2014 + index // 12, index % 12 + 1, 1)


def chart_of(counts: Sequence[tuple[int, int]], *rebased: date, prime: bool = True) -> tuple[Stretch, ...]:
    return control_chart([Observed(month(i), rate(y, n)) for i, (y, n) in enumerate(counts)], rebased, prime=prime)


def flags(stretch: Stretch) -> list[str | None]:
    return [point.flag for point in stretch.points]


def test_published_p_prime_chart() -> None:
    (stretch,) = chart_of(list(zip(SEEN, ATTENDED, strict=True)))
    assert stretch.centre == pytest.approx(0.9529, abs=5e-5)
    assert stretch.sigma_z > 10  # weeks vary ten times as much as chance
    for point, low, high in zip(stretch.points, LOWER, UPPER, strict=True):
        assert point.limits == pytest.approx((low / 100, high / 100), abs=1e-6)
    assert flags(stretch) == [None] * 20


def test_the_same_as_a_p_chart_alarms_nearly_every_week() -> None:
    (stretch,) = chart_of(list(zip(SEEN, ATTENDED, strict=True)), prime=False)
    assert stretch.sigma_z == 1.0
    inside = [week for week, flag in enumerate(flags(stretch), start=1) if flag != "outside"]
    assert inside == [5, 7, 18, 20]  # shares 0.95299, 0.95259, 0.95373, 0.95331 around 0.9529, limits 0.0012 away


def test_limits_by_hand() -> None:
    """10 of 100, 20 of 100, 15 of 50: p = 45/250 = 0.18; sd 0.03842 and 0.05433; z -2.082, 0.521, 2.209.

    sigma_z = (2.603 + 1.688) / 2 / 1.128 = 1.902.
    """
    (stretch,) = chart_of([(10, 100), (20, 100), (15, 50)])
    assert stretch.centre == pytest.approx(0.18)
    assert [point.z for point in stretch.points] == pytest.approx([-2.0823, 0.5206, 2.2087], abs=1e-4)
    assert stretch.sigma_z == pytest.approx(1.902, abs=1e-3)
    first, _, last = (point.limits for point in stretch.points)
    assert first == pytest.approx((0.0, 0.18 + 3 * 1.902 * 0.038419), abs=1e-4)  # 0.18 - 0.219 is floored
    assert last == pytest.approx((0.0, 0.18 + 3 * 1.902 * 0.054332), abs=1e-4)


def test_effective_size_not_items() -> None:
    """The letters of two items that always agree: limits of half as many items."""
    twice = overturn_rate(Sums(n=200, y=40, letters=100, nn=400, yy=80, ny=80, within=40.0), 0.0)
    assert twice.effective == pytest.approx(99)
    (stretch,) = control_chart([Observed(month(i), twice) for i in range(3)], prime=False)
    assert stretch.points[0].limits == pytest.approx((0.2 - 3 * math.sqrt(0.16 / 99), 0.2 + 3 * math.sqrt(0.16 / 99)))


def test_one_period_outside() -> None:
    (stretch,) = chart_of([(10, 100)] * 6 + [(40, 100)] + [(10, 100)] * 6, prime=False)
    assert flags(stretch) == [None] * 6 + ["outside"] + [None] * 6


@pytest.mark.parametrize(("length", "found"), [(7, 0), (8, 8), (9, 9)])
def test_a_run_on_one_side(length: int, found: int) -> None:
    (stretch,) = chart_of([(9, 100), (13, 100)] * 5 + [(12, 100)] * (length - 1) + [(8, 100)] * 5, prime=False)
    run = [i for i, flag in enumerate(flags(stretch)) if flag == "run"]
    assert run == list(range(9, 9 + found))  # the last 13 belongs to it


def test_a_period_on_the_centre_breaks_a_run() -> None:
    high, on, low = (12, 100), (10, 100), (8, 100)
    (stretch,) = chart_of([high] * 5 + [on] + [high] * 3 + [low] * 4 + [on] + [low] * 4, prime=False)
    assert stretch.centre == pytest.approx(0.1)
    assert flags(stretch) == [None] * 18


def test_small_and_incomplete_periods() -> None:
    """Neither is flagged, and neither counts into the centre or into sigma_z."""
    usual = [Observed(month(i), rate(10 + i % 2, 100)) for i in range(10)]
    plain = control_chart(usual)[0]
    small = Observed(month(10), rate(1, 9, small=True))
    running = Observed(month(11), rate(90, 100), complete=False)
    (stretch,) = control_chart([*usual, small, running])
    assert stretch.centre == plain.centre == pytest.approx(0.105)
    assert flags(stretch) == [None] * 12
    assert stretch.sigma_z == pytest.approx(0.01 / math.sqrt(0.105 * 0.895 / 100) / 1.128, abs=1e-5)
    assert stretch.points[10].limits is not None
    assert not stretch.points[11].complete
    assert control_chart([*usual, running])[0].centre == plain.centre


def test_a_run_goes_on_past_a_small_period() -> None:
    periods = [Observed(month(i), rate(6 if i < 8 else 14, 100)) for i in range(16)]
    periods[3] = Observed(month(3), rate(2, 4, small=True))
    (stretch,) = control_chart([*periods[:8], Observed(date(2014, 8, 15), rate(6, 100)), *periods[8:]], prime=False)
    assert [point.flag for point in stretch.points[:9]] == ["run"] * 3 + [None] + ["run"] * 5


def test_rebased_at_a_dated_cause() -> None:
    counts = [(10, 100), (12, 100)] * 5 + [(30, 100), (32, 100)] * 5
    whole = chart_of(counts)
    assert len(whole) == 1
    assert None not in flags(whole[0])
    before, after = chart_of(counts, month(10))
    assert (before.centre, after.centre) == (pytest.approx(0.11), pytest.approx(0.31))
    assert (before.start, after.start) == (month(0), month(10))
    assert flags(before) + flags(after) == [None] * 20
    assert before == chart_of(counts[:10])[0]
    # a cause in the middle of a month takes effect with the next one; causes outside the chart change nothing
    assert len(chart_of(counts, date(2014, 10, 20))[0].points) == 10
    assert chart_of(counts, date(2010, 1, 1), date(2030, 1, 1)) == whole


def test_order_of_periods_does_not_matter() -> None:
    periods = [Observed(month(i), rate(10 + i % 3, 100)) for i in range(12)]
    assert control_chart(periods[::-1]) == control_chart(periods)


def test_few_periods_never_narrow_the_limits() -> None:
    assert chart_of([(10, 100)] * 9)[0].sigma_z == 1.0
    assert chart_of([(10, 100)] * 4 + [(11, 100)] * 6)[0].sigma_z < 1.0
    assert chart_of([(10, 100), (60, 100)] * 2)[0].sigma_z > 1.0


def test_what_has_no_limits() -> None:
    assert control_chart([]) == ()
    nothing = overturn_rate(Sums(), 0.6)
    (stretch,) = control_chart([Observed(month(0), nothing), Observed(month(1), rate(5, 50), complete=False)])
    assert (stretch.centre, stretch.points[0].limits, stretch.points[1].limits) == (None, None, None)
    (gap,) = control_chart([Observed(month(i), rate(5, 50)) for i in range(2)] + [Observed(month(2), nothing)])
    assert (gap.centre, gap.points[2].limits, gap.points[2].z) == (0.1, None, None)
    (never,) = chart_of([(0, 50)] * 12)
    assert (never.centre, never.points[0].limits, never.points[0].z) == (0.0, (0.0, 0.0), None)
    assert flags(never) == [None] * 12
    (one,) = chart_of([(5, 50)])
    assert (one.centre, one.points[0].limits, one.points[0].flag) == (None, None, None)


def test_small_periods_carry_no_centre() -> None:
    """Three decisions in whole but small quarters beside a great one that is not over: no centre, no band, no flag."""
    whole = [Observed(month(0), rate(1, 1, small=True)), Observed(month(3), rate(0, 2, small=True))]
    running = Observed(month(6), rate(60, 300), complete=False)
    (stretch,) = control_chart([*whole, running])
    assert stretch.centre is None
    assert [(point.limits, point.z, point.flag) for point in stretch.points] == [(None, None, None)] * 3


@given(st.lists(st.tuples(st.integers(1, 300), st.floats(0, 1)), min_size=2, max_size=40))
def test_limits_hold_the_centre(drawn: list[tuple[int, float]]) -> None:
    (stretch,) = chart_of([(round(share * n), n) for n, share in drawn])
    assert stretch.centre is not None
    assert stretch.sigma_z >= 0
    for point in stretch.points:
        assert point.limits is not None
        assert 0 <= point.limits[0] <= stretch.centre <= point.limits[1] <= 1


def test_false_alarms_are_rare_and_a_shift_is_found() -> None:
    """60 months of 400 decisions at 10 %: outside 0.3 in 100 by chance; a shift to 14 % is found within a year."""
    source = random.Random(2002)

    def months(count: int, p: float) -> list[tuple[int, int]]:
        return [(sum(source.random() < p for _ in range(400)), 400) for _ in range(count)]

    outside = sum(flags(chart_of(months(60, 0.1))[0]).count("outside") for _ in range(60))
    assert outside / 3600 < 0.012
    shifted = [flags(chart_of(months(36, 0.1) + months(12, 0.14))[0])[36:] for _ in range(20)]
    assert sum(any(after) for after in shifted) >= 18
