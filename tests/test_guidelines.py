"""What the page on guideline sources asks and says, against a slow count over the record tables and worked sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.asking import Row, question_key
from data.filters import Choice, Filters, Unit
from data.guidelines import (
    agreement_words,
    citation_phrase,
    controlled_words,
    count_of,
    difference_of_changes,
    mtus_cited,
    none_cited,
    none_cited_words,
    revision,
    revision_of_others,
    revision_words,
    with_phrase,
)
from data.mtus_history import REVISED, editions, mtus_edition
from data.queries import Reader
from data.rates import Group
from data.schema import NOT_STATED
from data.statistics import Difference, Sums, difference, overturn_rate, pooled_rho
from data.warehouse import Snapshot
from loaders.ingest import ingest
from tests.conftest import ROOT
from tests.plain import PlainItem, as_units, by_letter, cross_sums, matches, some_filters, sums

WITH_RATE = overturn_rate(Sums(n=40, y=10, letters=40, nn=40, yy=10, ny=10, within=10.0), 0.0)
FEW = overturn_rate(Sums(n=3, y=1, letters=3, nn=3, yy=1, ny=1, within=1.0), 0.0)
HIGHER = Difference(0.1, 0.05, 0.15, 0.001, True, 0.0006)
ALIKE = Difference(0.01, -0.05, 0.07, 0.7, False, 0.001)


@given(filters=some_filters(words=("",)), side=st.sampled_from(["admin", "reviewer"]))
@settings(max_examples=60, deadline=None)
def test_the_mtus_before_and_since_its_revision(
    filters: Filters,
    side: Any,
    items: list[PlainItem],
    connection: duckdb.DuckDBPyConnection,
    sample_warehouse: Snapshot,
) -> None:
    wider, since = revision(filters, side)
    days = {
        (item.letter, item.ordinal): in_force_from(item) for item in items if matches(item, mtus_cited(filters, side))
    }
    chosen = [item for item in items if days.get((item.letter, item.ordinal))]
    assert [item for item in items if matches(item, wider)] == chosen
    new = [item for item in chosen if days[item.letter, item.ordinal] >= REVISED]  # type: ignore[operator]
    old = [item for item in chosen if item not in new]
    assert all("mtus" in item.held[side] for item in chosen)
    found, before = Reader(connection, sample_warehouse, since).against_rest(wider)
    if not new or not old:
        assert (found, before) == (None, None)
        return
    rho = 0.0 if filters.unit == "letter" else pooled_rho(sums(by_letter(items)))
    inside, outside = (as_units(by_letter(part), filters.unit) for part in (new, old))
    expected = difference(sums(inside), sums(outside), cross_sums(inside, outside), rho)
    assert found and before
    assert before == overturn_rate(sums(outside), rho)
    assert (found.d, found.low, found.high) == pytest.approx((expected.d, expected.low, expected.high))


def in_force_from(item: PlainItem) -> date | None:
    """The day from which the MTUS in force for the item was in force; None where that is not known."""
    (key,) = item.held["mtus_edition"]
    return next((one.effective for one in editions() if one.key == key), None)


def test_the_revision_parts_the_editions_at_its_day() -> None:
    wider, since = revision(Filters().choose("mtus_edition", Choice(("mtus_2009",))), "reviewer")
    assert mtus_edition(REVISED) in since.choice("mtus_edition").include
    assert mtus_edition(date(2017, 11, 30)) not in since.choice("mtus_edition").include
    assert wider.choice("mtus_edition") == Choice(exclude=(NOT_STATED,))
    assert wider.choice("reviewer") == since.choice("reviewer") == Choice(("mtus",))


def test_none_cited_is_said_with_and_without_ancillary_items(
    items: list[PlainItem], connection: duckdb.DuckDBPyConnection, sample_warehouse: Snapshot
) -> None:
    none = [item for item in items if item.held["admin_profile"] == {"none"}]
    reader = Reader(connection, sample_warehouse, none_cited(Filters(), "admin"))
    found = reader.headline()
    assert (found.rate.n, found.rate.y) == (len(none), sum(item.overturned for item in none))
    some = replace(found, rate=WITH_RATE, ancillary=1)
    assert none_cited_words("admin", some, FEW, "decision").replace("\N{NO-BREAK SPACE}", " ") == (
        "Where the claims administrator cited none: 10 of 40 overturned in 40 letters, 25 % (14 to 40 %). Among them is 1 "
        "ancillary item, which falls when the operation is refused; without ancillary items: 1 of 3 overturned in 3 letters, too few for a rate."
    )
    assert none_cited_words("reviewer", replace(some, ancillary=0), FEW, "letter").endswith(
        "; no ancillary item is among them."
    )
    gone = overturn_rate(Sums(), 0.0)
    three = replace(some, ancillary=3)
    assert "Among them are 3 ancillary items, which fall when" in none_cited_words("admin", three, gone, "decision")
    assert ". They hold 3 ancillary items, which fall when" in none_cited_words("admin", three, gone, "letter")
    assert none_cited_words("admin", some, gone, "decision").endswith("without ancillary items: none is left.")


def test_agreement_says_what_stands_out_first() -> None:
    groups = [
        Group("same", "The same sources", WITH_RATE, ALIKE),
        Group("admin_none", "Only the administrator cited none", WITH_RATE, HIGHER, True),
        Group("differ", "No source in common", WITH_RATE, replace(HIGHER, d=-0.1), True),
        Group("both_none", "Neither cited any", FEW, replace(ALIKE, p_value=None)),
        Group(NOT_STATED, "A side states nothing", WITH_RATE, HIGHER, True),
    ]
    figures = "10 of 40 letters overturned, 25 % (14 to 40 %)"
    assert agreement_words(groups, "letter").replace("\N{NO-BREAK SPACE}", " ") == (
        f"Higher than the rest: only the administrator cited none, {figures}. Lower than the rest: no source in common, {figures}. "
        f"Cannot be told apart from the rest: the same sources, {figures}. Too few for a rate: neither cited any."
    )
    assert agreement_words([Group("same", "The same sources", WITH_RATE)], "letter").startswith("Without a rest")
    assert agreement_words(groups[-1:], "letter") == "No decision states the sources of both sides."


def test_before_and_since_the_revision_in_words() -> None:
    def said(*figures: Any) -> str:
        return revision_words(*figures, "letter").replace("\N{NO-BREAK SPACE}", " ")

    figures = "10 of 40 letters overturned, 25 % (14 to 40 %)"
    both = f"MTUS as before 1 Dec 2017: {figures}; since: {figures}"
    assert said(WITH_RATE, WITH_RATE, ALIKE) == f"{both}; the two cannot be told apart."
    assert said(WITH_RATE, WITH_RATE, HIGHER) == f"{both}; higher than before."
    assert said(WITH_RATE, WITH_RATE, replace(HIGHER, d=-0.1)) == f"{both}; lower than before."
    assert said(FEW, WITH_RATE, ALIKE).endswith("since: 1 of 3 letters overturned, too few for a rate.")
    assert said(WITH_RATE, None, None) == f"MTUS as before 1 Dec 2017: no letters; since: {figures}."


def test_the_change_of_the_mtus_beside_that_of_the_others() -> None:
    """Down 3 points beside up 2: 5 points, sqrt(0.0001 + 0.0001) z = 2.77 to either side."""
    mtus, others = Difference(-0.03, -0.05, -0.01, 0.003, True, 1e-4), Difference(0.02, 0.0, 0.04, 0.05, False, 1e-4)
    found = difference_of_changes(mtus, others)
    assert found == pytest.approx((-0.05, -0.07772, -0.02228), abs=1e-5)
    assert difference_of_changes(mtus, replace(others, p_value=None)) is None

    def said(*figures: Any) -> str:
        return controlled_words(*figures, "letter").replace("\N{NO-BREAK SPACE}", " ")

    minus = "\N{MINUS SIGN}"
    figures = "10 of 40 letters overturned, 25 % (14 to 40 %)"
    both = f"Not citing the MTUS, before the same day: {figures}; since: {figures}."
    assert said(WITH_RATE, WITH_RATE, mtus, others) == (
        f"{both} Changed have the MTUS by {minus}3 points, the others by +2 points; the rate of the MTUS moved down against "
        f"that of the others, by {minus}5 points ({minus}8 to {minus}2 points). Why is another question."
    )
    assert f"the two changes cannot be told apart: 0 points ({minus}3 to +3 points)" in said(
        WITH_RATE, WITH_RATE, mtus, mtus
    )
    assert said(WITH_RATE, FEW, mtus, None).endswith("Too few letters to set the two changes against each other.")


def test_the_others_are_those_that_cite_but_not_the_mtus() -> None:
    wider, since = revision_of_others(Filters().choose("modality", Choice(("ct",))), "reviewer")
    assert wider.choice("reviewer") == since.choice("reviewer") == Choice(exclude=("mtus", NOT_STATED))
    assert wider.choice("mtus_edition") == Choice(exclude=(NOT_STATED,))
    assert since.choice("mtus_edition") == revision(Filters(), "reviewer")[1].choice("mtus_edition")
    assert wider.choice("modality") == Choice(("ct",))


def test_names_of_documents_and_sections_as_words_to_search_for() -> None:
    assert citation_phrase("document", "low_back_complaints") == '"Low Back Complaints"'
    assert citation_phrase("section", ' Opioids,  "criteria" ') == '"Opioids, criteria"'
    assert citation_phrase("section", NOT_STATED) == ""
    assert with_phrase("knee", '"low back"') == 'knee "low back"'
    assert with_phrase('knee "low back" scan', '"low back"') == "knee scan"
    assert with_phrase("knee", "") == "knee"
    assert count_of([Group("a", "a", FEW)] * 2, "section", 2) == "Shown are the 2 sections named most often."
    assert count_of([], "section", 2) == ""


class Kept(Reader):
    """A reader that takes nothing but kept answers."""

    def _kept(self, question: str, values: Any, answer: Any) -> list[Row]:
        held = self._cursor.execute("SELECT rows FROM answers WHERE question = ?", [question_key(question, values)])
        assert held.fetchone() is not None, question
        return super()._kept(question, values, answer)


def test_what_the_page_asks_of_a_whole_snapshot_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.standing.FEWEST_DECISIONS", 1)
    found = ingest([ROOT / "data/samples/letters"], tmp_path, demonstration=True).snapshot
    assert found
    units: tuple[Unit, ...] = ("item", "letter")
    sides: tuple[Any, ...] = ("admin", "reviewer")
    with found.connect() as connection:
        for unit in units:
            whole = replace(Filters(), unit=unit)
            every = Kept(connection, found, whole)
            every.cross("admin", "reviewer")
            every.by("agreement")
            for side in sides:
                for name in (side, f"{side}_profile", f"{side}_step"):
                    every.by(name)
                none = Kept(connection, found, none_cited(whole, side))
                mtus = Kept(connection, found, mtus_cited(whole, side))
                assert none.headline().decisions >= none.rate_without("ancillary").letters
                assert mtus.headline().rate.n and mtus.by("mtus_edition")
                for wider, since in (revision(whole, side), revision_of_others(whole, side)):
                    Kept(connection, found, since).headline()
                    Kept(connection, found, since).against_rest(wider)
