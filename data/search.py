"""The full-text index of letters: built beside a snapshot, asked by words. The one module that knows the index's library."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import tantivy

from data.errors import WarehouseError

_WRITER_BYTES = 64 * 1024 * 1024
_MOST_HITS = 5_000_000
_BESIDE: list[tempfile.TemporaryDirectory[str]] = []  # removed when the program ends
_LONGEST_QUERY = 2000
_LONGEST_TEXT = 6000  # characters of a text that similar letters are looked for by
_TELLING = 25  # its words that are looked for, the rarest ones
_TOO_COMMON = 2  # a word in more than one letter of so many tells nothing
_TOKEN = re.compile(r'"[^"]*"|\S+')
_WORD = re.compile(r"\w+(?:['\u2019]\w+)?", re.UNICODE)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("letter_key", indexed=True, fast=True, stored=False)
    builder.add_text_field("text", stored=False, tokenizer_name="en_stem", index_option="position")
    return builder.build()


def build(folder: Path, base: Path | None, texts: Iterable[tuple[int, str]], removed: Iterable[int]) -> None:
    """A new index at `folder`: that of `base` (its files linked, never changed) with `texts` added and `removed` taken out.

    Raises WarehouseError when it cannot be written.
    """
    folder.mkdir(parents=True)
    if base is not None and base.exists():
        for file in base.iterdir():
            if file.suffix == ".lock":
                continue
            if file.suffix in (".json",):
                shutil.copyfile(file, folder / file.name)
            else:
                _link(file, folder / file.name)
    try:
        index = tantivy.Index(_schema(), path=str(folder))
        writer = index.writer(heap_size=_WRITER_BYTES, num_threads=1)
        for key in removed:
            writer.delete_documents_by_term("letter_key", key)
        for key, text in texts:
            writer.add_document(tantivy.Document(letter_key=key, text=text))
        writer.commit()
        writer.wait_merging_threads()
    except ValueError as error:  # what the library raises for anything, a full disk included
        raise WarehouseError(
            f"The text index {folder} could not be written: {error}. Make room and load again."
        ) from error


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another file system, or one without links
        shutil.copyfile(source, target)


@lru_cache(maxsize=4)
def _open(folder: str) -> tantivy.Index:
    """The index at `folder`, also on a disk that cannot be written: asking takes a lock, which then lies beside links to its files."""
    if os.access(folder, os.W_OK):
        return tantivy.Index.open(folder)
    beside = tempfile.TemporaryDirectory(prefix="overturn-index-")
    _BESIDE.append(beside)
    for file in Path(folder).iterdir():
        if file.suffix != ".lock":
            (Path(beside.name) / file.name).symlink_to(file.resolve())
    return tantivy.Index.open(beside.name)


@lru_cache(maxsize=16)
def letters_with(folder: Path, words: str) -> pa.Table:
    """The letters that hold all `words`, as a table of one column `letter_key`; words in double quotes as a phrase.

    Any input gives an answer. Words are matched by their stem and without regard to case, so `scans` finds `scan`.
    """
    query = _query(words)
    return _keys(_open(str(folder)), query) if query else _table(())


def closest(folder: Path, words: str, most: int = 2000) -> pa.Table:
    """The `most` letters closest in words to a text, as a table of `letter_key` and `score`, above 0; not kept anywhere.

    BM25 (Robertson and Zaragoza 2009, Foundations and Trends in Information Retrieval 3:333) over the text's `_TELLING`
    words that are rarest in the letters, as Lucene's "more like this" picks them; words of one letter alone are left out.
    """
    searcher = _open(str(folder)).searcher()
    stems = {stem for word in _WORD.findall(words[:_LONGEST_TEXT]) for stem in _stems(word) if len(stem) > 1}
    found = ((searcher.doc_freq("text", stem), stem) for stem in stems)
    told = sorted((n, stem) for n, stem in found if 1 < n < max(10, searcher.num_docs // _TOO_COMMON))[:_TELLING]
    if not told:
        return pa.table({"letter_key": pa.array([], pa.int64()), "score": pa.array([], pa.float64())})
    schema = _schema()
    parts = [(tantivy.Occur.Should, tantivy.Query.term_query(schema, "text", stem)) for _, stem in told]
    hits = searcher.search(tantivy.Query.boolean_query(parts), limit=most, count=False).hits
    keys = _table(searcher.fast_field_values("letter_key", [address for _, address in hits]))
    return keys.append_column("score", pa.array([float(score) for score, _ in hits], pa.float64()))


def all_letters(folder: Path) -> pa.Table:
    """All letters of the index in the same form, one as often as it is there."""
    return _keys(_open(str(folder)), tantivy.Query.all_query())


def _keys(index: tantivy.Index, query: tantivy.Query) -> pa.Table:
    searcher = index.searcher()
    # Nobody asks for an order here, and a score for every letter would take most of the time.
    unranked = tantivy.Query.const_score_query(query, 1.0)
    hits = searcher.search(unranked, limit=min(_MOST_HITS, max(1, searcher.num_docs)), count=False).hits
    return _table(searcher.fast_field_values("letter_key", [address for _, address in hits]))


def _table(keys: Sequence[float | None]) -> pa.Table:
    return pa.table({"letter_key": pa.array(keys, pa.int64())})


def has_words(words: str) -> bool:
    """Whether there is anything to search for in what was typed: without it no letter can be found."""
    return _query(words) is not None


def _query(words: str) -> tantivy.Query | None:
    schema = _schema()
    parts: list[tuple[tantivy.Occur, tantivy.Query]] = []
    for token in _TOKEN.findall(words[:_LONGEST_QUERY]):
        spoken = [word for word in _WORD.findall(token) if any(map(str.isalnum, word))]
        stems = [_stems(word) for word in spoken]
        if not all(stems):  # a word too long to be in any index: no letter holds it
            return None
        terms = [stem for found in stems for stem in found]
        if len(terms) == 1:
            parts.append((tantivy.Occur.Must, tantivy.Query.term_query(schema, "text", terms[0])))
        elif terms:
            parts.append((tantivy.Occur.Must, tantivy.Query.phrase_query(schema, "text", list(terms))))
    return tantivy.Query.boolean_query(parts) if parts else None


@lru_cache(maxsize=1)
def _analyzer() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(40))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def _stems(word: str) -> list[str]:
    return list(_analyzer().analyze(word))
