"""Vocabularies: the terms of the field as TOML files, and the one matcher that finds them in a text.

A vocabulary is a file `data/vocabulary/<name>.toml` with one `[[term]]` an entry. Matching is leftmost-longest over all
terms of the vocabulary and never overlaps, so a longer phrase keeps the shorter term inside it from firing. `needs` lists the
attributes that every term of the file must have; the term `none` stands last, wherever the file has it.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from data.errors import VocabularyError
from data.vocabulary.openings import LENGTH, hints, leading, opening, shortest

_MOST_SEEN = 50_000
_MOST_KEPT = 8192
_LONGEST_KEPT = 400
_Rule = tuple[str, str, re.Pattern[str]]
FOLDER = Path(__file__).parent
_KEY = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
_LAST = "none"  # this term stands after all others, wherever the file has it
_LOOK_BACK, _LOOK_ON = 160, 80  # characters around a match in which a negation is looked for
_KNOWN = {"key", "label", "patterns", "case_patterns", "examples", "counterexamples", "note"}


@dataclass(frozen=True, slots=True)
class Match:
    """One term found: `text[start:end]` is its wording; `rule` names the file, the term and the pattern."""

    key: str
    start: int
    end: int
    rule: str


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of a vocabulary file; `attributes` holds the keys that only this vocabulary uses."""

    key: str
    label: str
    patterns: tuple[str, ...]
    case_patterns: tuple[str, ...]
    examples: tuple[str, ...]
    counterexamples: tuple[str, ...]
    note: str
    attributes: Mapping[str, Any]


def lowered(text: str) -> str:
    """`text` in lower case with every character at its old place (some letters lengthen when lowered: those stay)."""
    low = text.lower()
    if len(low) == len(text):
        return low
    return "".join(small if len(small := char.lower()) == 1 else char for char in text)


_PIECE = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|.", re.DOTALL)


def _compile(pattern: str) -> str:
    """The Python expression for a vocabulary pattern: a blank, in a character class too, is any run of white space."""
    pieces = _PIECE.findall(pattern)
    for index, piece in enumerate(pieces):
        if piece == " ":
            pieces[index] = r"(?:\s+)"
        elif piece.startswith("[") and " " in piece and not piece.startswith("[^"):
            rest = piece[1:-1].replace(" ", "")
            repeated = index + 1 < len(pieces) and pieces[index + 1] in {"+", "*", "{"}
            pieces[index] = rf"[\s{rest}]" if repeated or not rest else rf"(?:\s+|[{rest}])"
    return "".join(pieces)


