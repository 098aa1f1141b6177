"""Settle a letter's text once: line ends, page breaks, hyphenation marks and wrapped lines.

The settled text has one line a paragraph where the source tells paragraphs apart, an empty line between them, a form
feed where a page ends, and a single line end where the source does not say whether a line was wrapped. It is stored and
never changed again; every span indexes it.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from itertools import islice, pairwise

from loaders.running import CASE_NUMBER, running_lines

_LIGATURES = {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
# What a search takes for an ASCII letter or a digit is written as one, so that what was found can also be looked up.
_LOOKALIKES = {ord("\u0130"): "I", ord("\u0131"): "i", ord("\u017f"): "s", ord("\u212a"): "K"} | {
    code: str(value) for code in range(128, 0x20000) if (value := unicodedata.decimal(chr(code), None)) is not None
}
_TABLE: dict[int, str | None] = {
    **_LIGATURES,
    **_LOOKALIKES,
    **{
        ord(char): " "
        for char in "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t"
    },
    **{code: None for code in range(0x20) if chr(code) not in "\n\f\t"},
    **dict.fromkeys(range(127, 160)),
    # A hyphen at the end of a line reaches us as one of these, the line end already taken out.
    0x02: "-",
    0xFFFE: "-",
    0xFFFF: None,
    # Zero-width characters and marks of writing direction carry nothing in an English letter and mislead its reader.
    **dict.fromkeys((8203, 8204, 8205, 8206, 8207, 8288, 65279, *range(8234, 8239), *range(8294, 8298))),
}
_SOFT_HYPHEN = re.compile("\u00ad[ \t]*\n?[ \t]*")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Whatever the table above may change; nearly all of a text is plain and never looked up in it.
_ODD = re.compile("[^\n\f -~]")
_MARKS = bytes(code for code in range(128) if not chr(code).isalnum())
# Longer runs of blanks are columns drawn with blanks; kept short so that no pattern can spend its time on them.
_BLANKS = re.compile(" {5,}")
_FIVE_BLANKS = " " * 5


# A line of a page is not longer; a paragraph on one line mostly is.
_LONGEST_LINE = 200
# The gap between two paragraphs of a double-spaced text, in the marks of `_Line.empty_after`.
PARAGRAPH = "ebe"


class Shape(Enum):
    """How a source shows its paragraphs."""

    TRAILING_BLANKS = "a wrapped line ends with a blank, a paragraph's last line does not"
    DOUBLE_SPACED = "an empty line follows every line, and paragraphs leave a wider gap"
    EMPTY_LINES = "an empty line stands between paragraphs, or nothing does"


@dataclass(slots=True)
class _Line:
    """One line that has text: `empty_after` has a mark for each line without text after it, `page_after` tells a page's end.

    A mark is `e` for an empty line, `b` for a line of one blank, `w` for a line of more; the first dozen tell enough.
    """

    text: str
    wrapped: bool
    empty_after: str
    page_after: bool


def settle(raw: str) -> str:
    """The settled form of `raw`. Pages are parted by form feeds in `raw`; never raises on content."""
    text = _SURROGATE.sub("\ufffd", raw).replace("\r\n", "\n").replace("\r", "\n")
    text = _SOFT_HYPHEN.sub(
        "", text.replace("\v", "\n").replace("\u2028", "\n").replace("\u2029", "\n").replace("\x85", "\n")
    )
    text = _ODD.sub(_plain, text)
    lines = _lines(_BLANKS.sub("    ", text) if _FIVE_BLANKS in text else text)
    if not lines:
        return ""
    shape = _shape(lines)
    body = _without_running(lines, shape)
    if body is not lines:
        lines, shape = body, _shape(body)
    pieces: list[str] = []
    blanks_kept = sum(1 for line in lines if line.wrapped) > 0.35 * len(lines)
    for line, following in pairwise(lines):
        pieces.append(line.text)
        pieces.append("" if blanks_kept and _hyphenated(line, following) else _break_after(line, shape))
    pieces.append(lines[-1].text)
    return "".join(pieces)


def letter_id(settled: str) -> str:
    """The sha256 of the case-folded letters and digits of the text, so that a PDF and its text are one letter."""
    if settled.isascii():
        letters = settled.lower().encode().translate(None, _MARKS)
    else:
        letters = "".join(filter(str.isalnum, settled.casefold())).encode()
    return hashlib.sha256(letters).hexdigest()


def text_sha(settled: str) -> str:
    """The sha256 of the settled text itself."""
    return hashlib.sha256(settled.encode()).hexdigest()


def fold(text: str) -> str:
    """`text` with every run of white space as one blank, none at the ends."""
    return " ".join(text.split())


def _plain(odd: re.Match[str]) -> str:
    char = odd[0]
    return _TABLE.get(ord(char), char) or ""


def _lines(text: str) -> list[_Line]:
    lines: list[_Line] = []
    pages = text.split("\f")
    for number, page in enumerate(pages, start=1):
        if number > 1 and lines:
            lines[-1].page_after = True
        # A line end before a page's end closes the page's last line and is no empty line after it.
        for raw in (page.removesuffix("\n") if number < len(pages) else page).split("\n"):
            stripped = raw.strip(" ")
            if stripped:
                lines.append(_Line(stripped, raw.endswith(" "), "", False))
                continue
            last = lines[-1] if lines else None
            opens_page = last and last.page_after and not last.empty_after and raw == ""
            if last and not opens_page and len(last.empty_after) < 12:
                last.empty_after += "e" if raw == "" else "b" if raw == " " else "w"
    return lines


def _without_running(lines: list[_Line], shape: Shape) -> list[_Line]:
    """The lines without running headers and footers, a page end where they stood.

    Where the case number stands in them alone, the first such line is kept, above all others.
    """
    spaced = shape is Shape.DOUBLE_SPACED
    ends = [
        place for place, line in enumerate(lines) if line.page_after or (spaced and _may_end_page(line.empty_after))
    ]
    texts = [line.text for line in lines]
    running = running_lines(texts, ends)
    if not running or len(running) == len(lines):
        return lines
    kept: list[_Line] = []
    for place, line in enumerate(lines):
        if place not in running:
            kept.append(line)
        elif kept:
            last = kept[-1]
            last.page_after = True
            last.empty_after = PARAGRAPH if "b" in last.empty_after + line.empty_after else ""
    if not any(CASE_NUMBER.search(line.text) for line in kept):
        named = (texts[place] for place in sorted(running) if CASE_NUMBER.search(texts[place]))
        kept[:0] = [_Line(text, False, PARAGRAPH, False) for text in islice(named, 1)]
    return kept


def _may_end_page(gap: str) -> bool:
    return len(gap) > 2 and gap != PARAGRAPH


def _shape(lines: list[_Line]) -> Shape:
    # How a page ends says little of how a line does.
    inner = [line for line in lines[:-1] if not line.page_after] or lines[:-1] or lines
    followed = sum(1 for line in inner if line.empty_after) / len(inner)
    if followed > 0.85:
        wider = sum(1 for line in inner if len(line.empty_after) > 1)
        whole_paragraphs = any(len(line.text) > _LONGEST_LINE for line in inner)
        return Shape.DOUBLE_SPACED if wider and len(inner) > 8 and not whole_paragraphs else Shape.EMPTY_LINES
    wrapped = sum(1 for line in inner if line.wrapped or line.text.endswith("-")) / len(inner)
    return Shape.TRAILING_BLANKS if 0.35 < wrapped < 0.98 and followed < 0.2 else Shape.EMPTY_LINES


def _hyphenated(line: _Line, following: _Line) -> bool:
    """Whether a word is parted at the line's end: a hyphen without the blank that `pre- and postoperative` has there.

    Tells nothing in a text whose lines have lost the blanks at their ends.
    """
    return (
        line.text.endswith("-")
        and line.text[-2:-1].isalpha()
        and not (line.wrapped or line.empty_after or line.page_after)
        and following.text[0].isalpha()
    )


def _break_after(line: _Line, shape: Shape) -> str:
    page = "\f" if line.page_after else ""
    if shape is Shape.TRAILING_BLANKS:
        if line.wrapped and not line.empty_after:
            return page or " "
        return f"\n\n{page}"
    if shape is Shape.DOUBLE_SPACED:
        return _double_spaced_break(line.empty_after, page)
    # Empty lines at a page's end may be the page's own.
    return "\n\n" if line.empty_after and not page else f"\n{page}"


def _double_spaced_break(gap: str, page: str) -> str:
    if len(gap) <= 1:
        return page or " "
    if gap == PARAGRAPH:
        return f"\n\n{page}"
    if gap == "eee":  # a page break anywhere, or a paragraph gap whose blank was trimmed: nobody can tell
        return f"\n{page}"
    return f"\n\n{page}" if "b" in gap else f"\n{page or chr(12)}"
