"""The command line: what goes to standard output, what to standard error, and the exit codes."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from data.record_schema import schema
from data.warehouse import current_snapshot
from loaders.__main__ import main
from tests.builder import Item, raw_letter
from tests.conftest import ROOT, SAMPLES

LETTERS = SAMPLES / "letters"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text(raw_letter(Item("One")))
    (tmp_path / "letters" / "b.txt").write_text(raw_letter(Item("Two"), Item("Three", "Overturned")))
    return tmp_path


def spoken(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    said = capsys.readouterr()
    return said.out, said.err


def test_parse_prints_one_record_a_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parse", str(folder / "letters")]) == 0
    out, err = spoken(capsys)
    found = [json.loads(line) for line in out.splitlines()]
    assert [record["source"] for record in found] == ["a.txt", "b.txt"]
    assert list(found[0]) == list(schema()["properties"])
    assert found[1]["decisions"][1]["outcome"] == "overturned"
    assert err == ""


def test_parse_without_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parse", "--without-text", str(folder / "letters" / "a.txt")]) == 0
    (record,) = map(json.loads, spoken(capsys)[0].splitlines())
    assert "text" not in record
    assert record["findings"][0]["span"]


def test_parse_says_refusals_on_standard_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "letters" / "lunch.txt").write_text("We had lunch.")
    assert main(["parse", str(folder / "letters")]) == 1
    out, err = spoken(capsys)
    assert len(out.splitlines()) == 2
    assert err.startswith("lunch.txt: It is not an IMR final determination letter")


def test_vocabulary_explains_phrases(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["vocabulary", "DEXA scan"]) == 0
    assert "modalities: DEXA (bone density) (dexa), by 'DEXA scan'" in spoken(capsys)[0]
    assert main(["vocabulary", "DEXA scan", "frobnication"]) == 1
    assert "'frobnication': no vocabulary knows any of it." in spoken(capsys)[0]


def test_unknown_lists_terms_and_says_refusals(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "letters" / "lunch.txt").write_text("We had lunch.")
    assert main(["unknown", "--most", "1", str(folder / "letters")]) == 1
    out, err = spoken(capsys)
    assert "Requests without a category" in out
    assert "     1  One  [a.txt]" in out
    assert "... and 2 more" in out
    assert err.startswith("lunch.txt: ")


def test_ingest_and_status(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    warehouse = ["--warehouse", str(folder / "warehouse")]
    assert main(["status", *warehouse]) == 1
    assert "No letters are loaded" in spoken(capsys)[0]
    assert main(["ingest", *warehouse, str(folder / "letters")]) == 0
    out, _ = spoken(capsys)
    assert out.startswith("2 seen: 2 added, 0 unchanged")
    assert "is served now: 2 letters, 3 decisions." in out
    assert main(["status", *warehouse]) == 0
    out, _ = spoken(capsys)
    assert "(real)" in out
    assert "2 letters, 3 decisions." in out
    assert "2 seen, 2 added" in out


def test_ingest_exit_code_tells_of_refusals(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "letters" / "lunch.txt").write_text("We had lunch.")
    assert main(["ingest", "--warehouse", str(folder / "warehouse"), str(folder / "letters")]) == 1
    assert "rejected, not a letter: 1" in spoken(capsys)[0]
    snapshot = current_snapshot(folder / "warehouse")
    assert snapshot and snapshot.letters == 2


def test_ingest_if_empty(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["ingest", "--if-empty", "--demonstration", "--warehouse", str(folder / "warehouse")]
    assert main([*command, str(LETTERS / "sample-01.txt")]) == 0
    first = current_snapshot(folder / "warehouse")
    spoken(capsys)
    assert main([*command, str(LETTERS / "sample-02.txt")]) == 0
    assert "already has letters" in spoken(capsys)[1]
    assert current_snapshot(folder / "warehouse") == first


def test_a_demonstration_with_synthetic_letters(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["ingest", "--synthetic", "12", "--warehouse", str(folder / "warehouse"), str(LETTERS / "sample-01.txt")]
    assert main(command) == 2
    assert "add --demonstration" in spoken(capsys)[1]
    assert main([*command, "--demonstration"]) == 0
    snapshot = current_snapshot(folder / "warehouse")
    assert snapshot and (snapshot.kind, snapshot.letters) == ("demonstration", 13)


def test_ingest_takes_the_folder_of_the_environment(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURN_WAREHOUSE", str(folder / "elsewhere"))
    assert main(["ingest", str(folder / "letters")]) == 0
    spoken(capsys)
    assert current_snapshot(folder / "elsewhere")


@pytest.mark.parametrize("command", ["parse", "ingest"])
def test_a_path_that_does_not_exist(folder: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--warehouse", str(folder / "warehouse")] if command == "ingest" else []
    assert main([command, *options, str(folder / "nowhere")]) == 2
    out, err = spoken(capsys)
    assert out == ""
    assert err.startswith("overturn: ")
    assert "nowhere does not exist" in err


def test_evaluate_is_exact_on_the_samples(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(LETTERS), "--labels", str(SAMPLES)]) == 0
    out, _ = spoken(capsys)
    assert "40 labelled letters compared." in out
    assert "0 misses" in out


@pytest.fixture
def labels(folder: Path) -> Path:
    """The labels of one sample, with one outcome wrong."""
    for name, key in (("labels_letters.csv", "letter"), ("labels_decisions.csv", "letter")):
        with (SAMPLES / name).open(encoding="utf-8", newline="") as stream:
            rows = [row for row in csv.DictReader(stream) if row[key] == "sample-05"]
        if "outcome" in rows[0]:
            rows[0]["outcome"] = "upheld" if rows[0]["outcome"] == "overturned" else "overturned"
        with (folder / name).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return folder


def test_evaluate_lists_a_miss_and_ends_with_1(labels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(LETTERS / "sample-05.txt"), "--labels", str(labels)]) == 1
    out, _ = spoken(capsys)
    assert "MISS sample-05 item 1, outcome: read " in out
    assert "1 misses, 0 of them against a label shown to be wrong." in out


def test_evaluate_accepts_a_label_shown_to_be_wrong(labels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    disputed = labels / "disputed.csv"
    command = ["evaluate", str(LETTERS / "sample-05.txt"), "--labels", str(labels), "--disputed", str(disputed)]
    disputed.write_text("letter,decision,field,shown,why\nsample-05,1,outcome,overturned,It says so.\n")
    assert main(command) == 0
    assert "(label disputed: It says so.)" in spoken(capsys)[0]
    disputed.write_text("letter,decision,field,shown,why\nsample-05,1,outcome,upheld,It says so.\n")
    assert main(command) == 1


def test_evaluate_names_labelled_letters_that_gave_no_record(labels: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(LETTERS / "sample-01.txt"), "--labels", str(labels)]) == 1
    assert "UNREAD sample-05" in spoken(capsys)[0]


def test_evaluate_without_labels(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(LETTERS), "--labels", str(folder)]) == 2
    assert "label file" in spoken(capsys)[1]


def test_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert json.loads(spoken(capsys)[0]) == schema()


@pytest.mark.parametrize("arguments", [[], ["dance"], ["parse"], ["evaluate", "x"]])
def test_wrong_use_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert "usage:" in spoken(capsys)[1]


def test_as_a_program_with_a_reader_that_leaves_early() -> None:
    command = f"{sys.executable} -m loaders parse {LETTERS} | head -c 10"
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, '{"record_v', "")


def test_a_vocabulary_that_cannot_be_used_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text('needs = ["tier"]\n[[term]]\nkey = "lantern"\n')
    code = (
        "import pathlib, runpy, sys, data.vocabulary as v;"
        "v.FOLDER = pathlib.Path(sys.argv.pop(1)); runpy.run_module('loaders', run_name='__main__')"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path), "status"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 2
    assert run.stderr.startswith("overturn: ")
    assert "Traceback" not in run.stderr
