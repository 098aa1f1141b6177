"""What one does with a letter: cite it, collect its items, get its PDF, see its other versions, report a wrong value."""

from __future__ import annotations

import html
import shutil
from pathlib import Path
from typing import Any

import pytest
from page_views import OpenPage, answer_of, links_of, markup, warnings_of
from streamlit.testing.v1 import AppTest

from data.corrections import corrections, report
from data.warehouse import Snapshot
from loaders.ingest import ingest
from tests.builder import COVER, Item, raw_letter
from tests.conftest import SAMPLES

CASE = "CM16-0990018"


def id_of(warehouse: Snapshot, case: str = CASE) -> str:
    with warehouse.connect() as connection:
        (found,) = connection.execute("SELECT letter_id FROM letters WHERE case_number = ?", [case]).fetchone() or ("",)
    return str(found)


@pytest.fixture
def folder(sample_warehouse: Snapshot, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sample_warehouse.folder, tmp_path / "warehouse"))


def notes_of(app: AppTest) -> str:
    return html.unescape("".join(markup(app)))


def download(app: AppTest, key: str) -> Any:
    return next((one for one in app.main.get("download_button") if one.proto.id.endswith(key)), None)


def test_an_item_is_cited_and_so_is_the_letter(open_page: OpenPage, sample_warehouse: Snapshot) -> None:
    app = open_page("letter", letter=id_of(sample_warehouse), item="3")
    letter = f"California IMR Final Determination {CASE}, decided 24 Aug 2016"
    item = "item 3 of 3 (Post-operative physical therapy, 12 sessions): upheld, page 3 of the PDF."
    assert [code.value for code in app.main.code] == [f"{letter}, {item}", f"{letter}."]


def test_the_item_in_hand_is_chosen_and_stands_in_the_address(open_page: OpenPage, sample_warehouse: Snapshot) -> None:
    app = open_page("letter", letter=id_of(sample_warehouse))
    box = app.selectbox(key=f"ov-item-{id_of(sample_warehouse)[:16]}")
    assert box.value == 1
    box.set_value(2).run()
    assert not app.exception
    assert app.query_params["item"] == "2"
    assert "item 2 of 3" in app.main.code[0].value
    assert [heading.value[:6] for heading in app.main.subheader if heading.value.startswith("Item")] == [
        *("Item 2", "Item 1", "Item 3")
    ]


def test_until_when_what_was_upheld_stays_refused(open_page: OpenPage, sample_warehouse: Snapshot) -> None:
    app = open_page("letter", letter=id_of(sample_warehouse))
    (said,) = markup(app, "stayed refused until")
    assert "Items 2 and 3 stayed refused until 14 Jun 2017, 12 months after" in said
    assert "documents a change in the facts material" in said


def test_the_parts_stand_in_the_order_of_the_letter(open_page: OpenPage, sample_warehouse: Snapshot) -> None:
    app = open_page("letter", letter=id_of(sample_warehouse))
    (parts,) = markup(app, 'class="ov-parts"')
    assert parts.count("<li>") == 6
    (text,) = markup(app, 'class="ov-reader"')
    for anchor in ("s-cover", "s-reviewer", "s-summary", "i1", "i2", "i3"):
        assert f'href="#{anchor}"' in parts
        assert text.count(f'id="{anchor}"') == 1
    assert text.index('id="s-summary"') < text.index('id="i1"') < text.index('id="i2"')


def test_the_other_determinations_are_links_that_keep_the_filter(open_page: OpenPage, tmp_path: Path) -> None:
    sample = "SAMPLE LETTER WRITTEN FOR OVERTURN.\n\n"
    first = sample + raw_letter(Item(), cover=COVER)
    later = sample + raw_letter(Item("CT of the left knee"), cover=COVER).replace("01/09/2017", "03/09/2017")
    for name, text in (("first", first), ("later", later)):
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    snapshot = ingest([tmp_path / "first.txt", tmp_path / "later.txt"], tmp_path / "wh", demonstration=True).snapshot
    assert snapshot is not None
    with snapshot.connect() as connection:
        ids = dict(connection.execute("SELECT source, letter_id FROM letters").fetchall())
    app = open_page("letter", warehouse=snapshot.folder, letter=ids["first.txt"], modality="mri", page="3")
    (link,) = links_of(app, "Later determination of this case, decided 9 Mar 2017")
    assert (link["letter"], link["modality"], link["page"]) == (ids["later.txt"][:16], "mri", "3")
    assert any("A later determination of this case is loaded" in said for said in warnings_of(app))
    assert not markup(app, "refused until")  # the later one may have said otherwise
    app = open_page("letter", warehouse=snapshot.folder, letter=ids["later.txt"])
    assert links_of(app, "Earlier determination of this case, decided 9 Jan 2017")
    assert markup(app, "The request stayed refused until 18 Nov 2017")


