"""Counts as bars: outcomes that add up, and a bar for each group."""

from __future__ import annotations

from pages.parts.charts.bars import count_bars, outcome_bar
from tests.charts.made_up import words


def test_outcome_bar_adds_up_and_names_its_parts() -> None:
    figure = outcome_bar(33, 1, 4, unit="letter")
    assert [trace.get("customdata") for trace in figure["data"]] == [["upheld"], None, ["overturned"]]
    assert figure["data"][1]["hovertext"][0].endswith(": items of both kinds, so no filter")
    assert [trace["x"] for trace in figure["data"]] == [[33], [1], [4]]
    assert words(figure)[0] == "Upheld 33 of 38 (87\N{NO-BREAK SPACE}%)"
    assert words(outcome_bar(5, 0, 1)) == ["Upheld 5 of 6", "Overturned 1 of 6"]
    assert outcome_bar(0, 0, 0)["layout"]["annotations"][0]["text"] == "No decisions under these filters."


def test_count_bars() -> None:
    figure = count_bars([("ct", "CT", 1533, True), ("pet", "PET", 0, False)])
    [bars] = figure["data"]
    assert bars["customdata"] == ["ct", "pet"]
    assert bars["x"] == [1533, 0]
    assert bars["hovertext"] == ["<b>CT</b><br>1,533 decisions", "<b>PET</b><br>no decisions"]
    assert {"<b>CT</b>", "1,533", "PET", "0"} == set(words(figure))
