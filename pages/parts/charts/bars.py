"""Counts as bars: outcomes in one stacked bar, groups in a row each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from data.statistics import Unit, counted, percent
from pages.parts.charts.figure import CHARACTER, FONT, Figure, blank_figure, escape, nothing, unfaded
from pages.parts.charts.rows import at_right, label_lines, label_width, row_axis, row_centres, row_heights, row_label
from pages.parts.theme import palette

BAR = 16  # pixels: the thickness of a bar


def outcome_bar(
    upheld: int,
    partly: int,
    overturned: int,
    *,
    dark: bool = False,
    unit: Unit = "decision",
    selected: str = "",
    compact: bool = False,
) -> Figure:
    """One thin stacked bar with its labels beside it: upheld at the left above, overturned at the right above, partly
    below. Keys: upheld and overturned; partly has none, for no item is, so it is no filter. Percents from ten items on.
    `compact` is for a third of the page's width."""
    counts = {"upheld": upheld, "partly": partly, "overturned": overturned}
    words = {"upheld": "Upheld", "partly": "Partly overturned", "overturned": "Overturned"}
    total = sum(counts.values())
    if not total:
        return nothing(unit, dark)
    colours = palette(dark)
    bottom = 26 if partly else 4
    figure = blank_figure(26 + 18 + bottom, colours.text, left=0, right=0, top=26, bottom=bottom)
    layout = figure["layout"]
    layout |= {"barmode": "stack", "bargap": 0}
    layout["xaxis"] = {"range": [0, total], "visible": False, "fixedrange": True}
    layout["yaxis"] = {"range": [-0.5, 0.5], "visible": False, "fixedrange": True}
    for key, n in counts.items():
        if not n:
            continue
        share = f" ({percent(n / total, total)})" if total >= 10 else ""
        text = f"{words[key]} {n:,}{share}" if compact else f"{words[key]} {n:,} of {total:,}{share}"
        figure["data"].append(
            unfaded(
                {
                    "type": "bar",
                    "orientation": "h",
                    "x": [n],
                    "y": [0],
                    "width": 1,
                    **({} if key == "partly" else {"customdata": [key]}),
                    "hovertext": [f"{text}: items of both kinds, so no filter" if key == "partly" else text],
                    "hoverinfo": "text",
                    "marker": {
                        "color": colours.outcomes[key],
                        "line": {"color": colours.background, "width": 1},
                    },
                }
            )
        )
        above = {"yref": "paper", "y": 1, "yanchor": "bottom", "yshift": 3}
        below = {"yref": "paper", "y": 0, "yanchor": "top", "yshift": -3}
        middle = (upheld + partly / 2) / total
        anchor = "left" if middle < 0.35 else "right" if middle > 0.65 else "center"
        place: dict[str, dict[str, Any]] = {
            "upheld": {"xref": "paper", "x": 0, "xanchor": "left", **above},
            "partly": {"xref": "paper", "x": middle, "xanchor": anchor, **below},
            "overturned": {"xref": "paper", "x": 1, "xanchor": "right", **above},
        }
        shown = f"<b>{text}</b>" if key == selected else text
        colour = {"color": colours.outcome_texts[key], "size": FONT}
        layout["annotations"].append({"text": shown, "showarrow": False, "font": colour, **place[key]})
    return figure


def count_bars(
    rows: Sequence[tuple[str, str, int, bool]],
    *,
    unit: str = "decision",
    dark: bool = False,
    colour: str | None = None,
) -> Figure:
    """Counts as horizontal bars, one row of (key, label, count, selected) each in the order given; keys are theirs."""
    if not rows:
        return nothing(unit, dark)
    colours = palette(dark)
    labels = [label_lines(label, selected, "", colours.muted) for _, label, _, selected in rows]
    heights = row_heights(labels)
    at = row_centres(heights)
    counts = [n for _, _, n, _ in rows]
    left = label_width([row[1] for row in rows], any(row[3] for row in rows), [])
    right = 12 + max(len(f"{n:,}") for n in counts) * CHARACTER
    figure = blank_figure(8 + sum(heights) + 4, colours.text, left=left, right=right, top=8, bottom=4)
    layout = figure["layout"]
    layout |= {"hovermode": "y", "hoverdistance": -1}
    layout["xaxis"] = {"range": [0, max(*counts, 1)], "visible": False, "fixedrange": True}
    layout["yaxis"] = row_axis(sum(heights), 0, 1)
    ring = [2 if selected else 0 for *_, selected in rows]
    figure["data"].append(
        unfaded(
            {
                "type": "bar",
                "orientation": "h",
                "x": counts,
                "y": at,
                "width": BAR,
                "customdata": [key for key, *_ in rows],
                "hovertext": [f"<b>{escape(label)}</b><br>{counted(n, unit)}" for _, label, n, _ in rows],
                "hoverinfo": "text",
                "marker": {"color": colour or colours.grey, "line": {"color": colours.text, "width": ring}},
            }
        )
    )
    for label, n, y in zip(labels, counts, at, strict=True):
        layout["annotations"].append(row_label(label, "y", y, left))
        layout["annotations"].append(at_right(f"{n:,}", y, right))
    return figure
