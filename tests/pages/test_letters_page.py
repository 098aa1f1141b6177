"""The page Letters as people use it: searching, what was found marked, the order, ways out of an empty result, on to the next letter."""

from __future__ import annotations

import re

import pytest
from page_views import OpenPage, answer_of, links_of, markup, warnings_of
from streamlit.testing.v1 import AppTest

from data.filters import Filters
from data.queries import Reader
from data.statistics import counted
from data.warehouse import Snapshot


def search(app: AppTest, words: str) -> AppTest:
    app.text_input(key="ov-find").set_value(words).run()
    assert not app.exception
    return app


def found(app: AppTest) -> str:
    """The line under the search box as text."""
    (line,) = markup(app, "ov-found")
    return re.sub(r"<[^>]*>", "", line)


def test_what_is_typed_is_counted_and_becomes_the_filter(open_page: OpenPage, sample_warehouse: Snapshot) -> None:
    app = search(open_page("letters", modality="mri"), "  knee   -spine ")
    assert app.query_params["words"] == "knee -spine"
    with sample_warehouse.connect() as connection:
        filters = Filters(words="knee -spine").choose("modality", app.session_state["ov-filters"].choice("modality"))
        counts = Reader(connection, sample_warehouse, filters).counts("outcome")
    total = sum(counts.values())
    assert found(app).startswith(
        f"{counted(total, 'decision')}: {counts.get('overturned', 0)} overturned, {counts['upheld']} upheld."
    )
    assert found(app).endswith("Letters with “knee”, but without “spine”.")
    assert answer_of(app).startswith(counted(total, "decision"))
    assert all("ov-hit" in card for card in markup(app, "ov-card"))


def test_snippets_say_which_part_they_are_from(open_page: OpenPage) -> None:
    for words, source in (("request:MRI", "Request"), ("summary:pain", "Case summary"), ("citation:knee", "Guideline")):
        cards = markup(open_page("letters", words=words), "ov-card")
        assert cards
        assert all(f'<p class="ov-snippet"><span>{source}' in card for card in cards)


def test_a_case_number_or_its_beginning_in_the_box(open_page: OpenPage) -> None:
    app = search(open_page("letters"), "cm16 0990018")
    assert app.title[0].value.replace("\\", "") == "CM16-0990018"
    app = search(open_page("letters"), "CM16-09900")
    assert app.query_params["words"] == "CM16-09900"
    assert not any("No letter with the case number" in warning for warning in warnings_of(app))
    names = {re.findall(r"· (CM\d\d-\d+)", card)[0] for card in markup(app, "ov-card")}
    assert names
    assert all(name.startswith("CM16-09900") for name in names)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ('knee ( OR "', "An opening bracket has no closing one"),
        ("knee AND", "AND had nothing to join"),
        ("a*", "too short"),
        ("???", "no word to search for"),
        ("(" * 40 + "knee", "more than 25 deep"),
        ("colour:knee", "names no part of a letter"),
    ],
)
def test_what_cannot_be_read_is_told(open_page: OpenPage, typed: str, said: str) -> None:
    app = open_page("letters", words=typed)
    assert any(said in warning.replace("\\", "") for warning in warnings_of(app))
    assert app.title[0].value == "Which letters are behind these figures?"


def test_a_search_that_is_too_long_is_told_so_and_shows_no_other_one(open_page: OpenPage) -> None:
    app = search(open_page("letters", words="knee"), "knee " * 101)
    assert any("This search has 504 characters, and at most 500 are read." in text for text in warnings_of(app))
    assert not markup(app, "ov-card") and not markup(app, "ov-found")
    assert app.query_params["words"] == "knee"
    app = search(app, "knee")
    assert markup(app, "ov-card") and not any("at most" in text for text in warnings_of(app))
    app = search(app, "x" * 1_000_000)
    assert any("This search has 1,000,000 characters" in text for text in warnings_of(app))
    app = search(app, "spine")
    assert app.query_params["words"] == "spine" and markup(app, "ov-card")
    assert not any("at most" in text for text in warnings_of(app))


