"""The text index against a plain look at every letter, operator by operator; its parts, its order, near words, old layouts."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
import tantivy
from hypothesis import given
from hypothesis import strategies as st

from data import search, text_index
from data.passages import PARTS, passages
from data.search_language import LONGEST, parse
from data.warehouse import Snapshot, current_snapshot
from loaders.ingest import ingest
from loaders.purge import purge
from loaders.verify import verify
from tests.builder import COVER, Item, raw_letter
from tests.plain_search import PlainLetter, holds, mistakes, plain_letters
from tests.test_search_language import PIECES


@pytest.fixture(scope="module")
def letters(sample_warehouse: Snapshot) -> list[PlainLetter]:
    return plain_letters(sample_warehouse)


def found(snapshot: Snapshot, words: str) -> list[int]:
    return sorted(search.letters_with(snapshot.index, words)["letter_key"].to_pylist())


def expected(letters: list[PlainLetter], words: str) -> list[int]:
    tree = parse(words).tree
    return sorted(letter.key for letter in letters if tree and holds(letter, tree))


@pytest.mark.parametrize(
    ("words", "some"),
    [
        ("knee", True),
        ("KNEES", True),
        ("knee spine", True),
        ("knee OR spine", True),
        ("knee -spine", True),
        ("NOT knee", True),
        ("NOT (knee OR spine)", True),
        ("-knee -spine", True),
        ("knee OR NOT spine", True),
        ('"bone scan"', True),
        ('"scan bone"', False),
        ('"bone scans" OR "MRI of the knee"', True),
        ("request:MRI", True),
        ("request:MRI -rationale:pain", True),
        ('rationale:"not medically necessary"', True),
        ('request:"not medically necessary"', False),
        ("summary:pain", True),
        ("citation:knee", True),
        ("citation:(knee OR ODG) -request:knee", True),
        ("request:NOT rationale:scan", True),
        ("sca*", True),
        ("injectio*", True),
        ("necessar*", True),
        ("request:sca*", True),
        ("zyx*", False),
        ("sapine~", True),
        ("spine~", True),
        ("knwe~1", True),
        ("request:knwe~", True),
        ("x-ray", True),
        ("CM16-0990018", True),
        ("CM16-990018", True),
        ("16-0990018", True),
        ("0990018", True),
        ("0000000", False),
        ("knee !spine || request:MRI", True),
        ("bone~", True),
        ("CM16-099*", True),
        ("case:CM14", True),
        ("NOT case:CM14", True),
        ("CM16-0990018 OR CM15-0990013", True),
        ("case:CM16 knee", True),
        ("CM99-0990018", False),
        ("xylophone", False),
        ("knee xylophone", False),
        ("knee " + "x" * 60, False),
    ],
)
def test_each_operator_finds_what_a_plain_look_finds(
    words: str, some: bool, sample_warehouse: Snapshot, letters: list[PlainLetter]
) -> None:
    ours = found(sample_warehouse, words)
    assert ours == expected(letters, words)
    assert bool(ours) == some


@pytest.fixture(scope="module")
def spoken(sample_warehouse: Snapshot) -> list[str]:
    """The words of the samples as they are written, and neighbours of theirs."""
    with sample_warehouse.connect() as connection:
        rows = connection.execute("SELECT letter_key, text_part FROM letters").fetchall()
    return sorted({word for row in rows for word in re.findall(r"[A-Za-z]{3,20}", sample_warehouse.text(*row) or "")})


@pytest.mark.parametrize("seed", range(150))
def test_random_searches_find_what_a_plain_look_finds(
    seed: int, sample_warehouse: Snapshot, letters: list[PlainLetter], spoken: list[str]
) -> None:
    chance = random.Random(seed)

    def some(depth: int) -> str:
        kind = chance.choice(("word", "word", "phrase", "part", "prefix", "near", "not", "all", "any"))
        word = chance.choice(spoken)
        if depth > 2 or kind == "word":
            return word
        if kind in ("all", "any"):
            joined = (" OR " if kind == "any" else " ").join(some(depth + 1) for _ in range(chance.randint(2, 3)))
            return f"({joined})"
        changed = word.replace(chance.choice(word), chance.choice("aeiou"), 1)
        return {
            "phrase": f'"{word} {chance.choice(spoken)}"',
            "part": f"{chance.choice(('request', 'rationale', 'summary', 'citation'))}:{word}",
            "prefix": f"{word[: chance.randint(2, len(word))]}*",
            "near": f"{changed}~",
            "not": f"-{some(depth + 1)}",
        }[kind]

    words = some(0)
    assert found(sample_warehouse, words) == expected(letters, words), words


def test_words_that_begin_so_are_all_found(sample_warehouse: Snapshot, spoken: list[str]) -> None:
    """Though the index holds stems: a letter with a word is found by any beginning of it that has three letters or more."""
    chance = random.Random(7)
    missed = []
    for word in chance.sample(spoken, 150):
        whole = set(found(sample_warehouse, word))
        for length in range(3, len(word) + 1):
            if not whole <= set(found(sample_warehouse, f"{word[:length]}*")):
                missed.append((word, word[:length]))
    assert missed == []


def test_any_input_is_answered_by_the_index(sample_warehouse: Snapshot) -> None:
    chance = random.Random(3)
    for _ in range(300):
        typed = "".join(chance.choices(PIECES, k=chance.choice((1, 4, 12, 60))))
        hits = found(sample_warehouse, typed)
        assert search.ranked(sample_warehouse.index, typed).num_rows == len(hits)
        assert isinstance(search.near_words(sample_warehouse.index, typed), list)
    assert found(sample_warehouse, "a " * LONGEST) == []


def test_the_best_match_comes_first_and_the_order_is_the_letters_own(sample_warehouse: Snapshot) -> None:
    for words in ("knee", "knee OR spine", '"bone scan"', "NOT knee", "sca*", "CM16*", "xylophone", ""):
        table = search.ranked(sample_warehouse.index, words)
        assert sorted(table["letter_key"].to_pylist()) == found(sample_warehouse, words)
        assert table["rank"].to_pylist() == list(range(table.num_rows))
    text_index.opened.cache_clear()
    search.forget()
    assert search.ranked(sample_warehouse.index, "CM16*")["letter_key"].to_pylist() == found(sample_warehouse, "CM16*")


def one(case: str, request: str, rationale: str) -> str:
    cover = tuple(line.replace("CM16-0990099", case) for line in COVER)
    return raw_letter(Item(request, rationale=rationale), cover=cover)


@pytest.fixture
def three(tmp_path: Path) -> Path:
    """A warehouse of three letters: the word in the request, in the rationale, nowhere."""
    folder = tmp_path / "letters"
    folder.mkdir()
    calm = "The joint is calm. The study is not medically necessary."
    for case, request, rationale in (
        ("CM16-0000001", "Marmalade for the left knee", calm),
        ("CM16-0000002", "MRI of the left knee", "A marmalade was tried. " + calm),
        ("CM16-0000003", "MRI of the right knee", calm),
    ):
        (folder / f"{case}.txt").write_text(one(case, request, rationale))
    ingest([folder], tmp_path / "warehouse", workers=1)
    return tmp_path / "warehouse"


def served(folder: Path) -> Snapshot:
    snapshot = current_snapshot(folder)
    assert snapshot
    return snapshot


def cases(snapshot: Snapshot, keys: list[int]) -> list[str]:
    with snapshot.connect() as connection:
        named = dict(connection.execute("SELECT letter_key, case_number FROM letters").fetchall())
    return [named[key][-1] for key in keys]


def test_a_request_weighs_more_than_a_rationale(three: Path) -> None:
    snapshot = served(three)
    keys = search.ranked(snapshot.index, "marmalade")["letter_key"].to_pylist()
    assert cases(snapshot, keys) == ["1", "2"]


def test_near_words_are_offered_for_words_that_stand_nowhere(three: Path) -> None:
    index = served(three).index
    (near,) = search.near_words(index, "marmelade knee")
    assert (near.word.text, near.term, near.letters) == ("marmelade", "marmalad", 2)
    assert search.near_words(index, "request:marmelade")[0].letters == 1
    assert search.near_words(index, "marmalade knee") == []
    assert search.near_words(index, "qqqqqqqqqq") == []
    assert search.near_words(index, "-marmelade") == []
    assert search.near_words(index, "marmelady")[0].term == "marmalad", "two mistakes in eight letters or more"
    assert search.near_words(index, "lift")[0].term == "left"
    assert search.near_words(index, "laxt") == [], "two mistakes in four letters are another word"
    assert search.near_words(index, "jnt 16e9 0000009") == [], "so are short words, and numbers"


def test_an_index_of_the_old_layout_is_read_as_it_is_and_built_anew_by_the_next_load(
    three: Path, tmp_path: Path
) -> None:
    snapshot = served(three)
    with snapshot.connect() as connection:
        rows = connection.execute("SELECT letter_key, text_part FROM letters").fetchall()
    for file in snapshot.index.iterdir():
        file.unlink()
    writer = tantivy.Index(text_index.schema(parted=False), path=str(snapshot.index)).writer(20_000_000, 1)
    for key, part in rows:
        writer.add_document(tantivy.Document(letter_key=key, text=snapshot.text(key, part)))
    writer.commit()
    writer.wait_merging_threads()
    text_index.opened.cache_clear()
    text_index._is_parted.cache_clear()
    search.forget()
    assert not text_index.is_parted(snapshot.index)
    assert len(found(snapshot, "marmalade")) == search.ranked(snapshot.index, "marmalade").num_rows == 2
    assert found(snapshot, "request:marmalade") == found(snapshot, "CM16-0000001") == []
    assert search.near_words(snapshot.index, "marmelade")[0].letters == 2
    assert verify(three).wrong == []

    more = tmp_path / "more"
    more.mkdir()
    (more / "four.txt").write_text(one("CM16-0000004", "Marmalade for the neck", "It is not medically necessary."))
    ingest([more], three, workers=1)
    after = served(three)
    assert text_index.is_parted(after.index)
    assert [len(found(after, words)) for words in ("joint", "request:marmalade", "CM16-0000001")] == [3, 2, 1]
    assert verify(three).wrong == []


def test_what_a_load_adds_stands_beside_what_was_there_and_a_purge_takes_it_out(three: Path, tmp_path: Path) -> None:
    before = served(three)
    more = tmp_path / "more"
    more.mkdir()
    (more / "four.txt").write_text(one("CM16-0000004", "Marmalade for the neck", "It is not medically necessary."))
    ingest([more], three, workers=1)
    assert [len(found(one, "request:marmalade")) for one in (before, served(three))] == [1, 2]
    purge(three, ["CM16-0000001"])
    assert [len(found(served(three), words)) for words in ("request:marmalade", "rationale:marmalade")] == [1, 1]


SPANS = st.lists(
    st.tuples(
        st.sampled_from(["request", "rationale", "summary", "reviewer_statement", "decisive"]),
        st.integers(0, 60),
        st.integers(0, 60),
        st.sampled_from([None, 1, 2]),
    ),
    max_size=8,
)


@given(st.integers(0, 50), SPANS)
def test_the_parts_of_a_letter_are_the_whole_letter_once(
    length: int, spans: list[tuple[str, int, int, int | None]]
) -> None:
    parts = passages(length, spans)
    assert [place for part in parts for place in range(part.start, part.end)] == list(range(length))
    assert {part.part for part in parts} <= set(PARTS)
    for part in parts:
        if part.part != "rest":
            assert any(start <= part.start < part.end <= end for _, start, end, _ in spans)


@given(st.text("abc", max_size=7), st.text("abc", max_size=7), st.integers(0, 2))
def test_typing_mistakes_are_counted(one: str, other: str, most: int) -> None:
    counted = mistakes(one, other)
    assert search.distance(one, other, most) == (counted if counted <= most else None)
