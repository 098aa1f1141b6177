"""Guideline sources: how do denials fare by the guideline behind them?"""

from functools import partial

from data.filters import Side
from data.guidelines import (
    CITED,
    WHO,
    controlled_words,
    mtus_cited,
    none_cited,
    none_cited_words,
    revision,
    revision_of_others,
    revision_words,
)
from pages.parts.both_sides import both_sides
from pages.parts.frame import begin, definitions, note, nothing_found, say, section, title
from pages.parts.pictures import choose_edition, dots, unit_of
from pages.parts.sources import drill, switch_sides
from pages.parts.state import View, link


def nothing_cited(view: View, side: Side) -> None:
    """None cited, with and without ancillary items."""
    if view.filters.one_outcome:
        return
    narrowed = none_cited(view.filters, side)
    found = view.ask("headline", filters=narrowed)
    if found.decisions:
        without = view.ask("rate_without", "ancillary", filters=narrowed)
        note(none_cited_words(side, found, without, unit_of(view)))


def one_side(view: View, side: Side) -> None:
    """The sources of one side, each decision once, then source by source, by search step, and the MTUS by edition."""
    by_letter = unit_of(view) == "letter"
    section(f"What the {CITED[side]}" + ("" if by_letter else ": each decision once"))
    if by_letter:
        note("A letter whose items differ in this counts under each of them.")
    dots(view, f"{side}_profile", view.ask("by", f"{side}_profile"), heading="Sources", by_rate=False)
    nothing_cited(view, side)
    drill(view, side)
    section(f"First search step of the {WHO[side]}")
    note("The order of 8 CCR 9792.21.1 in which guidelines are searched: a sequence, no ranking of their quality.")
    dots(view, f"{side}_step", view.ask("by", f"{side}_step"), heading="Search step", by_rate=False)
    section("The MTUS by its edition")
    mtus, (wider, since) = mtus_cited(view.filters, side), revision(view.filters, side)
    head = view.ask("headline", filters=mtus)
    if not head.decisions:
        note(f"No decision for which the {CITED[side]} the MTUS.")
        return
    note(
        f"Only decisions for which the {CITED[side]} the MTUS, by the edition in force on the day of the UR denial, or of the service "
        "where the request is retrospective. On 1 Dec 2017 its words changed, so before and since are not the same text."
    )
    groups = view.ask("by", "mtus_edition", filters=mtus)
    clicked = partial(choose_edition, side)
    dots(view, "mtus_edition", groups, heading="Edition in force", by_rate=False, head=head, on_pick=clicked)
    if view.filters.one_outcome:
        return
    versus, before = view.ask("against_rest", wider, filters=since)
    note(revision_words(view.ask("headline", filters=since).rate, before, versus, unit_of(view)))
    wider, since = revision_of_others(view.filters, side)
    others, before = view.ask("against_rest", wider, filters=since)
    note(controlled_words(view.ask("headline", filters=since).rate, before, versus, others, unit_of(view)))


view = begin("guidelines")
title(view, "How do denials fare by the guideline behind them?")
found = view.ask("headline")
if not found.decisions:
    nothing_found(view)
sides = switch_sides(view)
by, kind = ("agreement", "group") if sides == "both" else (f"{view.filters.side}_profile", "source group")
say(view, found, by=by, kind=kind)
note("The reviewer’s citation is chosen together with the outcome, so it explains a decision and does not predict one.")
link("letters", "Show the letters", view.filters)
if sides == "both":
    both_sides(view)
    nothing_cited(view, "admin")
    nothing_cited(view, "reviewer")
else:
    one_side(view, view.filters.side)
definitions()
