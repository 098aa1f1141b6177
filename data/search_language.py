"""What people type to search letters, read into a tree: one reading for every page, link and file. Never raises.

    spine pain            both words, wherever in the letter they stand     spine AND pain is the same
    CT OR MRI             either, as CT || MRI                              NOT knee, -knee, !knee: without
    "bone scan"           the words next to each other                      (CT OR MRI) spine: brackets
    request:MRI           in that part of the letter: request, rationale, summary, citation; case is the case number
    arthro*               words that begin so                               arthroscopy~: typing mistakes, one or two letters
    16-0123456, 0123456   the case number, also without its beginning

NOT binds closest, then AND, then OR. A case number finds its letter however it is typed, its beginning the letters of
which it is one. What has no meaning (a bracket without its other half) is left out and said (`Parsed.notes`); where leaving
it out would find letters that were not meant, nothing is found, and `Parsed.trouble` says why.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from data.search_tree import AllOf, AnyOf, Case, Node, Not, Phrase, Word, every_leaf, said
from data.text_index import stems

LONGEST = 2000
"""The most characters that are read as a search."""
MOST_NESTED = 25
LONGEST_WORD = 39
"""Bytes of UTF-8: no longer word is in the index."""
FIELDS = {
    "request": "request",
    "requests": "request",
    "rationale": "rationale",
    "rationales": "rationale",
    "summary": "summary",
    "citation": "citations",
    "citations": "citations",
    "case": "case",
}
_OPERATORS = ("AND", "OR", "NOT")
_SIGNS = {"&&": "AND", "||": "OR"}
_LIKE = {
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u00ab\u00bb\u2033"), '"'),
    **{0xFF01 + place: 0x21 + place for place in range(94)},  # full-width forms
    0x3000: " ",
    # what has no width: soft hyphens, joiners of words, marks of direction; letters of other scripts need theirs
    **dict.fromkeys([0xAD, 0x200B, 0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF]),
}
_FIELD = re.compile(r"([A-Za-z]+):")
_RUN = re.compile(r"[^\W_]+")
_NEAR = re.compile(r"~(\d*)$")
_ONE_MISTAKE, _TWO_MISTAKES = 4, 8
_WEIGHT = re.compile(r"\^[\d.]*$")
_NEGATION = re.compile(r"-+|!+")
_BARE = re.compile(r"\s*(\d{7,8})\s*")  # so long that it is no code of a treatment or diagnosis
_BETWEEN = r"[\s_.:\u2010-\u2015-]{0,3}"
# A year and at least three more digits, or an explicit beginning, so that `5 cm 14 days` stays words.
_CASE = re.compile(
    rf"CM{_BETWEEN}(?P<year>\d\d)(?:{_BETWEEN}(?P<number>\d{{3,8}})(?P<star>\*?)|(?P<only>\*))(?!\w)", re.IGNORECASE
)
_WITHOUT_CM = re.compile(r"(?P<year>\d\d)[-\u2010-\u2015](?P<number>\d{7,8})(?![\w-])")
_CASE_FIELD = re.compile(
    rf"(?:CM)?{_BETWEEN}(?P<year>\d\d)(?:{_BETWEEN}(?P<number>\d{{1,8}}))?(?P<star>\*?)(?!\w)", re.I
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What was understood: the tree, None where nothing can be found, for which `trouble` is the reason; and what was left out."""

    tree: Node | None
    notes: tuple[str, ...] = ()
    trouble: str = ""

    @property
    def understood(self) -> str:
        """How the search was read, as a sentence."""
        return f"Letters with {said(self.tree)}." if self.tree else ""


class _Trouble(Exception):
    """Ends the reading; says why, as a sentence."""


@lru_cache(maxsize=256)
def parse(typed: str) -> Parsed:
    """Read what was typed."""
    if len(typed) > LONGEST:
        return Parsed(None, (), f"A search has at most {LONGEST:,} characters; this one has {len(typed):,}.")
    if bare := _BARE.fullmatch(plainly(typed)):
        number = Word(bare[1], place=bare.span(1))
        return Parsed(AnyOf((Case("", bare[1]), number)))
    reading = _Reading(plainly(typed))
    try:
        tree = reading.whole()
    except _Trouble as trouble:
        return Parsed(None, (), str(trouble))
    if tree is None:
        shown = typed if len(typed) <= 60 else f"{typed[:60]}…"
        return Parsed(None, (), f"There is no word to search for in {shown!r}: a search needs letters or digits.")
    return Parsed(tree, tuple(dict.fromkeys(reading.notes)))


def plainly(typed: str) -> str:
    """What was typed with plain quotation marks, letters of plain width and none without any: where a word's `place` is."""
    return typed.translate(_LIKE)


