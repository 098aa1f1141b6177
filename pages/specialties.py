"""Reviewer specialties: does the reviewer's specialty matter?"""

from pages.parts.frame import begin, definitions, note, nothing_found, say, section, title
from pages.parts.pictures import dots, unit_of

view = begin("specialties")
title(view, "Does the reviewer’s specialty matter?")
head = view.ask("headline")
if not head.decisions:
    nothing_found(view)
say(view, head, by="specialty_group", kind="specialty group")
note(
    "Reviewers are matched to the condition, so a difference between specialties is not a difference between reviewers: "
    "the requests differ too. Reviewers are confidential; only their specialty and licence are known."
)
section(f"Specialty groups: each {unit_of(view)} once")
dots(view, "specialty_group", view.ask("by", "specialty_group"), heading="Specialty group")
section("Specialty by specialty")
note("A reviewer with two certifications counts under both, so these add up to more than the whole.")
dots(view, "specialty", view.ask("by", "specialty"), heading="Reviewer specialty")
definitions()
