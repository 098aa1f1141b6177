"""Overview: when a denial is appealed, how often is it overturned?"""

import html

import streamlit as st

from data.change_words import headline_figures
from data.schema import NOT_STATED
from data.statistics import counted, rate_words
from pages.parts import navigation
from pages.parts.briefing import note_words
from pages.parts.charts.bars import outcome_bar
from pages.parts.charts.draw import draw
from pages.parts.frame import begin, definitions, note, nothing_found, say, section, title
from pages.parts.further import further
from pages.parts.moved import what_moved
from pages.parts.overtime import over_time
from pages.parts.pictures import axis_rates, choose_outcome, dots, unit_of
from pages.parts.reading import what_was_read
from pages.parts.state import link
from pages.parts.tables import table

MOST = 8

view = begin("overview")
title(view, "When a denial is appealed, how often is it overturned?")
head = view.ask("headline")
if not head.decisions:
    nothing_found(view)

say(view, head)
if navigation.listed("outlook"):
    link("outlook", "How would a request like mine fare?", view.filters)
unit = unit_of(view)
figures = headline_figures(head, view.filters, view.ask("change"), *view.ask("against_rest"))
for one in figures:
    note_words(html.escape(f"{one.figure} {one.words}{f' ({one.note})' if one.note else ''}."))
cells = [[html.escape(text) for text in (one.figure, one.words, one.note)] for one in figures]
st.html(
    '<div class="ov-figures">'
    + "".join(
        f'<div class="ov-figure"><b>{a}</b><span>{b}</span><span class="ov-more">{c}</span></div>' for a, b, c in cells
    )
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
if head.partly:
    note(
        "A click chooses the items of that outcome. Partly overturned is no filter: such letters hold items of both kinds."
    )
letters_by_outcome = (("Upheld", head.upheld), ("Partly overturned", head.partly), ("Overturned", head.overturned))
table(
    view,
    ("Letters", "Number", "Share %"),
    [[name, count, round(100 * count / head.letters, 1)] for name, count in letters_by_outcome],
    name="letters-by-outcome",
)
without = (
    ""
    if view.filters.one_outcome
    else "; ".join(
        f"without {counted(count, name)}: {rate_words(view.ask('rate_without', switch), unit)}"
        for switch, name, count in (
            ("ancillary", "ancillary item", head.ancillary),
            ("modified", "modified request", head.modified),
            ("retrospective", "retrospective request", head.retrospective),
        )
        if count
    )
)
if without:
    note(f"{without[0].upper()}{without[1:]}. Switches in the sidebar leave them out.")

section(f"Over time, by date of the {'decision' if view.filters.date_field == 'decision' else 'UR denial'}")
over_time(view, head)

side = view.filters.side
whose = "claims administrator" if side == "admin" else "reviewer"
boards = {
    "modality": ("Imaging modality", "By imaging modality"),
    side: (f"Source of the {whose}", f"By guideline source of the {whose}"),
    "specialty": ("Reviewer specialty", "By reviewer specialty"),
    "body": ("Body part", "By body part"),
    "category": ("Treatment category", "By treatment category"),
}
how = "count" if view.filters.one_outcome else "rate"
note(
    f"Each list is ranked by {how} and keeps its {MOST} most frequent groups; the table below it has the rest. An item with two body parts, "
    "modalities or sources, or a reviewer with two specialties, counts under both."
)
board_groups = {
    name: [group for group in view.ask("by", name) if name != "modality" or group.key != NOT_STATED] for name in boards
}
beside = axis_rates(list(board_groups.values()), MOST)
for pair in (list(boards)[start : start + 2] for start in range(0, len(boards), 2)):
    for name, column in zip(pair, st.columns(2, gap="large"), strict=False):
        with column:
            section(boards[name][1])
            dots(view, name, board_groups[name], heading=boards[name][0], most=MOST, compact=True, beside=beside)

further(view, tuple(boards))
if not view.filters.one_outcome:
    what_moved(view, tuple(boards))
what_was_read(view)
definitions()
