"""Questions to a snapshot, answered as plain records: `Reader` is the one that pages, exports and tests ask."""

from __future__ import annotations

from data.fixing import Fixing
from data.letters import Letters


class Reader(Fixing, Letters):
    """Answers for one snapshot and one filter, on a cursor of its own. Not shared between threads."""
