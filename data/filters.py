"""The one filter that every page, table, export and letter list reads, and its form in the address bar.

Address grammar (values are vocabulary keys, never labels):

    DIMENSION=CHOICE      a key of schema.dimensions(): modality, admin, reviewer, specialty, body, state, admin_profile ...
                          CHOICE = ["all:" | "only:"] KEY *("," KEY); "!key" leaves one out; not_stated is a key everywhere;
                          in keys that come from the data (collections) %2C is a comma, %21 a first "!", %25 a "%"
    outcome=overturned
    words=bone scan "single photon"
    date=2016-12-01..2017-01-31   also 2016.. and ..2017-01-31; ",not_stated" adds the undated, not_stated alone is only they
    by=ur                 which date: decision (left out) or ur (utilization review)
    unit=letter           without=ancillary,modified,retrospective
    side=reviewer         snapshot=<id>
    where=modality.any.ct.mri~and~worker_age.least.50     conditions joined by AND and OR (data/condition_links.py)

A parameter that stands more than once reads as one: its values are joined by commas, words by blanks (`one_value`).
What cannot be read is kept as it is, matches nothing and is named in a notice
(`sentences.notices`), so a link never widens without a word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from typing import Any, Literal, TypeVar

from data.condition_fields import ConditionError
from data.condition_links import all_at_once, from_link, to_link
from data.condition_sql import Items, condition_sql
from data.conditions import Node, only_outcome
from data.schema import NOT_STATED, dimensions

T = TypeVar("T")
Mode = Literal["any", "all", "only"]
Unit = Literal["item", "letter"]
Side = Literal["admin", "reviewer"]
DateField = Literal["decision", "ur"]
OUTCOMES = ("overturned", "upheld")
SWITCHES = ("ancillary", "modified", "retrospective")
_DATE_COLUMNS = {"decision": "decision_date", "ur": "ur_denial_date"}
_MODES: tuple[Mode, ...] = ("any", "all", "only")
MAX_WORDS = 500
LONGEST_CHOICE = 4000
_ESCAPED = re.compile("%(25|2C|21)")
_HALF = re.compile("[\ud800-\udfff]")  # half characters, which no database takes


@dataclass(frozen=True, slots=True)
class Choice:
    """Chosen keys of one dimension: any of, all of or only `include`, and none of `exclude`."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    mode: Mode = "any"

    def __bool__(self) -> bool:
        return bool(self.include or self.exclude)


