"""A quote pack: the deciding sentences of chosen items with their citations, as one file of HTML that needs nothing else."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from data.briefing import STYLE
from data.exports import About
from data.reference import citation
from data.schema import dimensions
from data.sentences import MEANING, day
from data.showing import as_text

MOST = 100  # items of one pack
PAST = (
    "These are past decisions about other requests. They bind nobody: each request is decided on its own medical necessity, "
    "from its own records and the guidelines in force."
)
FORMULA_WORDS = 12
"""A deciding sentence of no more words that holds no ground says that an item is necessary or not, and not why."""
_MOST_GROUNDS = 5
_LONGEST_GROUND = 500  # characters on either side of the words of a ground
_SENTENCE_END = re.compile(r"[.!?][\"'\u201d)\]]*\s+(?=[\"'\u201c(\[]*[A-Z0-9])")
_ENTRY = re.compile(r"([0-9a-f]{16})\.([1-9][0-9]{0,3})")

Entry = tuple[str, int]
"""A letter by the first 16 digits of its id, and the ordinal of one of its items."""


def packed(entries: Sequence[Entry]) -> str:
    """Entries as an address holds them."""
    return ",".join(f"{letter}.{ordinal}" for letter, ordinal in entries)


def unpacked(text: str) -> list[Entry]:
    """The entries of an address, each once, at most `MOST`; what cannot be one is passed over."""
    found = (_ENTRY.fullmatch(part) for part in text.split(","))
    return list(dict.fromkeys((match[1], int(match[2])) for match in found if match))[:MOST]


@dataclass(frozen=True, slots=True)
class Quote:
    """What a pack says of one item: where it stands, what was asked for, how and by which sentence it was decided."""

    citation: str
    request: str
    outcome: str
    sentence: str
    cited: str
    relied_on: str
    reports: tuple[str, ...] = ()
    grounds: tuple[tuple[str, str], ...] = ()
    """Where the deciding sentence is a mere formula, the sentences that give its grounds, each with its citation."""


def quote_of(letter: Mapping[str, Any], ordinal: int, reports: Sequence[str] = ()) -> Quote | None:
    """The quote of an item of a letter (as `Letters.letter` gives it); None where the letter has no such item.

    `reports` say which of its values people reported as read wrongly.
    """
    item = next((one for one in letter["decisions"] if one["ordinal"] == ordinal), None)
    if item is None:
        return None
    return Quote(
        citation(letter, ordinal),
        str(item["disputed"]),
        str(item["outcome"]),
        " ".join((item["decisive"] or "").split()),
        _guidelines(letter, item, "claims_administrator", "admin"),
        _guidelines(letter, item, "reviewer", "reviewer"),
        tuple(reports),
        _grounds(letter, ordinal),
    )


def _grounds(letter: Mapping[str, Any], ordinal: int) -> tuple[tuple[str, str], ...]:
    """The sentences in which grounds of an item were read, where its deciding sentence is short and holds none of them."""
    text = letter["text"] or ""
    found: dict[str, list[tuple[int, int]]] = {"decisive": [], "reason": [], "rationale": []}
    for one in letter["findings"]:
        if one["ordinal"] == ordinal and one["kind"] in found:
            found[one["kind"]].append((one["span_start"], one["span_end"]))
    if not found["decisive"] or not found["rationale"]:
        return ()
    (start, end), limits = found["decisive"][0], found["rationale"][0]
    formula = len(text[start:end].split()) <= FORMULA_WORDS
    if not formula or any(start <= first < end for first, _ in found["reason"]):
        return ()
    sentences = dict.fromkeys(_sentence(text, limits, place) for place in sorted(found["reason"]))
    quoted = [(" ".join(text[slice(*one)].split()), citation(letter, ordinal, one)) for one in sentences]
    return tuple(quoted[:_MOST_GROUNDS])


def _sentence(text: str, limits: tuple[int, int], place: tuple[int, int]) -> tuple[int, int]:
    """The sentence of the rationale around a place, no more than `_LONGEST_GROUND` characters of it on either side."""
    ends = [limits[0], *(limits[0] + one.end() for one in _SENTENCE_END.finditer(text[slice(*limits)])), limits[1]]
    start = max((end for end in ends if end <= place[0]), default=place[0])
    end = min((end for end in ends if end >= place[1]), default=place[1])
    return max(start, place[0] - _LONGEST_GROUND), min(end, place[1] + _LONGEST_GROUND)


def _guidelines(letter: Mapping[str, Any], item: Mapping[str, Any], side: str, dimension: str) -> str:
    """What a side cited, in the letter's words; its sources where it has no citation, as for none cited."""
    written = [
        f"{'MTUS: ' * (one['frame'] == 'mtus')}{' '.join(one['text'].split())}"
        for one in letter["citations"]
        if (one["side"], one["ordinal"]) == (side, item["ordinal"])
    ]
    sources = [dimensions()[dimension].term_label(key) for key in item[f"{dimension}_sources"] or ()]
    return "; ".join(dict.fromkeys(written)) or ", ".join(sources) or "not stated"


