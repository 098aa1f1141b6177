"""One letter laid out in many ways: what a record says must not depend on how its text was laid out."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from data.headings import HEADINGS
from data.record import Letter, as_object
from loaders.sections import find_sections
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


LABELS = re.compile(r"(?:Claims\s+Administrator|MAXIMUS)\s+guideline\s*:|Decision\s+rationale\s*:")
MARK = "\ue000"  # where a page shall end, in front of the word that opens the next one
LAID_OUT = ("wrapped_90", "unwrapped", "one_line", "line_a_paragraph", "trailing_blanks")


def places(settled: str) -> dict[str, list[int]]:
    """Where a page may end, by what stands there: each place is that of the first word of the next page."""

    def words(start: int, end: int, step: int = 1) -> list[int]:
        return [start + gap.end() for gap in re.finditer(r"\s+", settled[start:end])][::step]

    found = find_sections(settled)
    headings = [match for heading in HEADINGS.values() if (match := heading.search(settled))]
    labels = list(LABELS.finditer(settled, found.issues[0] if found.issues else 0))
    statements = [span for item in found.items for span in (item.admin, item.reviewer) if span]
    rationales = [item.rationale for item in found.items if item.rationale]
    return {
        "before a heading": [match.start() for match in headings if match.start()],
        "in a heading": [place for match in headings for place in words(*match.span())],
        "before a label": [match.start() for match in labels],
        "in a label": [place for match in labels for place in words(*match.span())],
        "before a header": [item.header[0] for item in found.items],
        "in a header": [place for item in found.items for place in words(*item.header, 2)],
        "before an outcome": [item.outcome_span[0] for item in found.items],
        "in a citation": [place for span in statements for place in words(*span, 3)],
        "in a rationale": [place for span in rationales for place in words(*span, 9)],
        "in the reviewer's part": words(*found.reviewer, 5) if found.reviewer else [],
        "in the summary": words(*found.summary, 7) if found.summary else [],
        "in the cover": words(*found.cover, 3),
    }


def apart(settled: str, wanted: list[int], least: int = 600) -> list[int]:
    """Those of the `wanted` places that leave whole pages between them."""
    kept: list[int] = []
    for place in sorted(wanted):
        if place >= 30 and (not kept or place - kept[-1] >= least):
            kept.append(place)
    return kept


def paged(
    settled: str, shape: str, at: list[int], top: str = "", bottom: str = "", end: str = "\n\f", *, first: bool = True
) -> str:
    """`settled` in a shape, with a page end at every place of `at`, and a header and footer on every page.

    `top` and `bottom` are lines with `{page}` and `{pages}`; without `first`, the first page has neither.
    """
    bounds = [0, *sorted(at), len(settled)]
    marked = MARK.join(settled[start:stop] for start, stop in pairwise(bounds))
    bodies = re.split(rf"\s*{MARK}", SHAPES[shape](marked))
    gaps = re.findall(rf"(\s*){MARK}", SHAPES[shape](marked))

    def lines(text: str, page: int) -> list[str]:
        shown = text.format(page=page, pages=len(bodies)) if first or page > 1 else ""
        return shown.split("\n") if shown else []

    parts: list[str] = []
    for page, body in enumerate(bodies, start=1):
        blank = " " if page < len(bodies) and gaps[page - 1].startswith(" ") else ""
        parts.append("\n".join([*lines(top, page), body + blank, *lines(bottom, page)]))
    return end.join(parts)


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


def words_at_spans(letter: Letter) -> list[tuple[str, str, int | None, str]]:
    """Every finding with the words it stands on, white space folded: they must not depend on the layout either."""
    return sorted(
        (finding.kind, finding.value, finding.decision or 0, fold(letter.text[slice(*finding.span)]))
        for finding in letter.findings
    )


def _without_places(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_places(part) for key, part in value.items() if key not in PLACES}
    if isinstance(value, list):
        return [_without_places(part) for part in value]
    return value
