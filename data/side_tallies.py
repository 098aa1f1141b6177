"""Sums over two sides that share no item: what ties them, and how either is made up.

Two sides are told apart as outcomes are (`marked`): the items of the first stand where `data.tallies` has overturned ones.
"""

from __future__ import annotations

import numpy as np

from data.coded import Base
from data.tallies import SUMS, Chosen, Kinds, Measure, Whole, across, beside, choose, quotient, unit


def tied(one: Chosen, other: Chosen, base: Base, by_letter: bool) -> Whole:
    """`CROSS`, behind zeros in the place of `SUMS`, of the letters that hold items of both, which share none."""
    place = np.full(base.letters, -1, np.int32)
    place[base.letter[other.first]] = np.arange(len(other.first), dtype=np.int32)
    place = place[base.letter[one.first]]
    common = np.flatnonzero(place >= 0)
    ours = Kinds(one.kinds.of[common], one.kinds.n, one.kinds.y)
    theirs = Kinds(other.kinds.of[place[common]], other.kinds.n, other.kinds.y)

    def rows(n: Whole, y: Whole, rn: Whole, ry: Whole) -> Whole:
        found: Whole = across(by_letter)(n, y, n + rn, y + ry)
        found[:, :SUMS] = 0
        return found

    return beside(ours, theirs, rows)


def marked(one: Chosen, other: Chosen, base: Base) -> tuple[Chosen, Base]:
    """The items of two sides that share none, those of `one` in the place of overturned ones."""
    mark = np.zeros(len(base.letter), np.uint8)
    mark[other.rows] = 2
    mark[one.rows] = 1
    rows = np.flatnonzero(mark).astype(np.int32)
    mark[other.rows] = 0
    both = Base(base.letter, mark, base.letters)
    return choose(both, rows), both


def marked_bytes(sides: tuple[Chosen, Base]) -> int:
    """What two sides take of memory beside the base they are made of."""
    return int(sides[0].nbytes + sides[1].overturned.nbytes)


def sizes(by_letter: bool) -> Measure:
    """Of letters with `y` items of a first side among their `n`: n, letters, n^2 of either side; letters on both, n rn."""

    def rows(_n: Whole, _y: Whole, every: Whole, first: Whole) -> Whole:
        n, rn = unit(first, by_letter), unit(every - first, by_letter)
        return np.stack([n, n > 0, n * n, rn, rn > 0, rn * rn, (n > 0) & (rn > 0), n * rn], axis=1)

    return rows


def shares(by_letter: bool) -> Measure:
    """Of parts of such letters, y items of the first side's n and ry of the other's rn: the sums of `Sides._shares`."""

    def rows(part: Whole, part_first: Whole, every: Whole, first: Whole) -> Whole:
        n, rn = unit(first, by_letter), unit(every - first, by_letter)
        y, ry = unit(part_first, by_letter), unit(part - part_first, by_letter)
        own, others = ([y_, y_ * y_, n_ * y_, quotient(n_, y_)] for n_, y_ in ((n, y), (rn, ry)))
        return np.stack([*own, *others, n * ry, y * rn, y * ry], axis=1)

    return rows
