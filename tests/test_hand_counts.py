"""Ten questions about the real letters, each answered by counting rows of their checked labels by hand.

Every figure was counted in `labels_decisions.csv` and `labels_letters.csv`, never with this program. A question is
written as it stands in a link, so it passes through the address, the filter, the facts and the answer that pages show.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data.filters import from_query
from data.queries import Reader
from data.warehouse import Snapshot
from loaders.ingest import ingest

Counts = tuple[int, int, int]
"""Decisions, overturned ones among them, letters that hold any of the decisions."""

QUESTIONS: list[tuple[str, dict[str, str], Counts]] = [
    ("How many decisions are there, and how many were overturned?", {}, (214, 23, 102)),
    ("How often is a denied MRI overturned?", {"modality": "mri"}, (46, 4, 37)),
    ("And a bone scan, SPECT, CT or DEXA?", {"modality": "bone_scan,spect,ct,dexa"}, (10, 2, 9)),
    ("Where the claims administrator cited ODG alone?", {"admin": "only:odg"}, (37, 9, 27)),
    ("Where it cited the MTUS and ODG?", {"admin": "all:mtus,odg"}, (51, 6, 37)),
    ("Where it cited nothing?", {"admin": "none"}, (44, 0, 18)),
    ("Where both sides named no source in common?", {"agreement": "differ"}, (19, 4, 16)),
    ("Where the reviewer is not licensed in California?", {"licence": "other_only"}, (78, 12, 35)),
    ("Where a family physician reviewed?", {"specialty": "family_practice"}, (35, 3, 29)),
    ("Decided in January 2017?", {"date": "2017-01-01..2017-01-31"}, (67, 6, 30)),
]


@pytest.fixture(scope="module")
def real(letters_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    found = ingest([letters_folder], tmp_path_factory.mktemp("real") / "warehouse").snapshot
    assert found
    yield found


@pytest.mark.parametrize(("question", "link", "counted"), QUESTIONS, ids=[question for question, _, _ in QUESTIONS])
def test_a_figure_is_the_hand_count(question: str, link: dict[str, str], counted: Counts, real: Snapshot) -> None:
    filters = from_query(link)
    assert not filters.unreadable
    with real.connect() as connection:
        head = Reader(connection, real, filters).headline()
    assert (head.decisions, head.rate.y, head.letters) == counted


def test_letters_by_their_outcome_are_the_hand_count(real: Snapshot) -> None:
    with real.connect() as connection:
        head = Reader(connection, real, from_query({"unit": "letter"})).headline()
    assert (head.upheld, head.partly, head.overturned) == (85, 6, 11)
    assert (head.rate.n, head.rate.y) == (102, 17), "a letter counts as overturned where any of its items is"


def test_groups_are_the_hand_counts(real: Snapshot) -> None:
    with real.connect() as connection:
        groups = {group.key: group.rate for group in Reader(connection, real, from_query({})).by("reviewer")}
    # The labels say 53 decisions in 38 letters for ODG; tests/labels/disputed.csv shows the one that is missing.
    counted = {"mtus": (165, 17, 89), "odg": (54, 9, 39), "acoem": (3, 0, 3), "acr": (1, 1, 1), "none": (14, 0, 4)}
    assert {key: (groups[key].n, groups[key].y, groups[key].letters) for key in counted} == counted
