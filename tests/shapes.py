"""One letter laid out in many ways: what a record says must not depend on how its text was laid out."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from typing import Any

from data.record import Letter, as_object
from loaders.settle import fold

PLACES = {"span", "findings", "problems", "letter_id", "text_sha", "text", "source", "decisive"}


def paragraphs(settled: str) -> list[str]:
    """The paragraphs of a settled text, each on one line."""
    return [fold(part) for part in re.split(r"\s*\n\s*\n\s*", settled) if part.strip()]


def wrapped(settled: str, width: int) -> str:
    """Hard wrapped lines, an empty line between paragraphs."""
    return "\n\n".join(
        textwrap.fill(part, width, break_on_hyphens=False, break_long_words=False) for part in paragraphs(settled)
    )


def spaced(settled: str, width: int = 90) -> str:
    """The shape of the state's text copies: every line ends with a blank and is followed by an empty line."""
    blocks = [
        "\n\n".join(f"{line} " for line in textwrap.wrap(part, width, break_on_hyphens=False, break_long_words=False))
        for part in paragraphs(settled)
    ]
    return " " + "\n\n \n\n".join(blocks) + "\n"


def trailing(settled: str, width: int = 90) -> str:
    """The shape of a PDF: a wrapped line ends with a blank, a paragraph's last line does not, and there is no empty line."""
    blocks = [
        " \n".join(textwrap.wrap(part, width, break_on_hyphens=False, break_long_words=False))
        for part in paragraphs(settled)
    ]
    return "\n".join(blocks)


def spaced_and_trimmed(settled: str) -> str:
    """The same without blanks at line ends: three empty lines are a paragraph gap, or a page end."""
    return "\n".join(line.rstrip() for line in spaced(settled).split("\n"))


def pages(settled: str, lines: int = 5) -> str:
    """Hard wrapped, with a page end after every few lines, wherever that falls."""
    kept = wrapped(settled, 90).split("\n")
    return "\f".join("\n".join(kept[at : at + lines]) for at in range(0, len(kept), lines))


def soft_hyphens(settled: str) -> str:
    """A soft hyphen with a line end inside every ninth long word."""
    count = 0

    def broken(word: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return f"{word.group()[:4]}\u00ad\n{word.group()[4:]}" if count % 9 == 0 else word.group()

    return re.sub(r"[a-z]{8,}", broken, "\n\n".join(paragraphs(settled)))


def ligatures(settled: str) -> str:
    text = "\n\n".join(paragraphs(settled))
    for plain, joined in (("ffi", "\ufb03"), ("ffl", "\ufb04"), ("ff", "\ufb00"), ("fi", "\ufb01"), ("fl", "\ufb02")):
        text = text.replace(plain, joined)
    return text


SHAPES: dict[str, Callable[[str], str]] = {
    "wrapped_90": lambda settled: wrapped(settled, 90),
    "wrapped_70": lambda settled: wrapped(settled, 70),
    "unwrapped": lambda settled: "\n\n".join(paragraphs(settled)),
    "one_line": lambda settled: " ".join(paragraphs(settled)),
    "line_a_paragraph": lambda settled: "\n".join(paragraphs(settled)),
    "wrapped_without_gaps": lambda settled: wrapped(settled, 90).replace("\n\n", "\n"),
    "pages": pages,
    "spaced": spaced,
    "spaced_and_trimmed": spaced_and_trimmed,
    "trailing_blanks": trailing,
    "carriage_returns": lambda settled: wrapped(settled, 90).replace("\n", "\r\n"),
    "old_carriage_returns": lambda settled: wrapped(settled, 90).replace("\n", "\r"),
    "form_feeds": lambda settled: "\f".join(paragraphs(settled)),
    "no_break_blanks": lambda settled: wrapped(settled, 90).replace(" ", "\u00a0"),
    "ligatures": ligatures,
    "soft_hyphens": soft_hyphens,
}


def said(letter: Letter) -> dict[str, Any]:
    """What a record says without where it stands: no spans, ids or text."""
    return dict(_without_places(as_object(letter)))


def _without_places(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_places(part) for key, part in value.items() if key not in PLACES}
    if isinstance(value, list):
        return [_without_places(part) for part in value]
    return value
