"""Questions that end in letters: the rows of a filter, one letter with everything in it, the letter of a case."""

from __future__ import annotations

import re
from typing import Any

from data.asking import Questions

_LETTER_ID = re.compile(r"[0-9a-f]{12,64}")
_KEY_DIGITS = 16
ORDERS = {
    "newest": "f.decision_date DESC NULLS LAST, f.letter_key, f.ordinal",
    "oldest": "f.decision_date ASC NULLS LAST, f.letter_key, f.ordinal",
}


class Letters(Questions):
    """Answers in letters and their items."""

    def decisions(self, limit: int, offset: int = 0, order: str = "newest") -> list[dict[str, Any]]:
        """Rows of disputed items in the filter, a dict each, for lists and exports."""
        condition, values = self.where()
        cursor = self._cursor.execute(
            f"""
            WITH f AS (SELECT letter_key, ordinal, decision_date FROM facts WHERE {condition}
                ORDER BY {ORDERS[order].replace("f.", "")} LIMIT ? OFFSET ?)
            SELECT l.letter_id, l.case_number, l.source, f.ordinal, f.decision_date, l.ur_denial_date, d.disputed, d.request, d.outcome,
                d.imaging_modalities, d.body_parts, d.admin_sources, d.reviewer_sources, l.specialty_keys, l.state_keys, d.flags,
                d.decisive, l.form, l.items
            FROM f JOIN letters l USING (letter_key) JOIN decisions d ON d.letter_key = f.letter_key AND d.ordinal = f.ordinal
            ORDER BY {ORDERS[order]}
            """,
            [*values, limit, offset],
        )
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def letter_for_case(self, case_number: str) -> str | None:
        """The id of the charted letter with that case number, whatever the filter, or None."""
        row = self._cursor.execute(
            "SELECT letter_id FROM letters WHERE case_number = ? ORDER BY superseded, letter_id LIMIT 1",
            [case_number.strip().upper()],
        ).fetchone()
        return str(row[0]) if row else None

    def letter(self, letter_id: str) -> dict[str, Any] | None:
        """One letter with its decisions, findings, problems, text and other versions, or None when it is not there.

        `facts` is what the charts count of it, an entry an item; it is empty for a letter that charts leave out. `file_keys`
        are the numbers of the files' bytes that it was read from.

        `letter_id` may be shortened to its first 12 digits or more.
        """
        if not _LETTER_ID.fullmatch(letter_id):
            return None
        # The key is made of the id's first digits, so its index finds what a comparison of texts would look for everywhere.
        first, last = (int(letter_id[:_KEY_DIGITS].ljust(_KEY_DIGITS, fill), 16) >> 1 for fill in "0f")
        head = self._dicts(
            "SELECT * FROM letters WHERE letter_key BETWEEN ? AND ? AND starts_with(letter_id, ?) LIMIT 2",
            [first, last, letter_id],
        )
        if len(head) != 1:
            return None
        letter = head[0]
        key = letter["letter_key"]
        letter["decisions"] = self._dicts("SELECT * FROM decisions WHERE letter_key = ? ORDER BY ordinal", [key])
        letter["facts"] = self._dicts(
            "SELECT * FROM facts WHERE letter_key = ? ORDER BY ordinal",
            [key],
        )
        letter["citations"] = self._dicts(
            "SELECT * FROM citations WHERE letter_key = ? ORDER BY ordinal, side, position", [key]
        )
        letter["text"], letter["findings"] = self.snapshot.text_and_findings(key, letter["text_part"])
        letter["file_keys"] = [
            row["file_key"] for row in self._dicts("SELECT file_key FROM files WHERE letter_key = ?", [key])
        ]
        letter["problems"] = self._dicts("SELECT * FROM problems WHERE letter_key = ? ORDER BY position", [key])
        letter["versions"] = self._dicts(
            "SELECT letter_id, decision_date, superseded FROM letters WHERE case_number = ? AND letter_id <> ? ORDER BY decision_date",
            [letter["case_number"], letter["letter_id"]],
        )
        return letter
