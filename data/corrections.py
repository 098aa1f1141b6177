"""Values that a person reports as read wrongly: kept beside the warehouse, shown at the letter, exported as labels.

A report changes no figure and no letter. Reports are only ever added; of several on one field the last one holds, and
one that says what was read takes an earlier one back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from data.errors import NotesError
from data.fields import fields
from data.notes import rows, tidy_name, writing

LONGEST_REMARK = 500  # characters
MOST_REPORTS = 100_000  # of one warehouse
_COLUMNS = "letter_id, ordinal, field, read_value, right_value, who, made, snapshot, source, remark"


@dataclass(frozen=True, slots=True)
class Correction:
    """One report: of which letter (by content) and item (None for the letter), which field, what was read and is right.

    `made` is a UTC time in ISO form, `snapshot` the one in view then, `source` the file the letter was read from.
    """

    letter_id: str
    ordinal: int | None
    field: str
    read_value: str
    right_value: str
    who: str
    made: str
    snapshot: str
    source: str
    remark: str

    @property
    def place(self) -> tuple[str, int | None, str]:
        """What it is about: letter, item, field."""
        return self.letter_id, self.ordinal, self.field

    @property
    def withdrawn(self) -> bool:
        """Whether it says that what was read is right."""
        return self.field != "other" and self.read_value == self.right_value


def report(
    folder: Path,
    letter_id: str,
    ordinal: int | None,
    field: str,
    read_value: str,
    right_value: str,
    *,
    who: str,
    snapshot: str,
    source: str,
    remark: str = "",
) -> Correction:
    """Keep a report; on disk when this returns.

    Raises NotesError for an unknown field, a value that the field cannot hold, nobody's name, a report that says nothing
    new, and a folder that cannot be written.
    """
    known = fields().get(field)
    if known is None or (known.of == "item") != (ordinal is not None):
        raise NotesError(f"There is no field {field[:40]!r} to correct here.")
    who, remark = tidy_name(who), " ".join(remark.split())[:LONGEST_REMARK].strip()
    if not who:
        raise NotesError("Say who reports it, so that others can ask back.")
    if known.kind == "words" and not remark:
        raise NotesError("Say in the remark what is wrong.")
    right_value = "" if known.kind == "words" else known.checked(right_value)
    made = datetime.now(UTC).isoformat(timespec="seconds")
    new = Correction(letter_id, ordinal, field, read_value, right_value, who, made, snapshot, source, remark)
    held = next((one for one in in_force(corrections(folder, letter_id)) if one.place == new.place), None)
    if known.kind != "words" and right_value == (held.right_value if held else read_value):
        raise NotesError(
            "That is what was read." if held is None or held.withdrawn else "That was reported already and holds."
        )
    with writing(folder) as connection:
        (kept,) = connection.execute("SELECT count(*) FROM corrections").fetchone()
        if kept >= MOST_REPORTS:
            raise NotesError(f"There are {kept:,} reports already. Export them, then start a new file of notes.")
        connection.execute(
            f"INSERT INTO corrections ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [letter_id, ordinal, field, read_value, right_value, who, made, snapshot, source, remark],
        )
    return new


def corrections(folder: Path, letter_id: str | None = None) -> list[Correction]:
    """All reports, or those of one letter, oldest first. Raises NotesError when the file is damaged."""
    condition, values = ("WHERE letter_id = ?", [letter_id]) if letter_id else ("", [])
    found = rows(folder, "corrections", f"SELECT {_COLUMNS} FROM corrections {condition} ORDER BY number", values)
    return [Correction(*row) for row in found]


def in_force(reports: Iterable[Correction]) -> list[Correction]:
    """The last report on every field, in the order of the first; those in words all hold."""
    last: dict[tuple[object, ...], Correction] = {}
    for number, one in enumerate(reports):
        last[(*one.place, number) if one.field == "other" else one.place] = one
    return list(last.values())


def forget(folder: Path, letter_ids: Collection[str]) -> int:
    """Remove every report on these letters, also from the file's free pages; gives how many. For a purge."""
    if not corrections(folder):
        return 0
    with writing(folder) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        gone = [
            connection.execute("DELETE FROM corrections WHERE letter_id = ?", [letter_id]).rowcount
            for letter_id in letter_ids
        ]
    return sum(gone)
