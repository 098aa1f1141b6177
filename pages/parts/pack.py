"""The quote pack of a session: which items are in it, the buttons that put them there, and the way to its page.

The session keeps it from page to page; the address of the pack's own page names what is in it, so that a link or
a reload brings it back.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from data.quotes import MOST, Entry, packed, unpacked
from pages.parts import navigation
from pages.parts.state import View, address

_KEY = "ov-pack"
PARAMETER = "pack"


def entries() -> list[Entry]:
    """What is in the pack, in its order."""
    return list(st.session_state.get(_KEY, ()))


def put(chosen: list[Entry]) -> None:
    """Make these the pack, each once, in their order; what exceeds `MOST` is left out."""
    st.session_state[_KEY] = list(dict.fromkeys(chosen))[:MOST]


def restored() -> list[Entry]:
    """The pack on its own page: the session's, or where it has none the address's; the address names it afterwards."""
    if _KEY not in st.session_state:
        put(unpacked(st.query_params.get(PARAMETER, "")))
    held = entries()
    if held:
        if st.query_params.get(PARAMETER) != packed(held):
            st.query_params[PARAMETER] = packed(held)
    else:
        st.query_params.pop(PARAMETER, None)
    return held


def link(view: View) -> None:
    """The way to the pack, with how much is in it."""
    held = entries()
    if not held:
        return
    with st.container(key="ov-link-pack", width="content"):
        st.page_link(
            navigation.pages()["pack"],
            label=f"Quote pack ({len(held)})",
            query_params=address(view.filters, **{PARAMETER: packed(held)}),
        )


def buttons(letter: dict[str, Any], ordinal: int) -> None:
    """Add an item of a letter to the pack, or all of its items, or take the item out again."""
    identity = letter["letter_id"][:16]
    held = entries()
    all_items = [(identity, decision["ordinal"]) for decision in letter["decisions"]]
    here = (identity, ordinal)
    if here in held:
        st.button(
            "Take out of the quote pack",
            key="ov-pack-remove",
            on_click=put,
            args=([entry for entry in held if entry != here],),
        )
    else:
        st.button(
            "Add to quote pack",
            key="ov-pack-add",
            on_click=put,
            args=([*held, here],),
            disabled=len(held) >= MOST,
            help=f"Collect deciding sentences with their citations into one document; {MOST} at most. The pack lasts as long as this session; "
            "the link of its own page keeps it.",
        )
    missing = [entry for entry in all_items if entry not in held]
    if len(all_items) > 1 and len(missing) > 1:
        st.button(
            f"Add all {len(all_items)} items",
            key="ov-pack-all",
            on_click=put,
            args=([*held, *missing],),
            disabled=len(held) + len(missing) > MOST,
        )
