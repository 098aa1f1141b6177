"""Files that a spreadsheet opens safely, and sentences that claim no more than their figures carry."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date

import pytest

from data.exports import About, csv_text, safe_cell
from data.filters import Choice, DateRange, Filters, from_query
from data.rates import Group, Headline
from data.reading_words import loaded_words
from data.sentences import answer, chips, day, filter_text, notices, quoted, standing_out
from data.statistics import Difference, Rate, Sums, overturn_rate
from data.warehouse import Snapshot

FORMULAS = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", "  =HYPERLINK(1)", "\n=1", "=cmd|' /C calc'!A0"]


def read_back(content: bytes) -> tuple[list[str], list[list[str]]]:
    """The lines of explanation and the rows of a file."""
    lines = content.decode("utf-8-sig").split("\r\n")
    notes = [line for line in lines if line.startswith("#")]
    assert lines[: len(notes)] == notes
    return notes, list(csv.reader(io.StringIO("\r\n".join(lines[len(notes) :]), newline="")))


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_would_be_a_formula_is_kept_from_running(text: str) -> None:
    assert safe_cell(text) == "'" + text
    assert str(safe_cell([text, "b"])).startswith("'")


@pytest.mark.parametrize("value", [1, -1, 0.5, None, date(2016, 12, 9), "MRI - knee", "a=b", ""])
def test_other_values_stay_as_they_are(value: object) -> None:
    assert safe_cell(value) == value


def test_a_file_says_what_it_counts_and_keeps_every_cell(sample_warehouse: Snapshot) -> None:
    awkward = 'a "quoted", comma\nand a line; ünïcode'
    filters = from_query({"modality": "spect", "unit": "letter", "words": "bone & =1"})
    content = csv_text(["Request", "n"], [[awkward, 3], ["=1+1", None]], About(filters, sample_warehouse))
    notes, rows = read_back(content)
    assert content.startswith(b"\xef\xbb\xbf")
    assert rows == [["Request", "n"], [awkward, "3"], ["'=1+1", ""]]
    assert sample_warehouse.snapshot_id in notes[0]
    assert "SAMPLE LETTERS" in notes[0]
    assert "SPECT" in notes[1]
    assert "unit: letters" in notes[1]
    assert "not the chance that a denial is wrong" in notes[2]


def head(rate: Rate, **more: int) -> Headline:
    figures = {"decisions": rate.n, "letters": rate.letters, "upheld": 0, "partly": 0, "overturned": 0}
    rest = {"undated": 0, "ancillary": 0, "modified": 0, "retrospective": 0}
    return Headline(rate=rate, rho=0.0, first=None, last=None, **{**figures, **rest, **more})


def rate(n: int, y: int) -> Rate:
    return overturn_rate(Sums.letters_as_units(n, y), 0.0)


def test_an_answer_counts_first_then_gives_the_rate_with_its_interval() -> None:
    filters = Filters().choose("modality", Choice(("spect",)))
    said = answer(head(rate(38, 4)), filters, None, None).replace("\xa0", " ")
    assert said == "38 decisions on SPECT in 38 letters; 4 overturned: 11 % (4 to 24 %)."


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"admin": "odg"}, "38 decisions, with ODG cited by the claims administrator, in 38 letters; 4 overturned"),
        ({"reviewer": "mtus,odg"}, "38 decisions, with MTUS or ODG relied on by the reviewer, in 38 letters;"),
        ({"admin": "only:mtus"}, "38 decisions, with only MTUS cited by the claims administrator, in"),
        ({"admin": "none"}, "38 decisions, with no source cited by the claims administrator, in"),
        (
            {"specialty": "all:pain_management,neurology"},
            "38 decisions, by a reviewer in Pain Management and Neurology, in",
        ),
        ({"specialty_group": "surgery"}, "38 decisions, by a reviewer in Surgery, in 38 letters"),
        ({"modality": "only:ct,myelogram"}, "38 decisions on only CT and Myelogram in 38 letters"),
        ({"modality": "ct", "body": "knee", "admin": "odg"}, "38 decisions on CT for Knee, with ODG cited by"),
        ({"category": "surgery"}, "38 decisions in Surgery in 38 letters"),
        (
            {"admin": "mtus,odg,acr,aafp,aaos"},
            "38 decisions, with the chosen sources cited by the claims administrator, in",
        ),
        ({"admin": "odg,not_stated"}, "38 decisions in 38 letters;"),
        ({"admin": "!odg"}, "38 decisions in 38 letters;"),
        ({"admin": "odg", "unit": "letter"}, "38 letters, with ODG cited by the claims administrator; 4 overturned"),
    ],
)
def test_an_answer_says_which_source_of_which_side_and_which_specialty(query: dict[str, str], words: str) -> None:
    assert answer(head(rate(38, 4)), from_query(query), None, None).startswith(words)


def test_an_answer_of_few_letters_gives_no_rate() -> None:
    assert answer(head(rate(9, 3)), Filters(), None, None) == (
        "9 decisions in 9 letters; 3 overturned: too few to give a rate."
    )
    assert answer(head(rate(1, 0)), Filters(unit="letter"), None, None) == (
        "1 letter; 0 overturned: too few to give a rate."
    )
    assert answer(head(rate(0, 0)), Filters(), None, None) == "No decision matches this filter."


@pytest.mark.parametrize(
    ("low", "high", "d", "words"),
    [(-0.1, 0.2, 0.05, "cannot be told apart"), (0.1, 0.3, 0.2, "higher than"), (-0.3, -0.1, -0.2, "lower than")],
)
def test_a_comparison_says_only_what_its_interval_carries(low: float, high: float, d: float, words: str) -> None:
    versus = Difference(d, low, high, 0.5, low > 0 or high < 0, 0.01)
    assert words in answer(head(rate(100, 30)), Filters(), versus, rate(100, 10))
    assert words not in answer(head(rate(100, 30)), Filters(), versus, rate(5, 1))


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("body", "not_stated", "Body part: not stated"),
        ("specialty", "not_stated", "Reviewer specialty: not stated"),
        ("state", "not_stated", "Reviewer licensed in: not stated"),
        ("category", "!not_stated", "Treatment category: stated"),
        ("hybrid", "single", "Fused studies: Other imaging"),
        ("reviewer", "none", "Reviewer relied on no source"),
        ("modality", "not_stated", "No imaging study"),
        ("agreement", "not_stated", "Both sides: A side states nothing"),
    ],
)
def test_every_chip_says_of_what_it_speaks(name: str, value: str, text: str) -> None:
    [chip] = chips(from_query({name: value}))
    assert chip.text == text


def test_chips_say_each_condition_in_words() -> None:
    filters = from_query(
        {
            "modality": "all:bone_scan,spect,!ct",
            "admin": "none",
            "outcome": "upheld",
            "date": "2016-12-01..2017-01-31,not_stated",
            "words": "knee",
            "without": "ancillary",
        }
    )
    assert [chip.text for chip in chips(filters)] == [
        "Administrator cited no source",
        "all of: Bone scan",
        "all of: SPECT",
        "not CT",
        "Upheld only",
        "Decided 1 Dec 2016 to 31 Jan 2017 or not stated",
        "Text has: knee",
        "Without ancillary items",
    ]
    assert filter_text(Filters()) == "everything"
    for chip in chips(filters):
        assert len(chips(chip.without)) == len(chips(filters)) - 1


def test_dates_read_as_people_write_them() -> None:
    assert (day(date(2016, 12, 9)), day(None)) == ("9 Dec 2016", "not stated")
    undated = replace(Filters(), dates=DateRange(undated=True), date_field="ur")
    assert [chip.text for chip in chips(undated)] == ["UR denial: date not stated"]


def test_groups_that_stand_out_are_named_by_their_direction() -> None:
    def group(label: str, d: float | None, stands_out: bool) -> Group:
        versus = Difference(d, -0.1, 0.1, None if d is None else 0.01, stands_out, 0.01)
        return Group(label, label, rate(50, 10), versus, stands_out)

    both = [group("SPECT", 0.2, True), group("MRI", -0.2, True), group("CT", 0.0, False)]
    assert standing_out(both) == "SPECT: overturned more often than the rest; MRI: overturned less often than the rest."
    assert standing_out(both[2:] * 2) == "No group can be told apart from the rest."
    assert standing_out([group("SPECT", None, False)] * 3) == "Too few groups have enough letters to be compared."


def test_many_unknown_values_are_one_notice() -> None:
    many = Filters().choose("modality", Choice(tuple(f"x{at}" for at in range(400))))
    assert notices(many) == [
        "The filter names 'x0', 'x1', 'x2' and 397 more values under imaging modality, values that are not known here: they match no "
        "decision. Take them out, or ask who sent the link."
    ]
    [one] = notices(Filters().choose("modality", Choice(("x0",))))
    assert (
        "names 'x0' under imaging modality, a value that is not known here: it matches no decision. Take it out" in one
    )
    unread = Filters(unreadable=tuple((f"n{at}", "x") for at in range(9)))
    assert len(notices(unread)) == 4
    assert notices(unread)[3] == "6 more conditions of the link cannot be read here either."


def test_a_link_that_is_too_long_is_said_to_be_and_not_shown_whole() -> None:
    for query, most in (({"words": "knee " * 2000}, "500"), ({"modality": "x" * 10_000}, "4,000")):
        (said,) = notices(from_query(query))
        assert f"at most {most} are read. Nothing matches until it is taken out." in said
        assert len(said) < 250
    (said,) = notices(from_query({"outcome": "y" * 3000}))
    assert said.count("y") < 80 and "cannot be read here" in said
    (said,) = notices(from_query({"modality": "z" * 3000}))
    assert said.count("z") < 80 and "not known here" in said


def test_long_labels_stand_in_quotes_in_a_sentence() -> None:
    assert quoted("SPECT") == "SPECT"
    assert quoted("MTUS only") == "MTUS only"
    assert quoted("Physical medicine and pain") == "“Physical medicine and pain”"


def test_a_share_that_is_not_nothing_is_not_rounded_to_it() -> None:
    words = loaded_words({2016: 97}, True).replace("\N{NO-BREAK SPACE}", " ")
    assert words.count("(less than 0.1 %)") == 2
    assert "(0.0 %)" not in words
