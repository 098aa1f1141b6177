"""What one run of a page shows, and how the filter in force is changed: through the address bar, for every page alike."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import duckdb
import streamlit as st

from data.compared_words import segment_name
from data.exports import About
from data.filters import Filters, from_query, to_query
from data.queries import Reader
from data.schema import dimensions
from data.segments import PARAMETER, segment_from
from data.warehouse import Snapshot, snapshot
from pages.parts import navigation

FILTER_PARAMETERS = {*dimensions(), "outcome", "words", "date", "by", "unit", "without", "side", "where"}
LASTING = ("sides", "source", "document", "b", "level", "hybrids", "sort")
"""Page options that stay when the filter changes: whose sources are shown and which source and document are open; the second
filter of Compare; the level of citations of the fix list; how fused studies stand; the order of letters."""
OPTION = "view-"
"""What the names of the other page options begin with (`options.option`); they stay, too."""


@dataclass(frozen=True, slots=True)
class View:
    """One run of one page: the snapshot it shows, the filter in force, and the theme."""

    page: str
    snapshot: Snapshot
    filters: Filters
    dark: bool

    def ask(self, question: str, *arguments: Any, filters: Filters | None = None) -> Any:
        """The answer of `Reader.<question>(*arguments)` for the filter in force or another one, kept between runs."""
        address = tuple(sorted(to_query(filters or self.filters).items()))
        return _answer(str(self.snapshot.folder), self.snapshot.snapshot_id, address, question, arguments)

    def now(self, question: str, *arguments: Any, filters: Filters | None = None) -> Any:
        """The answer as `ask` gives it, kept nowhere: for questions that hold what somebody has written."""
        address = tuple(sorted(to_query(filters or self.filters).items()))
        return _asked(str(self.snapshot.folder), self.snapshot.snapshot_id, address, question, arguments)

    def about(self) -> About:
        """What files, pictures and the briefing of this page say of themselves, with the link to the page as it stands."""
        place = (st.context.url or "").split("?")[0]
        query = {name: st.query_params[name] for name in st.query_params} | address(self.filters)
        beside = segment_name(self.second()) if self.page == "compare" else ""
        return About(self.filters, self.snapshot, f"{place}?{urlencode(query)}" if place else "", beside)

    def second(self) -> Filters | None:
        """Segment B of the address beside the filter in force; None for everyone else."""
        return segment_from("&".join(dict.fromkeys(st.query_params.get_all(PARAMETER))), self.filters)


def apply(filters: Filters, /, **options: str) -> None:
    """Make `filters` the filter in force and write it, with page options, into the address. For callbacks.

    What a page keeps beside the filter (`LASTING`, and what begins with `OPTION`) stays; an empty option takes it out.
    """
    st.session_state["ov-query"] = to_query(filters)
    lasting = {name: st.query_params[name] for name in st.query_params if name in LASTING or name.startswith(OPTION)}
    written = address(filters, **(lasting | options))
    st.query_params.from_dict({name: value for name, value in written.items() if value})


def current() -> Filters:
    """The filter in force, for callbacks."""
    filters: Filters = st.session_state["ov-filters"]
    return filters


def address(filters: Filters, /, **options: str) -> dict[str, str]:
    """The parameters of a link that shows exactly `filters` on the snapshot in view."""
    return {**to_query(filters), **options, "snapshot": st.session_state.get("ov-snapshot", "")}


def link(
    page: str, label: str, filters: Filters, /, *, help: str | None = None, mark: str = "", **options: str
) -> None:
    """A link, drawn as a button, to another page with that filter in its address. It leaves one entry in the history.

    `mark` tells links to the same place on one page apart.
    """
    place = f"{options.get('letter', '')}-{options.get('item', '')}{mark}"
    with st.container(key=f"ov-link-{page}-{place}", width="content"):
        st.page_link(navigation.pages()[page], label=label, help=help, query_params=address(filters, **options))


def go(page: str, filters: Filters, /, **options: str) -> None:
    """Turn to another page with that filter in its address, without a click on a link.

    The browser's history then also keeps this page with the other one's parameters, so what can be a `link` is one.
    """
    st.switch_page(navigation.pages()[page], query_params=address(filters, **options))


def turn_to(page: str, filters: Filters, /, **options: str) -> None:
    """Turn to another page as a click on a `link` does, so with one entry in the history, after a click on a mark or a row.

    The link is drawn unseen and a constant script clicks it; no word from outside is in the script. Stops the run.
    """
    with st.container(key="ov-turn"):
        st.page_link(navigation.pages()[page], label="Opening", query_params=address(filters, **options))
        st.html(f"<script>{_CLICK} // {uuid4()}</script>", unsafe_allow_javascript=True)  # an equal one does not run
    st.stop()


_CLICK = (
    "(function turn(left) { const way = document.querySelector('.st-key-ov-turn a');"
    " if (way) way.click(); else if (left) setTimeout(turn, 20, left - 1); })(100);"
)


@st.cache_resource(max_entries=3, show_spinner=False)
def connection(folder: str, snapshot_id: str) -> duckdb.DuckDBPyConnection:
    """The one connection to a snapshot, shared by all sessions; ask on a cursor of it. Raises WarehouseError."""
    return snapshot(Path(folder), snapshot_id).connect()


_Address = tuple[tuple[str, str], ...]


@st.cache_data(max_entries=3000, show_spinner=False)
def _answer(folder: str, snapshot_id: str, address: _Address, question: str, arguments: tuple[Any, ...]) -> Any:
    return _asked(folder, snapshot_id, address, question, arguments)


def reader(view: View) -> Reader:
    """A reader for the filter in force, for answers that are read bit by bit; they are kept nowhere."""
    return Reader(connection(str(view.snapshot.folder), view.snapshot.snapshot_id), view.snapshot, view.filters)


def _asked(folder: str, snapshot_id: str, address: _Address, question: str, arguments: tuple[Any, ...]) -> Any:
    reader = Reader(connection(folder, snapshot_id), snapshot(Path(folder), snapshot_id), from_query(dict(address)))
    return getattr(reader, question)(*arguments)
