"""Marked days on a time axis: a thin line each, with words above the chart that meet no others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from pages.parts.charts.figure import CHARACTER, LINE, escape, small_note

LATE = 0.7  # of the time axis: from here on words stand to the left of their line


class Mark(NamedTuple):
    """A thin line at a day, with words above it (none where `text` is empty) and more words on hover."""

    day: date
    text: str
    more: str = ""


def is_late(mark: Mark, first: date, last: date) -> bool:
    """Whether the mark's words stand to the left of its line."""
    return (mark.day - first).days > LATE * max(1, (last - first).days)


def levels_of(marks: Sequence[Mark], first: date, last: date, width: int = 400) -> list[int]:
    """The line that each mark's words take above the chart, so that no two meet on a chart `width` pixels wide.

    Words stand to the right of their line, late on the axis to its left. They are placed from the side to which they
    run, so that no line rises through the words of another mark.
    """
    span = max(1, (last - first).days)
    late = {mark for mark in marks if is_late(mark, first, last)}
    taken: list[list[tuple[float, float]]] = []
    levels = dict.fromkeys(marks, 0)
    for mark in [*(mark for mark in reversed(marks) if mark not in late), *(mark for mark in marks if mark in late)]:
        if not mark.text:
            continue
        at, length = (mark.day - first).days / span * width, len(mark.text) * CHARACTER * 0.93 + 14
        begin, end = (at - length, at) if mark in late else (at, at + length)
        level = next((i for i, row in enumerate(taken) if all(end <= a or b <= begin for a, b in row)), len(taken))
        if level == len(taken):
            taken.append([])
        taken[level].append((begin, end))
        levels[mark] = level
    return [levels[mark] for mark in marks]


def draw_mark(layout: dict[str, Any], mark: Mark, level: int, *, late: bool, colour: str, line_colour: str) -> None:
    """A thin line at a day through both panels; its words stand above, to the left of it late on the axis."""
    line = {"color": line_colour, "width": 1.5}
    height = 4 + level * LINE
    x = {"x0": mark.day.isoformat(), "x1": mark.day.isoformat()}
    layout["shapes"].append({"type": "line", **x, "yref": "paper", "y0": 0, "y1": 1, "line": line})
    if not mark.text:
        return
    rise = {"ysizemode": "pixel", "yanchor": 1, "yref": "paper", "y0": 0, "y1": height + LINE - 2}
    layout["shapes"].append({"type": "line", **x, **rise, "line": line})
    side: dict[str, Any] = {"xanchor": "right", "xshift": -1} if late else {"xanchor": "left", "xshift": 1}
    place = {"xref": "x", "x": mark.day.isoformat(), "y": 1, "yanchor": "bottom", "yshift": height}
    more = {"hovertext": escape(mark.more)} if mark.more else {}
    layout["annotations"].append(small_note(escape(mark.text), colour, **(place | side)) | more)
