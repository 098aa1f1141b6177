"""Where the parts of a letter stand: every structural trap that letters are known to set."""

from __future__ import annotations

import pytest

from data.errors import FileRejected
from data.record import Letter
from loaders.parse import parse_letter
from loaders.sections import find_sections, sentences, trimmed
from loaders.settle import settle
from tests.builder import (
    ADMIN,
    COVER,
    HOW,
    ISSUES,
    ISSUES_LEAD,
    NONE_ADMIN,
    NONE_REVIEWER,
    RATIONALE,
    REVIEWER,
    SUMMARY,
    SUMMARY_LEAD,
    Item,
    labelled,
    raw_letter,
    read_letter,
)

TWO = (
    Item("MRI of the left knee", "Upheld"),
    Item("Bone scan of both feet", "Overturned", rationale="The scan is new. It is medically necessary."),
)
EXPECTED = [("MRI of the left knee", "upheld"), ("Bone scan of both feet", "overturned")]


def items_of(letter: Letter) -> list[tuple[str, str]]:
    return [(decision.request, decision.outcome) for decision in letter.decisions]


def test_places_of_all_parts() -> None:
    text = settle(raw_letter(*TWO, cover=COVER))
    sections = find_sections(text)
    assert sections.form == "F3"
    assert text[slice(*sections.cover)].strip() == "\n".join(line.strip() for line in COVER)
    assert sections.reviewer and text[slice(*sections.reviewer)].strip().startswith("MAXIMUS Federal")
    assert sections.summary and text[slice(*sections.summary)].startswith("The patient is a 41 year old")
    first, second = sections.items
    assert text[slice(*first.header)] == "MRI of the left knee"
    assert text[slice(*first.outcome_span)] == "Upheld"
    assert first.admin and text[slice(*first.admin)] == TWO[0].admin
    assert first.reviewer and text[slice(*first.reviewer)] == TWO[0].reviewer
    assert first.rationale and text[slice(*first.rationale)] == TWO[0].rationale
    assert text[slice(*second.header)] == "Bone scan of both feet"
    assert second.rationale and text[slice(*second.rationale)] == TWO[1].rationale
    assert sections.problems == ()


@pytest.mark.parametrize("form", ["F3", "F4", "unknown"])
def test_form_by_its_signature(form: str) -> None:
    credentials = {"F3": {}, "F4": {"credentials": labelled()}, "unknown": {"credentials": "A physician read it."}}
    assert read_letter(*TWO, **credentials[form]).form == form


POSITIONS = (HOW, SUMMARY, SUMMARY_LEAD, ISSUES, ISSUES_LEAD, "MRI of", "left knee", ADMIN, REVIEWER, RATIONALE)
POSITIONS += ("Bone scan of", "scan is new", "Overturned", "guideline: Decision", "calm and stable", "Neurology")


@pytest.mark.parametrize("lead", ["\n\f", "\n\n\f", " \f", "\n\n\n\n\f\n\n"])
@pytest.mark.parametrize("position", POSITIONS)
def test_page_break_at_every_structural_position(position: str, lead: str) -> None:
    raw = raw_letter(*TWO, cover=COVER)
    letter = parse_letter(settle(raw.replace(position, lead + position)))
    assert items_of(letter) == EXPECTED
    assert letter.decisions[0].rationale.text == TWO[0].rationale
    assert letter.decisions[0].claims_administrator.sources == ("mtus",)
    assert letter.case_number == "CM16-0990099"


@pytest.mark.parametrize("gap", [": ", ":  ", ":\n", ":\n\n", ":\f", ": \n\n\f", " :", ":"])
def test_between_colon_and_outcome(gap: str) -> None:
    assert items_of(read_letter(*(Item(item.request, item.outcome, gap=gap) for item in TWO))) == EXPECTED


@pytest.mark.parametrize("word", ["Upheld", "UPHELD", "upheld", "Uphold", "Upheld."])
def test_spellings_of_the_outcome(word: str) -> None:
    assert read_letter(Item(outcome=word)).decisions[0].outcome == "upheld"


@pytest.mark.parametrize("break_", ["\n", " \n", "\n\f", " \f\n"])
def test_header_wrapped_or_broken_over_a_page(break_: str) -> None:
    request = f"CT scan of the cervical spine, with and{break_}without contrast, and of the"
    request += f"{break_}thoracic spine"
    letter = read_letter(TWO[0], Item(request), TWO[1])
    assert letter.decisions[1].request == (
        "CT scan of the cervical spine, with and without contrast, and of the thoracic spine"
    )


