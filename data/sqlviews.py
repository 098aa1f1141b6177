"""What makes a snapshot easy to ask in SQL: views without bit masks, the interval of a rate, and what every column means.

They exist for one question only, in the child process that answers it (`data/sqlbox.py`), so no snapshot holds them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from data.dictionary import dictionary
from data.schema import NOT_STATED, Dimension, dimensions
from data.statistics import FEWEST_EFFECTIVE, FEWEST_LETTERS, Z

LETTER_ID_DIGITS = 15
"""Of a letter's id, as `items.letter_id` has it: as many as its key tells, and enough to find it by."""
_PLAIN = (
    "letter_key",
    "ordinal",
    "overturned",
    "decision_date",
    "ur_denial_date",
    "application_date",
    "modified",
    "ancillary",
    "retrospective",
)
_SHORTENED = {
    "modified",
    "ancillary",
    "retrospective",
}  # dimensions that say as yes or no what a column of that name says


@dataclass(frozen=True, slots=True)
class Column:
    """A column, what it means, its unit or kind."""

    name: str
    meaning: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """A table or view: its name, what a row of it is, its columns."""

    name: str
    row: str
    columns: tuple[Column, ...]


def prepare() -> list[str]:
    """The statements that make the views and macros, out of names and numbers that are constants of this program."""
    return [f"CREATE TEMP VIEW items AS {items_sql()}", *_MACROS]


@cache
def items_sql() -> str:
    """SQL of the view `items`: `facts` with lists of keys for its masks, and the id that opens the letter."""
    columns = [f"lpad(lower(to_hex(letter_key >> 3)), {LETTER_ID_DIGITS}, '0') AS letter_id", *_PLAIN]
    columns.append("CASE WHEN overturned THEN 'overturned' ELSE 'upheld' END AS outcome")
    columns.append("year(injury_date) AS injury_year")
    for dimension in item_dimensions():
        columns.append(_list_sql(dimension) if dimension.kind == "mask" else f"{dimension.column} AS {dimension.key}")
    return f"SELECT {', '.join(columns)} FROM facts"


def item_dimensions() -> list[Dimension]:
    """The dimensions that are a column of `items`, under their own name."""
    return [dimension for key, dimension in dimensions().items() if key not in _SHORTENED]


def _list_sql(dimension: Dimension) -> str:
    keys = ", ".join(f"'{key}'" for key in dimension.keys)
    bits = ", ".join(f"({dimension.column} & {1 << position}::UBIGINT) <> 0" for position in range(len(dimension.keys)))
    return f"list_where([{keys}], [{bits}]) AS {dimension.key}"


def lists() -> dict[str, dict[str, list[str]]]:
    """Tables of texts by name, as lists of equal length by column: `labels`."""
    rows = [
        (dimension.key, key, dimension.term_label(key))
        for dimension in dimensions().values()
        for key in dict.fromkeys((*dimension.keys, NOT_STATED))
    ]
    names = ("dimension", "key", "label")
    return {"labels": {name: [row[number] for row in rows] for number, name in enumerate(names)}}


# The interval of a rate as data/statistics.overturn_rate defines it, over rows that are a letter each: its items n in the
# group, its overturned y. Where the letters cannot show how alike their items are, they count as wholly alike; the
# program's own pages take the likeness from all letters of the filter there, so their interval is narrower.
_DEFF = """CASE WHEN sum(y) IN (0, sum(n)) THEN sum(n * n) / sum(n)
    ELSE (count(*) / (count(*) - 1)) * (sum(y * y) - 2 * (sum(y) / sum(n)) * sum(n * y) + (sum(y) / sum(n)) ** 2 * sum(n * n))
        / (sum(y) * (1 - sum(y) / sum(n))) END"""
_EFFECTIVE = f"(sum(n) / greatest(1, {_DEFF}))"
_P = "(sum(y) / sum(n))"
_FEW = f"count(*) < {FEWEST_LETTERS} OR effective_items(n, y) < {FEWEST_EFFECTIVE}"


