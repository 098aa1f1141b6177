"""What may import what, and what may stand in no file."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT

TEXT_SUFFIXES = {".py", ".toml", ".md", ".txt", ".csv", ".json", ".yml", ".yaml", ".css", ".js", ".html", ".svg", ""}
PLACEHOLDER = re.compile(
    r"\b(?:TO"
    r"DO|FIX"
    r"ME|XX"
    r"X|HA"
    r"CK|TB"
    r"D|WI"
    r"P)\b|lorem"
    r" ipsum|place"
    r"holder text|raise NotImpl"
    r"emented"
)
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:ho" r"me|ro" r"ot|Us" r"ers|wo" r"rk|mn" r"t|tm" r"p)/[\w.-]|C:\\" r"\\Users")


def tracked() -> list[Path]:
    """Every text file that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("this is no git checkout")
    paths = [ROOT / name for name in listed.stdout.splitlines()]
    return [path for path in paths if path.is_file() and path.suffix in TEXT_SUFFIXES]


def test_import_contracts_hold() -> None:
    program = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(program), "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_the_contracts_are_the_ones_that_are_promised() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    assert settings["include_external_packages"] is True
    forbidden = {
        (source, target)
        for contract in settings["contracts"]
        if contract["type"] == "forbidden"
        for source in contract["source_modules"]
        for target in contract["forbidden_modules"]
    }
    assert forbidden >= {
        ("loaders", "pages"),
        ("pages", "loaders"),
        ("data", "loaders"),
        ("data", "pages"),
        ("data", "streamlit"),
        ("data", "plotly"),
        ("loaders", "streamlit"),
        ("loaders", "plotly"),
        ("data", "pypdfium2"),
        ("pages", "pypdfium2"),
        ("loaders", "pypdfium2"),
        ("loaders", "tantivy"),
        ("pages", "tantivy"),
        ("data", "tantivy"),
    }


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        ("streamlit", {"dashboard.py", "pages"}),
        ("plotly", {"dashboard.py", "pages"}),
        ("pypdfium2", {"loaders/read.py"}),
        ("tantivy", {"data/search.py", "data/text_index.py"}),
        ("reportlab", {"data/samples"}),
    ],
)
def test_libraries_stand_where_they_may(package: str, allowed: set[str]) -> None:
    """The same by reading the files, tests left out: it sees what no module imports, too."""
    importing = re.compile(rf"^\s*(?:import|from)\s+{package}\b", re.MULTILINE)
    found = {
        path.relative_to(ROOT).as_posix()
        for path in tracked()
        if path.suffix == ".py" and importing.search(path.read_text("utf-8"))
    }
    outside = {
        name
        for name in found
        if not name.startswith("tests/") and not any(name == a or name.startswith(f"{a}/") for a in allowed)
    }
    assert outside == set()


@pytest.mark.parametrize(("what", "pattern"), [("placeholder", PLACEHOLDER), ("path of a machine", MACHINE_PATH)])
def test_nothing_unfinished_and_no_machine(what: str, pattern: re.Pattern[str]) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {what}: {line.strip()[:100]}"
        for path in tracked()
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), start=1)
        if pattern.search(line)
    ]
    assert found == []
