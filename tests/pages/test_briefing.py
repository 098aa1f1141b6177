"""The printable page: it holds what the page shows, and nothing from anywhere else."""

from __future__ import annotations

import html
import re
from datetime import date
from html.parser import HTMLParser

import pytest
from page_views import OpenPage, answer_of, markup, table_of
from streamlit.testing.v1 import AppTest

from data.briefing import MOST_ROWS, Heading, Note, Picture, Table, briefing_html
from data.definitions import DEFINITIONS
from data.exports import About
from data.filters import from_query
from data.warehouse import Snapshot
from pages.parts.briefing import Briefing
from pages.parts.frame import plain

PAGES = ["overview", "guidelines", "imaging", "specialties", "compare", "letters"]
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"
LINK = "http://localhost:8501/imaging?modality=ct&words=%3Cb%3E"


class Read(HTMLParser):
    """A briefing taken apart: its elements, its attributes that could fetch, its words and its tables."""

    def __init__(self, content: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.tables: list[list[list[str]]] = []
        self.open: list[str] = []
        self.feed(content)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        self.open.append(tag)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            while self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data)
        if self.open and self.open[-1] in ("td", "th"):
            self.tables[-1][-1][-1] += data

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).replace("\xa0", " ").split())


def briefing_of(app: AppTest) -> Briefing:
    found = app.session_state["ov-briefing"]
    assert isinstance(found, Briefing)
    return found


def alone(content: str, link: str = "") -> Read:
    """The briefing, after a look whether it stands alone."""
    read = Read(content)
    assert not read.tags & {"script", "img", "link", "iframe", "object", "embed", "form", "base", "image", "use"}
    fetching = {"src", "srcset", "background", "data", "poster", "action", "style", "xlink:href"}
    assert not [name for name, _ in read.attributes if name in fetching or name.startswith("on")]
    assert [value for name, value in read.attributes if name == "href"] == ([link] if link else [])
    assert "<script" not in content
    assert set(re.findall(r"https?://[^\"<\s]*", html.unescape(content))) == ({link} if link else set())
    assert "url(" not in content
    assert "@import" not in content
    return read


@pytest.mark.parametrize("page", PAGES)
def test_the_briefing_holds_the_sentence_the_filter_and_every_figure_and_table(open_page: OpenPage, page: str) -> None:
    app = open_page(page, modality="ct,mri", unit="letter")
    notes = briefing_of(app)
    read = alone(notes.content().decode())
    assert app.title[0].value == plain(notes.title)
    assert notes.title in read.text
    assert html.unescape(answer_of(app)) in read.text
    beside = "Compared witheveryone else" if page == "compare" else ""
    assert f"FilterCT; MRI{beside}CountedlettersSnapshot" in read.text
    assert app.query_params.get("snapshot", [notes.about.snapshot.snapshot_id])[0] in read.text
    assert "SAMPLE LETTERS, NOT REAL ONES" in read.text
    assert all(definition.text in read.text for definition in DEFINITIONS)
    drawn = app.main.get("plotly_chart")
    assert all(len(chart.proto.alt) > 15 for chart in drawn)  # type: ignore[attr-defined]
    assert notes.content().decode().count("<svg ") == len(drawn)
    frames = [frame.value for frame in app.main.dataframe]
    if page != "letters":
        assert len(read.tables) == len(frames)
        for table, frame in zip(read.tables, frames, strict=True):
            assert table[0] == list(frame.columns)
            assert len(table) - 1 == min(len(frame), MOST_ROWS)


def test_a_table_on_paper_has_the_figures_of_the_page(open_page: OpenPage) -> None:
    app = open_page("imaging")
    frame = table_of(app, "Imaging modality").set_index("Imaging modality")
    read = alone(briefing_of(app).content().decode())
    table = next(table for table in read.tables if table[0][0] == "Imaging modality")
    ct = next(row for row in table if row[0] == "CT")
    assert ct[1:4] == [str(frame.loc["CT", name]) for name in ("Overturned", "Decisions", "Letters")]
    assert ct[4] == f"{frame.loc['CT', 'Rate %']:.1f}"
    mri = next(row for row in table if row[0] == "MRI")
    assert mri[4:7] == ["–", "–", "–"]  # too few for a rate


def test_the_figures_at_the_head_and_the_second_sentence_are_on_paper(open_page: OpenPage) -> None:
    app = open_page("overview")
    read = alone(briefing_of(app).content().decode())
    [figures] = markup(app, "ov-figures")
    bold = re.findall(r"<b>(.*?)</b><span>(.*?)</span>", figures)
    assert len(bold) == 4
    assert all(html.unescape(f"{figure} {words}") in read.text for figure, words in bold)
    app = open_page("specialties")
    [adjusted] = markup(app, "Adjusted for the mix of cases:")
    assert html.unescape(re.sub("<[^>]+>", "", adjusted)) in alone(briefing_of(app).content().decode()).text


