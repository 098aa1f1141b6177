"""How a letter is referred to: by its case number or file, its date, the item and the page of its PDF."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from data.sentences import day

_LONGEST = 160  # characters of a request in a citation


def name_of(letter: Mapping[str, Any]) -> str:
    """The case number of a letter, or, where it states none, the name of its file."""
    return str(letter["case_number"] or letter["source"].rsplit("/", 1)[-1])


def decided(letter: Mapping[str, Any]) -> str:
    """When a letter, or the letter of an item, was decided, as a phrase."""
    return f"decided {day(letter['decision_date'])}" if letter["decision_date"] else "decision date not stated"


def place_of(item: Mapping[str, Any]) -> str:
    """`, item 2 of 3` of an item of a list; nothing where its letter has no other."""
    return f", item {item['ordinal']} of {item['items']}" if item["items"] > 1 else ""


def is_pdf(letter: Mapping[str, Any]) -> bool:
    """Whether the letter was read from a PDF; a row of a table may be named like one and is none."""
    source = str(letter["source"]).lower()
    return source.endswith(".pdf") and ".parquet/" not in source


def pages(letter: Mapping[str, Any], start: int, end: int) -> tuple[int, int] | None:
    """The first and last page, from 1, of `text[start:end]` in the PDF that the letter was read from; None for other files.

    Settling keeps every page end as a form feed (checked on 97 letters with 235 pages). A page without any text between
    others leaves no trace and is not counted.
    """
    text = letter["text"]
    if not is_pdf(letter) or text is None:
        return None
    first = text.count("\f", 0, start) + 1
    return first, first + text.count("\f", start, max(start, end))


def citation(letter: Mapping[str, Any], ordinal: int | None = None, span: tuple[int, int] | None = None) -> str:
    """One line that finds the letter again, or its item `ordinal`: name, date of the decision, item, outcome, pages.

    The pages are those of `span` in the text, or of the item from its request to its deciding sentence.
    """
    head = f"California IMR Final Determination {name_of(letter)}, {decided(letter)}"
    if ordinal is None:
        return f"{head}."
    item = next(one for one in letter["decisions"] if one["ordinal"] == ordinal)
    asked = item["disputed"] if len(item["disputed"]) <= _LONGEST else f"{item['disputed'][: _LONGEST - 1].rstrip()}…"
    said = f"{head}, item {ordinal} of {len(letter['decisions'])} ({asked}): {item['outcome']}"
    return f"{said}{page_words(pages(letter, *span) if span else item_pages(letter, ordinal))}."


def item_pages(letter: Mapping[str, Any], ordinal: int) -> tuple[int, int] | None:
    """The pages of an item from its request to its deciding sentence, or to its request's end where none decides."""
    spans = {
        kind: (finding["span_start"], finding["span_end"])
        for kind in ("request", "decisive")
        for finding in letter["findings"]
        if (finding["kind"], finding["ordinal"]) == (kind, ordinal)
    }
    if not spans:
        return None
    return pages(letter, min(start for start, _ in spans.values()), max(end for _, end in spans.values()))


def page_words(found: tuple[int, int] | None) -> str:
    """Pages as the end of a sentence; empty where they are not known."""
    if found is None:
        return ""
    first, last = found
    return f", page {first} of the PDF" if first == last else f", pages {first} to {last} of the PDF"
