"""The overview's figures, lists and folds on the samples, by their labels."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from page_views import OpenPage, links_of, markup, table_of
from sample_labels import Item, items
from streamlit.testing.v1 import AppTest

from data.schema import dimensions
from pages.parts import navigation

ITEMS = items()
BOARDS: list[tuple[str, Callable[[Item], frozenset[str]], dict[str, str]]] = [
    ("Imaging modality", lambda item: item.imaging, {"CT": "ct", "SPECT": "spect", "MRI": "mri"}),
    (
        "Source of the claims administrator",
        lambda item: item.admin,
        {"MTUS": "mtus", "ODG": "odg", "None cited": "none"},
    ),
    ("Reviewer specialty", lambda item: item.specialties, {"Orthopedic Surgery": "orthopedic_surgery"}),
]


def figures(app: AppTest) -> list[tuple[str, str, str]]:
    """The figures at the head: the figure, its words, its note."""
    return re.findall(r'<b>(.*?)</b><span>(.*?)</span><span class="ov-more">(.*?)</span>', markup(app, "ov-figures")[0])


def test_the_change_counts_both_periods(open_page: OpenPage) -> None:
    found = figures(open_page("overview", date="2016..2016"))
    years = {year: [item for item in ITEMS if item.decided and item.decided.year == year] for year in (2015, 2016)}
    letters = {year: len({item.letter for item in of}) for year, of in years.items()}
    assert found[1][2] == f"{letters[2016]} in 2016, {letters[2015]} in 2015"
    assert found[3][1] == "2016 against 2015, as long and right before"
    for year in (2015, 2016):
        assert f"{sum(item.overturned for item in years[year])} of {len(years[year])}" in found[3][2]


def test_without_a_range_the_last_full_year_is_compared_and_said(open_page: OpenPage) -> None:
    words = figures(open_page("overview"))[3][1]
    assert words.endswith(", the last 12 full months against the 12 before")
    last = max(item.decided for item in ITEMS if item.decided)
    assert words.startswith("Nov 2016 to Oct 2017 against Nov 2015 to Oct 2016")
    assert (last.year, last.month, last.day) == (2017, 11, 14)


def test_a_filter_is_compared_with_all_other_letters(open_page: OpenPage) -> None:
    assert "nothing that is loaded is left out" in figures(open_page("overview"))[2][2]
    assert "all other decisions loaded (" in figures(open_page("overview", modality="ct"))[2][2]
    assert "all other letters loaded (" in figures(open_page("overview", modality="ct", unit="letter"))[2][2]


def test_one_outcome_alone_has_neither_rate_nor_change(open_page: OpenPage) -> None:
    assert [figure for figure, *_ in figures(open_page("overview", outcome="upheld"))][2:] == ["no rate"]


def test_the_way_to_a_page_is_there_once_the_page_is(open_page: OpenPage) -> None:
    label = "How would a request like mine fare?"
    assert len(links_of(open_page("overview"), label)) == navigation.listed("outlook")
    assert navigation.listed("letters")


@pytest.mark.parametrize(("heading", "held", "rows"), BOARDS)
def test_every_list_counts_what_the_labels_count(
    open_page: OpenPage, heading: str, held: Callable[[Item], frozenset[str]], rows: dict[str, str]
) -> None:
    table = table_of(open_page("overview"), heading).set_index(heading)
    for label, key in rows.items():
        kept = [item for item in ITEMS if key in held(item)]
        assert (table.loc[label, "Overturned"], table.loc[label, "Decisions"]) == (
            sum(item.overturned for item in kept),
            len(kept),
        )
    rates = table["Rate %"].dropna().astype(float)
    assert list(rates) == sorted(rates, reverse=True)
    assert table["Rate %"].iloc[: len(rates)].notna().all(), "small groups stand below the others"


def test_the_lists_stand_in_order_and_any_other_dimension_last(open_page: OpenPage) -> None:
    headings = [heading.value for heading in open_page("overview", side="reviewer").subheader]
    assert headings[2:] == [
        "By imaging modality",
        "By guideline source of the reviewer",
        "By reviewer specialty",
        "By body part",
        "By treatment category",
        "By anything else",
    ]


def test_what_moved_is_asked_for_only_when_it_is_opened(open_page: OpenPage) -> None:
    app = open_page("overview", date="2016..2017")
    assert len(markup(app, "against 2014 to 2015, ")) == 1, "the figures at the head"
    app.session_state["ov-moved"] = True
    app.run()
    assert not app.exception
    [_, words] = markup(app, "2016 to 2017 against 2014 to 2015, ")
    assert "Too few letters in one of the periods: " in words or "nothing to compare" in words


def test_what_was_read_is_counted_and_what_was_not_is_named(open_page: OpenPage) -> None:
    app = open_page("overview", modality="ct")
    table = table_of(app, "What the letter says of an item").set_index("What the letter says of an item")
    kept = [item for item in ITEMS if "ct" in item.imaging]
    assert (table["Items"] == len(kept)).all()
    assert table.loc["Date of the decision", "Read"] == sum(item.decided is not None for item in kept)
    assert table.loc["Date of the decision", "The others"] == "not stated in the letter"
    assert table.loc["Imaging modality", "Read"] == len(kept)
    assert table.loc["Treatment category", "The others"].startswith("not read")
    assert markup(app, "a share of the published total would say nothing")
    loaded = table_of(app, "Decided in").set_index("Decided in")["Letters loaded"]
    assert loaded.sum() == len({item.letter for item in ITEMS})
    assert loaded["2016"] == len({item.letter for item in ITEMS if item.decided and item.decided.year == 2016})


def test_any_other_dimension_can_be_ranked_and_stays_while_the_filter_changes(open_page: OpenPage) -> None:
    app = open_page("overview", modality="ct,mri")
    box = app.selectbox(key="ov-w-view-board")
    assert not [frame for frame in app.main.dataframe if frame.value.columns[0] == dimensions()["modified"].label]
    shown = {
        dimensions()[name].label for name in ("subcategory", "claim_age", "decision_days", "modified", "ancillary")
    }
    assert shown <= set(box.options)
    assert not {dimensions()[name].label for name in ("modality", "category", "reason")} & set(box.options)
    box.select("modified").run()
    assert app.query_params["view-board"] in ("modified", ["modified"])
    table = table_of(app, dimensions()["modified"].label)
    kept = [item for item in ITEMS if item.imaging & {"ct", "mri"}]
    assert table["Decisions"].sum() == len(kept)
    assert table["Overturned"].sum() == sum(item.overturned for item in kept)
    app.button(key="ov-chip-0").click().run()
    assert app.query_params["view-board"] in ("modified", ["modified"])


@pytest.mark.parametrize("page", ["overview", "guidelines", "imaging", "specialties"])
@pytest.mark.parametrize("outcome", ["overturned", "upheld"])
def test_of_one_outcome_alone_counts_are_shown_and_no_rates(open_page: OpenPage, page: str, outcome: str) -> None:
    app = open_page(page, outcome=outcome)
    said = " ".join(markup(app))
    assert said.count("so no rate on this page can say anything") == 1
    assert "100 %" not in said
    assert "cannot be told apart" not in said
    columns = {column for frame in app.main.dataframe for column in frame.value.columns}
    assert not {"Rate %", "Low %", "High %", "Ratio", "Lower limit %"} & columns
    assert "Share %" in columns


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("http://localhost:8501/overveiw", "overveiw"),
        ("http://localhost:8501/a%20page?admin=odg", "a page"),
        ("http://localhost:8501/", ""),
        ("http://localhost:8501/home", ""),
        ("https://host/imr/", ""),
        ("http://localhost:8501/letters", ""),
    ],
)
def test_a_name_that_no_page_has_is_noticed(address: str, name: str) -> None:
    assert navigation.unknown(address) == name
