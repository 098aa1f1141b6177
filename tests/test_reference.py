"""How a letter is cited: its name, date, item and the page of its PDF."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pypdfium2
import pytest

from data.filters import Filters
from data.queries import Reader
from data.reference import citation, item_pages, page_words, pages
from data.warehouse import Snapshot
from loaders.read import discover, read_text
from loaders.settle import settle
from tests.conftest import SAMPLES

TEXT = "first page\fMRI of the knee: Upheld\nWhy.\fIt is not necessary."


def letter(source: str = "a/CM16-1.pdf", **other: object) -> dict[str, object]:
    return {
        "case_number": "CM16-0000001",
        "source": source,
        "decision_date": date(2016, 12, 9),
        "text": TEXT,
        "decisions": [{"ordinal": 1, "disputed": "MRI of the knee", "outcome": "upheld"}],
        "findings": [
            {"kind": "request", "ordinal": 1, "span_start": 11, "span_end": 26},
            {"kind": "decisive", "ordinal": 1, "span_start": 40, "span_end": len(TEXT)},
        ],
    } | other


def test_an_item_is_cited_with_its_pages() -> None:
    assert citation(letter(), 1) == (
        "California IMR Final Determination CM16-0000001, decided 9 Dec 2016, item 1 of 1 (MRI of the knee): upheld, "
        "pages 2 to 3 of the PDF."
    )
    assert citation(letter()) == "California IMR Final Determination CM16-0000001, decided 9 Dec 2016."


def test_a_text_has_no_pages_and_a_letter_without_number_and_date_says_so() -> None:
    said = citation(letter("folder/letter.txt", case_number=None, decision_date=None), 1)
    assert said == (
        "California IMR Final Determination letter.txt, decision date not stated, item 1 of 1 (MRI of the knee): upheld."
    )
    assert pages(letter(text=None), 0, 1) is None
    assert pages(letter("all.parquet/CM16-1.pdf"), 0, 1) is None  # a row that is named like a PDF
    assert item_pages(letter(findings=[]), 1) is None


@pytest.mark.parametrize(
    ("span", "found"), [((0, 10), (1, 1)), ((0, 11), (1, 2)), ((11, 12), (2, 2)), ((0, 60), (1, 3))]
)
def test_a_page_begins_behind_a_form_feed(span: tuple[int, int], found: tuple[int, int]) -> None:
    assert pages(letter(), *span) == found


def test_a_long_request_is_cut() -> None:
    said = citation(letter(decisions=[{"ordinal": 1, "disputed": "x" * 441, "outcome": "upheld"}]), 1)
    assert f"({'x' * 159}…): upheld" in said


def test_one_page_is_said_in_the_singular() -> None:
    assert page_words((4, 4)) == ", page 4 of the PDF"
    assert page_words(None) == ""


def folded(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def as_printed(path: Path) -> list[str]:
    """The letters and digits of every page, as the PDF has them."""
    with pypdfium2.PdfDocument(path) as document:
        return [folded(page.get_textpage().get_text_range()) for page in document]


def test_every_deciding_sentence_of_the_samples_stands_on_the_page_that_is_cited(sample_warehouse: Snapshot) -> None:
    checked = 0
    with sample_warehouse.connect() as connection:
        reader = Reader(connection, sample_warehouse, Filters())
        found = connection.execute("SELECT letter_id FROM letters WHERE ends_with(source, '.pdf')").fetchall()
        for (letter_id,) in found:
            held = reader.letter(letter_id)
            assert held is not None
            printed = as_printed(SAMPLES / "letters" / held["source"])
            for finding in held["findings"]:
                place = finding["span_start"], finding["span_end"]
                first, last = pages(held, *place) or (0, 0)
                if finding["kind"] == "decisive":
                    assert folded(held["text"][slice(*place)]) in "".join(printed[first - 1 : last])
                    checked += 1
    assert checked > 30


@pytest.mark.letters
def test_the_pages_of_real_letters_are_kept_one_by_one(letters_folder: Path) -> None:
    """A page without text at the end of a file is the only thing that is not."""
    paths = sorted((letters_folder / "pdf").glob("*.pdf"))
    for found in discover(paths):
        printed = as_printed(found.path)  # type: ignore[union-attr, arg-type]
        kept = [folded(page) for page in settle(read_text(found)).split("\f")]  # type: ignore[arg-type]
        assert kept == [page for page in printed if page]
        assert not any(printed[len(kept) :])
    assert len(paths) > 90
