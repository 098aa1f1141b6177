"""The evaluation: precision and recall of lists, the kept result, gains and losses, request phrases."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from data.errors import OverturnError
from loaders.__main__ import main
from loaders.evaluate_phrases import evaluate_phrases
from loaders.evaluate_result import Row, change_lines, gains_and_losses, read_result, rows_of, write_result
from loaders.evaluation import Evaluation, Miss
from tests.builder import COVER, Item, labelled, raw_letter

LETTER = {
    "letter": "a",
    "date_assigned": "2016-12-05",
    "priority": "standard",
    "licensed_in": "Ohio",
    "specialties": "Neurology",
    "decisions": "1",
}
DECISION = {
    "letter": "a",
    "decision": "1",
    "outcome": "upheld",
    "request": "SPECT/CT of the left foot",
    "imaging_modalities": "ct;spect",
    "reviewer_sources": "odg",
}
ITEM = dict.fromkeys(("letter", "decision", "contrast", "category", "subcategory", "quantity", "unit"), "") | {
    "letter": "a",
    "decision": "1",
    "body_parts": "foot",
    "laterality": "left",
    "category": "diagnostic_testing",
    "subcategory": "diagnostic_imaging",
    "flags": "",
    "age": "41",
    "sex": "female",
}
CITATION = {
    **dict.fromkeys(("document", "edition", "sections", "pages"), ""),
    **{"letter": "a", "decision": "1", "position": "1", "frame": "outside", "source": "odg"},
}
RATIONALE = "There is no sign of any red flags in the record. The request is not medically necessary."


def write(path: Path, *rows: dict[str, str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One letter, labelled as it says, in a folder of its own beside its labels."""
    item = Item(
        DECISION["request"],
        admin="Decision based on Non-MTUS Citation ODG.",
        reviewer="Decision based on Non-MTUS Citation ODG.",
        rationale=RATIONALE,
    )
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text(raw_letter(item, credentials=labelled("Ohio"), cover=COVER))
    write(tmp_path / "labels_letters.csv", LETTER)
    write(tmp_path / "labels_decisions.csv", DECISION)
    write(tmp_path / "items.csv", ITEM)
    write(tmp_path / "citations.csv", CITATION | {"side": "claims_administrator"}, CITATION | {"side": "reviewer"})
    write(
        tmp_path / "reasons.csv", {"letter": "a", "decision": "1", "reason": "no_red_flags", "start": "0", "end": "1"}
    )
    write(
        tmp_path / "phrases.csv",
        {
            "request": "DEXA of the left hip",
            "imaging_modalities": "dexa",
            "body_parts": "hip",
            "category": "diagnostic_testing",
        },
    )
    return tmp_path


def run(folder: Path, *more: str) -> int:
    return main(["evaluate", str(folder / "letters"), "--labels", str(folder), "--items", str(folder), *more])


def kept(folder: Path) -> Path:
    return folder / "result.csv"


def compared(*misses: Miss) -> Evaluation:
    evaluation = Evaluation()
    for miss in misses:
        evaluation.compare(miss)
    return evaluation


def test_a_list_counts_its_keys_and_whether_it_is_exact() -> None:
    evaluation = compared(
        Miss("a", "1", "sources", "mtus;odg", "odg;acr", listed=True),
        Miss("a", "2", "sources", "mtus", "mtus", listed=True),
        Miss("b", "1", "sources", "", "", listed=True),
    )
    score = evaluation.fields["sources"]
    assert (score.right, score.compared, score.found, score.extra, score.missing) == (2, 3, 2, 1, 1)
    (line,) = [line for line in evaluation.lines() if line.startswith("sources")]
    assert line.split() == ["sources", "2", "3", "66.67%", "2", "1", "1", "67%", "67%"]
    assert "MISS a item 1, sources: missing mtus, extra acr" in evaluation.lines()


def test_a_key_that_stands_twice_counts_twice() -> None:
    (miss,) = compared(Miss("a", "1", "citations", "odg;odg;mtus", "odg;mtus", listed=True)).misses
    assert miss.differences() == [("missing", "odg", "")]


