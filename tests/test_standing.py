"""Answers that are kept with a snapshot: what is kept is what would be computed, and pages ask for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import duckdb
import pytest

from data.asking import Row, decoded, encoded, question_key, same
from data.filters import Choice, Filters, Unit
from data.queries import Reader
from data.schema import NOT_STATED
from data.standing import STANDARDISED, answers
from data.warehouse import Snapshot
from loaders.ingest import ingest
from loaders.verify import verify
from tests.conftest import ROOT


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Snapshot:
    """The samples in a snapshot that keeps its answers, as large ones do."""
    monkeypatch.setattr("data.standing.FEWEST_DECISIONS", 1)
    found = ingest([ROOT / "data/samples/letters"], tmp_path / "warehouse", demonstration=True).snapshot
    assert found
    return found


def spoil(snapshot: Snapshot) -> Snapshot:
    """Empty every kept answer about groups, which shows whether an answer was looked up."""
    with duckdb.connect(str(snapshot.database)) as connection:
        connection.execute("UPDATE answers SET rows = '[[null, 0, 0, 0, 0, 0, 0, 0]]' WHERE rows LIKE '[[null, %'")
        connection.execute("UPDATE answers SET rows = '[]' WHERE rows LIKE '[[\"%\", \"%\", %'")
    return snapshot


def test_kept_answers_are_the_computed_ones(kept: Snapshot, sample_warehouse: Snapshot) -> None:
    with kept.connect() as connection, sample_warehouse.connect() as plain:
        rows = dict(connection.execute("SELECT question, rows FROM answers").fetchall())
        assert len(rows) > 50
        assert plain.execute("SELECT count(*) FROM answers").fetchall() == [(0,)]
        computed = answers(plain, sample_warehouse)
        assert rows.keys() == computed.keys()
        assert [key for key, text in computed.items() if not same(text, rows[key])] == []
        ours, theirs = Reader(connection, kept, Filters()), Reader(plain, sample_warehouse, Filters())
        assert ours.headline() == theirs.headline()
        assert ours.by("modality") == theirs.by("modality")
        assert ours.cross("admin", "reviewer") == theirs.cross("admin", "reviewer")
        assert ours.periods("year") == theirs.periods("year")
        assert ours.bounds() == theirs.bounds()


def test_a_kept_answer_is_looked_up_and_another_filter_is_computed(kept: Snapshot) -> None:
    with spoil(kept).connect() as connection:
        whole = Reader(connection, kept, Filters())
        assert whole.by("modality") == []
        some = Filters().choose("modality", Choice(("mri",)))
        assert Reader(connection, kept, some).headline().decisions > 0
        assert Reader(connection, kept, some).by("modality") == [], "the filter on the dimension itself is ignored"
        imaging = Filters().choose("modality", Choice(exclude=(NOT_STATED,)))
        assert Reader(connection, kept, imaging).cross("modality", "body") == {}


@pytest.mark.parametrize("unit", ["item", "letter"])
def test_the_page_of_reviewers_asks_only_what_is_kept(kept: Snapshot, unit: Unit) -> None:
    with kept.connect() as connection:
        keys = {key for (key,) in connection.execute("SELECT question FROM answers").fetchall()}

        class Strict(Reader):
            def _kept(self, question: str, values: Sequence[object], answer: Callable[[], list[Row]]) -> list[Row]:
                assert question_key(question, values) in keys, question
                return super()._kept(question, values, answer)

        reader = Strict(connection, kept, Filters(unit=unit))
        reader.headline()
        reader.stated()
        for name in STANDARDISED:
            assert {one.key for one in reader.standardised(name)} == {group.key for group in reader.by(name)}
        assert reader.profiles("specialty")
        reader.cross("specialty", "modality")


def test_verify_tells_of_a_kept_answer_that_is_wrong(kept: Snapshot) -> None:
    assert verify(kept.folder).wrong == []
    spoil(kept)
    assert any("answers that are kept" in line for line in verify(kept.folder).wrong)


def test_rows_come_back_as_they_were() -> None:
    rows = [(1, 0.1 + 0.2, None, "x", True, date(2016, 2, 29)), (2**63, -0.0, None, "", False, None)]
    assert decoded(encoded(rows)) == rows
    assert question_key("SELECT  1\n", [1]) == question_key("SELECT 1", [1]) != question_key("SELECT 1", [2])
    assert same(encoded([(1, 0.30000000004), (2, None)]), encoded([(2, None), (1, 0.3)]))
    assert not same(encoded([(1, 0.3)]), encoded([(2, 0.3)]))
