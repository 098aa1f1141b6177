"""What can be asked in SQL: tables and views with their columns, and how lists, masks and intervals work."""

from __future__ import annotations

import html

import streamlit as st

from data.sqlrun import EXPORT_ROWS, SHOWN_ROWS, Limits
from data.sqlviews import INTERVALS, MASKS, Relation, relations


def schema_browser() -> None:
    """Every table and view, folded, with the meaning and unit of its columns."""
    st.subheader("Tables and columns")
    for number, relation in enumerate(relations()):
        with st.expander(
            f"{relation.name} ({len(relation.columns)})", expanded=number == 0, key=f"ov-sql-of-{relation.name}"
        ):
            st.html(_columns(relation))
    with st.expander("Lists, keys and masks"):
        st.html(f"<p>{html.escape(MASKS)}</p><p>labels has the words for every key.</p>")
    with st.expander("Rates and intervals"):
        st.html(f"<p>{html.escape(INTERVALS)}</p>")
    with st.expander("Parameters and limits"):
        limits = Limits()
        st.html(
            "<p>$name is a parameter: it gets an input below the statement, a text, with $name::DATE a date, with "
            f"$name::INTEGER or another number a number.</p><p>A query may take {limits.seconds:g} seconds and {limits.memory} MB; "
            f"{SHOWN_ROWS:,} rows are shown, up to {EXPORT_ROWS:,} go into a file. It reads the snapshot and nothing else.</p>"
        )


def _columns(relation: Relation) -> str:
    def entry(name: str, meaning: str, unit: str) -> str:
        kind = f" <i>({html.escape(unit)})</i>" if unit else ""
        return f"<dt><code>{html.escape(name)}</code></dt><dd>{html.escape(meaning)}{kind}</dd>"

    entries = "".join(entry(one.name, one.meaning, one.unit) for one in relation.columns)
    style = "margin:0;max-height:360px;overflow:auto"
    return f'<p class="ov-note">A row is {html.escape(relation.row)}.</p><dl class="ov-values" style="{style}">{entries}</dl>'
