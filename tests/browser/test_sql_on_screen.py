"""The SQL page as it is used: an example is run and a letter opened from it; a long query is watched and stopped."""

from __future__ import annotations

import psutil
import pytest
from playwright.sync_api import expect
from screens import Screen, Server

pytestmark = pytest.mark.browser
SECRET = "Zanzibar"


def boxes(server: Server) -> list[psutil.Process]:
    """The children of the server in which queries run."""
    found = psutil.Process(server.process.pid).children(recursive=True)
    return [one for one in found if any("sqlbox" in part for part in one.cmdline())]


def test_an_example_is_run_and_leads_to_its_letters(screen: Screen, server: Server) -> None:
    screen.open(server.address("sql", **{"view-query": "example:uncited"}))
    screen.page.get_by_role("button", name="Run", exact=True).click()
    screen.until(lambda: "rows in" in screen.answer)
    expect(screen.page.locator(".js-plotly-plot").first).to_be_visible()
    box = screen.widget("ov-sql-text").locator("textarea")
    box.fill(f"SELECT letter_id, '{SECRET}' AS said FROM items ORDER BY ALL LIMIT 1")
    screen.page.get_by_role("button", name="Run", exact=True).click()
    screen.until(lambda: screen.answer.startswith("1 row in"))
    assert "view-query" not in screen.page.url
    assert SECRET not in screen.page.url
    assert SECRET not in server.log.read_text(errors="replace")
    assert not screen.errors


def test_a_long_query_is_watched_and_stopped_and_leaving_ends_it(screen: Screen, server: Server) -> None:
    screen.open(server.address("sql"))
    box = screen.widget("ov-sql-text").locator("textarea")
    box.fill("SELECT count(*) FROM range(100000000000) t(i) WHERE hash(i) = 3")
    for _ in range(2):
        screen.page.get_by_role("button", name="Run", exact=True).click()
        screen.page.get_by_text("Running for").wait_for()
        assert len(boxes(server)) == 1
        if _ == 0:
            screen.page.get_by_role("button", name="Stop", exact=True).click()
            screen.page.get_by_text("The query was stopped").wait_for()
        else:
            screen.page.get_by_role("link", name="Letters", exact=True).click()
            screen.until(lambda: screen.path == "/letters")
        psutil.wait_procs(boxes(server), timeout=15)
        assert not boxes(server)
    assert not screen.errors
