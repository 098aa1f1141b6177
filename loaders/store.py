"""Write a snapshot: records in, one new set of immutable files out, published by one atomic replacement.

Nothing that is already published is ever changed. A crash or a kill at any moment leaves the pointer on the last good
snapshot; what was half written is swept away by the next load.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Literal

import duckdb
import numpy as np

from data import text_index
from data.errors import WarehouseError
from data.schema import FACTS_ORDER, RECORD_TABLES, TABLES, facts_sql
from data.warehouse import Snapshot, current_snapshot
from loaders.chunks import Done, Piece, versions
from loaders.guard import writable
from loaders.publish import (
    complete,
    facts_are_of_today,
    new_id,
    open_for_writing,
    quoted,
    serve,
    sweep,
    write_derived,
    write_facts,
)
from loaders.stage import STAGE, Stage
from loaders.texts import Keys, PartWriter, among, chosen_rows, stored_letters, to_index

Kind = Literal["real", "demonstration"]


@dataclass(slots=True)
class Counts:
    """How many letters a load adds, how many say something else than before, and how many say the same to other versions."""

    added: int = 0
    reread: int = 0
    confirmed: int = 0


class Load:
    """One load in the making: chunks are staged, then `publish` makes them the current snapshot.

    Used under `writing`. `kind` real and demonstration never share a snapshot: the first real load starts from nothing.
    So does a load `from_nothing`, the way out of a damaged warehouse. What a load staged and did not publish stays for
    the next one.
    """

    def __init__(self, folder: Path, kind: Kind, collection: str | None = None, *, from_nothing: bool = False) -> None:
        self.folder = folder
        self.kind = kind
        self.collection = " ".join((collection or "").split()) or None
        self.load_id = new_id()
        current = None if from_nothing else current_snapshot(folder)
        if current is not None and current.kind == "real" and kind == "demonstration":
            raise WarehouseError(
                "The warehouse holds real letters; samples and synthetic letters are never put beside them. "
                "Load these into another folder: set OVERTURN_WAREHOUSE or give --warehouse."
            )
        self.base: Snapshot | None = current if current is not None and current.kind == kind else None
        sweep(folder)
        self._stage = Stage(folder)
        self._database = folder / f"imr-{self.load_id}.duckdb.part"
        self._index = folder / f"imr-{self.load_id}.index.part"
        self._part_name = f"texts-{self.load_id}.parquet"
        self._known = _known(self.base)
        self.counts = Counts()

    def known(self, pieces: Sequence[Piece]) -> set[int]:
        """The keys of those pieces whose bytes the served snapshot has read already, with the versions of today."""
        keys = np.array([piece.key for piece in pieces], dtype=np.int64)
        return {int(key) for key in keys[among(keys, self._known)]}

    def staged(self, name: str) -> Done | None:
        """What a stopped load has staged of this chunk, taken over by this one; None where it has to be parsed."""
        return self._stage.staged(name)

    def put(self, done: Done) -> None:
        """Stage a parsed chunk."""
        with writable(self.folder):
            self._stage.put(done)

    def publish(self) -> Snapshot | None:
        """Make what was staged the current snapshot; None, and nothing changed, when there was nothing new."""
        try:
            with writable(self.folder):
                if not self._stage.files("letters") or not (snapshot := self._write()):
                    self.close()
                    self._stage.clear()
                    return None
                serve(self.folder, snapshot.snapshot_id)
        finally:
            self.close()
        self._stage.clear()
        return snapshot

    def close(self) -> None:
        """Leave the warehouse as it is; what was staged stays for the next load."""
        sweep(self.folder)

    def _write(self) -> Snapshot | None:
        if self.base is not None:
            shutil.copyfile(self.base.database, self._database)
        connection = open_for_writing(self._database, self.folder / STAGE / "spill")
        try:
            if self.base is None:
                connection.execute(TABLES)
            connection.execute(_PICKED.format(letters=self._staged("letters")), [versions()])
            counted = connection.execute(
                "SELECT count(*) FILTER (NOT reread), count(*) FILTER (reread) FROM picked"
            ).fetchone() or (0, 0)
            confirmed = connection.execute(_CONFIRMED.format(letters=self._staged("letters"))).fetchone() or (0,)
            self.counts = Counts(*map(int, (*counted, *confirmed)))
            if not (self.counts.added or self.counts.reread or self.counts.confirmed):
                return None
            self._write_tables(connection)
            self._write_texts(connection)
            letters, decisions = connection.execute(
                "SELECT (SELECT count(*) FROM letters), (SELECT count(*) FROM decisions)"
            ).fetchone() or (0, 0)
            parts = connection.execute("SELECT DISTINCT text_part FROM letters ORDER BY 1").fetchall()
            connection.execute("CHECKPOINT")
        finally:
            with suppress(duckdb.Error):  # closing writes, too: where it cannot, the file goes anyway
                connection.close()
        base = self.base.snapshot_id if self.base else None
        return complete(self.folder, self.load_id, self.kind, base, int(letters), int(decisions), [p for (p,) in parts])

    def _staged(self, table: str) -> str:
        files = ", ".join(quoted(Path(file)) for file in self._stage.files(table))
        return f"read_parquet([{files}])"

    def _write_tables(self, connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(_CASES)
        for table in RECORD_TABLES:
            connection.execute(f"DELETE FROM {table} WHERE letter_key IN (SELECT letter_key FROM picked WHERE reread)")
            if not self._stage.files(table):
                continue
            extra = ""
            if table == "letters":
                held = "SELECT collection FROM picked WHERE picked.seq = staged.seq"
                extra = f", coalesce(?, ({held})) AS collection, ? AS load_id, ? AS text_part"
            left_out = "seq, file_key" if table == "letters" else "seq"
            connection.execute(
                f"INSERT INTO {table} BY NAME SELECT * EXCLUDE ({left_out}){extra} FROM {self._staged(table)} staged "
                "WHERE seq IN (SELECT seq FROM picked)",
                [self.collection, self.load_id, self._part_name] if extra else [],
            )
        connection.execute(
            f"INSERT INTO files SELECT file_key, min(letter_key) FROM {self._staged('letters')} "
            "WHERE file_key NOT IN (SELECT file_key FROM files) GROUP BY file_key"
        )
        connection.execute(_MORE_CASES)
        connection.execute(SUPERSEDED)
        self._write_facts(connection)
        base = self.base.snapshot_id if self.base else None
        write_derived(connection, self.folder, self.load_id, self.kind, base)

    def _write_facts(self, connection: duckdb.DuckDBPyConnection) -> None:
        """`facts` anew from the old one and the letters that changed; wholly anew where it is defined otherwise now."""
        if self.base is None or not facts_are_of_today(connection):
            write_facts(connection)
            return
        changed = (
            "SELECT letter_key FROM picked UNION SELECT letter_key FROM letters "
            "WHERE case_number IN (SELECT case_number FROM cases)"
        )
        connection.execute(f"CREATE TEMP TABLE changed AS {changed}")
        connection.execute(
            f"CREATE TABLE next_facts AS SELECT * FROM facts WHERE letter_key NOT IN (SELECT letter_key FROM changed) "
            f"UNION ALL BY NAME {facts_sql('l.letter_key IN (SELECT letter_key FROM changed)')} {FACTS_ORDER}"
        )
        connection.execute("DROP TABLE facts")
        connection.execute("ALTER TABLE next_facts RENAME TO facts")

    def _write_texts(self, connection: duckdb.DuckDBPyConnection) -> None:
        """The load's texts into a part of their own and into the index, in one pass over what was staged.

        The index of the base is built upon, unless it was made before letters had parts: then it is made anew.
        """
        base = self.base.index if self.base and text_index.is_parted(self.base.index) else None
        parts = self.base.text_parts if self.base and not base else ()
        stored = stored_letters(connection, self.folder, parts)
        if not (self.counts.added or self.counts.reread):
            text_index.build(self._index, base, stored, ())
            return
        chosen = np.sort(connection.execute("SELECT seq FROM picked").fetchnumpy()["seq"])
        removed = connection.execute("SELECT letter_key FROM picked WHERE reread").fetchall()

        def staged(part: PartWriter) -> Iterator[text_index.Letter]:
            for letters in chosen_rows(self._stage.files("texts"), "seq", chosen):
                part.add(letters)
                yield from to_index(letters)

        with PartWriter(self.folder / self._part_name) as part:
            text_index.build(self._index, base, chain(stored, staged(part)), [key for (key,) in removed])


def _known(base: Snapshot | None) -> Keys:
    """The keys of the files that the snapshot has read with the versions of today, in order: 8 bytes a file."""
    if base is None:
        return np.array([], dtype=np.int64)
    with closing(base.connect()) as connection:
        found = connection.execute(
            "SELECT file_key FROM files JOIN letters USING (letter_key) "
            "WHERE parser_version || '/' || vocabulary_version = ? ORDER BY file_key",
            [versions()],
        )
        return np.asarray(found.fetchnumpy()["file_key"])


# The letters of the load: of two files of one letter the one whose name comes first, and none that the snapshot holds
# already with the same facts, or in another layout that the same versions read.
_PICKED = """
CREATE TEMP TABLE picked AS
WITH staged AS (
    SELECT seq, letter_key, record_sha, text_sha FROM {letters}
    QUALIFY row_number() OVER (PARTITION BY letter_key ORDER BY source, seq) = 1
)
SELECT staged.seq, staged.letter_key, held.letter_key IS NOT NULL AS reread, held.collection
FROM staged LEFT JOIN letters held USING (letter_key)
WHERE held.letter_key IS NULL OR NOT (
    held.record_sha = staged.record_sha
    OR (held.text_sha <> staged.text_sha AND held.parser_version || '/' || held.vocabulary_version = ?)
)
"""

# Letters that other versions have read to the same facts: the versions are noted, so that nobody reads them again.
_CONFIRMED = """
UPDATE letters SET parser_version = staged.parser_version, vocabulary_version = staged.vocabulary_version
FROM {letters} staged
WHERE staged.letter_key = letters.letter_key AND staged.record_sha = letters.record_sha
    AND letters.letter_key NOT IN (SELECT letter_key FROM picked)
    AND (staged.parser_version, staged.vocabulary_version) <> (letters.parser_version, letters.vocabulary_version)
"""

# Case numbers of which some letter is new or changed, under its old number and its new one.
_CASES = """
CREATE TEMP TABLE cases AS
SELECT DISTINCT case_number FROM letters WHERE case_number IS NOT NULL AND letter_key IN (SELECT letter_key FROM picked)
"""
_MORE_CASES = _CASES.replace("CREATE TEMP TABLE cases AS", "INSERT INTO cases")

SUPERSEDED = """
UPDATE letters SET superseded = letter_key IN (
    SELECT letter_key FROM letters WHERE case_number IN (SELECT case_number FROM cases)
    QUALIFY row_number() OVER (PARTITION BY case_number ORDER BY decision_date DESC NULLS LAST, letter_id DESC) > 1
) WHERE case_number IN (SELECT case_number FROM cases)
"""
