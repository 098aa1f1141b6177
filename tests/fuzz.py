"""Spoilt letters through the parser: `python -m tests.fuzz --letters 100000 --seed 1`, one of them again with `--only INDEX`.

Each must give a letter whose record keeps its contract, or be refused with a code and a sentence. Progress goes to
stderr, the report to stdout; it ends with 1 when a letter did anything else. Letters are made from the samples and, where
they are, the real ones, so the same seed means the same letters only over the same texts (the report tells their digest).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from data.errors import FileRejected
from data.record import Letter, as_object
from data.record_schema import check_record
from loaders.parse import parse_letter
from loaders.read import Candidate, discover, read_text
from loaders.settle import fold, settle
from tests.conftest import SAMPLES, real_letters
from tests.mutations import KINDS, spoilt

LONGEST = 20  # seconds of the processor; a letter that takes longer is a failure, not a wait without end
LETTER = "letter"


@cache
def sample_texts() -> tuple[str, ...]:
    return tuple(read_text(found) for found in discover([SAMPLES / "letters"]) if isinstance(found, Candidate))


@cache
def texts(*, real: bool = True) -> tuple[str, ...]:
    """The raw texts that letters are made from: the samples, and the real letters where they are."""
    folder = real_letters() if real else None
    found = discover([folder]) if folder else ()
    return (*sample_texts(), *(read_text(letter) for letter in found if isinstance(letter, Candidate)))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one letter: `letter`, or a rejection's code; `failure` is the trace where it was neither."""

    index: int
    kind: str
    outcome: str
    seconds: float
    size: int
    failure: str = ""


def check(raw: str) -> str:
    """`letter` or the code of the refusal. Raises whatever is wrong with the parser or its record."""
    settled = settle(raw)
    try:
        letter = parse_letter(settled)
    except FileRejected as rejection:
        assert rejection.code and rejection.message, "a refusal without code or message"
        return rejection.code
    record = json.loads(json.dumps(as_object(letter)))
    check_record(record)
    _check_words(letter, record)
    assert letter.text == settled, "the text was changed after it was settled"
    return LETTER


def _check_words(letter: Letter, record: dict[str, Any]) -> None:
    """What the record says stands at its spans: its texts are the words there, and every part lies inside its whole."""
    text = letter.text
    for finding in record["findings"]:
        start, end = finding["span"]
        assert start < end, f"a finding without words: {finding}"
        if finding["kind"] in ("request", "disputed", "decisive"):
            assert fold(text[start:end]) == finding["value"], f"other words stand at {finding}"
    for decision in record["decisions"]:
        assert decision["request"] and decision["disputed"], "an item that asks for nothing"
        assert decision["disputed"] in decision["request"], "the disputed part is no part of the request"
        rationale, decisive = decision["rationale"], decision["rationale"]["decisive"]
        for part in (decision["claims_administrator"], decision["reviewer"], rationale):
            for cited in (part, *part.get("citations", ())):
                if cited["span"]:
                    assert fold(text[slice(*cited["span"])]) == cited["text"], f"other words stand at {cited['span']}"
        if decisive:
            assert rationale["span"][0] <= decisive[0] < decisive[1] <= rationale["span"][1], "decisive lies outside"


def outcome_of(index: int, *, seed: int, real: bool) -> Outcome:
    """Letter number `index` of the seed, made and read; whatever is raised becomes its failure."""
    kind, raw = spoilt(texts(real=real), seed, index)
    started = time.process_time()
    signal.signal(signal.SIGVTALRM, _too_slow)
    signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST)
    try:
        outcome, failure = check(raw), ""
    except Exception as error:
        outcome, failure = type(error).__name__, traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return Outcome(index, kind, outcome, time.process_time() - started, len(raw), failure)


def _too_slow(*_: object) -> None:
    raise TimeoutError(f"more than {LONGEST} seconds of the processor for one letter")


def _of_seed(task: tuple[int, int, bool]) -> Outcome:
    seed, index, real = task
    return outcome_of(index, seed=seed, real=real)


def run(letters: int, seed: int, processes: int, *, real: bool) -> Iterator[Outcome]:
    """The outcome of letters 0 to `letters` of the seed, as they come."""
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap_unordered(_of_seed, ((seed, index, real) for index in range(letters)), chunksize=100)


def _digest(*, real: bool) -> str:
    return hashlib.sha256("\0".join(texts(real=real)).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def report(outcomes: list[Outcome], letters: int, seed: int, *, real: bool) -> str:
    """What became of the letters: a row a kind of mutation, a column an outcome; failures with the way to see one again."""
    counts = Counter((outcome.kind, "failure" if outcome.failure else outcome.outcome) for outcome in outcomes)
    columns = sorted({column for _, column in counts}, key=lambda name: (name != LETTER, name == "failure", name))
    rows = [["mutation", "letters", *columns]]
    for kind in KINDS:
        numbers = [counts[kind, column] for column in columns]
        rows.append([kind, f"{sum(numbers):,}", *(f"{number:,}" for number in numbers)])
    sums = [sum(counts[kind, column] for kind in KINDS) for column in columns]
    rows.append(["all", f"{sum(sums):,}", *(f"{number:,}" for number in sums)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        f"{letters:,} letters of seed {seed} from {len(sample_texts())} samples and "
        f"{len(texts(real=real)) - len(sample_texts())} real letters (texts {_digest(real=real)}); every record checked in full"
    ]
    lines += ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    slowest = max(outcomes, key=lambda outcome: outcome.seconds)
    lines.append(
        f"slowest: {slowest.seconds:.3f} s of the processor for {slowest.size:,} characters (index {slowest.index}, {slowest.kind})"
    )
    failures = sorted((outcome for outcome in outcomes if outcome.failure), key=lambda outcome: outcome.index)
    lines.append(f"failures: {len(failures)}")
    for failed in failures[:50]:
        lines.append(f"  {failed.failure.strip().splitlines()[-1][:200]}")
        lines.append(f"    python -m tests.fuzz --seed {seed} --only {failed.index}{'' if real else ' --samples'}")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--letters", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, metavar="INDEX", help="make and read this one letter, and show it")
    parser.add_argument("--samples", action="store_true", help="make letters from the samples alone")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args(arguments)
    real = not options.samples
    if options.only is not None:
        outcome = outcome_of(options.only, seed=options.seed, real=real)
        print(spoilt(texts(real=real), options.seed, options.only)[1].encode("utf-8", "replace").decode())
        print(f"{outcome.kind}: {outcome.outcome}, {outcome.seconds:.3f} s\n{outcome.failure}", file=sys.stderr)
        return 1 if outcome.failure else 0
    outcomes: list[Outcome] = []
    failures, started = 0, time.monotonic()
    for outcome in run(options.letters, options.seed, options.processes, real=real):
        outcomes.append(outcome)
        failures += bool(outcome.failure)
        if len(outcomes) % 1000 == 0:
            rate = len(outcomes) / (time.monotonic() - started)
            print(
                f"{len(outcomes):,} of {options.letters:,}, {failures} failures, {rate:.0f} a second", file=sys.stderr
            )
    print(report(outcomes, options.letters, options.seed, real=real))
    print(f"it took {time.monotonic() - started:.0f} s with {options.processes} processes")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
