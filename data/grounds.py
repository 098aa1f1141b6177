"""How often each ground is stated where items were overturned and where they were upheld (dimension `reason`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from data.asking import quotients
from data.rates import Rates
from data.schema import NOT_STATED, dimensions
from data.statistics import (
    CrossSums,
    Difference,
    Rate,
    Sums,
    benjamini_hochberg,
    difference,
    overturn_rate,
    percent,
    pooled_rho,
)
from data.vocabulary import vocabulary

_WHOLE = "coalesce(sum({0}), 0)::BIGINT, count(*) FILTER ({0} > 0)::BIGINT, coalesce(sum({0}*{0}), 0)::BIGINT"
_STATED = "sum(s{0})::BIGINT, sum(s{0}*s{0})::BIGINT, sum({0}*s{0})::BIGINT"


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground: its share among the overturned items and among the upheld ones, as rates whose `y` items state it.

    `speaks` is the outcome that the ground speaks for, the only one under which it is looked for: the share of the other
    one is nought by construction and stands for nothing (None where either outcome may state it, and for `not_stated`).
    `differs` is the overturned share less the upheld one; `stands_out`, whether that is a finding after correction. Only
    a ground that speaks for either is compared.
    """

    key: str
    label: str
    overturned: Rate
    upheld: Rate
    differs: Difference
    stands_out: bool = False
    speaks: str | None = None

    @property
    def compared(self) -> bool:
        """Whether the two shares may be compared: the ground was looked for on both sides alike."""
        return self.speaks is None and self.key != NOT_STATED

    def looked_for(self, outcome: str) -> bool:
        """Whether items of that outcome were asked for this ground."""
        return self.speaks in (None, outcome)


class Grounds(Rates):
    """Answers about the grounds of decisions."""

    def grounds(self) -> list[Ground]:
        """Every ground that may be counted and is stated: those that speak for overturning by their share among overturned
        items, those that speak for either, those that speak for upholding by their share among upheld items.

        Filters on outcome and on grounds are ignored. `not_stated`, the items without such a ground, comes last. An item
        may state several, so shares add up to more than the whole. With letters as units a letter counts on each side on
        which it has items, and states what any of these states. Shares and intervals are those of
        `statistics.overturn_rate` with stating items in the place of overturned ones, the correlation that of the ground
        itself; which differ is corrected over all that are compared (Benjamini and Hochberg 1995).
        """
        condition, values = self.where(replace(self.filters, outcome=None), ignoring="reason")
        keyed, key_values = self._keyed("reason")
        unit = "(sum({0}) > 0)::INT" if self.by_letter else "sum({0})"
        rows = self._all(
            f"""
            WITH base AS (SELECT letter_key, reason_mask AS mask, count(*) FILTER (overturned) o, count(*) FILTER (NOT overturned) u
                FROM facts WHERE {condition} GROUP BY ALL),
            keyed AS ({keyed.format(base="base")}),
            whole AS (SELECT letter_key, {unit.format("o")} o, {unit.format("u")} u FROM base GROUP BY letter_key),
            named AS (SELECT key, letter_key, {unit.format("o")} so, {unit.format("u")} su
                FROM base JOIN keyed USING (mask) GROUP BY key, letter_key)
            SELECT NULL AS key, {_WHOLE.format("o")}, {_WHOLE.format("u")},
                count(*) FILTER (o > 0 AND u > 0)::BIGINT, coalesce(sum(o*u), 0)::BIGINT, 0, 0, 0 FROM whole
            UNION ALL SELECT key, {_stating("o")}, {_stating("u")},
                sum(o*su)::BIGINT, sum(so*u)::BIGINT, sum(so*su)::BIGINT FROM named JOIN whole USING (letter_key) GROUP BY key
            """,
            [*values, *key_values],
        )
        whole = next(row[1:] for row in rows if row[0] is None)
        found = [_ground(row[0], row[1:], whole, self.by_letter) for row in rows if row[0] is not None]
        found = [ground for ground in found if ground.overturned.y + ground.upheld.y]
        stands_out = benjamini_hochberg([one.differs.p_value if one.compared else None for one in found])
        found = [replace(ground, stands_out=stands) for ground, stands in zip(found, stands_out, strict=True)]
        return sorted(found, key=_order)


def _stating(side: str) -> str:
    """The sums of letters whose items of one side (`o` or `u`) state a ground (`so`, `su`), in the order of `_side`."""
    return f"{_STATED.format(side)}, {quotients(f's{side}', side, f'{side} > 0')}"


def _ground(key: str, stating: Sequence[int | float], whole: Sequence[int], by_letter: bool) -> Ground:
    """One ground from its sums and those of all items, in the order of the question."""
    overturned, upheld = (_side(whole[3 * side : 3 * side + 3], stating[4 * side : 4 * side + 4]) for side in (0, 1))
    ny, yn, yy = map(int, stating[8:11])
    speaks = "either" if key == NOT_STATED else vocabulary("reasons").terms[key].attributes["outcome"]
    one_sided = {"overturned": overturned, "upheld": upheld}.get(speaks, overturned + upheld)
    rho = 0.0 if by_letter else pooled_rho(one_sided)
    return Ground(
        key,
        dimensions()["reason"].term_label(key),
        overturn_rate(overturned, rho),
        overturn_rate(upheld, rho),
        difference(overturned, upheld, CrossSums(whole[6], whole[7], ny, yn, yy), rho),
        speaks=None if speaks == "either" else speaks,
    )


def _order(ground: Ground) -> tuple[int, float, str]:
    place = 3 if ground.key == NOT_STATED else ("overturned", None, "upheld").index(ground.speaks)
    side = ground.upheld if ground.speaks == "upheld" else ground.overturned
    return place, -(side.rate or 0.0), ground.key


def _side(whole: Sequence[int], stating: Sequence[int | float]) -> Sums:
    """The sums of one outcome's items, of which `y` state the ground."""
    n, letters, nn = whole
    y, yy, ny, within = stating
    return Sums(int(n), int(y), int(letters), int(nn), int(yy), int(ny), float(within))


MOST_NAMED = 3


def sentence(grounds: Sequence[Ground]) -> str:
    """Which grounds overturned and upheld items state most, of those that are looked for there; what is compared after it."""
    parts = []
    for outcome in ("overturned", "upheld"):
        asked = [one for one in grounds if one.looked_for(outcome) and one.key != NOT_STATED]
        rates: list[tuple[str, Rate]] = [(one.label.lower(), getattr(one, outcome)) for one in asked]
        stated = [(label, rate) for label, rate in rates if rate.y and not rate.small]
        stated = sorted(stated, key=lambda one: -(one[1].rate or 0.0))[:MOST_NAMED]
        if stated:
            named = "; ".join(f"{label} ({percent(rate.rate or 0.0, rate.n)} of {rate.n:,})" for label, rate in stated)
            parts.append(f"Stated most where {outcome}: {named}.")
    if not parts:
        return "Too few letters on either side to say how often grounds are stated."
    for one in grounds:
        if one.stands_out:
            more, less = ("overturned", "upheld") if (one.differs.d or 0.0) > 0 else ("upheld", "overturned")
            parts.append(f"{one.label}: stated more often where {more} than where {less}.")
    return " ".join(parts)
