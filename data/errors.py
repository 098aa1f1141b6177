"""Errors a person can meet. Each message says what happened, what it means and what to do next."""

from __future__ import annotations


class OverturnError(Exception):
    """Base of every error that is told to a person in full and without a trace."""


class VocabularyError(OverturnError):
    """A vocabulary file cannot be used; the message names the file and the entry."""


class RecordError(OverturnError):
    """A letter record does not follow the contract; the message names the key."""


class WarehouseError(OverturnError):
    """The warehouse is missing, empty, locked or damaged."""


class NotesError(OverturnError):
    """What people write beside the warehouse cannot be kept or read."""


class FileRejected(OverturnError):
    """A file cannot become a letter. `code` is stable, the message is a sentence about that file."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
