"""Facts derived when a snapshot is made: the MTUS edition in force, the age of the claim, the search step of a citation."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from data.derivations import CLAIM_AGES, NOT_STATED
from data.mtus_history import BEFORE, editions, mtus_edition, mtus_editions
from data.vocabulary import vocabulary
from data.warehouse import current_snapshot
from loaders.ingest import ingest
from loaders.rows import search_step
from tests.builder import Item, raw_letter


@pytest.mark.parametrize(
    ("day", "edition"),
    [
        (None, None),
        ("2007-06-14", BEFORE),
        ("2007-06-15", "mtus_2007"),
        ("2009-07-17", "mtus_2007"),
        ("2009-07-18", "mtus_2009"),
        ("2016-07-27", "mtus_2009"),
        ("2016-07-28", "mtus_2016"),
        ("2017-11-30", "mtus_2016"),
        ("2017-12-01", "mtus_2017"),
        ("2018-01-01", "mtus_2018"),
        ("2019-08-10", "mtus_2019_april"),
        ("2019-10-07", "mtus_2019_october"),
        ("2020-09-21", "mtus_2020"),
        ("2021-11-22", "mtus_2021_july"),
        ("2021-11-23", "mtus_2021_november"),
        ("2030-01-01", "mtus_2021_november"),
    ],
)
def test_the_edition_in_force(day: str | None, edition: str | None) -> None:
    assert mtus_edition(date.fromisoformat(day) if day else None) == edition


def test_editions_begin_one_after_another() -> None:
    days = [edition.effective for edition in editions()]
    assert days == sorted(set(days))
    assert list(mtus_editions()) == [BEFORE, *(edition.key for edition in editions())]
    assert all(edition.label and edition.change.endswith(".") for edition in editions())


def test_the_search_step_of_a_source() -> None:
    steps = {source: search_step(source) for source in vocabulary("sources").terms}
    assert {source: steps[source] for source in ("mtus", "acoem", "odg", "acr", "journal", "other", "none")} == {
        "mtus": 1,
        "acoem": 2,
        "odg": 2,
        "acr": 3,
        "journal": 4,
        "other": 4,
        "none": None,
    }
    assert set(steps.values()) == {1, 2, 3, 4, None}


@pytest.mark.parametrize(
    ("injury", "denial", "request_text", "age", "edition"),
    [
        ("11/18/2016", "11/18/2016", "MRI of the knee", "up_to_30", "mtus_2016"),
        ("10/19/2016", "11/18/2016", "MRI of the knee", "up_to_30", "mtus_2016"),
        ("10/18/2016", "11/18/2016", "MRI of the knee", "31_to_90", "mtus_2016"),
        ("08/19/2016", "11/17/2016", "MRI of the knee", "31_to_90", "mtus_2016"),
        ("08/19/2016", "11/18/2016", "MRI of the knee", "91_to_365", "mtus_2016"),
        ("11/18/2016", "11/18/2017", "MRI of the knee", "91_to_365", "mtus_2016"),
        ("11/18/2016", "11/19/2017", "MRI of the knee", "over_a_year", "mtus_2016"),
        ("11/19/2016", "11/18/2016", "MRI of the knee", NOT_STATED, "mtus_2016"),
        (None, "11/18/2016", "MRI of the knee", NOT_STATED, "mtus_2016"),
        ("11/18/2016", None, "MRI of the knee", NOT_STATED, NOT_STATED),
        ("01/05/2016", "11/18/2016", "Retrospective MRI of the knee (DOS 7/27/16)", "91_to_365", "mtus_2009"),
        ("01/05/2016", "11/18/2016", "Retrospective MRI of the knee", "91_to_365", "mtus_2016"),
        ("01/05/2016", None, "Retrospective MRI of the knee (DOS 7/27/16)", NOT_STATED, "mtus_2009"),
    ],
)
def test_derived_facts_of_a_snapshot(
    injury: str | None, denial: str | None, request_text: str, age: str, edition: str, tmp_path: Path
) -> None:
    cover = ["Case Number: CM16-0990099"]
    cover += [f"Date of Injury: {injury}"] if injury else []
    cover += [f"UR Denial Date: {denial}"] if denial else []
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "one.txt").write_text(raw_letter(Item(request_text), cover=cover))
    ingest([tmp_path / "letters"], tmp_path / "warehouse")
    snapshot = current_snapshot(tmp_path / "warehouse")
    assert snapshot is not None
    with snapshot.connect() as connection:
        assert connection.execute("SELECT claim_age, mtus_edition FROM facts").fetchall() == [(age, edition)]
        assert connection.execute("SELECT DISTINCT search_step FROM citations").fetchall() == [(1,)]
        kinds = dict(connection.execute("SELECT code, kind FROM problems").fetchall())
    assert age in (*CLAIM_AGES, NOT_STATED)
    assert kinds == ({"denial_before_injury": "contradiction"} if injury == "11/19/2016" else {})
