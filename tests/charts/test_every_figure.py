"""What holds for every figure: Plotly takes it, no axis moves, its words can be read."""

from __future__ import annotations

import re
from typing import Any

import plotly.graph_objects as go
import pytest

from pages.parts import theme
from pages.parts.charts.picture import on_paper
from pages.parts.charts.svg import svg
from tests.charts.made_up import DRAWN
from tests.conftest import ROOT


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("dark", [False, True])
def test_plotly_accepts_every_figure(name: str, dark: bool) -> None:
    figure = DRAWN[name](dark)
    go.Figure(figure)
    axes = [axis for name, axis in figure["layout"].items() if re.fullmatch(r"[xy]axis\d?", name)]
    assert axes
    assert all(axis["fixedrange"] for axis in axes)


def sizes(value: Any) -> list[float]:
    if isinstance(value, dict):
        found = [value["size"]] if "size" in value and "symbol" not in value and isinstance(value["size"], int) else []
        inner = (sizes(part) for name, part in value.items() if name != "marker")
        return found + [size for part in inner for size in part]
    return [size for part in value for size in sizes(part)] if isinstance(value, list) else []


@pytest.mark.parametrize("name", DRAWN)
def test_no_words_below_13_pixels(name: str) -> None:
    assert min(sizes(DRAWN[name](False))) >= 13


@pytest.mark.parametrize("name", DRAWN)
def test_every_figure_can_be_drawn_on_paper_in_the_same_colours_from_both_themes(name: str) -> None:
    light, dark = (on_paper(DRAWN[name](dark)) for dark in (False, True))
    assert light == DRAWN[name](False)
    assert svg(dark) == svg(light)
    assert not set(re.findall("#[0-9a-f]{6}", svg(dark))) & {theme.DARK.background, theme.DARK.text, theme.DARK.muted}


def test_no_plotly_express() -> None:
    for path in (ROOT / "pages").rglob("*.py"):
        assert "plotly.express" not in path.read_text(encoding="utf-8"), path
