"""What every page begins with: registration, look, menu, snapshot, filter from the address, sidebar, chips, status."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import datetime

import streamlit as st

from data.conditions import fields_of
from data.definitions import DEFINITIONS
from data.errors import WarehouseError
from data.filters import Filters, from_query, one_value, to_query
from data.rates import Headline
from data.schema import dimensions
from data.search_language import asks_for_parts
from data.sentences import (
    ESTIMAND,
    MEANING,
    answer,
    chips,
    day,
    notices,
    of_whole_letters,
    published_total,
    standing_out,
)
from data.statistics import counted
from data.warehouse import Snapshot, current_snapshot, default_folder, snapshot
from pages.parts import briefing, navigation, pack, theme, views
from pages.parts.sidebar import case_number, show, whole_case_number
from pages.parts.state import FILTER_PARAMETERS, View, address, apply, connection, go

_ONE_OUTCOME = (
    "Only what was {} is in, so no rate on this page can say anything. Let go of the outcome to compare rates."
)


_CHIP = 120  # characters
_BY_OUTCOME = (
    "The conditions choose some of the decisions by their outcome, so rates on this page are those of that choice: they do not "
    "say how often a denial is overturned."
)
_RARE = " Rare tests have few letters: adding a second modality or a wider range of dates helps most."
_OLD_INDEX = (
    "The words of this snapshot were indexed before letters had parts, so nothing is found in one part of them or by case "
    "number. The next load, or python -m loaders reparse, indexes them anew."
)


def begin(page: str, *, sidebar: bool = True) -> View:
    """Start a page: everything around its own content. Stops the run, with what to do next, when there is nothing to show."""
    navigation.ensure_registered()
    st.set_page_config(page_title="Overturn", page_icon=str(theme.ICON), layout="wide")
    st.html(theme.css())
    dark = theme.is_dark()
    found = _snapshot()
    filters = _filters(page)
    view = View(page, found, filters, dark)
    _remember(view)
    briefing.start(view.about())
    _menu(view)
    # One block for what comes and goes: else all below it is made anew in the browser, and who types there loses the place.
    head = st.container()
    with head:
        if missing := navigation.unknown(st.context.url or ""):
            st.warning(
                f"There is no page named {plain(missing[:40])}, so this is the overview. Choose one above, or ask for the link again."
            )
        _open_case(view)
    if sidebar:
        show(view)
        views.show(view)
        with head:
            _conditions(view)
    else:
        st.html(theme.NO_SIDEBAR)
    with head:
        _status(view)
    return view


def title(view: View, text: str, *, on_paper: bool = True) -> None:
    """The page's question, and beside it the definitions and, where the page may stand `on_paper`, its briefing."""
    briefing.note_title(text)
    notes = briefing.noted()
    with st.container(horizontal=True, vertical_alignment="center", key="ov-title", gap="small"):
        st.title(plain(text), width="stretch")
        with st.popover("Definitions", type="tertiary"):
            # Markdown takes the colours of the popover, which lies outside of the page's colour scheme.
            st.markdown("\n\n".join(f"**{plain(one.term)}**  \n{plain(one.text)}" for one in DEFINITIONS))
        if on_paper and notes is not None:
            st.download_button(
                "Briefing",
                data=notes.content,
                file_name=f"overturn-{view.page}-{view.snapshot.snapshot_id}.html",
                mime="text/html",
                key="ov-briefing-file",
                on_click="ignore",
                type="tertiary",
                help="This page as one file to print or send on: sentence, figures, tables, definitions. No letter text.",
            )


def section(text: str) -> None:
    """A heading on the page, in the briefing and in the files of the pictures below it."""
    briefing.note_heading(text)
    st.subheader(text)


def note(markup: str) -> None:
    """A quiet remark on the page and in the briefing. `markup` is HTML: words from outside are escaped by the caller."""
    briefing.note_words(markup)
    st.html(f'<p class="ov-note">{markup}</p>')


def to_the_top(page: int) -> None:
    """Bring the element of the class `ov-top` into view: the browser keeps its place where a list below it was exchanged.

    No word from outside is in it. `page` makes it another one, for an equal one does not run.
    """
    script = "document.querySelector('.ov-top')?.scrollIntoView({block: 'start'});"
    st.html(f"<script>{script} // {int(page)}</script>", unsafe_allow_javascript=True)


