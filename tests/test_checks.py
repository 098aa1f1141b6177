"""Problems of a letter: contradictions stated plainly, things left out, doubts about the reading, and nothing else."""

from __future__ import annotations

import pytest

from data.record import Letter, Problem
from loaders.checks import check_letter, spoken_outcome
from tests.builder import (
    COVER,
    ISSUES_LEAD,
    NONE_ADMIN,
    NONE_REVIEWER,
    SUMMARY,
    Item,
    labelled,
    raw_letter,
    read_letter,
)

GRANTED = "The knee is swollen and warm. The study is medically necessary."
GENERAL = "Decision based on MTUS Chronic Pain Medical Treatment 2009."
OPIOIDS = (
    " This decision addresses the medical necessity of the tablets as they were given to this worker. "
    "It should not be interpreted as a wish to end them at once. "
    + "The prescriber should taper slowly and with care. "
    * 9
)


def contradictions(*items: Item, **parts: object) -> list[Problem]:
    letter = read_letter(*items, **parts)
    return [problem for problem in letter.problems if problem.kind == "contradiction"]


def codes(letter: Letter) -> list[tuple[str, str]]:
    return [(problem.kind, problem.code) for problem in letter.problems]


@pytest.mark.parametrize(
    ("sentence", "outcome"),
    [
        ("The bath is medically necessary.", "overturned"),
        ("Therefore, the request was medically necessary and appropriate.", "overturned"),
        ("I deem the visits to be medically necessary.", "overturned"),
        ("The scan appears medically necessary.", "overturned"),
        ("Since he has not improved, the scan is medically necessary.", "overturned"),
        ("The request is certified.", "overturned"),
        ("The denial is overturned.", "overturned"),
        ("Medical necessity has been clearly established.", "overturned"),
        ("The service is not medically necessary.", "upheld"),
        ("The request is determined to not be medically necessary.", "upheld"),
        ("The request is determined to be not medically necessary.", "upheld"),
        ("The scan is considered not medically necessary.", "upheld"),
        ("The request is not seen as medically necessary.", "upheld"),
        ("The request is not, at this time, medically necessary.", "upheld"),
        ("The bed is not supported by guidelines and is not medically necessary.", "upheld"),
        ("As the operation is not medically necessary, the brace is not medically necessary.", "upheld"),
        ("Neither the scan nor the films are medically necessary.", "upheld"),
        ("Neither half of the request is medically necessary.", "upheld"),
        ("The tablets cannot be deemed medically necessary.", "upheld"),
        ("The scan isn't medically necessary.", "upheld"),
        ("The cream is no longer medically necessary.", "upheld"),
        ("The scan is medically unnecessary.", "upheld"),
        ("The request is non-certified.", "upheld"),
        ("The request is not certified.", "upheld"),
        ("The scan is not a medical necessity for the worker.", "upheld"),
        ("The medical necessity of the scan is not established.", "upheld"),
        ("The decision is upheld.", "upheld"),
        ("The request for the bed is denied.", "upheld"),
        ("Therefore, certification is hereby denied.", "upheld"),
        ("The request is therefore non-certified.", "upheld"),
        ("If the request is denied, she may appeal.", None),
        ("The request is denied by the claims administrator.", None),
        ("Weakness of the hand is denied.", None),
        ("It is unclear why the request is denied.", None),
        # said under a condition, of another decision, or two ways: nothing is concluded
        ("A scan is medically necessary when the films are unclear.", None),
        ("A scan would be medically necessary after a fall.", None),
        ("There is no sign that the scan is medically necessary.", None),
        ("It cannot be said that the scan is medically necessary.", None),
        ("The criteria for a scan to be medically necessary are strict.", None),
        ("Utilization review found that the scan was not medically necessary.", None),
        ("Six visits are medically necessary, but the other six are not medically necessary.", None),
        ("The visits are partially medically necessary.", None),
        ("The scan is not only medically necessary.", None),
        ("Medical necessity is judged by the guideline.", None),
        ("The knee is stable.", None),
    ],
)
def test_the_outcome_that_a_sentence_states(sentence: str, outcome: str | None) -> None:
    assert spoken_outcome(sentence) == outcome


