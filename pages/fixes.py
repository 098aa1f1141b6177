"""Fix list: what stands behind the overturned items?"""

import html
from dataclasses import replace

import streamlit as st

from data.filters import Filters
from data.fixing import KINDS, Fix, fix_words
from data.guidelines import citation_phrase, with_phrase
from data.schema import dimensions
from data.segments import narrowed
from pages.parts.frame import begin, definitions, note, nothing_found, say, title
from pages.parts.pictures import toggle, unit_of
from pages.parts.state import apply, current, link
from pages.parts.tables import rate_cells, rate_columns, table

MOST = 15
LEVELS = {"source": "Source", "document": "Document", "section": "Section"}


def turn() -> None:
    """Show the citations by another level. For callbacks."""
    chosen = st.session_state["ov-level"] or "source"
    apply(current(), level="" if chosen == "source" else chosen)


view = begin("fixes")
title(view, "What stands behind the overturned items?")
head = view.ask("headline")
if not head.decisions:
    nothing_found(view)
say(view, head)
unit = unit_of(view)
asked = st.query_params.get("level", "source")
level = asked if asked in LEVELS else "source"
st.session_state["ov-level"] = level
st.segmented_control(
    "Citations by", list(LEVELS), format_func=LEVELS.__getitem__, key="ov-level", on_change=turn, required=True
)
fixes: list[Fix] = view.ask("fix_list", level)
note(
    "Sources that were cited and grounds that reviewers gave, by how many overturned items they stand behind: "
    "the top of the list is where most reversals are. An item counts under each of its sources and grounds. What is cited together with a "
    "reversal need not be why it came: the reviewer’s citation is chosen together with the outcome. Grounds are only those that are read "
    "well enough; a ground speaks for one outcome, so its share of the overturned items is given, not a rate."
)
if level != "source":
    note(
        "No filter holds a document or a section, so these lines lead to the letters that hold their words, wherever they "
        "stand; letters that write them otherwise are not found."
    )
if not fixes:
    st.info("Nothing that is cited or given as a ground stands behind an overturned item of this filter.")


def letters_of(fix: Fix) -> Filters | None:
    """The filter of the overturned items behind a row; for a document or section of the letters that hold its words."""
    if level != "source" and fix.kind != "reason":
        phrase = citation_phrase("placed" if level == "section" else "document", fix.key)
        words = with_phrase(view.filters.words, phrase)
        return replace(view.filters, words=words, outcome="overturned") if phrase else None
    inside = narrowed(view.filters, fix.kind, fix.key)
    return replace(inside, outcome="overturned") if inside else None


for place, fix in enumerate(fixes[:MOST], start=1):
    card = (
        f'<div class="ov-card ov-overturned"><h4>{place}. {html.escape(fix.label)}: {fix.overturned:,} overturned</h4>'
        f"<p>{html.escape(fix_words(fix, unit, rates=not view.filters.one_outcome))}</p><p class='ov-meta'>{KINDS[fix.kind]}"
        f"{'; stands out' if fix.stands_out and not view.filters.one_outcome else ''}</p></div>"
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        st.html(card)
        behind = letters_of(fix)
        if behind is not None:
            link(
                *(
                    "letters",
                    "Letters" if fix.kind == "reason" or level == "source" else "Letters with these words",
                    behind,
                ),
                mark=f"{fix.kind}-{place}",
                help="The overturned items behind this line",
            )
if len(fixes) > MOST:
    note(f"{len(fixes) - MOST} further lines stand in the table.")


def versus(fix: Fix) -> str:
    """What a row can be told apart from."""
    if view.filters.one_outcome and fix.kind != "reason":
        return "not compared"
    if fix.versus is None or fix.versus.p_value is None:
        return "too few to compare"
    if not fix.stands_out:
        return "cannot be told apart"
    return "more often" if (fix.versus.d or 0) > 0 else "less often"


def narrow(pair: str) -> None:
    """A row that is chosen: the filter is narrowed to it. For callbacks."""
    toggle(*pair.split("|", 1))


rows = [
    [place, fix.label, KINDS[fix.kind], fix.overturned, fix.letters, *rate_cells(view, fix.rate)[1:], versus(fix)]
    for place, fix in enumerate(fixes, start=1)
]
columns = ("Rank", "What", "Which", "Overturned", "In letters", *(f"Of all: {name}" for name in rate_columns(view)[1:]))
keys = [f"{fix.kind}|{fix.key}" for fix in fixes] if level == "source" else []
table(view, (*columns, "Against the rest"), rows, name=f"fix-list-by-{level}", keys=keys, on_row=narrow)
missing = [dimensions()[kind].label.lower() for kind in KINDS if not any(fix.kind == kind for fix in fixes)]
if fixes and missing:
    note(f"None found here under: {', '.join(missing)}.")
definitions()
