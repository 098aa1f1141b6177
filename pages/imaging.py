"""Imaging modalities: how do imaging requests fare?"""

from functools import partial

import streamlit as st

from pages.parts.cited import WHOSE, cited
from pages.parts.frame import begin, definitions, nothing_found, say
from pages.parts.grounds import grounds
from pages.parts.pictures import dots
from pages.parts.studies import against, studies, switch, toggle_study

view = begin("imaging")
st.title("How do imaging requests fare?")
of = studies(view.filters, st.query_params.get("hybrids", ""))
head = view.ask("headline", filters=of.shown)
if not head.decisions:
    nothing_found(view)
say(view, head, lead="" if of.chosen else "All imaging: ", filters=of.shown)

st.subheader("By modality")
switch()
fused = (
    "An item that asks for a fused study, such as SPECT/CT, stands in a row of its own and not under its parts."
    if of.dimension == "study"
    else "An item that asks for a fused study, such as SPECT/CT, counts under each of its parts."
)
st.html(
    f'<p class="ov-note">Bone scan, SPECT, CT and DEXA first, then the other studies. {fused} '
    "Only what is in dispute counts, not guidance for a needle and not what a rationale merely mentions.</p>"
)
dots(
    view,
    of.dimension,
    view.ask("by", of.dimension, True, filters=of.every),
    heading="Imaging modality",
    by_rate=False,
    head=view.ask("headline", filters=of.every),
    on_pick=partial(toggle_study, of.dimension),
)

st.subheader("By modality and body part")
against(view, of, "body")

st.subheader("With and without contrast")
st.html(
    '<p class="ov-note">As the request says it. Shown are CT and MRI, and other studies for which any request says it.</p>'
)
against(view, of, "contrast", at_least=("ct", "mri"))

what = "the chosen imaging" if of.chosen else "imaging"
st.subheader(
    f"What the {WHOSE[view.filters.side]} {'cites' if view.filters.side == 'admin' else 'relies on'} for {what}"
)
st.html(
    '<p class="ov-note">A decision that cites several documents or sections counts under each. “Guideline source of the” in the sidebar '
    "turns to the other side; the reviewer’s citation is chosen together with the outcome, so it explains a decision and does not predict one.</p>"
)
cited(view, of.shown)

st.subheader(f"Grounds for {what}, by outcome")
st.html(
    '<p class="ov-note">The share of the overturned and of the upheld that state a ground. Counted are grounds that are read well enough, checked '
    "against labelled letters; a decision may state several, or none of these. They are written together with the outcome and do not predict one.</p>"
)
grounds(view, of.shown)
definitions()
