"""Synthetic letters: the same bytes from the same seed, true to the published totals and to what was planted, and read exactly."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from data.categories import category_of
from data.errors import OverturnError
from data.imaging import imaging_in, requested_modalities
from data.record_schema import check_record
from data.statistics import Difference, Sums, difference, overturn_rate, pooled_rho
from loaders.__main__ import main
from loaders.evaluate import evaluate, read_all
from loaders.evaluate_items import evaluate_items
from loaders.evaluation import Evaluation
from loaders.ingest import ingest, records
from loaders.items import read_quantity, terms_in
from loaders.settle import letter_id, settle
from loaders.synthetic.corpus import synthesize
from loaders.synthetic.layout import SHAPES, lay_out
from loaders.synthetic.plan import MOST_LETTERS, case_number, plan
from loaders.synthetic.requests import fill
from loaders.synthetic.tables import by_year, some, tables
from loaders.synthetic.wording import write

SEED = 20


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_seed_gives_the_same_bytes_with_any_number_of_workers(tmp_path: Path) -> None:
    synthesize(tmp_path / "one", 1100, SEED)
    synthesize(tmp_path / "two", 1100, SEED, workers=2)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    synthesize(tmp_path / "other", 20, SEED + 1)
    small, whole = contents(tmp_path / "other"), contents(tmp_path / "one")
    assert not {name: text for name, text in small.items() if whole.get(name) == text and "letters/" in name}


@pytest.mark.parametrize("kind", ["text", "pdf"])
def test_a_letter_is_the_same_in_a_larger_corpus(tmp_path: Path, kind: str) -> None:
    for letters in (7, 31):
        synthesize(tmp_path / str(letters), letters, SEED, kind)  # type: ignore[arg-type]
    small, large = (contents(tmp_path / name / "letters") for name in ("7", "31"))
    assert len(small) == 7
    assert small.items() <= large.items()


def test_archives_and_records_are_the_same_every_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        synthesize(tmp_path / f"{name}.zip", 12, SEED)
        synthesize(tmp_path / f"{name}r.jsonl", 12, SEED, "records")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert (tmp_path / "oner.jsonl").read_bytes() == (tmp_path / "twor.jsonl").read_bytes()
    assert sum(1 for _ in records([tmp_path / "one.zip"], pytest.fail, lambda: None)) == 12


def test_case_numbers_are_unique() -> None:
    assert len({case_number(index, 2016) for index in range(0, MOST_LETTERS, 17)}) == len(range(0, MOST_LETTERS, 17))
    assert case_number(MOST_LETTERS - 1, 2009)[:5] == "CM09-"
    assert len(case_number(MOST_LETTERS - 1, 2016)) == len("CM16-0000000")


@pytest.mark.parametrize("kind", ["text", "pdf"])
def test_every_stated_value_is_read_as_it_was_planned(tmp_path: Path, kind: str) -> None:
    synthesize(tmp_path / "made", 300 if kind == "text" else 60, SEED, kind)  # type: ignore[arg-type]
    read, rejected = read_all([tmp_path / "made" / "letters"])
    assert not rejected
    letters = evaluate(tmp_path / "made", read)
    assert letters.exact, letters.lines()
    items = Evaluation()
    grounds = evaluate_items(tmp_path / "made", read, items)
    assert {miss.field for miss in items.misses} <= {"reasons"}, items.lines()
    assert grounds.right.total() > 0.6 * (grounds.right.total() + grounds.missed.total())
    assert {record["origin"] for record in read} == {"synthetic"}
    contradictions = [
        problem for record in read for problem in record["problems"] if problem["kind"] == "contradiction"
    ]
    assert len(contradictions) <= 0.01 * len(read)


def test_records_are_what_the_parser_reads(tmp_path: Path) -> None:
    synthesize(tmp_path / "made", 80, SEED)
    synthesize(tmp_path / "records.jsonl", 80, SEED, "records")
    read = {record["case_number"]: record for record in read_all([tmp_path / "made" / "letters"])[0]}
    for line in (tmp_path / "records.jsonl").read_text().splitlines():
        record = json.loads(line)
        assert record["letter_id"] == letter_id(record["text"])
        assert settle(record["text"]) == record["text"]
        _compare(check_record(record), read[record["case_number"]])


def _compare(record: dict, read: dict) -> None:  # type: ignore[type-arg]
    for key in ("letter_id", "origin", "form", "dates", "priority", "worker", "credentials"):
        assert record[key] == read[key], key
    for mine, theirs in zip(record["decisions"], read["decisions"], strict=True):
        for key in mine.keys() - {"imaging", "claims_administrator", "reviewer", "rationale", "reasons"}:
            assert mine[key] == theirs[key], (record["case_number"], key)
        spans = [(mine["rationale"]["span"], mine["rationale"]["text"])]
        for side in ("claims_administrator", "reviewer"):
            spans.append((mine[side]["span"], mine[side]["text"]))
            spans += [(citation["span"], citation["text"]) for citation in mine[side]["citations"]]
            cited = [[{**entry, "span": None} for entry in one[side]["citations"]] for one in (mine, theirs)]
            assert cited[0] == cited[1]
        for span, said in spans:
            assert record["text"][slice(*span)] == said
    for finding in record["findings"]:
        if finding["kind"] in ("case_number", "request", "decisive"):
            assert record["text"][slice(*finding["span"])] == finding["value"]
        if finding["kind"] in ("outcome", "priority"):
            assert record["text"][slice(*finding["span"])].lower() == finding["value"]


def test_records_load(tmp_path: Path) -> None:
    synthesize(tmp_path / "records.jsonl", 40, SEED, "records")
    summary = ingest([tmp_path / "records.jsonl"], tmp_path / "warehouse", demonstration=True)
    assert (summary.added, summary.rejected) == (40, [])


def test_all_shapes_hold_one_text() -> None:
    paragraphs = write(*plan(SEED, 4)).paragraphs
    assert len({letter_id(settle(lay_out(paragraphs, shape))) for shape in SHAPES}) == 1


WORDINGS = [(kind.key, number) for kind in tables().kinds.values() for number in range(len(kind.templates))]


@pytest.mark.parametrize(("key", "number"), WORDINGS)
def test_every_wording_is_read_as_its_kind(key: str, number: int) -> None:
    t = tables()
    kind = t.kinds[key]
    template = kind.templates[number]
    for region in kind.regions or t.regions:
        if template not in t.fitting(kind, region):
            continue
        other = "knee" if region != "knee" else "lumbar"
        for side in ("left", "bilateral"):
            request = fill(t, template, region, other, side, Random(number), modified=False)
            said, span = request.disputed, (0, len(request.disputed))
            found = category_of(said, *span)
            assert (found and found.category.subcategory) == kind.subcategory, said
            assert requested_modalities(study for study, _ in imaging_in(said)) == request.imaging, said
            assert terms_in("body_parts", said, span, "", 1)[0] == request.parts, said
            assert terms_in("laterality", said, span, "", 1)[0] == request.laterality, said
            quantity, _ = read_quantity(said, span)
            assert (quantity and (quantity.amount, quantity.unit)) == (
                None if request.quantity is None else (request.quantity, request.unit)
            ), said


# What is true of a corpus, on planned letters without their words
# ----------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """An item with what tests group by."""

    letter: int
    year: int
    denied: date
    category: str
    group: str
    cites: str
    spect: bool
    modified: bool
    texas: bool
    falls: bool
    probability: float
    overturned: bool


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return list(_rows(50_000))


def _rows(letters: int) -> Iterator[Row]:
    for index in range(letters):
        planned, _ = plan(SEED, index)
        for item in planned.items:
            yield Row(
                index,
                planned.dates["decision"].year,
                planned.dates["ur_denial"],
                item.kind.category,
                planned.reviewer.group,
                item.claims_profile,
                "spect" in item.request.imaging,
                "modified_request" in item.flags,
                "Texas" in planned.reviewer.states,
                "falls_with_surgery" in item.flags,
                item.probability,
                item.overturned,
            )


def test_years_follow_the_published_totals(rows: list[Row]) -> None:
    published = tables().published
    letters: dict[int, set[int]] = defaultdict(set)
    items: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        letters[row.year].add(row.letter)
        items[row.year].append(row)
    everything = sum(published["letters"].values())
    for key, count in published["letters"].items():
        year, share = int(key), count / everything
        number, decisions = len(letters[year]), len(items[year])
        assert number / 50_000 == pytest.approx(share, abs=4.5 * math.sqrt(share / 50_000))
        wanted = by_year(published["decisions_per_letter"], year)
        assert decisions / number == pytest.approx(wanted, abs=4.5 * 1.6 / math.sqrt(number))
        rate = published["overturned"][key]
        found = sum(row.overturned for row in items[year]) / decisions
        assert found == pytest.approx(rate, abs=0.001 + 4.5 * math.sqrt(1.8 * rate * (1 - rate) / decisions)), year
        for category, share in tables().category_shares(year).items():
            has = sum(row.category == category for row in items[year]) / decisions
            assert has == pytest.approx(share, abs=0.001 + 4.5 * math.sqrt(2 * share / decisions)), (year, category)


def test_delays_follow_the_published_days() -> None:
    waits: dict[int, list[int]] = defaultdict(list)
    for index in range(6000):
        dates = plan(SEED, index)[0].dates
        ordered = [dates[name] for name in ("injury", "ur_denial", "application_received", "assigned", "decision")]
        assert ordered == sorted(ordered)
        start = "application_received" if dates["decision"].year == 2014 else "assigned"
        waits[dates["decision"].year].append((dates["decision"] - dates[start]).days)
    mean = {year: sum(days) / len(days) for year, days in waits.items()}
    assert mean[2014] == pytest.approx(81, abs=3)
    assert mean[2015] == pytest.approx(52, abs=3)
    assert mean[2024] == pytest.approx(6.5 + tables().mixes["records_wait"], abs=2)


def test_forms_change_with_the_years() -> None:
    forms = defaultdict(set)
    for index in range(3000):
        planned, _ = plan(SEED, index)
        forms[planned.dates["decision"].year].add(planned.form)
        written = write(planned, Random(1)).paragraphs
        later = planned.dates["ur_denial"] >= date(2017, 12, 1)
        assert not (later and any("Complaints 2004" in paragraph for paragraph in written))
    assert forms[2014] >= {"F3"}
    assert forms[2016] == {"F4"} == forms[2025]


def odds_ratio(rows: list[Row], exposed: Callable[[Row], bool], stratum: Callable[[Row], object]) -> float:
    """The odds ratio of Mantel and Haenszel over strata."""
    cells: dict[object, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in rows:
        cells[stratum(row)][2 * (not exposed(row)) + (not row.overturned)] += 1
    upper = sum(a * d / (a + b + c + d) for a, b, c, d in cells.values())
    return upper / sum(b * c / (a + b + c + d) for a, b, c, d in cells.values())


def test_planted_effects_can_be_found_again(rows: list[Row]) -> None:
    standing = [row for row in rows if not row.falls]
    by_cell = lambda row: (row.category, row.year)  # noqa: E731
    within = {
        "orthopedic_reviewers": odds_ratio(standing, lambda row: row.group == "orthopedic", by_cell),
        "claims_cite_nothing": odds_ratio(standing, lambda row: row.cites == "none", by_cell),
        "modified": odds_ratio(standing, lambda row: row.modified, by_cell),
        "texas_null": odds_ratio(standing, lambda row: row.texas, by_cell),
        "mental_health_case_mix": odds_ratio(standing, lambda row: row.group == "mental_health", by_cell),
        "odg_alone_on_spect": odds_ratio(
            [row for row in standing if row.spect], lambda row: row.cites == "odg", lambda _: 0
        ),
    }
    planted = {effect["key"]: effect["odds"] for effect in tables().effects["planted"]}
    slack = {"odg_alone_on_spect": 2.2, "mental_health_case_mix": 1.35, "modified": 1.3}
    for key, found in within.items():
        wide = slack.get(key, 1.22)
        assert planted[key] / wide < found < planted[key] * wide, (key, found)


def test_a_group_stands_out_by_its_cases_alone(rows: list[Row]) -> None:
    crude = odds_ratio(rows, lambda row: row.group == "mental_health", lambda _: 0)
    assert crude > 1.4
    texas = odds_ratio(rows, lambda row: row.texas, lambda _: 0)
    assert 0.85 < texas < 1.18


def test_the_rate_of_denials_on_the_mtus_drifts_from_its_revision_on(rows: list[Row]) -> None:
    cites_mtus = lambda row: row.cites in ("mtus", "mtus_and")  # noqa: E731
    sure = [row for row in rows if row.cites != "none"]
    before = [row for row in sure if row.denied < date(2017, 12, 1)]
    after = [row for row in sure if row.denied >= date(2018, 6, 1)]
    early, late = (odds_ratio(part, cites_mtus, lambda row: row.category) for part in (before, after))
    assert 0.85 < early < 1.18
    assert late / early == pytest.approx(0.7, abs=0.15)


def sums_of(rows: list[Row]) -> Sums:
    letters: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        letters[row.letter][0] += 1
        letters[row.letter][1] += row.overturned
    cells = letters.values()
    n, y = sum(n for n, _ in cells), sum(y for _, y in cells)
    squares = (sum(n * n for n, _ in cells), sum(y * y for _, y in cells), sum(n * y for n, y in cells))
    return Sums(n, y, len(cells), *squares, sum(y * y / n for n, y in cells))


def test_the_dashboards_intervals_hold_the_true_rates(rows: list[Row]) -> None:
    rho = pooled_rho(sums_of(rows))
    assert 0.3 < rho < 0.5
    cells: dict[object, list[Row]] = defaultdict(list)
    for row in rows:
        cells[row.group, row.year].append(row)
    held = []
    for part in cells.values():
        rate = overturn_rate(sums_of(part), rho)
        if not rate.small:
            held.append(rate.low <= sum(row.probability for row in part) / len(part) <= rate.high)
    assert len(held) > 70
    assert sum(held) / len(held) > 0.85  # under 0.95, for reviewers are alike as well, which no letter tells


def test_the_dashboards_differences_tell_effects_from_none(rows: list[Row]) -> None:
    rho = pooled_rho(sums_of(rows))

    def against_the_rest(holds: Callable[[Row], bool]) -> Difference:
        parts = ([row for row in rows if holds(row)], [row for row in rows if not holds(row)])
        return difference(sums_of(parts[0]), sums_of(parts[1]), None, rho)

    orthopedic = against_the_rest(lambda row: row.group == "orthopedic")
    texas = against_the_rest(lambda row: row.texas)
    assert orthopedic.distinguishable
    assert orthopedic.low > 0.01
    assert -0.015 < texas.low < texas.high < 0.015


def test_what_falls_with_surgery_is_never_overturned(rows: list[Row]) -> None:
    falling = [row for row in rows if row.falls]
    assert len(falling) > 100
    assert not any(row.overturned for row in falling)


def test_the_manifest_tells_what_is_true(tmp_path: Path) -> None:
    made = synthesize(tmp_path / "made.jsonl", 2500, SEED, "records")
    assert json.loads((tmp_path / "made" / "manifest.json").read_text()) == json.loads(json.dumps(made, default=str))
    lines = [json.loads(line) for line in (tmp_path / "made.jsonl").read_text().splitlines()]
    decisions = [decision for record in lines for decision in record["decisions"]]
    assert (made["letters"], made["decisions"]) == (2500, len(decisions))
    assert made["overturned"] == sum(decision["outcome"] == "overturned" for decision in decisions)
    years = made["years"]
    assert isinstance(years, dict)
    for year, stated in years.items():
        assert stated["letters"] == sum(record["dates"]["decision"].startswith(year) for record in lines)
    alike = made["alike"]
    assert isinstance(alike, dict)
    assert 0.25 < alike["intra_letter_correlation"] < 0.55
    assert {"sources", "planted", "chosen", "published"} <= made.keys()


def test_a_letter_is_of_a_real_ones_length() -> None:
    lengths = [len(lay_out(write(*plan(SEED, index)).paragraphs, "paragraphs")) for index in range(400)]
    assert 5000 < sum(lengths) / len(lengths) < 6000


def test_some_takes_different_members() -> None:
    chance = Random(1).random
    assert all(len(set(some("abcd", 3, chance))) == 3 for _ in range(50))
    assert sorted(some("ab", 5, chance)) == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "letters", "kind", "said"),
    [
        ("full", 3, "text", "is there already"),
        ("new", MOST_LETTERS + 1, "text", "case numbers"),
        ("new", 0, "text", "case numbers"),
        ("new", 3, "records", ".jsonl"),
        ("new.jsonl", 3, "text", ".jsonl"),
    ],
)
def test_what_cannot_be_made_is_said_and_nothing_is_written(
    tmp_path: Path, name: str, letters: int, kind: str, said: str
) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a.txt").write_text("kept")
    with pytest.raises(OverturnError, match=said):
        synthesize(tmp_path / name, letters, SEED, kind)  # type: ignore[arg-type]
    assert contents(tmp_path) == {"full/a.txt": b"kept"}


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["synthesize", str(tmp_path / "made"), "--letters", "5", "--seed", "3"]) == 0
    assert capsys.readouterr().out.startswith("5 letters, ")
    texts = islice((tmp_path / "made" / "letters").rglob("*.txt"), 5)
    assert all(path.read_text().startswith("SYNTHETIC LETTER MADE BY OVERTURN") for path in texts)
    assert main(["synthesize", str(tmp_path / "made")]) == 2
