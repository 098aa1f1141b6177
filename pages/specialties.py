"""Reviewer specialties: does the reviewer's specialty matter?"""

from data.schema import dimensions
from data.standing import STANDARDISED
from pages.parts.frame import begin, definitions, note, nothing_found, say, section, title
from pages.parts.options import option
from pages.parts.pictures import unit_of
from pages.parts.reviewers import COMPARED, adjusted, by_modality, points, ratios

view = begin("specialties")
title(view, "Does the reviewer’s specialty matter?")
head = view.ask("headline")
if not head.decisions:
    nothing_found(view)
say(view, head, by="specialty_group", kind="specialty group")
adjusted(view, head)
note(
    "Reviewers are matched to the condition, so a difference between specialties is not a difference between reviewers: "
    "the requests differ too, and some of that stays however it is adjusted. Reviewers are confidential; only their specialty and licence are "
    "known. A few of them can write many letters of a group, so the intervals are the least that must be allowed for."
)
stated = view.ask("stated", filters=view.filters.cleared())
offered = {key: COMPARED[key] for key in STANDARDISED if key in stated} or {STANDARDISED[0]: COMPARED[STANDARDISED[0]]}
by = option("by", "Compare by", offered)
section(f"{COMPARED[by]}: raw, and beside comparable letters")
ratios(view, by, heading=dimensions()[by].label)

if not view.filters.one_outcome:
    section(f"Further from the common rate than the size explains: each {unit_of(view)} once")
    points(view, option("point", "A point is", {"group": "Specialty groups", "set": "Exact sets of specialties"}))

section("By specialty and imaging modality")
by_modality(view)
definitions()
