"""Synthetic letters: a corpus with published totals, known effects and a label for every value, to test parser and statistics.

`tables` reads the figures below `data/`, `plan` decides what a letter says, `wording` says it, `layout` and `pdf` put it on
pages, `record` and `labels` hold the truth, `corpus` writes files. Every letter depends on the seed and its number alone.
"""

from __future__ import annotations

VERSION = 1
MARK = "SYNTHETIC LETTER MADE BY OVERTURN. FICTION, NOT A DETERMINATION."
