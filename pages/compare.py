"""Compare: how do two filters differ?"""

import html

import streamlit as st

from data.compared_words import (
    compared_sentence,
    mix_label,
    mix_words,
    mixes_sentence,
    overlap_sentence,
    points,
    points_interval,
    segment_name,
    standardised_sentences,
)
from data.comparing import Mix
from data.comparison import StandardisedDifference
from data.segments import everyone_else
from data.sentences import MEANING
from data.statistics import Difference, percent
from pages.parts.briefing import note_answer, note_words
from pages.parts.charts.differences import Row, difference_dots
from pages.parts.charts.draw import draw
from pages.parts.frame import begin, definitions, note, nothing_found, section, title
from pages.parts.pictures import toggle, unit_of
from pages.parts.segments import begin_with, controls, figure, segment
from pages.parts.tables import rate_cells, rate_columns, share_cell, table

MOST = 12

view = begin("compare")
title(view, "How do two filters differ?")
other = view.second()
if not view.filters.active and other is None:
    begin_with(view)
found = view.ask("compared", other)
if not found.a.decisions and other is None:
    nothing_found(view)
unit = unit_of(view)
rates = not view.filters.one_outcome and not (other and other.one_outcome)
answer = compared_sentence(found, unit, rates=rates)
note_answer(answer)
st.html(f'<p class="ov-answer">{html.escape(answer)}</p><p class="ov-note">{MEANING}</p>')
controls(view, other)


def share_row(mix: Mix, versus: Difference) -> Row:
    """One share of the make-up as a row of the figure."""
    a, b = mix.share.a, mix.share.b
    right = f"{percent(a.rate or 0.0, a.n)} | {percent(b.rate or 0.0, b.n)}"
    key = f"{mix.dimension}|{mix.key}"
    d = versus.d or 0.0
    return Row(key, mix_label(mix), d, versus.low, versus.high, right, mix_words(mix), mix.share.stands_out)


def in_points(found: Difference | StandardisedDifference | None) -> list[float | None]:
    """A difference and its limits in points; empty where none is given."""
    figures = (found.d, found.low, found.high) if found else (None, None, None)
    return [None if value is None else round(100 * value, 1) for value in figures]


def narrow(pair: str) -> None:
    """A click on a share: A is narrowed to it. For callbacks."""
    toggle(*pair.split("|", 1))


left, middle, right = st.columns([5, 3, 5], gap="medium")
with left:
    segment(view, "A", view.filters, found.a, view.filters, rates=rates)
with middle:
    smaller = min(found.side_a.n, found.side_b.n)
    tested = rates and found.versus.d is not None and found.versus.p_value is not None
    missing = ("too few", "letters to compare") if rates else ("not given", "between filters of one outcome")
    apart = points(found.versus.d, smaller) if tested else missing[0]
    words = points_interval(found.versus.low, found.versus.high, smaller) if tested else missing[1]
    lies = overlap_sentence(found)
    note_words(f"A is: {html.escape(segment_name(view.filters))}. B is: {html.escape(segment_name(other))}. {lies}")
    st.html(
        f"<h3>Difference</h3><p class='ov-note'>A minus B, 95 % interval</p>"
        f'<div class="ov-figures">{figure(apart, words)}</div><p class="ov-note">{lies}</p>'
    )
with right:
    others = other if other is not None else everyone_else(view.filters)
    segment(view, "B", other, found.b, others, rates=rates)
of_a, of_b = segment_name(view.filters), segment_name(other)
sides = (
    ("A", of_a, found.a.rate),
    ("B", of_b, found.b.rate),
    ("A, as compared", of_a, found.side_a),
    ("B, as compared", of_b, found.side_b),
)
columns = rate_columns(view, rates=rates)
rows = [[name, of, *rate_cells(view, rate)[: len(columns)]] for name, of, rate in sides]
table(view, ("Segment", "Which decisions", *columns), rows, name="segments")

if found.relation != "the same" and found.a.decisions and found.b.decisions:
    if rates:
        section("On the same mix: the standardised difference")
        same_mix = view.ask("standardised_difference", other)
        result, meaning = standardised_sentences(same_mix)
        note_words(f"{html.escape(result)} {html.escape(meaning)}")
        st.html(f'<p><b>{html.escape(result)}</b></p><p class="ov-note">{html.escape(meaning)}</p>')
        lines = [
            ["A minus B", *in_points(found.versus if tested else None), lies],
            ["A minus B, on A’s mix", *in_points(same_mix[0] if same_mix else None), result],
        ]
        columns = ("Difference", "Points", "Low", "High", "In words")
        table(view, columns, lines, name="difference", title="Both differences in figures")

    section("What differs in their make-up")
    mixes = view.ask("mixes", other)
    note(
        f"{html.escape(mixes_sentence(mixes))} Left out is what the filters "
        f"themselves set. At the right: A | B, in percent of {unit}s; filled where it stands after correction."
    )
    shown = [mix for mix in mixes if mix.share.versus.p_value is not None][:MOST]
    if shown:
        draw(
            difference_dots(
                [share_row(mix, mix.share.versus) for mix in shown],
                title="Share of A minus share of B, in points",
                dark=view.dark,
            ),
            key="ov-mixes",
            alt="; ".join(f"{mix_label(mix)}: {mix_words(mix)}" for mix in shown[:6]),
            on_click=narrow,
        )
    columns = ("Value", "In A", "Of A", "Share of A %", "In B", "Of B", "Share of B %", "Points", "Stands out")
    lines = [
        [
            *(mix_label(mix), mix.share.a.y, mix.share.a.n, share_cell(mix.share.a)),
            *(mix.share.b.y, mix.share.b.n, share_cell(mix.share.b)),
            *(in_points(mix.share.versus if mix.share.versus.p_value is not None else None)[:1]),
            "yes" if mix.share.stands_out else "no",
        ]
        for mix in mixes
    ]
    pairs = [f"{mix.dimension}|{mix.key}" for mix in mixes]
    table(view, columns, lines, name="make-up", keys=pairs, on_row=narrow)
definitions()