def test_what_nobody_labelled_is_not_compared() -> None:
    evaluation = compared(
        Miss("a", "1", "outcome", "?", "upheld"), Miss("a", "1", "body_parts", "?", "hip;knee", listed=True)
    )
    assert (evaluation.fields, evaluation.misses) == ({}, [])


def test_another_order_is_wrong_but_misses_no_key() -> None:
    evaluation = compared(Miss("a", "", "specialties", "Neurology;Surgery", "Surgery;Neurology", listed=True))
    assert evaluation.fields["specialties"].right == 0
    assert evaluation.fields["specialties"].found == 2
    assert evaluation.misses[0].differences() == [("wrong", "Neurology;Surgery", "Surgery;Neurology")]


def test_the_result_lists_figures_and_differences_but_no_text() -> None:
    evaluation = compared(
        Miss("a", "1", "outcome", "upheld", "overturned"),
        Miss("a", "1", "request", "A chair that rocks", "A chair"),
        Miss("a", "1", "citation pages", "3", "page " * 40),
        Miss("a", "1", "body_parts", "hip", "hip;knee", "The label forgets the knee.", listed=True),
    )
    evaluation.unread.append("b item 2")
    assert [tuple(str(row).split(": ", 1)) for row in rows_of("x", evaluation) if row.letter] == [
        ("a item 1", "disputed knee"),
        ("a item 1", "read '(text)', labelled '3'"),
        ("a item 1", "read 'overturned', labelled 'upheld'"),
        ("b item 2", "missing record"),
        ("a item 1", "read '(text)', labelled '(text)'"),
    ]
    assert Row("x", "outcome", "", "", "right 0 of 1") in rows_of("x", evaluation)
    assert Row("x", "body_parts", "", "", "right 0 of 1; keys: 1 right, 1 extra, 0 missing") in rows_of("x", evaluation)


def test_gains_and_losses_item_by_item() -> None:
    before = rows_of(
        "x",
        compared(
            Miss("a", "1", "sources", "mtus;odg", "odg;acr", listed=True),
            Miss("a", "1", "outcome", "upheld", "overturned"),
            Miss("a", "1", "category", "surgery", "programs"),
        ),
    )
    now = compared(
        Miss("a", "1", "sources", "mtus;odg", "acr;mtus", listed=True),
        Miss("a", "1", "outcome", "upheld", "upheld"),
        Miss("a", "1", "category", "surgery", "therapies"),
    )
    gained, lost = gains_and_losses([*before, Row("other", "outcome", "z", "1", "wrong")], {"x": rows_of("x", now)})
    assert change_lines(Path("kept.csv"), gained, lost)[:-1] == [
        "Against kept.csv:",
        "  x, outcome: 1 gained, 0 lost",
        "    GAINED a item 1: read 'overturned', labelled 'upheld'",
        "  x, sources: 1 gained, 1 lost",
        "    GAINED a item 1: missing mtus",
        "    LOST   a item 1: missing odg",
        "2 gained, 1 lost.",
    ]


def test_a_disputed_label_is_neither_gain_nor_loss() -> None:
    now = rows_of("x", compared(Miss("a", "1", "outcome", "upheld", "overturned", "It says so.")))
    assert gains_and_losses([], {"x": now}) == ([], [])
    plain = rows_of("x", compared(Miss("a", "1", "outcome", "upheld", "overturned")))
    assert gains_and_losses(now, {"x": plain})[1] != []


def test_writing_keeps_the_other_sets_and_reads_back(tmp_path: Path) -> None:
    first, second = Row("a", "outcome", "1", "2", "wrong", "x, y", "z"), Row("b", "outcome", "", "", "right 1 of 1")
    write_result(tmp_path / "r.csv", {"b": [second]})
    write_result(tmp_path / "r.csv", {"a": [first]})
    assert read_result(tmp_path / "r.csv") == [first, second]
    write_result(tmp_path / "r.csv", {"a": []})
    assert read_result(tmp_path / "r.csv") == [second]


