"""Around the box: parameters in a statement, examples, saved queries, the desk where questions wait, files."""

from __future__ import annotations

import csv
import io
import shutil
import threading
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data import sqldesk
from data.errors import NotesError
from data.exports import About
from data.filters import Filters
from data.notes import save_view
from data.saved_queries import delete_query, save_query, saved_queries
from data.sql_examples import Example, examples
from data.sqldesk import Desk
from data.sqlfiles import about_query, cell, cells, query_csv, query_parquet, query_xlsx
from data.sqlrun import LONGEST, QueryError, Question, Result, run
from data.sqltext import parameters
from data.sqlviews import item_dimensions, items_sql, lists, prepare, relations
from data.warehouse import Snapshot
from tests.plain import PlainItem
from tests.test_exports import sheets


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        (
            "SELECT $a, $b::DATE, $c :: integer, $d::DOUBLE, $e::VARCHAR",
            {"a": "text", "b": "date", "c": "number", "d": "number", "e": "text"},
        ),
        ("SELECT $a::BIGINT, $a", {"a": "number"}),
        ("SELECT $a, $a::DATE", {"a": "date"}),
        ("SELECT '$no', \"$no\", -- $no\n /* $no */ $$ $no $$, $x$ $no $x$, $yes", {"yes": "text"}),
        ("SELECT 'it''s $no', $1, $", {}),
        ("SELECT 'open $no", {}),
    ],
)
def test_parameters_are_found_by_name_and_kind(sql: str, found: dict[str, str]) -> None:
    assert parameters(sql) == found


@pytest.mark.parametrize("example", examples().values(), ids=lambda example: example.key)
def test_every_example_is_answered(sample_warehouse: Snapshot, example: Example) -> None:
    asked = parameters(example.sql)
    assert set(asked) == set(example.values)
    found = run(
        Question(
            sample_warehouse, example.sql, tuple((name, kind, example.values[name]) for name, kind in asked.items())
        )
    )
    assert found.table.num_rows > 0 or example.key in ("sections", "precedents", "contradictions", "specialties")
    drawn = {name: column for name, column in example.chart.items() if name != "kind"}
    assert set(drawn.values()) <= set(found.table.column_names)


def test_the_items_are_those_of_the_plain_reading(sample_warehouse: Snapshot, items: list[PlainItem]) -> None:
    names = ", ".join(dimension.key for dimension in item_dimensions())
    with sample_warehouse.connect() as connection:
        rows = (
            connection.sql(f"SELECT letter_key, ordinal, overturned, {names} FROM ({items_sql()})")
            .to_arrow_table()
            .to_pylist()
        )
    assert len(rows) == len(items)
    plain = {(item.letter, item.ordinal): item for item in items}
    for row in rows:
        item = plain[row["letter_key"], row["ordinal"]]
        assert row["overturned"] == item.overturned
        for dimension in item_dimensions():
            value = row[dimension.key]
            held = frozenset(value) if isinstance(value, list) else frozenset([value])
            assert (held or frozenset(["not_stated"])) == item.held[dimension.key], dimension.key


def test_everything_that_can_be_asked_is_described_and_nothing_else(sample_warehouse: Snapshot, tmp_path: Path) -> None:
    # A copy: one process opens a file in one way alone, and other tests hold this one open in theirs.
    copy = shutil.copyfile(sample_warehouse.database, tmp_path / "copy.duckdb")
    with duckdb.connect(str(copy), read_only=True) as connection:
        for name, columns in lists().items():
            made = ", ".join(f"unnest(${column}) AS {column}" for column in columns)
            connection.execute(f"CREATE TEMP TABLE {name} AS SELECT {made}", columns)
        for statement in prepare():
            connection.execute(statement)
        for relation in relations():
            there = {row[0] for row in connection.execute(f"DESCRIBE {relation.name}").fetchall()}
            said = {column.name for column in relation.columns}
            assert said == there, relation.name
            assert all(column.meaning for column in relation.columns)


def test_queries_are_kept_beside_the_views(tmp_path: Path) -> None:
    save_view(tmp_path, "Mine", "overview", {})
    made = save_query(tmp_path, "  By\tyear ", "SELECT $a", {"a": "1"}, {"kind": "bars"})
    assert made.name == "By year"
    assert saved_queries(tmp_path) == [made]
    assert saved_queries(tmp_path, "somebody else") == []
    for name, sql in (("By year", "SELECT 1"), ("", "SELECT 1"), ("Empty", " "), ("Long", "x" * (LONGEST + 1))):
        with pytest.raises(NotesError):
            save_query(tmp_path, name, sql, {}, {})
    assert delete_query(tmp_path, "By year")
    assert not delete_query(tmp_path, "By year")
    assert saved_queries(tmp_path / "nowhere") == []


