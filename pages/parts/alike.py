"""Decisions like one: the closest on either side, and what comparable letters stated."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import streamlit as st

from data.alike import PARTS, WEIGHTS, Alike, Similar
from data.checklist import HOW, Entry, Side, checklist, side_words
from data.filters import Choice, Filters
from data.grounds import Ground
from data.reference import decided, name_of, place_of
from pages.parts.cards import labels
from pages.parts.frame import note, plain, section
from pages.parts.state import View, link
from pages.parts.tables import share_cell, table

_SAME = 0.995  # of a part that is the same
SCORE = (
    "Closeness is the weighted mean of what both have in common, from 0 to 100 (Gower 1971): "
    + ", ".join(f"{PARTS[name]} {WEIGHTS[name]:g}" for name in ("modality", "subcategory", "body", "admin", "words"))
    + " (of study and treatment the one that is asked for). Words are compared by BM25. It says nothing of who was right."
)


def decisions_like_this(view: View, letter: Mapping[str, Any]) -> None:
    """The last part of the page of a letter: decisions like one of its items, the one the address names or the first."""
    items = {str(item["ordinal"]): item for item in letter["decisions"]}
    if not items:
        return
    section("Decisions like this one")
    asked = st.query_params.get("item", "")
    chosen = asked if asked in items else next(iter(items))
    if len(items) > 1:
        st.session_state["ov-alike-item"] = chosen
        st.selectbox(
            "Item",
            list(items),
            format_func=lambda key: f"Item {key}: {items[key]['disputed'][:120]} ({items[key]['outcome']})",
            key="ov-alike-item",
            on_change=lambda: st.query_params.update({"item": st.session_state["ov-alike-item"]}),
        )
    asks_for = filter_of(items[chosen])
    link("outlook", "How would a request like it fare now?", asks_for)
    closest(view, view.ask("alike_item", letter["letter_id"], int(chosen), filters=Filters()))
    st.html("<h3>What comparable letters stated</h3>")
    comparable, words = view.ask("comparable", filters=asks_for)
    stated(view, comparable, words)


def filter_of(item: Mapping[str, Any]) -> Filters:
    """The filter of what an item of a letter asks for."""
    filters = Filters()
    if item["imaging_modalities"]:
        filters = filters.choose("modality", Choice(tuple(item["imaging_modalities"])))
    elif item["subcategory"]:
        filters = filters.choose("subcategory", Choice((item["subcategory"],)))
    if item["category"]:
        filters = filters.choose("category", Choice((item["category"],)))
    return filters.choose("body", Choice(tuple(item["body_parts"])))


def closest(view: View, found: Alike) -> None:
    """The closest decisions on either side, each with the way to its letter. No word of a letter goes on paper."""
    note(SCORE)
    if not (found.overturned or found.upheld):
        st.info("No decision like it is loaded.")
        return
    sides = {"overturned": found.overturned, "upheld": found.upheld}
    for (outcome, similar), column in zip(sides.items(), st.columns(2, gap="large"), strict=True):
        with column:
            st.html(f'<h3>Closest <span class="ov-word ov-{outcome}">{outcome}</span></h3>')
            if not similar:
                st.info(f"No {outcome} decision like it is loaded.")
            for one in similar:
                _card(view, one)


def _card(view: View, one: Similar) -> None:
    row = one.row
    name = name_of(row)
    cited = labels("admin", row["admin_sources"]) or "not stated"
    card = (
        f'<div class="ov-card ov-{row["outcome"]}"><h4>{html.escape(row["disputed"][:300])}</h4>'
        f"<p>{html.escape(name)}{place_of(row)} · {decided(row)} · cited: {html.escape(cited)}</p>"
        f'<p class="ov-meta">Closeness {100 * one.score:.0f}: {html.escape(in_common(one))}</p>'
        f"<p>{html.escape((row['decisive'] or '')[:300])}</p></div>"
    )
    place = {"letter": row["letter_id"][:16], "item": str(row["ordinal"])}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        st.html(card)
        link("letter", "Read", view.filters, help=f"Open {plain(name)}", mark="alike", **place)


def in_common(one: Similar) -> str:
    """What an item has in common, part by part: `same imaging study, other body part, words 51`."""
    words = []
    for name, likeness in one.parts:
        if name == "words":
            words.append(f"words {100 * likeness:.0f}")
        else:
            words.append(
                f"{'same' if likeness >= _SAME else 'other' if likeness <= 0 else 'partly the same'} {PARTS[name]}"
            )
    return ", ".join(words)


def stated(view: View, comparable: Filters, words: str) -> None:
    """What comparable letters stated on either side, topic by topic, with the table of it."""
    found: list[Ground] = view.ask("grounds", filters=comparable)
    entries = checklist(found)
    note(f"Comparable letters here: {html.escape(words)}. {HOW}")
    if not entries:
        st.info("No ground that may be counted is stated in these letters.")
        return
    st.html(checklist_html(entries))
    columns = [
        f"{side}{what}" for side in ("Overturned", "Upheld") for what in (": ground", ": stating", ": all", " %")
    ]
    rows = [[one.topic, *_cells(one.overturned), *_cells(one.upheld)] for one in entries]
    table(view, ("Topic", *columns), rows, name="checklist", title="The table behind this list")


def checklist_html(entries: list[Entry]) -> str:
    """The entries as a table of three columns; every word is escaped."""
    lines = "".join(
        f'<tr><th scope="row">{html.escape(one.topic)}</th>'
        + "".join(f"<td>{html.escape(side_words(side))}</td>" for side in (one.overturned, one.upheld))
        + "</tr>"
        for one in entries
    )
    heads = "".join(
        f'<th scope="col"><span class="ov-word ov-{outcome}">{text}</span></th>'
        for outcome, text in (("overturned", "Stated where overturned"), ("upheld", "Stated where upheld"))
    )
    return f'<table class="ov-checklist"><thead><tr><th scope="col">Topic</th>{heads}</tr></thead><tbody>{lines}</tbody></table>'


def _cells(side: Side | None) -> list[object]:
    if side is None or side.rate is None:
        none_of = side.none_of if side else 0
        return [side.label if side else None, 0 if none_of else None, none_of or None, None]
    return [side.label, side.rate.y, side.rate.n, share_cell(side.rate)]
