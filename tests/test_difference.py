"""Why a figure changed: every cause alone, and together they add up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import loaders.chunks
from data.errors import OverturnError
from data.links import filter_of
from loaders import PARSER_VERSION
from loaders.__main__ import main
from loaders.difference import Difference, diff, snapshots_of
from loaders.ingest import ingest, reparse
from loaders.operations import rollback
from tests.builder import COVER, Item, raw_letter


def cover(case: int, decided: str) -> tuple[str, ...]:
    return tuple(line.replace("0990099", f"{case:07}").replace("01/09/2017", decided) for line in COVER)


def write(folder: Path, name: str, case: int, decided: str, *items: Item) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.txt").write_text(raw_letter(*items, cover=cover(case, decided)))


@pytest.fixture
def compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four letters (1 of 5 overturned); then one superseded by another that is overturned, a new one, and one read anew."""
    first, then, folder = tmp_path / "first", tmp_path / "then", tmp_path / "w"
    write(first, "a", 1, "01/09/2017", Item("MRI of the knee"), Item("CT of the neck", "Overturned"))
    write(first, "b", 2, "01/10/2017", Item("MRI of the hip"))
    write(first, "c", 3, "12/30/2016", Item("Walker"))
    write(first, "d", 4, "12/31/2016", Item("MRI of the elbow"))
    ingest([first], folder, workers=1)
    write(then, "b2", 2, "02/10/2017", Item("MRI of the hip joint", "Overturned"))
    write(then, "e", 5, "02/11/2017", Item("Bone scan"))
    ingest([then], folder, workers=1)
    parse = loaders.chunks.parse_letter

    def other(text: str, source: str) -> Any:
        letter = parse(text, source)
        if source == "d.txt":
            (item,) = letter.decisions
            reviewer = replace(item.reviewer, sources=["odg"])
            letter = replace(letter, decisions=[replace(item, outcome="overturned", reviewer=reviewer)])
        return letter

    monkeypatch.setattr("loaders.PARSER_VERSION", "another")
    monkeypatch.setattr("loaders.chunks.parse_letter", other)
    reparse(folder, workers=1)
    return folder


def between(folder: Path, link: str = "") -> Difference:
    from loaders.operations import held

    newest, _, oldest = [one.snapshot_id for one in held(folder)]
    return diff(*snapshots_of(folder, oldest, newest), filter_of(link))


def test_every_cause_is_counted_and_they_add_up(compared: Path) -> None:
    found = between(compared)
    assert list(found.letters.values()) == [2, 0, 1, 1, 2]
    assert {name: number for name, number in found.changed.items() if number} == {
        "outcome": 1,
        "sources of the reviewer": 1,
    }
    assert "CM16-0000004 item 1, outcome: upheld -> overturned" in found.examples
    assert "CM16-0000004 item 1, sources of the reviewer: mtus -> odg" in found.examples
    everything, year_2016, year_2017 = found.steps
    assert [(step.year, step.old.y, step.old.n, step.new.y, step.new.n) for step in found.steps] == [
        (None, 1, 5, 3, 6),
        (2016, 0, 2, 1, 2),
        (2017, 1, 3, 2, 4),
    ]
    assert everything.points == pytest.approx(
        {"new": 10.0, "removed": 0, "superseded": 100 * 0.2 / 6, "reread": 100 / 6, "definition": 0}
    )
    assert year_2016.points["reread"] == pytest.approx(50)
    for step in found.steps:
        assert step.old.rate is not None and step.new.rate is not None
        assert sum(step.points.values()) == pytest.approx(100 * (step.new.rate - step.old.rate))
    assert year_2017.points["reread"] == 0
    said = "\n".join(found.lines())
    assert "parser another" in said
    assert f"parser {PARSER_VERSION}" in said


def test_a_filter_restricts_it(compared: Path) -> None:
    found = between(compared, "http://localhost:8501/?modality=bone_scan")
    assert [(step.old.n, step.new.n) for step in found.steps] == [(0, 1), (0, 1)]
    assert list(found.letters.values()) == [1, 0, 0, 0, 0]
    assert sum(found.changed.values()) == 0
    by_letter = between(compared, "unit=letter&modality=mri,ct")
    everything = by_letter.steps[0]
    assert (everything.old.y, everything.old.n, everything.new.y, everything.new.n) == (1, 3, 3, 3)
    assert between(compared, "words=elbow").changed["outcome"] == 1


@pytest.mark.parametrize("link", ["outcome=maybe", "nonsense=1", "date=never"])
def test_a_filter_that_cannot_be_read(link: str) -> None:
    with pytest.raises(OverturnError, match="filter cannot be read"):
        filter_of(link)


def test_the_base_is_compared_with_unless_another_is_named(compared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    warehouse = ["--warehouse", str(compared)]
    assert main(["diff", *warehouse]) == 0
    assert "Letters: 0 added, 0 removed, 1 read anew with other facts" in capsys.readouterr().out
    rollback(compared)
    rollback(compared)
    assert main(["diff", *warehouse]) == 2
    assert "built on nothing" in capsys.readouterr().err
