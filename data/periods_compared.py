"""What changed: a filter's trend by month, and two stretches of time side by side, whole and group by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from data import tallies
from data.asking import Row, tallied
from data.movement import Movement, moved_most
from data.rates import Rates
from data.schema import NOT_STATED
from data.spans import Compared, Length, Span, compared_spans, period_start
from data.statistics import Difference, Rate, Sums, difference, overturn_rate
from data.tallies import Split

LONGEST: dict[Length, int] = {"month": 1100, "quarter": 6000}
"""Days of a trend by month, and by quarter: beyond, there would be more marks than a figure has room for."""
DELAY = 0.95


@dataclass(frozen=True, slots=True)
class Period:
    """A month, quarter or year of the trend; `start` is its first day."""

    start: date
    rate: Rate


@dataclass(frozen=True, slots=True)
class Trend:
    """Periods of one length, in order of time, those without items left out."""

    length: Length
    periods: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """The filter's rate in two spans, and current minus previous; `rho` is the intra-letter correlation of both together.

    `loaded`: the days of this kind that the snapshot holds; a span may reach beyond them.
    """

    spans: Compared
    previous: Rate
    current: Rate
    change: Difference
    rho: float
    loaded: Span


@dataclass(frozen=True, slots=True)
class Moved:
    """How the rates of many groups changed between two spans: all candidates, the greatest shrunken change first, equal ones
    by their p-values.

    Keys are `dimension|key`. `groups` is how many groups there are; those that are small in either span are no candidates.
    """

    spans: Compared
    candidates: tuple[Movement, ...]
    groups: int


class PeriodsCompared(Rates):
    """Answers about change over time."""

    def trend(self) -> Trend | None:
        """Rates by the shortest period that the filter's dates have room for and most periods have letters enough for.

        None where no item has the date. Months add up to quarters and years, for no letter is in two of them.
        """
        months = self._months()
        if not months:
            return None
        days = (max(months) - min(months)).days
        for length in [length for length, longest in LONGEST.items() if days <= longest]:
            periods = self._by(length, months)
            if 2 * sum(not period.rate.small for period in periods) >= len(periods):
                return Trend(length, periods)
        return Trend("year", self._by("year", months))

    def periods(self, length: Length = "month") -> list[Period]:
        """Rates by decision date (or the filter's kind of date), periods without items left out."""
        return list(self._by(length, self._months()))

    def _by(self, length: Length, months: Mapping[date, Sums]) -> tuple[Period, ...]:
        rho = 0.0 if self.by_letter else self._rho(sum(months.values(), Sums()))
        cells: dict[date, Sums] = {}
        for month, sums in months.items():
            start = period_start(length, month)
            cells[start] = cells.get(start, Sums()) + sums
        return tuple(Period(start, overturn_rate(sums, rho)) for start, sums in sorted(cells.items()))

    def covered(self) -> date | None:
        """The last day to which the filter's kind of date is loaded; None where no letter states it.

        By date of the denial: as long before the last decision as 95 % of the items took from denial to decision, for
        of later denials only what was decided fast is there.
        """
        last = self.bounds()[1]
        if self.filters.date_field == "decision" or last is None:
            return last
        days, decided = self._one(
            f"SELECT quantile_disc(decision_date - ur_denial_date, {DELAY}), max(decision_date) FROM facts "
            "WHERE decision_date >= ur_denial_date",
            [],
        )
        return last if days is None else min(last, decided - timedelta(days=days))

    def spans(self) -> Compared | None:
        """Which two spans are compared; None where no letter states the date."""
        covered = self.covered()
        return compared_spans(self.filters.dates, covered) if covered else None

    def change(self) -> Change | None:
        """The filter in the two spans; None where there are none or one of them holds no item."""
        spans = self.spans()
        if spans is None:
            return None
        sums = self._in_each(spans)
        if not (sums[False].n and sums[True].n):
            return None
        rho = 0.0 if self.by_letter else self._rho(sums[False] + sums[True])
        before, after = overturn_rate(sums[False], rho), overturn_rate(sums[True], rho)
        first, covered = self.bounds()[0], self.covered()
        loaded = Span(first, max(first, covered)) if first and covered else spans.current
        return Change(spans, before, after, difference(sums[True], sums[False], None, rho), rho, loaded)

    def moved(self, names: Sequence[str]) -> Moved | None:
        """Changes between the two spans over all groups of these dimensions together; None as for `change`.

        Groups that the filter chooses itself, and items that state no value, are no candidates. A letter counts under
        every key that its items hold.
        """
        whole = self.change()
        if whole is None:
            return None
        groups: dict[str, tuple[Sums, Sums]] = {}
        for name in names:
            if not self.filters.choice(name).include:
                groups |= {f"{name}|{key}": pair for key, pair in self._in_spans(name, whole.spans).items()}
        found = sorted(moved_most(groups, whole.rho), key=lambda one: (-abs(round(one.shrunken, 5)), _p_value(one)))
        return Moved(whole.spans, tuple(found), len(groups))

    def _in_both(self, spans: Compared) -> tuple[str, list[object]]:
        """The filter on the days of both spans."""
        condition, values = self.where(ignoring="date")
        days = [spans.previous.start.isoformat(), spans.current.end.isoformat()]
        return f"({condition}) AND {self.date_column()} BETWEEN ?::DATE AND ?::DATE", [*values, *days]

    def _late(self, spans: Compared) -> Split:
        """Items of the previous span and, second, of the current one."""
        dated = self.columns.days(self.date_column())
        begin = (spans.current.start - dated.first).days
        return Split(lambda places: (dated.days[places] >= begin).view(np.uint8), np.ones(2, np.int32), np.arange(2), 2)

    def _in_each(self, spans: Compared) -> tuple[Sums, Sums]:
        """The sums of the filter in the previous and in the current span."""
        condition, values = self._in_both(spans)
        rows = self._kept(
            f"before and since {spans.current.start} by letter {self.by_letter} {condition}",
            values,
            lambda: tallies.by_value(self._chosen(condition, values), self._late(spans), self.by_letter).tolist(),
        )
        return tallied(rows[0]), tallied(rows[1])

    def _in_spans(self, name: str, spans: Compared) -> dict[str, tuple[Sums, Sums]]:
        """The sums of every stated key in the previous and in the current span."""
        condition, values = self._in_both(spans)

        def answer() -> list[Row]:
            coded, chosen = self.columns.coded(self.axis(name)), self._chosen(condition, values)
            both = tallies.crossed(tallies.split(coded), self._late(spans), chosen)
            found = tallies.by_key(chosen, self.columns.base(), both, tallies.inside(self.by_letter)).tolist()
            rows = zip(coded.keys, found[::2], found[1::2], strict=True)
            return [(key, *before, *since) for key, before, since in rows if before[2] or since[2]]

        rows = self._kept(
            f"{name} before and since {spans.current.start} by letter {self.by_letter} {condition}", values, answer
        )
        return {
            key: (tallied(row[: tallies.SUMS]), tallied(row[tallies.SUMS :])) for key, *row in rows if key != NOT_STATED
        }

    def _months(self) -> dict[date, Sums]:
        """The sums of every month in which the filter holds items, in order of time."""
        condition, values = self.where()
        column = self.date_column()

        def answer() -> list[Row]:
            dated = self.columns.days(column)
            known = np.datetime64(dated.first) + np.arange(int(dated.days.max(initial=0)) + 1)
            months, of_day = np.unique(known.astype("M8[M]"), return_inverse=True)
            of_day = np.append(of_day, len(months))  # for -1, no date
            found = tallies.by_value(
                self._chosen(condition, values),
                Split(lambda places: of_day[dated.days[places]], np.ones(len(months) + 1), np.zeros(0), 0),
                self.by_letter,
            )
            starts = months.astype("M8[D]").tolist()
            return [(start, *row) for start, row in zip(starts, found[:-1].tolist(), strict=True) if row[2]]

        rows = self._kept(f"months of {column} by letter {self.by_letter} {condition}", values, answer)
        return {row[0]: tallied(row[1:]) for row in rows}


def _p_value(one: Movement) -> float:
    return 1.0 if one.change.p_value is None else one.change.p_value
