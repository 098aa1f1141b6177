"""Which grounds of a decision may be counted: those whose precision and recall on read letters are known and good enough.

`reasons_measured.toml` holds the figures; `python -m loaders evaluate --measure-reasons` writes it from labels made by
reading, and a test holds it equal to what the labels give. Measured is on the letters that the patterns were written
with, so the figures flatter: hence a rule on the lower limits, never on the shares themselves.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from data.errors import VocabularyError

MEASURED = Path(__file__).with_name("reasons_measured.toml")
LEAST_PRECISION = 0.6
LEAST_RECALL = 0.5
_HEAD = """\
# How well each ground of a decision is read, against labels made by reading (data/reasons.py says which may be counted).
# right, extra, missed: items. found_in, labelled_in: letters. precision_low, recall_low: lower limits of 95 % intervals that allow
# for the items of one letter being alike. small: fewer than ten letters, or than ten items once that is allowed for.
# Written by python -m loaders evaluate --measure-reasons (make accept); a test compares it with the labels.
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """How well one ground is read. `right` items of those it was found on or labelled on, `extra` and `missed` the others."""

    right: int
    extra: int
    missed: int
    found_in: int
    labelled_in: int
    precision_low: float
    recall_low: float
    small: bool

    @property
    def usable(self) -> bool:
        """Whether a chart may count it.

        Neither small side (the size rule of every rate: ten letters and ten effective items, found and labelled) and lower limits of
        at least 0.6 for precision, so that a clear majority of what is counted is so, and 0.5 for recall, so that at
        least every second occurrence is. Both limits are of 95 % intervals adjusted for letters: a share of 14 of 14 from
        four letters, which a plain interval would let in, is not known well.
        """
        return not self.small and self.precision_low >= LEAST_PRECISION and self.recall_low >= LEAST_RECALL


@cache
def measured() -> Mapping[str, Measured]:
    """The measured grounds by key. Raises VocabularyError when the file cannot be used."""
    try:
        document = tomllib.loads(MEASURED.read_text(encoding="utf-8"))
        return {key: Measured(**entry) for key, entry in document.items()}
    except (OSError, tomllib.TOMLDecodeError, TypeError) as error:
        raise VocabularyError(f"The file {MEASURED} cannot be read: {error}. Restore it, or measure anew.") from error


def usable_reasons() -> frozenset[str]:
    """The grounds that a page may count; one that was never measured is not among them. Letters show all, each where it stands."""
    return frozenset(key for key, found in measured().items() if found.usable)


def measured_text(table: Mapping[str, Measured]) -> str:
    """The file's text for `table`, grounds by key."""
    names = [entry.name for entry in fields(Measured)]
    parts = [_HEAD]
    for key in sorted(table):
        values = ((name, getattr(table[key], name)) for name in names)
        parts.append(f"[{key}]\n" + "".join(f"{name} = {str(value).lower()}\n" for name, value in values))
    return "\n".join(parts)