@dataclass(frozen=True, slots=True)
class DateRange:
    """A range of dates, both ends included, None for open; `undated` says whether items without that date are in."""

    start: date | None = None
    end: date | None = None
    undated: bool = False

    @property
    def bounded(self) -> bool:
        """Whether the range itself limits anything."""
        return self.start is not None or self.end is not None

    @property
    def reversed(self) -> bool:
        """Whether the range ends before it begins, so that no day lies in it."""
        return self.start is not None and self.end is not None and self.end < self.start

    def __bool__(self) -> bool:
        return self.bounded or self.undated


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked at. `choices` holds the dimensions in use, sorted by key; `unreadable` what a link said in vain.

    `condition` holds conditions joined by AND and OR, which come on top of the rest; no chart ignores any part of it.
    """

    choices: tuple[tuple[str, Choice], ...] = ()
    outcome: str | None = None
    words: str = ""
    dates: DateRange = field(default_factory=DateRange)
    date_field: DateField = "decision"
    unit: Unit = "item"
    without: tuple[str, ...] = ()
    side: Side = "admin"
    unreadable: tuple[tuple[str, str], ...] = ()
    condition: Node | None = None

    def choice(self, dimension: str) -> Choice:
        """The choice on one dimension, an empty one where nothing is chosen."""
        return dict(self.choices).get(dimension, Choice())

    def choose(self, dimension: str, choice: Choice) -> Filters:
        """The filter with another choice on `dimension`; an empty choice takes the dimension out."""
        chosen = {**dict(self.choices), dimension: choice}
        return replace(self, choices=tuple(sorted((key, value) for key, value in chosen.items() if value)))

    def toggle(self, dimension: str, key: str) -> Filters:
        """The filter after a click on the mark of `key`: chosen alone, or let go when it was chosen."""
        current = self.choice(dimension)
        if key in current.include:
            return self.choose(dimension, replace(current, include=tuple(k for k in current.include if k != key)))
        exclude = tuple(k for k in current.exclude if k != key)
        return self.choose(dimension, replace(current, include=(*current.include, key), exclude=exclude))

    def cleared(self) -> Filters:
        """Everything in: only the unit, the side and the kind of date stay as they are."""
        return Filters(unit=self.unit, side=self.side, date_field=self.date_field)

    @property
    def active(self) -> bool:
        """Whether anything is left out."""
        plain = self.choices or self.outcome or self.words or self.dates or self.without
        return bool(plain or self.unreadable or self.condition)

    @property
    def one_outcome(self) -> str | None:
        """The outcome that everything in the filter has, so that no rate says anything; None where there may be both."""
        return self.outcome or only_outcome(self.condition)


def to_query(filters: Filters) -> dict[str, str]:
    """The filter as address parameters, defaults left out."""
    query = {dimension: _choice_text(choice) for dimension, choice in filters.choices}
    if filters.outcome:
        query["outcome"] = filters.outcome
    if filters.words:
        query["words"] = filters.words
    if filters.dates:
        query["date"] = _date_text(filters.dates)
    if filters.date_field != "decision":
        query["by"] = filters.date_field
    if filters.unit != "item":
        query["unit"] = filters.unit
    if filters.without:
        query["without"] = ",".join(filters.without)
    if filters.side != "admin":
        query["side"] = filters.side
    if filters.condition:
        query["where"] = to_link(filters.condition)
    return query | dict(filters.unreadable)


def one_value(name: str, values: Sequence[str]) -> str:
    """What a parameter says that an address gives these values, one after the other.

    Choices and switches add up, words must all be there and conditions all hold; where only one value can hold, the joined
    one cannot be read.
    """
    if name == "where":
        return all_at_once(tuple(dict.fromkeys(values)))
    return (" " if name == "words" else ",").join(dict.fromkeys(values))


def from_query(query: Mapping[str, str]) -> Filters:
    """The filter an address asks for. Parameters that are none of the filter's are left to others; never raises."""
    unreadable: list[tuple[str, str]] = []

    def asked(name: str, read: Callable[[str], T | None], default: T) -> T:
        value = query.get(name)
        if not value:
            return default
        found = read(value) if not _HALF.search(value) else None
        if found is None:
            unreadable.append((name, value))
            return default
        return found

    filters = Filters(
        outcome=asked("outcome", _one_of(*OUTCOMES), None),
        words=asked("words", _parse_words, ""),
        dates=asked("date", _parse_dates, DateRange()),
        date_field=asked("by", _one_of("decision", "ur"), "decision"),
        unit=asked("unit", _one_of("item", "letter"), "item"),
        without=asked("without", _parse_switches, ()),
        side=asked("side", _one_of("admin", "reviewer"), "admin"),
        condition=asked("where", _parse_condition, None),
    )
    for dimension in dimensions():
        filters = filters.choose(dimension, asked(dimension, _parse_choice, Choice()))
    return replace(filters, unreadable=tuple(sorted(unreadable)))


def _one_of(*allowed: Any) -> Callable[[str], Any]:
    return lambda value: value if value in allowed else None


def _parse_condition(text: str) -> Node | None:
    try:
        return from_link(text)
    except ConditionError:
        return None


def _parse_switches(text: str) -> tuple[str, ...] | None:
    names = {name for name in text.split(",") if name}
    return tuple(name for name in SWITCHES if name in names) if names and names <= set(SWITCHES) else None


def where(
    filters: Filters,
    bits: Mapping[str, Mapping[str, int]],
    *,
    ignoring: str | None = None,
    hits: str = "hits",
    items: Items = MappingProxyType({}),
) -> tuple[str, list[object]]:
    """The SQL condition over `facts` and its parameters. `bits` maps dimension to key to bit; `ignoring` leaves one out.

    `items` are those of the filter's condition (`condition_sql.items_of`).
    With words, the letters that hold them are expected in a table (letter_key) of the name `hits`, a constant of code.
    """
    parts: list[str] = []
    values: list[object] = []
    if filters.unreadable:
        parts.append("false")
    for key, choice in filters.choices:
        if key != ignoring:
            dimension = dimensions()[key]
            if dimension.kind == "value":
                _value_sql(dimension.column, choice, parts, values)
            else:
                _choice_sql(dimension.column, choice, bits.get(key, {}), parts, values)
    if filters.outcome and ignoring != "outcome":
        parts.append("overturned" if filters.outcome == "overturned" else "NOT overturned")
    if filters.dates and ignoring != "date":
        _date_sql(_DATE_COLUMNS[filters.date_field], filters.dates, parts, values)
    parts += [f"NOT {switch}" for switch in filters.without if switch in SWITCHES]
    if filters.words:
        parts.append(f"letter_key IN (SELECT letter_key FROM {hits})")
    if filters.condition:
        sql, bound = condition_sql(filters.condition, bits, items)
        parts.append(sql)
        values += bound
    return " AND ".join(parts) or "true", values


