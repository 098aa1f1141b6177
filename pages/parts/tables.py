"""The table behind every picture, and the file of exactly what it shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import pandas as pd
import streamlit as st

from data.exports import MOST_ROWS_XLSX, csv_text, xlsx_bytes
from data.rates import Group
from data.statistics import Rate
from pages.parts.briefing import Drawn, note_table
from pages.parts.state import View

Rows = Sequence[Sequence[object]]


def rate_columns(view: View, *, rates: bool = True) -> tuple[str, ...]:
    """The headings of a rate's cells: what is counted, the rate and its interval; of one outcome alone, or without `rates`, the counts."""
    counted = ("Letters",) if view.filters.unit == "letter" else ("Decisions", "Letters")
    if view.filters.one_outcome or not rates:
        return ("Overturned", *counted)
    return ("Overturned", *counted, "Rate %", "Low %", "High %")


def rate_cells(view: View, rate: Rate) -> list[object]:
    """A rate as cells in the order of `rate_columns`; rate and interval stay empty where the group is small."""
    counted = [rate.n] if view.filters.unit == "letter" else [rate.n, rate.letters]
    if view.filters.one_outcome:
        return [rate.y, *counted]
    shown = rate.rate is not None and not rate.small
    figures = [
        round(100 * value, 1) if shown and value is not None else None for value in (rate.rate, rate.low, rate.high)
    ]
    return [rate.y, *counted, *figures]


def share_cell(rate: Rate) -> float | None:
    """A rate or share in percent, one decimal; none where it rests on too few."""
    return None if rate.small or rate.rate is None else round(100 * rate.rate, 1)


def table(
    view: View,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    name: str,
    keys: Sequence[str] = (),
    on_row: Callable[[str], None] | None = None,
    title: str = "",
    unfolded: bool = False,
) -> None:
    """The rows as a table, folded (unless `unfolded`) under `title` (else what it stands behind), with files of the same and of the pictures it belongs to.

    `on_row` gets the key of a row that is chosen, as a click on its mark does.
    """
    figures = note_table(columns, rows)
    frame = pd.DataFrame([list(row) for row in rows], columns=list(columns))
    percentages = {column: st.column_config.NumberColumn(format="%.1f") for column in columns if column.endswith("%")}
    with st.expander(
        title or ("The table behind this picture" if figures else "The figures as a table"), expanded=unfolded
    ):
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
        download(view, columns, rows, name=name, figures=figures)


def download(
    view: View,
    columns: Sequence[str],
    rows: Rows | Callable[[], Rows],
    *,
    name: str,
    count: int | None = None,
    figures: Sequence[Drawn] = (),
) -> None:
    """Buttons for these rows, or for what the function gives, as CSV and for a spreadsheet, and for the figures.

    The files are made when one is pressed. `count` says how many rows the function will give, where that is known.
    """
    about = view.about()
    file = f"overturn-{name}-{view.snapshot.snapshot_id}"
    given = count if callable(rows) else len(rows)
    many = given is not None and given > MOST_ROWS_XLSX
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.download_button(
            "Download as CSV",
            data=lambda: csv_text(columns, rows() if callable(rows) else rows, about),
            file_name=f"{file}.csv",
            mime="text/csv",
            key=f"ov-csv-{name}",
            on_click="ignore",
        )
        st.download_button(
            f"Download as Excel (first {MOST_ROWS_XLSX:,} rows)" if many else "Download as Excel",
            data=lambda: xlsx_bytes(columns, rows() if callable(rows) else rows, about),
            file_name=f"{file}.xlsx",
            mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            key=f"ov-xlsx-{name}",
            on_click="ignore",
            help=f"An Excel file holds the first {MOST_ROWS_XLSX:,} rows; the CSV holds them all." if many else None,
        )
        for number, figure in enumerate(figures):
            st.download_button(
                "Save as picture" if len(figures) == 1 else f"Save picture {number + 1}",
                data=partial(figure.file, about),
                file_name=f"{file}{number or ''}.svg",
                mime="image/svg+xml",
                key=f"ov-picture-{name}-{number}",
                on_click="ignore",
                help="An SVG file with filter, snapshot and definitions in it; Word, PowerPoint and browsers show it.",
            )


def group_table(
    view: View, groups: Sequence[Group], *, name: str, heading: str, on_row: Callable[[str], None] | None = None
) -> None:
    """The table of rates by group, with what each can be told apart from."""
    rows = [[group.label, *rate_cells(view, group.rate), versus(group)] for group in groups]
    table(
        view,
        (heading, *rate_columns(view), "Against the rest"),
        rows,
        name=name,
        keys=[group.key for group in groups],
        on_row=on_row,
    )


def versus(group: Group) -> str:
    """Whether a group is told apart from everything else in the filter, in words."""
    if group.rate.small or group.versus_rest is None or group.versus_rest.p_value is None:
        return "too few to compare"
    if not group.stands_out:
        return "cannot be told apart"
    return "overturned more often" if (group.versus_rest.d or 0) > 0 else "overturned less often"
