"""Filters as people use them: marks, widgets, chips, menu, the browser's own buttons, and links."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from screens import Screen, Server

pytestmark = pytest.mark.browser

TITLES = {
    "Overview": "When a denial is appealed, how often is it overturned?",
    "Guideline sources": "How do denials fare by the guideline behind them?",
    "Imaging modalities": "How do imaging requests fare?",
    "Reviewer specialties": "Does the reviewer’s specialty matter?",
    "Compare": "How do two filters differ?",
    "Fix list": "What stands behind the overturned items?",
    "Letters": "Which letters are behind these figures?",
}
EVERYTHING = "93 decisions in 40 letters; 22 overturned: 24 % (16 to 34 %)."


def highlighted(screen: Screen) -> list[str]:
    """What the menu shows as the page that is open."""
    bold = "links => links.filter(e => +getComputedStyle(e).fontWeight >= 600).map(e => e.innerText)"
    return list(screen.page.locator(".st-key-ov-menu a p").evaluate_all(bold))


def click_mark(screen: Screen, chart: str, number: int = 0) -> Screen:
    """Click a mark of the chart whose key begins so."""
    points = screen.page.locator(f'[class*="st-key-{chart}"] path.point')
    points.nth(number).wait_for()
    return screen.after(lambda: points.nth(number).click(force=True))


def test_a_click_on_a_dot_filters_and_another_one_lets_go(screen: Screen, server: Server) -> None:
    screen.open(server.address("guidelines"))
    screen.until(lambda: screen.answer.startswith(EVERYTHING) and screen.chips == [])
    click_mark(screen, "ov-dots-admin_profile-Sources")
    screen.until(lambda: screen.chips == ["Administrator: MTUS only"])
    screen.until(lambda: screen.query.get("admin_profile") == "mtus_only")
    click_mark(screen, "ov-dots-admin_profile-Sources")
    screen.until(lambda: screen.answer.startswith(EVERYTHING) and screen.chips == [])
    screen.until(lambda: "admin_profile" not in screen.query)


def test_a_click_on_a_source_filters_and_opens_it_and_the_way_back_lets_go(screen: Screen, server: Server) -> None:
    screen.open(server.address("guidelines"))
    screen.until(lambda: screen.answer.startswith(EVERYTHING) and screen.chips == [])
    click_mark(screen, "ov-dots-admin-Guideline")
    screen.until(lambda: screen.chips == ["Administrator cited ODG"])
    screen.until(lambda: (screen.query.get("admin"), screen.query.get("source")) == ("odg", "odg"))
    screen.until(lambda: screen.answer.startswith("25 decisions, with ODG cited by the claims administrator, in "))
    click_mark(screen, "ov-dots-document-Document")
    screen.until(lambda: bool(screen.query.get("document")))
    screen.after(screen.widget("ov-all-sources").locator("button").click)
    screen.until(lambda: screen.answer.startswith(EVERYTHING) and screen.chips == [])
    screen.until(lambda: not {"admin", "source", "document"} & set(screen.query))


@pytest.mark.slow
def test_a_small_group_can_be_clicked_too(screen: Screen, server: Server) -> None:
    screen.open(server.address("imaging"))
    click_mark(screen, "ov-dots-modality", 1)
    screen.until(lambda: screen.query.get("modality") == "bone_scan")
    screen.until(lambda: screen.chips == ["Bone scan"])


def test_a_click_on_a_cell_chooses_both_of_its_sides(screen: Screen, server: Server) -> None:
    screen.open(server.address("guidelines", sides="both"))
    cells = screen.page.locator('[class*="st-key-ov-matrix"] .js-plotly-plot .barlayer path')
    cells.first.wait_for()
    screen.after(lambda: cells.first.click(force=True))
    screen.until(lambda: (screen.query.get("admin"), screen.query.get("reviewer")) == ("mtus", "mtus"))
    screen.until(
        lambda: screen.answer.startswith(
            "37 decisions, with MTUS cited by the claims administrator, with MTUS relied on by the reviewer, in "
        )
    )


@pytest.mark.slow
def test_a_click_on_a_year_chooses_its_dates(screen: Screen, server: Server) -> None:
    screen.open(server.address())
    bars = screen.page.locator('[class*="st-key-ov-trend"] .js-plotly-plot .barlayer path')
    bars.first.wait_for()
    screen.after(lambda: bars.nth(2).click(force=True))
    screen.until(lambda: screen.query.get("date") == "2016-01-01..2016-12-31")
    screen.until(lambda: screen.chips == ["Decided 1 Jan 2016 to 31 Dec 2016"])


@pytest.mark.slow
def test_a_click_on_the_bar_of_outcomes_chooses_one_and_lets_go(screen: Screen, server: Server) -> None:
    screen.open(server.address())
    bars = screen.page.locator('[class*="st-key-ov-outcomes"] .js-plotly-plot .barlayer path')
    for number, outcome in ((0, "upheld"), (-1, "overturned")):
        screen.until(lambda: bars.count() == 3)
        bars.nth(number).click(force=True)
        chip = f"{outcome.capitalize()} only"
        screen.until(lambda o=outcome, c=chip: (screen.query.get("outcome"), screen.chips) == (o, [c]))
        screen.press("ov-chip-0", outcome.capitalize())
        screen.until(lambda: ("outcome" in screen.query, screen.answer) == (False, EVERYTHING))


@pytest.mark.parametrize(
    ("path", "title"), [("", "Overview"), ("overview", "Overview"), ("imaging", "Imaging modalities")]
)
@pytest.mark.slow
def test_the_menu_shows_which_page_is_open(screen: Screen, server: Server, path: str, title: str) -> None:
    screen.open(server.address(path, modality="ct"))
    screen.until(lambda: highlighted(screen) == [title])
    assert screen.path == f"/{path}"
    leads_to = screen.page.get_by_role("link", name="Overview", exact=True).evaluate(
        "link => new URL(link.href).pathname"
    )
    assert leads_to == f"/{path and 'overview'}", "also in a new tab"


@pytest.mark.slow
def test_the_switch_between_administrator_and_reviewer(screen: Screen, server: Server) -> None:
    screen.open(server.address("guidelines"))
    screen.press("ov-w-side", "Reviewer")
    screen.until(lambda: screen.query.get("side") == "reviewer")
    screen.until(lambda: "reviewer relied on" in screen.page.locator("h3").first.inner_text())
    screen.press("ov-w-side", "Administrator")
    screen.until(lambda: "side" not in screen.query)


def test_the_sidebar_filters_by_list_words_outcome_and_dates(screen: Screen, server: Server) -> None:
    screen.open(server.address("letters"))
    screen.choose("ov-w-modality", "SPECT")
    screen.until(lambda: screen.answer.startswith("9 decisions on SPECT"))
    screen.choose("ov-w-modality", "Bone scan")
    screen.press("ov-w-modality-mode", "all of")
    screen.until(lambda: screen.query.get("modality") == "all:spect,bone_scan")
    screen.until(lambda: screen.chips == ["all of: SPECT", "all of: Bone scan"])
    screen.press("ov-w-outcome", "Upheld")
    screen.until(lambda: screen.query.get("outcome") == "upheld")
    screen.press("ov-chip-clear", "Clear all")
    screen.until(lambda: screen.answer == EVERYTHING)

    box = screen.widget("ov-find").locator("input")  # the page of letters has the box on top, the others in the sidebar

    def typed() -> None:
        box.fill("dexamethasone")
        box.press("Enter")

    screen.after(typed)
    screen.until(lambda: screen.query.get("words") == "dexamethasone")
    screen.until(lambda: screen.chips == ["Text has: dexamethasone"])
    screen.press("ov-chip-clear", "Clear all")
    assert box.input_value() == ""

    screen.after(screen.widget("ov-w-undated").locator("label").first.click)
    screen.until(lambda: screen.query.get("date") == "not_stated")
    screen.until(lambda: screen.chips == ["Decided: date not stated"])
    screen.press("ov-chip-clear", "Clear all")
    screen.press("ov-w-unit", "Letters")
    screen.until(lambda: screen.answer.startswith("40 letters; 22 overturned"))
    screen.after(screen.widget("ov-w-with-ancillary").locator("label").first.click)
    screen.until(lambda: screen.query.get("without") == "ancillary")
    screen.until(lambda: screen.chips == ["Without ancillary items"])


@pytest.mark.slow
def test_a_range_of_dates_typed_into_the_sidebar(screen: Screen, server: Server) -> None:
    screen.open(server.address("letters"))

    def typed() -> None:
        screen.widget("ov-w-from").get_by_role("spinbutton").first.click()
        screen.page.keyboard.type("20160101", delay=60)
        screen.page.keyboard.press("Enter")
        screen.page.keyboard.press("Escape")

    screen.after(typed)
    screen.until(lambda: screen.query.get("date") == "2016-01-01..")
    screen.until(lambda: screen.chips == ["Decided from 1 Jan 2016"])


def test_chips_take_away_one_condition_each(screen: Screen, server: Server) -> None:
    screen.open(server.address("imaging", modality="spect,ct", outcome="upheld"))
    screen.until(lambda: screen.chips == ["SPECT", "CT", "Upheld only"])
    screen.press("ov-chip-0", "SPECT")
    screen.until(lambda: screen.chips == ["CT", "Upheld only"])
    screen.until(lambda: screen.query.get("modality") == "ct")
    screen.press("ov-chip-1", "Upheld")
    screen.until(lambda: "outcome" not in screen.query)


def test_the_menu_carries_the_filter_to_every_page(screen: Screen, server: Server) -> None:
    screen.open(server.address("", modality="ct", unit="letter"))
    first = screen.answer.split(";")[0]
    for title in ("Guideline sources", "Imaging modalities", "Reviewer specialties", "Letters", "Overview"):
        screen.after(lambda title=title: screen.page.locator(".st-key-ov-menu").get_by_role("link", name=title).click())
        screen.until(lambda title=title: screen.page.locator("h1").inner_text() == TITLES[title])
        assert (screen.query.get("modality"), screen.query.get("unit")) == ("ct", "letter")
        screen.until(lambda: (screen.chips, screen.answer.split(";")[0]) == (["CT"], first))
        screen.until(lambda title=title: highlighted(screen) == [title])


def test_back_and_forward_restore_the_earlier_views(screen: Screen, server: Server) -> None:
    screen.open(server.address("guidelines"))

    def shown() -> tuple[str, list[str], str]:
        return screen.answer, screen.chips, screen.page.url

    states = [shown()]
    click_mark(screen, "ov-dots-admin-Guideline")
    states.append(shown())
    screen.press("ov-w-unit", "Letters")
    states.append(shown())
    screen.after(lambda: screen.page.locator(".st-key-ov-menu").get_by_role("link", name="Imaging").click())
    states.append(shown())
    for state in reversed(states[:-1]):
        screen.page.go_back(wait_until="commit")
        screen.until(lambda state=state: shown() == state)
    for state in states[1:]:
        screen.page.go_forward(wait_until="commit")
        screen.until(lambda state=state: shown() == state)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("", {"modality": "all:bone_scan,spect,!ct", "unit": "letter"}),
        pytest.param(
            *("guidelines", {"admin": "mtus", "side": "reviewer", "date": "2015..2016,not_stated"}),
            marks=pytest.mark.slow,
        ),
        pytest.param(
            *("imaging", {"words": 'spine "not medically necessary"', "without": "ancillary,modified"}),
            marks=pytest.mark.slow,
        ),
        ("letters", {"specialty": "orthopedic_surgery,not_stated", "outcome": "upheld", "by": "ur"}),
    ],
)
def test_an_address_copied_into_a_new_session_shows_exactly_the_same(
    new_screen: Callable[..., Screen], server: Server, path: str, query: dict[str, str]
) -> None:
    first = new_screen().open(server.address(path, **query))
    second = new_screen().open(first.page.url)
    assert first.chips
    assert second.page.url == first.page.url
    assert second.chips == first.chips
    main = '[data-testid="stMain"]'
    assert second.page.locator(main).inner_text() == first.page.locator(main).inner_text()


@pytest.mark.slow
def test_an_unknown_value_in_a_link_is_told(screen: Screen, server: Server) -> None:
    screen.open(server.address("imaging", modality="hologram"))
    screen.until(lambda: "hologram" in screen.page.get_by_role("alert").first.inner_text())
    screen.until(lambda: screen.chips == ["hologram"])
    screen.until(lambda: screen.page.get_by_text("No decision matches this filter").count() == 1)
    screen.press("ov-chip-0", "hologram")
    screen.until(lambda: screen.answer.startswith("All imaging: "))


def test_a_second_filter_is_made_edited_and_kept_by_the_link(new_screen: Callable[..., Screen], server: Server) -> None:
    screen = new_screen().open(server.address("compare", admin="mtus"))
    screen.press("ov-b-same", "Use A as B")
    screen.until(lambda: screen.query.get("b") == "admin=mtus" and screen.answer.startswith("A and B are the same"))
    screen.press("ov-chip-0", "Administrator cited MTUS")
    screen.until(lambda: "admin" not in screen.query and screen.query.get("b") == "admin=mtus")
    said = screen.answer
    assert said.startswith("A: 22 of 93 overturned")
    assert "The rest of A" in said
    assert new_screen().open(screen.page.url).until(lambda: True).answer == said
    screen.press("ov-b-swap", "Swap A and B")
    screen.until(lambda: (screen.query.get("admin"), screen.query.get("b")) == ("mtus", "everything"))
    screen.page.go_back()
    screen.until(lambda: screen.answer == said and screen.query.get("b") == "admin=mtus")
