"""Questions to a snapshot, answered as plain records: `Reader` is the one that pages, exports and tests ask."""

from __future__ import annotations

from data.alike import Likeness
from data.coverage import Coverage
from data.fixing import Fixing
from data.grounds import Grounds
from data.listing import Listing
from data.outlook import Outlooks
from data.periods_compared import PeriodsCompared
from data.strata import Strata


class Reader(Strata, Fixing, Grounds, PeriodsCompared, Coverage, Outlooks, Likeness, Listing):
    """Answers for one snapshot and one filter, on a cursor of its own. Not shared between threads."""
