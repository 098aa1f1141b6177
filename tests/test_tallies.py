"""Sums over letters from columns in memory, against the plain way of adding up, and what is held of them."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import held, tallies
from data.coded import Base, Columns
from data.filters import Filters
from data.queries import Reader
from data.schema import dimensions
from data.statistics import CrossSums, Sums
from data.warehouse import Snapshot
from tests.plain import cross_sums, sums

Items = list[list[tuple[int, bool]]]
"""Letters with their items: a value, and whether it was overturned."""
HELD = ((0,), (1, 2), (0, 2), (3,))
"""The keys that each of four values holds."""


def based(letters: Items) -> tuple[Base, np.ndarray]:
    letter = [at for at, items in enumerate(letters) for _ in items]
    overturned = np.array([y for items in letters for _, y in items], np.uint8)
    codes = np.array([value for items in letters for value, _ in items], np.uint8)
    return Base(np.array(letter, np.int32), overturned, len(letters)), codes


def split(codes: np.ndarray, mixed: bool = True) -> tallies.Split:
    every = np.ones(len(codes), bool)
    flat = np.array([key for keys in HELD for key in keys], np.uint8)
    many = np.array([len(keys) for keys in HELD], np.int32)
    return tallies.Split(codes.__getitem__, many, flat, 4, every.__getitem__ if mixed else None)


def plain(letters: Items, key: int | None, inside: bool = True) -> dict[int, tuple[int, int]]:
    found = {}
    for at, items in enumerate(letters):
        those = [y for value, y in items if key is None or (key in HELD[value]) == inside]
        if those:
            found[at] = (len(those), sum(those))
    return found


def same_sums(row: list[int], expected: Sums) -> bool:
    whole = expected.n, expected.y, expected.letters, expected.nn, expected.yy, expected.ny
    return tuple(row[:6]) == whole and row[6] / tallies.PARTS == pytest.approx(expected.within)


@given(
    st.lists(st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=6), max_size=12),
    st.sampled_from([1, 1 << 20]),
)
@settings(deadline=None)
def test_sums_of_all_and_by_key(letters: Items, table: int) -> None:
    base, codes = based(letters)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tallies, "_TABLE", table)  # both ways of counting
        chosen = tallies.choose(base, np.arange(len(codes), dtype=np.int32))
        assert same_sums(tallies.whole(chosen, False).tolist(), sums(plain(letters, None)))
        found = tallies.by_key(chosen, base, split(codes), tallies.across(False)).tolist()
    for key, row in enumerate(found):
        group, rest = plain(letters, key), plain(letters, key, inside=False)
        assert same_sums(row, sums(group))
        assert CrossSums(*row[tallies.SUMS : tallies.SUMS + 5]) == cross_sums(group, rest)
        assert row[-1] == sum(y for at, (_, y) in plain(letters, None).items() if at in group)


def test_some_of_the_items() -> None:
    base, codes = based([[(0, True), (1, False)], [(3, True)], [(2, True), (2, True), (0, False)]])
    chosen = tallies.choose(base, np.array([1, 3, 5], np.int32))
    assert tallies.whole(chosen, False).tolist()[:6] == [3, 1, 2, 5, 1, 2]
    assert tallies.items_by_key(chosen, split(codes)).tolist() == [2, 1, 2, 0], "values 1, 2 and 0"
    assert tallies.outcomes(chosen) == (1, 1, 0)


def test_large_letters_and_many_of_them_stay_whole_numbers() -> None:
    most = 32_767
    n, y = np.full(5, most), np.array([most, most, most - 1, 0, 1])
    kinds = tallies.kinds(n, y)
    assert kinds.n[kinds.of].tolist() == n.tolist()
    assert kinds.y[kinds.of].tolist() == y.tolist()
    times = 100_000  # three billion items
    row = (np.array([times]) @ tallies.inside(False)(n[:1], y[:1], n[:1], y[:1])).tolist()
    assert row == [most * times, most * times, times, *[most**2 * times] * 3, most * times * tallies.PARTS]


def test_two_dimensions_crossed_are_pairs_of_keys() -> None:
    letters: Items = [[(1, True), (2, False)], [(1, True)]]
    base, codes = based(letters)
    chosen = tallies.choose(base, np.arange(3, dtype=np.int32))
    both = tallies.crossed(split(codes), split(codes[::-1].copy()), chosen)
    found = tallies.by_key(chosen, base, both, tallies.inside(False))
    counts = {divmod(at, 4): row[0] for at, row in enumerate(found.tolist()) if row[0]}
    expected: dict[tuple[int, int], int] = {}
    for one, other in zip(codes, codes[::-1], strict=True):
        for pair in [(a, b) for a in HELD[one] for b in HELD[other]]:
            expected[pair] = expected.get(pair, 0) + 1
    assert counts == expected


@pytest.fixture
def wide() -> Iterator[duckdb.DuckDBPyConnection]:
    """A table `facts` with more values than a list is looked along for."""
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TABLE facts AS SELECT i // 2 letter_key, i % 3 = 0 overturned, 'c' || (i * 7 % 300) AS collection, "
            "CASE WHEN i // 2 % 5 = 0 THEN NULL ELSE DATE '1890-01-01' + (i // 2 * 100)::INT END decision_date "
            "FROM range(1000) t(i)"
        )
        yield connection


def test_columns_with_many_values_and_days_far_apart(wide: duckdb.DuckDBPyConnection) -> None:
    columns = Columns(wide.cursor(), held.held_for(wide), {})
    coded = columns.coded(dimensions()["collection"])
    assert [coded.values[code] for code in coded.codes] == [f"c{i * 7 % 300}" for i in range(1000)]
    assert coded.codes.dtype == np.uint16
    assert coded.mixed is not None and coded.mixed.all()
    days = columns.days("decision_date")
    assert days.days.dtype == np.int32
    stated = [(str(days.first + np.timedelta64(int(day), "D").item()) if day >= 0 else None) for day in days.days]
    told = wide.execute("SELECT decision_date::VARCHAR FROM facts").fetchall()
    assert stated == [row[0] for row in told]
    assert columns.base().letter.tolist() == [i // 2 for i in range(1000)]
    assert columns.rows("letter_key < ?", [2]).tolist() == [0, 1, 2, 3]


def test_what_is_held_goes_with_its_connection_and_where_room_runs_out(
    sample_warehouse: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    held.forget()
    with sample_warehouse.connect() as connection:
        reader = Reader(connection, sample_warehouse, Filters())
        first = reader.by("body")
        assert held.held_bytes() > 0
        monkeypatch.setattr(held, "LEAST_ROOM", 1)
        monkeypatch.setattr(held, "BYTES_A_DECISION", 0)
        assert Reader(connection, sample_warehouse, Filters()).by("admin")
        assert held.held_bytes() < 1000, "one thing at most"
        assert Reader(connection, sample_warehouse, Filters()).by("body") == first
    del reader, connection
    gc.collect()
    assert held.held_bytes() == 0


def test_what_is_held_is_let_go_when_nobody_asks(sample_warehouse: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "_ROOM", held._Room())
    monkeypatch.setattr(held, "IDLE_SECONDS", 0.1)
    with sample_warehouse.connect() as connection:
        reader = Reader(connection, sample_warehouse, Filters())
        assert reader.by("body")
        ends = time.monotonic() + 5
        while held.held_bytes() and time.monotonic() < ends:
            time.sleep(0.02)
        assert held.held_bytes() == 0
        assert reader.by("body")
