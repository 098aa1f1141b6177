"""One claims examiner's way: from the overview to a study, to the overturned letters, into one, back, and on to a colleague."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from screens import Screen, Server
from test_letters_on_screen import shows_letter

pytestmark = pytest.mark.browser

CHART = '[class*="st-key-ov-dots-modality"] .js-plotly-plot'
PLACE = """
(plot, key) => {
  let before = 0;
  for (const trace of plot.data) {
    if (!(trace.mode || '').includes('markers') || trace.hoverinfo === 'skip') continue;
    const keys = [...(trace.customdata || [])];
    if (keys.includes(key)) return before + keys.indexOf(key);
    before += keys.length;
  }
  return -1;
}
"""


def click_group(screen: Screen, key: str) -> None:
    """Click the mark of one modality, wherever it stands in the picture."""
    plot = screen.page.locator(CHART).first
    plot.locator("path.point").first.wait_for()
    place = plot.evaluate(PLACE, key)
    assert place >= 0, f"no mark of {key}"
    screen.after(lambda: plot.locator("path.point").nth(place).click(force=True))


def test_from_a_number_to_its_letters_and_to_a_colleague(new_screen: Callable[..., Screen], server: Server) -> None:
    screen = new_screen().open(server.address())
    screen.until(lambda: screen.path in ("/", "/overview") and not screen.chips)
    click_group(screen, "spect")
    screen.until(lambda: screen.chips == ["SPECT"] and screen.query.get("modality") == "spect")
    counted = screen.answer
    screen.press("ov-w-outcome", "Overturned")
    screen.until(lambda: screen.query.get("outcome") == "overturned" and screen.answer != counted)
    numbers = screen.answer
    filtered = screen.page.url
    screen.page.get_by_role("link", name="Show the letters").first.click()
    screen.until(lambda: screen.path == "/letters" and screen.page.locator(".ov-card").count() > 0)
    cards = screen.page.locator(".ov-card")
    overturned = screen.page.locator(".ov-card.ov-overturned").count()
    assert overturned == cards.count()
    name = cards.first.locator("p").first.inner_text().split("·")[1].split(",")[0].strip()
    screen.page.get_by_role("link", name="Read").first.click()
    shows_letter(screen, name)
    screen.page.go_back(wait_until="commit")
    screen.until(lambda: screen.path == "/letters" and cards.count() == overturned)
    screen.page.go_back(wait_until="commit")
    screen.until(lambda: (screen.page.url, screen.answer) == (filtered, numbers))
    colleague = new_screen().open(filtered)
    colleague.until(lambda: colleague.answer == numbers)
    main = '[data-testid="stMain"]'
    assert colleague.chips == screen.chips
    assert colleague.page.locator(main).inner_text() == screen.page.locator(main).inner_text()
