"""What a side of a synthetic letter cites: its statement in the form's words, and the citations in it as facts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from loaders.synthetic.tables import Kind, Tables

_SIDES = {"claims": "Claims Administrator", "reviewer": "Expert Reviewer"}
_NO_KEY = re.compile(r"[^a-z0-9]+")
_NEW_MTUS, _NEW_CHRONIC = date(2017, 12, 1), date(2016, 7, 28)


@dataclass(frozen=True, slots=True)
class Citation:
    """One citation; `start` is where its text begins in the statement."""

    frame: str
    source: str
    document: str | None
    edition: str | None
    sections: tuple[str, ...]
    pages: str | None
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Cited:
    """A side's statement: its text and what it cites."""

    text: str
    citations: tuple[Citation, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """The sorted source keys; `none` where the statement says so."""
        return tuple(sorted({citation.source for citation in self.citations})) or ("none",)

    @staticmethod
    def none(side: str) -> Cited:
        """The statement that nothing is cited."""
        return Cited(f"The {_SIDES[side]} did not cite any medical evidence for its decision.", ())


def cite(
    t: Tables,
    rng: Random,
    side: str,
    profile: str,
    form: str,
    denied: date,
    decided: date,
    kind: Kind,
    topic: str,
    region: str,
) -> Cited:
    """The statement of `side` for a profile of sources, in the wording of the day."""
    if profile == "none":
        return Cited.none(side)
    text, citations = "", []
    if profile in ("mtus", "mtus_and"):
        text = "Decision based on MTUS "
        older = decided < t.mixes["sections_from"]
        for number, named in enumerate(_parts(t, rng, denied, kind, topic, region, older=older)):
            text += ", and " if number else ""
            citations.append(Citation("mtus", "mtus", *named, len(text)))
            text += named[-1]
        text += "."
    if profile != "mtus":
        if text:
            text += " "
        elif form == "F3":
            text = f"The {_SIDES[side]} did not base their decision on the MTUS. "
        else:
            text = f"The {_SIDES[side]} based their decision on recommendation(s) outside of the MTUS Guidelines. "
        text += "Decision based on Non-MTUS Citation "
        source, name, rest = _outside(t, rng, profile, kind, region)
        named_text = name + rest
        document = rest.strip(" ,:") or None
        edition = "3rd ed." if "3rd ed." in rest else None
        citations.append(Citation("outside", source, document, edition, (), None, named_text, len(text)))
        text += named_text + "."
    return Cited(text, tuple(citations))


def key_of(title: str) -> str:
    """The vocabulary key of an MTUS part's title."""
    return _NO_KEY.sub("_", title.lower()).strip("_")


_Named = tuple[str, str | None, tuple[str, ...], str | None, str]


def _parts(t: Tables, rng: Random, denied: date, kind: Kind, topic: str, region: str, *, older: bool) -> list[_Named]:
    """Document, edition, sections, pages and text of the parts of the MTUS that are cited: one, or the chapter and another."""
    chapter = _chapter(t, rng, denied, topic, t.regions[region], older=older)
    chronic = _chronic(t, denied, topic, older=older)
    if kind.key == "acupuncture" and denied < _NEW_MTUS:
        if older:
            return [("acupuncture_treatment", None, (), "8-9", "Acupuncture Treatment Guidelines Page(s): 8-9")]
        return [("acupuncture_treatment", "2007", (), None, "Acupuncture Treatment 2007")]
    if chronic is None:
        return [chapter]
    return [chronic] if older or rng.random() < 0.85 else [chapter, chronic]


def _chapter(t: Tables, rng: Random, denied: date, topic: str, region: dict[str, Any], *, older: bool) -> _Named:
    sections = t.mixes["sections"].get(topic)
    if older:
        pages = region["pages"][int(rng.random() * len(region["pages"]))]
        return key_of(region["old"]), None, (), pages, f"ACOEM {region['chapter']} Page(s): {pages}"
    if denied < _NEW_MTUS:
        title, edition, place = region["old"], region.get("old_year", "2004"), 0
    else:
        title, place = region["new"], 1
        edition = next(year for since, year in region["years"] if denied.isoformat() >= since)
    named = (sections[place],) if sections else ()
    text = f"{title} {edition}" + (f", Section(s): {named[0]}" if named else "")
    return key_of(title), edition, named, None, text


def _chronic(t: Tables, denied: date, topic: str, *, older: bool) -> _Named | None:
    if topic not in t.mixes["chronic"]:
        return None
    section, pages = t.mixes["chronic"][topic]
    key = "chronic_pain_medical_treatment"
    if older:
        return key, None, (), pages, f"Chronic Pain Medical Treatment Guidelines Page(s): {pages} of 127"
    title, edition = "Chronic Pain Medical Treatment", "2009" if denied < _NEW_CHRONIC else "2016"
    if denied >= _NEW_MTUS:
        title, edition = "Chronic Pain Disorders", "2017"
    return key, edition, (section,), None, f"{title} {edition}, Section(s): {section}"


def _outside(t: Tables, rng: Random, profile: str, kind: Kind, region: str) -> tuple[str, str, str]:
    """Key and name of a source outside the MTUS, and what of it is cited."""
    at = rng.random()
    topic = kind.noun[0].upper() + kind.noun[1:]
    chapter = t.mixes["odg_chapters"].get(kind.topic, t.regions[region]["odg"])
    if profile == "odg" or (profile == "mtus_and" and at < 0.75):
        style = rng.random()
        if style < 0.5:
            return "odg", "Official Disability Guidelines (ODG)", f", {chapter}, {topic}"
        if style < 0.8:
            return "odg", "ODG", f", {chapter}: {topic}"
        return "odg", "Official Disability Guidelines (ODG)", f" {chapter} Chapter, {topic}"
    source, text = t.outside.pick(rng.random())
    name, _, rest = text.format(new=t.regions[region]["new"], topic=topic).partition("|")
    return source, name, rest
