"""Saved views in the sidebar: name the page and filter in view, find them again, let go of them."""

from __future__ import annotations

import html
from pathlib import Path

import streamlit as st

from data.errors import NotesError, WarehouseError
from data.filters import to_query
from data.notes import LONGEST_NAME, SavedView, delete_view, save_view, saved_views
from data.warehouse import current_snapshot
from pages.parts import navigation
from pages.parts.state import FILTER_PARAMETERS, View, current

# A view is a page with its filter and its own options, on the newest letters: not a snapshot, a letter or a stretch of a list.
_PASSING = {"snapshot", "letter", "item", "page"}
_SAID = "ov-view-said"


def show(view: View) -> None:
    """Draw the saved views below the filters: choose one to open or delete it, or save the one in view."""
    folder = view.snapshot.folder
    with st.sidebar, st.expander("Saved views", key="ov-views"):
        try:
            views = saved_views(folder, owner())
        except NotesError as error:
            _say(str(error))
            return
        _choose(folder, views)
        save_form(view)


def save_form(view: View, mark: str = "") -> None:
    """A field for a name and the button that saves the page and filter in view under it; `mark` tells forms of a page apart."""
    with st.form(f"ov-view-form{mark}", border=False):
        st.text_input(
            "Name for this page and filter",
            key=f"ov-view-name{mark}",
            max_chars=LONGEST_NAME,
            placeholder="SPECT, MTUS cited",
            help="A saved view shows the newest letters. The address bar has the link to exactly these figures.",
        )
        st.form_submit_button(
            "Save this view", on_click=_save, args=(view.snapshot.folder, view.page, mark), key=f"ov-view-save{mark}"
        )
    if said := st.session_state.pop(f"{_SAID}{mark}", ""):
        _say(said)


def owner() -> str:
    """Whose views these are: the signed-in person's, or nobody's and so everybody's."""
    return str(st.user.get("email") or "") if st.user.get("is_logged_in") else ""


def _say(text: str) -> None:
    st.html(f'<p class="ov-note" role="status">{html.escape(text)}</p>')


def _choose(folder: Path, views: list[SavedView]) -> None:
    by_name = {view.name: view for view in views}
    if st.session_state.get("ov-view-chosen") not in by_name:
        st.session_state["ov-view-chosen"] = None
    chosen = by_name.get(
        st.selectbox(
            "Open a saved view",
            list(by_name),
            index=None,
            key="ov-view-chosen",
            placeholder="Choose a view" if views else "None saved yet",
            disabled=not views,
        )
        or ""
    )
    if chosen is None:
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if chosen.page in {entry.name for entry in navigation.ENTRIES}:
            with st.container(key="ov-link-view", width="content"):
                st.page_link(navigation.pages()[chosen.page], label="Open", query_params=_address(folder, chosen))
        else:
            st.text("Its page is not part of this installation any more.")
        st.button("Delete", key="ov-view-delete", type="tertiary", on_click=_delete, args=(folder, chosen.name))


def _address(folder: Path, chosen: SavedView) -> dict[str, str]:
    """The parameters of the view on the newest snapshot: named, for a bare address would keep the filter in force."""
    try:
        newest = current_snapshot(folder)
    except WarehouseError:
        newest = None
    return chosen.parameters | ({"snapshot": newest.snapshot_id} if newest else {})


def _save(folder: Path, page: str, mark: str = "") -> None:
    options = {
        name: st.query_params[name]
        for name in st.query_params
        if name not in _PASSING and name not in FILTER_PARAMETERS
    }
    try:
        made = save_view(
            folder, st.session_state[f"ov-view-name{mark}"] or "", page, to_query(current()) | options, owner()
        )
    except NotesError as error:
        st.session_state[f"{_SAID}{mark}"] = str(error)
        return
    st.session_state[f"ov-view-name{mark}"] = ""
    st.session_state["ov-view-chosen"] = made.name
    st.session_state[f"{_SAID}{mark}"] = f"Saved as {made.name}."


def _delete(folder: Path, name: str) -> None:
    try:
        delete_view(folder, name, owner())
    except NotesError as error:
        st.session_state[_SAID] = str(error)
        return
    st.session_state[_SAID] = f"Deleted {name}."
