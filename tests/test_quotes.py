"""The quote pack: what it says of an item, in which order, and that a letter's words stay words."""

from __future__ import annotations

import html
import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest

from data.exports import About
from data.filters import Filters
from data.queries import Reader
from data.quotes import MOST, PAST, Quote, packed, quote_of, quotes_html, unpacked
from data.warehouse import Snapshot

HOSTILE = [
    "</blockquote><script>alert(1)</script>",
    '<img src="//elsewhere.example/x.png" onerror=alert(1)>',
    "**bold** $x^2$ [l](javascript:alert(1)) &lt;b&gt;",
    "\u202edenrutrevo\u202c \u2066x\u2069",
    "a\x00\x07b\ud800c",
    "w" * 200_000,
]


@pytest.fixture
def about(sample_warehouse: Snapshot) -> About:
    return About(Filters(), sample_warehouse)


def letter_of(warehouse: Snapshot, name: str) -> dict[str, Any]:
    with warehouse.connect() as connection:
        reader = Reader(connection, warehouse, Filters())
        return reader.letter(reader.letter_for_case(name) or "") or {}


class Page(HTMLParser):
    """The tags, attributes and words of a page."""

    def __init__(self, content: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words = ""
        self.feed(content.decode("utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.words += data


def test_a_pack_in_an_address_and_back() -> None:
    entries = [("0123456789abcdef", 2), ("fedcba9876543210", 1)]
    assert packed(entries) == "0123456789abcdef.2,fedcba9876543210.1"
    assert unpacked(packed(entries)) == entries
    assert unpacked("") == unpacked("x.1,0123456789abcdef.0,0123456789abcdef,<script>,../..,0123456789ABCDEF.1") == []
    assert unpacked("0123456789abcdef.1,0123456789abcdef.1") == [("0123456789abcdef", 1)]
    assert len(unpacked(",".join(f"{number:016x}.1" for number in range(500)))) == MOST


def test_an_item_of_a_letter(sample_warehouse: Snapshot) -> None:
    letter = letter_of(sample_warehouse, "CM16-0990018")
    quote = quote_of(letter, 3)
    assert quote is not None
    assert (quote.outcome, quote.request) == ("upheld", "Post-operative physical therapy, 12 sessions")
    assert quote.sentence == "The additional twelve are not medically necessary."
    assert quote.citation.startswith(
        "California IMR Final Determination CM16-0990018, decided 24 Aug 2016, item 3 of 3"
    )
    assert quote.citation.endswith("upheld, page 3 of the PDF.")
    assert quote.cited == quote.relied_on == "MTUS: Postsurgical Treatment 2009, Section(s): Knee"
    assert quote_of(letter, 4) is None


def test_who_cited_nothing_is_said_to_have_cited_nothing(sample_warehouse: Snapshot) -> None:
    quote = quote_of(letter_of(sample_warehouse, "CM14-0990001"), 1)
    assert quote is not None
    assert quote.cited == "None cited"


def quoted(**other: Any) -> Quote:
    said = {"citation": "C", "request": "R", "outcome": "upheld", "sentence": "S.", "cited": "A", "relied_on": "B"}
    return Quote(**(said | other))


def test_the_document_says_what_it_is_and_keeps_the_order(about: About) -> None:
    content = quotes_html(
        [quoted(request="Knee brace"), quoted(request="Wrist splint", sentence="")], about, date(2026, 12, 9)
    )
    words = Page(content).words
    assert PAST in words
    assert "What 2 decisions said" in words
    assert f"{about.snapshot.snapshot_id}, of " in words
    assert "Made on9 Dec 2026" in words
    assert "SAMPLE LETTERS, NOT REAL ONES" in words
    assert words.index("Knee brace") < words.index("Wrist splint")
    assert "No deciding sentence was found" in words
    assert content.decode().count("<li ") == 2


def test_a_value_reported_as_wrong_is_said(about: About) -> None:
    content = quotes_html([quoted(reports=("Outcome: should be <b>",))], about, date(2026, 12, 9)).decode()
    assert "<dt>Reported as read wrongly</dt><dd>Outcome: should be &lt;b&gt;</dd>" in content


@pytest.mark.parametrize("text", HOSTILE)
def test_words_of_a_letter_are_only_words(about: About, text: str) -> None:
    parts = ("citation", "request", "sentence", "cited", "relied_on")
    content = quotes_html([quoted(**dict.fromkeys(parts, text), reports=(text,))], about, date(2026, 12, 9))
    page = Page(content)
    assert page.tags <= {
        *("html", "head", "meta", "title", "style", "body", "p", "h1", "h2", "dl", "dt", "dd", "ol", "li"),
        *("blockquote", "b", "span"),
    }
    assert not {name for name in page.attributes if name.startswith("on") or name in ("src", "href", "style")}
    assert page.words.count(text.replace("\ud800", "?")) == 6
    assert "default-src 'none'" in content.decode()
    steering = set(re.findall("[\u202a-\u202e\u2066-\u2069\x00\x07]", text))
    for sign in steering:  # each stands alone in an element that the style sheet isolates
        alone = rf'<span class="ov-sign" title="U\+{ord(sign):04X} [^"]*">{re.escape(sign)}</span>'
        assert len(re.findall(alone, content.decode())) == content.decode().count(sign)
    assert html.escape("ov-sign { unicode-bidi: isolate; }") in content.decode()


TOLD = "The knee is stable. There are no red flags in the notes. No exam was documented! The request is not medically necessary."


def formula(decisive: str, reasons: tuple[str, ...]) -> dict[str, Any]:
    """A letter of one item whose rationale is `TOLD`."""
    found = [("rationale", TOLD), ("decisive", decisive), *(("reason", words) for words in reasons)]
    findings = [
        {"kind": kind, "ordinal": 1, "span_start": TOLD.index(words), "span_end": TOLD.index(words) + len(words)}
        for kind, words in found
    ]
    item = {
        "ordinal": 1,
        "disputed": "MRI",
        "outcome": "upheld",
        "decisive": decisive,
        "admin_sources": (),
        "reviewer_sources": (),
    }
    letter = {"case_number": "CM16-0000001", "source": "a.pdf", "decision_date": None, "text": TOLD}
    return letter | {"findings": findings, "decisions": [item], "citations": []}


def test_a_mere_formula_is_quoted_with_the_sentences_that_give_its_grounds(about: About) -> None:
    decisive = "The request is not medically necessary."
    quote = quote_of(formula(decisive, ("No exam was", "no red flags", "red flags in")), 1)
    assert quote
    assert [sentence for sentence, _ in quote.grounds] == [
        "There are no red flags in the notes.",
        "No exam was documented!",
    ]
    assert {place for _, place in quote.grounds} == {
        "California IMR Final Determination CM16-0000001, decision date not stated, item 1 of 1 (MRI): upheld, page 1 of the PDF."
    }
    page = Page(quotes_html([quote], about, date(2026, 1, 1)))
    assert page.words.index(decisive) < page.words.index("There are no red flags") < page.words.index("No exam")


def test_a_sentence_that_gives_a_ground_or_is_long_stands_alone() -> None:
    told = quote_of(formula("There are no red flags in the notes.", ("no red flags", "No exam was")), 1)
    long = quote_of(formula(TOLD, ("No exam was",)), 1)
    none = quote_of(formula("The request is not medically necessary.", ()), 1)
    assert told and long and none
    assert told.grounds == long.grounds == none.grounds == ()