def most_mistakes(word: str) -> int:
    """How many typing mistakes a word may hold and still be meant: of its stem's letters none below four, one below eight.

    With one mistake in three letters or two in four most letters of the alphabet's short words are alike: in a hundred
    letters `MRI` would find `hip`, and two mistakes in `bone` every one of them.
    """
    length = len((stems(word) or [""])[0])
    return 0 if length < _ONE_MISTAKE else 1 if length < _TWO_MISTAKES else 2


def asks_for_parts(typed: str) -> bool:
    """Whether a part of letters or a case number is asked for, which old indexes do not know."""
    tree = parse(typed).tree if typed else None
    return tree is not None and any(isinstance(leaf, Case) or leaf.part for leaf in every_leaf(tree))


class _Reading:
    """One pass over what was typed, by recursive descent."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0
        self.notes: list[str] = []

    def whole(self) -> Node | None:
        tree = self._either(None)
        while self._more():  # only a closing bracket ends it early
            self.at += 1
            self.notes.append("A closing bracket without an opening one was left out.")
            rest = self._either(None)
            tree = _joined(AllOf, [tree, rest])
        return tree

    def _more(self) -> bool:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.at < len(self.text)

    def _operator(self) -> str:
        """The operator that stands here, or nothing."""
        if self._more():
            if sign := _SIGNS.get(self.text[self.at : self.at + 2]):
                return sign
            for operator in _OPERATORS:
                end = self.at + len(operator)
                if self.text.startswith(operator, self.at) and (self.text[end : end + 1] or " ") in ' \t\n()"':
                    return operator
        return ""

    def _either(self, part: str | None) -> Node | None:
        found: list[Node | None] = [self._all(part)]
        while self._operator() == "OR":
            self.at += 2  # `||` is as long
            found.append(self._all(part))
            if found[-1] is None or found[-2] is None:
                self._idle("OR")
        return _joined(AnyOf, found)

    def _all(self, part: str | None) -> Node | None:
        found: list[Node | None] = []
        joining = False  # an AND that waits for what comes behind it
        while self._more() and self.text[self.at] != ")":
            operator = self._operator()
            if operator == "OR":
                break
            if operator == "AND":
                self.at += len("&&" if self.text[self.at] == "&" else "AND")
                if joining or not any(found):
                    self._idle("AND")
                joining = any(found)
                continue
            before = self.at
            found.append(self._one(part))
            joining = joining and found[-1] is None and self.at > before
        if joining:
            self._idle("AND")
        return _joined(AllOf, found)

    def _one(self, part: str | None) -> Node | None:
        """One condition with the negations before it."""
        negated = False
        sign = ""
        while True:
            if self._operator() == "NOT":
                self.at, sign = self.at + 3, "NOT"
                negated = not negated
            elif signs := self._signs():
                if len(signs) > 1:
                    self.notes.append(f"{signs[:10]} was read as one {signs[0]}: letters without what follows it.")
                self.at, sign = self.at + len(signs), signs[0]
                negated = not negated
            else:
                break
        if sign and (not self._more() or self.text[self.at] == ")" or self._operator()):
            self._idle(sign)
            return None
        node = self._condition(part)
        return Not(node) if node and negated else node

    def _signs(self) -> str:
        """The minus signs or exclamation marks that stand here before what they negate, or nothing."""
        found = _NEGATION.match(self.text, self.at) if self._more() else None
        if found and (self.text[found.end() : found.end() + 1] or " ").isspace():
            if found[0] in ("-", "--") and found.end() < len(self.text):
                self.notes.append(
                    f"{found[0]} with a blank behind it means nothing and was left out; -knee is without knee."
                )
            return ""
        return found[0] if found else ""

    def _condition(self, part: str | None) -> Node | None:
        field = _FIELD.match(self.text, self.at)
        if field and field[1].lower() in FIELDS:
            self.at = field.end()
            return self._in_field(field[0])
        if case := _WITHOUT_CM.match(self.text, self.at):
            self.at = case.end()
            return Case(case["year"], case["number"])
        if case := _CASE.match(self.text, self.at):
            self.at = case.end()
            return Case(case["year"], case["number"] or "", bool(case["star"] or case["only"]))
        if self.text[self.at] == "(":
            return self._bracket(part)
        if self.text[self.at] == '"':
            return self._phrase(part)
        return self._word(part)

    def _in_field(self, field: str) -> Node | None:
        if not self._more() or self.text[self.at] == ")" or self._operator() in ("AND", "OR"):
            self.notes.append(f"{field} has nothing after it and was left out.")
            return None
        name = FIELDS[field.rstrip(":").lower()]
        if name == "case":
            return self._case()
        self._deeper()
        node = self._one(name)
        self.depth -= 1
        return node

    def _case(self) -> Node:
        quoted = self.text[self.at] == '"'
        found = _CASE_FIELD.match(self.text, self.at + quoted)
        if not found:
            raise _Trouble(
                f"What follows case: is no case number ({self.text[self.at : self.at + 20].strip()}). Write case:CM16-0123456, or its beginning."
            )
        self.at = found.end()
        if quoted and self.text[self.at : self.at + 1] == '"':
            self.at += 1
        return Case(found["year"], found["number"] or "", bool(found["star"]))

    def _bracket(self, part: str | None) -> Node | None:
        self.at += 1
        self._deeper()
        node = self._either(part)
        self.depth -= 1
        if self._more():
            self.at += 1
            if node is None:
                self.notes.append("Brackets with nothing to search for in them were left out.")
        else:
            self.notes.append("An opening bracket has no closing one: it was taken to reach to the end.")
        return node

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > MOST_NESTED:
            raise _Trouble(f"Brackets or parts are nested more than {MOST_NESTED} deep, which is not read. Use fewer.")

    def _phrase(self, part: str | None) -> Node | None:
        end = self.text.find('"', self.at + 1)
        inside = self.text[self.at + 1 : end if end >= 0 else None]
        start, self.at = self.at + 1, end + 1 if end >= 0 else len(self.text)
        runs = _runs(inside)
        if end < 0:
            self.notes.append(
                "A quotation mark has no partner: what follows it was searched as one phrase."
                if runs
                else "A quotation mark without a partner was left out."
            )
        if not runs:
            return None
        if "*" in inside or "~" in inside:
            self.notes.append("Inside quotation marks * and ~ mean nothing and were left out.")
        return Phrase(inside, part) if len(runs) > 1 else Word(runs[0], part, place=(start, start + len(inside)))

    def _word(self, part: str | None) -> Node | None:
        start = self.at
        while self.at < len(self.text) and not self.text[self.at].isspace() and self.text[self.at] not in '()"':
            if self.text[self.at : self.at + 2] in _SIGNS:
                break
            self.at += 1
        text = self.text[start : self.at]
        if weight := _WEIGHT.search(text):
            text = text[: weight.start()]
            self.notes.append(
                f"{weight[0][:20]} means nothing here and was left out: no word weighs more than another."
            )
        runs = _runs(text)
        if not runs:
            return None
        field = _FIELD.match(text)
        if field and text[field.end() :] and not text.startswith("http"):
            searched = "as words next to each other" if len(runs) > 1 else "as a word"
            self.notes.append(
                f"{field[0][:40]} names no part of a letter, so it was searched {searched}. The parts are request:, rationale:, summary:, citation: and case:."
            )
        near = _NEAR.search(text)
        core = text[: near.start()] if near else text.rstrip("*")
        marked = "~" if near else "*" if core != text else ""
        if "*" in core or "?" in core.rstrip("?") or "~" in core:
            self.notes.append("* and ~ count at the end of a word only, and ? nowhere; elsewhere they were left out.")
        if marked and (len(runs) > 1 + bool(near and near[1]) or not _runs(core)):
            self.notes.append(f"{marked} works behind a single word; in {text[:40]} it was left out.")
        elif marked == "*":
            return self._beginning(runs[0], part)
        elif near:
            return self._near(_runs(core)[0], near[1], part)
        if len(runs) > 1:
            return Phrase(text, part)
        inner = text.find(runs[0])
        return Word(runs[0], part, place=(start + inner, start + inner + len(runs[0])))

    def _beginning(self, word: str, part: str | None) -> Node:
        if len(word) < 2:
            raise _Trouble(f"{word}* is too short: the beginning of a word needs at least two letters or digits.")
        return Word(word.lower(), part, "prefix")

    def _near(self, word: str, asked: str, part: str | None) -> Node:
        most = most_mistakes(word)
        if not most:
            raise _Trouble(f"{word}~ is too short: typing mistakes are looked for in words of four letters or more.")
        mistakes = int(asked[:3]) if asked else most
        if mistakes > most:
            said = "one typing mistake" if most == 1 else "two typing mistakes"
            self.notes.append(f"{word}~{asked[:3]} asks for more than {said}; no more are looked for in this word.")
        return Word(word, part, "near", min(mistakes, most)) if mistakes else Word(word, part)

    def _idle(self, operator: str) -> None:
        name = {"-": "A minus sign", "!": "An exclamation mark"}.get(operator, operator)
        self.notes.append(f"{name} had nothing to join and was left out.")


def _runs(text: str) -> list[str]:
    """The words in it as the index would have them. Ends the reading where one is too long to be there."""
    runs = _RUN.findall(text)
    for run in runs:
        if len(run.encode("utf-8", "replace")) > LONGEST_WORD:
            raise _Trouble(
                f"No letter is searched for words of more than {LONGEST_WORD} characters, such as {run[:20]}…."
            )
    return runs


def _joined(kind: type[AllOf] | type[AnyOf], nodes: list[Node | None]) -> Node | None:
    """The conditions as one, without what was left out, and flat."""
    found: list[Node] = []
    for node in nodes:
        if node is not None:
            found += node.of if isinstance(node, kind) else [node]
    found = list(dict.fromkeys(found))
    return kind(tuple(found)) if len(found) > 1 else found[0] if found else None
