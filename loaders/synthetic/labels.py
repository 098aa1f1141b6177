"""Labels of synthetic letters in the format of `python -m loaders evaluate`: what a right reader would read."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

from loaders.evaluate import LABEL_SOURCES
from loaders.synthetic.citing import Cited
from loaders.synthetic.plan import Plan
from loaders.synthetic.wording import RATIONALE, Written, starts

COLUMNS = {
    "labels_letters.csv": "letter date_assigned date_of_injury decision_date ur_denial_date application_received priority licensed_in "
    "specialties specialties_as_written decisions",
    "labels_decisions.csv": "letter decision outcome request disputed imaging_modalities claims_admin_sources reviewer_sources "
    "claims_admin_guideline reviewer_guideline",
    "items.csv": "letter decision body_parts laterality contrast category subcategory quantity unit flags age sex",
    "citations.csv": "letter decision side position frame source document edition sections pages",
    "reasons.csv": "letter decision reason start end",
}
_Rows = Iterator[list[Any]]


def headers() -> dict[str, str]:
    """The first line of each label file."""
    return {name: columns.replace(" ", ",") + "\n" for name, columns in COLUMNS.items()}


class Lines:
    """The lines of letters in each label file, collected."""

    def __init__(self) -> None:
        self._streams = {name: io.StringIO() for name in COLUMNS}
        self._writers = {name: csv.writer(stream, lineterminator="\n") for name, stream in self._streams.items()}

    def add(self, plan: Plan, written: Written) -> None:
        """Take one letter in."""
        for name, make in _MAKERS.items():
            self._writers[name].writerows(make(plan, written))

    def text(self) -> dict[str, str]:
        """All lines so far, by file."""
        return {name: stream.getvalue() for name, stream in self._streams.items()}


def _letters(plan: Plan, written: Written) -> _Rows:
    day = {name: value.isoformat() for name, value in plan.dates.items()}
    yield [
        *(plan.case_number, day["assigned"], day["injury"], day["decision"], day["ur_denial"]),
        *(day["application_received"], plan.priority, ";".join(plan.reviewer.states), ";".join(plan.reviewer.boards)),
        *(";".join(plan.boards_written), len(plan.items)),
    ]


def _decisions(plan: Plan, written: Written) -> _Rows:
    for number, item in enumerate(plan.items, start=1):
        yield [
            *(plan.case_number, number, "overturned" if item.overturned else "upheld"),
            *(item.request.text, item.request.disputed, ";".join(item.request.imaging)),
            *(_sources(item.claims), _sources(item.reviewer), item.claims.text, item.reviewer.text),
        ]


def _sources(cited: Cited) -> str:
    return ";".join(sorted({source if source in LABEL_SOURCES else "other" for source in cited.sources}))


def _items(plan: Plan, written: Written) -> _Rows:
    for number, item in enumerate(plan.items, start=1):
        asked = item.request
        yield [
            *(plan.case_number, number, ";".join(asked.parts), ";".join(asked.laterality), asked.contrast),
            *(item.kind.category, item.kind.subcategory, "" if asked.quantity is None else f"{asked.quantity:g}"),
            *(asked.unit or "", ";".join(sorted(item.flags)), plan.age or "", plan.sex or ""),
        ]


def _citations(plan: Plan, written: Written) -> _Rows:
    for number, item in enumerate(plan.items, start=1):
        for side, cited in (("claims_administrator", item.claims), ("reviewer", item.reviewer)):
            for position, citation in enumerate(cited.citations, start=1):
                yield [
                    *(plan.case_number, number, side, position, citation.frame, citation.source, citation.document),
                    *(citation.edition, ";".join(citation.sections), citation.pages),
                ]


def _reasons(plan: Plan, written: Written) -> _Rows:
    places = starts(written.paragraphs)
    for number, said in enumerate(written.items, start=1):
        for ground in said.grounds:
            yield [plan.case_number, number, ground, "", ""]
        start = places[said.paragraph + 3] + len(RATIONALE)
        yield [plan.case_number, number, "decisive", start + said.decisive[0], start + said.decisive[1]]


_MAKERS: dict[str, Callable[[Plan, Written], _Rows]] = dict(
    zip(COLUMNS, (_letters, _decisions, _items, _citations, _reasons), strict=True)
)
