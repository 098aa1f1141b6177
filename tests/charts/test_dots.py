"""Rates by group: what stands where, what a mark says and is called."""

from __future__ import annotations

import json
from typing import Any

import plotly.graph_objects as go

from data.statistics import rate_words
from pages.parts import theme
from pages.parts.charts.dots import Row, rate_dots
from pages.parts.charts.figure import LINE, Figure
from tests.charts.made_up import OVERALL, ROWS, marks, rate, words


def height_of(figure: Figure, trace: dict[str, Any], index: int) -> float:
    """Where a mark of `rate_dots` stands, in shares of the figure from below."""
    axis = figure["layout"][{"y": "yaxis", "y2": "yaxis2"}[trace.get("yaxis", "y")]]
    bottom, top = axis["domain"]
    from_top = trace["y"][index] / axis["range"][0]
    return top - from_top * (top - bottom)


def test_rates_stand_on_an_axis_from_zero_in_the_order_given() -> None:
    figure = rate_dots(ROWS, OVERALL)
    [dots] = [trace for trace in marks(figure) if trace.get("hoverinfo") == "text" and "xaxis" not in trace]
    assert dots["customdata"] == ["bone_scan", "spect", "ct"]
    assert dots["x"] == [round(31 / 156, 5), round(4 / 38, 5), round(50 / 533, 5)]
    assert dots["y"] == sorted(dots["y"])
    low, high = figure["layout"]["xaxis"]["range"]
    assert low == 0
    assert high > max(row.rate.high for row in ROWS if not row.rate.small)
    assert figure["layout"]["xaxis"]["ticktext"][0] == "0\N{NO-BREAK SPACE}%"


def test_whiskers_reach_from_low_to_high_in_the_colour_of_their_dot() -> None:
    figure = rate_dots(ROWS, OVERALL)
    lines = {trace["line"]["color"]: trace for trace in figure["data"] if trace.get("mode") == "lines"}
    assert lines["#009068"]["x"] == [round(ROWS[0].rate.low, 5), round(ROWS[0].rate.high, 5), None]
    warm = lines[theme.LIGHT.outcomes["overturned"]]
    assert [x for x in warm["x"] if x is not None] == [
        round(limit, 5) for row in (ROWS[1], ROWS[3]) for limit in (row.rate.low, row.rate.high)
    ]


def test_small_rows_have_no_place_on_the_rate_axis_and_no_whiskers() -> None:
    figure = rate_dots(ROWS, OVERALL)
    [small] = [trace for trace in figure["data"] if trace.get("xaxis") == "x2"]
    assert small["customdata"] == ["discography", "pet"]
    assert [text.strip() for text in small["text"]] == ["2 of 7 in 7 letters", "no decisions"]
    assert small["marker"]["symbol"] == "circle-open"
    assert small["marker"]["color"] == theme.LIGHT.grey
    assert set(small["x"]) == {0}
    assert not figure["layout"]["xaxis2"]["visible"]
    keys_on_axis = {key for trace in marks(figure) if "xaxis" not in trace for key in trace["customdata"]}
    assert keys_on_axis == {"bone_scan", "spect", "ct"}
    assert sum(trace["x"].count(None) for trace in figure["data"] if trace.get("mode") == "lines") == 3


def test_small_rows_come_last() -> None:
    figure = rate_dots([ROWS[2], *ROWS[:2]], OVERALL)
    [dots] = [trace for trace in marks(figure) if trace["hoverinfo"] == "text" and "xaxis" not in trace]
    [small] = [trace for trace in marks(figure) if "xaxis" in trace]
    assert max(height_of(figure, small, i) for i in range(1)) < min(height_of(figure, dots, i) for i in range(2))


def test_hover_says_count_letters_rate_and_interval() -> None:
    figure = rate_dots(ROWS, OVERALL)
    said = {
        key: text
        for trace in marks(figure)
        for key, text in zip(trace["customdata"], trace.get("hovertext", []), strict=False)
    }
    assert said["spect"] == f"<b>SPECT</b><br>{rate_words(ROWS[1].rate)}"
    assert "4 of 38 overturned in 38 letters, 11\N{NO-BREAK SPACE}% (4 to 24\N{NO-BREAK SPACE}%)" in said["spect"]
    assert said["ct"].endswith("<br>differs from the rest")
    assert said["discography"].startswith("<b>Discography &lt;b&gt; &amp; more</b>")
    assert "%" not in said["discography"]


