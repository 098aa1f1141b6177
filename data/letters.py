"""Questions that end in letters: one with everything in it, the one of a case, what a search found in some of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from data import search
from data.passages import Passage, passages
from data.results import Results
from data.search_language import parse, plainly
from data.search_tree import Case, leaves, replaced
from data.snippets import Snippet, snippet
from data.text_index import is_parted, stems_with_places


@dataclass(frozen=True, slots=True)
class NearWord:
    """A word that no letter holds, the one offered instead, in how many letters that stands, and the search with it."""

    typed: str
    offered: str
    letters: int
    words: str


class Letters(Results):
    """Answers in letters and their items."""

    def letter_for_case(self, case_number: str) -> str | None:
        """The id of the charted letter with that case number, whatever the filter, or None; leading zeros may be left out.

        A number without its year (`0123456`) is that of a letter where one case alone has it.
        """
        year, _, number = case_number.strip().upper().rpartition("-")
        significant = number.lstrip("0")
        lengths = range(max(5, len(significant)), 9)
        years = [year] if year else [f"CM{two:02}" for two in range(100)]
        written = [f"{one}-{significant.zfill(length)}" for one in years for length in lengths]
        if not year and self._cases_among(written) != 1:
            return None
        row = self._cursor.execute(
            "SELECT letter_id FROM letters WHERE case_number IN (SELECT unnest(?::VARCHAR[])) "
            "ORDER BY case_number <> ?, superseded, letter_id LIMIT 1",
            [[f"{year}-{number}", *written], f"{year}-{number}"],
        ).fetchone()
        return str(row[0]) if row else None

    def _cases_among(self, written: list[str]) -> int:
        sql = "SELECT count(DISTINCT case_number) FROM letters WHERE case_number IN (SELECT unnest(?::VARCHAR[]))"
        return int((self._cursor.execute(sql, [written]).fetchone() or (0,))[0])

    def letter(self, letter_id: str) -> dict[str, Any] | None:
        """One letter with its decisions, findings, problems, text and other versions, or None when it is not there.

        `facts` is what the charts count of it, an entry an item; it is empty for a letter that charts leave out. `file_keys`
        are the numbers of the files' bytes that it was read from.

        `letter_id` may be shortened to its first 12 digits or more.
        """
        key = self._key(letter_id)
        if key is None:
            return None
        (letter,) = self._dicts("SELECT * FROM letters WHERE letter_key = ?", [key])
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

    def snippets(self, shown: tuple[tuple[int, str, int], ...]) -> list[Snippet | None]:
        """For each item of (letter key, text part, ordinal) the stretch of its letter that shows why the words found it."""
        tree = parse(self.filters.words).tree
        if tree is None or all(isinstance(leaf, Case) for leaf in leaves(tree)):
            return [None] * len(shown)
        read: dict[int, tuple[str, list[Passage]]] = {}
        found: list[Snippet | None] = []
        for key, part, ordinal in shown:
            if key not in read:
                text, findings = self.snapshot.text_and_findings(key, part)
                text = text or ""
                spans = [(one["kind"], one["span_start"], one["span_end"], one["ordinal"]) for one in findings]
                read[key] = text, passages(len(text), spans)
            found.append(snippet(*read[key], tree, ordinal))
        return found

    def near_words(self) -> list[NearWord]:
        """For each word of the search that no letter holds the nearest one that some do, where there is any."""
        found = []
        for near in search.near_words(self.snapshot.index, self.filters.words):
            part = self._cursor.execute(
                "SELECT text_part FROM letters WHERE letter_key = ?", [near.letter_key]
            ).fetchone()
            text = (self.snapshot.text(near.letter_key, part[0]) if part else None) or ""
            written = {text[start:end].lower() for term, start, end in stems_with_places(text) if term == near.term}
            if written:
                offered = min(written, key=lambda word: (len(word), word))
                words = replaced(plainly(self.filters.words), near.word, offered)
                found.append(NearWord(near.word.text, offered, near.letters, words))
        return found

    def index_is_old(self) -> bool:
        """Whether the text index of this snapshot does not know the parts of letters, so that nothing is found in one of them."""
        return not is_parted(self.snapshot.index)