def _choice_sql(column: str, choice: Choice, bits: Mapping[str, int], parts: list[str], values: list[object]) -> None:
    """Conditions on one mask column; a key without a bit matches nothing."""
    stated = [key for key in choice.include if key != NOT_STATED]
    mask = _mask(stated, bits)
    unstated = NOT_STATED in choice.include
    if choice.include:
        if choice.mode == "any":
            parts.append(f"(({column} & ?::UBIGINT) <> 0" + (f" OR {column} = 0)" if unstated else ")"))
            values.append(mask)
        elif not stated:
            parts.append(f"{column} = 0")
        elif unstated or any(key not in bits for key in stated):
            parts.append("false")
        else:
            parts.append(f"{column} = ?::UBIGINT" if choice.mode == "only" else f"({column} & ?::UBIGINT) = ?::UBIGINT")
            values += [mask] if choice.mode == "only" else [mask, mask]
    stated_out = [key for key in choice.exclude if key != NOT_STATED]
    if stated_out:
        parts.append(f"({column} & ?::UBIGINT) = 0")
        values.append(_mask(stated_out, bits))
    if NOT_STATED in choice.exclude:
        parts.append(f"{column} <> 0")


def _value_sql(column: str, choice: Choice, parts: list[str], values: list[object]) -> None:
    """Conditions on a column that holds one value; all of two values can never hold."""
    if choice.include and choice.mode != "any" and len(choice.include) > 1:
        parts.append("false")
    elif choice.include:
        parts.append(f"{column} IN ({', '.join('?' * len(choice.include))})")
        values += choice.include
    if choice.exclude:
        parts.append(f"{column} NOT IN ({', '.join('?' * len(choice.exclude))})")
        values += choice.exclude


def _mask(keys: list[str], bits: Mapping[str, int]) -> int:
    mask = 0
    for key in keys:
        mask |= bits.get(key, 0)
    return mask


def _date_sql(column: str, dates: DateRange, parts: list[str], values: list[object]) -> None:
    bounds: list[str] = []
    if dates.start:
        bounds.append(f"{column} >= ?::DATE")
        values.append(dates.start.isoformat())
    if dates.end:
        bounds.append(f"{column} <= ?::DATE")
        values.append(dates.end.isoformat())
    stated = " AND ".join(bounds)
    if not bounds:
        parts.append(f"{column} IS NULL")
    elif dates.undated:
        parts.append(f"(({stated}) OR {column} IS NULL)")
    else:
        parts.append(f"({stated})")


def _choice_text(choice: Choice) -> str:
    text = ",".join([*map(_key_text, choice.include), *(f"!{_key_text(key)}" for key in choice.exclude)])
    plain = choice.mode == "any" and not text.startswith(tuple(f"{mode}:" for mode in _MODES))
    return text if plain else f"{choice.mode}:{text}"


def _key_text(key: str) -> str:
    text = key.replace("%", "%25").replace(",", "%2C")
    return f"%21{text[1:]}" if text.startswith("!") else text


def _parse_key(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _parse_words(text: str) -> str | None:
    """The words with single blanks; too many are not cut, for fewer words would find more letters."""
    words = " ".join(text.split())
    return words if len(words) <= MAX_WORDS else None


def _parse_choice(text: str) -> Choice | None:
    """The choice, or None when it names nothing or more than any dimension has."""
    if len(text) > LONGEST_CHOICE:
        return None
    mode: Mode = "any"
    for candidate in _MODES:
        if text.startswith(f"{candidate}:"):
            mode, text = candidate, text[len(candidate) + 1 :]
            break
    stripped = (part.strip() for part in text.split(","))
    keys = list(dict.fromkeys(part for part in stripped if part.lstrip("!").strip()))
    include = tuple(dict.fromkeys(_parse_key(key) for key in keys if not key.startswith("!")))
    exclude = tuple(dict.fromkeys(_parse_key(key[1:].strip()) for key in keys if key.startswith("!")))
    return Choice(include, exclude, mode) if keys else None


def _date_text(dates: DateRange) -> str:
    if not dates.bounded:
        return NOT_STATED
    start, end = dates.start.isoformat() if dates.start else "", dates.end.isoformat() if dates.end else ""
    return f"{start}..{end}" + (f",{NOT_STATED}" if dates.undated else "")


def _parse_dates(text: str) -> DateRange | None:
    """The range, or None when it cannot be read. A bare year stands for its first day at the start, its last at the end."""
    span, _, rest = text.partition(",")
    if span == NOT_STATED and not rest:
        return DateRange(undated=True)
    start, dots, end = span.partition("..")
    if not dots or rest not in ("", NOT_STATED) or not (start or end):
        return None
    try:
        return DateRange(_day(start, "01-01"), _day(end, "12-31"), undated=rest == NOT_STATED)
    except ValueError:
        return None


def _day(text: str, rest_of_year: str) -> date | None:
    if not text:
        return None
    return date.fromisoformat(f"{text}-{rest_of_year}" if len(text) == 4 and text.isdigit() else text)