class Runs:
    """Stands for `run`: keeps what is asked, answers when it is let go, or ends when nobody waits."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.go = threading.Event()
        self.most = self.now = 0

    def __call__(self, question: Question, *, told: object, stopped: object) -> Result:
        self.asked.append(question.sql)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            while not self.go.wait(0.02):
                if stopped():  # type: ignore[operator]
                    raise QueryError("The query was stopped.")
            return Result(pa.table({"a": [1]}), ("INTEGER",), 0.1)
        finally:
            self.now -= 1


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    made = Runs()
    monkeypatch.setattr(sqldesk, "run", made)
    return made


def test_a_few_run_at_once_and_the_others_are_told_how_many_are_before_them(
    sample_warehouse: Snapshot, runs: Runs
) -> None:
    desk = Desk(at_once=2, most_waiting=2)
    tickets = [desk.ask(Question(sample_warehouse, f"SELECT {n}"), f"who {n}") for n in range(4)]
    with pytest.raises(QueryError, match="4 queries are running or waiting"):
        desk.ask(Question(sample_warehouse, "SELECT 9"), "late")
    tickets[0].wait(0.1)
    assert [ticket.look().state for ticket in tickets] == ["running", "running", "waiting", "waiting"]
    assert [ticket.look().ahead for ticket in tickets[2:]] == [2, 3]
    runs.go.set()
    assert [ticket.wait(5).state for ticket in tickets] == ["done"] * 4
    assert runs.most == 2
    assert tickets[3].answer().table.num_rows == 1


def test_the_same_question_runs_once_and_ends_with_the_last_who_waits(sample_warehouse: Snapshot, runs: Runs) -> None:
    desk = Desk(at_once=2)
    question = Question(sample_warehouse, "SELECT 1")
    one, two = desk.ask(question, "one"), desk.ask(Question(sample_warehouse, "SELECT 1"), "two")
    one.wait(0.1)
    one.leave()
    assert two.wait(0.2).state == "running"
    two.leave()
    assert two.wait(5).state == "failed"
    with pytest.raises(QueryError, match="stopped"):
        two.answer()
    assert runs.asked == ["SELECT 1"]


def test_who_does_not_look_any_more_has_left(sample_warehouse: Snapshot, runs: Runs) -> None:
    desk = Desk(unseen=0.3)
    ticket = desk.ask(Question(sample_warehouse, "SELECT 1"), "gone")
    for _ in range(4):
        time.sleep(0.15)
        assert ticket.look().state == "running"
    time.sleep(1)
    assert ticket.look().state == "failed"


def test_one_place_hears_of_every_query_and_no_log_holds_its_text(
    sample_warehouse: Snapshot, runs: Runs, caplog: pytest.LogCaptureFixture
) -> None:
    runs.go.set()
    with caplog.at_level("DEBUG"):
        desk = Desk()
        desk.ask(Question(sample_warehouse, "SELECT 'secret'"), "who").wait(5)
        time.sleep(0.1)
    assert "query done" in caplog.text
    assert "secret" not in caplog.text


HOSTILE = pa.table(
    {
        "=cmd": ["=1+1", "@x", "plain"],
        "n": [1, 1 << 60, None],
        "d": [date(2017, 1, 2), None, None],
        "l": [["a", "b"], [], None],
    }
)


@pytest.fixture
def asked(sample_warehouse: Snapshot) -> Question:
    return Question(sample_warehouse, "SELECT *\nFROM items\nWHERE a = $a", (("a", "text", "=b"),))


def test_files_of_a_result_say_what_gave_it_and_hold_no_formula(sample_warehouse: Snapshot, asked: Question) -> None:
    result = Result(HOSTILE, ("VARCHAR",), 0.1, "rows")
    about = about_query(asked, result, About(Filters(), sample_warehouse))
    text = query_csv(result, about).decode("utf-8-sig")
    head = [line for line in text.splitlines() if line.startswith("#")]
    for part in ("# FROM items", "$a = =b (text)", sample_warehouse.snapshot_id, "These are the first 3 rows"):
        assert any(part in line for line in head)
    rows = list(csv.reader(io.StringIO(text.split("\r\n", len(head))[-1])))
    assert rows[0] == ["'=cmd", "n", "d", "l"]
    assert rows[1] == ["'=1+1", "1", "2017-01-02", "a; b"]
    book = sheets(query_xlsx(result, about))
    assert book["Data"][1][0] == "=1+1"  # an inline text, no formula
    assert book["Data"][2][1] == str(1 << 60)
    assert any("WHERE a = $a" in str(row[1]) for row in book["About"])
    table = pq.read_table(io.BytesIO(query_parquet(result, about)))
    assert table.to_pydict() == HOSTILE.to_pydict()
    assert table.schema.metadata[b"overturn:statement"] == asked.sql.encode()
    assert table.schema.metadata[b"snapshot"] == sample_warehouse.snapshot_id.encode()


def test_values_of_every_kind_become_cells() -> None:
    assert cell(Decimal("12")) == 12
    assert cell(Decimal("1.50")) == 1.5
    assert cell(b"\x01\xff") == "01ff"
    assert cell({"a": [1]}) == '{"a": [1]}'
    assert cell(["a", None]) == "a; "
    assert cell(date(2017, 1, 2)) == date(2017, 1, 2)
    assert cell(Decimal(2**70)) == str(2**70), "more digits than a table holds"
    beyond = pa.array([None, 2**31 - 1, -(2**30)], pa.int32()).view(pa.date32())
    [row, *rows] = cells(pa.table({"day": beyond, "n": pa.array([1, 2, 3])}))
    assert row == [None, 1]
    assert rows == [
        ["beyond the calendar (2,147,483,647 days from 1970)", 2],
        ["beyond the calendar (-1,073,741,824 days from 1970)", 3],
    ]
