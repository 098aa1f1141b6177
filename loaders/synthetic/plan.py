"""Plan a letter: who, when, what was asked for, what each side cites, and how it ends. Depends on seed and number alone."""

from __future__ import annotations

import math
from bisect import bisect
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from random import Random

from loaders.synthetic.citing import Cited, cite
from loaders.synthetic.requests import Request, fill, plain_request, retrospective
from loaders.synthetic.tables import CLAIMS_IMAGING, Kind, Reviewer, Tables, by_year, tables

MOST_LETTERS = 9_000_000
_FIRST_NUMBER = 1_000_000  # real case numbers lie below, as far as any was seen
_STEP = 4_294_961  # shares no divisor with MOST_LETTERS, so that every number comes once
_DENIAL_LIMIT = 37
_MOST_ITEMS = 21
_TAIL = 1.205  # mean of further items beyond two, from 1.86 a letter with 39 % of letters above one
_OPERATIONS = frozenset({"spine_surgery", "arthroscopy", "open_surgery"})
DATES = ("injury", "ur_denial", "application_received", "assigned", "decision")


@dataclass(slots=True)
class Item:
    """One disputed item as planned. `probability` is that of being overturned, given everything but chance."""

    kind: Kind
    request: Request
    region: str
    topic: str
    claims: Cited
    reviewer: Cited
    flags: tuple[str, ...]
    probability: float
    overturned: bool
    claims_profile: str
    effects: tuple[str, ...] = ()


@dataclass(slots=True)
class Plan:
    """One letter as planned."""

    index: int
    case_number: str
    form: str
    dates: dict[str, date]
    priority: str
    age: int | None
    sex: str | None
    reviewer: Reviewer
    boards_written: tuple[str, ...]
    region: str
    other_region: str
    side: str
    items: list[Item] = field(default_factory=list)


def plan(seed: int, index: int) -> tuple[Plan, Random]:
    """The plan of letter `index` of the corpus of `seed`, and the source of chance from which its wording goes on."""
    t, rng = tables(), Random((seed << 40) + index)  # noqa: S311 (no secret)
    r = rng.random
    year = t.years.pick(r())
    expedited = r() < t.mixes["expedited"]
    dates = _dates(t, rng, year, expedited=expedited)
    first = t.categories[year].pick(r())
    number, reviewer = _reviewer(seed, t.groups[first].pick(r()), r())
    region, other = t.region.pick(r()), t.region.pick(r())
    if other == region:
        other = "shoulder" if region != "shoulder" else "lumbar"
    age = round(min(78.0, max(18.0, rng.gauss(47, 11)))) if r() < t.mixes["age_stated"] else None
    sex = ("male" if r() < 0.55 else "female") if r() < t.mixes["sex_stated"] else None
    made = Plan(
        index,
        case_number(index, dates["application_received"].year),
        _form(t, dates["decision"], r()),
        dates,
        "expedited" if expedited else "standard",
        age,
        sex,
        reviewer,
        reviewer.boards,
        region,
        other,
        ("left", "right", "bilateral")[bisect((0.42, 0.88), r())],
    )
    if r() < t.mixes["specialty_typo"]:
        made.boards_written = (*reviewer.boards[:-1], reviewer.boards[-1] + reviewer.boards[-1][-1])
    _items(t, made, rng, year, first, _reviewer_effect(seed, number))
    return made, rng


def case_number(index: int, year: int) -> str:
    """A case number that no other letter of a corpus has, and no real letter."""
    return f"CM{year % 100:02d}-{_FIRST_NUMBER + index * _STEP % MOST_LETTERS}"


@cache
def pool(seed: int) -> dict[str, list[tuple[int, Reviewer]]]:
    """The reviewers of a corpus, numbered, by group."""
    t = tables()
    rng = Random(f"reviewers of {seed}")  # noqa: S311
    total = sum(group["weight"] for group in t.mixes["group"])
    made: dict[str, list[tuple[int, Reviewer]]] = {}
    number = 0
    for group in t.mixes["group"]:
        made[group["key"]] = []
        for _ in range(max(6, round(t.mixes["reviewers"] * group["weight"] / total))):
            states = [name for name, share in t.mixes["states"].items() if rng.random() < share]
            reviewer = Reviewer(group["key"], tuple(rng.choice(group["boards"])), tuple(states or ["California"]))
            made[group["key"]].append((number, reviewer))
            number += 1
    return made


