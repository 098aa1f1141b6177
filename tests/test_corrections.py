"""Reports of wrong values: kept beside the letters, changing nothing, and read by `evaluate` as labels."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

import pytest

from data.corrections import LONGEST_REMARK, Correction, corrections, forget, in_force, report
from data.errors import NotesError, OverturnError
from data.fields import fields
from data.filters import Filters
from data.notes import NOTES, save_view, saved_views
from data.queries import Reader
from data.warehouse import Snapshot
from loaders.__main__ import main
from loaders.corrections import _label, export_corrections
from loaders.evaluate import _decision_values, _letter_values, read_all
from loaders.evaluate_items import ITEM_FIELDS, _item_values
from loaders.purge import purge
from tests.conftest import SAMPLES

LETTER = "ab" * 32
HOSTILE = ["<script>alert(1)</script>", "'; DROP TABLE corrections; --", "=1+1", "\u202enwod edispu"]


def say(folder: Path, field: str, read: str, right: str, **other: Any) -> Correction:
    said: dict[str, Any] = {"who": "R. Nurse", "snapshot": "s1", "source": "a/letter.pdf", "ordinal": 1} | other
    ordinal = said.pop("ordinal")
    of = ordinal if fields()[field].of == "item" else None
    return report(folder, said.pop("letter_id", LETTER), of, field, read, right, **said)


def test_a_report_is_found_again_with_who_when_and_what(tmp_path: Path) -> None:
    assert corrections(tmp_path) == []
    assert list(tmp_path.iterdir()) == []  # looking makes no file
    made = say(tmp_path, "outcome", "upheld", "overturned", remark="See \n page 3.")
    assert corrections(tmp_path) == corrections(tmp_path, LETTER) == [made]
    assert (made.letter_id, made.ordinal, made.field) == (LETTER, 1, "outcome")
    assert (made.read_value, made.right_value, made.who, made.remark) == (
        "upheld",
        "overturned",
        "R. Nurse",
        "See page 3.",
    )
    assert made.made[:2] == "20" and made.made.endswith("+00:00")
    assert corrections(tmp_path, "cd" * 32) == []


def test_the_last_report_on_a_field_holds_and_all_are_kept(tmp_path: Path) -> None:
    say(tmp_path, "outcome", "upheld", "overturned")
    other = say(tmp_path, "outcome", "upheld", "overturned", ordinal=2)
    back = say(tmp_path, "outcome", "upheld", "upheld", who="Dr. B")
    assert back.withdrawn
    assert len(corrections(tmp_path)) == 3
    assert in_force(corrections(tmp_path)) == [back, other]


def test_remarks_on_other_things_all_hold(tmp_path: Path) -> None:
    made = [say(tmp_path, "other", "", "", remark=words) for words in ("The cover is cut off.", "Two items in one.")]
    assert in_force(corrections(tmp_path)) == made


@pytest.mark.parametrize(
    ("field", "read", "right", "other", "said"),
    [
        ("outcome", "upheld", "upheld", {}, "That is what was read"),
        ("outcome", "upheld", "perhaps", {}, "no value of the field Outcome"),
        ("outcome", "upheld", "overturned", {"who": " \u200b"}, "Say who reports it"),
        ("outcome", "upheld", "upheld;overturned", {}, "no value of the field Outcome"),
        ("reviewer_sources", "mtus", "mtus;none", {}, "None cited cannot stand beside a source"),
        ("reviewer_sources", "mtus", "odg;odg", {}, "no value of the field"),
        ("decision_date", "", "9 Dec 2016", {}, "no value of the field Decision date"),
        ("age", "40", "7", {}, "no value of the field Age"),
        ("age", "40", "forty", {}, "no value of the field Age"),
        ("other", "", "", {}, "Say in the remark"),
    ],
)
def test_what_says_nothing_is_refused(
    tmp_path: Path, field: str, read: str, right: str, other: dict[str, str], said: str
) -> None:
    with pytest.raises(NotesError, match=said):
        say(tmp_path, field, read, right, **other)
    assert list(tmp_path.iterdir()) == []


def test_a_field_that_is_not_there_or_not_of_an_item_is_refused(tmp_path: Path) -> None:
    for field, ordinal in (("colour", 1), ("outcome", None), ("decision_date", 1)):
        with pytest.raises(NotesError, match="no field"):
            report(tmp_path, LETTER, ordinal, field, "", "", who="x", snapshot="s", source="a.txt")


def test_the_same_report_twice_is_refused(tmp_path: Path) -> None:
    say(tmp_path, "outcome", "upheld", "overturned")
    with pytest.raises(NotesError, match="reported already"):
        say(tmp_path, "outcome", "upheld", "overturned", who="Another")


def test_there_is_an_end_to_reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.corrections.MOST_REPORTS", 1)
    made = say(tmp_path, "outcome", "upheld", "overturned")
    with pytest.raises(NotesError, match="1 reports already"):
        say(tmp_path, "outcome", "upheld", "overturned", ordinal=2)
    assert corrections(tmp_path) == [made]


def test_keys_are_sorted_but_where_the_letters_order_counts(tmp_path: Path) -> None:
    assert say(tmp_path, "reviewer_sources", "", "odg;acr").right_value == "acr;odg"
    assert say(tmp_path, "specialties", "", "surgery;anesthesiology").right_value == "surgery;anesthesiology"


@pytest.mark.parametrize("words", HOSTILE)
def test_any_words_are_only_words(tmp_path: Path, words: str) -> None:
    made = say(tmp_path, "outcome", "upheld", "overturned", remark=words * 100)
    assert corrections(tmp_path) == [made]
    assert made.remark == (words * 100)[:LONGEST_REMARK].strip()
    export_corrections(tmp_path, tmp_path / "out")
    with (tmp_path / "out" / "corrections.csv").open(encoding="utf-8", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert row["remark"] in (made.remark, f"'{made.remark}")
    assert not row["remark"].startswith("=")


def test_reports_and_views_share_a_file_and_leave_each_other_alone(tmp_path: Path) -> None:
    view = save_view(tmp_path, "CT", "imaging", {})
    made = say(tmp_path, "outcome", "upheld", "overturned")
    assert (saved_views(tmp_path), corrections(tmp_path)) == ([view], [made])
    assert forget(tmp_path, ["cd" * 32]) == 0
    assert forget(tmp_path, [LETTER]) == 1
    assert (saved_views(tmp_path), corrections(tmp_path)) == ([view], [])


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    (tmp_path / NOTES).write_bytes(b"no database" * 500)
    with pytest.raises(NotesError, match=r"cannot be read .* Restore it from a backup"):
        corrections(tmp_path)


@pytest.fixture
def copy(sample_warehouse: Snapshot, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sample_warehouse.folder, tmp_path / "warehouse"))


def sample(warehouse: Snapshot, name: str) -> dict[str, Any]:
    """The letter of the samples whose file has that name."""
    with warehouse.connect() as connection:
        ((letter_id,),) = connection.execute(
            "SELECT letter_id FROM letters WHERE starts_with(source, ?)", [name]
        ).fetchall()
        letter = Reader(connection, warehouse, Filters()).letter(letter_id)
    assert letter is not None
    return letter


def test_what_a_field_reads_is_what_evaluation_compares(sample_warehouse: Snapshot) -> None:
    """Field by field, letter by letter: else a report would be a label of something else."""
    read, _ = read_all([SAMPLES / "letters"])
    compared = 0
    for record in read:
        letter = sample(sample_warehouse, record["source"])
        told = {("labels_letters", 0): dict(_letter_values(record))}
        for decision in record["decisions"]:
            told["labels_decisions", decision["ordinal"]] = dict(_decision_values(decision))
            told["items", decision["ordinal"]] = dict(zip(ITEM_FIELDS, _item_values(record, decision), strict=True))
        for (table, ordinal), values in told.items():
            for field in (one for one in fields().values() if one.table == table):
                value = field.read(letter, ordinal or None)
                if "unknown" in value.split(";"):
                    continue  # a certification that no list knows: there is nothing to choose
                assert _label(field, value) == values[field.key], (record["source"], field.key)
                assert field.checked(value) == value
                assert field.words(value)
                compared += 1
    assert compared > 1400


def changed(field: str, value: str) -> str:
    """Another value of the field."""
    known = fields()[field]
    if known.kind == "date":
        return "2015-02-03"
    if known.kind == "number":
        return "51" if value != "51" else "52"
    keys = [key for key in known.options if key not in (*value.split(";"), "none")]
    return keys[0] if known.kind == "one" else known.joined(keys[:2])


def test_every_field_becomes_a_label_that_evaluate_reads(
    sample_warehouse: Snapshot, copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    letter = sample(sample_warehouse, "CM16-0990018")
    expected = set()
    for field in fields().values():
        of = 2 if field.of == "item" else None
        read = field.read(letter, of)
        say(
            copy, field.key, read, changed(field.key, read) if field.table else "", ordinal=of,
            letter_id=letter["letter_id"], source=letter["source"], remark="It says so.",
        )  # fmt: skip
        if field.table:
            expected.add(field.key)
    other = sample(sample_warehouse, "CM16-0990005")
    read = fields()["outcome"].read(other, 1)
    for right in (changed("outcome", read), read):
        say(copy, "outcome", read, right, letter_id=other["letter_id"], source=other["source"])
    out = tmp_path / "labels"
    assert main(["corrections", "export", "--warehouse", str(copy), str(out)]) == 0
    said = capsys.readouterr().out
    assert f"{len(expected) + 1} reports are labels now" in said
    assert "a remark on CM16-0990018 by R. Nurse" in said
    assert main(["evaluate", "--labels", str(out), "--items", str(out), str(SAMPLES / "letters")]) == 1
    told = capsys.readouterr().out
    misses = {line.split(", ")[1].split(":")[0] for line in told.splitlines() if line.startswith("MISS CM16-0990018")}
    assert misses == expected
    scores = {line.split()[0]: line.split()[1:3] for line in told.splitlines() if line.endswith("%")}
    assert scores["outcome"][:2] == ["1", "2"]  # the report that was taken back says what is read
    assert scores["body_parts"][:2] == ["0", "1"]  # nothing but what was reported is compared
    assert "UNREAD" not in told
    assert "NOT COMPARED citations.csv" in told


def test_only_what_was_reported_is_a_label(copy: Path, sample_warehouse: Snapshot, tmp_path: Path) -> None:
    letter = sample(sample_warehouse, "CM16-0990018")
    say(copy, "body_parts", "knee", "hip;knee", ordinal=3, letter_id=letter["letter_id"], source=letter["source"])
    say(copy, "outcome", "upheld", "overturned", ordinal=3, letter_id=LETTER, source="b/CM16-0990018.txt")
    done = export_corrections(copy, tmp_path / "labels")
    assert done.labels == 1
    assert done.left_out == ["Left out: a report on another letter whose file is named CM16-0990018, too."]
    lines = {path.name: path.read_text().splitlines() for path in (tmp_path / "labels").iterdir()}
    assert lines["labels_letters.csv"][1:] == ["CM16-0990018,?,?,?,?,?,?,?,?"]
    assert lines["items.csv"][1:] == ["CM16-0990018,3,hip;knee,?,?,?,?,?,?,?,?,?"]
    assert lines["labels_decisions.csv"][1:] == []
    assert len(lines["corrections.csv"]) == 3
    with pytest.raises(OverturnError, match="not empty"):
        export_corrections(copy, tmp_path / "labels")


def test_without_reports_nothing_is_written(copy: Path, tmp_path: Path) -> None:
    assert main(["corrections", "export", "--warehouse", str(copy), str(tmp_path / "labels")]) == 2
    assert not (tmp_path / "labels").exists()


def test_a_report_changes_no_figure(copy: Path, sample_warehouse: Snapshot) -> None:
    letter = sample(sample_warehouse, "CM16-0990018")
    before = {path.name: path.read_bytes() for path in copy.glob("imr-*.duckdb")}
    say(copy, "outcome", "overturned", "upheld", letter_id=letter["letter_id"], source=letter["source"])
    assert {path.name: path.read_bytes() for path in copy.glob("imr-*.duckdb")} == before


def test_a_purge_takes_the_reports_on_its_letters_along(copy: Path, sample_warehouse: Snapshot) -> None:
    letter = sample(sample_warehouse, "CM16-0990018")
    kept = say(copy, "outcome", "upheld", "overturned")
    say(
        copy,
        "outcome",
        "overturned",
        "upheld",
        letter_id=letter["letter_id"],
        source=letter["source"],
        remark="unheard-of",
    )
    done = purge(copy, ["CM16-0990018"])
    assert "Reports of wrong values in them that are gone, too: 1." in done.lines(copy)
    assert corrections(copy) == [kept]
    assert all(b"unheard-of" not in path.read_bytes() for path in copy.glob(f"{NOTES}*"))
