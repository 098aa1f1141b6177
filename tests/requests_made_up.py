"""A small corpus with a known make-up: letters of one item each, decided in May 2016 but for a few old ones."""

from __future__ import annotations

from pathlib import Path

from data.warehouse import Snapshot
from loaders.ingest import ingest
from tests.builder import NONE_ADMIN, Item, raw_letter

MTUS = "Decision based on MTUS Low Back Complaints 2004."
KNEE = "Decision based on MTUS Knee Complaints 2004."
ODG = (
    "The Claims Administrator based their decision on recommendation(s) outside of the MTUS Guidelines. "
    "Decision based on Non-MTUS Citation Official Disability Guidelines (ODG), Low Back."
)
LUMBAR, LUMBAR_KNEE, NECK = "MRI of the lumbar spine", "MRI of the lumbar spine and knee", "MRI of the cervical spine"
THERAPY = "Physical therapy for the lumbar spine, 6 sessions"
# What is asked for, what is cited, how many letters, how many of them overturned, the year decided.
KINDS = (
    (LUMBAR, MTUS, 12, 3, 2016),
    (NECK, MTUS, 20, 2, 2016),
    (LUMBAR, ODG, 15, 3, 2016),
    (THERAPY, MTUS, 40, 4, 2016),
    (LUMBAR_KNEE, KNEE, 2, 1, 2016),
    (LUMBAR, MTUS, 9, 9, 2010),
)
_DATES = (
    "Case Number: CM{year:02}-{number:07} Date Assigned: 05/01/20{year} ",
    "Date of Injury: 10/14/2009 Decision Date: 05/{day:02}/20{year} ",
    "UR Denial Date: 03/18/20{year} Priority: Standard ",
    "Application Received: 04/02/20{year}",
)


def made_up(folder: Path, *, without_source: int = 0) -> Snapshot:
    """A warehouse of `KINDS` in `folder`, and of so many upheld denials of an MRI of the neck that cite nothing.

    Letters of a kind differ in one word, which stands in their rationale.
    """
    letters = folder / "letters"
    letters.mkdir(parents=True)
    number = 0
    for request, admin, many, overturned, year in (*KINDS, (NECK, NONE_ADMIN, without_source, 0, 2016)):
        for place in range(many):
            number += 1
            necessary = place < overturned
            said = "The study is medically necessary." if necessary else "The study is not medically necessary."
            item = Item(
                request,
                "Overturned" if necessary else "Upheld",
                admin=admin,
                rationale=f"The worker speaks of {WORDS[place % len(WORDS)]} in every note. {said}",
            )
            at = {"year": year % 100, "number": number, "day": 1 + place % 28}
            text = raw_letter(
                item, cover=[line.format(**at) for line in _DATES], summary=f"Letter {number} of a worker."
            )
            (letters / f"{number}.txt").write_text("SAMPLE LETTER WRITTEN FOR OVERTURN.\n\n" + text, encoding="utf-8")
    summary = ingest([letters], folder / "warehouse", demonstration=True, workers=1)
    assert summary.snapshot is not None, summary.lines()
    assert summary.snapshot.letters == number
    return summary.snapshot


WORDS = ("gardening", "swimming", "carpentry", "violins", "marathons")
