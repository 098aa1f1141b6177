"""The parts of a letter and where each begins, for whoever reads one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data.headings import heading


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a letter: its name, where it begins in the settled text, and for an item its ordinal and outcome."""

    name: str
    start: int
    ordinal: int | None = None
    outcome: str = ""

    @property
    def anchor(self) -> str:
        """The id by which a list leads here."""
        return f"i{self.ordinal}" if self.ordinal else f"s-{self.name.split()[0].lower()}"


def places(text: str, findings: Sequence[Mapping[str, Any]], decisions: Sequence[Mapping[str, Any]]) -> list[Place]:
    """Cover, reviewer, summary and items of a settled letter, in the order of the text; what it lacks is left out.

    The first three begin at their headings; without the reviewer's heading, as in the forms of 2013, where the first
    certification or licence stands. An item begins at its request.
    """
    how, summary = heading("how", text), heading("summary", text)
    first = min((match.start() for match in (how, summary, heading("issues", text)) if match), default=0)
    found: list[Place] = []
    if text[:first].strip():
        found.append(Place("Cover", 0))
    stated = (f["span_start"] for f in findings if f["kind"] in ("specialty", "licence_state"))
    reviewer = how.start() if how else min(stated, default=None)
    if reviewer is not None:
        found.append(Place("Reviewer", reviewer))
    if summary:
        found.append(Place("Summary", summary.start()))
    begins = {f["ordinal"]: f["span_start"] for f in reversed(findings) if f["kind"] == "request"}
    found += [
        Place(str(one["disputed"]), begins[one["ordinal"]], one["ordinal"], str(one["outcome"]))
        for one in decisions
        if one["ordinal"] in begins
    ]
    return sorted(found, key=lambda place: place.start)