class Vocabulary:
    """The terms of one file, in the file's order, with their matcher."""

    def __init__(self, name: str, document: Mapping[str, Any]) -> None:
        self.name = name
        self.settings = {key: value for key, value in document.items() if key != "term"}
        self.terms: dict[str, Term] = {}
        macros: Mapping[str, str] = document.get("macros", {})
        for entry in document.get("term", []):
            term = _term(name, entry, macros, document.get("needs", ()))
            if term.key in self.terms:
                raise VocabularyError(f"{name}.toml names the key {term.key!r} twice; give one of them another key.")
            self.terms[term.key] = term
        if _LAST in self.terms:
            self.terms[_LAST] = self.terms.pop(_LAST)
        self._negations = _Negations(name, self.settings.get("negations", {}), macros, self.terms)
        # Letters repeat requests, credentials and stock sentences, so what was found in short parts is kept.
        self._kept = lru_cache(maxsize=_MOST_KEPT)(lambda part: tuple(self._scan(part)))
        self._kept_firsts = lru_cache(maxsize=_MOST_KEPT)(self._firsts)
        self._low = _Alternatives(name, [(t.key, i, p) for t in self.terms.values() for i, p in enumerate(t.patterns)])
        offset = {t.key: len(t.patterns) for t in self.terms.values()}
        self._case = _Alternatives(
            name, [(t.key, offset[t.key] + i, p) for t in self.terms.values() for i, p in enumerate(t.case_patterns)]
        )

    def find(self, text: str, start: int = 0, end: int | None = None) -> list[Match]:
        """All terms in `text[start:end]`, leftmost-longest, without overlap, offsets in `text`."""
        part = text[start:end]
        return _moved(self._kept(part) if len(part) <= _LONGEST_KEPT else tuple(self._scan(part)), start)

    def mentions(
        self, text: str, spans: Sequence[tuple[int, int]], keys: frozenset[str] | None = None
    ) -> Iterator[list[Match]]:
        """For every span, in their order, the first match of each of `keys` (None: all), each looked for on its own.

        For vocabularies whose terms may share words, such as the grounds of a decision. Matches are in the order of the
        text, offsets in `text`.
        """
        wanted = frozenset(self.terms) if keys is None else keys
        for start, end in spans:
            part = text[start:end]
            found = self._kept_firsts(part, wanted) if len(part) <= _LONGEST_KEPT else self._firsts(part, wanted)
            yield _moved(found, start)

    def label(self, key: str) -> str:
        """The label people read for `key`; the key itself where the vocabulary does not hold it."""
        return self.terms[key].label if key in self.terms else key.replace("_", " ")

    def _firsts(self, part: str, keys: frozenset[str]) -> tuple[Match, ...]:
        found = self._low.firsts(_Part(lowered(part)), keys, self._negations)
        for key, match in self._case.firsts(_Part(part), keys, self._negations).items():
            found[key] = _earlier(found.get(key), match)
        return tuple(sorted(found.values(), key=lambda match: (match.start, -match.end)))

    def _scan(self, text: str) -> Iterator[Match]:
        small, written = _Part(lowered(text)), _Part(text)
        next_low, next_case = self._low.search(small, 0), self._case.search(written, 0)
        while next_low is not None or next_case is not None:
            best = _earlier(next_low, next_case)
            yield best
            position = best.end
            if next_low is not None and next_low.start < position:
                next_low = self._low.search(small, position)
            if next_case is not None and next_case.start < position:
                next_case = self._case.search(written, position)


def _moved(matches: Sequence[Match], start: int) -> list[Match]:
    if start == 0:
        return list(matches)
    return [Match(match.key, match.start + start, match.end + start, match.rule) for match in matches]


def _earlier(first: Match | None, second: Match | None) -> Match:
    """The leftmost of two matches, the longer one where both start together (at least one is given)."""
    given = [match for match in (first, second) if match is not None]
    return min(given, key=lambda match: (match.start, -match.end))


class _Negations:
    """The negations of a vocabulary (`[negations]` of its file) and the terms that say which of them void their words."""

    def __init__(
        self,
        name: str,
        table: Mapping[str, Sequence[str]],
        macros: Mapping[str, str],
        terms: Mapping[str, Term],
    ) -> None:
        self._voiding = {key: frozenset(term.attributes.get("voided_by", ())) for key, term in terms.items()}
        for key, named in self._voiding.items():
            if not named <= {"before", "after"} & set(table):
                raise VocabularyError(
                    f"{name}.toml, term {key!r}: voided_by may name 'before' and 'after' of the table [negations]."
                )
        # What stands before a match must reach up to it; what stands behind is looked for in the clause alone.
        self._before, self._after, self._doubled = (
            _joined(table.get(kind, ()), macros, ending) for kind, ending in _NEGATIONS.items()
        )

    def void(self, key: str, text: str, start: int, end: int) -> bool:
        """Whether a negation governs the words `text[start:end]` of the term `key`."""
        voiding = self._voiding[key]
        floor = max(0, start - _LOOK_BACK)
        if self._doubled and _doubles(self._doubled, text, floor, start):
            return True
        if "before" in voiding and self._before and self._before.search(text[floor:start]):
            return True
        if "after" not in voiding or self._after is None:
            return False
        stop = _CLAUSE_END.search(text, start, end + _LOOK_ON)
        return bool(self._after.search(text, start, stop.start() if stop else end + _LOOK_ON))


