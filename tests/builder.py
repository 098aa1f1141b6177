"""A tiny builder of letters for tests: the form's own words around facts and sentences of our own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from data.record import Letter
from loaders.parse import parse_letter
from loaders.settle import settle

HOW = "HOW THE IMR FINAL DETERMINATION WAS MADE"
SUMMARY = "CLINICAL CASE SUMMARY"
SUMMARY_LEAD = (
    "The expert reviewer developed the following clinical case summary based on a review of the case file, "
    "including all medical records:"
)
ISSUES = "IMR ISSUES, DECISIONS AND RATIONALES"
ISSUES_LEAD = "The Final Determination was based on decisions for the disputed items/services set forth below:"
ADMIN = "Claims Administrator guideline:"
REVIEWER = "MAXIMUS guideline:"
RATIONALE = "Decision rationale:"
PROSE = "The physician reviewer is Board Certified in Neurology, and is licensed to practice in California."
NONE_ADMIN = "The Claims Administrator did not cite any medical evidence for its decision."
NONE_REVIEWER = "The Expert Reviewer did not cite any medical evidence for its decision."
COVER = (
    "Case Number: CM16-0990099 Date Assigned: 12/05/2016 ",
    "Date of Injury: 10/14/2016 Decision Date: 01/09/2017 ",
    "UR Denial Date: 11/18/2016 Priority: Standard ",
    "Application Received: 11/29/2016",
)


@dataclass(frozen=True)
class Item:
    """One item: `gap` stands between colon and outcome."""

    request: str = "MRI of the left knee"
    outcome: str = "Upheld"
    admin: str | None = "Decision based on MTUS Knee Complaints 2004."
    reviewer: str | None = "Decision based on MTUS Knee Complaints 2004, Section(s): Special Studies."
    rationale: str | None = "The knee is calm and stable. The study is not medically necessary."
    gap: str = ": "

    def paragraphs(self) -> list[str]:
        parts = ((ADMIN, self.admin), (REVIEWER, self.reviewer), (RATIONALE, self.rationale))
        return [
            f"{self.request}{self.gap}{self.outcome}",
            *(f"{label} {said}" for label, said in parts if said is not None),
        ]


def labelled(states: str = "California", specialties: str = "Neurology") -> str:
    """The credentials of form F4, in one paragraph a label."""
    return (
        "The Expert Reviewer has the following credentials:\n\n"
        f"State(s) of Licensure: {states}\n\nCertification(s)/Specialty: {specialties}"
    )


def raw_letter(
    *items: Item,
    credentials: str = PROSE,
    summary: str = "The patient is a 41 year old female whose knee gave way on a ladder.",
    cover: Sequence[str] = (),
    gap: str = "\n\n",
) -> str:
    """The text of a letter, paragraphs parted by `gap`."""
    paragraphs = ["\n".join(cover)] if cover else []
    paragraphs += [HOW, "MAXIMUS Federal Services sent the complete case file to a physician reviewer.", credentials]
    paragraphs += [SUMMARY, SUMMARY_LEAD, summary, ISSUES, ISSUES_LEAD]
    for item in items or (Item(),):
        paragraphs += item.paragraphs()
    return gap.join(paragraphs)


def read_letter(*items: Item, **parts: object) -> Letter:
    """The record of the letter that `raw_letter` builds."""
    return parse_letter(settle(raw_letter(*items, **parts)), "letter.txt")  # type: ignore[arg-type]
