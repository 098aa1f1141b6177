"""The page on guideline sources: both sides, the way from a source to its sections, search steps, editions, none cited."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from page_views import OpenPage, answer_of, links_of, markup, table_of, warnings_of

from data.citing import citation_label
from data.filters import Choice, Filters
from data.schema import NOT_STATED, dimensions
from data.warehouse import Snapshot
from pages.parts import sources
from tests.plain import PlainItem, plain_items


@pytest.fixture(scope="module")
def items(sample_warehouse: Snapshot) -> list[PlainItem]:
    return plain_items(sample_warehouse)


def counts_of(app: Any, heading: str) -> dict[str, tuple[int, int]]:
    """(overturned, decisions) by label of the table with that heading."""
    table = table_of(app, heading)
    return {row[heading]: (row["Overturned"], row["Decisions"]) for _, row in table.iterrows()}


def counted(items: Iterable[PlainItem], dimension: str) -> dict[str, tuple[int, int]]:
    """The same by hand: a row for every key that an item holds."""
    decided: Counter[str] = Counter()
    overturned: Counter[str] = Counter()
    for item in items:
        for key in item.held[dimension]:
            label = dimensions()[dimension].term_label(key)
            decided[label] += 1
            overturned[label] += item.overturned
    return {label: (overturned[label], n) for label, n in decided.items()}


def test_both_sides_show_how_the_two_relate(open_page: OpenPage, items: list[PlainItem]) -> None:
    app = open_page("guidelines", sides="both")
    assert counts_of(app, "Sources of both sides") == counted(
        [item for item in items if item.held["agreement"] != {NOT_STATED}], "agreement"
    )
    overturned, decided = counted(items, "agreement")["The same sources"]
    said = markup(app, "the same sources, ")[0]
    assert f"the same sources, {overturned} of {decided} overturned in" in said
    assert not [frame for frame in app.main.dataframe if frame.value.columns[0] == "Guideline source"]
    assert len(markup(app, "cited none: ")) == 2


def test_the_switch_turns_the_page_and_both_is_kept_beside_the_filter(open_page: OpenPage) -> None:
    app = open_page("guidelines", modality="ct,mri")
    switch = app.button_group(key="ov-w-sides")
    assert switch.value == "admin"
    switch.set_value("both").run()
    assert app.query_params["sides"] == "both" and table_of(app, "Sources of both sides") is not None
    app.button(key="ov-chip-0").click().run()
    assert app.query_params["sides"] == "both"
    app.button_group(key="ov-w-sides").set_value("reviewer").run()
    assert app.query_params["side"] == "reviewer" and "sides" not in app.query_params
    assert any("reviewer relied on" in heading.value for heading in app.subheader)


@pytest.mark.parametrize("side", ["admin", "reviewer"])
def test_search_steps_and_editions_count_what_the_records_say(
    open_page: OpenPage, items: list[PlainItem], side: str
) -> None:
    app = open_page("guidelines", side=side)
    assert counts_of(app, "Search step") == counted(items, f"{side}_step")
    mtus = [item for item in items if "mtus" in item.held[side]]
    assert counts_of(app, "Edition in force") == counted(mtus, "mtus_edition")
    assert markup(app, "MTUS as before 1 Dec 2017: ")
    assert markup(app, "Not citing the MTUS, before the same day: ")


def test_none_cited_is_said_with_and_without_ancillary_items(open_page: OpenPage, items: list[PlainItem]) -> None:
    for side in ("admin", "reviewer"):
        none = [item for item in items if item.held[f"{side}_profile"] == {"none"}]
        kept = [item for item in none if "ancillary" not in item.flags]
        found = markup(open_page("guidelines", side=side), "cited none: ")[0]
        figures = [tuple(map(int, pair)) for pair in re.findall(r"(\d+) of (\d+) overturned", found)]
        expected = [(sum(item.overturned for item in part), len(part)) for part in (none, kept) if part]
        assert figures == (expected if len(kept) < len(none) else expected[:1])


def cited_in(snapshot: Snapshot, side: str, column: str, condition: Callable[[Any, Any], bool]) -> dict[str, set[Any]]:
    """Items by the document or section that a side cites, from the table of citations."""
    with snapshot.connect() as connection:
        rows = connection.execute(
            "SELECT letter_key, ordinal, source, document, sections FROM citations WHERE side = ?", [side]
        ).fetchall()
    found: dict[str, set[Any]] = {}
    for letter, ordinal, source, document, sections in rows:
        for section in sections or [None]:
            if condition(source, document):
                level: Any = "document" if column == "document" else "section"
                label = citation_label(level, (document if column == "document" else section) or NOT_STATED)
                found.setdefault(label, set()).add((letter, ordinal))
    return found


def test_a_source_opens_its_documents_and_a_document_its_sections(
    open_page: OpenPage, items: list[PlainItem], sample_warehouse: Snapshot
) -> None:
    charted = {(item.letter, item.ordinal): item.overturned for item in items}

    def expected(column: str, condition: Callable[[Any, Any], bool]) -> dict[str, tuple[int, int]]:
        cited = cited_in(sample_warehouse, "claims_administrator", column, condition)
        kept = {label: [charted[one] for one in held if one in charted] for label, held in cited.items()}
        return {label: (sum(held), len(held)) for label, held in kept.items() if held}

    app = open_page("guidelines", admin="mtus", source="mtus")
    assert any(heading.value == "Documents of MTUS" for heading in app.subheader)
    assert counts_of(app, "Document") == expected("document", lambda source, _: source == "mtus")
    open_ = "chronic_pain_medical_treatment"
    app = open_page("guidelines", admin="mtus", source="mtus", document=open_)
    assert counts_of(app, "Section") == expected("section", lambda s, d: (s, d) == ("mtus", open_))
    (found,) = links_of(app, 'Letters with the words "Chronic Pain Medical Treatment"')
    assert found["words"] == '"Chronic Pain Medical Treatment"' and found["admin"] == "mtus" and "source" not in found
    app.button(key="ov-one-source").click().run()
    assert app.query_params["source"] == "mtus" and "document" not in app.query_params
    app.button(key="ov-all-sources").click().run()
    assert set(app.query_params) == {"snapshot"}
    assert table_of(app, "Guideline source") is not None


def test_what_is_open_stays_when_a_condition_goes(open_page: OpenPage) -> None:
    app = open_page("guidelines", admin="odg", modality="ct", source="odg")
    app.button(key="ov-chip-0").click().run()
    assert app.query_params["source"] == "odg" and table_of(app, "Document") is not None


def test_clicks_choose_and_open(monkeypatch: pytest.MonkeyPatch) -> None:
    now = Filters(words="knee").choose("admin", Choice(("odg",)))
    asked: list[tuple[Filters, dict[str, str]]] = []
    monkeypatch.setattr(sources, "current", lambda: now)
    monkeypatch.setattr(sources, "apply", lambda filters, **options: asked.append((filters, options)))
    sources.open_source("admin", "mtus")
    assert asked.pop() == (now.choose("admin", Choice(("mtus",))), {"source": "mtus", "document": ""})
    sources.open_document("low_back_complaints")
    assert asked.pop() == (now, {"document": "low_back_complaints"})
    sources.find_section("Opioids, criteria")
    assert asked.pop()[0].words == 'knee "Opioids, criteria"'
    sources.find_section(NOT_STATED)
    assert asked == []
    toggled: list[tuple[str, str]] = []
    monkeypatch.setattr(sources, "toggle", lambda *mark: toggled.append(mark))
    sources.open_source("reviewer", "none")
    assert (toggled, asked) == ([("reviewer", "none")], [])


def test_a_source_that_is_not_known_is_told_and_a_document_nobody_cites_shows_nothing(open_page: OpenPage) -> None:
    app = open_page("guidelines", source="stars")
    assert any("opens the source stars" in warning for warning in warnings_of(app))
    assert table_of(app, "Guideline source") is not None
    app = open_page("guidelines", source="odg", document="![x](//e.example)<b>")
    assert any("Nothing to show here" in info.value for info in app.info)
    assert answer_of(app).startswith("93 decisions")
    assert not markup(app, "<b></b>") and not any("![x](" in text.value for text in app.main.markdown)


def test_a_side_that_never_cites_the_mtus_is_told_so(open_page: OpenPage) -> None:
    app = open_page("guidelines", admin_profile="none")
    assert markup(app, "No decision for which the claims administrator cited the MTUS.")
