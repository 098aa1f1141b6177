"""The examples of the SQL page (`data/sql_examples.toml`)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Example:
    """A question in words and its statement, with values for its parameters and a chart of its result."""

    key: str
    title: str
    sql: str
    values: dict[str, str] = field(default_factory=dict)
    chart: dict[str, str] = field(default_factory=dict)


@cache
def examples() -> dict[str, Example]:
    """Every example by key, in the file's order."""
    held = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {one["key"]: Example(**(one | {"sql": one["sql"].strip()})) for one in held["example"]}
