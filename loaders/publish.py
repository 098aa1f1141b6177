"""Make a snapshot complete and serve it: derived tables, sync, manifest, pointer; and sweep what no manifest names.

Nothing that is published is ever changed. A snapshot counts once its manifest is written, and is served once the pointer,
replaced atomically, names it; so a kill at any moment leaves the old state or the new one.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from data.errors import WarehouseError
from data.schema import FACTS_ORDER, NOT_STATED, cited_sql, dimensions, facts_sql, mask_dimensions, schema_version
from data.standing import keep_answers
from data.warehouse import POINTER, Snapshot, read_manifest

_MEMORY = "1GB"


def new_id() -> str:
    """A name for a load or a snapshot: the time, and a part by chance."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"


def open_for_writing(database: Path, spill: Path) -> duckdb.DuckDBPyConnection:
    """A database in the making, in bounded memory."""
    return duckdb.connect(
        str(database),
        config={"memory_limit": _MEMORY, "temp_directory": str(spill), "preserve_insertion_order": False},
    )


def write_facts(connection: duckdb.DuckDBPyConnection) -> None:
    """`facts` wholly anew out of the record tables."""
    connection.execute("DROP TABLE IF EXISTS facts")
    connection.execute(f"CREATE TABLE facts AS {facts_sql(order=FACTS_ORDER)}")


def write_derived(
    connection: duckdb.DuckDBPyConnection, folder: Path, snapshot_id: str, kind: str, base: str | None
) -> None:
    """What follows from facts and program: `cited`, `terms`, `meta`, which says what the snapshot is, and `answers`.

    `terms` holds the bits of masks and the keys of open dimensions.
    """
    connection.execute(f"CREATE OR REPLACE TABLE cited AS {cited_sql()}")
    connection.execute(
        "CREATE OR REPLACE TABLE terms (dimension VARCHAR, key VARCHAR, label VARCHAR, bit UBIGINT, position SMALLINT)"
    )
    terms = [
        (dimension.key, key, dimension.term_label(key), 1 << position, position)
        for dimension in mask_dimensions()
        for position, key in enumerate(dimension.keys)
    ]
    connection.executemany("INSERT INTO terms VALUES (?, ?, ?, ?, ?)", terms)
    for dimension in dimensions().values():
        if dimension.open:
            connection.execute(
                f"INSERT INTO terms SELECT '{dimension.key}', key, key, 0, row_number() OVER (ORDER BY key) - 1 "
                f"FROM (SELECT DISTINCT {dimension.column} AS key FROM facts WHERE {dimension.column} <> '{NOT_STATED}')"
            )
    connection.execute("CREATE OR REPLACE TABLE meta (key VARCHAR, value VARCHAR)")
    said = {
        "snapshot": snapshot_id,
        "kind": kind,
        "schema_version": schema_version(),
        "base": base or "",
        "facts": _definition(),
    }
    connection.executemany("INSERT INTO meta VALUES (?, ?)", list(said.items()))
    keep_answers(connection, Snapshot(folder, snapshot_id, "", kind, 0, 0, ()))


def facts_definition(connection: duckdb.DuckDBPyConnection) -> str:
    """By which definition the `facts` of this database were made: of columns, terms, groups and editions."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'facts'").fetchone()
    return str(row[0]) if row else ""


def facts_are_of_today(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the `facts` of this database were made by the definition that this program has."""
    return facts_definition(connection) == _definition()


def _definition() -> str:
    return hashlib.sha256(facts_sql().encode()).hexdigest()[:12]


def complete(
    folder: Path, snapshot_id: str, kind: str, base: str | None, letters: int, decisions: int, parts: list[str]
) -> Snapshot:
    """Sync the `.part` files of a new snapshot and its text parts, give them their final names, write the manifest last."""
    database, index = folder / f"imr-{snapshot_id}.duckdb", folder / f"imr-{snapshot_id}.index"
    made = [
        database.with_suffix(".duckdb.part"),
        *(p for p in index.with_suffix(".index.part").iterdir() if p.is_file()),
    ]
    for path in (*made, *(folder / part for part in parts if snapshot_id in part)):
        _sync(path)
    database.with_suffix(".duckdb.part").replace(database)
    index.with_suffix(".index.part").replace(index)
    created = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = {
        "snapshot": snapshot_id,
        "created": created,
        "kind": kind,
        "letters": letters,
        "decisions": decisions,
        "base": base,
        "schema_version": schema_version(),
        "text_parts": parts,
    }
    replace_file(folder / f"imr-{snapshot_id}.json", json.dumps(manifest, indent=1))
    return Snapshot(folder, snapshot_id, created, kind, letters, decisions, tuple(parts))


def serve(folder: Path, snapshot_id: str) -> None:
    """Name the snapshot that is served from now on."""
    replace_file(folder / POINTER, json.dumps({"snapshot": snapshot_id}))


def leftovers(folder: Path) -> list[Path]:
    """Files of snapshots that no manifest names: what a load, prune or purge that was killed left behind."""
    listed = manifests(folder)
    try:
        parts = {part for snapshot_id in listed for part in read_manifest(folder, snapshot_id)["text_parts"]}
    except WarehouseError:
        return []  # with a damaged manifest nobody knows whose the files are: leave them
    return [
        path
        for path in sorted({*folder.glob("imr-*"), *folder.glob("texts-*.parquet"), *folder.glob("*.new")})
        if path.name not in parts
        and not (path.suffix != ".new" and path.name.removeprefix("imr-").split(".")[0] in listed)
    ]


def manifests(folder: Path) -> set[str]:
    """The ids of all snapshots that have a manifest."""
    return {path.stem.removeprefix("imr-") for path in folder.glob("imr-*.json")}


def sweep(folder: Path) -> None:
    """Remove the leftovers. Called under the lock only."""
    for path in leftovers(folder):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def quoted(path: Path) -> str:
    """A path as a string of SQL."""
    return "'" + str(path).replace("'", "''") + "'"


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_file(path: Path, content: str) -> None:
    """Write a small file so that readers see the old content or the new, and it is on disk when this returns."""
    temporary = path.with_name(path.name + ".new")
    with temporary.open("w", encoding="utf-8") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
    _sync(path.parent)
