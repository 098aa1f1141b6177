"""Collections: a dimension whose keys are the tags that loads were given."""

from __future__ import annotations

from pathlib import Path

from data.filters import Choice, Filters, from_query, to_query
from data.queries import Reader
from data.schema import NOT_STATED
from data.sentences import chips, notices
from loaders.ingest import ingest
from tests.builder import Item, raw_letter


def test_collections_are_what_was_loaded(tmp_path: Path) -> None:
    tags = {"one": "Ours, 50% of them", "two": "!state  of California", "three": None}
    for name, tag in tags.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "letter.txt").write_text(raw_letter(Item(f"MRI of the knee for {name}")))
        found = ingest([tmp_path / name], tmp_path / "warehouse", collection=tag).snapshot
    assert found
    ours, state = "Ours, 50% of them", "!state of California"
    with found.connect() as connection:
        reader = Reader(connection, found, Filters())
        assert reader.keys("collection") == (state, ours, NOT_STATED)
        assert reader.counts("collection") == {ours: 1, state: 1, NOT_STATED: 1}
        assert [group.label for group in reader.by("collection")] == [state, ours, "No collection"]
        assert "collection" in reader.stated() and "priority" not in reader.stated()
        for include, exclude in (((ours,), ()), ((), (state, NOT_STATED)), ((state, ours), (NOT_STATED,))):
            filters = Filters().choose("collection", Choice(include, exclude))
            assert from_query(to_query(filters)) == filters
            assert Reader(connection, found, filters).headline().decisions == max(1, len(include))
            assert notices(filters, {"collection": reader.keys("collection")}) == []
    (sentence,) = notices(from_query({"collection": "theirs"}), {"collection": (ours, state)})
    assert "'theirs' under collection" in sentence
    assert chips(from_query({"collection": "Ours%2C 50%25 of them"}))[0].text == f"Collection: {ours}"
