"""What people take away: the briefing, the picture, the workbook, the printed page; and what they leave: a saved view."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect
from screens import Screen, Server

from data.warehouse import Snapshot

pytestmark = pytest.mark.browser


def saved(screen: Screen, key: str, folder: Path) -> Path:
    """The file that the button with that key gives, under its own name."""
    with screen.page.expect_download() as waiting:
        screen.widget(key).get_by_role("button").click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_the_briefing_stands_alone_and_holds_the_figures_of_the_page(
    new_screen: Callable[..., Screen], server: Server, sample_warehouse: Snapshot, tmp_path: Path
) -> None:
    screen = new_screen(color_scheme="dark").open(server.address("imaging", words="spine"))
    charts = screen.page.locator('[data-testid="stPlotlyChart"]').count()
    path = saved(screen, "ov-briefing-file", tmp_path)
    assert path.name == f"overturn-imaging-{sample_warehouse.snapshot_id}.html"
    reader = new_screen(java_script_enabled=False)
    reader.page.goto(path.as_uri())
    assert reader.page.locator("h1").inner_text() == "How do imaging requests fare?"
    assert reader.page.locator(".answer").inner_text().replace("\xa0", " ") == screen.answer
    assert reader.page.locator("svg").count() == charts > 0
    assert reader.page.locator("a").get_attribute("href") == server.address(
        "imaging", words="spine", snapshot=sample_warehouse.snapshot_id
    )
    assert reader.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    wide = reader.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
    assert reader.requests == [path.as_uri()]


@pytest.mark.slow
def test_a_picture_and_a_workbook_of_a_figure_are_files_that_open(
    new_screen: Callable[..., Screen], server: Server, tmp_path: Path
) -> None:
    screen = new_screen().open(server.address("imaging", modality="ct,mri"))
    screen.page.locator('[data-testid="stExpander"]', has_text="The table behind").first.locator("summary").click()
    picture = saved(screen, "ov-picture-modality-0", tmp_path)
    viewer = new_screen()
    viewer.page.goto(picture.as_uri())
    words = " ".join(viewer.page.locator("text").all_text_contents())
    assert "How do imaging requests fare?" in words
    assert "Filter: CT; MRI; unit: disputed items" in words
    assert "SAMPLE LETTERS, NOT REAL ONES" in words
    beyond = "() => { const f = document.documentElement.getBoundingClientRect(); return [...document.querySelectorAll('text')]"
    beyond += ".filter(t => { const b = t.getBoundingClientRect(); return b.right > f.right + 1 || b.left < f.left - 1; }).length }"
    assert viewer.page.evaluate(beyond) == 0
    assert viewer.requests == [picture.as_uri()]
    with zipfile.ZipFile(saved(screen, "ov-xlsx-modality", tmp_path)) as book:
        assert b"CT; MRI" in book.read("xl/worksheets/sheet2.xml")


@pytest.mark.slow
def test_a_printed_page_keeps_its_filter_and_leaves_the_tools_out(
    new_screen: Callable[..., Screen], server: Server
) -> None:
    screen = new_screen(color_scheme="dark").open(server.address("imaging", modality="ct,mri"))
    screen.page.emulate_media(media="print", color_scheme="dark")
    assert screen.chips == ["CT", "MRI"]
    expect(screen.page.get_by_test_id("stSidebar")).to_be_hidden()
    for tool in (".st-key-ov-menu a", ".stDownloadButton", ".stPopover", ".st-key-ov-chip-clear"):
        assert screen.page.locator(tool).first.is_hidden(), tool
    ground = "getComputedStyle(document.querySelector('.stApp')).backgroundColor"
    assert screen.page.evaluate(ground) == "rgb(255, 255, 255)"
    assert screen.page.evaluate("getComputedStyle(document.querySelector('.ov-answer')).color") == "rgb(31, 38, 48)"


def test_a_saved_view_is_found_again_from_another_page(
    serve: Callable[[Path], Server], new_screen: Callable[..., Screen], sample_warehouse: Snapshot, tmp_path: Path
) -> None:
    server = serve(Path(shutil.copytree(sample_warehouse.folder, tmp_path / "warehouse")))
    name = "<img src=x onerror=alert(1)> **CT**"
    screen = new_screen().open(server.address("imaging", modality="ct", unit="letter"))
    screen.widget("ov-views").locator("summary").click()
    screen.widget("ov-view-name").locator("input").fill(name)
    screen.page.get_by_role("button", name="Save this view").click()
    expect(screen.widget("ov-views").get_by_role("status")).to_have_text(f"Saved as {name}.")
    before = screen.settled().answer
    other = new_screen().open(server.address("overview", admin="odg"))
    other.widget("ov-views").locator("summary").click()
    other.widget("ov-view-chosen").locator("input").click()
    other.page.get_by_role("option").filter(has_text=name).click()
    other.widget("ov-link-view").get_by_role("link").click()
    other.until(lambda: (other.path, other.answer, other.chips) == ("/imaging", before, ["CT"]))
    assert other.dialogs == screen.dialogs == []
    other.page.go_back(wait_until="commit")
    other.until(lambda: (other.path, other.chips) == ("/overview", ["Administrator cited ODG"]))
