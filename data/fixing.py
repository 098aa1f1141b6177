"""What stands behind the overturned items of a filter: the sources cited on either side, and the grounds reviewers gave.

One ranking, the most overturned items first. It says what was found together with overturned items, never what caused
them: an item has several sources and grounds and counts under each.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from data.citing import CITED_COLUMNS, SIDES, Citing, Level
from data.comparing import Comparing
from data.filters import Side
from data.schema import NOT_STATED
from data.statistics import Difference, Rate, Unit, counted, interval_words, percent

Kind = Literal["admin", "reviewer", "reason"]
KINDS: dict[Kind, str] = {
    "admin": "Cited by the claims administrator",
    "reviewer": "Relied on by the reviewer",
    "reason": "Ground given by the reviewer",
}
MOST_CITED = 200  # documents or sections of a side that are compared: those with the most items


@dataclass(frozen=True, slots=True)
class Fix:
    """A source or ground behind overturned items, a row of the ranking.

    `overturned` items in `letters` letters. `rate`: for a source the overturn rate of all items with it; for a ground,
    which speaks for one outcome, its share of the overturned items. `versus` compares a source with everything else in
    the filter, a ground with the overturned items outside it; `stands_out` is corrected over the rows of one kind.
    """

    kind: Kind
    key: str
    label: str
    overturned: int
    letters: int
    rate: Rate
    versus: Difference | None
    stands_out: bool


class Fixing(Comparing, Citing):
    """Answers about overturned items."""

    def fix_list(self, level: Level = "source") -> list[Fix]:
        """The ranking by sources, documents or sections (each with its document), and grounds; see `Citing.by_citation`.

        With letters as the unit, letters with an overturned item take the place of overturned items.
        """
        level = "placed" if level == "section" else level
        found: list[Fix] = []
        for side in SIDES:
            groups = self.by(side, True) if level == "source" else self.by_citation(side, level, most=MOST_CITED)
            letters = self._overturned_letters(side) if level == "source" else self._citing_letters(side, level)
            for group in groups:
                if group.rate.y and group.key != NOT_STATED:
                    rest = group.versus_rest, group.stands_out
                    found.append(Fix(side, group.key, group.label, group.rate.y, letters[group.key], group.rate, *rest))
        letters = self._overturned_letters("reason")
        for mix in self.overturned_grounds():
            share = mix.share
            if share.a.y and mix.key != NOT_STATED:
                versus = share.versus if share.versus.d is not None else None
                found.append(
                    Fix("reason", mix.key, mix.label, share.a.y, letters[mix.key], share.a, versus, share.stands_out)
                )
        kinds = list(KINDS)
        return sorted(found, key=lambda fix: (-fix.overturned, -fix.letters, kinds.index(fix.kind), fix.key))

    def _citing_letters(self, side: Side, level: Level) -> dict[str, int]:
        """Letters with an overturned item of the filter for which `side` cites a document or section, by its name."""
        condition, values = self.where()
        column = CITED_COLUMNS[level]
        rows = self._all(
            f"""
            WITH items AS (SELECT rowid AS item, letter_key FROM facts WHERE ({condition}) AND overturned)
            SELECT {column}, count(DISTINCT letter_key) FROM cited JOIN items USING (item)
            WHERE side = ? AND {column} IS NOT NULL GROUP BY 1
            """,
            [*values, SIDES[side]],
        )
        return {key: int(n) for key, n in rows}

    def _overturned_letters(self, name: str) -> dict[str, int]:
        """Letters with an overturned item of the filter, by key of a mask dimension that such an item holds."""
        by_letter = self.under(replace(self.filters, unit="letter"))
        return {key: group.y for key, (group, _, _) in by_letter.cells(name, own=True)[1].items()}


def fix_words(fix: Fix, unit: Unit = "decision", *, rates: bool = True) -> str:
    """One sentence, such as `12 of 40 decisions in 31 letters denied with ODG cited were overturned: 30 % (18 to 46 %).`

    Without `rates`, for a filter that lets in one outcome alone, the count without a rate.
    """
    rate, source = fix.rate, "no source" if fix.key == "none" else fix.label
    noun = "letter" if unit == "letter" else "decision"
    if fix.kind == "reason":
        of = f"{counted(rate.n, f'overturned {noun}')}{_in_letters(rate, unit)}"
        text = f"Reviewers found “{fix.label}” in {rate.y:,} of {of}"
    else:
        about = f"denied with {source} cited" if fix.kind == "admin" else f"on which the reviewer relied on {source}"
        if fix.kind == "reviewer" and fix.key == "none":
            about = "on which the reviewer cited no source"
        text = f"{rate.y:,} of {counted(rate.n, noun)}{_in_letters(rate, unit)} {about} {'was' if rate.y == 1 else 'were'} overturned"
    if not rates and fix.kind != "reason":
        return f"{text}."
    if rate.rate is None or rate.small:
        return f"{text}: too few for a rate."
    text += f": {percent(rate.rate, rate.n)} ({interval_words(rate.low, rate.high, rate.n)})"
    return f"{text}, {_against(fix)}."


def _in_letters(rate: Rate, unit: Unit) -> str:
    return "" if unit == "letter" else f" in {counted(rate.letters, 'letter')}"


def _against(fix: Fix) -> str:
    beside = "the overturned decisions outside this filter" if fix.kind == "reason" else "the rest of this filter"
    if fix.versus is None:
        return "with nothing outside this filter to compare" if fix.kind == "reason" else "with no rest to compare"
    if fix.versus.p_value is None:
        return f"with too few in {beside} to compare"
    if not fix.stands_out:
        return f"which cannot be told apart from {beside}"
    return f"{'more' if (fix.versus.d or 0.0) > 0 else 'less'} often than in {beside}"
