"""The funnel plot: where points and limits stand, which bear names, and that these do not meet."""

from __future__ import annotations

import json
import math
from itertools import combinations, pairwise

import plotly.graph_objects as go

from data.funnel import funnel
from data.statistics import rate_words
from pages.parts import theme
from pages.parts.charts.figure import LINE
from pages.parts.charts.funnel import BOTTOM, HEIGHT, MOST_NAMED, TOP, funnel_plot
from tests.charts.made_up import marks, rate, words

RATES = {"a": rate(30, 300), "b": rate(45, 150), "c": rate(40, 420), "small": rate(1, 5)}
LABELS = {"a": "Surgery", "b": "Mental <b> health", "c": "Primary care", "small": "Few"}


def test_points_stand_at_their_size_and_rate_and_small_groups_nowhere() -> None:
    figure = funnel_plot(funnel(RATES), LABELS)
    [points] = marks(figure)
    assert points["customdata"] == ["a", "b", "c"]
    assert points["x"] == [round(RATES[key].effective, 1) for key in "abc"]
    assert points["y"] == [0.1, 0.3, round(40 / 420, 5)]
    assert figure["layout"]["yaxis"]["range"][0] == 0
    assert figure["layout"]["xaxis"]["type"] == "log"
    assert points["hovertext"][1].startswith(f"<b>Mental &lt;b&gt; health</b><br>{rate_words(RATES['b'])}")
    assert points["hovertext"][1].endswith("beyond the 99.8\N{NO-BREAK SPACE}% limits")


def test_curves_are_the_funnels_limits_around_the_common_rate() -> None:
    found = funnel(RATES)
    assert found
    figure = funnel_plot(found, LABELS)
    solid, dashed = (trace for trace in figure["data"] if trace["mode"] == "lines")
    middle = len(found.curves) // 2
    assert solid["y"][middle] == round(found.curves[middle].low_alarm, 4)
    assert dashed["y"][middle + len(found.curves) + 1] == round(found.curves[middle].high_warning, 4)
    assert (solid["line"]["dash"], dashed["line"]["dash"]) == ("solid", "dash")
    [line] = figure["layout"]["shapes"]
    assert line["y0"] == found.centre == 116 / 875


def test_few_points_are_named_and_those_beyond_the_limits_larger() -> None:
    figure = funnel_plot(funnel(RATES), LABELS)
    assert {"Mental &lt;b&gt; health", "Surgery", "Primary care"} <= set(words(figure))
    [points] = marks(figure)
    assert points["marker"]["size"][1] > points["marker"]["size"][0]
    assert points["marker"]["color"] == theme.LIGHT.outcomes["overturned"]


def test_of_many_points_only_those_beyond_the_limits_are_named() -> None:
    many = {f"k{i}": rate(10 + i % 2, 100 + i) for i in range(12)} | {"far": rate(60, 100)}
    figure = funnel_plot(funnel(many), {key: f"Group {key}" for key in many})
    assert [text for text in words(figure) if text.startswith("Group")] == ["Group far"]


def test_small_data_have_limits_within_the_picture_and_figures_on_both_axes() -> None:
    few = {"a": rate(3, 11), "b": rate(5, 12), "c": rate(2, 13)}
    found = funnel(few)
    assert found
    layout = funnel_plot(found, {key: f"Group {key}" for key in few})["layout"]
    assert layout["yaxis"]["range"][1] >= min(1.0, max(limits.high_alarm for limits in found.curves))
    assert len(layout["xaxis"]["tickvals"]) >= 2
    low, high = layout["xaxis"]["range"]
    assert all(low <= math.log10(tick) <= high for tick in layout["xaxis"]["tickvals"])
    [legend] = [note for note in layout["annotations"] if note["text"].startswith("Solid")]
    assert (legend["y"], legend["yanchor"]) == (1, "bottom")  # above the axes, where no name stands
    inside = HEIGHT - TOP - BOTTOM
    boxes = []
    for note in layout["annotations"]:
        if note["text"].startswith("Group"):
            x = (note["x"] - low) / (high - low) * (460 - 68) + note["xshift"]
            y = note["y"] / layout["yaxis"]["range"][1] * inside + note["yshift"]
            wide = len(note["text"]) * 6.5
            left = x - wide if note["xanchor"] == "right" else x
            boxes.append((left, left + wide, y - LINE / 2, y + LINE / 2))
    assert len(boxes) == 3
    for one, other in combinations(boxes, 2):
        assert not (one[0] < other[1] and other[0] < one[1] and one[2] < other[3] - 0.6 and other[2] < one[3] - 0.6)


def test_the_chosen_point_has_a_ring() -> None:
    rings = [
        trace for trace in marks(funnel_plot(funnel(RATES), LABELS, selected=["a"])) if trace["hoverinfo"] == "skip"
    ]
    assert [ring["customdata"] for ring in rings] == [["a"]]


def test_many_groups_far_out_name_the_furthest_without_meeting() -> None:
    many = {f"k{i}": rate(30 + i % 3, 40 + i) if i % 4 == 0 else rate(2, 60 + i) for i in range(40)}
    figure = funnel_plot(funnel(many), {key: f"A group with a long name {key}" for key in many})
    names = [note for note in figure["layout"]["annotations"] if note["text"].startswith("A group")]
    assert 2 < len(names) <= MOST_NAMED
    top = figure["layout"]["yaxis"]["range"][1]
    for side in ("left", "right"):
        spans = []
        for note in names:
            if note["xanchor"] == side:
                middle = note["y"] / top * (HEIGHT - TOP - BOTTOM) + note["yshift"]
                half = (note["text"].count("<br>") + 1) * LINE / 2
                spans.append((middle - half, middle + half))
        for lower, upper in pairwise(sorted(spans)):
            assert upper[0] >= lower[1] - 1.5
    assert len(json.dumps(go.Figure(figure).to_dict())) < 20_000


def test_ticks_lie_on_the_axis() -> None:
    axis = funnel_plot(funnel(RATES), LABELS)["layout"]["xaxis"]
    assert axis["tickvals"]
    assert all(axis["range"][0] <= math.log10(tick) <= axis["range"][1] for tick in axis["tickvals"])


def test_a_name_without_room_below_its_point_stands_above_it() -> None:
    """A point at 0.5 of 60 lies below the common rate and too near the axis for two lines of name."""
    rates = {"a": rate(18, 60), "b": rate(20, 70), "low": rate(1, 60)}
    figure = funnel_plot(funnel(rates), {"a": "A", "b": "B", "low": "Physical medicine and rehabilitation"})
    [name] = [note for note in figure["layout"]["annotations"] if note["text"].startswith("Physical")]
    half = (name["text"].count("<br>") + 1) * LINE / 2
    assert name["yshift"] - half >= 5
