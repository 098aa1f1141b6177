"""The twenty questions of `docs/questions.md`: what the product answers to each is what plain SQL over the tables says.

The link of a question goes through the address, the filter and the reader as on its page. The SQL knows nothing of masks,
facts or filters: it joins letters and decisions, and counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import duckdb
import pytest

from data.cost import costs
from data.filters import from_query, one_value
from data.outlook import request_of
from data.queries import Reader
from data.reasons import usable_reasons
from data.segments import segment_from
from data.sql_examples import examples
from data.sqlrun import Question, run
from data.warehouse import Snapshot
from pages.parts import navigation
from tests.conftest import ROOT
from tests.plain import PlainItem

GUIDE = ROOT / "docs" / "questions.md"
ITEMS = "(FROM decisions JOIN letters USING (letter_key) WHERE NOT superseded)"
COUNTS = "SELECT count(*), count(*) FILTER (outcome = 'overturned'), count(DISTINCT letter_key)"
GROUPED = f"{COUNTS}, {{0}} AS key FROM {ITEMS} WHERE {{1}} GROUP BY key"
MRI = "list_contains(imaging_modalities, 'mri')"
PROFILE = """CASE WHEN len(admin_sources) = 0 THEN 'not_stated' WHEN admin_sources = ['none'] THEN 'none'
    WHEN admin_sources = ['mtus'] THEN 'mtus_only' WHEN list_contains(admin_sources, 'mtus') THEN 'mtus_and_other'
    ELSE 'other_only' END"""
CLAIM_AGE = """CASE WHEN ur_denial_date - injury_date < 0 OR (ur_denial_date - injury_date) IS NULL THEN 'not_stated'
    WHEN ur_denial_date - injury_date <= 30 THEN 'up_to_30' WHEN ur_denial_date - injury_date <= 90 THEN '31_to_90'
    WHEN ur_denial_date - injury_date <= 365 THEN '91_to_365' ELSE 'over_a_year' END"""
DAYS = """CASE WHEN decision_date - application_date < 0 OR (decision_date - application_date) IS NULL THEN 'not_stated'
    WHEN decision_date - application_date <= 30 THEN 'up_to_30' WHEN decision_date - application_date <= 45 THEN '31_to_45'
    WHEN decision_date - application_date <= 90 THEN '46_to_90' WHEN decision_date - application_date <= 180 THEN '91_to_180'
    ELSE 'over_180' END"""
LICENCE = """CASE WHEN len(state_keys) = 0 THEN 'not_stated' WHEN NOT list_contains(state_keys, 'california') THEN 'other_only'
    WHEN len(state_keys) = 1 THEN 'california_only' ELSE 'california_and_other' END"""
MODIFIED = "CASE WHEN list_contains(flags, 'modified_request') THEN 'yes' ELSE 'no' END"
DRUG = "CASE WHEN category = 'pharmaceuticals' THEN coalesce(subcategory, 'not_stated') ELSE 'not_stated' END"
QUARTER = "coalesce(strftime(date_trunc('quarter', decision_date), '%Y-%m-%d'), 'not_stated')"

Figures = tuple[int, int, int]


@dataclass(frozen=True)
class Asked:
    """A question: its link as the guide has it, what the product answers, and the SQL that says the same."""

    link: str
    answer: Callable[[Reader], Any]
    sql: str
    read: Callable[[list[tuple[Any, ...]]], Any]

    @property
    def page(self) -> str:
        return self.link.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        found = parse_qs(self.link.partition("?")[2])
        return {name: one_value(name, values) for name, values in found.items()}


def whole(reader: Reader) -> Figures:
    head = reader.headline()
    return head.decisions, head.rate.y, head.letters


def groups(name: str) -> Callable[[Reader], dict[str, Figures]]:
    return lambda reader: {one.key: (one.rate.n, one.rate.y, one.rate.letters) for one in reader.by(name)}


def pairs(rows: str, columns: str) -> Callable[[Reader], dict[Any, Figures]]:
    return lambda reader: {key: (one.n, one.y, one.letters) for key, one in reader.cross(rows, columns).items()}


def first(rows: list[tuple[Any, ...]]) -> Any:
    return rows[0]


def keyed(rows: list[tuple[Any, ...]]) -> dict[Any, Figures]:
    """Rows of `COUNTS` and a key, or two; a list of keys counts under each, an empty one as not stated."""
    found: dict[Any, Figures] = {}
    for n, y, letters, *key in rows:
        found[key[0] if len(key) == 1 else tuple(key)] = (n, y, letters)
    return found


def listed(column: str) -> str:
    return f"unnest(CASE WHEN len({column}) = 0 THEN ['not_stated'] ELSE {column} END)"


def of(condition: str) -> str:
    return f"{COUNTS} FROM {ITEMS} WHERE {condition}"


def threshold(reader: Reader) -> float:
    """Below which cost approving an MRI is cheaper at a fee of $345, by the rate of the outlook."""
    asked = reader.under(request_of(reader.filters, reader.bounds()[1]))
    rate = asked.outlook().steps[0].rate
    return round(costs(345, 1000, 1 - rate.y / rate.n).threshold, 6)


def grounds(reader: Reader) -> dict[str, int]:
    return {fix.key: fix.overturned for fix in reader.fix_list() if fix.kind == "reason"}


def compared(reader: Reader) -> tuple[Figures, Figures]:
    found = reader.compared(segment_from("admin_profile=other_only", reader.filters))
    a, b = found.a, found.b
    return (a.decisions, a.rate.y, a.letters), (b.decisions, b.rate.y, b.letters)


USABLE = ", ".join(f"'{key}'" for key in sorted(usable_reasons()))
BACK = f"{MRI} AND list_contains(body_parts, 'low_back')"
QUESTIONS = [
    Asked("imaging?body=low_back&modality=mri", whole, of(BACK), first),
    Asked(
        "guidelines?body=low_back&modality=mri", groups("admin"), GROUPED.format(listed("admin_sources"), BACK), keyed
    ),
    Asked(
        "outlook?modality=mri",
        threshold,
        f"SELECT 345 / avg((outcome = 'upheld')::INT) FROM {ITEMS} WHERE {MRI} AND decision_date >= "
        "(SELECT date_trunc('month', max(decision_date)) - INTERVAL 35 MONTH FROM letters WHERE NOT superseded)",
        lambda rows: round(rows[0][0], 6),
    ),
    Asked("guidelines?admin=none", whole, of("admin_sources = ['none']"), first),
    Asked(
        "compare?admin_profile=mtus_only&b=admin_profile=other_only",
        compared,
        f"{GROUPED.format(PROFILE, 'true')} HAVING key IN ('mtus_only', 'other_only') ORDER BY key",
        lambda rows: (rows[0][:3], rows[1][:3]),
    ),
    Asked(
        "guidelines?outcome=overturned&side=reviewer",
        lambda reader: reader.counts("reviewer"),
        GROUPED.format(listed("reviewer_sources"), "outcome = 'overturned'"),
        lambda rows: {key: n for n, _, _, key in rows},
    ),
    Asked(
        "guidelines?sides=both",
        pairs("admin", "reviewer"),
        f"{COUNTS}, a, r FROM (SELECT *, {listed('admin_sources')} AS a FROM {ITEMS}), "
        "LATERAL (SELECT unnest(CASE WHEN len(reviewer_sources) = 0 THEN ['not_stated'] ELSE reviewer_sources END) AS r) GROUP BY a, r",
        keyed,
    ),
    Asked(
        "fixes",
        grounds,
        f"SELECT key, count(*) FROM (SELECT unnest(reasons) AS key FROM {ITEMS} WHERE outcome = 'overturned') "
        f"WHERE key IN ({USABLE}) GROUP BY key",
        dict,
    ),
    Asked(
        "explore?where=worker_age.least.50~~and~~body.is.shoulder~or~body.is.knee",
        whole,
        of("worker_age >= 50 AND list_has_any(body_parts, ['shoulder', 'knee'])"),
        first,
    ),
    Asked(
        "letters?outcome=overturned&subcategory=rehabilitation_pt_ot",
        whole,
        of("outcome = 'overturned' AND subcategory = 'rehabilitation_pt_ot'"),
        first,
    ),
    Asked(
        "explore?view-columns=none&view-measure=decisions&view-rows=year",
        groups("year"),
        GROUPED.format("coalesce(year(decision_date) || '-01-01', 'not_stated')", "true"),
        keyed,
    ),
    Asked(
        "explore?view-columns=none&view-rows=decision_days",
        groups("decision_days"),
        GROUPED.format(DAYS, "true"),
        keyed,
    ),
    Asked("overview", groups("category"), GROUPED.format("coalesce(category, 'not_stated')", "true"), keyed),
    Asked(
        "explore?view-columns=none&view-measure=whole&view-rows=admin",
        groups("admin"),
        GROUPED.format(listed("admin_sources"), "true"),
        keyed,
    ),
    Asked(
        "explore?category=pharmaceuticals&view-columns=quarter&view-rows=drug_class",
        pairs("drug_class", "quarter"),
        f"{COUNTS}, {DRUG} AS a, {QUARTER} AS b FROM {ITEMS} WHERE category = 'pharmaceuticals' GROUP BY a, b",
        keyed,
    ),
    Asked(
        "explore?view-columns=modified&view-rows=claim_age",
        pairs("claim_age", "modified"),
        f"{COUNTS}, {CLAIM_AGE} AS a, {MODIFIED} AS b FROM {ITEMS} GROUP BY a, b",
        keyed,
    ),
    Asked("specialties?view-by=licence", groups("licence"), GROUPED.format(LICENCE, "true"), keyed),
]
SEARCHES = {
    'letters?words="red flags"': lambda item: True,
    'letters?outcome=overturned&words="red flags"': lambda item: item.overturned,
}
SQL = "sql"


@pytest.mark.parametrize("asked", QUESTIONS, ids=[asked.link for asked in QUESTIONS])
def test_the_answer_is_that_of_plain_sql(
    asked: Asked, connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    filters = from_query(asked.query)
    assert not filters.unreadable
    expected = asked.read(connection.execute(asked.sql).fetchall())
    assert expected, "a question that the samples cannot answer shows nothing"
    assert asked.answer(Reader(connection, sample_warehouse, filters)) == expected


@pytest.mark.parametrize("link", SEARCHES)
def test_a_search_finds_what_reading_every_letter_finds(
    link: str, connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot, items: list[PlainItem]
) -> None:
    query = Asked(link, whole, "", first).query
    reader = Reader(connection, sample_warehouse, from_query(query))
    kept = [item for item in items if SEARCHES[link](item) and re.search(r"\bred\s+flags?\b", item.text)]
    assert kept
    assert whole(reader) == (len(kept), sum(item.overturned for item in kept), len({item.letter for item in kept}))


def test_the_query_on_cited_sections_gives_what_plain_sql_gives(
    connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    example = examples()["sections"]
    result = run(Question(sample_warehouse, example.sql, (("source", "text", "odg"),)))
    expected = connection.execute(
        f"SELECT document, section, count(*) AS n FROM (SELECT DISTINCT letter_key, ordinal, c.document, "
        "unnest(CASE WHEN len(c.sections) = 0 THEN [NULL] ELSE c.sections END) AS section FROM citations c "
        f"JOIN {ITEMS} i USING (letter_key, ordinal) WHERE c.side = 'reviewer' AND c.source = 'odg' AND outcome = 'overturned') "
        "GROUP BY document, section ORDER BY n DESC, document, section LIMIT 50"
    ).fetchall()
    assert expected
    assert [tuple(row.values()) for row in result.table.to_pylist()] == expected


def test_the_guide_asks_these_twenty_questions() -> None:
    links = re.findall(r"^`([^`]+)`$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(links) == 20
    assert sorted(links) == sorted([*(asked.link for asked in QUESTIONS), *SEARCHES, SQL])
    assert all(navigation.listed(link.partition("?")[0]) for link in links)
