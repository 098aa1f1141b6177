"""Every page asked for as the first thing a fresh server is asked for, with a filter in its address."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from screens import Screen, Server

from data.warehouse import Snapshot
from pages.parts.navigation import ENTRIES

pytestmark = pytest.mark.browser

QUERY = {"modality": "ct", "unit": "letter"}
ANSWER = "12 letters on CT; 6 overturned: 50 % (25 to 75 %)"
CHIPS = ["CT"]
OF_COMPARE = "A: 6 of 12 letters overturned, 50 % (25 to 75 %)"
OTHERS = ("overview", "guidelines", "imaging", "specialties", "compare", "fixes", "explore")


@pytest.mark.parametrize("path", ["", "letters", *(pytest.param(page, marks=pytest.mark.slow) for page in OTHERS)])
def test_a_page_asked_for_first_shows_the_filtered_numbers(
    serve: Callable[[Path], Server], screen: Screen, sample_warehouse: Snapshot, path: str
) -> None:
    server = serve(sample_warehouse.folder)
    screen.open(server.address(path, **QUERY))
    assert screen.answer.startswith(OF_COMPARE if path == "compare" else ANSWER)
    assert screen.chips == CHIPS
    assert screen.path == f"/{path}"
    assert screen.query == {**QUERY, "snapshot": sample_warehouse.snapshot_id}
    assert screen.page.locator(".st-key-ov-menu a").count() == sum(entry.listed for entry in ENTRIES)
    assert screen.page.get_by_role("dialog").count() == 0
    assert not screen.errors


def test_a_letter_asked_for_first_shows_its_marks(
    serve: Callable[[Path], Server], screen: Screen, sample_warehouse: Snapshot
) -> None:
    with sample_warehouse.connect() as connection:
        row = connection.execute("SELECT letter_id FROM letters WHERE case_number = 'CM16-0990018'").fetchone()
    assert row is not None
    screen.open(serve(sample_warehouse.folder).address("letter", letter=row[0][:16], modality="ct"))
    assert screen.page.locator("h1").inner_text() == "CM16-0990018"
    assert screen.page.locator(".ov-reader mark").count() > 20
    assert screen.query["modality"] == "ct"


@pytest.mark.slow
def test_a_quote_pack_asked_for_first_shows_its_items(
    serve: Callable[[Path], Server], screen: Screen, sample_warehouse: Snapshot
) -> None:
    with sample_warehouse.connect() as connection:
        row = connection.execute("SELECT letter_id FROM letters WHERE case_number = 'CM16-0990018'").fetchone()
    assert row is not None
    pack = f"{row[0][:16]}.3,{row[0][:16]}.1"
    screen.open(serve(sample_warehouse.folder).address("pack", pack=pack))
    screen.until(lambda: screen.answer.startswith("2 decisions: 1 overturned, 1 upheld."))
    assert screen.page.locator(".ov-card h4").first.inner_text() == "Post-operative physical therapy, 12 sessions"
    assert screen.query["pack"] == pack
