"""The sample letters: built from their source, covering what they must, marked as fiction, and nobody else's text."""

from __future__ import annotations

import csv
import os
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pypdfium2.raw
import pytest

from data.samples import make

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "data" / "samples"
LETTERS = make.read_source()
MODALITIES = {
    *("bone_scan", "spect", "ct", "dexa", "mri", "xray", "ultrasound", "pet"),
    *("arthrogram", "myelogram", "fluoroscopy", "other_imaging"),
}
LETTER_COLUMNS = (
    "letter,date_assigned,date_of_injury,decision_date,ur_denial_date,application_received,priority,licensed_in,"
    "specialties,specialties_as_written,decisions"
)
DECISION_COLUMNS = (
    "letter,decision,outcome,request,disputed,imaging_modalities,claims_admin_sources,reviewer_sources,"
    "claims_admin_guideline,reviewer_guideline"
)


def pdf_pages(path: Path) -> list[str]:
    document = pypdfium2.PdfDocument(path)
    return [page.get_textpage().get_text_range() for page in document]


def text_of(path: Path) -> str:
    return "\n".join(pdf_pages(path)) if path.suffix == ".pdf" else path.read_text("utf-8")


def letters_and_digits(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def rows(name: str) -> list[dict[str, str]]:
    with (SAMPLES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("samples")
    make.build(folder, LETTERS)
    return folder


def test_building_gives_what_is_kept(rebuilt: Path) -> None:
    kept = sorted(path.name for path in (SAMPLES / "letters").iterdir())
    assert sorted(path.name for path in (rebuilt / "letters").iterdir()) == kept
    for name in ("labels_letters.csv", "labels_decisions.csv"):
        assert (rebuilt / name).read_bytes() == (SAMPLES / name).read_bytes()
    for name in kept:
        old, new = SAMPLES / "letters" / name, rebuilt / "letters" / name
        if name.endswith(".pdf"):
            assert pdf_pages(new) == pdf_pages(old), name
        else:
            assert new.read_bytes() == old.read_bytes(), name


def test_a_pdf_is_built_to_the_same_bytes_twice() -> None:
    letter = next(letter for letter in LETTERS if letter.layout == "pdf")
    assert make.write_pdf(letter) == make.write_pdf(letter)


def test_counts() -> None:
    endings = Counter(Path(letter.file_name).suffix for letter in LETTERS)
    items = [item for letter in LETTERS for item in letter.items]
    overturned = sum(item.outcome == "overturned" for item in items)
    assert endings == {".txt": 24, ".pdf": 16}
    assert {letter.form for letter in LETTERS} == {"F3", "F4"}
    assert (len(items), overturned) == (93, 22)
    assert max(len(letter.items) for letter in LETTERS) == 10
    assert {letter.priority for letter in LETTERS} == {"", "standard", "expedited"}


def test_columns_are_the_contract() -> None:
    assert (SAMPLES / "labels_letters.csv").read_text("utf-8").splitlines()[0] == LETTER_COLUMNS
    assert (SAMPLES / "labels_decisions.csv").read_text("utf-8").splitlines()[0] == DECISION_COLUMNS


def test_every_modality_and_both_outcomes_of_the_four_that_matter_most() -> None:
    seen = Counter(
        (modality, row["outcome"])
        for row in rows("labels_decisions.csv")
        for modality in row["imaging_modalities"].split(";")
        if modality
    )
    assert {modality for modality, _ in seen} == MODALITIES == make.MODALITIES
    for modality in ("bone_scan", "spect", "ct", "dexa"):
        assert seen[modality, "overturned"] >= 3
        assert seen[modality, "upheld"] >= 3


def test_every_source_and_its_absence() -> None:
    decisions = rows("labels_decisions.csv")
    claims = {key for row in decisions for key in row["claims_admin_sources"].split(";")}
    reviewer = {key for row in decisions for key in row["reviewer_sources"].split(";")}
    assert claims == {"mtus", "odg", "acr", "other", "none"}
    assert reviewer == {"mtus", "acoem", "odg", "acr", "other", "none"}
    assert any(row["claims_admin_sources"] == row["reviewer_sources"] == "none" for row in decisions)


def test_lists_are_sorted_and_rows_numbered() -> None:
    decisions = rows("labels_decisions.csv")
    for row in decisions:
        for column in ("imaging_modalities", "claims_admin_sources", "reviewer_sources"):
            keys = row[column].split(";")
            assert keys == sorted(set(keys)), row
        assert letters_and_digits(row["disputed"]) in letters_and_digits(row["request"])
    numbers = {row["letter"]: int(row["decisions"]) for row in rows("labels_letters.csv")}
    assert Counter(row["letter"] for row in decisions) == numbers
    assert [row["letter"] for row in rows("labels_letters.csv")] == sorted(numbers)


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: letter.name)
def test_letter_says_what_its_labels_say(letter: make.Letter) -> None:
    text = letters_and_digits(text_of(SAMPLES / "letters" / letter.file_name))
    place = 0
    for row in (row for row in rows("labels_decisions.csv") if row["letter"] == letter.name):
        for said in (
            row["request"] + row["outcome"],
            "claims administrator guideline" + row["claims_admin_guideline"],
            "maximus guideline" + row["reviewer_guideline"] + "decision rationale",
        ):
            place = text.index(letters_and_digits(said), place)
    for name in letter.specialties_as_written:
        assert letters_and_digits(name) in text
    assert len(re.findall("decisionrationale", text)) == len(letter.items)


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: letter.name)
def test_first_line_marks_fiction(letter: make.Letter) -> None:
    lines = text_of(SAMPLES / "letters" / letter.file_name).splitlines()
    assert lines[0] == "SAMPLE LETTER WRITTEN FOR OVERTURN. FICTION, NOT A DETERMINATION."
    if letter.cover:
        assert letter.name in "".join(lines[1:10])
    else:
        assert lines[2] == " HOW THE IMR FINAL DETERMINATION WAS MADE "


