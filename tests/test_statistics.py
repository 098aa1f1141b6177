"""The statistics against hand-worked values, published examples, a slow reference over rows, and simulation."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.exact import fisher
from data.statistics import (
    CrossSums,
    Difference,
    Rate,
    Sums,
    Z,
    benjamini_hochberg,
    count_words,
    counted,
    difference,
    interval_words,
    mover,
    overturn_rate,
    percent,
    pooled_rho,
    rate_words,
    rest_of,
    wilson,
)

Item = tuple[int, bool]  # letter, overturned
NB = "\u00a0"


def sums_of(items: list[Item]) -> Sums:
    """What the query delivers: one pass over the letters."""
    letters: dict[int, list[bool]] = defaultdict(list)
    for letter, overturned in items:
        letters[letter].append(overturned)
    pairs = [(len(values), sum(values)) for values in letters.values()]
    return Sums(
        n=sum(n for n, _ in pairs),
        y=sum(y for _, y in pairs),
        letters=len(pairs),
        nn=sum(n * n for n, _ in pairs),
        yy=sum(y * y for _, y in pairs),
        ny=sum(n * y for n, y in pairs),
        within=sum(y * y / n for n, y in pairs),
    )


def cross_of(group: list[Item], rest: list[Item]) -> CrossSums:
    shared = {letter for letter, _ in group} & {letter for letter, _ in rest}
    rows = []
    for letter in shared:
        on_group, on_rest = ([y for i, y in side if i == letter] for side in (group, rest))
        rows.append((len(on_group), len(on_rest), sum(on_group), sum(on_rest)))
    return CrossSums(
        letters=len(rows),
        nn=sum(n_g * n_r for n_g, n_r, _, _ in rows),
        ny=sum(n_g * y_r for n_g, _, _, y_r in rows),
        yn=sum(y_g * n_r for _, n_r, y_g, _ in rows),
        yy=sum(y_g * y_r for _, _, y_g, y_r in rows),
    )


def letters(*counts: tuple[int, int]) -> list[Item]:
    """Rows of letters given as (items, overturned)."""
    return [(index, place < y) for index, (n, y) in enumerate(counts) for place in range(n)]


# The slow, obvious reference: over rows, letter by letter, as the definition is written.


def slow_rho(items: list[Item]) -> float:
    ids = sorted({letter for letter, _ in items})
    n, m = len(items), len(ids)
    if m < 2 or n == m or len({y for _, y in items}) < 2:
        return 0.0
    mean = sum(y for _, y in items) / n
    groups = [[float(y) for letter, y in items if letter == i] for i in ids]
    between = sum(len(g) * (sum(g) / len(g) - mean) ** 2 for g in groups) / (m - 1)
    inside = sum((value - sum(g) / len(g)) ** 2 for g in groups for value in g) / (n - m)
    n0 = (n - sum(len(g) ** 2 for g in groups) / n) / (m - 1)
    return max(0.0, (between - inside) / (between + (n0 - 1) * inside))


def residuals(items: list[Item], ids: list[int]) -> list[float]:
    p = sum(y for _, y in items) / len(items)
    return [sum(y - p for letter, y in items if letter == i) for i in ids]


def slow_rate(items: list[Item], rho: float) -> tuple[float, float, float, float]:
    """Rate, low, high, effective."""
    ids = sorted({letter for letter, _ in items})
    n, m = len(items), len(ids)
    p = sum(y for _, y in items) / n
    if p in (0, 1) or m < 10:
        k = sum(sum(letter == i for letter, _ in items) ** 2 for i in ids) / n
        deff = 1 + (k - 1) * rho
    else:
        v = m / (m - 1) * sum(u * u for u in residuals(items, ids)) / n**2
        deff = n * v / (p * (1 - p))
    effective = n / max(1.0, deff)
    z = NormalDist().inv_cdf(0.975)
    root = math.sqrt(p * (1 - p) / effective + z**2 / (4 * effective**2))
    scale = 1 + z**2 / effective
    center = p + z**2 / (2 * effective)
    return p, (center - z * root) / scale, (center + z * root) / scale, effective


def slow_difference(group: list[Item], rest: list[Item], rho: float) -> tuple[float, float, float, float]:
    """Difference, low, high, variance."""
    ids = sorted({letter for letter, _ in group + rest})
    m = len(ids)
    e_g, e_r = residuals(group, ids), residuals(rest, ids)
    u = [a / len(group) - b / len(rest) for a, b in zip(e_g, e_r, strict=True)]
    v_g, v_r = sum(a * a for a in e_g), sum(b * b for b in e_r)
    cov = sum(a * b for a, b in zip(e_g, e_r, strict=True))
    r = cov / math.sqrt(v_g * v_r) if min(v_g, v_r) > 1e-9 else 0.0
    p_g, l_g, u_g, _ = slow_rate(group, rho)
    p_r, l_r, u_r, _ = slow_rate(rest, rho)
    down = (p_g - l_g) ** 2 + (u_r - p_r) ** 2 - 2 * r * (p_g - l_g) * (u_r - p_r)
    up = (u_g - p_g) ** 2 + (p_r - l_r) ** 2 - 2 * r * (u_g - p_g) * (p_r - l_r)
    d = p_g - p_r
    variance = m / (m - 1) * sum(a * a for a in u) if m > 1 else 0.0
    return d, d - math.sqrt(max(0.0, down)), d + math.sqrt(max(0.0, up)), variance


rows = st.lists(
    st.lists(st.booleans(), min_size=1, max_size=5).map(lambda values: (len(values), sum(values))),
    min_size=1,
    max_size=25,
).map(lambda counts: letters(*counts))
sides = st.lists(st.tuples(st.integers(0, 19), st.booleans(), st.booleans()), min_size=2, max_size=80)


@given(rows, st.floats(0, 1))
def test_rate_equals_the_reference(items: list[Item], rho: float) -> None:
    got = overturn_rate(sums_of(items), rho)
    assert (got.rate, got.low, got.high, got.effective) == pytest.approx(slow_rate(items, rho), abs=1e-6)
    assert got.rate is not None
    assert 0 <= got.low <= got.rate <= got.high <= 1
    assert got.effective == pytest.approx(got.n / got.deff)
    assert got.deff >= 1
    assert got.small == (got.letters < 10 or got.effective < 10)


@given(rows)
def test_rho_equals_the_reference(items: list[Item]) -> None:
    got = pooled_rho(sums_of(items))
    assert got == pytest.approx(slow_rho(items), abs=1e-9)
    assert 0 <= got <= 1


@given(sides, st.floats(0, 1))
def test_difference_equals_the_reference(drawn: list[tuple[int, bool, bool]], rho: float) -> None:
    group = [(letter, y) for letter, inside, y in drawn if inside]
    rest = [(letter, y) for letter, inside, y in drawn if not inside]
    got = difference(sums_of(group), sums_of(rest), cross_of(group, rest), rho)
    if not group or not rest:
        assert (got.d, got.low, got.high, got.p_value, got.distinguishable) == (None, -1, 1, None, False)
        return
    d, low, high, variance = slow_difference(group, rest, rho)
    assert (got.d, got.low, got.high) == pytest.approx((d, max(-1, low), min(1, high)), abs=1e-6)
    assert got.variance == pytest.approx(variance, abs=1e-9)
    assert got.p_value is None or 0 <= got.p_value <= 1
    mirrored = difference(sums_of(rest), sums_of(group), cross_of(rest, group), rho)
    assert (mirrored.low, mirrored.high) == pytest.approx((-got.high, -got.low), abs=1e-9)
    assert mirrored.p_value == pytest.approx(got.p_value)
    assert mirrored.distinguishable == got.distinguishable


@given(sides)
def test_rest_is_what_the_group_leaves(drawn: list[tuple[int, bool, bool]]) -> None:
    group = [(letter, y) for letter, inside, y in drawn if inside]
    rest = [(letter, y) for letter, inside, y in drawn if not inside]
    whole = sums_of([(letter, y) for letter, _, y in drawn])
    got, expected = rest_of(whole, sums_of(group), cross_of(group, rest)), sums_of(rest)
    assert (got.n, got.y, got.letters) == (expected.n, expected.y, expected.letters)
    assert (got.nn, got.yy, got.ny) == (expected.nn, expected.yy, expected.ny)
    with pytest.raises(ValueError, match="whole filter"):
        pooled_rho(got)


@given(rows, rows)
def test_sums_of_disjoint_letters_add_up(first: list[Item], second: list[Item]) -> None:
    moved = [(letter + 1000, y) for letter, y in second]
    added, direct = sums_of(first) + sums_of(moved), sums_of(first + moved)
    assert added.within == pytest.approx(direct.within)
    assert (added.n, added.y, added.letters) == (direct.n, direct.y, direct.letters)
    assert (added.nn, added.yy, added.ny) == (direct.nn, direct.yy, direct.ny)
    assert sum([sums_of(first), sums_of(moved)], Sums()) == added


# Hand-worked values and published examples


@pytest.mark.parametrize(
    ("y", "n", "low", "high"),
    [
        (0, 5, 0.0, 0.434),
        (1, 10, 0.018, 0.404),
        (3, 30, 0.035, 0.256),
        (11, 100, 0.063, 0.186),
        (110, 1000, 0.092, 0.131),
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, Stat Med 17:857, table I, method 3: 81/263, 15/148, 0/20, 1/29
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson(y: int, n: int, low: float, high: float) -> None:
    digits = 5e-5 if n in (263, 148, 20, 29) else 5e-4
    assert wilson(y / n, n) == pytest.approx((low, high), abs=digits)
    assert wilson(1 - y / n, n) == pytest.approx((1 - high, 1 - low), abs=digits)


def test_wilson_at_its_ends() -> None:
    assert wilson(0.5, 0) == (0.0, 1.0)
    assert wilson(0.0, 7)[0] == 0.0
    assert wilson(1.0, 7)[1] == 1.0
    assert wilson(0.0, 8.5)[1] == pytest.approx(Z**2 / (8.5 + Z**2))


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [  # Newcombe 1998, Stat Med 17:873, table II, method 10, rows a to h
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_newcombe(first: tuple[int, int], second: tuple[int, int], low: float, high: float) -> None:
    (a, m), (b, n) = first, second
    got = mover((a / m, *wilson(a / m, m)), (b / n, *wilson(b / n, n)))
    assert got == pytest.approx((low, high), abs=5e-5)


def test_design_effect_by_hand() -> None:
    """20 letters of two items, both overturned in 4: p = 0.2, sum of squares 12.8, v = 0.008421, deff 2.105, n* 19."""
    got = overturn_rate(sums_of(letters(*[(2, 2)] * 4, *[(2, 0)] * 16)), rho=0.0)
    assert (got.n, got.y, got.letters, got.small) == (40, 8, 20, False)
    assert (got.rate, got.deff, got.effective) == pytest.approx((0.2, 40 / 19, 19.0))
    assert (got.low, got.high) == pytest.approx((0.0788, 0.4221), abs=1e-4)


def test_none_of_29_in_6_letters_reaches_about_31_percent() -> None:
    got = overturn_rate(sums_of(letters((3, 0), (4, 0), (5, 0), (5, 0), (6, 0), (6, 0))), rho=0.6)
    assert (got.rate, got.low, got.small) == (0.0, 0.0, True)
    assert got.deff == pytest.approx(1 + (147 / 29 - 1) * 0.6)
    assert got.high == pytest.approx(0.313, abs=5e-4)
    assert overturn_rate(sums_of(letters(*[(1, 0)] * 29)), rho=0.6).high == pytest.approx(0.117, abs=5e-4)
    every = overturn_rate(sums_of(letters((3, 3), (4, 4), (5, 5), (5, 5), (6, 6), (6, 6))), rho=0.6)
    assert (every.low, every.high) == pytest.approx((1 - got.high, 1.0))


def test_few_letters_use_the_pooled_correlation() -> None:
    nine = sums_of(letters(*[(2, 2)] * 3, *[(2, 0)] * 6))
    assert overturn_rate(nine, rho=0.5).deff == pytest.approx(1.5)
    ten = nine + sums_of(letters((2, 0)))
    assert overturn_rate(ten, rho=0.5).deff == pytest.approx(20 * 10 / 9 * 8.4 / 400 / 0.21)


def test_letters_that_agree_less_than_chance_shorten_nothing() -> None:
    got = overturn_rate(sums_of(letters(*[(2, 1)] * 12)), rho=0.6)
    assert (got.deff, got.effective, got.small) == (1.0, 24.0, False)


def test_small_by_letters_and_by_effective_size() -> None:
    assert overturn_rate(Sums.letters_as_units(9, 3), 0.0).small
    assert not overturn_rate(Sums.letters_as_units(11, 3), 0.0).small
    ten = overturn_rate(sums_of(letters(*[(2, 2)] * 2, *[(2, 0)] * 8)), 0.0)  # n* is 9 of 20 items in 10 letters
    assert ten.effective == pytest.approx(9.0)
    assert ten.small


def test_empty_one_letter_and_all_overturned() -> None:
    assert overturn_rate(Sums(), 0.6) == Rate(0, 0, 0, None, 0.0, 1.0, 0.0, 1.0, True)
    one = overturn_rate(sums_of(letters((4, 1))), 1.0)
    assert (one.rate, one.effective, one.small) == (0.25, 1.0, True)
    full = overturn_rate(Sums.letters_as_units(30, 30), 0.6)
    assert (full.rate, full.high, full.effective, full.small) == (1.0, 1.0, 30.0, False)


def test_letters_as_units_are_letters_of_one_item() -> None:
    assert Sums.letters_as_units(12, 3) == sums_of(letters(*[(1, 1)] * 3, *[(1, 0)] * 9))


def test_rho_by_hand() -> None:
    # n = 6, y = 3, sum y^2/n = 2.5: MSB = 0.5, MSW = 1/6, n0 = 2
    assert pooled_rho(sums_of(letters((2, 2), (2, 0), (2, 1)))) == pytest.approx(0.5)
    assert pooled_rho(sums_of(letters((2, 2), (3, 0), (2, 2)))) == pytest.approx(1.0)
    assert pooled_rho(sums_of(letters((2, 1), (2, 1), (4, 2)))) == 0.0


@pytest.mark.parametrize("counts", [[], [(5, 2)], [(1, 1), (1, 0)], [(3, 0), (4, 0)], [(3, 3), (4, 4)]])
def test_rho_that_the_filter_does_not_tell(counts: list[tuple[int, int]]) -> None:
    assert pooled_rho(sums_of(letters(*counts))) == 0.0
    assert pooled_rho(sums_of(letters(*counts)), otherwise=0.6) == 0.6


def test_difference_within_letters_by_hand() -> None:
    """20 letters with an item on each side, overturned (both, group only, neither) in 4, 2, 14 of them.

    p 0.3 and 0.2; sums of squares 4.2 and 3.2, of products 2.8: r = 0.764, variance 20/19 (4.2 + 3.2 - 5.6)/400.
    Score test: p0 = 0.25, n* = 19 on both sides, variance 0.1875 * 2/19 * 0.236, z = 1.464, p = 0.143.
    """
    outcomes = [(True, True)] * 4 + [(True, False)] * 2 + [(False, False)] * 14
    group = [(i, y) for i, (y, _) in enumerate(outcomes)]
    rest = [(i, y) for i, (_, y) in enumerate(outcomes)]
    got = difference(sums_of(group), sums_of(rest), cross_of(group, rest), rho=0.6)
    assert got.d == pytest.approx(0.1)
    assert got.variance == pytest.approx(20 / 19 * 0.0045)
    assert got.p_value == pytest.approx(0.143, abs=5e-4)
    assert not got.distinguishable
    # Limits 0.1427 to 0.5246 and 0.0788 to 0.4221: reaches 0.1573 and 0.2221 down, 0.2246 and 0.1212 up
    assert got.low == pytest.approx(0.1 - math.sqrt(0.02474 + 0.04932 - 2 * 0.7638 * 0.03493), abs=1e-4)
    assert got.high == pytest.approx(0.1 + math.sqrt(0.05042 + 0.01468 - 2 * 0.7638 * 0.02721), abs=1e-4)
    apart = difference(sums_of(group), sums_of(rest), None, rho=0.6)
    assert apart.low < got.low < got.high < apart.high


def test_a_side_without_any_overturned_item_is_no_certain_finding() -> None:
    """0 of 12 beside 10 % of many: the robust variance of the 12 is 0, their chance of no overturn 28 %.

    Beside it 2 and more of 12 are as unlikely (38 % have just one), so the exact p is 0.62.
    """
    few = difference(Sums.letters_as_units(12, 0), Sums.letters_as_units(10_000, 1000), None, 0.6)
    assert few.p_value == pytest.approx(0.62, abs=0.01)
    assert not few.distinguishable
    many = difference(Sums.letters_as_units(100, 0), Sums.letters_as_units(10_000, 1000), None, 0.6)
    assert many.p_value == pytest.approx(0.001, abs=0.001)
    assert many.distinguishable


@pytest.mark.parametrize(
    ("counts", "p"),
    [((3, 4, 1, 4), 34 / 70), ((2, 11, 0, 67), 55 / 3003), ((0, 5, 0, 9), 1.0), ((10, 10, 0, 10), 2 / 184756)],
)
def test_the_exact_test(counts: tuple[int, int, int, int], p: float) -> None:
    """Fisher's lady tasting tea (The Design of Experiments, 1935): 3 of 4 against 1 of 4; the others by hand."""
    assert fisher(*counts) == pytest.approx(p)


