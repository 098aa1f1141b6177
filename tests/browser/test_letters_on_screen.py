"""From the figures to the letters and back, the file of what is shown, and letters that would rather be a program."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect
from screens import Screen, Server

from loaders.ingest import ingest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from builder import COVER, Item, labelled, raw_letter

pytestmark = pytest.mark.browser


def shows_letter(screen: Screen, name: str) -> str:
    """Wait until the letter of that name is shown with its marks; gives its address."""
    title = screen.page.locator("h1")
    screen.until(
        lambda: (
            screen.path == "/letter"
            and screen.page.locator(".ov-reader mark").count() > 10
            and title.inner_text() == name
        )
    )
    return screen.page.url


def test_the_letters_page_leads_to_the_marked_letter_and_back(screen: Screen, server: Server) -> None:
    screen.open(server.address("letters", modality="ct", page="1"))
    before = (screen.answer, screen.chips)
    name = screen.page.locator(".ov-card p").first.inner_text().split("·")[1].split(",")[0].strip()
    letters = screen.page.url
    screen.page.get_by_role("link", name="Read").first.click()
    read = shows_letter(screen, name)
    expect(screen.page.get_by_test_id("stSidebar")).to_be_hidden()
    screen.page.get_by_role("link", name="Back to the letters").click()
    screen.until(lambda: (screen.path, screen.answer, screen.chips) == ("/letters", *before))
    assert screen.page.url == letters
    screen.page.go_back(wait_until="commit")  # one step a link: no page between with the parameters of both
    assert shows_letter(screen, name) == read
    screen.page.go_back(wait_until="commit")
    screen.until(lambda: (screen.page.url, screen.answer) == (letters, before[0]))


def test_a_value_leads_to_its_mark(screen: Screen, server: Server) -> None:
    screen.open(server.address("letters", words="CM16-0990018"))
    shows_letter(screen, "CM16-0990018")
    link = screen.page.locator(".ov-values a", has_text="The additional twelve").first
    target = link.get_attribute("href") or ""
    link.click()
    mark = screen.page.locator(f"mark:has({target})")
    expect(mark).to_contain_text(re.compile("^The additional twelve"))
    expect(mark).to_be_in_viewport()
    expect(mark).to_have_css("outline-style", "solid")
    assert screen.page.locator("h1").inner_text() == "CM16-0990018"


def test_a_case_number_in_the_search_box_opens_its_letter_and_back_returns(screen: Screen, server: Server) -> None:
    screen.open(server.address("imaging", modality="ct"))
    before = screen.answer
    box = screen.widget("ov-w-words").locator("input")

    def typed() -> None:
        box.fill("IMR Case Number: cm16 – 0990018")
        box.press("Enter")

    typed()
    shows_letter(screen, "CM16-0990018")
    screen.page.go_back(wait_until="commit")
    screen.until(lambda: (screen.path, screen.answer) == ("/imaging", before))


def rows_of(content: str) -> list[list[str]]:
    """The header and the rows of a file, without its lines of explanation."""
    return [row for row in csv.reader(io.StringIO(content, newline="")) if not row[0].startswith("#")]


def downloaded(screen: Screen, key: str) -> list[list[str]]:
    with screen.page.expect_download() as waiting:
        screen.widget(key).get_by_role("button").click()
    path = Path(waiting.value.path())
    return rows_of(path.read_bytes().decode("utf-8-sig"))


def test_the_file_of_a_table_is_the_table(screen: Screen, server: Server) -> None:
    screen.open(server.address("imaging", words="spine"))
    expander = screen.page.locator('[data-testid="stExpander"]', has_text="The table behind").first
    expander.locator("summary").click()
    grid = expander.locator("[data-testid=stDataFrame] table").first
    grid.wait_for(state="attached")
    shown = [[cell.strip() for cell in row.locator("th, td").all_text_contents()] for row in grid.locator("tr").all()]
    file = downloaded(screen, "ov-csv-modality")

    def figure(cell: str) -> str:
        try:
            return f"{float(cell):g}"
        except ValueError:
            return "" if cell in ("None", "null") else cell

    cells = [[figure(cell) for cell in row[-len(file[0]) :]] for row in shown]
    assert cells == [[figure(cell) for cell in row] for row in file]
    assert len(file) > 5


@pytest.mark.slow
def test_the_file_of_the_letters_holds_every_decision_of_the_filter(screen: Screen, server: Server) -> None:
    screen.open(server.address("letters", modality="not_stated"))
    plain = downloaded(screen, "ov-csv-decisions")
    assert int(screen.answer.split()[0]) == len(plain) - 1 > 20
    assert not {"Disputed", "Request", "Decisive sentence"} & set(plain[0])  # letter text only when asked for
    screen.widget("ov-csv-words").locator("label").click()
    for _ in range(20):  # the file changes with the run after the click, which nothing on the page tells
        file = downloaded(screen.settled(), "ov-csv-decisions")
        if "Disputed" in file[0]:
            break
        screen.page.wait_for_timeout(250)
    assert len(file) == len(plain)
    requests = screen.page.locator(".ov-card h4").all_inner_texts()
    assert [row[file[0].index("Disputed")] for row in file[1 : len(requests) + 1]] == requests


HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(2)> **bold** $x^2$ [link](javascript:alert(3)) "
    "![p](http://elsewhere.example/p.png) :red[colour] \u202edna tfel\u202c <iframe src=//elsewhere.example></iframe>"
)


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A warehouse with a letter whose every free part, and file name, would be a program."""
    items = (
        Item(request=f"CT of the knee {HOSTILE}", rationale=f"{HOSTILE} The study is not medically necessary."),
        Item(request="=HYPERLINK(1) scan", outcome="Overturned", rationale="It is medically necessary. <b onclick=x>"),
    )
    sample = "SAMPLE LETTER WRITTEN FOR OVERTURN. FICTION, NOT A DETERMINATION.\n\n"
    folder = tmp_path / "letters"
    folder.mkdir()
    named = raw_letter(*items, summary=f"The patient is a 41 year old female. {HOSTILE}", cover=COVER)
    (folder / "named.txt").write_text(sample + named, encoding="utf-8")
    bare = raw_letter(*items, summary=HOSTILE).replace("CT of", "MRI of")
    (folder / "![p](elsewhere) <img src=x onerror=alert(4)> $x$.txt").write_text(sample + bare, encoding="utf-8")
    summary = ingest([folder], tmp_path / "warehouse", demonstration=True)
    assert (summary.snapshot is not None) and summary.snapshot.letters == 2, summary.lines()
    return tmp_path / "warehouse"


