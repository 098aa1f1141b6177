"""Texts made to hurt: nothing but FileRejected may come out of reading one, and twice the text may take twice the time."""

from __future__ import annotations

import gc
import math
import random
import time
from contextlib import suppress
from pathlib import Path

import pytest

from data.errors import FileRejected
from data.record import as_object
from data.record_schema import check_record
from loaders.parse import parse_letter
from loaders.read import Candidate, discover, read_text
from loaders.settle import fold, settle
from tests.builder import COVER, Item, labelled, raw_letter
from tests.conftest import SAMPLES
from tests.shapes import SHAPES

CHARACTERS = "\n\f \t.,:;()/-'\"0129aZ\u00a0\u00ad\ufffe\x02\x00\ud800\u0130\u212a\ufb01\u00e9\u00df\U0001d518"
TOKENS = (
    *("Claims Administrator guideline:", "MAXIMUS guideline:", "Decision rationale:", ": Upheld", ": Overturned"),
    *("Decision based on MTUS ", "Decision based on Non-MTUS Citation ", "did not cite any medical evidence", "ODG"),
    *("IMR ISSUES, DECISIONS AND RATIONALES", "CLINICAL CASE SUMMARY", "HOW THE IMR FINAL DETERMINATION WAS MADE"),
    *("Case Number: CM99-9999999", "Decision Date: 13/45/2016", "0/0/00", "February 30, 2015", "99999 year old"),
    *("is Board Certified in ", "licensed to practice in ", "State(s) of Licensure:", "Certification(s)/Specialty:"),
    *("The remaining IMR eligible portion of the original request, ", "was the original request.", " is: Upheld"),
    *("was authorized by the Claims Administrator.", "Section(s): ", "Page(s): 1-2 of 3", "QTY: 9999.99", "#60"),
    *("zero sessions", "https://", "Priority: Expedited", "\u00b2", "\u0663", "1\u00b2/3/2015", "\u0661/\u0661/\u0662"),
)


def sample_texts() -> list[str]:
    return [read_text(found) for found in discover([SAMPLES / "letters"]) if isinstance(found, Candidate)]


def mutated(text: str, others: list[str], chance: random.Random) -> str:
    """`text` after one to six cuts, splices, repeats, noises or other layouts."""
    for _ in range(chance.randint(1, 6)):
        if len(text) < 2:
            return chance.choice(others)
        start = chance.randrange(len(text))
        end = min(len(text), start + int(chance.expovariate(1 / 300)))
        other = chance.choice(others)
        cut = chance.randrange(len(other))
        noise = "".join(chance.choice(CHARACTERS) for _ in range(chance.randint(1, 8)))
        changes = (
            lambda t, s, e: t[:s],
            lambda t, s, e: t[s:],
            lambda t, s, e: t[:s] + t[e:],
            lambda t, s, e, o=other, c=cut: t[:s] + o[c : c + 2000] + t[s:],
            lambda t, s, e: t[:s] + chance.choice(TOKENS) + t[s:],
            lambda t, s, e: t[:s] + chance.choice(TOKENS) + t[e:],
            lambda t, s, e, n=noise: t[:s] + n + t[s:],
            lambda t, s, e: t[:s] + t[s:e] * 3 + t[e:],
            lambda t, s, e: chance.choice(list(SHAPES.values()))(settle(t)),
        )
        text = chance.choice(changes)(text, start, end)
    return text


def check(raw: str) -> None:
    """The text is refused with a reason, or gives a record that keeps its contract."""
    try:
        letter = parse_letter(settle(raw))
    except FileRejected as rejection:
        assert rejection.code and rejection.message
        return
    record = check_record(as_object(letter))
    for decision in record["decisions"]:
        assert decision["request"] and decision["disputed"]
        for side in ("claims_administrator", "reviewer"):
            for part in (decision[side], *decision[side]["citations"]):
                if part["span"]:
                    assert fold(letter.text[slice(*part["span"])]) == part["text"]


@pytest.mark.parametrize("seed", range(8))
def test_mutated_samples(seed: int) -> None:
    chance = random.Random(seed)
    texts = sample_texts()
    for _ in range(120):
        check(mutated(chance.choice(texts), texts, chance))


