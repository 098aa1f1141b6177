"""The cover, in the orders in which readers of PDF files give its labels and values."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import permutations

import pytest

from loaders.cover import Cover, read_cover

VALUES = {
    "assigned": "2016-12-05",
    "injury": "2016-10-14",
    "decision": "2017-01-09",
    "ur_denial": "2016-11-18",
    "application_received": "2016-11-29",
}
ROWS = """Case Number: CM16-0990099 Date Assigned: 12/05/2016
Date of Injury: 10/14/2016 Decision Date: 01/09/2017
UR Denial Date: 11/18/2016 Priority: Standard Application
Received:
11/29/2016"""
STACKED = """Case Number:
CM16-0990099
Date Assigned:
12/05/2016
Date of Injury:
10/14/2016
Decision Date:
01/09/2017
UR Denial Date:
11/18/2016
Priority:
Standard
Application
Received:
11/29/2016"""
COLUMNS = """Case Number:
Date Assigned:
Date of Injury:
Decision Date:
UR Denial Date:
Priority:
Application
Received:

CM16-0990099
12/05/2016
10/14/2016
01/09/2017
11/18/2016
Standard
11/29/2016"""


# One column, then the other, with some values above their label and one between the two words of its label.
MIXED = """Case Number:
Date Assigned:
Decision Date:
Priority:

CM16-0990099
12/05/2016
01/09/2017
Standard

10/14/2016
Date of Injury:
UR Denial Date:   11/18/2016
11/29/2016
Application
Received:"""
BETWEEN = MIXED.replace("10/14/2016\nDate of Injury:", "Date of Injury:\n10/14/2016").replace(
    "11/29/2016\nApplication\nReceived:", "Application\n11/29/2016\nReceived:"
)
# Columns in another order: the last label is followed by the first value, which is not its own.
TURNED = """Date Assigned:
Priority:
Date of Injury:
Decision Date:
UR Denial Date:
Case Number:
Application Received:
12/05/2016
Standard
10/14/2016
01/09/2017
11/18/2016
CM16-0990099
11/29/2016"""
LAYOUTS = [ROWS, STACKED, COLUMNS, MIXED, BETWEEN, TURNED]


def cover_of(text: str) -> Cover:
    return read_cover(text, (0, len(text)))


@pytest.mark.parametrize("layout", [*LAYOUTS, ROWS.replace("\n", " "), COLUMNS.replace("\n", "\n\f")])
def test_layouts(layout: str) -> None:
    cover = cover_of(layout)
    assert cover.case_number == "CM16-0990099"
    assert cover.priority == "standard"
    assert cover.dates == VALUES
    assert cover.problems == []


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_value_has_its_place(layout: str) -> None:
    places = {finding.kind: layout[slice(*finding.span)] for finding in cover_of(layout).findings}
    assert places == {
        "case_number": "CM16-0990099",
        "date_assigned": "12/05/2016",
        "date_injury": "10/14/2016",
        "date_decision": "01/09/2017",
        "date_ur_denial": "11/18/2016",
        "priority": "Standard",
        "date_application_received": "11/29/2016",
    }


@pytest.mark.parametrize(
    ("text", "case_number"),
    [
        ("IMR Case Number: CM13-0000000", "CM13-0000000"),
        ("CASE NUMBER: cm 16 - 0990099", "CM16-0990099"),
        ("A page with CM15-0990099 and no label", "CM15-0990099"),
        ("Case Number:", None),
        ("Case Number: 16-0990099", None),
        ("Case Number: XCM16-09900991234", None),
        ("Case Number: CM16-0990099 Case Number: CM17-0990001", "CM16-0990099"),
    ],
)
def test_case_number(text: str, case_number: str | None) -> None:
    assert cover_of(text).case_number == case_number


@pytest.mark.parametrize(("word", "priority"), [("Expedited", "expedited"), ("STANDARD", "standard"), ("urgent", None)])
def test_priority(word: str, priority: str | None) -> None:
    assert cover_of(f"Priority: {word}").priority == priority


def test_a_missing_value_takes_no_other_kind_of_value() -> None:
    cover = cover_of("Case Number: Priority: Standard Decision Date: 01/09/2017")
    assert (cover.case_number, cover.priority, cover.dates) == (None, "standard", {"decision": "2017-01-09"})


def test_a_date_that_is_not_in_the_calendar_is_a_problem() -> None:
    text = "Date of Injury: 02/30/2016 Decision Date: 01/09/2017"
    cover = cover_of(text)
    assert cover.dates == {"decision": "2017-01-09"}
    (problem,) = cover.problems
    assert problem.code == "date_unreadable"
    assert problem.span and text[slice(*problem.span)] == "02/30/2016"


def test_a_date_without_label_says_nothing() -> None:
    assert cover_of("printed 01/09/2017").dates == {}


@pytest.mark.parametrize("stray", ["printed 02/02/2017\n", "02/02/2017\n"])
@pytest.mark.parametrize("layout", [ROWS, STACKED])
def test_a_date_above_the_labels_takes_no_label_that_has_its_own(stray: str, layout: str) -> None:
    assert cover_of(stray + layout).dates == VALUES


def test_a_label_without_value_leaves_the_others_theirs() -> None:
    assert cover_of(ROWS.replace("Date of Injury: 10/14/2016", "Date of Injury:")).dates == {
        key: value for key, value in VALUES.items() if key != "injury"
    }


@pytest.mark.parametrize("order", list(permutations(range(7)))[::97])
def test_labels_in_any_order(order: tuple[int, ...]) -> None:
    labels = [
        line for line in COLUMNS.replace("Application\nReceived", "Application Received").split("\n") if ":" in line
    ]
    values = COLUMNS.split("\n\n")[1].split("\n")
    layouts = (
        "\n".join(f"{labels[at]} {values[at]}" for at in order),
        "\n".join(f"{labels[at]}\n{values[at]}" for at in order),
        "\n".join(labels[at] for at in order) + "\n" + "\n".join(values[at] for at in order),
        " ".join(f"{labels[at]} {values[at]}" for at in order),
    )
    for layout in layouts:
        cover = cover_of(layout)
        assert (cover.case_number, cover.priority, cover.dates) == ("CM16-0990099", "standard", VALUES), layout


TWO_COLUMNS = """Case Number:
Date of Injury:
UR Denial Date:
Priority:

