"""A figure as a file of its own: an SVG with its title, and below it what was filtered, counted and when."""

from __future__ import annotations

import html
import re
from dataclasses import fields
from functools import cache
from typing import Any

from data.exports import About
from data.sentences import ESTIMAND, MEANING
from pages.parts.charts.figure import SMALL_FONT, Figure, wrapped
from pages.parts.charts.svg import FAMILY, inside
from pages.parts.charts.svg_text import SPACING, block
from pages.parts.theme import DARK, LIGHT

WIDTH = 960  # pixels
_EDGE = 24
_TITLE = 20
_Ends = tuple[tuple[int, ...], tuple[int, ...]]
_HEX = re.compile(r"#[0-9a-f]{6}\b", re.IGNORECASE)


def picture(figure: Figure, title: str, about: About) -> bytes:
    """The figure as an SVG file, light on every screen and on paper, that says by itself what it shows. UTF-8.

    Raises `svg_marks.Undrawable` for a figure of an unknown kind.
    """
    light = on_paper(figure)
    width = WIDTH - 2 * _EDGE
    notes = [about.condition, about.source, *([about.link] if about.link else []), ESTIMAND, MEANING]
    head = [line for line in wrapped(title, 84) if line]
    foot = [line for note in notes for line in wrapped(_broken(note), 118)]
    top = _EDGE + len(head) * _TITLE * SPACING + 8
    below = top + light["layout"]["height"] + 16
    height = below + len(foot) * SMALL_FONT * SPACING + _EDGE
    words = block(_lines(head), _EDGE, _EDGE, size=_TITLE, colour=LIGHT.text, rise="top")
    words += block(_lines(foot), _EDGE, below, size=SMALL_FONT, colour=LIGHT.muted, rise="top")
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" height="{height:.0f}" '
        f'font-family="{FAMILY}"><title>{html.escape(title)}</title><rect width="100%" height="100%" fill="{LIGHT.background}"/>'
        f'<g transform="translate({_EDGE} {top:.0f})">{inside(light, width)}</g>{words}</svg>'
    )
    return drawn.encode()


def on_paper(figure: Figure) -> Figure:
    """The figure in the colours of the light theme, whichever it was made in."""
    light: Figure = _light(figure)
    return light


def _light(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _light(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_light(part) for part in value]
    return _HEX.sub(lambda found: _colour(found[0].lower()), value) if isinstance(value, str) else value


@cache
def _colour(colour: str) -> str:
    """The light theme's colour for one of the dark theme, also for a shade of the matrix; any other stays."""
    return _by_name().get(colour) or _shade(colour) or colour


@cache
def _by_name() -> dict[str, str]:
    """The light colour by the dark one. Where a dark colour serves two ends, the first named one holds."""
    found: dict[str, str] = {}
    for entry in fields(DARK):
        dark, light = getattr(DARK, entry.name), getattr(LIGHT, entry.name)
        for key in dark if not isinstance(dark, str) else ("",):
            one, other = (dark, light) if isinstance(dark, str) else (dark[key], light[key])
            found.setdefault(one.lower(), other)
    return {dark: light for dark, light in found.items() if dark.startswith("#")}


def _shade(colour: str) -> str:
    """A shade of rates or of counts as the one as far between the light theme's ends; empty for any other colour."""
    for low, high in (("rate_low", "rate_high"), ("background", "border")):
        ends = [(_parts(getattr(one, low)), _parts(getattr(one, high))) for one in (DARK, LIGHT)]
        if found := _between(_parts(colour), *ends):
            return found
    return ""


def _between(own: tuple[int, ...], dark: _Ends, light: _Ends) -> str:
    """The light colour as far between its ends as a colour is between the dark ones; empty where it is not there."""
    share = (own[0] - dark[0][0]) / (dark[1][0] - dark[0][0])
    if not -0.01 <= share <= 1.01 or any(
        abs(a + (b - a) * share - c) > 1.5 for a, b, c in zip(*dark, own, strict=True)
    ):
        return ""
    return "#" + "".join(f"{min(255, max(0, round(a + (b - a) * share))):02x}" for a, b in zip(*light, strict=True))


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def _lines(lines: list[str]) -> str:
    return "<br>".join(html.escape(line, quote=False) for line in lines)


def _broken(text: str) -> str:
    """The text with a blank in words too long for a line, such as an address."""
    return re.sub(r"(\S{110})(?=\S)", r"\1 ", text)