def test_a_hostile_letter_is_shown_as_text(serve: Callable[[Path], Server], screen: Screen, hostile: Path) -> None:
    server = serve(hostile)
    screen.open(server.address("letters"))
    assert "<script>alert(1)</script>" in screen.page.locator(".ov-card", has_text="CT of the knee").inner_text()
    foreign = ".ov-card :is(script, img, iframe, a, b, [onclick]), .ov-reader :is(script, img, iframe, a, b, [onclick])"
    assert screen.page.locator(foreign).count() == 0
    reader = screen.page.locator(".ov-reader")
    for words in ("CT of the knee", "MRI of the knee"):
        screen.open(server.address("letters"))
        row = screen.page.locator(
            "[data-testid=stHorizontalBlock]", has=screen.page.locator(".ov-card", has_text=words)
        )
        row.last.get_by_role("link", name="Read").click()
        screen.until(lambda: screen.path == "/letter" and reader.count() == 1)
        expect(reader).to_contain_text("<img src=x onerror=alert(2)>")
        expect(reader).to_contain_text("![p](http://elsewhere.example/p.png)")
        assert screen.page.locator(foreign).count() == 0
        assert screen.page.locator("h1 img, .katex").count() == 0
    assert "<img src=x onerror=alert(4)>" in screen.page.locator("h1").inner_text()
    assert screen.dialogs == []
    assert not [address for address in screen.requests if "elsewhere" in address]


def test_a_new_snapshot_is_seen_by_an_open_page_on_its_next_run(
    serve: Callable[[Path], Server], screen: Screen, hostile: Path, tmp_path: Path
) -> None:
    screen.open(serve(hostile).address("letters"))
    screen.until(lambda: screen.answer.startswith("4 decisions in 2 letters"))
    before = screen.query["snapshot"]
    samples = Path(__file__).resolve().parents[2] / "data" / "samples" / "letters"
    assert ingest([samples / "sample-02.txt"], hostile, demonstration=True).snapshot is not None
    screen.press("ov-w-unit", "Letters")
    screen.until(lambda: screen.answer.startswith("3 letters"))
    assert screen.query["snapshot"] != before


@pytest.fixture
def troubled(tmp_path: Path) -> Path:
    """A warehouse of a letter that contradicts itself, leaves something out and holds a word that no list knows."""
    (tmp_path / "letters").mkdir()
    letter = raw_letter(
        Item(outcome="Overturned", admin=None), credentials=labelled(specialties="Wheelcraft"), cover=COVER
    )
    text = f"SAMPLE LETTER WRITTEN FOR OVERTURN.\n\n{letter}"
    (tmp_path / "letters" / "troubled.txt").write_text(text, encoding="utf-8")
    assert ingest([tmp_path / "letters"], tmp_path / "warehouse", demonstration=True).snapshot is not None
    return tmp_path / "warehouse"


@pytest.mark.slow
def test_problems_stand_apart_by_kind_and_lead_to_their_words(
    serve: Callable[[Path], Server], new_screen: Callable[..., Screen], troubled: Path
) -> None:
    server = serve(troubled)
    colours = set()
    for scheme in ("light", "dark"):
        screen = new_screen(color_scheme=scheme).open(server.address("letters", words="CM16-0990099"))
        screen.page.wait_for_url("**/letter?*")
        screen.until(lambda screen=screen: screen.page.locator(".ov-problems").count() == 3)
        lines = {}
        for kind, words in (("contradiction", "The study is not"), ("missing", "MRI"), ("doubt", "Wheelcraft")):
            link = screen.page.locator(f".ov-problems.ov-{kind} a").first
            link.click()
            screen.page.wait_for_timeout(300)
            mark = screen.page.locator(f".ov-problem.ov-{kind}:has({link.get_attribute('href')})")
            assert mark.inner_text().startswith(words)
            box = mark.bounding_box()
            assert box is not None
            assert 0 < box["y"] < 1000
            assert mark.evaluate("mark => getComputedStyle(mark).outlineStyle") == "solid"
            lines[kind] = mark.evaluate("mark => getComputedStyle(mark).textDecorationStyle")
        assert lines == {"contradiction": "wavy", "missing": "dashed", "doubt": "dotted"}
        first = screen.page.locator(".ov-reader .ov-problem.ov-contradiction").first
        colours.add(first.evaluate("mark => getComputedStyle(mark).textDecorationColor"))
    assert len(colours) == 2  # each theme has its own
