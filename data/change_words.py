"""Words for change and for how sure it is: against the period before, against all other letters, over time, group by group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from data.control_chart import FEWEST_PERIODS, RUN, Point, Stretch
from data.filters import Filters
from data.movement import Movement
from data.mtus_history import Edition, editions
from data.periods_compared import Change, Moved
from data.rates import Headline
from data.schema import dimensions
from data.sentences import day, listed
from data.spans import Length, Span, is_complete, period_end, period_label
from data.statistics import NO_BREAK, ONE_DECIMAL_FROM, Difference, Rate, Unit, count_words, interval_words, percent

MINUS = "\N{MINUS SIGN}"
NAMED = 4


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One figure at the head of a page: the figure, what it counts, and how sure it is or what it is compared with."""

    figure: str
    words: str
    note: str = ""


def points(value: float, n: int) -> str:
    """A difference of rates in percentage points, with its sign: `+2 points`, from n = 200 on `−1.3 points`."""
    figure = signed(value, n)
    return f"{figure}{NO_BREAK}{'point' if figure.strip(f'+{MINUS}') in ('1', '1.0') else 'points'}"


def points_interval(low: float, high: float, n: int) -> str:
    """`−1.3 to +2.0 points`, with decimals as in `points`."""
    return f"{signed(low, n)} to {points(high, n)}"


def signed(value: float, n: int) -> str:
    """A share as percentage points with its sign, whole below n = 200: `+2`, `−1.3`, `0`."""
    figure = f"{abs(100 * value):.{0 if n < ONE_DECIMAL_FROM else 1}f}"
    return figure if float(figure) == 0 else f"{MINUS if value < 0 else '+'}{figure}"


def span_words(span: Span) -> str:
    """`2016`, `Apr 2024 to Mar 2025`, `Apr 2024`, or two days where it is not of whole months."""
    first, last = span.start, span.end
    if first.day == 1 and period_end("month", date(last.year, last.month, 1)) == last:
        if (first.month, last.month) == (1, 12):
            return str(first.year) if first.year == last.year else f"{first.year} to {last.year}"
        months = [f"{day(one).split(' ', 1)[1]}" for one in (first, last)]
        return months[0] if months[0] == months[1] else " to ".join(months)
    return f"{day(first)} to {day(last)}"


def headline_figures(
    head: Headline, filters: Filters, change: Change | None, versus: Difference | None, rest: Rate | None
) -> list[KeyFigure]:
    """The figures at the head of the overview: items, letters, the rate, and its change against the period before."""
    unit: Unit = "letter" if filters.unit == "letter" else "decision"
    dated = f"decided {day(head.first)} to {day(head.last)}" if head.first else "none states its decision date"
    undated = f"; {head.undated:,} without a decision date" if head.first and head.undated else ""
    found = [
        KeyFigure(f"{head.decisions:,}", "disputed items decided", f"{dated}{undated}"),
        KeyFigure(f"{head.letters:,}", "letters", _letters_compared(change)),
    ]
    if filters.one_outcome:
        return [*found, KeyFigure("no rate", f"the filter asks for {filters.one_outcome} ones alone")]
    rate, by = head.rate, f"overturned, by {'letter' if unit == 'letter' else 'disputed item'}"
    if rate.rate is None or rate.small:
        return [
            *found,
            KeyFigure("too few", by, f"{count_words(rate.y, rate.n, rate.letters, unit)}"),
            *_moved_by(change, unit),
        ]
    interval = f"95{NO_BREAK}%: {interval_words(rate.low, rate.high, rate.n)}"
    found.append(KeyFigure(percent(rate.rate, rate.n), by, f"{interval}{_against(versus, rest, unit)}"))
    return [*found, *_moved_by(change, unit)]


def _letters_compared(change: Change | None) -> str:
    if change is None:
        return ""
    return f"{change.current.letters:,} in {span_words(change.spans.current)}, {change.previous.letters:,} in {span_words(change.spans.previous)}"


def _against(versus: Difference | None, rest: Rate | None, unit: Unit) -> str:
    """How the rate stands to all letters: a filter is held against what is not in it."""
    if versus is None or rest is None or rest.rate is None or versus.d is None:
        return "; nothing that is loaded is left out"
    others = f"all other {unit}s loaded ({percent(rest.rate, rest.n)})"
    if versus.p_value is None:
        return f"; too few to compare with {others}"
    n = min(rest.n, ONE_DECIMAL_FROM)
    by = f"{points(versus.d, n)} ({points_interval(versus.low, versus.high, n)})"
    return f"; {told(versus)} {others}: {by}"


def told(versus: Difference) -> str:
    """`higher than`, `lower than`, or `cannot be told apart from`."""
    if not versus.distinguishable:
        return "cannot be told apart from"
    return "higher than" if (versus.d or 0.0) > 0 else "lower than"


