"""Made-up rows, periods and cells, the figures of them, and what stands in a figure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from data.funnel import funnel
from data.movement import moved_most
from data.smoothing import Smoothed
from data.standardise import Cell, standardised_ratio
from data.statistics import Rate, Sums, overturn_rate
from pages.parts.charts import differences
from pages.parts.charts.bars import count_bars, outcome_bar
from pages.parts.charts.changes import Changed, change_dots
from pages.parts.charts.columns import Point, column_figure
from pages.parts.charts.dots import Row, rate_dots
from pages.parts.charts.figure import Figure
from pages.parts.charts.funnel import funnel_plot
from pages.parts.charts.ladder import Rung, ladder_dots
from pages.parts.charts.marks import Mark
from pages.parts.charts.matrix import TOTAL, Amount, matrix
from pages.parts.charts.pairs import Pair, paired_bars
from pages.parts.charts.ratios import RatioRow, rate_and_ratio
from pages.parts.charts.trend import Period, trend


def units(y: int, n: int) -> Sums:
    return Sums.letters_as_units(n, y)


def rate(y: int, n: int) -> Rate:
    return overturn_rate(units(y, n), 0.0)


OVERALL = rate(330, 3120)
ROWS = [
    Row("bone_scan", "Bone scan", rate(31, 156), colour="#009068"),
    Row("spect", "SPECT", rate(4, 38), selected=True),
    Row("discography", "Discography <b> & more", rate(2, 7)),
    Row("ct", "CT", rate(50, 533), note="differs from the rest"),
    Row("pet", "Positron emission tomography", rate(0, 0)),
]
PERIODS = [
    Period(date(2016, 10, 1), date(2016, 10, 31), "October 2016", rate(5, 50), limits=(0.0, 0.3), flag="run"),
    Period(date(2016, 11, 1), date(2016, 11, 30), "November 2016", rate(1, 4)),
    Period(date(2016, 12, 1), date(2016, 12, 31), "December 2016", rate(20, 60), limits=(0.0, 0.25), flag="outside"),
    Period(date(2017, 1, 1), date(2017, 1, 31), "January 2017", rate(2, 20), False, (0.0, 0.2)),
]
CHANGES = [
    Changed(f"body|{key}", label, replace(moved, stands_out=finding))
    for key, label, (before, now), finding in (
        ("knee", "Knee", ((5, 200), (40, 210)), True),
        ("neck", "Neck <i>", ((60, 200), (20, 190)), True),
        ("elbow", "Elbow", ((20, 200), (22, 205)), False),
    )
    for moved in moved_most({key: (units(*before), units(*now))}, 0.0)
]
DIFFERENCES = [
    differences.Row("ct", "CT", 0.12, 0.05, 0.19, "+12 points", "12 points more", strong=True),
    differences.Row("pet", "PET <i>", -0.04, -0.2, 0.12, "\N{MINUS SIGN}4 points", "4 points less"),
]
RATIOS = [
    RatioRow(row.key, row.label, row.rate, standardised_ratio({("a",): own}, {("a",): Cell(1000, 100, 1000)}, row.rate))
    for row in ROWS
    for own in [Cell(row.rate.n, row.rate.y, row.rate.letters)]
]
MARKS = [Mark(date(2016, 12, 1), "MTUS revised", "what was new"), Mark(date(2010, 1, 1), "long before")]
SOURCES = {"mtus": "MTUS", "odg": "Official Disability Guidelines"}
CELLS = {("mtus", "mtus"): rate(28, 104), ("mtus", "odg"): rate(2, 3), ("odg", "mtus"): rate(0, 0)}
AMOUNTS = {
    ("mtus", "mtus"): Amount("104<br><b>97 %</b>", "104 of 107 <b>", 1.0),
    ("mtus", "odg"): Amount("3", "3 decisions", 0.03, quiet=True),
    ("mtus", TOTAL): Amount("107", "107 decisions", 1.0),
    (TOTAL, TOTAL): Amount("107", "107 decisions"),
}
PAIRS = [
    Pair("guideline_recommends", "Guideline <b> recommends it", rate(40, 60), rate(3, 300), selected=True),
    Pair("no_red_flags", "No red flags", rate(0, 5), rate(60, 300)),
    Pair("surgery_planned", "Surgery planned", rate(12, 60), None),
]
RUNGS = [
    Rung("0", "MRI <b>, knee, MTUS cited", rate(1, 4), 0.1),
    Rung("1", "MRI, MTUS cited", rate(12, 90), 0.3),
    Rung("2", "All decisions", rate(330, 3120), 0.6),
]
TOGETHER = Smoothed(0.11, 0.07, 0.16, 0.9, (0.1, 0.3, 0.6))
LABELS = {row.key: row.label for row in ROWS}
POINTS = [Point("MTUS <b>", 12.5, 8.0, 17.25), Point("ODG", -3.0), Point("", 1200.0, 900.0, 1500.0)]
DAYS = [Point(date(2017, month, 1), 10.0 * month) for month in (3, 1, 2)]
DRAWN = {
    "dots": lambda dark: rate_dots(ROWS, OVERALL, dark=dark),
    "compact": lambda dark: rate_dots(ROWS, OVERALL, dark=dark, compact=True),
    "small": lambda dark: rate_dots(ROWS[2:3], rate(2, 7), dark=dark),
    "empty": lambda dark: rate_dots([], OVERALL, dark=dark),
    "outcomes": lambda dark: outcome_bar(30, 3, 5, dark=dark),
    "columns": lambda dark: column_figure("bars", POINTS, "decisions <b>", dark=dark),
    "columns with intervals": lambda dark: column_figure("dots", POINTS, "rate", dark=dark),
    "line of columns": lambda dark: column_figure("line", POINTS, "rate", dark=dark),
    "line over days": lambda dark: column_figure("line", DAYS, "decisions", dark=dark),
    "no columns": lambda dark: column_figure("line", [], "decisions", dark=dark),
    "trend": lambda dark: trend(PERIODS, OVERALL, dark=dark, marks=MARKS, centre=0.12),
    "plain trend": lambda dark: trend([replace(one, limits=None, flag=None) for one in PERIODS], OVERALL, dark=dark),
    "changes": lambda dark: change_dots(CHANGES, dark=dark),
    "matrix": lambda dark: matrix(SOURCES, SOURCES, CELLS, dark=dark, diagonal=True, row_title="a", column_title="b"),
    "amounts": lambda dark: matrix(
        {**SOURCES, TOTAL: "All together"},
        {**SOURCES, TOTAL: "All"},
        AMOUNTS,
        dark=dark,
        legend="The darker <i>, the more",
    ),
    "shared axis": lambda dark: rate_dots(ROWS, OVERALL, dark=dark, compact=True, beside=[rate(50, 60)]),
    "pairs": lambda dark: paired_bars(PAIRS, dark=dark),
    "funnel": lambda dark: funnel_plot(funnel({row.key: row.rate for row in ROWS}), LABELS, dark=dark),
    "ratios": lambda dark: rate_and_ratio(RATIOS, OVERALL, dark=dark),
    "raw": lambda dark: rate_and_ratio([replace(row, ratio=None) for row in RATIOS], OVERALL, dark=dark),
    "differences": lambda dark: differences.difference_dots(DIFFERENCES, title="Percentage points", dark=dark),
    "ladder": lambda dark: ladder_dots(RUNGS, TOGETHER, dark=dark),
    "one rung": lambda dark: ladder_dots(RUNGS[2:], None, dark=dark),
    "counts": lambda dark: count_bars([("ct", "CT", 533, True), ("pet", "PET", 0, False)], dark=dark),
}


def marks(figure: Figure) -> list[dict[str, Any]]:
    return [trace for trace in figure["data"] if "customdata" in trace]


def words(figure: Figure) -> list[str]:
    return [annotation["text"] for annotation in figure["layout"]["annotations"]]
