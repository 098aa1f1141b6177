"""Words of a figure as SVG: the little markup that our figures use, escaped, in lines."""

from __future__ import annotations

import html
import re

_TOKEN = re.compile(r"<br\s*/?>|</?b>|<span style=\"([^\"<>]*)\">|</span>|</?(?:i|sup|sub|extra)>", re.IGNORECASE)
_RGBA = re.compile(r"rgba\((\d+), ?(\d+), ?(\d+), ?([\d.]+)\)")
SPACING = 1.3  # of the size of the words, from line to line, as Plotly has it
ANCHORS = {"left": "start", "center": "middle", "right": "end"}


def attribute(value: object) -> str:
    """A value inside the quotes of an attribute."""
    return html.escape(f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value))


def paint(kind: str, colour: str) -> str:
    """The attributes of a `fill` or `stroke`; a see-through colour as a colour and its opacity, as older readers need it."""
    if found := _RGBA.fullmatch(colour):
        red, green, blue, alpha = found.groups()
        return f'{kind}="#{int(red):02x}{int(green):02x}{int(blue):02x}" {kind}-opacity="{alpha}"'
    return f'{kind}="{attribute(colour)}"'


def plain_words(text: str) -> str:
    """The words without their markup, lines joined by blanks."""
    return html.unescape(_TOKEN.sub(lambda found: " " if found[0].lower().startswith("<br") else "", text))


def block(
    text: str,
    x: float,
    y: float,
    *,
    size: float,
    colour: str,
    anchor: str = "left",
    rise: str = "middle",
    turn: int = 0,
) -> str:
    """The words at a place: `anchor` left, center or right of it, `rise` top, middle or bottom of the block of lines."""
    lines = [_line(line, colour) for line in _lines(text)]
    height = len(lines) * size * SPACING
    top = y - {"top": 0.0, "middle": height / 2, "bottom": height}[rise]
    turned = f' transform="rotate({turn} {attribute(x)} {attribute(y)})"' if turn else ""
    return "".join(
        f'<text x="{attribute(x)}" y="{attribute(top + (number + 0.5) * size * SPACING + 0.35 * size)}" font-size="{attribute(size)}" '
        f'text-anchor="{ANCHORS[anchor]}" {paint("fill", colour)}{turned}>{line}</text>'
        for number, line in enumerate(lines)
    )


def _lines(text: str) -> list[str]:
    return re.split(r"<br\s*/?>", text, flags=re.IGNORECASE)


def _line(line: str, colour: str) -> str:
    """One line: bold parts and parts of another style as tspans; anything else that looks like markup is words."""
    out: list[str] = []
    at, bold, style = 0, False, ""

    def words(part: str) -> None:
        written = html.escape(html.unescape(part), quote=False)
        weight = ' font-weight="600"' if bold else ""
        out.append(f"<tspan{weight}{style}>{written}</tspan>" if weight or style else written)

    for token in _TOKEN.finditer(line):
        if token.start() > at:
            words(line[at : token.start()])
        at = token.end()
        name = token[0].lower()
        if name in ("<b>", "</b>"):
            bold = name == "<b>"
        elif name.startswith("<span"):
            style = _style(token[1] or "", colour)
        elif name == "</span>":
            style = ""
    if at < len(line):
        words(line[at:])
    return "".join(out)


def _style(css: str, colour: str) -> str:
    """The colour and the size of a span as attributes."""
    said = dict(part.split(":", 1) for part in css.split(";") if ":" in part)
    size = re.fullmatch(r"\s*(\d+)px\s*", said.get("font-size", ""))
    fill = said.get("color", colour).strip()
    return f" {paint('fill', fill)}" + (f' font-size="{size[1]}"' if size else "")
