"""In which order a result is read: a choice in the address (`sort`), the same on the page of letters and from letter to letter."""

from __future__ import annotations

import html

import streamlit as st

from data.filters import Filters
from data.results import ORDERS
from pages.parts.frame import note
from pages.parts.state import apply, current

PARAMETER = "sort"


def default(filters: Filters) -> str:
    """The best match first where words are searched, else the newest decisions."""
    return "relevance" if filters.words else "newest"


def order(filters: Filters) -> str:
    """The order that the address asks for; what it says and is not known counts as the default."""
    asked = st.query_params.get(PARAMETER, "")
    known = asked in ORDERS and (asked != "relevance" or filters.words)
    return asked if known else default(filters)


def options(filters: Filters) -> dict[str, str]:
    """The order as an option of a link, none where it is the default."""
    chosen = order(filters)
    return {} if chosen == default(filters) else {PARAMETER: chosen}


def choose(filters: Filters) -> str:
    """Let people choose the order; gives it."""
    asked = st.query_params.get(PARAMETER, "")
    if asked and asked not in ORDERS:
        note(
            f"The link asks for the order {html.escape(asked[:40])}, which is not known here: {ORDERS[order(filters)].lower()}."
        )
    offered = [key for key in ORDERS if key != "relevance" or filters.words]
    st.session_state["ov-w-sort"] = order(filters)
    st.segmented_control(
        "Order",
        offered,
        format_func=ORDERS.__getitem__,
        key="ov-w-sort",
        on_change=_changed,
        required=True,
        label_visibility="collapsed",
    )
    return order(filters)


def _changed() -> None:
    filters = current()
    chosen = st.session_state["ov-w-sort"]
    apply(filters, **{PARAMETER: "" if chosen == default(filters) else chosen})