@pytest.mark.slow
@pytest.mark.letters
@pytest.mark.parametrize("seed", range(100, 110))
def test_mutated_real_letters(letters_folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    real = [read_text(found) for found in discover([letters_folder]) if isinstance(found, Candidate)]
    texts = sample_texts() + real
    end = time.monotonic() + 30
    while time.monotonic() < end:
        check(mutated(chance.choice(texts), texts, chance))


@pytest.mark.parametrize("text", sample_texts()[::8])
def test_cut_at_every_place(text: str) -> None:
    for end in range(0, len(text), 97):
        check(text[:end])
        check(text[end:])


REPEATED = {
    **{"blanks": " ", "letters": "a ", "sentences": "A. ", "digits": "1", "numbers": "1 ", "dates": "1/1/2015 "},
    **{"commas": ", ", "and": ", and", "parentheses": "(", "pairs": "() ", "lines": "x\n", "paragraphs": "x\n\n"},
    **{"empty lines": "\n", "pages": "\f", "hyphens": "\u00ad", "dashes": "- ", "quotes": '"', "colons": ":"},
    **{"full stops": ".", "short lines": "A.\n\nb:\n", "sections": "Section(s): ", "pages cited": "Page(s): 1, "},
    **{"mtus": "Decision based on MTUS ", "outside": "Decision based on Non-MTUS ", "upheld": ": Upheld\n"},
    **{
        "admin": "Claims Administrator guideline:",
        "reviewer": "MAXIMUS guideline:",
        "rationale": "Decision rationale:",
    },
    **{"remaining": "The remaining IMR eligible portion of the original request, ", "is upheld": " is Upheld "},
    **{"original": "x was the original request. ", "cases": "Case Number: CM16-0990099 ", "specialty": "Zzzzzzz, "},
    **{"headings": "CLINICAL CASE SUMMARY ", "imaging": "CT with SPECT ", "necessary": "not medically necessary "},
}
LETTER = raw_letter(Item(), Item(rationale="RATIONALE"), credentials=labelled(specialties="SPECIALTY"), cover=COVER)
PLACES = {
    "alone": lambda hostile: hostile,
    "cover": lambda hostile: hostile + LETTER,
    "specialty": lambda hostile: LETTER.replace("SPECIALTY", hostile),
    "summary": lambda hostile: LETTER.replace("The patient", hostile),
    "header": lambda hostile: LETTER.replace("MRI of", hostile, 1),
    "statement": lambda hostile: LETTER.replace("MTUS Knee Complaints", hostile, 1),
    "outside": lambda hostile: LETTER.replace("MTUS Knee Complaints", f"Non-MTUS Citation {hostile}", 1),
    "rationale": lambda hostile: LETTER.replace("RATIONALE", hostile),
}


def seconds(text: str) -> float:
    started = time.process_time()
    with suppress(FileRejected):
        parse_letter(settle(text))
    return time.process_time() - started


def grows_too_fast(place: str, name: str, sizes: tuple[int, ...]) -> str | None:
    """The times where twice the text takes more than 2.5 times as long, measured again before it counts."""
    allowed = 2.5 ** math.log2(sizes[-1] / sizes[0])
    texts = [PLACES[place](REPEATED[name] * (size // len(REPEATED[name]))) for size in sizes]
    gc.disable()
    try:
        for _ in range(3):
            times = [seconds(text) for text in texts]
            if times[-1] < max(0.1, times[0] * allowed):
                return None
    finally:
        gc.enable()
    return f"{place}, {name}: {', '.join(f'{time:.2f} s' for time in times)}"


@pytest.mark.parametrize("place", list(PLACES))
def test_time_grows_with_the_text(place: str) -> None:
    assert [slow for name in REPEATED if (slow := grows_too_fast(place, name, (8_000, 32_000)))] == []


@pytest.mark.slow
@pytest.mark.parametrize("place", list(PLACES))
def test_time_grows_with_long_texts(place: str) -> None:
    sizes = (250_000, 500_000, 1_000_000, 1_950_000)
    assert [slow for name in REPEATED if (slow := grows_too_fast(place, name, sizes))] == []
