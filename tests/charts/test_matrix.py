"""Rates of pairs: the cells of a matrix."""

from __future__ import annotations

from pages.parts import theme
from pages.parts.charts.matrix import matrix
from tests.charts.made_up import CELLS, SOURCES, rate


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
