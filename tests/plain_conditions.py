"""The slow, obvious way to answer a condition: pandas over the record tables, a row and a test at a time; and generated conditions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from data.condition_fields import fields
from data.conditions import MOST_TESTS, Group, Node, Test, grouped, test, tests
from data.derivations import NOT_STATED
from data.search_language import parse
from data.vocabulary import vocabulary
from data.warehouse import Snapshot
from tests.plain import plain_items
from tests.plain_search import holds, plain_letters

DAYS = {"decided": "decision_date", "denied": "ur_denial_date", "applied": "application_date", "injured": "injury_date"}
COLUMNS = {"case": "case_number", "file": "source", "worker_sex": "worker_sex", "form": "form"}


class PlainConditions:
    """The items of a snapshot as a frame, and which of them a condition lets in."""

    def __init__(self, snapshot: Snapshot) -> None:
        with snapshot.connect() as connection:
            frame = connection.execute(
                "SELECT l.*, d.* EXCLUDE (letter_key) FROM letters l JOIN decisions d USING (letter_key) WHERE NOT superseded"
            ).df()
            cited = connection.execute("SELECT * FROM citations").df()
        self._cited = dict(iter(cited.groupby(["letter_key", "ordinal", "side"])))
        plain = {(item.letter, item.ordinal): item for item in plain_items(snapshot)}
        frame["held"] = [plain[key].held for key in zip(frame.letter_key, frame.ordinal, strict=True)]
        self.frame = frame
        self._rows = frame.to_dict("records")
        self._letters = {letter.key: letter for letter in plain_letters(snapshot)}

    def matches(self, node: Node) -> set[tuple[int, int]]:
        """Letter and item of every row for which the condition holds."""
        met = self._met(node)
        return set(zip(self.frame.letter_key[met], self.frame.ordinal[met], strict=True))

    def _met(self, node: Node) -> pd.Series[bool]:
        if isinstance(node, Group):
            met = pd.concat([self._met(part) for part in node.parts], axis=1)
            return met.all(axis=1) if node.joined == "and" else met.any(axis=1)
        return pd.Series([self._row(node, row) for row in self._rows], index=self.frame.index, dtype=bool)

    def _row(self, one: Test, row: dict[str, Any]) -> bool:
        if one.field == "words":
            tree = parse(one.values[0]).tree
            return tree is not None and holds(self._letters[row["letter_key"]], tree)
        if one.field == "outcome":
            return bool(row["outcome"] == one.values[0])
        if one.of.kind in ("keys", "value"):
            held = row["held"][one.field] if one.of.dimension else {_stated(row[COLUMNS[one.field]]) or NOT_STATED}
            return _keys(one, set(held) - {NOT_STATED})
        if one.of.kind == "text":
            return _texts(one, self._written(one, row))
        return _measured(one, _value(one.field, row))

    def _written(self, one: Test, row: dict[str, Any]) -> list[str]:
        """The texts of the field that the item, its letter or a side of it has."""
        if one.of.place != "cited":
            text = _stated(row[COLUMNS.get(one.field, one.field)])
            return [] if text is None else [text]
        rows = self._cited.get((row["letter_key"], row["ordinal"], one.of.side))
        if rows is None:
            return []
        if one.field.endswith("_section"):
            return [section for listed in rows.sections for section in listed]
        parts = vocabulary("mtus_parts")
        return [parts.label(name) if name in parts.terms else name for name in rows.document.dropna()]


def _stated(value: Any) -> Any:
    return None if pd.isna(value) else value


def _value(field: str, row: dict[str, Any]) -> Any:
    day: Callable[[str], date | None] = lambda name: None if pd.isna(row[name]) else row[name].date()  # noqa: E731
    if field in DAYS:
        return day(DAYS[field])
    if field in ("days_to_decision", "claim_days"):
        first, last = (
            ("application_date", "decision_date") if field == "days_to_decision" else ("injury_date", "ur_denial_date")
        )
        since, until = day(first), day(last)
        return None if since is None or until is None or until < since else (until - since) // timedelta(days=1)
    value = _stated(row[field]) if not pd.isna(row[field]) else None
    return None if value is None else float(value)


def _keys(one: Test, held: set[str]) -> bool:
    wanted = set(one.values)
    return {
        "is": bool(held & wanted),
        "any": bool(held & wanted),
        "not": not held & wanted,
        "none": not held & wanted,
        "all": wanted <= held,
        "only": wanted == held,
        "stated": bool(held),
        "missing": not held,
    }[one.operator]


def _texts(one: Test, texts: list[str]) -> bool:
    if not one.values:
        return bool(texts) == (one.operator == "stated")
    wanted = one.values[0].lower()
    found = [text.lower() for text in texts]
    return {
        "contains": any(wanted in text for text in found),
        "without": not any(wanted in text for text in found),
        "starts": any(text.startswith(wanted) for text in found),
        "is": wanted in found,
        "not": wanted not in found,
    }[one.operator]


def _measured(one: Test, value: Any) -> bool:
    if not one.values:
        return (value is not None) == (one.operator == "stated")
    if value is None:
        return False
    if one.operator == "year":
        return bool(value.year == int(one.values[0]))
    bounds: list[Any] = [date.fromisoformat(text) if one.of.kind == "date" else float(text) for text in one.values]
    return bool(
        {
            "is": value == bounds[0],
            "between": bounds[0] <= value <= bounds[-1],
            "before": value < bounds[0],
            "from": value >= bounds[0],
            "until": value <= bounds[0],
            "least": value >= bounds[0],
            "most": value <= bounds[0],
        }[one.operator]
    )


WORDS = ("knee", "scan OR mri", "NOT spine", '"bone scan"', "request:mri", "arthro*", "-- .")
TEXTS = (
    "mri",
    "MRI",
    "cm14",
    "CM16-0990",
    "pain",
    "low back",
    "a.b~c",
    'he said "no"',
    "“so”",
    "x and y",
    "(",
    "\\",
    "or none stated",
    "K",
)


@st.composite
def some_tests(draw: st.DrawFn, texts: Sequence[str] = TEXTS, wild: bool = True) -> Test:
    """A test on any field; `wild` ones name values that nobody knows and texts of any letters."""
    of = fields()[draw(st.sampled_from(list(fields())))]
    how = of.operators[draw(st.sampled_from(list(of.operators)))]
    odd = st.text(min_size=1, max_size=12).map(lambda text: " ".join(text.split())).filter(_sound)
    if of.kind == "date":
        values = (
            st.integers(2010, 2019).map(str)
            if how.takes == "year"
            else st.dates(date(2010, 1, 1), date(2019, 1, 1)).map(str)
        )
    elif of.kind == "number":
        values = st.integers(0, 120).map(str) | st.sampled_from(["0.5", "1.25", "400"])
    elif of.kind == "words":
        values = st.sampled_from(WORDS) | (odd if wild else st.nothing())
    elif of.kind == "text":
        values = st.sampled_from(list(texts)) | (odd if wild else st.nothing())
    else:
        known = list(of.labels) or ["early"]
        values = st.sampled_from(known) | (odd if wild and of.key != "outcome" else st.nothing())
    chosen = draw(st.lists(values, min_size=how.least, max_size=min(how.most, 4), unique=how.most > 2))
    if how.key == "between":
        chosen.sort(key=lambda text: float(text) if of.kind == "number" else text)
    return test(of.key, how.key, *chosen)


def _sound(text: str) -> bool:
    return bool(text) and text != NOT_STATED and not any("\ud800" <= sign <= "\udfff" for sign in text)


def some_conditions(wild: bool = True, texts: Sequence[str] = TEXTS) -> st.SearchStrategy[Node]:
    """Trees of conditions, up to four groups deep."""

    def wider(parts: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        return st.builds(grouped, st.sampled_from(["and", "or"]), st.lists(parts, min_size=2, max_size=3)).filter(
            lambda node: node is not None
        )

    leaves: st.SearchStrategy[Node] = some_tests(texts, wild)
    two = wider(leaves) | leaves
    three = wider(two) | two
    return (three | wider(three)).filter(lambda node: sum(1 for _ in tests(node)) <= MOST_TESTS)
