"""Sums over the letters of chosen items, from columns in memory: of all, by value, by key, within and across a group.

Letters that are alike, with as many items and as many of them overturned, are of one kind and counted together, so a sum
is a matter of counting kinds. Only a letter whose items differ in a dimension is taken apart. Every sum is of whole
numbers, that of y^2/n in `PARTS` too, so no figure depends on the order of anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.coded import Base, Coded, Numbers, smallest

Whole = NDArray[np.int64]
PARTS = 232_792_560
"""The least common multiple of 1 to 20: in such parts a letter's y^2/n is a whole number up to 20 items."""
SUMS, CROSS = 7, 6
"""How many sums a cell has (n, y, letters, n^2, y^2, n y, y^2/n in `PARTS`), and a cell beside the rest of its letters
(letters on both sides; n rn, n ry, y rn, y ry over them; the letters' own y)."""
Measure = Callable[[Whole, Whole, Whole, Whole], Whole]
"""Gives a row of sums for each part of a letter, of its items `n` and overturned `y` and those of the whole letter."""
_TABLE = 1 << 20  # joint numbers up to here are counted in a table, others are sorted


@dataclass(frozen=True, slots=True, eq=False)
class Kinds:
    """Which kind each letter is, and each kind's items `n` and overturned `y`."""

    of: Numbers
    n: Whole
    y: Whole


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """Chosen items: their places in `facts`, ascending; of each of their letters the first place, and its kind."""

    rows: Numbers
    first: Numbers
    kinds: Kinds

    @property
    def nbytes(self) -> int:
        """Bytes of its arrays."""
        return int(self.rows.nbytes + self.first.nbytes + self.kinds.of.nbytes)


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """What items are told apart by. `at` gives the values of items, `mixed` whether their letters hold several, by places in `facts`.

    `mixed` is None where no letter does; a letter that is said to but does not costs time, nothing else. Value i holds
    `many[i]` keys, at least one; they stand in `held`, value by value, as numbers below `keys`.
    """

    at: Callable[[Numbers], Numbers]
    many: Numbers
    held: Numbers
    keys: int
    mixed: Callable[[Numbers], Numbers] | None = None


def split(coded: Coded) -> Split:
    """A dimension as a split, its keys in their order there."""
    mixed = None if coded.mixed is None else coded.mixed.__getitem__
    return Split(coded.codes.__getitem__, coded.many, coded.places, len(coded.keys), mixed)


