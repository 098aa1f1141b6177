"""Whether the chapters of the MTUS that are cited concern the region of the body in question, by one rule for letters and drafts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from data.record import Citation
from data.vocabulary import vocabulary

_NERVE_STUDIES = "diagnostic_emg_ncs"  # they run over regions, so they are let be


def cited_elsewhere(
    body_parts: Collection[str], subcategory: str | None, citations: Sequence[Citation]
) -> Citation | None:
    """The first citation of a chapter, where all chapters cited are of other regions than `body_parts`; else None.

    Chapters that are not about regions say nothing, and so does a request without a region or for all of the body.
    """
    asked = set(body_parts)
    groups = {vocabulary("body_parts").terms[key].attributes["group"] for key in asked}
    if not asked or "general" in groups or subcategory == _NERVE_STUDIES:
        return None
    chapters = [(citation, parts) for citation in citations if (parts := _parts(citation))]
    if not chapters or any(parts & _near(asked) for _, parts in chapters):
        return None
    return chapters[0][0]


def region_words(keys: Iterable[str]) -> str:
    """`knee and low back (lumbar spine)`."""
    return " and ".join(sorted(vocabulary("body_parts").label(key).lower() for key in set(keys)))


def _parts(citation: Citation) -> set[str]:
    """The body regions of an MTUS chapter; none for a part of the MTUS that is not about regions."""
    term = vocabulary("mtus_parts").terms.get(citation.document or "") if citation.frame == "mtus" else None
    return set(term.attributes["body_parts"]) if term else set()


def _near(keys: set[str]) -> set[str]:
    """The regions themselves and those whose chapter may rightly be cited for them."""
    terms = vocabulary("body_parts").terms
    return keys.union(*(terms[key].attributes.get("near", ()) for key in keys))
