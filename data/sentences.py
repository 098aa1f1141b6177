"""The sentences and short phrases that pages, tables and exports share. Words follow the statistics: nothing is claimed
that the figures do not carry, and small samples are said to be small."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

from data.condition_fields import ConditionError
from data.condition_links import from_link
from data.condition_words import sentence
from data.conditions import fields_of, tests, unknown_values
from data.filters import LONGEST_CHOICE, MAX_WORDS, Choice, Filters
from data.rates import Group, Headline
from data.schema import NOT_STATED, Dimension, dimensions
from data.search_language import parse
from data.search_tree import Case, every_leaf
from data.showing import in_quotes
from data.statistics import Difference, Rate, counted, interval_words, percent

ESTIMAND = (
    "Counted are disputed items that utilization review denied or modified, that were appealed, found eligible, decided and published. "
    "Most denials are never appealed, so this is not the chance that a denial is wrong."
)
MEANING = "Overturned means that the reviewer found the disputed treatment medically necessary; upheld means that the reviewer agrees with the denial."
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SWITCH_WORDS = {
    "ancillary": "without ancillary items",
    "modified": "without modified requests",
    "retrospective": "without retrospective requests",
}


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition that is on: what it says, and the filter without it."""

    text: str
    without: Filters


def day(value: date | None) -> str:
    """A date as `9 Dec 2016`, or `not stated`."""
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}" if value else "not stated"


def chips(filters: Filters) -> list[Chip]:
    """Every condition of the filter, a chip each, in the order of the sidebar."""
    found: list[Chip] = []
    for key, choice in filters.choices:
        dimension = dimensions()[key]
        joiner = {"any": "", "all": "all of: ", "only": "only: "}[choice.mode]
        for value in choice.include:
            rest = replace(choice, include=tuple(other for other in choice.include if other != value))
            found.append(Chip(_named_value(dimension, joiner, value), filters.choose(key, _tidy(rest))))
        for value in choice.exclude:
            rest = replace(choice, exclude=tuple(other for other in choice.exclude if other != value))
            found.append(Chip(_named_value(dimension, "not ", value), filters.choose(key, _tidy(rest))))
    if filters.outcome:
        found.append(Chip(f"{filters.outcome.capitalize()} only", replace(filters, outcome=None)))
    if filters.dates:
        found.append(Chip(_dates_text(filters), replace(filters, dates=type(filters.dates)())))
    if filters.words:
        found.append(Chip(f"Text has: {filters.words}", replace(filters, words="")))
    for switch in filters.without:
        rest_of = tuple(other for other in filters.without if other != switch)
        found.append(Chip(_SWITCH_WORDS[switch].capitalize(), replace(filters, without=rest_of)))
    if filters.condition:
        found.append(Chip(sentence(filters.condition), replace(filters, condition=None)))
    for name, value in filters.unreadable:
        rest_unread = tuple(entry for entry in filters.unreadable if entry != (name, value))
        found.append(Chip(f"Unreadable: {name}={value[:40]}", replace(filters, unreadable=rest_unread)))
    return found


# Where a key's label does not say what it is about.
_PREFIXES = {
    "admin": "Administrator cited ",
    "reviewer": "Reviewer relied on ",
    "admin_profile": "Administrator: ",
    "reviewer_profile": "Reviewer: ",
    "admin_step": "Administrator, ",
    "reviewer_step": "Reviewer, ",
    "agreement": "Both sides: ",
    "state": "Licensed in ",
    "licence": "Licensed in ",
    "board": "Board: ",
    "subspecialty": "Subspecialty: ",
    "claim_age": "Age of the claim: ",
    "decision_days": "Application to decision: ",
    "priority": "Priority: ",
    "study": "Study: ",
    "laterality": "Side: ",
    "drug_class": "Drug class: ",
    "collection": "Collection: ",
    "hybrid": "Fused studies: ",
    "reason": "Ground: ",
    "mtus_edition": "MTUS in force: ",
    "specialty_group": "Specialty group: ",
}


def _named_value(dimension: Dimension, how: str, value: str) -> str:
    """A value in words that stand alone: what states nothing, or names no source, says of what."""
    label = dimension.term_label(value)
    if value == NOT_STATED and label == "Not stated":
        return f"{dimension.label}: {'stated' if how == 'not ' else f'{how}not stated'}"
    if value == "none" and dimension.key in ("admin", "reviewer"):
        label = "no source"
    return f"{_PREFIXES.get(dimension.key, '')}{how}{label}"


def _tidy(choice: Choice) -> Choice:
    return choice if choice.include else Choice((), choice.exclude)


def _dates_text(filters: Filters) -> str:
    what = "Decided" if filters.date_field == "decision" else "UR denial"
    dates = filters.dates
    if not dates.bounded:
        return f"{what}: date not stated"
    start, end = dates.start, dates.end
    text = (
        f"{what} {day(start)} to {day(end)}"
        if start and end
        else f"{what} from {day(start)}"
        if start
        else f"{what} to {day(end)}"
    )
    return text + (" or not stated" if dates.undated else "")


