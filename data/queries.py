"""Questions to a snapshot, answered as plain records: `Reader` is the one that pages, exports and tests ask."""

from __future__ import annotations

from data.citing import Citing
from data.grounds import Grounds
from data.letters import Letters


class Reader(Citing, Grounds, Letters):
    """Answers for one snapshot and one filter, on a cursor of its own. Not shared between threads."""
