"""How much of what was published is loaded, how much of it was read, and what was not."""

from __future__ import annotations

import html
from pathlib import Path

import streamlit as st

from data.coverage import LastLoad, Problems, last_load
from data.reading_words import PROBLEM_WORDS, load_words, loaded_words, problem_words, stated_words, year_rows
from data.warehouse import JOURNAL
from pages.parts.frame import note
from pages.parts.state import View
from pages.parts.tables import table


def what_was_read(view: View) -> None:
    """The folded part of a page on what stands behind its figures."""
    with st.expander("How much was read, and what was not"):
        real = view.snapshot.kind == "real"
        years: dict[int | None, int] = view.ask("letters_by_year")
        _say("Loaded", loaded_words(years, real))
        table(
            view,
            ("Decided in", "Letters loaded", "Letters published", "Share %"),
            year_rows(years, real),
            name="letters-by-year",
            title="Letters by year",
        )
        stated = view.ask("fields_read")
        _say("Read, of the items in this filter", stated_words(stated))
        table(
            view,
            (
                "What the letter says of an item",
                "Items",
                "Read",
                "Share %",
                "Of these named, but known to no entry",
                "The others",
            ),
            [
                [one.label, one.items, one.read, round(100 * one.read / one.items, 1), one.unknown, one.otherwise]
                for one in stated
                if one.items
            ],
            name="fields-read",
            title="Field by field",
        )
        problems: Problems = view.ask("problems")
        _say("Problems found in the letters loaded", problem_words(problems))
        if problems.codes:
            table(
                view,
                ("Kind", "What", "Letters"),
                [[PROBLEM_WORDS[one.kind], one.code.replace("_", " "), one.letters] for one in problems.codes],
                name="problems",
                title="Every kind of problem",
            )
        journal = view.snapshot.folder / JOURNAL
        stamp = journal.stat().st_mtime_ns if journal.exists() else 0
        load = _last_load(str(view.snapshot.folder), stamp)
        _say("Files refused by the last load", load_words(load))
        if load and load.refused:
            rows = [[code.replace("_", " "), n] for code, n in load.refused]
            table(view, ("Why refused", "Files"), rows, name="refused", title="Why files were refused")


def _say(heading: str, words: str) -> None:
    note(f"<b>{html.escape(heading)}.</b> {html.escape(words)}")


@st.cache_data(max_entries=4, show_spinner=False)
def _last_load(folder: str, stamp: int) -> LastLoad | None:
    """The journal may be long, so it is read again only when it has changed (`stamp`)."""
    return last_load(Path(folder))