@pytest.mark.parametrize(
    "header",
    [
        "Associated surgical service: Chest x-ray",
        "Labs to include: CBC, chest x-ray, BMP",
        "Retrospective: Bone scan (DOS 11/18/16)",
        "TECHNICIAN BONE SCAN TOTAL SPINE QTY:1.00",
        "1 MRI/CT of the spine and pelvis between 1/2/2017 and 3/4/2017",
        "Voltaren gel 1 % #3 tubes (100 g), 2 refills",
        "X-ray",
    ],
)
def test_header_stays_whole(header: str) -> None:
    letter = read_letter(TWO[0], Item(header), TWO[1])
    assert [decision.request for decision in letter.decisions] == [EXPECTED[0][0], header, EXPECTED[1][0]]


@pytest.mark.parametrize(
    "rationale",
    [
        "The denial was upheld twice and once overturned: nothing follows. It is not medically necessary.",
        "The first reviewer wrote: Upheld. That said, the request is not medically necessary.",
        "His claim was overturned\n\nThe second paragraph ends here. The request is not medically necessary.",
        "No guideline of the claims administrator helps. The MAXIMUS reviewer agrees. It is not certified.",
    ],
)
def test_outcome_words_in_prose_are_no_items(rationale: str) -> None:
    letter = read_letter(Item(rationale=rationale), TWO[1])
    assert items_of(letter) == EXPECTED
    assert letter.decisions[0].rationale.text == " ".join(rationale.split())


@pytest.mark.parametrize("gap", [" ", "\n", "\n\n", "\f"])
def test_text_with_no_layout_at_all(gap: str) -> None:
    letter = parse_letter(settle(raw_letter(*TWO, credentials=labelled(), gap=gap)))
    assert items_of(letter) == EXPECTED
    assert letter.decisions[0].rationale.text == TWO[0].rationale
    assert letter.form == "F4"


def test_a_rationale_without_a_final_period_ends_at_the_next_header() -> None:
    letter = read_letter(Item(rationale="It is not medically necessary"), TWO[1])
    assert items_of(letter) == EXPECTED


def test_twin_items_stay_two() -> None:
    assert items_of(read_letter(TWO[0], TWO[0])) == [EXPECTED[0], EXPECTED[0]]


def test_item_without_outcome_becomes_a_problem_and_the_next_one_is_read() -> None:
    letter = read_letter(Item(gap="", outcome=""), TWO[1])
    assert items_of(letter) == [EXPECTED[1]]
    (problem,) = [problem for problem in letter.problems if problem.code == "outcome_unreadable"]
    assert problem.span and "MRI of the left knee" in letter.text[slice(*problem.span)]


def test_item_without_reviewer_statement_or_rationale() -> None:
    letter = read_letter(Item(reviewer=None), Item("Bone scan of both feet", "Overturned", rationale=None))
    assert items_of(letter) == EXPECTED
    assert letter.decisions[0].reviewer.sources == ()
    assert letter.decisions[1].rationale.text is None
    assert [problem.code for problem in letter.problems if problem.kind == "missing"] == [
        "statement_missing",
        "no_cover",
        "rationale_missing",
    ]


def test_surgery_and_what_falls_with_it() -> None:
    small = "Since the surgery is not medically necessary, none of its services are medically necessary."
    falling = Item("Associated surgical service: DEXA scan", "Upheld", NONE_ADMIN, NONE_REVIEWER, small)
    letter = read_letter(Item("Left knee arthroscopy"), falling)
    assert letter.decisions[0].flags == ()
    assert letter.decisions[1].flags == ("associated_service", "falls_with_surgery")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A note about lunch.", "not_a_letter"),
        ("MAXIMUS sends an IMR page that ends here.", "no_decided_item"),
        (f"{ISSUES}\n\nMRI of the knee\n\n{ADMIN} x\n\n{REVIEWER} y\n\n{RATIONALE} z", "no_outcome"),
        ("MEDICAL PROFESSIONAL REVIEW\n\nISSUE AT DISPUTE: an MRI", "form_not_read"),
        ("Medical Qualifications of the Expert Reviewer: one. Case Summary: two.", "form_not_read"),
        (f"{HOW}\n\nDOCUMENTS REVIEWED\n\n{SUMMARY}\n\nIMR DECISION(S) AND RATIONALE(S)\n\n1. x", "form_not_read"),
    ],
)
def test_texts_without_a_decided_item_are_refused_with_their_reason(text: str, code: str) -> None:
    with pytest.raises(FileRejected) as refusal:
        parse_letter(settle(text))
    assert refusal.value.code == code
    assert refusal.value.message.endswith(".")


