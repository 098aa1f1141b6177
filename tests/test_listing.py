"""The result table: every page of any sort is what a plain sort gives; and its files hold just that."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import listing
from data.columns import columns, of_letters
from data.exports import About, csv_text
from data.filters import Filters
from data.parquet import meanings, parquet_bytes
from data.queries import Reader
from data.schema import NOT_STATED, dimensions
from data.warehouse import Snapshot
from tests.plain import PlainItem, matches, some_filters

PLAIN = {key: one for key, one in columns().items() if one.kind == "dimension"}


@pytest.fixture(scope="module")
def records(sample_warehouse: Snapshot) -> dict[tuple[int, int], dict[str, Any]]:
    """Every item's row of the record tables."""
    with sample_warehouse.connect() as connection:
        cursor = connection.execute("SELECT * FROM letters JOIN decisions USING (letter_key) WHERE NOT superseded")
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return {(row["letter_key"], row["ordinal"]): row for row in rows}


def plain_cell(key: str, item: PlainItem, record: dict[str, Any]) -> object:
    """The cell read off the records."""
    if key in PLAIN:
        of = dimensions()[key]
        if item.held[key] == {NOT_STATED}:
            return "" if of.kind == "mask" or of.unstated == "Not stated" else of.unstated
        return ", ".join(of.term_label(one) for one in of.keys if one in item.held[key])
    if key == "injury_year":
        return record["injury_date"].year if record["injury_date"] else None
    if key == "flags":
        return ", ".join(record["flags"])
    if key == "mtus_silent":
        return "yes" if record["mtus_silent"] else "no"
    return record[key]


