"""What a comparison with labels found: right and compared values by field, and every miss."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from loaders.read import Rejected

UNREAD = "record"
NOT_LABELLED = "?"  # in a label file: nobody has labelled this value, so nothing is compared


@dataclass(frozen=True, slots=True)
class Miss:
    """A value that differs from its label. `dispute` says why the label is held to be wrong, where it is.

    `listed`: both are lists of keys parted by semicolons, whose differences count key by key.
    """

    letter: str
    decision: str
    field: str
    label: str
    read: str
    dispute: str = ""
    listed: bool = False

    def differences(self) -> list[tuple[str, str, str]]:
        """What is wrong, as (`missing`, key, ""), (`extra`, "", key) or (`wrong`, label, read); another order is wrong."""
        found: list[tuple[str, str, str]] = []
        if self.listed:
            wanted, read = keys_of(self.label), keys_of(self.read)
            found += (("missing", key, "") for key in sorted((wanted - read).elements()))
            found += (("extra", "", key) for key in sorted((read - wanted).elements()))
        return found or [("wrong", self.label, self.read)]

    def __str__(self) -> str:
        what = (
            f"read {self.read!r}, labelled {self.label!r}" if kind == "wrong" else f"{kind} {labelled or read}"
            for kind, labelled, read in self.differences()
        )
        verdict = f" (label disputed: {self.dispute})" if self.dispute else ""
        return f"{place_of(self.letter, self.decision)}, {self.field}: {', '.join(what)}{verdict}"


@dataclass(slots=True)
class Score:
    """How often a field equals its label; for a list also its keys: read and labelled, read in vain, overlooked."""

    right: int = 0
    compared: int = 0
    listed: bool = False
    found: int = 0
    extra: int = 0
    missing: int = 0

    def figures(self) -> str:
        """The figures of the field in words, for the kept result."""
        keys = f"; keys: {self.found} right, {self.extra} extra, {self.missing} missing" if self.listed else ""
        return f"right {self.right} of {self.compared}{keys}"

    def line(self, name: str) -> str:
        """The field's line in the report."""
        line = f"{name:<28}{self.right:>8,}{self.compared:>8,}{100 * self.right / self.compared:>9.2f}%"
        if not self.listed:
            return line
        precision, recall = share(self.found, self.extra), share(self.found, self.missing)
        return f"{line}{self.found:>8,}{self.extra:>7,}{self.missing:>9,}{precision:>11}{recall:>8}"


@dataclass(slots=True)
class Evaluation:
    """The score of every field, with every miss.

    `unread` are labelled letters or items that gave no record, `absent` label files that are not there.
    """

    fields: dict[str, Score] = field(default_factory=dict)
    misses: list[Miss] = field(default_factory=list)
    letters: int = 0
    unread: list[str] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)

    @property
    def exact(self) -> bool:
        """Whether every value equals its label or a label shown to be wrong."""
        return not self.unread and all(miss.dispute for miss in self.misses)

    def compare(self, miss: Miss, *, equal: bool | None = None) -> None:
        """Count the value, and keep it as a miss unless it is its label (`equal` where that is not `==`)."""
        if miss.label == NOT_LABELLED:
            return
        score = self.fields.setdefault(miss.field, Score(listed=miss.listed))
        score.compared += 1
        if miss.listed:
            wanted, read = keys_of(miss.label), keys_of(miss.read)
            score.found += (wanted & read).total()
            score.extra += (read - wanted).total()
            score.missing += (wanted - read).total()
        if equal or (equal is None and miss.label == miss.read):
            score.right += 1
        else:
            self.misses.append(miss)

    def lines(self, noun: str = "labelled letters") -> list[str]:
        """The report: accuracy by field, for lists also precision and recall of their keys, then every miss."""
        lines = [f"{self.letters:,} {noun} compared.", f"{'field':<28}{'right':>8}{'of':>8}{'share':>10}"]
        if any(score.listed for score in self.fields.values()):
            lines[-1] += f"{'keys':>8}{'extra':>7}{'missing':>9}{'precision':>11}{'recall':>8}"
        lines += [score.line(name) for name, score in self.fields.items()]
        lines += [f"MISS {miss}" for miss in self.misses]
        lines += [f"UNREAD {name}: labelled, but no record was read" for name in self.unread]
        lines += [f"NOT COMPARED {name}: there is no such file of labels" for name in self.absent]
        lines += [f"REJECTED {refusal.source}: {refusal.message}" for refusal in self.rejected]
        disputed = sum(1 for miss in self.misses if miss.dispute)
        lines.append(f"{len(self.misses)} misses, {disputed} of them against a label shown to be wrong.")
        return lines

    def differences(self) -> Iterator[tuple[str, str, str, str, str, str]]:
        """Every difference, as (field, letter, decision, what, labelled, read); `disputed` where the label is wrong."""
        for miss in self.misses:
            for what, labelled, read in miss.differences():
                yield miss.field, miss.letter, miss.decision, "disputed" if miss.dispute else what, labelled, read
        for name in self.unread:
            letter, _, decision = name.partition(" item ")
            yield UNREAD, letter, decision, "missing", UNREAD, ""


def place_of(letter: str, decision: str) -> str:
    """A letter, or one of its items, as the report names it."""
    return f"{letter} item {decision}" if decision else letter


def keys_of(value: str) -> Counter[str]:
    """The keys of a list written with semicolons; one that stands twice counts twice."""
    return Counter(key for key in value.split(";") if key)


def share(right: int, wrong: int) -> str:
    """Precision or recall in whole per cent; a dash where there is nothing to be right about."""
    return f"{100 * right / (right + wrong):.0f}%" if right + wrong else "-"
