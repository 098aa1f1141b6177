"""What all figures share: measures in pixels, an empty figure, text as Plotly takes it."""

from __future__ import annotations

import html
import textwrap
from typing import Any

from pages.parts.theme import palette

Figure = dict[str, Any]
Trace = dict[str, Any]

FONT = 14  # pixels
SMALL_FONT = 13
CHARACTER = 7.0  # pixels: a generous mean width at 14 pixels
LINE = 18  # pixels between the lines of a label
SMALL_CHARACTER = 6.5  # the same at 13 pixels
NARROW = 460  # pixels: a chart over the full width of the narrowest page that is looked after; no words meet there
HEAD = 30  # pixels above the rows, where the overall rate stands


def blank_figure(height: float, colour: str, *, left: float, right: float, top: float, bottom: float) -> Figure:
    """A figure without marks: its height and the pixels left beside and above the axes; words in `colour`."""
    layout = {
        "template": {"layout": {"showlegend": False}},  # without one, or with an empty one, 4 to 7 kB are added
        "height": round(height),
        "margin": {"l": round(left), "r": round(right), "t": round(top), "b": round(bottom), "pad": 0},
        "font": {"size": FONT, "color": colour},
        "hovermode": "closest",
        "hoverlabel": {"font": {"size": FONT, "color": colour}, "align": "left", "namelength": 0},
        "annotations": [],
        "shapes": [],
    }
    return {"data": [], "layout": layout}


def nothing(unit: str, dark: bool) -> Figure:
    """A figure that only says that there is nothing to show."""
    figure = blank_figure(60, palette(dark).text, left=0, right=0, top=0, bottom=0)
    figure["data"].append({"type": "scatter", "x": [], "y": []})
    for axis in ("xaxis", "yaxis"):
        figure["layout"][axis] = {"visible": False, "fixedrange": True}
    words = f"No {unit}s under these filters."
    place = {"xref": "paper", "yref": "paper", "x": 0, "y": 0.5, "xanchor": "left"}
    figure["layout"]["annotations"].append({"text": words, "showarrow": False, **place})
    return figure


def unfaded(trace: Trace) -> Trace:
    """The trace without Plotly's fading of what is not selected: the next run redraws the figure anyway."""
    return trace | {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}


def escape(text: str) -> str:
    """The text as Plotly shows it letter by letter: words may look like markup."""
    return html.escape(text, quote=False)


def wrapped(text: str, width: int) -> list[str]:
    """The lines of a text, at most `width` characters each where no word is longer; one empty line for no text."""
    return textwrap.wrap(text, width, break_long_words=False) or [""]


def small_note(text: str, colour: str, **place: Any) -> dict[str, Any]:
    """Small words in `colour` at a place in shares of the axes, from the left unless `place` says otherwise."""
    font = {"color": colour, "size": SMALL_FONT}
    where = {"xref": "paper", "yref": "paper", "xanchor": "left"} | place
    return {"text": text, "showarrow": False, "font": font, **where}
