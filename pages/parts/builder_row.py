"""One row of the condition builder: its field, its operator, and the control that the field's values need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import streamlit as st

from data.condition_draft import Box, Row
from data.condition_fields import FIRST_YEAR, LAST_YEAR, LONGEST_TEXT, Field, Operator, fields
from data.filters import MAX_WORDS, DateRange
from data.schema import NOT_STATED
from pages.parts.sidebar import days_offered, options
from pages.parts.state import View

_GREATEST = 1_000_000_000
_PLACEHOLDERS = {"case": "CM16-0123456", "words": 'spine NOT "bone scan"', "request": "MRI of the lumbar spine"}


def show_row(view: View, whole: Box, row: Row) -> None:
    """Draw the row; every change goes into it at once."""
    number = row.number
    field_key, operator_key = f"ov-build-field-{number}", f"ov-build-operator-{number}"
    st.session_state[field_key] = row.field or None
    st.selectbox(
        "Field",
        list(fields()),
        format_func=lambda key: fields()[key].label,
        key=field_key,
        placeholder="Choose a field",
        on_change=lambda: row.choose_field(st.session_state[field_key] or ""),
        label_visibility="collapsed",
        width=250,
        help=fields()[row.field].note or None if row.field else None,
    )
    if not row.begun:
        return
    of = fields()[row.field]
    if len(of.operators) > 1:
        st.session_state[operator_key] = row.operator
        st.selectbox(
            f"{of.label}: operator",
            list(of.operators),
            format_func=lambda key: of.operators[key].words,
            key=operator_key,
            on_change=lambda: row.choose_operator(st.session_state[operator_key] or row.operator),
            label_visibility="collapsed",
            width=160,
        )
    else:
        st.text(of.operators[row.operator].words, width="content")
    how = of.operators[row.operator]
    if how.most:
        _values(view, whole, row, of, how)


def _values(view: View, whole: Box, row: Row, of: Field, how: Operator) -> None:
    if of.kind in ("keys", "value"):
        _keys(view, whole, row, of, how)
    elif of.kind == "date" and how.takes != "year":
        _several(row, how, lambda key, place: _day(row, of, key, place))
    elif of.kind in ("date", "number"):
        _several(row, how, lambda key, place: _number(row, of, how, key, place))
    else:
        _text(row, of)


def _keys(view: View, whole: Box, row: Row, of: Field, how: Operator) -> None:
    """Values to choose from, each with how many decisions hold it under the conditions beside this one."""
    counts = _counts(view, whole, row, of)
    if of.dimension:
        offered = [key for key in options(of.key, counts, row.values) if key != NOT_STATED]
        offered += [key for key in of.labels if key not in offered]
    else:
        offered = [*dict.fromkeys([*of.labels, *row.values])]

    def said(key: str) -> str:
        return f"{of.labels.get(key, key)} ({counts.get(key, 0):,})" if counts else of.labels.get(key, key)

    key = f"ov-build-values-{row.number}-{of.key}-{how.most > 1}"
    label = f"{of.label}: value"
    if how.most > 1:
        st.session_state[key] = list(row.values)
        st.multiselect(
            label,
            offered,
            key=key,
            format_func=said,
            on_change=_took,
            args=(row, key),
            placeholder="Choose values",
            label_visibility="collapsed",
        )
    else:
        st.session_state[key] = row.values[0] if row.values else None
        st.selectbox(
            label,
            offered,
            key=key,
            format_func=said,
            on_change=_took,
            args=(row, key),
            placeholder="Choose a value",
            label_visibility="collapsed",
        )


def _counts(view: View, whole: Box, row: Row, of: Field) -> dict[str, int]:
    """Decisions by key where the tables of charts can tell; empty where only a search through all letters could."""
    if not of.dimension and of.key != "outcome":
        return {}
    found: dict[str, int] = view.ask(
        "counts", of.key, filters=replace(view.filters, condition=whole.beside(row.number))
    )
    return found


def _took(row: Row, key: str) -> None:
    chosen: Any = st.session_state[key]
    row.values = tuple(chosen) if isinstance(chosen, list) else (chosen,) if chosen else ()


def _several(row: Row, how: Operator, one: Any) -> None:
    """As many controls as the operator takes values, with `and` between two."""
    for place in range(how.most):
        if place:
            st.text("and", width="content")
        one(f"ov-build-value-{row.number}-{row.field}-{row.operator}-{place}", place)


def _day(row: Row, of: Field, key: str, place: int) -> None:
    given = _given(row.values, place)
    day = date.fromisoformat(given) if given else None
    st.session_state[key] = day
    lowest, highest = days_offered(DateRange(day, day))
    st.date_input(
        f"{of.label}: {'from' if not place else 'to'}",
        key=key,
        min_value=min(lowest, date(1950, 1, 1)),
        max_value=highest,
        on_change=lambda: _give(row, place, st.session_state[key].isoformat() if st.session_state[key] else ""),
        label_visibility="collapsed",
        width=140,
    )


def _number(row: Row, of: Field, how: Operator, key: str, place: int) -> None:
    given = _given(row.values, place)
    whole = of.key != "quantity"
    st.session_state[key] = (int(float(given)) if whole else float(given)) if given else None
    low, high = (FIRST_YEAR, LAST_YEAR) if how.takes == "year" else (0, _GREATEST)
    kind: Any = int if whole else float
    st.number_input(
        f"{of.label}: {'value' if not place else 'to'}",
        min_value=kind(low),
        max_value=kind(high),
        step=kind(1),
        key=key,
        on_change=lambda: _give(row, place, _written(st.session_state[key])),
        placeholder="Year" if how.takes == "year" else "Number",
        label_visibility="collapsed",
        width=140,
    )


def _written(number: float | None) -> str:
    return "" if number is None else f"{number:.4f}".rstrip("0").rstrip(".")


def _text(row: Row, of: Field) -> None:
    key = f"ov-build-value-{row.number}-{row.field}"
    st.session_state[key] = _given(row.values, 0)
    st.text_input(
        f"{of.label}: text",
        key=key,
        max_chars=MAX_WORDS if of.kind == "words" else LONGEST_TEXT,
        on_change=lambda: _give(row, 0, (st.session_state[key] or "").strip()),
        placeholder=_PLACEHOLDERS.get(of.key, "Text"),
        label_visibility="collapsed",
    )


def _given(values: Sequence[str], place: int) -> str:
    return values[place] if place < len(values) else ""


def _give(row: Row, place: int, value: str) -> None:
    """Put a value in its place; places before it that are still empty are kept so."""
    values = [_given(row.values, at) for at in range(max(len(row.values), place + 1))]
    values[place] = value
    row.values = tuple(values)
