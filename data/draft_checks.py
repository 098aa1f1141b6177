"""What there is to say of the citations of a draft denial: whether, of which region, of which edition, and of the MTUS."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from data.chapters import cited_elsewhere, region_words
from data.drafts import Draft
from data.record import Citation
from data.sentences import day
from data.vocabulary import vocabulary

IN_FORCE = Path(__file__).with_name("mtus_in_force.toml")
_BY_NUMBER = re.compile(r"(?:8 )?(?:CCR )?(?:section |\N{SECTION SIGN} ?)?9792\.[\d.]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: `passed` or not, and a sentence that says what was found."""

    key: str
    passed: bool
    text: str


@dataclass(frozen=True, slots=True)
class InForce:
    """One edition of a part of the MTUS: the year citations give it, its first day and the day it was replaced."""

    part: str
    year: int
    first: date
    replaced: date | None

    def on(self, when: date) -> bool:
        """Whether it was in force that day."""
        return self.first <= when and (self.replaced is None or when < self.replaced)


def checks(draft: Draft, body_parts: Collection[str], subcategory: str | None, on: date) -> list[Check]:
    """What is to be said of a draft's citations for a request about `body_parts`, at the day `on` of the denial.

    In the order: whether anything is cited, whether the chapters are of the region, whether the editions were in force,
    what is said of the MTUS. A check that has nothing to look at is left out.
    """
    found = [_anything(draft)]
    found += _regions(draft, body_parts, subcategory)
    found += _editions(draft, on)
    found += _mtus(draft)
    return found


def _anything(draft: Draft) -> Check:
    if draft.citations:
        count = len(draft.citations)
        return Check("cited", True, f"The draft cites {count} guideline{'' if count == 1 else 's'}.")
    return Check(
        "cited",
        False,
        "The draft cites no guideline. A letter would record that no medical evidence was cited for the denial.",
    )


def _regions(draft: Draft, body_parts: Collection[str], subcategory: str | None) -> list[Check]:
    chapters = [one for one in draft.citations if _regional(one)]
    if not chapters or not body_parts:
        return []
    wrong = cited_elsewhere(body_parts, subcategory, draft.citations)
    if wrong is None:
        return [Check("chapter", True, f"A chapter cited fits the body part: {region_words(body_parts)}.")]
    title = vocabulary("mtus_parts").label(wrong.document or "")
    return [
        Check(
            "chapter",
            False,
            f"The chapter cited, {title}, does not match the body part: {region_words(body_parts)}.",
        )
    ]


def _regional(citation: Citation) -> bool:
    term = vocabulary("mtus_parts").terms.get(citation.document or "") if citation.frame == "mtus" else None
    return bool(term and term.attributes["body_parts"])


def _editions(draft: Draft, on: date) -> list[Check]:
    """One check an MTUS part whose editions are known; a year that is not known under its part is not judged."""
    found: dict[tuple[str, str | None], Check] = {}
    for citation in draft.citations:
        known = in_force().get(citation.document or "", ()) if citation.frame == "mtus" else ()
        if citation.edition is None and _BY_NUMBER.fullmatch(citation.text):
            continue  # a section of the regulation keeps its number from edition to edition
        year = int(citation.edition) if citation.edition and citation.edition.isdecimal() else None
        of_year = [one for one in known if year is None or one.year == year]
        if of_year:
            title = vocabulary("mtus_parts").label(citation.document or "") + (f" {year}" if year else "")
            found[citation.document or "", citation.edition] = _edition(title, of_year, known, on)
    return list(found.values())


def _edition(title: str, cited: Collection[InForce], known: Collection[InForce], on: date) -> Check:
    if any(one.on(on) for one in cited):
        return Check("edition", True, f"{title} was in force on {day(on)}.")
    before = [one for one in cited if one.replaced and one.replaced <= on]
    if before:
        last = max(before, key=lambda one: one.first)
        instead = next((one for one in known if one.on(on)), None)
        other = f" The edition of {instead.year} was in force." if instead else ""
        return Check(
            "edition",
            False,
            f"{title} was replaced on {day(last.replaced)}, so it was not in force on {day(on)}.{other}",
        )
    first = min(one.first for one in cited)
    return Check("edition", False, f"{title} came into force on {day(first)}, so it was not yet in force on {day(on)}.")


def _mtus(draft: Draft) -> list[Check]:
    """What the draft says of the MTUS, which is searched first (8 CCR 9792.21.1)."""
    mtus = any(one.frame == "mtus" for one in draft.citations)
    others = sorted({vocabulary("sources").label(one.source) for one in draft.citations if one.frame != "mtus"})
    if draft.silent and not draft.citations:
        return [
            Check(
                "silent",
                False,
                "The draft says that the MTUS does not address the request and cites nothing in its place. Next in the search are ACOEM "
                "and ODG (8 CCR 9792.21.1).",
            )
        ]
    if draft.silent and mtus:
        return [
            Check(
                "silent",
                False,
                "The draft says that the MTUS does not address the request, and cites the MTUS. Both can be true of two "
                "points; say which is which.",
            )
        ]
    if draft.silent:
        return [Check("silent", True, f"The draft says that the MTUS is silent and cites {', '.join(others)}.")]
    if others and not mtus:
        return [
            Check(
                "silent",
                False,
                f"The draft cites {', '.join(others)} and does not say that the MTUS is silent. The MTUS is searched first "
                "(8 CCR 9792.21.1).",
            )
        ]
    return []


@cache
def in_force() -> dict[str, tuple[InForce, ...]]:
    """The editions of every part of the MTUS that are known, by part, the oldest first."""
    listed = tomllib.loads(IN_FORCE.read_text(encoding="utf-8"))["edition"]
    found: dict[str, tuple[InForce, ...]] = {}
    for entry in sorted(listed, key=lambda one: one["from"]):
        one = InForce(entry["part"], entry["year"], entry["from"], entry.get("until"))
        found[one.part] = (*found.get(one.part, ()), one)
    return found
