"""Letters' texts and the findings in them: immutable Parquet parts beside the database, shared by snapshots.

A part is sorted by letter in small row groups, so that one letter is read without its neighbours; what the part's foot
says of the groups is kept.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import WarehouseError

ROWS_A_GROUP = 256
COPY_OPTIONS = f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROWS_A_GROUP})"
"""How a part is written: columns `letter_key`, `text`, `findings`, ordered by `letter_key`."""


def read_letter(part: Path, letter_key: int) -> tuple[str | None, list[dict[str, Any]]]:
    """The settled text of one letter and the findings in it, by place; None and nothing when the part lacks it.

    Raises WarehouseError when the part cannot be read.
    """
    try:
        foot, bounds = _foot(str(part))
        with pq.ParquetFile(part, metadata=foot) as file:
            for number, (first, last) in enumerate(bounds):
                if not first <= letter_key <= last:
                    continue
                group = file.read_row_group(number)
                place = group["letter_key"].to_pylist()
                if letter_key in place:
                    row = group.slice(place.index(letter_key), 1).to_pylist()[0]
                    found = sorted(row["findings"], key=lambda one: (one["span_start"], -one["span_end"]))
                    return str(row["text"]), found
    except (pa.ArrowException, OSError) as error:
        raise WarehouseError(
            f"The text part {part.name} cannot be read: {str(error).splitlines()[0][:300]}. Restore it, "
            "or load the letters again with python -m loaders ingest --from-nothing PATH."
        ) from error
    return None, []


@lru_cache(maxsize=16)
def _foot(part: str) -> tuple[Any, list[tuple[int, int]]]:
    """What the part says of itself, and the first and last key of every row group."""
    foot = pq.read_metadata(part)
    about = [foot.row_group(number).column(0).statistics for number in range(foot.num_row_groups)]
    return foot, [(one.min, one.max) if one is not None and one.has_min_max else (0, 2**63 - 1) for one in about]
