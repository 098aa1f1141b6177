"""The trend of a filter as a control chart, with what it says, and the switch for the date it goes by."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from data.change_words import chart_words, revisions, unfinished_words
from data.control_chart import Observed, Point, Stretch, control_chart
from data.mtus_history import Edition
from data.periods_compared import Trend
from data.rates import Headline
from data.sentences import day
from data.spans import Length, is_complete, period_end, period_label
from pages.parts.charts.draw import draw
from pages.parts.charts.marks import Mark
from pages.parts.charts.trend import FLAG_WORDS, Period, trend
from pages.parts.frame import note
from pages.parts.pictures import choose_period, unit_of
from pages.parts.state import View, apply, current
from pages.parts.tables import rate_cells, rate_columns, table

DATES = {"decision": "Decision", "ur": "UR denial"}
BY_YEAR = 1200  # days of a trend from which on revisions are labelled with their year alone
TOGETHER = 0.03  # of a trend's length: nearer revisions share their words
LEGEND = "Dotted line: the centre. Grey band: control limits (Laney’s P′). Ring: outside them. Diamond: in a run."


def over_time(view: View, head: Headline) -> None:
    """The rate over time by date of the decision or of the UR denial; a click on a period chooses its dates."""
    _switch(view)
    found: Trend | None = view.ask("trend")
    covered = view.ask("covered")
    if found is None or covered is None:
        st.info("None of these letters states the date; letters without a cover page do not.")
        return
    length = found.length
    observed = [
        Observed(one.start, one.rate, is_complete(period_end(length, one.start), covered)) for one in found.periods
    ]
    stretches = control_chart(observed)
    shown = [_period(length, point) for stretch in stretches for point in stretch.points]
    if view.filters.one_outcome:
        table(
            view,
            (length.capitalize(), *rate_columns(view)),
            [[one.label, *rate_cells(view, one.rate)] for one in shown],
            name=f"by-{length}",
            title=f"Counts by {length}",
        )
        return
    if all(period.rate.small for period in shown):
        note(f"No {length} has enough letters for a rate; the table has the counts.")
    elif len(shown) == 1:
        note(f"All that has a date lies in {shown[0].label}: there is no trend to show yet.")
    else:
        _picture(view, head, length, stretches, shown)
        grey = unfinished_words([period.start for period in shown], length, covered)
        centred = any(stretch.centre is not None for stretch in stretches)
        note(" ".join(filter(None, (chart_words(stretches, length), grey, LEGEND if centred else ""))))
    table(
        view,
        (length.capitalize(), *rate_columns(view), "Lower limit %", "Upper limit %", "Judged"),
        [[one.label, *rate_cells(view, one.rate), *_limits(one), _judged(one)] for one in shown],
        name=f"by-{length}",
    )


def _switch(view: View) -> None:
    st.session_state["ov-trend-by"] = view.filters.date_field
    st.segmented_control(
        "Date that counts",
        list(DATES),
        format_func=DATES.__getitem__,
        key="ov-trend-by",
        on_change=_turn,
        help="A revision of the MTUS holds for denials from its day on; decisions follow weeks later. "
        "A range of dates in the filter then means this date, too.",
    )


def _turn() -> None:
    by = st.session_state["ov-trend-by"] or current().date_field
    apply(replace(current(), date_field=by))


def _period(length: Length, point: Point) -> Period:
    limits = point.limits if not point.rate.small else None
    return Period(
        point.start,
        period_end(length, point.start),
        period_label(length, point.start),
        point.rate,
        point.complete,
        limits,
        point.flag,
    )


def _picture(view: View, head: Headline, length: Length, stretches: tuple[Stretch, ...], shown: list[Period]) -> None:
    changes = revisions(shown[0].start, shown[-1].end)
    draw(
        trend(
            shown,
            head.rate,
            unit=unit_of(view),
            dark=view.dark,
            marks=_marks(changes, (shown[-1].end - shown[0].start).days),
            centre=stretches[-1].centre if len(stretches) == 1 else None,
        ),
        key="ov-trend",
        alt=f"Overturn rate by {length}. {chart_words(stretches, length)}",
        on_click=partial(choose_period, length),
    )
    if changes:
        with st.expander("Vertical lines: revisions of the MTUS"):
            st.markdown("\n".join(f"- **{day(one.effective)}**: {one.change}" for one in changes))


def _marks(changes: list[Edition], days: int) -> list[Mark]:
    """A line a revision. Over many years each year is said once, at its first, and near ones share their words: `2017/18`."""
    marks: list[Mark] = []
    labelled = -1
    for one in changes:
        label = str(one.effective.year) if days > BY_YEAR else day(one.effective).split(" ", 1)[1]
        more = f"{day(one.effective)}: {one.change}"
        before = marks[labelled] if marks else None
        if before is None or ((one.effective - before.day).days > TOGETHER * days and label != before.text):
            labelled = len(marks)
        elif label != before.text and days > BY_YEAR:
            marks[labelled] = before._replace(text=f"{before.text[:4]}/{label[2:]}", more=f"{before.more}<br>{more}")
        marks.append(Mark(one.effective, label if labelled == len(marks) else "", more))
    return marks


def _limits(period: Period) -> list[float | None]:
    return [None, None] if period.limits is None else [round(100 * limit, 1) for limit in period.limits]


def _judged(period: Period) -> str:
    if not period.complete:
        return "not complete"
    if period.rate.small:
        return "too few"
    return FLAG_WORDS[period.flag] if period.flag else "within the limits"
