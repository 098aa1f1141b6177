"""The reviewer's credentials: in prose (form F3) or behind labels (form F4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Literal

from data.record import Credentials, Finding, Problem, Span, Specialty
from data.showing import in_quotes
from data.vocabulary import Vocabulary, vocabulary
from loaders.sections import trimmed
from loaders.settle import fold

Role = Literal["board", "subspecialty"] | None

_STATES_LABEL = re.compile(
    r"\b(?:State\(?s?\)?\s+of\s+Licen[sc](?:ure|e)|State\(?s?\)?\s+Licen[sc]ed(?:\s+in)?|Licen[sc]ed\s+in"
    r"|(?:State\s+)?Licen[sc](?:ure|e)(?:s|\(s\))?(?:\s+State(?:s|\(s\))?)?)\s*:",
    re.IGNORECASE,
)
_SPECIALTIES_LABEL = re.compile(
    r"\b(?:(?:Board\s+)?Certification\(?s?\)?(?:\s*(?:/|and)\s*Special(?:ty|ties)(?:\(ies\))?)?"
    r"|Board\s+Certified\s+in|(?:Board\s+)?Special(?:ty|ties)(?:\(ies\))?)\s*:",
    re.IGNORECASE,
)
_OF_CREDENTIALS = re.compile(
    r"\b(?:licen[sc](?:ed?|ure)|board[\s-]+certifi\w{1,8}|certifications?|special(?:ty|ties))\b", re.IGNORECASE
)
# What stands in a field that has no value.
_NOTHING = re.compile(r"(?:N\s?/\s?A|none|not\s+(?:applicable|stated|available|specified))\.?", re.IGNORECASE)
_PROSE = re.compile(
    r"\bis\s+(?:an?\s+)?(?:dually\s+|also\s+)?(?:Board[\s-]+Certified\s+in|licensed|Doctor\s+of)\b", re.IGNORECASE
)
_LICENSED = re.compile(r"\b(?:is\s+)?licensed\s+to\s+practice(?:\s+[a-z]+){0,2}?\s+in\b", re.IGNORECASE)
_LICENSED_IN = re.compile(r"\bis\s+licensed\s+in\b", re.IGNORECASE)
_SUBSPECIALTY = re.compile(r"\bsub[\s-]?special(?:ty|ties)\s+(?:certificat(?:e|ion)\s+)?in\b", re.IGNORECASE)
_SENTENCE = re.compile(r"\.(?:\s|$)|\bHe/she\b")
_BETWEEN = re.compile(
    r"^(?:[\s,;:&/]|\b(?:and|or|with|has|have|holds|a|an|is|also|in|of|the|board|certified|certification|certificate|doctor)\b)*$",
    re.IGNORECASE,
)
_STATES_BETWEEN = re.compile(r"^(?:[\s,;:&/.]|\b(?:and|or|the|state|states|of|commonwealth)\b)*$", re.IGNORECASE)
# One name of a list: words that no comma, `and` or line end parts.
_STATES_PART = re.compile(
    r"\b(?!(?:and|or|the|states?|of)\b)[a-z]+(?:[ .]{1,2}(?!(?:and|or)\b)[a-z]+){0,3}", re.IGNORECASE
)
# The longest field measured has 120 characters; what runs on past this is no list of credentials.
_LONGEST_FIELD = 1500
_CLOSE_ENOUGH = 0.9
_CLEARLY_CLOSER = 0.03


@dataclass(slots=True)
class _Reading:
    specialties: list[Specialty] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_credentials(text: str, span: Span) -> tuple[Credentials, list[Finding], list[Problem]]:
    """Licence states and specialties in the letter's order, from the reviewer section `span`."""
    reading = _Reading()
    states_label = _STATES_LABEL.search(text, *span)
    specialties_label = _SPECIALTIES_LABEL.search(text, *span)
    if states_label or specialties_label:
        _labelled(text, span, states_label, specialties_label, reading)
    else:
        _prose(text, span, reading)
    read = reading.states or reading.specialties or reading.problems
    named = None if read else _OF_CREDENTIALS.search(text, *span)
    if named:
        said = "The reviewer's licence and specialty stand in words that are not read."
        reading.problems.append(Problem("credentials_unread", said, named.span()))
    return Credentials(tuple(reading.states), tuple(reading.specialties)), reading.findings, reading.problems


def _labelled(
    text: str, span: Span, states: re.Match[str] | None, specialties: re.Match[str] | None, reading: _Reading
) -> None:
    if states:
        end = specialties.start() if specialties and specialties.start() > states.end() else span[1]
        _states(text, _field(text, states.end(), end), reading)
    if specialties:
        end = states.start() if states and states.start() > specialties.end() else span[1]
        _specialties(text, _field(text, specialties.end(), end), None, reading)


def _field(text: str, start: int, end: int) -> Span:
    return trimmed(text, start, min(end, start + _LONGEST_FIELD))


def _prose(text: str, span: Span, reading: _Reading) -> None:
    start = _PROSE.search(text, *span)
    if start is None:
        return
    # `is licensed in` names a profession where the licence to practice follows it.
    licence = _LICENSED.search(text, start.start(), span[1]) or _LICENSED_IN.search(text, start.start(), span[1])
    sentence = _SENTENCE.search(text, licence.end() if licence else start.end(), span[1])
    end = min(sentence.start() if sentence else span[1], (licence or start).end() + _LONGEST_FIELD)
    doctor = start.group().lower().find("doctor")  # `is a Doctor of Chiropractic` names its specialty with that word
    board_start = start.start() + doctor if doctor > 0 else start.end()
    board_end = min(licence.start() if licence else end, start.end() + _LONGEST_FIELD)
    subspecialty = _SUBSPECIALTY.search(text, board_start, board_end)
    role: Role = "board" if "certified" in start.group().lower() else None
    _specialties(text, (board_start, subspecialty.start() if subspecialty else board_end), role, reading)
    if role and reading.specialties:
        reading.findings.append(Finding("specialty_role", role, start.span(), "credentials/role"))
    if subspecialty:
        _specialties(text, (subspecialty.end(), board_end), "subspecialty", reading)
        reading.findings.append(Finding("specialty_role", "subspecialty", subspecialty.span(), "credentials/role"))
    if licence:
        _states(text, (licence.end(), end), reading)


