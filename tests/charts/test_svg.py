"""Figures on paper: every mark where its value says, every word as it is, and the whole a file of its own."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import date
from itertools import pairwise

import pytest

from data.exports import About
from data.filters import from_query
from data.warehouse import Snapshot
from pages.parts import theme
from pages.parts.charts.bars import count_bars
from pages.parts.charts.dots import Row, rate_dots
from pages.parts.charts.picture import picture
from pages.parts.charts.svg import Undrawable, svg
from pages.parts.charts.svg_text import block, paint, plain_words
from pages.parts.charts.trend import Period, trend
from tests.charts.made_up import CELLS, DRAWN, OVERALL, ROWS, SOURCES, rate

WIDTH = 720


def drawn(figure: dict[str, object]) -> ET.Element:
    return ET.fromstring(svg(figure, WIDTH))


def said(tree: ET.Element) -> list[str]:
    return ["".join(text.itertext()).replace("\xa0", " ") for text in tree.iter() if text.tag.endswith("text")]


def test_a_dot_lies_at_its_rate_and_its_whisker_spans_its_interval() -> None:
    figure = rate_dots(ROWS, OVERALL)
    margin, reach = figure["layout"]["margin"], figure["layout"]["xaxis"]["range"][1]
    inner = WIDTH - margin["l"] - margin["r"]
    tree = drawn(figure)
    green = next(row for row in ROWS if row.key == "bone_scan").rate
    [dot] = [c for c in tree.iter("circle") if c.attrib.get("fill") == "#009068"]
    assert float(dot.attrib["cx"]) == pytest.approx(margin["l"] + inner * (green.rate or 0) / reach, abs=0.1)
    [whisker] = [p.attrib["d"] for p in tree.iter("path") if p.attrib.get("stroke") == "#009068"]
    low, high = (float(x) for x in re.findall(r"[ML]([\d.]+) ", whisker))
    assert (low, high) == (
        pytest.approx(margin["l"] + inner * green.low / reach, abs=0.1),
        pytest.approx(margin["l"] + inner * green.high / reach, abs=0.1),
    )
    hollow = [c for c in tree.iter("circle") if c.attrib["fill"] == "none" and c.attrib["stroke"] == theme.LIGHT.grey]
    assert len(hollow) == 2  # the two small rows


def test_bars_are_as_long_as_their_counts_and_stand_on_each_other() -> None:
    bars = drawn(count_bars([("a", "A", 50, False), ("b", "B", 100, False)])).iter("rect")
    widths = [float(bar.attrib["width"]) for bar in bars]
    assert widths[1] == pytest.approx(2 * widths[0], abs=0.2)
    parts = [(float(b.attrib["x"]), float(b.attrib["width"])) for b in drawn(DRAWN["outcomes"](False)).iter("rect")]
    assert [x for x, _ in parts] == pytest.approx([0, WIDTH * 30 / 38, WIDTH * 33 / 38], abs=0.2)
    assert sum(width for _, width in parts) == pytest.approx(WIDTH, abs=0.3)


def test_the_matrix_has_a_shaded_cell_a_pair_with_its_words() -> None:
    tree = drawn(DRAWN["matrix"](False))
    fills = [cell.attrib["fill"] for cell in tree.iter("rect")]
    assert fills == [theme.LIGHT.rate_high, theme.LIGHT.surface, "none"]  # two cells and the frame of the diagonal
    assert {"28 of 104", "27 %", "2 of 3", *SOURCES.values()} - {"Official Disability Guidelines"} <= set(said(tree))
    assert len(CELLS) == 3


def test_days_stand_in_order_and_are_named() -> None:
    periods = [Period(date(y, 1, 1), date(y, 12, 31), str(y), rate(5, 50 + y - 2014)) for y in range(2014, 2019)]
    tree = drawn(trend(periods, OVERALL))
    assert [text for text in said(tree) if re.fullmatch(r"20\d\d", text)] == [str(y) for y in range(2014, 2019)]
    warm = [float(c.attrib["cx"]) for c in tree.iter("circle")]
    assert warm == sorted(warm)
    steps = [b - a for a, b in pairwise(warm)]
    assert max(steps) - min(steps) < 1


@pytest.mark.parametrize("words", ["Discography <b> & more", "<script>alert(1)</script>", '"><img src=x>', "a < b"])
def test_words_are_only_words(words: str) -> None:
    figure = rate_dots([Row("x", words, rate(30, 156))], OVERALL)
    content = svg(figure, WIDTH, alt=words)
    tree = ET.fromstring(content)
    assert words in " ".join(said(tree))
    assert tree.attrib["aria-label"] == words
    assert {element.tag for element in tree.iter()} <= {"svg", "line", "path", "circle", "rect", "text", "tspan"}


def test_markup_of_labels_becomes_parts_of_a_line() -> None:
    text = block(
        '<b>SPECT</b><br><span style="color:#59626e;font-size:13px">a &amp; b</span>', 0, 0, size=14, colour="#111111"
    )
    assert '<tspan font-weight="600">SPECT</tspan>' in text
    assert '<tspan fill="#59626e" font-size="13">a &amp; b</tspan>' in text
    assert text.count("<text") == 2
    assert plain_words("<b>a</b><br>b &lt;c") == "a b <c"
    assert paint("fill", "rgba(127, 135, 145, 0.22)") == 'fill="#7f8791" fill-opacity="0.22"'


def test_what_is_not_known_on_paper_is_refused() -> None:
    figure = rate_dots(ROWS, OVERALL)
    with pytest.raises(Undrawable, match="heatmap"):
        svg(figure | {"data": [*figure["data"], {"type": "heatmap", "z": [[1]]}]})


def test_a_picture_says_by_itself_what_it_shows(sample_warehouse: Snapshot) -> None:
    link = "http://localhost:8501/imaging?modality=spect&words=%3Cb%3E"
    about = About(from_query({"modality": "spect", "words": "<b>"}), sample_warehouse, link)
    content = picture(DRAWN["dots"](True), "How do imaging requests fare? By <modality>", about)
    tree = ET.fromstring(content)
    words = " ".join(said(tree))
    assert "How do imaging requests fare? By <modality>" in words
    assert "Filter: SPECT; Text has: <b>; unit: disputed items" in words
    assert sample_warehouse.snapshot_id in words
    assert "SAMPLE LETTERS, NOT REAL ONES" in words
    assert link in words
    assert "not the chance that a denial is wrong" in words
    assert re.findall(rb"(?:href|src|url\(|<style|<script|@import)", content) == []
    bottom = max(float(text.attrib["y"]) for text in tree.iter() if text.tag.endswith("text"))
    assert bottom < float(tree.attrib["height"])
