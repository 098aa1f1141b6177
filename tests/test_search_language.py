"""How searches are read: what each operator means, what is left out and said, and that any input gives an answer."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.search_language import LONGEST, MOST_NESTED, parse
from data.search_tree import AllOf, AnyOf, Case, Node, Not, Phrase, Word, leaves, replaced, without_places

A, B, C = Word("a"), Word("b"), Word("c")


def read(typed: str) -> Node | None:
    tree = parse(typed).tree
    return without_places(tree) if tree else None


@pytest.mark.parametrize(
    ("typed", "tree"),
    [
        ("a", A),
        ("a b", AllOf((A, B))),
        ("a AND b", AllOf((A, B))),
        ("a OR b", AnyOf((A, B))),
        ("a b OR c", AnyOf((AllOf((A, B)), C))),
        ("a AND b OR c", AnyOf((AllOf((A, B)), C))),
        ("a (b OR c)", AllOf((A, AnyOf((B, C))))),
        ("NOT a", Not(A)),
        ("-a", Not(A)),
        ("a -b", AllOf((A, Not(B)))),
        ("a AND NOT b", AllOf((A, Not(B)))),
        ("NOT NOT a", A),
        ("NOT (a OR b) c", AllOf((Not(AnyOf((A, B))), C))),
        ("NOT a OR b", AnyOf((Not(A), B))),
        ("a or b and not c", AllOf((A, Word("or"), B, Word("and"), Word("not"), C))),
        ('"a b"', Phrase("a b")),
        ("\u201ca b\u201d", Phrase("a b")),
        ('"a"', A),
        ('-"a b" c', AllOf((Not(Phrase("a b")), C))),
        ("x-ray", Phrase("x-ray")),
        ("a-b", Phrase("a-b")),
        ("!a", Not(A)),
        ("a !(b OR c)", AllOf((A, Not(AnyOf((B, C)))))),
        ("a || b", AnyOf((A, B))),
        ("a||b", AnyOf((A, B))),
        ("a && b", AllOf((A, B))),
        ("a&&!b || c", AnyOf((AllOf((A, Not(B))), C))),
        ("\uff4d\uff52\uff49\u3000\uff02a b\uff02", AllOf((Word("mri"), Phrase("a b")))),
        ("b\u200bo\u00adne \u202eknee\u202c", AllOf((Word("bone"), Word("knee")))),
        ("a, b; c.", AllOf((A, B, C))),
        ("request:a", Word("a", "request")),
        ("Rationale: a", Word("a", "rationale")),
        ('summary:"a b"', Phrase("a b", "summary")),
        ("citation:a citations:b", AllOf((Word("a", "citations"), Word("b", "citations")))),
        ("request:(a OR b)", AnyOf((Word("a", "request"), Word("b", "request")))),
        ("request:(a rationale:b)", AllOf((Word("a", "request"), Word("b", "rationale")))),
        ("-request:a", Not(Word("a", "request"))),
        ("request:-a", Not(Word("a", "request"))),
        ("arthro*", Word("arthro", kind="prefix")),
        ("Arthro*", Word("arthro", kind="prefix")),
        ("request:knee*", Word("knee", "request", "prefix")),
        ("spine~", Word("spine", kind="near", mistakes=1)),
        ("arthroscopy~", Word("arthroscopy", kind="near", mistakes=2)),
        ("arthroscopy~1", Word("arthroscopy", kind="near", mistakes=1)),
        ("spine~0", Word("spine")),
        ("bones~", Word("bones", kind="near", mistakes=1)),
        ("scanning~", Word("scanning", kind="near", mistakes=1)),  # its stem is `scan`
        ("tramadol~", Word("tramadol", kind="near", mistakes=2)),
        ("CM14-0123456", Case("14", "0123456")),
        ("14-0123456", Case("14", "0123456")),
        ("14\u20130123456 a", AllOf((Case("14", "0123456"), A))),
        (" 0123456 ", AnyOf((Case("", "0123456"), Word("0123456")))),
        ("0123456 a", AllOf((Word("0123456"), A))),
        ("72148", Word("72148")),  # codes of treatments have five digits
        ("10-14-2009", Phrase("10-14-2009")),
        ("cm14 0123456", Case("14", "0123456")),
        ("CM14\u20130123456", Case("14", "0123456")),
        ("cm140123456", Case("14", "0123456")),
        ("CM14-123456", Case("14", "123456")),
        ("CM14-0123*", Case("14", "0123", beginning=True)),
        ("CM14*", Case("14", beginning=True)),
        ("case:CM14", Case("14")),
        ("case:14-0123456", Case("14", "0123456")),
        ('case:"CM14 0123456"', Case("14", "0123456")),
        ("CM14-0123456 OR a", AnyOf((Case("14", "0123456"), A))),
        ("NOT CM14-0123456", Not(Case("14", "0123456"))),
        ("5 cm 14 days", AllOf((Word("5"), Word("cm"), Word("14"), Word("days")))),
        ("ORGAN NOTE ANDES", AllOf((Word("ORGAN"), Word("NOTE"), Word("ANDES")))),
        ("9792.22", Phrase("9792.22")),
        ("\u4e2d\u6587 \u0635\u0648\u0631\u0629", AllOf((Word("\u4e2d\u6587"), Word("\u0635\u0648\u0631\u0629")))),
    ],
)
def test_what_is_meant(typed: str, tree: Node) -> None:
    assert read(typed) == tree
    assert parse(typed).notes == ()
    assert parse(typed).trouble == ""


@pytest.mark.parametrize(
    ("typed", "tree", "said"),
    [
        ("a OR", A, "OR had nothing to join"),
        ("AND a", A, "AND had nothing to join"),
        ("a AND", A, "AND had nothing to join"),
        ("a NOT", A, "NOT had nothing to join"),
        ("a AND OR b", AnyOf((A, B)), "AND had nothing to join"),
        ("a)", A, "A closing bracket without an opening one"),
        ("a) b", AllOf((A, B)), "A closing bracket without an opening one"),
        ("((a)", A, "An opening bracket has no closing one"),
        ("a ()", A, "Brackets with nothing to search for"),
        ('"a b', Phrase("a b"), "A quotation mark has no partner"),
        ('a "', A, "A quotation mark without a partner"),
        ("request: OR a", A, "request: has nothing after it"),
        ("a request:", A, "request: has nothing after it"),
        ("colour:a", Phrase("colour:a"), "colour: names no part of a letter"),
        ('"a b*"', Phrase("a b*"), "Inside quotation marks * and ~"),
        ("x-ray*", Phrase("x-ray*"), "* works behind a single word"),
        ("x-ray~", Phrase("x-ray~"), "~ works behind a single word"),
        ("ar*ro", Phrase("ar*ro"), "* and ~ count at the end of a word only"),
        ("*arthro", Word("arthro"), "* and ~ count at the end of a word only"),
        ("spine~7", Word("spine", kind="near", mistakes=1), "spine~7 asks for more than one typing mistake"),
        ("arthroscopy~9", Word("arthroscopy", kind="near", mistakes=2), "more than two typing mistakes"),
        ("--a", Not(A), "-- was read as one -"),
        ("a !!b", AllOf((A, Not(B))), "!! was read as one !"),
        ("a - b", AllOf((A, B)), "- with a blank behind it means nothing"),
        ("a -- b", AllOf((A, B)), "-- with a blank behind it means nothing"),
        ("a ||", A, "OR had nothing to join"),
        ("&& a", A, "AND had nothing to join"),
        ("a^5", A, "^5 means nothing here"),
        ("a b^2.5", AllOf((A, B)), "^2.5 means nothing here"),
        ("x:a", Phrase("x:a"), "x: names no part of a letter, so it was searched as words next to each other"),
    ],
)
def test_what_is_left_out_is_said(typed: str, tree: Node, said: str) -> None:
    assert read(typed) == tree
    assert any(said in note for note in parse(typed).notes), parse(typed).notes


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "no word to search for"),
        ("???", "no word to search for in '???'"),
        ('"', "no word to search for"),
        ("AND OR", "no word to search for"),
        ("((((", "no word to search for"),
        ("a*", "too short"),
        ("ab~", "too short"),
        ("mri~", "in words of four letters or more"),
        ("case:knee", "no case number (knee)"),
        ("a" * 40, "more than 39 characters"),
        ("x " * 1001, "at most 2,000 characters; this one has 2,002"),
        ("(" * 26 + "a", "more than 25 deep"),
        ("request:" * 200 + "a", "more than 25 deep"),
    ],
)
def test_where_nothing_is_found_the_reason_is_said(typed: str, said: str) -> None:
    parsed = parse(typed)
    assert (parsed.tree, parsed.notes, parsed.understood) == (None, (), "")
    assert said in parsed.trouble


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("spine pain", "Letters with “spine” and “pain”."),
        ("a OR b -c", "Letters with “a” or (“b”, but without “c”)."),
        ("NOT a", "Letters with anything but “a”."),
        ("-a -b", "Letters with anything but “a” and without “b”."),
        ('request:MRI "not established"', "Letters with “MRI” in a request and “not established”."),
        ("rationale:arthro*", "Letters with words that begin with “arthro” in a rationale."),
        ("spine~", "Letters with words like “spine” (up to 1 typing mistake)."),
        ("CM14-0123456", "Letters with the case number CM14-0123456."),
        ("CM14-012 knee", "Letters with a case number that begins with CM14-012 and “knee”."),
        ("summary:(a OR b) c", "Letters with (“a” in the case summary or “b” in the case summary) and “c”."),
    ],
)
def test_how_it_was_understood(typed: str, said: str) -> None:
    assert parse(typed).understood == said


def test_words_that_must_not_be_there_are_not_sought() -> None:
    tree = parse("a -b NOT (c OR NOT d)").tree
    assert tree
    assert [leaf.text for leaf in leaves(tree) if isinstance(leaf, Word)] == ["a", "d"]


def test_a_word_is_replaced_where_it_stands() -> None:
    typed = 'knee request:(knee OR "spne") -x'
    tree = parse(typed).tree
    assert tree
    word = next(leaf for leaf in leaves(tree) if isinstance(leaf, Word) and leaf.text == "spne")
    assert replaced(typed, word, "spine") == 'knee request:(knee OR "spine") -x'


WORDS = st.text("abcdefgh", min_size=3, max_size=8)
LONG_WORDS = st.text("bcdfgh", min_size=8, max_size=9)  # no vowel, so no ending
PARTS = st.sampled_from([None, "request", "rationale", "summary", "citations"])


def nodes() -> st.SearchStrategy[Node]:
    simple = st.one_of(
        st.builds(Word, WORDS, PARTS),
        st.builds(Word, WORDS, PARTS, st.just("prefix")),
        st.builds(Word, LONG_WORDS, PARTS, st.just("near"), st.integers(1, 2)),
        st.builds(lambda words, part: Phrase(" ".join(words), part), st.lists(WORDS, min_size=2, max_size=3), PARTS),
        st.builds(Case, st.just("16"), st.from_regex(r"[0-9]{5,7}", fullmatch=True), st.booleans()),
    )
    return st.recursive(
        simple,
        lambda inner: st.one_of(
            st.builds(AllOf, st.lists(inner, min_size=2, max_size=3).map(tuple)),
            st.builds(AnyOf, st.lists(inner, min_size=2, max_size=3).map(tuple)),
            st.builds(Not, inner),
        ),
        max_leaves=8,
    )


def written(node: Node) -> str:
    """The tree as people would type it, in brackets throughout."""
    if isinstance(node, AllOf | AnyOf):
        return "(" + (" OR " if isinstance(node, AnyOf) else " ").join(map(written, node.of)) + ")"
    if isinstance(node, Not):
        return f"NOT {written(node.of)}"
    if isinstance(node, Case):
        return f"CM{node.year}-{node.number}{'*' if node.beginning else ''}"
    part = f"{node.part}:" if node.part else ""
    if isinstance(node, Phrase):
        return f'{part}"{node.text}"'
    return f"{part}{node.text}{'*' if node.kind == 'prefix' else f'~{node.mistakes}' if node.kind == 'near' else ''}"


def flat(node: Node) -> Node:
    """The tree without double negations, with groups inside like groups dissolved and repetitions dropped."""
    if isinstance(node, Not):
        inner = flat(node.of)
        return inner.of if isinstance(inner, Not) else Not(inner)
    if isinstance(node, AllOf | AnyOf):
        kind = type(node)
        inner_nodes = [flat(one) for one in node.of]
        merged = [part for one in inner_nodes for part in (one.of if isinstance(one, kind) else (one,))]
        found = tuple(dict.fromkeys(merged))
        return kind(found) if len(found) > 1 else found[0]
    return node


@given(nodes())
def test_what_is_written_is_what_is_read(tree: Node) -> None:
    parsed = parse(written(tree))
    assert parsed.notes == ()
    assert parsed.tree
    assert flat(without_places(parsed.tree)) == flat(tree)


PIECES = (
    *(
        '"',
        "(",
        ")",
        "AND",
        "OR",
        "NOT",
        "-",
        "--",
        "!",
        "||",
        "&&",
        "^5",
        "0990005",
        "16-0990005",
        "\u200b",
        "\uff4d",
        "*",
        "~",
        "~2",
        "?",
        ":",
        "request:",
        "case:",
        "CM16",
        "CM16-02",
        "foo:",
    ),
    *(
        "\x00",
        "\x1b[31m",
        "\u202e",
        "\u200d",
        "\ufeff",
        "\U0001f9b4",
        "\u0928\u092e",
        "e\u0301",
        "\u0130",
        "<script>",
        "$x$",
        "\\",
        "'",
    ),
    *(" ", "\n", "\t", "a", "spine", "x" * 45, "9792.22", "\ud800"),
)


@pytest.mark.parametrize("seed", range(300))
def test_any_pieces_in_any_order_give_an_answer(seed: int) -> None:
    chance = random.Random(seed)
    typed = "".join(chance.choices(PIECES, k=chance.choice((1, 3, 9, 40, 300))))
    answers(typed)


@given(st.text(max_size=200))
def test_any_text_gives_an_answer(typed: str) -> None:
    answers(typed)


@pytest.mark.parametrize("length", [LONGEST, 10_000])
@pytest.mark.parametrize("piece", ["a ", "(", "NOT ", "-", '"', "a OR ", "a:", "CM16-", "\u4e2d "])
def test_long_searches_give_an_answer(piece: str, length: int) -> None:
    answers((piece * length)[:length])


def answers(typed: str) -> None:
    """Either something is searched, or a sentence says why not; never both, never neither."""
    parsed = parse(typed)
    assert bool(parsed.tree) != bool(parsed.trouble)
    assert all(note.endswith(".") for note in (*parsed.notes, *filter(None, [parsed.trouble])))
    assert bool(parsed.understood) == bool(parsed.tree)


def test_brackets_may_be_nested_so_deep() -> None:
    assert read("(" * MOST_NESTED + "a" + ")" * MOST_NESTED) == A
