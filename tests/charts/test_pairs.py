"""Shares on two sides: paired bars."""

from __future__ import annotations

from pages.parts import theme
from pages.parts.charts.pairs import paired_bars
from tests.charts.made_up import PAIRS, marks, words


def test_two_bars_a_row_and_a_small_side_is_quiet() -> None:
    figure = paired_bars(PAIRS)
    overturned, few, upheld = marks(figure)
    assert (overturned["type"], few["type"], upheld["type"]) == ("bar", "scatter", "bar")
    assert overturned["customdata"] == ["guideline_recommends", "surgery_planned"] and few["customdata"] == [
        "no_red_flags"
    ]
    assert upheld["customdata"] == ["guideline_recommends", "no_red_flags"]
    assert (overturned["x"], few["x"], upheld["x"]) == ([0.66667, 0.2], [0], [0.01, 0.2])
    assert words(figure).count("not looked for") == 1, "a side that was not asked has no bar and no share"
    assert overturned["marker"]["color"] == theme.LIGHT.outcomes["overturned"]
    assert upheld["marker"]["color"] == theme.LIGHT.outcomes["upheld"]
    assert overturned["y"][0] < upheld["y"][0] and few["y"][0] < upheld["y"][1]
    assert few["hovertext"] == ["<b>No red flags</b><br>Overturned: stated in 0 of 5 in 5 letters, too few for a share"]
    assert upheld["hovertext"][0].startswith(
        "<b>Guideline &lt;b&gt; recommends it</b><br>Upheld: stated in 3 of 300 in"
    )
    assert {"0 of 5", "60 of 300", "20.0\N{NO-BREAK SPACE}%", "67\N{NO-BREAK SPACE}%"} <= set(words(figure))
    assert "0\N{NO-BREAK SPACE}%" not in words(figure)


def test_no_pairs() -> None:
    assert words(paired_bars([])) == ["No decisions under these filters."]
