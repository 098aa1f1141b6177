"""How a page shows what it shows: a choice that stands in the address beside the filter and lasts while filters change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.parts.state import OPTION, apply, current


def option(name: str, label: str, options: Mapping[str, str], *, many: bool = False) -> str:
    """The chosen key of `options` (words by key, the first is the default), under a row of them to choose from.

    The address names it as `view-<name>` unless it is the default, and it alone decides on every run, so a saved view, a
    link and the way back show what they say; what it says and is not there counts as the default. `many` offers them in
    a box that folds, as more than a row holds.
    """
    parameter, widget = f"{OPTION}{name}", f"ov-w-view-{name}"
    default = next(iter(options))
    asked = st.query_params.get(parameter, default)
    if asked not in options:
        del st.query_params[parameter]
    chosen = asked if asked in options else default
    st.session_state[widget] = chosen
    said: dict[str, Any] = {"format_func": options.__getitem__, "key": widget, "on_change": _changed}
    if many:
        st.selectbox(label, list(options), args=(parameter, widget, default), width=420, **said)
    else:
        st.segmented_control(
            label,
            list(options),
            args=(parameter, widget, default),
            required=True,
            label_visibility="collapsed",
            **said,
        )
    return chosen


def _changed(parameter: str, widget: str, default: str) -> None:
    chosen = st.session_state[widget]
    apply(current(), **{parameter: "" if chosen == default else chosen})
