"""The data dictionary: what every column of a table means (`data/dictionary.toml`)."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path


@cache
def dictionary() -> dict[str, dict[str, list[str]]]:
    """Meaning, unit and source of every column, by table."""
    path = Path(__file__).with_name("dictionary.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
