"""The marked letter: every value where it stands, and a letter's text is only ever text."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest

from data.filters import Filters
from data.queries import Reader
from data.structure import Place
from data.warehouse import Snapshot
from pages.parts import theme
from pages.parts.derived import derived_list
from pages.parts.evidence import PROBLEMS, Mark, colour_of, marked_html, marks, problem_list, problem_marks, value_list
from pages.parts.reader import legend as reader_legend
from pages.parts.reader import parts_list

HOSTILE = [
    "<script>alert('x')</script>",
    "<img src=x onerror=alert(1)>",
    '</div></mark><iframe src="//elsewhere.example"></iframe>',
    '" onmouseover="alert(1)" x="',
    "**bold** [link](javascript:alert(1)) ![x](//elsewhere.example/x.png)",
    "$\\frac{1}{2}$ $$\\input{/etc/passwd}$$ :material/home: :red[red]",
    "\u202eoverturned\u202c \u2066isolated\u2069 مرحبا",
    "&lt;b&gt; &amp;amp; &#60;script&#62;",
    "a\x00b\ufffe \U0001f9b4 e\u0301",
]


class Reading(HTMLParser):
    """Takes the marked text apart: its words, its elements and its ids."""

    def __init__(self, marked: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.titles: list[str] = []
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.feed(marked)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.titles += [value or "" for name, value in attrs if name == "title"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)


def mark(number: int, start: int, end: int, colour: str = "date", title: str = "") -> Mark:
    return Mark(number, start, end, colour, title or f"title {number}")


def test_text_without_findings_stays_as_it_is() -> None:
    assert marked_html("Plain.", []) == '<div class="ov-reader" dir="ltr">Plain.</div>'
    assert Reading(marked_html("", [])).text == ""


def test_a_mark_holds_its_words_and_its_anchor() -> None:
    marked = marked_html("Upheld by them", [mark(7, 0, 6, "upheld", "outcome: upheld")])
    expected = '<mark class="ov-mark ov-upheld" title="outcome: upheld"><span id="f7"></span>Upheld</mark> by them'
    assert expected in marked


@pytest.mark.parametrize("outcome", ["upheld", "overturned"])
def test_an_outcome_has_the_colour_of_its_side(sample_warehouse: Snapshot, outcome: str) -> None:
    with sample_warehouse.connect() as connection:
        reader = Reader(connection, sample_warehouse, Filters(outcome=outcome, unit="letter"))
        letter = reader.letter(reader.decisions(1)[0]["letter_id"]) or {}
    colours = {found["value"]: colour_of(found["kind"], found["value"]) for found in letter["findings"]}
    assert colours[outcome] == outcome
    edges = {name: (theme.LIGHT.kind_edges[name], theme.DARK.kind_edges[name]) for name in ("upheld", "overturned")}
    assert edges[outcome] == (theme.LIGHT.outcomes[outcome], theme.DARK.outcomes[outcome])
    legend = reader_legend(letter)
    assert f'<mark class="ov-mark ov-{outcome}">{outcome.capitalize()}</mark>' in legend


def test_marks_that_nest_keep_both_titles_and_the_inner_colour() -> None:
    marked = marked_html("left knee arthroscopy", [mark(0, 0, 21, "request"), mark(1, 5, 9, "imaging")])
    assert re.findall(r'ov-(request|imaging)" title="(.*?)">', marked) == [
        ("request", "title 0"),
        ("imaging", "title 1 | title 0"),
        ("request", "title 0"),
    ]
    assert Reading(marked).ids == ["f0", "f1"]


def test_marks_that_overlap_share_the_words_between_them() -> None:
    marked = marked_html("abcdef", [mark(0, 0, 4), mark(1, 2, 6)])
    assert [html.unescape(title) for title in re.findall(r'title="(.*?)"', marked)] == [
        "title 0",
        "title 0 | title 1",
        "title 1",
    ]
    assert Reading(marked).text == "abcdef"


def test_findings_on_the_same_words_each_have_an_anchor() -> None:
    assert Reading(marked_html("MTUS", [mark(n, 0, 4) for n in range(5)])).ids == [f"f{n}" for n in range(5)]


def test_a_problem_draws_a_line_and_leaves_the_words_their_colour() -> None:
    wrong = Mark(0, 2, 6, "doubt", "a doubt", problem=True)
    worse = Mark(1, 4, 8, "contradiction", "a contradiction", problem=True)
    marked = marked_html("abcdefgh", [mark(0, 0, 4), wrong, worse])
    assert re.findall(r'<(mark|span) class="(.*?)" title="(.*?)">(?:<span id="(.*?)"></span>)?(\w+)', marked) == [
        ("mark", "ov-mark ov-date", "title 0", "f0", "ab"),
        ("mark", "ov-mark ov-date ov-problem ov-doubt", "title 0 | a doubt", "p0", "cd"),
        ("span", "ov-problem ov-contradiction", "a doubt | a contradiction", "p1", "ef"),
        ("span", "ov-problem ov-contradiction", "a contradiction", "", "gh"),
    ]


def test_problems_stand_by_kind_and_one_without_a_place_says_why() -> None:
    problems = [
        {"code": "no_cover", "kind": "missing", "message": "No cover.", "span_start": None, "span_end": None},
        {"code": "x", "kind": "doubt", "message": "<b>", "span_start": None, "span_end": None},
        {"code": "y", "kind": "contradiction", "message": "Two & two.", "span_start": 3, "span_end": 9},
    ]
    assert problem_list(problems, "contradiction") == (
        '<ul class="ov-problems ov-contradiction"><li><a href="#p2">Two &amp; two.</a></li></ul>'
    )
    assert "Nothing stands before the first heading" in problem_list(problems, "missing")
    assert "&lt;b&gt;" in problem_list(problems, "doubt")
    assert problem_list(problems[:1], "doubt") == ""
    assert [mark.anchor for mark in problem_marks(problems)] == ["p2"]


def test_a_page_end_is_a_line_and_no_words_are_lost() -> None:
    reading = Reading(marked_html("one\ftwo", [mark(0, 1, 6)]))
    assert reading.text == "onetwo"
    assert "ov-page" in marked_html("one\ftwo", [mark(0, 1, 6)])


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_only_text(text: str) -> None:
    found = [mark(0, 0, len(text)), mark(1, 2, 5, title=text), mark(2, 1, len(text) - 1)]
    reading = Reading(marked_html(text, found))
    assert reading.text == text
    assert set(reading.tags) == {"div", "mark", "span"}
    assert reading.attributes == {"class", "dir", "id", "title"}
    assert any(text in title for title in reading.titles)
    listed = Reading(value_list([finding("request", text, 0, 5), finding("case_number", text, 0, 5)], None))
    assert set(listed.tags) == {"dl", "dt", "dd", "a"}
    assert listed.text.count(text[:160]) == 2


def test_two_hundred_thousand_characters_on_one_line() -> None:
    text = "<&x" * 66_667
    found = [mark(n, n * 100, n * 100 + 250) for n in range(1990)]
    reading = Reading(marked_html(text, found))
    assert reading.text == text
    assert len(set(reading.ids)) == len(reading.ids) == 1990


def finding(kind: str, value: str, start: int, end: int, ordinal: int | None = None) -> dict[str, object]:
    return {"kind": kind, "value": value, "span_start": start, "span_end": end, "rule": "r/x", "ordinal": ordinal}


def test_values_read_as_people_say_them() -> None:
    listed = value_list(
        [
            finding("date_ur_denial", "2016-06-14", 0, 3),
            finding("imaging", "spect:hybrid", 0, 3),
            finding("reviewer_source", "mtus", 0, 3),
            finding("reviewer_statement", "mtus;odg", 0, 3),
            finding("reviewer_document", "prevention", 0, 3) | {"rule": "mtus_parts/prevention#1"},
            finding("reviewer_document", "Low Back chapter", 0, 3),
            finding("mtus_silent", "true", 0, 3),
            finding("claims_administrator_statement", "none", 0, 3),
            finding("flag", "falls_with_surgery", 0, 3),
            finding("specialty", "orthopedic_surgery", 2, 2),
            finding("rationale", "", 0, 3),
        ],
        None,
    )
    assert re.findall(r"<dt>(.*?)</dt><dd title=\".*?\">(?:<a href=\"#f\d\">)?(.*?)(?:</a>)?</dd>", listed) == [
        ("UR denial", "14 Jun 2016"),
        ("imaging", "SPECT (hybrid)"),
        ("reviewer relied on", "MTUS"),
        ("its document", "Prevention"),
        ("its document", "Low Back chapter"),
        ("MTUS said not to address it", "yes"),
        ("administrator cited", "None cited"),
        ("flag", "falls with surgery"),
        ("specialty", "Orthopedic Surgery"),
    ]


def test_every_entry_of_every_sample_leads_to_one_anchor_and_no_text_is_lost(sample_warehouse: Snapshot) -> None:
    with sample_warehouse.connect() as connection:
        reader = Reader(connection, sample_warehouse, Filters())
        for (letter_id,) in connection.execute("SELECT letter_id FROM letters").fetchall():
            letter = reader.letter(letter_id)
            assert letter is not None
            found = [*marks(letter["findings"]), *problem_marks(letter["problems"])]
            reading = Reading(marked_html(letter["text"], found))
            assert reading.text == letter["text"].replace("\f", "")
            assert len(set(reading.ids)) == len(reading.ids)
            ordinals = [None, *(decision["ordinal"] for decision in letter["decisions"])]
            lists = "".join(
                value_list(letter["findings"], ordinal) + derived_list(letter, ordinal) for ordinal in ordinals
            ) + "".join(problem_list(letter["problems"], kind) for kind in PROBLEMS)
            assert set(re.findall(r'href="#([fp]\d+)"', lists)) <= set(reading.ids)
            assert re.search(r"[a-z]_[a-z]", re.sub(r"<[^>]+>", " ", lists)) is None, lists


def test_a_deciding_sentence_stands_out_throughout_whatever_else_is_marked_in_it() -> None:
    inside = mark(1, 4, 8, "imaging")
    marked = marked_html("The scan is not necessary.", [Mark(0, 0, 26, "decisive", "t", deciding=True), inside])
    assert re.findall(r'<mark class="([^"]*)"', marked) == [
        "ov-mark ov-decisive ov-deciding",
        "ov-mark ov-imaging ov-deciding",
        "ov-mark ov-decisive ov-deciding",
    ]
    found = [finding("decisive", "x", 0, 3, 1), finding("reason", "no_red_flags", 0, 3, 1)]
    assert [one.deciding for one in marks(found)] == [True, False]


def test_parts_have_their_anchors_where_they_begin() -> None:
    found = [Place("Cover", 0), Place("MRI", 6, 1, "upheld"), Place("CT", 6, 2, "overturned")]
    marked = marked_html("Cover MRI", [mark(0, 6, 9)], found)
    assert Reading(marked).ids == ["s-cover", "i1", "i2", "f0"]
    assert Reading(marked).text == "Cover MRI"
    listed = parts_list([*found, Place("<script>" * 30, 9, 3, "upheld")])
    assert re.findall(r'href="#([^"]*)"', listed) == ["s-cover", "i1", "i2", "i3"]
    assert "<script>" not in listed
    assert '>1. MRI</a> <span class="ov-word ov-upheld">Upheld</span>' in listed


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u200f", "\u200b", "\x00", "\x1b", "\x85", "\ufeff", "\u2028"])
def test_a_sign_that_steers_the_display_stands_alone(sign: str) -> None:
    marked = marked_html(f"up{sign}held", [])
    assert re.search(rf'up<span class="ov-sign" title="U\+{ord(sign):04X} [A-Z -]+">{sign}</span>held', marked)
    assert Reading(marked).text == f"up{sign}held"


def test_words_of_other_scripts_and_line_ends_are_left_alone() -> None:
    text = "مرحبا שלום 漢字 e\u0301 🦴 \n\t a\u00a0b"
    assert marked_html(text, []) == f'<div class="ov-reader" dir="ltr">{text}</div>'
