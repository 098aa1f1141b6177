"""Say a planned letter: its paragraphs in the order of the form, and where in them the values stand."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from loaders.synthetic import MARK
from loaders.synthetic.plan import Item, Plan
from loaders.synthetic.tables import Tables, some, tables

HOW = "HOW THE IMR FINAL DETERMINATION WAS MADE"
SUMMARY = "CLINICAL CASE SUMMARY"
ISSUES = "IMR ISSUES, DECISIONS AND RATIONALES"
SUMMARY_LEAD = "The expert reviewer developed the following clinical case summary based on a review of the case file, including all medical records:"
ISSUES_LEAD = "The Final Determination was based on decisions for the disputed items/services set forth below:"
CLAIMS, REVIEWER, RATIONALE = "Claims Administrator guideline: ", "MAXIMUS guideline: ", "Decision rationale: "
_SENT = (
    "MAXIMUS Federal Services sent the complete case file to {a}. He/she has no affiliation with the employer, employee, providers or the "
    "claims administrator. {board}He/she has been in active clinical practice for more than five years and is currently working at least 24 "
    "hours a week in active practice. The {who} was selected based on his/her clinical experience, education, background, and expertise in "
    "the same or similar specialties that evaluate and/or treat the medical condition and disputed items/{services}. He/she is familiar with "
    "governing laws and regulations, including the strength of evidence hierarchy that applies to Independent Medical Review determinations."
)
_COVER = ("assigned", "injury", "decision", "ur_denial", "application_received")
_MONTHS = tuple(calendar.month_name)[1:]
_STRESSED = ("8", "11", "18")


@dataclass(slots=True)
class Said:
    """An item as said: the place of its header among the paragraphs (statements and rationale follow it), and in the rationale the deciding sentence."""

    paragraph: int
    gap: str
    decisive: tuple[int, int]
    grounds: tuple[str, ...]


@dataclass(slots=True)
class Written:
    """The paragraphs of a letter, the place of its cover (one paragraph a line) and of its items."""

    paragraphs: list[str]
    cover: int
    items: list[Said]
    stated_age: int | None
    stated_sex: str | None


def write(plan: Plan, rng: Random) -> Written:
    """The letter's paragraphs. The words come from `rng`, which went through the planning before."""
    t = tables()
    slots = _slots(t, plan, rng)
    paragraphs = [MARK, *_cover(plan), HOW, *_reviewer(plan, rng), SUMMARY, SUMMARY_LEAD]
    paragraphs.append(_summary(t, plan, rng, slots))
    paragraphs += [ISSUES, ISSUES_LEAD]
    said: list[Said] = []
    for item in plan.items:
        rationale, decisive, grounds = _rationale(t, item, rng, slots)
        gap = t.gaps.pick(rng.random())
        said.append(Said(len(paragraphs), gap, decisive, grounds))
        paragraphs += [
            f"{item.request.text}{gap}{'Overturned' if item.overturned else 'Upheld'}",
            CLAIMS + item.claims.text,
            REVIEWER + item.reviewer.text,
            RATIONALE + rationale,
        ]
    return Written(paragraphs, 1, said, plan.age, plan.sex)


def _cover(plan: Plan) -> list[str]:
    day = {name: _numeric(plan.dates[name]) for name in _COVER}
    return [
        f"Case Number: {plan.case_number}",
        f"Date Assigned: {day['assigned']} Date of Injury: {day['injury']}",
        f"Decision Date: {day['decision']} UR Denial Date: {day['ur_denial']}",
        f"Priority: {plan.priority.capitalize()} Application Received: {day['application_received']}",
    ]


def _reviewer(plan: Plan, rng: Random) -> list[str]:
    who = "expert reviewer" if rng.random() < 0.6 else "physician reviewer"
    article = "an" if who[0] == "e" else "a"
    if plan.form == "F4":
        states = (", " if rng.random() < 0.7 else ",").join(plan.reviewer.states)
        return [
            _SENT.format(a=f"{article} {who}", who=who, board="", services="Service"),
            "The Expert Reviewer has the following credentials:",
            f"State(s) of Licensure: {states}",
            f"Certification(s)/Specialty: {', '.join(plan.boards_written)}",
        ]
    board, *more = plan.boards_written
    subspecialty = f"has a subspecialty in {more[0]} and " if more else "and "
    said = f"The {who} is Board Certified in {board}, {subspecialty}is licensed to practice in {_listed(plan.reviewer.states)}. "
    return [_SENT.format(a=f"{article} {who}", who=who, board=said, services="services")]