def _reviewer(seed: int, group: str, at: float) -> tuple[int, Reviewer]:
    members = pool(seed)[group]
    return members[int(at * len(members))]


@cache
def _reviewer_effect(seed: int, number: int) -> float:
    return Random(f"reviewer {number} of {seed}").gauss(0, 1)  # noqa: S311


def _form(t: Tables, decided: date, at: float) -> str:
    start, end = t.mixes["f3_until"], t.mixes["f3_last"]
    return "F3" if at >= (decided - start).days / (end - start).days else "F4"


def _dates(t: Tables, rng: Random, year: int, *, expedited: bool) -> dict[str, date]:
    r = rng.random
    last = date(year, 3, 31) if year == 2025 else date(year, 12, 31)
    first = date(year, 1, 1)
    decided = first + timedelta(int(r() * ((last - first).days + 1)))
    if decided.weekday() > 4:
        decided += timedelta(-2 if decided.day > 2 else 2)
    waits = decision_waits(year)
    to_assignment = 1 + int(min(32.0, rng.expovariate(1 / (t.mixes["application_to_assignment"] - 1))))
    to_decision = waits[0] * (0.7 + 0.6 * r()) + (rng.gammavariate(4, waits[1] / 4) if waits[1] else 0)
    if waits[2]:
        to_decision -= to_assignment
    if expedited:
        to_assignment, to_decision = 1, 2 + 3 * r()
    assigned = decided - timedelta(max(1, round(to_decision)))
    received = assigned - timedelta(to_assignment)
    denied = received - timedelta(
        int(min(_DENIAL_LIMIT, max(0.0, rng.gauss(t.mixes["denial_to_application"] + 0.5, 8))))
    )
    claim = t.mixes["claim_age"]
    days = min(claim["most"], max(claim["least"], claim["median_days"] * math.exp(claim["sigma"] * rng.gauss(0, 1))))
    return dict(zip(DATES, (denied - timedelta(round(days)), denied, received, assigned, decided), strict=True))


@cache
def decision_waits(year: int) -> tuple[float, float, bool]:
    """Published mean days to decision, the mean wait before that clock starts, and whether it starts at the application."""
    t = tables()
    stated = t.published["days_to_decision"]
    clock = stated[max((key for key in stated if int(key) <= year), key=int)]["clock"]
    days = by_year({key: value["days"] for key, value in stated.items()}, year)
    return days, float(t.mixes["records_wait"]) if clock == "records" else 0.0, clock == "application"


def _items(t: Tables, made: Plan, rng: Random, year: int, first: str, reviewer_effect: float) -> None:
    r = rng.random
    alike = t.effects["alike"]
    own = math.sqrt(1 - alike["letter"] - alike["reviewer"])
    common = math.sqrt(alike["letter"]) * rng.gauss(0, 1) + math.sqrt(alike["reviewer"]) * reviewer_effect
    refused: bool | None = None  # whether the letter's operation is; None: it asks for none
    for number in range(_how_many(t, rng, year)):
        category = first if number == 0 or r() < t.mixes["persistence"] else t.categories[year].pick(r())
        region = made.region if number == 0 or r() >= t.mixes["second_region"] else made.other_region
        item = None
        if refused is not None and category in t.associated and r() < t.mixes["associated"]:
            item = _associated(t, made, rng, category, refused=refused)
        if item is None:
            item = _item(t, made, rng, year, category, region)
        _weigh(t, made, item, year)
        drawn = _normal(common + own * rng.gauss(0, 1))
        item.overturned = drawn < item.probability
        if refused is None and item.kind.key in _OPERATIONS:
            refused = not item.overturned
        made.items.append(item)