def crossed(one: Split, other: Split, chosen: Chosen) -> Split:
    """What both tell apart, for the chosen items: key a of one and b of the other is key a * other.keys + b."""
    wide = len(other.many)

    def joint(places: Numbers) -> Whole:
        return one.at(places) * np.int64(wide) + other.at(places)

    pairs, _ = _counted(joint(chosen.rows), len(one.many) * wide)
    firsts, seconds = _listed(one), _listed(other)
    held = [[a * other.keys + b for a in firsts[pair // wide] for b in seconds[pair % wide]] for pair in pairs.tolist()]
    ways = [each.mixed for each in (one, other) if each.mixed is not None]
    mixed = (lambda places: ways[0](places) | ways[-1](places)) if ways else None
    many = np.array([len(keys) for keys in held], np.int32)
    flat = np.array([key for keys in held for key in keys], np.int64)
    numbered = _numbering(pairs, len(one.many) * wide)
    return Split(lambda places: numbered(joint(places)), many, flat, one.keys * other.keys, mixed)


def _numbering(found: Whole, most: int) -> Callable[[Whole], Numbers]:
    """What gives the place in `found`, ascending and all below `most`, of each number in it."""
    if most > _TABLE:
        return lambda joint: np.searchsorted(found, joint)
    table = np.zeros(most, smallest(len(found)))
    table[found] = np.arange(len(found))
    return table.__getitem__


def _listed(one: Split) -> list[list[int]]:
    return [keys.tolist() for keys in np.split(one.held, np.cumsum(one.many)[:-1])]


def choose(base: Base, rows: Numbers) -> Chosen:
    """The items at these places, ascending, with their letters."""
    starts, n, y = _runs(base.overturned[rows], base.letter[rows])
    return Chosen(rows, rows[starts], kinds(n, y))


def kinds(n: Numbers, y: Numbers) -> Kinds:
    """Letters with as many items and as many overturned ones as one kind."""
    width = int(n.max(initial=0)) + 1
    pair = n * np.int64(width)
    pair += y
    if width * width <= _TABLE:
        found = np.flatnonzero(np.bincount(pair, minlength=width * width))
        table = np.zeros(width * width, smallest(len(found)))
        table[found] = np.arange(len(found))
        return Kinds(table[pair], found // width, found % width)
    found, of = np.unique(pair, return_inverse=True)
    return Kinds(of.astype(smallest(len(found))), found // width, found % width)


def whole(chosen: Chosen, by_letter: bool) -> Whole:
    """The sums of all chosen items."""
    counts = np.bincount(chosen.kinds.of, minlength=len(chosen.kinds.n))
    return counts @ _sums(chosen.kinds.n, chosen.kinds.y, by_letter)


def by_value(chosen: Chosen, by: Split, by_letter: bool) -> Whole:
    """A row of `SUMS` a value, where the items of a letter have it in common."""
    kinds = chosen.kinds
    return _by_value(by.at(chosen.first), kinds, _sums(kinds.n, kinds.y, by_letter), len(by.many))


def by_key(chosen: Chosen, base: Base, by: Split, measure: Measure) -> Whole:
    """A row of sums a key: `measure` of the parts of letters whose items hold it, beside the whole letters.

    A key that no item holds has a row of zeros.
    """
    codes, values, kinds = by.at(chosen.first), len(by.many), chosen.kinds
    if by.mixed is not None:
        # One more value takes the letters up whose items differ; that is faster than leaving them out.
        codes = np.where(by.mixed(chosen.first), values, codes.astype(np.int32))
    uniform = _by_value(codes, kinds, measure(kinds.n, kinds.y, kinds.n, kinds.y), values + 1)[:values]
    found = np.zeros((by.keys, uniform.shape[1]), np.int64)
    np.add.at(found, by.held, np.repeat(uniform, by.many, axis=0))
    if by.mixed is not None:
        _add_mixed(found, chosen, base, by, by.mixed, measure)
    return found


def outcomes(chosen: Chosen) -> tuple[int, int, int]:
    """The letters of which no item is overturned, some are, and all are."""
    kinds = chosen.kinds
    letters = np.bincount(kinds.of, minlength=len(kinds.n))
    overturned = kinds.y == kinds.n
    partly = (kinds.y > 0) & ~overturned
    return int(letters[kinds.y == 0].sum()), int(letters[partly].sum()), int(letters[overturned].sum())


def items_by_key(chosen: Chosen, by: Split) -> Whole:
    """How many items hold each key."""
    found = np.zeros(by.keys, np.int64)
    np.add.at(found, by.held, np.repeat(np.bincount(by.at(chosen.rows), minlength=len(by.many)), by.many))
    return found


def inside(by_letter: bool) -> Measure:
    """`SUMS` of parts of letters."""
    return lambda n, y, wn, wy: _sums(n, y, by_letter)


def across(by_letter: bool) -> Measure:
    """`SUMS` of parts of letters, and `CROSS` of these beside the others of the letter."""

    def rows(n: Whole, y: Whole, wn: Whole, wy: Whole) -> Whole:
        rn, ry = wn - n, wy - y
        if by_letter:
            n, y, rn, ry, wy = (np.minimum(one, 1) for one in (n, y, rn, ry, wy))
        crossed = np.stack([rn > 0, n * rn, n * ry, y * rn, y * ry, wy], axis=1)
        return np.concatenate([_sums(n, y, False), crossed], axis=1)

    return rows


def beside(part: Kinds, whole: Kinds, measure: Measure) -> Whole:
    """The sums of parts of letters beside the whole letters, both in one order."""
    width = len(whole.n)
    joint, times = _counted(part.of * np.int64(width) + whole.of, len(part.n) * width)
    own, all_of = joint // width, joint % width
    return times @ measure(part.n[own], part.y[own], whole.n[all_of], whole.y[all_of])


def unit(items: Whole, by_letter: bool) -> Whole:
    """Items as they are, or what there is of them as one letter."""
    return np.minimum(items, 1) if by_letter else items


def quotient(n: Whole, y: Whole) -> Whole:
    """y^2/n in `PARTS`, 0 where there is no item."""
    found: Whole = PARTS * y * y // np.maximum(n, 1)
    return found


def _add_mixed(
    found: Whole, chosen: Chosen, base: Base, by: Split, mixed: Callable[[Numbers], Numbers], measure: Measure
) -> None:
    """Add to `found` the letters whose items differ: their items by key and letter, beside the whole letter."""
    at = chosen.rows[np.flatnonzero(mixed(chosen.rows))]
    if not len(at):
        return
    every = chosen.kinds
    of = every.of[np.flatnonzero(mixed(chosen.first))]
    item, key = _expanded(by.at(at), by)
    order = np.argsort(key, kind="stable")  # the items of a letter stay together
    item, key = item[order], key[order]
    letter = np.repeat(np.arange(len(of), dtype=np.int32), every.n[of])[item]
    starts, n, y = _runs(base.overturned[at][item], letter, key)
    part = kinds(n, y)
    width = len(part.n) * len(every.n)
    joint = key[starts] * np.int64(width)
    joint += part.of * np.int64(len(every.n))
    joint += of[letter[starts]]
    joint, times = _counted(joint, len(found) * width)
    own, whole_of = joint % width // len(every.n), joint % len(every.n)
    rows = measure(part.n[own], part.y[own], every.n[whole_of], every.y[whole_of])
    np.add.at(found, joint // width, rows * times[:, None])


def _expanded(codes: Numbers, by: Split) -> tuple[Numbers, Numbers]:
    """Each item as often as its value holds keys, in order: which item it is, and the key."""
    many, offset = by.many, np.cumsum(by.many) - by.many
    held = by.held.astype(smallest(by.keys))
    if int(many.max()) == 1:
        return np.arange(len(codes), dtype=np.int32), held[codes]
    times = many[codes]
    ends = np.cumsum(times, dtype=np.int32)
    begins = ends - times
    key = np.empty(int(ends[-1]), held.dtype)
    key[begins] = held[offset][codes]
    for nth in range(1, int(many.max())):
        those = np.flatnonzero(times > nth)
        key[begins[those] + nth] = held[offset[codes[those]] + nth]
    first = np.zeros(len(key), np.uint8)
    first[begins] = 1
    item = np.cumsum(first, dtype=np.int32)
    item -= 1
    return item, key


def _by_value(values: Numbers, of: Kinds, rows: Whole, many: int) -> Whole:
    """The sums of letters by a value that each has; `rows` are those of one letter of each kind."""
    joint = values * np.int64(len(of.n))
    joint += of.of
    return np.bincount(joint, minlength=many * len(of.n)).reshape(many, len(of.n)) @ rows


def _counted(joint: Whole, most: int) -> tuple[Whole, Whole]:
    """The distinct numbers, all below `most`, and how often each occurs."""
    if most > _TABLE:
        return np.unique(joint, return_counts=True)
    times = np.bincount(joint, minlength=most)
    found = np.flatnonzero(times)
    return found, times[found]


def _runs(overturned: Numbers, *of: Numbers) -> tuple[Whole, Whole, Whole]:
    """Where each run of equal rows begins, how many items it has, and how many of them are overturned."""
    begins = np.ones(len(overturned), bool)
    np.not_equal(of[0][1:], of[0][:-1], out=begins[1:])
    for one in of[1:]:
        begins[1:] |= one[1:] != one[:-1]
    starts = np.flatnonzero(begins)
    run = np.cumsum(begins, dtype=np.int32)
    y = np.bincount(run[np.flatnonzero(overturned)] - 1, minlength=len(starts))
    return starts, np.diff(starts, append=len(overturned)), y


def _sums(n: Whole, y: Whole, by_letter: bool) -> Whole:
    n, y = unit(n, by_letter), unit(y, by_letter)
    return np.stack([n, y, np.ones_like(n), n * n, y * y, n * y, quotient(n, y)], axis=1)
