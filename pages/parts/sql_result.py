"""The result of a query: what it says of itself, the rows with the way to their letters, a chart, files."""

from __future__ import annotations

import html
import re
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from data.exports import MOST_ROWS_XLSX
from data.sqlfiles import AboutQuery, about_query, cells, cut_words, query_csv, query_parquet, query_xlsx
from data.sqlrun import EXPORT_ROWS, SHOWN_ROWS, Question, Result
from data.sqlviews import LETTER_ID_DIGITS
from data.statistics import counted
from pages.parts.briefing import note_answer
from pages.parts.charts.columns import Kind, Point, column_figure, left_out
from pages.parts.charts.draw import draw
from pages.parts.frame import note, section
from pages.parts.sql_editor import CHART, whole
from pages.parts.sql_running import Answer
from pages.parts.state import View

_KINDS: dict[str, str] = {"": "No chart", "bars": "Bars", "dots": "Dots, with intervals", "line": "Line"}
_ID = re.compile(r"[0-9a-f]{12,64}")
_NONE = "(none)"


def show_answer(view: View, answer: Answer) -> None:
    """Everything about an answer; an error as words."""
    if answer.result is None:
        st.error(html.unescape(answer.error).replace("$", "\\$"))
        return
    question, result = answer.question, answer.result
    words = f"{counted(result.table.num_rows, 'row')} in {result.seconds:.1f} seconds."
    cut = cut_words(question, result)
    note_answer(words)
    st.html(f'<p class="ov-answer">{html.escape(words)}</p>')
    if question.snapshot != view.snapshot:
        note(
            f"Asked of the snapshot {html.escape(question.snapshot.snapshot_id)}, not of the one in view. Run it again for that."
        )
    if cut:
        note(html.escape(cut))
    note(
        "These are the figures of the query as it is written: no rule on small groups or intervals was applied to them. "
        "Items of a letter are alike, so a rate is best asked for with rate, rate_low and rate_high."
    )
    rows = list(cells(result.table.slice(0, SHOWN_ROWS)))
    _chart(result.table.column_names, rows)
    section("Rows")
    _table(view, question, result.table.column_names, rows)
    _files(view, question, result)


def _table(view: View, question: Question, names: list[str], rows: list[list[object]]) -> None:
    frame = pd.DataFrame(rows, columns=names)
    shown: dict[Any, Any] = {}
    links = _links(question, names, rows)
    if links is not None:
        place = "Letter" if "Letter" not in names else "Letter "
        frame.insert(0, place, links)
        shown[place] = st.column_config.LinkColumn(place, display_text="open", width="small")
    st.dataframe(
        frame,
        hide_index=True,
        key="ov-sql-rows",
        column_config=shown,
        alt="The rows of the query",
        height=_height(len(frame)),
    )


def _height(rows: int) -> int:
    return min(38 + 35 * max(rows, 1), 460)


def _links(question: Question, names: list[str], rows: list[list[object]]) -> list[str | None] | None:
    """The way to each row's letter; None where the result names none."""
    column = next((name for name in ("letter_id", "letter_key") if name in names), None)
    if column is None:
        return None
    at, item = names.index(column), names.index("ordinal") if "ordinal" in names else None
    place = (st.context.url or "").split("?")[0].rpartition("/")[0]
    links: list[str | None] = []
    for row in rows:
        found = _letter_id(row[at])
        ordinal = f"&item={row[item]}" if item is not None and isinstance(row[item], int) else ""
        snapshot = question.snapshot.snapshot_id
        links.append(f"{place}/letter?letter={found}{ordinal}&snapshot={snapshot}" if found else None)
    return links


