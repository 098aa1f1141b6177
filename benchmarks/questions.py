"""What the pages ask, as data: a question is a line of `QUESTIONS`, a filter a line of `FILTERS`.

Questions of one name are one row of the table, which shows the slowest of them. A budget holds for one thread, warm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from data.alike import Wanted
from data.axes import TIMES
from data.filters import Filters, from_query
from data.schema import dimensions

BUDGET_MS = 50.0
Kind = Literal["count", "rate", "other"]


@dataclass(frozen=True, slots=True)
class View:
    """A filter as its address says it, and whether a rate under it has a budget: all, and up to a year of letters."""

    name: str
    address: dict[str, str]
    rates_within_budget: bool

    @property
    def filters(self) -> Filters:
        """The filter itself."""
        return from_query(self.address)


@dataclass(frozen=True, slots=True)
class Question:
    """`Reader.<method>(*arguments)`; `twin`: asked of pandas and of list columns, too; `under`: the filters, none for all."""

    name: str
    method: str
    arguments: tuple[Any, ...] = ()
    kind: Kind = "rate"
    twin: bool = False
    under: tuple[str, ...] = ()


EVERYTHING, YEAR, SOURCE, STUDY = "everything", "one year", "MTUS cited", "SPECT or CT of the spine, one year"
_SPINE = "spine,neck,upper_back,back,low_back"
_YEAR = "2016-01-01..2016-12-31"
FILTERS = (
    View(EVERYTHING, {}, rates_within_budget=True),
    View(YEAR, {"date": _YEAR}, rates_within_budget=True),
    View(SOURCE, {"admin": "mtus"}, rates_within_budget=False),
    View(STUDY, {"modality": "spect,ct", "body": _SPINE, "date": _YEAR}, rates_within_budget=True),
)
_TWO = (EVERYTHING, YEAR)
_BESIDE = (
    "reviewer",
    "category",
)  # of the dimensions, those that are compared: one that holds several values, one that holds one
_OTHERS = tuple(name for name in dimensions() if name not in _BESIDE)
_LIKE = Wanted(
    ("mri",), ("low_back",), admin=("mtus",), words="MRI of the lumbar spine, radiculopathy, conservative care failed"
)
_FIELDS = ("case_number", "ordinal", "decision_date", "outcome", "modality", "body", "admin", "reviewer", "specialty")
QUESTIONS = (
    Question("headline", "headline", twin=True),
    Question("rate without ancillary items", "rate_without", ("ancillary",), under=_TWO),
    Question("against everything else", "against_rest", under=(YEAR, STUDY)),
    Question("rates by source relied on", "by", ("reviewer",), twin=True),
    Question("rates by treatment category", "by", ("category",), twin=True),
    *(Question("rates by another dimension", "by", (name,), under=_TWO) for name in _OTHERS),
    Question("trend by month", "periods", ("month",), twin=True),
    Question("trend by quarter or year", "periods", ("quarter",), under=_TWO),
    Question("trend by quarter or year", "periods", ("year",), under=_TWO),
    Question("rates by source cited and source relied on", "cross", ("admin", "reviewer"), twin=True),
    Question("grounds by outcome", "grounds", under=_TWO),
    Question("rates by modality and body part", "cross", ("modality", "body"), under=_TWO),
    *(
        Question("rates by two other things", "cross", pair, under=_TWO)
        for pair in (("category", "admin_profile"), ("body", "year"), ("state", "specialty"), ("subcategory", "reason"))
    ),
    *(Question("rates by a stretch of time", "by", (name, True), under=_TWO) for name in TIMES),
    Question("rates by section cited", "by_citation", ("admin", "section"), under=_TWO),
    Question("rates by document of the MTUS", "by_citation", ("admin", "document", "mtus"), under=_TWO),
    Question("control chart", "trend", under=_TWO),
    Question("change against the period before", "change", under=_TWO),
    Question("what moved most", "moved", (("modality", "admin", "specialty", "body", "category"),), under=_TWO),
    Question("ratios to comparable letters", "standardised", ("specialty_group",), under=_TWO),
    Question("exact sets of specialties", "profiles", ("specialty",), under=_TWO),
    Question("fix list by source", "fix_list", under=_TWO),
    Question("against everyone else", "compared", (None,), under=(YEAR, STUDY)),
    Question("what differs in the make-up", "mixes", (None,), kind="other", under=(YEAR, STUDY)),
    Question("standardised difference", "standardised_difference", (None,), kind="other", under=(YEAR, STUDY)),
    Question("outlook of a request", "outlook", kind="other", under=(SOURCE, STUDY)),
    Question("comparable letters of a request", "comparable", kind="other", under=(SOURCE, STUDY)),
    Question("decisions like one", "alike", (_LIKE,), kind="other", under=(EVERYTHING,)),
    Question("fields read", "fields_read", kind="other", under=_TWO),
    Question("problems", "problems", kind="other", under=(EVERYTHING,)),
    Question("letters by year", "letters_by_year", kind="other", under=(EVERYTHING,)),
    Question("dimensions with anything stated", "stated", kind="other", under=(EVERYTHING,)),
    Question("counts by source relied on", "counts", ("reviewer",), kind="count", twin=True),
    Question("counts by treatment category", "counts", ("category",), kind="count", twin=True),
    *(
        Question("counts by another dimension", "counts", (name,), kind="count", under=_TWO)
        for name in (*_OTHERS, "outcome")
    ),
    Question("undated", "undated", kind="count", under=_TWO),
    Question("first and last date", "bounds", kind="count", under=(EVERYTHING,)),
    Question("list of decisions, first page", "decisions", (20, 0), kind="other", under=_TWO),
    Question("list of decisions, page 500", "decisions", (20, 9980), kind="other", under=(EVERYTHING,)),
    Question("list of decisions, page 4,000", "decisions", (20, 79_980), kind="other", under=_TWO),
    Question("list of decisions, oldest first", "decisions", (20, 79_980, "oldest"), kind="other", under=_TWO),
    *(
        Question(
            f"table of decisions by {name}, page 1,000", "listed", (_FIELDS, key, True, 50, 49_950), "other", under=_TWO
        )
        for name, key in (("date", "decision_date"), ("source cited", "admin"), ("case number", "case_number"))
    ),
    Question("age of the text index", "index_is_old", kind="other", under=(EVERYTHING,)),
    Question("number of decisions", "how_many", kind="count", under=_TWO),
    Question("export of 10,000 decisions", "decisions", (10_000, 0), kind="other", under=(EVERYTHING,)),
)
# Searches: words that most letters hold, a phrase that few do, and one of each operator.
WORDS = {
    "a common word": "pain",
    "a rare phrase": '"bone scan"',
    "a word in one part": "request:mri",
    "the beginning of words": "arthro*",
    "typing mistakes": "artroscopy~",
    "either, without a third": "(knee OR shoulder) -surgery",
    "a case number": "CM16*",
}

OFTEN = ("a common word", "a rare phrase")
"""Of the searches, those of which everything is asked that pages ask."""


def budget_ms(question: Question, view: View) -> float | None:
    """The budget of a question under a filter, in milliseconds, None where there is none."""
    if question.kind == "count" or (question.kind == "rate" and view.rates_within_budget):
        return BUDGET_MS
    return None
