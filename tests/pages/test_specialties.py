"""The page about reviewers: what is compared, against what, and that no rare combination of credentials is named."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from page_views import OpenPage, markup, table_of
from sample_labels import items

from data.filters import Choice, Filters
from data.schema import NOT_STATED, dimensions
from data.strata import OTHER_COMBINATIONS
from pages.parts import reviewers

ITEMS = items()


def test_groups_are_compared_at_first_and_the_address_chooses_another(open_page: OpenPage) -> None:
    assert table_of(open_page("specialties"), "Specialty group")["Decisions"].sum() == len(ITEMS)
    table = table_of(open_page("specialties", **{"view-by": "specialty"}), "Reviewer specialty").set_index(
        "Reviewer specialty"
    )
    for key in ("orthopedic_surgery", "neurology", "pain_management"):
        kept = [item for item in ITEMS if key in item.specialties]
        row = table.loc[dimensions()["specialty"].term_label(key)]
        assert (row["Overturned"], row["Decisions"]) == (sum(item.overturned for item in kept), len(kept))
    unknown = open_page("specialties", **{"view-by": "nonsense", "view-point": "nonsense"})
    assert table_of(unknown, "Specialty group") is not None
    assert not {"view-by", "view-point"} & set(unknown.query_params)


@pytest.mark.parametrize("name", ["board", "subspecialty", "licence"])
def test_board_subspecialty_and_licence_can_be_compared_where_they_are_stated(open_page: OpenPage, name: str) -> None:
    app = open_page("specialties", **{"view-by": name})
    assert table_of(app, dimensions()[name].label)["Decisions"].sum() > 0


def test_a_choice_of_view_lasts_while_the_filter_changes(open_page: OpenPage) -> None:
    app = open_page("specialties", **{"view-by": "specialty", "modality": "ct"})
    app.button(key="ov-chip-0").click().run()
    assert "modality" not in app.query_params
    assert app.query_params["view-by"] in ("specialty", ["specialty"])
    assert table_of(app, "Reviewer specialty") is not None


def test_the_address_decides_on_every_run_what_is_compared(open_page: OpenPage) -> None:
    app = open_page("specialties", **{"view-by": "specialty"})
    app.segmented_control(key="ov-w-view-by").set_value("licence").run()
    assert app.query_params["view-by"] in ("licence", ["licence"])
    app.query_params["view-by"] = "board"  # a saved view, or the way back
    app.run()
    assert app.segmented_control(key="ov-w-view-by").value == "board"
    assert table_of(app, dimensions()["board"].label) is not None
    del app.query_params["view-by"]
    app.run()
    assert app.segmented_control(key="ov-w-view-by").value == "specialty_group"
    assert table_of(app, "Specialty group") is not None


def test_ratios_of_small_groups_are_not_given(open_page: OpenPage) -> None:
    table = table_of(open_page("specialties"), "Group")
    small = table[table["Against 1"] == "too few to compare"]
    assert len(small) > 3
    assert small[["Expected", "Ratio", "Low", "High", "Ratio without it"]].isna().all(axis=None)
    assert small["Overturned"].notna().all()


def test_rare_sets_of_specialties_are_one_row_without_a_name(open_page: OpenPage) -> None:
    table = table_of(open_page("specialties", **{"view-point": "set"}), "Exact set of specialties")
    assert table["Decisions"].sum() == len(ITEMS)
    named = table[table["Exact set of specialties"] != "Other combinations"]
    assert (named["Letters"] >= 10).all()
    assert list(table["Exact set of specialties"])[-1] == "Other combinations"


def test_the_matrix_says_nothing_of_fewer_than_ten_letters(open_page: OpenPage) -> None:
    letters: dict[tuple[str, str], set[str]] = {}
    for item in ITEMS:
        for pair in itertools.product(item.specialties, item.imaging):
            letters.setdefault(pair, set()).add(item.letter)
    app = open_page("specialties")
    shown = {row for (row, _), held in letters.items() if len(held) >= 10}
    if not shown:
        assert markup(app, "No specialty has 10 letters on any modality here")
        assert "Specialty" not in [frame.value.columns[0] for frame in app.main.dataframe]
    else:
        table = table_of(app, "Specialty")
        assert set(table["Specialty"]) == {dimensions()["specialty"].term_label(row) for row in shown}
    assert markup(open_page("specialties", modality=NOT_STATED), "No imaging study is among these decisions")


def test_by_letter_it_says_that_ratios_count_decisions(open_page: OpenPage) -> None:
    assert markup(open_page("specialties", unit="letter"), "Ratios count decisions")
    assert not markup(open_page("specialties"), "Ratios count decisions")


def test_a_click_on_a_set_filters_by_it_alone_and_again_lets_it_go(monkeypatch: pytest.MonkeyPatch) -> None:
    applied: list[Any] = []
    monkeypatch.setattr(reviewers, "apply", applied.append)
    now = Filters().choose("modality", Choice(("ct",)))
    monkeypatch.setattr(reviewers, "current", lambda: now)
    reviewers._choose_set("neurology,pain_management")
    only = Choice(("neurology", "pain_management"), mode="only")
    assert applied == [now.choose("specialty", only)]
    now = applied[0]
    reviewers._choose_set("neurology,pain_management")
    assert applied[1].choice("specialty") == Choice()
    reviewers._choose_set(OTHER_COMBINATIONS)
    assert len(applied) == 2


def test_the_funnel_says_why_it_may_differ_from_the_sentence(open_page: OpenPage) -> None:
    beyond = markup(open_page("specialties"), "Beyond the limits: ")
    assert bool(beyond) == bool(markup(open_page("specialties"), "The funnel asks another question than the sentence"))
