"""One small tool for lists whose elements end where the next one begins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def followed(elements: Sequence[T]) -> Iterator[tuple[T, T | None]]:
    """Every element with the one after it, None after the last."""
    for index, element in enumerate(elements):
        yield element, elements[index + 1] if index + 1 < len(elements) else None
