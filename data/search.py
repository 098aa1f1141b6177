"""Letters by words: which hold them, in any order or best first, and near words where a word stands nowhere.

What was typed is read by `data/search_language.py`. Words are matched by their stem and without regard to case, so
`scans` finds `scan`; a phrase lies within one part of a letter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import tantivy

from data.search_language import parse
from data.search_tree import AllOf, AnyOf, Case, Leaf, Node, Not, Phrase, Word, leaves
from data.text_index import CASE, KEY, is_parted, schema, searcher, stems, text_fields

# A word in the request says more of what a letter is about than one in its standard sentences.
_WEIGHTS = {"request": 3.0, "rationale": 2.0, "summary": 1.5, "citations": 1.5, "rest": 1.0}
# What may follow the beginning of a word that an index of stems has cut: `injectio` is in `injection`, whose stem is `inject`.
_ENDINGS = (
    *("", "n", "on", "ion", "ions", "s", "es", "e", "d", "ed", "g", "ng", "ing", "l", "al", "ally"),
    *("y", "ly", "ity", "t", "nt", "ent", "ment", "ments", "ve", "ive", "er", "r", "ss", "ess"),
    *("ness", "ational", "ation", "ance", "ence", "c", "ic", "cal", "ical", "ul", "ful", "tion"),
    *("tive", "ative", "ty", "lity", "ility", "bility", "ble", "able", "ize"),
)
_MOST_TERMS = 50_000
_LONGEST_TEXT = 6000  # characters of a text that similar letters are looked for by
_TELLING = 25  # its words that are looked for, the rarest ones
_TOO_COMMON = 2  # a word in more than one letter of so many tells nothing
_TOLD_IN = ("request", "rationale", "summary")  # where a letter says what was asked for and why


def letters_with(folder: Path, words: str) -> pa.Table:
    """The letters that match `words`, as a table of one column `letter_key`, in no order. Any input gives an answer."""
    return _found(str(folder), words)


@lru_cache(maxsize=16)
def _found(folder: str, words: str) -> pa.Table:
    query = _query(Path(folder), words, ranking=False)
    if query is None:
        return _table([])
    asked = searcher(Path(folder))
    held = asked.search(tantivy.Query.const_score_query(query, 1.0), limit=1, count=True).count  # type: ignore[attr-defined]
    if 2 * held <= asked.num_docs:
        return _table(_keys(asked, query))
    # What a hit costs is to be handed over one by one; of a common word the letters without it are the fewer.
    every = _every_key(folder)
    without = np.array(_keys(asked, tantivy.Query.boolean_query([(_MUST, _EVERYTHING), (_MUST_NOT, query)])), np.int64)
    return pa.table({KEY: pa.array(every[np.isin(every, without, assume_unique=True, invert=True)])})


@lru_cache(maxsize=2)
def _every_key(folder: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The keys of all letters of an index, 8 bytes each."""
    return np.array(_keys(searcher(Path(folder)), tantivy.Query.all_query()), np.int64)


@lru_cache(maxsize=8)
def ranked(folder: Path, words: str) -> pa.Table:
    """The same letters with their `rank`, 0 the best: BM25 over the parts, requests weighing most; equals by their key.

    Letters in which the wanted words are rarer elsewhere, more frequent here and stand in shorter parts come first.
    """
    query = _query(folder, words, ranking=True)
    if query is None:
        return pa.table({KEY: pa.array([], pa.int64()), "rank": pa.array([], pa.int32())})
    asked = searcher(folder)
    hits = asked.search(query, limit=max(1, asked.num_docs), count=False).hits
    keys = np.array(asked.fast_field_values(KEY, [address for _, address in hits]), np.int64)
    scores = np.fromiter((score for score, _ in hits), np.float64, len(hits))
    order = np.lexsort((keys, -scores))
    return pa.table({KEY: pa.array(keys[order]), "rank": pa.array(np.arange(len(keys), dtype=np.int32))})


