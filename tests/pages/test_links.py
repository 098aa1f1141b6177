"""Links: unknown values are named and never widen, chips and letters say what they stand for."""

from __future__ import annotations

import re

import pytest
from page_views import OpenPage, answer_of, links_of, markup, warnings_of

from data.warehouse import Snapshot

EVERY_PAGE = ("overview", "guidelines", "imaging", "specialties", "compare", "fixes", "outlook", "letters")
UNKNOWN = [
    ({"modality": "hologram"}, "hologram"),
    ({"modality": "spect,hologram", "unit": "letter"}, "hologram"),
    ({"admin": "!holograms"}, "holograms"),
    ({"outcome": "maybe"}, "maybe"),
    ({"date": "yesterday"}, "yesterday"),
    ({"date": "²²²².."}, "²²²²"),
    ({"unit": "kilogram"}, "kilogram"),
    ({"without": "everything"}, "everything"),
    ({"side": "judge"}, "judge"),
    ({"body": "<script>alert(1)</script>"}, "<script>"),
]


def chip_texts(app: object) -> list[str]:
    return [button.label.replace("\\", "") for button in app.main.button if str(button.key).startswith("ov-chip-")]  # type: ignore[attr-defined]


@pytest.mark.parametrize("page", EVERY_PAGE)
@pytest.mark.parametrize(("query", "value"), UNKNOWN, ids=[str(query) for query, _ in UNKNOWN])
def test_an_unknown_value_is_named_and_stands_on_a_chip(
    open_page: OpenPage, page: str, query: dict[str, str], value: str
) -> None:
    app = open_page(page, **query)
    assert any(value in warning for warning in warnings_of(app))
    assert any(value[:8] in text for text in chip_texts(app))


@pytest.mark.parametrize("query", [query for query, _ in UNKNOWN if len(query) == 1 and "admin" not in query], ids=str)
def test_an_unknown_value_alone_matches_nothing(open_page: OpenPage, query: dict[str, str]) -> None:
    app = open_page("overview", **query)
    assert "No decision matches" in app.info[0].value
    app.button(key="ov-clear-empty").click().run()
    assert answer_of(app).startswith("93 decisions")


@pytest.mark.parametrize("page", EVERY_PAGE)
@pytest.mark.parametrize(
    ("dates", "first", "last"),
    [("1999-12-31..", "1999-12-31", None), ("0001-01-01..9999-12-31", "0001-01-01", "9999-12-31")],
)
def test_a_link_may_say_any_date(open_page: OpenPage, page: str, dates: str, first: str, last: str | None) -> None:
    app = open_page(page, date=dates)
    assert app.query_params["date"] == dates
    assert str(app.date_input(key="ov-w-from").value) == first
    assert str(app.date_input(key="ov-w-to").value) == str(last)


def test_the_second_filter_of_compare_may_say_any_date(open_page: OpenPage) -> None:
    app = open_page("compare", b="date=1998-05-01..2101-01-01", modality="mri")
    assert str(app.date_input(key="ov-b-from").value) == "1998-05-01"
    assert str(app.date_input(key="ov-b-to").value) == "2101-01-01"


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_a_filter_that_matches_nothing_offers_the_way_out(open_page: OpenPage, page: str) -> None:
    app = open_page(page, modality="pet", body="knee", words='"nowhere to be read"')
    assert "No decision matches" in app.info[0].value
    assert len(chip_texts(app)) == 4
    assert not app.main.get("plotly_chart")


def test_markup_in_a_link_is_shown_as_it_is(open_page: OpenPage) -> None:
    app = open_page("overview", outcome="![x](https://elsewhere.example/x.png)")
    written = next(warning.value for warning in app.warning if "elsewhere" in warning.value)
    assert "![" not in written
    assert "![x](https://elsewhere.example/x.png)" in warnings_of(app)[0]


def test_each_chip_takes_its_own_condition_away(open_page: OpenPage) -> None:
    app = open_page("overview", modality="spect,ct", outcome="upheld", words="spine")
    assert chip_texts(app) == ["SPECT ✕", "CT ✕", "Upheld only ✕", "Text has: spine ✕", "Clear all"]
    app.button(key="ov-chip-1").click().run()
    assert chip_texts(app)[:2] == ["SPECT ✕", "Upheld only ✕"]
    assert app.query_params["modality"] == "spect"
    app.button(key="ov-chip-clear").click().run()
    assert chip_texts(app) == []
    assert set(app.query_params) == {"snapshot"}


@pytest.mark.parametrize("page", EVERY_PAGE)
def test_dates_the_wrong_way_round_and_words_without_a_word_are_told(open_page: OpenPage, page: str) -> None:
    app = open_page(page, date="2017..2016", words="--")
    told = warnings_of(app)
    assert any("the wrong way round" in warning for warning in told)
    assert any("no word to search for" in warning for warning in told)


def test_a_parameter_given_twice_adds_up_on_the_page(open_page: OpenPage) -> None:
    app = open_page("overview", modality=["ct", "mri"])
    assert chip_texts(app) == ["CT ✕", "MRI ✕", "Clear all"]
    assert answer_of(app) == answer_of(open_page("overview", modality="ct,mri"))


