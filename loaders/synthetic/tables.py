"""The figures, mixes and sentences of synthetic letters, read once from `data/published.toml` and `data/synthetic/*.toml`."""

from __future__ import annotations

import math
import string
import tomllib
from bisect import bisect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any, Generic, TypeVar

import data
from data.vocabulary import vocabulary

T = TypeVar("T")
FOLDER = Path(data.__file__).parent
CLAIMS_IMAGING = {"bone_scan", "spect", "dexa", "pet", "ultrasound"}
PROFILES = ("mtus", "mtus_and", "odg", "other", "none")


class Weighted(Generic[T]):
    """Values with weights; `pick` takes a number from 0 to 1 (1 left out) to a value."""

    __slots__ = ("_sums", "values")

    def __init__(self, pairs: Iterable[tuple[T, float]]) -> None:
        kept = [(value, weight) for value, weight in pairs if weight > 0]
        self.values = [value for value, _ in kept]
        self._sums = list(accumulate(weight for _, weight in kept))

    def pick(self, at: float) -> T:
        """The value at which `at` of the weight is reached."""
        return self.values[bisect(self._sums, at * self._sums[-1])]


def some(pool: Sequence[T], number: int, r: Callable[[], float]) -> list[T]:
    """`number` different members of `pool` in any order (all of them, where it has no more); `r` gives numbers from 0 to 1."""
    size = len(pool)
    chosen: list[int] = []
    while len(chosen) < min(number, size):
        at = int(r() * size)
        if at not in chosen:
            chosen.append(at)
    return [pool[at] for at in chosen]


