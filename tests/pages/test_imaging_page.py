"""The page on imaging shows the numbers of a slow count over the records, and its clicks choose what they show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
from page_views import OpenPage, answer_of, markup, table_of
from sample_labels import items

from data.filters import Choice, Filters
from data.schema import NOT_STATED, dimensions
from data.vocabulary import vocabulary
from data.warehouse import Snapshot
from pages.parts.studies import alone, rows_asked, studies
from tests.plain import PlainItem, plain_items

Keep = Callable[[PlainItem], bool]


@pytest.fixture(scope="module")
def imaging(sample_warehouse: Snapshot) -> list[PlainItem]:
    return [item for item in plain_items(sample_warehouse) if item.held["modality"] != {NOT_STATED}]


def counts(items: list[PlainItem], name: str, columns: str | None = None) -> dict[Any, tuple[int, int]]:
    """Overturned items and all, by the label of each key or pair of keys."""
    whole: Counter[Any] = Counter()
    overturned: Counter[Any] = Counter()
    for item in items:
        for key in item.held[name]:
            label = dimensions()[name].term_label(key)
            others = [dimensions()[columns].term_label(other) for other in item.held[columns]] if columns else [""]
            for other in others:
                whole[label, other] += 1
                overturned[label, other] += item.overturned
    return {pair if columns else pair[0]: (overturned[pair], n) for pair, n in whole.items()}


def shown(table: Any, *columns: str) -> dict[Any, tuple[int, int]]:
    keys = zip(*(table[column] for column in columns), strict=True)
    figures = zip(table["Overturned"], table["Decisions"], strict=True)
    return {key if len(columns) > 1 else key[0]: pair for key, pair in zip(keys, figures, strict=True)}


def test_the_whole_page(open_page: OpenPage, imaging: list[PlainItem]) -> None:
    app = open_page("imaging")
    assert f"All imaging: {len(imaging)} decisions" in answer_of(app)
    assert shown(table_of(app, "Imaging modality"), "Imaging modality") == counts(imaging, "modality")
    matrices = [frame.value for frame in app.main.dataframe if frame.value.columns[0] == "Modality"]
    body, contrast = matrices
    assert shown(body, "Modality", "Body part") == counts(imaging, "modality", "body")
    stated = {"CT", "MRI"} | {
        item_key
        for item in imaging
        if item.held["contrast"] != {NOT_STATED}
        for item_key in (dimensions()["modality"].term_label(key) for key in item.held["modality"])
    }
    expected = counts(imaging, "modality", "contrast")
    assert shown(contrast, "Modality", "Contrast medium") == {k: v for k, v in expected.items() if k[0] in stated}
    grounds = table_of(app, "Ground").set_index("Ground")
    for outcome, column in ((True, "Overturned"), (False, "Upheld")):
        side = [item for item in imaging if item.overturned is outcome]
        assert set(grounds[f"{column}: all"].dropna()) == {len(side)}
        for key in {key for item in imaging for key in item.held["reason"]} - {NOT_STATED}:
            stated = sum(key in item.held["reason"] for item in side)
            cell = grounds.loc[dimensions()["reason"].term_label(key), f"{column}: stating"]
            looked_for = vocabulary("reasons").terms[key].attributes["outcome"] in ("either", column.lower())
            assert cell == stated if looked_for else (pd.isna(cell) and stated == 0)


def test_fused_studies_apart_stand_in_rows_of_their_own(open_page: OpenPage, imaging: list[PlainItem]) -> None:
    app = open_page("imaging", hybrids="apart")
    table = shown(table_of(app, "Imaging modality"), "Imaging modality")
    assert table == counts(imaging, "study")
    fused = {label for label in table if label.startswith("Fused ")}
    assert fused and sum(table[label][1] for label in fused) == sum(i.held["hybrid"] == {"hybrid"} for i in imaging)
    assert markup(app, "in a row of its own")
    app.toggle(key="ov-hybrids").set_value(False).run()
    assert "hybrids" not in app.query_params
    assert shown(table_of(app, "Imaging modality"), "Imaging modality") == counts(imaging, "modality")
    app.toggle(key="ov-hybrids").set_value(True).run()
    app.multiselect(key="ov-w-modality").set_value(["ct"]).run()
    assert app.query_params["hybrids"] == "apart", "the switch stays when the filter changes"


@pytest.mark.parametrize("side", ["admin", "reviewer"])
def test_what_is_cited_for_the_chosen_modality(
    open_page: OpenPage, imaging: list[PlainItem], sample_warehouse: Snapshot, side: str
) -> None:
    app = open_page("imaging", modality="mri", side=side, source="mtus")
    items = {(item.letter, item.ordinal): item for item in imaging if "mri" in item.held["modality"]}
    whose = {"admin": "claims_administrator", "reviewer": "reviewer"}[side]
    with sample_warehouse.connect() as connection:
        rows = connection.execute(
            "SELECT letter_key, ordinal, document, sections FROM citations WHERE side = ? AND source = 'mtus'", [whose]
        ).fetchall()
    rows = [row for row in rows if row[:2] in items]
    documents = Counter(document for _, _, document in {row[:3] for row in rows})
    table = table_of(app, "Document")
    assert sorted(table["Decisions"]) == sorted(documents.values())
    named = {(*row[:2], section) for row in rows for section in row[3] or [None]}
    tables = {frame.value.columns[0]: frame.value for frame in app.main.dataframe}
    if "Section" in tables:
        assert tables["Section"]["Decisions"].sum() <= len(named)


def test_a_source_that_is_not_cited_shows_the_most_cited(open_page: OpenPage) -> None:
    app = open_page("imaging", source="no_such_source", document="<b>none</b>")
    assert app.selectbox(key="ov-cited-source").value == open_page("imaging").selectbox(key="ov-cited-source").value
    assert not app.exception


def test_choices_of_studies_never_meet() -> None:
    both = Filters().choose("modality", Choice(("ct",), ("mri",))).choose("study", Choice(("fused_spect_ct",)))
    assert alone(both, "study").choice("modality") == Choice((), ("mri",))
    assert alone(both, "modality").choices == (("modality", Choice(("ct",), ("mri",))),)
    of = studies(both, "apart")
    assert (of.dimension, of.chosen, of.shown) == ("study", True, both)
    assert of.every == Filters().choose("modality", Choice(exclude=("mri", NOT_STATED)))
    assert studies(Filters()).dimension == studies(Filters(), "anything").dimension == "modality"
    assert studies(Filters()).shown == Filters().choose("modality", Choice(exclude=(NOT_STATED,)))


def test_chosen_studies_alone_have_rows() -> None:
    spect = Filters().choose("modality", Choice(("spect",)))
    assert rows_asked(studies(spect)) == {"spect"}
    assert rows_asked(studies(spect, "apart")) == {
        "spect",
        *("fused_spect_ct", "fused_bone_scan_spect", "fused_bone_scan_spect_ct"),
    }
    assert rows_asked(studies(Filters().choose("study", Choice(("fused_pet_ct",))), "apart")) == {"fused_pet_ct"}
    assert rows_asked(studies(Filters())) == set(dimensions()["modality"].keys)


def test_where_nothing_is_imaging_it_says_so(open_page: OpenPage) -> None:
    others = [item for item in items() if not item.imaging]
    words = f"{len(others)} decisions match this filter, and none of them is on an imaging study."
    assert open_page("imaging", modality=NOT_STATED).info[0].value.startswith(words)
    drugs = open_page("imaging", category="pharmaceuticals").info[0].value
    assert "match this filter, and none of them is on an imaging study." in drugs
    ct = sum("ct" in item.imaging for item in items())
    assert answer_of(open_page("imaging", modality=f"ct,{NOT_STATED}")).startswith(f"{ct} decision")


def test_by_letter_it_says_that_a_partly_overturned_letter_is_on_both_sides(open_page: OpenPage) -> None:
    assert markup(open_page("imaging", unit="letter"), "A partly overturned letter is on both sides.")
    assert not markup(open_page("imaging"), "A partly overturned letter is on both sides.")