def test_the_briefing_of_a_comparison_says_both_filters_and_both_differences(open_page: OpenPage) -> None:
    app = open_page("compare", admin="mtus", b="reviewer=mtus")
    notes = briefing_of(app)
    read = alone(notes.content().decode())
    assert "Compared withReviewer relied on MTUS" in read.text
    assert html.unescape(answer_of(app)) in read.text
    assert "A is: Administrator cited MTUS. B is: Reviewer relied on MTUS." in read.text
    rows = next(table for table in read.tables if table[0][0] == "Difference")
    assert [row[0] for row in rows[1:]] == ["A minus B", "A minus B, on A’s mix"]
    assert ("Compared with", "Reviewer relied on MTUS") in notes.about.entries()
    assert "compared with: Reviewer relied on MTUS" in notes.about.condition


def test_no_word_of_a_letter_stands_in_a_briefing_unless_asked_for(open_page: OpenPage) -> None:
    app = open_page("letters", modality="ct")
    cards = [block.proto.body for block in app.main.get("html") if "ov-card" in block.proto.body]  # type: ignore[attr-defined]
    disputed = [html.unescape(found) for card in cards for found in re.findall(r"<h4>(.*?)</h4>", card)]
    assert disputed
    plain = alone(briefing_of(app).content().decode())
    assert not [words for words in disputed if words in plain.text]
    app.checkbox(key="ov-csv-words").check().run()
    asked = alone(briefing_of(app).content().decode())
    assert all(" ".join(words.split()) in asked.text for words in disputed)


def test_hostile_filter_words_are_only_words(open_page: OpenPage) -> None:
    content = briefing_of(open_page("overview", words=HOSTILE)).content().decode()
    read = alone(content)
    assert f"Text has: {HOSTILE}" in read.text
    assert "No decision matches" in read.text


def test_words_of_a_table_are_not_broken_and_many_columns_are_small(sample_warehouse: Snapshot) -> None:
    about = About(from_query({}), sample_warehouse)
    rows: list[list[object]] = [["Occupational Medicine", *range(11)], ["x" * 60, *range(11)]]
    page = briefing_html(
        "t", "a", [Table([*"abcdefghijkl"], rows), Table([*"ab"], [["c", 1]])], about, date(2026, 11, 21)
    )
    content = page.decode()
    assert '<table class="wide">' in content
    assert content.count("<table>") == 1
    assert "<td>Occupational Medicine</td>" in content
    assert f'<td class="long">{"x" * 60}</td>' in content
    assert "td.long { overflow-wrap: anywhere; }" in content
    assert (
        "th, td { text-align: left; padding: 3px 8px 3px 0; border-bottom: 1px solid #d3d8de; vertical-align: top; }"
        in content
    )


def test_every_part_is_escaped_and_the_link_is_the_only_address(sample_warehouse: Snapshot) -> None:
    about = About(from_query({"modality": "ct", "words": HOSTILE}), sample_warehouse, LINK)
    rows: list[list[object]] = [[HOSTILE, 12345, 1.25, None, date(2016, 12, 9), True, ["a", "b"]], *[[""] * 7] * 70]
    parts = [Heading(HOSTILE), Note(HOSTILE), Picture("", HOSTILE), Table([*"abcdefg"], rows, more=5)]
    read = alone(briefing_html(HOSTILE, HOSTILE, parts, about, date(2026, 11, 21)).decode(), LINK)
    assert read.text.count(HOSTILE) == 8  # title twice, sentence, filter, heading, note, picture in words, cell
    assert read.tables[0][1] == [HOSTILE, "12,345", "1.2", "–", "9 Dec 2016", "yes", "a, b"]
    assert len(read.tables[0]) == 1 + MOST_ROWS
    assert f"{71 - MOST_ROWS + 5} further rows stand in the file" in read.text
    assert "Made on21 Nov 2026" in read.text


@pytest.mark.parametrize("page", [*PAGES, "letter"])
def test_definitions_stand_beside_every_title(open_page: OpenPage, sample_warehouse: Snapshot, page: str) -> None:
    with sample_warehouse.connect() as connection:
        row = connection.execute("SELECT letter_id FROM letters LIMIT 1").fetchone()
    assert row is not None
    app = open_page(page, **({"letter": row[0][:16]} if page == "letter" else {}))
    beside = [block.value for block in app.main.markdown if "**What is counted**" in block.value]
    assert len(beside) == 1
    assert all(plain(definition.text) in beside[0] for definition in DEFINITIONS)
    folded = [block.proto.body for block in app.main.get("html") if "ov-definitions" in block.proto.body]  # type: ignore[attr-defined]
    assert len(folded) == (0 if page == "letter" else 1)
    assert all(html.escape(definition.text) in block for definition in DEFINITIONS for block in folded)
    buttons = [button.proto.label for button in app.main.get("download_button")]  # type: ignore[attr-defined]
    assert ("Briefing" in buttons) == (page != "letter")
