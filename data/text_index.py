"""The full-text index of letters on disk: its layout, how it is built beside a snapshot, how it is opened.

One document a letter, its parts (data/passages.py) as fields, so that a word can be looked for in one of them; of the
texts only the index is kept here. `data/search.py` asks it; the two are the only ones that know the index's library.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import tantivy

from data.errors import WarehouseError
from data.passages import PARTS

CASE = "case"
KEY = "letter_key"
_OLD_FIELD = "text"  # the one field of indexes that were made before letters had parts
_WRITER_BYTES = 64 * 1024 * 1024
_BESIDE: list[tempfile.TemporaryDirectory[str]] = []  # removed when the program ends

Letter = tuple[int, Mapping[str, Sequence[str]]]
"""A letter's key, and the stretches of text of each of its fields (`PARTS`, and `CASE` for its case number)."""


@lru_cache(maxsize=2)
def schema(*, parted: bool = True) -> tantivy.Schema:
    """The layout of an index; without parts that of old ones, which are read and no longer written."""
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field(KEY, indexed=True, fast=True, stored=False)
    for field in PARTS if parted else (_OLD_FIELD,):
        builder.add_text_field(field, stored=False, tokenizer_name="en_stem", index_option="position")
    if parted:
        builder.add_text_field(CASE, stored=False, tokenizer_name="raw", index_option="basic")
    return builder.build()


def is_parted(folder: Path) -> bool:
    """Whether the index knows the parts of letters. One that does not is read as it is and built anew by the next load."""
    return _is_parted(str(folder))


@lru_cache(maxsize=64)
def _is_parted(folder: str) -> bool:
    try:
        said = json.loads((Path(folder) / "meta.json").read_text(encoding="utf-8"))
        names = {field["name"] for field in said["schema"]}
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return names == {KEY, CASE, *PARTS}


def text_fields(folder: Path) -> tuple[str, ...]:
    """The fields that together hold a letter's words."""
    return PARTS if is_parted(folder) else (_OLD_FIELD,)


def build(folder: Path, base: Path | None, letters: Iterable[Letter], removed: Iterable[int]) -> None:
    """A new index at `folder`: that of `base` (its files linked, never changed) with `letters` added and `removed` taken out.

    A `base` without parts cannot be built upon: leave it out and give all letters. Raises WarehouseError when the index
    cannot be written.
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
        index = tantivy.Index(schema(), path=str(folder))
        writer = index.writer(heap_size=_WRITER_BYTES, num_threads=1)
        for key in removed:
            writer.delete_documents_by_term(KEY, key)
        for key, fields in letters:
            writer.add_document(tantivy.Document(**{KEY: key}, **fields))
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


def searcher(folder: Path) -> tantivy.Searcher:
    """Who asks the index at `folder`."""
    return opened(str(folder)).searcher()


@lru_cache(maxsize=4)
def opened(folder: str) -> tantivy.Index:
    """The index at `folder`, also on a disk that cannot be written: asking takes a lock, which then lies beside links to its files."""
    if os.access(folder, os.W_OK):
        return tantivy.Index.open(folder)
    beside = tempfile.TemporaryDirectory(prefix="overturn-index-")
    _BESIDE.append(beside)
    for file in Path(folder).iterdir():
        if file.suffix != ".lock":
            (Path(beside.name) / file.name).symlink_to(file.resolve())
    return tantivy.Index.open(beside.name)


@lru_cache(maxsize=1)
def analyzer() -> tantivy.TextAnalyzer:
    """What makes terms of words: the index's own steps."""
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(40))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def stems(text: str) -> list[str]:
    """The terms of a text in their order: words without their endings, small."""
    return list(analyzer().analyze(_whole(text)))


def stems_with_places(text: str) -> list[tuple[str, int, int]]:
    """The terms of a text with the place of each, in code points."""
    found = analyzer().pre_tokenize(_whole(text))
    return [(token.text, token.char_offset_from, token.char_offset_to) for token in found.tokens]


def _whole(text: str) -> str:
    """The text without half characters, which the library does not take; places stay."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
