"""Decisions like one: the items most similar to a request, upheld and overturned apart, by one stated score.

The score is Gower's general similarity (Gower 1971, Biometrics 27:857): the weighted mean, over what the request says, of
how much an item has in common with it. Of two sets that is their intersection over their union (Jaccard 1912, New
Phytologist 11:37), of two categories 1 or 0, of two texts their BM25 (`search.closest`) over the best of all letters. What
the request does not say is left out of the mean; what the item leaves out counts as 0.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from data import search
from data.filters import OUTCOMES, Filters
from data.letters import Letters
from data.schema import NOT_STATED, dimensions

WEIGHTS = {"modality": 3.0, "subcategory": 3.0, "category": 3.0, "body": 2.0, "admin": 1.0, "words": 2.0}
"""How much each part of a request counts: what is asked for most, then where and in which words, then what is cited."""
PARTS = {
    "modality": "imaging study",
    "subcategory": "treatment",
    "category": "treatment category",
    "body": "body part",
    "admin": "guideline cited for the denial",
    "words": "words of request and rationale",
}
EACH = 5  # items shown on either side
_CANDIDATES = 60  # items on either side whose letters are told apart
_ROWS = """
    SELECT d.letter_key, l.letter_id, l.case_number, l.source, d.ordinal, l.items, l.decision_date, d.disputed, d.outcome,
        d.admin_sources, d.reviewer_sources, l.specialty_keys, d.decisive
    FROM chosen JOIN letters l USING (letter_key) JOIN decisions d ON d.letter_key = chosen.letter_key AND d.ordinal = chosen.ordinal
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What similar items are looked for by: keys by dimension of `PARTS` (empty: not said), and words.

    Of study, treatment and category the first that is said counts. `letter_key`: the item's own letter, whose items are no others.
    """

    modality: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    subcategory: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    admin: tuple[str, ...] = ()
    words: str = ""
    letter_key: int | None = None

    @classmethod
    def of(cls, filters: Filters, words: str = "") -> Wanted:
        """What a request's filter chooses, with someone's own words of it."""

        def chosen(name: str) -> tuple[str, ...]:
            return tuple(key for key in filters.choice(name).include if key != NOT_STATED)

        return cls(
            chosen("modality"), chosen("body"), chosen("subcategory"), chosen("category"), chosen("admin"), words
        )


@dataclass(frozen=True, slots=True)
class Similar:
    """One similar item: `score` from 0 to 1, its `parts` by name of `PARTS`, and its row as `Letters.decisions` gives it."""

    score: float
    parts: tuple[tuple[str, float], ...]
    row: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Alike:
    """The most similar items, best first, at most one a letter, `EACH` on either side."""

    overturned: tuple[Similar, ...]
    upheld: tuple[Similar, ...]

    @property
    def full(self) -> bool:
        """Whether either side has as many as are shown."""
        return len(self.overturned) == len(self.upheld) == EACH


_Found = list[tuple[float, tuple[int, int], tuple[tuple[str, float], ...]]]
_Part = tuple[str, str, list[object]]


def wanted_of(letter: Mapping[str, Any], ordinal: int) -> Wanted | None:
    """What is similar to one item of a letter as `Letters.letter` gives it: its request, and the words of request and rationale.

    None where the letter has no such item.
    """
    item = next((one for one in letter["decisions"] if one["ordinal"] == ordinal), None)
    if item is None:
        return None
    text = letter["text"] or ""
    said = [
        text[finding["span_start"] : finding["span_end"]]
        for finding in letter["findings"]
        if finding["kind"] == "rationale" and finding["ordinal"] == ordinal
    ]
    return Wanted(
        modality=tuple(item["imaging_modalities"]),
        body=tuple(item["body_parts"]),
        subcategory=(item["subcategory"],) if item["subcategory"] else (),
        category=(item["category"],) if item["category"] else (),
        admin=tuple(item["admin_sources"]),
        words=" ".join([item["disputed"], *said]),
        letter_key=letter["letter_key"],
    )


class Likeness(Letters):
    """Answers in items that are similar to one, out of those in the filter."""

    def alike(self, wanted: Wanted) -> Alike:
        """The items most similar to what is wanted, on either side. Where nothing is wanted nothing is found.

        A similar item asks for one of the same studies, else for the same treatment; where neither is said it concerns one
        of the same body parts, else stands in one of the closest letters.
        """
        self._cursor.register("closest", search.closest(self.snapshot.index, wanted.words))
        try:
            parts = self._likenesses(wanted)
            overturned, upheld = (self._closest_of(parts, wanted.letter_key, outcome) for outcome in OUTCOMES)
        finally:
            self._cursor.unregister("closest")
        rows = self._shown([place for _, place, _ in (*overturned, *upheld)])
        return Alike(*(tuple(Similar(s, parts, rows[at]) for s, at, parts in side) for side in (overturned, upheld)))

    def alike_item(self, letter_id: str, ordinal: int) -> Alike:
        """The items of other letters most similar to one of a letter; none where it is not there."""
        letter = self.letter(letter_id)
        wanted = wanted_of(letter, ordinal) if letter else None
        return self.alike(wanted) if wanted else Alike((), ())

    def _likenesses(self, wanted: Wanted) -> list[_Part]:
        """What the request says: the part's name, SQL of the likeness in it, and its parameters."""
        found: list[_Part] = []
        for name in ("modality", "subcategory", "category", "body", "admin"):
            keys, dimension = getattr(wanted, name), dimensions()[name]
            if (
                not keys
                or (name in ("subcategory", "category") and wanted.modality)
                or (name == "category" and wanted.subcategory)
            ):
                continue
            if dimension.kind == "value":
                places = ", ".join("?" * len(keys))
                found.append((name, f"({dimension.column} IN ({places}))::DOUBLE", list(keys)))
                continue
            mask = sum(self.bits.get(name, {}).get(key, 0) for key in dict.fromkeys(keys))
            both, either = f"{dimension.column} & ?::UBIGINT", f"{dimension.column} | ?::UBIGINT"
            found.append(
                (name, f"coalesce(bit_count({both})::DOUBLE / nullif(bit_count({either}), 0), 0)", [mask, mask])
            )
        ((closest,),) = self._cursor.execute("SELECT max(score) FROM closest").fetchall()
        if closest:
            found.append(("words", "coalesce(closest.score / ?, 0)", [closest]))
        return found

    def _closest_of(self, parts: Sequence[_Part], letter_key: int | None, outcome: str) -> _Found:
        """Score, place (letter and item) and parts of the best items of one outcome, one a letter."""
        if not parts:
            return []
        total = sum(WEIGHTS[name] for name, _, _ in parts)
        score = " + ".join(f"{WEIGHTS[name]} * l_{name}" for name, _, _ in parts)
        likeness = ", ".join(f"{expression} AS l_{name}" for name, expression, _ in parts)
        condition, conditions = self.where()
        rows = self._cursor.execute(
            f"""
            SELECT letter_key, ordinal, ({score}) / {total} AS likeness, {", ".join(f"l_{name}" for name, _, _ in parts)}
            FROM (SELECT letter_key, ordinal, decision_date, {likeness} FROM facts LEFT JOIN closest USING (letter_key)
                WHERE {"overturned" if outcome == "overturned" else "NOT overturned"} AND letter_key <> ? AND {condition})
            WHERE l_{parts[0][0]} > 0
            ORDER BY likeness DESC, decision_date DESC NULLS LAST, letter_key, ordinal LIMIT {_CANDIDATES}
            """,
            [
                *(value for _, _, values in parts for value in values),
                -1 if letter_key is None else letter_key,
                *conditions,
            ],
        ).fetchall()
        best: dict[int, tuple[float, tuple[int, int], tuple[tuple[str, float], ...]]] = {}
        names = [name for name, _, _ in parts]
        for key, ordinal, found, *each in rows:
            best.setdefault(key, (found, (key, ordinal), tuple(zip(names, each, strict=True))))
        return list(best.values())[:EACH]

    def _shown(self, places: Sequence[tuple[int, int]]) -> dict[tuple[int, int], dict[str, Any]]:
        """What is shown of items, by letter and item."""
        if not places:
            return {}
        wanted = pa.table({"letter_key": [key for key, _ in places], "ordinal": [ordinal for _, ordinal in places]})
        self._cursor.register("chosen", wanted)
        try:
            found = self._dicts(_ROWS, [])
        finally:
            self._cursor.unregister("chosen")
        return {(row["letter_key"], row["ordinal"]): row for row in found}
