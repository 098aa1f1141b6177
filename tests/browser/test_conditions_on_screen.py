"""Conditions put together with the keyboard, applied, gone back from, and the same in another browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from screens import Screen, Server

pytestmark = pytest.mark.browser


def _box(screen: Screen, part: str, place: int = 0) -> None:
    """Put the cursor into a control of the builder."""
    screen.page.locator(f'[class*="st-key-ov-build-{part}-"] input').nth(place).focus()


def _type(screen: Screen, text: str) -> None:
    """Type and confirm, as into a list of options or a number."""
    screen.page.keyboard.type(text, delay=20)
    screen.page.wait_for_timeout(400)
    screen.after(lambda: screen.page.keyboard.press("Enter"))


def test_conditions_by_keyboard_are_a_filter_everywhere_and_the_way_back_undoes_them(
    server: Server, new_screen: Callable[..., Screen]
) -> None:
    screen = new_screen().open(server.address("explore"))
    screen.until(lambda: screen.answer.startswith("93 decisions"))
    _box(screen, "field")
    _type(screen, "Imaging modality")
    _box(screen, "values")
    _type(screen, "MRI")
    screen.until(lambda: "Imaging modality is MRI." in screen.page.locator(".ov-read-as").first.inner_text())
    assert "where" not in screen.query and screen.chips == []
    screen.page.locator(".st-key-ov-build-apply button:visible").first.focus()
    screen.after(lambda: screen.page.keyboard.press("Enter"))
    screen.until(lambda: screen.chips == ["Imaging modality is MRI"] and screen.query.get("where") == "modality.is.mri")
    counted = screen.answer
    other = new_screen().open(screen.page.url)
    other.until(lambda: (other.answer, other.chips) == (counted, ["Imaging modality is MRI"]))
    screen.after(lambda: screen.page.locator(".st-key-ov-build-links a", has_text="Letters").click())
    screen.until(lambda: screen.path == "/letters" and screen.chips == ["Imaging modality is MRI"])
    screen.after(screen.page.go_back)
    screen.until(lambda: screen.path == "/explore" and screen.answer == counted)
    screen.after(screen.page.go_back)
    screen.until(lambda: screen.chips == [] and screen.answer.startswith("93 decisions"))
