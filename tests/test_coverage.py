"""How much was read, counted from the record tables, and the words for it."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
from hypothesis import given, settings

from data.coverage import NO_STUDY, NOT_IN_LETTER, LastLoad, ProblemCount, Problems, Stated, last_load
from data.filters import Filters
from data.queries import Reader
from data.reading_words import load_words, loaded_words, problem_words, stated_words, year_rows
from data.schema import NOT_STATED
from data.warehouse import JOURNAL, Snapshot
from tests.plain import PlainItem, matches, some_filters


@given(filters=some_filters())
@settings(max_examples=60, deadline=None)
def test_fields_that_are_read_are_counted_item_by_item(
    filters: Filters, items: list[PlainItem], connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    chosen = [item for item in items if matches(item, filters)]
    found = {one.key: one for one in Reader(connection, sample_warehouse, filters).fields_read()}
    assert all(one.items == len(chosen) for one in found.values())
    assert found["decision_date"].read == sum(item.decided is not None for item in chosen)
    assert found["ur_denial_date"].read == sum(item.denied is not None for item in chosen)
    for key in ("admin", "reviewer", "specialty", "category", "body", "modality"):
        assert found[key].read == sum(NOT_STATED not in item.held[key] for item in chosen), key
    for key, unknown in (("admin", "other"), ("reviewer", "other"), ("specialty", "unknown")):
        assert found[key].unknown == sum(unknown in item.held[key] for item in chosen), key


def test_letters_by_year_and_their_problems(
    items: list[PlainItem], connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    reader = Reader(connection, sample_warehouse, Filters())
    years: dict[int | None, set[int]] = {}
    for item in items:
        years.setdefault(item.decided.year if item.decided else None, set()).add(item.letter)
    assert reader.letters_by_year() == {year: len(letters) for year, letters in years.items()}
    charted = {item.letter for item in items}
    rows = [
        row for row in connection.execute("SELECT letter_key, kind, code FROM problems").fetchall() if row[0] in charted
    ]
    found = reader.problems()
    assert (found.letters, found.any) == (len(charted), len({key for key, _, _ in rows}))
    assert found.any > 0
    assert found.kinds == {kind: len({key for key, of, _ in rows if of == kind}) for kind in {row[1] for row in rows}}
    assert {(one.kind, one.code): one.letters for one in found.codes} == {
        (kind, code): len({row[0] for row in rows if row[1:] == (kind, code)})
        for kind, code in {row[1:] for row in rows}
    }


def test_the_last_load_is_the_last_that_read_files(tmp_path: Path) -> None:
    assert last_load(tmp_path) is None
    entries = [
        {"ended": "2026-01-01T10:00:00+00:00", "seen": 9, "rejected": [{"code": "empty"}]},
        {
            "ended": "2026-01-02T10:00:00+00:00",
            "seen": 5,
            "rejected": [{"code": c} for c in ("empty", "no_items", "no_items")],
        },
        {"act": "prune", "ended": "2026-01-03T10:00:00+00:00", "done": "1 removed"},
    ]
    (tmp_path / JOURNAL).write_text("\n".join(json.dumps(entry) for entry in entries))
    found = last_load(tmp_path)
    assert found == LastLoad("2026-01-02T10:00:00+00:00", 5, (("no_items", 2), ("empty", 1)))
    assert load_words(found) == "3 of 5 files on 2 Jan 2026: no items (2) and empty (1). No figure here holds them."
    assert load_words(LastLoad("", 1, ())) == "None of 1 file."
    assert load_words(None) == "The journal tells of no load."


def test_a_share_of_the_published_total_is_given_for_real_letters_alone() -> None:
    years = {2016: 17_600, 2012: 5, None: 30}
    words = loaded_words(years, real=True).replace("\N{NO-BREAK SPACE}", " ")
    assert words.startswith("17,600 of about 176,002 letters published in the years that are loaded (10.0 %)")
    assert "(1.0 %)" in words
    assert words.endswith("30 letters without a decision date count under no year.")
    assert "would say nothing" in loaded_words(years, real=False)
    rows = year_rows(years, real=True)
    assert rows[0] == ["2012", 5, None, None]
    assert ["2016", 17_600, 176_002, 10.0] in rows
    assert ["2024", 0, 141_621, 0.0] in rows
    assert rows[-1] == ["No decision date", 30, None, None]
    assert year_rows({2016: 4}, real=False) == [["2016", 4, None, None]]
    assert "nothing is known" in loaded_words({2012: 5}, real=True)


def test_not_stated_is_kept_apart_from_not_read() -> None:
    fields = [
        Stated("admin", "Source of the claims administrator", 1000, 1000, 3, NOT_IN_LETTER),
        Stated("decision_date", "Date of the decision", 1000, 400, None, NOT_IN_LETTER),
        Stated("modality", "Imaging modality", 1000, 100, None, NO_STUDY),
    ]
    assert stated_words(fields).replace("\N{NO-BREAK SPACE}", " ") == (
        "Read of nearly all: source of the claims administrator; date of the decision of 40.0 % (the others: not stated in the letter); "
        "imaging modality of 10.0 % (the others: asks for no imaging study)."
    )
    assert stated_words([]) == "No items."


def test_no_problem_found_is_not_no_problem() -> None:
    assert "does not mean that there is none" in problem_words(Problems(10, 0, {}, ()))
    found = Problems(50, 6, {"contradiction": 4, "missing": 3}, (ProblemCount("missing", "no_cover", 3),))
    assert problem_words(found).replace("\N{NO-BREAK SPACE}", " ") == (
        "6 of 50 letters (12 %): in 4 the letter contradicts itself and in 3 the letter leaves out what its form holds. "
        "Their items are counted; each letter shows its own."
    )
