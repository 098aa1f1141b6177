"""What the figures mean, in one text that pages, exports and briefings share. Formulas stand in `data/statistics.py`."""

from __future__ import annotations

from dataclasses import dataclass

from data.sentences import ESTIMAND, MEANING


@dataclass(frozen=True, slots=True)
class Definition:
    """A term and what it means here, in plain text without markup."""

    term: str
    text: str


DEFINITIONS = (
    Definition("What is counted", ESTIMAND),
    Definition("Upheld, overturned", MEANING),
    Definition(
        "Rate",
        "Overturned items divided by decided items. With letters as the unit, letters in which any item of the filter was overturned, "
        "divided by letters.",
    ),
    Definition(
        "Interval",
        "95 %, after Wilson, widened by a design effect because the items of a letter share their reviewer and records "
        "(Rao and Scott 1992). Letters by the same reviewer are alike too, and the reviewer is not known, so every interval is a "
        "lower bound on the uncertainty.",
    ),
    Definition(
        "Small",
        "Below 10 letters, or fewer than 10 items once their likeness within letters is allowed for: the count is shown, and no rate.",
    ),
    Definition(
        "Against the rest",
        "A group is compared with everything in the filter that is not in it, never with a whole that contains it. The interval of the "
        "difference allows for letters with items on both sides (Zou and Donner 2008). Where fewer than five items are to be expected "
        "in a cell it also has to pass Fisher's exact test. Cannot be told apart means that the figures do "
        "not show a difference, not that there is none.",
    ),
    Definition(
        "Stands out",
        "The group differs from the rest after correction for how many groups were compared (Benjamini and Hochberg 1995): of the "
        "groups that are named so, about one in twenty may be named by chance.",
    ),
    Definition(
        "Exclusive groups",
        "Each item counts once, in one group: MTUS only, MTUS and another source, other sources only, none cited; a reviewer of several "
        "specialty groups is in a group of its own. Source by source or specialty by specialty an item may count more than once, so "
        "these add up to more than the whole.",
    ),
    Definition(
        "Standardised ratio",
        "Overturned items divided by the number to be expected if every kind of request in the group had fared as it does among the "
        "others (Byar's limits, widened for letters). Items without comparable letters stay out of it, and where those "
        "that are left are small it is not given. It compares with 1, not with another group's ratio. Reviewers are matched to the "
        "condition, so some of the difference in requests stays. Few reviewers may stand behind a group, so in a list of ten groups or "
        "more only what lies further from 1 than the list's ratios usually do is named (Spiegelhalter 2005).",
    ),
    Definition(
        "Funnel",
        "Rates by size, with the limits within which chance alone would leave 95 % and 99.8 % of the groups, widened where all groups "
        "vary more than chance (Spiegelhalter 2005). A group beyond them deserves a look; the plot is no ranking.",
    ),
    Definition(
        "Control limits over time",
        "Three standard deviations around the mean rate (P'-chart, Laney 2002), widened for how much the rate varies from period to "
        "period anyway. A period beyond them differs from its neighbours; the cause is another question.",
    ),
    Definition(
        "Drawn together",
        "The rate of a request, drawn towards the rates of ever wider groups: any body part, then whatever is cited, then any study or "
        "treatment, then any category. A group counts with its effective size, a wider group with as many decisions as its groups are alike "
        "(beta-binomial). The weight says how much of the figure is whose. It sums up past outcomes; medical necessity decides a request.",
    ),
    Definition(
        "Closeness",
        "How much a decision has in common with a request, from 0 to 100: the weighted mean over imaging study or treatment, body part, "
        "guideline cited and words (Gower 1971). It says nothing of who was right.",
    ),
    Definition("Utilization review (UR)", "The claims administrator's review of a treatment request."),
    Definition(
        "Guideline sources",
        "MTUS is the state's Medical Treatment Utilization Schedule; ODG, ACOEM and ACR are guidelines outside it. None cited means that "
        "the letter records no citation, not that none was made. Not stated means that the letter says nothing.",
    ),
)
