"""Pictures at one group and at sixty."""

from __future__ import annotations

import pytest

from data.rates import Group
from data.statistics import Sums, overturn_rate
from pages.parts.charts.dots import Row, rate_dots
from pages.parts.pictures import MOST_ROWS, largest

GROUPS = [Group(f"g{n}", f"Group {n}", overturn_rate(Sums.letters_as_units(20 + n, 4), 0.0)) for n in range(59)]
GROUPS.append(Group("not_stated", "Not stated", overturn_rate(Sums.letters_as_units(500, 50), 0.0)))


def test_the_largest_groups_are_kept() -> None:
    kept = largest(GROUPS, MOST_ROWS, stated=False)
    assert [group.key for group in kept] == ["not_stated", *(f"g{n}" for n in range(58, 29, -1))]
    assert [group.key for group in largest(GROUPS, 2, stated=True)] == ["g58", "g57"]


@pytest.mark.parametrize(("groups", "height"), [(1, (110, 130)), (MOST_ROWS, (950, 1050))])
def test_a_picture_is_as_high_as_its_rows(groups: int, height: tuple[int, int]) -> None:
    rows = [Row(group.key, group.label, group.rate) for group in largest(GROUPS, groups, stated=False)]
    low, high = height
    assert low <= rate_dots(rows, GROUPS[-1].rate)["layout"]["height"] <= high
