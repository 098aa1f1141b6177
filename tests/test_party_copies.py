"""Party copies: told by their labels in every layout, reported by name, and nothing of them kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data.errors import FileRejected
from data.record import as_object
from loaders.ingest import ingest
from loaders.parse import parse_letter
from loaders.settle import letter_id, settle
from tests.builder import COVER, Item, labelled, raw_letter
from tests.shapes import SHAPES

WORD = "Quizzlewump"
LABELS = {
    "employee": f"Employee Name: Ann {WORD}",
    "claim": f"Claims Number: {WORD}-77",
    "claim_singular": f"Claim Number: {WORD}-77",
    "provider": f"Provider Name: {WORD} MD",
    "below": f"Employee Name:\n{WORD}",
    "columns": f"Employee Name:\nClaims Number:\nProvider Name:\nAnn {WORD}\n77\nMD",
    "addressee": f"Dear Ann {WORD}:",
    "wrapped": f"Employee\nName: {WORD}",
    "short": f"Employee: Ann {WORD}",
    "no_colon": f"Employee Name Ann {WORD}",
    "claim_mark": f"Claim #: {WORD}-77",
    "patient": f"Patient Name: Ann {WORD}",
    "worker": f"Injured Worker: Ann {WORD}",
    "number": f"SSN: 000-00-0000 {WORD}",
    "before_a_label": f"Employee: Ann {WORD} Case Number: CM16-0990099",
    "capitals_below": f"Employee:\n{WORD.upper()}",
    "parted_columns": f"Employee:\nCase Number:\n\nCM16-0990099\n\nAnn {WORD}",
}
LETTER_PAGE = (
    f"Independent Medical Review Final Determination Letter\n\nDated: 01/09/2017\n\nIMR Case Number: CM16-0990099\n\n"
    f"Employee Name: Ann {WORD}\n\nClaims Number: 77\n\nDear Ann {WORD}:\n\nFinal Determination: UPHOLD"
)


def code_of(raw: str) -> str | None:
    try:
        parse_letter(settle(raw))
    except FileRejected as refusal:
        assert WORD not in refusal.message
        return refusal.code
    return None


@pytest.mark.parametrize("cover", [COVER, ()])
@pytest.mark.parametrize("label", list(LABELS))
def test_told_by_one_label(label: str, cover: tuple[str, ...]) -> None:
    """With the public cover's labels and without them, above them and below."""
    assert code_of(raw_letter(credentials=labelled(), cover=(*cover, LABELS[label]))) == "party_copy"
    assert code_of(raw_letter(credentials=labelled(), cover=(LABELS[label], *cover))) == "party_copy"


@pytest.mark.parametrize(
    "cut",
    [
        "Employee:\nClaim Number:",
        "Employee: Claim Number:",
        "Employee Name:\n\nClaims Number:\n\nProvider Name:",
        "Employee: [REDACTED]\nClaim #: XXXXXX",
        "Employee:\nPriority:\nStandard",
    ],
)
def test_labels_with_nothing_behind_them_are_a_redaction(cut: str) -> None:
    for cover in ((cut, *COVER), (*COVER, cut)):
        assert code_of(raw_letter(credentials=labelled(), cover=cover)) is None, cover


@pytest.mark.parametrize("shape", list(SHAPES))
def test_told_in_every_shape(shape: str) -> None:
    settled = settle(f"{LETTER_PAGE}\n\n{raw_letter(credentials=labelled())}")
    assert code_of(SHAPES[shape](settled)) == "party_copy"


def test_told_where_the_letter_page_comes_last() -> None:
    assert code_of(f"{raw_letter(credentials=labelled())}\n\n{LETTER_PAGE}") == "party_copy"


@pytest.mark.parametrize(
    "form",
    [
        "MEDICAL PROFESSIONAL REVIEW\n\nISSUE AT DISPUTE: an MRI",
        "Medical Qualifications of the Expert Reviewer: one. Case Summary: two.",
        "IMR DECISION(S) AND RATIONALE(S)",
        "An Independent Medical Review in words nobody knows.",
    ],
)
def test_told_in_every_form(form: str) -> None:
    assert code_of(f"{LABELS['employee']}\n\n{form}") == "party_copy"


@pytest.mark.parametrize(
    "said",
    [
        "Provider Name: the request has none.",
        "The form says Claim Number: and nothing else.",
        "Dear Sir or madam is how the note begins.",
        "The employee name is not stated.",
    ],
)
def test_words_of_a_rationale_make_no_party_copy(said: str) -> None:
    assert code_of(raw_letter(Item(rationale=f"{said} It is not medically necessary."), cover=COVER)) is None


def test_a_file_of_no_review_is_no_party_copy() -> None:
    assert code_of("Claim Number: 77 for a broken window") == "not_a_letter"


def test_nothing_of_it_is_kept(tmp_path: Path) -> None:
    folder, warehouse = tmp_path / "letters", tmp_path / "warehouse"
    folder.mkdir()
    private = raw_letter(Item(f"MRI of the {WORD}"), cover=(*COVER, LABELS["employee"]))
    public = parse_letter(settle(raw_letter(Item(f"MRI of the {WORD}"), cover=COVER)))
    record = as_object(public) | {"text": settle(private)}
    record["letter_id"] = letter_id(record["text"])
    (folder / "party.txt").write_text(private)
    (folder / "fine.txt").write_text(raw_letter(cover=COVER))
    (folder / "records.jsonl").write_text(json.dumps(record) + "\n")
    summary = ingest([folder], warehouse)
    refused = {refusal.source: refusal.code for refusal in summary.rejected}
    assert refused["party.txt"] == "party_copy"
    assert set(refused) == {"party.txt", "records.jsonl:1"}
    assert summary.added == 1
    assert "party.txt" in (warehouse / "journal.jsonl").read_text("utf-8")
    for file in warehouse.rglob("*"):
        if file.is_file():
            assert WORD.casefold().encode() not in file.read_bytes().lower(), file
    assert not any(WORD in line for line in summary.lines())
