"""A real server and a real Chromium: `serve` starts the dashboard on a warehouse, `new_screen` opens tabs of sessions."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Request, sync_playwright
from screens import CHROMIUM, Screen, Server, launch, start

from data.warehouse import Snapshot


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The one loud line: browser tests that were left out because there is no Chromium."""
    left_out = [report for report in terminalreporter.getreports("skipped") if "NO CHROMIUM" in str(report.longrepr)]
    if left_out:
        terminalreporter.write_line(
            f"NO CHROMIUM: {len(left_out)} browser tests were left out. Install it or set OVERTURN_CHROMIUM.",
            red=True,
            bold=True,
        )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser on a busy machine may miss a moment: a browser test that fails is shown as rerun and gets two more
    goes."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=2))


@pytest.fixture
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], Server]]:
    """Starts a fresh server on a warehouse, for tests of cold starts and of warehouses of their own."""
    started: list[Server] = []

    def begin(warehouse: Path) -> Server:
        started.append(start(warehouse, tmp_path_factory.mktemp("server")))
        return started[-1]

    yield begin
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def server(sample_warehouse: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server on the samples for all tests that only read."""
    running = start(sample_warehouse.folder, tmp_path_factory.mktemp("server"))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser. Where there is none the tests are skipped with one loud line, or fail under CI."""
    if not CHROMIUM.exists():
        if os.environ.get("CI"):
            pytest.fail(f"NO CHROMIUM at {CHROMIUM}: the browser tests cannot run")
        pytest.skip(f"NO CHROMIUM at {CHROMIUM}")
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def new_screen(chromium: Browser) -> Iterator[Callable[..., Screen]]:
    """Opens tabs in sessions of their own; every keyword goes to the browser context."""
    contexts: list[BrowserContext] = []

    def begin(**options: Any) -> Screen:
        context = chromium.new_context(**{"viewport": {"width": 1440, "height": 1000}, **options})
        contexts.append(context)
        screen = Screen(context.new_page())

        def asked(request: Request) -> None:
            screen.requests.append(request.url)

        def dialog(shown: Any) -> None:
            screen.dialogs.append(shown.message)
            shown.dismiss()

        context.on("request", asked)
        screen.page.on("websocket", lambda socket: screen.requests.append(socket.url))
        screen.page.on("dialog", dialog)
        screen.page.on("pageerror", lambda error: screen.errors.append(str(error)))
        return screen

    yield begin
    for context in contexts:
        context.close()


@pytest.fixture
def screen(new_screen: Callable[..., Screen]) -> Screen:
    """One tab."""
    return new_screen()
