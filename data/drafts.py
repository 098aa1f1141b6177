"""A draft denial as it was read: what it cites. Nothing of a draft is kept anywhere."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from data.record import Citation, as_object

LONGEST = 20_000
"""Characters of a draft that are read."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a draft cites. `sources` are vocabulary keys, `("none",)` where it says that nothing is cited.

    `silent`: whether it says that the MTUS does not address the topic. Only the words of citations are held.
    """

    sources: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    silent: bool = False

    def as_json(self) -> str:
        """One line, which `draft_of` reads."""
        return json.dumps(as_object(self))


def draft_of(line: str) -> Draft:
    """The draft of which `Draft.as_json` is `line`. Raises ValueError where it is none."""
    try:
        held: dict[str, Any] = json.loads(line)
        citations = tuple(
            Citation(**{**one, "sections": tuple(one["sections"]), "span": tuple(one["span"])})
            for one in held["citations"]
        )
        return Draft(tuple(held["sources"]), citations, bool(held["silent"]))
    except (KeyError, TypeError) as error:
        raise ValueError(f"no reading of a draft: {error}") from error