@pytest.mark.parametrize("content", [None, "set,colour\nx,red\n"])
def test_what_is_no_result_is_said(tmp_path: Path, content: str | None) -> None:
    if content:
        (tmp_path / "r.csv").write_text(content)
    with pytest.raises(OverturnError, match="cannot be read"):
        read_result(tmp_path / "r.csv")


def test_a_kept_result_and_nothing_changed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "--write", str(kept(folder))) == 0
    assert run(folder, "--against", str(kept(folder))) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[-1] == "0 gained, 0 lost."
    assert [row for row in read_result(kept(folder)) if row.letter and row.field != "decisive sentence"] == []


def test_a_loss_ends_with_1_and_says_what_to_do(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(folder, "--write", str(kept(folder)))
    write(folder / "labels_decisions.csv", DECISION | {"imaging_modalities": "ct;mri;spect"})
    assert run(folder, "--against", str(kept(folder))) == 1
    out = capsys.readouterr().out
    assert "    LOST   a item 1: missing mri" in out
    assert "0 gained, 1 lost." in out
    assert "mend it, or accept it" in out
    assert "say why in the commit" in out
    assert run(folder, "--against", str(kept(folder)), "--write", str(kept(folder))) == 1
    assert run(folder, "--against", str(kept(folder))) == 0


def test_a_gain_is_said_and_does_not_fail(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder / "items.csv", ITEM | {"age": "42"})
    run(folder, "--write", str(kept(folder)))
    write(folder / "items.csv", ITEM)
    assert run(folder, "--against", str(kept(folder))) == 0
    out = capsys.readouterr().out
    assert "    GAINED a item 1: read '41', labelled '42'" in out
    assert "1 gained, 0 lost." in out
    assert "Keep what was gained" in out


def test_a_letter_that_is_read_no_more_is_a_loss(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(folder, "--write", str(kept(folder)))
    (folder / "letters" / "a.txt").rename(folder / "letters" / "b.txt")
    assert run(folder, "--against", str(kept(folder))) == 1
    assert "LOST   a: missing record" in capsys.readouterr().out


def test_against_a_file_that_is_not_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(folder, "--against", str(kept(folder))) == 2
    assert "Write one with --write" in capsys.readouterr().err


def test_citations_and_grounds_are_lists(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(folder / "citations.csv", CITATION | {"side": "claims_administrator"})
    run(folder)
    out = capsys.readouterr().out
    assert "MISS a item 1, reviewer_citations: extra outside/odg" in out
    (line,) = [line for line in out.splitlines() if line.startswith("reasons")]
    assert line.split()[1:] == ["1", "1", "100.00%", "1", "0", "0", "100%", "100%"]


def test_phrases_by_field(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evaluation = evaluate_phrases(folder / "phrases.csv")
    assert (evaluation.letters, evaluation.misses) == (1, [])
    assert list(evaluation.fields) == ["imaging_modalities", "body_parts", "category"]
    phrase = {"request": "Tai chi", "imaging_modalities": "", "body_parts": "", "category": "surgery"}
    write(folder / "phrases.csv", phrase)
    assert run(folder, "--phrases", str(folder / "phrases.csv"), "--write", str(kept(folder))) == 0
    assert "1 phrases compared." in capsys.readouterr().out
    (row,) = [row for row in read_result(kept(folder)) if row.set == "phrases" and row.letter]
    assert (row.field, row.letter, row.labelled) == ("category", "Tai chi", "surgery")


def test_measuring_needs_labelled_grounds(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = folder / "measured.toml"
    assert run(folder, "--measure-reasons", str(table)) == 0
    assert "[no_red_flags]\nright = 1\n" in table.read_text()
    command = ["evaluate", str(folder / "letters"), "--labels", str(folder), "--measure-reasons", str(table)]
    assert main(command) == 2
    assert "--items" in capsys.readouterr().err
