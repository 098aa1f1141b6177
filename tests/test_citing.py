"""Rates by citation against a slow, obvious count over the record tables, and the labels of what is cited."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.citing import SIDES, citation_label
from data.filters import Choice, Filters
from data.queries import Reader
from data.schema import NOT_STATED
from data.statistics import benjamini_hochberg, difference, overturn_rate, pooled_rho
from data.warehouse import Snapshot
from loaders.ingest import ingest
from loaders.verify import verify
from tests.builder import Item, raw_letter
from tests.plain import PlainItem, as_units, by_letter, cross_sums, matches, some_filters, sums

Cited = dict[tuple[int, int], set[tuple[str, str, str, str]]]


@pytest.fixture(scope="module")
def cited(sample_warehouse: Snapshot) -> Cited:
    """Side, source, document and section of every citation, by letter and item."""
    found: Cited = defaultdict(set)
    with sample_warehouse.connect() as connection:
        for letter, ordinal, side, source, document, sections in connection.execute(
            "SELECT letter_key, ordinal, side, source, document, sections FROM citations"
        ).fetchall():
            for section in sections or [None]:
                found[letter, ordinal].add((side, source, document or NOT_STATED, section or NOT_STATED))
    return found


QUESTIONS = st.sampled_from(
    [
        ("source", None, None),
        ("document", None, None),
        ("document", "mtus", None),
        ("document", "odg", None),
        ("section", "mtus", "chronic_pain_medical_treatment"),
        ("section", None, None),
        ("section", "odg", NOT_STATED),
        ("source", "no_such_source", None),
    ]
)


@given(filters=some_filters(), side=st.sampled_from(["admin", "reviewer"]), question=QUESTIONS)
@settings(max_examples=150, deadline=None)
def test_rates_by_citation(
    filters: Filters,
    side: str,
    question: tuple[str, str | None, str | None],
    items: list[PlainItem],
    cited: Cited,
    connection: duckdb.DuckDBPyConnection,
    sample_warehouse: Snapshot,
) -> None:
    level, source, document = question
    place = {"source": 1, "document": 2, "section": 3}[level]
    chosen = [item for item in items if matches(item, filters)]
    held = {
        (item.letter, item.ordinal): {
            one[place]
            for one in cited[item.letter, item.ordinal]
            if one[0] == SIDES[side] and source in (None, one[1]) and document in (None, one[2])  # type: ignore[index]
        }
        for item in chosen
    }
    found = Reader(connection, sample_warehouse, filters).by_citation(side, level, source, document, 1000)  # type: ignore[arg-type]
    assert {group.key for group in found} == {key for keys in held.values() for key in keys}
    assert [(-group.rate.n, group.key) for group in found] == sorted((-group.rate.n, group.key) for group in found)
    whole = pooled_rho(sums(by_letter(items)))
    rho = 0.0 if filters.unit == "letter" or not chosen else pooled_rho(sums(by_letter(chosen)), otherwise=whole)
    for group in found:
        inside, outside = (
            as_units(
                by_letter(item for item in chosen if (group.key in held[item.letter, item.ordinal]) is within),
                filters.unit,
            )
            for within in (True, False)
        )
        expected = overturn_rate(sums(inside), rho)
        assert (group.rate.n, group.rate.y, group.rate.letters) == (expected.n, expected.y, expected.letters)
        assert (group.rate.low, group.rate.high) == pytest.approx((expected.low, expected.high))
        if not outside:
            assert group.versus_rest is None
            continue
        against = difference(sums(inside), sums(outside), cross_sums(inside, outside), rho)
        assert group.versus_rest
        assert (group.versus_rest.d, group.versus_rest.variance) == pytest.approx((against.d, against.variance))
        assert group.versus_rest.p_value == pytest.approx(against.p_value)
    assert [group.stands_out for group in found] == benjamini_hochberg(
        [group.versus_rest.p_value if group.versus_rest else None for group in found]
    )


def test_the_most_named_are_kept(connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot) -> None:
    reader = Reader(connection, sample_warehouse, Filters())
    every = reader.by_citation("admin", "document")
    assert len(every) > 3
    assert [group.key for group in reader.by_citation("admin", "document", most=3)] == [g.key for g in every[:3]]


def test_the_cited_sources_are_the_dimension_without_none(
    connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    for unit in ("item", "letter"):
        reader = Reader(connection, sample_warehouse, replace(Filters(), unit=unit))
        for side in ("admin", "reviewer"):
            groups = {group.key: group for group in reader.by(side) if group.key not in ("none", NOT_STATED)}
            found = {group.key: group for group in reader.by_citation(side, "source")}  # type: ignore[arg-type]
            assert {key: (g.label, g.rate, g.versus_rest) for key, g in found.items()} == {
                key: (g.label, g.rate, g.versus_rest) for key, g in groups.items()
            }


def test_sections_of_one_modality(connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot) -> None:
    reader = Reader(connection, sample_warehouse, Filters().choose("modality", Choice(("mri",))))
    documents = reader.by_citation("reviewer", "document", "mtus")
    sections = reader.by_citation("reviewer", "section", "mtus", documents[0].key)
    assert documents and sections
    assert max(group.rate.n for group in sections) <= documents[0].rate.n <= reader.headline().decisions


def test_labels() -> None:
    assert citation_label("source", "odg") == "ODG"
    assert citation_label("document", "general_approaches") == "General Approaches"
    assert citation_label("document", "Low Back Chapter") == "Low Back Chapter"
    assert citation_label("section", "general_approaches") == "general_approaches"
    assert citation_label("section", NOT_STATED) == "No section named"


def test_verify_tells_of_cited_rows_that_are_wrong_also_after_a_second_load(tmp_path: Path) -> None:
    for name, wording in (("one", "Knee Complaints 2004"), ("two", "Chronic Pain Medical Treatment Guidelines 2009")):
        (tmp_path / name).mkdir()
        text = raw_letter(Item(f"MRI of the {name} knee", admin=f"Decision based on MTUS {wording}."))
        (tmp_path / name / "letter.txt").write_text(text)
        found = ingest([tmp_path / name], tmp_path / "warehouse").snapshot
    assert found
    assert verify(tmp_path / "warehouse").wrong == []
    with found.connect() as connection:
        rows = connection.execute("SELECT item, source, document FROM cited WHERE side = 'claims_administrator'")
        assert sorted(rows.fetchall()) == [
            (0, "mtus", rows_document(connection, 0)),
            (1, "mtus", rows_document(connection, 1)),
        ]
    with duckdb.connect(str(found.database)) as connection:
        connection.execute("UPDATE cited SET item = 1 - item")
    assert any("cited differs" in line for line in verify(tmp_path / "warehouse").wrong)


def rows_document(connection: duckdb.DuckDBPyConnection, item: int) -> str:
    """The document that the administrator cites for the item in this row of `facts`."""
    ((document,),) = connection.execute(
        "SELECT document FROM citations JOIN (SELECT letter_key FROM facts WHERE rowid = ?) USING (letter_key) "
        "WHERE side = 'claims_administrator'",
        [item],
    ).fetchall()
    return str(document)
