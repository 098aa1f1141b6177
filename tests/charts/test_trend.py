"""Rates over time: three axes that share one time, and marks whose words do not meet."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from pages.parts import theme
from pages.parts.charts.trend import Period, _levels, trend
from tests.charts.made_up import DRAWN, PERIODS, marks, rate, words


def test_trend_has_rates_counts_and_small_periods_on_axes_of_their_own() -> None:
    figure = DRAWN["trend"](False)
    by_axis = {trace.get("yaxis", "y"): trace for trace in marks(figure)}
    assert by_axis["y"]["customdata"] == ["2016-10-01", "2016-12-01", "2017-01-01"]
    assert by_axis["y2"]["customdata"] == ["2016-11-01"]
    assert by_axis["y3"]["customdata"] == [period.start.isoformat() for period in PERIODS]
    assert by_axis["y3"]["y"] == [50, 4, 60, 20]
    warm, grey = theme.LIGHT.outcomes["overturned"], theme.LIGHT.grey
    assert by_axis["y"]["marker"]["color"] == [warm, warm, grey]
    assert by_axis["y"]["hovertext"][2].endswith("not complete yet")
    assert figure["layout"]["yaxis"]["range"][0] == 0
    domains = [figure["layout"][name]["domain"] for name in ("yaxis3", "yaxis2", "yaxis")]
    assert all(below[1] < above[0] for below, above in pairwise(domains))
    assert by_axis["y"]["x"][0] == "2016-10-16"


def test_trend_marks_only_what_lies_within() -> None:
    figure = DRAWN["trend"](False)
    assert "MTUS revised" in words(figure)
    assert "long before" not in words(figure)
    limits = [trace for trace in figure["data"] if trace.get("mode") == "lines" and trace["line"]["width"] == 1]
    assert limits[0]["y"] == [0.0, 0.0, None, None, None, None, 0.0, 0.0]


def test_bars_are_as_wide_as_their_periods_however_few_there_are() -> None:
    sparse = [
        Period(date(2014, 3, 1), date(2014, 3, 31), "March 2014", rate(5, 50)),
        Period(date(2016, 2, 1), date(2016, 2, 29), "February 2016", rate(5, 50)),
        Period(date(2016, 3, 1), date(2016, 3, 31), "March 2016", rate(5, 50)),
    ]
    [bars] = [trace for trace in trend(sparse, rate(15, 150))["data"] if trace["type"] == "bar"]
    assert [round(width / 86_400_000 / 0.8) for width in bars["width"]] == [31, 29, 31]
    assert bars["x"] == ["2014-03-16", "2016-02-15", "2016-03-16"]


def test_labels_of_near_marks_do_not_meet() -> None:
    near = [(date(2015, 4, 1), "MTUS: opioids"), (date(2015, 6, 1), "MTUS: chronic pain")]
    assert _levels(near, date(2014, 1, 1), date(2018, 1, 1)) == [0, 1]
    far = [(date(2014, 2, 1), "MTUS"), (date(2016, 6, 1), "MTUS")]
    assert _levels(far, date(2014, 1, 1), date(2018, 1, 1)) == [0, 0]