def _listed(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def _slots(t: Tables, plan: Plan, rng: Random) -> dict[str, Any]:
    """The words that the sentences of a letter share."""
    r = rng.random
    words = t.wording
    region = t.regions[plan.region]
    signs = some(region["signs"], 2, r)
    trade = words["trades"][int(r() * len(words["trades"]))]
    noun = words["females" if plan.sex == "female" else "males"][int(r() * 1.3)] if plan.sex else ""
    worker = words["workers"][int(r() * len(words["workers"]))]
    side = "" if "plural" not in region else f"{plan.side} " if plan.side != "bilateral" else "right "
    event = words["events"][int(r() * len(words["events"]))]
    who = _who(plan, noun, trade, r())
    pronoun = {"female": "she", "male": "he"}.get(plan.sex or "", f"the {worker}")
    seen = plan.dates["ur_denial"] - timedelta(6 + int(r() * 24))
    seen = max(seen, plan.dates["injury"] + timedelta(2))
    return {
        "worker": worker,
        "who": who,
        "Who": who[0].upper() + who[1:],
        "he": pronoun,
        "injury": _written(plan.dates["injury"], r()),
        "denied": _written(plan.dates["ur_denial"], r()),
        "seen": _written(seen, r()),
        "part": side + region["names"][0],
        "diagnosis": region["diagnoses"][int(r() * len(region["diagnoses"]))],
        "sign": signs[0],
        "sign2": signs[1],
        "months": 3 + int(r() * 20),
        "weeks": 2 + int(r() * 9),
        "pain": 3 + int(r() * 6),
        "visits": 4 + int(r() * 20),
        "event": event,
    }


def _who(plan: Plan, noun: str, trade: str, at: float) -> str:
    if plan.age is None:
        return f"a {noun} {trade}" if noun in ("male", "female") else f"a {trade}, a {noun}," if noun else f"a {trade}"
    article = "an" if str(plan.age).startswith(_STRESSED) else "a"
    age = f"{article} {plan.age}{('-year-old', ' year old')[at < 0.7]}"
    return (
        f"{age} {noun}" if noun and at < 0.5 else f"{age} {noun} who works as a {trade}" if noun else f"{age} {trade}"
    )


def _numeric(day: date) -> str:
    return f"{day.month:02d}/{day.day:02d}/{day.year}"


def _written(day: date, at: float) -> str:
    if at < 0.4:
        return f"{day.month}-{day.day}-{day.year}"
    if at < 0.6:
        return _numeric(day)
    if at < 0.75:
        return f"{day.month}/{day.day}/{day.year % 100:02d}"
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"


def _summary(t: Tables, plan: Plan, rng: Random, slots: dict[str, Any]) -> str:
    words, r = t.wording, rng.random
    wanted = [item.request.disputed for item in plan.items[:3]]
    slots["wants"] = _listed(tuple(wanted)) + (" and further items" if len(plan.items) > 3 else "")

    def one(name: str) -> str:
        return str(words[name][int(r() * len(words[name]))])

    told = [one("diagnoses"), *some(words["history"], 5 + int(r() * 4), r)]
    told += some(words["course"], 3, r)
    told += [
        *some(words["complaints"], 2, r),
        *some(words["examinations"], 2, r),
        one("studies"),
        one("medication"),
        one("work"),
    ]
    middle = " ".join(told).format_map(slots)
    if r() < t.mixes["typing_mistakes"]:
        middle = _mistyped(middle, rng)
    return f"{one('openings').format_map(slots)} {middle} {one('requests').format_map(slots)} {one('denials').format_map(slots)}"


def _mistyped(text: str, rng: Random) -> str:
    """The text with one slip: two letters of a longer word changed over, or a word said twice."""
    words = text.split(" ")
    at = 1 + int(rng.random() * (len(words) - 2))
    word = words[at]
    if len(word) > 5 and word.isalpha() and word.islower():
        place = 1 + int(rng.random() * (len(word) - 3))
        words[at] = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    elif word in ("the", "and", "of", "was", "is"):
        words[at] = f"{word} {word}"
    return " ".join(words)


def _rationale(
    t: Tables, item: Item, rng: Random, slots: dict[str, Any]
) -> tuple[str, tuple[int, int], tuple[str, ...]]:
    """The rationale, the place of its deciding sentence in it, and its grounds."""
    r = rng.random
    outcome = "overturned" if item.overturned else "upheld"
    topic = t.rationales["topics"][item.topic]
    slots["noun"] = item.kind.noun
    slots["body"] = t.regions[item.region]["names"][0]
    shared = t.rationales["shared"][outcome]
    told = some(topic["recital"], 1 + int(r() * 3), r)
    case = some(t.cases[outcome, item.topic], 1 + int(r() * 2), r)
    told += [sentence for sentence, _ in case]
    told += some(t.rationales["shared"]["weighing"], 2, r)
    told += some(shared, 2 + int(r() * 3), r)
    known = t.grounds.get((outcome, item.topic), [])
    chosen = some(known, 1 + int(r() * 2), r)
    if item.topic == "falls":
        told, case, chosen = told[:1], [], chosen[:1]
    told += [sentences[int(r() * len(sentences))] for _, sentences in chosen]
    deciding = t.rationales["deciding"][outcome]
    last = deciding[int(r() * len(deciding))].format_map(slots)
    before = " ".join(told).format_map(slots) + " "
    grounds = {ground for _, ground in case if ground} | {key for key, _ in chosen}
    return before + last, (len(before), len(before) + len(last)), tuple(sorted(grounds))


def starts(paragraphs: list[str]) -> list[int]:
    """Where each paragraph starts in the settled text, which parts paragraphs by an empty line."""
    places, at = [], 0
    for paragraph in paragraphs:
        places.append(at)
        at += len(paragraph) + 2
    return places
