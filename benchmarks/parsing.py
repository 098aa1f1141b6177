"""How fast letters are parsed, stage by stage, and what the matcher saves beside trying every pattern.

Times are of the processor, on one core, with every reader's memory of earlier letters emptied where nothing else is said.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import loaders.items
import loaders.parse
import loaders.statements
from benchmarks.programs import Say
from data.vocabulary import _compile, names, vocabulary
from loaders.parse import parse_letter
from loaders.read import Candidate, discover, read_text
from loaders.sections import find_sections, sentences
from loaders.settle import settle

_REPEATS = 5
# Letters a second a core that the product promises: as text, as text without what stands in _FURTHER, as PDF.
BUDGETS = {"text": 800, "core": 2000, "pdf": 110}
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


@dataclass(frozen=True, slots=True)
class Stage:
    """What was timed, milliseconds of processor time a letter, a remark, and the budget in letters a second a core."""

    what: str
    ms: float
    remark: str = ""
    budget: int | None = None


def measure(folder: Path, say: Say) -> dict[str, Any]:
    """Figures of all letters below `folder`."""
    files = [found for found in discover([folder]) if isinstance(found, Candidate)]
    pdfs = [found for found in files if found.suffix == ".pdf"]
    say(f"reading {len(files):,} letters")
    raw = [read_text(found) for found in files]
    say("settling and parsing them")
    settled = [settle(text) for text in raw]
    stages = _stages(raw, settled)
    if pdfs:
        say("extracting PDF letters")
        cost = least(lambda: [parse_letter(settle(read_text(found))) for found in pdfs], len(pdfs), forget)
        stages.append(Stage("PDF, extraction and parse", cost, budget=BUDGETS["pdf"]))
    say("matching grounds")
    stages += _matching(settled)
    return {
        "letters": len(files),
        "pdf_letters": len(pdfs),
        "characters": sum(map(len, settled)) // max(1, len(settled)),
        "stages": [asdict(stage) for stage in stages],
    }


def _stages(raw: list[str], settled: list[str]) -> list[Stage]:
    """The whole, then each stage of one pass; the core is the whole without the stages beyond it."""
    count = len(settled)
    whole = least(lambda: [parse_letter(settle(text)) for text in raw], count, forget)
    again = least(lambda: [parse_letter(text) for text in settled], count)
    settling = least(lambda: [settle(text) for text in raw], count)
    spent: dict[str, float] = {}
    forget()
    with timed(spent):
        for text in settled:
            parse_letter(text)
    each = {name: 1000 * spent.get(name, 0.0) / count for name in (*_CORE, *_FURTHER)}
    core = max(whole - sum(each[name] for name in _FURTHER), 0.001)
    return [
        Stage("settle and parse", whole, "as text, met for the first time", BUDGETS["text"]),
        Stage("settle and parse, the core", core, f"without {', '.join(_FURTHER)}", BUDGETS["core"]),
        Stage("parse again", again, "settled text, met before"),
        Stage("settle", settling),
        *(Stage(name, cost, "one pass") for name, cost in each.items()),
    ]


def _matching(settled: list[str]) -> list[Stage]:
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
        Stage("grounds, the matcher", ours, f"{plain / ours:.1f} times as fast as every pattern on every sentence"),
        Stage("grounds, every pattern on every sentence", plain),
    ]