_UNKNOWN_NAMED = 3
_LONGEST_SHOWN = 60  # characters of a value that nobody here knows


def notices(filters: Filters, held: Mapping[str, Collection[str]] = MappingProxyType({})) -> list[str]:
    """A sentence for everything in the filter that this installation does not know or that nothing can ever match.

    `held` are the keys of the open dimensions, which the snapshot tells (`Questions.keys`).
    """
    found = [_not_read(name, value) for name, value in filters.unreadable[:_UNKNOWN_NAMED]]
    if len(filters.unreadable) > _UNKNOWN_NAMED:
        more = counted(len(filters.unreadable) - _UNKNOWN_NAMED, "more condition")
        found.append(f"{more} of the link cannot be read here either.")
    unknown = unknown_keys(filters, held)
    for key, choice in filters.choices:
        dimension = dimensions()[key]
        if (
            choice.mode != "any"
            and len(choice.include) > 1
            and (dimension.kind == "value" or NOT_STATED in choice.include)
        ):
            found.append(
                f"No decision is {listed([dimension.term_label(value) for value in choice.include])} at once under "
                f"{dimension.label.lower()}: choose any of them instead of all."
            )
    for label, values in unknown.items():
        more = f" and {counted(len(values) - _UNKNOWN_NAMED, 'more value')}" if len(values) > _UNKNOWN_NAMED else ""
        names = ", ".join(values[:_UNKNOWN_NAMED]) if more else listed(values)
        what, them = ("a value that is", "it matches") if len(values) == 1 else ("values that are", "they match")
        it = "it" if len(values) == 1 else "them"
        found.append(
            f"The filter names {names}{more} under {label}, {what} not known here: {them} no decision. "
            f"Take {it} out, or ask who sent the link."
        )
    if filters.dates.reversed:
        found.append(
            f"The dates are the wrong way round: they begin on {day(filters.dates.start)} and end on {day(filters.dates.end)}, "
            "so no day lies between them. Change one of them in the sidebar."
        )
    words = [one.values[0] for one in tests(filters.condition) if one.of.kind == "words"]
    for typed in map(parse, [*filter(None, [filters.words]), *words]):
        found += [typed.trouble] if typed.trouble else typed.notes
    return list(dict.fromkeys(found))


def unknown_keys(filters: Filters, held: Mapping[str, Collection[str]] = MappingProxyType({})) -> dict[str, list[str]]:
    """What the filter names and nobody here knows, in quotes, by the name of its dimension or field; `held` as in `notices`."""
    unknown: dict[str, list[str]] = {}
    for key, choice in filters.choices:
        dimension = dimensions()[key]
        known = {*dimension.keys, *held.get(key, ()), NOT_STATED}
        for value in (*choice.include, *choice.exclude):
            if value not in known:
                unknown.setdefault(dimension.label.lower(), []).append(_shown(value))
    for label, values in unknown_values(filters.condition).items():
        unknown.setdefault(label.lower(), []).extend(map(repr, values))
    return unknown


def _not_read(name: str, value: str) -> str:
    """What a parameter says in vain, and why where that is known."""
    if name == "where":
        try:
            from_link(value)
        except ConditionError as error:
            return f"The conditions of the link (where={_shown(value)}) cannot be read: {error} Nothing matches until they are taken out."
    most = MAX_WORDS if name == "words" else LONGEST_CHOICE
    why = f": it has {len(value):,} characters, and at most {most:,} are read" if len(value) > most else ""
    return (
        f"The link says {name}={_shown(value)}, which cannot be read here{why}. Nothing matches until it is taken out."
    )


def _shown(value: str) -> str:
    """A value of a link as a sentence shows it: in quotes, what cannot be printed as its code, cut where it is long."""
    return in_quotes(value if len(value) <= _LONGEST_SHOWN else f"{value[:_LONGEST_SHOWN]}…")


WHOLE_LETTERS = (
    "The words choose letters: every item of a letter that holds them counts, also one that they are not about. "
    "What an item itself asks for is chosen by study, treatment and body part."
)


def of_whole_letters(filters: Filters) -> str:
    """What is to be said beside a rate of items that words have chosen, for words are found in letters; else empty."""
    tree = parse(filters.words).tree if filters.words and filters.unit == "item" else None
    told = tree is not None and any(not isinstance(leaf, Case) for leaf in every_leaf(tree))
    return WHOLE_LETTERS if told else ""


def filter_text(filters: Filters) -> str:
    """The filter in one line, for exports and alternative texts."""
    return "; ".join(chip.text for chip in chips(filters)) or "everything"


