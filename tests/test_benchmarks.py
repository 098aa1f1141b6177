"""The measurements at a tiny size: that they measure what they say. No time is tested."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from benchmarks import loading, parsing, queries
from benchmarks.__main__ import main
from benchmarks.questions import EVERYTHING, FILTERS, QUESTIONS, budget_ms
from benchmarks.results import RESULTS, keep, read_results
from benchmarks.snapshots import loaded, multiplied
from benchmarks.tables import BEGIN, END, NOTHING, markdown, readme_with
from data.filters import Filters
from data.queries import Reader
from data.schema import dimensions
from data.search import letters_with
from data.warehouse import Snapshot, current_snapshot
from tests.conftest import ROOT, SAMPLES


def silent(_: str) -> None:
    """Takes progress and tells nobody."""


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module")
def base(scratch: Path) -> Snapshot:
    return loaded(66, scratch, silent)


@pytest.fixture(scope="module")
def tripled(base: Snapshot) -> Snapshot:
    return multiplied(base, 3 * base.decisions, silent)


def test_the_readme_shows_what_was_measured_last() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert readme == readme_with(readme, read_results(RESULTS)), "run python -m benchmarks --readme"


def test_every_dimension_is_asked_for_and_every_filter_can_be_read() -> None:
    asked = {(question.method, question.arguments[0]) for question in QUESTIONS if question.arguments}
    for name in dimensions():
        assert {("by", name), ("counts", name)} <= asked
    names = {view.name for view in FILTERS}
    assert all(set(question.under) <= names for question in QUESTIONS)
    for view in FILTERS:
        assert not view.filters.unreadable
        assert view.filters.active == (view.name != EVERYTHING)


# What other questions are made of, or ask in one query.
_PARTS = {
    *(
        "where",
        "axis",
        "exported",
        "date_column",
        "cells",
        "covered",
        "keys",
        "outside",
        "overturned_grounds",
        "spans",
        "under",
        "whole_shares",
    ),
}


def test_every_question_of_the_reader_is_measured() -> None:
    asked = {question.method for question in QUESTIONS} | {"alike_item", "letter", "letter_for_case"}
    asked |= {"neighbours", "snippets", "near_words"}  # asked about a search, in benchmarks/queries.py
    public = {
        name
        for name in dir(Reader)
        if not name.startswith("_") and callable(getattr(Reader, name)) and name not in _PARTS
    }
    assert asked == public, "a question of the reader is a line of benchmarks/questions.py"


def test_a_budget_is_for_counts_and_for_rates_of_all_or_a_year() -> None:
    by_name = {question.name: question for question in QUESTIONS}
    views = {view.name: view for view in FILTERS}
    rate, count = by_name["headline"], by_name["counts by source relied on"]
    assert [budget_ms(rate, views[name]) for name in views] == [50, 50, None, 50]
    assert [budget_ms(count, view) for view in FILTERS] == [50] * 4
    assert budget_ms(by_name["list of decisions, first page"], FILTERS[0]) is None


def test_copies_are_letters_of_their_own_with_the_same_facts(base: Snapshot, tripled: Snapshot) -> None:
    assert (tripled.letters, tripled.decisions) == (3 * base.letters, 3 * base.decisions)
    served = current_snapshot(base.folder)
    assert served is not None
    assert served.snapshot_id == base.snapshot_id
    with base.connect() as one, tripled.connect() as three:
        head, larger = (Reader(c, s, Filters()).headline() for c, s in ((one, base), (three, tripled)))
        groups, more = (Reader(c, s, Filters()).by("body") for c, s in ((one, base), (three, tripled)))
        distinct = three.execute(
            "SELECT count(DISTINCT letter_id), count(DISTINCT case_number), count(DISTINCT letter_key) FROM letters"
        ).fetchone()
        moved = three.execute(
            "SELECT max(abs(a.decision_date - b.decision_date)), count(*) FILTER (a.decision_date <> b.decision_date), "
            "count(*) FILTER (a.decision_date - a.ur_denial_date <> b.decision_date - b.ur_denial_date) "
            "FROM letters a JOIN letters b ON split_part(a.case_number, '/', 1) = b.case_number"
        ).fetchone()
        unsorted = three.execute(
            "SELECT count(*) FROM (SELECT decision_date < lag(decision_date) OVER (ORDER BY rowid) AS wrong FROM facts) WHERE wrong"
        ).fetchone()
        citations = three.execute("SELECT count(*), count(DISTINCT letter_key) FROM citations").fetchone()
        loaded_citations = one.execute("SELECT 3 * count(*), 3 * count(DISTINCT letter_key) FROM citations").fetchone()
    assert (larger.rate.n, larger.rate.y, larger.letters) == tuple(
        3 * n for n in (head.rate.n, head.rate.y, head.letters)
    )
    assert [(g.key, g.rate.n, g.rate.y) for g in more] == [(g.key, 3 * g.rate.n, 3 * g.rate.y) for g in groups]
    assert distinct == (3 * base.letters,) * 3
    assert moved is not None
    assert 20 < moved[0] <= 30
    assert moved[1] > base.letters
    assert moved[2] == 0
    assert unsorted == (0,)
    assert citations == loaded_citations
    assert letters_with(tripled.index, "pain") == letters_with(base.index, "pain") != []


def test_snapshots_that_are_there_are_taken(base: Snapshot, tripled: Snapshot, scratch: Path) -> None:
    assert loaded(66, scratch, silent) == base
    assert multiplied(base, 3 * base.decisions, silent) == tripled
    assert multiplied(base, base.decisions + 1, silent) == base


@pytest.mark.slow
def test_queries_give_the_same_in_pandas_and_over_lists(base: Snapshot, tripled: Snapshot, scratch: Path) -> None:
    figures = queries.measure([66, 3 * base.decisions], scratch, silent, repeats=0)
    assert [size["decisions"] for size in figures["sizes"]] == [base.decisions, tripled.decisions]
    for size in figures["sizes"]:
        asked = {(answer["asked"], answer["filter"]): answer for answer in size["answers"]}
        assert len(asked) == len(size["answers"])
        for view in FILTERS:
            compared = asked["by reviewer", view.name]
            assert min(compared["one_thread_ms"], compared["pandas_ms"], compared["lists_ms"]) > 0
        assert "pandas_ms" not in asked["by body", EVERYTHING]
        assert asked["letter", EVERYTHING]["one_thread_ms"] > 0
        assert size["hits"]["pain"] > base.letters / 2
        assert all(resident > 10_000_000 for resident in size["resident_bytes"].values())
    assert f"| {base.decisions:,}, ms | {tripled.decisions:,}, ms |" in markdown({"queries": measured(figures)})


def test_a_different_answer_stops_the_measurement() -> None:
    key = ("headline", "headline", (), EVERYTHING)
    ours, same, other = (queries.Asked(answers={key: {"": (n, 1, 2)}}) for n in (3, 3, 4))
    queries.must_agree(ours, same, "pandas")
    with pytest.raises(RuntimeError, match=r"pandas and the reader differ .*\(4, 1, 2\) and \(3, 1, 2\)"):
        queries.must_agree(ours, other, "pandas")
    with pytest.raises(RuntimeError, match="None"):
        queries.must_agree(ours, queries.Asked(answers={key: {}}), "pandas")


def test_warm_repeats_are_counted_and_the_first_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(repeats: int, seconds: list[float]) -> tuple[float, int]:
        clock = iter([at for i in range(len(seconds)) for at in (sum(seconds[:i]), sum(seconds[: i + 1]))])
        monkeypatch.setattr(queries.time, "perf_counter", lambda: next(clock))
        calls: list[int] = []
        ms, _ = queries._timed(repeats, lambda: calls.append(1))
        return ms, len(calls)

    assert asked(3, [0.04, 0.01, 0.03, 0.02]) == (20, 4)
    assert asked(7, [0.5, 0.2, 0.3]) == (250, 3)
    assert asked(7, [3.0, 1.0]) == (1000, 2)
    assert asked(0, [0.02]) == (20, 1)


def die(code: int) -> queries.Asked:
    """Stands for a process that the system kills."""
    os._exit(code)


def test_a_process_that_dies_is_said_with_its_exit_code() -> None:
    with pytest.raises(RuntimeError, match="die ended with 7 "):
        queries.apart(die, 7)


@pytest.mark.slow
def test_loading_measures_a_tenth_and_the_whole(tmp_path: Path) -> None:
    figures = loading.measure(100, tmp_path, silent)
    assert [(size["letters"], size["month"]["letters"]) for size in figures["sizes"]] == [(10, 1), (100, 1)]
    for size in figures["sizes"]:
        assert min(size["full"]["seconds"], size["again"]["seconds"], size["month"]["seconds"]) > 0
        assert size["full"]["all_bytes"] >= size["full"]["main_bytes"] > 10_000_000
        assert min(size["bytes"].values()) > 0
    small, large = (size["bytes"]["raw"] for size in figures["sizes"])
    assert 5 * small < large < 20 * small
    assert sorted(path.name for path in tmp_path.iterdir()) == ["letters-101", "letters-11"]


def test_parsing_measures_every_stage(tmp_path: Path) -> None:
    names = ["sample-f2-02.txt", "sample-f4-01.txt"]
    chosen = sorted((SAMPLES / "letters").rglob("*.txt"))[:2]
    for name, path in zip(names, chosen, strict=True):
        (tmp_path / name).write_bytes(path.read_bytes())
    figures = parsing.measure(tmp_path, silent)
    stages = {stage["what"]: stage for stage in figures["stages"]}
    assert (figures["letters"], figures["pdf_letters"]) == (2, 0)
    assert stages["settle and parse"]["ms"] > stages["settle and parse, the core"]["ms"] > 0
    assert stages["settle and parse"]["budget"] == 800
    assert {"find_sections", "read_statements", "read_reasons", "check_letter"} <= set(stages)


def measured(figures: dict[str, Any]) -> dict[str, Any]:
    machine = {
        "processor": "Some processor",
        "cores": 2,
        "memory": 0,
        "system": "Linux",
        "python": "3",
        "libraries": {},
    }
    return {"measured": "2026-01-02", "seconds": 1, "machine": machine, "figures": figures}


def test_figures_become_tables_with_their_machine() -> None:
    stages = [
        {"what": "whole", "ms": 2.0, "remark": "of all", "budget": 800},
        {"what": "stage", "ms": 0.5, "remark": "", "budget": None},
    ]
    parts = {"parsing": measured({"letters": 3, "pdf_letters": 1, "characters": 9000, "stages": stages})}
    lines = markdown(parts).splitlines()
    assert lines[0].startswith("Machine: Some processor, 2 cores, Linux, Python 3")
    assert "3 letters of 9,000 characters" in lines[2]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    assert cells[2] == ["whole", "2.000", "500", "800: **not met**", "of all"]
    assert cells[3] == ["stage", "0.500", "2,000", "", ""]
    assert markdown({}) == NOTHING
    parts["queries"] = {**measured(QUERIES), "machine": {**parts["parsing"]["machine"], "cores": 64}}
    text = markdown(parts)
    assert "**Parsing** (2026-01-02)" in text
    assert text.count("Machine: ") == 2
    assert not text.startswith("Machine")
    assert "64 cores" in text


def answer(asked: str, ms: float, pandas: float | None = None) -> dict[str, Any]:
    return {
        **{"question": "rates", "asked": asked, "filter": "everything", "one_thread_ms": ms, "all_threads_ms": ms / 2},
        **({"pandas_ms": pandas} if pandas else {}),
        "budget_ms": 50.0,
    }


QUERIES: dict[str, Any] = {
    "sizes": [
        {
            **{"decisions": decisions, "letters": 1, "searched_letters": 1, "database_bytes": 1, "hits": {"pain": 7}},
            "resident_bytes": {"one_thread": 1, "all_threads": 1, "pandas": 1, "lists": 1},
            "answers": [answer("by body", ms), answer("by state", 3 * ms, 30 * ms)],
        }
        for decisions, ms in ((100_000, 2.0), (2_500_000, 20.0))
    ]
}


def test_questions_of_one_name_show_the_slowest() -> None:
    text = markdown({"queries": measured(QUERIES)})
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    assert cells[0][2:4] == ["0.1 million, ms", "2.5 million, ms"]
    assert cells[2] == ["rates (slowest: state)", "everything", "6.0", "60", "30", "10.0 x", "", "50: **not met**"]
    assert len(cells) == 3
    assert "1 letters (pain in 7)" in text


def test_a_part_measured_again_leaves_the_others(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    assert read_results(results) == {}
    keep("queries", {"sizes": []}, 1.4, results)
    keep("parsing", {"letters": 1}, 2.0, results)
    kept = keep("queries", QUERIES, 3.0, results)
    assert list(kept) == ["parsing", "queries"]
    assert json.loads(results.read_text("utf-8")) == kept
    assert kept["parsing"]["figures"] == {"letters": 1}
    assert kept["queries"]["figures"] == QUERIES
    assert date.fromisoformat(kept["queries"]["measured"])
    assert kept["queries"]["machine"]["cores"] >= 1
    assert kept["queries"]["machine"]["libraries"]["duckdb"]


def test_the_readme_is_written_between_its_markers(tmp_path: Path) -> None:
    readme, results = tmp_path / "README.md", tmp_path / "results.json"
    readme.write_text(f"# Head\n\n{BEGIN}\n\nold\n\n{END}\n\nTail\n", encoding="utf-8")
    keep("queries", QUERIES, 1, results)
    assert main(["--readme", "--readme-file", str(readme), "--results", str(results)]) == 0
    text = readme.read_text("utf-8")
    assert text.startswith(f"# Head\n\n{BEGIN}\n\nMachine: ")
    assert text.endswith(f"|\n\n{END}\n\nTail\n")
    assert "old" not in text
    assert readme_with(text, read_results(results)) == text
    with pytest.raises(ValueError, match="markers"):
        readme_with("nothing", {})


def test_only_parts_that_there_are_can_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["everything"])
    assert "none of parsing, loading, queries" in capsys.readouterr().err
