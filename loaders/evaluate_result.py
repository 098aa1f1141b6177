"""The kept result of an evaluation: the figures of every field and every difference, and what a change gained or lost.

A CSV (set, field, letter, decision, what, labelled, read). What is not listed as a difference is right, so the file says of
every item whether it was. It holds keys and short values, never a letter's sentence.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from data.errors import OverturnError
from loaders.evaluate import TEXTS
from loaders.evaluation import Evaluation, place_of

_COLUMNS = ("set", "field", "letter", "decision", "what", "labelled", "read")
_LONGEST = 80
_DIFFERENCES = ("missing", "extra", "wrong")
ADVICE = (
    "A loss fails the run: mend it, or accept it by writing the new result (make accept, or --write in place of --against) "
    "and say why in the commit."
)


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """A line of the result: a field's figures (no letter, `what` holds them) or one difference."""

    set: str
    field: str
    letter: str
    decision: str
    what: str
    labelled: str = ""
    read: str = ""

    @property
    def place(self) -> tuple[str, ...]:
        """What makes it the same difference; another wrong value where one was wrong before is nothing new."""
        key = self.labelled or self.read if self.what != "wrong" else ""
        return (self.set, self.field, self.letter, self.decision, self.what, key)

    def __str__(self) -> str:
        where = place_of(self.letter, self.decision)
        if self.what == "wrong":
            return f"{where}: read {self.read!r}, labelled {self.labelled!r}"
        return f"{where}: {self.what} {self.labelled or self.read}"


def rows_of(name: str, evaluation: Evaluation) -> list[Row]:
    """The lines of the set `name`, sorted; what is text of a letter, or long, is left out."""
    rows = [Row(name, field, "", "", score.figures()) for field, score in evaluation.fields.items()]
    for field, letter, decision, what, *values in evaluation.differences():
        labelled, read = ("(text)" if field in TEXTS or len(value) > _LONGEST else value for value in values)
        rows.append(Row(name, field, letter, decision, what, labelled, read))
    return sorted(rows)


def read_result(path: Path) -> list[Row]:
    """The lines of a kept result. Raises OverturnError naming the file when it is not one."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return [Row(**row) for row in csv.DictReader(stream)]
    except (OSError, TypeError) as error:
        raise OverturnError(f"The result file {path} cannot be read: {error}. Write one with --write.") from error


def write_result(path: Path, sets: Mapping[str, list[Row]]) -> None:
    """Write the lines of `sets` to `path`; what it holds of other sets stays."""
    kept = [row for row in read_result(path) if row.set not in sets] if path.exists() else []
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in sorted([*kept, *(row for rows in sets.values() for row in rows)]):
        writer.writerow([getattr(row, column) for column in _COLUMNS])
    path.write_text(text.getvalue(), encoding="utf-8")


def gains_and_losses(before: Iterable[Row], now: Mapping[str, list[Row]]) -> tuple[list[Row], list[Row]]:
    """Differences that are gone since `before`, and new ones, in the sets of `now`; other sets were not compared."""
    old = {row.place: row for row in before if row.set in now and row.what in _DIFFERENCES}
    new = {row.place: row for rows in now.values() for row in rows if row.what in _DIFFERENCES}
    gained = sorted(row for place, row in old.items() if place not in new)
    return gained, sorted(row for place, row in new.items() if place not in old)


def change_lines(path: Path, gained: list[Row], lost: list[Row]) -> list[str]:
    """What changed against `path`, by field, a line an item, then the total and what to do about it."""
    lines = [f"Against {path}:"]
    for name, field in sorted({(row.set, row.field) for row in (*gained, *lost)}):
        here = [[row for row in rows if (row.set, row.field) == (name, field)] for rows in (gained, lost)]
        lines.append(f"  {name}, {field}: {len(here[0])} gained, {len(here[1])} lost")
        lines += [f"    GAINED {row}" for row in here[0]]
        lines += [f"    LOST   {row}" for row in here[1]]
    lines.append(f"{len(gained)} gained, {len(lost)} lost.")
    if lost:
        lines.append(ADVICE)
    elif gained:
        lines.append("Nothing is lost. Keep what was gained: write the new result (make accept) and commit it.")
    return lines