def nothing_found(view: View) -> None:
    """Say that the filter matches nothing, and offer the ways on; stops the run."""
    briefing.note_answer("No decision matches this filter.")
    rare = "" if view.filters.unreadable else _RARE
    st.info(
        f"No decision matches this filter. Take one of the conditions above away (the cross on its chip), or clear them all.{rare}"
    )
    st.button("Clear all filters", on_click=apply, args=(view.filters.cleared(),), key="ov-clear-empty")
    st.stop()


def plain(text: str) -> str:
    """Text from a letter or a link as markdown that shows it as it is: no format, no formula, no picture of another host."""
    return re.sub(r"([\\`*_{}\[\]()#+.!|<>~$:&-])", r"\\\1", " ".join(text.split()))


def say(
    view: View, head: Headline, *, lead: str = "", filters: Filters | None = None, by: str = "", kind: str = "group"
) -> None:
    """The sentence under the title, which answers it for the filter (or for `filters`), and what its words mean.

    Where the title asks about groups, `by` is their dimension: a second sentence says whether any differs from the rest.
    """
    filters = filters or view.filters
    words = f"{lead}{answer(head, filters, *view.ask('against_rest', filters=filters))}"
    groups = view.ask("by", by, filters=filters) if by and not (filters.choice(by) or filters.one_outcome) else []
    if len(groups) > 1 and not head.rate.small:
        words += f" {standing_out(groups, kind)}"
    briefing.note_answer(words)
    text = html.escape(words)
    st.html(f'<p class="ov-answer">{text}</p><p class="ov-note">{MEANING}</p>')


def definitions() -> None:
    """What every page ends with: what is counted, and the folded definitions."""
    st.html(f'<p class="ov-note">{ESTIMAND}</p>')
    with st.expander("What the figures mean"):
        entries = (f"<dt>{html.escape(one.term)}</dt><dd>{html.escape(one.text)}</dd>" for one in DEFINITIONS)
        st.html(f'<dl class="ov-values ov-definitions">{"".join(entries)}</dl>')


def _snapshot() -> Snapshot:
    """The snapshot to show: the one a link names while it is there, else the current one."""
    folder = default_folder()
    try:
        current = current_snapshot(folder)
    except WarehouseError as error:
        st.error(str(error))
        st.stop()
    if current is None:
        st.title("No letters are loaded yet")
        st.info(
            f"The warehouse at {folder} is empty, so there is nothing to count. Load letters (text, PDF, zip) with "
            "`make run LETTERS=some/folder`, or `python -m loaders ingest some/folder`, then reload this page."
        )
        st.stop()
    asked = st.query_params.get("snapshot", "")
    following = asked == st.session_state.get("ov-snapshot") != st.session_state.get("ov-pinned")
    chosen = current
    if asked not in ("", current.snapshot_id) and not following:
        try:
            chosen = snapshot(folder, asked)
            st.session_state["ov-pinned"] = asked
        except WarehouseError:
            st.warning(
                f"The link names the snapshot {plain(asked[:40])}, which is no longer here (or never was). "
                f"Shown is the current one, {current.snapshot_id} of {_when(current)}: figures may differ from those that were sent."
            )
            _follow(current)
    try:
        connection(str(folder), chosen.snapshot_id)
    except WarehouseError as error:
        st.error(str(error))
        st.stop()
    if chosen.snapshot_id != current.snapshot_id:
        st.warning(f"This link shows the snapshot of {_when(chosen)}. A newer one, of {_when(current)}, is loaded.")
        st.button("Show the newest", on_click=_follow, args=(current,), key="ov-newest")
    st.session_state["ov-snapshot"] = chosen.snapshot_id
    return chosen


def _follow(current: Snapshot) -> None:
    st.session_state.pop("ov-pinned", None)
    st.session_state["ov-snapshot"] = current.snapshot_id
    st.query_params["snapshot"] = current.snapshot_id


def _when(of: Snapshot) -> str:
    made = datetime.fromisoformat(of.created)
    return f"{day(made.date())}, {made:%H:%M} UTC"


