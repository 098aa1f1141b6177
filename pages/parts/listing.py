"""The result table of the page Explore: chosen columns, sorted, page by page, each row the way to its letter, and its files."""

from __future__ import annotations

import html
from collections.abc import Iterator
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from data.columns import Column, columns, of_letters
from data.exports import MOST_ROWS_XLSX, csv_text, xlsx_bytes
from data.listing import PAGE_LENGTH
from data.parquet import meanings, parquet_bytes
from data.rates import Headline
from pages.parts.briefing import note_table
from pages.parts.frame import note, plain
from pages.parts.options import option
from pages.parts.pictures import unit_of
from pages.parts.state import OPTION, View, address, apply, current, reader, turn_to

FIELDS = OPTION + "fields"
DEFAULT = (
    *("case_number", "ordinal", "decision_date", "outcome", "modality", "body"),
    *("admin", "reviewer", "specialty"),
)
MOST_ROWS = 250_000
"""Rows of a CSV or Parquet file, about a minute; all of a snapshot are written by `python -m loaders export`."""
_TURN = "ov-open-letter"


def opened(view: View) -> None:
    """Turn to the letter whose row was chosen on the last run."""
    if found := st.session_state.pop(_TURN, None):
        turn_to("letter", view.filters, letter=found[0][:16], item=str(found[1]))


