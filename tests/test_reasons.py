"""Which grounds a page may count: how they are measured, the rule, and that counts, rates and filters keep to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

import data.reasons
from data.errors import VocabularyError
from data.filters import Choice, Filters
from data.queries import Reader
from data.reasons import Measured, measured, measured_text, usable_reasons
from data.schema import NOT_STATED, dimensions
from data.sentences import notices
from data.vocabulary import vocabulary
from data.warehouse import Snapshot
from loaders.evaluate_reasons import Grounds
from loaders.ingest import ingest
from tests.builder import Item, raw_letter

GOOD = Measured(
    right=40, extra=4, missed=4, found_in=30, labelled_in=30, precision_low=0.78, recall_low=0.78, small=False
)
KNOWN, WITHHELD = "no_red_flags", "too_early"


def test_measured_by_hand() -> None:
    grounds = Grounds()
    for letter in range(20):
        grounds.count(f"l{letter}", {"a"}, {"a"} if letter % 5 else {"b"})
    table = grounds.measured()
    assert list(table) == ["a", "b"]
    assert (table["a"].right, table["a"].extra, table["a"].missed) == (16, 0, 4)
    assert (table["a"].found_in, table["a"].labelled_in) == (16, 20)
    # Wilson: 16 of 16 with nothing to correlate, and 16 of 20 with 19 effective (m / (m - 1) of 20 letters).
    assert (table["a"].precision_low, table["a"].recall_low) == (0.806, 0.578)
    assert (table["b"].right, table["b"].extra, table["b"].small) == (0, 4, True)
    assert table["a"].usable
    assert grounds.lines()[-1].split() == ["all", "grounds", "16", "4", "4", "80%", "80%"]


def test_items_of_few_letters_are_not_known_well() -> None:
    grounds = Grounds()
    for letter in range(4):
        for _ in range(10):
            grounds.count(f"l{letter}", {"a"}, {"a"})
    assert grounds.measured()["a"].small
    assert not grounds.measured()["a"].usable


@pytest.mark.parametrize(
    ("change", "usable"),
    [
        ({}, True),
        ({"precision_low": 0.6, "recall_low": 0.5}, True),
        ({"precision_low": 0.599}, False),
        ({"recall_low": 0.499}, False),
        ({"small": True}, False),
    ],
)
def test_the_rule(change: dict[str, float], usable: bool) -> None:
    assert replace(GOOD, **change).usable is usable


def test_the_table_reads_back_and_knows_the_vocabulary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert data.reasons.MEASURED.read_text("utf-8") == measured_text(measured())
    assert set(measured()) <= set(vocabulary("reasons").terms)
    assert usable_reasons() < set(measured())
    monkeypatch.setattr(data.reasons, "MEASURED", tmp_path / "t.toml")
    (tmp_path / "t.toml").write_text("[a]\nright = 1\n")
    with pytest.raises(VocabularyError, match=r"t\.toml cannot be read"):
        measured.__wrapped__()


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    folder = tmp_path_factory.mktemp("grounds")
    for name, rationale in (
        ("a", "There is no sign of any red flags. The request is premature."),
        ("b", "The request is premature."),
    ):
        (folder / f"{name}.txt").write_text(raw_letter(Item(f"CT of the foot, {name}", rationale=rationale)))
    summary = ingest([folder], folder / "warehouse")
    assert summary.snapshot is not None
    return summary.snapshot


@pytest.fixture
def connection(snapshot: Snapshot) -> Iterator[duckdb.DuckDBPyConnection]:
    with snapshot.connect() as connection:
        yield connection


def test_the_pages_count_no_ground_that_is_withheld(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> None:
    reason = dimensions()["reason"]
    assert {KNOWN, WITHHELD} & set(reason.keys) == {KNOWN}
    assert reason.term_label(WITHHELD) == "Too early"
    reader = Reader(connection, snapshot, Filters())
    assert reader.counts("reason") == {KNOWN: 1, NOT_STATED: 1}
    assert [(group.key, group.rate.n) for group in reader.by("reason")] == [(KNOWN, 1), (NOT_STATED, 1)]
    only = Filters().choose("reason", Choice(include=(KNOWN,), mode="only"))
    assert Reader(connection, snapshot, only).headline().decisions == 1
    (letter,) = [row for row in reader.decisions(9) if row["source"] == "b.txt"]
    found = reader.letter(letter["letter_id"])
    assert found and found["decisions"][0]["reasons"] == [WITHHELD]


def test_a_filter_on_a_withheld_ground_matches_nothing_and_says_so(
    connection: duckdb.DuckDBPyConnection, snapshot: Snapshot
) -> None:
    filters = Filters().choose("reason", Choice(include=(WITHHELD,)))
    assert Reader(connection, snapshot, filters).headline().decisions == 0
    assert "'too_early' under ground of the decision" in notices(filters)[0]
    assert notices(Filters().choose("reason", Choice(include=(KNOWN, NOT_STATED)))) == []