@dataclass(frozen=True, slots=True)
class Template:
    """A wording of a request with its slots, and what it says beyond its kind."""

    text: str
    slots: tuple[str, ...]
    imaging: tuple[str, ...]
    contrast: str
    parts: tuple[str, ...]
    quantity: float | None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of request: its category, share, topic and noun in rationales, and its wordings."""

    key: str
    category: str
    subcategory: str
    share: float
    topic: str
    noun: str
    regions: tuple[str, ...]
    templates: tuple[Template, ...]


@dataclass(frozen=True, slots=True)
class Reviewer:
    """One reviewer of the pool: group, certifications, states of licensure."""

    group: str
    boards: tuple[str, ...]
    states: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """A planted effect: its log odds, and for a drift the day on which it begins and the days it takes."""

    log_odds: float
    since: date
    days: int

    def on(self, denied: date) -> float:
        """The log odds for a denial of that day."""
        return self.log_odds * min(1.0, max(0.0, (denied - self.since).days / self.days))


def document(path: str) -> dict[str, Any]:
    """A TOML file below `data/`."""
    return tomllib.loads((FOLDER / path).read_text(encoding="utf-8"))


def by_year(table: Mapping[str, Any], year: int) -> float:
    """The figure for `year`: as stated, else on the straight line between the stated neighbours, else the nearest one."""
    known = {int(key): float(value) for key, value in table.items()}
    before = max((key for key in known if key <= year), default=min(known))
    after = min((key for key in known if key >= year), default=max(known))
    if before == after:
        return known[before]
    return known[before] + (known[after] - known[before]) * (year - before) / (after - before)


class Tables:
    """Everything that planning and wording need, prepared for fast picks."""

    def __init__(self) -> None:
        self.published = document("published.toml")
        self.mixes = document("synthetic/mixes.toml")
        self.effects = document("synthetic/effects.toml")
        self.planted = {
            entry["key"]: Effect(
                math.log(entry["odds"]) if entry["odds"] else -math.inf,
                entry.get("from", date.min),
                entry.get("days", 1),
            )
            for entry in self.effects["planted"]
        }
        offsets = document("synthetic/offsets.toml")
        self.by_year = {int(year): float(value) for year, value in offsets["year"].items()}
        self.by_category: dict[str, float] = offsets["category"]
        self.wording = document("synthetic/wording.toml")
        self.rationales = document("synthetic/rationales.toml")
        self.regions: dict[str, dict[str, Any]] = {
            region["key"]: region for region in document("synthetic/regions.toml")["region"]
        }
        requests = document("synthetic/requests.toml")
        self.kinds = {entry["key"]: _kind(entry) for entry in requests["kind"]}
        self.associated: dict[str, list[list[str]]] = {
            category: [entry.split(": ", 1) for entry in entries]
            for category, entries in requests["associated"].items()
        }
        letters = self.published["letters"]
        self.years = Weighted((int(year), count) for year, count in letters.items())
        self.region = Weighted((key, region["weight"]) for key, region in self.regions.items())
        self.outside = Weighted(((key, text), weight) for key, weight, text in self.mixes["outside"]["sources"])
        self.gaps = Weighted((gap, weight) for gap, weight in self.mixes["before_outcome"])
        self.profiles = {
            name: Weighted((profile, self.mixes[name][profile]) for profile in PROFILES)
            for name in ("claims", "claims_imaging", "reviewer")
        }
        per_letter = self.published["decisions_per_letter"]
        self.items_a_letter = {year: by_year(per_letter, year) for year in self.years.values}
        self.categories = {year: Weighted(self.category_shares(year).items()) for year in self.years.values}
        groups = self.mixes["group"]
        self.groups = {
            category: Weighted((group["key"], group["weight"] * group["sought"].get(category, 1)) for group in groups)
            for category in self.category_shares(2014)
        }
        self.grounds: dict[tuple[str, str], list[tuple[str, list[str]]]] = {}
        for key, ground in self.rationales["grounds"].items():
            for topic in ground["topics"]:
                self.grounds.setdefault((ground["outcome"], topic), []).append((key, ground["sentences"]))
        self.cases: dict[tuple[str, str], list[tuple[str, str]]] = {
            (outcome, topic): [_case(sentence) for sentence in said[outcome]]
            for topic, said in self.rationales["topics"].items()
            for outcome in ("upheld", "overturned")
        }
        self._kinds: dict[tuple[int, str, str], Weighted[Kind]] = {}
        self._fitting: dict[tuple[str, str], list[Template]] = {}

    def category_shares(self, year: int) -> dict[str, float]:
        """Share of the decisions of `year` by category; they add up to one."""
        shares = {name: by_year(table, year) for name, table in self.published["category_shares"].items()}
        rest, left = self.mixes["rest_of_categories"], 1 - sum(shares.values())
        total = sum(rest.values())
        return shares | {name: left * weight / total for name, weight in rest.items()}

    def kind_shares(self, year: int, category: str, region: str = "") -> dict[str, float]:
        """Share of each kind inside `category` in `year`; drugs as published, the other kinds part what these leave."""
        kinds = [
            kind
            for kind in self.kinds.values()
            if kind.category == category and (not region or not kind.regions or region in kind.regions)
        ]
        stated = self.published["drug_shares"]
        fixed = {kind.key: by_year(stated[kind.key], year) for kind in kinds if kind.key in stated}
        free = {kind.key: kind.share for kind in kinds if kind.key not in fixed}
        total, left = sum(free.values()), 1 - sum(fixed.values())
        return fixed | {key: left * share / total for key, share in free.items()}

    def pick_kind(self, year: int, category: str, region: str, at: float) -> Kind:
        """A kind of `category` that fits the region."""
        place = (year, category, region)
        if place not in self._kinds:
            shares = self.kind_shares(year, category, region)
            self._kinds[place] = Weighted((self.kinds[key], share) for key, share in shares.items())
        return self._kinds[place].pick(at)

    def fitting(self, kind: Kind, region: str) -> list[Template]:
        """The wordings of `kind` that can be said of the region: a spinal level needs a region that has levels."""
        place = (kind.key, region)
        if place not in self._fitting:
            levels = "levels" in self.regions[region]
            self._fitting[place] = [entry for entry in kind.templates if levels or "level" not in entry.slots]
        return self._fitting[place]


def _case(sentence: str | dict[str, str]) -> tuple[str, str]:
    return (sentence, "") if isinstance(sentence, str) else (sentence["text"], sentence["ground"])


def _kind(entry: dict[str, Any]) -> Kind:
    category = str(vocabulary("categories").terms[entry["subcategory"]].attributes["category"])
    texts = [text if isinstance(text, dict) else {"text": text} for text in entry["texts"]]
    templates = tuple(
        Template(
            text["text"],
            tuple(name for _, name, _, _ in string.Formatter().parse(text["text"]) if name),
            tuple(sorted(text.get("imaging", entry.get("imaging", ())))),
            text.get("contrast", ""),
            tuple(text.get("parts", ())),
            text.get("quantity"),
        )
        for text in texts
    )
    return Kind(
        entry["key"],
        category,
        entry["subcategory"],
        entry["share"],
        entry["topic"],
        entry["noun"],
        tuple(entry.get("regions", ())),
        templates,
    )


@cache
def tables() -> Tables:
    """The tables, read once a process."""
    return Tables()