def test_a_party_copy_is_set_aside() -> None:
    with pytest.raises(FileRejected) as refusal:
        read_letter(cover=(*COVER, "Employee Name: (left out)"))
    assert refusal.value.code == "party_copy"


ODG_THEN_MTUS = Item(
    "Bone scan of both feet",
    "Overturned",
    admin="Decision based on ODG.",
    reviewer="Decision based on MTUS Low Back Complaints 2004.",
    rationale="The scan is new. It is medically necessary.",
)


@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize(
    ("label", "other"),
    [
        *[
            (REVIEWER, other)
            for other in (
                "IMRO guideline:",
                "Reviewer guideline:",
                "Expert Reviewer guideline:",
                "MAXIMUS guideline(s):",
                "Maximus Federal Services guideline:",
                "MAXIMUS guideline;",
                "MAXIMUS Guideline",
            )
        ],
        (ADMIN, "Claims Administrators guideline:"),
        (RATIONALE, "DECISION RATIONALE:"),
    ],
)
def test_another_name_of_a_label_in_all_items_or_in_one(label: str, other: str, alone: bool) -> None:
    raw = raw_letter(TWO[0], ODG_THEN_MTUS)
    place = raw.rindex(label)
    raw = raw[:place] + other + raw[place + len(label) :] if alone else raw.replace(label, other)
    first, second = parse_letter(settle(raw)).decisions
    assert (first.rationale.text, second.rationale.text) == (TWO[0].rationale, ODG_THEN_MTUS.rationale)
    assert (second.claims_administrator.sources, second.reviewer.sources) == (("odg",), ("mtus",))


@pytest.mark.parametrize("gap", ["\n\n", "\n", " "])
@pytest.mark.parametrize("place", [1, 2])
def test_an_item_without_readable_outcome_ends_the_rationale_above_it(place: int, gap: str) -> None:
    items = [TWO[0], ODG_THEN_MTUS]
    items.insert(place, Item("Lumbar CT", "Partially Overturned", rationale="It is medically necessary for now."))
    letter = read_letter(*items, gap=gap, cover=COVER)
    assert [decision.rationale.text for decision in letter.decisions] == [TWO[0].rationale, ODG_THEN_MTUS.rationale]
    assert "outcome_against_rationale" not in [problem.code for problem in letter.problems]
    (unread,) = (problem for problem in letter.problems if problem.code == "outcome_unreadable")
    assert unread.span and letter.text[slice(*unread.span)] == "Lumbar CT: Partially Overturned"


def test_an_item_with_an_unknown_first_label_ends_the_rationale_above_it() -> None:
    raw = raw_letter(TWO[0], ODG_THEN_MTUS)
    place = raw.rindex(ADMIN)
    letter = parse_letter(settle(raw[:place] + "The payer's view:" + raw[place + len(ADMIN) :]))
    (decision,) = letter.decisions
    assert decision.rationale.text == TWO[0].rationale
    assert "outcome_unreadable" in [problem.code for problem in letter.problems]


@pytest.mark.parametrize("heading", [HOW, SUMMARY])
def test_two_letters_in_one_text_are_refused(heading: str) -> None:
    one, other = (
        raw_letter(*items, cover=[COVER[0].replace("0990099", case)]).replace("" if heading == HOW else HOW, "")
        for items, case in ((TWO, "0990099"), ([ODG_THEN_MTUS], "0990001"))
    )
    for text in (f"{one}\n\n{other}", f"{one}\n\f{one}"):
        with pytest.raises(FileRejected) as refusal:
            parse_letter(settle(text))
        assert refusal.value.code == "two_letters"


def test_one_heading_above_two_lists_of_items_is_one_letter() -> None:
    listed = "\n\n".join([ISSUES, ISSUES_LEAD, *ODG_THEN_MTUS.paragraphs()])
    assert len(parse_letter(settle(f"{raw_letter(*TWO, cover=COVER)}\n\n{listed}")).decisions) == 3


@pytest.mark.parametrize(
    "request_", ["Visit with Dr. Rivers of the clinic", "MRI of the knee. No contrast", "Fusion vs. Disc replacement"]
)
def test_a_full_stop_inside_a_header_without_any_layout(request_: str) -> None:
    letter = read_letter(TWO[0], Item(request_), gap=" ")
    assert [decision.request for decision in letter.decisions] == [TWO[0].request, request_]


def test_sentences_and_trimmed() -> None:
    text = " One. Two (2)! 3 is three?  four"
    assert [text[slice(*span)] for span in sentences(text, 0, len(text))] == ["One.", "Two (2)!", "3 is three?  four"]
    assert trimmed(text, 0, len(text)) == (1, len(text))
    assert trimmed("   ", 0, 3) == (3, 3)
