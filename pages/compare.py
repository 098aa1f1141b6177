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
    standardised_sentences,
)
from data.comparing import Mix
from data.segments import everyone_else
from data.sentences import MEANING
from data.statistics import Difference, percent
from pages.parts.charts.differences import Row, difference_dots
from pages.parts.charts.draw import draw
from pages.parts.frame import begin, definitions, note, nothing_found, section, title
from pages.parts.pictures import toggle, unit_of
from pages.parts.segments import controls, figure, second, segment
from pages.parts.tables import rate_cells, rate_columns, table

MOST = 12

view = begin("compare")
title(view, "How do two filters differ?")
other = second(view)
found = view.ask("compared", other)
if not found.a.decisions and other is None:
    nothing_found(view)
unit = unit_of(view)
st.html(f'<p class="ov-answer">{html.escape(compared_sentence(found, unit))}</p><p class="ov-note">{MEANING}</p>')
controls(view, other)


def share_row(mix: Mix, versus: Difference) -> Row:
    """One share of the make-up as a row of the figure."""
    a, b = mix.share.a, mix.share.b
    right = f"{percent(a.rate or 0.0, a.n)} | {percent(b.rate or 0.0, b.n)}"
    key = f"{mix.dimension}|{mix.key}"
    d = versus.d or 0.0
    return Row(key, mix_label(mix), d, versus.low, versus.high, right, mix_words(mix), mix.share.stands_out)


def narrow(pair: str) -> None:
    """A click on a share: A is narrowed to it. For callbacks."""
    toggle(*pair.split("|", 1))


left, middle, right = st.columns([5, 3, 5], gap="medium")
with left:
    segment(view, "A", view.filters, found.a, view.filters)
with middle:
    smaller = min(found.side_a.n, found.side_b.n)
    tested = found.versus.d is not None and found.versus.p_value is not None
    apart = points(found.versus.d, smaller) if tested else "too few"
    words = points_interval(found.versus.low, found.versus.high, smaller) if tested else "letters to compare"
    st.html(
        f"<h3>Difference</h3><p class='ov-note'>A minus B, 95 % interval</p>"
        f'<div class="ov-figures">{figure(apart, words)}</div><p class="ov-note">{overlap_sentence(found)}</p>'
    )
with right:
    segment(view, "B", other, found.b, other if other is not None else everyone_else(view.filters))
sides = (("A", found.a.rate), ("B", found.b.rate), ("A, as compared", found.side_a), ("B, as compared", found.side_b))
rows = [[name, *rate_cells(view, rate)] for name, rate in sides]
table(view, ("Segment", *rate_columns(view)), rows, name="segments")

if found.relation != "the same" and found.a.decisions and found.b.decisions:
    section("On the same mix: the standardised difference")
    result, meaning = standardised_sentences(view.ask("standardised_difference", other))
    st.html(f'<p><b>{html.escape(result)}</b></p><p class="ov-note">{html.escape(meaning)}</p>')

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
            *(mix_label(mix), mix.share.a.y, mix.share.a.n, round(100 * (mix.share.a.rate or 0), 1)),
            *(mix.share.b.y, mix.share.b.n, round(100 * (mix.share.b.rate or 0), 1)),
            *(round(100 * (mix.share.versus.d or 0), 1), "yes" if mix.share.stands_out else "no"),
        ]
        for mix in mixes
    ]
    pairs = [f"{mix.dimension}|{mix.key}" for mix in mixes]
    table(view, columns, lines, name="make-up", keys=pairs, on_row=narrow)
definitions()
