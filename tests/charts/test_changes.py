"""Changes of rate around a line at no change."""

from __future__ import annotations

from pages.parts import theme
from tests.charts.made_up import CHANGES, DRAWN, marks, words


def test_a_change_is_drawn_where_it_was_shrunken_to_with_its_observed_interval() -> None:
    figure = DRAWN["changes"](False)
    [dots] = marks(figure)
    assert dots["customdata"] == ["body|knee", "body|neck", "body|elbow"]
    assert dots["x"] == [round(row.moved.shrunken, 5) for row in CHANGES]
    overturned, upheld = theme.LIGHT.outcomes["overturned"], theme.LIGHT.outcomes["upheld"]
    assert dots["marker"]["color"] == [overturned, upheld, theme.LIGHT.grey]
    lines = [trace["x"][:2] for trace in figure["data"] if trace.get("mode") == "lines"]
    assert lines == [[round(row.moved.change.low, 5), round(row.moved.change.high, 5)] for row in CHANGES]
    low, high = figure["layout"]["xaxis"]["range"]
    assert low == -high
    assert any(shape["x0"] == shape["x1"] == 0 for shape in figure["layout"]["shapes"])


def test_its_words_say_both_rates() -> None:
    figure = DRAWN["changes"](False)
    assert "2.5\N{NO-BREAK SPACE}% to 19.0\N{NO-BREAK SPACE}%" in words(figure)
    assert "Neck &lt;i&gt;" in words(figure)
    hover = marks(figure)[0]["hovertext"][0].replace("\N{NO-BREAK SPACE}", " ")
    assert "before: 5 of 200 overturned" in hover
    assert "+16.5 points (+" in hover