def test_the_sidebar_says_of_a_search_that_it_is_too_long(open_page: OpenPage) -> None:
    app = open_page("overview", words="knee")
    said = answer_of(app)
    app.text_input(key="ov-w-words").set_value("spine " * 100).run()
    assert any("This search has 599 characters, and at most 500 are read." in text for text in warnings_of(app))
    assert app.text_input(key="ov-w-words").value == "knee" and answer_of(app) == said
    app.text_input(key="ov-w-words").set_value("spine").run()
    assert app.query_params["words"] == "spine" and not any("at most" in text for text in warnings_of(app))


def test_ten_thousand_characters_in_a_link_are_told(open_page: OpenPage) -> None:
    app = open_page("letters", words="knee " * 2000)
    (said,) = [warning for warning in warnings_of(app) if "at most 500 are read" in warning]
    assert "it has 10,000 characters" in said and len(said) < 250
    assert "No decision matches" in app.info[0].value


def test_an_empty_result_offers_a_near_word_and_what_to_loosen(open_page: OpenPage) -> None:
    app = open_page("letters", words="dexamethasome")
    assert "no letter that is loaded has these words. Perhaps" in app.info[0].value
    assert app.button(key="ov-near-0").label == "dexamethasone instead of dexamethasome (2 letters)"
    app.button(key="ov-near-0").click().run()
    assert app.query_params["words"] == "dexamethasone"
    assert markup(app, "ov-card")
    app = open_page("letters", words="dexamethasone", modality="pet", outcome="upheld")
    assert "meets all of its conditions" in app.info[0].value
    labels = [button.label for button in app.button if (button.key or "").startswith("ov-loosen")]
    assert labels == sorted(labels, key=lambda label: -int(label.split()[0]))
    assert all(int(label.split()[0]) > 0 for label in labels)


def test_the_order_stands_in_the_address_and_lasts(open_page: OpenPage) -> None:
    app = open_page("letters", words="knee", page="2")
    best = markup(app, "ov-card")
    app.button_group(key="ov-w-sort").set_value("oldest").run()
    assert app.query_params["sort"] == "oldest"
    assert "page" not in app.query_params
    days = re.findall(r"decided \d+ \w+ (\d{4})", " ".join(markup(app, "ov-card")))
    assert days == sorted(days)
    app = open_page("letters", words="knee", page="2", sort="relevance")
    assert markup(app, "ov-card") == best
    app = open_page("letters", sort="sideways")
    assert any("sideways" in note for note in markup(app, "ov-note"))
    assert markup(app, "ov-card") == markup(open_page("letters"), "ov-card")


@pytest.mark.parametrize("query", [{"modality": "mri"}, {"words": "knee"}, {"words": "knee", "sort": "oldest"}])
def test_from_letter_to_letter_to_the_end(open_page: OpenPage, query: dict[str, str]) -> None:
    app = open_page("letters", **query)
    letters = [re.findall(r"· (\S+?)[, ]", card)[0] for card in markup(app, "ov-card")]
    address = links_of(app, "Read")[0]
    walked = []
    for _ in range(3):
        letter = open_page("letter", **address)
        walked.append(letter.title[0].value.replace("\\", ""))
        assert any(re.search(rf">{len(walked)} of \d+ letters<", note) for note in markup(letter, "ov-note"))
        (address,) = links_of(letter, "Next letter")
    assert walked == list(dict.fromkeys(letters))[:3]
    (before,) = links_of(open_page("letter", **address), "Previous letter")
    assert open_page("letter", **before).title[0].value.replace("\\", "") == walked[-1]
    assert not links_of(open_page("letter", **links_of(app, "Read")[0]), "Previous letter")


def test_a_letter_outside_of_the_filter_has_no_neighbours(open_page: OpenPage) -> None:
    (read, *_) = links_of(open_page("letters", modality="dexa"), "Read")
    letter = open_page("letter", letter=read["letter"], modality="pet")
    assert not links_of(letter, "Next letter")
    assert len(links_of(letter, "Back to the letters")) == 1
