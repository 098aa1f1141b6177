"""The three headings of the form, by which the parts of a letter are told."""

from __future__ import annotations

import re

_WORDS = {
    "how": r"HOW THE IMR FINAL DETERMINATION WAS MADE",
    "summary": r"CLINICAL CASE SUMMARY",
    "issues": r"IMR ISSUES,? DECISIONS,? AND RATIONALES?",
}


def spaced(words: str) -> str:
    """The expression for words with any white space between them."""
    return words.replace(" ", r"\s+")


HEADINGS = {name: re.compile(spaced(words)) for name, words in _WORDS.items()}
# In other letters than capitals, and the summary's without its first word, only where a heading has its line for itself.
HEADING_LINES = {
    name: re.compile(rf"^{spaced(words)}$", re.IGNORECASE | re.MULTILINE)
    for name, words in (_WORDS | {"summary": "(?:CLINICAL )?CASE SUMMARY"}).items()
}


def heading(name: str, text: str) -> re.Match[str] | None:
    """Where the heading `how`, `summary` or `issues` stands in a settled text, None where it does not."""
    return HEADINGS[name].search(text) or HEADING_LINES[name].search(text)
