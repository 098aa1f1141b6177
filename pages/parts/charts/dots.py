"""Rates by group: dots with whiskers, one row each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from data.statistics import NO_BREAK, Rate, Unit, count_words, percent, rate_words
from pages.parts.charts.figure import (
    CHARACTER,
    HEAD,
    LINE,
    NARROW,
    SMALL_FONT,
    Figure,
    Trace,
    blank_figure,
    escape,
    nothing,
    small_note,
    unfaded,
)
from pages.parts.charts.rates import overall_label, rate_axis, whiskers
from pages.parts.charts.rows import (
    LABEL_CHARACTERS,
    RING,
    at_right,
    band,
    label_lines,
    label_width,
    rings,
    row_axis,
    row_centres,
    row_heights,
    row_label,
)
from pages.parts.theme import palette

AXIS = 48  # pixels for the ticks and the title of a horizontal axis
SEPARATION = 26  # pixels for the line and the words above the small rows


@dataclass(frozen=True, slots=True)
class Row:
    """One row of `rate_dots`: `colour` replaces the colour of overturned; `note` stands small below the label.

    `stands_out`: the group differs from the rest after correction over all of its list (statistics.md: it has the ring).
    """

    key: str
    label: str
    rate: Rate
    selected: bool = False
    colour: str | None = None
    note: str = ""
    stands_out: bool = False


def rate_dots(
    rows: Sequence[Row],
    overall: Rate,
    *,
    unit: Unit = "decision",
    dark: bool = False,
    compact: bool = False,
    beside: Sequence[Rate] = (),
) -> Figure:
    """Rates with intervals, one row each in the order given, on one axis from 0 with a line at `overall`.

    A ring says that a row differs from the rest after correction; what is chosen is bold on a ground of its own.
    Small rows follow below a separation, on axes of their own (x2, y2) that show no rate. Keys are the rows' own.
    `beside` are rates of figures beside this one that share its axis.
    `compact` is for half the width of the page (from 400 pixels): shorter lines of labels, no percents at the right.
    `beside` are the rates of figures that stand beside it, whose axis is to be the same.
    """
    colours = palette(dark)
    placed = [row for row in rows if not row.rate.small and row.rate.rate is not None]
    small = [row for row in rows if row.rate.small or row.rate.rate is None]
    if not rows:
        return nothing(unit, dark)
    width = 18 if compact else LABEL_CHARACTERS
    labels = [label_lines(row.label, row.selected, row.note, colours.muted, width) for row in placed]
    small_labels = [label_lines(row.label, row.selected, row.note, colours.muted, width) for row in small]
    heights, small_heights = row_heights(labels), row_heights(small_labels)
    bold = any(row.selected for row in rows)
    left = label_width([row.label for row in rows], bold, [row.note for row in rows], width)
    counts = [f"{row.rate.y:,} of {row.rate.n:,}" for row in placed]
    shares = [] if compact else [percent(row.rate.rate or 0.0, row.rate.n) for row in placed]
    share_width = max((len(text) * CHARACTER + 14 for text in shares), default=0)
    right = 14 + max((len(text) for text in counts), default=0) * CHARACTER + share_width
    upper, lower = sum(heights), sum(small_heights)
    axis_height = AXIS + (LINE if any(row.stands_out for row in placed) else 0)
    inside = upper + (axis_height if placed else 0) + (SEPARATION if small else 0) + lower
    figure = blank_figure(HEAD + inside + 4, colours.text, left=left, right=right, top=HEAD, bottom=4)
    layout, data = figure["layout"], figure["data"]
    layout |= {"hovermode": "y", "hoverdistance": -1}
    annotations: list[dict[str, Any]] = layout["annotations"]
    annotations.append(overall_label(overall, unit, colours.muted))
    if placed:
        every = [*(row.rate for row in placed), overall, *beside]
        axis = rate_axis(every, colours.faint, colours.muted, most_ticks=_most_ticks(NARROW - left - right))
        axis |= {
            "title": _title(
                f"Overturned, in percent of {unit}s{f'<br>{RING}' if axis_height > AXIS else ''}", colours.muted
            ),
            "anchor": "y",
        }
        layout["xaxis"] = axis
        layout["yaxis"] = row_axis(upper, 1 - upper / inside, 1)
        _overall_line(layout, overall, colours.muted)
        at = row_centres(heights)
        data.extend(_dots(placed, at, unit, colours.outcomes["overturned"]))
        data.extend(_ringed(placed, at, colours.text))
        layout["shapes"].extend(_grounds(placed, at, heights, colours.surface))
        annotations.extend(row_label(text, "y", y, left) for text, y in zip(labels, at, strict=True))
        annotations.extend(at_right(text, y, right - share_width) for text, y in zip(counts, at, strict=True))
        annotations.extend(at_right(text, y, right) for text, y in zip(shares, at, strict=False))
    annotations[0] |= {"xshift": -round(left)}
    annotations[0]["text"] += " (dotted line)" if any(shape["type"] == "line" for shape in layout["shapes"]) else ""
    if small:
        top = lower / inside
        layout["xaxis2"] = {"range": [0, 1], "visible": False, "fixedrange": True, "anchor": "y2"}
        layout["yaxis2"] = row_axis(lower, 0, top) | {"anchor": "x2"}
        at = row_centres(small_heights)
        data.append(_small_rows(small, at, unit, colours.grey, colours.muted))
        annotations.extend(row_label(text, "y2", y, left) for text, y in zip(small_labels, at, strict=True))
        if placed:
            _separation(layout, top + SEPARATION / inside, left, right, colours.border)
        words = small_note(
            "Too few for a rate", colours.muted, x=0, xshift=-round(left), y=top, yanchor="bottom", yshift=1
        )
        annotations.append(words)
    return figure


def _title(text: str, colour: str) -> dict[str, Any]:
    return {"text": text, "font": {"size": SMALL_FONT, "color": colour}, "standoff": 6}


def _most_ticks(width: float) -> int:
    """How many steps an axis of that many pixels has room for, its figures a little apart."""
    return min(6, max(2, int(width / 38)))


def _overall_line(layout: dict[str, Any], overall: Rate, colour: str) -> None:
    """The line at the overall rate."""
    if overall.rate is None or overall.small:
        return
    span = {"x0": overall.rate, "x1": overall.rate, "yref": "y domain", "y0": 0, "y1": 1}
    layout["shapes"].append({"type": "line", **span, "line": {"color": colour, "width": 1, "dash": "dot"}})


def _hover(row: Row, unit: Unit) -> str:
    note = f"<br>{escape(row.note)}" if row.note else ""
    note += "<br>differs from the rest" if row.stands_out else ""
    return f"<b>{escape(row.label)}</b><br>{rate_words(row.rate, unit)}{note}"


def _dots(placed: Sequence[Row], at: Sequence[float], unit: Unit, otherwise: str) -> list[Trace]:
    colours = [row.colour or otherwise for row in placed]
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": [round(row.rate.rate or 0, 5) for row in placed],
        "y": list(at),
        "customdata": [row.key for row in placed],
        "hovertext": [_hover(row, unit) for row in placed],
        "hoverinfo": "text",
        "cliponaxis": False,
        "marker": {"color": colours, "size": 11, "opacity": 1},
    }
    return [*whiskers([row.rate for row in placed], at, colours, 2), unfaded(dots)]


def _ringed(placed: Sequence[Row], at: Sequence[float], colour: str) -> list[Trace]:
    out = [(round(row.rate.rate or 0, 5), y, row.key) for y, row in zip(at, placed, strict=True) if row.stands_out]
    return rings(out, colour)


def _grounds(placed: Sequence[Row], at: Sequence[float], heights: Sequence[float], colour: str) -> list[dict[str, Any]]:
    rows = zip(placed, at, heights, strict=True)
    return [band(y, height, colour) for row, y, height in rows if row.selected]


def _small_rows(small: Sequence[Row], at: Sequence[float], unit: Unit, grey: str, muted: str) -> Trace:
    return unfaded(
        {
            "type": "scatter",
            "mode": "markers+text",
            "xaxis": "x2",
            "yaxis": "y2",
            "x": [0] * len(small),
            "y": list(at),
            "text": [f"{NO_BREAK}{count_words(row.rate.y, row.rate.n, row.rate.letters, unit)}" for row in small],
            "textposition": "middle right",
            "textfont": {"color": muted},
            "customdata": [row.key for row in small],
            "hovertext": [_hover(row, unit) for row in small],
            "hoverinfo": "text",
            "cliponaxis": False,
            "marker": {
                "symbol": "circle-open",
                "size": [15 if row.selected else 10 for row in small],
                "color": grey,
                "line": {"width": [3 if row.selected else 1.5 for row in small]},
            },
        }
    )


def _separation(layout: dict[str, Any], y: float, left: float, right: float, border: str) -> None:
    """A thin line over the whole width, margins included; a few pixels below `y`, a share of the height."""
    across: dict[str, Any] = {"type": "line", "xref": "paper", "yref": "paper", "y0": y, "y1": y}
    across["line"] = {"color": border, "width": 1}
    beyond = across | {"xsizemode": "pixel"}
    layout["shapes"].append(across | {"x0": 0, "x1": 1})
    layout["shapes"].append(beyond | {"xanchor": 0, "x0": -round(left), "x1": 0})
    layout["shapes"].append(beyond | {"xanchor": 1, "x0": 0, "x1": round(right)})