def answer(head: Headline, filters: Filters, versus: Difference | None, rest: Rate | None) -> str:
    """The sentence under a page's title: counts first, then the rate with its interval, then what it can be told from."""
    unit = "letter" if filters.unit == "letter" else "decision"
    rate = head.rate
    if not rate.n:
        return "No decision matches this filter."
    subject = _subject(filters)
    what = f"{counted(rate.n, unit)}{subject}"
    if unit == "decision":
        what += f"{',' if ',' in subject else ''} in {counted(rate.letters, 'letter')}"
    if filters.one_outcome:
        return (
            f"{what}; {rate.y:,} overturned: the filter asks for {filters.one_outcome} ones alone, so no rate follows."
        )
    if rate.rate is None or rate.small:
        return f"{what}; {rate.y:,} overturned: too few to give a rate."
    text = (
        f"{what}; {rate.y:,} overturned: {percent(rate.rate, rate.n)} ({interval_words(rate.low, rate.high, rate.n)})"
    )
    by_outcome = "outcome" in fields_of(filters.condition)  # then a comparison says what the condition chose
    return text + ("" if by_outcome else _compared(versus, rest, unit)) + "."


def _compared(versus: Difference | None, rest: Rate | None, unit: str) -> str:
    if versus is None or rest is None or rest.small or rest.rate is None:
        return ""
    other = percent(rest.rate, rest.n)
    if not versus.distinguishable:
        return f"; cannot be told apart from all other {unit}s loaded ({other})"
    return f"; {'higher' if (versus.d or 0.0) > 0 else 'lower'} than all other {unit}s loaded ({other})"


# How a sentence says what was chosen, and what it says of more than a sentence should name: first what was asked for,
# then, set off by commas, who cited what and who reviewed. Other conditions stand on their chips alone.
_ABOUT = {
    "category": ("in {}", "the chosen categories"),
    "modality": ("on {}", "the chosen imaging"),
    "study": ("on {}", "the chosen imaging"),
    "body": ("for {}", "the chosen body parts"),
}
_CIRCUMSTANCES = {
    "admin": ("with {} cited by the claims administrator", "the chosen sources"),
    "reviewer": ("with {} relied on by the reviewer", "the chosen sources"),
    "specialty": ("by a reviewer in {}", "the chosen specialties"),
    "specialty_group": ("by a reviewer in {}", "the chosen groups"),
}
_NAMED = 4


def _subject(filters: Filters) -> str:
    """What the counted decisions are about, as far as it was chosen."""
    about = [_phrase(filters, name, *words) for name, words in _ABOUT.items()]
    circumstances = [_phrase(filters, name, *words) for name, words in _CIRCUMSTANCES.items()]
    return "".join(f" {phrase}" for phrase in about if phrase) + "".join(
        f", {phrase}" for phrase in circumstances if phrase
    )


def _phrase(filters: Filters, dimension: str, pattern: str, many: str) -> str:
    """The chosen keys of a dimension in the words of `pattern`; empty where the filter lets the unstated in too."""
    choice = filters.choice(dimension)
    if not choice.include or NOT_STATED in choice.include:
        return ""
    sides = dimension in ("admin", "reviewer")
    labels = [
        "no source" if sides and key == "none" else dimensions()[dimension].term_label(key) for key in choice.include
    ]
    names = many if len(labels) > _NAMED else listed(labels, "or" if choice.mode == "any" else "and")
    return pattern.format(f"only {names}" if choice.mode == "only" else names)


def standing_out(groups: list[Group], kind: str = "group", most: int | None = None) -> str:
    """Which groups differ from the rest after correction, in one sentence; says so when none does.

    `kind` names one; of more than `most` on one side the most frequent are named.
    """
    tested = [group for group in groups if group.versus_rest and group.versus_rest.p_value is not None]
    high = [group for group in groups if group.stands_out and _direction(group) > 0]
    low = [group for group in groups if group.stands_out and _direction(group) < 0]
    if len(tested) < 2:
        return f"Too few {kind}s have enough letters to be compared."
    parts = []
    if high:
        parts.append(f"{_named(high, most)}: overturned more often than the rest")
    if low:
        parts.append(f"{_named(low, most)}: overturned less often than the rest")
    return "; ".join(parts) + "." if parts else f"No {kind} can be told apart from the rest."


def _named(groups: list[Group], most: int | None) -> str:
    if most is None or len(groups) <= most:
        return listed([quoted(group.label) for group in groups])
    frequent = sorted(groups, key=lambda group: -group.rate.n)[:most]
    return f"{', '.join(quoted(group.label) for group in frequent)} and {len(groups) - most} more"


def _direction(group: Group) -> float:
    return (group.versus_rest.d or 0.0) if group.versus_rest else 0.0


def quoted(label: str) -> str:
    """A label as a noun in a sentence: in quotes where it is more than two words, which may hold an `and` of their own."""
    return f"“{label}”" if len(label.split()) > 2 else label


def listed(names: list[str], joiner: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {joiner} {names[-1]}"


@cache
def published_letters() -> tuple[dict[int, int], str]:
    """How many letters the state published by year, and until when the figures run (see published.toml for the sources)."""
    document = tomllib.loads((Path(__file__).parent / "published.toml").read_text(encoding="utf-8"))
    return {int(year): n for year, n in document["letters"].items()}, document["until"]


def published_total() -> tuple[int, str]:
    """How many letters the state published, and until when the figure runs."""
    by_year, until = published_letters()
    return sum(by_year.values()), until
