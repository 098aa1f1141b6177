"""How long hostile texts take: `python -m tests.growth` measures every one at 1, 2 and 4 million characters.

Twice the text must take less than 2.5 times the processor's time, wherever in a letter the hostile part stands. A ratio
that fails is measured again and the least of all times counts, so a busy machine cannot fail it and a slow parser must.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

from data.errors import FileRejected
from data.record import MOST_ITEMS
from loaders.parse import parse_letter
from loaders.settle import settle
from tests.builder import COVER, Item, labelled, raw_letter

SIZES = (1_000_000, 2_000_000, 4_000_000)
ALLOWED = 2.5
TRIES = 4
_TOO_SHORT = 0.1  # seconds; what is done sooner tells nothing of how it grows

ITEM = "\n\n".join(Item().paragraphs()) + "\n\n"
MODIFIED = (
    "Physical therapy 12 sessions was the original request. 6 sessions was authorized by the Claims Administrator. "
    "The remaining IMR eligible portion of the original request, 6 sessions, "
)
HOSTILE = {
    # plain characters and words
    **{"blanks": " ", "tabs": "\t", "empty lines": "\n", "blank lines": " \n", "pages": "\f", "gaps": "x\n\n \n\n"},
    **{"one word": "a", "capitals": "A", "letters": "a ", "capital words": "Zzzz ", "digits": "1", "numbers": "1 "},
    **{"lines": "x\n", "paragraphs": "x\n\n", "soft hyphens": "\u00ad", "hyphens": "-", "dashes": "- ", "quotes": '"'},
    **{"hyphens at line ends": "ab-\n", "trailing blanks": "ab \n", "colons": ":", "full stops": ".", "slashes": "/"},
    **{"parentheses": "(", "closed": ")", "pairs": "() ", "brackets": "(a", "commas": ", ", "comma list": "neck, "},
    **{"and": ", and", "and words": " and", "no sentence end": "the patient has pain and ", "sentences": "A. "},
    **{
        "closings": "is not medically necessary.\n",
        "short lines": "A.\n\nb:\n",
        "apostrophes": "'s ",
        "quoted": '." A',
    },
    **{"accents": "\u00e9 ", "combining": "e\u0301", "nul": "\0", "astral": "\U0001f9ec", "dotted": "\u0130"},
    # labels, headings, items
    **{
        "admin": "Claims Administrator guideline:",
        "reviewer": "MAXIMUS guideline:",
        "headings": "CLINICAL CASE SUMMARY ",
    },
    **{"rationale": "Decision rationale:", "all labels": "Claims Administrator guideline: x MAXIMUS guideline: y "},
    **{"upheld": ": Upheld\n", "is upheld": " is Upheld ", "is: upheld": "is: Upheld ", "word upheld": "upheld "},
    **{"item headers": "MRI of the knee is: Upheld\n\n", "items": ITEM, "cut items": ITEM[:60]},
    **{"how": "HOW THE IMR FINAL DETERMINATION WAS MADE\n", "issues": "IMR ISSUES, DECISIONS AND RATIONALES\n"},
    **{"half heading": "IMR ISSUES, DECISIONS ", "half label": "Claims Administrator ", "half lead": "The Final "},
    **{"remaining": "The remaining IMR eligible portion of the original request, ", "modified": MODIFIED},
    **{"original": "x was the original request. ", "authorized": "The Claims Administrator has authorized x "},
    # statements
    **{
        "mtus": "Decision based on MTUS ",
        "mtus alone": "MTUS ",
        "outside": "Decision based on Non-MTUS ",
        "odg": "ODG, ",
    },
    **{"sections": "Section(s): ", "sections listed": "Section(s): a (b, c), ", "pages cited": "Page(s): 1, "},
    **{
        "pages listed": "1, 2-3, ",
        "years": "ACOEM 2004, ",
        "titles": "Knee Complaints 2004, and ",
        "et al": "Doe J, et al. ",
    },
    **{
        "urls": "http://www. a .org/ b / ",
        "url": "http://a.b/",
        "relied": "Chronic Pain Medical Treatment Guidelines ",
    },
    **{"based": "based its decision on the ", "other frame": "and Other Medical Treatment Guidelines or "},
    # cover, credentials, summary
    **{"cases": "Case Number: CM16-0990099 ", "labels of dates": "Date Assigned: ", "dates": "1/1/2015 "},
    **{"iso dates": "2015-01-01 ", "written dates": "May 3rd 2015 ", "half dates": "1/1/", "specialty": "Zzzzzzz, "},
    **{"certified": "is Board Certified in ", "licensed": "is licensed to practice ", "states": "California, "},
    **{"ages": "41 year old female ", "half age": "41-", "injury": "date of injury ", "review": "utilization review "},
    **{"denied": "on 1/1/2015 the claims administrator ", "of injury": "injury on "},
    # requests and reasons
    **{"not hyphens": "The study is not " + "-" * 60 + ", it is medically necessary. "},
    **{"not joined": "The study is not " + "a-" * 60 + ", it is medically necessary. "},
    **{
        "imaging": "CT with SPECT ",
        "imaging with": "MRI with ",
        "amounts": "6 sessions ",
        "spelled": "six more ",
        "times": "x 6 ",
    },
    **{"quantity": "QTY: 1 ", "necessary": "not medically necessary ", "neither": "neither x nor ", "not": "not "},
    **{"surgery": "surgery ", "surgeries": "surgery. The surgery is ", "retrospective": "retrospective DOS: "},
    **{"early items": "1) MAXIMUS Federal Services, Inc. has determined the request for "},
    **{"early verdicts": "x is not medically necessary and appropriate. ", "case speech": "this patient has no "},
}
LETTER = raw_letter(Item(), Item(rationale="RATIONALE"), credentials=labelled(specialties="SPECIALTY"), cover=COVER)
EARLY = (
    "INDEPENDENT MEDICAL REVIEW DECISION AND RATIONALE\n\n1) MAXIMUS Federal Services, Inc. has determined the request for "
    "HEADER is not medically necessary and appropriate.\n\nThe Claims Administrator based its decision on STATEMENT.\n\n"
    "Rationale for the Decision: RATIONALE"
)
_ITEMS = MOST_ITEMS - 2


def _in_every_item(hostile: str) -> str:
    """As many items as a letter may have, the hostile text in equal parts in all their places, numbered: readers keep
    what they read of short texts, and a text that comes again would cost nothing."""
    share = hostile[: len(hostile) // (4 * _ITEMS) + 1]
    parts = (f"{number}. {share}" for number in range(_ITEMS))
    return raw_letter(*(Item(f"MRI {part}", "Upheld", f"MTUS {part}", f"MTUS {part}", part) for part in parts))


PLACES: dict[str, Callable[[str], str]] = {
    "alone": lambda hostile: hostile,
    "cover": lambda hostile: hostile + LETTER,
    "specialty": lambda hostile: LETTER.replace("SPECIALTY", hostile),
    "prose": lambda hostile: raw_letter(credentials=f"The reviewer is Board Certified in {hostile}, licensed in Ohio."),
    "summary": lambda hostile: LETTER.replace("The patient", hostile),
    "header": lambda hostile: LETTER.replace("MRI of", hostile, 1),
    "statement": lambda hostile: LETTER.replace("MTUS Knee Complaints", f"MTUS {hostile}", 1),
    "outside": lambda hostile: LETTER.replace("MTUS Knee Complaints", f"Non-MTUS Citation {hostile}", 1),
    "no frame": lambda hostile: LETTER.replace("Decision based on MTUS Knee Complaints", hostile, 1),
    "rationale": lambda hostile: LETTER.replace("RATIONALE", hostile),
    "every item": _in_every_item,
    "early header": lambda hostile: EARLY.replace("HEADER", hostile),
    "early statement": lambda hostile: EARLY.replace("STATEMENT", hostile),
    "early rationale": lambda hostile: EARLY.replace("RATIONALE", hostile),
}


@dataclass(frozen=True, slots=True)
class Growth:
    """The seconds of the processor that a hostile text took in a place, a size each."""

    place: str
    name: str
    times: tuple[float, ...]

    @property
    def ratios(self) -> tuple[float, ...]:
        """How much longer each size took than the one before; too little time to tell counts as nothing."""
        return tuple(late / max(early, _TOO_SHORT / ALLOWED) for early, late in pairwise(self.times))


def seconds(text: str) -> float:
    started = time.process_time()
    with suppress(FileRejected):
        parse_letter(settle(text))
    return time.process_time() - started


def filled(piece: str, size: int) -> str:
    return piece * (size // len(piece))


def growth(place: str, name: str, sizes: Sequence[int] = SIZES, *, piece: str = "", allowed: float = ALLOWED) -> Growth:
    """The least times of up to four measurements; there is a second one only where a ratio is not below `allowed`."""
    texts = [PLACES[place](filled(piece or HOSTILE[name], size)) for size in sizes]
    seconds(LETTER)  # so that the first measurement does not read the vocabularies
    best = [float("inf")] * len(sizes)
    found = Growth(place, name, tuple(best))
    gc.disable()
    try:
        for _ in range(TRIES):
            best = [min(time_, seconds(text)) for time_, text in zip(best, texts, strict=True)]
            found = Growth(place, name, tuple(best))
            if max(found.ratios) < allowed:
                break
            gc.collect()
    finally:
        gc.enable()
    return found


def _measured(task: tuple[str, str, tuple[int, ...]]) -> Growth:
    return growth(*task)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="characters, each twice the one before")
    parser.add_argument("--places", nargs="+", choices=PLACES, default=list(PLACES))
    parser.add_argument("--names", nargs="+", choices=HOSTILE, default=list(HOSTILE))
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args(arguments)
    tasks = [(place, name, tuple(options.sizes)) for place in options.places for name in options.names]
    measured: list[Growth] = []
    with multiprocessing.get_context("spawn").Pool(options.processes) as pool:
        for one in pool.imap_unordered(_measured, tasks):
            measured.append(one)
            times = "  ".join(f"{time_:7.2f}" for time_ in one.times)
            ratios = "  ".join(f"{ratio:5.2f}" for ratio in one.ratios)
            print(f"{one.place:>15}  {one.name:<22}  {times}  {ratios}", file=sys.stderr, flush=True)
    slow = [one for one in measured if max(one.ratios) >= ALLOWED]
    print(f"{len(measured)} hostile texts at {', '.join(f'{size:,}' for size in options.sizes)} characters")
    for title, key in (("steepest", lambda one: -max(one.ratios)), ("slowest", lambda one: -one.times[-1])):
        print(f"{title}:")
        for one in sorted(measured, key=key)[:15]:
            times, ratios = (", ".join(f"{value:.2f}" for value in values) for values in (one.times, one.ratios))
            print(f"  {one.place}, {one.name}: {times} s; times {ratios}")
    print(f"grow by {ALLOWED} or more at a doubling: {len(slow)}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
