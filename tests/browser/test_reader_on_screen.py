"""The reader as it is seen: parts and values lead to their places, a letter is cited, collected, printed and corrected."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect
from screens import Screen, Server

from data.corrections import corrections
from data.record import as_object
from data.warehouse import Snapshot
from loaders.ingest import ingest
from loaders.parse import parse_letter
from loaders.settle import settle

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from builder import COVER, Item, raw_letter

pytestmark = pytest.mark.browser
CASE = "CM16-0990018"
SAMPLE = "SAMPLE LETTER WRITTEN FOR OVERTURN. FICTION, NOT A DETERMINATION.\n\n"


def opened(screen: Screen, server: Server, case: str = CASE) -> Screen:
    """The letter of that case, with its marks."""
    screen.open(server.address("letters", words=case))
    return screen.until(lambda: screen.path == "/letter" and screen.page.locator(".ov-reader mark").count() > 10)


def place(locator: Locator) -> dict[str, Any]:
    """Where something stands in the window."""
    box = locator.bounding_box()
    assert box is not None
    return dict(box)


@pytest.mark.parametrize("width", [800, 1440])
def test_parts_and_values_lead_to_their_places_and_the_list_stays_in_view(
    new_screen: Callable[..., Screen], server: Server, width: int
) -> None:
    screen = opened(new_screen(viewport={"width": width, "height": 900}), server)
    parts = screen.page.locator(".ov-parts a")
    assert [text.split(".")[0] for text in parts.all_inner_texts()] == ["Cover", "Reviewer", "Summary", "1", "2", "3"]
    parts.last.click()
    item = screen.page.locator("mark:has(#i3)")
    expect(item).to_be_in_viewport()
    expect(item).to_have_css("outline-style", "solid")
    side = screen.page.locator("[data-testid=stColumn]:has(.st-key-ov-side)")
    expect(side).to_be_in_viewport()
    link = screen.page.locator(".ov-values a", has_text="The additional twelve").first
    link.click()
    mark = screen.page.locator(f"mark:has({link.get_attribute('href')})")
    expect(mark).to_be_in_viewport()
    expect(mark).to_have_css("outline-style", "solid")
    assert item.evaluate("item => getComputedStyle(item).outlineStyle") == "none"
    shown, list_ = place(mark), place(side)
    beside = list_["x"] >= shown["x"] + shown["width"] or list_["y"] + list_["height"] <= shown["y"]
    assert beside, (shown, list_)  # the list does not stand on what it leads to
    wide = "() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollWidth - m.clientWidth; }"
    assert screen.page.evaluate(wide) <= 1


@pytest.mark.slow
def test_deciding_sentences_stand_out(screen: Screen, server: Server) -> None:
    opened(screen, server)
    deciding = screen.page.locator(".ov-reader .ov-deciding")
    assert "The additional twelve are not medically necessary." in deciding.all_inner_texts()
    weights = {int(mark.evaluate("mark => getComputedStyle(mark).fontWeight")) for mark in deciding.all()}
    plain = screen.page.locator(".ov-reader .ov-mark:not(.ov-deciding)").first
    assert min(weights) >= 600 > int(plain.evaluate("mark => getComputedStyle(mark).fontWeight"))


@pytest.mark.slow
def test_a_citation_is_copied_with_one_click(new_screen: Callable[..., Screen], server: Server) -> None:
    screen = opened(new_screen(permissions=["clipboard-read", "clipboard-write"]), server)
    screen.page.get_by_role("button", name="Cite").click()
    code = screen.page.get_by_test_id("stCode").first
    code.hover()
    code.get_by_role("button").click()
    screen.page.wait_for_timeout(200)
    copied = screen.page.evaluate("() => navigator.clipboard.readText()")
    assert copied.strip() == (
        f"California IMR Final Determination {CASE}, decided 24 Aug 2016, item 1 of 3 (Left knee arthroscopy with partial medial "
        "meniscectomy or repair): overturned, pages 1 to 2 of the PDF."
    )


def test_items_are_collected_over_pages_and_become_a_document(
    new_screen: Callable[..., Screen], server: Server
) -> None:
    screen = opened(new_screen(), server)
    screen.press("ov-pack-add", "Add to quote pack")
    screen.page.locator(".st-key-ov-menu a", has_text="Overview").click()
    screen.until(lambda: screen.path == "/overview" and len(screen.figures) > 3)
    opened_again = screen.page.locator(".st-key-ov-link-pack a", has_text="Quote pack (1)")
    opened_again.click()
    screen.until(lambda: screen.path == "/pack" and screen.answer.startswith("1 decision"))
    with screen.page.expect_download() as waiting:
        screen.widget("ov-pack-file").get_by_role("button").click()
    content = Path(waiting.value.path()).read_text(encoding="utf-8")
    assert waiting.value.suggested_filename.endswith(".html")
    assert "<blockquote>The operation is medically necessary.</blockquote>" in content
    other = new_screen().open(screen.page.url)  # the link alone brings it back
    other.until(lambda: other.answer == screen.answer)
    other.press("ov-pack-out-0", "Remove")
    other.until(lambda: other.page.get_by_text("The quote pack is empty").count() == 1)
    assert screen.errors == other.errors == []


@pytest.mark.slow
def test_the_original_pdf_is_the_file_that_was_loaded(screen: Screen, server: Server) -> None:
    opened(screen, server)
    with screen.page.expect_download() as waiting:
        screen.widget("ov-original").get_by_role("button").click()
    samples = Path(__file__).resolve().parents[2] / "data" / "samples" / "letters"
    assert waiting.value.suggested_filename == f"{CASE}.pdf"
    assert Path(waiting.value.path()).read_bytes() == (samples / f"{CASE}.pdf").read_bytes()


@pytest.mark.slow
def test_on_paper_the_letter_stands_alone(screen: Screen, server: Server) -> None:
    opened(screen, server)
    screen.page.emulate_media(media="print")
    expect(screen.page.locator(".ov-reader")).to_be_visible()
    for furniture in (".st-key-ov-side", ".st-key-ov-tools", ".st-key-ov-menu a", ".ov-no-paper"):
        expect(screen.page.locator(furniture).first).to_be_hidden()
    mark = screen.page.locator(".ov-reader .ov-mark").first
    assert mark.evaluate("mark => getComputedStyle(mark).printColorAdjust") == "exact"
    reader, page = place(screen.page.locator(".ov-reader")), screen.page.viewport_size
    assert page is not None
    assert reader["width"] > 0.85 * page["width"]


def test_a_wrong_value_is_reported_from_the_letter(
    serve: Callable[[Path], Server], screen: Screen, sample_warehouse: Snapshot, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(sample_warehouse.folder, tmp_path / "warehouse"))
    opened(screen, serve(folder))
    screen.page.get_by_role("button", name="Report a wrong value").click()
    form = screen.page.get_by_test_id("stPopoverBody")
    form.get_by_role("combobox").nth(1).click()
    screen.page.get_by_role("option", name="Upheld").click()
    screen.settled()
    form.get_by_label("Remark").fill("<script>alert(1)</script> It was upheld.")
    form.get_by_label("Your name").fill("R. Nurse")
    form.get_by_role("button", name="Report").click()  # straight from the field: nothing else tells that typing is over
    shown = screen.page.locator(".ov-reported li")
    screen.until(lambda: shown.count() == 1)
    assert shown.inner_text().startswith("Outcome: read as Overturned, reported wrong by R. Nurse on ")
    assert shown.inner_text().endswith("should be Upheld (<script>alert(1)</script> It was upheld.)")
    (made,) = corrections(folder)
    assert (made.right_value, made.who, made.ordinal) == ("upheld", "R. Nurse", 1)
    assert screen.dialogs == screen.errors == []


@pytest.fixture
def strange(tmp_path: Path) -> Path:
    """A warehouse of a letter with 200,000 characters on one line, and of a record whose text turns round its direction."""
    long = "<b>knee</b> **x** $y$ &amp; " * 7_500
    letter = SAMPLE + raw_letter(Item(), summary=f"The patient is a 41 year old female. {long}", cover=COVER)
    (tmp_path / "long.txt").write_text(letter, encoding="utf-8")
    turned = SAMPLE + raw_letter(Item(), cover=[line.replace("0990099", "0990098") for line in COVER])
    text = settle(turned).replace("sent the complete case file", "sent the \u202ecomplete case file\x1b")
    record = as_object(parse_letter(text, "turned.txt"))
    (tmp_path / "turned.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    summary = ingest([tmp_path / "long.txt", tmp_path / "turned.jsonl"], tmp_path / "warehouse", demonstration=True)
    assert summary.snapshot is not None and summary.snapshot.letters == 2, summary.lines()
    return tmp_path / "warehouse"


LEFT = """words => { const walk = document.createTreeWalker(document.querySelector('.ov-reader'), NodeFilter.SHOW_TEXT);
  for (let node; node = walk.nextNode();) { const at = node.data.indexOf(words); if (at < 0) continue;
    return [0, words.length - 1].map(n => { const range = document.createRange(); range.setStart(node, at + n);
      range.setEnd(node, at + n + 1); return range.getBoundingClientRect().left; }); } }"""


def test_a_strange_letter_is_shown_as_text(serve: Callable[[Path], Server], screen: Screen, strange: Path) -> None:
    server = serve(strange)
    opened(screen, server, "CM16-0990099")
    reader = screen.page.locator(".ov-reader")
    assert len(reader.inner_text()) > 200_000
    assert reader.locator("b, .katex, strong").count() == 0
    link = screen.page.locator(".ov-values a", has_text="The study is not medically necessary").first
    link.click()
    expect(screen.page.locator(f"mark:has({link.get_attribute('href')})")).to_be_in_viewport()
    wide = "() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollWidth - m.clientWidth; }"
    assert screen.page.evaluate(wide) <= 1
    opened(screen, server, "CM16-0990098")
    assert [sign.get_attribute("title") for sign in reader.locator(".ov-sign").all()] == [
        "U+202E RIGHT-TO-LEFT OVERRIDE",
        "U+001B CONTROL CHARACTER",
    ]
    first, last = screen.page.evaluate(LEFT, "complete")
    assert first < last  # written from left to right, as the letter has it
    assert screen.dialogs == screen.errors == []
