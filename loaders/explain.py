"""What the vocabularies make of a phrase, and which terms of letters no entry knows: how a domain expert extends them.

Pure functions; `python -m loaders vocabulary` and `unknown` print what they return.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from data.categories import categories, category_of
from data.imaging import imaging_in, requested_modalities
from data.rules import known_rule
from data.vocabulary import Match, names, vocabulary
from loaders.items import read_quantity, split_request
from loaders.settle import fold

KINDS = {
    "specialty": "Specialties that no entry of specialties.toml knows",
    "state": "States of licensure that no entry of states.toml knows",
    "source": "Citations outside the MTUS that sources.toml knows only as `other`, or not by name",
    "mtus_part": "MTUS frames without a part that mtus_parts.toml knows",
    "request": "Requests without a category of categories.toml",
}
_UNTOLD = {"order"}  # says only where an entry is displayed
_NAME_ENDS = re.compile(r"[,;(\[]|\s*\d|\bet\s+al\b|https?:", re.IGNORECASE)
_TITLE_ENDS = re.compile(r",?\s*(?:Section\(?s?\)?|Pages?(?:\(s\))?)\s*:|,?\s*\b(?:19|20)\d{2}\b", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]{2,}")
_EMPTY_WORDS = frozenset(
    ("and", "are", "each", "for", "from", "has", "not", "per", "that", "the", "this", "was", "with")
)


@dataclass(frozen=True, slots=True)
class Known:
    """One term found in a phrase: in which vocabulary, by which words and pattern, and what the entry says of it."""

    vocabulary: str
    key: str
    label: str
    words: str
    rule: str
    pattern: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """What a phrase amounts to as a request: keys of the vocabularies, `imaging` with the role of each study."""

    disputed: str
    imaging: tuple[tuple[str, str], ...]
    modalities: tuple[str, ...]
    body_parts: tuple[str, ...]
    laterality: tuple[str, ...]
    contrast: tuple[str, ...]
    category: str | None
    subcategory: str | None
    quantity: str | None


@dataclass(frozen=True, slots=True)
class Unknown:
    """A term that no entry knows: its kind (a key of KINDS), how often it is written, and one letter that has it."""

    kind: str
    term: str
    count: int
    source: str


def known_terms(phrase: str) -> list[Known]:
    """Every term of every vocabulary in the phrase, as the parser matches it, in the order of vocabularies and of words."""
    found: list[Known] = []
    for name in names():
        known = vocabulary(name)
        shared = known.settings.get("terms_share_words", False)
        for match in next(known.mentions(phrase, [(0, len(phrase))])) if shared else known.find(phrase):
            term = known.terms[match.key]
            told = {key: value for key, value in term.attributes.items() if key not in _UNTOLD}
            words = fold(phrase[match.start : match.end])
            found.append(Known(name, match.key, term.label, words, match.rule, _pattern(name, match), told))
    return found


def unknown_words(phrase: str) -> list[str]:
    """The words of the phrase that no term of any vocabulary covers, each once, in their order."""
    taken = bytearray(len(phrase))
    for name in names():
        for match in vocabulary(name).find(phrase):
            taken[match.start : match.end] = b"\1" * (match.end - match.start)
    words = (
        word.group()
        for word in _WORD.finditer(phrase)
        if not taken[word.start()] and word.group().lower() not in _EMPTY_WORDS
    )
    return list(dict.fromkeys(words))


def request_of(phrase: str) -> Request | None:
    """The phrase read as the header of an item; None when it names no study, body part or category."""
    disputed = split_request(phrase, (0, len(phrase))).disputed
    studies = [study for study, _ in imaging_in(phrase, *disputed)]
    requested = requested_modalities(studies)
    categorised = category_of(phrase, *disputed, imaging=bool(requested))
    body_parts = _keys("body_parts", phrase, disputed)
    if not (studies or categorised or body_parts):
        return None
    quantity, _ = read_quantity(phrase, disputed)
    return Request(
        disputed=fold(phrase[slice(*disputed)]),
        imaging=tuple((study.modality, study.role) for study in studies),
        modalities=requested,
        body_parts=body_parts,
        laterality=_keys("laterality", phrase, disputed),
        contrast=_keys("contrast", phrase, disputed) if requested else (),
        category=categorised.category.category if categorised else None,
        subcategory=categorised.category.subcategory if categorised else None,
        quantity=f"{quantity.amount:g} {quantity.unit or ''}".strip() if quantity else None,
    )


def explain(phrase: str) -> list[str]:
    """The lines that tell a person what the vocabularies make of the phrase, or, for the name of a rule, what it does."""
    if sentence := known_rule(phrase):
        return [f"rule {phrase}: {sentence}"]
    found = known_terms(phrase)
    if not found:
        return [f"{phrase!r}: no vocabulary knows any of it."]
    lines = [f"{phrase!r}:"]
    for known in found:
        lines.append(f"  {known.vocabulary}: {known.label} ({known.key}), by {known.words!r}")
        lines += [f"      {key}: {_said(value)}" for key, value in known.attributes.items()]
        lines.append(f"      rule {known.rule}: {known.pattern}")
    request = request_of(phrase)
    if request:
        lines.append("  As a request:")
        lines += [f"      {line}" for line in _request_lines(request)]
    unknown = unknown_words(phrase)
    if unknown:
        lines.append(f"  In no vocabulary: {', '.join(unknown)}")
    return lines


def unknown_terms(records: Iterable[Mapping[str, Any]]) -> list[Unknown]:
    """The terms of letter records that no entry knows, by kind, the most frequent first. Spelling in capitals is one term."""
    counted: dict[tuple[str, str], tuple[str, int, str]] = {}
    for record in records:
        for kind, term in _unknown_in(record):
            written, count, source = counted.get((kind, term.casefold()), (term, 0, str(record["source"])))
            counted[kind, term.casefold()] = (written, count + 1, source)
    order = list(KINDS)
    found = [Unknown(kind, term, count, source) for (kind, _), (term, count, source) in counted.items()]
    return sorted(found, key=lambda entry: (order.index(entry.kind), -entry.count, entry.term.casefold()))


def unknown_lines(found: list[Unknown], most: int) -> list[str]:
    """The list for people, `most` terms a kind (0: all): how often, the term, one letter that has it."""
    if not found:
        return ["Every term of these letters is known."]
    lines: list[str] = []
    for kind, title in KINDS.items():
        terms = [entry for entry in found if entry.kind == kind]
        if not terms:
            continue
        lines.append(f"{title} ({len(terms):,}):")
        shown = terms[:most] if most else terms
        lines += [f"  {entry.count:>6,}  {entry.term}  [{entry.source}]" for entry in shown]
        if len(terms) > len(shown):
            lines.append(f"          ... and {len(terms) - len(shown):,} more (--most 0 lists all)")
    return lines


def _pattern(name: str, match: Match) -> str:
    """The pattern that made the match, as the file has it (the rule ends in its number)."""
    term = vocabulary(name).terms[match.key]
    number = int(match.rule.rsplit("#", 1)[1]) - 1
    return (*term.patterns, *term.case_patterns)[number]


def _keys(name: str, text: str, span: tuple[int, int]) -> tuple[str, ...]:
    return tuple(sorted({match.key for match in vocabulary(name).find(text, *span)}))


def _said(value: Any) -> str:
    return (", ".join(str(part) for part in value) or "none") if isinstance(value, list) else str(value)


def _request_lines(request: Request) -> Iterator[str]:
    yield f"disputed: {request.disputed}"
    studies = [f"{vocabulary('modalities').label(key)} ({role})" for key, role in request.imaging]
    yield f"imaging: {', '.join(studies) or 'none named'}"
    for name, keys in (
        ("body_parts", request.body_parts),
        ("laterality", request.laterality),
        ("contrast", request.contrast),
    ):
        if keys or name == "body_parts":
            labels = [vocabulary(name).label(key) for key in keys]
            yield f"{name.replace('_', ' ')}: {', '.join(labels) or 'none named'}"
    if request.category and request.subcategory:
        label = vocabulary("categories").label(request.subcategory)
        yield f"category: {categories()[request.category]}, {label} ({request.subcategory})"
    else:
        yield "category: none knows it"
    yield f"quantity: {request.quantity or 'not stated'}"


def _unknown_in(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    labels = {term.label for term in vocabulary("specialties").terms.values()}
    for specialty in record["credentials"]["specialties"]:
        if specialty["name"] not in labels:
            yield "specialty", specialty["as_written"]
    yield from _unknown_states(record)
    for decision in record["decisions"]:
        for side in ("claims_administrator", "reviewer"):
            for citation in decision[side]["citations"]:
                if citation["source"] == "other":
                    yield "source", _cut(citation["text"], _NAME_ENDS)
                elif citation["frame"] == "mtus" and citation["document"] is None:
                    yield "mtus_part", _cut(citation["text"], _TITLE_ENDS)
        if decision["category"] is None:
            yield "request", decision["disputed"]


def _unknown_states(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The problems of the licence list; a specialty's stand in the credentials already."""
    text = record.get("text") or ""
    for problem in record["problems"]:
        if problem["code"] == "unknown_term" and problem["span"] and "state of licensure" in problem["message"]:
            term = fold(text[slice(*problem["span"])]).strip(" .,;:&/")
            if term:
                yield "state", term


def _cut(text: str, end: re.Pattern[str]) -> str:
    """A citation up to where its name ends, so that editions and pages of one source count together; all of it if short."""
    found = end.search(text, min(4, len(text)))
    name = text[: found.start()].strip(" .,;:-") if found else text
    return name if len(name) > 3 else text
