"""Imaging modalities: how do imaging requests fare?"""

from functools import partial

import streamlit as st

from pages.parts.cited import WHOSE, cited
from pages.parts.frame import begin, definitions, note, nothing_found, say, section, title
from pages.parts.grounds import grounds
from pages.parts.pictures import dots
from pages.parts.studies import against, no_imaging, studies, switch, toggle_study

view = begin("imaging")
title(view, "How do imaging requests fare?")
of = studies(view.filters, st.query_params.get("hybrids", ""))
head = view.ask("headline", filters=of.shown)
if not head.decisions or of.none:
    no_imaging(view)
    nothing_found(view)
say(view, head, lead="" if of.chosen else "All imaging: ", filters=of.shown)

section("By modality")
switch()
fused = (
    "An item that asks for a fused study, such as SPECT/CT, stands in a row of its own and not under its parts."
    if of.dimension == "study"
    else "An item that asks for a fused study, such as SPECT/CT, counts under each of its parts."
)
note(
    f"Bone scan, SPECT, CT and DEXA first, then the other studies. {fused} "
    "Only what is in dispute counts, not guidance for a needle and not what a rationale merely mentions."
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

section("By modality and body part")
against(view, of, "body")

section("With and without contrast")
note("As the request says it. Shown are CT and MRI, and other studies for which any request says it.")
against(view, of, "contrast", at_least=("ct", "mri"))

what = "the chosen imaging" if of.chosen else "imaging"
section(f"What the {WHOSE[view.filters.side]} {'cites' if view.filters.side == 'admin' else 'relies on'} for {what}")
note(
    "A decision that cites several documents or sections counts under each. “Guideline source of the” in the sidebar "
    "turns to the other side; the reviewer’s citation is chosen together with the outcome, so it explains a decision and does not predict one."
)
cited(view, of.shown)

section(f"Grounds for {what}, by outcome")
note(
    "The share of the overturned and of the upheld that state a ground. Counted are grounds that are read well enough, checked "
    "against labelled letters; a decision may state several, or none of these. They are written together with the outcome and do not predict one."
)
grounds(view, of.shown)
definitions()