def _filters(page: str) -> Filters:
    """The filter of the address. Turning to a page by a bare address within a session carries the filter along."""
    named = [name for name in st.query_params if name in FILTER_PARAMETERS]
    query = {name: one_value(name, st.query_params.get_all(name)) for name in named}
    turned = st.session_state.get("ov-page") not in (None, page)
    if turned and not query and "snapshot" not in st.query_params and st.session_state.get("ov-query"):
        query = dict(st.session_state["ov-query"])
        st.query_params.from_dict({**{k: st.query_params[k] for k in st.query_params}, **query})
    return from_query(query)


def _remember(view: View) -> None:
    first = "ov-page" not in st.session_state
    st.session_state["ov-page"] = view.page
    st.session_state["ov-query"] = to_query(view.filters)
    st.session_state["ov-filters"] = view.filters
    if (first and st.query_params.get("snapshot") != view.snapshot.snapshot_id) or st.query_params.get(
        "snapshot", view.snapshot.snapshot_id
    ) != view.snapshot.snapshot_id:
        st.query_params["snapshot"] = view.snapshot.snapshot_id


def _menu(view: View) -> None:
    """The menu; its links carry the filter and the snapshot along."""
    registered = navigation.pages(at=st.session_state.get("ov-at", view.page))
    with st.container(horizontal=True, vertical_alignment="center", key="ov-menu", gap="small"):
        for entry in navigation.ENTRIES:
            if entry.listed:
                st.page_link(registered[entry.name], label=entry.title, query_params=address(view.filters))
        if view.page != "pack":
            pack.link(view)


def _open_case(view: View) -> None:
    """A case number typed into the search box opens its letter; so do words of a link that are one."""
    typed = st.session_state.pop("ov-case", None)
    number = typed or case_number(view.filters.words)
    if not number:
        return
    without = replace(view.filters, words="")
    letter_id = view.ask("letter_for_case", number, filters=Filters())
    if letter_id:
        go("letter", without, letter=letter_id[:16])
    whole = whole_case_number(number) and "-" in number
    if typed and not whole:  # how one begins, or one that several years have: the search lists them
        apply(replace(view.filters, words=typed))
        st.rerun()
    if whole:
        st.warning(
            f"No letter with the case number {number} is loaded. Letters without a cover have no number; search their words instead."
        )


def _conditions(view: View) -> None:
    """What is to be said of the filter in force, and its conditions, each with its cross."""
    filters = view.filters
    held = {key: view.ask("keys", key) for key, one in dimensions().items() if one.open and filters.choice(key)}
    for notice in notices(filters, held):
        st.warning(plain(notice))
    if asks_for_parts(filters.words) and view.ask("index_is_old", filters=Filters()):
        st.warning(_OLD_INDEX)
    _chips(view)
    if said := of_whole_letters(filters):
        note(said)
    if filters.one_outcome:
        note(_ONE_OUTCOME.format(filters.one_outcome))
    elif "outcome" in fields_of(filters.condition):
        note(_BY_OUTCOME)


def _chips(view: View) -> None:
    shown = chips(view.filters)
    if not shown:
        return
    with st.container(horizontal=True, key="ov-chip-row", gap="small"):
        for number, chip in enumerate(shown):
            st.button(
                f"{plain(cut(chip.text))} ✕",
                key=f"ov-chip-{number}",
                on_click=apply,
                args=(chip.without,),
                help=chip_help(chip.text),
            )
        st.button("Clear all", key="ov-chip-clear", type="tertiary", on_click=apply, args=(view.filters.cleared(),))


def cut(text: str) -> str:
    """A condition as a chip has room for it."""
    return text if len(text) <= _CHIP else f"{text[:_CHIP].rstrip()}…"


def chip_help(text: str, what: str = "Take this condition away") -> str:
    """What a chip says when it is pointed at: what its cross does, and the whole of a text that was cut."""
    return what if len(text) <= _CHIP else f"{what}: {plain(text)}"


def _status(view: View) -> None:
    total, until = published_total()
    of = view.snapshot
    loaded = f"{counted(of.letters, 'letter')} and {counted(of.decisions, 'decision')} loaded, {_when(of)}"
    if of.kind != "real":
        st.warning(
            f"These are sample letters and synthetic ones, written to try the product: no figure here says anything about real reviews. {loaded}. "
            "Loading real letters replaces them."
        )
        return
    st.html(f'<p class="ov-note">{loaded}; about {total / 1e6:.1f} million were published from 2014 to {until}.</p>')
