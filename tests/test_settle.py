"""Settling a text: line ends, page breaks, hyphenation marks, wrapped lines, and what two copies of a letter share."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.settle import fold, letter_id, settle, text_sha


@pytest.mark.parametrize(
    ("raw", "settled"),
    [
        ("", ""),
        (" \n\f \t\r\n", ""),
        ("one", "one"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("one\u2028two\x85three\vfour", "one\ntwo\nthree\nfour"),
        ("one\n\n\n\ntwo", "one\n\ntwo"),
        ("one\ftwo", "one\n\ftwo"),
        ("one\n\ntwo\f\n\nthree", "one\n\ntwo\n\fthree"),
        ("an\u00a0odd\u2003blank\tand  two", "an odd blank and  two"),
        ("x\x02ray", "x-ray"),
        ("Non\ufffeMTUS", "Non-MTUS"),
        ("compu\u00adted, tomo\u00ad\ngraphy", "computed, tomography"),
        ("of\ufb01ce \ufb02ow su\ufb03x", "office flow suffix"),
        (
            "\u017f\u0131x or S\u0130X wee\u212as, \u0661\uff12 in all, 10\u00b2 left",
            "six or SIX weeKs, 12 in all, 10\u00b2 left",
        ),
        ("zero\u200bwidth\ufeff\u202e", "zerowidth"),
        ("bell\x07 null\x00", "bell null"),
        ("lone \ud800 half", "lone \ufffd half"),
        ("far" + " " * 5000 + "apart", "far    apart"),
    ],
)
def test_characters(raw: str, settled: str) -> None:
    assert settle(raw) == settled


def test_a_search_takes_only_ascii_for_ascii() -> None:
    """What was found as a letter or a digit can be lowered, looked up and counted with."""
    others = "".join(map(chr, range(128, 0x110000)))
    assert re.findall(r"[a-z]|\d", others, re.IGNORECASE)
    assert [char for char in re.findall(r"[a-z]|\d", settle(others), re.IGNORECASE) if not char.isascii()] == []


def test_wrapped_lines_are_joined_where_a_trailing_blank_says_so() -> None:
    raw = "A sentence that \nruns over \nthree lines.\nThe next \nparagraph.\nLast."
    assert settle(raw) == "A sentence that runs over three lines.\n\nThe next paragraph.\n\nLast."


def test_a_line_end_before_the_end_of_a_page_ends_no_paragraph() -> None:
    raw = "A sentence that \nruns over \n\fthree lines.\n\fThe next \nparagraph.\nLast."
    assert settle(raw) == "A sentence that runs over\fthree lines.\n\n\fThe next paragraph.\n\nLast."


@pytest.mark.parametrize(
    ("raw", "settled"),
    [
        ("a steroid, \nan anti-\ninflammatory \ndrug", "a steroid, \nan anti-inflammatory \ndrug"),
        ("A \nNon-\nMTUS \nCitation", "A \nNon-MTUS \nCitation"),
        ("pre- \nand postoperative", "pre- \nand postoperative"),
        ("trimmed lines,\nan anti-\ninflammatory\ndrug", "trimmed lines,\nan anti-\ninflammatory\ndrug"),
        ("the \nL4-\n5 \nlevel", "the \nL4-\n5 \nlevel"),
        ("a \nlist -\nof \nwords", "a \nlist -\nof \nwords"),
        ("anti-\n\ninflammatory", "anti-\n\ninflammatory"),
        ("anti-\finflammatory", "anti-\n\finflammatory"),
    ],
)
def test_a_word_parted_at_a_line_end(raw: str, settled: str) -> None:
    assert settle(raw) == settled.replace(" \n", "\n")


def test_parted_words_do_not_pass_for_paragraph_ends() -> None:
    raw = "Row: one \n \n" + "a line of an anti-\ninflammatory \nkind \n" * 20 + "Row: \ntwo \n \nEnd."
    assert "Row:\ntwo\n\nEnd." in settle(raw)


def test_an_empty_line_after_every_line_is_no_paragraph_end() -> None:
    lines = [f"line {number} \n\n" for number in range(10, 20)]
    raw = "".join(lines[:5]) + " \n\n" + "".join(lines[5:])
    assert settle(raw) == "line 10 line 11 line 12 line 13 line 14\n\nline 15 line 16 line 17 line 18 line 19"


def test_three_empty_lines_of_a_trimmed_copy_may_be_a_page_or_a_paragraph() -> None:
    raw = "\n\n".join(f"line {number}" for number in range(12)).replace("line 5\n\n", "line 5\n\n\n\n")
    assert "line 4 line 5\nline 6 line 7" in settle(raw)


def test_lines_of_unknown_kind_stay_lines() -> None:
    assert settle("one\ntwo\nthree") == "one\ntwo\nthree"


@pytest.mark.parametrize("other", ["One two, THREE", "one\n\ntwo\fthree.", "o-n-e two three", "one two th\u00adree"])
def test_layout_case_and_punctuation_do_not_change_the_letter_id(other: str) -> None:
    assert letter_id(settle(other)) == letter_id("one two three")
    assert len(letter_id("one two three")) == 64


def test_other_words_change_the_letter_id_and_other_layout_the_text_sha() -> None:
    assert letter_id("one two") != letter_id("one too")
    assert text_sha("one two") != text_sha("one  two")


def test_fold() -> None:
    assert fold(" a \n b\f\tc ") == "a b c"


@given(st.text(alphabet=st.characters() | st.sampled_from(list(" \n\f\r\t\x02\u00ad\ufffe\ud800")), max_size=400))
def test_any_text_settles_into_clean_lines(raw: str) -> None:
    settled = settle(raw)
    assert settled == settled.strip(" \n\f")
    assert not set(settled) & set("\r\t\v\x00\x02\x07\u00a0\u00ad\u2028\u200b\ufffe\ud800")
    assert "\n\n\n" not in settled
    assert "     " not in settled
    settled.encode()


@given(st.lists(st.sampled_from(["alpha beta", "gamma", "delta epsilon zeta"]), min_size=1, max_size=12))
def test_settling_paragraphs_twice_changes_nothing(parts: list[str]) -> None:
    once = settle("\n\n".join(parts))
    assert settle(once) == once