def _letter_id(value: object) -> str:
    """How a letter's id begins, from the id or from the key in the tables; empty where it is neither."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 63:
        return f"{value >> 3:0{LETTER_ID_DIGITS}x}"
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def _chart(names: list[str], rows: list[list[object]]) -> None:
    """The chosen columns as a figure, with the choice above it."""
    numbers = [name for at, name in enumerate(names) if any(_number(row[at]) is not None for row in rows)]
    if not rows or not numbers:
        return
    wished: dict[str, str] = st.session_state.get(CHART, {})
    section("Chart")
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        kind = _pick("Chart", list(_KINDS), wished.get("kind", ""), "kind", _KINDS)
        chosen = {"kind": kind}
        if kind:
            chosen["label"] = _pick("Along", names, wished.get("label", names[0]), "label")
            chosen["value"] = _pick("Value", numbers, wished.get("value", numbers[-1]), "value")
            if kind != "bars":
                chosen["low"] = _pick("Interval from", [_NONE, *numbers], wished.get("low", _NONE), "low")
                chosen["high"] = _pick("to", [_NONE, *numbers], wished.get("high", _NONE), "high")
    st.session_state[CHART] = chosen if kind else {}
    if kind:
        _draw(chosen, names, rows)


def _pick(label: str, options: list[str], wished: str, name: str, words: dict[str, str] | None = None) -> str:
    """A box of columns; the wished one is chosen where it is there."""
    key = f"ov-sql-chart-{name}"
    st.session_state[key] = wished if wished in options else options[0]
    chosen = st.selectbox(
        label,
        options,
        key=key,
        format_func=(words or {one: one for one in options}).__getitem__,
        width=190,
        on_change=_picked,
        args=(key, name),
    )
    return str(chosen)


def _picked(key: str, name: str) -> None:
    st.session_state[CHART] = {**st.session_state.get(CHART, {}), name: st.session_state[key]}


def _draw(chosen: dict[str, str], names: list[str], rows: list[list[object]]) -> None:
    def number(row: list[object], name: str) -> float | None:
        return _number(row[names.index(name)]) if name in names else None

    at = names.index(chosen["label"])
    points = [
        Point(_along(row[at]), value, number(row, chosen.get("low", "")), number(row, chosen.get("high", "")))
        for row in rows
        if (value := number(row, chosen["value"])) is not None
    ]
    kind: Kind = "bars" if chosen["kind"] == "bars" else "dots" if chosen["kind"] == "dots" else "line"
    dark = bool(st.session_state.get("ov-sql-dark"))
    figure = column_figure(kind, points, chosen["value"], dark=dark)
    alt = f"{chosen['value']} by {chosen['label']}, the first of {len(points)}: " + "; ".join(
        f"{point.label} {point.value:g}" for point in points[:8]
    )
    draw(figure, key="ov-sql-figure", alt=alt)
    if missing := left_out(kind, points, len(rows)):
        note(html.escape(missing))


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _along(value: object) -> str | float | date:
    if isinstance(value, date | float) or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    return "" if value is None else str(value)


def _files(view: View, question: Question, result: Result) -> None:
    """The rows as files; where only the first are here, the way to get as many as a file may hold."""
    about: AboutQuery = about_query(question, result, view.about())
    file = f"overturn-query-{question.snapshot.snapshot_id}"
    rows = result.table.num_rows
    if result.cut == "rows" and question.limits.rows < EXPORT_ROWS:
        st.button(
            f"Get up to {EXPORT_ROWS:,} rows for the files",
            key="ov-sql-whole",
            on_click=whole,
            args=(question,),
            help=f"Runs the query once more. The table above still shows the first {SHOWN_ROWS:,}.",
        )
    excel = f"Download as Excel (first {MOST_ROWS_XLSX:,} rows)" if rows > MOST_ROWS_XLSX else "Download as Excel"
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for label, form, mime, make in (
            ("Download as CSV", "csv", "text/csv", query_csv),
            (excel, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", query_xlsx),
            ("Download as Parquet", "parquet", "application/vnd.apache.parquet", query_parquet),
        ):
            st.download_button(
                label,
                data=partial(make, result, about),
                file_name=f"{file}.{form}",
                mime=mime,
                key=f"ov-sql-{form}",
                on_click="ignore",
                help="With the statement, its parameters and the snapshot inside. It holds what the statement selects, letters’ words too.",
            )
