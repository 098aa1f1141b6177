"""Imaging studies named by a phrase, and in which role: the vocabulary's terms joined into fused studies.

Used for a letter's item and for a request that someone types, so that both are read alike.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from functools import cache

from data.record import Imaging
from data.vocabulary import Match, Vocabulary, vocabulary

_JOINED = re.compile(
    r"[\s/+()&-]*(?:(?:with|w/|w|scan|scans|imaging|study|fusion|fused|combined|hybrid)\b[\s/+()&-]*)*", re.IGNORECASE
)
_WITH = re.compile(r"[^,;.]{0,60}\b(?:with|w/|including|plus)\s*(?:an?\s+)?", re.IGNORECASE)
_AND = re.compile(r"\b(?:and|or)\b|,|;", re.IGNORECASE)
_NEEDLE = re.compile(
    r"\b(?:injections?|blocks?|epidurals?|t?f?esis?|rhizotom(?:y|ies)|ablations?|neurotom(?:y|ies)|rfas?|aspiration)\b",
    re.IGNORECASE,
)
_NEEDLE_AHEAD = re.compile(rf"\s+(?:for|during)\b[^.;,]{{0,60}}?{_NEEDLE.pattern}", re.IGNORECASE)
_OF = re.compile(r"\s+(?:of|study|exam|evaluation)\b", re.IGNORECASE)
_PART_END = re.compile(r"[.;,]|\b(?:and|or|with|plus)\b", re.IGNORECASE)
_FUSION = re.compile(r"\b(?:fusion|fused|hybrid)\b", re.IGNORECASE)


@cache
def modality_keys() -> tuple[str, ...]:
    """The imaging modalities in display order (the four target modalities first)."""
    terms = [term for term in vocabulary("modalities").terms.values() if "order" in term.attributes]
    return tuple(term.key for term in sorted(terms, key=lambda term: int(term.attributes["order"])))


@cache
def fused_studies() -> dict[str, tuple[str, ...]]:
    """The modalities of every fused study by its key, as `fused_spect_ct`: sets of which every two can be fused, larger ones first.

    Pairs stand in modalities.toml. A bone scan with SPECT/CT is one study of three.
    """
    hybrids = vocabulary("modalities").settings["hybrids"]
    pairs = [tuple(pair) for pair in (*hybrids["pairs"], *hybrids["pairs_with_fusion_word"])]
    known = {frozenset(pair) for pair in pairs}
    three = [
        parts
        for parts in itertools.combinations(modality_keys(), 3)
        if all(frozenset(pair) in known for pair in itertools.combinations(parts, 2))
    ]
    return {f"fused_{'_'.join(parts)}": parts for parts in (*three, *pairs)}


def fused_labels() -> dict[str, str]:
    """What people read for a fused study: `Fused SPECT/CT`."""
    label = vocabulary("modalities").label
    return {key: f"Fused {'/'.join(label(part) for part in parts)}" for key, parts in fused_studies().items()}


def imaging_in(text: str, start: int = 0, end: int | None = None) -> list[tuple[Imaging, str]]:
    """Every study that `text[start:end]` asks for or mentions as guidance or therapy, each with the rule that found it."""
    known = vocabulary("modalities")
    stop = len(text) if end is None else end
    matches = known.find(text, start, stop)
    fused = _fused(text, matches, known, stop)
    found: dict[tuple[str, str], tuple[Imaging, str]] = {}
    for index, match in enumerate(matches):
        attributes = known.terms[match.key].attributes
        role = "hybrid" if index in fused else attributes.get("role", "requested")
        if attributes.get("guides_needles") and _guides(text, start, match, stop):
            role = "guidance"
        modalities = attributes.get("modalities", [match.key])
        if role == "requested" and _is_pair(modalities, known):
            role = "hybrid"
        for modality in modalities:
            found.setdefault((modality, role), (Imaging(modality, role, (match.start, match.end)), match.rule))
    return list(found.values())


def discussed_in(text: str, start: int, end: int, requested: Iterable[str]) -> list[tuple[Imaging, str]]:
    """Studies that a rationale talks about beside those `requested`, each once, at its first mention."""
    taken = set(requested)
    known = vocabulary("modalities")
    found: dict[str, tuple[Imaging, str]] = {}
    for match in known.find(text, start, end):
        attributes = known.terms[match.key].attributes
        if attributes.get("role") == "therapy":
            continue
        for modality in attributes.get("modalities", [match.key]):
            if modality not in taken:
                found.setdefault(modality, (Imaging(modality, "discussed", (match.start, match.end)), match.rule))
    return list(found.values())


def requested_modalities(imaging: Iterable[Imaging]) -> tuple[str, ...]:
    """The sorted keys of the studies that are asked for, fused ones included."""
    return tuple(sorted({study.modality for study in imaging if study.role in ("requested", "hybrid")}))


def _guides(text: str, start: int, match: Match, stop: int) -> bool:
    """Whether a study that is named beside an injection or the like, and not of a part of the body, guides the needle."""
    if _OF.match(text, match.end, stop):
        return False
    return bool(_NEEDLE.search(text, start, match.start) or _NEEDLE_AHEAD.match(text, match.end, stop))


def _fused(text: str, matches: list[Match], known: Vocabulary, stop: int) -> set[int]:
    """The positions in `matches` of studies that are parts of one fused study."""
    fused: set[int] = set()
    for index in range(len(matches) - 1):
        first, second = matches[index], matches[index + 1]
        gap = text[first.end : second.start]
        together = _modalities(first, known) | _modalities(second, known)
        after = text[second.end : min(stop, second.end + 20)]
        if _of_two_places(text, first, second, stop):
            continue
        if (_is_pair(together, known) and _stand_together(gap)) or (
            _is_pair(together, known, "pairs_with_fusion_word")
            and not _AND.search(gap)
            and _FUSION.search(gap + " " + after)
        ):
            fused |= {index, index + 1}
    return fused


def _of_two_places(text: str, first: Match, second: Match, stop: int) -> bool:
    """Whether each of two studies has a part of the body of its own behind it, so that they cannot be one."""
    if not text[first.end : second.start].strip(" /+-"):
        return False
    behind = min(stop, second.end + 60)
    end = _PART_END.search(text, second.end, behind)
    places = vocabulary("body_parts")
    ones = {match.key for match in places.find(text, first.end, second.start)}
    others = {match.key for match in places.find(text, second.end, end.start() if end else behind)}
    return bool(ones and others) and ones.isdisjoint(others)


def _stand_together(gap: str) -> bool:
    return bool(_JOINED.fullmatch(gap)) or (bool(_WITH.fullmatch(gap)) and not _AND.search(gap))


def _modalities(match: Match, known: Vocabulary) -> set[str]:
    attributes = known.terms[match.key].attributes
    return set() if "role" in attributes else set(attributes.get("modalities", [match.key]))


def _is_pair(modalities: Iterable[str], known: Vocabulary, setting: str = "pairs") -> bool:
    together = set(modalities)
    return any(set(pair) <= together for pair in known.settings["hybrids"][setting])
