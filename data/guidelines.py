"""What the page on guideline sources asks and says: none cited, agreement of both sides, the MTUS before and after its revision.

Pure: filters to ask with, and sentences from the figures that come back. Words follow the statistics.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from data.change_words import points, points_interval
from data.citing import Level, citation_label
from data.filters import Choice, Filters, Side
from data.mtus_history import REVISED, editions
from data.rates import Group, Headline
from data.schema import NOT_STATED
from data.search_language import parse
from data.search_tree import AnyOf
from data.sentences import day
from data.statistics import Difference, Rate, Unit, Z, counted, rate_words

WHO: dict[Side, str] = {"admin": "claims administrator", "reviewer": "reviewer"}
CITED: dict[Side, str] = {"admin": "claims administrator cited", "reviewer": "reviewer relied on"}


def none_cited(filters: Filters, side: Side) -> Filters:
    """The filter narrowed to items for which this side cites nothing, in place of its own choice of profiles."""
    return filters.choose(f"{side}_profile", Choice(("none",)))


def mtus_cited(filters: Filters, side: Side) -> Filters:
    """The filter narrowed to items for which this side cites the MTUS, whichever edition, in place of its own choice of sources."""
    return filters.choose(side, Choice(("mtus",))).choose("mtus_edition", Choice())


def revision(filters: Filters, side: Side) -> tuple[Filters, Filters]:
    """Items that cite the MTUS of a known edition, and those of them under an edition from 1 December 2017 on."""
    return _parted(mtus_cited(filters, side))


def revision_of_others(filters: Filters, side: Side) -> tuple[Filters, Filters]:
    """The same two filters of items for which this side cites something else or nothing, but not the MTUS."""
    return _parted(filters.choose(side, Choice(exclude=("mtus", NOT_STATED))))


def _parted(whole: Filters) -> tuple[Filters, Filters]:
    since = tuple(edition.key for edition in editions() if edition.effective >= REVISED)
    return whole.choose("mtus_edition", Choice(exclude=(NOT_STATED,))), whole.choose("mtus_edition", Choice(since))


def difference_of_changes(one: Difference, other: Difference) -> tuple[float, float, float] | None:
    """How much more `one` changed than `other`, with 95 % limits; None where either is not tested.

    d1 - d2 +- z sqrt(v1 + v2) with the letters' variances of the two (Altman and Bland 2003, BMJ 326:219, Interaction
    revisited: the difference between two estimates). Letters with items on both sides count as apart, which lengthens
    the interval, for items of a letter end alike.
    """
    if one.p_value is None or other.p_value is None or one.d is None or other.d is None:
        return None
    d, reach = one.d - other.d, Z * math.sqrt(one.variance + other.variance)
    return d, d - reach, d + reach


def none_cited_words(side: Side, found: Headline, without: Rate, unit: Unit) -> str:
    """The rate where a side cites nothing, and without ancillary items, which fall with the operation they belong to."""
    words = f"Where the {WHO[side]} cited none: {rate_words(found.rate, unit)}"
    if not found.ancillary:
        return f"{words}; no ancillary item is among them."
    held = "They hold " if unit == "letter" else "Among them are " if found.ancillary > 1 else "Among them is "
    items = f"{counted(found.ancillary, 'ancillary item')}, which {'falls' if found.ancillary == 1 else 'fall'}"
    left = rate_words(without, unit) if without.n else "none is left"
    return f"{words}. {held}{items} when the operation is refused; without ancillary items: {left}."


def agreement_words(groups: Sequence[Group], unit: Unit) -> str:
    """How items fare by how the sources of both sides relate, each against the rest of the filter: what stands out first."""
    said: dict[str, list[str]] = {"Higher than the rest": [], "Lower than the rest": []}
    for group in groups:
        if group.key != NOT_STATED:
            figures = "" if group.rate.small else f", {rate_words(group.rate, unit)}"
            said.setdefault(_against_rest(group), []).append(f"{group.label.lower()}{figures}")
    found = " ".join(f"{lead}: {'; '.join(parts)}." for lead, parts in said.items() if parts)
    return found or "No decision states the sources of both sides."


def _against_rest(group: Group) -> str:
    if group.rate.small:
        return "Too few for a rate"
    if group.versus_rest is None or group.versus_rest.p_value is None:
        return "Without a rest to compare with"
    if not group.stands_out:
        return "Cannot be told apart from the rest"
    return "Higher than the rest" if (group.versus_rest.d or 0.0) > 0 else "Lower than the rest"


def revision_words(since: Rate, before: Rate | None, versus: Difference | None, unit: Unit) -> str:
    """The rates under the MTUS as it stood before the revision and since, and whether they can be told apart."""
    then = rate_words(before, unit) if before and before.n else f"no {unit}s"
    words = f"MTUS as before {day(REVISED)}: {then}; since: {rate_words(since, unit)}"
    if before is None or before.small or since.small or versus is None:
        return f"{words}."
    if not versus.distinguishable:
        return f"{words}; the two cannot be told apart."
    return f"{words}; {'higher' if (versus.d or 0.0) > 0 else 'lower'} than before."


def controlled_words(
    since: Rate, before: Rate | None, mtus: Difference | None, others: Difference | None, unit: Unit
) -> str:
    """The rates of what does not cite the MTUS before and since the same day, and how far the two changes differ.

    What changed for all alike (requests, reviewers, law) is in both changes and so not in their difference.
    """
    then = rate_words(before, unit) if before and before.n else f"no {unit}s"
    words = f"Not citing the MTUS, before the same day: {then}; since: {rate_words(since, unit)}"
    found = difference_of_changes(mtus, others) if mtus and others else None
    if found is None or mtus is None or others is None or before is None:
        return f"{words}. Too few {unit}s to set the two changes against each other."
    d, low, high = found
    n = min(since.n, before.n)
    by = f"{points(d, n)} ({points_interval(low, high, n)})"
    changes = f"the MTUS by {points(mtus.d or 0.0, n)}, the others by {points(others.d or 0.0, n)}"
    if low <= 0 <= high:
        told = f"the two changes cannot be told apart: {by}"
    else:
        told = f"the rate of the MTUS moved {'up' if d > 0 else 'down'} against that of the others, by {by}"
    return f"{words}. Changed have {changes}; {told}. Why is another question."


def citation_phrase(level: Level, key: str) -> str:
    """The name of a document or section as a phrase for the search of words; empty where none is named."""
    if level == "placed":
        level, key = "section", key.rpartition("\x1f")[2]
    return "" if key == NOT_STATED else '"' + " ".join(citation_label(level, key).replace('"', " ").split()) + '"'


def with_phrase(words: str, phrase: str) -> str:
    """Words to search for with the phrase among them, or without it where it was.

    Where any of the words would do, they go into brackets, so that the phrase is asked for beside each of them.
    """
    if isinstance(parse(words).tree, AnyOf):
        words = f"({words})"
    found = words.replace(phrase, " ") if phrase and phrase in words else f"{words} {phrase}"
    return " ".join(found.split())


def count_of(groups: Sequence[Group], level: Level, most: int) -> str:
    """That a list is cut off after `most`; empty where it is not."""
    return f"Shown are the {counted(most, level)} named most often." if len(groups) >= most else ""
