"""Rates beside ratios: two axes, and small groups on neither."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

from data.standardise import Cell, standardised_ratio
from data.statistics import rate_words
from pages.parts import theme
from pages.parts.charts.ratios import RatioRow, rate_and_ratio
from tests.charts.made_up import OVERALL, marks, rate, words

NB = "\N{NO-BREAK SPACE}"


def row(key: str, y: int, n: int, others: float, *, selected: bool = False) -> RatioRow:
    own = rate(y, n)
    ratio = standardised_ratio({("a",): Cell(n, y, n)}, {("a",): Cell(1000, int(1000 * others), 1000)}, own)
    return RatioRow(key, f"Group {key}", own, ratio, selected)


ROWS = [row("high", 40, 200, 0.1), row("usual", 21, 200, 0.1, selected=True), row("few", 1, 5, 0.1)]


def test_rates_and_ratios_stand_on_axes_of_their_own() -> None:
    figure = rate_and_ratio(ROWS, OVERALL)
    on = {trace.get("xaxis", "x"): trace for trace in marks(figure) if trace["hoverinfo"] == "text"}
    assert on["x"]["customdata"] == on["x2"]["customdata"] == ["high", "usual"]
    assert on["x"]["x"] == [0.2, 0.105]
    assert on["x2"]["x"] == [2.0, 1.05]
    assert on["x2"]["marker"]["color"] == theme.LIGHT.grey, "a ratio is no share of overturned items"
    assert figure["layout"]["xaxis"]["range"][0] == 0
    assert figure["layout"]["xaxis"]["domain"][1] < figure["layout"]["xaxis2"]["domain"][0]
    low, high = figure["layout"]["xaxis2"]["range"]
    assert low < math.log10(ROWS[1].ratio.low) < 0 < math.log10(ROWS[0].ratio.high) < high  # type: ignore[union-attr,arg-type]
    assert [shape["x0"] for shape in figure["layout"]["shapes"] if shape["type"] == "line"] == [OVERALL.rate, 1]


def test_whiskers_of_ratios_are_their_limits() -> None:
    [lines] = [
        trace
        for trace in rate_and_ratio(ROWS, OVERALL)["data"]
        if trace.get("xaxis") == "x2" and trace["mode"] == "lines"
    ]
    ratio = ROWS[0].ratio
    assert ratio
    assert lines["x"][:2] == [round(ratio.low or 0, 4), round(ratio.high or 0, 4)]


def test_small_groups_have_their_count_and_no_mark_on_an_axis() -> None:
    figure = rate_and_ratio(ROWS, OVERALL)
    [small] = [trace for trace in marks(figure) if trace.get("xaxis") == "x3"]
    assert small["customdata"] == ["few"]
    assert small["text"] == [f"{NB}1 of 5 in 5 letters, few"]
    assert small["marker"]["symbol"] == "circle-open"
    assert not figure["layout"]["xaxis3"]["visible"]
    assert "times" not in small["hovertext"][0]


def test_words_say_the_count_the_rate_and_the_ratio() -> None:
    figure = rate_and_ratio(ROWS, OVERALL)
    assert "2.00" in words(figure)
    assert any("40 of 200" in text for text in words(figure))
    [dots] = [trace for trace in marks(figure) if trace.get("xaxis", "x") == "x" and trace["hoverinfo"] == "text"]
    assert rate_words(ROWS[0].rate) in dots["hovertext"][0]
    assert "2.00 times what comparable letters give (" in dots["hovertext"][0]


def test_rings_say_what_stands_out_on_either_axis() -> None:
    rows = [replace(ROWS[0], stands_out=True, ratio_stands_out=True), replace(ROWS[1], ratio_stands_out=True), ROWS[2]]
    figure = rate_and_ratio(rows, OVERALL)
    raw, adjusted = [trace for trace in marks(figure) if trace["hoverinfo"] == "skip"]
    assert (raw["customdata"], raw["x"]) == (["high"], [0.2])
    assert (adjusted["customdata"], adjusted["x"], adjusted["xaxis"]) == (["high", "usual"], [2.0, 1.05], "x2")
    assert raw["marker"]["color"] == theme.LIGHT.text
    assert figure["layout"]["xaxis"]["title"]["text"] == "Overturned, raw<br>Ring: differs from the rest"
    assert "Ring" not in rate_and_ratio(ROWS, OVERALL)["layout"]["xaxis"]["title"]["text"]


def test_the_axes_keep_clear_of_each_other_and_of_small_rows() -> None:
    wide = [ROWS[0], replace(ROWS[1], label="A name of many letters"), ROWS[2]]
    figure = rate_and_ratio(wide, OVERALL)
    layout = figure["layout"]
    inner = 460 - layout["margin"]["l"] - layout["margin"]["r"]
    assert inner * (layout["xaxis2"]["domain"][0] - layout["xaxis"]["domain"][1]) > 20
    ticks = [math.log10(tick) for tick in layout["xaxis2"]["tickvals"]]
    low, high = layout["xaxis2"]["range"]
    pixels = [inner * 0.38 * (tick - low) / (high - low) for tick in ticks]
    assert all(after - before >= 20 for before, after in itertools.pairwise(pixels))
    [small] = [trace for trace in marks(figure) if trace.get("xaxis") == "x3"]
    assert all(shape["y1"] < small["y"][0] for shape in layout["shapes"])


def test_selection_is_a_ground_and_weight() -> None:
    figure = rate_and_ratio(ROWS, OVERALL)
    assert not [trace for trace in marks(figure) if trace["hoverinfo"] == "skip"]
    [ground] = [shape for shape in figure["layout"]["shapes"] if shape["type"] == "rect"]
    assert ground["fillcolor"] == theme.LIGHT.surface
    assert any("<b>Group usual</b>" in text for text in words(figure))


def test_a_ratio_of_a_part_stands_above_its_share_and_an_empty_place_says_why() -> None:
    own, reference = rate(40, 200), {("a",): Cell(1000, 100, 1000)}

    def given(matched: int, y: int) -> RatioRow:
        group = {("a",): Cell(matched, y, matched), ("b",): Cell(200 - matched, 40 - y, 200 - matched)}
        return RatioRow(f"{matched}", f"Group {matched}", own, standardised_ratio(group, reference, own))

    figure = rate_and_ratio([given(172, 30), given(9, 0), given(0, 0), given(200, 40)], OVERALL)
    [diamonds] = [trace for trace in marks(figure) if trace.get("xaxis") == "x2"]
    assert diamonds["customdata"] == ["172", "200"]
    said = [text.replace(NB, " ") for text in words(figure)]
    assert any(text.startswith("1.74<br>") and "on 86 %" in text for text in said)
    assert "2.00" in said
    assert "too few: 9 of 200<br>comparable" in said
    assert "no comparable<br>letters" in said
    hover = [text.replace(NB, " ") for text in diamonds["hovertext"]]
    assert hover[0].endswith(", for the 86 % of its items that have them")
    assert "items that have them" not in hover[1]