@pytest.mark.parametrize(("outcome", "other"), [("Upheld", "overturned"), ("Overturned", "upheld")])
def test_an_outcome_against_its_rationale(outcome: str, other: str) -> None:
    said = GRANTED if outcome == "Upheld" else "The study is determined to not be medically necessary."
    letter = read_letter(Item(), Item("CT of the left knee", outcome, rationale=said), cover=COVER)
    (problem,) = letter.problems
    assert (problem.code, problem.kind) == ("outcome_against_rationale", "contradiction")
    assert problem.message == f"Item 2 is headed {outcome.lower()}, but its rationale ends as one that is {other} does."
    assert problem.span and letter.text[slice(*problem.span)].startswith("The study is")


@pytest.mark.parametrize(
    "said", ["The request is non-certified.", "The request is denied.", "The scan is medically unnecessary."]
)
def test_a_refusal_in_other_words_decides(said: str) -> None:
    letter = read_letter(Item(outcome="Overturned", rationale="The knee is calm. " + said), cover=COVER)
    (problem,) = letter.problems
    assert problem.code == "outcome_against_rationale"
    assert problem.span and letter.text[slice(*problem.span)].startswith(said[:-1])
    assert read_letter(Item(rationale="The knee is calm. " + said), cover=COVER).problems == ()


@pytest.mark.parametrize(
    "item",
    [
        Item(),
        Item(outcome="Overturned", rationale=GRANTED),
        Item(
            "Tablets #60",
            admin=GENERAL,
            reviewer=GENERAL,
            rationale="The tablets are not medically necessary." + OPIOIDS,
        ),
        Item(rationale="A scan is medically necessary after a fall if the films are unclear."),
        Item(rationale="The knee is calm."),
    ],
)
def test_an_outcome_that_its_rationale_bears_out_is_no_problem(item: Item) -> None:
    assert read_letter(item, cover=COVER).problems == ()


@pytest.mark.parametrize(
    ("request_text", "statement"),
    [
        ("MRI of the left knee", "Low Back Complaints 2004"),
        ("MRI of the lumbar spine", "Neck and Upper Back Complaints 2004"),
        ("CT of the cervical spine", "Shoulder Complaints 2004, Section(s): Special Studies"),
        ("MRI of the left shoulder", "General Approaches 2004, Section(s): Prevention, and Elbow Complaints 2007"),
    ],
)
def test_a_chapter_of_another_region(request_text: str, statement: str) -> None:
    letter = read_letter(Item(request_text, reviewer=f"Decision based on MTUS {statement}.", admin=GENERAL))
    (problem,) = [problem for problem in letter.problems if problem.kind == "contradiction"]
    assert problem.code == "guideline_against_body_part"
    assert "the reviewer cites the chapter" in problem.message
    assert problem.span and "Complaints" in letter.text[slice(*problem.span)]


@pytest.mark.parametrize(
    ("request_text", "statement"),
    [
        ("MRI of the left knee", "Knee Complaints 2004"),
        ("MRI of the left knee", "Low Back Complaints 2004, and Knee Complaints 2004"),
        ("MRI of the left knee", "Chronic Pain Medical Treatment 2009"),
        ("MRI of the left knee and low back", "Low Back Complaints 2004"),
        ("Physical therapy six visits", "Low Back Complaints 2004"),
        ("X-ray of the thoracic spine", "Low Back Complaints 2004"),
        ("Bone scan of the whole spine", "Neck and Upper Back Complaints 2004"),
        ("Whole body bone scan", "Low Back Complaints 2004"),
        ("Left hip injection", "Low Back Complaints 2004"),
        ("EMG/NCS of both hands", "Neck and Upper Back Complaints 2004"),
        ("MRI of the right arm", "Shoulder Complaints 2004"),
    ],
)
def test_a_chapter_that_may_rightly_be_cited(request_text: str, statement: str) -> None:
    cited = f"Decision based on MTUS {statement}."
    assert contradictions(Item(request_text, admin=cited, reviewer=cited)) == []


def test_an_outside_source_of_another_region_is_not_judged() -> None:
    outside = "Decision based on Non-MTUS Citation Official Disability Guidelines (ODG) Low Back."
    assert contradictions(Item(admin=outside, reviewer=outside)) == []


