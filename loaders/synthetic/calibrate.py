"""Find the log odds of years and categories at which a corpus meets the published rates: `python -m loaders.synthetic.calibrate`.

Run it after a change of mixes or effects; it plans letters without saying them and rewrites `data/synthetic/offsets.toml`.
"""

from __future__ import annotations

import math
import sys
from collections import defaultdict

from loaders.synthetic.plan import plan
from loaders.synthetic.tables import FOLDER, tables

_SEED, _LETTERS, _ROUNDS = 987_654_321, 60_000, 7
FILE = FOLDER / "synthetic" / "offsets.toml"


def main() -> None:
    """Move each offset by what its rate lacks, a few times over, on one set of letters."""
    t = tables()
    published, ratios = t.published["overturned"], t.effects["rate_against_all"]
    for turn in range(_ROUNDS):
        sums: dict[int | str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for index in range(_LETTERS):
            planned, _ = plan(_SEED, index)
            decided = planned.dates["decision"].year
            for item in planned.items:
                for cell in (decided, item.kind.category, "all"):
                    sums[cell][0] += 1
                    sums[cell][1] += item.probability
        items, expected = sums.pop("all")
        mean = expected / sum(sums[key][0] * ratio for key, ratio in ratios.items())
        worst = 0.0
        for key, (items, expected) in sums.items():
            if isinstance(key, int):
                step = _logit(published[str(key)]) - _logit(expected / items)
                t.by_year[key] += step
            else:
                step = _logit(mean * ratios[key]) - _logit(expected / items)
                t.by_category[key] += step
            worst = max(worst, abs(step))
        sys.stderr.write(f"round {turn + 1}: the largest step was {worst:.4f}\n")
    lines = [
        "# Written by python -m loaders.synthetic.calibrate: log odds that make rates meet data/published.toml.",
        "[year]",
    ]
    lines += [f"{key} = {value:.4f}" for key, value in sorted(t.by_year.items())]
    lines += ["", "[category]", *(f"{key} = {value:.4f}" for key, value in sorted(t.by_category.items()))]
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _logit(share: float) -> float:
    return math.log(share / (1 - share))


if __name__ == "__main__":
    main()
