"""Searching letters in a real browser: counts while typing, hits marked, orders, broken searches, the next letter, and back."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect
from screens import Screen, Server

from loaders.ingest import ingest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from builder import COVER, Item, raw_letter

pytestmark = pytest.mark.browser


def names(screen: Screen) -> list[str]:
    """The case numbers on the cards, in their order."""
    lines = screen.page.locator(".ov-card h4 + p").all_inner_texts()
    return [line.split("·")[1].split(",")[0].strip() for line in lines]


def test_a_search_counts_while_typing_marks_what_it_found_and_is_one_step_back(screen: Screen, server: Server) -> None:
    screen.open(server.address("letters"))
    before = screen.answer
    box = screen.widget("ov-find").locator("input")
    box.fill("knee -spine")  # without a pause, so it is one step in the history
    expect(screen.page.locator(".ov-found")).to_contain_text(re.compile(r"\d+ decisions?: \d+ overturned, \d+ upheld"))
    screen.until(lambda: screen.query.get("words") == "knee -spine")
    assert box.input_value() == "knee -spine"
    assert screen.chips == ["Text has: knee -spine"]
    found = screen.page.locator(".ov-found").inner_text()
    assert "Letters with “knee”, but without “spine”." in found
    assert screen.answer.split(" decision")[0] == found.split(" decision")[0].split()[-1]
    marks = screen.page.locator(".ov-card .ov-hit").all_inner_texts()
    assert marks
    assert {mark.lower() for mark in marks} <= {"knee", "knees"}
    screen.page.go_back(wait_until="commit")
    screen.until(lambda: "words" not in screen.query and screen.answer == before)
    assert box.input_value() == ""


@pytest.mark.slow
def test_who_types_on_while_the_page_follows_loses_nothing(screen: Screen, server: Server) -> None:
    screen.open(server.address("letters"))
    box = screen.widget("ov-find").locator("input")
    box.click()
    for piece in ("knee", " -spine", " pain"):
        box.press_sequentially(piece, delay=30)
        screen.page.wait_for_timeout(1300)  # about when the page follows what was typed so far
    screen.until(lambda: screen.query.get("words") == "knee -spine pain")
    assert box.input_value() == "knee -spine pain"


@pytest.mark.slow
def test_orders_stand_in_the_address_and_lead_from_letter_to_letter(screen: Screen, server: Server) -> None:
    screen.open(server.address("letters", words="knee"))
    best = names(screen)
    screen.press("ov-w-sort", "Oldest first")
    screen.until(lambda: screen.query.get("sort") == "oldest" and names(screen) != best)
    oldest = list(dict.fromkeys(names(screen)))
    address = screen.page.url
    screen.page.get_by_role("link", name="Read").first.click()
    screen.until(lambda: screen.path == "/letter" and screen.page.locator("h1").inner_text() == oldest[0])
    screen.page.get_by_role("link", name="Next letter").click()
    screen.until(lambda: screen.page.locator("h1").inner_text() == oldest[1])
    expect(screen.widget("ov-neighbours")).to_contain_text(re.compile(r"2 of \d+ letters"))
    screen.page.get_by_role("link", name="Back to the letters").click()
    screen.until(lambda: screen.path == "/letters" and list(dict.fromkeys(names(screen))) == oldest)
    assert screen.query.get("sort") == "oldest"
    assert address.split("?")[0] == screen.page.url.split("?")[0]


def test_a_broken_search_says_what_it_left_out(screen: Screen, server: Server) -> None:
    screen.open(server.address("letters"))
    box = screen.widget("ov-find").locator("input")
    box.fill('( knee OR "')
    told = screen.page.get_by_test_id("stAlert")
    expect(told.filter(has_text="An opening bracket has no closing one").first).to_be_visible()
    screen.until(lambda: screen.query.get("words") == '( knee OR "')
    expect(told.filter(has_text="A quotation mark without a partner").first).to_be_visible()
    assert screen.page.locator(".ov-card .ov-hit").count() > 0
    box.fill("dexamethasome")
    screen.until(lambda: screen.query.get("words") == "dexamethasome")
    screen.press("ov-near-0", "dexamethasone instead of")
    screen.until(lambda: screen.query.get("words") == "dexamethasone" and len(names(screen)) > 0)


HOSTILE = "<script>alert(1)</script> <img src=x onerror=alert(2)> **bold** $x^2$ \u202ereversed\u202c marmalade"


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A warehouse of one letter that would rather be a program, all of it on one line of 200,000 characters."""
    folder = tmp_path / "letters"
    folder.mkdir()
    said = f"{HOSTILE} {'knee ' * 40_000}. The study is not medically necessary."
    (folder / "one.txt").write_text(raw_letter(Item("MRI of the knee", rationale=said), cover=COVER), encoding="utf-8")
    assert ingest([folder], tmp_path / "warehouse", workers=1).added == 1
    return tmp_path / "warehouse"


def test_a_snippet_of_hostile_text_is_text(
    hostile: Path, serve: Callable[[Path], Server], new_screen: Callable[..., Screen]
) -> None:
    server = serve(hostile)
    screen = new_screen().open(server.address("letters", words="marmalade"))
    snippet = screen.page.locator(".ov-snippet")
    expect(snippet).to_contain_text("<script>alert(1)</script>")
    expect(snippet).to_contain_text("**bold** $x^2$")
    expect(snippet.locator(".ov-hit")).to_have_text("marmalade")
    assert snippet.locator("img, script").count() == 0
    assert screen.dialogs == []
    assert len(snippet.inner_text()) < 600
