"""Letters' texts and the findings in them: immutable Parquet parts beside the database, shared by snapshots.

A part has small row groups, all of one size but the last, so that one letter is read without its neighbours. Letters
stand in the order in which they were loaded; which row is whose is read once and kept.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import WarehouseError

ROWS_A_GROUP = 256
_Keys = np.ndarray[Any, np.dtype[np.int64]]


def read_letter(part: Path, letter_key: int) -> tuple[str | None, list[dict[str, Any]]]:
    """The settled text of one letter and the findings in it, by place; None and nothing when the part lacks it.

    Raises WarehouseError when the part cannot be read.
    """
    try:
        foot, keys = _foot(str(part))
        rows = np.flatnonzero(keys == letter_key)
        if not len(rows):
            return None, []
        group, place = divmod(int(rows[0]), ROWS_A_GROUP)
        with pq.ParquetFile(part, metadata=foot) as file:
            (row,) = file.read_row_group(group).slice(place, 1).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise WarehouseError(
            f"The text part {part.name} cannot be read: {str(error).splitlines()[0][:300]}. Restore it, "
            "or load the letters again with python -m loaders ingest --from-nothing PATH."
        ) from error
    return str(row["text"]), sorted(row["findings"], key=lambda one: (one["span_start"], -one["span_end"]))


@lru_cache(maxsize=16)
def _foot(part: str) -> tuple[Any, _Keys]:
    """What the part says of itself, and the letters' keys in the order of its rows: 8 bytes a letter."""
    with pq.ParquetFile(part) as file:
        return file.metadata, file.read(columns=["letter_key"])["letter_key"].to_numpy()
