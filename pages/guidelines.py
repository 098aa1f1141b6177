"""Guideline sources: how do denials fare by the guideline behind them?"""

from collections import Counter
from collections.abc import Mapping
from functools import partial

from data.schema import dimensions
from data.statistics import Rate
from pages.parts.charts.draw import draw
from pages.parts.charts.matrix import matrix
from pages.parts.frame import begin, definitions, note, nothing_found, say, section, title
from pages.parts.pictures import choose_pair, dots, unit_of
from pages.parts.tables import rate_cells, rate_columns, table

MOST = 6


def most_named(cells: Mapping[tuple[str, str], Rate], side: int) -> dict[str, str]:
    """The labels of the sources most often named on one side of the pairs, by key."""
    named: Counter[str] = Counter()
    for pair, rate in cells.items():
        named[pair[side]] += rate.n
    return {key: source.term_label(key) for key, _ in named.most_common(MOST)}


view = begin("guidelines")
title(view, "How do denials fare by the guideline behind them?")
head = view.ask("headline")
if not head.decisions:
    nothing_found(view)
side = view.filters.side
profile = f"{side}_profile"
say(view, head, by=profile, kind="source group")
whose = "claims administrator cited for the denial" if side == "admin" else "reviewer relied on"
note(
    f"Shown is what the <b>{whose}</b>; "
    "“Guideline source of the” in the sidebar turns to the other side. The reviewer’s citation is chosen together with the outcome, so it explains a decision "
    "and does not predict one."
)

by_letter = unit_of(view) == "letter"
section(f"What the {whose}" + ("" if by_letter else ": each decision once"))
if by_letter:
    note("A letter whose items differ in this counts under each of them.")
dots(view, profile, view.ask("by", profile), heading="Sources", by_rate=False)

section("Source by source")
note("A decision that names two sources counts under both, so these add up to more than the whole.")
dots(view, side, view.ask("by", side), heading="Guideline source")

section("Cited against relied on")
source = dimensions()["admin"]
cells = view.ask("cross", "admin", "reviewer")
cited, relied_on = most_named(cells, 0), most_named(cells, 1)
shown = {pair: rate for pair, rate in cells.items() if pair[0] in cited and pair[1] in relied_on}
note(
    "Rows: cited by the claims administrator. Columns: relied on by the reviewer. The most frequent sources of each side."
)
draw(
    matrix(
        cited,
        relied_on,
        shown,
        unit=unit_of(view),
        dark=view.dark,
        diagonal=True,
        row_title="Cited",
        column_title="Relied on",
    ),
    key="ov-matrix",
    alt="Overturn rate by the source cited and the source relied on",
    on_click=partial(choose_pair, "admin", "reviewer"),
)
names = [
    [source.term_label(row), source.term_label(column), *rate_cells(view, rate)]
    for (row, column), rate in sorted(cells.items(), key=lambda item: -item[1].n)
]
table(view, ("Cited", "Relied on", *rate_columns(view)), names, name="cited-relied-on")
definitions()