def test_the_pdf_is_offered_while_it_lies_where_it_was(open_page: OpenPage, tmp_path: Path) -> None:
    pdf = tmp_path / "letters" / f"{CASE}.pdf"
    pdf.parent.mkdir()
    shutil.copy(SAMPLES / "letters" / pdf.name, pdf)
    snapshot = ingest([pdf.parent], tmp_path / "wh", demonstration=True).snapshot
    assert snapshot is not None
    place = {"warehouse": snapshot.folder, "letter": id_of(snapshot)}
    app = open_page("letter", **place)
    assert download(app, "ov-original") is not None
    pdf.write_bytes(b"%PDF another one")
    app = open_page("letter", **place)
    assert download(app, "ov-original") is None
    assert any("is not the one that was loaded any more" in one.value.replace("\\", "") for one in app.main.markdown)


def choose(app: AppTest, field: str) -> AppTest:
    app.selectbox(key="ov-report-field-1").set_value(field).run()
    assert not app.exception
    return app


def test_a_wrong_value_is_reported_and_shown_and_no_figure_changes(
    open_page: OpenPage, sample_warehouse: Snapshot, folder: Path
) -> None:
    identity = id_of(sample_warehouse)
    app = open_page("letter", warehouse=folder, letter=identity)
    before = answer_of(open_page("overview", warehouse=folder))
    app = choose(app, "body_parts")
    assert "Read: Knee" in notes_of(app)
    app.multiselect(key=f"ov-report-{identity[:16]}-1-body_parts").set_value(["knee", "hip"])
    app.text_area(key="ov-report-remark").set_value("<b>It</b> names the hip.")
    app.button(key="ov-report-send").click().run()
    assert "Say who reports it" in notes_of(app)
    assert corrections(folder) == []
    app.text_input(key="ov-report-who").set_value("R. Nurse")
    app.button(key="ov-report-send").click().run()
    assert not app.exception
    (made,) = corrections(folder)
    assert (made.letter_id, made.ordinal, made.field, made.who) == (identity, 1, "body_parts", "R. Nurse")
    assert (made.read_value, made.right_value, made.source) == ("knee", "hip;knee", f"{CASE}.pdf")
    assert made.snapshot == sample_warehouse.snapshot_id
    (shown,) = markup(app, "ov-reported")
    assert "Body parts: read as Knee, reported wrong by R. Nurse on" in shown
    assert "should be Hip and buttock, Knee (&lt;b&gt;It&lt;/b&gt; names the hip.)" in shown
    assert answer_of(open_page("overview", warehouse=folder)) == before


@pytest.mark.parametrize(
    ("field", "widget", "value", "right"),
    [
        ("outcome", "selectbox", "upheld", "upheld"),
        ("decision_date", "date_input", None, ""),
        ("age", "number_input", 37, "37"),
        ("sex", "selectbox", "", ""),
        ("specialties", "multiselect", ["sports_medicine"], "sports_medicine"),
    ],
)
def test_every_kind_of_field_has_its_widget(
    open_page: OpenPage, sample_warehouse: Snapshot, folder: Path, field: str, widget: str, value: Any, right: str
) -> None:
    identity = id_of(sample_warehouse)
    app = choose(open_page("letter", warehouse=folder, letter=identity), field)
    of = 1 if field == "outcome" else 0
    getattr(app, widget)(key=f"ov-report-{identity[:16]}-{of}-{field}").set_value(value)
    app.text_input(key="ov-report-who").set_value("R. Nurse")
    app.button(key="ov-report-send").click().run()
    assert not app.exception
    (made,) = corrections(folder)
    assert (made.field, made.right_value, made.ordinal) == (field, right, of or None)


def test_a_report_that_was_taken_back_and_a_remark_are_said_as_such(
    open_page: OpenPage, sample_warehouse: Snapshot, folder: Path
) -> None:
    identity = id_of(sample_warehouse)
    said: dict[str, Any] = {"who": "A", "snapshot": "s", "source": "x.pdf"}
    report(folder, identity, 2, "outcome", "upheld", "overturned", **said)
    report(folder, identity, 2, "outcome", "upheld", "upheld", **said | {"who": "B"})
    report(folder, identity, None, "other", "", "", remark="A page is missing.", **said)
    page = notes_of(open_page("letter", warehouse=folder, letter=identity))
    assert "Outcome: confirmed by B on" in page
    assert "reported wrong by A" not in page
    assert "A page is missing." in page


def test_a_damaged_file_of_notes_is_told_and_the_letter_is_shown(
    open_page: OpenPage, sample_warehouse: Snapshot, folder: Path
) -> None:
    (folder / "notes.sqlite").write_bytes(b"no database" * 500)
    app = open_page("letter", warehouse=folder, letter=id_of(sample_warehouse))
    assert any("cannot be read" in said for said in warnings_of(app))
    assert markup(app, 'class="ov-reader"')
