"""The parts of a letter that are searched by themselves, and where each stands: told by its findings, so by what is stored.

Together they are the whole text, and no word stands in two of them, so an index over the parts is no larger than one
over the text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

PARTS = ("request", "rationale", "summary", "citations", "rest")
"""What was asked for, why it was decided so, the case in short, what both sides cite, and everything else."""
LABELS = {
    "request": "request",
    "rationale": "rationale",
    "summary": "case summary",
    "citations": "guideline statements",
    "rest": "rest of the letter",
}
OF_KIND = {
    "request": "request",
    "rationale": "rationale",
    "summary": "summary",
    "claims_administrator_statement": "citations",
    "reviewer_statement": "citations",
}
"""Which kinds of findings are parts."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch `[start, end)` of the settled text, of which part it is, and whose item (None: the whole letter's)."""

    part: str
    start: int
    end: int
    ordinal: int | None = None


def passages(length: int, found: Iterable[tuple[str, int, int, int | None]]) -> list[Passage]:
    """The text of so many characters, parted: by its findings (kind, start, end, ordinal), in their order of place.

    Where two overlap, the one that begins first keeps the words; a passage that two items share is the first one's.
    Findings of other kinds are passed over, and places outside of the text are cut off.
    """
    parts: list[Passage] = []
    until = 0
    spans = [(start, -end, OF_KIND[kind], ordinal) for kind, start, end, ordinal in found if kind in OF_KIND]
    for start, minus_end, part, ordinal in sorted(spans, key=lambda span: (*span[:3], span[3] or 0)):
        begin, end = max(start, until), min(-minus_end, length)
        if begin >= end:
            continue
        if begin > until:
            parts.append(Passage("rest", until, begin))
        parts.append(Passage(part, begin, end, ordinal))
        until = end
    if until < length:
        parts.append(Passage("rest", until, length))
    return parts


def case_term(case_number: str) -> str:
    """A case number as the index holds it: its letters and digits alone, small."""
    return "".join(filter(str.isalnum, case_number)).lower()
