"""`python -m benchmarks [parsing] [loading] [queries]`: measures all parts or the named ones on this machine.

Prints a table a part, keeps the figures in `benchmarks/results.json` and tells its progress on standard error.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import loading, parsing, queries
from benchmarks.programs import ROOT, say
from benchmarks.results import PARTS, RESULTS, keep, read_results
from benchmarks.tables import markdown, write_readme


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print what was asked for; exit code 0."""
    options = _parser().parse_args(arguments)
    if options.readme:
        write_readme(options.readme_file, read_results(options.results))
        return 0
    wanted = [part for part in PARTS if part in options.parts] or list(PARTS)
    with TemporaryDirectory(prefix="overturn-bench-") as temporary:
        scratch = options.keep or Path(temporary)
        scratch.mkdir(parents=True, exist_ok=True)
        measures: dict[str, Callable[[], dict[str, Any]]] = {
            "parsing": lambda: parsing.measure(_letters(options.folder), say),
            "loading": lambda: loading.measure(options.letters, scratch, say, options.room),
            "queries": lambda: queries.measure(options.decisions, scratch, say, options.repeats),
        }
        for part in wanted:
            say(f"{part} ...")
            started = time.monotonic()
            figures = measures[part]()
            keep(part, figures, time.monotonic() - started, options.results)
            say(f"{part}: {time.monotonic() - started:,.0f} s")
    results = read_results(options.results)
    print(markdown({part: results[part] for part in wanted}))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure speed, memory and room.")
    parser.add_argument(
        "parts", nargs="*", type=_part, metavar="PART", help=f"any of {', '.join(PARTS)} (default: all)"
    )
    parser.add_argument(
        "--letters",
        type=int,
        default=20_000,
        metavar="N",
        help="synthetic letters that are loaded (a million take about 15 GB of room)",
    )
    parser.add_argument(
        "--decisions", type=_numbers, default=queries.SIZES, metavar="N,N", help="sizes at which questions are asked"
    )
    parser.add_argument("--repeats", type=int, default=7, metavar="N", help="at most so many repeats of a question")
    parser.add_argument(
        "--folder",
        type=Path,
        default=os.environ.get("OVERTURN_LETTERS"),
        help="letters that are parsed (default: OVERTURN_LETTERS, else the samples)",
    )
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="make letters and snapshots there, and take those that are there"
    )
    parser.add_argument(
        "--room", type=Path, metavar="FOLDER", help="where letters are loaded into (default: beside the letters)"
    )
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="FILE")
    parser.add_argument("--readme", action="store_true", help="only write the kept figures into the README")
    parser.add_argument("--readme-file", type=Path, default=ROOT / "README.md", metavar="FILE")
    return parser


def _part(text: str) -> str:
    if text not in PARTS:
        raise argparse.ArgumentTypeError(f"{text} is none of {', '.join(PARTS)}")
    return text


def _numbers(text: str) -> tuple[int, ...]:
    numbers = tuple(int(part) for part in text.split(","))
    if min(numbers) < 1:
        raise ValueError(text)
    return numbers


def _letters(named: Path | None) -> Path:
    return named if named and Path(named).is_dir() else ROOT / "data" / "samples" / "letters"


if __name__ == "__main__":
    sys.exit(main())
