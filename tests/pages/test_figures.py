"""Every page shows the numbers that the labels of the samples give, for many filters."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import date

import pytest
from page_views import OpenPage, answer_of, markup, table_of
from sample_labels import SAMPLES, Item, items

from data.sentences import ESTIMAND, MEANING

ITEMS = items()
PAGES = ("overview", "guidelines", "specialties", "fixes", "letters")
Keep = Callable[[Item], bool]
FILTERS: list[tuple[dict[str, str], Keep]] = [
    ({}, lambda item: True),
    ({"modality": "spect"}, lambda item: "spect" in item.imaging),
    ({"modality": "spect,dexa"}, lambda item: bool(item.imaging & {"spect", "dexa"})),
    ({"modality": "all:bone_scan,spect"}, lambda item: item.imaging >= {"bone_scan", "spect"}),
    ({"modality": "only:ct"}, lambda item: item.imaging == {"ct"}),
    ({"modality": "ct,!spect"}, lambda item: "ct" in item.imaging and "spect" not in item.imaging),
    ({"modality": "not_stated"}, lambda item: not item.imaging),
    ({"modality": "!not_stated"}, lambda item: bool(item.imaging)),
    ({"admin": "mtus"}, lambda item: "mtus" in item.admin),
    ({"admin": "none", "side": "reviewer"}, lambda item: item.admin == {"none"}),
    ({"admin": "mtus", "reviewer": "odg"}, lambda item: "mtus" in item.admin and "odg" in item.reviewer),
    ({"admin_profile": "mtus_only"}, lambda item: item.admin == {"mtus"}),
    ({"specialty": "orthopedic_surgery"}, lambda item: "orthopedic_surgery" in item.specialties),
    ({"outcome": "upheld", "modality": "ct"}, lambda item: not item.overturned and "ct" in item.imaging),
    ({"date": "2016..2016"}, lambda item: item.decided is not None and item.decided.year == 2016),
    ({"date": "..2015-06-30"}, lambda item: item.decided is not None and item.decided <= date(2015, 6, 30)),
    ({"date": "not_stated"}, lambda item: item.decided is None),
    ({"date": "2017..,not_stated"}, lambda item: item.decided is None or item.decided.year >= 2017),
    ({"date": "2016..", "by": "ur"}, lambda item: item.denied is not None and item.denied.year >= 2016),
    ({"unit": "letter"}, lambda item: True),
    ({"unit": "letter", "modality": "ct"}, lambda item: "ct" in item.imaging),
    ({"unit": "letter", "admin": "none"}, lambda item: item.admin == {"none"}),
]


def expected(query: dict[str, str], keep: Keep) -> tuple[int, int, int]:
    """(counted, overturned, letters) of the filter, by the labels."""
    kept = [item for item in ITEMS if keep(item)]
    letters = {item.letter for item in kept}
    if query.get("unit") == "letter":
        return len(letters), len({item.letter for item in kept if item.overturned}), len(letters)
    return len(kept), sum(item.overturned for item in kept), len(letters)


def said(answer: str, unit: str) -> tuple[int, int, int]:
    """(counted, overturned, letters) of an answer sentence."""
    numbers = re.match(r"(\d+) (decision|letter)s?\b.*?(?: in (\d+) letters?)?; (\d+) overturned", answer)
    assert numbers is not None, answer
    assert numbers[2] == unit, answer
    return int(numbers[1]), int(numbers[4]), int(numbers[3] or numbers[1])


@pytest.mark.parametrize(("query", "keep"), FILTERS, ids=[str(query) for query, _ in FILTERS])
@pytest.mark.parametrize("page", PAGES)
def test_the_answer_counts_what_the_labels_count(
    open_page: OpenPage, page: str, query: dict[str, str], keep: Keep
) -> None:
    app = open_page(page, **query)
    assert said(answer_of(app), query.get("unit", "decision")) == expected(query, keep)


def test_imaging_counts_imaging_alone_unless_a_modality_is_chosen(open_page: OpenPage) -> None:
    answer = answer_of(open_page("imaging"))
    assert answer.startswith("All imaging: ")
    assert said(answer.removeprefix("All imaging: "), "decision") == expected({}, lambda item: bool(item.imaging))
    assert said(answer_of(open_page("imaging", modality="ct")), "decision") == expected(
        {}, lambda item: "ct" in item.imaging
    )
    without_ct = answer_of(open_page("imaging", modality="!ct")).removeprefix("All imaging: ")
    assert said(without_ct, "decision") == expected({}, lambda item: bool(item.imaging) and "ct" not in item.imaging)


@pytest.mark.parametrize("unit", ["item", "letter"])
def test_the_table_of_modalities_has_a_row_for_each_with_its_counts(open_page: OpenPage, unit: str) -> None:
    table = table_of(open_page("imaging", unit=unit), "Imaging modality")
    labels = {"Bone scan": "bone_scan", "SPECT": "spect", "CT": "ct", "DEXA (bone density)": "dexa", "MRI": "mri"}
    shown = {row["Imaging modality"]: row for _, row in table.iterrows()}
    for label, key in labels.items():
        counted, overturned, letters = expected({"unit": unit}, lambda item, key=key: key in item.imaging)
        assert (shown[label]["Overturned"], shown[label]["Letters"]) == (overturned, letters)
        if unit == "item":
            assert shown[label]["Decisions"] == counted
    assert ("Decisions" in table.columns) == (unit == "item")


def test_a_rate_stands_in_the_table_only_where_there_is_enough(open_page: OpenPage) -> None:
    table = table_of(open_page("imaging"), "Imaging modality").set_index("Imaging modality")
    ct = [item for item in ITEMS if "ct" in item.imaging]
    assert table.loc["CT", "Rate %"] == round(100 * sum(item.overturned for item in ct) / len(ct), 1)
    assert 0 < table.loc["CT", "Low %"] < table.loc["CT", "Rate %"] < table.loc["CT", "High %"] < 100
    assert table.loc["MRI", ["Rate %", "Low %", "High %"]].isna().all()
    assert table.loc["MRI", "Against the rest"] == "too few to compare"


@pytest.mark.parametrize(("side", "labelled"), [("admin", "admin"), ("reviewer", "reviewer")])
def test_the_switch_turns_the_sources_to_the_other_side(open_page: OpenPage, side: str, labelled: str) -> None:
    app = open_page("guidelines", side=side)
    table = table_of(app, "Guideline source").set_index("Guideline source")
    for label, key in (("MTUS", "mtus"), ("ODG", "odg"), ("None cited", "none")):
        kept = [item for item in ITEMS if key in getattr(item, labelled)]
        assert table.loc[label, "Decisions"] == len(kept)
        assert table.loc[label, "Overturned"] == sum(item.overturned for item in kept)


def test_exclusive_profiles_add_up_to_the_whole(open_page: OpenPage) -> None:
    assert table_of(open_page("guidelines"), "Sources")["Decisions"].sum() == len(ITEMS)
    assert table_of(open_page("specialties"), "Specialty group")["Decisions"].sum() == len(ITEMS)


def test_the_matrix_holds_both_sides_of_every_pair(open_page: OpenPage) -> None:
    table = table_of(open_page("guidelines", sides="both"), "Cited")
    pair = table[(table["Cited"] == "MTUS") & (table["Relied on"] == "ODG")].iloc[0]
    kept = [item for item in ITEMS if "mtus" in item.admin and "odg" in item.reviewer]
    assert (pair["Overturned"], pair["Decisions"]) == (sum(item.overturned for item in kept), len(kept))


def test_the_overview_says_what_became_of_the_letters_and_when(open_page: OpenPage) -> None:
    app = open_page("overview")
    figures = re.findall(r"<b>(.*?)</b>", markup(app, "ov-figures")[0])
    dates = sorted(item.decided for item in ITEMS if item.decided)
    assert figures[:2] == [str(len(ITEMS)), str(len({item.letter for item in ITEMS}))]
    assert f"decided {dates[0]:%-d %b %Y} to {dates[-1]:%-d %b %Y}; " in markup(app, "ov-figures")[0]
    years = table_of(app, "Year").set_index("Year")
    for year in range(2014, 2018):
        kept = [item for item in ITEMS if item.decided and item.decided.year == year]
        assert (years.loc[str(year), "Overturned"], years.loc[str(year), "Decisions"]) == (
            sum(item.overturned for item in kept),
            len(kept),
        )


def test_a_trend_of_one_period_is_said_and_not_drawn(open_page: OpenPage) -> None:
    app = open_page("overview", date="2016..2016")
    drawn = len(app.main.get("plotly_chart"))
    assert markup(app, "All that has a date lies in 2016")
    assert table_of(app, "Year")["Decisions"].sum() == sum(
        item.decided is not None and item.decided.year == 2016 for item in ITEMS
    )
    assert drawn == len(open_page("overview").main.get("plotly_chart")) - 1


def test_grey_in_the_trend_is_explained(open_page: OpenPage) -> None:
    assert markup(open_page("overview"), "Grey: 2017 is not complete yet")


@pytest.mark.parametrize(("page", "words"), [("specialties", "each {} once"), ("guidelines", "each {} once")])
def test_headings_say_the_unit_that_is_counted(open_page: OpenPage, page: str, words: str) -> None:
    assert any(words.format("decision") in heading.value for heading in open_page(page).subheader)
    by_letter = open_page(page, unit="letter")
    assert not any("decision once" in heading.value for heading in by_letter.subheader)


@pytest.mark.parametrize(("page", "kind"), [("specialties", "specialty group"), ("guidelines", "source group")])
def test_the_answer_says_whether_any_group_differs(open_page: OpenPage, page: str, kind: str) -> None:
    said_of_them = {
        "specialty group": "Too few specialty groups have enough letters to be compared.",
        "source group": "No source group can be told apart from the rest.",
    }
    assert answer_of(open_page(page)).endswith(f". {said_of_them[kind]}")
    assert kind not in answer_of(open_page(page, outcome="upheld"))
    assert kind not in answer_of(open_page(page, modality="pet,spect"))


@pytest.mark.parametrize(
    "page", ["overview", "guidelines", "imaging", "specialties", "compare", "fixes", "outlook", "letters"]
)
def test_every_page_says_what_overturned_means_and_what_is_counted(open_page: OpenPage, page: str) -> None:
    app = open_page(page)
    assert markup(app, MEANING) and markup(app, ESTIMAND)


def test_the_trend_follows_the_kind_of_date_that_was_chosen(open_page: OpenPage) -> None:
    app = open_page("overview", by="ur", date="not_stated")
    assert not any(frame.value.columns[0] in ("Month", "Quarter", "Year") for frame in app.main.dataframe)
    assert any("states the date" in info.value for info in app.info)
    assert any("UR denial" in heading.value for heading in app.subheader)


def test_the_switches_say_the_rate_without_each_kind_on_top_of_what_is_left_out_already(open_page: OpenPage) -> None:
    note = markup(open_page("overview"), "Without")[0]
    counts = {kind: int(n) for n, kind in re.findall(r"ithout (\d+) (ancillary|modified|retrospective)", note)}
    assert set(counts) == {"ancillary", "modified", "retrospective"}
    after = open_page("overview", without="ancillary")
    assert said(answer_of(after), "decision")[0] == len(ITEMS) - counts["ancillary"]
    both = re.search(r"ithout \d+ modified requests?: \d+ of (\d+)", markup(after, "Switches in the sidebar")[0])
    remaining = said(answer_of(open_page("overview", without="ancillary,modified")), "decision")[0]
    assert both is not None
    assert int(both[1]) == remaining


def test_the_letters_page_lists_every_item_once(open_page: OpenPage) -> None:
    pages = -(-len(ITEMS) // 20)
    cards = [card for page in range(1, pages + 1) for card in markup(open_page("letters", page=str(page)), "ov-card")]
    requests = [html.unescape(re.sub(r".*<h4>(.*?)</h4>.*", r"\1", card, flags=re.DOTALL)) for card in cards]
    assert sorted(requests) == sorted(item.disputed for item in ITEMS)
    assert sum("ov-overturned" in card for card in cards) == sum(item.overturned for item in ITEMS)


@pytest.mark.parametrize("page", ["0", "-1", "99", "x", "²", "9" * 40])
def test_a_page_number_that_is_none_shows_one_that_is(open_page: OpenPage, page: str) -> None:
    assert markup(open_page("letters", page=page), "ov-card")


def test_words_find_the_letters_that_hold_them(open_page: OpenPage) -> None:
    counted, _, letters = said(answer_of(open_page("letters", words="dexamethasone")), "decision")
    holding = {path.stem for path in (SAMPLES / "letters").glob("*.txt") if "dexamethasone" in path.read_text().lower()}
    text_letters = {item.letter for item in ITEMS if item.letter in holding}
    assert letters >= len(text_letters) > 0
    assert letters < 10
    assert counted >= letters


def test_one_outcome_alone_says_that_its_rate_means_nothing(open_page: OpenPage) -> None:
    assert markup(open_page("overview", outcome="overturned"), "Only what was overturned is in")
    assert not markup(open_page("overview"), "Only what was")


def test_the_picture_of_the_letters_by_outcome_has_its_table(open_page: OpenPage) -> None:
    app = open_page("overview")
    table = next(
        frame.value for frame in app.dataframe if list(frame.value.columns) == ["Letters", "Number", "Share %"]
    )
    letters = {item.letter for item in ITEMS}
    overturned = {letter for letter in letters if all(item.overturned for item in ITEMS if item.letter == letter)}
    upheld = {letter for letter in letters if not any(item.overturned for item in ITEMS if item.letter == letter)}
    assert list(table["Number"]) == [len(upheld), len(letters) - len(upheld) - len(overturned), len(overturned)]
