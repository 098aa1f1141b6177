"""Queries in SQL that people keep under a name, beside the warehouse (`data/notes.py`), with values and a chart."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from data.errors import NotesError
from data.notes import forget_named, keep_named, rows, tidy_name
from data.sqlrun import LONGEST

MOST_QUERIES = 500  # of one owner


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A statement under a name of its owner, the values its parameters had, and how its result was drawn."""

    name: str
    sql: str
    values: dict[str, str] = field(default_factory=dict)
    chart: dict[str, str] = field(default_factory=dict)
    created: str = ""
    owner: str = ""


def saved_queries(folder: Path, owner: str = "") -> list[SavedQuery]:
    """The queries of that owner by name; none where none was ever saved. Raises NotesError when the file is damaged."""
    found = rows(
        folder,
        "saved_queries",
        "SELECT name, sql, said, created, owner FROM saved_queries WHERE owner = ? ORDER BY name COLLATE NOCASE, name",
        [owner],
    )
    kept = []
    for name, sql, said, created, of in found:
        try:
            held = json.loads(said)
            kept.append(SavedQuery(name, sql, dict(held["values"]), dict(held["chart"]), created, of))
        except (ValueError, KeyError, TypeError):
            kept.append(SavedQuery(name, sql, {}, {}, created, of))
    return kept


def save_query(
    folder: Path, name: str, sql: str, values: dict[str, str], chart: dict[str, str], owner: str = ""
) -> SavedQuery:
    """Keep a query under a name; on disk when this returns.

    Raises NotesError when the name is empty or taken, the statement empty or too long, or the folder cannot be written.
    """
    made = SavedQuery(tidy_name(name), sql, values, chart, datetime.now(UTC).isoformat(timespec="seconds"), owner)
    if not made.name:
        raise NotesError("A query needs a name, in letters or digits that can be seen.")
    if not sql.strip() or len(sql) > LONGEST:
        raise NotesError(f"There is nothing to save: write a statement of at most {LONGEST:,} characters first.")
    said = json.dumps({"values": values, "chart": chart})
    row = {"owner": owner, "name": made.name, "sql": sql, "said": said, "created": made.created}
    keep_named(folder, "saved_queries", "query", MOST_QUERIES, row)
    return made


def delete_query(folder: Path, name: str, owner: str = "") -> bool:
    """Forget a query; False when it was not there any more. Raises NotesError when the folder cannot be written."""
    return forget_named(folder, "saved_queries", name, owner)
