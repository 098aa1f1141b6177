"""Differences of two shares: dots with whiskers around 0, one row each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pages.parts.charts.figure import CHARACTER, SMALL_FONT, Figure, blank_figure, escape, nothing, unfaded
from pages.parts.charts.rows import at_right, label_lines, label_width, row_axis, row_centres, row_heights, row_label
from pages.parts.theme import palette

AXIS = 48  # pixels for the ticks and the title


@dataclass(frozen=True, slots=True)
class Row:
    """One row of `difference_dots`: `d` with its limits as shares; `strong` where it stands after correction."""

    key: str
    label: str
    d: float
    low: float
    high: float
    right: str
    hover: str
    strong: bool = False


def difference_dots(rows: Sequence[Row], *, title: str, dark: bool = False) -> Figure:
    """Differences with intervals in the order given, on one axis with 0 in the middle of what is shown.

    Those that stand after correction are filled, the others hollow and grey. Keys are the rows' own; `right` stands at
    the right of each row.
    """
    if not rows:
        return nothing("decision", dark)
    colours = palette(dark)
    labels = [label_lines(row.label, False, "", colours.muted) for row in rows]
    heights = row_heights(labels)
    at = row_centres(heights)
    left = label_width([row.label for row in rows], False, [])
    right = 14 + max(len(row.right) for row in rows) * CHARACTER
    height = sum(heights)
    figure = blank_figure(8 + height + AXIS + 4, colours.text, left=left, right=right, top=8, bottom=4 + AXIS)
    layout = figure["layout"]
    reach = 1.05 * max(max(abs(row.low), abs(row.high)) for row in rows)
    step = next((size for size in (0.01, 0.02, 0.05, 0.1, 0.2, 0.25) if reach / size <= 3), 0.5)
    ticks = [round(place * step, 2) for place in range(-int(reach / step), int(reach / step) + 1)]
    font = {"size": SMALL_FONT, "color": colours.muted}
    layout |= {"hovermode": "y", "hoverdistance": -1}
    layout["xaxis"] = {
        "range": [-reach, reach],
        "tickvals": ticks,
        "ticktext": [f"{100 * tick:+.0f}".replace("-", "\N{MINUS SIGN}") if tick else "0" for tick in ticks],
        "tickfont": font,
        "gridcolor": colours.faint,
        "zeroline": True,
        "zerolinecolor": colours.muted,
        "fixedrange": True,
        "title": {"text": title, "font": font, "standoff": 6},
    }
    layout["yaxis"] = row_axis(height, 0, 1)
    marks = [colours.text if row.strong else colours.grey for row in rows]
    for row, y, colour in zip(rows, at, marks, strict=True):
        line = {"color": colour, "width": 2}
        whisker = {"type": "scatter", "mode": "lines", "x": [round(row.low, 5), round(row.high, 5)], "y": [y, y]}
        figure["data"].append(whisker | {"line": line, "hoverinfo": "skip", "cliponaxis": False})
    figure["data"].append(
        unfaded(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [round(row.d, 5) for row in rows],
                "y": list(at),
                "customdata": [row.key for row in rows],
                "hovertext": [f"<b>{escape(row.label)}</b><br>{escape(row.hover)}" for row in rows],
                "hoverinfo": "text",
                "cliponaxis": False,
                "marker": {
                    "color": [
                        mark if row.strong else colours.background for row, mark in zip(rows, marks, strict=True)
                    ],
                    "size": 11,
                    "line": {"color": marks, "width": 2},
                    "opacity": 1,
                },
            }
        )
    )
    for label, row, y in zip(labels, rows, at, strict=True):
        layout["annotations"].append(row_label(label, "y", y, left))
        layout["annotations"].append(at_right(row.right, y, right))
    return figure
