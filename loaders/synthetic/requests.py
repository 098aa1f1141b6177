"""Requests of synthetic letters: a wording filled with parts, sides and amounts, and with it what it asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Any

from loaders.synthetic.tables import Tables, Template

_WORDS = {4: "four", 6: "six", 8: "eight", 10: "ten", 12: "twelve", 18: "eighteen"}
_VISITS = (4, 6, 8, 10, 12, 18, 24)
_PILLS = (30, 60, 90, 120, 180)
_OFTEN = ("2 times a week for 6 weeks", "2 times 6", "2x6", "3 times a week for 4 weeks", "twice a week for four weeks")
_UNITS_BEFORE = ((("patch", "patches"), "patch"), (("treatment",), "treatment"), (("visits",), "visit"))
_DOSES = {"dose": ("10 mg", "15mg", "20 mg", "30 mg"), "dose300": ("300 mg", "600mg", "100 mg", "800 mg")}


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it stands in the header, and the truth about its disputed part. `noun_part` is how prose calls the part."""

    text: str
    disputed: str
    original: str | None = None
    authorized: str | None = None
    imaging: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    laterality: tuple[str, ...] = ()
    contrast: str = ""
    quantity: float | None = None
    unit: str | None = None
    service_date: date | None = None


@dataclass(slots=True)
class _Truth:
    parts: set[str]
    laterality: set[str]
    quantity: float | None
    unit: str | None = None


def plain_request(text: str) -> Request:
    """A request that says nothing beside its words."""
    return Request(text, text)


def fill(t: Tables, template: Template, region: str, other: str, side: str, rng: Random, *, modified: bool) -> Request:
    """The wording `template` said of `region` (and `other`, where it names two). Amounts make a `modified` request."""
    truth = _Truth(set(template.parts), set(), template.quantity)
    counted = "visits" in template.slots or "pills" in template.slots
    values: dict[str, str] = {}
    r = rng.random
    for slot in template.slots:
        if slot == "part":
            values[slot] = _part(t.regions[region], side, r(), truth)
        elif slot == "parts":
            values[slot] = (
                f"{_part(t.regions[region], side, r(), truth)} and {_part(t.regions[other], side, r(), truth)}"
            )
        elif slot == "limb":
            values[slot] = _limb(t.regions[region]["limb"], side, truth)
        elif slot == "level":
            levels = t.regions[region]["levels"]
            values[slot] = levels[int(r() * len(levels))]
            truth.parts.update(t.regions[region]["parts"])
        elif slot == "often":
            values[slot] = _OFTEN[int(r() * len(_OFTEN))]
        elif slot == "grams":
            amount = (60, 100, 120, 240)[int(r() * 4)]
            values[slot] = f"{amount} {('grams', 'gm')[r() < 0.3]}"
            truth.quantity, truth.unit = amount, "gram"
        elif slot in _DOSES:
            values[slot] = _DOSES[slot][int(r() * 4)]
    made: Request | None = None
    if counted:
        made = _counted(template, values, truth, rng, modified=modified)
    text = _said(template, values) if made is None else made.disputed
    base = made or Request(text, text)
    return replace(
        base,
        imaging=template.imaging,
        parts=tuple(sorted(truth.parts)),
        laterality=tuple(sorted(truth.laterality)),
        contrast=template.contrast,
        quantity=truth.quantity,
        unit=truth.unit,
    )


def retrospective(request: Request, served: date, at: float) -> Request:
    """The request as one for a service already given."""
    day = f"{served.month}/{served.day}/{served.year % 100:02d}"
    text = (
        f"Retrospective request for {request.text} (DOS {day})"
        if at < 0.6
        else f"Retrospective: {request.text} (DOS: {day})"
    )
    return replace(request, text=text, disputed=text, service_date=served)


def _said(template: Template, values: dict[str, str]) -> str:
    text = template.text.format_map(values)
    shouted = template.text.split("{")[0].strip()
    return text.upper() if " " in shouted and shouted.isupper() else text[0].upper() + text[1:]


def _part(region: dict[str, Any], side: str, at: float, truth: _Truth) -> str:
    truth.parts.update(region["parts"])
    names = region["names"]
    name = str(names[int(at * len(names))])
    if "plural" not in region:
        return name
    truth.laterality.add(side)
    if side == "bilateral":
        return f"{('bilateral', 'both')[at < 0.3]} {region['plural']}"
    return f"{side} {name}"


def _limb(limb: str, side: str, truth: _Truth) -> str:
    truth.parts.add(f"{limb}_extremity")
    truth.laterality.add(side)
    return f"bilateral {limb} extremities" if side == "bilateral" else f"{side} {limb} extremity"


def _counted(template: Template, values: dict[str, str], truth: _Truth, rng: Random, *, modified: bool) -> Request:
    """A request with an amount; a modified one has three: what was asked for, allowed, and left."""
    r = rng.random
    slot = "visits" if "visits" in template.slots else "pills"
    before = template.text.split("{" + slot)[0].rstrip(" ,").lower()
    unit = next((unit for words, unit in _UNITS_BEFORE if before.endswith(words)), None)
    amounts = _VISITS if slot == "visits" else _PILLS
    whole = amounts[int(r() * len(amounts))]
    style = r()

    def said(amount: int) -> str:
        return _said(template, values | {slot: _amount(slot, amount, style, truth, unit=unit)})

    if not modified:
        text = said(whole)
        truth.quantity = whole
        return Request(text, text)
    allowed = whole // 2 if r() < 0.7 else max(1, whole // 3)
    original, authorized = said(whole), said(allowed)
    if r() < 0.75 or "." in authorized:
        truth.quantity = whole - allowed
        left = said(whole - allowed)
        text = (
            f"{original} was the original request. {authorized} was authorized by the Claims Administrator. "
            f"The remaining IMR eligible portion of the original request, {left} is"
        )
        return Request(text, left, original, authorized)
    truth.quantity = whole
    text = (
        f"{original} was the original request. The Claims Administrator authorized {authorized}, leaving the original "
        f"request IMR eligible. The original request, {original} is"
    )
    return Request(text, original, original, authorized)


def _amount(slot: str, amount: int, style: float, truth: _Truth, *, unit: str | None) -> str:
    """An amount as written; its unit is in its own words, or stands right before it (`unit`)."""
    truth.unit = unit
    if slot == "pills":
        if style < 0.85 or unit:
            return f"#{amount}" if style < 0.55 else f"QTY: {amount}" if style < 0.75 else f"quantity {amount}"
        truth.unit = "tablet"
        return f"{amount} tablets"
    if style < 0.7 and not unit:
        truth.unit = "visit" if style < 0.3 else "session"
        if style > 0.6 and amount in _WORDS:
            return f"{_WORDS[amount]} sessions"
        return f"{amount} {truth.unit}s"
    return f"times {amount}" if style < 0.85 else f"QTY: {amount}"