def test_figures_at_the_right_and_the_label_of_the_line() -> None:
    texts = words(rate_dots(ROWS, OVERALL))
    assert {"31 of 156", "4 of 38", "50 of 533", "20\N{NO-BREAK SPACE}%"} <= set(texts)
    assert texts[0] == "All together: 330 of 3,120 in 3,120 letters, 10.6\N{NO-BREAK SPACE}% (dotted line)"
    [line] = [shape for shape in rate_dots(ROWS[:2], OVERALL)["layout"]["shapes"] if shape["x0"] == OVERALL.rate]
    assert line["x1"] == OVERALL.rate
    assert words(rate_dots(ROWS, rate(2, 7)))[0].endswith("too few for a rate")
    assert "20\N{NO-BREAK SPACE}%" not in words(rate_dots(ROWS, OVERALL, compact=True))


def test_the_letter_as_unit_says_letters() -> None:
    figure = rate_dots(ROWS[:1], OVERALL, unit="letter")
    assert "31 of 156 letters overturned" in figure["data"][-1]["hovertext"][0]
    assert figure["layout"]["xaxis"]["title"]["text"] == "Overturned, in percent of letters"


def test_a_ring_says_that_a_row_stands_out_and_nothing_else() -> None:
    figure = rate_dots([*ROWS, Row("mri", "MRI", rate(90, 200), stands_out=True)], OVERALL)
    [ring] = [trace for trace in marks(figure) if trace["hoverinfo"] == "skip"]
    assert ring["customdata"] == ["mri"]
    assert ring["x"] == [0.45]
    assert ring["marker"]["color"] == theme.LIGHT.text
    assert figure["layout"]["xaxis"]["title"]["text"].endswith("<br>Ring: differs from the rest")
    [dots] = [trace for trace in marks(figure) if trace.get("hoverinfo") == "text" and "xaxis" not in trace]
    assert [words.endswith("differs from the rest") for words in dots["hovertext"]] == [False, False, True, True]
    assert "Ring" not in rate_dots(ROWS, OVERALL)["layout"]["xaxis"]["title"]["text"]
    assert (
        figure["layout"]["height"]
        == rate_dots([*ROWS, Row("mri", "MRI", rate(90, 200))], OVERALL)["layout"]["height"] + LINE
    )


def test_selection_is_weight_and_a_ground_of_no_new_hue() -> None:
    figure = rate_dots(ROWS, OVERALL)
    assert not [trace for trace in marks(figure) if trace["hoverinfo"] == "skip"]
    [ground] = [shape for shape in figure["layout"]["shapes"] if shape["type"] == "rect"]
    [dots] = [trace for trace in marks(figure) if trace.get("hoverinfo") == "text" and "xaxis" not in trace]
    at = dots["y"][dots["customdata"].index("spect")]
    assert ground["y0"] < at < ground["y1"]
    assert (ground["fillcolor"], ground["layer"]) == (theme.LIGHT.surface, "below")
    assert "<b>SPECT</b>" in words(figure)
    assert "Bone scan" in words(figure)


def test_height_follows_the_rows_and_sixty_rows_stay_light() -> None:
    many = [Row(f"key_{i}", f"Section {i} of a document with a long name", rate(i % 9, 40)) for i in range(60)]
    one, sixty = rate_dots(many[:1], OVERALL), rate_dots(many, OVERALL)
    assert 80 < one["layout"]["height"] < 180
    assert sixty["layout"]["height"] - one["layout"]["height"] == 59 * (LINE * 2 + 10)
    assert len(json.dumps(go.Figure(sixty).to_dict())) < 150_000
    assert len(json.dumps(go.Figure(one).to_dict())) < 3_000


def test_figures_side_by_side_share_an_axis() -> None:
    wide = rate(9, 12)
    alone, beside = rate_dots(ROWS, OVERALL), rate_dots(ROWS, OVERALL, beside=[wide])
    assert beside["layout"]["xaxis"]["range"][1] >= wide.high > alone["layout"]["xaxis"]["range"][1]
    assert [trace["x"] for trace in beside["data"]] == [trace["x"] for trace in alone["data"]]
