"""What is said of a text that is longer than what is read: how long it is, and what to do. Such a text is never cut or passed over."""

from __future__ import annotations


def too_long(what: str, length: int, most: int, instead: str) -> str:
    """A sentence on `what`, of `length` characters where at most `most` are read, and one on what to do `instead`."""
    return f"{what} has {length:,} characters, and at most {most:,} are read. {instead}"


def words_of(text: str | None, most: int) -> str:
    """The text with single blanks; one that is far beyond `most` characters is given as it is, for its length alone counts."""
    text = text or ""
    return " ".join(text.split()) if len(text) <= 4 * most else text
