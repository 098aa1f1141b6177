"""What a request asks for, in someone's own words: read by the same vocabularies as a letter's item.

`tests/test_requests.py` holds it equal to what the parser reads of the same words in a letter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from data.categories import category_of
from data.imaging import imaging_in, requested_modalities
from data.vocabulary import vocabulary

LONGEST = 500
"""Characters of a description that are read. The longest item of a real letter has 441."""
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a description asks for, in vocabulary keys; empty where it says nothing of it.

    `fused`: all of `modalities` together are one study, such as SPECT/CT. `words`: what was understood, each as written.
    """

    modalities: tuple[str, ...] = ()
    fused: bool = False
    body_parts: tuple[str, ...] = ()
    laterality: tuple[str, ...] = ()
    category: str | None = None
    subcategory: str | None = None
    words: tuple[str, ...] = ()


def asked_for(description: str) -> Asked:
    """What the description of a request asks for. Any text gives an answer; what no vocabulary knows is left out."""
    text = _SPACE.sub(" ", description)[:LONGEST].strip()
    studies = [study for study, _ in imaging_in(text)]
    wanted = [study for study in studies if study.role in ("requested", "hybrid")]
    modalities = requested_modalities(studies)
    parts = vocabulary("body_parts").find(text)
    sides = vocabulary("laterality").find(text)
    categorised = category_of(text, imaging=bool(modalities)) if text else None
    places = {study.span for study in wanted} | {(match.start, match.end) for match in (*parts, *sides)}
    if categorised and categorised.rule != "categories/imaging":
        places.add(categorised.span)
    return Asked(
        modalities=modalities,
        fused=len(modalities) > 1 and all(study.role == "hybrid" for study in wanted),
        body_parts=tuple(sorted({match.key for match in parts})),
        laterality=tuple(sorted({match.key for match in sides})),
        category=categorised.category.category if categorised else None,
        subcategory=categorised.category.subcategory if categorised else None,
        words=tuple(dict.fromkeys(text[start:end] for start, end in sorted(places))),
    )
