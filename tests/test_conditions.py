"""Conditions joined by AND and OR: sentence, link and filter lead back to each other, and find what pandas finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.condition_draft import Box, Row, draft_of
from data.condition_fields import ConditionError, fields
from data.condition_links import LONGEST_LINK, from_link, in_link, to_link
from data.condition_sql import _elsewhere, apart, condition_sql
from data.condition_turn import turned
from data.condition_words import from_sentence, sentence
from data.conditions import DEEPEST, MOST_TESTS, Group, Node, depth, grouped, only_outcome, test, tests
from data.filters import Filters, from_query, one_value, to_query, where
from data.queries import Reader
from data.segments import segment_from, segment_text
from data.sentences import answer, chips, filter_text, notices
from data.warehouse import Snapshot
from loaders.difference import diff
from loaders.ingest import ingest
from loaders.synthetic.corpus import synthesize
from tests.plain import some_filters
from tests.plain_conditions import PlainConditions, some_conditions

SPECT = test("modality", "is", "spect")
NECK = test("body", "is", "neck")
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


@given(filters=some_filters(words=("", "knee")), node=st.none() | some_conditions(wild=False))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_filter_turned_into_conditions_lets_in_the_same_items(
    filters: Filters, node: Node | None, asked: tuple[Snapshot, duckdb.DuckDBPyConnection, PlainConditions]
) -> None:
    filters = replace(filters, condition=node)
    try:
        other = turned(filters)
    except ConditionError:
        return
    if other is None:
        assert not found(asked, filters)
        return
    assert other == replace(filters.cleared(), condition=other.condition)
    assert found(asked, other) == found(asked, filters)
    assert turned(other) == other


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("modality.is.spect", "Imaging modality is SPECT"),
        ("modality.not.spect", "Imaging modality is not SPECT, or none stated"),
        ("modality.any.spect.ct", "Imaging modality is any of SPECT, CT"),
        ("modality.only.dexa", "Imaging modality is only “DEXA (bone density)”"),
        ("body.missing", "Body part is missing"),
        ("outcome.is.overturned", "Outcome is overturned"),
        ("decided.between.2015-01-01.2016-03-31", "Decision date is between 1 Jan 2015 and 31 Mar 2016"),
        ("denied.from.2016-02-29", "UR denial date is on or after 29 Feb 2016"),
        ("injured.year.2012", "Injury date is in the year 2012"),
        ("worker_age.between.40.49", "Worker age is between 40 and 49"),
        ("quantity.least.0~.5", "Quantity is at least 0.5"),
        ("decisive.without.a~.b~-c", "Decisive sentence does not contain “a.b~c”, or none stated"),
        ("request.not.x", "Request is not “x”"),
        ("file.not.x", "File is not “x”"),
        ('words.match.spine NOT "bone scan"', 'Words of the letter match “spine NOT "bone scan"”'),
        ("modality.is.spect~and~body.is.knee", "Imaging modality is SPECT and Body part is Knee"),
        (
            "modality.is.spect~~and~~body.is.knee~or~outcome.is.overturned",
            "Imaging modality is SPECT and (Body part is Knee or Outcome is overturned)",
        ),
        (
            "modality.is.spect~and~body.is.knee~~or~~outcome.is.overturned",
            "(Imaging modality is SPECT and Body part is Knee) or Outcome is overturned",
        ),
        ("modality.any.warp.ct", "Imaging modality is any of the unknown value “warp”, CT"),
        ("collection.is.a, b and c", "Collection is “a, b and c”"),
    ],
)
def test_links_and_their_sentences(link: str, said: str) -> None:
    node = from_link(link)
    assert sentence(node) == said
    assert to_link(node) == link
    assert from_sentence(said) == node


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            "imaging modality is any of spect, ct and (body part is Face, nose and jaw or outcome is Overturned).",
            "Imaging modality is any of SPECT, CT and (Body part is “Face, nose and jaw” or Outcome is overturned)",
        ),
        ('Request contains "MRI of the knee"  AND Worker age is at least 050', "Request contains “MRI of the knee” and Worker age is at least 50"),
        ("Decision date is before 2016-12-09", "Decision date is before 9 Dec 2016"),
        ("Decision date is before December 9 2016", "Decision date is before 9 Dec 2016"),
        ("((Body part is knee))", "Body part is Knee"),
        ("Body part is not knee", "Body part is not Knee, or none stated"),
        ("Body part is knee and (Outcome is upheld and Worker sex is female)", "Body part is Knee and Outcome is upheld and Worker sex is female"),
        (r'Request contains "say \"no\" \\ now"', "Request contains “say \"no\" \\\\ now”"),
    ],
)  # fmt: skip
def test_sentences_that_people_type(typed: str, said: str) -> None:
    assert sentence(from_sentence(typed)) == said


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "no field begins so"),
        ("Imaging modalty is CT", "is Imaging modality meant?"),
        ("Body part is kne", "is Knee meant?"),
        ("Body part holds knee", "after Body part comes one of: is, is not"),
        ("Body part is", "wants a value"),
        ("Body part is knee and Outcome is upheld or Worker age is 3", "brackets have to say"),
        ("(Body part is knee", "a closing bracket is missing"),
        ("Body part is knee) and Outcome is upheld", "this was not understood"),
        ('Request contains "knee', "has no partner"),
        ("Worker age is between 3", "takes two values"),
        ("Worker age is between 30 and 20", "has to be the greater one"),
        ("Worker age is old", "is no number"),
        ("Decision date is before 31 Feb 2016", "is no date"),
        ("Decision date is in the year 16", "is no year"),
        ("(" * 200 + "Body part is knee" + ")" * 200, "more brackets"),
        (" and ".join(["Body part is knee"] * 41), "At most 40 conditions"),
        ("x" * 30_000, "at most 20,000 characters"),
    ],
)
def test_sentences_that_cannot_be_read_say_why(typed: str, why: str) -> None:
    with pytest.raises(ConditionError, match=why.replace("?", r"\?")):
        from_sentence(typed)


UNREADABLE = (
    *("nonsense", "modality", "modality.is", "modality.is.", "modality.near.ct", "moon.is.full", "modality.is.ct.mri"),
    *("modality.any.not_stated", "decided.before.2016", "decided.between.2017-01-01.2016-01-01", "worker_age.is.-3"),
    *(
        "worker_age.least.1e3",
        "outcome.is.maybe~",
        "~and~",
        "body.is.knee~and~",
        "body.is.knee~nor~body.is.neck",
        "..",
        "~",
    ),
    *(
        "body.is.knee~and~body.is.neck~or~body.is.foot",
        "words.match.",
        "body.missing.knee",
        "\ud800",
        "request.is.\ud800",
    ),
    *("~and~".join(["body.is.knee"] * (MOST_TESTS + 1)), "request.contains." + "x" * LONGEST_LINK, "~" * 3999),
)


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_cannot_be_read_matches_nothing_and_is_named(
    text: str, asked: tuple[Snapshot, duckdb.DuckDBPyConnection, PlainConditions]
) -> None:
    filters = from_query({"where": text})
    assert filters.unreadable == (("where", text),) and filters.condition is None
    (said,) = notices(filters)
    assert "cannot be read" in said and len(said) < 600
    assert to_query(filters) == {"where": text}
    assert not found(asked, filters)


@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from([*UNREADABLE[:20], "~and~", "~~or~~", ".", "body.is.knee"])).map("".join)
)
@settings(max_examples=400, deadline=None)
def test_hostile_conditions_never_raise_and_settle(text: str) -> None:
    filters = from_query({"where": text})
    assert from_query(to_query(filters)) == filters
    assert all(isinstance(one, str) for one in notices(filters))
    try:
        assert from_sentence(sentence(from_sentence(text))) == from_sentence(text)
    except ConditionError as error:
        assert str(error).endswith((".", "?"))


def test_values_are_bound_and_never_pasted() -> None:
    evil = "x'; DROP TABLE facts; --"
    for of in fields().values():
        for how in of.operators.values():
            if of.kind in ("keys", "value", "text") and how.most:
                one = test(of.key, how.key, evil)
                for sql, values in (condition_sql(one, {}, {one: b"\0"}), *([_elsewhere(one)] if apart(one) else [])):
                    assert "DROP" not in sql and sql.count("?") == len(values)


def test_unknown_values_match_no_decision_and_are_named(
    asked: tuple[Snapshot, duckdb.DuckDBPyConnection, PlainConditions],
) -> None:
    filters = from_query({"where": "modality.any.warp~and~form.is.F9"})
    assert not filters.unreadable and not found(asked, filters)
    assert [("'warp'" in said, "'F9'" in said) for said in notices(filters)] == [(True, False), (False, True)]
    assert notices(from_query({"where": "words.match.-- ~."}))[0].startswith("There is no word")


def test_a_condition_stands_beside_every_other_part_of_the_filter() -> None:
    filters = from_query({"where": "modality.is.ct~and~worker_age.least.50", "body": "knee", "unit": "letter"})
    assert filters.active and not filters.cleared().active
    assert filter_text(filters) == "Knee; Imaging modality is CT and Worker age is at least 50"
    *_, chip = chips(filters)
    assert chip.without == from_query({"body": "knee", "unit": "letter"})
    assert "AND" in where(filters, {}, ignoring="modality", items={filters.condition: b"\0"})[0]  # no chart ignores it
    assert one_value("where", ["body.is.knee~or~body.is.neck", "outcome.is.upheld", "outcome.is.upheld"]) == (
        "body.is.knee~or~body.is.neck~~and~~outcome.is.upheld"
    )


@pytest.mark.parametrize(
    ("link", "outcome"),
    [
        ("outcome.is.overturned", "overturned"),
        ("outcome.is.upheld~and~body.is.knee", "upheld"),
        ("outcome.is.overturned~or~body.is.knee", None),
        ("outcome.is.overturned~and~body.is.knee~~or~~outcome.is.overturned~and~body.is.neck", "overturned"),
        ("outcome.is.overturned~and~outcome.is.upheld", None),
        ("body.is.knee", None),
    ],
)
def test_a_condition_may_leave_one_outcome_alone(link: str, outcome: str | None) -> None:
    assert only_outcome(from_link(link)) == outcome
    assert from_query({"where": link}).one_outcome == outcome


def test_a_rate_that_a_condition_chose_by_outcome_is_compared_with_nothing(
    connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    chosen, plain = (
        from_query({"where": "admin.is.mtus~or~outcome.is.overturned"}),
        from_query({"where": "admin.is.mtus"}),
    )
    said = {}
    for filters in (chosen, plain):
        reader = Reader(connection, sample_warehouse, filters)
        said[filters] = answer(reader.headline(), filters, *reader.against_rest())
    assert "all other" in said[plain]
    assert "all other" not in said[chosen]
    assert " % (" in said[chosen].replace("\xa0", " ")


def test_a_tree_has_one_form_and_its_limits() -> None:
    assert grouped("and", []) is None and grouped("or", [None, SPECT]) == SPECT
    assert grouped("and", [SPECT, grouped("and", [NECK, OVERTURNED])]) == Group("and", (SPECT, NECK, OVERTURNED))
    for parts in ((SPECT,), (SPECT, Group("and", (NECK, OVERTURNED)))):
        with pytest.raises(ValueError, match="no group"):
            Group("and", parts)
    deep: Node = SPECT
    for place in range(DEEPEST):
        deep = Group("and" if place % 2 else "or", (deep, NECK))
    assert depth(deep) == DEEPEST and from_link(in_link(deep)) == deep
    with pytest.raises(ConditionError, match="deep"):
        in_link(Group("or" if deep.joined == "and" else "and", (deep, NECK)))
    with pytest.raises(ConditionError, match="4,000 are the most"):
        in_link(Group("or", tuple(test("request", "contains", f"{place}{'x' * 480}") for place in range(9))))


def test_labels_of_fields_and_of_their_values_are_told_apart() -> None:
    names = [one.label.casefold() for one in fields().values()]
    assert len(set(names)) == len(names)
    for one in fields().values():
        labels = [label.casefold() for label in one.labels.values()]
        assert len(set(labels)) == len(labels)
        for label in labels:
            rest = [label[len(other) :] for other in labels if other != label and label.startswith(other)]
            assert not any(more.startswith((f" and {name} ", f" or {name} ")) for more in rest for name in names)


@pytest.mark.parametrize(
    "query",
    [
        {"modality": "mri,ct,xray", "date": "2014..2016"},
        {"reviewer": "!mtus", "without": "ancillary", "unit": "letter"},
        {"words": "knee OR spine", "admin": "mtus,not_stated"},
    ],
)
def test_every_question_answers_the_same_whichever_way_a_filter_is_said(
    query: dict[str, str], asked: tuple[Snapshot, duckdb.DuckDBPyConnection, PlainConditions]
) -> None:
    snapshot, connection, _ = asked
    filters = from_query(query)
    other = turned(filters)
    assert other and other.condition
    one, two = (Reader(connection, snapshot, each) for each in (filters, other))
    beside = from_query({"where": "worker_age.least.50~or~words.match.pain"})
    for ask in (
        lambda reader: reader.headline(),
        lambda reader: reader.rate_without("modified"),
        lambda reader: reader.against_rest(),
        lambda reader: reader.by("category"),
        lambda reader: reader.cross("specialty", "body"),
        lambda reader: reader.counts("specialty"),
        lambda reader: reader.by_citation("admin", "document"),
        lambda reader: reader.trend(),
        lambda reader: reader.compared(beside),
        lambda reader: reader.compared(None),
        lambda reader: reader.under(beside).compared(reader.filters),
        lambda reader: reader.standardised("specialty_group"),
        lambda reader: reader.grounds(),
        lambda reader: reader.fix_list(),
        lambda reader: reader.decisions(20, 5, "oldest"),
    ):
        assert ask(one) == ask(two)
    rows = two.decisions(1000)
    if rows:
        assert two.neighbours(rows[0]["letter_id"]) == one.neighbours(rows[0]["letter_id"])


def test_the_best_match_first_under_conditions(sample_warehouse: Snapshot) -> None:
    filters = from_query({"words": "knee OR spine", "where": "worker_age.stated~or~request.contains.mri"})
    with sample_warehouse.connect() as connection:
        reader = Reader(connection, sample_warehouse, filters)
        rows, dated = reader.decisions(1000, 0, "relevance"), reader.decisions(1000)
        assert rows and sorted(map(repr, rows)) == sorted(map(repr, dated))
        assert reader.neighbours(rows[0]["letter_id"], "relevance")


def test_a_draft_says_what_is_finished_and_nothing_else() -> None:
    node = from_link("modality.is.ct~~and~~body.is.knee~or~outcome.is.overturned")
    draft = draft_of(node)
    assert draft.finished() == node and not draft.unfinished()
    row = Row()
    draft.parts.append(row)
    assert draft.finished() == node and not draft.unfinished()
    row.choose_field("worker_age")
    row.choose_operator("between")
    row.values = ("50", "")
    assert draft.unfinished() == [row] and draft.finished() == node and not row.trouble()
    row.values = ("50", "40")
    assert "greater one" in row.trouble() and draft.finished() == node
    row.values = ("40", "50")
    assert draft.finished() == grouped("and", [node, test("worker_age", "between", "40", "50")])
    row.choose_operator("least")
    assert row.values == ("40",)
    box = next(part for part in draft.parts if isinstance(part, Box))
    knee, outcome = box.rows()
    assert draft.beside(knee.number) == from_link("modality.is.ct~and~worker_age.least.40")
    draft.to_top(outcome.number)
    assert draft.finished() == from_link(
        "outcome.is.overturned~and~modality.is.ct~and~body.is.knee~and~worker_age.least.40"
    )
    draft.remove(knee.number)
    assert list(draft.boxes()) == [draft], "a group that is left empty goes, too"
    draft.joined = "or"
    assert draft.beside(row.number) is None
    assert draft_of(None).finished() is None and draft_of(node.parts[0]).finished() == node.parts[0]


@given(some_conditions())
@settings(max_examples=100, deadline=None)
def test_a_draft_of_a_condition_says_it(node: Node) -> None:
    assert draft_of(node).finished() == node


def test_two_snapshots_are_compared_under_conditions(sample_warehouse: Snapshot) -> None:
    filters = from_query({"where": "words.match.knee~and~worker_age.stated"})
    with sample_warehouse.connect() as connection:
        held = Reader(connection, sample_warehouse, filters).how_many()
    rate = diff(sample_warehouse, sample_warehouse, filters).steps[0].new
    assert held and rate.n == held
