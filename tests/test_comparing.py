"""Questions about two filters against a slow, obvious evaluation over the record tables."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import astuple, replace

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.citing import citation_label
from data.compared_words import mix_label, points, points_interval, standardised_sentences
from data.comparing import MIXES, Mix
from data.comparison import StandardisedDifference, composition, standardised_difference
from data.filters import Choice, Filters
from data.fixing import Fix, fix_words
from data.guidelines import citation_phrase
from data.queries import Reader
from data.schema import dimensions
from data.segments import beside_as, everyone_else, narrowed
from data.standardise import Cell, Matched, Stratum
from data.statistics import CrossSums, Sums, difference, overturn_rate, pooled_rho
from data.warehouse import Snapshot
from tests.plain import PlainItem, as_units, by_letter, cross_sums, matches, some_filters, sums
from tests.test_queries import same

Pair = tuple[list[PlainItem], list[PlainItem]]


def wide_filters() -> st.SearchStrategy[Filters]:
    """Filters that let enough through to be compared, of several kinds."""
    few = st.sampled_from(
        [
            Filters(),
            Filters().choose("admin", Choice(("mtus",))),
            Filters().choose("admin", Choice(exclude=("none",))),
            Filters().choose("modality", Choice(("mri", "ct"))),
            Filters().choose("modality", Choice(exclude=("not_stated",))),
            Filters().choose("category", Choice(("imaging",))),
            Filters(without=("ancillary",)),
            Filters(words="knee"),
            Filters(words="spine"),
        ]
    )
    return few | some_filters()


def segments(items: list[PlainItem], a: Filters, b: Filters | None) -> Pair:
    first = [item for item in items if matches(item, a)]
    second = [item for item in items if (matches(item, b) if b else item not in first)]
    return first, second


def sides(first: list[PlainItem], second: list[PlainItem]) -> tuple[str, Pair]:
    """The relation, and the items that are compared."""
    both = [item for item in first if item in second]
    a_alone, b_alone = [item for item in first if item not in second], [item for item in second if item not in first]
    if not both:
        return "apart", (first, second)
    if a_alone and b_alone:
        return "overlapping", (a_alone, b_alone)
    if b_alone:
        return "a within b", (first, b_alone)
    return ("b within a", (a_alone, second)) if a_alone else ("the same", (first, []))


@given(a=wide_filters(), b=st.none() | wide_filters())
@settings(max_examples=120, deadline=None)
def test_two_filters_beside_each_other(
    a: Filters,
    b: Filters | None,
    items: list[PlainItem],
    connection: duckdb.DuckDBPyConnection,
    sample_warehouse: Snapshot,
) -> None:
    b = beside_as(b, a) if b else None
    first, second = segments(items, a, b)
    relation, (left, right) = sides(first, second)
    got = Reader(connection, sample_warehouse, a).compared(b)
    assert (got.relation, got.both) == (relation, len([item for item in first if item in second]))
    for figures, chosen in ((got.a, first), (got.b, second)):
        letters = by_letter(chosen)
        assert (figures.decisions, figures.letters) == (len(chosen), len(letters))
        assert (figures.upheld, figures.partly, figures.overturned) == (
            sum(y == 0 for _, y in letters.values()),
            sum(0 < y < n for n, y in letters.values()),
            sum(y == n for n, y in letters.values()),
        )
        assert (figures.rate.n, figures.rate.y) == (
            sums(as_units(letters, a.unit)).n,
            sums(as_units(letters, a.unit)).y,
        )
    rho = 0.0 if a.unit == "letter" else pooled_rho(sums(by_letter(items)))
    one, other = as_units(by_letter(left), a.unit), as_units(by_letter(right), a.unit)
    assert same(got.side_a, overturn_rate(sums(one), rho))
    assert same(got.side_b, overturn_rate(sums(other), rho))
    expected = difference(sums(one), sums(other), cross_sums(one, other), rho)
    assert (got.versus.d, got.versus.low, got.versus.high, got.versus.variance) == pytest.approx(
        (expected.d, expected.low, expected.high, expected.variance)
    )
    assert got.versus.p_value == pytest.approx(expected.p_value)


def test_a_segment_and_everyone_else_is_the_filter_against_the_rest(
    connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    for unit in ("item", "letter"):
        reader = Reader(connection, sample_warehouse, Filters(unit=unit).choose("admin", Choice(("mtus",))))
        got, (versus, rest) = reader.compared(None), reader.against_rest()
        assert rest
        assert versus
        assert (got.versus.d, got.versus.low, got.versus.high, got.versus.p_value) == pytest.approx(
            (versus.d, versus.low, versus.high, versus.p_value)
        )
        assert same(got.side_b, rest)
        assert got.a.rate.y == reader.headline().rate.y


def key_sums(side: list[PlainItem], name: str, key: str, unit: str) -> dict[int, tuple[int, int]]:
    """Items and items with the key, by letter."""
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for item in side:
        found[item.letter][0] += 1
        found[item.letter][1] += key in item.held[name]
    return as_units({letter: (n, y) for letter, (n, y) in found.items()}, unit)


def slow_mixes(
    left: list[PlainItem], right: list[PlainItem], names: list[str], unit: str
) -> dict[str, tuple[object, ...]]:
    a: dict[str, Sums] = {}
    b: dict[str, Sums] = {}
    cross: dict[str, CrossSums] = {}
    for name in names:
        for key in {key for item in (*left, *right) for key in item.held[name]}:
            one, other = key_sums(left, name, key, unit), key_sums(right, name, key, unit)
            place = f"{name} {key}"
            a[place], b[place], cross[place] = sums(one), sums(other), cross_sums(one, other)
    return {
        share.key: (share.a.n, share.a.y, share.b.n, share.b.y, share.versus.d, share.versus.low, share.stands_out)
        for share in composition(a, b, cross)
    }


@given(a=wide_filters(), b=st.none() | wide_filters())
@settings(max_examples=50, deadline=None)
def test_how_the_sides_are_made_up(
    a: Filters,
    b: Filters | None,
    items: list[PlainItem],
    connection: duckdb.DuckDBPyConnection,
    sample_warehouse: Snapshot,
) -> None:
    b = beside_as(b, a) if b else None
    relation, (left, right) = sides(*segments(items, a, b))
    got = Reader(connection, sample_warehouse, a).mixes(b)
    theirs = b or Filters()
    switched = {*a.without} ^ {*theirs.without}
    names = [
        name
        for name, set_by in MIXES.items()
        if all(a.choice(one) == theirs.choice(one) and one not in switched for one in set_by)
    ]
    expected = slow_mixes(left, right, names, a.unit) if relation != "the same" else {}
    assert {f"{mix.dimension} {mix.key}" for mix in got} == set(expected)
    for mix in got:
        share = mix.share
        found = (share.a.n, share.a.y, share.b.n, share.b.y, share.versus.d, share.versus.low, share.stands_out)
        assert found == pytest.approx(expected[f"{mix.dimension} {mix.key}"]), mix
    sizes = [abs(mix.share.versus.d or 0.0) for mix in got]
    assert sizes == sorted(sizes, reverse=True)


def first_held(item: PlainItem, name: str) -> str:
    return next((key for key in dimensions()[name].keys if key in item.held[name]), "")


def stratum(item: PlainItem) -> Stratum:
    what = first_held(item, "modality") or next(iter(item.held["category"]))
    return (
        str(item.denied.year if item.denied else 0),
        what,
        first_held(item, "body"),
        str("modified" in item.flags),
        next(iter(item.held["claim_age"])),
    )


@pytest.mark.parametrize("key", ["mtus", "odg", "none"])
@pytest.mark.parametrize("beside", [None, "other"])
def test_the_standardised_difference_rests_on_strata_counted_one_by_one(
    key: str,
    beside: str | None,
    items: list[PlainItem],
    connection: duckdb.DuckDBPyConnection,
    sample_warehouse: Snapshot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("data.standardise.FEWEST_ITEMS", 3)
    monkeypatch.setattr("data.standardise.FEWEST_LETTERS", 3)
    a = Filters().choose("admin", Choice((key,)))
    b = Filters().choose("admin", Choice(exclude=("none",))) if beside else None
    _, (left, right) = sides(*segments(items, a, b))
    group: dict[Stratum, Cell] = {}
    held: dict[Stratum, list[PlainItem]] = defaultdict(list)
    for item in left:
        cell = group.get(stratum(item), Cell())
        group[stratum(item)] = Cell(cell.n + 1, cell.y + item.overturned, 1)
    for item in right:
        for depth in range(1, 6):
            held[stratum(item)[:depth]].append(item)
    others = {
        path: Cell(len(part), sum(item.overturned for item in part), len({item.letter for item in part}))
        for path, part in held.items()
    }
    rho = pooled_rho(sums(by_letter(items)))
    rates = overturn_rate(sums(by_letter(left)), rho), overturn_rate(sums(by_letter(right)), rho)
    expected = standardised_difference(group, others, *rates)
    found = Reader(connection, sample_warehouse, a).standardised_difference(b)
    assert found
    got, levels = found
    assert len(levels) == 5
    assert (got.matched.total, got.matched.n, got.matched.y, got.matched.full_n) == (
        expected.matched.total,
        expected.matched.n,
        expected.matched.y,
        expected.matched.full_n,
    )
    assert got.matched.n > 0
    assert (got.d, got.low, got.high) == pytest.approx((expected.d, expected.low, expected.high))


def test_strata_leave_out_what_tells_the_filters_apart(
    connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    def levels(a: Filters, b: Filters | None) -> tuple[str, ...]:
        found = Reader(connection, sample_warehouse, a).standardised_difference(b)
        assert found
        return found[1]

    mri = Filters().choose("modality", Choice(("mri",)))
    assert levels(mri, None) == ("year of the denial", "body part", "modified or not", "age of the claim")
    knee = mri.choose("body", Choice(("knee",)))
    assert levels(knee, mri) == (
        "year of the denial",
        "imaging study or treatment category",
        "modified or not",
        "age of the claim",
    )
    assert Reader(connection, sample_warehouse, mri).standardised_difference(mri) is None


@given(filters=some_filters())
@settings(max_examples=150, deadline=None)
def test_everyone_else_as_a_filter_is_exactly_what_is_left(filters: Filters, items: list[PlainItem]) -> None:
    for narrow in (filters, replace(filters.cleared(), choices=filters.choices[:1])):
        other = everyone_else(narrow)
        if other is not None:
            assert [matches(item, other) for item in items] == [not matches(item, narrow) for item in items]


@given(filters=some_filters(words=("",)))
@settings(max_examples=150, deadline=None)
def test_a_narrowed_filter_holds_what_has_the_key_too(filters: Filters, items: list[PlainItem]) -> None:
    for name in ("admin", "modality", "reason"):
        for key in dimensions()[name].keys:
            inside = narrowed(filters, name, key)
            if inside is not None:
                expected = [matches(item, filters) and key in item.held[name] for item in items]
                assert [matches(item, inside) for item in items] == expected, (key, inside)


@given(filters=wide_filters())
@settings(max_examples=60, deadline=None)
def test_what_stands_behind_overturned_items(
    filters: Filters, items: list[PlainItem], connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    reader = Reader(connection, sample_warehouse, filters)
    chosen = [item for item in items if matches(item, filters)]
    won = [item for item in chosen if item.overturned]
    found = reader.fix_list()
    got = {(fix.kind, fix.key): fix for fix in found}
    expected = {
        (kind, key): {item.letter for item in won if key in item.held[kind]}
        for kind in ("admin", "reviewer", "reason")
        for item in won
        for key in item.held[kind]
        if key != "not_stated"
    }
    assert set(got) == set(expected)
    for (kind, key), fix in got.items():
        letters = expected[kind, key]
        behind = [item for item in won if key in item.held[kind]]
        assert fix.letters == len(letters)
        assert fix.overturned == (len(letters) if filters.unit == "letter" else len(behind))
        whole = won if kind == "reason" else [item for item in chosen if key in item.held[kind]]
        assert fix.rate.n == (len({item.letter for item in whole}) if filters.unit == "letter" else len(whole))
    assert [fix.overturned for fix in found] == sorted((fix.overturned for fix in found), reverse=True)
    for side in ("admin", "reviewer"):
        groups = {group.key: group for group in reader.by(side, True)}
        for fix in found:
            if fix.kind == side:
                # Sums of shares differ in their last digit with the order in which the database adds them.
                assert astuple(fix.rate) == pytest.approx(astuple(groups[fix.key].rate), rel=1e-9)
                assert fix.stands_out == groups[fix.key].stands_out
    assert not any(math.isnan(fix.rate.rate or 0.0) for fix in found)


@pytest.mark.parametrize("level", ["document", "section"])
@pytest.mark.parametrize("key", [(), ("mtus",)])
def test_documents_and_sections_behind_overturned_items(
    level: str,
    key: tuple[str, ...],
    items: list[PlainItem],
    connection: duckdb.DuckDBPyConnection,
    sample_warehouse: Snapshot,
) -> None:
    filters = Filters().choose("admin", Choice(key))
    chosen = {(item.letter, item.ordinal): item.overturned for item in items if matches(item, filters)}
    named: dict[tuple[str, str], set[tuple[int, int]]] = defaultdict(set)
    rows = connection.execute("SELECT side, letter_key, ordinal, document, sections FROM citations").fetchall()
    for side, letter, ordinal, document, sections in rows:
        kind = "admin" if side == "claims_administrator" else "reviewer"
        for name in [document] if level == "document" else sections:
            if name and (letter, ordinal) in chosen:
                # A section counts with its document: many documents have a section of the same name.
                key_of = name if level == "document" else f"{document or ''}\x1f{name}"
                named[kind, key_of].add((letter, ordinal))
    expected = {
        place: (sum(chosen[item] for item in cited), len({item[0] for item in cited if chosen[item]}), len(cited))
        for place, cited in named.items()
        if any(chosen[item] for item in cited)
    }
    found = Reader(connection, sample_warehouse, filters).fix_list(level)
    assert {
        (fix.kind, fix.key): (fix.overturned, fix.letters, fix.rate.n) for fix in found if fix.kind != "reason"
    } == expected
    assert len(expected) > 5
    for fix in found:
        if fix.kind != "reason" and level == "section":
            document, _, section = fix.key.partition("\x1f")
            assert fix.label == (f"{citation_label('document', document)}: {section}" if document else section)
            assert citation_phrase("placed", fix.key) == citation_phrase("section", section)


def test_differences_are_said_in_points() -> None:
    said = [points(0.031, 199), points(-0.0314, 200), points(0.01, 50), points(0.0, 900), points(-0.0004, 300)]
    assert [text.replace("\xa0", " ") for text in said] == [
        "+3 points",
        "\N{MINUS SIGN}3.1 points",
        "+1 point",
        "0.0 points",
        "0.0 points",
    ]
    assert points_interval(-0.02, 0.09, 40).replace("\xa0", " ") == "\N{MINUS SIGN}2 to +9 points"


def test_a_line_of_the_fix_list_says_no_more_than_it_carries() -> None:
    """Wilson at n* = 39 by m/(m-1): (0.3 + 0.0493 + 1.96 * 0.0776) / 1.0985 = 0.456."""
    rate = overturn_rate(Sums.letters_as_units(40, 12), 0.0)
    few = overturn_rate(Sums.letters_as_units(4, 1), 0.0)
    cited = Fix("admin", "odg", "ODG", 12, 9, rate, None, False)
    untested = difference(Sums.letters_as_units(40, 12), Sums.letters_as_units(4, 1), None, 0.0)
    words = [
        fix_words(cited),
        fix_words(replace(cited, kind="reviewer", key="none", label="None cited", versus=untested)),
        fix_words(replace(cited, kind="reason", label="Guideline recommends it", rate=few)),
        fix_words(replace(cited, kind="reason")),
        fix_words(replace(cited, rate=overturn_rate(Sums.letters_as_units(12, 12), 0.0)), rates=False),
    ]
    assert [text.replace("\xa0", " ") for text in words] == [
        "12 of 40 decisions in 40 letters denied with ODG cited were overturned: 30 % (18 to 46 %), with no rest to compare.",
        "12 of 40 decisions in 40 letters on which the reviewer cited no source were overturned: 30 % (18 to 46 %), "
        "with too few in the rest of this filter to compare.",
        "Reviewers found “Guideline recommends it” in 1 of 4 overturned decisions in 4 letters: too few for a rate.",
        "Reviewers found “ODG” in 12 of 40 overturned decisions in 40 letters: 30 % (18 to 46 %), "
        "with nothing outside this filter to compare.",
        "12 of 12 decisions in 12 letters denied with ODG cited were overturned.",
    ]


def test_a_value_is_named_so_that_it_stands_alone() -> None:
    sides = {"k": Sums.letters_as_units(40, 12)}
    [share] = composition(sides, {"k": Sums.letters_as_units(40, 4)})
    found = [
        mix_label(Mix(dimension, key, dimensions()[dimension].term_label(key), share))
        for dimension, key in (("admin", "odg"), ("admin", "none"), ("reviewer", "none"), ("body", "not_stated"))
    ]
    assert found == [
        "Administrator cited ODG",
        "Administrator cited nothing",
        "Reviewer cited nothing",
        "Body part: not stated",
    ]


def test_what_is_standardised_are_disputed_items() -> None:
    found = StandardisedDifference(0.2, 0.1, 0.1, 0.05, 0.15, Matched(300, 300, 60, 30.0, {}, 300))
    assert "of 300 disputed items in A" in standardised_sentences((found, ("year",)))[0]
