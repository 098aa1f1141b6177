"""Standardised ratios and exclusive profiles that a query gives, against the same worked out item by item."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import cache

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings

from data.filters import Choice, Filters
from data.queries import Reader
from data.schema import NOT_STATED, dimensions
from data.standardise import Cell, Stratum, matched, p_values, ratio_of, ratio_z
from data.statistics import Rate, Z, difference, overturn_rate, pooled_rho
from data.strata import OTHER_COMBINATIONS, Standardised
from data.warehouse import Snapshot
from loaders.ingest import ingest
from loaders.synthetic.corpus import synthesize
from tests.plain import PlainItem, as_units, by_letter, matches, plain_items, some_filters, sums


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """400 synthetic letters, for the samples are too unlike each other to fill strata."""
    folder = tmp_path_factory.mktemp("strata")
    synthesize(folder / "letters.jsonl", 400, seed=11, kind="records")
    snapshot = ingest([folder / "letters.jsonl"], folder / "warehouse", demonstration=True, workers=1).snapshot
    assert snapshot
    return snapshot


@pytest.fixture
def _low_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few items and letters fill a stratum that 400 letters have full, collapsed and unmatched ones."""
    for module in ("standardise", "strata"):
        monkeypatch.setattr(f"data.{module}.FEWEST_ITEMS", 4)
        monkeypatch.setattr(f"data.{module}.FEWEST_LETTERS", 3)


def first(item: PlainItem, name: str) -> str:
    return next((key for key in dimensions()[name].keys if key in item.held[name]), NOT_STATED)


def stratum(item: PlainItem) -> Stratum:
    study = first(item, "modality")
    (category,), (age,) = item.held["category"], item.held["claim_age"]
    year = str(item.denied.year) if item.denied else "none"
    asked = f"imaging {study}" if study != NOT_STATED else category
    return (asked, year, first(item, "body"), str("modified" in item.flags), age)


def cells(items: list[PlainItem], every_depth: bool) -> dict[Stratum, Cell]:
    found: dict[Stratum, list[PlainItem]] = defaultdict(list)
    for item in items:
        full = stratum(item)
        for depth in range(1 if every_depth else 5, 6):
            found[full[:depth]].append(item)
    return {
        key: Cell(len(held), sum(item.overturned for item in held), len({item.letter for item in held}))
        for key, held in found.items()
    }


def agrees(found: Standardised, group: list[PlainItem], others: list[PlainItem], rho: float) -> None:
    rate = overturn_rate(sums(by_letter(group)), rho)
    expected = matched(cells(group, False), cells(others, True))
    got = found.ratio.matched
    assert (found.rate.n, found.rate.y, found.rate.low, found.rate.deff) == pytest.approx(
        (rate.n, rate.y, rate.low, rate.deff)
    )
    assert (got.total, got.n, got.y, got.full_n) == (expected.total, expected.n, expected.y, expected.full_n)
    assert (got.expected, got.error) == (pytest.approx(expected.expected), pytest.approx(expected.error))
    ratio = ratio_of(expected, rate)
    assert (found.ratio.ratio, found.ratio.low, found.ratio.high) == pytest.approx((ratio.ratio, ratio.low, ratio.high))


def without_largest(found: Standardised, group: list[PlainItem], others: list[PlainItem], rho: float) -> None:
    sizes = {letter: n for letter, (n, _) in by_letter(group).items()}
    if max(sizes.values()) == 1:
        assert found.largest is None
        return
    largest = min(letter for letter, n in sizes.items() if n == max(sizes.values()))
    left = [item for item in group if item.letter != largest]
    assert found.largest
    assert found.largest.share == pytest.approx(sizes[largest] / len(group))
    expected = overturn_rate(sums(by_letter(left)), rho)
    assert (found.largest.rate.n, found.largest.rate.y, found.largest.rate.low) == pytest.approx(
        (expected.n, expected.y, expected.low)
    )
    ratio = found.largest.ratio
    of = matched(cells(left, False), cells(others, True))
    assert (ratio.observed, ratio.expected, ratio.matched.n) == (of.y, pytest.approx(of.expected), of.n)


@given(filters=some_filters(words=("",)))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(filters=Filters())
@pytest.mark.usefixtures("_low_bounds")
def test_ratios_of_every_group(filters: Filters, corpus: Snapshot) -> None:
    items = held_items(corpus)
    with corpus.connect() as connection:
        for name in ("specialty_group", "specialty", "state"):
            chosen = [item for item in items if matches(item, filters, ignoring=name)]
            everything = pooled_rho(sums(by_letter(items)))
            rho = pooled_rho(sums(by_letter(chosen)), otherwise=everything) if chosen else 0.0
            found = Reader(connection, corpus, filters).standardised(name)
            assert {one.key for one in found} == {key for item in chosen for key in item.held[name]}
            for one in found:
                group = [item for item in chosen if one.key in item.held[name]]
                others = [item for item in chosen if one.key not in item.held[name]]
                agrees(one, group, others, rho)
                without_largest(one, group, others, rho)
            if filters == Filters() and name == "specialty":
                of = [one.ratio.matched for one in found]
                assert any(0 < one.full_n < one.n < one.total for one in of), "else little was compared"