def test_a_rationale_that_stands_under_another_request_too() -> None:
    said = "The worker walks well and has no pain. The service is not medically necessary."
    general = {"admin": GENERAL, "reviewer": GENERAL, "rationale": said}
    (problem,) = contradictions(Item("MRI of the left knee", **general), Item("Bone scan of the left knee", **general))
    assert (problem.code, problem.message) == (
        "rationale_repeated",
        "Items 1 and 2 ask for different things, but have the same rationale.",
    )
    (problem,) = contradictions(Item("MRI of the left knee", **general), Item("Physical therapy six visits", **general))
    assert problem.code == "rationale_repeated"


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (
            "MRI of the left knee",
            "MRI of the right knee",
            "The knees are calm. The service is not medically necessary.",
        ),
        (
            "MRI of the neck",
            "CT of the neck",
            "An MRI and a CT are alike here. The service is not medically necessary.",
        ),
        ("MRI of the neck", "Acupuncture six visits", "The requests are not medically necessary."),
        (
            "MRI of the neck",
            "Acupuncture six visits",
            "As the surgery is refused, the request is not medically necessary.",
        ),
        ("Associated surgical service: X-ray", "Acupuncture six visits", "It is not medically necessary."),
        ("Physical therapy six visits", "Physical therapy four visits", "The service is not medically necessary."),
    ],
)
def test_a_shared_rationale_that_is_normal(first: str, second: str, said: str) -> None:
    general = {"admin": GENERAL, "reviewer": GENERAL, "rationale": said}
    assert contradictions(Item(first, **general), Item(second, **general)) == []


def test_dates_in_the_wrong_order() -> None:
    swapped = (
        "Case Number: CM16-0990099 Date Assigned: 12/05/2016 ",
        "Date of Injury: 11/19/2016 Decision Date: 12/01/2016 ",
        "UR Denial Date: 11/18/2016 Priority: Standard ",
        "Application Received: 11/29/2016",
    )
    letter = read_letter(cover=swapped)
    assert codes(letter) == [("contradiction", "denial_before_injury"), ("contradiction", "dates_out_of_order")]
    early, late = letter.problems
    assert early.message == "The denial in utilization review (2016-11-18) is dated before the injury (2016-11-19)."
    assert early.span and letter.text[slice(*early.span)] == "11/18/2016"
    assert late.message == "The decision (2016-12-01) is dated before the assignment (2016-12-05)."
    same_day = tuple(line.replace("11/19/2016", "11/18/2016").replace("12/01/2016", "12/05/2016") for line in swapped)
    assert read_letter(cover=same_day).problems == ()


def test_an_injury_dated_twice() -> None:
    letter = read_letter(cover=COVER, summary="The worker is a cook with a date of injury of 10/04/2016.")
    (problem,) = letter.problems
    assert (problem.kind, problem.code) == ("contradiction", "injury_dates_differ")
    assert problem.message == "The cover dates the injury 2016-10-14, the case summary 2016-10-04."
    assert problem.span and letter.text[slice(*problem.span)] == "10/04/2016"
    for summary in (
        "The worker is a cook with a date of injury of October 14, 2016.",
        "The worker fell and was seen on 10/20/2016.",
    ):
        assert read_letter(cover=COVER, summary=summary).problems == ()


def test_what_a_letter_leaves_out() -> None:
    letter = read_letter(Item(admin=None, rationale=""))
    assert codes(letter) == [
        ("missing", "statement_missing"),
        ("missing", "no_cover"),
        ("missing", "rationale_missing"),
    ]
    for problem in (letter.problems[0], letter.problems[2]):
        assert problem.span and letter.text[slice(*problem.span)] == "MRI of the left knee"
    assert read_letter(cover=COVER[:1]).problems == ()


def test_an_unknown_specialty_is_a_doubt() -> None:
    letter = read_letter(credentials=labelled(specialties="Underwater Basketry"), cover=COVER)
    assert codes(letter) == [("doubt", "unknown_term")]