def test_markup_in_a_link_stays_out_of_the_answer(open_page: OpenPage) -> None:
    said = markup(open_page("overview", modality="ct,<img src=//elsewhere.example/x.png>"), 'class="ov-answer"')[0]
    assert "on CT or &lt;img src=//elsewhere.example/x.png&gt; in " in said


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "CM16-0990018",
            " cm16-0990018 ",
            "CM 16-0990018",
            "CM16 0990018",
            "CM16 – 0990018",
            "CM16\N{MINUS SIGN}0990018",
        ),
        *(
            "CM160990018",
            "IMR CM16-0990018",
            "IMR Case Number: CM16-0990018",
            "case no. CM16-0990018",
            "CM16\u2011 0990018",
        ),
    ],
)
def test_a_case_number_opens_its_letter(open_page: OpenPage, typed: str) -> None:
    app = open_page("overview", modality="ct")
    app.sidebar.text_input(key="ov-w-words").set_value(typed).run()
    assert app.title[0].value.replace("\\", "") == "CM16-0990018"
    assert app.query_params["modality"] == "ct"
    assert "words" not in app.query_params


def test_a_case_number_that_is_not_loaded_is_told(open_page: OpenPage) -> None:
    app = open_page("letters")
    app.text_input(key="ov-find").set_value("CM99-0000001").run()
    assert any("CM99-0000001" in warning for warning in warnings_of(app))
    assert answer_of(app).startswith("93 decisions")


def letter_id(snapshot: Snapshot, case_number: str) -> str:
    with snapshot.connect() as connection:
        row = connection.execute("SELECT letter_id FROM letters WHERE case_number = ?", [case_number]).fetchone()
    assert row is not None
    return str(row[0])


def test_a_letter_shows_its_outcomes_and_marks(open_page: OpenPage, sample_warehouse: Snapshot) -> None:
    app = open_page("letter", letter=letter_id(sample_warehouse, "CM16-0990018")[:16], item="3")
    assert answer_of(app).startswith("3 disputed items: 1 overturned, 2 upheld. Decided 24 Aug 2016")
    assert [heading.value for heading in app.subheader] == [
        "What was read",
        "Item 3: upheld",
        "Item 1: overturned",
        "Item 2: upheld",
        "Decisions like this one",
    ]
    reader = markup(app, "ov-reader")[0]
    assert [reader.count(f'<mark class="ov-mark ov-{side}"') for side in ("overturned", "upheld")] == [1, 2]
    assert "CM16-0990018</mark>" in reader


@pytest.mark.parametrize("asked", ["", "0" * 16, "x", "' OR 1=1 --", "%", "![x](//e.example/x.png)", "45" * 40])
def test_a_letter_that_is_not_there_is_told(open_page: OpenPage, asked: str) -> None:
    app = open_page("letter", letter=asked)
    assert app.title[0].value == "This letter is not here"
    assert "![" not in app.info[0].value


def test_the_letters_page_leads_to_a_letter_and_back_to_the_same_stretch(open_page: OpenPage) -> None:
    app = open_page("letters", admin="mtus", page="2")
    cards = markup(app, "ov-card")
    read = links_of(app, "Read")
    assert len(read) == len(cards)
    letter = open_page("letter", **read[0])
    assert letter.title[0].value.replace("\\", "") in cards[0]
    assert (letter.query_params["admin"], letter.query_params["page"]) == ("mtus", "2")
    [back] = links_of(letter, "Back to the letters")
    assert markup(open_page("letters", **back), "ov-card") == cards


@pytest.mark.parametrize("typed", ['"CM16-0990018"', "CM16-0990018 spine", "CM16-12", "IMR"])
def test_words_that_only_hold_a_case_number_are_searched(open_page: OpenPage, typed: str) -> None:
    app = open_page("imaging")
    app.sidebar.text_input(key="ov-w-words").set_value(typed).run()
    assert app.query_params["words"] == typed


def test_every_dimension_of_the_sidebar_can_be_left_out_with_counts(open_page: OpenPage) -> None:
    app = open_page("letters", claim_age="!not_stated")
    app.session_state["ov-w-more"] = True
    app.run()
    body = app.multiselect(key="ov-w-body-out")
    assert re.fullmatch(r".+ \([0-9,]+\)", body.options[0])
    assert app.multiselect(key="ov-w-claim_age-out").value == ["not_stated"]
    others = app.selectbox(key="ov-w-out-of")
    assert {"Treatment subcategory", "Specialty group"} <= set(others.options)
    others.select("specialty_group").run()
    box = app.multiselect(key="ov-w-specialty_group-out")
    key = box.options[0]
    box.select(key).run()
    assert not app.exception
    assert str(app.query_params["specialty_group"]).count("!") == 1


def test_what_cannot_be_read_is_not_answered_with_advice_on_rare_tests(open_page: OpenPage) -> None:
    def said(**query: str) -> str:
        return " ".join(info.value for info in open_page("overview", **query).info)

    assert "adding a second modality" not in said(date="nonsense")
    assert "adding a second modality" in said(modality="pet", body="eye", date="2015-01-01..2015-01-02")


@pytest.mark.parametrize("page", [*EVERY_PAGE, "letter", "pack"])
def test_the_menu_names_the_overview_from_every_page(open_page: OpenPage, page: str) -> None:
    """A link without a name leads to the page that it is opened from."""
    (overview,) = [link.proto for link in open_page(page).main.get("page_link") if link.label == "Overview"]
    assert overview.page == "overview"
