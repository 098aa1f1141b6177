"""What every rule named in a finding does, and which findings every derived value follows from, out of `data/rules.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

from data.vocabulary import names, vocabulary

FILE = Path(__file__).parent / "rules.toml"
_ENTRY = re.compile(r"(?P<vocabulary>\w+)/(?P<key>\w+)#(?P<number>\d+)")


@dataclass(frozen=True, slots=True)
class Derived:
    """A value that no words of the letter state: `kinds` are the findings it follows from, `rule` says how.

    A kind may name the values that count, as `flag=retrospective` or `imaging=*:hybrid`. With `first`, only findings of
    the first kind that the letter has count.
    """

    key: str
    label: str
    of: Literal["letter", "item"]
    kinds: tuple[str, ...]
    rule: str
    first: bool = False

    def sources(self, findings: Sequence[Mapping[str, Any]]) -> list[int]:
        """The positions in `findings` (`kind`, `value`) of those that the value follows from."""
        found: list[int] = []
        for wanted in self.kinds:
            kind, _, value = wanted.partition("=")
            found += [
                number
                for number, finding in enumerate(findings)
                if finding["kind"] == kind and fnmatchcase(finding["value"], value or "*")
            ]
            if found and self.first:
                break
        return found


def explanation(rule: str) -> str:
    """What a rule does, in a sentence; a rule that a record from elsewhere names may not be known."""
    return known_rule(rule) or "A rule of another parser, which is not described here."


@lru_cache(maxsize=4096)
def known_rule(rule: str) -> str | None:
    """What a rule does, in a sentence; None when there is no such rule."""
    entry = _ENTRY.fullmatch(rule)
    if entry is None or entry["vocabulary"] not in names():
        return rules().get(rule)
    term = vocabulary(entry["vocabulary"]).terms.get(entry["key"])
    if term is None or not 1 <= int(entry["number"]) <= len(term.patterns) + len(term.case_patterns):
        return None
    return f"Words of the entry {term.label} in {entry['vocabulary']}.toml, pattern {entry['number']}."


@cache
def rules() -> Mapping[str, str]:
    """The sentence for every rule that is no pattern of a vocabulary."""
    return dict(_document()["rules"])


@cache
def derived() -> Mapping[str, Derived]:
    """Every derived value by its key, in the order they are shown."""
    return {
        entry["key"]: Derived(
            entry["key"], entry["label"], entry["of"], tuple(entry["from"]), entry["rule"], entry.get("first", False)
        )
        for entry in _document()["derived"]
    }


def why_without_place(code: str) -> str | None:
    """Why a problem with that code may have no place in the text; None for problems that always have one."""
    reason = _document()["without_place"].get(code)
    return str(reason) if reason else None


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))