_NEGATIONS = {"before": r"\Z", "after": "", "doubled": ""}
_CLAUSE_END = re.compile(
    r"[,;:.]|\b(?:but|and|however|because|since|although|though|while|when|where|which|that|who|as)\b", re.IGNORECASE
)


def _joined(patterns: Sequence[str], macros: Mapping[str, str], ending: str) -> re.Pattern[str] | None:
    parts = "|".join(f"(?:{_compile(_expanded(pattern, macros))})" for pattern in patterns)
    return re.compile(f"(?:{parts}){ending}", re.IGNORECASE) if parts else None


def _doubles(doubled: re.Pattern[str], text: str, floor: int, start: int) -> bool:
    """Whether a doubled negation ends where the match begins."""
    return any(match.end() == start for match in doubled.finditer(text, floor, start + 20))


class _Part:
    """A text to match in. `padded` has a blank before it, so that its first word has a character before it too."""

    __slots__ = ("padded", "possible", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.padded = " " + text
        self.possible: set[str] | None = None  # the rules whose words stand in it, once that was asked for


class _Alternatives:
    """Patterns tried together: at the first place where any of them matches, the longest match wins.

    Only patterns that can begin as the text goes on are tried, so most words of a text cost one look-up.
    """

    def __init__(self, name: str, patterns: list[tuple[str, int, str]]) -> None:
        self._rules: list[_Rule] = []
        self._by_opening: dict[str, list[_Rule]] = {}
        needs: dict[str, frozenset[str]] = {}
        for key, index, pattern in patterns:
            expression = _compile(pattern)
            try:
                compiled = re.compile(rf"(?:{expression})(?![A-Za-z0-9])")
            except re.error as error:
                raise VocabularyError(
                    f"{name}.toml, term {key!r}: the pattern {pattern!r} is not valid: {error}."
                ) from error
            if compiled.groups:
                raise VocabularyError(
                    f"{name}.toml, term {key!r}: {pattern!r} has a capture group; write (?:...) instead."
                )
            rule = (key, f"{name}/{key}#{index + 1}", compiled)
            self._rules.append(rule)
            beginnings, needs[rule[1]] = hints(expression)
            for beginning in beginnings:
                self._by_opening.setdefault(beginning, []).append(rule)
        self._order = {rule[1]: position for position, rule in enumerate(self._rules)}
        self._seen: dict[str, list[_Rule]] = {}
        # A place is the character before a word: the expression engine skips to those fastest, and a blank stands before
        # the text for its first word.
        self._places = re.compile(f"[^A-Za-z0-9](?={leading(self._by_opening)})") if patterns else None
        # What a rule needs is told by its shortest beginning among all, so that one search finds them.
        least = shortest(word for words in needs.values() for word in words)
        self._needs = re.compile(f"[^a-zA-Z0-9](?=({leading(least)}))") if least else None
        self._needing: dict[str, set[str]] = {word: set() for word in least}
        for rule_name, words in needs.items():
            for word in words:
                self._needing[next(word[:size] for size in range(len(word) + 1) if word[:size] in least)].add(rule_name)
        self._free = frozenset(rule_name for rule_name, words in needs.items() if not words)

    def search(self, part: _Part, position: int) -> Match | None:
        """The first match from `position` on, the longest at its place."""
        possible = self._possible(part)
        for start, candidates in self._starts(part, position) if possible else ():
            best: Match | None = None
            for key, rule, compiled in candidates:
                if rule not in possible:
                    continue
                match = compiled.match(part.text, start)
                if match is not None and match.end() > start and (best is None or match.end() > best.end):
                    best = Match(key, start, match.end(), rule)
            if best is not None:
                return best
        return None

    def firsts(self, part: _Part, keys: Collection[str], negations: _Negations) -> dict[str, Match]:
        """The first match of every one of `keys` that no negation voids, the longest at its place, whatever others match there."""
        possible = self._possible(part)
        found: dict[str, Match] = {}
        for start, candidates in self._starts(part, 0) if possible else ():
            for key, rule, compiled in candidates:
                if rule not in possible or key not in keys:
                    continue
                known = found.get(key)
                if known is not None and known.start < start:
                    continue
                match = compiled.match(part.text, start)
                if match is None or match.end() == start or (known is not None and match.end() <= known.end):
                    continue
                if not negations.void(key, part.text, start, match.end()):
                    found[key] = Match(key, start, match.end(), rule)
        return found

    def _possible(self, part: _Part) -> set[str]:
        """The rules that need no word, or one that stands in the text."""
        if part.possible is None:
            part.possible = set(self._free)
            if self._needs is not None:
                for word in set(self._needs.findall(part.padded)):
                    part.possible |= self._needing[word]
        return part.possible

    def _starts(self, part: _Part, position: int) -> Iterator[tuple[int, list[_Rule]]]:
        """The words from `position` on with which a match may begin, each with the rules to try."""
        if self._places is None:
            return
        text, seen = part.text, self._seen
        for place in self._places.finditer(part.padded, position):
            start = place.start()
            piece = text[start : start + LENGTH]
            candidates = seen[piece] if piece in seen else self._candidates(piece)
            if candidates:
                yield start, candidates

    def _candidates(self, piece: str) -> list[_Rule]:
        """The rules, in the file's order, that can match where the text goes on with `piece`."""
        start = opening(piece)
        rules = {rule[1]: rule for size in range(len(start) + 1) for rule in self._by_opening.get(start[:size], ())}
        found = sorted(rules.values(), key=lambda rule: self._order[rule[1]])
        if len(self._seen) < _MOST_SEEN:
            self._seen[piece] = found
        return found


def _expanded(pattern: str, macros: Mapping[str, str]) -> str:
    """The pattern with `{NAME}` written out; names are in capitals, so they are no repeat counts."""
    for name, meaning in macros.items():
        pattern = pattern.replace("{" + name + "}", meaning)
    return pattern


def _term(name: str, entry: Mapping[str, Any], macros: Mapping[str, str], needs: Sequence[str]) -> Term:
    key = entry.get("key")
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise VocabularyError(f"{name}.toml: {key!r} is not a key; use small letters, digits and underscores.")
    for attribute in needs:
        if attribute not in entry:
            raise VocabularyError(
                f"{name}.toml, term {key!r}: the attribute {attribute!r} is missing; give it as the other terms do."
            )
    patterns = tuple(_expanded(pattern, macros) for pattern in entry.get("patterns", ()))
    cased = tuple(_expanded(pattern, macros) for pattern in entry.get("case_patterns", ()))
    for pattern in patterns:
        if re.sub(r"\\.", "", pattern) != re.sub(r"\\.", "", pattern).lower():
            raise VocabularyError(f"{name}.toml, term {key!r}: {pattern!r} has capitals; move it to case_patterns.")
    return Term(
        key=key,
        label=entry.get("label", key),
        patterns=patterns,
        case_patterns=cased,
        examples=tuple(entry.get("examples", ())),
        counterexamples=tuple(entry.get("counterexamples", ())),
        note=entry.get("note", ""),
        attributes={k: v for k, v in entry.items() if k not in _KNOWN},
    )


@cache
def vocabulary(name: str) -> Vocabulary:
    """The vocabulary of `data/vocabulary/<name>.toml`, read once. Raises VocabularyError when it cannot be used."""
    path = FOLDER / f"{name}.toml"
    try:
        return Vocabulary(name, tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise VocabularyError(f"The vocabulary file {path} cannot be read: {error}. Restore or mend it.") from error


def names() -> list[str]:
    """The names of all vocabularies, sorted."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@cache
def version() -> str:
    """Twelve hex digits that change whenever any vocabulary file does."""
    digest = hashlib.sha256()
    for name in names():
        digest.update(name.encode() + b"\0" + (FOLDER / f"{name}.toml").read_bytes() + b"\0")
    return digest.hexdigest()[:12]
