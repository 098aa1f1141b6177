"""Rates by what a side cites, from the source to its documents and their sections (table `cited`)."""

from __future__ import annotations

from typing import Literal

from data.asking import ALONE_SUMS, SUMS, sums_of
from data.filters import Side
from data.rates import CROSS, Group, Rates, corrected
from data.schema import NOT_STATED
from data.statistics import CrossSums, difference, overturn_rate
from data.vocabulary import vocabulary

Level = Literal["source", "document", "section", "placed"]
"""`placed` is a section with its document, for lists that mix documents: many have a section of the same name."""
SIDES: dict[Side, str] = {"admin": "claims_administrator", "reviewer": "reviewer"}
_BETWEEN = "\x1f"  # the unit separator, which no settled text holds
CITED_COLUMNS: dict[Level, str] = {
    "source": "source",
    "document": "document",
    "section": "section",
    "placed": "(coalesce(document, '') || chr(31) || section)",  # NULL where no section is named
}
_UNNAMED: dict[Level, str] = {
    "source": "No source named",
    "document": "No document named",
    "section": "No section named",
    "placed": "No section named",
}
_FIGURES = ("n", "y", "letters", "nn", "yy", "ny", "within", "c1", "c2", "c3", "c4", "c5", "c6")


class Citing(Rates):
    """Answers in rates by citation."""

    def by_citation(
        self, side: Side, level: Level, source: str | None = None, document: str | None = None, most: int = 60
    ) -> list[Group]:
        """Rates of the filter's items by the sources, documents or sections that `side` cites, most items first.

        `source` and `document` narrow the citations that count: the documents of a source, the sections of a document;
        `not_stated` as a document are the citations that name none. Without them the same document under two sources,
        or section of two documents, is one group. Groups overlap, for an item may cite several; it counts once in each.
        The rest is everything else in the filter, whether it cites the source or not. Returned are the `most` groups
        with the most units, and which of them stand out is corrected over these.
        """
        found = self._all(*self._citation_sql(side, level, source, document, most))
        whole = sums_of(next(row for row in found if row[0] is None)[1:8])
        rho = self._rho(whole)
        groups = []
        for key, *figures in found:
            if key is not None:
                sums, across = sums_of(figures[:7]), CrossSums(*map(int, figures[7:12]))
                rest = self.outside(whole, sums, across, int(figures[12]))
                versus = difference(sums, rest, across, rho) if rest.n else None
                groups.append(Group(key, citation_label(level, key), overturn_rate(sums, rho), versus))
        return corrected(sorted(groups, key=lambda group: (-group.rate.n, group.key)))

    def _citation_sql(
        self, side: Side, level: Level, source: str | None, document: str | None, most: int
    ) -> tuple[str, list[object]]:
        """The question behind `by_citation`: a row a group with its sums, and one without a key for the whole filter.

        Only letters of several items are grouped by letter, as in `Rates.cells`.
        """
        condition, values = self.where()
        cited, cited_values = "side = ?", [SIDES[side]]
        if source is not None:
            cited, cited_values = f"{cited} AND source = ?", [*cited_values, source]
        if document == NOT_STATED:
            cited = f"{cited} AND document IS NULL"
        elif document is not None:
            cited, cited_values = f"{cited} AND document = ?", [*cited_values, document]
        letter = self._letter()
        pair = self._pair()
        return (
            f"""
            WITH items AS MATERIALIZED (SELECT rowid AS item, letter_key, overturned, alone FROM facts WHERE {condition}),
            named AS (SELECT DISTINCT item, coalesce({CITED_COLUMNS[level]}, '{NOT_STATED}') AS key, letter_key, overturned, alone
                FROM cited JOIN items USING (item) WHERE {cited}),
            whole AS (SELECT letter_key, count(*) n, count(*) FILTER (overturned) y FROM items WHERE NOT alone GROUP BY letter_key),
            grouped AS (SELECT key, letter_key, count(*) n, count(*) FILTER (overturned) y FROM named WHERE NOT alone GROUP BY ALL),
            per AS (SELECT key, {pair} FROM grouped g JOIN whole w USING (letter_key)),
            single AS (SELECT key, count(*) n, count(*) FILTER (overturned) y FROM named WHERE alone GROUP BY key),
            parts(key, {", ".join(_FIGURES)}) AS (
                SELECT key, {SUMS}, {CROSS} FROM per GROUP BY key
                UNION ALL SELECT key, {ALONE_SUMS}, 0, 0, 0, 0, 0, sum(y)::BIGINT FROM single GROUP BY key)
            SELECT NULL, {SUMS}, 0, 0, 0, 0, 0, 0 FROM (SELECT {letter} FROM whole
                UNION ALL SELECT 1, overturned::INT FROM items WHERE alone)
            UNION ALL (SELECT key, {", ".join(_summed(name) for name in _FIGURES)} FROM parts GROUP BY key
                ORDER BY sum(n) DESC, key LIMIT ?)
            """,
            [*values, *cited_values, most],
        )


def citation_label(level: Level, key: str) -> str:
    """What people read for a source, a document (parts of the MTUS are keys of mtus_parts.toml) or a section."""
    if key == NOT_STATED:
        return _UNNAMED[level]
    if level == "source":
        return vocabulary("sources").label(key)
    if level == "placed":
        document, _, section = key.partition(_BETWEEN)
        return f"{citation_label('document', document)}: {section}" if document else section
    parts = vocabulary("mtus_parts")
    return parts.label(key) if level == "document" and key in parts.terms else key


def _summed(name: str) -> str:
    return f"sum({name})::{'DOUBLE' if name == 'within' else 'BIGINT'}"
