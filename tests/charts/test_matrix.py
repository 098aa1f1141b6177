"""Rates of pairs: the cells of a matrix."""

from __future__ import annotations

from pages.parts import theme
from pages.parts.charts.matrix import matrix
from tests.charts.made_up import CELLS, SOURCES, rate, words


def test_shades_stand_where_a_rate_is_known_and_have_a_legend() -> None:
    cells = {("a", "x"): rate(40, 400), ("a", "y"): rate(8, 16), ("b", "x"): rate(60, 200), ("b", "y"): rate(1, 3)}
    figure = matrix(["a", "b"], ["x", "y"], cells, hidden={("b", "y")})
    [trace] = figure["data"]
    fills = dict(zip(trace["customdata"], trace["marker"]["color"], strict=True))
    assert fills["a|y"] == fills["b|y"] == theme.LIGHT.surface  # an interval of some 44 points; hidden
    assert fills["b|x"] == theme.LIGHT.rate_high
    assert fills["a|x"] not in (theme.LIGHT.surface, theme.LIGHT.rate_high)
    assert (trace["text"][3], trace["hovertext"][3]) == ("few", "<b>b</b> and <b>y</b><br>fewer than 10 letters")
    assert "(7.4 to 13.3" in trace["hovertext"][0]
    legend = next(text for text in words(figure) if "No shade" in text)
    assert legend.startswith("Shade: 0\N{NO-BREAK SPACE}% ")
    assert "30\N{NO-BREAK SPACE}% overturned" in legend


def test_matrix_cells() -> None:
    figure = matrix(SOURCES, SOURCES, CELLS, diagonal=True)
    [cells] = figure["data"]
    assert cells["customdata"] == ["mtus|mtus", "mtus|odg"]
    assert cells["text"] == ["28 of 104<br><b>27\N{NO-BREAK SPACE}%</b>", "2 of 3"]
    assert cells["marker"]["color"][1] == theme.LIGHT.surface
    assert len(figure["layout"]["shapes"]) == 1
    assert "too few for a rate" in cells["hovertext"][1]
    wide = {f"c{i}": f"Column {i}" for i in range(12)}
    [narrow] = matrix({"ct": "CT"}, wide, {("ct", "c3"): rate(28, 104)})["data"]
    assert narrow["text"] == ["28 of<br>104<br><b>27\N{NO-BREAK SPACE}%</b>"]
    assert (narrow["base"], narrow["y"]) == ([3], [0])
