"""The way from a letter back to its result and on to the letters beside it, in the order of that result."""

from __future__ import annotations

import streamlit as st

from data.results import Neighbours
from data.statistics import counted
from pages.parts.order import options, order
from pages.parts.state import View, link

PAGE_LENGTH = 20
"""Items on a page of the result."""


def show(view: View, letter_id: str) -> None:
    """Links back to the page of the result that the letter stands on, and to the letters before and after it."""
    found: Neighbours | None = view.ask("neighbours", letter_id, order(view.filters)) if letter_id else None
    sort = options(view.filters)
    page = st.query_params.get("page", "1")
    if found:  # a letter's items may stand on two pages: that of the link is kept where it is one of them
        pages = [str(row // PAGE_LENGTH + 1) for row in range(found.row, found.row + found.rows)]
        page = page if page in pages else pages[0]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="ov-neighbours"):
        link("letters", "Back to the letters", view.filters, page=page, **sort)
        if found and found.letters > 1:
            for label, beside in (("Previous letter", found.before), ("Next letter", found.after)):
                if beside:
                    letter, item = beside
                    place = {"letter": letter[:16], "item": str(item), "page": page, **sort}
                    link("letter", label, view.filters, mark=label[:4], **place)
        if found:
            st.html(f'<p class="ov-note">{found.place:,} of {counted(found.letters, "letter")}</p>')
