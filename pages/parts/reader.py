"""The letter as one reads it: its text with everything marked at the left, its parts, problems and values at the right."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

import streamlit as st

from data.corrections import Correction
from data.structure import Place, places
from pages.parts.derived import derived_list
from pages.parts.evidence import PROBLEMS, marked_html, marks, problem_list, problem_marks, value_list
from pages.parts.reports import reported
from pages.parts.theme import KIND_LABELS


def read(letter: dict[str, Any], chosen: int, reports: Sequence[Correction]) -> None:
    """Draw the letter with what was found in it; of the values, those of the `chosen` item come first."""
    found = places(letter["text"] or "", letter["findings"], letter["decisions"])
    text, side = st.columns([2, 1], gap="large")
    with text:
        st.html(legend(letter))
        if letter["text"] is None:
            st.error(
                "The text of this letter cannot be read: its part of the warehouse is missing. Load the letters again."
            )
        else:
            drawn = [*marks(letter["findings"]), *problem_marks(letter["problems"])]
            st.html(marked_html(letter["text"], drawn, found))
    with side, st.container(key="ov-side"):
        st.html(parts_list(found))
        _values(letter, chosen, reports)


def parts_list(found: Sequence[Place]) -> str:
    """The parts of a letter as a list whose entries lead to them, each item with its outcome."""
    entries = []
    for place in found:
        if place.ordinal is None:
            entries.append(f'<li><a href="#{place.anchor}">{html.escape(place.name)}</a></li>')
            continue
        name = html.escape(place.name if len(place.name) <= 90 else f"{place.name[:89].rstrip()}…")
        entries.append(
            f'<li><a href="#{place.anchor}">{place.ordinal}. {name}</a> '
            f'<span class="ov-word ov-{place.outcome}">{place.outcome.capitalize()}</span></li>'
        )
    return f'<nav class="ov-parts" aria-label="Parts of the letter"><ul>{"".join(entries)}</ul></nav>'


def legend(letter: dict[str, Any]) -> str:
    """What the colours and lines of a marked letter mean; of problems the kinds it has."""
    entries = "".join(
        f'<span><mark class="ov-mark ov-{kind}">{label}</mark></span>' for kind, label in KIND_LABELS.items()
    )
    wrong = {problem["kind"] for problem in letter["problems"]}
    entries += "".join(
        f'<span class="ov-problem ov-{kind}">{label}</span>' for kind, label in PROBLEMS.items() if kind in wrong
    )
    return f'<div class="ov-legend">{entries}</div>'


def _values(letter: dict[str, Any], chosen: int, reports: Sequence[Correction]) -> None:
    for kind, heading in PROBLEMS.items():
        if listed := problem_list(letter["problems"], kind):
            st.subheader(heading)
            st.html(listed)
    st.subheader("What was read")
    st.html(reported(reports, None) + value_list(letter["findings"], None) + derived_list(letter, None))
    for decision in sorted(letter["decisions"], key=lambda item: bool(item["ordinal"] != chosen)):
        number = decision["ordinal"]
        st.subheader(f"Item {number}: {decision['outcome']}")
        st.html(reported(reports, number) + value_list(letter["findings"], number) + derived_list(letter, number))
