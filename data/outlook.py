"""The outlook of a request: the rate of comparable letters, from what is asked for exactly to ever wider groups.

The ladder lets go of the body part, then of the guideline cited (its document first), then of the study or treatment, last
of its category, and the narrow rate is drawn towards the wider ones (`smoothing.ladder`). What comes with the outcome, such as
the reviewer's own citation or the grounds, is chosen together with it and so never a condition.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from data.asking import ALONE_SUMS, SUMS, sums_of
from data.categories import IMAGING
from data.citing import Citing, citation_label
from data.conditions import fields_of
from data.filters import Choice, DateRange, Filters
from data.schema import NOT_STATED, dimensions
from data.sentences import listed
from data.smoothing import Smoothed, ladder, prior_strength
from data.spans import months_after
from data.statistics import FEWEST_LETTERS, NO_BREAK, Rate, Sums, interval_words, overturn_rate, percent, rate_words
from data.vocabulary import vocabulary

MONTHS = 36
"""An outlook without dates of its own stands on the last so many calendar months of decisions, the latest one among them."""
WITH_THE_OUTCOME = ("reviewer", "reviewer_profile", "reviewer_step", "agreement", "reason")
_ADMIN = ("admin", "admin_profile", "admin_step")
_WIDENING: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("body", ("body", "laterality")),
    ("admin", _ADMIN),
    ("modality", ("modality", "study", "hybrid", "contrast")),
    ("subcategory", ("subcategory", "drug_class")),
    ("category", ("category",)),
)
"""What is let go of, in order: the dimension whose groups are siblings, and all the dimensions that go with it."""
_SPOKEN = (
    *("modality", "study", "hybrid", "contrast", "subcategory", "drug_class", "category"),
    *("laterality", "body", *_ADMIN),
)
_CITED = "rowid IN (SELECT item FROM cited WHERE side = 'claims_administrator' AND source = ? AND document = ?)"


@dataclass(frozen=True, slots=True)
class Step:
    """One group of the ladder: its filter, the document cited where one is asked for, and its words.

    `rate` is that of the whole group; `own` leaves out the items of the narrower groups, and is what smoothing uses.
    `strength` is how many effective decisions the next wider group counts for (None for the widest), `weight` the
    share of this step in the smoothed rate.
    """

    words: str
    filters: Filters
    document: str
    rate: Rate
    own: Rate
    strength: float | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Outlook:
    """The steps from narrow to wide and the narrow rate drawn towards the wider ones, None where nothing was chosen."""

    steps: tuple[Step, ...]
    smoothed: Smoothed | None


@dataclass(frozen=True, slots=True)
class _Group:
    filters: Filters
    document: str
    let_go: str  # the dimension that the next wider group lets go of, "document" or "" for the widest


def request_of(filters: Filters, last: date | None) -> Filters:
    """The filter of an outlook: by item, without what comes with the outcome, and of the last months where it has no dates.

    A study or treatment brings its category, so that the groups around it stay alike before they are everything. `last`: the
    latest decision (or denial) that is loaded, None where none is dated; with it, undated decisions are out.
    """
    for name in WITH_THE_OUTCOME:
        filters = filters.choose(name, Choice())
    if not filters.choice("category"):
        filters = filters.choose("category", Choice(_categories(filters)))
    if not filters.dates and last:
        filters = replace(filters, dates=DateRange(start=months_after(last, 1 - MONTHS)))
    condition = None if _tells_outcome(filters) else filters.condition
    return replace(filters, outcome=None, unit="item", side="admin", condition=condition)


def _tells_outcome(filters: Filters) -> bool:
    """Whether its conditions name anything that comes with the outcome."""
    named = fields_of(filters.condition)
    return bool(named & {*WITH_THE_OUTCOME, "outcome", "decisive", "reviewer_document", "reviewer_section"})


def _categories(filters: Filters) -> tuple[str, ...]:
    """The categories of the studies or treatments that are chosen; none where something else may be meant, too."""
    studies = {name: filters.choice(name) for name in ("modality", "study")}
    if any(NOT_STATED in one.include for one in studies.values()):
        return ()
    terms = vocabulary("categories").terms
    chosen = [key for key in filters.choice("subcategory").include if key in terms]
    if any(one.include for one in studies.values()):
        chosen.append(IMAGING)
    return tuple(dict.fromkeys(str(terms[key].attributes["category"]) for key in chosen))


def dropped(filters: Filters) -> list[str]:
    """The labels of the conditions that an outlook leaves out because they come with the outcome."""
    names = [dimensions()[name].label for name in WITH_THE_OUTCOME if filters.choice(name)]
    names += ["Outcome"] if filters.outcome else []
    return [*names, *(["the joined conditions, which name one of these"] if _tells_outcome(filters) else [])]


def request_words(filters: Filters, document: str = "") -> str:
    """What is asked for, in words: `MRI, low back, with MTUS cited`; `All decisions` where nothing is chosen."""
    said: dict[str, str] = {}
    for name in _SPOKEN:
        choice = filters.choice(name)
        labels = [_label(name, key) for key in choice.include] + [f"not {_label(name, key)}" for key in choice.exclude]
        if labels:
            said[name] = listed(labels, "and" if choice.mode == "all" else "or")
    if "admin" in said:
        said["admin"] += f" ({citation_label('document', document)}) cited" if document else " cited"
    if "modality" in said or "subcategory" in said:
        said.pop("category", None)  # the category goes without saying
    if said:
        return ", ".join(said.values())
    return "All decisions that the conditions leave" if filters.condition or filters.words else "All decisions"


def _label(name: str, key: str) -> str:
    return "no source" if (name, key) == ("admin", "none") else dimensions()[name].term_label(key)


class Outlooks(Citing):
    """Answers about a request that is described by the filter."""

    def outlook(self, document: str = "") -> Outlook:
        """The ladder of the filter, which `request_of` gives; `document` narrows the citation of the one source chosen."""
        groups = _groups(self.filters, document)
        inside, rings = self._step_sums(groups)
        rho = self._rho(inside[-1])
        rates, own = [overturn_rate(one, rho) for one in inside], [overturn_rate(one, rho) for one in rings]
        strengths = [prior_strength(self._sibling_rates(group.let_go, wider)) for group, wider in pairwise(groups)]
        found = ladder(own, strengths) if strengths else None
        weights = found.weights if found else (1.0,)
        steps = (
            Step(request_words(group.filters, group.document), group.filters, group.document, rate, alone, k, weight)
            for group, rate, alone, k, weight in zip(groups, rates, own, [*strengths, None], weights, strict=True)
        )
        return Outlook(tuple(steps), found)

    def comparable(self) -> tuple[Filters, str]:
        """The narrowest of the wider groups, whatever is cited, with ten letters on either side, and its words.

        The filter is one of `request_of`. Where no group has so many the widest is given.
        """
        filters = self.filters
        for name in _ADMIN:
            filters = filters.choose(name, Choice())
        groups = [group.filters for group in _groups(filters, "")]
        found = next((group for group in groups[:-1] if self._both_sides(group)), groups[-1])
        return found, request_words(found)

    def _both_sides(self, filters: Filters) -> bool:
        """Whether either outcome stands in so many letters that a share of them can be given."""
        condition, values = self.where(filters)
        sides = ("overturned", "NOT overturned")
        enough = " AND ".join(f"count(DISTINCT letter_key) FILTER ({side}) >= {FEWEST_LETTERS}" for side in sides)
        return bool(self._one(f"SELECT {enough} FROM facts WHERE {condition}", values)[0])

    def _sibling_rates(self, let_go: str, wider: _Group) -> list[Rate]:
        """The rates of the groups that the wider one holds, of the kind that was let go of."""
        reader = self.under(wider.filters)
        if let_go == "document":
            source = wider.filters.choice("admin").include[0]
            groups = reader.by_citation("admin", "document", source)
        else:
            groups = reader.by(let_go)
        return [group.rate for group in groups if group.key != NOT_STATED]

    def _step_sums(self, groups: Sequence[_Group]) -> tuple[list[Sums], list[Sums]]:
        """The sums of every group, and of every group without the narrower ones, in one pass over `facts`.

        A letter whose items all lie in one ring counts the same in every group around it, so only the others are grouped
        again for each.
        """
        conditions, values = zip(*(self._step_condition(group) for group in groups), strict=True)
        rings = " ".join(f"WHEN {condition} THEN {place}" for place, condition in enumerate(conditions[:-1]))
        ring = f"CASE {rings} ELSE {len(groups) - 1} END" if rings else "0"
        found = self._all(
            f"""
            WITH marked AS MATERIALIZED (SELECT letter_key, alone, overturned, {ring} AS ring FROM facts WHERE {conditions[-1]}),
            per AS (SELECT letter_key, ring, count(*) n, count(*) FILTER (overturned) y FROM marked WHERE NOT alone GROUP BY ALL),
            many AS (SELECT letter_key FROM per GROUP BY letter_key HAVING count(*) > 1),
            mixed AS (FROM per SEMI JOIN many USING (letter_key)),
            single AS (SELECT ring, count(*) n, count(*) FILTER (overturned) y FROM marked WHERE alone GROUP BY ring)
            SELECT 'same', ring, {ALONE_SUMS} FROM single GROUP BY ring
            UNION ALL SELECT 'same', ring, {SUMS} FROM (FROM per ANTI JOIN many USING (letter_key)) GROUP BY ring
            UNION ALL SELECT 'ring', ring, {SUMS} FROM mixed GROUP BY ring
            UNION ALL SELECT 'inside', step, {SUMS} FROM (SELECT range AS step, letter_key, sum(n) n, sum(y) y
                FROM mixed JOIN range({len(groups)}) ON ring <= range GROUP BY ALL) GROUP BY step
            """,
            [value for given in values for value in given],
        )
        same, own, together = ([Sums() for _ in groups] for _ in range(3))
        kinds = {"same": same, "ring": own, "inside": together}
        for kind, place, *figures in found:
            kinds[kind][int(place)] += sums_of(figures)
        inside = [sum(same[: place + 1], Sums()) + together[place] for place in range(len(groups))]
        return inside, [one + other for one, other in zip(same, own, strict=True)]

    def _step_condition(self, group: _Group) -> tuple[str, list[object]]:
        condition, values = self.where(group.filters)
        if not group.document:
            return f"({condition})", values
        return f"({condition} AND {_CITED})", [*values, group.filters.choice("admin").include[0], group.document]


def _groups(filters: Filters, document: str) -> list[_Group]:
    """The groups of the ladder from narrow to wide; a document counts where exactly one source is chosen."""
    admin = filters.choice("admin")
    document = document if len(admin.include) == 1 and not admin.exclude else ""
    groups: list[_Group] = []
    for sibling, names in _WIDENING:
        if sibling == "admin" and document:
            groups.append(_Group(filters, document, "document"))
            document = ""
        chosen = [name for name in names if filters.choice(name)]
        if not chosen:
            continue
        groups.append(_Group(filters, document, sibling if sibling in chosen else chosen[0]))
        for name in chosen:
            filters = filters.choose(name, Choice())
    return [*groups, _Group(filters, "", "")]


def overturned_share(found: Outlook) -> float | None:
    """The share of denials overturned that a cost may rest on: None where even the widest group has too few letters for a rate."""
    widest = found.steps[-1].rate
    if widest.small or widest.rate is None:
        return None
    return found.smoothed.value if found.smoothed else widest.rate


def outlook_sentence(found: Outlook) -> str:
    """The sentence that answers: the count of exactly this request first, then the rate it is drawn to and by how much."""
    narrow = found.steps[0]
    lead = f"{narrow.words}. When a denial is appealed: "
    if found.smoothed is None:
        return f"{lead}{rate_words(narrow.rate)}."
    smooth = found.smoothed
    size = max(1, round(sum(step.own.effective for step in found.steps)))
    share = f"{percent(smooth.value, size)} ({interval_words(smooth.low, smooth.high, size)})"
    first = "no decision on exactly this" if not narrow.rate.n else rate_words(narrow.rate)
    return (
        f"{lead}{first}. Drawn towards the wider groups: {share}, of which they carry "
        f"{round(100 * smooth.weight)}{NO_BREAK}% of the weight."
    )