def show(view: View, head: Headline) -> None:
    """The table with what to choose, and its files."""
    chosen = _fields(view)
    sort, down = _sorting(view)
    rows = head.rate.n
    last = max(1, -(-rows // PAGE_LENGTH))
    asked = st.query_params.get("page", "1")
    page = min(max(int(asked) if asked.isdecimal() and len(asked) < 9 else 1, 1), last)
    keys = tuple(column.key for column in chosen)
    lines = view.ask("listed", keys, sort, down, PAGE_LENGTH, (page - 1) * PAGE_LENGTH)
    _grid(view, chosen, lines)
    _paging(page, last)
    _files(view, chosen, sort, down, rows, lines)


def _offered(view: View) -> dict[str, Column]:
    """The columns that can be chosen: of letters not their words, which are those of single items."""
    return {key: one for key, one in columns().items() if view.filters.unit == "item" or not one.words}


def _fields(view: View) -> list[Column]:
    """The chosen columns in their order, as the address has them, under the box to choose from."""
    offered = _offered(view)
    asked = [key for key in st.query_params.get(FIELDS, "").split(",") if key]
    unknown = [key for key in asked if key not in columns()]
    keys = list(dict.fromkeys(key for key in asked if key in offered)) or [key for key in DEFAULT if key in offered]
    if unknown:
        note(f"The link names columns that are not known here: {html.escape(', '.join(unknown)[:80])}.")
    st.session_state["ov-w-fields"] = keys
    st.multiselect(
        "Columns, in this order",
        list(offered),
        key="ov-w-fields",
        format_func=lambda key: columns()[key].label,
        on_change=_chose_fields,
        help="Take columns away with their cross and add them again to change their order.",
    )
    return [columns()[key] if view.filters.unit == "item" else of_letters(columns()[key]) for key in keys]


def _chose_fields() -> None:
    chosen = tuple(st.session_state["ov-w-fields"])
    apply(current(), **{FIELDS: "" if chosen in ((), DEFAULT) else ",".join(chosen)})


def _sorting(view: View) -> tuple[str, bool]:
    """The column that rows are sorted by, and whether downwards."""
    every = {key: one.label for key, one in _offered(view).items() if view.filters.unit == "item" or one.of == "letter"}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="ov-listing-options"):
        sort = option("by", "Sorted by", {"decision_date": every["decision_date"], **every}, many=True)
        way = option("way", "Direction", {"down": "Highest or latest first", "up": "Lowest or earliest first"})
    return sort, way == "down"


def _grid(view: View, chosen: list[Column], lines: list[tuple[object, ...]]) -> None:
    """The rows of the page, each with a button that opens its letter."""
    labels = ["Read", *(column.label for column in chosen)]
    frame = pd.DataFrame([["Read", *line[2:]] for line in lines], columns=labels)
    config: dict[str, Any] = {
        "Read": st.column_config.ButtonColumn(
            "", type="tertiary", on_click=partial(_read, lines), key="ov-listing-read", pinned=True
        )
    }
    for column in chosen:
        config[column.label] = _config(column)
    st.dataframe(frame, hide_index=True, column_config=config, key="ov-listing", alt="The decisions of this page")


def _config(column: Column) -> object:
    said = plain(column.meaning)
    if column.kind == "date":
        return st.column_config.DateColumn(column.label, format="D MMM YYYY", help=said)
    if column.kind == "number":
        return st.column_config.NumberColumn(column.label, format="%g", help=said)
    return st.column_config.TextColumn(column.label, help=said, width="medium" if column.words else None)


def _read(lines: list[tuple[object, ...]]) -> None:
    click = st.session_state["ov-listing-read"]
    if click is not None and click["row"] < len(lines):
        st.session_state[_TURN] = lines[click["row"]][:2]


def _paging(page: int, last: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Previous", disabled=page <= 1, on_click=partial(_turn, page - 1), key="ov-listing-previous")
        st.markdown(f"Page {page:,} of {last:,}")
        st.button("Next", disabled=page >= last, on_click=partial(_turn, page + 1), key="ov-listing-next")
        if last > 2:
            st.session_state["ov-listing-page"] = page
            st.number_input("Go to page", 1, last, key="ov-listing-page", on_change=_went, width=160)


def _went() -> None:
    _turn(st.session_state["ov-listing-page"])


def _turn(page: int) -> None:
    """Show another page of the table: the rest of the address stays."""
    kept = {name: st.query_params[name] for name in st.query_params if name.startswith(OPTION)}
    st.query_params.from_dict(address(current(), **kept, page=str(page)))


def _files(view: View, chosen: list[Column], sort: str, down: bool, rows: int, lines: list[tuple[object, ...]]) -> None:
    """All pages as files, with the same columns in the same order; words of letters only where they are asked for."""
    worded = any(column.words for column in chosen)
    with_words = worded and st.checkbox(
        "With the letters’ own words in the files and in the briefing",
        key="ov-listing-words",
        help="Requests and deciding sentences as written. Without it their columns are left out of every file.",
    )
    kept = [column for column in chosen if with_words or not column.words]
    keys, labels = tuple(column.key for column in kept), [column.label for column in kept]
    held = [number for number, column in enumerate(chosen, start=2) if column in kept]
    note_table(labels, [[line[number] for number in held] for line in lines], rows - len(lines))
    about, said = view.about(), meanings(kept)
    most = min(rows, MOST_ROWS)

    def every() -> Iterator[tuple[object, ...]]:
        """Read as the file is written, from a reader of its own, for it is made after the run."""
        found: Iterator[tuple[object, ...]] = reader(view).exported(keys, sort, down, most)
        return found

    what = f"{unit_of(view)}s"
    if rows > MOST_ROWS:
        note(f"CSV and Parquet hold the first {MOST_ROWS:,} of {rows:,} {what}, Excel the first {MOST_ROWS_XLSX:,}.")
    elif rows > MOST_ROWS_XLSX:
        note(f"CSV and Parquet hold all {rows:,} {what}, Excel the first {MOST_ROWS_XLSX:,}.")
    if worded and not with_words:
        note("The files leave out the columns with the letters’ own words.")
    files = {
        "csv": ("CSV", "text/csv", lambda: csv_text(labels, every(), about, said)),
        "xlsx": (
            "Excel",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            lambda: xlsx_bytes(labels, every(), about, said),
        ),
        "parquet": ("Parquet", "application/vnd.apache.parquet", lambda: parquet_bytes(kept, every(), about)),
    }
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for ending, (name, mime, made) in files.items():
            st.download_button(
                f"Download as {name}",
                data=made,
                file_name=f"overturn-result-{view.snapshot.snapshot_id}.{ending}",
                mime=mime,
                key=f"ov-listing-{ending}",
                on_click="ignore",
            )
