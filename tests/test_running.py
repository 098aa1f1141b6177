"""Running headers and footers: left out where the evidence is there, and never a word of the letter itself."""

from __future__ import annotations

from itertools import combinations

import pytest

from loaders.parse import parse_letter
from loaders.read import Candidate, discover, read_text
from loaders.running import running_lines
from loaders.settle import letter_id, settle
from tests.builder import COVER, Item, labelled, raw_letter
from tests.conftest import SAMPLES
from tests.shapes import LAID_OUT, SHAPES, apart, paged, places, said, words_at_spans

CASE = "CM16-0990099"
# Top and bottom of every page. The last ones are known by standing on every page alone.
RUNNING = {
    "counter": ("", "Page {page} of {pages}"),
    "counter above": ("Page {page}", ""),
    "counter behind a bar": ("", "Page | {page}"),
    "number": ("", "{page}"),
    "dashes": ("- {page} -", ""),
    "case number": (f"Final Determination Letter for IMR Case Number {CASE}", "{page}"),
    "case number and page": ("", f"IMR Case Number {CASE}   Page {{page}}"),
    "case number alone": (CASE, ""),
    "several lines": (f"State of Somewhere\n{CASE}\n12/30/2016", "Page {page} of {pages}\nConfidential"),
    "words": ("State of Somewhere\nReview of Reviews", ""),
    "date": ("01/09/2017", ""),
    "company": ("", "Some Review Company, Inc."),
}
# These leave a letter whose paragraphs only its words tell apart. Laid out once more, nothing tells them apart at all.
WITHOUT_PARAGRAPHS = {"one_line", "line_a_paragraph", "wrapped_without_gaps", "spaced_and_trimmed", "form_feeds"}
TWINS = [
    Item(f"MRI of the {side} knee", rationale="Calm and stable. " * 30 + "It is not medically necessary.")
    for side in ("left", "right")
]
LETTER = settle(raw_letter(*TWINS, Item("CT of the head"), credentials=labelled(), cover=COVER))


def samples() -> dict[str, str]:
    found = (entry for entry in discover([SAMPLES / "letters"]) if isinstance(entry, Candidate))
    return {entry.source: settle(read_text(entry)) for entry in found}


def differs(settled: str, raw: str) -> str | None:
    """What the letter laid out as `raw` says otherwise than `settled`, None where nothing."""
    expected, other = parse_letter(settled), parse_letter(settle(raw))
    if said(expected) != said(other):
        return str(next(key for key, value in said(expected).items() if value != said(other)[key]))
    return None if words_at_spans(expected) == words_at_spans(other) else "words at spans"


@pytest.mark.parametrize("end", ["\f", "\n\f", "\n\n\f\n"])
@pytest.mark.parametrize("kind", list(places(LETTER)))
@pytest.mark.parametrize("shape", LAID_OUT)
def test_a_page_may_end_anywhere(shape: str, kind: str, end: str) -> None:
    if shape == "trailing_blanks" and end != "\f":
        end = "\n\f"
    differing = [place for place in places(LETTER)[kind] if differs(LETTER, paged(LETTER, shape, [place], end=end))]
    assert differing == []


@pytest.mark.parametrize("running", list(RUNNING))
@pytest.mark.parametrize("shape", LAID_OUT)
def test_running_lines_at_every_kind_of_page_end(shape: str, running: str) -> None:
    top, bottom = RUNNING[running]
    for kind, found in places(LETTER).items():
        at = apart(LETTER, found)[:3]
        raw = paged(LETTER, shape, at, top, bottom)
        assert differs(LETTER, raw) is None, kind
        assert letter_id(settle(raw)) == letter_id(LETTER)


@pytest.mark.parametrize(
    "running",
    [name for name in RUNNING if name not in ("number", "dashes", "words", "date", "company", "several lines")],
)
@pytest.mark.parametrize("shape", LAID_OUT)
def test_without_page_ends_counters_and_case_numbers_tell(shape: str, running: str) -> None:
    at = apart(LETTER, places(LETTER)["in a rationale"])[:3]
    assert differs(LETTER, paged(LETTER, shape, at, *RUNNING[running], end="\n")) is None


@pytest.mark.parametrize("running", list(RUNNING))
def test_the_first_page_may_go_without(running: str) -> None:
    at = apart(LETTER, places(LETTER)["in a rationale"] + places(LETTER)["in the summary"], 400)
    assert len(at) > 2
    assert differs(LETTER, paged(LETTER, "wrapped_90", at, *RUNNING[running], first=False)) is None


