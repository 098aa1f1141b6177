"""Lay a letter's paragraphs out as text, in the shapes in which letters arrive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

WIDTH, PAGE_LINES = 92, 46
_COVER_END = 4  # the paragraph of the cover's last row
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
    used = 0
    for number, paragraph in enumerate(_as_table(paragraphs)):
        if number > _COVER_END + 2:
            out.append(" \n\n")
        for line in _lines(paragraph):
            used += 1
            out.append(f"{line.rstrip()} \n\n" + ("" if used % PAGE_LINES else "\n\n"))
    return "".join(out) + "\n\n\n"


def pages(paragraphs: Sequence[str]) -> Iterator[list[str]]:
    """The lines of each page."""
    lines = [line for paragraph in _as_table(paragraphs) for line in _lines(paragraph)]
    for start in range(0, len(lines), PAGE_LINES):
        yield lines[start : start + PAGE_LINES]


def _lines(paragraph: str) -> list[str]:
    if "\n" not in paragraph:
        return wrapped(paragraph)
    return [line for part in paragraph.split("\n") for line in wrapped(part)]


def _as_table(paragraphs: Sequence[str]) -> list[str]:
    """The paragraphs with the cover's last row as readers print it: its second label wraps, and the value comes after it."""
    row, _, day = paragraphs[_COVER_END].rpartition(" Received: ")
    return [*paragraphs[:_COVER_END], row, "Received:", day, *paragraphs[_COVER_END + 1 :]]
