"""Request outlook: how would a request like this one fare at review?"""

import html
from dataclasses import replace
from functools import partial

import streamlit as st

from data.alike import Wanted
from data.filters import Choice, Filters
from data.outlook import MONTHS, Outlook, dropped, outlook_sentence, overturned_share, request_of
from data.sentences import MEANING, day, listed
from pages.parts import briefing
from pages.parts.alike import closest, stated
from pages.parts.charts.draw import draw
from pages.parts.charts.ladder import Rung, ladder_dots, ladder_words
from pages.parts.cost import cost_line
from pages.parts.draft import draft
from pages.parts.frame import begin, definitions, note, nothing_found, section, title
from pages.parts.pictures import dots
from pages.parts.request import request
from pages.parts.state import apply, current, link
from pages.parts.tables import rate_cells, rate_columns, table

PAST = "Medical necessity decides a request. These are past outcomes of comparable letters: they are no forecast for one worker, and no reason to deny."
MOST = 10


def cite(key: str) -> None:
    """A click on a source: it is the guideline that would be cited, or is let go. For callbacks."""
    filters = current()
    chosen = filters.choice("admin").include == (key,)
    apply(filters.choose("admin", Choice(() if chosen else (key,))), document="")


def cite_document(source: str, key: str) -> None:
    """A click on a document of a source. For callbacks."""
    again = st.query_params.get("document") == key
    apply(current().choose("admin", Choice((source,))), document="" if again or key == "not_stated" else key)


view = begin("outlook")
title(view, "How would a request like this one fare at review?")
words, document = request(view)
filters = request_of(view.filters, view.ask("bounds")[1])
found: Outlook = view.ask("outlook", document, filters=filters)
if not found.steps[-1].rate.n:
    nothing_found(view)
answer = outlook_sentence(found)
briefing.note_answer(answer)
st.html(f'<p class="ov-answer">{html.escape(answer)}</p><p class="ov-note">{MEANING}</p>')
note(html.escape(PAST))
since = filters.dates.start
if not view.filters.dates and since:
    note(f"Decisions since {day(since)}, the last {MONTHS} months loaded; “From” and “To” in the sidebar take others.")
if view.filters.unit == "letter":
    note("An outlook counts disputed items, for a request is one; letters as the unit change nothing here.")
by_item = replace(view, filters=replace(view.filters, unit="item"))
if left_out := dropped(view.filters):
    note(
        f"Left out of the outlook: {html.escape(listed(left_out))}. These come with the outcome, so nobody knows them before."
    )
which = "Show the letters of this source; no filter holds a document" if document else "Show the letters"
link("letters", which, found.steps[0].filters)

section("From this request to wider groups")
rungs = [Rung(str(place), step.words, step.rate, step.weight) for place, step in enumerate(found.steps)]
draw(ladder_dots(rungs, found.smoothed, dark=view.dark), key="ov-ladder", alt=ladder_words(rungs, found.smoothed))
note(
    "Each group holds the ones above it. The narrow rate is drawn towards the wider groups, the further the fewer letters it rests on "
    "(beta-binomial on effective sizes); the interval takes the wider rates as known, so it is a little short."
)
table(
    by_item,
    ("Group", *rate_columns(by_item), "Weight %"),
    [[step.words, *rate_cells(by_item, step.rate), round(100 * step.weight, 1)] for step in found.steps],
    name="ladder",
)

comparable, compared = view.ask("comparable", filters=filters)
head = view.ask("headline", filters=comparable)
section("How each citation fared")
note(
    f"Comparable letters ({html.escape(compared)}), by what the claims administrator cited for the denial. A click takes a source as the one that would "
    "be cited. Letters that cite something else differ in other ways, too."
)
admin = filters.choice("admin").include
sources = view.ask("by_citation", "admin", "source", filters=comparable)
dots(by_item, "cited", sources, heading="Guideline cited", most=MOST, head=head, on_pick=cite, picked=admin)
if len(admin) == 1 and any(group.key == admin[0] and admin[0] != "none" for group in sources):
    documents = view.ask("by_citation", "admin", "document", admin[0], filters=comparable)
    pick = partial(cite_document, admin[0])
    dots(
        by_item, "document", documents, heading="Document cited", most=MOST, head=head, on_pick=pick, picked=(document,)
    )

section("What decided, and what was documented")
stated(by_item, comparable, compared)

section("The closest letters on both sides")
wanted = Wanted.of(filters, words)
closest(view, (view.now if words else view.ask)("alike", wanted, filters=Filters()))

overturned = overturned_share(found)
cost_line(None if overturned is None else 1 - overturned)
draft(view, comparable)
definitions()
