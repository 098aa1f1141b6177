"""What changed: a filter's trend by month, and two stretches of time side by side, whole and group by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from data.asking import ALONE_SUMS, SUMS, per_letter, sums_of
from data.movement import Movement, moved_most
from data.rates import Rates
from data.schema import NOT_STATED, dimensions
from data.spans import Compared, Length, Span, compared_spans, period_start
from data.statistics import Difference, Rate, Sums, difference, overturn_rate

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
        condition, late, values = self._in_both(spans)
        letter = "late, 1 n, (y > 0)::INT y" if self.by_letter else "late, n, y"
        per = per_letter(condition, f", any_value({late}) late", f", {late}")
        rows = self._all(f"SELECT late, {SUMS} FROM (SELECT {letter} FROM ({per})) GROUP BY late", values * 2)
        sums = {bool(row[0]): sums_of(row[1:]) for row in rows}
        if len(sums) < 2:
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

    def _in_both(self, spans: Compared) -> tuple[str, str, list[object]]:
        """The filter on the days of both spans, the expression for the later one, and the condition's parameters.

        The day between the two is one that this program computed, so it stands in the text of the question.
        """
        condition, values = self.where(ignoring="date")
        column = self.date_column()
        days = [spans.previous.start.isoformat(), spans.current.end.isoformat()]
        late = f"({column} >= DATE '{spans.current.start:%Y-%m-%d}')"
        return f"({condition}) AND {column} BETWEEN ?::DATE AND ?::DATE", late, [*values, *days]

    def _in_spans(self, name: str, spans: Compared) -> dict[str, tuple[Sums, Sums]]:
        """The sums of every stated key in the previous and in the current span."""
        condition, late, values = self._in_both(spans)
        column = dimensions()[name].column
        letter = "late, 1 n, (y > 0)::INT y" if self.by_letter else "late, n, y"
        keyed, key_values = self._keyed(name)
        rows = self._all(
            f"""
            WITH base AS (SELECT letter_key, {late} late, {column} AS mask, count(*) n, count(*) FILTER (overturned) y
                FROM facts WHERE ({condition}) AND NOT alone GROUP BY ALL),
            whole AS (SELECT letter_key, any_value(late) late, any_value(mask) mask, count(*) masks, sum(n) n, sum(y) y
                FROM base GROUP BY letter_key),
            mixed AS (SELECT b.* FROM base b SEMI JOIN (FROM whole WHERE masks > 1) USING (letter_key)),
            keyed AS ({keyed.format(base="mixed")}),
            grouped AS (SELECT key, letter_key, late, sum(n) n, sum(y) y FROM mixed JOIN keyed USING (mask) GROUP BY ALL),
            single AS (SELECT {late} late, {column} AS mask, count(*) n, count(*) FILTER (overturned) y
                FROM facts WHERE ({condition}) AND alone GROUP BY ALL)
            SELECT 'mixed', key, late, {SUMS} FROM (SELECT key, {letter} FROM grouped) GROUP BY key, late
            UNION ALL SELECT 'uniform', mask::VARCHAR, late, {SUMS}
                FROM (SELECT mask, {letter} FROM whole WHERE masks = 1) GROUP BY mask, late
            UNION ALL SELECT 'uniform', mask::VARCHAR, late, {ALONE_SUMS} FROM single GROUP BY mask, late
            """,
            [*values, *key_values, *values],
        )
        found: dict[str, list[Sums]] = {}
        for kind, mask, is_late, *figures in rows:
            for key in (mask,) if kind == "mixed" else self._keys(name, mask):
                pair = found.setdefault(key, [Sums(), Sums()])
                pair[bool(is_late)] += sums_of(figures)
        return {key: (pair[0], pair[1]) for key, pair in found.items() if key != NOT_STATED}

    def _months(self) -> dict[date, Sums]:
        condition, values = self.where()
        column = self.date_column()
        letter = "p, 1 n, (y > 0)::INT y" if self.by_letter else "p, n, y"
        stated = f"({condition}) AND {column} IS NOT NULL"
        per = per_letter(stated, f", any_value({column}) d", f", {column}")
        rows = self._all(
            f"""
            WITH per AS (SELECT date_trunc('month', d)::DATE p, n, y FROM ({per}))
            SELECT p, {SUMS} FROM (SELECT {letter} FROM per) GROUP BY p ORDER BY p
            """,
            [*values, *values],
        )
        return {row[0]: sums_of(row[1:8]) for row in rows}


def _p_value(one: Movement) -> float:
    return 1.0 if one.change.p_value is None else one.change.p_value
