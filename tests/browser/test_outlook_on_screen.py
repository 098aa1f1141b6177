"""The request outlook as it is used: a request is described, the link is sent on, a letter is read, a draft is checked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect
from screens import Screen, Server

from data.warehouse import Snapshot

pytestmark = pytest.mark.browser
SECRET = "Zanzibar"


def described(screen: Screen, words: str) -> str:
    """Type a request; gives the sentence once the page shows it."""
    box = screen.widget("ov-outlook-words").locator("input")
    box.fill(words)
    box.press("Enter")
    screen.until(lambda: "modality=ct" in screen.page.url and screen.answer.startswith("CT"))
    return screen.answer


def test_a_request_is_described_sent_on_and_opened(
    screen: Screen, new_screen: Callable[..., Screen], server: Server
) -> None:
    screen.open(server.address("overview"))
    screen.page.get_by_role("link", name="How would a request like mine fare?").click()
    screen.until(lambda: screen.path == "/outlook" and "When a denial is appealed" in screen.answer)
    answer = described(screen, f"CT of the lumbar spine, {SECRET}")
    assert "Drawn towards the wider groups" in answer
    assert SECRET not in screen.page.url
    expect(screen.page.locator(".ov-checklist th[scope=row]").first).to_be_visible()
    other = new_screen()
    other.open(screen.page.url)
    other.until(lambda: other.answer == answer)
    assert other.widget("ov-outlook-words").locator("input").input_value() == ""
    assert SECRET not in other.page.content()
    heading = screen.page.locator(".ov-card h4").first.inner_text()
    screen.page.get_by_role("link", name="Read").first.click()
    screen.until(lambda: screen.path == "/letter" and screen.page.locator(".ov-reader mark").count() > 10)
    assert heading.split()[0] in screen.page.locator(".ov-reader").inner_text()
    expect(screen.page.get_by_role("heading", name="Decisions like this one")).to_be_visible()
    screen.page.go_back(wait_until="commit")
    screen.until(lambda: (screen.path, screen.answer) == ("/outlook", answer))
    assert not screen.errors


def test_a_draft_is_checked_and_stays_in_its_session(
    screen: Screen, new_screen: Callable[..., Screen], server: Server, sample_warehouse: Snapshot
) -> None:
    screen.open(server.address("outlook", modality="ct", body="low_back"))
    screen.widget("ov-draft-fold").locator("summary").click()
    box = screen.widget("ov-draft").locator("textarea")
    box.fill(f"{SECRET} <b>is</b> refused. Per MTUS Knee Complaints 2004 and ODG it is not needed.")
    screen.page.get_by_role("button", name="Check the draft").click()
    checks = screen.page.locator(".ov-checks")
    screen.until(lambda: checks.count() == 1 and "does not match the body part" in checks.inner_text())
    assert "was replaced on 1 Dec 2017" in checks.inner_text()
    assert SECRET not in screen.page.url
    other = new_screen()
    other.open(screen.page.url)
    assert SECRET not in other.page.content()
    assert SECRET.encode() not in server.log.read_bytes()
    files = [path for path in sample_warehouse.folder.rglob("*") if path.is_file()]
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]
    screen.page.get_by_role("button", name="Forget it").click()
    screen.until(lambda: box.input_value() == "" and checks.count() == 0)
    assert not screen.errors


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (800, "dark")])
@pytest.mark.slow
def test_nothing_scrolls_sideways(new_screen: Callable[..., Screen], server: Server, width: int, scheme: str) -> None:
    screen = new_screen(viewport={"width": width, "height": 1000}, color_scheme=scheme)
    screen.open(server.address("outlook", modality="ct", body="low_back", admin="mtus"))
    wide = screen.page.evaluate(
        "() => { const main = document.querySelector('[data-testid=stMain]'); return main.scrollWidth - main.clientWidth }"
    )
    assert wide <= 0


@pytest.mark.slow
def test_the_first_page_a_fresh_server_is_asked_for(
    screen: Screen, serve: Callable[[Path], Server], sample_warehouse: Snapshot
) -> None:
    screen.open(serve(sample_warehouse.folder).address("outlook", modality="ct"))
    screen.until(lambda: screen.answer.startswith("CT. When a denial is appealed: "))
    assert screen.path == "/outlook"
