"""Saved views in the sidebar: kept, found, opened and let go of."""

from __future__ import annotations

import html
import shutil
from pathlib import Path

import pytest
from page_views import OpenPage
from streamlit.testing.v1 import AppTest

from data.notes import save_view, saved_views
from data.warehouse import Snapshot

NAME = "<b>CT</b> **by** :red[letter] & [x](javascript:y)"


@pytest.fixture
def folder(sample_warehouse: Snapshot, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sample_warehouse.folder, tmp_path / "warehouse"))


def said(app: AppTest) -> list[str]:
    blocks = [str(block.proto.body) for block in app.sidebar.get("html")]  # type: ignore[attr-defined]
    return [html.unescape(body) for body in blocks if 'role="status"' in body]


def save(app: AppTest, name: str) -> AppTest:
    app.text_input(key="ov-view-name").set_value(name)
    next(button for button in app.sidebar.button if button.label == "Save this view").click()
    return app.run()


def test_the_page_and_filter_in_view_are_saved_and_offered(open_page: OpenPage, folder: Path) -> None:
    app = save(open_page("imaging", warehouse=folder, modality="ct,!spect", unit="letter", future="kept"), NAME)
    assert not app.exception
    [view] = saved_views(folder)
    assert (view.name, view.page) == (NAME, "imaging")
    assert view.parameters == {"modality": "ct,!spect", "unit": "letter", "future": "kept"}
    assert f"Saved as {NAME}." in said(app)[0]
    other = open_page("overview", warehouse=folder, admin="odg")
    box = other.selectbox(key="ov-view-chosen")
    assert box.options == [NAME]
    box.set_value(NAME).run()
    [link] = [entry.proto for entry in other.sidebar.get("page_link")]  # type: ignore[attr-defined]
    assert link.page == "imaging"
    assert link.query_string.startswith("modality=ct%2C%21spect&unit=letter&future=kept&snapshot=")
    other.button(key="ov-view-delete").click().run()
    assert saved_views(folder) == []
    assert f"Deleted {NAME}." in said(other)[0]
    assert other.selectbox(key="ov-view-chosen").value is None


def test_a_taken_or_empty_name_is_said_and_kept_in_the_field(open_page: OpenPage, folder: Path) -> None:
    save_view(folder, "CT", "imaging", {})
    app = save(open_page("overview", warehouse=folder), "CT")
    assert "A view named CT is saved already" in said(app)[0]
    assert app.text_input(key="ov-view-name").value == "CT"
    assert "needs a name" in said(save(app, "   "))[0]
    assert [view.page for view in saved_views(folder)] == ["imaging"]


def test_a_view_of_a_page_that_is_gone_says_so(open_page: OpenPage, folder: Path) -> None:
    save_view(folder, "old", "nowhere", {})
    app = open_page("overview", warehouse=folder)
    app.selectbox(key="ov-view-chosen").set_value("old").run()
    assert not app.exception
    assert any("not part of this installation" in text.value for text in app.sidebar.text)
    assert not app.sidebar.get("page_link")


def test_a_damaged_file_is_told_and_the_page_goes_on(open_page: OpenPage, folder: Path) -> None:
    (folder / "notes.sqlite").write_bytes(b"no database" * 500)
    app = open_page("overview", warehouse=folder)
    assert "cannot be read" in said(app)[0]
    assert app.title