def plain_sort(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


@given(
    filters=some_filters(),
    sort=st.sampled_from(list(columns())),
    down=st.booleans(),
    more=st.sampled_from(list(columns())),
    many=st.sampled_from([2, 4096]),
)
@settings(max_examples=120, deadline=None)
def test_every_page_of_any_sort(
    filters: Filters,
    sort: str,
    down: bool,
    more: str,
    many: int,
    items: list[PlainItem],
    records: dict[tuple[int, int], dict[str, Any]],
    connection: duckdb.DuckDBPyConnection,
    sample_warehouse: Snapshot,
) -> None:
    filters = replace(filters, unit="item")
    reader = Reader(connection, sample_warehouse, filters)
    chosen = [item for item in items if matches(item, filters)]
    keys = ("letter_id", "ordinal", sort, more)
    original, listing._MANY = listing._MANY, many
    try:
        rows = [row for start in range(0, len(chosen) + 7, 7) for row in reader.listed(keys, sort, down, 7, start)]
    finally:
        listing._MANY = original
    assert rows == reader.listed(keys, sort, down, 1000)
    assert [row[2:] for row in rows] == list(reader.exported(keys, sort, down, 1000))
    by_id = {(record["letter_id"], record["ordinal"]): key for key, record in records.items()}
    plain = {(item.letter, item.ordinal): item for item in chosen}
    assert sorted(by_id[row[:2]] for row in rows) == sorted(plain)
    for row in rows:
        key = by_id[row[:2]]
        assert row[:2] == row[2:4]
        for name, cell in ((sort, row[4]), (more, row[5])):
            assert cell == plain_cell(name, plain[key], records[key]), name
    stated = [plain_sort(row[4]) for row in rows if row[4] not in (None, "")]
    unstated = [row for row in rows if row[4] in (None, "")]
    if columns()[sort].kind == "dimension" and dimensions()[sort].unstated != "Not stated":
        stated = [value for value in stated if value != plain_sort(dimensions()[sort].unstated)]
    else:
        assert rows[len(rows) - len(unstated) :] == unstated, "what states none stands last"
    if columns()[sort].kind == "dimension":
        return  # sorted by labels as they are written
    assert stated == sorted(stated, reverse=down)  # type: ignore[type-var]


def test_labels_are_sorted_as_they_read(connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot) -> None:
    reader = Reader(connection, sample_warehouse, Filters())
    for key in ("category", "admin", "specialty"):
        for down in (False, True):
            cells = [row[2] for row in reader.listed((key,), key, down, 1000)]
            stated = [cell for cell in cells if cell]
            assert stated == sorted(stated, reverse=down)
            assert cells == [*stated, *[""] * (len(cells) - len(stated))]


def test_a_row_a_letter_says_what_its_items_in_the_filter_do(
    items: list[PlainItem],
    records: dict[tuple[int, int], dict[str, Any]],
    connection: duckdb.DuckDBPyConnection,
    sample_warehouse: Snapshot,
) -> None:
    filters = replace(Filters(without=("ancillary",)), unit="letter")
    reader = Reader(connection, sample_warehouse, filters)
    rows = reader.listed(("letter_id", "outcome", "body", "ordinal", "category"), "case_number", False, 1000)
    letters: dict[str, list[PlainItem]] = {}
    for item in items:
        if matches(item, filters):
            letters.setdefault(records[item.letter, item.ordinal]["letter_id"], []).append(item)
    assert len(rows) == len({row[0] for row in rows}) == len(letters)
    body = dimensions()["body"]
    for letter_id, first, _, outcome, parts, ordinals, _ in rows:
        inside = sorted(letters[letter_id], key=lambda item: item.ordinal)
        said = {item.overturned for item in inside}
        assert outcome == ("partly overturned" if len(said) == 2 else "overturned" if said == {True} else "upheld")
        assert first == inside[0].ordinal
        assert ordinals == "; ".join(str(item.ordinal) for item in inside)
        held = {key for item in inside for key in item.held["body"]}
        assert parts == ", ".join(body.term_label(key) for key in body.keys if key in held)
    with pytest.raises(ValueError, match="letters are not sorted by Outcome"):
        reader.listed(("case_number",), "outcome", True, 5)


def test_columns_are_defined_once_and_their_meanings_are_the_dictionarys() -> None:
    labels = [one.label for one in columns().values()]
    assert len(labels) == len(set(labels))
    assert all(one.meaning for one in columns().values())
    assert "injury_date" not in columns()
    assert {key for key, one in columns().items() if one.words} == {
        *("disputed", "request", "original", "authorized", "decisive")
    }
    assert of_letters(columns()["ordinal"]).kind == "text"


def test_files_hold_filter_snapshot_definitions_and_dictionary(
    connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    filters = Filters(outcome="upheld")
    keys = ("case_number", "ordinal", "decision_date", "injury_year", "admin", "request")
    chosen = [columns()[key] for key in keys]
    rows = [list(row) for row in Reader(connection, sample_warehouse, filters).exported(keys, "admin", False, 1000)]
    rows[0][5], rows[1][5] = "=1+1", "@SUM(A1)"
    about = About(filters, sample_warehouse, "http://localhost/explore?outcome=upheld")
    table = pq.read_table(io.BytesIO(parquet_bytes(chosen, rows, about)))
    assert table.column_names == [one.label for one in chosen]
    assert table.num_rows == len(rows)
    assert table["Request"].to_pylist()[:3] == ["'=1+1", "'@SUM(A1)", rows[2][5]]
    assert table["Decision date"].to_pylist() == [row[2] for row in rows]
    assert all(value is None or isinstance(value, date) for value in table["Decision date"].to_pylist())
    assert table["Item"].to_pylist() == [row[1] for row in rows]
    said = {key.decode(): json.loads(value) for key, value in table.schema.metadata.items() if b"overturn" in key}
    about_said = {one["name"]: one["text"] for one in said["overturn.about"]}
    assert "Upheld only" in about_said["Filter"]
    assert sample_warehouse.snapshot_id in about_said["Snapshot"]
    assert "What is counted" in about_said
    assert [one["name"] for one in said["overturn.dictionary"]] == table.column_names
    text = csv_text([one.label for one in chosen], rows, about, meanings(chosen)).decode("utf-8-sig")
    notes = [line for line in text.split("\r\n") if line.startswith("#")]
    assert "# Column Case number: IMR case number (letter)" in notes
    assert any(line.startswith("# What is counted: ") for line in notes)
    read = list(csv.reader(io.StringIO(text.split("\r\n", len(notes))[-1], newline="")))
    assert len(read) == len(rows) + 1
    assert read[1][5] == "'=1+1"


def test_an_empty_result_makes_files(sample_warehouse: Snapshot) -> None:
    chosen = [columns()["case_number"], columns()["ordinal"]]
    assert pq.read_table(io.BytesIO(parquet_bytes(chosen, [], About(Filters(), sample_warehouse)))).num_rows == 0
