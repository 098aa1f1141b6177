"""A condition as a plain sentence, and the way back: what is typed or pasted in the same words.

    Imaging modality is any of SPECT, CT and (Body part is “Neck (cervical spine)” or Outcome is overturned)
    Request does not contain “retro”, or none stated

A field by its label, its operator, its values: lists with commas, groups within others in brackets. A value stands in
quotation marks where it would not be clear where it ends; within them \\ stands before a mark or a \\. Capitals do not
matter, straight marks do as well. A negative condition lets in what states nothing and says so; reading does not ask for it.
"""

from __future__ import annotations

import difflib
import re
from functools import cache, lru_cache
from typing import NoReturn

from data.condition_fields import ConditionError, Field, Operator, fields
from data.conditions import Group, Node, Test, joined, test, within_limits

LONGEST_SENTENCE = 20_000
_NONE_STATED = ", or none stated"
_UNKNOWN = "the unknown value"
_PLAIN = re.compile(r"[\w’'/+–-]+(?: [\w’'/+–-]+)*")
_WORDS = frozenset(
    (
        *("and", "or", "not", "none", "any", "all", "only", "is", "the", "stated", "missing", "between", "before"),
        *("in", "on", "at", "contains", "does", "starts", "match"),
    )
)
_QUOTED = re.compile(r"[“”\"](?P<text>(?:\\.|[^\\“”\"])*)[“”\"]", re.DOTALL)
_CURLY = re.compile(r"“(?P<text>(?:\\.|[^\\“”])*)”", re.DOTALL)
_BARE = re.compile(r"(?:(?!\s+(?:and|or)\b)[^,()“”\"])+", re.IGNORECASE)
_JOINER = re.compile(r"\s+(and|or)(?=[\s(])", re.IGNORECASE)
_TAIL = re.compile(r"\s*,\s*or\s+none\s+stated\b", re.IGNORECASE)


def sentence(node: Node) -> str:
    """The condition in words, of one line. `from_sentence` leads back to it."""
    if isinstance(node, Test):
        return _said(node)
    return f" {node.joined} ".join(
        f"({sentence(part)})" if isinstance(part, Group) else _said(part) for part in node.parts
    )


def _said(one: Test) -> str:
    of, how = one.of, one.how
    if not one.values:
        return f"{of.label} {how.words}"
    values = [_value(of, how, value) for value in one.values]
    listed = " and ".join(values) if how.key == "between" else ", ".join(values)
    return f"{of.label} {how.words} {listed}{_NONE_STATED if how.negative and not of.always else ''}"


def _value(of: Field, how: Operator, value: str) -> str:
    if of.kind in ("date", "number"):
        return of.said(how, value)
    if not of.known(value):
        return f"{_UNKNOWN} {_in_marks(value)}"
    label = of.said(how, value)
    words = label.lower().split(" ")
    plain = of.kind in ("keys", "value") and _PLAIN.fullmatch(label) and not _WORDS.intersection(words)
    return label if plain else _in_marks(label)


def _in_marks(text: str) -> str:
    return "“" + re.sub(r"([\\“”])", r"\\\1", text) + "”"


@lru_cache(maxsize=64)
def from_sentence(typed: str) -> Node:
    """The condition that a sentence says. Raises ConditionError, which says what could not be read and where."""
    if len(typed) > LONGEST_SENTENCE:
        raise ConditionError(f"A sentence has at most {LONGEST_SENTENCE:,} characters; this one has {len(typed):,}.")
    reading = _Reading(typed.strip().removesuffix("."))
    node = reading.whole()
    return within_limits(node)


@cache
def _field_names() -> list[tuple[str, str]]:
    """Labels and keys of fields, the longest first."""
    return sorted(((one.label, one.key) for one in fields().values()), key=lambda pair: -len(pair[0]))