def _limit(sign: str) -> str:
    n, z = "effective_items(n, y)", f"{Z!r}"
    middle = f"({_P} + {z} * {z} / (2 * {n}))"
    half = f"{z} * sqrt(greatest(0, {_P} * (1 - {_P}) / {n} + {z} * {z} / (4 * {n} * {n})))"
    found = f"({middle} {sign} {half}) / (1 + {z} * {z} / {n})"
    return f"CASE WHEN {_FEW} THEN NULL ELSE least(1, greatest(0, {found})) END"


_MACROS = (
    f"CREATE TEMP MACRO effective_items(n, y) AS {_EFFECTIVE}",
    f"CREATE TEMP MACRO rate(n, y) AS CASE WHEN {_FEW} THEN NULL ELSE {_P} END",
    f"CREATE TEMP MACRO rate_low(n, y) AS {_limit('-')}",
    f"CREATE TEMP MACRO rate_high(n, y) AS {_limit('+')}",
)


@cache
def relations() -> tuple[Relation, ...]:
    """Everything that can be asked, the views first, with the data dictionary's words."""
    said = dictionary()
    facts = {name: Column(name, *said["facts"][name][:2]) for name in said["facts"]}
    of_items = [Column("letter_id", f"the first {LETTER_ID_DIGITS} digits of the letter's id, which open it")]
    of_items += [facts[name] for name in _PLAIN]
    of_items += [Column("outcome", "overturned or upheld", "key"), facts["injury_year"]]
    for one in item_dimensions():
        unit = "list of keys, empty where not stated" if one.kind == "mask" else "key"
        of_items.append(Column(one.key, one.label + (f". {one.note}" if one.note else ""), unit))
    tables = {
        "decisions": "an item of any letter, as the letter says it",
        "letters": "a letter, charted or superseded by a later determination of its case",
        "citations": "a guideline or study that a side cites for an item",
        "problems": "something doubtful that was met in a letter",
        "facts": "a disputed item of a charted letter, as items, with bit masks instead of lists",
        "terms": "a key of a mask, with its bit",
    }
    return (
        Relation("items", "a disputed item of a charted letter: the table to begin with", tuple(of_items)),
        Relation("labels", "a key of a dimension, in words", _LABELS),
        *(
            Relation(
                name,
                row,
                tuple(Column(column, *said[name][column][:2]) for column in said[name] if _stored(name, column)),
            )
            for name, row in tables.items()
        ),
        Relation("cited", "a source, document and section that a side of an item names, each once", _CITED),
    )


def _stored(table: str, column: str) -> bool:
    """Whether the database has the column; days of injury become years in exports alone."""
    return column != "injury_year"


_LABELS = (
    Column("dimension", "the column of items", "key"),
    Column("key", "what that column holds", "key"),
    Column("label", "what people read for it", "text"),
)
_CITED = (
    Column("item", "the row of facts, its rowid"),
    Column("side", "claims_administrator or reviewer", "key"),
    Column("source", "guideline source", "key"),
    Column("document", "the document, empty where none is named", "key"),
    Column("section", "its section, empty where none is named", "text"),
)
MASKS = (
    "items has lists of keys, so nobody needs masks: list_contains(modality, 'spect'). Where several values count apart, "
    "FROM items, unnest(items.admin) AS one(source). facts holds the same as bit masks, which are some ten times faster to "
    "filter: bit 1 << position of terms stands for a key, modality_mask & 2 <> 0 asks for one; 0 is not stated."
)
INTERVALS = (
    "rate(n, y), rate_low(n, y) and rate_high(n, y) give a rate and its 95 % interval over rows that are a letter each, n its "
    "items and y its overturned ones: SELECT ..., rate(n, y), rate_low(n, y), rate_high(n, y) FROM (SELECT ..., letter_key, "
    "count(*) n, count(*) FILTER (overturned) y FROM items GROUP BY ALL) GROUP BY ALL. Empty below 10 letters or 10 effective items."
)
