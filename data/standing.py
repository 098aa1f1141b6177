"""What pages ask of a whole snapshot, answered once when it is published and kept in it (table `answers`).

Cluster sums over millions of items take a second each; whoever opens a page without a filter should not wait for them.
An answer is found by the text of its question, SQL or words, and its parameters (`asking.question_key`), so a question
that is asked otherwise now is computed as any other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import duckdb

from data.asking import Row, decoded, encoded, question_key
from data.axes import TIMES
from data.citing import SIDES
from data.comparing import MIXES
from data.filters import SWITCHES, Choice, Filters, Side
from data.guidelines import mtus_cited, none_cited, revision, revision_of_others
from data.queries import Reader
from data.schema import NOT_STATED, dimensions
from data.warehouse import Snapshot

FEWEST_DECISIONS = 50_000
CROSSED = (("admin", "reviewer"), ("modality", "body"), ("specialty", "modality"))
"""Pairs of dimensions that pages show against each other."""
LISTED = ("modality", "admin", "reviewer", "specialty", "body", "category")
"""Dimensions whose groups the overview ranks, the sources of both sides."""
STANDARDISED = ("specialty_group", "specialty", "board", "subspecialty", "licence")
"""Dimensions that pages set against comparable letters."""


class _Recorder(Reader):
    """A reader that computes everything and remembers what it was asked and what it found."""

    kept: dict[str, str]

    def _kept(self, question: str, values: Sequence[object], answer: Callable[[], list[Row]]) -> list[Row]:
        key = question_key(question, values)
        if key not in self.kept:
            self.kept[key] = encoded(answer())
        return decoded(self.kept[key])


def answers(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> dict[str, str]:
    """Every standing question to the facts of this connection with its answer, as `asking.Questions` looks them up."""
    kept: dict[str, str] = {}
    whole, imaging = Filters(), Filters().choose("modality", Choice(exclude=(NOT_STATED,)))
    for unit in ("item", "letter"):
        _ask_whole(_recorder(connection, snapshot, replace(whole, unit=unit), kept))
        _ask_dates(_recorder(connection, snapshot, replace(whole, unit=unit, date_field="ur"), kept))
        reader = _recorder(connection, snapshot, replace(imaging, unit=unit), kept)
        reader.headline()
        reader.against_rest()
        _ask_imaging(reader)
        for side in SIDES:
            _ask_guidelines(connection, snapshot, replace(whole, unit=unit), side, kept)
    whole_snapshot = _recorder(connection, snapshot, whole, kept)
    whole_snapshot.letters_by_year()
    whole_snapshot.problems()
    whole_snapshot.fields_read()
    return kept


def keep_answers(connection: duckdb.DuckDBPyConnection, snapshot: Snapshot) -> None:
    """Fill the table `answers` anew; with few decisions it stays empty, for then any question takes milliseconds."""
    connection.execute("DELETE FROM answers")
    (decisions,) = connection.execute("SELECT count(*) FROM facts").fetchone() or (0,)
    if decisions < FEWEST_DECISIONS:
        return
    # On a cursor of its own, with which goes what is held of tables that may still change.
    kept = answers(connection.cursor(), snapshot)
    connection.executemany("INSERT INTO answers VALUES (?, ?)", list(kept.items()))


def _recorder(
    connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, filters: Filters, kept: dict[str, str]
) -> _Recorder:
    reader = _Recorder(connection, snapshot, filters)
    reader.kept = kept
    return reader


def _ask_whole(reader: Reader) -> None:
    reader.headline()
    for switch in SWITCHES:
        reader.rate_without(switch)
    for name in dimensions():
        reader.by(name)
        reader.counts(name)
    reader.counts("outcome")
    reader.stated()
    for pair in CROSSED:
        reader.cross(*pair)
    for side in SIDES:
        reader.by_citation(side, "source")
        reader.by_citation(side, "document", "mtus")
    for name in MIXES:
        reader.whole_shares(name)
    reader.fix_list()
    for name in STANDARDISED:
        reader.standardised(name)
    reader.profiles("specialty")
    _ask_dates(reader)


def _ask_guidelines(
    connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, whole: Filters, side: Side, kept: dict[str, str]
) -> None:
    """What the page on sources asks beside whole dimensions: none cited, and the MTUS before and after its revision."""
    none = _recorder(connection, snapshot, none_cited(whole, side), kept)
    none.headline()
    none.rate_without("ancillary")
    mtus = _recorder(connection, snapshot, mtus_cited(whole, side), kept)
    mtus.headline()
    mtus.by("mtus_edition")
    for wider, revised in (revision(whole, side), revision_of_others(whole, side)):
        since = _recorder(connection, snapshot, revised, kept)
        since.headline()
        since.against_rest(wider)


def _ask_imaging(reader: Reader) -> None:
    """What the page on imaging asks of all imaging, with fused studies under their parts and apart."""
    for name in ("modality", "study"):
        reader.by(name, True)
        for columns in ("body", "contrast"):
            reader.cross(name, columns)
    reader.grounds()
    for side in SIDES:
        for source in reader.by_citation(side, "source")[:1]:
            for document in reader.by_citation(side, "document", source.key)[:1]:
                reader.by_citation(side, "section", source.key, document.key)


def _ask_dates(reader: Reader) -> None:
    for name in TIMES:
        reader.by(name)
    reader.trend()
    reader.moved(LISTED)
    reader.bounds()
    reader.undated()