CM16-0990099
10/14/2016
11/18/2016
Standard

Date Assigned:
Decision Date:
Application
Received:

12/05/2016
01/09/2017
11/29/2016"""
RIGHT = {name: VALUES[name] for name in ("assigned", "decision", "application_received")}


def test_a_column_that_lacks_a_date_leaves_its_dates_out_and_the_other_column_its_own() -> None:
    assert cover_of(TWO_COLUMNS).dates == VALUES
    text = TWO_COLUMNS.replace("11/18/2016\n", "")
    cover = cover_of(text)
    assert (cover.case_number, cover.priority, cover.dates) == ("CM16-0990099", "standard", RIGHT)
    (problem,) = cover.problems
    assert (problem.code, problem.kind) == ("cover_unsure", "doubt")
    assert problem.span and text[slice(*problem.span)] == "10/14/2016"


@pytest.mark.parametrize("value", ["12/05/2016", "10/14/2016", "01/09/2017", "11/18/2016", "11/29/2016"])
@pytest.mark.parametrize("columns", [COLUMNS, TURNED])
def test_one_column_that_lacks_a_date_gives_no_date_to_another_label(columns: str, value: str) -> None:
    cover = cover_of("\n".join(line for line in columns.split("\n") if line != value))
    assert (cover.case_number, cover.priority) == ("CM16-0990099", "standard")
    assert cover.dates.items() <= VALUES.items()
    assert "cover_unsure" in [problem.code for problem in cover.problems]


def test_a_column_that_lacks_its_case_number_keeps_its_dates() -> None:
    assert cover_of(COLUMNS.replace("CM16-0990099\n", "")).dates == VALUES


@pytest.mark.parametrize(
    "written",
    [
        lambda date: date.replace("/", "-"),
        lambda date: (
            {"12": "December", "10": "October", "01": "Jan.", "11": "Nov"}[date[:2]] + f" {date[3:5]}, {date[6:]}"
        ),
    ],
)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_dates_written_in_other_ways(layout: str, written: Callable[[str], str]) -> None:
    cover = cover_of(re.sub(r"\d\d/\d\d/\d{4}", lambda match: written(match[0]), layout))
    assert (cover.case_number, cover.dates, cover.problems) == ("CM16-0990099", VALUES, [])


def test_values_glued_to_the_next_label() -> None:
    cover = cover_of(re.sub(r"(?<=\d|d) (?=[DUPA])", "", ROWS.replace("\n", " ")))
    assert (cover.case_number, cover.priority, cover.dates) == ("CM16-0990099", "standard", VALUES)
