"""The condition builder: what it shows of a link, what it applies, what stays a draft."""

from __future__ import annotations

from typing import Any

from page_views import OpenPage, answer_of, links_of, markup, warnings_of
from streamlit.testing.v1 import AppTest

LINK = "modality.any.ct.mri~~and~~body.is.knee~or~outcome.is.overturned"
SAID = "Imaging modality is any of CT, MRI and (Body part is Knee or Outcome is overturned)"


def _of(kind: Any, part: str) -> list[Any]:
    return [one for one in kind if part in (one.key or "")]


def _click(app: AppTest, part: str, place: int = 0) -> None:
    _of(app.button, part)[place].click().run()
    assert not app.exception, [error.message for error in app.exception]


def test_a_link_is_read_back_and_is_a_chip_on_every_page(open_page: OpenPage) -> None:
    app = open_page("explore", where=LINK)
    assert [f'<span class="ov-read-as">{SAID}.' in block for block in markup(app, "ov-read-as")] == [True]
    assert [box.value for box in _of(app.selectbox, "ov-build-field")] == ["modality", "body", "outcome"]
    assert links_of(app, "Letters")[0]["where"] == LINK
    assert _of(app.button, "ov-build-apply")[0].disabled
    other = open_page("overview", where=LINK)
    assert [one.label.replace("\\", "") for one in _of(other.button, "ov-chip-0")] == [f"{SAID} ✕"]
    assert any("choose some of the decisions by their outcome" in block for block in markup(other))
    _click(other, "ov-chip-0")
    assert "where" not in other.query_params


def test_conditions_are_put_together_and_applied_when_they_are_finished(open_page: OpenPage) -> None:
    app = open_page("explore", category="surgery")
    _of(app.selectbox, "ov-build-field")[0].set_value("worker_age").run()
    _of(app.selectbox, "ov-build-operator")[0].set_value("least").run()
    assert _of(app.button, "ov-build-apply")[0].disabled, "nothing half written is applied"
    _of(app.number_input, "ov-build-value")[0].set_value(30).run()
    _click(app, "ov-build-group")
    _of(app.selectbox, "ov-build-field")[1].set_value("outcome").run()
    _of(app.selectbox, "ov-build-values")[0].set_value("upheld").run()
    assert "where" not in app.query_params
    _click(app, "ov-build-apply")
    assert app.query_params["where"] == "worker_age.least.30~and~outcome.is.upheld"
    assert "no rate follows" in answer_of(app)
    _click(app, "ov-build-turn")
    assert app.query_params["where"] == "category.is.surgery~and~worker_age.least.30~and~outcome.is.upheld"
    assert "category" not in app.query_params
    _click(app, "ov-build-remove", 1)
    _click(app, "ov-build-undo")
    assert len(_of(app.selectbox, "ov-build-field")) == 3


def test_a_sentence_is_read_into_rows_or_says_why_not(open_page: OpenPage) -> None:
    app = open_page("explore")
    _of(app.text_area, "ov-build-typed")[0].set_value("Body part is kne")
    _click(app, "ov-build-read")
    assert warnings_of(app)[1:] == ["At “kne”: Body part knows no such value; is Knee meant?"]
    _of(app.text_area, "ov-build-typed")[0].set_value(SAID)
    _click(app, "ov-build-read")
    _click(app, "ov-build-apply")
    assert app.query_params["where"] == LINK


def test_an_unreadable_condition_is_named_and_shows_nothing(open_page: OpenPage) -> None:
    app = open_page("explore", where="modality.near.ct")
    assert any("cannot be read: Imaging modality cannot be compared by 'near'." in said for said in warnings_of(app))
    assert any("No decision matches" in info.value for info in app.info)
