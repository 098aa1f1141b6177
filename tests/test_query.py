"""The command `query`, links, and the entry for notebooks: the same figures as the pages, by a filter as it stands in a link."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from data import frames
from data.errors import OverturnError
from data.extract import columns
from data.filters import from_query, to_query
from data.links import PAGE_OPTIONS, filter_of, snapshot_of
from data.queries import Reader
from data.sqlrun import Limits
from data.warehouse import Snapshot
from loaders.__main__ import main
from pages.parts.state import FILTER_PARAMETERS, LASTING
from tests.conftest import ROOT
from tests.plain import PlainItem


@pytest.mark.parametrize(
    "link",
    [
        "modality=mri&admin=odg",
        "?modality=mri&admin=odg",
        "http://localhost:8501/imaging?modality=mri&admin=odg&snapshot=20261121T212712-3872ebf6&view-by=body&hybrids=apart#top",
        " https://overturn.example/?admin=odg&modality=mri\n",
    ],
)
def test_a_link_is_read_whole_or_as_its_query(link: str) -> None:
    assert to_query(filter_of(link)) == {"modality": "mri", "admin": "odg"}


def test_values_of_a_link_are_decoded_and_joined() -> None:
    assert filter_of("words=bone+scan%20spect&modality=ct&modality=mri") == from_query(
        {"words": "bone scan spect", "modality": "ct,mri"}
    )
    assert filter_of("") == filter_of("http://localhost:8501/imaging") == filter_of("unit=item") == from_query({})


@pytest.mark.parametrize("link", ["modality=zzz", "admin=!zzz", "where=body.is.zzz"])
def test_a_value_that_nobody_knows_is_named(link: str) -> None:
    with pytest.raises(OverturnError, match=r"zzz.*which is not known here"):
        filter_of(link)


def test_what_the_data_hold_may_be_asked_for() -> None:
    assert filter_of("collection=Our claims").choice("collection").include == ("Our claims",)


@pytest.mark.parametrize(
    "link",
    [
        "modalty=mri",
        "mri",
        "outcome=maybe",
        "date=never&modality=mri",
        "http://x/?modality=mri&nonsense=1",
        "date=2016",
    ],
)
def test_what_cannot_be_read_is_named_and_never_everything(link: str) -> None:
    with pytest.raises(OverturnError, match="filter cannot be read"):
        filter_of(link)


def test_every_parameter_of_the_pages_is_known() -> None:
    assert {*LASTING} <= {*PAGE_OPTIONS}
    for name in FILTER_PARAMETERS:
        filter_of(f"{name}=")


@pytest.fixture
def asked(sample_warehouse: Snapshot, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("OVERTURN_WAREHOUSE", str(sample_warehouse.folder))

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["query", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_rows_are_those_of_the_filter(asked, items: list[PlainItem]) -> None:  # type: ignore[no-untyped-def]
    code, out, said = asked("modality=mri", "--columns", "letter_key,ordinal,outcome,admin,case_number,disputed")
    rows = list(csv.DictReader(io.StringIO(out)))
    wanted = {
        (str(item.letter), str(item.ordinal), item.overturned) for item in items if "mri" in item.held["modality"]
    }
    assert code == 0
    assert {(row["letter_key"], row["ordinal"], row["outcome"] == "overturned") for row in rows} == wanted
    assert all(row["disputed"] for row in rows)
    assert f"{len(wanted)} rows. Filter: MRI. Snapshot" in said
    assert "NOT REAL ONES" in said
    assert asked("modality=mri", "--limit", "1", "--format", "csv")[1].count("\n") == 2
    assert asked("modality=mri&admin=acr&body=wrist&state=utah")[2].startswith("0 rows")


def test_words_select_as_on_the_pages(asked, sample_warehouse: Snapshot) -> None:  # type: ignore[no-untyped-def]
    with sample_warehouse.connect() as connection:
        n = Reader(connection, sample_warehouse, from_query({"words": "pain"})).headline().decisions
    assert asked("words=pain", "--format", "jsonl")[1].count("\n") == n > 0


@pytest.mark.parametrize("link", ["", "modality=mri", "unit=letter&admin=mtus,odg", "outcome=overturned"])
def test_rates_are_those_of_the_pages(asked, sample_warehouse: Snapshot, link: str) -> None:  # type: ignore[no-untyped-def]
    rows = [json.loads(line) for line in asked(link, "--by", "admin", "--format", "jsonl")[1].splitlines()]
    filters = filter_of(link)
    with sample_warehouse.connect() as connection:
        groups = Reader(connection, sample_warehouse, filters).by("admin", True)
    assert [(row["key"], row["overturned"], row["decided"], row["letters"], row["small"]) for row in rows] == [
        (one.key, one.rate.y, one.rate.n, one.rate.letters, one.rate.small) for one in groups
    ]
    for row, one in zip(rows, groups, strict=True):
        given = not one.rate.small and not filters.outcome
        assert (row["rate"], row["low"], row["high"]) == (
            (one.rate.rate, one.rate.low, one.rate.high) if given else (None,) * 3
        )
    [whole] = [json.loads(line) for line in asked(link, "--by", "all", "--format", "jsonl")[1].splitlines()]
    assert whole["decided"] >= max(row["decided"] for row in rows)


def test_sql_is_asked_in_the_box(asked, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    statement = tmp_path / "question.sql"
    statement.write_text("SELECT $a AS a, $n::INTEGER + 1 AS n, ['x', 'y'] AS l, DATE '2017-01-02' AS d;")
    arguments = ("--sql", str(statement), "--param", "a==1+1", "--param", "n=2")
    assert json.loads(asked(*arguments, "--format", "jsonl")[1]) == {
        "a": "=1+1",
        "n": 3,
        "l": ["x", "y"],
        "d": "2017-01-02",
    }
    assert asked(*arguments, "--format", "csv")[1] == "a,n,l,d\n'=1+1,3,x; y,2017-01-02\n"
    out = tmp_path / "rows.parquet"
    assert asked(*arguments, "--out", str(out))[0] == 0
    assert pq.read_table(out)["l"].to_pylist() == [["x", "y"]]
    assert asked("--sql", str(statement), "--param", "a=1")[2].startswith(
        "overturn: The parameters do not fit the statement: $n has no value"
    )
    statement.write_text("COPY facts TO 'out.csv'")
    code, _, said = asked("--sql", str(statement))
    assert (code, "This is a COPY statement" in said) == (2, True)
    assert asked("--sql", str(tmp_path / "gone.sql"))[0] == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("modalty=mri",), "filter cannot be read: modalty=mri"),
        (("--columns", "disputd"), "no column 'disputd'. Did you mean disputed?"),
        (("--by", "modalities"), "no dimension 'modalities'. Did you mean modality"),
        (("snapshot=20200101T000000-00000000",), "is not here"),
    ],
)
def test_what_cannot_be_asked_is_said(asked, arguments: tuple[str, ...], words: str) -> None:  # type: ignore[no-untyped-def]
    code, out, said = asked(*arguments)
    assert (code, out) == (2, "")
    assert words in said


def test_a_table_is_made_for_eyes_and_holds_no_sign_that_a_terminal_obeys(asked, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    statement = tmp_path / "question.sql"
    statement.write_text("SELECT 'a' || chr(27) || '[31m' AS a, repeat('x', 200) AS long")
    lines = asked("--sql", str(statement), "--format", "table")[1].splitlines()
    assert lines[2].startswith("a [31m  xxx")
    assert "\x1b" not in lines[2]
    assert len(lines[2]) < 80


def test_every_column_can_be_had(sample_warehouse: Snapshot) -> None:
    frame = frames.decisions(columns=columns(), warehouse=sample_warehouse.folder)
    assert list(frame.columns) == list(columns())
    assert len(frame) == sample_warehouse.decisions or len(frame) > 0


def test_frames_hold_what_they_say(sample_warehouse: Snapshot) -> None:
    link = f"http://localhost/letters?modality=mri&snapshot={sample_warehouse.snapshot_id}"
    frame = frames.decisions(link, warehouse=sample_warehouse.folder, limit=3)
    assert frame.attrs["snapshot"] == sample_warehouse.snapshot_id
    assert frame.attrs["filter"] == "MRI"
    assert all("mri" in list(held) for held in frame["modality"])
    assert isinstance(frame["decision_date"].dropna().iloc[0], date)
    summed = frames.sql(
        "SELECT sum(n) AS n FROM (SELECT 1::BIGINT AS n UNION ALL SELECT 2)", warehouse=sample_warehouse.folder
    )
    assert summed["n"].dtype == "int64"
    with pytest.raises(OverturnError, match="more than 5 rows"):
        frames.sql("SELECT 1 FROM range(6)", warehouse=sample_warehouse.folder, limits=Limits(rows=5))
    assert snapshot_of("", sample_warehouse.folder) == sample_warehouse


def test_the_worked_example_of_the_guide_runs(
    sample_warehouse: Snapshot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OVERTURN_WAREHOUSE", str(sample_warehouse.folder))
    text = (ROOT / "docs" / "notebook.md").read_text(encoding="utf-8")
    held: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        exec(compile(block, "notebook.md", "exec"), held)
    assert re.fullmatch(r"\d+ of \d+ overturned in \d+ letters\n", capsys.readouterr().out)
    mri, by_source, by_body = (held[name] for name in ("mri", "by_source", "by_body"))
    assert isinstance(mri, pd.DataFrame) and isinstance(by_source, pd.DataFrame) and isinstance(by_body, pd.DataFrame)
    assert by_source["decided"].max() <= len(mri)
    assert by_body["decisions"].sum() > 0


@pytest.mark.parametrize("limit", [None, 1, 2])
def test_conditions_of_the_builder_select_rows_too(
    sample_warehouse: Snapshot, items: list[PlainItem], limit: int | None
) -> None:
    link = "where=modality.any.ct.mri~and~request.contains.a"
    frame = frames.decisions(link, columns=["letter_key", "ordinal", "request"], warehouse=sample_warehouse.folder)
    assert 2 < len(frame) <= sum(bool(item.held["modality"] & {"ct", "mri"}) for item in items)
    first = frames.decisions(
        link, columns=["letter_key", "ordinal", "request"], limit=limit, warehouse=sample_warehouse.folder
    )
    assert first.equals(frame.head(limit) if limit else frame)
