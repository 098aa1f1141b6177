"""The SQL page: examples run, errors are words, queries are kept under a name, parameters are asked for by kind."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from page_views import OpenPage, answer_of, markup
from streamlit.testing.v1 import AppTest

from data.saved_queries import saved_queries
from data.warehouse import Snapshot


@pytest.fixture
def folder(sample_warehouse: Snapshot, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sample_warehouse.folder, tmp_path / "warehouse"))


def ran(app: AppTest) -> AppTest:
    """The page once the query that is asked for has ended."""
    app.button(key="ov-sql-run").click().run()
    for _ in range(100):
        if "ov-sql-ticket" not in app.session_state:
            break
        time.sleep(0.1)
        app.run()
    assert not app.exception
    return app


def test_an_example_is_opened_by_its_address_and_answered(open_page: OpenPage) -> None:
    app = open_page("sql", **{"view-query": "example:study"})
    assert app.text_input(key="ov-sql-p-text-study").value == "mri"
    app.text_input(key="ov-sql-p-text-study").set_value("ct")
    ran(app)
    assert "rows in" in answer_of(app)
    assert app.selectbox(key="ov-sql-chart-kind").value == "dots"
    [frame] = [one.value for one in app.main.dataframe]
    assert list(frame.columns) == ["cited", "decisions", "letters", "overturned", "rate", "low", "high"]
    assert app.query_params["view-query"] == "example:study"
    app.text_area(key="ov-sql-text").set_value(
        "SELECT letter_id, letter_key, ordinal FROM items ORDER BY ALL LIMIT 1"
    ).run()
    assert "view-query" not in app.query_params
    [frame] = [one.value for one in ran(app).main.dataframe]
    letter, given, key, _ = frame.iloc[0]
    assert f"/letter?letter={given}&item=" in letter
    assert given == f"{key >> 3:015x}"


def test_what_is_wrong_is_said_in_words(open_page: OpenPage) -> None:
    app = open_page("sql", **{"view-query": "saved:gone"})
    assert markup(app, "not here")
    app.text_area(key="ov-sql-text").set_value("SELECT $least::INTEGER, $since::DATE FROM items").run()
    assert app.number_input(key="ov-sql-p-number-least").value is None
    app.button(key="ov-sql-run").click().run()
    assert markup(app, "$least has no value yet")
    app.text_area(key="ov-sql-text").set_value("SELECT nothing FROM items").run()
    [error] = ran(app).error
    assert 'Referenced column "nothing" not found' in error.value


def test_a_query_is_kept_under_a_name_with_its_values(open_page: OpenPage, folder: Path) -> None:
    app = open_page("sql", warehouse=folder)
    app.text_area(key="ov-sql-text").set_value("SELECT count(*) AS n FROM items WHERE ordinal >= $least::INTEGER").run()
    app.number_input(key="ov-sql-p-number-least").set_value(2.0).run()
    app.text_input(key="ov-sql-name").set_value("<b>Second</b> items")
    next(button for button in app.button if button.label == "Save this query").click().run()
    [kept] = saved_queries(folder)
    assert (kept.name, kept.values) == ("<b>Second</b> items", {"least": "2.0"})
    assert app.query_params["view-query"] == "saved:<b>Second</b> items"
    other = open_page("sql", warehouse=folder, **{"view-query": "saved:<b>Second</b> items"})
    assert other.text_area(key="ov-sql-text").value == kept.sql
    assert other.number_input(key="ov-sql-p-number-least").value == 2
    other.button(key="ov-sql-delete").click().run()
    assert saved_queries(folder) == []