def test_text_that_stands_in_no_part_of_the_form() -> None:
    from loaders.parse import parse_letter
    from loaders.settle import settle

    stray = (
        "A paragraph that no part of the form holds, long enough to be worth a look by whoever reads about this letter."
    )
    text = raw_letter(cover=COVER)
    assert parse_letter(settle(text)).problems == ()
    misplaced = text.replace(ISSUES_LEAD, f"{stray}\n\n{ISSUES_LEAD}")
    letter = parse_letter(settle(misplaced))
    (problem,) = letter.problems
    assert (problem.code, problem.kind) == ("text_left_over", "doubt")
    assert problem.span and stray in letter.text[slice(*problem.span)]
    short = text.replace(ISSUES_LEAD, f"Page 2 of 3.\n\n{ISSUES_LEAD}")
    assert parse_letter(settle(short)).problems == ()


def test_long_text_after_the_deciding_sentence() -> None:
    letter = read_letter(
        Item(rationale=f"{Item().rationale} {'Copies went to all who asked for one. ' * 15}"), cover=COVER
    )
    (problem,) = letter.problems
    assert (problem.code, problem.kind) == ("text_after_decision", "doubt")
    assert problem.span and letter.text[slice(*problem.span)].startswith("Copies went")


def test_checks_hold_on_a_letter_of_one_long_line() -> None:
    from loaders.parse import parse_letter
    from loaders.sections import find_sections
    from loaders.settle import settle

    text = settle(raw_letter(Item(), Item("CT of the left knee", admin=NONE_ADMIN, reviewer=NONE_REVIEWER), gap=" "))
    letter = parse_letter(text)
    assert SUMMARY in text and check_letter(letter, find_sections(text)) == list(letter.problems)


@pytest.mark.parametrize(
    ("said", "silent"),
    [
        ("The MTUS does not address this study.", True),
        ("The MTUS Guidelines and ODG do not address this study.", True),
        ("According to the ODG (the MTUS is silent), it helps.", True),
        ("In regard to beds the MTUS guidelines are silent on the matter.", True),
        ("The ACOEM guidelines do not address the cream.", False),
        ("The MTUS was read. The ODG is silent on the matter.", False),
        ("The MTUS recommends it and the ODG is silent on the matter.", False),
        ("The MTUS chapter of 2016 is silent, while the MTUS chapter of 2009 allows it.", False),
        ("The MTUS recommends films first.", False),
    ],
)
def test_silence_of_the_mtus(said: str, silent: bool) -> None:
    letter = read_letter(Item(rationale=f"{said} The service is not medically necessary."))
    assert letter.decisions[0].mtus_silent is silent
    found = [finding for finding in letter.findings if finding.kind == "mtus_silent"]
    assert [(finding.value, finding.decision) for finding in found] == ([("true", 1)] if silent else [])


def test_silence_in_a_statement() -> None:
    statement = (
        "The Expert Reviewer found that no section of the MTUS was applicable and relevant to the issue at dispute."
    )
    letter = read_letter(Item(reviewer=statement), Item(admin=NONE_ADMIN))
    assert [decision.mtus_silent for decision in letter.decisions] == [True, False]
    (finding,) = [finding for finding in letter.findings if finding.kind == "mtus_silent"]
    assert letter.text[slice(*finding.span)] == "no section of the MTUS was applicable"


@pytest.mark.parametrize(
    ("request_text", "day"),
    [
        ("Retrospective CT of the knee (DOS 11/18/16)", "2016-11-18"),
        ("Retrospective: Tablets #30 DOS: 11/14/16", "2016-11-14"),
        ("Films of the knee, date of service 3/4/2015", "2015-03-04"),
        ("Films of the knee, dates of service: 3/4/2015 to 3/9/2015", "2015-03-04"),
        ("Retrospective films performed on June 3, 2013", "2013-06-03"),
        ("Retrospective films of the knee", None),
        ("Retrospective films of the knee DOS 13/41/16", None),
        ("Films of the knee, report of 3/4/2015", None),
    ],
)
def test_the_day_of_service(request_text: str, day: str | None) -> None:
    letter = read_letter(Item(request_text))
    assert letter.decisions[0].service_date == day
    found = [finding.value for finding in letter.findings if finding.kind == "date_service"]
    assert found == ([day] if day else [])
