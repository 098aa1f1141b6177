"""A cell of the pivot leads to its letters, and one step back to the pivot as it was."""

from __future__ import annotations

import pytest
from screens import Screen, Server

pytestmark = pytest.mark.browser


def test_a_cell_opens_its_letters_and_one_step_back_is_the_pivot_again(screen: Screen, server: Server) -> None:
    options = {"view-rows": "modality", "view-columns": "outcome", "view-measure": "decisions"}
    screen.open(server.address("explore", **options))
    screen.until(lambda: screen.answer.startswith("93 decisions") and screen.chips == [])
    cells = screen.page.locator('[class*="st-key-ov-pivot"] .js-plotly-plot .barlayer path')
    cells.first.wait_for()
    screen.after(lambda: cells.first.click(force=True))
    screen.until(lambda: screen.path == "/letters" and len(screen.chips) == 2)
    screen.after(screen.page.go_back)
    screen.until(lambda: screen.path == "/explore" and screen.chips == [] and screen.answer.startswith("93 decisions"))
    assert options.items() <= screen.query.items()
    assert screen.page.get_by_role("button", name="Download as CSV").count() == 1, "a grid offers no file of its own"
