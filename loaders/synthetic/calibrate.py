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
    year, category = t.offsets["year"], t.offsets["category"]
    published, ratios = t.published["overturned"], t.effects["rate_against_all"]
    for turn in range(_ROUNDS):
        sums: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
        for index in range(_LETTERS):
            planned, _ = plan(_SEED, index)
            decided = str(planned.dates["decision"].year)
            for item in planned.items:
                for cell in (("year", decided), ("category", item.kind.category), ("all", "")):
                    sums[cell][0] += 1
                    sums[cell][1] += item.probability
        items_by = {key: items for (dimension, key), (items, _) in sums.items() if dimension == "category"}
        weighed = sum(items * ratios[key] for key, items in items_by.items()) / sums["all", ""][0]
        mean = sums["all", ""][1] / sums["all", ""][0] / weighed
        worst = 0.0
        for (dimension, key), (items, expected) in sums.items():
            if dimension == "all":
                continue
            offsets, wanted = (year, published[key]) if dimension == "year" else (category, mean * ratios[key])
            step = _logit(wanted) - _logit(expected / items)
            offsets[key] = offsets.get(key, -2.2 if dimension == "year" else 0.0) + step
            worst = max(worst, abs(step))
        sys.stderr.write(f"round {turn + 1}: the largest step was {worst:.4f}\n")
    lines = [
        "# Written by python -m loaders.synthetic.calibrate: log odds that make rates meet data/published.toml.",
        "[year]",
    ]
    lines += [f"{key} = {value:.4f}" for key, value in sorted(year.items())]
    lines += ["", "[category]", *(f"{key} = {value:.4f}" for key, value in sorted(category.items()))]
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _logit(share: float) -> float:
    return math.log(share / (1 - share))


if __name__ == "__main__":
    main()
