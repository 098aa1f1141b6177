"""Nothing leaves the machine, and what is written can be read in both themes and on a narrow screen."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from screens import Screen, Server

pytestmark = pytest.mark.browser

PAGES = ("", "overview", "guidelines", "imaging", "specialties", "outlook", "letters", "pack", "letter")
CONTRAST = """
selector => [...document.querySelectorAll(selector)].filter(e => e.innerText && e.checkVisibility()).map(element => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const shown = (colours) => { canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = rgb => rgb.slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = [];
  for (let e = element; e; e = e.parentElement) behind.unshift(getComputedStyle(e).backgroundColor);
  const ground = shown(['white', ...behind]), ink = shown(['white', ...behind, getComputedStyle(element).color]);
  const [a, b] = [light(ground), light(ink)].sort((x, y) => y - x);
  return [Math.round((a + 0.05) / (b + 0.05) * 100) / 100, element.innerText.slice(0, 40), ground.slice(0, 3)];
})
"""
WRITTEN = (
    "h1, h3, .ov-answer, .ov-note, .ov-figure b, .ov-figure span, .ov-card h4, .ov-card p, .ov-card .ov-word, "
    ".ov-card .ov-meta, .ov-mark, .ov-values dt, .ov-values a, .ov-name, [data-testid=stAlert] p, .st-key-ov-menu a p, "
    '[class*="st-key-ov-chip"] button p'
)


@pytest.mark.parametrize(
    ("scheme", "pages"), [("light", PAGES), pytest.param("dark", ("", "letter"), marks=pytest.mark.slow)]
)
def test_no_page_asks_another_host_for_anything(
    new_screen: Callable[..., Screen], server: Server, scheme: str, pages: tuple[str, ...]
) -> None:
    screen = new_screen(color_scheme=scheme)
    for page in pages:
        screen.open(
            server.address(page, modality="ct,![x](http://elsewhere.example/x.png)", snapshot="![x](//e.example)")
        )
    screen.open(server.address("letters"))
    screen.page.get_by_role("link", name="Read").first.click()
    screen.until(lambda: screen.path == "/letter" and screen.page.locator(".ov-reader mark").count() > 10)
    hosts = {urlsplit(address).hostname for address in screen.requests if not address.startswith(("data:", "blob:"))}
    assert hosts == {"localhost"}
    assert len(screen.requests) > 50


def test_the_server_listens_on_this_machine_alone(server: Server) -> None:
    with socket.create_connection(("localhost", server.port), timeout=2):
        pass
    addresses = {entry[4][0] for entry in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    outward = {address for address in addresses if not address.startswith("127.")}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:  # asks for a route, sends nothing
        try:
            probe.connect(("192.0.2.1", 9))
            outward.add(probe.getsockname()[0])
        except OSError:
            pass
    for address in outward:
        with pytest.raises(OSError), socket.create_connection((address, server.port), timeout=2):
            pass
    with socket.socket() as everywhere:  # an address of this machine that is not localhost
        assert everywhere.connect_ex(("127.0.0.2", server.port)) != 0


@pytest.mark.parametrize("scheme", ["dark", pytest.param("light", marks=pytest.mark.slow)])
def test_what_is_written_can_be_read(new_screen: Callable[..., Screen], server: Server, scheme: str) -> None:
    screen = new_screen(color_scheme=scheme)
    for page in ("", "letters"):
        screen.open(server.address(page, modality="ct,mri"))
        assert dim(screen) == []
    screen.page.get_by_role("link", name="Read").first.click()
    screen.until(lambda: screen.path == "/letter" and screen.page.locator(".ov-reader mark").count() > 10)
    assert dim(screen) == []
    ground = screen.page.evaluate(CONTRAST, ".ov-answer")[0][2]
    assert (sum(ground) < 150) == (scheme == "dark")


def dim(screen: Screen) -> list[object]:
    """Words with a contrast below 4.5 to 1, of a page that shows its words."""
    measured: list[list[Any]] = []

    def written() -> bool:
        measured[:] = screen.page.evaluate(CONTRAST, WRITTEN)
        return len(measured) > 5

    screen.until(written)
    return [entry for entry in measured if entry[0] < 4.5]


@pytest.mark.parametrize("width", [800, pytest.param(1440, marks=pytest.mark.slow)])
def test_nothing_scrolls_sideways_and_every_chart_is_drawn(
    new_screen: Callable[..., Screen], server: Server, width: int
) -> None:
    screen = new_screen(viewport={"width": width, "height": 900})
    for page in PAGES[1:-1]:
        screen.open(server.address(page))
        screen.page.wait_for_timeout(300)
        wide = (
            "() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollWidth - m.clientWidth; }"
        )
        assert screen.page.evaluate(wide) <= 1, page
        charts = screen.page.locator('[data-testid="stPlotlyChart"]')
        for number in range(charts.count()):
            charts.nth(number).scroll_into_view_if_needed()
            charts.nth(number).locator("svg.main-svg").first.wait_for()
    assert not screen.errors


MEETING = """() => [...document.querySelectorAll('[data-testid=stPlotlyChart]')].flatMap(chart => {
  const frame = chart.getBoundingClientRect();
  const words = [...chart.querySelectorAll('.annotation-text-g text, .xtick text, .ytick text, .bartext, .textpoint text, .g-xtitle text')]
    .filter(element => element.textContent).map(element => [element.textContent, element.getBoundingClientRect()]);
  const out = words.filter(([, box]) => box.left < frame.left - 1 || box.right > frame.right + 1).map(([text]) => `beyond: ${text}`);
  const pairs = words.flatMap(([text, a], index) => words.slice(index + 1)
    .filter(([, b]) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 3)
    .map(([other]) => `${text} meets ${other}`));
  return [...out, ...pairs];
})"""


@pytest.mark.parametrize("width", [800, pytest.param(1440, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "page",
    ["imaging", *(pytest.param(page, marks=pytest.mark.slow) for page in ("overview", "guidelines", "specialties"))],
)
def test_no_words_of_a_chart_meet_or_are_cut_off(
    new_screen: Callable[..., Screen], server: Server, page: str, width: int
) -> None:
    screen = new_screen(viewport={"width": width, "height": 6000}).open(server.address(page))
    charts = screen.page.locator('[data-testid="stPlotlyChart"]')
    screen.until(lambda: 0 < charts.count() == charts.filter(has=screen.page.locator(".annotation")).count())
    screen.until(lambda: screen.page.evaluate(MEETING) == [])
