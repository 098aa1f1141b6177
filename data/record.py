"""The letter record: what one letter says, with the place of every value in its settled text.

This is the contract between parsers and the warehouse; `data/letter_record.schema.json` documents it. Spans are
`[start, end)` in code points of the settled text.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Literal

RECORD_VERSION = 1
MOST_ITEMS = 1000  # the most measured is 21; beyond this a text is no letter

Span = tuple[int, int]
Outcome = Literal["upheld", "overturned"]
Origin = Literal["letter", "sample", "synthetic"]
ProblemKind = Literal["contradiction", "doubt", "missing"]

DATE_FIELDS = ("injury", "ur_denial", "application_received", "assigned", "decision")
FORMS = ("F0", "F1", "F2", "F3", "F4", "unknown")
IMAGING_ROLES = ("requested", "hybrid", "guidance", "therapy", "discussed")
PROBLEM_KINDS: tuple[ProblemKind, ...] = ("contradiction", "doubt", "missing")
FLAGS = ("modified_request", "associated_service", "retrospective", "falls_with_surgery")


@dataclass(frozen=True, slots=True)
class Finding:
    """One value with its place and the rule that made it; `decision` is the item's ordinal, None for the letter."""

    kind: str
    value: str
    span: Span
    rule: str
    decision: int | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What looks wrong: a stable code, a sentence, the place if there is one, and of which kind it is.

    `contradiction`: the letter says two things that cannot both be so; `missing`: it leaves out what the form holds;
    `doubt`: it is our own reading that may be wrong.
    """

    code: str
    message: str
    span: Span | None = None
    kind: ProblemKind = "doubt"


@dataclass(frozen=True, slots=True)
class Dates:
    """ISO dates of the letter; None where the letter does not state one."""

    injury: str | None = None
    ur_denial: str | None = None
    application_received: str | None = None
    assigned: str | None = None
    decision: str | None = None


@dataclass(frozen=True, slots=True)
class Worker:
    """Age in years and sex as the summary states them."""

    age: int | None = None
    sex: Literal["female", "male"] | None = None


@dataclass(frozen=True, slots=True)
class Specialty:
    """A reviewer's certification: the state's name for it, the letter's, and its role where the form says it."""

    name: str
    as_written: str
    role: Literal["board", "subspecialty"] | None = None


@dataclass(frozen=True, slots=True)
class Credentials:
    """States of licensure and certifications, in the letter's order."""

    licensed_in: tuple[str, ...] = ()
    specialties: tuple[Specialty, ...] = ()


@dataclass(frozen=True, slots=True)
class Imaging:
    """An imaging study named by an item or its rationale, and in which role."""

    modality: str
    role: str
    span: Span


@dataclass(frozen=True, slots=True)
class Citation:
    """One cited document; `frame` is the form's own word for it (`mtus` or `outside`)."""

    frame: Literal["mtus", "outside"]
    source: str
    document: str | None
    edition: str | None
    sections: tuple[str, ...]
    pages: str | None
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Statement:
    """One side's guideline statement. `sources` is `("none",)` when none was cited, `()` when nothing is stated."""

    sources: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    text: str | None = None
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Rationale:
    """The decision rationale and the span of its decisive sentence."""

    text: str | None = None
    span: Span | None = None
    decisive: Span | None = None


@dataclass(frozen=True, slots=True)
class Quantity:
    """A stated amount of the disputed part, with its unit where one is stated."""

    amount: float
    unit: str | None


@dataclass(frozen=True, slots=True)
class Category:
    """DIR treatment category and subcategory, as vocabulary keys."""

    category: str
    subcategory: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One decided item, in the letter's order.

    `service_date`: the day a retrospective request names, ISO. `mtus_silent`: whether the rationale or a statement says
    that the MTUS does not address the topic.
    """

    ordinal: int
    request: str
    disputed: str
    original: str | None
    authorized: str | None
    outcome: Outcome
    imaging: tuple[Imaging, ...] = ()
    imaging_modalities: tuple[str, ...] = ()
    body_parts: tuple[str, ...] = ()
    laterality: tuple[str, ...] = ()
    contrast: str | None = None
    quantity: Quantity | None = None
    category: Category | None = None
    flags: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    claims_administrator: Statement = field(default_factory=Statement)
    reviewer: Statement = field(default_factory=Statement)
    rationale: Rationale = field(default_factory=Rationale)
    service_date: str | None = None
    mtus_silent: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """A whole letter as read. `origin` tells samples and synthetic letters from real ones."""

    record_version: int
    parser_version: str
    vocabulary_version: str
    letter_id: str
    text_sha: str
    source: str
    origin: Origin
    form: str
    case_number: str | None
    dates: Dates
    priority: Literal["standard", "expedited"] | None
    worker: Worker
    credentials: Credentials
    decisions: tuple[Decision, ...]
    findings: tuple[Finding, ...]
    text: str
    problems: tuple[Problem, ...]


def as_object(value: Any) -> Any:
    """`value` (a record or a part of one) as plain JSON types, keys in the order of the contract."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is tuple or kind is list:
        return [part if type(part) in _PLAIN else as_object(part) for part in value]
    return {name: as_object(getattr(value, name)) for name in _names(kind)}


_PLAIN = frozenset({str, int, float, bool, type(None)})
_NAMES: dict[type[Any], tuple[str, ...]] = {}


def _names(kind: type[Any]) -> tuple[str, ...]:
    if kind not in _NAMES:
        _NAMES[kind] = tuple(entry.name for entry in fields(kind))
    return _NAMES[kind]
