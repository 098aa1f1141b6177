"""Until when a refused request stays refused: twelve calendar months after the utilization review decision."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from data.refusal import EXCEPTION, RULE, refusal_words, refused_until

THEN = date(2017, 6, 14)
"""The last day on which a request denied on 14 Jun 2016 stays refused."""


@pytest.mark.parametrize(
    ("denied", "until"),
    [
        ("2016-06-14", "2017-06-14"),
        ("2016-02-29", "2017-02-28"),  # a year without that day: the month's last
        ("2015-02-28", "2016-02-28"),  # not stretched to the leap day
        ("2016-12-31", "2017-12-31"),
        ("2016-01-01", "2017-01-01"),
    ],
)
def test_twelve_months(denied: str, until: str) -> None:
    assert refused_until(date.fromisoformat(denied)) == date.fromisoformat(until)


def test_every_day_of_eight_years_keeps_its_day_or_ends_february() -> None:
    for number in range(8 * 365 + 2):
        denied = date(2012, 1, 1) + timedelta(number)
        until = refused_until(denied)
        assert (until.year, until.month) == (denied.year + 1, denied.month)
        assert until.day == denied.day or (denied.month, denied.day, until.day) == (2, 29, 28)


def letter(*outcomes: str, denied: date | None = date(2016, 6, 14)) -> dict[str, object]:
    decisions = [{"ordinal": number, "outcome": outcome} for number, outcome in enumerate(outcomes, start=1)]
    return {"decisions": decisions, "ur_denial_date": denied}


def test_only_what_was_upheld_stays_refused() -> None:
    assert refusal_words(letter("overturned", "overturned"), THEN) is None
    said, rule = refusal_words(letter("overturned", "upheld", "upheld"), THEN) or ("", "")
    assert (
        said
        == "Items 2 and 3 stay refused until 14 Jun 2017, 12 months after the utilization review decision of 14 Jun 2016."
    )
    assert rule == f"{RULE} {EXCEPTION}"
    assert "change in the facts material to the basis of the decision (Labor Code 4610(k))" in EXCEPTION


def test_one_item_all_items_and_one_of_several() -> None:
    assert (refusal_words(letter("upheld"), THEN) or ("",))[0].startswith("The request stays refused until 14 Jun 2017")
    assert (refusal_words(letter("upheld", "upheld", "upheld"), THEN) or ("",))[0].startswith(
        "All 3 items stay refused until"
    )
    assert (refusal_words(letter("upheld", "overturned"), THEN) or ("",))[0].startswith("Item 1 stays refused until")


def test_without_the_day_of_the_denial_no_day_is_given() -> None:
    for denied in (None, date.max):  # the last day that can be told has none 12 months later
        said, _ = refusal_words(letter("upheld", denied=denied), THEN) or ("", "")
        assert said.endswith("12 months from the utilization review decision, whose date the letter does not state.")


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        (("upheld",), "The request stayed refused until 14 Jun 2017"),
        (("upheld", "upheld"), "All 2 items stayed refused until 14 Jun 2017"),
        (("overturned", "upheld"), "Item 2 stayed refused until 14 Jun 2017"),
    ],
)
def test_a_day_that_has_passed_is_spoken_of_as_past(outcomes: tuple[str, ...], said: str) -> None:
    words, _ = refusal_words(letter(*outcomes), THEN + timedelta(1)) or ("", "")
    assert words.startswith(said)
    words, _ = refusal_words(letter(*outcomes), THEN) or ("", "")
    assert "stayed" not in words
