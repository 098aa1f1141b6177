"""Quote pack: the items collected from letters, in an order of one's own, and the document made of them."""

import html
from datetime import UTC, datetime

import streamlit as st

from data.quotes import PAST, Entry, Quote, quote_of, quotes_html
from data.showing import as_text
from data.statistics import counted
from pages.parts.frame import begin, note, title
from pages.parts.pack import put, restored
from pages.parts.reports import report_words, reports_on
from pages.parts.state import link

view = begin("pack", sidebar=False)
title(view, "What did these decisions say?", on_paper=False)
held = restored()
if not held:
    st.info(
        "The quote pack is empty. Open a letter and press Add to quote pack: its deciding sentence comes here with the "
        "citation, the outcome and the guidelines cited."
    )
    link("letters", "Find letters", view.filters)
    st.stop()


def quote(entry: Entry) -> Quote | None:
    """What the pack says of an entry; None where the snapshot in view does not hold it."""
    letter = view.ask("letter", entry[0])
    if letter is None:
        return None
    return quote_of(letter, entry[1], report_words(reports_on(view, letter), entry[1], named=False))


def card(one: Quote) -> str:
    """One item of the pack as HTML."""
    grounds = "".join(
        f'<p>Ground: {as_text(sentence)}<br><span class="ov-meta">{as_text(place)}</span></p>'
        for sentence, place in one.grounds
    )
    reports = "".join(f"<p><b>{as_text(words)}</b></p>" for words in one.reports)
    return (
        f'<div class="ov-card ov-{one.outcome}" dir="ltr"><h4>{as_text(one.request)}</h4>'
        f'<p><span class="ov-word ov-{one.outcome}">{one.outcome.capitalize()}</span></p>{reports}'
        f"<p>{as_text(one.sentence) or 'No deciding sentence was found in its rationale.'}</p>{grounds}"
        f'<p class="ov-meta">Claims administrator cited: {as_text(one.cited)}<br>Reviewer relied on: {as_text(one.relied_on)}</p>'
        f'<p class="ov-meta">{as_text(one.citation)}</p></div>'
    )


found = {entry: quote(entry) for entry in held}
quotes = [one for one in found.values() if one]
st.html(
    f'<p class="ov-answer">{counted(len(quotes), "decision")}: {sum(q.outcome == "overturned" for q in quotes)} overturned, '
    f"{sum(q.outcome == 'upheld' for q in quotes)} upheld. {html.escape(PAST)}</p>"
)
if len(quotes) < len(held):
    gone = len(held) - len(quotes)
    st.warning(
        f"{counted(gone, 'item')} of this pack cannot be found in the snapshot in view and will not be in the document."
    )
about = view.about()
with st.container(horizontal=True, vertical_alignment="center"):
    st.download_button(
        "Download the document",
        data=lambda: quotes_html(quotes, about, datetime.now(UTC).date()),
        file_name=f"overturn-quotes-{view.snapshot.snapshot_id}.html",
        mime="text/html",
        key="ov-pack-file",
        on_click="ignore",
        type="primary",
        disabled=not quotes,
        help="One file to print or send on. It holds sentences of letters, which are public and redacted.",
    )
    st.button("Clear", key="ov-pack-clear", on_click=put, args=([],))
note("The pack lasts as long as this session; the link in the address bar keeps it.")

for place, (entry, one) in enumerate(found.items()):
    if one is None:
        st.html(f'<div class="ov-card"><p>Not in this snapshot: {html.escape(entry[0])}, item {entry[1]}.</p></div>')
    else:
        st.html(card(one))
    rest = [other for other in held if other != entry]
    up, down = ([*rest[:at], entry, *rest[at:]] for at in (max(place - 1, 0), place + 1))
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key=f"ov-pack-row-{place}"):
        if one is not None:
            link("letter", "Read", view.filters, letter=entry[0], item=str(entry[1]))
        st.button("Up", key=f"ov-pack-up-{place}", on_click=put, args=(up,), disabled=place == 0)
        st.button("Down", key=f"ov-pack-down-{place}", on_click=put, args=(down,), disabled=place == len(held) - 1)
        st.button("Remove", key=f"ov-pack-out-{place}", on_click=put, args=(rest,))