@pytest.mark.parametrize("letter", [letter for letter in LETTERS if letter.cover], ids=lambda letter: letter.name)
def test_cover_dates_follow_each_other(letter: make.Letter) -> None:
    dates = [letter.dates[key] for key in ("injury", "ur_denial", "application_received", "assigned", "decision")]
    assert dates == sorted(dates)
    assert letter.name[2:4] == f"{letter.dates['application_received']:%y}"
    assert int(letter.name[5:]) >= 990000


def test_pdfs_are_small_locked_and_wrapped_like_the_states() -> None:
    wrapped = broken = 0
    for letter in LETTERS:
        if letter.layout != "pdf":
            continue
        path = SAMPLES / "letters" / letter.file_name
        document = pypdfium2.PdfDocument(path)
        permissions = pypdfium2.raw.FPDF_GetDocPermissions(document.raw)
        pages = pdf_pages(path)
        assert path.stat().st_size < 60_000
        assert not permissions & (1 << 4), "copying is disallowed"
        assert 2 <= len(pages) <= 4
        lines = [line for page in pages for line in page.split("\r\n")]
        assert lines[4:7] == [
            f"Priority: {letter.priority.capitalize()} Application ",
            "Received: ",
            f"{letter.dates['application_received']:%m/%d/%Y}",
        ]
        assert "Review determinations." in lines or any(line.endswith("determinations.") for line in lines)
        wrapped += sum(line.endswith(" ") for line in lines)
        broken += sum("\ufffe" in line or "\x02" in line for line in lines)
    assert wrapped > 300
    assert broken >= 5


def test_the_form_that_text_copies_have() -> None:
    text = (SAMPLES / "letters" / "sample-03.txt").read_text("utf-8")
    assert "\n\n \n\nCLINICAL CASE SUMMARY \n\n" in text
    assert re.search(r"\S \n\n\n\n[a-z]", text), "a page ends inside a sentence"
    assert text.isascii()


def test_bad_source_names_the_letter(tmp_path: Path) -> None:
    entry = (SAMPLES / "source" / "prose_credentials.toml").read_text("utf-8")
    (tmp_path / "bad.toml").write_text(entry.replace('outcome = "upheld"', 'outcome = "partial"', 1), "utf-8")
    with pytest.raises(make.SampleError, match="sample-01: unknown outcome partial"):
        make.read_source(tmp_path)


# --- nobody else's sentences --------------------------------------------------------------------------------------


def real_letters() -> Path:
    named = os.environ.get("OVERTURN_LETTERS")
    folder = Path(named) if named else ROOT.parent / "shared" / "letters"
    if not (folder / "text").is_dir() and not (folder / "pdf").is_dir():
        pytest.skip(f"NO REAL LETTERS at {folder}: set OVERTURN_LETTERS to compare the samples with them")
    return folder


def runs(text: str, length: int = 12) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return (tuple(words[at : at + length]) for at in range(len(words) - length + 1))


@pytest.mark.letters
def test_no_run_of_twelve_words_is_a_real_letters() -> None:
    folder = real_letters()
    real: set[tuple[str, ...]] = set()
    for path in sorted([*folder.glob("text/*.txt"), *folder.glob("pdf/*.pdf")]):
        _, _, body = re.sub(r"\s+", " ", text_of(path)).partition("including all medical records:")
        summary, *items = body.split("Claims Administrator guideline:")
        for narrative in (summary, *(item.partition("Decision rationale:")[2] for item in items)):
            real.update(runs(narrative))
    assert len(real) > 1000
    for source in sorted((SAMPLES / "source").glob("*.toml")):
        for entry in tomllib.loads(source.read_text("utf-8"))["letter"]:
            for narrative in (entry["summary"], *(item["rationale"] for item in entry["item"])):
                shared = [" ".join(run) for run in runs(narrative) if run in real]
                assert not shared, entry["name"]