def quotes_html(quotes: Sequence[Quote], about: About, made: date) -> bytes:
    """The pack as a page of HTML, UTF-8: no script, no address, nothing from elsewhere; letters' words are only words."""
    count = f"{len(quotes):,} decision{'s' * (len(quotes) != 1)}"
    sample = f'<p class="sample">{html.escape(about.sample)}</p>' if about.sample else ""
    made_of = about.snapshot.created[:10]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Quote pack: {count}</title><style>{STYLE}{_STYLE}</style></head><body>"
        f'<p class="name">Overturn: decisions of California Independent Medical Review</p>{sample}'
        f'<h1>What {count} said</h1><p class="answer">{html.escape(PAST)}</p><p class="note">{html.escape(MEANING)}</p>'
        f"<dl><dt>Snapshot</dt><dd>{html.escape(about.snapshot.snapshot_id)}, of {html.escape(_day_of(made_of))}</dd>"
        f"<dt>Made on</dt><dd>{day(made)}</dd></dl>"
        f"<ol>{''.join(map(_quote, quotes))}</ol></body></html>\n"
    ).encode("utf-8", "replace")


def _quote(quote: Quote) -> str:
    said = (
        f"<blockquote>{as_text(quote.sentence)}</blockquote>"
        if quote.sentence
        else '<p class="note">No deciding sentence was found in its rationale.</p>'
    )
    said += "".join(
        f'<blockquote>{as_text(sentence)}</blockquote><p class="note">{as_text(place)}</p>'
        for sentence, place in quote.grounds
    )
    facts = [
        ("Outcome", f'<b class="{html.escape(quote.outcome)}">{html.escape(quote.outcome.capitalize())}</b>'),
        ("Claims administrator cited", as_text(quote.cited)),
        ("Reviewer relied on", as_text(quote.relied_on)),
        *(("Reported as read wrongly", as_text(one)) for one in quote.reports),
    ]
    listed = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in facts)
    return (
        f'<li dir="ltr"><h2>{as_text(quote.request)}</h2>{said}<dl>{listed}</dl>'
        f'<p class="cite">{as_text(quote.citation)}</p></li>'
    )


def _day_of(iso: str) -> str:
    try:
        return day(date.fromisoformat(iso))
    except ValueError:
        return iso


_STYLE = """
ol { padding-left: 22px; }
li { break-inside: avoid; margin: 0 0 26px; overflow-wrap: anywhere; }
li h2 { margin: 0 0 8px; }
blockquote { margin: 0 0 8px; padding: 2px 0 2px 14px; border-left: 3px solid #a67c00; font-size: 16px; }
.cite { border-top: 1px solid #d3d8de; padding-top: 4px; color: #59626e; }
.overturned { color: #a84400; }
.upheld { color: #0b5394; }
.ov-sign { unicode-bidi: isolate; }
"""
