"""The kept figures as one Markdown table a part, for the terminal and for the README between its two markers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.loading import BUDGET_BYTES, BUDGET_LETTERS, BUDGET_SECONDS

BEGIN, END = "<!-- make bench: begin -->", "<!-- make bench: end -->"
NOTHING = "Nothing was measured yet: `make bench`."
_MEGABYTE = 1_000_000
Lines = list[list[str]]


def markdown(results: Mapping[str, Any]) -> str:
    """All that was measured, with the machine, part by part. `results` is what `results.read_results` gives."""
    if not results:
        return NOTHING
    shown = {"parsing": _parsing, "loading": _loading, "queries": _queries}
    machines = {part: _machine(measured["machine"]) for part, measured in results.items()}
    blocks = [] if len(set(machines.values())) > 1 else [f"Machine: {next(iter(machines.values()))}."]
    for part, measured in results.items():
        heading, note, lines = shown[part](measured["figures"])
        where = f" Machine: {machines[part]}." if not blocks or not blocks[0].startswith("Machine") else ""
        blocks.append(f"**{heading}** ({measured['measured']}). {note}{where}")
        blocks.append(_table(lines))
    return "\n\n".join(blocks)


def readme_with(readme: str, results: Mapping[str, Any]) -> str:
    """The README with the tables of `results` between its markers. Raises ValueError when it lacks them."""
    before, _, after = _split(readme)
    return f"{before}{BEGIN}\n\n{markdown(results)}\n\n{END}{after}"


def write_readme(path: Path, results: Mapping[str, Any]) -> None:
    """Put the tables of `results` into the file."""
    path.write_text(readme_with(path.read_text(encoding="utf-8"), results), encoding="utf-8")


def _split(readme: str) -> tuple[str, str, str]:
    before, begin, rest = readme.partition(BEGIN)
    between, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"The README lacks the markers {BEGIN} and {END}.")
    return before, between, after


def _machine(machine: Mapping[str, Any]) -> str:
    libraries = ", ".join(f"{name} {number}" for name, number in machine["libraries"].items())
    memory = f", {machine['memory'] / 1024**3:.0f} GiB of memory" if machine["memory"] else ""
    return f"{machine['processor']}, {machine['cores']} cores{memory}, {machine['system']}, Python {machine['python']}, {libraries}"


def _table(lines: Sequence[Sequence[str]]) -> str:
    """Markdown that also reads well on a terminal; the first line is the head."""
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    padded = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in lines
    ]
    rule = "| " + " | ".join("-" * width for width in widths) + " |"
    return "\n".join([padded[0], rule, *padded[1:]])


def _parsing(figures: Mapping[str, Any]) -> tuple[str, str, Lines]:
    lines = [["stage", "ms a letter", "letters a second a core", "budget", "remark"]]
    for stage in figures["stages"]:
        rate = 1000 / max(stage["ms"], 1e-9)
        budget = f"{stage['budget']:,}: {_verdict(rate >= stage['budget'])}" if stage["budget"] else ""
        lines.append([stage["what"], f"{stage['ms']:.3f}", f"{rate:,.0f}", budget, stage["remark"]])
    note = f"{figures['letters']:,} letters of {figures['characters']:,} characters on average, {figures['pdf_letters']:,} of them PDF."
    return "Parsing", note, lines


def _loading(figures: Mapping[str, Any]) -> tuple[str, str, Lines]:
    sizes = figures["sizes"]
    rate = BUDGET_LETTERS / BUDGET_SECONDS

    def row(name: str, of: Any, budget: str = "") -> list[str]:
        return [name, *(of(size) for size in sizes), budget]

    last = sizes[-1]
    used = {size["letters"]: sum(size["bytes"][kind] for kind in ("database", "texts", "index")) for size in sizes}
    a_second = last["letters"] / last["full"]["seconds"]
    lines = [
        row("", lambda size: f"{size['letters']:,} letters", "budget"),
        row("load, s", lambda size: f"{size['full']['seconds']:,.1f}"),
        row(
            "load, letters a second",
            lambda size: f"{size['letters'] / size['full']['seconds']:,.0f}",
            f"{rate:,.0f} ({BUDGET_LETTERS:,} in {BUDGET_SECONDS // 60} minutes): {_verdict(a_second >= rate)}",
        ),
        row("the same files again, s", lambda size: f"{size['again']['seconds']:,.1f}"),
        row(
            "a further month, s",
            lambda size: f"{size['month']['seconds']:,.1f} ({size['month']['letters']:,} letters)",
        ),
        row(
            "a further month, share of the load",
            lambda size: f"{size['month']['seconds'] / size['full']['seconds']:.1%}",
        ),
        row(
            "peak memory of the first process, MB",
            lambda size: _megabytes(size["full"]["main_bytes"]),
        ),
        row(
            "peak memory of all processes together, MB",
            lambda size: _megabytes(size["full"]["all_bytes"]),
            f"{BUDGET_BYTES / _MEGABYTE:,.0f}: {_verdict(last['full']['all_bytes'] <= BUDGET_BYTES)}",
        ),
        row("letters as files, MB", lambda size: _megabytes(size["bytes"]["raw"])),
        *(
            row(f"{name}, MB", lambda size, kind=kind: _megabytes(size["bytes"][kind]))
            for name, kind in (("database", "database"), ("texts and findings", "texts"), ("text index", "index"))
        ),
        row(
            "snapshot, share of the files",
            lambda size: f"{used[size['letters']] / size['bytes']['raw']:.0%}",
            f"100%: {_verdict(used[last['letters']] < last['bytes']['raw'])}",
        ),
    ]
    return "Loading", "Synthetic letters as text files, all cores, text index included.", lines


def _queries(figures: Mapping[str, Any]) -> tuple[str, str, Lines]:
    sizes = figures["sizes"]
    largest = sizes[-1]
    lines = [
        [
            *("question", "filter"),
            *(f"{_count(size['decisions'])}, ms" for size in sizes),
            *("all cores, ms", "pandas", "lists", "budget, ms"),
        ]
    ]
    for question, view in dict.fromkeys((answer["question"], answer["filter"]) for answer in largest["answers"]):
        slowest = [_slowest(size["answers"], question, view) for size in sizes]
        last = slowest[-1]
        several = sum((answer["question"], answer["filter"]) == (question, view) for answer in largest["answers"]) > 1
        budget = last.get("budget_ms")
        lines.append(
            [
                question + (f" (slowest: {last['asked'].split(' ', 1)[1]})" if several else ""),
                view,
                *(_ms(answer["one_thread_ms"]) for answer in slowest),
                _ms(last["all_threads_ms"]),
                _ratio(last.get("pandas_ms"), last["one_thread_ms"]),
                _ratio(last.get("lists_ms"), last["one_thread_ms"]),
                f"{budget:.0f}: {_verdict(last['one_thread_ms'] <= budget)}" if budget else "",
            ]
        )
    resident = largest["resident_bytes"]
    found = ", ".join(f"{words} in {hits:,}" for words, hits in largest["hits"].items())
    note = (
        "Medians of warm questions by number of decisions, on one thread; on all cores, and beside pandas and plain list columns "
        f"(their time over ours, one thread), at {_count(largest['decisions'])}. Text search and opened letters: "
        f"{largest['searched_letters']:,} letters ({found}). Resident in a process that asked all of it: "
        f"{_megabytes(resident['one_thread'])} MB (all cores {_megabytes(resident['all_threads'])}; pandas "
        f"{_megabytes(resident['pandas'])}, lists {_megabytes(resident['lists'])} for its part). "
        f"Database: {_megabytes(largest['database_bytes'])} MB."
    )
    return "Questions of the pages", note, lines


def _slowest(answers: Iterable[Mapping[str, Any]], question: str, view: str) -> Mapping[str, Any]:
    of_one_row = (answer for answer in answers if (answer["question"], answer["filter"]) == (question, view))
    return max(of_one_row, key=lambda answer: float(answer["one_thread_ms"]))


def _count(number: int) -> str:
    return f"{number / 1_000_000:.1f} million" if number >= 50_000 else f"{number:,}"


def _ms(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"


def _ratio(beside: float | None, ours: float) -> str:
    return f"{beside / max(ours, 1e-9):.1f} x" if beside else ""


def _megabytes(count: int) -> str:
    return f"{count / _MEGABYTE:,.0f}" if count >= 10 * _MEGABYTE else f"{count / _MEGABYTE:.1f}"


def _verdict(met: bool) -> str:
    return "met" if met else "**not met**"
