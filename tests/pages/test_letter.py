"""One letter: its values with their rules, what follows from them, and its problems by kind, each leading to its place."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from page_views import OpenPage, links_of, markup

from data.warehouse import Snapshot
from loaders.ingest import ingest
from tests.builder import COVER, NONE_ADMIN, NONE_REVIEWER, Item, labelled, raw_letter

ENTRY = re.compile(r"<dt>([^<]*)</dt><dd(?: title=\"([^\"]*)\")?>(.*?)</dd>(?:<dd class=\"ov-why\">(.*?)</dd>)?")


def bare(markup_of_it: str) -> str:
    """The words of some HTML."""
    return html.unescape(re.sub(r"<[^>]+>", "", markup_of_it))


@pytest.fixture(scope="module")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A warehouse of one letter with a contradiction, something left out and a doubt."""
    folder = tmp_path_factory.mktemp("troubled")
    items = (
        Item("CT of the left knee", "Overturned", admin=None),
        Item(
            "Retrospective MRI of the left knee (DOS 10/20/2016)",
            admin=NONE_ADMIN,
            reviewer=NONE_REVIEWER,
            rationale="The films show enough. The study is not medically necessary.",
        ),
    )
    letter = raw_letter(*items, credentials=labelled(specialties="Neurology, Wheelcraft"), cover=COVER)
    (folder / "letter.txt").write_text("SAMPLE LETTER WRITTEN FOR OVERTURN.\n\n" + letter, encoding="utf-8")
    summary = ingest([folder / "letter.txt"], folder / "warehouse", demonstration=True)
    assert summary.snapshot is not None, summary.lines()
    return summary.snapshot


def shown(open_page: OpenPage, warehouse: Snapshot) -> tuple[list[str], str]:
    """The headings of the letter's page and all its HTML."""
    with warehouse.connect() as connection:
        (letter_id,) = connection.execute("SELECT letter_id FROM letters").fetchone() or ("",)
    app = open_page("letter", warehouse=Path(warehouse.folder), letter=letter_id)
    return [heading.value for heading in app.main.subheader], "".join(markup(app))


def test_contradictions_stand_apart_from_doubts_and_lead_to_their_place(
    open_page: OpenPage, troubled: Snapshot
) -> None:
    headings, page = shown(open_page, troubled)
    assert headings[:4] == [
        *("Contradictions in the letter", "What the letter leaves out", "Doubts about the reading"),
        "What was read",
    ]
    lists = dict(re.findall(r'<ul class="ov-problems ov-(\w+)">(.*?)</ul>', page))
    assert "Item 1 is headed overturned" in lists["contradiction"]
    assert "has no guideline statement" in lists["missing"]
    assert "Wheelcraft" in lists["doubt"]
    for kind, words in (("contradiction", "The study is not"), ("missing", "CT of the left knee"), ("doubt", "Wheel")):
        for anchor in re.findall(r'href="#(p\d+)"', lists[kind]):
            place = re.search(
                rf'class="[^"]*ov-problem ov-{kind}"[^>]*>(?:<span id="\w+"></span>)*?<span id="{anchor}">', page
            )
            assert place is not None, anchor
            assert bare(page[place.end() :]).startswith(words)


def test_every_value_says_its_rule(open_page: OpenPage, troubled: Snapshot) -> None:
    _, page = shown(open_page, troubled)
    said = {label: why for label, why, _, _ in ENTRY.findall(page) if why}
    assert said["UR denial"].endswith("label UR Denial Date on the cover. (rule cover/ur_denial)")
    assert said["specialty"]
    assert all("another parser" not in why and "(rule " in why for why in said.values())
    titles = re.findall(r'<mark [^>]*title="([^"]*)"', page)
    assert len(titles) > 20
    assert all("(rule " in title for title in titles)


def test_what_follows_from_values_names_them_and_the_rule(open_page: OpenPage, troubled: Snapshot) -> None:
    _, page = shown(open_page, troubled)
    derived = [(bare(label), bare(f"{value}: {why}")) for label, _, value, why in ENTRY.findall(page) if why]
    said = dict(derived)
    assert said["letter counts as"].startswith(
        "partly overturned: From outcome of item 1 overturned, outcome of item 2 upheld. Upheld or overturned when"
    )
    assert said["age of the claim at the denial"].startswith("31 to 90 days")
    assert "From date of injury 14 Oct 2016, UR denial 18 Nov 2016. Days from" in said["age of the claim at the denial"]
    editions = [value for label, value in derived if label == "MTUS in force at the denial"]
    assert "From UR denial 18 Nov 2016. The edition" in editions[0]
    assert "From date of service 20 Oct 2016. The edition" in editions[1]
    sources = [value for label, value in derived if label == "administrator's sources"]
    assert sources[0].startswith("Not stated: Nothing that it follows from is stated. ")
    assert sources[1].startswith("None cited: From administrator cited None cited. ")
    steps = [value for label, value in derived if label == "reviewer's search step"]
    assert [value[:31] for value in steps] == ["1: From reviewer relied on MTUS"]
    for anchor in re.findall(r'href="#([fp]\d+)"', page):
        assert f'id="{anchor}"' in page


def test_a_letter_opened_from_a_search_marks_what_was_searched(open_page: OpenPage) -> None:
    words = '"medically necessary" OR knee'
    (read, *_) = links_of(open_page("letters", words=words), "Read")
    app = open_page("letter", **read)
    text = markup(app, "ov-reader")[0]
    hits = re.findall(r'class="[^"]*ov-hit"[^>]*>(?:<span id="[^"]*"></span>)*([^<]*)<', text)
    assert {hit.split()[0].lower() for hit in hits} <= {"medically", "necessary", "knee", "knees"}
    count = len(re.findall(r'id="h\d+"', text))
    assert count > 1
    (listed,) = markup(app, "ov-hits")
    assert (
        f"Searched words, {count} in this letter" in listed and '<a href="#h0">first</a> <a href="#h1">2</a>' in listed
    )
    assert markup(app, '<span class="ov-hit">Searched word</span>')
    app = open_page("letter", **{name: value for name, value in read.items() if name != "words"})
    assert not markup(app, "ov-hit")
