"""The real letters: every label, a load of all of them, and the same record whatever the layout."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.errors import FileRejected
from data.reasons import measured
from loaders.evaluate import evaluate, read_all
from loaders.evaluate_items import evaluate_items
from loaders.evaluation import Evaluation
from loaders.ingest import ingest
from loaders.parse import parse_letter
from loaders.read import Candidate, discover, read_text
from loaders.settle import letter_id, settle
from tests.conftest import ROOT, SAMPLES
from tests.shapes import SHAPES, said

pytestmark = pytest.mark.letters
LABELS = ROOT / "tests" / "labels"
DISPUTED = LABELS / "disputed.csv"


def paths(folder: Path) -> list[Path]:
    return [folder / part for part in ("text", "pdf") if (folder / part).is_dir()]


@pytest.fixture(scope="module")
def evaluation(letters_folder: Path) -> Evaluation:
    return evaluate(letters_folder, read_all(paths(letters_folder))[0], DISPUTED)


def test_every_label_is_met_or_shown_to_be_wrong(evaluation: Evaluation) -> None:
    undisputed = [f"{miss.letter} {miss.field}" for miss in evaluation.misses if not miss.dispute]
    assert undisputed == []
    assert evaluation.unread == []
    assert evaluation.rejected == []
    assert evaluation.exact
    assert evaluation.letters > 100
    assert set(evaluation.fields) >= {"outcome", "disputed", "imaging_modalities", "reviewer_sources", "specialties"}


def test_every_dispute_is_about_a_label_that_still_differs(evaluation: Evaluation) -> None:
    rows = DISPUTED.read_text("utf-8").splitlines()[1:]
    assert len([miss for miss in evaluation.misses if miss.dispute]) == len(rows)


def test_measured_grounds_are_what_the_labels_give(letters_folder: Path) -> None:
    """Changed patterns or labels need `make accept`, which measures anew."""
    found = evaluate_items(LABELS, read_all(paths(letters_folder))[0], Evaluation()).measured()
    assert found == measured()


def test_all_letters_load_once(letters_folder: Path, tmp_path: Path) -> None:
    first = ingest(paths(letters_folder), tmp_path / "warehouse")
    assert first.rejected == []
    assert first.snapshot
    assert (first.added, first.snapshot.letters) == (first.seen - first.unchanged, first.added)
    again = ingest(paths(letters_folder), tmp_path / "warehouse")
    assert (again.added, again.reread, again.unchanged, again.rejected) == (0, 0, again.seen, [])


@pytest.fixture(scope="module")
def settled(letters_folder: Path) -> dict[str, str]:
    found = (entry for entry in discover([*paths(letters_folder), SAMPLES / "letters"]) if isinstance(entry, Candidate))
    return {entry.source: settle(read_text(entry)) for entry in found}


@pytest.mark.parametrize("shape", list(SHAPES))
def test_layout_changes_nothing_that_a_letter_says(settled: dict[str, str], shape: str) -> None:
    """Names of letters that read otherwise, and the first thing that differs; no words of the letters."""
    differing: list[str] = []
    for source, text in settled.items():
        laid_out = settle(SHAPES[shape](text))
        try:
            other = said(parse_letter(laid_out))
        except FileRejected as rejection:
            differing.append(f"{source}: {rejection.code}")
            continue
        expected = said(parse_letter(text))
        differing += [f"{source}: {key}" for key in expected if expected[key] != other[key]][:1]
    assert differing == []


@pytest.mark.parametrize("shape", list(SHAPES))
def test_layout_does_not_change_the_letter_id(settled: dict[str, str], shape: str) -> None:
    assert [
        source for source, text in settled.items() if letter_id(settle(SHAPES[shape](text))) != letter_id(text)
    ] == []
