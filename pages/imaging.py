"""Imaging modalities: how do imaging requests fare?"""

from functools import partial

from data.filters import Choice
from data.schema import NOT_STATED, dimensions
from pages.parts.charts.draw import draw
from pages.parts.charts.matrix import matrix
from pages.parts.frame import begin, definitions, note, nothing_found, say, section, title
from pages.parts.pictures import choose_pair, dots, unit_of
from pages.parts.tables import rate_cells, rate_columns, table

MOST = 6

view = begin("imaging")
title(view, "How do imaging requests fare?")
choice = view.filters.choice("modality")
chosen = choice.include
every = view.filters.choose("modality", Choice(exclude=tuple({*choice.exclude, NOT_STATED})))
imaging = view.filters if chosen else every
head = view.ask("headline", filters=imaging)
if not head.decisions:
    nothing_found(view)
say(view, head, lead="" if chosen else "All imaging: ", filters=imaging)

section("By modality")
note(
    "Bone scan, SPECT, CT and DEXA first, then the other studies. An item that asks for a fused study, such as SPECT/CT, "
    "counts under each of its parts. Only what is in dispute counts, not guidance for a needle and not what a rationale merely mentions."
)
groups = view.ask("by", "modality", True, filters=every)
dots(view, "modality", groups, heading="Imaging modality", by_rate=False, head=view.ask("headline", filters=every))

section("By modality and body part")
cells = view.ask("cross", "modality", "body", filters=imaging)
cells = {pair: rate for pair, rate in cells.items() if pair[0] != NOT_STATED}
modality, body = dimensions()["modality"], dimensions()["body"]
sizes: dict[str, int] = {}
for (_, part), rate in cells.items():
    sizes[part] = sizes.get(part, 0) + rate.n
columns = {key: body.term_label(key) for key in sorted(sizes, key=lambda key: -sizes[key])[:MOST]}
shown = {pair: rate for pair, rate in cells.items() if pair[1] in columns}
rows = {key: modality.term_label(key) for key in modality.keys if any(pair[0] == key for pair in shown)}
draw(
    matrix(rows, columns, shown, unit=unit_of(view), dark=view.dark),
    key="ov-imaging-body",
    alt="Overturn rate by imaging modality and body part",
    on_click=partial(choose_pair, "modality", "body"),
)
lines = [
    [modality.term_label(m), body.term_label(b), *rate_cells(view, rate)]
    for (m, b), rate in sorted(cells.items(), key=lambda item: -item[1].n)
]
table(view, ("Modality", "Body part", *rate_columns(view)), lines, name="modality-body")
definitions()
