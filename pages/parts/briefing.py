"""What a run of a page has said, in order, so that its briefing and pictures need no second description.

`begin` opens a fresh one; title, sentence, headings, notes, figures and tables note themselves as they are drawn. The
files are made of it when a button is pressed, after the run.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import streamlit as st

from data.briefing import Heading, Note, Part, Picture, Table, briefing_html
from data.exports import About
from pages.parts.charts.figure import Figure
from pages.parts.charts.picture import on_paper, picture
from pages.parts.charts.svg import Undrawable, svg

_KEY = "ov-briefing"
_WIDTH = 688  # pixels, of a figure on the briefing's page


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure of the page: its description, its words, and the title it gets in a file of its own."""

    figure: Figure
    words: str
    title: str

    def part(self) -> Picture:
        """The figure for the briefing; its words alone where it is of a kind that is not known on paper."""
        try:
            return Picture(svg(on_paper(self.figure), _WIDTH, alt=self.words), self.words)
        except Undrawable:
            return Picture("", self.words)

    def file(self, about: About) -> bytes:
        """The figure as a picture file. Raises Undrawable."""
        return picture(self.figure, self.title, about)


@dataclass(slots=True)
class Briefing:
    """One run of one page, as far as it has come."""

    about: About
    title: str = ""
    answer: str = ""
    heading: str = ""
    parts: list[Heading | Note | Drawn | Table] = field(default_factory=list)
    waiting: list[Drawn] = field(default_factory=list)

    def content(self) -> bytes:
        """The briefing as a file of HTML."""
        parts: list[Part] = [part.part() if isinstance(part, Drawn) else part for part in self.parts]
        return briefing_html(self.title, self.answer, parts, self.about, datetime.now(UTC).date())


def start(about: About) -> None:
    """Forget the last run and take note of this one."""
    st.session_state[_KEY] = Briefing(about)


def noted() -> Briefing | None:
    """The notes of this run, or None outside of a page."""
    found = st.session_state.get(_KEY)
    return found if isinstance(found, Briefing) else None


def note_title(text: str) -> None:
    """The page's question."""
    if here := noted():
        here.title = text


def note_answer(text: str) -> None:
    """The sentence that answers it."""
    if here := noted():
        here.answer = text


def note_heading(text: str) -> None:
    """The words above what is drawn next."""
    if here := noted():
        here.heading = text
        here.parts.append(Heading(text))


def note_words(markup: str) -> None:
    """A remark, given as the HTML that the page shows; it is kept as plain words."""
    if here := noted():
        here.parts.append(Note(" ".join(html.unescape(re.sub(r"<[^>]+>", "", markup)).split())))


def note_figure(figure: Figure, words: str) -> None:
    """A figure, with what it shows in words."""
    if here := noted():
        name = here.heading or words.split(":", maxsplit=1)[0]
        if not here.heading:
            here.parts.append(Heading(name))
        drawn = Drawn(figure, words, f"{here.title} {name}".strip())
        here.parts.append(drawn)
        here.waiting.append(drawn)


def note_table(columns: Sequence[str], rows: Sequence[Sequence[object]], more: int = 0) -> list[Drawn]:
    """A table, of which `more` rows are not given. Returns the figures it belongs to: those since the last table."""
    here = noted()
    if here is None:
        return []
    here.parts.append(Table(columns, rows, more))
    figures, here.waiting, here.heading = here.waiting, [], ""
    return figures