def _normal(value: float) -> float:
    return 0.5 * math.erfc(-value / math.sqrt(2))


def _how_many(t: Tables, rng: Random, year: int) -> int:
    several = (t.items_a_letter[year] - 1) / (1 + _TAIL)
    if rng.random() >= several:
        return 1
    return min(_MOST_ITEMS, 2 + int(math.log(1 - rng.random()) / math.log(_TAIL / (1 + _TAIL))))


def _item(t: Tables, made: Plan, rng: Random, year: int, category: str, region: str) -> Item:
    r = rng.random
    kind = t.pick_kind(year, category, region, r())
    fitting = t.fitting(kind, region)
    template = fitting[int(r() * len(fitting))]
    other = made.other_region if region == made.region else made.region
    request = fill(t, template, region, other, made.side, rng, modified=r() < t.mixes["modified"])
    flags: tuple[str, ...] = ()
    if request.original is not None:
        flags = ("modified_request",)
    elif r() < t.mixes["retrospective"]:
        served = made.dates["ur_denial"] - timedelta(7 + int(r() * 45))
        if served > made.dates["injury"]:
            request, flags = retrospective(request, served, r()), ("retrospective",)
    return _with_citations(t, made, rng, kind, request, region, kind.topic, flags)


def _associated(t: Tables, made: Plan, rng: Random, category: str, *, refused: bool) -> Item:
    entries = t.associated[category]
    subcategory, text = entries[int(rng.random() * len(entries))]
    kind = Kind(f"associated {subcategory}", category, subcategory, 0, "falls", "service", (), ())
    request = plain_request(f"Associated surgical service: {text}")
    flags: tuple[str, ...] = ("associated_service",)
    if refused:
        flags += ("falls_with_surgery",)
        return Item(
            kind, request, made.region, "falls", Cited.none("claims"), Cited.none("reviewer"), flags, 0.0, False, "none"
        )
    return _with_citations(t, made, rng, kind, request, made.region, "service", flags)


def _with_citations(
    t: Tables, made: Plan, rng: Random, kind: Kind, request: Request, region: str, topic: str, flags: tuple[str, ...]
) -> Item:
    r = rng.random
    table = "claims_imaging" if kind.key in CLAIMS_IMAGING else "claims"
    profile = t.profiles[table].pick(r())
    answer = profile if r() < t.mixes["agreement"]["same"] and profile != "none" else t.profiles["reviewer"].pick(r())
    claims, reviewer = (
        cite(t, rng, side, chosen, made.form, made.dates["ur_denial"], made.dates["decision"], kind, topic, region)
        for side, chosen in (("claims", profile), ("reviewer", answer))
    )
    return Item(kind, request, region, topic, claims, reviewer, flags, 0.0, False, profile)


def _weigh(t: Tables, made: Plan, item: Item, year: int) -> None:
    """Set the item's probability of being overturned, and name the planted effects it is under."""
    if "falls_with_surgery" in item.flags:
        item.effects = ("falls_with_surgery",)
        return
    item.effects = tuple(effects_on(made, item))
    weighed = t.by_year[year] + t.by_category[item.kind.category]
    weighed += sum(t.planted[key].on(made.dates["ur_denial"]) for key in item.effects)
    item.probability = 1 / (1 + math.exp(-weighed))


def effects_on(made: Plan, item: Item) -> list[str]:
    """The planted effects (data/synthetic/effects.toml) whose group the item is in."""
    groups = {
        "odg_alone_on_spect": item.claims_profile == "odg" and "spect" in item.request.imaging,
        "mtus_drift_2017": item.claims_profile in ("mtus", "mtus_and")
        and made.dates["ur_denial"] >= tables().planted["mtus_drift_2017"].since,
        "orthopedic_reviewers": made.reviewer.group == "orthopedic",
        "mental_health_case_mix": made.reviewer.group == "mental_health",
        "texas_null": "Texas" in made.reviewer.states,
        "claims_cite_nothing": item.claims_profile == "none",
        "modified": "modified_request" in item.flags,
    }
    return [key for key, holds in groups.items() if holds]
