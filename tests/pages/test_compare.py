"""Compare and the fix list on the samples: figures of the labels, the second filter in the address, doors."""

from __future__ import annotations

import re

import pytest
from page_views import OpenPage, answer_of, links_of, markup, table_of, warnings_of
from sample_labels import items

from data.filters import from_query
from data.segments import segment_from

ITEMS = items()


def test_everyone_else_is_what_a_leaves(open_page: OpenPage) -> None:
    app = open_page("compare", admin="mtus")
    rows = table_of(app, "Segment").set_index("Segment")
    inside = [item for item in ITEMS if "mtus" in item.admin]
    outside = [item for item in ITEMS if "mtus" not in item.admin]
    for name, kept in (("A", inside), ("B", outside)):
        assert rows.loc[name, "Decisions"] == len(kept)
        assert rows.loc[name, "Overturned"] == sum(item.overturned for item in kept)
        assert rows.loc[name, "Letters"] == len({item.letter for item in kept})
    assert markup(app, "No decision is in both.")
    assert re.match(r"A: \d+ of \d+ overturned in \d+ letters, .* B: .*", answer_of(app))
    [others] = links_of(app, "Show the letters of B")
    assert others["admin"] == "!mtus"


def test_two_filters_leave_out_what_both_hold(open_page: OpenPage) -> None:
    app = open_page("compare", admin="mtus", b="reviewer=mtus")
    rows = table_of(app, "Segment").set_index("Segment")
    a = [item for item in ITEMS if "mtus" in item.admin and "mtus" not in item.reviewer]
    b = [item for item in ITEMS if "mtus" in item.reviewer and "mtus" not in item.admin]
    both = sum("mtus" in item.reviewer and "mtus" in item.admin for item in ITEMS)
    assert (rows.loc["A, as compared", "Decisions"], rows.loc["B, as compared", "Decisions"]) == (len(a), len(b))
    assert markup(app, f"{both} decisions are in both and left out of the difference")


def test_the_second_filter_stays_when_the_first_one_changes(open_page: OpenPage) -> None:
    app = open_page("compare", admin="mtus", modality="ct,mri", b="admin=odg&body=knee")
    app.button(key="ov-chip-0").click().run()
    assert not app.exception
    assert segment_from(app.query_params["b"], from_query({})) == from_query({"admin": "odg", "body": "knee"})
    assert "admin" in app.query_params or "modality" in app.query_params


def test_swapping_exchanges_the_filters(open_page: OpenPage) -> None:
    app = open_page("compare", admin="mtus", b="admin=odg", unit="letter")
    before = table_of(app, "Segment").set_index("Segment")
    app.button(key="ov-b-swap").click().run()
    after = table_of(app, "Segment").set_index("Segment")
    assert list(after.loc["A"])[:2] == list(before.loc["B"])[:2]
    assert (app.query_params["admin"], app.query_params["b"], app.query_params["unit"]) == (
        "odg",
        "admin=mtus",
        "letter",
    )


def test_b_is_made_from_a_and_then_changed(open_page: OpenPage) -> None:
    app = open_page("compare", admin="mtus")
    app.button(key="ov-b-same").click().run()
    assert app.query_params["b"] == "admin=mtus"
    assert answer_of(app) == "A and B are the same decisions: change one of them to compare."
    app.multiselect(key="ov-b-admin").set_value(["odg"]).run()
    assert app.query_params["b"] == "admin=odg"
    app.button(key="ov-chip-b-0").click().run()
    assert app.query_params["b"] == "everything"
    assert markup(app, "all of A lies in B, so the difference is A minus the rest of B")
    app.segmented_control(key="ov-b-kind").set_value("rest").run()
    assert "b" not in app.query_params


def test_one_outcome_alone_is_counted_and_not_rated(open_page: OpenPage) -> None:
    app = open_page("compare", outcome="overturned", b="outcome=upheld")
    overturned = [item for item in ITEMS if item.overturned]
    upheld = [item for item in ITEMS if not item.overturned]
    counts = [
        f"{len(kept)} decisions in {len({item.letter for item in kept})} letters" for kept in (overturned, upheld)
    ]
    assert answer_of(app).startswith(f"A: {counts[0]}. B: {counts[1]}. One outcome alone is in")
    assert list(table_of(app, "Segment").columns)[-3:] == ["Overturned", "Decisions", "Letters"]
    assert not markup(app, "100 %")
    assert not [block for block in markup(app, "points") if "ov-figure" in block]
    assert "Of A" in table_of(app, "Value").columns


