"""Text from outside as HTML in which it is only text, or in a sentence, where signs that steer the display steer nothing."""

from __future__ import annotations

import html
import re
import unicodedata

# Controls but for line ends, page ends and tabs; marks of writing direction; what has no width; no characters at all.
_STEERING = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc\ufffe\uffff]"
)


def as_text(text: str) -> str:
    """`text` escaped. A sign that would steer the display stands alone in an element that says its name on hover.

    The style sheet isolates that element (`unicode-bidi`), so an override of the writing direction ends where it begins.
    """
    return _STEERING.sub(_sign, html.escape(text))


def in_quotes(text: str) -> str:
    """`text` in quotes as a sentence shows it: as it is written, but what cannot be printed as its code."""
    shown = (one if one.isprintable() else repr(one)[1:-1] for one in text)
    return f"'{''.join(shown)}'"


def _sign(found: re.Match[str]) -> str:
    name = unicodedata.name(found[0], "CONTROL CHARACTER")
    return f'<span class="ov-sign" title="U+{ord(found[0]):04X} {name}">{found[0]}</span>'
