"""Snapshots of any size for the queries: letters loaded as any others, and copies of their rows for the larger ones.

A copy has its own keys, ids and case numbers, and its dates lie up to a month earlier or later, so that it is sorted among
the others. The text index and the texts hold the loaded letters alone.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from benchmarks.loading import corpus
from benchmarks.programs import Say, loaders
from data import text_index
from data.errors import WarehouseError
from data.schema import RECORD_TABLES, TABLES
from data.warehouse import Snapshot, current_snapshot, read_manifest, snapshot
from loaders.publish import (
    complete,
    facts_are_of_today,
    manifests,
    new_id,
    open_for_writing,
    quoted,
    write_derived,
    write_facts,
)

DECISIONS_A_LETTER = 1.65  # about that of synthetic letters; a copy of the loaded ones decides how near a size comes
_KEY = "CASE c WHEN 0 THEN {key} ELSE (hash({key}, c) >> 1)::BIGINT END AS {key}"
_DAYS = "CASE c WHEN 0 THEN 0 ELSE (hash(letter_key, c) % 61)::INTEGER - 30 END"
_LETTER_DATES = ("injury_date", "ur_denial_date", "application_date", "assigned_date", "decision_date")


def loaded(decisions: int, scratch: Path, say: Say) -> Snapshot:
    """A snapshot of about so many decisions of synthetic letters, loaded by the loader, or the one from an earlier run."""
    letters = max(1, round(decisions / DECISIONS_A_LETTER))
    warehouse = scratch / f"queries-{letters}"
    found = _kept(warehouse)
    if found is None or found.letters != letters:
        say(f"loading {letters:,} letters for the queries")
        texts = corpus(letters, scratch, say)
        loaders("ingest", "--demonstration", "--from-nothing", "--warehouse", warehouse, texts)
        found = _kept(warehouse)
    if found is None:
        raise RuntimeError(f"Nothing was loaded into {warehouse}.")
    return found


def multiplied(base: Snapshot, decisions: int, say: Say) -> Snapshot:
    """A snapshot of about so many decisions: `base` itself, or as many copies of it as come nearest."""
    copies = max(1, round(decisions / base.decisions))
    if copies == 1:
        return base
    for snapshot_id in manifests(base.folder):
        with suppress(WarehouseError):  # made by another version
            made = read_manifest(base.folder, snapshot_id)
            if (made["base"], made["letters"]) == (base.snapshot_id, base.letters * copies):
                found = snapshot(base.folder, snapshot_id)
                if _of_today(found):
                    return found
    say(f"making a snapshot of {base.decisions * copies:,} decisions")
    return _copy(base, copies)


def _kept(warehouse: Path) -> Snapshot | None:
    """The snapshot that is served there, None where there is none or its tables are not those of today."""
    try:
        found = current_snapshot(warehouse)
    except WarehouseError:
        return None
    return found if found and _of_today(found) else None


def _of_today(found: Snapshot) -> bool:
    with found.connect() as connection:
        return facts_are_of_today(connection)


def _copy(base: Snapshot, copies: int) -> Snapshot:
    """`base` and `copies - 1` copies of its rows, published beside it as a load publishes; `base` stays the one served."""
    folder, snapshot_id = base.folder, new_id()
    connection = open_for_writing(folder / f"imr-{snapshot_id}.duckdb.part", folder / "spill")
    try:
        connection.execute(TABLES)
        connection.execute(f"ATTACH {quoted(base.database)} AS base (READ_ONLY)")
        for table in (*RECORD_TABLES, "files"):
            connection.execute(
                f"INSERT INTO {table} BY NAME SELECT * EXCLUDE (c) REPLACE ({_changed(table)}) "
                f"FROM base.{table}, (SELECT range AS c FROM range(?))",
                [copies],
            )
        connection.execute("DETACH base")
        write_facts(connection)
        write_derived(connection, folder, snapshot_id, base.kind, base.snapshot_id)
        letters, decisions = connection.execute(
            "SELECT (SELECT count(*) FROM letters), (SELECT count(*) FROM decisions)"
        ).fetchone() or (0, 0)
        connection.execute("CHECKPOINT")
    finally:
        connection.close()
    text_index.build(folder / f"imr-{snapshot_id}.index.part", base.index, (), ())
    parts = list(base.text_parts)
    return complete(folder, snapshot_id, base.kind, base.snapshot_id, int(letters), int(decisions), parts)


def _changed(table: str) -> str:
    """What is different in a copy of a row: keys, ids, case number and dates; nothing where `c` is 0."""
    changed = [_KEY.format(key="letter_key")]
    if table == "files":
        changed.append(_KEY.format(key="file_key"))
    if table == "letters":
        changed += [
            f"CASE c WHEN 0 THEN {name} ELSE sha256({name} || '/' || c) END AS {name}"
            for name in ("letter_id", "text_sha")
        ]
        changed.append("CASE c WHEN 0 THEN case_number ELSE case_number || '/' || c END AS case_number")
        changed += [f"({name} + {_DAYS})::DATE AS {name}" for name in _LETTER_DATES]
    if table == "decisions":
        changed.append(f"(service_date + {_DAYS})::DATE AS service_date")
    return ", ".join(changed)
