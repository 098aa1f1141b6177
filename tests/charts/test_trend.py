"""Rates over time: three axes that share one time, and marks whose words do not meet."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from pages.parts import theme
from pages.parts.charts.marks import Mark, levels_of
from pages.parts.charts.trend import Period, trend
from tests.charts.made_up import DRAWN, PERIODS, marks, rate, words


def test_trend_has_rates_counts_and_small_periods_on_axes_of_their_own() -> None:
    figure = DRAWN["trend"](False)
    by_axis = {trace.get("yaxis", "y"): trace for trace in marks(figure)}
    assert by_axis["y"]["customdata"] == ["2016-10-01", "2016-12-01", "2017-01-01"]
    assert by_axis["y2"]["customdata"] == ["2016-11-01"]
    assert by_axis["y3"]["customdata"] == [period.start.isoformat() for period in PERIODS]
    assert by_axis["y3"]["y"] == [50, 4, 60, 20]
    assert by_axis["y"]["marker"]["symbol"] == ["diamond", "circle", "circle"]
    warm, grey = theme.LIGHT.outcomes["overturned"], theme.LIGHT.grey
    assert by_axis["y"]["marker"]["color"] == [warm, warm, grey]
    assert by_axis["y"]["hovertext"][2].endswith("not complete yet<br>control limits 0 to 20\N{NO-BREAK SPACE}%")
    assert by_axis["y"]["hovertext"][1].endswith("<br>outside the limits")
    assert figure["layout"]["yaxis"]["range"][0] == 0
    domains = [figure["layout"][name]["domain"] for name in ("yaxis3", "yaxis2", "yaxis")]
    assert all(below[1] < above[0] for below, above in pairwise(domains))
    assert by_axis["y"]["x"][0] == "2016-10-16"


def test_trend_marks_only_what_lies_within() -> None:
    figure = DRAWN["trend"](False)
    assert "MTUS revised" in words(figure)
    assert "long before" not in words(figure)
    assert next(note for note in figure["layout"]["annotations"] if note["text"] == "MTUS revised")["hovertext"]


def test_control_limits_take_the_place_of_intervals_and_leave_gaps() -> None:
    figure = DRAWN["trend"](False)
    lines = [trace for trace in figure["data"] if trace.get("mode") == "lines"]
    assert [trace["y"] for trace in lines] == [[0.0] * 2, [0.3] * 2, [0.0] * 4, [0.25, 0.25, 0.2, 0.2]]
    assert lines[0]["x"] == ["2016-10-01", "2016-11-01"]
    assert [trace.get("fill") for trace in lines] == [None, "tonexty"] * 2
    [ring] = [
        trace
        for trace in figure["data"]
        if trace.get("marker", {}).get("symbol") == "circle-open" and "x" in trace and "customdata" not in trace
    ]
    assert (ring["x"], ring["y"]) == (["2016-12-16"], [round(20 / 60, 5)])
    dotted = [shape for shape in figure["layout"]["shapes"] if shape["line"].get("dash") == "dot"]
    assert [shape["y0"] for shape in dotted] == [0.12]


def test_without_limits_each_rate_has_its_interval_and_the_line_is_the_rate_of_all() -> None:
    figure = DRAWN["plain trend"](False)
    whiskers = [trace for trace in figure["data"] if trace.get("mode") == "lines"]
    assert whiskers[0]["y"][:2] == [round(PERIODS[0].rate.low, 5), round(PERIODS[0].rate.high, 5)]
    dotted = [shape for shape in figure["layout"]["shapes"] if shape["line"].get("dash") == "dot"]
    assert [shape["y0"] for shape in dotted] == [330 / 3120]


def test_bars_are_as_wide_as_their_periods_however_few_there_are() -> None:
    sparse = [
        Period(date(2014, 3, 1), date(2014, 3, 31), "March 2014", rate(5, 50)),
        Period(date(2016, 2, 1), date(2016, 2, 29), "February 2016", rate(5, 50)),
        Period(date(2016, 3, 1), date(2016, 3, 31), "March 2016", rate(5, 50)),
    ]
    [bars] = [trace for trace in trend(sparse, rate(15, 150))["data"] if trace["type"] == "bar"]
    assert [round(width / 86_400_000 / 0.8) for width in bars["width"]] == [31, 29, 31]
    assert bars["x"] == ["2014-03-16", "2016-02-15", "2016-03-16"]


def test_labels_of_near_marks_do_not_meet_and_no_line_rises_through_them() -> None:
    def levels(*days: tuple[int, int]) -> list[int]:
        return levels_of([Mark(date(*day, 1), "MTUS: opioids") for day in days], date(2014, 1, 1), date(2018, 1, 1))

    assert levels((2015, 4), (2015, 6)) == [1, 0]
    assert levels((2017, 4), (2017, 6)) == [0, 1]
    assert levels((2014, 2), (2016, 6)) == [0, 0]
    silent = [Mark(date(2015, 4, 1), "MTUS: opioids"), Mark(date(2015, 6, 1), "")]
    assert levels_of(silent, date(2014, 1, 1), date(2018, 1, 1)) == [0, 0]
