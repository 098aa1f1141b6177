"""Explore: any question, put together from conditions, rows, columns and fields."""

from pages.parts import listing, pivot
from pages.parts.builder import builder
from pages.parts.frame import begin, definitions, nothing_found, say, section, title

view = begin("explore")
pivot.opened(view)
listing.opened(view)
title(view, "Put a question together")
head = view.ask("headline")
if head.decisions:
    say(view, head)

section("Conditions")
builder(view)
if not head.decisions:
    nothing_found(view)

section("Cross two things")
pivot.show(view, head)

section("The decisions themselves" if view.filters.unit == "item" else "The letters themselves")
listing.show(view, head)
definitions()
