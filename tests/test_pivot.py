"""The pivot against a slow, obvious count: cells, totals, what is left out, and the filters that lead to a cell's letters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import conditions
from data.axes import OUTCOME, TIMES, narrowed, ordered
from data.filters import Choice, DateRange, Filters
from data.pivot import ALL, arranged, axes, cell_filter, measures, most_of, pivot
from data.queries import Reader
from data.rates import Group
from data.schema import NOT_STATED, dimensions
from data.spans import period_start
from data.statistics import Rate, Sums, overturn_rate
from data.warehouse import Snapshot
from loaders.ingest import ingest
from loaders.synthetic.corpus import synthesize
from tests.plain import PlainItem, as_units, by_letter, matches, plain_items, some_filters, sums
from tests.test_queries import rho_of, same

NAMES = st.sampled_from(list(axes()))


def held(item: PlainItem, name: str, filters: Filters) -> frozenset[str]:
    """What an item holds on an axis, read off its values."""
    if name == OUTCOME:
        return frozenset(["overturned" if item.overturned else "upheld"])
    if name in TIMES:
        day = item.decided if filters.date_field == "decision" else item.denied
        return frozenset([period_start(name, day).isoformat() if day else NOT_STATED])  # type: ignore[arg-type]
    return item.held[name]


def check(filters: Filters, names: tuple[str, str], items: list[PlainItem], reader: Reader) -> None:
    """Cells and totals of two axes are those of the slow way, and every cell's filter leaves just its decisions."""
    chosen = [item for item in items if matches(item, filters)]
    rho = 0.0 if filters.unit == "letter" or not chosen else rho_of(items, chosen)
    cells: dict[tuple[str, str], list[PlainItem]] = defaultdict(list)
    for item in chosen:
        for row in held(item, names[0], filters):
            for column in held(item, names[1], filters):
                cells[row, column].append(item)
    found = reader.cross(*names)
    assert set(found) == set(cells)
    for pair, inside in cells.items():
        expected = overturn_rate(sums(as_units(by_letter(inside), filters.unit)), rho)
        assert same(found[pair], expected), pair
        narrow = cell_filter(filters, names, *pair)
        assert narrow is not None
        if narrow.condition:
            assert reader.under(narrow).how_many() == len(inside), (pair, narrow)
        else:
            led = {(one.letter, one.ordinal) for one in items if matches(one, narrow)}
            assert led == {(one.letter, one.ordinal) for one in inside}, (pair, narrow)
    head = reader.headline()
    groups = (reader.by(names[0], True), reader.by(names[1], True))
    whole = pivot(filters, names, head, groups, found, "most")
    assert whole.rate(ALL, ALL) == head.rate
    for side, name in zip(groups, names, strict=True):
        parts: dict[str, list[PlainItem]] = defaultdict(list)
        for item in chosen:
            for key in held(item, name, filters):
                parts[key].append(item)
        assert {group.key: (group.rate.n, group.rate.y) for group in side} == {
            key: (total.n, total.y)
            for key, total in ((key, sums(as_units(by_letter(part), filters.unit))) for key, part in parts.items())
        }
        if filters.unit == "item" and (name in TIMES or name == OUTCOME or dimensions()[name].kind == "value"):
            assert sum(group.rate.n for group in side) == head.decisions


@given(filters=some_filters(), names=st.tuples(NAMES, NAMES).filter(lambda pair: pair[0] != pair[1]))
@settings(max_examples=150, deadline=None)
def test_cells_totals_and_ways_on_samples(
    filters: Filters,
    names: tuple[str, str],
    items: list[PlainItem],
    connection: duckdb.DuckDBPyConnection,
    sample_warehouse: Snapshot,
) -> None:
    check(filters, names, items, Reader(connection, sample_warehouse, filters))


@pytest.fixture(scope="module")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Snapshot, list[PlainItem], Reader]]:
    folder = tmp_path_factory.mktemp("synthetic")
    synthesize(folder / "letters.jsonl", 400, 7, kind="records")
    snapshot = ingest([folder / "letters.jsonl"], folder / "warehouse", demonstration=True).snapshot
    assert snapshot is not None
    with snapshot.connect() as connection:
        yield snapshot, plain_items(snapshot), Reader(connection, snapshot, Filters())


@given(filters=some_filters(words=("",)), names=st.tuples(NAMES, NAMES).filter(lambda pair: pair[0] != pair[1]))
@settings(max_examples=25, deadline=None)
def test_cells_totals_and_ways_on_synthetic_letters(
    filters: Filters, names: tuple[str, str], synthetic: tuple[Snapshot, list[PlainItem], Reader]
) -> None:
    _, items, reader = synthetic
    check(filters, names, items, reader.under(filters))


