"""Letters spoilt in every way we could think of, each the same again from its seed and its number."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from loaders.settle import settle
from tests.patterns import example, grammar, pumps, terms
from tests.shapes import SHAPES

BIDI = "\u200b\u200e\u200f\u202a\u202b\u202d\u202e\u202c\u2066\u2067\u2069\ufeff"
COMBINING = "\u0301\u0308\u0327\u034f\u20dd\u0e31"
ASTRAL = "\U0001d518\U0001f9ec\U00010400\U000e0041\U0010fffd"
LIGATURES = "\ufb00\ufb01\ufb02\ufb03\ufb05\u0132\u01c6\u00df"
LENGTHENED = "\u0130\u212a\u1e9e\u0149\u01f0\u0390\u2126\u017f"  # other letters, or more of them, in the other case
BLANKS = "\n\f \t\r\v\u00a0\u00ad\u2028\u2029\x85\u3000\x1c\x1d\x1e\x1f"
CONTROLS = "\x00\x01\x02\x7f\x80\ufffe\uffff\ufffd"
DIGITS = "0129\u0663\u00b2\u00bd\u2167\uff11\U0001d7d8"
# What a search without regard to case takes for a, b, c ..., or \\d for a digit, though it is another character.
LOOKALIKES = str.maketrans(
    {"s": "\u017f", "k": "\u212a", "i": "\u0131", "I": "\u0130", "1": "\u0661", "2": "\uff12", "0": "\u0966"}
)
PLAIN = ".,:;()[]/-'\"#&aZ\u2019\u201c\u201d\u2013\u00e9"
CHARACTERS = BIDI + COMBINING + ASTRAL + LIGATURES + LENGTHENED + BLANKS + CONTROLS + DIGITS + PLAIN
LABELS = (
    *("Claims Administrator guideline:", "MAXIMUS guideline:", "Decision rationale:", ": Upheld", ": Overturned"),
    *("IMR ISSUES, DECISIONS AND RATIONALES", "CLINICAL CASE SUMMARY", "HOW THE IMR FINAL DETERMINATION WAS MADE"),
    *("State(s) of Licensure:", "Certification(s)/Specialty:", "Case Number:", "Date Assigned:", "Date of Injury:"),
    *("Decision Date:", "UR Denial Date:", "Priority:", "Application Received:", "Section(s):", "Page(s):"),
    *("Decision based on MTUS", "Decision based on Non-MTUS Citation", "Rationale for the Decision:", "Case Summary:"),
)
TOKENS = (
    *LABELS,
    *("did not cite any medical evidence", "ODG", "et al.", "Decision based on the CA MTUS ACOEM", " is: Upheld"),
    *("Case Number: CM99-9999999", "Decision Date: 13/45/2016", "0/0/00", "February 30, 2015", "99999 year old"),
    *("is Board Certified in ", "licensed to practice in ", "retrospective DOS: 2/29/2015", "DOS 99/99/9999"),
    *("The remaining IMR eligible portion of the original request, ", "was the original request.", " are: Overturned"),
    *("was authorized by the Claims Administrator.", "Page(s): 1-2 of 3", "QTY: 9999.99", "QTY: \u0661\u0662", "#60"),
    *(
        "zero sessions",
        "https://",
        "Priority: Expedited",
        "1\u00b2/3/2015",
        "\u0661/\u0661/\u0662",
        "\u0664\u0661 year old",
    ),
    *(
        "1) MAXIMUS Federal Services, Inc. has determined the request for ",
        " is not medically necessary and appropriate",
    ),
    *("INDEPENDENT MEDICAL REVIEW DECISION AND RATIONALE", "MRI/PET-CT with SPECT", "(", ")", ", and "),
)
_LABEL = re.compile(
    "|".join(re.escape(label).replace(r"\ ", r"\s+") for label in sorted(LABELS, key=len, reverse=True)), re.IGNORECASE
)
_LINE = re.compile(r"(?<=\n)")
_WORD = re.compile(r"(?<=\s)(?=\S)")

Texts = Sequence[str]
Mutation = Callable[[str, Texts, random.Random], str]


def _slice(text: str, chance: random.Random, mean: float = 300) -> tuple[int, int]:
    start = chance.randrange(len(text) + 1)
    return start, min(len(text), start + int(chance.expovariate(1 / mean)))


def _noise(chance: random.Random, alphabet: str = CHARACTERS) -> str:
    return "".join(chance.choices(alphabet, k=chance.randint(1, 8)))


def _put(text: str, chance: random.Random, what: str, over: int = 0) -> str:
    at = chance.randrange(len(text) + 1)
    return text[:at] + what + text[at + over :]


def rearranged(parts: list[str], chance: random.Random) -> list[str]:
    """`parts` with some of them doubled, left out, exchanged, moved or turned round."""
    parts = list(parts)
    for _ in range(chance.randint(1, 6)):
        at, to = chance.randrange(len(parts) + 1), chance.randrange(len(parts) + 1)
        first, last = sorted((at, min(to, at + chance.randint(1, 9)) if at < to else to))
        changes: tuple[Callable[[], list[str]], ...] = (
            lambda p=parts, a=first, b=last: p[:a] + p[a:b] * chance.randint(2, 4) + p[b:],
            lambda p=parts, a=first, b=last: p[:a] + p[b:],
            lambda p=parts, a=first, b=last: p[:a] + p[a:b][::-1] + p[b:],
            lambda p=parts, a=first, b=last: p[a:b] + p[:a] + p[b:],
            lambda p=parts, a=first, b=last: p[:a] + p[b:] + p[a:b],
        )
        parts = chance.choice(changes)()
    return parts


def rubbish(text: str, texts: Texts, chance: random.Random) -> str:
    """A text that was never a letter: labels, scraps of letters and characters by lot."""
    pieces = []
    for _ in range(chance.randint(1, 60)):
        other = chance.choice(texts)
        start, end = _slice(other, chance, 60)
        pieces.append(chance.choice((chance.choice(TOKENS), other[start:end], _noise(chance), " ", "\n", "\n\n")))
    return "".join(pieces)


def truncated(text: str, texts: Texts, chance: random.Random) -> str:
    start, end = sorted((chance.randrange(len(text) + 1), chance.randrange(len(text) + 1)))
    return chance.choice((text[:end], text[start:], text[start:end], text[:start] + text[end:]))


def spliced(text: str, texts: Texts, chance: random.Random) -> str:
    """Parts of two to five letters one after the other, or one inside the other."""
    others = [chance.choice(texts) for _ in range(chance.randint(1, 4))]
    if chance.random() < 0.3:
        return chance.choice(("", "\n", "\n\n", "\f")).join([text, *others])
    for other in others:
        at, (start, end) = chance.randrange(len(text) + 1), _slice(other, chance, 2000)
        text = chance.choice((text[:at] + other[start:], text[:at] + other[start:end] + text[at:]))
    return text


def characters(text: str, texts: Texts, chance: random.Random) -> str:
    for _ in range(chance.randint(1, 40)):
        at = chance.randrange(len(text) + 1)
        changes = (
            text[:at] + text[at + 1 :],
            text[:at] + text[at : at + 1] * 2 + text[at + 1 :],
            text[:at] + text[at : at + 2][::-1] + text[at + 2 :],
            text[:at] + chance.choice(CHARACTERS) + text[at + 1 :],
        )
        text = chance.choice(changes)
    return text


def words(text: str, texts: Texts, chance: random.Random) -> str:
    return "".join(rearranged(_WORD.split(text), chance))


def lines(text: str, texts: Texts, chance: random.Random) -> str:
    return "".join(rearranged(_LINE.split(text), chance))


def labels(text: str, texts: Texts, chance: random.Random) -> str:
    """The form's labels doubled, left out and exchanged, with what follows them or alone."""
    starts = [0, *(match.start() for match in _LABEL.finditer(text)), len(text)]
    if chance.random() < 0.5:
        return "".join(rearranged([text[start:end] for start, end in pairwise(starts)], chance))
    rate = chance.choice((0.05, 0.2, 0.6))

    def other(match: re.Match[str]) -> str:
        kept = match.group()
        if chance.random() > rate:
            return kept
        return chance.choice(("", f"{kept} {kept}", chance.choice(LABELS), kept[:-1], f"{kept}\n\n", f"\n\n{kept}"))

    return _LABEL.sub(other, text)