def test_samples_with_running_lines() -> None:
    top, bottom = f"IMR Case Number: {CASE}", "Page {page} of {pages}"
    for source, text in samples().items():
        at = apart(text, places(text)["in a rationale"])
        raw = paged(text, "wrapped_90", at, "Review of Reviews", bottom)
        assert differs(text, raw) is None, source
        assert letter_id(settle(paged(text, "pages", [], "", ""))) == letter_id(text)
        assert top not in settle(raw)


@pytest.mark.parametrize("text", list(samples().values())[::6])
def test_two_changes_of_layout_at_once(text: str) -> None:
    for first, second in combinations(SHAPES, 2):
        assert differs(text, SHAPES[second](settle(SHAPES[first](text)))) is None, (first, second)


def test_a_case_number_that_stands_in_running_lines_alone_is_kept() -> None:
    bare = settle(raw_letter(*TWINS))
    raw = paged(bare, "wrapped_90", apart(bare, places(bare)["in a rationale"]), f"IMR Case Number {CASE}", "{page}")
    letter = parse_letter(settle(raw))
    assert letter.case_number == CASE
    assert letter.text.count(CASE) == 1
    assert [decision.request for decision in letter.decisions] == ["MRI of the left knee", "MRI of the right knee"]


@pytest.mark.parametrize(
    ("lines", "ends"),
    [
        (["Four", "one", "Decision", "two", "Decision", "three"], [2, 4]),
        (["a", "MAXIMUS guideline: x", "b", "MAXIMUS guideline: x", "c"], [0, 2]),
        (["a", "is not medically necessary.", "b", "is not medically necessary."], [1]),
        (["a", "MRI of the knee: Upheld", "b", "MRI of the knee: Upheld", "c"], [0, 2]),
        (["a", "1) Acme has determined the request", "b", "2) Acme has determined the request", "c"], []),
        (["Take", "1", "tablet of", "2", "milligrams"], []),
        (["Case Number:", CASE, "Date of Injury:", "01/02/2016", "Decision Date:", "01/02/2016", "end"], []),
        (["see Page(s): 98-99 of 127.", "text", "see Page(s): 99-100 of 127.", "text"], []),
        (["Low Back", "a", "Low Back", "b", "Low Back", "c"], []),
        (["one", "two"], [0]),
        ([], []),
    ],
)
def test_what_may_be_the_letters_own_stays(lines: list[str], ends: list[int]) -> None:
    assert running_lines(lines, ends) == set()


def test_nothing_is_taken_from_letters_without_running_lines() -> None:
    for source, text in samples().items():
        for shape, laid_out in SHAPES.items():
            assert letter_id(settle(laid_out(text))) == letter_id(text), (source, shape)


@pytest.mark.slow
@pytest.mark.letters
@pytest.mark.parametrize("running", list(RUNNING))
def test_real_letters_with_running_lines(letters_folder: object, running: str) -> None:
    """Every letter in one shape, its pages ending at places of one kind; no words of the letters are shown."""
    texts = [settle(read_text(entry)) for entry in discover([letters_folder]) if isinstance(entry, Candidate)]  # type: ignore[list-item]
    differing: list[str] = []
    for number, text in enumerate(texts):
        expected = parse_letter(text)
        top, bottom = (line.replace(CASE, expected.case_number or "") for line in RUNNING[running])
        if CASE in "".join(RUNNING[running]) and expected.case_number is None:
            continue
        kinds = list(places(text).items())
        for step in range(3):
            kind, found = kinds[(number + 5 * step) % len(kinds)]
            shape = LAID_OUT[(number + step) % len(LAID_OUT)]
            at = apart(text, found)  # a letter of one page shows nothing twice
            what = differs(text, paged(text, shape, at, top, bottom)) if at else None
            if what:
                differing.append(f"letter {number}, {shape}, {kind}: {what}")
    assert differing == []


@pytest.mark.slow
@pytest.mark.letters
def test_two_changes_of_layout_on_real_letters(letters_folder: object) -> None:
    texts = [settle(read_text(entry)) for entry in discover([letters_folder]) if isinstance(entry, Candidate)]  # type: ignore[list-item]
    pairs = [pair for pair in combinations(SHAPES, 2) if pair[0] not in WITHOUT_PARAGRAPHS]
    differing = [
        f"letter {number}: {first}, {second}"
        for number, text in enumerate(texts)
        for first, second in pairs[number % 3 :: 3]
        if differs(text, SHAPES[second](settle(SHAPES[first](text))))
    ]
    assert differing == []
