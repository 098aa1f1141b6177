"""The list of pages, and their registration with Streamlit.

A folder called `pages` makes Streamlit serve a page file on its own when a fresh server is asked for it before
`dashboard.py` has run. `ensure_registered` notices that, registers the pages and starts the run again.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import streamlit as st
from streamlit.navigation.page import Page


@dataclass(frozen=True, slots=True)
class Entry:
    """A page: the name of its file, which is its address too, and its title in the menu."""

    name: str
    title: str
    listed: bool = True


ENTRIES = (
    Entry("overview", "Overview"),
    Entry("guidelines", "Guideline sources"),
    Entry("imaging", "Imaging modalities"),
    Entry("specialties", "Reviewer specialties"),
    Entry("compare", "Compare"),
    Entry("fixes", "Fix list"),
    Entry("outlook", "Request outlook"),
    Entry("explore", "Explore"),
    Entry("letters", "Letters"),
    Entry("sql", "SQL"),
    Entry("letter", "Letter", listed=False),
    Entry("pack", "Quote pack", listed=False),
)
_registered = False


def pages(at: str = ENTRIES[0].name) -> dict[str, Page]:
    """Every page by name, at the address of its name. Where the browser is `at` the bare address (empty), the first page is that one.

    A link to the bare address is written as parameters alone, which lead to the page that they are opened from.
    """
    return {entry.name: _page(entry, default=entry is ENTRIES[0] and not at) for entry in ENTRIES}


def listed(name: str) -> bool:
    """Whether there is a page of that name, so that a way to it leads somewhere."""
    return any(entry.name == name for entry in ENTRIES)


def _page(entry: Entry, *, default: bool = False) -> Page:
    # Streamlit serves a default page at the bare address only and keeps its path for itself, so it gets another one.
    path = "home" if default else entry.name
    return st.Page(f"pages/{entry.name}.py", title=entry.title, url_path=path, default=default)


def unknown(address: str) -> str:
    """The name that an address asks for where no page has it; empty where one has, or where none is named.

    Streamlit answers any name with the first page, so a link that was typed wrong would show other figures without a word.
    """
    name = unquote(urlsplit(address).path.rpartition("/")[2])
    return "" if name in ("", "home", st.get_option("server.baseUrlPath").strip("/")) or listed(name) else name


def register() -> Page:
    """Register all pages for this run and return the one that was asked for."""
    global _registered  # noqa: PLW0603 - whether this process has registered is a fact of the process
    bare = _page(ENTRIES[0], default=True)  # the first page stands there twice
    chosen = st.navigation([bare, *pages().values()], position="hidden")
    _registered = True
    st.session_state["ov-at"] = chosen.url_path
    return chosen


def ensure_registered() -> None:
    """Called first by every page: when this process has not registered the pages yet, do so and start the run again."""
    if not _registered:
        register()
        st.rerun()