def tokens(text: str, texts: Texts, chance: random.Random) -> str:
    """Wordings that lead readers astray, put in anywhere."""
    for _ in range(chance.randint(1, 12)):
        text = _put(text, chance, chance.choice(TOKENS), chance.choice((0, 0, 5, 40)))
    return text


def case(text: str, texts: Texts, chance: random.Random) -> str:
    start, end = chance.choice(((0, len(text)), _slice(text, chance, 800)))
    change = chance.choice((str.upper, str.lower, str.title, str.swapcase, str.casefold))
    return text[:start] + change(text[start:end]) + text[end:]


def unicode_noise(text: str, texts: Texts, chance: random.Random) -> str:
    """Marks of direction, NUL, combining marks, ligatures, page ends and the like, thin or thick."""
    alphabet = chance.choice((BIDI, COMBINING, ASTRAL, LIGATURES, LENGTHENED, BLANKS, CONTROLS, DIGITS, CHARACTERS))
    if chance.random() < 0.2:
        rate = chance.choice((0.01, 0.1, 0.5))
        return "".join(char + chance.choice(alphabet) if chance.random() < rate else char for char in text)
    if chance.random() < 0.2:
        swap = {chance.choice("aeiouAEIOU 0123456789:.,\n"): chance.choice(alphabet) for _ in range(3)}
        return text.translate(str.maketrans(swap))
    for _ in range(chance.randint(1, 30)):
        text = _put(text, chance, _noise(chance, alphabet), chance.choice((0, 0, 1)))
    return text