def group(key: str, y: int, n: int, label: str = "") -> Group:
    return Group(key, label or key, overturn_rate(Sums.letters_as_units(n, y), 0.0))


GROUPS = [group("b", 1, 40, "Beta"), group("a", 30, 50, "alpha"), group("s", 4, 5, "Small"), group(NOT_STATED, 2, 90)]


@pytest.mark.parametrize(
    ("sort", "keys"),
    [
        ("most", ["a", "b", "s", NOT_STATED]),
        ("rate", ["a", "b", NOT_STATED, "s"]),
        ("label", ["a", "b", "s", NOT_STATED]),
        ("own", ["b", "a", "s", NOT_STATED]),
    ],
)
def test_orders_keep_small_groups_and_the_unstated_apart(sort: str, keys: list[str]) -> None:
    found = [one.key for one in arranged(GROUPS, sort)]
    if sort == "rate":
        assert found[0] == "a"
        assert found[-1] == "s", "a small group never stands among rates"
    else:
        assert found == keys


def test_a_picture_keeps_the_most_frequent_and_of_time_the_latest() -> None:
    assert [one.key for one in most_of("body", GROUPS, 2)] == ["a", NOT_STATED]
    years = [group("2014-01-01", 0, 99), group("2015-01-01", 0, 5), group("2016-01-01", 0, 9), group(NOT_STATED, 0, 70)]
    assert [one.key for one in most_of("year", years, 2)] == ["2015-01-01", "2016-01-01"]
    assert ordered([NOT_STATED, "2016-01-01", "2014-01-01"]) == ("2014-01-01", "2016-01-01", NOT_STATED)


def test_no_rate_where_one_outcome_stands_and_no_decisions_of_letters() -> None:
    everything = Filters()
    assert "rate" in measures("modality", "body", everything)
    assert "rate" not in measures("modality", OUTCOME, everything)
    assert "rate" not in measures("modality", "body", replace(everything, outcome="upheld"))
    assert "decisions" not in measures("modality", "body", replace(everything, unit="letter"))
    assert not {"row", "column"} & set(measures("modality", "", everything))


def test_the_filter_of_one_group_narrows_what_is_chosen() -> None:
    two = Filters().choose("modality", Choice(("ct", "mri")))
    assert narrowed(two, "modality", "ct") == Filters().choose("modality", Choice(("ct",)))
    beside = narrowed(two, "modality", "xray")
    assert beside == replace(two, condition=conditions.test("modality", "any", "xray"))
    assert narrowed(beside, "modality", "pet") is not None
    one = Filters().choose("modality", Choice(("ct",), ("pet",)))
    assert narrowed(one, "modality", "mri") == Filters().choose("modality", Choice(("ct", "mri"), ("pet",), "all"))
    only = Filters().choose("modality", Choice(("ct", "mri"), mode="only"))
    assert narrowed(only, "modality", "ct") == only
    spring = Filters(dates=DateRange(date(2016, 2, 10), date(2016, 5, 5), undated=True))
    assert narrowed(spring, "quarter", "2016-01-01") == Filters(dates=DateRange(date(2016, 2, 10), date(2016, 3, 31)))
    assert narrowed(spring, "quarter", NOT_STATED) == Filters(dates=DateRange(undated=True))
    assert narrowed(Filters(outcome="upheld"), OUTCOME, "overturned") is None


def test_few_letters_of_a_reviewers_credentials_say_nothing(
    connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    reader = Reader(connection, sample_warehouse, Filters())
    names = ("specialty", "body")
    groups = (reader.by(names[0], True), reader.by(names[1], True))
    cells = reader.cross(*names)
    found = pivot(Filters(), names, reader.headline(), groups, cells, "most")
    assert found.hidden == {pair for pair in found.cells if found.cells[pair].letters < 10}
    assert all(one.rate.letters >= 10 for one in (*found.rows, *found.columns))
    assert found.rare_rows == sum(one.rate.letters < 10 for one in groups[0])
    shown: dict[tuple[str, str], Rate] = {pair: rate for pair, rate in cells.items() if pair in found.cells}
    assert shown == found.cells


def test_shares_are_of_whole_rows_columns_and_all(
    connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    reader = Reader(connection, sample_warehouse, Filters())
    names = ("admin_profile", "category")
    groups = (reader.by(names[0], True), reader.by(names[1], True))
    found = pivot(Filters(), names, reader.headline(), groups, reader.cross(*names), "most")
    for (row, column), rate in found.cells.items():
        for measure, whole in (("row", (row, ALL)), ("column", (ALL, column)), ("whole", (ALL, ALL))):
            total = found.rate(*whole)
            assert total
            assert found.share(row, column, measure) == (rate.n, total.n, total.letters < 10)
    assert found.share("no_such_key", ALL, "row") is None