def _states(text: str, span: Span, reading: _Reading) -> None:
    known = vocabulary("states")
    position = span[0]
    for match in known.find(text, *span):
        _misspelt_states(text, (position, match.start), reading)
        _state(match.key, (match.start, match.end), match.rule, reading)
        position = match.end
    _misspelt_states(text, (position, span[1]), reading)


def _state(key: str, span: Span, rule: str, reading: _Reading) -> None:
    name = vocabulary("states").terms[key].label
    if name not in reading.states:
        reading.states.append(name)
        reading.findings.append(Finding("licence_state", key, span, rule))


def _misspelt_states(text: str, span: Span, reading: _Reading) -> None:
    """Between states that are known: those that each misspell one, the rest as a problem."""
    position = span[0]
    for piece in _STATES_PART.finditer(text, *span):
        key = _typing_mistake(fold(piece[0]), vocabulary("states"))
        if key:
            _unknown(text, (position, piece.start()), _STATES_BETWEEN, "state of licensure", reading)
            _state(key, piece.span(), "states/typing_mistake", reading)
            position = piece.end()
    _unknown(text, (position, span[1]), _STATES_BETWEEN, "state of licensure", reading)


def _specialties(text: str, span: Span, role: Role, reading: _Reading) -> None:
    """Every specialty of the list; a word that no entry knows is tried for a typing mistake, else kept as written."""
    known = vocabulary("specialties")
    for start, end in _pieces(text, span):
        if _NOTHING.fullmatch(text, start, end):
            continue
        matches = known.find(text, start, end)
        covered = sum(match.end - match.start for match in matches)
        if matches and covered >= 0.6 * (end - start):
            position = start
            for match in matches:
                _unknown(text, (position, match.start), _BETWEEN, "specialty", reading)
                _add(text, (match.start, match.end), match.key, match.rule, role, reading)
                position = match.end
            _leftover(text, (position, end), role, reading)
            continue
        _leftover(text, (start, end), role, reading)


def _pieces(text: str, span: Span) -> Iterator[Span]:
    position = span[0]
    for comma in re.finditer(r"[,;]", text[span[0] : span[1]]):
        yield trimmed(text, position, span[0] + comma.start())
        position = span[0] + comma.end()
    yield trimmed(text, position, span[1])


def _leftover(text: str, span: Span, role: Role, reading: _Reading) -> None:
    start, end = _unconnected(text, span)
    written = fold(text[start:end])
    if not any(char.isalpha() for char in written):
        return
    key = _typing_mistake(written, vocabulary("specialties"))
    if key:
        _add(text, (start, end), key, "specialties/typing_mistake", role, reading)
        return
    reading.specialties.append(Specialty(written, written, role))
    reading.findings.append(Finding("specialty", "unknown", (start, end), "credentials/unknown"))
    reading.problems.append(
        Problem("unknown_term", f"No specialty of the list is written {in_quotes(written)}.", (start, end))
    )


def _unconnected(text: str, span: Span) -> Span:
    """The span without the connecting words (and, has, with ...) and punctuation at both ends."""
    start, end = trimmed(text, *span)
    edge = re.compile(r"(?:[\s,;:&/.]|\b(?:and|with|has|a|an|is|also|in)\b)+", re.IGNORECASE)
    lead = edge.match(text, start, end)
    start = lead.end() if lead else start
    tail = re.search(r"(?:[\s,;:&/.]|\b(?:and|with|has|a|an|is|also|in))+$", text[start:end], re.IGNORECASE)
    return start, start + tail.start() if tail else end


def _typing_mistake(written: str, known: Vocabulary) -> str | None:
    """The one term that `written` misspells, or None when none is close or two are about as close."""
    target = written.casefold()
    if not 6 <= len(target) <= 80:
        return None
    scored: dict[str, float] = {}
    for term in known.terms.values():
        for name in (term.label, *term.examples):
            ratio = SequenceMatcher(None, target, name.casefold()).ratio()
            scored[term.key] = max(scored.get(term.key, 0.0), ratio)
    best = sorted(scored.items(), key=lambda item: -item[1])[:2]
    if best and best[0][1] >= _CLOSE_ENOUGH and (len(best) == 1 or best[0][1] - best[1][1] >= _CLEARLY_CLOSER):
        return best[0][0]
    return None


def _add(text: str, span: Span, key: str, rule: str, role: Role, reading: _Reading) -> None:
    name = vocabulary("specialties").terms[key].label
    if any(known.name == name and known.role == role for known in reading.specialties):
        return
    reading.specialties.append(Specialty(name, fold(text[span[0] : span[1]]), role))
    reading.findings.append(Finding("specialty", key, span, rule))


def _unknown(text: str, span: Span, between: re.Pattern[str], what: str, reading: _Reading) -> None:
    start, end = trimmed(text, *span)
    if start < end and not between.match(text[start:end]) and not _NOTHING.fullmatch(text, start, end):
        reading.problems.append(
            Problem("unknown_term", f"{in_quotes(fold(text[start:end]))} is not known as a {what}.", (start, end))
        )
