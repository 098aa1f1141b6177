"""The request outlook: what is described, picked and linked, its figures, and a draft that leaves no trace."""

from __future__ import annotations

import html
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from page_views import OpenPage, answer_of, links_of, markup, table_of, warnings_of
from streamlit.testing.v1 import AppTest

from data.filters import from_query
from data.outlook import outlook_sentence, request_of
from data.queries import Reader
from data.warehouse import Snapshot
from pages.parts import draft, state
from tests.conftest import ROOT
from tests.requests_made_up import made_up

SECRET = "Zanzibar"
WORDS = f"MRI of the lumbar spine for {SECRET}"
DRAFT = f"{SECRET} is refused. Per MTUS Knee Complaints 2004 and ODG it is not needed."


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    return made_up(tmp_path_factory.mktemp("requests"))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Everything that is asked for by way of the kept answers."""
    found: list[str] = []
    kept = state._answer

    def recorded(*arguments: Any) -> Any:
        found.append(repr(arguments))
        return kept(*arguments)

    monkeypatch.setattr(state, "_answer", recorded)
    yield found


def expected(corpus: Snapshot, **query: str) -> str:
    """The sentence that a link must give."""
    with corpus.connect() as connection:
        reader = Reader(connection, corpus, from_query(query))
        filters = request_of(reader.filters, reader.bounds()[1])
        return outlook_sentence(reader.under(filters).outlook(query.get("document", "")))


def said(app: AppTest) -> str:
    return html.unescape(answer_of(app))


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"modality": "mri", "body": "low_back"},
        {"modality": "mri", "body": "neck", "admin": "mtus"},
        {"modality": "mri", "admin": "mtus", "document": "low_back_complaints"},
        {"subcategory": "rehabilitation_pt_ot"},
        {"modality": "pet", "body": "knee"},
    ],
)
def test_a_link_shows_the_outlook(open_page: OpenPage, corpus: Snapshot, query: dict[str, str]) -> None:
    app = open_page("outlook", warehouse=corpus.folder, **query)
    assert said(app) == expected(corpus, **query).replace("\xa0", " ")
    rows = table_of(app, "Group")
    assert rows["Group"].iloc[-1] == "All decisions"
    assert rows["Weight %"].sum() == pytest.approx(100, abs=0.3)
    small = rows[rows["Letters"] < 10]
    assert small["Rate %"].isna().all()
    assert markup(app, "Medical necessity decides a request. These are past outcomes")


def test_words_are_read_into_the_filter_and_stay_out_of_the_address(
    open_page: OpenPage, corpus: Snapshot, asked: list[str]
) -> None:
    app = open_page("outlook", warehouse=corpus.folder, body="knee", subcategory="pharmaceuticals_opioid")
    app.text_input(key="ov-outlook-words").set_value(WORDS).run()
    assert not app.exception
    query = {name: app.query_params[name] for name in app.query_params}
    assert {name: query.get(name) for name in ("modality", "body", "category", "subcategory")} == {
        "modality": "mri",
        "body": "low_back",
        "category": "diagnostic_testing",
        "subcategory": None,
    }
    assert SECRET not in repr(query)
    assert "Understood from “MRI”, “lumbar spine”: <b>MRI, Low back (lumbar spine)</b>" in markup(app, "Understood")[0]
    assert app.multiselect(key="ov-pick-modality").value == ["mri"]
    same = {"modality": "mri", "body": "low_back", "category": "diagnostic_testing"}
    assert said(app) == expected(corpus, **same).replace("\xa0", " ")
    assert said(app) == said(open_page("outlook", warehouse=corpus.folder, **same))
    assert asked
    assert SECRET not in "".join(asked), "what somebody writes is asked for past the kept answers"


def test_what_is_not_understood_is_said(open_page: OpenPage, corpus: Snapshot) -> None:
    app = open_page("outlook", warehouse=corpus.folder, modality="mri")
    app.text_input(key="ov-outlook-words").set_value("<b>xyz</b>").run()
    assert markup(app, "No study, treatment or body part that is known here stands in these words.")
    app.text_input(key="ov-outlook-words").set_value("SPECT/CT <i>of</i> the left knee").run()
    text = markup(app, "Understood")[0]
    assert "SPECT" in text and "<i>" not in text
    assert "The side of the body is not used" in text
    assert app.query_params["modality"] == "all:ct,spect"


def test_picks_change_the_filter(open_page: OpenPage, corpus: Snapshot) -> None:
    app = open_page("outlook", warehouse=corpus.folder, modality="mri", category="diagnostic_testing")
    app.multiselect(key="ov-pick-body").set_value(["neck"]).run()
    assert app.query_params["body"] == "neck"
    app.multiselect(key="ov-pick-admin").set_value(["mtus"]).run()
    app.selectbox(key="ov-pick-document").set_value("low_back_complaints").run()
    assert app.query_params["document"] == "low_back_complaints"
    assert "MTUS (Low Back Complaints) cited" in said(app)
    app.multiselect(key="ov-pick-admin").set_value(["odg"]).run()
    assert "document" not in app.query_params
    app.multiselect(key="ov-pick-modality").set_value([]).run()
    assert "category" not in app.query_params, "the category was that of the study"
    assert not app.exception


def test_a_document_of_another_source_is_named_and_left_out(open_page: OpenPage, corpus: Snapshot) -> None:
    app = open_page("outlook", warehouse=corpus.folder, admin="odg", document="knee_complaints")
    assert any("knee_complaints is none of the documents cited most" in text for text in warnings_of(app))
    assert said(app) == expected(corpus, admin="odg").replace("\xa0", " ")


def test_what_comes_with_the_outcome_is_left_out_and_said(open_page: OpenPage, corpus: Snapshot) -> None:
    app = open_page("outlook", warehouse=corpus.folder, modality="mri", reviewer="mtus", outcome="overturned")
    assert markup(app, "Left out of the outlook: Relied on by the reviewer and Outcome.")
    assert said(app) == expected(corpus, modality="mri").replace("\xa0", " ")


def test_a_request_is_an_item_whatever_the_unit(open_page: OpenPage, corpus: Snapshot) -> None:
    by_letter, by_item = (
        open_page("outlook", warehouse=corpus.folder, modality="mri", unit=unit) for unit in ("letter", "item")
    )
    assert said(by_letter) == said(by_item)
    assert table_of(by_letter, "Group").equals(table_of(by_item, "Group"))
    assert markup(by_letter, "An outlook counts disputed items") and not markup(by_item, "An outlook counts")
    assert {link["unit"] for link in links_of(by_letter, "Read")} == {"letter"}


def test_the_closest_letters_stand_on_both_sides_with_the_way_to_them(open_page: OpenPage, corpus: Snapshot) -> None:
    app = open_page("outlook", warehouse=corpus.folder, modality="mri", body="neck", admin="mtus")
    cards = markup(app, "ov-card")
    assert [("ov-overturned" in card, "Closeness 100" in card) for card in cards] == [
        *[(True, True)] * 2,
        *[(True, False)] * 3,
        *[(False, True)] * 5,
    ]
    links = links_of(app, "Read")
    assert len(links) == 10
    assert {link["modality"] for link in links} == {"mri"}
    assert len({link["letter"] for link in links}) == 10


def test_the_cost_line_is_a_reason_to_approve_or_none(open_page: OpenPage, corpus: Snapshot) -> None:
    app = open_page("outlook", warehouse=corpus.folder, modality="mri")
    assert not markup(app, "A reason to approve")
    app.number_input(key="ov-cost-treatment").set_value(100).run()
    app.number_input(key="ov-cost-fee").set_value(420).run()
    assert markup(app, "A reason to approve: ")
    app.number_input(key="ov-cost-treatment").set_value(90_000).run()
    assert not markup(app, "A reason to approve: ")
    assert markup(app, "no cost is a reason to deny")


@pytest.mark.parametrize("query", [{}, {"modality": "mri", "body": "knee"}])
def test_no_cost_rests_on_a_rate_that_is_not_given(
    open_page: OpenPage, corpus: Snapshot, query: dict[str, str]
) -> None:
    """Nine letters were decided in 2010: too few for a rate."""
    app = open_page("outlook", warehouse=corpus.folder, date="2010..2010", **query)
    assert "too few" in said(app) or "no decision on exactly this" in said(app)
    assert markup(app, "Too few letters decide such a request to say how often a denial is upheld")
    assert not [one for one in app.number_input if "cost" in str(one.key)]


def check_draft(app: AppTest, text: str) -> AppTest:
    app.text_area(key="ov-draft").set_value(text)
    next(button for button in app.button if button.label == "Check the draft").click()
    return app.run()


def test_a_draft_is_checked_and_leaves_no_trace(
    open_page: OpenPage,
    corpus: Snapshot,
    tmp_path: Path,
    asked: list[str],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    folder = Path(shutil.copytree(corpus.folder, tmp_path / "warehouse"))
    app = check_draft(open_page("outlook", warehouse=folder, modality="mri", body="low_back"), DRAFT)
    assert not app.exception
    text = "".join(markup(app, "ov-checks"))
    assert "The chapter cited, Knee Complaints, does not match the body part: low back (lumbar spine)." in text
    assert "The draft cites 2 guidelines." in text
    cited = "".join(markup(app, "Denials that cited"))
    assert re.search(r"Denials that cited MTUS</dt><dd>\d+ of \d+ overturned", cited)
    for held in (*markup(app), repr([app.query_params[name] for name in app.query_params]), "".join(asked)):
        assert SECRET not in held
    briefing: Any = app.session_state["ov-briefing"]
    assert SECRET.encode() not in briefing.content()
    out = capfd.readouterr()
    assert SECRET not in caplog.text + out.out + out.err
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 3
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]
    next(button for button in app.button if button.label == "Forget it").click().run()
    assert app.text_area(key="ov-draft").value == ""
    assert not markup(app, "ov-checks")
    assert SECRET not in repr(app.session_state)


@pytest.mark.parametrize("text", ["Nothing is cited here.", "The request is refused.", '( " *', "%"])
def test_a_draft_that_cites_nothing_is_told_so(open_page: OpenPage, corpus: Snapshot, text: str) -> None:
    app = check_draft(open_page("outlook", warehouse=corpus.folder), text)
    assert not app.exception
    assert "The draft cites no guideline." in "".join(markup(app, "ov-checks"))


def test_a_draft_that_is_too_long_is_told_so_and_no_old_verdict_stands(open_page: OpenPage, corpus: Snapshot) -> None:
    app = check_draft(open_page("outlook", warehouse=corpus.folder), DRAFT)
    assert markup(app, "The draft cites 2 guidelines.")
    check_draft(app, "ODG. " * 4001)
    assert any("This draft has 20,005 characters, and at most 20,000 are read." in text for text in warnings_of(app))
    assert not markup(app, "ov-checks")
    check_draft(app, DRAFT)
    assert markup(app, "The draft cites 2 guidelines.") and not any("at most" in text for text in warnings_of(app))


def test_a_description_that_is_too_long_is_told_so_and_changes_nothing(open_page: OpenPage, corpus: Snapshot) -> None:
    app = open_page("outlook", warehouse=corpus.folder, modality="ct")
    app.text_input(key="ov-outlook-words").set_value("MRI of the knee " * 40).run()
    assert any("This description has 639 characters, and at most 500 are read." in text for text in warnings_of(app))
    assert app.query_params["modality"] == "ct" and "body" not in app.query_params
    assert not markup(app, "Understood")
    app.text_input(key="ov-outlook-words").set_value("  MRI of the knee " + " " * 600).run()
    assert app.query_params["modality"] == "mri" and markup(app, "Understood")


def test_nothing_is_told_to_anybody_about_the_use_of_a_page() -> None:
    told = tomllib.loads((ROOT / ".streamlit/config.toml").read_text(encoding="utf-8"))
    assert told["browser"]["gatherUsageStats"] is False


def test_a_draft_that_cannot_be_read_is_said(
    open_page: OpenPage, corpus: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draft, "_SECONDS", 0.001)
    app = check_draft(open_page("outlook", warehouse=corpus.folder), DRAFT)
    assert any("could not be read" in text for text in warnings_of(app))


def test_a_hostile_draft_is_shown_as_text(open_page: OpenPage, corpus: Snapshot) -> None:
    app = check_draft(
        open_page("outlook", warehouse=corpus.folder), "Per MTUS <script>alert(1)</script> and ODG <img src=x> 2004."
    )
    assert not app.exception
    assert not markup(app, "<script") and not markup(app, "<img")


def test_a_letter_has_decisions_like_its_own(open_page: OpenPage, corpus: Snapshot) -> None:
    with corpus.connect() as connection:
        rows = connection.execute(
            "SELECT letter_id FROM letters JOIN decisions USING (letter_key) WHERE disputed LIKE '%knee' ORDER BY outcome"
        ).fetchall()
    app = open_page("letter", warehouse=corpus.folder, letter=rows[0][0])
    assert "Decisions like this one" in [heading.value for heading in app.main.subheader]
    cards = markup(app, "ov-card")
    assert ["ov-overturned" in card for card in cards] == [True] * 5 + [False] * 5
    assert not any("MRI of the lumbar spine and knee" in card for card in cards[:5]), "its own letter is left out"
    assert all(link["letter"] != rows[0][0][:16] for link in links_of(app, "Read"))
    assert markup(app, "Comparable letters here: ")
    (outlook,) = links_of(app, "How would a request like it fare now?")
    assert {name: outlook[name] for name in ("modality", "body", "category")} == {
        "modality": "mri",
        "body": "knee,low_back",
        "category": "diagnostic_testing",
    }
