"""The same questions in pandas, over a frame of the columns of `facts`: what one would write without a database.

An answer is that of `data.queries.Reader`, the sums over letters included, as key to decided, overturned, letters and the
further sums. Left out is what the reader asks besides: the correlation within letters of the whole snapshot and, for the
headline, letters by outcome, dates and switches; so a ratio is against less work than the reader's.
"""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd

from data.filters import Filters
from data.schema import NOT_STATED, dimensions

Answer = dict[object, tuple[float, ...]]
COMPARED = ("modality", "admin", "reviewer", "body", "category")


class InPandas:
    """Answers for one snapshot and, once `filters` is set, one filter."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        columns = [dimensions()[name].column for name in COMPARED]
        self._frame = connection.execute(
            f"SELECT letter_key, overturned, decision_date, {', '.join(columns)} FROM facts"
        ).df()
        for name in COMPARED:
            if dimensions()[name].kind == "value":
                self._frame[name] = self._frame[name].astype("category")
        terms = connection.execute("SELECT dimension, key, bit FROM terms").fetchall()
        self._bits = {name: {key: bit for d, key, bit in terms if d == name} for name in COMPARED}
        self.filters = Filters()

    def headline(self) -> Answer:
        """The filter's own figures."""
        per = self._chosen().groupby("letter_key", sort=False)["overturned"].agg(n="size", y="sum")
        return {"": _sums(per)}

    def by(self, name: str) -> Answer:
        """Rates by a dimension, with the sums of what each group shares with the rest."""
        column = dimensions()[name].column
        chosen = self._chosen(ignoring=name)
        base = _per(chosen, ["letter_key", column])
        whole = base.groupby("letter_key", sort=False)[["n", "y"]].sum()
        keyed = base.merge(self._keyed(name, base[column]), on=column)
        grouped = keyed.groupby(["key", "letter_key"], sort=False, observed=True)[["n", "y"]].sum().reset_index("key")
        per = grouped.join(whole.rename(columns={"n": "wn", "y": "wy"}))
        per["rn"], per["ry"] = per["wn"] - per["n"], per["wy"] - per["y"]
        return {key: (*_sums(group), *_shared(group)) for key, group in per.groupby("key", observed=True)}

    def cross(self, rows: str, columns: str) -> Answer:
        """Rates by pairs of two dimensions."""
        names = [dimensions()[name].column for name in (rows, columns)]
        base = _per(self._chosen(), ["letter_key", *names])
        first = self._keyed(rows, base[names[0]]).rename(columns={"key": "first"})
        second = self._keyed(columns, base[names[1]]).rename(columns={"key": "second"})
        keyed = base.merge(first, on=names[0]).merge(second, on=names[1])
        per = keyed.groupby(["first", "second", "letter_key"], sort=False, observed=True)[["n", "y"]].sum()
        return {pair: _sums(group) for pair, group in per.groupby(level=[0, 1], observed=True)}

    def periods(self, length: str) -> Answer:
        """The trend by decision date."""
        dated = self._chosen().dropna(subset=["decision_date"])
        month = dated["decision_date"].dt.to_period(length[0].upper()).rename("period")
        per = dated.groupby([month, "letter_key"], sort=False)["overturned"].agg(n="size", y="sum")
        return {period.start_time.date(): _sums(group) for period, group in per.groupby(level=0)}

    def counts(self, name: str) -> Answer:
        """Decisions by key of a dimension."""
        column = dimensions()[name].column
        base = self._chosen(ignoring=name)[column].value_counts(sort=False)
        keyed = base.rename("n").reset_index().merge(self._keyed(name, base.index.to_series()), on=column)
        totals = keyed.groupby("key", observed=True)["n"].sum()
        return {key: (int(total),) for key, total in totals.items() if total}

    def _chosen(self, ignoring: str | None = None) -> pd.DataFrame:
        """The rows of the filter: any of some keys, and dates of decisions. Raises ValueError for what it does not know."""
        frame, filters = self._frame, self.filters
        kept = np.ones(len(frame), dtype=bool)
        for name, choice in filters.choices:
            if choice.mode != "any" or choice.exclude or name not in COMPARED:
                raise ValueError(f"A filter on {name} like this one is not compared.")
            if name == ignoring:
                continue
            column = frame[dimensions()[name].column]
            if dimensions()[name].kind == "mask":
                mask = np.uint64(sum(self._bits[name][key] for key in choice.include))
                kept &= (column.to_numpy() & mask) != 0
            else:
                kept &= column.isin(choice.include).to_numpy()
        if filters.dates:
            day = frame["decision_date"]
            kept &= day.between(pd.Timestamp(filters.dates.start), pd.Timestamp(filters.dates.end)).to_numpy()
        return frame if kept.all() else frame[kept]

    def _keyed(self, name: str, values: pd.Series) -> pd.DataFrame:
        """Which keys each distinct value of a column holds."""
        column = dimensions()[name].column
        found = pd.unique(values)
        if dimensions()[name].kind == "value":
            return pd.DataFrame({column: found, "key": found})
        pairs = [(mask, key) for mask in found for key, bit in self._bits[name].items() if int(mask) & bit]
        pairs += [(mask, NOT_STATED) for mask in found if not mask]
        return pd.DataFrame(pairs, columns=[column, "key"]).astype({column: "uint64", "key": "category"})


def _per(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    return frame.groupby(columns, sort=False, observed=True)["overturned"].agg(n="size", y="sum").reset_index()


def _sums(per: pd.DataFrame) -> tuple[float, ...]:
    """Decided, overturned, letters, and the squares that an interval needs (`data.statistics.Sums`)."""
    n, y = per["n"].to_numpy(np.int64), per["y"].to_numpy(np.int64)
    return int(n.sum()), int(y.sum()), len(per), int(n @ n), int(y @ y), int(n @ y), float((y * y / n).sum())


def _shared(per: pd.DataFrame) -> tuple[int, ...]:
    """Sums over the letters that have items in the group and outside it."""
    n, y, rn, ry, wy = (per[name].to_numpy(np.int64) for name in ("n", "y", "rn", "ry", "wy"))
    return int((rn > 0).sum()), int(n @ rn), int(n @ ry), int(y @ rn), int(y @ ry), int(wy.sum())
