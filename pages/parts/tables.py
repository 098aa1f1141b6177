"""The table behind every picture, and the file of exactly what it shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from data.exports import csv_text
from data.rates import Group
from data.statistics import Rate
from pages.parts.state import View

Rows = Sequence[Sequence[object]]


def rate_columns(view: View) -> tuple[str, ...]:
    """The headings of a rate's cells: what is counted, the rate and its interval."""
    counted = ("Letters",) if view.filters.unit == "letter" else ("Decisions", "Letters")
    return ("Overturned", *counted, "Rate %", "Low %", "High %")


def rate_cells(view: View, rate: Rate) -> list[object]:
    """A rate as cells in the order of `rate_columns`; rate and interval stay empty where the group is small."""
    counted = [rate.n] if view.filters.unit == "letter" else [rate.n, rate.letters]
    shown = rate.rate is not None and not rate.small
    figures = [
        round(100 * value, 1) if shown and value is not None else None for value in (rate.rate, rate.low, rate.high)
    ]
    return [rate.y, *counted, *figures]


def table(
    view: View,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    name: str,
    keys: Sequence[str] = (),
    on_row: Callable[[str], None] | None = None,
    title: str = "The table behind this picture",
) -> None:
    """The rows as a table, folded under `title`, with a CSV of the same. `on_row` gets the key of a row that is chosen, as a click on its mark does."""
    frame = pd.DataFrame([list(row) for row in rows], columns=list(columns))
    percentages = {column: st.column_config.NumberColumn(format="%.1f") for column in columns if column.endswith("%")}
    with st.expander(title):
        if on_row is not None and keys:
            count = f"ov-rows-{name}"
            widget = f"ov-table-{name}-{st.session_state.get(count, 0)}"

            def chosen() -> None:
                selected = st.session_state[widget]["selection"]["rows"]
                st.session_state[count] = st.session_state.get(count, 0) + 1
                if selected:
                    on_row(keys[selected[0]])

            st.dataframe(
                frame,
                hide_index=True,
                column_config=percentages,
                key=widget,
                on_select=chosen,
                selection_mode="single-row",
                alt=f"Table: {name}",
            )
        else:
            st.dataframe(
                frame, hide_index=True, column_config=percentages, key=f"ov-table-{name}", alt=f"Table: {name}"
            )
        download(view, columns, rows, name=name)


def download(view: View, columns: Sequence[str], rows: Rows | Callable[[], Rows], *, name: str) -> None:
    """A button for the CSV of these rows, or of what the function gives, made when it is pressed."""
    st.download_button(
        "Download as CSV",
        data=lambda: csv_text(columns, rows() if callable(rows) else rows, view.filters, view.snapshot),
        file_name=f"overturn-{name}-{view.snapshot.snapshot_id}.csv",
        mime="text/csv",
        key=f"ov-csv-{name}",
        on_click="ignore",
    )


def group_table(
    view: View, groups: Sequence[Group], *, name: str, heading: str, on_row: Callable[[str], None] | None = None
) -> None:
    """The table of rates by group, with what each can be told apart from."""
    rows = [[group.label, *rate_cells(view, group.rate), _versus(group)] for group in groups]
    table(
        view,
        (heading, *rate_columns(view), "Against the rest"),
        rows,
        name=name,
        keys=[group.key for group in groups],
        on_row=on_row,
    )


def _versus(group: Group) -> str:
    if group.rate.small or group.versus_rest is None or group.versus_rest.p_value is None:
        return "too few to compare"
    if not group.stands_out:
        return "cannot be told apart"
    return "overturned more often" if (group.versus_rest.d or 0) > 0 else "overturned less often"
