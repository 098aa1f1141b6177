"""The ladder of an outlook: places, weights, and what small groups do not show."""

from __future__ import annotations

import pytest

from pages.parts.charts.ladder import ladder_dots, ladder_words
from tests.charts.made_up import RUNGS, TOGETHER, marks, words


def test_groups_keep_their_order_and_small_ones_show_no_rate() -> None:
    figure = ladder_dots(RUNGS, TOGETHER)
    placed, small = marks(figure)
    assert placed["customdata"] == ["1", "2"]
    assert placed["x"] == [pytest.approx(12 / 90, abs=1e-5), pytest.approx(330 / 3120, abs=1e-5)]
    assert (small["customdata"], small["x"], small["marker"]["symbol"]) == (["0"], [0], "circle-open")
    assert small["y"] < placed["y"], "the narrowest stands at the top"
    text = words(figure)
    assert "1 of 4" in text and "12 of 90" in text and "330 of 3,120" in text
    assert "13\xa0%" in text and "10.6\xa0%" in text and "11.0\xa0%" in text
    assert not any(share in text for share in ("25\xa0%", "25.0\xa0%")), "1 of 4 is no rate"


def test_what_they_are_drawn_to_stands_below_them() -> None:
    figure = ladder_dots(RUNGS, TOGETHER)
    diamond = next(trace for trace in figure["data"] if trace.get("marker", {}).get("symbol") == "diamond")
    assert diamond["x"] == [0.11]
    assert diamond["y"][0] > max(marks(figure)[0]["y"])
    assert sum("weight" in text for text in words(figure)) == 3
    assert any("weight 60\xa0%" in text for text in words(figure))


def test_one_group_alone_is_drawn_to_nothing() -> None:
    figure = ladder_dots(RUNGS[2:], None)
    assert not any("weight" in text or "Drawn" in text for text in words(figure))


def test_markup_in_a_label_is_text() -> None:
    assert any("MRI &lt;b&gt;" in text for text in words(ladder_dots(RUNGS, TOGETHER)))


def test_in_words() -> None:
    assert ladder_words(RUNGS, TOGETHER) == (
        "Ladder: MRI <b>, knee, MTUS cited: 1 of 4 in 4 letters; MRI, MTUS cited: 12 of 90 in 90 letters, 13\xa0%; "
        "All decisions: 330 of 3,120 in 3,120 letters, 10.6\xa0%; drawn together 11\xa0%"
    )
