"""Explore: which decisions meet any conditions you like?"""

from pages.parts.builder import builder
from pages.parts.frame import begin, definitions, nothing_found, say, section, title

view = begin("explore")
title(view, "Which decisions meet these conditions?")
head = view.ask("headline")
if head.decisions:
    say(view, head)
section("Conditions")
builder(view)
if not head.decisions:
    nothing_found(view)
definitions()
