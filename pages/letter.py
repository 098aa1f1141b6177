"""One letter: its text with every extracted value marked, the values beside it, and what one does with it."""

from data.reference import name_of
from data.snippets import places_found
from pages.parts.alike import decisions_like_this
from pages.parts.frame import begin, title
from pages.parts.letter_tools import opened, summary, tools, versions
from pages.parts.reader import read
from pages.parts.reports import reports_on

view = begin("letter", sidebar=False)
letter = opened(view)
title(view, name_of(letter), on_paper=False)
summary(letter)
versions(view, letter)
chosen = tools(view, letter)
read(letter, chosen, reports_on(view, letter), places_found(letter, view.filters.words))
decisions_like_this(view, letter)