def closest(folder: Path, words: str, most: int = 2000) -> pa.Table:
    """The `most` letters closest in words to a text, as a table of `letter_key` and `score`, above 0; not kept anywhere.

    BM25 (Robertson and Zaragoza 2009, Foundations and Trends in Information Retrieval 3:333) over requests, rationales and
    summaries, by the text's `_TELLING` words that are rarest there, as Lucene's "more like this" picks them; words of one
    letter alone are left out.
    """
    asked, layout = searcher(folder), schema(parted=is_parted(folder))
    fields = [field for field in text_fields(folder) if field in _TOLD_IN] or text_fields(folder)
    telling = {stem for stem in stems(words[:_LONGEST_TEXT]) if len(stem) > 1}
    found = ((max(asked.doc_freq(field, stem) for field in fields), stem) for stem in telling)
    told = sorted((n, stem) for n, stem in found if 1 < n < max(10, asked.num_docs // _TOO_COMMON))[:_TELLING]
    if not told:
        return _table([]).append_column("score", pa.array([], pa.float64()))
    parts = [(_SHOULD, tantivy.Query.term_query(layout, field, stem)) for _, stem in told for field in fields]
    hits = asked.search(tantivy.Query.boolean_query(parts), limit=most, count=False).hits
    keys = [int(key) for key in asked.fast_field_values(KEY, [address for _, address in hits]) if key is not None]
    return _table(keys).append_column("score", pa.array([float(score) for score, _ in hits], pa.float64()))


def forget() -> None:
    """Let go of the letters of recent searches, which are kept for the next question about them."""
    _found.cache_clear()
    _every_key.cache_clear()
    ranked.cache_clear()


def all_letters(folder: Path) -> pa.Table:
    """All letters of the index as a table of `letter_key`, one as often as it is there."""
    return _table(_keys(searcher(folder), tantivy.Query.all_query()))


def _keys(asked: tantivy.Searcher, query: tantivy.Query) -> list[int]:
    # Nobody asks for an order here, and a score for every letter would take most of the time. Taken in the order of
    # their keys the hits bring these with them, which is faster than looking them up one by one.
    unranked = tantivy.Query.const_score_query(query, 1.0)
    hits = asked.search(unranked, limit=max(1, asked.num_docs), count=False, order_by_field=KEY).hits
    return [key for key, _ in hits]


def _table(keys: list[int]) -> pa.Table:
    return pa.table({KEY: pa.array(keys, pa.int64())})


def _query(folder: Path, words: str, *, ranking: bool) -> tantivy.Query | None:
    """What was typed as a question to the index at `folder`; None where nothing can be found."""
    tree = parse(words).tree
    if tree is None:
        return None
    return _Asking(text_fields(folder), is_parted(folder), ranking).node(tree)


@dataclass(frozen=True, slots=True)
class _Asking:
    """How a tree is put to one index: over which fields, whether it has parts and case numbers, with weights or without."""

    fields: tuple[str, ...]
    parted: bool
    ranking: bool

    def node(self, node: Node) -> tantivy.Query:
        if isinstance(node, AllOf):
            parts = [
                (_MUST_NOT, self.node(one.of)) if isinstance(one, Not) else (_MUST, self.node(one)) for one in node.of
            ]
            if all(occur == _MUST_NOT for occur, _ in parts):
                parts.append((_MUST, _EVERYTHING))
            return tantivy.Query.boolean_query(parts)
        if isinstance(node, AnyOf):
            return tantivy.Query.boolean_query([(_SHOULD, self.node(one)) for one in node.of])
        if isinstance(node, Not):
            return tantivy.Query.boolean_query([(_MUST, _EVERYTHING), (_MUST_NOT, self.node(node.of))])
        return self._leaf(node)

    def _leaf(self, leaf: Leaf) -> tantivy.Query:
        if isinstance(leaf, Case):
            return self._any(list(self._cases(leaf))) if self.parted else tantivy.Query.empty_query()
        if leaf.part and not self.parted:
            return tantivy.Query.empty_query()
        fields = (leaf.part,) if leaf.part else self.fields
        found = [query for field in fields for query in self._weighed(leaf, field)]
        return self._any(found)

    def _weighed(self, leaf: Word | Phrase, field: str) -> Iterator[tantivy.Query]:
        for query in self._in_field(leaf, field):
            weight = _WEIGHTS.get(field, 1.0)
            yield tantivy.Query.boost_query(query, weight) if self.ranking and weight != 1.0 else query

    def _in_field(self, leaf: Word | Phrase, field: str) -> Iterator[tantivy.Query]:
        layout = schema(parted=self.parted)
        if isinstance(leaf, Word) and leaf.kind == "prefix":
            yield tantivy.Query.regex_query(layout, field, f"{leaf.text}.*")
            for stem in beginnings(leaf.text):
                yield tantivy.Query.term_query(layout, field, stem)
            return
        terms = stems(leaf.text)
        if len(terms) > 1:
            yield tantivy.Query.phrase_query(layout, field, list(terms))
        elif terms and isinstance(leaf, Word) and leaf.kind == "near":
            yield tantivy.Query.fuzzy_term_query(layout, field, terms[0], leaf.mistakes, True, False)
        elif terms:
            yield tantivy.Query.term_query(layout, field, terms[0])

    def _cases(self, case: Case) -> Iterator[tantivy.Query]:
        layout = schema()
        yield tantivy.Query.regex_query(layout, CASE, f"cm{case.year}{case.number}.*")
        if not case.beginning and len(case.number) >= 5:
            significant = case.number.lstrip("0")
            for length in range(max(5, len(significant)), 9):
                yield tantivy.Query.term_query(layout, CASE, f"cm{case.year}{significant.zfill(length)}")

    @staticmethod
    def _any(queries: list[tantivy.Query]) -> tantivy.Query:
        if not queries:
            return tantivy.Query.empty_query()
        return queries[0] if len(queries) == 1 else tantivy.Query.boolean_query([(_SHOULD, one) for one in queries])


_MUST, _SHOULD, _MUST_NOT = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot
_EVERYTHING = tantivy.Query.const_score_query(tantivy.Query.all_query(), 0.0)


@lru_cache(maxsize=256)
def beginnings(beginning: str) -> frozenset[str]:
    """Stems that are shorter than the beginning of a word of theirs, so that no search for what begins so meets them."""
    found = {stem for ending in _ENDINGS for stem in stems(beginning + ending)[:1]}
    alike = {stem for stem in found if beginning.startswith(stem[:-1])}  # `disabilit` is in `disability`, stem `disabl`
    return frozenset(stem for stem in alike.union(stems(beginning)) if not stem.startswith(beginning))


@dataclass(frozen=True, slots=True)
class Near:
    """A word that no letter holds, the term nearest to it, in how many letters that stands, and one of these."""

    word: Word
    term: str
    letters: int
    letter_key: int


def near_words(folder: Path, words: str) -> list[Near]:
    """For each single word of a search that no letter holds, the nearest term that some do: fewest typing mistakes, then most letters."""
    tree = parse(words).tree
    asked = searcher(folder)
    layout, found = schema(parted=is_parted(folder)), []
    for leaf in leaves(tree) if tree else ():
        if not (isinstance(leaf, Word) and leaf.kind == "word") or (leaf.part and not is_parted(folder)):
            continue
        fields = (leaf.part,) if leaf.part else text_fields(folder)
        (term, *_) = stems(leaf.text) or [""]
        if len(term) < 3 or any(asked.doc_freq(field, term) for field in fields):
            continue
        counts: dict[str, int] = {}
        for field in fields:
            for other, held in asked.terms_with_prefix(field, term[0], limit=_MOST_TERMS):
                counts[other] = counts.get(other, 0) + held
        near = [(d, -held, other) for other, held in counts.items() if (d := distance(term, other, 2)) is not None]
        if near:
            _, _, other = min(near)
            query = tantivy.Query.boolean_query([(_SHOULD, tantivy.Query.term_query(layout, f, other)) for f in fields])
            keys = _keys(asked, query)
            found.append(Near(leaf, other, len(keys), keys[0]))
    return found


def distance(one: str, other: str, most: int) -> int | None:
    """Typing mistakes between two words: letters put in, left out, changed, or two neighbours exchanged; None above `most`.

    Optimal string alignment: Boytsov, Indexing methods for approximate dictionary searching (2011), section 2.2.
    """
    if abs(len(one) - len(other)) > most:
        return None
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most and (not before or min(before) > most):
            return None
    return row[-1] if row[-1] <= most else None
