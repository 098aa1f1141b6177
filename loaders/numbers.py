"""Numbers that letters spell out, such as `twenty-four` and `one hundred and twenty`."""

from __future__ import annotations

import re

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES = {word: value for value, word in enumerate(_ONES)} | {
    word: 10 * tens for tens, word in enumerate(_TENS, start=2)
}
_SMALL = rf"(?:(?:{'|'.join(_TENS)})(?:[\s-]+(?:{'|'.join(_ONES[1:10])})\b)?|{'|'.join(sorted(_ONES, key=len, reverse=True))})"
SPELLED = rf"(?:(?:{'|'.join(_ONES[1:10])})\s+hundred\b(?:\s+(?:and\s+)?{_SMALL}\b)?|{_SMALL})"


def number_of(written: str) -> float:
    """The value of digits or of what SPELLED matches."""
    words = re.findall(r"[a-z]+", written.lower())
    if not words:
        return float(written)
    value = 0
    for word in words:
        value = value * 100 if word == "hundred" else value + _VALUES.get(word, 0)
    return float(value)