@pytest.mark.parametrize("b", ["nonsense", "colour=red", "modality=hologram", "date=2017..2016"])
def test_a_second_filter_that_cannot_be_read_is_named_and_holds_nothing(open_page: OpenPage, b: str) -> None:
    app = open_page("compare", admin="mtus", b=b)
    assert answer_of(app) == "No decision is in B, so there is nothing to compare."
    assert any(warning.startswith("B: ") for warning in warnings_of(app))


def test_too_few_are_said_to_be(open_page: OpenPage) -> None:
    app = open_page("compare", modality="spect", b="modality=bone_scan")
    assert "too few" in answer_of(app)
    assert markup(app, "too few")


def test_without_a_filter_it_says_how_to_begin(open_page: OpenPage) -> None:
    app = open_page("compare")
    assert answer_of(app).startswith("Choose what to compare")
    assert not markup(app, "0 of 0")
    assert not markup(app, "what A leaves")
    app.button(key="ov-example-0").click().run()
    counts = {key: sum(key in item.imaging for item in ITEMS) for key in ("mri", "ct", "xray", "spect", "bone_scan")}
    a, b = sorted(counts, key=lambda key: -counts[key])[:2]
    assert (app.query_params["modality"], app.query_params["b"]) == (a, f"modality={b}")
    assert answer_of(app).startswith("A: ")
    assert len(open_page("compare").button(key="ov-example-2").label) > 10


def test_the_table_of_the_make_up_counts_whole_items_and_gives_no_share_of_few(open_page: OpenPage) -> None:
    app = open_page("compare", modality="spect")
    table = table_of(app, "Value")
    for name in ("In A", "Of A", "In B", "Of B"):
        assert table[name].map(lambda value: float(value).is_integer()).all()
        assert table[name].dtype.kind == "i", name
    assert (table["Of A"] > 0).all()
    assert table["Share of A %"].isna().all()  # fewer than 10 letters
    assert table["Points"].isna().all()
    segments = table_of(app, "Segment").set_index("Segment")
    assert segments.loc["A", "Which decisions"] == "SPECT"
    assert segments.loc["B", "Which decisions"] == "everyone else"


@pytest.mark.parametrize("query", [{}, {"modality": "mri,ct"}, {"unit": "letter"}])
def test_the_fix_list_counts_what_the_labels_count(open_page: OpenPage, query: dict[str, str]) -> None:
    app = open_page("fixes", **query)
    rows = table_of(app, "Rank")
    modalities = set(query.get("modality", "").split(",")) - {""}
    kept = [item for item in ITEMS if not modalities or item.imaging & modalities]
    for which, side in (("Cited by the claims administrator", "admin"), ("Relied on by the reviewer", "reviewer")):
        part = rows[rows["Which"] == which].set_index("What")
        for label, key in (("MTUS", "mtus"), ("ODG", "odg"), ("None cited", "none")):
            behind = [item for item in kept if key in getattr(item, side) and item.overturned]
            letters = len({item.letter for item in behind})
            if behind:
                assert part.loc[label, "Overturned"] == (letters if query.get("unit") else len(behind))
                assert part.loc[label, "In letters"] == letters
            else:
                assert label not in part.index
    assert list(rows["Overturned"]) == sorted(rows["Overturned"], reverse=True)


def test_a_line_of_the_fix_list_leads_to_its_letters(open_page: OpenPage) -> None:
    app = open_page("fixes", admin="mtus,odg")
    first = table_of(app, "Rank").iloc[0]
    behind = next(link for link in links_of(app, "Letters") if link.get("outcome") == "overturned")
    shown = open_page("letters", **behind)
    assert answer_of(shown).startswith(f"{first['Overturned']} decision")


def test_the_fix_list_goes_down_to_documents_and_stays_there(open_page: OpenPage) -> None:
    app = open_page("fixes", admin="mtus,odg", level="document")
    assert any(markup(app, "denied with"))
    words = links_of(app, "Letters with these words")
    assert words
    assert all(link["outcome"] == "overturned" and link["words"].startswith('"') for link in words)
    assert not answer_of(open_page("letters", **words[0])).startswith("No decision")
    app.button(key="ov-chip-0").click().run()
    assert app.query_params["level"] == "document"
    app.segmented_control(key="ov-level").set_value("source").run()
    assert "level" not in app.query_params
    assert not app.exception