class _Reading:
    """One pass over a sentence, by recursive descent."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0

    def whole(self) -> Node:
        node = self._group()
        self._blank()
        if self.at < len(self.text):
            self._trouble("this was not understood")
        return node

    def _trouble(self, why: str, at: int | None = None) -> NoReturn:
        place = self.at if at is None else at
        shown = " ".join(self.text[place : place + 60].split()) or "the end"
        raise ConditionError(f"At “{shown}”: {why}{'' if why.endswith('?') else '.'}")

    def _blank(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    def _group(self) -> Node:
        self.depth += 1
        if self.depth > 50:
            self._trouble("more brackets lie within each other than are read")
        parts, words = [self._part()], set()
        while joiner := _JOINER.match(self.text, self.at):
            words.add(joiner[1].lower())
            if len(words) > 1:
                self._trouble("AND and OR stand side by side: brackets have to say which belongs together")
            self.at = joiner.end()
            parts.append(self._part())
        self.depth -= 1
        return joined("or" if "or" in words else "and", parts)

    def _part(self) -> Node:
        self._blank()
        if not self.text.startswith("(", self.at):
            return self._test()
        self.at += 1
        node = self._group()
        self._blank()
        if not self.text.startswith(")", self.at):
            self._trouble("a closing bracket is missing")
        self.at += 1
        return node

    def _test(self) -> Test:
        of = self._field()
        how = self._operator(of)
        values: list[str] = []
        if how.key == "between":
            first = self._value(of, how)
            joiner = _JOINER.match(self.text, self.at)
            if not joiner or joiner[1].lower() != "and":
                self._trouble("“between” takes two values with “and” between them")
            self.at = joiner.end()
            values = [first, self._value(of, how)]
        elif how.most:
            values = self._values(of, how)
        return test(of.key, how.key, *values)

    def _field(self) -> Field:
        self._blank()
        for label, key in _field_names():
            end = self.at + len(label)
            if self.text[self.at : end].casefold() == label.casefold() and not self.text[end : end + 1].isalnum():
                self.at = end
                return fields()[key]
        start = re.split(r"\s+(?:is|contains|does|starts|match)\b", self.text[self.at : self.at + 80], maxsplit=1)[0]
        near = difflib.get_close_matches(start, [label for label, _ in _field_names()], 1, 0.5)
        self._trouble("no field begins so" + (f"; is {near[0]} meant?" if near else ""))

    def _operator(self, of: Field) -> Operator:
        self._blank()
        for how in sorted(of.operators.values(), key=lambda one: -len(one.words)):
            wanted = r"\s+".join(map(re.escape, how.words.split()))
            if found := re.compile(rf"{wanted}(?!\w)", re.IGNORECASE).match(self.text, self.at):
                self.at = found.end()
                return how
        offered = ", ".join(how.words for how in of.operators.values())
        self._trouble(f"after {of.label} comes one of: {offered}")

    def _values(self, of: Field, how: Operator) -> list[str]:
        found = [self._value(of, how)]
        while how.most > 2 and not _TAIL.match(self.text, self.at) and re.compile(r"\s*,").match(self.text, self.at):
            self.at = self.text.index(",", self.at) + 1
            found.append(self._value(of, how))
        if how.negative and (tail := _TAIL.match(self.text, self.at)):
            self.at = tail.end()
        return found

    def _value(self, of: Field, how: Operator) -> str:
        self._blank()
        start = self.at
        if self.text[start : start + len(_UNKNOWN)].lower() == _UNKNOWN:
            self.at += len(_UNKNOWN)
            self._blank()
            return self._marked()
        if self.text[start : start + 1] in ("“", '"', "”"):
            return self._key(of, self._marked(), start)
        if of.kind in ("keys", "value") and (label := self._label(of)):
            return label
        bare = _BARE.match(self.text, start)
        if not bare or not bare[0].strip():
            self._trouble(f"{of.label} {how.words} wants a value")
        self.at = start + len(bare[0].rstrip())
        return self._key(of, bare[0].strip(), start)

    def _label(self, of: Field) -> str:
        """The key whose label stands here as a whole, the longest first."""
        for label, key in _labels(of.key):
            end = self.at + len(label)
            if self.text[self.at : end].casefold() == label and re.compile(r"\s*(?:$|[,)]|\s(?:and|or)\b)", re.I).match(
                self.text, end
            ):
                self.at = end
                return key
        return ""

    def _marked(self) -> str:
        curly = self.text.startswith("“", self.at)
        found = (_CURLY if curly else _QUOTED).match(self.text, self.at)
        if not found:
            self._trouble("a quotation mark has no partner")
        self.at = found.end()
        return re.sub(r"\\(.)", r"\1", found["text"], flags=re.DOTALL)

    def _key(self, of: Field, text: str, at: int) -> str:
        """The key of a label; a text, number or date as it is."""
        if of.kind not in ("keys", "value") or of.open:
            return text
        labels = dict(_labels(of.key))
        key = labels.get(text.casefold(), text if text in of.labels else "")
        if not key:
            near = difflib.get_close_matches(text.casefold(), labels, 1, 0.5)
            meant = f"; is {of.labels[labels[near[0]]]} meant?" if near else ""
            self._trouble(f"{of.label} knows no such value{meant}", at)
        return key


@cache
def _labels(key: str) -> list[tuple[str, str]]:
    """Labels in small letters with their keys, the longest first."""
    labels = fields()[key].labels
    return sorted(((label.casefold(), value) for value, label in labels.items()), key=lambda pair: -len(pair[0]))
