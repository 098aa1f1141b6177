"""The parts of a letter: named, in the order of the text, each where it begins."""

from __future__ import annotations

from data.filters import Filters
from data.queries import Reader
from data.structure import Place, places
from data.warehouse import Snapshot
from tests.builder import COVER, HOW, Item, labelled, read_letter


def parts(*items: Item, **said: object) -> tuple[str, list[Place]]:
    record = read_letter(*items, **said)
    findings = [
        {"kind": f.kind, "span_start": f.span[0], "span_end": f.span[1], "ordinal": f.decision} for f in record.findings
    ]
    decisions = [{"ordinal": d.ordinal, "disputed": d.disputed, "outcome": d.outcome} for d in record.decisions]
    return record.text, places(record.text, findings, decisions)


def test_cover_reviewer_summary_and_items_in_their_order() -> None:
    text, found = parts(Item(), Item("CT of the left knee", "Overturned"), cover=COVER)
    assert [(one.name, one.ordinal, one.outcome, one.anchor) for one in found] == [
        ("Cover", None, "", "s-cover"),
        ("Reviewer", None, "", "s-reviewer"),
        ("Summary", None, "", "s-summary"),
        ("MRI of the left knee", 1, "upheld", "i1"),
        ("CT of the left knee", 2, "overturned", "i2"),
    ]
    begins = ("Case Number", HOW, "CLINICAL CASE SUMMARY", "MRI of the left knee", "CT of the left knee")
    for one, words in zip(found, begins, strict=True):
        assert text[one.start :].startswith(words)


def test_a_letter_without_a_cover_has_none_in_the_list() -> None:
    assert [one.name for one in parts()[1]] == ["Reviewer", "Summary", "MRI of the left knee"]


def test_without_the_reviewers_heading_the_first_certification_stands_for_it() -> None:
    record = read_letter(credentials=labelled(specialties="Neurology"))
    text = record.text.replace(HOW, "")
    stated = {"kind": "specialty", "span_start": text.index("Neurology"), "span_end": 0, "ordinal": None}
    _, reviewer, _ = places(text, [stated], [])
    assert (reviewer.name, reviewer.start) == ("Reviewer", text.index("Neurology"))


def test_a_text_without_anything_known_has_no_parts() -> None:
    assert places("", [], []) == []
    assert places("Words.", [], [{"ordinal": 1, "disputed": "x", "outcome": "upheld"}]) == []


def test_every_item_of_every_sample_is_in_its_list(sample_warehouse: Snapshot) -> None:
    with sample_warehouse.connect() as connection:
        reader = Reader(connection, sample_warehouse, Filters())
        for (letter_id,) in connection.execute("SELECT letter_id FROM letters").fetchall():
            letter = reader.letter(letter_id)
            assert letter is not None
            found = places(letter["text"], letter["findings"], letter["decisions"])
            assert [one.ordinal for one in found if one.ordinal] == [d["ordinal"] for d in letter["decisions"]]
            assert len({one.anchor for one in found}) == len(found)
            assert {"Reviewer", "Summary"} <= {one.name for one in found}
