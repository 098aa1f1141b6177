"""Precision and recall of every ground of a decision, with intervals that allow for the items of a letter being alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from data.reasons import Measured
from data.statistics import Sums, overturn_rate, pooled_rho
from loaders.evaluation import share


@dataclass(slots=True)
class Grounds:
    """Items by (ground, letter) that were found right, read in vain and overlooked."""

    right: Counter[tuple[str, str]] = field(default_factory=Counter)
    extra: Counter[tuple[str, str]] = field(default_factory=Counter)
    missed: Counter[tuple[str, str]] = field(default_factory=Counter)

    def count(self, letter: str, labelled: Collection[str], read: Collection[str]) -> None:
        """Count one item of `letter`."""
        labelled, read = set(labelled), set(read)
        self.right.update((key, letter) for key in sorted(labelled & read))
        self.extra.update((key, letter) for key in sorted(read - labelled))
        self.missed.update((key, letter) for key in sorted(labelled - read))

    def measured(self) -> dict[str, Measured]:
        """How well each ground is read, most frequent first. The letters' alikeness is estimated over all grounds."""
        found = {
            place: (self.right[place] + self.extra[place], self.right[place])
            for place in sorted(self.right | self.extra)
        }
        known = {
            place: (self.right[place] + self.missed[place], self.right[place])
            for place in sorted(self.right | self.missed)
        }
        rho_found, rho_known = pooled_rho(_sums(found.values())), pooled_rho(_sums(known.values()))
        table: dict[str, Measured] = {}
        for key in sorted({key for key, _ in (*found, *known)}):
            read = _sums(pair for (name, _), pair in found.items() if name == key)
            labelled = _sums(pair for (name, _), pair in known.items() if name == key)
            # A share of items right among items of letters: the same estimate, interval and size rule as an overturn rate.
            precision, recall = overturn_rate(read, rho_found), overturn_rate(labelled, rho_known)
            table[key] = Measured(
                right=read.y,
                extra=read.n - read.y,
                missed=labelled.n - labelled.y,
                found_in=read.letters,
                labelled_in=labelled.letters,
                precision_low=round(precision.low, 3),
                recall_low=round(recall.low, 3),
                small=precision.small or recall.small,
            )
        return dict(sorted(table.items(), key=lambda entry: (-entry[1].right - entry[1].missed, entry[0])))

    def lines(self) -> list[str]:
        """A line a ground, most frequent first, then all together."""
        lines = [
            f"{'ground of the decision':<32}{'right':>6}{'extra':>7}{'missed':>8}{'precision':>11}{'at least':>10}{'recall':>8}{'at least':>10}"
            "  may be counted"
        ]
        for key, row in self.measured().items():
            lines.append(
                f"{_counts(key, row.right, row.extra, row.missed)}{share(row.right, row.extra):>11}{row.precision_low:>10.0%}"
                f"{share(row.right, row.missed):>8}{row.recall_low:>10.0%}  {'yes' if row.usable else 'no'}"
            )
        right, extra, missed = self.right.total(), self.extra.total(), self.missed.total()
        lines.append(
            f"{_counts('all grounds', right, extra, missed)}{share(right, extra):>11}{'':>10}{share(right, missed):>8}"
        )
        return lines


def _counts(name: str, right: int, extra: int, missed: int) -> str:
    return f"{name:<32}{right:>6}{extra:>7}{missed:>8}"


def _sums(pairs: Iterable[tuple[int, int]]) -> Sums:
    """The sums of cells of `n` items, `y` of them right, a cell a letter."""
    cells = list(pairs)
    return Sums(
        n=sum(n for n, _ in cells),
        y=sum(y for _, y in cells),
        letters=len(cells),
        nn=sum(n * n for n, _ in cells),
        yy=sum(y * y for _, y in cells),
        ny=sum(n * y for n, y in cells),
        within=float(sum(y * y / n for n, y in cells)),
    )
