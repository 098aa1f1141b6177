"""Shares among overturned and among upheld items: two bars a row on one axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from data.statistics import Rate, Unit, count_words, interval_words, percent
from pages.parts.charts.figure import (
    CHARACTER,
    HEAD,
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
from pages.parts.charts.rates import rate_axis, share_text, whiskers
from pages.parts.charts.rows import at_right, label_lines, label_width, row_axis, row_centres, row_heights, row_label
from pages.parts.theme import Palette, palette

LABEL = 22  # characters in a line of a label
BAR = 13  # pixels: the thickness of a bar
APART = 9  # pixels from the middle of a row to the middle of each of its bars
ROW = 46  # pixels: the height of a row, at least
NOT_ASKED = "not looked for"
AXIS = 48  # pixels for the ticks and the title of the axis


@dataclass(frozen=True, slots=True)
class Pair:
    """One row of `paired_bars`: the share among the overturned items and that among the upheld ones, None where none was
    looked for."""

    key: str
    label: str
    overturned: Rate | None
    upheld: Rate | None
    selected: bool = False


def paired_bars(pairs: Sequence[Pair], *, unit: Unit = "decision", dark: bool = False) -> Figure:
    """A row a pair in the order given: the overturned share above, the upheld one below, intervals as lines.

    A small side has no bar but a hollow grey mark at the foot of the axis, its count at the right; a side that was not
    asked has neither and says so. Keys are the rows' own.
    """
    if not pairs:
        return nothing(unit, dark)
    colours = palette(dark)
    labels = [label_lines(pair.label, pair.selected, "", colours.muted, LABEL) for pair in pairs]
    heights = [max(ROW, height) for height in row_heights(labels)]
    at = row_centres(heights)
    left = label_width([pair.label for pair in pairs], any(pair.selected for pair in pairs), [], LABEL)
    rates = [rate for pair in pairs for rate in (pair.overturned, pair.upheld) if rate]
    counts = [f"{rate.y:,} of {rate.n:,}" for rate in rates]
    share_width = max(len(share_text(rate)) for rate in rates) * CHARACTER + 8
    right = 14 + max(max(map(len, counts)) * CHARACTER + share_width, len(NOT_ASKED) * CHARACTER)
    figure = blank_figure(HEAD + sum(heights) + AXIS, colours.text, left=left, right=right, top=HEAD, bottom=AXIS)
    layout, data = figure["layout"], figure["data"]
    layout |= {"barmode": "overlay", "bargap": 0}
    ticks = min(6, max(3, int((NARROW - left - right) / 38)))
    title: dict[str, Any] = {"text": f"Stated, in percent of the {unit}s of that outcome"}
    title |= {"font": {"size": SMALL_FONT, "color": colours.muted}, "standoff": 6}
    layout["xaxis"] = rate_axis(rates, colours.faint, colours.muted, most_ticks=ticks) | {"title": title}
    layout["yaxis"] = row_axis(sum(heights), 0, 1)
    for side, shift in (("overturned", -APART), ("upheld", APART)):
        shares = [getattr(pair, side) for pair in pairs]
        places = [y + shift for y in at]
        data.extend(_bars(pairs, shares, places, side, unit, colours))
        for rate, y in zip(shares, places, strict=True):
            if rate is None:
                font = {"size": SMALL_FONT, "color": colours.muted}
                layout["annotations"].append(at_right(NOT_ASKED, y, right) | {"font": font})
                continue
            quiet = colours.muted if rate.small else colours.outcome_texts[side]
            font = {"size": SMALL_FONT, "color": quiet}
            count = at_right(f"{rate.y:,} of {rate.n:,}", y, right - share_width)
            layout["annotations"].append(count | {"font": font})
            if share := share_text(rate):
                layout["annotations"].append(at_right(share, y, right) | {"font": font})
    layout["annotations"] += [row_label(text, "y", y, left) for text, y in zip(labels, at, strict=True)]
    legend = " and ".join(
        f'<span style="color:{colours.outcome_texts[side]}"><b>{side}</b></span>' for side in ("overturned", "upheld")
    )
    note = small_note(f"Share of {legend} {unit}s that state it", colours.muted, x=0, y=1, yanchor="bottom", yshift=5)
    layout["annotations"].append(note | {"xshift": -round(left)})
    return figure


def share_words(rate: Rate, side: str, unit: Unit) -> str:
    """`Overturned: stated in 12 of 59 in 51 letters, 20 % (11 to 33 %)`, or that there are too few."""
    text = f"{side.capitalize()}: stated in {count_words(rate.y, rate.n, rate.letters, unit)}"
    if rate.rate is None or rate.small:
        return f"{text}, too few for a share"
    return f"{text}, {percent(rate.rate, rate.n)} ({interval_words(rate.low, rate.high, rate.n)})"


def _bars(
    pairs: Sequence[Pair],
    shares: Sequence[Rate | None],
    places: Sequence[float],
    side: str,
    unit: Unit,
    colours: Palette,
) -> list[Trace]:
    """The bars of one outcome with their intervals, then the marks of the small ones."""
    traces: list[Trace] = []
    rows = [(pair, rate, y) for pair, rate, y in zip(pairs, shares, places, strict=True) if rate]
    for small in (False, True):
        held = [(pair, rate, y) for pair, rate, y in rows if (rate.small or rate.rate is None) is small]
        if not held:
            continue
        common: Trace = {
            "y": [y for _, _, y in held],
            "customdata": [pair.key for pair, _, _ in held],
            "hovertext": [f"<b>{escape(pair.label)}</b><br>{share_words(rate, side, unit)}" for pair, rate, _ in held],
            "hoverinfo": "text",
        }
        if small:
            mark = {"symbol": "square-open", "color": colours.grey, "size": 9, "line": {"width": 1.5}}
            few = {"type": "scatter", "mode": "markers", "x": [0] * len(held), "cliponaxis": False, "marker": mark}
            traces.append(unfaded(few | common))
            continue
        ring = {"color": colours.text, "width": [2 if pair.selected else 0 for pair, _, _ in held]}
        bars = {"type": "bar", "orientation": "h", "width": BAR, "x": [round(rate.rate or 0, 5) for _, rate, _ in held]}
        traces.append(unfaded(bars | common | {"marker": {"color": colours.outcomes[side], "line": ring}}))
        traces.extend(whiskers([rate for _, rate, _ in held], common["y"], [colours.text] * len(held), 1))
    return traces