@cache
def held_items(snapshot: Snapshot) -> list[PlainItem]:
    return plain_items(snapshot)


def test_letters_within_which_values_differ_are_refused(
    connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    reader = Reader(connection, sample_warehouse, Filters())
    for ask in (reader.standardised, reader.profiles):
        with pytest.raises(ValueError, match="modality"):
            ask("modality")
    with pytest.raises(ValueError, match="exact sets"):
        reader.profiles("specialty_group")


def test_ratios_count_items_whatever_the_unit(
    connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    by_item, by_units = (
        Reader(connection, sample_warehouse, Filters(unit=unit)).standardised("specialty_group")
        for unit in ("item", "letter")
    )
    assert by_item == by_units


@given(filters=some_filters(words=("",)))
@settings(max_examples=40, deadline=None)
def test_exact_sets_of_specialties(
    filters: Filters, items: list[PlainItem], connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    chosen = [item for item in items if matches(item, filters)]
    by_unit = filters.unit == "letter"
    whole = pooled_rho(sums(by_letter(items)))
    rho = 0.0 if by_unit or not chosen else pooled_rho(sums(by_letter(chosen)), otherwise=whole)
    order = [*dimensions()["specialty"].keys, NOT_STATED]
    sets: dict[str, list[PlainItem]] = defaultdict(list)
    for item in chosen:
        sets[",".join(sorted(item.held["specialty"], key=order.index))].append(item)
    rates = {key: overturn_rate(sums(as_units(by_letter(held), filters.unit)), rho) for key, held in sets.items()}
    groups = {group.key: group for group in Reader(connection, sample_warehouse, filters).profiles("specialty")}
    folded = groups.pop(OTHER_COMBINATIONS, None)
    assert set(groups) == {key for key, rate in rates.items() if not rate.small}, "none that is small is named"
    small: list[Rate] = [rate for rate in rates.values() if rate.small]
    assert (
        (folded.rate.n, folded.rate.y, folded.rate.small)
        == ((sum(r.n for r in small), sum(r.y for r in small), True) if folded else (0, 0, True))
        if folded
        else not small
    )
    for key, group in groups.items():
        assert (group.rate.n, group.rate.y, group.rate.low) == pytest.approx(
            (rates[key].n, rates[key].y, rates[key].low)
        )
        rest = [item for item in chosen if item not in sets[key]]
        if rest:
            pair = (sums(as_units(by_letter(part), filters.unit)) for part in (sets[key], rest))
            expected = difference(*pair, None, rho)
            assert group.versus_rest
            assert (group.versus_rest.d, group.versus_rest.low) == pytest.approx((expected.d, expected.low))


def test_a_set_is_the_filter_of_its_key(connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot) -> None:
    for group in Reader(connection, sample_warehouse, Filters()).profiles("specialty"):
        if group.key != OTHER_COMBINATIONS:
            only = Filters().choose("specialty", Choice(tuple(group.key.split(",")), mode="only"))
            assert Reader(connection, sample_warehouse, only).headline().decisions == group.rate.n


def test_the_p_value_agrees_with_the_limits() -> None:
    """Where p is 0.05 the nearer limit is 1; 10 of 5 expected: z = 3 sqrt(10) (1 - 1/90 - 0.5^(1/3)) = 1.8515, p = 0.0641."""
    rate = Rate(100, 20, 100, 0.2, 0.1, 0.3, 100.0, 1.0, False)
    whole = {("a",): Cell(100, 0, 100)}
    empty = matched(whole, {})
    of = lambda y, expected: ratio_of(replace(empty, n=100, y=y, expected=expected), rate)  # noqa: E731
    assert ratio_z(of(10, 5.0), rate) == pytest.approx(1.8515, abs=1e-3)
    assert p_values([ratio_z(of(10, 5.0), rate)]) == [pytest.approx(0.0641, abs=2e-4)]
    for y in (1, 10, 200):
        ratio = of(y, float(y))
        assert ratio.low is not None
        assert ratio_z(ratio, rate) == 0.0
        at_low, at_high = of(y, y * ratio.low), of(y, y * (ratio.high or 0))
        assert ratio_z(at_low, rate) == pytest.approx(Z, abs=1e-5)
        assert ratio_z(at_high, rate) == pytest.approx(-Z, abs=1e-5)
    assert ratio_z(of(0, 0.0), rate) is None
    assert ratio_z(of(9, 5.0), replace(rate, small=True)) is not None


def test_a_list_of_ratios_that_vary_more_than_chance_names_only_what_is_unusual_in_it() -> None:
    """Eleven z of which nine are 2 or -2: winsorised all are, phi = 4, so 6 counts as 3 and p = 0.0027; a short list has no phi."""
    usual = [2.0, -2.0] * 4 + [2.0]
    found = p_values([*usual, 6.0, None, -6.0])
    assert found[9] == pytest.approx(0.0026998, abs=1e-6)
    assert found[10] is None
    assert found[0] == pytest.approx(0.3173105, abs=1e-6)
    assert p_values([2.0, 6.0])[1] == pytest.approx(1.973e-9, rel=1e-3)
    quiet = p_values([0.1] * 12)
    assert quiet[0] == pytest.approx(0.920344, abs=1e-6), "ratios that vary less than chance are not sharpened"
