"""A figure on the page, and its clicks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from pages.parts.briefing import note_figure
from pages.parts.charts.figure import Figure

# No buttons of Plotly's own: its picture of a figure would say neither the filter nor the snapshot (`picture.py` does).
CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}


def draw(figure: Figure, *, key: str, alt: str, on_click: Callable[[str], None] | None = None) -> None:
    """Show a figure over the full width; `on_click` gets the key of a clicked mark, in a callback before the next run.

    `alt` says in words what the figure shows. The page's briefing takes note of both. The selection is thrown away: the number of clicks so far goes into the
    figure's meta, which makes it another widget to Streamlit, so the same mark can be clicked again.
    """
    note_figure(figure, alt)
    if on_click is None:
        st.plotly_chart(figure, key=key, alt=alt, config=CONFIG)
        return
    clicks = st.session_state.get(_clicks(key), 0)
    figure = figure | {"layout": figure["layout"] | {"meta": {"clicks": clicks}}}
    heard = partial(_heard, key, on_click)
    st.plotly_chart(figure, key=key, alt=alt, config=CONFIG, on_select=heard, selection_mode="points")


def clicked_key(state: object) -> str | None:
    """The key of the first point of a Plotly selection, given as a mapping or as an object with attributes."""
    points = _part(_part(state, "selection"), "points")
    if not isinstance(points, Sequence) or not points:
        return None
    value = _part(points[0], "customdata")
    if isinstance(value, Sequence) and not isinstance(value, str):
        value = value[0] if value else None
    return value if isinstance(value, str) else None


def _heard(key: str, on_click: Callable[[str], None]) -> None:
    clicked = clicked_key(st.session_state.get(key))
    st.session_state[_clicks(key)] = st.session_state.get(_clicks(key), 0) + 1
    if clicked is not None:
        on_click(clicked)


def _clicks(key: str) -> str:
    return f"clicks on {key}"


def _part(value: object, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
