"""The list of a filter: every stretch of it is a stretch of the whole, and walking from letter to letter is reading it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import results, search
from data.filters import Choice, Filters
from data.queries import Reader
from data.warehouse import Snapshot
from tests.plain import PlainItem, matches, plain_items, some_filters

ORDERS = tuple(results.ORDERS)
Row = tuple[int, int]


@pytest.fixture(scope="module")
def connection(sample_warehouse: Snapshot) -> Iterator[duckdb.DuckDBPyConnection]:
    with sample_warehouse.connect() as connection:
        yield connection


@pytest.fixture(scope="module")
def items(sample_warehouse: Snapshot) -> list[PlainItem]:
    return plain_items(sample_warehouse)


@pytest.fixture(scope="module")
def ids(connection: duckdb.DuckDBPyConnection) -> dict[int, str]:
    return dict(connection.execute("SELECT letter_key, letter_id FROM letters").fetchall())


def listed(items: list[PlainItem], filters: Filters, order: str, snapshot: Snapshot) -> list[Row]:
    """The whole list, put in order the plain way."""
    ranks: dict[int, int] = {}
    if order == "relevance" and filters.words:
        table = search.ranked(snapshot.index, filters.words)
        ranks = dict(zip(table["letter_key"].to_pylist(), table["rank"].to_pylist(), strict=True))

    def place(item: PlainItem) -> tuple[object, ...]:
        day = (item.decided or date.min).toordinal() * (1 if order == "oldest" else -1)
        return (ranks.get(item.letter, 0), item.decided is None, day, item.letter, item.ordinal)

    return [(item.letter, item.ordinal) for item in sorted((i for i in items if matches(i, filters)), key=place)]


def rows(reader: Reader, limit: int, offset: int, order: str) -> list[Row]:
    return [(row["letter_key"], row["ordinal"]) for row in reader.decisions(limit, offset, order)]


@settings(deadline=None)
@given(filters=some_filters(), order=st.sampled_from(ORDERS), offset=st.integers(0, 100), limit=st.integers(0, 30))
def test_a_stretch_is_a_stretch_of_the_whole_list(
    filters: Filters,
    order: str,
    offset: int,
    limit: int,
    items: list[PlainItem],
    connection: duckdb.DuckDBPyConnection,
    sample_warehouse: Snapshot,
) -> None:
    whole = listed(items, filters, order, sample_warehouse)
    reader = Reader(connection, sample_warehouse, filters)
    assert rows(reader, limit, offset, order) == whole[offset : offset + limit]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("words", ["", "knee", "knee OR -spine"])
def test_pages_one_behind_the_other_are_the_list(
    order: str,
    words: str,
    items: list[PlainItem],
    connection: duckdb.DuckDBPyConnection,
    sample_warehouse: Snapshot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(results, "_RANKS", 4)
    by_rank = results._Order("rank // 4", "ASC", "rank", "facts JOIN ranked USING (letter_key)")
    monkeypatch.setitem(results._ORDERS, "relevance", by_rank)
    filters = Filters(words=words)
    reader = Reader(connection, sample_warehouse, filters)
    whole = rows(reader, 1000, 0, order)
    assert [row for page in range(0, 100, 7) for row in rows(reader, 7, page, order)] == whole
    found = set(search.letters_with(sample_warehouse.index, words)["letter_key"].to_pylist())
    assert sorted(whole) == sorted((i.letter, i.ordinal) for i in items if not words or i.letter in found)
    walk(reader, whole, order, dict(connection.execute("SELECT letter_key, letter_id FROM letters").fetchall()))


def walk(reader: Reader, whole: list[Row], order: str, ids: dict[int, str]) -> None:
    """From the first letter to the last by `after`: place, row and both neighbours are what the list says."""
    letters = list(dict.fromkeys(key for key, _ in whole))
    first = {key: next(row for row in whole if row[0] == key) for key in letters}
    named = [(ids[key], first[key][1]) for key in letters]
    for number, key in enumerate(letters):
        found = reader.neighbours(ids[key], order)
        assert found
        assert (found.place, found.letters) == (number + 1, len(letters))
        assert (found.row, found.rows) == (whole.index(first[key]), sum(row[0] == key for row in whole))
        assert found.before == (named[number - 1] if number else None)
        assert found.after == (named[number + 1] if number + 1 < len(letters) else None)


@settings(deadline=None, max_examples=15)
@given(filters=some_filters(), order=st.sampled_from(ORDERS))
def test_walking_from_letter_to_letter_is_the_list(
    filters: Filters,
    order: str,
    items: list[PlainItem],
    ids: dict[int, str],
    connection: duckdb.DuckDBPyConnection,
    sample_warehouse: Snapshot,
) -> None:
    whole = listed(items, filters, order, sample_warehouse)
    walk(Reader(connection, sample_warehouse, filters), whole, order, ids)


def test_a_letter_that_the_filter_leaves_out_has_no_place(
    items: list[PlainItem], ids: dict[int, str], connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    filters = Filters().choose("modality", Choice(("spect",)))
    inside = {item.letter for item in items if matches(item, filters)}
    outside = next(item.letter for item in items if item.letter not in inside)
    reader = Reader(connection, sample_warehouse, filters)
    assert reader.neighbours(ids[outside]) is None
    assert reader.neighbours("0" * 64) is None
    assert reader.neighbours("no id") is None
    everything = Reader(connection, sample_warehouse, replace(filters, choices=()))
    found = everything.neighbours(ids[outside][:16])
    assert found
    assert found.letters == len({item.letter for item in items})