def test_sparse_counts_are_tested_exactly() -> None:
    def tested(y: int, n: int, other_y: int, other_n: int) -> Difference:
        return difference(Sums.letters_as_units(n, y), Sums.letters_as_units(other_n, other_y), None, 0.0)

    # the 11 letters count as 10, for m/(m-1)
    assert tested(2, 11, 0, 67).p_value == pytest.approx(45 / 2926)
    # 3 of 15 beside 4 of 115, 0.8 expected: the score test makes 0.008 of it
    assert tested(3, 15, 4, 115).p_value == pytest.approx(0.0284, abs=1e-4)
    # 2 of 12 beside 3 of 120: the interval leaves out 0, the exact test does not allow the words
    few = tested(2, 12, 3, 120)
    assert few.low > 0
    assert few.p_value == pytest.approx(0.0568, abs=1e-4)
    assert not few.distinguishable
    many = tested(40, 100, 20, 100)
    p0, n = 0.3, 99
    assert many.p_value == pytest.approx(math.erfc(0.2 / math.sqrt(2 * p0 * (1 - p0) * 2 / n)), rel=1e-6)
    assert tested(2, 5, 0, 67).p_value is None


def test_differences_that_cannot_be_tested() -> None:
    none = difference(Sums.letters_as_units(40, 0), Sums.letters_as_units(50, 0), None, 0.6)
    assert (none.d, none.p_value, none.variance, none.distinguishable) == (0.0, 1.0, 0.0, False)
    tiny = difference(Sums.letters_as_units(5, 5), Sums.letters_as_units(500, 5), None, 0.6)
    assert tiny.low > 0
    assert (tiny.p_value, tiny.distinguishable) == (None, False)


