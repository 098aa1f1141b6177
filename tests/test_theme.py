"""Colours: that they mean one thing, that both themes can be read, and that every place has the same."""

from __future__ import annotations

import re
import tomllib

import pytest

from pages.parts import theme
from tests.conftest import ROOT

PALETTES = {"light": theme.LIGHT, "dark": theme.DARK}


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_computed_as_published() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", PALETTES)
def test_words_can_be_read(name: str) -> None:
    colours = PALETTES[name]
    for text in (colours.text, colours.muted, colours.link, *colours.outcome_texts.values()):
        assert contrast(text, colours.background) >= 4.5, text
        assert contrast(text, colours.surface) >= 4.5, text
    for behind in (*colours.kinds.values(), colours.rate_low, colours.rate_high):
        assert contrast(colours.text, behind) >= 4.5, behind


@pytest.mark.parametrize("name", PALETTES)
def test_marks_can_be_seen(name: str) -> None:
    colours = PALETTES[name]
    seen = [colours.grey, *colours.outcomes.values(), *colours.modalities.values(), *colours.kind_edges.values()]
    seen.append(colours.contradiction)
    for mark in seen:
        assert contrast(mark, colours.background) >= 3, mark


@pytest.mark.parametrize("name", PALETTES)
def test_colours_mean_one_thing(name: str) -> None:
    colours = PALETTES[name]
    fixed = [*colours.outcomes.values(), *colours.modalities.values(), colours.grey]
    assert len(set(fixed)) == len(fixed)
    assert list(colours.modalities) == ["bone_scan", "spect", "ct", "dexa"]
    assert set(colours.kinds) == set(colours.kind_edges) == set(theme.KIND_LABELS)
    assert len(set(colours.kinds.values())) == len(colours.kinds)
    red, _, blue = (int(colours.outcomes["overturned"][i : i + 2], 16) for i in (1, 3, 5))
    assert red > blue
    red, _, blue = (int(colours.outcomes["upheld"][i : i + 2], 16) for i in (1, 3, 5))
    assert blue > red


def test_other_modalities_are_grey() -> None:
    assert theme.modality_colour("spect", False) == theme.LIGHT.modalities["spect"]
    assert theme.modality_colour("mri", True) == theme.DARK.grey


@pytest.mark.parametrize("name", PALETTES)
def test_streamlit_has_the_same_colours(name: str) -> None:
    options = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))["theme"][name]
    colours = PALETTES[name]
    assert options == {
        "primaryColor": colours.link,
        "backgroundColor": colours.background,
        "secondaryBackgroundColor": colours.surface,
        "textColor": colours.text,
        "linkColor": colours.link,
        "borderColor": colours.border,
    }


def test_the_style_sheet_knows_both_themes_and_loads_nothing() -> None:
    sheet = theme.css()
    assert sheet.startswith("<style>")
    assert sheet.count("{") == sheet.count("}")
    assert f"light-dark({theme.LIGHT.text}, {theme.DARK.text})" in sheet
    assert "url(" not in sheet
    assert "@import" not in sheet
    assert set(re.findall(r"var\(--ov-([a-z_-]+)", sheet)) <= {
        *re.findall(r"^\s+--ov-([a-z_-]+):", sheet, flags=re.MULTILINE),
        "share",
    }
    assert all(f".ov-mark.ov-{kind} " in sheet for kind in theme.KIND_LABELS)


def test_the_icon_is_a_small_local_picture() -> None:
    assert theme.ICON.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert theme.ICON.stat().st_size < 10_000