def _moved_by(change: Change | None, unit: Unit) -> list[KeyFigure]:
    if change is None or change.change.d is None:
        return [
            KeyFigure("not known", "change against the period before", "nothing is loaded of one of the two periods")
        ]
    now, before = change.current, change.previous
    spans = change.spans
    what = (
        f"{span_words(spans.current)} against {span_words(spans.previous)}, "
        f"{'as long and right before' if spans.chosen else 'the last 12 full months against the 12 before'}"
    )
    counts = f"{_counted(now, unit)}, before {_counted(before, unit)}{_not_whole(change)}"
    if change.change.p_value is None:
        return [KeyFigure("too few", what, f"to compare: {counts}")]
    n = min(now.n, before.n)
    apart = (
        ("more often overturned than before" if change.change.d > 0 else "less often overturned than before")
        if change.change.distinguishable
        else "cannot be told apart from the period before"
    )
    interval = f"95{NO_BREAK}%: {points_interval(change.change.low, change.change.high, n)}"
    return [KeyFigure(points(change.change.d, n), what, f"{interval}; {apart}: {counts}")]


def _not_whole(change: Change) -> str:
    """What to know where the letters of one of the two spans are not all there."""
    spans, loaded = change.spans, change.loaded
    parts = []
    if loaded.start > spans.previous.start:
        parts.append(f"the earlier period is loaded from {day(loaded.start)} on")
    if not is_complete(spans.current.end, loaded.end):
        parts.append(f"the later one is complete only up to {day(loaded.end)}")
    return f". Not whole: {'; '.join(parts)}" if parts else ""


def _counted(rate: Rate, unit: Unit) -> str:
    share = "" if rate.rate is None or rate.small else f" ({percent(rate.rate, rate.n)})"
    return f"{rate.y:,} of {rate.n:,}{share}"


def chart_words(stretches: Sequence[Stretch], length: Length) -> str:
    """What a control chart says, in one or two sentences."""
    every = [point for stretch in stretches for point in stretch.points]
    judged = [point for point in every if point.complete and not point.rate.small and point.limits]
    if not judged:
        whole = sum(point.complete and not point.rate.small for point in every)
        none = f"No complete {length} has" if not whole else f"Only one complete {length} has"
        return f"{none} enough letters to be judged, so neither a centre nor control limits are drawn."
    outside = [point for point in judged if point.flag == "outside"]
    run = [point for point in judged if point.flag == "run"]
    found = []
    if outside:
        found.append(f"{_named(outside, length)} outside the control limits")
    if run:
        found.append(f"{len(run)} {'more ' if outside else ''}in a run of {RUN} or longer on one side of the centre")
    text = (
        f"Of {len(judged)} {length}s, {' and '.join(found)}: the rate has not been steady."
        if found
        else f"All {len(judged)} {length}s lie within the control limits and none is in a run of {RUN} on one side: "
        "they cannot be told apart from a steady rate."
    )
    rough = len(judged) < FEWEST_PERIODS
    return text + (f" With fewer than {FEWEST_PERIODS} {length}s the limits are rough." if rough else "")


def _named(marked: Sequence[Point], length: Length) -> str:
    names = [period_label(length, point.start) for point in marked]
    verb = "lies" if len(names) == 1 else "lie"
    if len(names) > NAMED:
        return f"{len(names)} {verb}"
    return f"{len(names)} ({listed(names)}) {verb}"


def unfinished_words(starts: Sequence[date], length: Length, covered: date) -> str:
    """A sentence on the periods that are not complete; empty where all are."""
    names = [period_label(length, start) for start in starts if not is_complete(period_end(length, start), covered)]
    if not names:
        return ""
    shown = listed(names) if len(names) <= NAMED else f"everything from {names[0]} on"
    return f"Grey: {shown} {'is' if len(names) == 1 or len(names) > NAMED else 'are'} not complete yet."


def revisions(first: date, last: date) -> list[Edition]:
    """The editions of the MTUS that came into force between two days."""
    return [edition for edition in editions() if first < edition.effective <= last]


def moved_words(moved: Moved) -> str:
    """Which groups' rates moved between two periods by more than chance gives, in one or two sentences."""
    spans = f"{span_words(moved.spans.current)} against {span_words(moved.spans.previous)}"
    left_out = moved.groups - len(moved.candidates)
    few = f" Too few letters in one of the periods: {left_out:,} of {moved.groups:,} groups." if left_out else ""
    if not moved.candidates:
        return f"{spans}, nothing to compare.{few}"
    up = [group_label(one.key) for one in moved.candidates if one.stands_out and (one.change.d or 0.0) > 0]
    down = [group_label(one.key) for one in moved.candidates if one.stands_out and (one.change.d or 0.0) < 0]
    if not up and not down:
        told_of = f"none of {len(moved.candidates):,} groups can be told apart from its own rate before"
    else:
        sides = ((up, "more often overturned"), (down, "less often overturned"))
        parts = [f"{words}: {_most(names)}" for names, words in sides if names]
        told_of = f"{'; '.join(parts)} (of {len(moved.candidates):,} groups compared)"
    return f"{spans}, {told_of}.{few}"


def _most(names: list[str]) -> str:
    return listed(names) if len(names) <= NAMED else f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more"


def group_label(key: str) -> str:
    """The words for a candidate's key, `dimension|key`."""
    dimension, _, value = key.partition("|")
    label = dimensions()[dimension].term_label(value)
    side = {"admin": "cited by the claims administrator", "reviewer": "relied on by the reviewer"}.get(dimension, "")
    return f"{label} ({side})" if side else label


def none_differ(candidates: Sequence[Movement]) -> bool:
    """Whether the changes of all groups differ no more than chance gives, so that their order means nothing."""
    return all(one.weight > 0.999 for one in candidates)
