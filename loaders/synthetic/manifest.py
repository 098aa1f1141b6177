"""What is true of a synthetic corpus: counts of what was written, the planted effects and their sizes, shares and sources."""

from __future__ import annotations

from collections import Counter
from typing import Any

from loaders.synthetic import VERSION
from loaders.synthetic.plan import Plan
from loaders.synthetic.tables import tables

_Cell = tuple[str, str]
WHAT = (
    "A synthetic corpus: every letter is fiction. Volumes, decisions a letter, shares of categories, overturn rates and delays follow published "
    "totals where there are any (`published`, `sources`); the rest is chosen (`chosen`), and the planted effects are there to be found."
)


class Totals:
    """Counts by cell: items, overturned, the sum of probabilities, letters; and what the intra-letter correlation needs."""

    __slots__ = ("clusters", "expected", "items", "letters", "overturned")

    def __init__(self) -> None:
        self.items: Counter[_Cell] = Counter()
        self.overturned: Counter[_Cell] = Counter()
        self.expected: dict[_Cell, float] = {}
        self.letters: Counter[_Cell] = Counter()
        self.clusters = [0.0, 0.0]  # sums over letters of items squared, and of overturned squared by items

    def add(self, other: Totals) -> None:
        """Take the counts of another part in."""
        self.items.update(other.items)
        self.overturned.update(other.overturned)
        self.letters.update(other.letters)
        for cell, value in other.expected.items():
            self.expected[cell] = self.expected.get(cell, 0.0) + value
        self.clusters = [mine + theirs for mine, theirs in zip(self.clusters, other.clusters, strict=True)]


def count(totals: Totals, plan: Plan) -> None:
    """Count one letter."""
    year = str(plan.dates["decision"].year)
    overturned = sum(item.overturned for item in plan.items)
    outcome = "upheld" if not overturned else "overturned" if overturned == len(plan.items) else "partly overturned"
    totals.letters.update((("year", year), ("form", plan.form), (f"outcome {year}", outcome), ("outcome", outcome)))
    totals.letters["group", plan.reviewer.group] += 1
    totals.clusters[0] += len(plan.items) ** 2
    totals.clusters[1] += overturned**2 / len(plan.items)
    for item in plan.items:
        cells = [("all", "all"), ("year", year), ("category", item.kind.category), ("group", plan.reviewer.group)]
        cells.append((f"category {year}", item.kind.category))
        cells += [("modality", modality) for modality in item.request.imaging]
        cells += [("planted", effect) for effect in item.effects]
        for cell in cells:
            totals.items[cell] += 1
            totals.overturned[cell] += item.overturned
            totals.expected[cell] = totals.expected.get(cell, 0.0) + item.probability


def manifest(seed: int, letters: int, kind: str, totals: Totals) -> dict[str, Any]:
    """The manifest of a corpus."""
    t = tables()
    everything = totals.items["all", "all"]
    return {
        "what": WHAT,
        "made_by": "python -m loaders synthesize",
        "version": VERSION,
        "seed": seed,
        "letters": letters,
        "kind": kind,
        "decisions": everything,
        "overturned": totals.overturned["all", "all"],
        "years": {
            year: _rates(totals, "year", year)
            | {
                "letters": totals.letters["year", year],
                "decisions_per_letter": round(totals.items["year", year] / totals.letters["year", year], 3),
                "letters_by_outcome": _named(totals.letters, f"outcome {year}"),
                "categories": _named(totals.items, f"category {year}"),
            }
            for year in _named(totals.letters, "year")
        },
        "letters_by_outcome": _named(totals.letters, "outcome"),
        "letters_by_form": _named(totals.letters, "form"),
        "categories": {key: _rates(totals, "category", key) for key in _named(totals.items, "category")},
        "modalities": {key: _rates(totals, "modality", key) for key in _named(totals.items, "modality")},
        "reviewer_groups": {key: _rates(totals, "group", key) for key in _named(totals.items, "group")},
        "planted": [effect | _rates(totals, "planted", effect["key"]) for effect in t.effects["planted"]],
        "alike": t.effects["alike"]
        | {
            "says": "Outcomes are drawn on a normal scale of which a letter and a reviewer have these shares in common, so the rate of a group "
            "is its mean probability whatever the clusters; the correlation of two items of a letter as counted here is the third figure.",
            "intra_letter_correlation": _correlation(totals, letters),
        },
        "chosen": t.mixes | {"rate_against_all": t.effects["rate_against_all"]},
        "published": {name: value for name, value in t.published.items() if name != "sources"},
        "sources": t.published["sources"],
    }


def _named(counts: Counter[_Cell], dimension: str) -> dict[str, int]:
    return {key: number for (name, key), number in sorted(counts.items()) if name == dimension}


def _rates(totals: Totals, dimension: str, key: str) -> dict[str, Any]:
    """Items and overturned as drawn, and the rate that was true: the mean of the probabilities from which they were drawn."""
    items = totals.items[dimension, key]
    expected = totals.expected.get((dimension, key), 0.0)
    return {
        "decisions": items,
        "overturned": totals.overturned[dimension, key],
        "true_rate": round(expected / items, 5) if items else None,
    }


def _correlation(totals: Totals, letters: int) -> float | None:
    """The one-way analysis-of-variance estimate of the intra-letter correlation, letters of one item included."""
    items, overturned = totals.items["all", "all"], totals.overturned["all", "all"]
    if letters < 2 or items == letters:
        return None
    between = (totals.clusters[1] - overturned**2 / items) / (letters - 1)
    within = (overturned - totals.clusters[1]) / (items - letters)
    size = (items - totals.clusters[0] / items) / (letters - 1)
    return round((between - within) / (between + (size - 1) * within), 3) if between or within else None
