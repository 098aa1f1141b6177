"""Loading: the same letters twice, twins, samples and real letters, versions of a case, records of other parsers."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from data.errors import OverturnError, WarehouseError
from data.filters import Filters
from data.queries import Reader
from data.record import Letter
from data.warehouse import JOURNAL, POINTER, Snapshot, current_snapshot, read_journal
from loaders.ingest import Summary, ingest, progress, records
from loaders.parse import parse_letter
from tests.builder import COVER, Item, raw_letter
from tests.conftest import SAMPLES
from tests.test_read import picture_pdf, text_pdf

TABLES = ("letters", "decisions", "citations", "findings", "problems", "facts")
VARYING = ("load_id", "text_part", "source", "record_sha")


def rows(snapshot: Snapshot | None, table: str) -> list[dict[str, Any]]:
    assert snapshot
    with snapshot.connect() as connection:
        if table == "findings":
            letters = connection.execute("SELECT letter_key, text_part FROM letters ORDER BY letter_key").fetchall()
            return [
                {"letter_key": key, **finding}
                for key, part in letters
                for finding in snapshot.text_and_findings(key, part)[1]
            ]
        cursor = connection.execute(f"SELECT * FROM {table} ORDER BY ALL")
        names = [column[0] for column in cursor.description or ()]
        return [
            {name: value for name, value in zip(names, row, strict=True) if name not in VARYING}
            for row in cursor.fetchall()
        ]


def counts(summary: Summary) -> tuple[int, int, int, int]:
    return summary.added, summary.unchanged, summary.reread, len(summary.rejected)


def put(folder: Path, **texts: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text)
    return folder


def cover(decided: str, case: str = "CM16-0990099") -> tuple[str, ...]:
    return tuple(line.replace("01/09/2017", decided).replace("CM16-0990099", case) for line in COVER)


def test_the_same_letters_twice_add_nothing(tmp_path: Path) -> None:
    letters = put(tmp_path / "letters", one=raw_letter(Item("One")), two=raw_letter(Item("Two")))
    assert counts(ingest([letters], tmp_path / "warehouse")) == (2, 0, 0, 0)
    pointer = (tmp_path / "warehouse" / POINTER).read_bytes()
    files = sorted(path.name for path in (tmp_path / "warehouse").iterdir())
    again = ingest([letters], tmp_path / "warehouse")
    assert counts(again) == (0, 2, 0, 0)
    assert again.snapshot is None
    assert "Nothing new" in "\n".join(again.lines())
    assert (tmp_path / "warehouse" / POINTER).read_bytes() == pointer
    assert sorted(path.name for path in (tmp_path / "warehouse").iterdir()) == files
    assert [load["added"] for load in read_journal(tmp_path / "warehouse")] == [2, 0]


def test_a_renamed_letter_is_the_same_letter(tmp_path: Path) -> None:
    letters = put(tmp_path / "letters", one=raw_letter())
    ingest([letters], tmp_path / "warehouse")
    (letters / "one.txt").rename(letters / "other.txt")
    assert counts(ingest([letters], tmp_path / "warehouse")) == (0, 1, 0, 0)


@pytest.mark.parametrize("first", ["txt", "pdf"])
def test_a_pdf_and_its_text_are_one_letter(tmp_path: Path, first: str) -> None:
    text = raw_letter()
    (tmp_path / "txt").mkdir()
    (tmp_path / "pdf").mkdir()
    (tmp_path / "txt" / "a.txt").write_text(text.replace("\n\n", "\n\n\n").replace(" ", "  "))
    (tmp_path / "pdf" / "b.pdf").write_bytes(text_pdf(text))
    order = [tmp_path / first, tmp_path / ("pdf" if first == "txt" else "txt")]
    assert counts(ingest([order[0]], tmp_path / "warehouse")) == (1, 0, 0, 0)
    kept = rows(current_snapshot(tmp_path / "warehouse"), "letters")
    for paths in ([order[1]], order, order[::-1], [order[0]], [order[1]]):
        assert counts(ingest(paths, tmp_path / "warehouse")) == (0, len(paths), 0, 0)
    assert rows(current_snapshot(tmp_path / "warehouse"), "letters") == kept
    assert counts(ingest(order, tmp_path / "together")) == (1, 1, 0, 0)


def test_samples_give_way_to_real_letters_and_are_refused_beside_them(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse"
    letters = put(tmp_path / "letters", one=raw_letter())
    few = [SAMPLES / "letters" / "sample-01.txt", SAMPLES / "letters" / "sample-02.txt"]
    assert counts(ingest([*few, letters], warehouse, demonstration=True)) == (2, 0, 0, 1)
    samples = current_snapshot(warehouse)
    assert samples and (samples.kind, samples.letters) == ("demonstration", 2)
    refused = ingest([*few, letters], warehouse)
    assert [refusal.code for refusal in refused.rejected] == ["wrong_kind", "wrong_kind"]
    real = current_snapshot(warehouse)
    assert real and (real.kind, real.letters) == ("real", 1)
    with pytest.raises(WarehouseError, match="never put beside them"):
        ingest(few, warehouse, demonstration=True)
    assert current_snapshot(warehouse) == real


ORDERS = list(itertools.permutations(["old", "new", "undated"]))


@pytest.mark.parametrize("order", [*ORDERS[::5], *(pytest.param(one, marks=pytest.mark.slow) for one in ORDERS[1:5])])
def test_of_a_case_the_later_decision_is_charted_in_any_order(tmp_path: Path, order: tuple[str, ...]) -> None:
    texts = {
        "old": raw_letter(Item(outcome="Upheld"), cover=cover("01/09/2017")),
        "new": raw_letter(Item(outcome="Overturned"), cover=cover("02/09/2017")),
        "undated": raw_letter(cover=("Case Number: CM16-0990099",)),
    }
    for name in order:
        ingest([put(tmp_path / name, **{name: texts[name]})], tmp_path / "warehouse")
    snapshot = current_snapshot(tmp_path / "warehouse")
    assert snapshot and snapshot.letters == 3
    charted = {str(row["decision_date"]): not row["superseded"] for row in rows(snapshot, "letters")}
    assert charted == {"2017-01-09": False, "2017-02-09": True, "None": False}
    assert [row["overturned"] for row in rows(snapshot, "facts")] == [True]
    with snapshot.connect() as connection:
        reader = Reader(connection, snapshot, Filters())
        letter = reader.letter(reader.letter_for_case("cm16-0990099") or "")
    assert letter and len(letter["versions"]) == 2


def test_two_texts_of_one_day_have_one_winner_in_any_order(tmp_path: Path) -> None:
    texts = [raw_letter(Item(name), cover=cover("01/09/2017")) for name in ("One", "Two")]
    winners = []
    for run, order in enumerate((texts, texts[::-1])):
        for number, text in enumerate(order):
            ingest([put(tmp_path / f"{run}{number}", letter=text)], tmp_path / f"warehouse{run}")
        charted = [
            row for row in rows(current_snapshot(tmp_path / f"warehouse{run}"), "letters") if not row["superseded"]
        ]
        winners.append([row["letter_id"] for row in charted])
    assert winners[0] == winners[1]
    assert len(winners[0]) == 1


def test_letters_are_read_anew_when_the_parser_reads_them_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = put(tmp_path / "letters", one=raw_letter(Item("One")), two=raw_letter(Item("Two")))
    ingest([letters], tmp_path / "warehouse")
    monkeypatch.setattr("loaders.PARSER_VERSION", "another")
    assert counts(ingest([letters], tmp_path / "warehouse")) == (0, 2, 0, 0), "same facts"
    monkeypatch.setattr("loaders.PARSER_VERSION", "a third")
    monkeypatch.setattr("loaders.parse.flags_of", lambda *_, **__: ("retrospective",))
    assert counts(ingest([letters], tmp_path / "warehouse")) == (0, 0, 2, 0)
    snapshot = current_snapshot(tmp_path / "warehouse")
    assert [row["flags"] for row in rows(snapshot, "decisions")] == [["retrospective"]] * 2
    assert {row["parser_version"] for row in rows(snapshot, "letters")} == {"a third"}
    assert {row["letter_key"] for row in rows(snapshot, "findings")} == {
        row["letter_key"] for row in rows(snapshot, "letters")
    }
    assert counts(ingest([letters], tmp_path / "warehouse")) == (0, 2, 0, 0)


def test_snapshots_share_their_text_parts_and_all_texts_are_found(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse"
    for name in ("alder", "birch", "cedar"):
        ingest([put(tmp_path / name, letter=raw_letter(Item(f"MRI of the {name}")))], warehouse)
    snapshot = current_snapshot(warehouse)
    assert snapshot and len(snapshot.text_parts) == 3
    assert len(list(warehouse.glob("texts-*"))) == 3
    with snapshot.connect() as connection:
        for name in ("alder", "birch", "cedar"):
            (row,) = Reader(connection, snapshot, Filters(words=name)).decisions(limit=9)
            assert row["disputed"] == f"MRI of the {name}"
            letter = Reader(connection, snapshot, Filters()).letter(row["letter_id"])
            assert letter and f"MRI of the {name}: Upheld" in letter["text"]


def dumped(paths: list[Path], target: Path) -> Path:
    lines = [json.dumps(record) for record in records(paths, lambda refusal: pytest.fail(str(refusal)), lambda: None)]
    target.write_text("\n".join(lines) + "\n\n")
    return target


def test_records_in_give_the_same_rows_as_letters_in(tmp_path: Path) -> None:
    letters = [SAMPLES / "letters"]
    from_letters = ingest(letters, tmp_path / "letters", demonstration=True).snapshot
    from_records = ingest([dumped(letters, tmp_path / "r.jsonl")], tmp_path / "records", demonstration=True).snapshot
    for table in TABLES:
        assert rows(from_letters, table) == rows(from_records, table), table
    assert counts(ingest(letters, tmp_path / "records", demonstration=True)) == (0, 40, 0, 0)


def changed(record: dict[str, Any], **change: Any) -> str:
    return json.dumps({**record, **change})


def test_a_broken_record_is_refused_with_its_line_and_loses_no_other(tmp_path: Path) -> None:
    letters = put(tmp_path / "letters", one=raw_letter(Item("One")), two=raw_letter(Item("Two")))
    first, last = (json.loads(line) for line in dumped([letters], tmp_path / "r.jsonl").read_text().split("\n")[:2])
    without = {key: value for key, value in first.items() if key != "decisions"}
    bad_source = json.loads(json.dumps(first))
    bad_source["decisions"][0]["reviewer"]["sources"] = ["tea_leaves"]
    lines = [
        json.dumps(first),
        json.dumps(without),
        json.dumps(bad_source),
        changed(first, letter_id="0" * 64),
        changed(first, dates={**first["dates"], "injury": "2016-02-30"}),
        changed(first, text=None),
        changed(first, source="\ud800"),
        json.dumps(first)[:-20],
        "[" * 100_000,
        "",
        json.dumps(last),
    ]
    (tmp_path / "r.jsonl").write_text("\n".join(lines))
    summary = ingest([tmp_path / "r.jsonl"], tmp_path / "warehouse")
    assert counts(summary) == (2, 0, 0, 8)
    assert [refusal.source for refusal in summary.rejected] == [f"r.jsonl:{number}" for number in range(2, 10)]
    assert [refusal.code for refusal in summary.rejected] == ["record_contract"] * 6 + ["broken_record"] * 2
    assert "decisions" in summary.rejected[0].message
    assert "tea_leaves" in summary.rejected[1].message


def test_the_journal_says_what_a_load_did(tmp_path: Path) -> None:
    letters = put(tmp_path / "letters", one=raw_letter(), lunch="We had lunch.", empty="")
    (letters / "x.md").write_text("x")
    (letters / "2016-03.pdf").write_bytes(picture_pdf())
    summary = ingest([letters], tmp_path / "warehouse", collection="spring")
    (load,) = read_journal(tmp_path / "warehouse")
    assert {key: load[key] for key in ("kind", "collection", "seen", "added", "unchanged", "passed_over")} == {
        "kind": "real",
        "collection": "spring",
        "seen": 4,
        "added": 1,
        "unchanged": 0,
        "passed_over": 1,
    }
    assert {entry["source"]: entry["code"] for entry in load["rejected"]} == {
        "2016-03.pdf": "scan_without_text",
        "empty.txt": "empty_file",
        "lunch.txt": "not_a_letter",
    }
    assert load["snapshot"] == (summary.snapshot and summary.snapshot.snapshot_id)
    said = "\n".join(summary.lines())
    assert "4 seen: 1 added, 0 unchanged, 0 read anew, 3 rejected" in said
    assert "scans without text by month: 2016-03 1" in said
    assert "lunch.txt: It is not an IMR final determination letter" in said
    assert [row["collection"] for row in rows(summary.snapshot, "letters")] == ["spring"]


def test_a_journal_that_cannot_be_written_does_not_undo_the_load(tmp_path: Path) -> None:
    (tmp_path / "warehouse" / JOURNAL).mkdir(parents=True)
    summary = ingest([put(tmp_path / "letters", one=raw_letter())], tmp_path / "warehouse")
    assert summary.added == 1
    assert current_snapshot(tmp_path / "warehouse") == summary.snapshot
    assert "journal of loads could not be written" in summary.lines()[-1]


def test_a_path_that_does_not_exist_loads_nothing(tmp_path: Path) -> None:
    letters = put(tmp_path / "letters", one=raw_letter())
    with pytest.raises(OverturnError, match="does not exist"):
        ingest([letters, tmp_path / "nowhere"], tmp_path / "warehouse")
    assert current_snapshot(tmp_path / "warehouse") is None
    assert list((tmp_path / "warehouse").glob("imr-*")) == []


def test_progress_writes_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    report = progress()
    assert report
    report(3, "writing the snapshot")
    assert "3 letters" in capsys.readouterr().err


def test_a_fault_of_the_reader_costs_one_letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    letters = put(tmp_path / "letters", one=raw_letter(Item("One")), two=raw_letter(Item("Two")))

    def fails(text: str, source: str) -> Letter:
        if source == "one.txt":
            raise ZeroDivisionError
        return parse_letter(text, source)

    monkeypatch.setattr("loaders.chunks.parse_letter", fails)
    summary = ingest([letters], tmp_path / "warehouse")
    assert counts(summary) == (1, 0, 0, 1)
    assert (summary.rejected[0].source, summary.rejected[0].code) == ("one.txt", "reader_failed")
    assert "ZeroDivisionError" in summary.rejected[0].message
