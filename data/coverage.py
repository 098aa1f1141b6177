"""How much of what was published is loaded, how much of it was read, and what was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.asking import Row
from data.rates import Rates
from data.schema import NOT_STATED, dimensions
from data.tallies import Chosen
from data.warehouse import read_journal

NOT_IN_LETTER = "not stated in the letter"
NOT_READ = "not read: no entry of the vocabulary names it"
NONE_OR_UNKNOWN = "none stated, or none that is known"
NO_STUDY = "asks for no imaging study"
_UNSTATED: dict[str, tuple[str, str]] = {
    "decision_date": ("Date of the decision", NOT_IN_LETTER),
    "ur_denial_date": ("Date of the UR denial", NOT_IN_LETTER),
    "admin": ("Source of the claims administrator", NOT_IN_LETTER),
    "reviewer": ("Source of the reviewer", NOT_IN_LETTER),
    "specialty": ("Reviewer specialty", NOT_IN_LETTER),
    "category": ("Treatment category", NOT_READ),
    "body": ("Body part", NONE_OR_UNKNOWN),
    "modality": ("Imaging modality", NO_STUDY),
}
_UNKNOWN = {"admin": "other", "reviewer": "other", "specialty": "unknown"}


@dataclass(frozen=True, slots=True)
class Stated:
    """One field of the filter's `items`: how many were read, and what the rest are (`otherwise`).

    `unknown` of the items read name something that no entry of the vocabulary knows; None where there is no such key.
    """

    key: str
    label: str
    items: int
    read: int
    unknown: int | None
    otherwise: str


@dataclass(frozen=True, slots=True)
class ProblemCount:
    """How many charted letters have a problem of this kind and code."""

    kind: str
    code: str
    letters: int


@dataclass(frozen=True, slots=True)
class Problems:
    """The charted letters of the snapshot, how many have any problem, how many one of each kind, and of each code."""

    letters: int
    any: int
    kinds: Mapping[str, int]
    codes: tuple[ProblemCount, ...]


@dataclass(frozen=True, slots=True)
class LastLoad:
    """What the journal says of the last load: files seen, and refused by reason, the most frequent first."""

    ended: str
    seen: int
    refused: tuple[tuple[str, int], ...]


class Coverage(Rates):
    """Answers about what was read. The filter holds for `stated` alone; the others are of the whole snapshot."""

    def fields_read(self) -> list[Stated]:
        """How many of the filter's items state each field."""
        condition, values = self.where()
        ((items, *found),) = self._kept(
            f"fields read {condition}", values, lambda: [self._unstated(self._chosen(condition, values))]
        )
        fields = []
        for key, (label, otherwise) in _UNSTATED.items():
            unstated = found.pop(0)
            unknown = found.pop(0) if key in _UNKNOWN else None
            fields.append(Stated(key, label, items, items - unstated, unknown, otherwise))
        return fields

    def letters_by_year(self) -> dict[int | None, int]:
        """Charted letters of the snapshot by year of the decision, None for those without its date."""
        rows = self._all(
            "SELECT year(decision_date) y, count(*) FROM letters WHERE NOT superseded GROUP BY y ORDER BY y", []
        )
        return dict(rows)

    def problems(self) -> Problems:
        """Letters of the snapshot with problems; a letter with several of one kind or code counts once under it."""
        rows = self._all(
            """
            WITH found AS (SELECT DISTINCT letter_key, kind, code FROM problems SEMI JOIN
                (SELECT letter_key FROM letters WHERE NOT superseded) USING (letter_key))
            SELECT kind, code, count(DISTINCT letter_key) FROM found GROUP BY GROUPING SETS ((kind, code), (kind), ())
            UNION ALL SELECT 'letters', NULL, count(*) FROM letters WHERE NOT superseded
            """,
            [],
        )
        codes = [ProblemCount(kind, code, n) for kind, code, n in rows if code is not None]
        sums = {kind: n for kind, code, n in rows if code is None}
        return Problems(
            sums.pop("letters"),
            sums.pop(None, 0),
            dict(sorted(sums.items())),
            tuple(sorted(codes, key=lambda one: (one.kind, -one.letters, one.code))),
        )

    def _unstated(self, chosen: Chosen) -> Row:
        """The items, then of each field those that do not state it and, where there is such a key, those of unknown ones."""
        found = [len(chosen.rows)]
        for key in _UNSTATED:
            counts: dict[str, int] = dict(self._counts(key, chosen)) if key in dimensions() else {}
            found.append(counts.get(NOT_STATED, 0) if key in dimensions() else self._undated(key, chosen))
            if key in _UNKNOWN:
                found.append(counts.get(_UNKNOWN[key], 0))
        return tuple(found)


def last_load(folder: Path) -> LastLoad | None:
    """The last load that the journal of this warehouse tells of; None where there is none."""
    loads: list[dict[str, Any]] = [entry for entry in read_journal(folder) if "rejected" in entry]
    if not loads:
        return None
    refused = Counter(str(one.get("code", "unknown")) for one in loads[-1]["rejected"])
    return LastLoad(str(loads[-1].get("ended", "")), int(loads[-1].get("seen", 0)), tuple(refused.most_common()))
