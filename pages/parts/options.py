"""How a page shows what it shows: a choice that stands in the address beside the filter and lasts while filters change."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st


def option(name: str, label: str, options: Mapping[str, str]) -> str:
    """The chosen key of `options` (words by key, the first is the default), under a row of them to choose from.

    The address names it as `view-<name>` unless it is the default; what it says and is not there counts as the default.
    """
    parameter, widget = f"view-{name}", f"ov-w-view-{name}"
    default = next(iter(options))
    if st.session_state.get(widget) not in options:
        asked = st.query_params.get(parameter, default)
        st.session_state[widget] = asked if asked in options else default
    chosen: str = st.segmented_control(
        label, list(options), format_func=options.__getitem__, key=widget, required=True, label_visibility="collapsed"
    )
    if chosen == default:
        st.query_params.pop(parameter, None)
    elif st.query_params.get(parameter) != chosen:
        st.query_params[parameter] = chosen
    return chosen
