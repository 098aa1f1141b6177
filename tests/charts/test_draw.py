"""A figure on the page: its words for screen readers, and clicks that are heard again and again."""

from __future__ import annotations

import json
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.parts.charts.dots import rate_dots
from pages.parts.charts.draw import clicked_key, draw
from tests.charts.made_up import OVERALL, ROWS


@pytest.mark.parametrize(
    ("state", "key"),
    [
        ({"selection": {"points": [{"customdata": "ct"}]}}, "ct"),
        ({"selection": {"points": [{"customdata": ["ct"]}]}}, "ct"),
        ({"selection": {"points": []}}, None),
        ({"selection": {"points": [{"x": 1}]}}, None),
        ({"selection": {"points": [{"customdata": []}]}}, None),
        ({}, None),
        (None, None),
    ],
)
def test_clicked_key(state: object, key: str | None) -> None:
    class Attributes:
        def __init__(self, value: dict[str, Any]) -> None:
            for name, part in value.items():
                setattr(self, name, Attributes(part) if isinstance(part, dict) else part)

    assert clicked_key(state) == key
    if isinstance(state, dict):
        assert clicked_key(Attributes(state)) == key


def page() -> None:
    import streamlit as st

    from data.statistics import Sums, overturn_rate
    from pages.parts.charts.dots import Row, rate_dots
    from pages.parts.charts.draw import draw

    def click(key: str) -> None:
        st.session_state["heard"] = [*st.session_state.get("heard", []), key]

    some = overturn_rate(Sums.letters_as_units(38, 4), 0.0)
    draw(rate_dots([Row("ct", "CT", some)], some), key="picture", alt="CT: 4 of 38", on_click=click)
    draw(rate_dots([Row("ct", "CT", some)], some), key="still", alt="CT: 4 of 38")


def test_a_drawn_figure_has_words_for_screen_readers_and_no_template() -> None:
    at = AppTest.from_function(page).run()
    assert not at.exception
    protos = [element.proto for element in at.get("plotly_chart")]
    assert [proto.alt for proto in protos] == ["CT: 4 of 38"] * 2
    assert [list(proto.selection_mode) for proto in protos] == [[0], []]
    assert all(len(proto.spec) < 3_000 for proto in protos)
    assert json.loads(protos[0].config)["displayModeBar"] is False


def test_every_click_makes_a_fresh_widget(monkeypatch: pytest.MonkeyPatch) -> None:
    state: dict[str, Any] = {"picture": {"selection": {"points": [{"customdata": "ct"}]}}}
    seen: list[dict[str, Any]] = []
    monkeypatch.setattr(st, "session_state", state)
    monkeypatch.setattr(st, "plotly_chart", lambda figure, **options: seen.append({"figure": figure, **options}))
    heard: list[str] = []
    figure = rate_dots(ROWS, OVERALL)
    for _ in range(3):
        draw(figure, key="picture", alt="x", on_click=heard.append)
        seen[-1]["on_select"]()
    state["picture"] = {"selection": {"points": []}}
    seen[-1]["on_select"]()
    assert heard == ["ct", "ct", "ct"]
    assert [drawn["figure"]["layout"]["meta"]["clicks"] for drawn in seen] == [0, 1, 2]
    assert "meta" not in figure["layout"]
    assert {drawn["key"] for drawn in seen} == {"picture"}
    assert {drawn["selection_mode"] for drawn in seen} == {"points"}
