"""The quote pack: what is put in on letters stands on its page, in one's own order, and goes into one document."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from page_views import OpenPage, answer_of, links_of, markup, warnings_of
from streamlit.testing.v1 import AppTest

from data.corrections import report
from data.warehouse import Snapshot


def ids(warehouse: Snapshot) -> dict[str, str]:
    with warehouse.connect() as connection:
        return dict(connection.execute("SELECT case_number, letter_id FROM letters").fetchall())


def turned(app: AppTest, page: str) -> AppTest:
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    return app


def requests(app: AppTest) -> list[str]:
    return [match for card in markup(app, 'class="ov-card') for match in re.findall(r"<h4>(.*?)</h4>", card)]


def test_items_are_collected_from_letters_and_survive_turning_pages(
    open_page: OpenPage, sample_warehouse: Snapshot
) -> None:
    found = ids(sample_warehouse)
    app = open_page("letter", letter=found["CM16-0990018"], item="3")
    assert not links_of(app, "Quote pack (1)")
    app.button(key="ov-pack-add").click().run()
    (link,) = links_of(app, "Quote pack (1)")
    assert link["pack"] == f"{found['CM16-0990018'][:16]}.3"
    app.query_params["letter"] = found["CM14-0990001"]
    del app.query_params["item"]
    app.run()
    app.button(key="ov-pack-add").click().run()
    turned(turned(app, "letters"), "pack")
    assert requests(app) == ["Post-operative physical therapy, 12 sessions", "Bone density scan"]
    assert answer_of(app).startswith("2 decisions: 1 overturned, 1 upheld. These are past decisions")
    assert app.query_params["pack"] == f"{found['CM16-0990018'][:16]}.3,{found['CM14-0990001'][:16]}.1"
    (read, _) = links_of(app, "Read")
    assert (read["letter"], read["item"]) == (found["CM16-0990018"][:16], "3")


def test_all_items_go_in_at_once_and_one_comes_out_again(open_page: OpenPage, sample_warehouse: Snapshot) -> None:
    app = open_page("letter", letter=ids(sample_warehouse)["CM16-0990018"], item="2")
    app.button(key="ov-pack-all").click().run()
    assert links_of(app, "Quote pack (3)")
    app.button(key="ov-pack-remove").click().run()
    assert links_of(app, "Quote pack (2)")
    app.button(key="ov-pack-add").click().run()
    assert [entry.rsplit(".", 1)[1] for entry in links_of(app, "Quote pack (3)")[0]["pack"].split(",")] == [
        "1",
        "3",
        "2",
    ]


def test_a_link_brings_a_pack_back_and_it_is_put_in_order_emptied_and_cleared(
    open_page: OpenPage, sample_warehouse: Snapshot
) -> None:
    letter = ids(sample_warehouse)["CM16-0990018"][:16]
    app = open_page("pack", pack=f"{letter}.1,{letter}.2,{letter}.3")
    first, second, third = requests(app)
    app.button(key="ov-pack-down-0").click().run()
    assert requests(app) == [second, first, third]
    app.button(key="ov-pack-up-2").click().run()
    assert requests(app) == [second, third, first]
    app.button(key="ov-pack-up-1").click().run()
    assert requests(app) == [third, second, first]
    assert app.query_params["pack"] == f"{letter}.3,{letter}.2,{letter}.1"
    app.button(key="ov-pack-out-1").click().run()
    assert requests(app) == [third, first]
    assert app.button(key="ov-pack-up-0").disabled
    assert app.button(key="ov-pack-down-1").disabled
    app.button(key="ov-pack-clear").click().run()
    assert "The quote pack is empty" in app.info[0].value
    assert "pack" not in app.query_params


def test_what_the_snapshot_lacks_is_said_and_left_out(open_page: OpenPage, sample_warehouse: Snapshot) -> None:
    letter = ids(sample_warehouse)["CM16-0990018"][:16]
    app = open_page("pack", pack=f"{'0' * 16}.1,{letter}.9,{letter}.1,<script>")
    assert any("2 items of this pack cannot be found" in said for said in warnings_of(app))
    assert len(requests(app)) == 1
    assert answer_of(app).startswith("1 decision: 1 overturned, 0 upheld.")


def test_a_value_reported_as_wrong_stands_in_the_pack_without_names(
    open_page: OpenPage, sample_warehouse: Snapshot, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(sample_warehouse.folder, tmp_path / "warehouse"))
    letter = ids(sample_warehouse)["CM16-0990018"]
    report(
        folder,
        letter,
        1,
        "outcome",
        "overturned",
        "upheld",
        who="R. Nurse",
        snapshot="s",
        source="x.pdf",
        remark="Ask me.",
    )
    app = open_page("pack", warehouse=folder, pack=f"{letter[:16]}.1,{letter[:16]}.2")
    first, second = markup(app, 'class="ov-card')
    assert "Outcome: read as Overturned, reported wrong on " in first
    assert ": should be Upheld</b>" in first
    assert "Nurse" not in first and "Ask me" not in first  # a paper that leaves the house names nobody
    assert "reported wrong" not in second
