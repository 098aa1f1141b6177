"""Conditions joined by AND and OR: sentence, link and filter lead back to each other, and find what pandas finds."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings

from data.condition_fields import fields
from data.condition_links import from_link, to_link
from data.condition_words import from_sentence, sentence
from data.conditions import Node, test, tests
from data.filters import Filters, from_query, to_query
from data.queries import Reader
from data.segments import segment_from, segment_text
from data.warehouse import Snapshot
from loaders.ingest import ingest
from loaders.synthetic.corpus import synthesize
from tests.plain_conditions import PlainConditions, some_conditions

SPECT = test("modality", "is", "spect")
SPINE = test("body", "is", "neck")
OVERTURNED = test("outcome", "is", "overturned")


@given(some_conditions())
@settings(max_examples=400, deadline=None)
def test_filter_link_and_sentence_lead_back_to_each_other(node: Node) -> None:
    assert from_link(to_link(node)) == node
    assert from_sentence(sentence(node)) == node
    filters = Filters(condition=node)
    carried = dict(parse_qsl(urlencode(to_query(filters))))
    assert from_query(carried) == filters
    assert segment_from(segment_text(filters), Filters()) == filters


@given(some_conditions())
@settings(max_examples=200, deadline=None)
def test_a_sentence_names_every_field_and_value(node: Node) -> None:
    said = sentence(node).replace("\\", "")
    for one in tests(node):
        assert one.of.label in said and one.how.words in said
        for value in one.values:
            assert one.of.said(one.how, value).replace("\\", "") in said
        assert ("or none stated" in said) or not one.how.negative or one.of.always


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A warehouse of synthetic letters, which cite, date and vary more than the samples do."""
    folder = tmp_path_factory.mktemp("conditions")
    synthesize(folder / "letters.jsonl", 80, seed=17, kind="records")
    snapshot = ingest([folder / "letters.jsonl"], folder / "warehouse", demonstration=True).snapshot
    assert snapshot is not None
    return snapshot


@pytest.fixture(scope="module", params=["samples", "synthetic"])
def asked(
    request: pytest.FixtureRequest, sample_warehouse: Snapshot, made_up: Snapshot
) -> Iterator[tuple[Snapshot, duckdb.DuckDBPyConnection, PlainConditions]]:
    """A snapshot, a connection to it, and its items in pandas."""
    snapshot = sample_warehouse if request.param == "samples" else made_up
    with snapshot.connect() as connection:
        yield snapshot, connection, PlainConditions(snapshot)


def found(asked: tuple[Snapshot, duckdb.DuckDBPyConnection, PlainConditions], filters: Filters) -> set[tuple[int, int]]:
    snapshot, connection, _ = asked
    rows = Reader(connection, snapshot, filters).decisions(1000)
    return {(row["letter_key"], row["ordinal"]) for row in rows}


@given(node=some_conditions(wild=False))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_are_those_that_pandas_finds(
    node: Node, asked: tuple[Snapshot, duckdb.DuckDBPyConnection, PlainConditions]
) -> None:
    assert found(asked, from_query(to_query(Filters(condition=node)))) == asked[2].matches(node)


@pytest.mark.parametrize("key", list(fields()))
def test_every_operator_of_every_field_finds_what_pandas_finds(
    key: str, asked: tuple[Snapshot, duckdb.DuckDBPyConnection, PlainConditions]
) -> None:
    of, plain = fields()[key], asked[2]
    for how in of.operators.values():
        for values in _values(key, how.least):
            node = test(key, how.key, *values)
            assert found(asked, Filters(condition=node)) == plain.matches(node), sentence(node)


def _values(key: str, least: int) -> list[tuple[str, ...]]:
    of = fields()[key]
    if not least:
        return [()]
    if of.kind == "date":
        return [("2014-01-01", "2016-06-30")] if least == 2 else []
    if of.kind == "number":
        return [("10", "50")] if least == 2 else [("45",), ("1",)]
    if of.kind == "text":
        return [("mri",), ("CM",), ("chronic pain",), ("no such text",)]
    if of.kind == "words":
        return [("knee",), ("NOT knee",), ("request:mri OR spect",)]
    return [(value,) for value in [*of.labels][:8]]
