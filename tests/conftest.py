"""What tests share: the real letters where they are, and a warehouse of the samples."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from data.warehouse import Snapshot
from loaders.ingest import ingest
from tests.plain import PlainItem, plain_items

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "data" / "samples"


def real_letters() -> Path | None:
    """The folder of real letters: `OVERTURN_LETTERS`, else the one beside the repository; None where neither is."""
    folder = Path(os.environ.get("OVERTURN_LETTERS") or ROOT.parent / "shared" / "letters")
    return folder if (folder / "text").is_dir() or (folder / "pdf").is_dir() else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests measured, and the one loud line on those left out because the real letters are not here."""
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in report.user_properties:
                if name == "measured":
                    terminalreporter.write_line(f"MEASURED: {value}")
    left_out = [
        report for report in terminalreporter.getreports("skipped") if "NO REAL LETTERS" in str(report.longrepr)
    ]
    if left_out:
        terminalreporter.write_line(
            f"NO REAL LETTERS: {len(left_out)} tests were left out. Set OVERTURN_LETTERS to the folder of letters.",
            red=True,
            bold=True,
        )


@pytest.fixture(scope="session")
def letters_folder() -> Path:
    """The folder of real letters; the test is skipped where there is none."""
    folder = real_letters()
    if folder is None:
        pytest.skip("NO REAL LETTERS here: set OVERTURN_LETTERS")
    return folder


@pytest.fixture(scope="session")
def sample_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A warehouse loaded from the sample letters, once a run; tests only read it."""
    summary = ingest([SAMPLES / "letters"], tmp_path_factory.mktemp("samples") / "warehouse", demonstration=True)
    assert summary.snapshot is not None, summary.lines()
    return summary.snapshot


@pytest.fixture(scope="session")
def items(sample_warehouse: Snapshot) -> list[PlainItem]:
    """The disputed items of the samples, read from the record tables the slow, obvious way."""
    return plain_items(sample_warehouse)


@pytest.fixture(scope="module")
def connection(sample_warehouse: Snapshot) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the samples' snapshot."""
    with sample_warehouse.connect() as opened:
        yield opened
