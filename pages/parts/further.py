"""Rates by any dimension that has no list of its own on the page: chosen from a box, and asked for only then."""

from __future__ import annotations

from collections.abc import Collection

from data.schema import dimensions
from pages.parts.frame import note, section
from pages.parts.options import option
from pages.parts.pictures import dots
from pages.parts.state import View

MOST = 20
_NONE = "none"
_CIRCULAR = ("reason",)  # a ground speaks for one outcome, so a rate by it says nothing


def further(view: View, shown: Collection[str]) -> None:
    """The groups of one more dimension under which the snapshot states anything, `shown` ones left out."""
    stated = view.ask("stated", filters=view.filters.cleared())
    left = [name for name in dimensions() if name in stated and name not in shown and name not in _CIRCULAR]
    if not left:
        return
    section("By anything else")
    offered = {_NONE: "Choose what to group by", **{name: dimensions()[name].label for name in left}}
    chosen = option("board", "Group by", offered, many=True)
    if chosen == _NONE:
        return
    dimension = dimensions()[chosen]
    adds_up = "An item may stand in several of these groups." if dimension.kind == "mask" else "Each counts once."
    note(f"{adds_up} {dimension.note}".strip())
    dots(
        view, chosen, view.ask("by", chosen), heading=dimension.label, most=None if dimension.kind == "value" else MOST
    )
