"""How fast letters are parsed, stage by stage, and what the matcher saves beside trying every pattern."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import loaders.items
import loaders.parse
import loaders.statements
from data.vocabulary import _compile, names, vocabulary
from loaders.parse import parse_letter
from loaders.read import Candidate, discover, read_text
from loaders.sections import find_sections, sentences
from loaders.settle import settle

Row = tuple[str, float, str]
_REPEATS = 5
# The readers of a letter's parts, as `loaders.parse` calls them. What a decision needs beyond the core stands last.
_CORE = ("find_sections", "read_cover", "read_credentials", "read_statements", "split_request", "read_imaging")
_FURTHER = ("terms_in", "category_of", "read_quantity", "flags_of", "read_reasons", "read_silence", "check_letter")


def least(work: Callable[[], object], count: int, before: Callable[[], object] = lambda: None) -> float:
    """Milliseconds of processor time for one of `count` letters: the least of some repeats, which noise can only raise."""
    taken = []
    for _ in range(_REPEATS):
        before()
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return 1000 * min(taken) / count


def forget() -> None:
    """Empty what readers keep of earlier letters, so that every letter is met for the first time."""
    for name in names():
        known = vocabulary(name)
        known._kept.cache_clear()
        known._kept_firsts.cache_clear()
    loaders.statements._kept.cache_clear()
    loaders.items._stated_quantity.cache_clear()


@contextmanager
def timed(spent: dict[str, float]) -> Iterator[None]:
    """Adds up, by name, what the readers called by `loaders.parse` take."""
    kept = {name: getattr(loaders.parse, name) for name in (*_CORE, *_FURTHER)}

    def clocked(name: str, reader: Callable[..., object]) -> Callable[..., object]:
        def run(*arguments: object, **options: object) -> object:
            start = time.process_time()
            try:
                return reader(*arguments, **options)
            finally:
                spent[name] = spent.get(name, 0.0) + time.process_time() - start

        return run

    for name, reader in kept.items():
        setattr(loaders.parse, name, clocked(name, reader))
    try:
        yield
    finally:
        for name, reader in kept.items():
            setattr(loaders.parse, name, reader)


def measure(folder: Path) -> list[Row]:
    """What, milliseconds a letter, and a remark, for all letters below `folder`."""
    files = [found for found in discover([folder]) if isinstance(found, Candidate)]
    pdfs = [found for found in files if found.suffix == ".pdf"]
    raw = [read_text(found) for found in files]
    settled = [settle(text) for text in raw]
    count = len(settled)
    characters = sum(map(len, settled)) // max(1, count)
    rows: list[Row] = [("letters", float(count), f"{characters:,} characters each on average")]

    def row(name: str, cost: float, remark: str = "") -> None:
        rows.append((name, cost, f"{1000 / cost:,.0f} a second a core{remark}"))

    row("settle", least(lambda: [settle(text) for text in raw], count))
    row("parse, settled text, met for the first time", least(lambda: [parse_letter(t) for t in settled], count, forget))
    row("parse, settled text, met before", least(lambda: [parse_letter(text) for text in settled], count))
    whole = least(lambda: [parse_letter(settle(text)) for text in raw], count, forget)
    row("settle and parse, met for the first time", whole)
    spent: dict[str, float] = {}
    forget()
    with timed(spent):
        for text in settled:
            parse_letter(text)
    for name in (*_CORE, *_FURTHER):
        rows.append((f"  {name}", 1000 * spent.get(name, 0.0) / count, "one pass, met for the first time"))
    if pdfs:
        cost = least(lambda: [parse_letter(settle(read_text(found))) for found in pdfs], len(pdfs), forget)
        row("PDF, extraction and parse", cost)
    return rows + _matching(settled)


def _matching(settled: list[str]) -> list[Row]:
    """The grounds of all rationales by the matcher, and by trying every pattern on every sentence."""
    parts = [
        text[start:end].lower()
        for text in settled
        for item in find_sections(text).items
        if item.rationale
        for start, end in sentences(text, *item.rationale)
    ]
    known = vocabulary("reasons")
    patterns = [
        re.compile(rf"(?<![a-z0-9])(?:{_compile(pattern)})(?![a-z0-9])")
        for term in known.terms.values()
        for pattern in term.patterns
    ]
    ours = least(lambda: [list(known.mentions(part, [(0, len(part))])) for part in parts], len(settled), forget)
    plain = least(lambda: [[pattern.search(part) for pattern in patterns] for part in parts], len(settled))
    return [
        ("grounds, the matcher", ours, f"{plain / ours:.1f} times as fast as trying every pattern"),
        ("grounds, every pattern", plain, ""),
    ]
