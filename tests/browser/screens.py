"""The dashboard as it is served and seen: a running server, and a tab of a real browser."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from playwright.sync_api import Browser, Locator, Page, Playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = Path(os.environ.get("OVERTURN_CHROMIUM", "/usr/bin/chromium"))
SWITCHES = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
SETTLED = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  const done = app?.dataset.testScriptState === 'notRunning' && document.querySelector('h1')
    && !document.querySelector('[data-stale="true"], [data-testid="stSkeleton"]');
  const size = document.getElementsByTagName('*').length;
  if (!done || size !== window.settledSize) [window.settledSize, window.settledSince] = [size, Date.now()];
  return done && Date.now() - window.settledSince > 400;
}"""
STATE = "() => location.href + document.querySelector('[data-testid=stMain]')?.innerText"
PATIENCE = 20_000  # milliseconds


@dataclass
class Server:
    """A running dashboard: its process and its address."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def address(self, path: str = "", **query: str) -> str:
        """The address of a page with these parameters."""
        return f"http://localhost:{self.port}/{path}" + (f"?{urlencode(query)}" if query else "")

    def stop(self) -> None:
        """End the process."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(warehouse: Path, folder: Path) -> Server:
    """The real server, answering; its output goes to a file in `folder`."""
    port, log = free_port(), folder / "server.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "dashboard.py", "--server.port", str(port)],
            cwd=ROOT,
            env={**os.environ, "OVERTURN_WAREHOUSE": str(warehouse)},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    server = Server(process, port, log)
    for _ in range(300):
        try:
            with urllib.request.urlopen(server.address("_stcore/health"), timeout=1):
                return server
        except (urllib.error.URLError, OSError):
            if process.poll() is not None:
                break
            time.sleep(0.1)
    server.stop()
    raise AssertionError(f"the server did not start: {log.read_text(errors='replace')}")


@dataclass
class Screen:
    """One tab of one session, with everything it asked for and complained about."""

    page: Page
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self, address: str) -> Screen:
        """Go to an address and wait until the page has settled."""
        self.page.goto(address)
        return self.settled()

    def settled(self) -> Screen:
        """Wait until the script has run, nothing old is left on the page, and it stays so for a moment."""
        self.page.wait_for_function(SETTLED, timeout=PATIENCE)
        assert self.page.locator('[data-testid="stException"]').count() == 0, self.page.url
        return self

    def until(self, seen: Callable[[], bool]) -> Screen:
        """Wait until the page, however many runs that takes, shows what is looked for, and goes on showing it."""
        for _ in range(60):
            if self.settled() and seen():
                self.page.wait_for_timeout(150)
                if self.settled() and seen():
                    return self
            self.page.wait_for_timeout(250)
        raise AssertionError(f"never came: {self.page.url}, {self.answer}, {self.chips}")

    def after(self, act: Callable[[], Any]) -> Screen:
        """Act, then wait until the page has changed and settled."""
        before = self.page.evaluate(STATE)
        act()
        self.page.wait_for_function(f"before => ({STATE})() !== before", arg=before, timeout=PATIENCE)
        return self.settled()

    @property
    def answer(self) -> str:
        """The sentence under the title."""
        return str(self.page.locator(".ov-answer").first.inner_text(timeout=PATIENCE)).replace("\xa0", " ")

    @property
    def chips(self) -> list[str]:
        """What the chips say, without their crosses."""
        labels = self.page.locator(".st-key-ov-chip-row button:visible").all_inner_texts()
        return [text.replace("✕", "").strip() for text in labels if "✕" in text]

    @property
    def figures(self) -> list[str]:
        """The big figures of the overview."""
        return [text.replace("\xa0", " ") for text in self.page.locator(".ov-figure b").all_inner_texts()]

    @property
    def query(self) -> dict[str, str]:
        """The parameters in the address bar."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.page.url).query).items()}

    @property
    def path(self) -> str:
        """The page in the address bar."""
        return urlsplit(self.page.url).path

    def widget(self, key: str) -> Locator:
        """The widget with that key."""
        return self.page.locator(f".st-key-{key}")

    def choose(self, key: str, label: str) -> Screen:
        """Choose an option of a multiselect by what it says before its count."""
        box = self.widget(key)

        def act() -> None:
            box.locator("input").click()
            self.page.get_by_role("option", name=re.compile(rf"^{re.escape(label)} \(")).click()

        self.after(act)
        self.page.keyboard.press("Escape")
        return self

    def press(self, key: str, name: str) -> Screen:
        """Press a button, or one part of a segmented control, by its words."""
        return self.after(self.widget(key).locator("button:visible", has_text=name).click)


def launch(playwright: Playwright) -> Browser:
    """A Chromium without a screen."""
    return playwright.chromium.launch(executable_path=str(CHROMIUM), args=SWITCHES)
