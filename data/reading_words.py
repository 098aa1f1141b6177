"""Words for how much was read: what the letter does not state is kept apart from what was not read in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from data.coverage import LastLoad, Problems, Stated
from data.sentences import day, listed, published_letters
from data.statistics import NO_BREAK, counted, percent

PROBLEM_WORDS = {
    "contradiction": "the letter contradicts itself",
    "missing": "the letter leaves out what its form holds",
    "doubt": "our reading may be wrong",
}


def loaded_words(years: Mapping[int | None, int], real: bool) -> str:
    """How many letters are loaded, and how much that is of what was published in the same years."""
    total = sum(years.values())
    undated = (
        f" {counted(years[None], 'letter')} without a decision date count under no year." if years.get(None) else ""
    )
    if not real:
        return f"{counted(total, 'letter')}, samples and synthetic ones: a share of the published total would say nothing.{undated}"
    published, until = published_letters()
    known = {year: n for year, n in years.items() if year in published}
    if not known:
        return f"{counted(total, 'letter')}; nothing is known of how many were published in their years.{undated}"
    of = sum(published[year] for year in known if year is not None)
    loaded = sum(known.values())
    whole = sum(published.values())
    return (
        f"{loaded:,} of about {of:,} letters published in the years that are loaded ({_share(loaded, of)}), and of about {whole:,} "
        f"published from {min(published)} to {until} ({_share(loaded, whole)}). Years are of the decision here and of the issue there.{undated}"
    )


def _share(part: int, of: int) -> str:
    """`2.3 %`, and `less than 0.1 %` for what is not nothing but would be rounded to it."""
    return f"less than 0.1{NO_BREAK}%" if 0 < part < of / 1000 else percent(part / of, of)


def year_rows(years: Mapping[int | None, int], real: bool) -> list[list[object]]:
    """Year, letters loaded, published and the share, for every year that has either; the undated last."""
    published = published_letters()[0] if real else {}
    rows: list[list[object]] = []
    for year in sorted({*published, *(year for year in years if year is not None)}):
        loaded, of = years.get(year, 0), published.get(year)
        rows.append([str(year), loaded, of, None if of is None else round(100 * loaded / of, 1)])
    return rows + ([["No decision date", years[None], None, None]] if years.get(None) else [])


def stated_words(fields: Sequence[Stated]) -> str:
    """Which fields are read of nearly every item, and which are not; the table has all."""
    if not fields or not fields[0].items:
        return "No items."
    full = [_lower(one.label) for one in fields if one.read >= 0.995 * one.items]
    rest = [
        f"{_lower(one.label)} of {percent(one.read / one.items, one.items)} (the others: {one.otherwise})"
        for one in fields
        if one.read < 0.995 * one.items
    ]
    parts = [f"read of nearly all: {listed(full)}"] if full else []
    text = "; ".join([*parts, *rest])
    return text[0].upper() + text[1:] + "."


def problem_words(problems: Problems) -> str:
    """How many letters have a problem, by kind."""
    if not problems.any:
        return f"None in {counted(problems.letters, 'letter')}. That none was found does not mean that there is none."
    kinds = [
        f"in {problems.kinds[kind]:,} {words}" for kind, words in PROBLEM_WORDS.items() if problems.kinds.get(kind)
    ]
    share = percent(problems.any / problems.letters, problems.letters)
    return f"{problems.any:,} of {counted(problems.letters, 'letter')} ({share}): {listed(kinds)}. Their items are counted; each letter shows its own."


def load_words(load: LastLoad | None) -> str:
    """What the last load refused; a refused file is in no figure."""
    if load is None:
        return "The journal tells of no load."
    refused = sum(n for _, n in load.refused)
    when = f" on {day(datetime.fromisoformat(load.ended).date())}" if load.ended else ""
    if not refused:
        return f"None of {counted(load.seen, 'file')}{when}."
    reasons = listed([f"{code.replace('_', ' ')} ({n:,})" for code, n in load.refused[:5]])
    return f"{refused:,} of {counted(load.seen, 'file')}{when}: {reasons}. No figure here holds them."


def _lower(label: str) -> str:
    return label[0].lower() + label[1:]