def lookalikes(text: str, texts: Texts, chance: random.Random) -> str:
    """Letters and digits as others that a search takes for them, in a part of the letter or all over."""
    start, end = chance.choice(((0, len(text)), _slice(text, chance, 800)))
    rate = chance.choice((0.05, 0.3, 1.0))
    return (
        text[:start]
        + "".join(char.translate(LOOKALIKES) if chance.random() < rate else char for char in text[start:end])
        + text[end:]
    )


def matches(text: str, texts: Texts, chance: random.Random) -> str:
    """Wordings that the parser's own expressions look for, and wordings that keep them busy, made from these expressions."""
    for _ in range(chance.randint(1, 12)):
        known = chance.choice((grammar(), grammar(), terms()))
        pattern = chance.choice(list(known.values()))
        wording = example(pattern, chance)
        if chance.random() < 0.2 and (busy := pumps(pattern)):
            before, once = chance.choice(busy)
            wording = before + chance.choice((once, "-", "a ")) * chance.choice((9, 40, 200))
        change = chance.choice((str, str, str, str.upper, str.title))
        text = _put(text, chance, chance.choice(("", " ", "\n\n")) + change(wording) + chance.choice(("", " ", ". ")))
    return text


def numbers(text: str, texts: Texts, chance: random.Random) -> str:
    """Other numbers in some of the places of numbers: too long, zero, no ASCII digits."""
    choices = ("0", "00", "1", "13", "32", "99", "1899", "2100", "9" * 40, "\u0661\u0662", "\u00b2", "-1", "1.5.2", "")
    rate = chance.choice((0.05, 0.3, 1.0))
    return re.sub(r"\d+", lambda found: chance.choice(choices) if chance.random() < rate else found.group(), text)


def repeated(text: str, texts: Texts, chance: random.Random) -> str:
    """A piece of the letter, or the whole, many times over."""
    start, end = _slice(text, chance, chance.choice((5, 80, 900)))
    if chance.random() < 0.1:
        start, end = 0, len(text)
    times = min(chance.choice((2, 9, 60, 400)), 1 + 60_000 // max(1, end - start))
    return text[:start] + text[start:end] * times + text[end:]


def laid_out(text: str, texts: Texts, chance: random.Random) -> str:
    return chance.choice(list(SHAPES.values()))(settle(text))


ONE_BY_ONE: dict[str, Mutation] = {
    **{"random": rubbish, "truncated": truncated, "spliced": spliced, "characters": characters, "words": words},
    **{"lines": lines, "labels": labels, "tokens": tokens, "case": case, "unicode": unicode_noise},
    **{"lookalikes": lookalikes, "matches": matches, "numbers": numbers, "repeated": repeated, "layout": laid_out},
}


def several(text: str, texts: Texts, chance: random.Random) -> str:
    for _ in range(chance.randint(2, 6)):
        text = chance.choice(list(ONE_BY_ONE.values()))(text, texts, chance)[:200_000]
    return text


KINDS: dict[str, Mutation] = {**ONE_BY_ONE, "several": several}


def spoilt(texts: Texts, seed: int, index: int) -> tuple[str, str]:
    """The kind of mutation and the raw text of letter number `index`: the same for the same texts, seed and number."""
    chance = random.Random(f"{seed}:{index}")
    kind = list(KINDS)[index % len(KINDS)]
    return kind, KINDS[kind](chance.choice(texts), texts, chance)
