"""A filter as people pass it on: a whole link of the dashboard, or what stands after its `?`."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl

from data.errors import OverturnError, WarehouseError
from data.filters import Filters, from_query, one_value
from data.schema import dimensions
from data.sentences import listed, unknown_keys
from data.warehouse import Snapshot, current_snapshot, default_folder, snapshot

PAGE_OPTIONS = ("snapshot", "page", "letter", "item", "sides", "source", "document", "b", "level", "hybrids", "sort")
"""What a link says beside the filter: the snapshot and what pages keep for themselves; names that begin with view- are, too."""


def filter_of(text: str) -> Filters:
    """The filter that a link holds; everything for an empty text. Raises OverturnError for what cannot be read.

    A page's own options are left aside (of Compare's link A is taken); a name that nobody knows raises, so that a slip of
    the pen never selects everything.
    """
    asked = _parameters(text)
    filters = from_query(asked)
    named = [f"{name}={value}" for name, value in filters.unreadable]
    named += [f"{name}={value}" for name, value in asked.items() if not (_of_pages(name) or _of_filters(name))]
    if named:
        raise OverturnError(
            f"The filter cannot be read: {', '.join(named)}. Give a link, or what stands after its ?, such as "
            "'modality=mri&date=2016..2017'."
        )
    anything = {
        name: filters.choice(name).include + filters.choice(name).exclude
        for name, one in dimensions().items()
        if one.open
    }
    for label, values in unknown_keys(filters, anything).items():
        raise OverturnError(
            f"The filter names {listed(values)} under {label}, which is not known here. python -m loaders query --by NAME lists "
            "the values of a dimension; a link copied from a page has them right."
        )
    return filters


def snapshot_of(text: str, folder: Path | None = None) -> Snapshot:
    """The snapshot that a link names, else the served one. Raises WarehouseError where it is not there or nothing is loaded."""
    folder = folder or default_folder()
    named = _parameters(text).get("snapshot")
    found = snapshot(folder, named) if named else current_snapshot(folder)
    if found is None:
        raise WarehouseError(f"No letters are loaded in {folder}. Load some with python -m loaders ingest PATH.")
    return found


def _parameters(text: str) -> dict[str, str]:
    asked: dict[str, list[str]] = {}
    for name, value in parse_qsl(_query(text), keep_blank_values=True):
        asked.setdefault(name, []).append(value)
    return {name: one_value(name, values) for name, values in asked.items()}


def _query(text: str) -> str:
    """What stands after the `?` of a link; a text without one is it, unless it is an address."""
    place, mark, query = text.strip().partition("#")[0].rpartition("?")
    return query if mark or "://" not in query else place


def _of_pages(name: str) -> bool:
    return name in PAGE_OPTIONS or name.startswith("view-")


def _of_filters(name: str) -> bool:
    """Whether the grammar of filters knows that parameter: then it says of half a character that it cannot be read."""
    return bool(from_query({name: "\ud800"}).unreadable)
