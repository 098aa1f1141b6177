"""The page Explore: what is crossed follows the address, and every cell and every row is the way to its letters."""

from __future__ import annotations

import pytest
from page_views import OpenPage, answer_of, markup, table_of

from data.filters import Choice, Filters, to_query
from data.queries import Reader
from data.statistics import counted
from data.warehouse import Snapshot
from pages.parts.listing import DEFAULT
from pages.parts.pivot import _clicked, _kinds, _open


def test_the_table_holds_every_cell_and_totals_that_are_the_headline(
    open_page: OpenPage, sample_warehouse: Snapshot
) -> None:
    app = open_page("explore", **{"view-rows": "category", "view-columns": "admin_profile"})
    assert app.title[0].value == "Put a question together"
    table = table_of(app, "Treatment category")
    with sample_warehouse.connect() as connection:
        reader = Reader(connection, sample_warehouse, Filters())
        cells, head = reader.cross("category", "admin_profile"), reader.headline()
    totals = table[(table.iloc[:, 0] == "All") & (table.iloc[:, 1] == "All")]
    assert totals[["Overturned", "Decisions"]].to_numpy().tolist() == [[head.rate.y, head.rate.n]]
    inside = table[(table.iloc[:, 0] != "All") & (table.iloc[:, 1] != "All")]
    assert sorted(inside["Decisions"]) == sorted(rate.n for rate in cells.values())
    assert inside["Decisions"].sum() == head.rate.n, "categories and profiles hold one value each"
    assert "against the rest" in " ".join(markup(app, "ov-note"))


def test_a_cell_opens_just_its_letters(open_page: OpenPage, sample_warehouse: Snapshot) -> None:
    app = open_page("explore", **{"view-rows": "modality", "view-columns": "year", "body": "low_back"})
    table = table_of(app, "Imaging modality")
    row = table[(table.iloc[:, 0] == "MRI") & (table.iloc[:, 1] != "All")].iloc[0]
    filters = Filters().choose("body", Choice(("low_back",))).choose("modality", Choice(("mri",)))
    year = row.iloc[1]
    query = to_query(filters) | {"date": f"{year}-01-01..{year}-12-31"}
    assert answer_of(open_page("letters", **query)).startswith(counted(int(row["Decisions"]), "decision"))


def test_with_one_outcome_there_is_no_rate(open_page: OpenPage) -> None:
    app = open_page("explore", outcome="upheld", **{"view-measure": "rate", "view-shown": "table"})
    assert app.selectbox(key="ov-w-view-measure").value == "decisions"
    assert not any("Rate" in column for frame in app.main.dataframe for column in frame.value.columns)


def test_columns_order_sort_and_page_stand_in_the_address(open_page: OpenPage) -> None:
    chosen = {"view-fields": "outcome,case_number,worker_age", "view-by": "worker_age", "view-way": "up"}
    app = open_page("explore", page="2", **chosen)
    grid = table_of(app, "Read")
    assert list(grid.columns) == ["Read", "Outcome", "Case number", "Age of the worker"]
    ages = [age for age in grid["Age of the worker"] if age == age]  # noqa: PLR0124 - what is not a number is not stated
    assert ages == sorted(ages)
    app.button(key="ov-listing-previous").click().run()
    assert app.query_params["page"] == "1"
    assert app.query_params["view-by"] == "worker_age"
    app.multiselect(key="ov-w-fields").set_value(list(DEFAULT)).run()
    assert "view-fields" not in app.query_params


def test_words_are_in_files_only_when_asked_for_and_letters_are_rows(open_page: OpenPage) -> None:
    app = open_page("explore", **{"view-fields": "case_number,request"})
    assert markup(app, "The files leave out the columns")
    app = open_page("explore", unit="letter", **{"view-fields": "case_number,request,ordinal", "view-rows": "nonsense"})
    assert list(table_of(app, "Read").columns) == ["Read", "Case number", "Item"]
    assert app.selectbox(key="ov-w-view-rows").value == "modality"


@pytest.mark.parametrize(("measure", "kinds"), [("rate", 3), ("letters", 3), ("whole", 2)])
def test_counts_are_bars_and_shares_stand_in_cells(measure: str, kinds: int) -> None:
    assert len(_kinds(measure)) == kinds
    assert _kinds(measure).get("dots") == {"rate": "Dots", "letters": "Bars"}.get(measure)


def test_clicks_find_keys_of_any_form(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[tuple[str, str]] = []
    monkeypatch.setattr("pages.parts.pivot._open", lambda _, __, row, column: opened.append((row, column)))
    keys, others = ["a|b", "c,d", ""], ["2016-01-01", ""]
    for pair in ("0|0", "1|", "|", ""):
        _clicked(Filters(), ("collection", "year"), keys, others, pair)
    assert opened == [("a|b", "2016-01-01"), ("c,d", ""), ("", "")]
    assert callable(_open)
