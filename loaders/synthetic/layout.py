"""Lay a letter's paragraphs out as text, in the shapes in which letters arrive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from loaders.synthetic.wording import HEADINGS

WIDTH, PAGE_LINES = 92, 46
SHAPES = ("wrapped", "spaced", "paragraphs")


def wrapped(text: str, width: int = WIDTH) -> list[str]:
    """The lines of a paragraph: every line but the last keeps the blank at which it was broken."""
    lines: list[str] = []
    start, length = 0, len(text)
    while length - start > width:
        stop = text.rfind(" ", start, start + width + 1) + 1
        if stop <= start:
            stop = text.find(" ", start) + 1 or length
        lines.append(text[start:stop])
        start = stop
    if start < length or not lines:
        lines.append(text[start:])
    return lines


def lay_out(paragraphs: Sequence[str], shape: str) -> str:
    """The letter as text: `paragraphs` a line each, `wrapped` as PDF readers print it, `spaced` as the state's text copies."""
    if shape == "paragraphs":
        return "\n\n".join(paragraphs) + "\n"
    if shape == "wrapped":
        return "\f".join("".join(f"{line}\n" for line in page) for page in pages(paragraphs))
    out: list[str] = []
    for number, paragraph in enumerate(paragraphs):
        if number and (paragraph in HEADINGS or number > 5):
            out.append(" \n\n")
        out += [f"{line.rstrip()} \n\n" for line in wrapped(paragraph)]
    return "".join(out) + "\n\n\n"


def pages(paragraphs: Sequence[str]) -> Iterator[list[str]]:
    """The lines of each page."""
    lines = [line for paragraph in paragraphs for line in wrapped(paragraph)]
    for start in range(0, len(lines), PAGE_LINES):
        yield lines[start : start + PAGE_LINES]
