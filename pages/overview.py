"""Overview: when a denial is appealed, how often is it overturned?"""

from datetime import timedelta
from functools import partial

import streamlit as st

from data.sentences import day
from data.statistics import counted, percent, rate_words
from pages.parts.charts.bars import outcome_bar
from pages.parts.charts.draw import draw
from pages.parts.charts.trend import Period, trend
from pages.parts.frame import begin, definitions, note, nothing_found, say, section, title
from pages.parts.pictures import choose_outcome, choose_period, dots, period_end, period_label, unit_of
from pages.parts.state import link
from pages.parts.tables import rate_cells, rate_columns, table

view = begin("overview")
title(view, "When a denial is appealed, how often is it overturned?")
head = view.ask("headline")
if not head.decisions:
    nothing_found(view)

say(view, head)
unit = unit_of(view)
rate = "too few" if head.rate.small or head.rate.rate is None else percent(head.rate.rate, head.rate.n)
figures = [
    (f"{head.decisions:,}", "disputed items decided"),
    (f"{head.letters:,}", "letters"),
    (rate, f"overturned, by {'letter' if unit == 'letter' else 'disputed item'}"),
    (
        f"{head.undated:,}" if head.first is None else f"{day(head.first)} to {day(head.last)}",
        "decided" if head.first else "without a decision date",
    ),
]
st.html(
    '<div class="ov-figures">'
    + "".join(f'<div class="ov-figure"><b>{figure}</b><span>{words}</span></div>' for figure, words in figures)
    + "</div>"
)
link("letters", "Show the letters", view.filters)

section("Letters by what became of their items")
draw(
    outcome_bar(head.upheld, head.partly, head.overturned, dark=view.dark, unit="letter"),
    key="ov-outcomes",
    alt=f"{head.upheld} letters upheld, {head.partly} partly overturned, {head.overturned} overturned",
    on_click=choose_outcome,
)
letters_by_outcome = (("Upheld", head.upheld), ("Partly overturned", head.partly), ("Overturned", head.overturned))
table(
    view,
    ("Letters", "Number", "Share %"),
    [[name, count, round(100 * count / head.letters, 1)] for name, count in letters_by_outcome],
    name="letters-by-outcome",
)
without = "; ".join(
    f"without {counted(count, name)}: {rate_words(view.ask('headline', (*view.filters.without, switch)).rate, unit)}"
    for switch, name, count in (
        ("ancillary", "ancillary item", head.ancillary),
        ("modified", "modified request", head.modified),
        ("retrospective", "retrospective request", head.retrospective),
    )
    if count
)
if without:
    note(f"{without[0].upper()}{without[1:]}. Switches in the sidebar leave them out.")

section(f"Over time, by date of the {'decision' if view.filters.date_field == 'decision' else 'UR denial'}")
months = view.ask("periods", "month")
span = (months[-1].start - months[0].start).days if months else 0
length = "month" if span < 1100 else "quarter" if span < 3000 else "year"
periods = view.ask("periods", length)
if all(period.rate.small for period in periods):
    length, periods = "year", view.ask("periods", "year")
if periods:
    covered = view.ask("bounds")[1]
    points = [
        Period(
            period.start,
            period_end(length, period.start),
            period_label(length, period.start),
            period.rate,
            period_end(length, period.start) - timedelta(days=3) <= covered,
        )
        for period in periods
    ]
    if all(period.rate.small for period in periods):
        note("No year has enough letters for a rate; the table has the counts.")
    elif len(points) == 1:
        note(f"All that has a date lies in {points[0].label}: there is no trend to show yet.")
    else:
        draw(
            trend(points, head.rate, unit=unit, dark=view.dark),
            key="ov-trend",
            alt=f"Overturn rate by {length}",
            on_click=partial(choose_period, length),
        )
        if not points[-1].complete:
            note(f"Grey: {points[-1].label} is not complete yet.")
    table(
        view,
        (length.capitalize(), *rate_columns(view)),
        [[point.label, *rate_cells(view, point.rate)] for point in points],
        name=f"by-{length}",
    )
else:
    st.info("None of these letters states the date; letters without a cover page do not.")

section("By imaging modality")
dots(
    view,
    "modality",
    [group for group in view.ask("by", "modality") if group.key != "not_stated"],
    heading="Imaging modality",
    by_rate=False,
)
side = "claims administrator" if view.filters.side == "admin" else "reviewer"
section(f"By guideline source of the {side}")
dots(view, view.filters.side, view.ask("by", view.filters.side), heading=f"Source of the {side}", most=8)
section("By reviewer specialty")
dots(view, "specialty", view.ask("by", "specialty"), heading="Reviewer specialty", most=8)
definitions()