def test_a_correlation_of_one_leaves_no_certain_finding() -> None:
    """In each of 12 letters both sides hold two items, and the group has one overturned item more."""
    group = [(i, y) for i in range(12) for y in ((True, True) if i < 6 else (True, False))]
    rest = [(i, y) for i in range(12) for y in ((True, False) if i < 6 else (False, False))]
    got = difference(sums_of(group), sums_of(rest), cross_of(group, rest), 0.6)
    assert got.variance == pytest.approx(0.0)
    assert got.p_value == pytest.approx(math.erfc(0.5 / math.sqrt(0.25 * 2 / 24) / math.sqrt(2)))


def test_benjamini_hochberg() -> None:
    """The 15 p-values of Benjamini and Hochberg 1995, section 3.2: four findings at 0.05."""
    published = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    published += [0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert benjamini_hochberg(published) == [True] * 4 + [False] * 11
    assert benjamini_hochberg(published[::-1]) == [False] * 11 + [True] * 4
    assert benjamini_hochberg([None, 0.02, None, 0.04]) == [False, True, False, True]  # 0.04 <= 2/2 of 0.05
    assert benjamini_hochberg([0.03, 0.04, 0.9]) == [False, False, False]
    assert benjamini_hochberg([0.06], level=0.1) == [True]
    assert benjamini_hochberg([None, None]) == [False, False]
    assert benjamini_hochberg([]) == []


# Words


@pytest.mark.parametrize(
    ("p", "n", "words"),
    [
        (4 / 38, 38, "11 %"),
        (0.125, 8, "13 %"),
        (0.285, 199, "29 %"),
        (0.0, 3, "0 %"),
        (1.0, 199, "100 %"),
        (0.105, 200, "10.5 %"),
        (0.10249, 12_345, "10.2 %"),
        (1.0, 200, "100.0 %"),
    ],
)
def test_percent(p: float, n: int, words: str) -> None:
    assert percent(p, n) == words.replace(" %", f"{NB}%")


def test_interval_words() -> None:
    assert interval_words(0.0417, 0.2412, 38) == f"4 to 24{NB}%"
    assert interval_words(0.0921, 0.1309, 1000) == f"9.2 to 13.1{NB}%"


def test_counts_in_words() -> None:
    assert count_words(4, 38, 31) == "4 of 38 in 31 letters"
    assert count_words(1, 1, 1) == "1 of 1 in 1 letter"
    assert count_words(1234, 12_345, 10_000) == "1,234 of 12,345 in 10,000 letters"
    assert count_words(4, 31, 31, "letter") == "4 of 31 letters"
    assert count_words(0, 0, 0) == "no decisions"
    assert counted(1, "decision") == "1 decision"
    assert counted(12_345, "decision") == "12,345 decisions"
    assert counted(0, "letter") == "no letters"


def test_rate_words() -> None:
    rate = Rate(38, 4, 31, 4 / 38, 0.042, 0.241, 36.0, 38 / 36, False)
    assert rate_words(rate) == f"4 of 38 overturned in 31 letters, 11{NB}% (4 to 24{NB}%)"
    units = overturn_rate(Sums.letters_as_units(1001, 110), 0.6)
    assert rate_words(units, "letter") == f"110 of 1,001 letters overturned, 11.0{NB}% (9.2 to 13.1{NB}%)"


def test_small_rates_give_the_count_only() -> None:
    assert rate_words(overturn_rate(sums_of(letters((4, 1), (3, 1))), 0.6)) == (
        "2 of 7 overturned in 2 letters, too few for a rate"
    )
    assert rate_words(overturn_rate(Sums.letters_as_units(1, 1), 0.6), "letter") == (
        "1 of 1 letter overturned, too few for a rate"
    )
    assert rate_words(overturn_rate(Sums(), 0.6)) == "no decisions"
    assert rate_words(overturn_rate(Sums(), 0.6), "letter") == "no letters"


# Simulation: letters of one to four items whose outcomes are alike (beta-binomial, correlation 0.6)


def drawn_letter(source: random.Random, rate: float, size: int) -> int:
    own = source.betavariate(rate * 2 / 3, (1 - rate) * 2 / 3)
    return sum(source.random() < own for _ in range(size))


def drawn_sums(source: random.Random, rate: float, m: int) -> Sums:
    sizes = [source.choice((1, 1, 2, 3, 4)) for _ in range(m)]
    return sums_of(letters(*[(size, drawn_letter(source, rate, size)) for size in sizes]))


@pytest.mark.parametrize(("rate", "m"), [(0.1, 40), (0.1, 150), (0.3, 40)])
def test_intervals_cover(rate: float, m: int) -> None:
    source = random.Random(20161209)
    covered = plain = 0
    for _ in range(400):
        sums = drawn_sums(source, rate, m)
        got = overturn_rate(sums, pooled_rho(sums, otherwise=0.6))
        covered += got.low <= rate <= got.high
        low, high = wilson(sums.y / sums.n, sums.n)
        plain += low <= rate <= high
    assert 0.89 <= covered / 400 <= 0.985
    assert plain < covered - 20  # what the design effect is for


def test_false_findings_stay_near_the_level() -> None:
    """A group of 30 letters, of which a third also hold items of the rest, with no difference between them."""
    source = random.Random(20170217)
    found = outside = 0
    for _ in range(400):
        group, rest = [], []
        for letter in range(200):
            size = source.choice((1, 1, 2, 3, 4))
            y = drawn_letter(source, 0.1, size)
            items = [(letter, place < y) for place in range(size)]
            source.shuffle(items)
            cut = size if letter < 20 else (size + 1) // 2 if letter < 30 else 0
            group += items[:cut]
            rest += items[cut:]
        whole = sums_of(group + rest)
        got = difference(sums_of(group), sums_of(rest), cross_of(group, rest), pooled_rho(whole))
        found += got.p_value is not None and got.p_value < 0.05
        outside += not got.low <= 0 <= got.high
    assert 0.01 <= found / 400 <= 0.085
    assert 0.01 <= outside / 400 <= 0.085
