"""Whether what is published is whole and says the same everywhere: manifest, tables, facts, texts, index."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import duckdb

from data import search
from data.asking import same
from data.errors import WarehouseError
from data.notes import damage
from data.schema import cited_sql, facts_sql
from data.standing import answers
from data.warehouse import Snapshot, current_snapshot, read_manifest, snapshot
from loaders.attached import attached, parts_sql, rows
from loaders.attached import count as _count
from loaders.guard import purged, writing
from loaders.publish import facts_are_of_today, leftovers, manifests
from loaders.rows import letter_key
from loaders.settle import letter_id, text_sha
from loaders.stage import STAGE

SAMPLE = 500

# What must give no row, and what it means when it does.
_RULES = {
    "decisions of no letter": "SELECT letter_key FROM decisions ANTI JOIN letters USING (letter_key)",
    "citations of no decision": "SELECT letter_key FROM citations ANTI JOIN decisions USING (letter_key, ordinal)",
    "problems of no letter": "SELECT letter_key FROM problems ANTI JOIN letters USING (letter_key)",
    "known files of no letter": "SELECT letter_key FROM files ANTI JOIN letters USING (letter_key)",
    "decisions that stand twice": "SELECT letter_key FROM decisions GROUP BY letter_key, ordinal HAVING count(*) > 1",
    "letters whose decisions are not as many as they say": (
        "SELECT letter_key FROM letters LEFT JOIN (SELECT letter_key, count(*) AS n FROM decisions GROUP BY letter_key) "
        "USING (letter_key) WHERE items <> coalesce(n, 0)"
    ),
    "letters whose flag for a later determination of the case is wrong": (
        "SELECT letter_key FROM letters QUALIFY superseded <> (case_number IS NOT NULL AND row_number() OVER "
        "(PARTITION BY case_number ORDER BY decision_date DESC NULLS LAST, letter_id DESC) > 1)"
    ),
}


@dataclass(slots=True)
class Findings:
    """What is wrong, and what is only worth knowing: leftovers of a killed load are no fault of the data."""

    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    checked: int = 0


def verify(folder: Path, *, every: bool = False, all_texts: bool = False) -> Findings:
    """Check the served snapshot, or `every` one; `all_texts` reads every text rather than a sample of 500.

    Never raises on what it finds; raises WarehouseError only when nothing was ever loaded.
    """
    findings = Findings()
    ids: list[str] = []
    try:
        served = current_snapshot(folder)
        if served is None and not manifests(folder):
            raise WarehouseError(f"No letters are loaded in {folder}, so there is nothing to check.")
        ids = [served.snapshot_id] if served else []
    except WarehouseError as error:
        if not manifests(folder):
            raise
        findings.wrong.append(str(error))
    for snapshot_id in sorted(manifests(folder), reverse=True) if every else ids:
        findings.checked += 1
        try:
            one = snapshot(folder, snapshot_id)
            _counts(one, findings, all_texts)
        except (WarehouseError, duckdb.Error, OSError, ValueError) as error:
            findings.wrong.append(f"{snapshot_id}: {str(error).strip().splitlines()[0]}")
    if damaged := damage(folder):
        findings.wrong.append(damaged)
    _leftovers(folder, findings)
    return findings


def _leftovers(folder: Path, findings: Findings) -> None:
    try:
        with writing(folder, wait_seconds=0):
            names = [path.name for path in leftovers(folder)]
    except WarehouseError:
        findings.notes.append("A load is running, or the folder is read-only: leftovers were not looked for.")
        return
    if names:
        findings.notes.append(f"Leftovers of a killed load, which the next one removes: {', '.join(names)}.")
    if (folder / STAGE).exists():
        findings.notes.append("A stopped load has left letters parsed, with which the next one goes on.")


def _counts(one: Snapshot, findings: Findings, all_texts: bool) -> None:
    def wrong(text: str) -> None:
        findings.wrong.append(f"{one.snapshot_id}: {text}")

    with attached(s=one) as connection:
        connection.execute("USE s")

        count = partial(_count, connection)
        manifest = read_manifest(one.folder, one.snapshot_id)
        for name in ("letters", "decisions"):
            if (found := count(f"FROM {name}")) != manifest[name]:
                wrong(f"the manifest says {manifest[name]:,} {name}, the table holds {found:,}.")
        parts = [part for (part,) in connection.execute("SELECT DISTINCT text_part FROM letters ORDER BY 1").fetchall()]
        if parts != sorted(one.text_parts):
            wrong("the manifest names other text parts than the letters.")
        for what, query in _RULES.items():
            if found := count(query):
                wrong(f"{found:,} {what}.")
        _facts(connection, count, wrong)
        _answers(one, wrong)
        held = [letter_key(letter) for letter in purged(one.folder)]
        if found := count("FROM letters WHERE letter_key IN (SELECT unnest(?::BIGINT[]))", [held]):
            wrong(f"{found:,} purged letters are still here; python -m loaders purge finishes what was stopped.")
        _texts(connection, one, count, wrong, all_texts)
        _index(connection, one, count, wrong)


def _facts(connection: duckdb.DuckDBPyConnection, count: Callable[..., int], wrong: Callable[[str], None]) -> None:
    """Every row of `facts` and of `cited` is one that the tables give today, and the other way round."""
    try:
        more = count(f"FROM facts EXCEPT ALL FROM ({facts_sql()})")
        less = count(f"FROM ({facts_sql()}) EXCEPT ALL FROM facts")
    except duckdb.Error:
        more = less = -1
    if more or less:
        why = (
            "their file is damaged"
            if facts_are_of_today(connection)
            else (
                "their definition or a vocabulary has changed since: python -m loaders reparse brings them up to date"
            )
        )
        wrong(f"facts differ from what the tables give ({more:,} rows too many, {less:,} missing): {why}.")
    more, less = count(f"FROM cited EXCEPT ALL ({cited_sql()})"), count(f"({cited_sql()}) EXCEPT ALL FROM cited")
    if more or less:
        wrong(f"cited differs from what the citations give ({more:,} rows too many, {less:,} missing).")


def _answers(one: Snapshot, wrong: Callable[[str], None]) -> None:
    """What is kept for pages of the whole snapshot is what its facts give."""
    with one.connect() as connection:
        kept = dict(connection.execute("SELECT question, rows FROM answers").fetchall())
        if kept:
            found = answers(connection, one)
            if spoilt := sum(not same(rows, kept[key]) for key, rows in found.items() if key in kept):
                wrong(f"{spoilt:,} of the answers that are kept for pages differ from what facts give.")


def _texts(
    connection: duckdb.DuckDBPyConnection,
    one: Snapshot,
    count: Callable[..., int],
    wrong: Callable[[str], None],
    all_texts: bool,
) -> None:
    if not one.text_parts:
        return
    texts = f"(SELECT *, parse_filename(filename) AS text_part FROM {parts_sql(one)})"
    if found := count(f"SELECT letter_key FROM letters ANTI JOIN {texts} USING (letter_key, text_part)"):
        wrong(f"{found:,} letters have no text in the part that they name.")
    sample = "letters" if all_texts else f"(FROM letters USING SAMPLE {SAMPLE})"
    reader = connection.sql(
        f"SELECT l.letter_key, l.letter_id, l.text_sha, t.text FROM {sample} l JOIN {texts} t USING (letter_key, text_part)"
    ).to_arrow_reader(SAMPLE)
    spoilt = sum(
        (letter_id(text), text_sha(text), letter_key(said_id)) != (said_id, said_sha, key)
        for key, said_id, said_sha, text in rows(reader)
    )
    if spoilt:
        wrong(f"{spoilt:,} letters have a text that is not the one their id and hash were made from.")


def _index(
    connection: duckdb.DuckDBPyConnection, one: Snapshot, count: Callable[..., int], wrong: Callable[[str], None]
) -> None:
    """The index holds every letter once and no other."""
    connection.register("indexed", search.all_letters(one.index))
    for what, query in {
        "letters that are not in the index": "SELECT letter_key FROM letters ANTI JOIN indexed USING (letter_key)",
        "letters in the index that are in no table": "SELECT letter_key FROM indexed ANTI JOIN letters USING (letter_key)",
        "letters that stand in the index twice": "SELECT letter_key FROM indexed GROUP BY letter_key HAVING count(*) > 1",
    }.items():
        if found := count(query):
            wrong(f"{found:,} {what}.")
