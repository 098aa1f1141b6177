"""What pages say of two filters beside each other: counts first, then the difference, and no more than it carries."""

from __future__ import annotations

from data.comparing import Compared, Figures, Mix
from data.comparison import StandardisedDifference
from data.filters import Filters
from data.schema import NOT_STATED, dimensions
from data.sentences import filter_text
from data.statistics import NO_BREAK, ONE_DECIMAL_FROM, Unit, counted, interval_words, percent, rate_words


def points(d: float, n: int) -> str:
    """A difference of shares as `+3.1 points`: whole below n = 200 items on the smaller side, else one decimal."""
    digits = 0 if n < ONE_DECIMAL_FROM else 1
    value = round(100 * d, digits)
    sign = "+" if value > 0 else "\N{MINUS SIGN}" if value < 0 else ""
    return f"{sign}{abs(value):.{digits}f}{NO_BREAK}{'point' if abs(value) == 1 else 'points'}"


def points_interval(low: float, high: float, n: int) -> str:
    """`−2 to +9 points`, decimals as in `points`."""
    return f"{points(low, n).split(NO_BREAK)[0]} to {points(high, n)}"


def segment_name(filters: Filters | None) -> str:
    """A segment in one line: its conditions, `everything loaded`, or `everyone else`."""
    if filters is None:
        return "everyone else"
    return filter_text(filters) if filters.active else "everything loaded"


def compared_sentence(found: Compared, unit: Unit, *, rates: bool = True) -> str:
    """The answer of the page: both rates, then whether they can be told apart.

    Without `rates`, for filters that let in one outcome alone, counts and no comparison.
    """
    if found.relation == "the same":
        return "A and B are the same decisions: change one of them to compare."
    for name, side in (("A", found.a), ("B", found.b)):
        if not side.decisions:
            return f"No decision is in {name}, so there is nothing to compare."
    if not rates:
        counts = (f"{name}: {_counted(side, unit)}." for name, side in (("A", found.a), ("B", found.b)))
        return f"{' '.join(counts)} One outcome alone is in, so no rates can be compared; what they are made up of can."
    words = f"A: {rate_words(found.a.rate, unit)}. B: {rate_words(found.b.rate, unit)}."
    return f"{words} {_told_apart(found)}"


def _counted(side: Figures, unit: Unit) -> str:
    letters = counted(side.letters, "letter")
    return letters if unit == "letter" else f"{counted(side.decisions, 'decision')} in {letters}"


def _told_apart(found: Compared) -> str:
    versus = found.versus
    names = {
        "overlapping": ("A without B", "B without A"),
        "a within b": ("A", "the rest of B"),
        "b within a": ("The rest of A", "B"),
    }.get(found.relation, ("A", "B"))
    if versus.d is None or versus.p_value is None:
        small = [name for name, side in zip(names, (found.side_a, found.side_b), strict=True) if side.small]
        return f"{' and '.join(small)}: too few letters to be compared."
    n = min(found.side_a.n, found.side_b.n)
    apart = f"{points(versus.d, n)} ({points_interval(versus.low, versus.high, n)})"
    if not versus.distinguishable:
        return f"{names[0]} cannot be told apart from {names[1]}: {apart}."
    often = "more" if versus.d > 0 else "less"
    return f"{names[0]} was overturned {often} often than {names[1]}: {apart}."


def overlap_sentence(found: Compared) -> str:
    """How the segments lie to each other, and so what the difference rests on."""
    if found.relation == "apart":
        return "No decision is in both."
    both = f"{counted(found.both, 'decision')} {'is' if found.both == 1 else 'are'} in both"
    return {
        "overlapping": f"{both} and left out of the difference, which is A without B minus B without A.",
        "a within b": f"{both}: all of A lies in B, so the difference is A minus the rest of B.",
        "b within a": f"{both}: all of B lies in A, so the difference is the rest of A minus B.",
    }.get(found.relation, f"{both}: all of them.")


def standardised_sentences(found: tuple[StandardisedDifference, tuple[str, ...]] | None) -> tuple[str, str]:
    """The standardised difference, and what it is; two sentences."""
    if found is None:
        return "Nothing is left to standardise by.", ""
    difference, levels = found
    named = levels[0] if len(levels) == 1 else f"{', '.join(levels[:-1])} and {levels[-1]}"
    meaning = (
        f"It sets A against comparable letters of B: what A’s rate would be if its mix of {named} had been decided at B’s "
        "rates, and how far it lies from that. What the two filters themselves set is not evened out, nor what no letter states."
    )
    matched = difference.matched
    if difference.d is None or difference.low is None or difference.high is None or difference.given_mix is None:
        return "B has too few comparable letters (30 decisions in 10 letters of one kind) to standardise by.", meaning
    n = matched.n
    text = (
        f"{points(difference.d, n)} ({points_interval(difference.low, difference.high, n)}): "
        f"{percent(difference.rate or 0.0, n)} of {counted(matched.n, 'disputed item')} in A, "
        f"{percent(difference.given_mix, n)} among comparable letters of B"
    )
    least = "Only " if matched.share < 0.5 else ""
    part = (
        "" if matched.share == 1 else f" {least}{int(100 * matched.share)}{NO_BREAK}% of A has comparable letters in B."
    )
    return f"{text}.{part}", meaning


_UNNAMED = {"claim_age", "decision_days"}  # whose values do not say of what
_SIDES = {"admin": "Administrator cited ", "reviewer": "Reviewer relied on "}
_NOTHING = {"admin": "Administrator cited nothing", "reviewer": "Reviewer cited nothing"}


def mix_label(mix: Mix) -> str:
    """The value in words that stand alone: `Reviewer relied on MTUS`, `Body part: not stated`."""
    if mix.key == NOT_STATED or mix.dimension in _UNNAMED:
        return f"{dimensions()[mix.dimension].label}: {mix.label.lower()}"
    if mix.key == "none" and mix.dimension in _NOTHING:
        return _NOTHING[mix.dimension]
    return _SIDES.get(mix.dimension, "") + mix.label


def mixes_sentence(mixes: list[Mix], named: int = 3) -> str:
    """Which shares differ most beyond chance, in one sentence."""
    if not any(mix.share.versus.p_value is not None for mix in mixes):
        return "Too few letters on a side to compare what they are made up of."
    parts = [
        f"{mix_label(mix)} {percent(mix.share.a.rate or 0.0, mix.share.a.n)} in A, {percent(mix.share.b.rate or 0.0, mix.share.b.n)} in B"
        for mix in mixes
        if mix.share.stands_out
    ]
    if not parts:
        return "Nothing in their make-up can be told apart."
    more = f" and {counted(len(parts) - named, 'more share')}" if len(parts) > named else ""
    return f"{'; '.join(parts[:named])}{more} can be told apart."


def mix_words(mix: Mix) -> str:
    """One share on both sides with the difference, for hovering and tables."""
    share = mix.share
    parts = [
        f"{name}: {side.y:,} of {side.n:,}"
        + (
            f", {percent(side.rate, side.n)} ({interval_words(side.low, side.high, side.n)})"
            if side.rate is not None and not side.small
            else ""
        )
        for name, side in (("A", share.a), ("B", share.b))
    ]
    return "; ".join(parts)
