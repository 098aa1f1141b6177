"""The slow, obvious way to answer what `data.queries` answers: every item of a snapshot as plain values, tested one by one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from hypothesis import strategies as st

from data.derivations import MIXED_GROUPS, NOT_STATED
from data.filters import Choice, DateRange, Filters
from data.mtus_history import mtus_edition
from data.schema import dimensions
from data.statistics import CrossSums, Sums
from data.vocabulary import vocabulary
from data.warehouse import Snapshot


@dataclass(frozen=True)
class PlainItem:
    """One disputed item: what it holds under every dimension, and what its letter says."""

    letter: int
    ordinal: int
    overturned: bool
    decided: date | None
    denied: date | None
    flags: frozenset[str]
    held: dict[str, frozenset[str]]
    text: str


def plain_items(snapshot: Snapshot) -> list[PlainItem]:
    """The items of the charted letters, from the record tables alone."""
    with snapshot.connect() as connection:
        cursor = connection.execute("SELECT * FROM letters l JOIN decisions d USING (letter_key) WHERE NOT superseded")
        names = [column[0] for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        steps: dict[tuple[int, int, str], set[int]] = defaultdict(set)
        for key, ordinal, side, step in connection.execute(
            "SELECT letter_key, ordinal, side, search_step FROM citations"
        ).fetchall():
            steps[key, ordinal, side].add(step)
    return [_item(row, steps, snapshot) for row in rows]


def _item(row: dict[str, Any], steps: dict[tuple[int, int, str], set[int]], snapshot: Snapshot) -> PlainItem:
    held: dict[str, frozenset[str]] = {}
    for key, dimension in dimensions().items():
        if dimension.kind == "mask" and dimension.listed and not dimension.role:
            held[key] = frozenset(row[dimension.listed]) & set(dimension.keys) or frozenset([NOT_STATED])
    held["study"] = frozenset(_studies(set(row["imaging_modalities"]), row["hybrid"])) or frozenset([NOT_STATED])
    for side in ("admin", "reviewer"):
        held[f"{side}_profile"] = frozenset([_profile(row[f"{side}_sources"])])
    groups = {_group(key) for key in row["specialty_keys"]}
    held["specialty_group"] = frozenset([MIXED_GROUPS] if len(groups) > 1 else groups or [NOT_STATED])
    held |= {key: frozenset([value]) for key, value in _more(row, steps).items()}
    for role in ("board", "subspecialty"):
        held[role] = _certified(row["specialties"], role)
    asked = (row["service_date"] if "retrospective" in row["flags"] else None) or row["ur_denial_date"]
    held["mtus_edition"] = frozenset([mtus_edition(asked) or NOT_STATED])
    for name in ("category", "subcategory", "contrast", "priority", "collection"):
        held[name] = frozenset([row[name] or NOT_STATED])
    flags = set(row["flags"])
    switches = {name for name, flag in (("modified", "modified_request"), ("retrospective",) * 2) if flag in flags}
    if flags & {"associated_service", "falls_with_surgery"}:
        switches.add("ancillary")
    for name in ("modified", "ancillary", "retrospective"):
        held[name] = frozenset(["yes" if name in switches else "no"])
    text = snapshot.text(row["letter_key"], row["text_part"]) or ""
    return PlainItem(
        row["letter_key"],
        row["ordinal"],
        row["outcome"] == "overturned",
        row["decision_date"],
        row["ur_denial_date"],
        frozenset(switches),
        held,
        text.lower(),
    )


def _studies(modalities: set[str], fused: bool) -> set[str]:
    """A fused study stands for the modalities that it joins."""
    for parts in ("bone_scan spect ct", "spect ct", "bone_scan spect", "pet ct", "pet mri", "bone_scan ct"):
        joined = set(parts.split())
        if fused and joined <= modalities:
            return (modalities - joined) | {f"fused_{parts.replace(' ', '_')}"}
    return modalities


def _profile(sources: list[str]) -> str:
    if not sources:
        return NOT_STATED
    if "mtus" in sources:
        return "mtus_only" if len(sources) == 1 else "mtus_and_other"
    return "none" if sources == ["none"] else "other_only"


def _more(row: dict[str, Any], steps: dict[tuple[int, int, str], set[int]]) -> dict[str, str]:
    """What the other dimensions that hold one value say of the item."""
    drug = row["subcategory"] if row["category"] == "pharmaceuticals" else None
    sides = {"admin": "claims_administrator", "reviewer": "reviewer"}
    return {
        "claim_age": _days(row["injury_date"], row["ur_denial_date"], "30 31_to_90 91_to_365", "over_a_year"),
        "decision_days": _days(
            row["application_date"], row["decision_date"], "30 31_to_45 46_to_90 91_to_180", "over_180"
        ),
        "drug_class": drug or NOT_STATED,
        "hybrid": ("hybrid" if row["hybrid"] else "single") if row["imaging_modalities"] else NOT_STATED,
        "licence": _licence(set(row["state_keys"])),
        "agreement": _agreement(set(row["admin_sources"]), set(row["reviewer_sources"])),
        **{
            f"{side}_step": _step(row[f"{side}_sources"], steps[row["letter_key"], row["ordinal"], whose])
            for side, whose in sides.items()
        },
    }


def _days(first: date | None, last: date | None, limited: str, longest: str) -> str:
    if first is None or last is None or last < first:
        return NOT_STATED
    for key in limited.split():
        if (last - first).days <= int(key.split("_")[-1]):
            return "up_to_30" if key == "30" else key
    return longest


def _licence(states: set[str]) -> str:
    if not states:
        return NOT_STATED
    if "california" not in states:
        return "other_only"
    return "california_only" if len(states) == 1 else "california_and_other"


def _agreement(admin: set[str], reviewer: set[str]) -> str:
    if not admin or not reviewer:
        return NOT_STATED
    admin, reviewer = admin - {"none"}, reviewer - {"none"}
    if not admin or not reviewer:
        return "both_none" if admin == reviewer else "reviewer_none" if admin else "admin_none"
    return "same" if admin == reviewer else "overlap" if admin & reviewer else "differ"


def _step(sources: list[str], steps: set[int]) -> str:
    if steps:
        return f"step_{min(steps)}"
    return "none" if sources else NOT_STATED


def _certified(specialties: list[dict[str, Any]], role: str) -> frozenset[str]:
    keys = {term.label: key for key, term in vocabulary("specialties").terms.items()}
    found = [keys.get(entry["name"], "unknown") for entry in specialties if entry["role"] == role]
    return frozenset(found) or frozenset([NOT_STATED])


def _group(key: str) -> str:
    terms = vocabulary("specialties").terms
    return str(terms[key].attributes["group"]) if key in terms else "other"


def matches(item: PlainItem, filters: Filters, ignoring: str = "") -> bool:
    """Whether the filter lets the item through, read off its definition. A single word is looked up in the text."""
    if filters.unreadable:
        return False
    for key, choice in filters.choices:
        if key != ignoring and not _chosen(item.held[key], choice):
            return False
    if filters.outcome and ignoring != "outcome" and item.overturned != (filters.outcome == "overturned"):
        return False
    if filters.dates and ignoring != "date":
        day = item.decided if filters.date_field == "decision" else item.denied
        if day is None:
            if not filters.dates.undated:
                return False
        elif not filters.dates.bounded or not (
            (filters.dates.start or date.min) <= day <= (filters.dates.end or date.max)
        ):
            return False
    return not item.flags & set(filters.without) and (not filters.words or filters.words in item.text)


def _chosen(held: frozenset[str], choice: Choice) -> bool:
    include = set(choice.include)
    if include and choice.mode == "any" and not held & include:
        return False
    if include and choice.mode == "all" and not include <= held:
        return False
    if include and choice.mode == "only" and include != held:
        return False
    return not held & set(choice.exclude)


def by_letter(items: Iterable[PlainItem]) -> dict[int, tuple[int, int]]:
    """Items and overturned items by letter."""
    found: dict[int, list[bool]] = defaultdict(list)
    for item in items:
        found[item.letter].append(item.overturned)
    return {letter: (len(outcomes), sum(outcomes)) for letter, outcomes in found.items()}


def as_units(letters: dict[int, tuple[int, int]], unit: str) -> dict[int, tuple[int, int]]:
    return {key: (1, int(y > 0)) for key, (_, y) in letters.items()} if unit == "letter" else letters


def sums(letters: dict[int, tuple[int, int]]) -> Sums:
    """The sums of statistics.md, letter by letter."""
    pairs = list(letters.values())
    add: Callable[[Callable[[int, int], float]], float] = lambda f: sum(f(n, y) for n, y in pairs)  # noqa: E731
    return Sums(
        int(add(lambda n, _: n)),
        int(add(lambda _, y: y)),
        len(pairs),
        int(add(lambda n, _: n * n)),
        int(add(lambda _, y: y * y)),
        int(add(lambda n, y: n * y)),
        add(lambda n, y: y * y / n),
    )


def cross_sums(group: dict[int, tuple[int, int]], rest: dict[int, tuple[int, int]]) -> CrossSums:
    shared = [(*group[key], *rest[key]) for key in group.keys() & rest.keys()]
    return CrossSums(
        len(shared),
        sum(n * rn for n, _, rn, _ in shared),
        sum(n * ry for n, _, _, ry in shared),
        sum(y * rn for _, y, rn, _ in shared),
        sum(y * ry for _, y, _, ry in shared),
    )


def choices(key: str) -> st.SearchStrategy[Choice]:
    """Choices on one dimension, keys that nobody knows among them."""
    known = st.sampled_from([*dimensions()[key].keys, NOT_STATED, "no_such_key"])
    return st.builds(
        lambda include, exclude, mode: Choice(
            tuple(include), tuple(name for name in exclude if name not in include), mode
        ),
        st.lists(known, max_size=3, unique=True),
        st.lists(known, max_size=2, unique=True),
        st.sampled_from(["any", "any", "all", "only"]),
    )


@st.composite
def some_filters(draw: st.DrawFn, words: Iterable[str] = ("", "", "knee", "scan")) -> Filters:
    """Filters as widgets and links make them."""
    filters = Filters(
        outcome=draw(st.sampled_from([None, None, "overturned", "upheld"])),
        words=draw(st.sampled_from(list(words))),
        date_field=draw(st.sampled_from(["decision", "ur"])),
        unit=draw(st.sampled_from(["item", "letter"])),
        side=draw(st.sampled_from(["admin", "reviewer"])),
        without=draw(
            st.sets(st.sampled_from(["ancillary", "modified", "retrospective"])).map(
                lambda names: tuple(name for name in ("ancillary", "modified", "retrospective") if name in names)
            )
        ),
    )
    if draw(st.booleans()):
        days = st.none() | st.dates(date(2013, 1, 1), date(2018, 1, 1))
        dates = DateRange(draw(days), draw(days), draw(st.booleans()))
        filters = Filters(**{**{name: getattr(filters, name) for name in filters.__slots__}, "dates": dates})
    for key in draw(st.lists(st.sampled_from(list(dimensions())), max_size=3, unique=True)):
        filters = filters.choose(key, draw(choices(key)))
    return filters
