"""Values of an item that the letter does not state in a word but that follow from what it states: keys, labels and SQL.

Every SQL here is an expression over the record tables, `l` a letter and `d` a decision, or over the masks that were made
of them (data/schema.py), so that it is computed once a load and never by a page.
"""

from __future__ import annotations

from collections.abc import Iterable

from data.imaging import fused_studies, modality_keys
from data.vocabulary import vocabulary

NOT_STATED = "not_stated"

PROFILES = {
    "mtus_only": "MTUS only",
    "mtus_and_other": "MTUS and another source",
    "other_only": "Other sources only",
    "none": "None cited",
}

# Days from injury to the denial in utilization review; a denial before the injury is no age, and the letter has a problem.
CLAIM_AGES = {
    "up_to_30": "Up to 30 days",
    "31_to_90": "31 to 90 days",
    "91_to_365": "91 days to a year",
    "over_a_year": "Over a year",
}

# Days from the application received to the decision.
DECISION_DAYS = {
    "up_to_30": "Up to 30 days",
    "31_to_45": "31 to 45 days",
    "46_to_90": "46 to 90 days",
    "91_to_180": "91 to 180 days",
    "over_180": "Over 180 days",
}

STUDIES = {"hybrid": "One fused study", "single": "Other imaging"}
LICENCES = {
    "california_only": "California only",
    "california_and_other": "California and another state",
    "other_only": "Other states only",
}
STEPS = {
    "step_1": "Step 1: MTUS",
    "step_2": "Step 2: ACOEM or ODG",
    "step_3": "Step 3: other national guidelines",
    "step_4": "Step 4: studies and the rest",
    "none": "None cited",
}
"""The search sequence of 8 CCR 9792.21.1: a sequence of search, no ranking of quality."""

AGREEMENTS = {
    "same": "The same sources",
    "overlap": "Some sources in common",
    "differ": "No source in common",
    "reviewer_none": "Only the reviewer cited none",
    "admin_none": "Only the administrator cited none",
    "both_none": "Neither cited any",
}
PRIORITIES = {"standard": "Standard", "expedited": "Expedited"}
MODIFIED = {"yes": "Modified request", "no": "Not modified"}
ANCILLARY = {"yes": "Ancillary item", "no": "Not ancillary"}
RETROSPECTIVE = {"yes": "Retrospective request", "no": "Not retrospective"}

MIXED_GROUPS = "several_groups"


def specialty_groups() -> dict[str, str]:
    """Label by key of the specialty groups; a reviewer of more than one group is in a group of its own."""
    return {**vocabulary("specialties").settings["groups"], MIXED_GROUPS: "More than one of these groups"}


def drug_classes() -> dict[str, str]:
    """Label by key of the treatment subcategories that are drugs."""
    terms = vocabulary("categories").terms.values()
    return {term.key: term.label for term in terms if term.attributes["category"] == "pharmaceuticals"}


def days_sql(first: str, last: str, labels: Iterable[str]) -> str:
    """SQL for the key of the days from `first` to `last`, two expressions for a DATE.

    `labels` are keys such as `up_to_30`, `31_to_90` and at the end `over_...`, which say their limits. Days below 0 and
    days that are not known are `not_stated`.
    """
    days = f"({last} - {first})"
    *limited, longest = labels
    steps = " ".join(f"WHEN {days} <= {int(key.rpartition('_')[2])} THEN '{key}'" for key in limited)
    return f"CASE WHEN {days} IS NULL OR {days} < 0 THEN '{NOT_STATED}' {steps} ELSE '{longest}' END"


def profile_sql(column: str) -> str:
    """The exclusive source profile: MTUS only, MTUS and other, other only, none cited, not stated (statistics.md)."""
    return (
        f"CASE WHEN len({column}) = 0 THEN 'not_stated' WHEN {column} = ['none'] THEN 'none' WHEN {column} = ['mtus'] THEN 'mtus_only' "
        f"WHEN list_contains({column}, 'mtus') THEN 'mtus_and_other' ELSE 'other_only' END"
    )


def group_sql(column: str) -> str:
    """The group of the specialties in a list column, or that they are of several."""
    terms = vocabulary("specialties").terms.values()
    entries = ", ".join(f"'{term.key}': '{term.attributes['group']}'" for term in terms)
    groups = f"list_distinct(list_transform({column}, lambda k: coalesce(MAP {{{entries}}}[k], 'other')))"
    return f"CASE len({groups}) WHEN 0 THEN '{NOT_STATED}' WHEN 1 THEN {groups}[1] ELSE '{MIXED_GROUPS}' END"


def studies_sql(modality_mask: str, fused: str) -> str:
    """Whether imaging is asked for as one fused study; not stated where none is asked for."""
    return f"CASE WHEN {modality_mask} = 0 THEN '{NOT_STATED}' WHEN {fused} THEN 'hybrid' ELSE 'single' END"


def study_sql(modality_mask: str, fused: str) -> str:
    """A mask of the studies asked for: the bits of modalities, those that a fused study joins replaced by its own bit.

    A letter says that an item's study is fused, not which of more than two modalities: the largest known fused study
    among them counts, the others stand for themselves. The bits of fused studies follow those of the modalities.
    """
    modalities = modality_keys()
    steps = []
    for bit, parts in enumerate(fused_studies().values(), start=len(modalities)):
        joined = mask_of(modalities, parts)
        whole = f"({modality_mask} & {joined}) = {joined}"
        steps.append(f"WHEN {fused} AND {whole} THEN {modality_mask} - {joined} + {1 << bit}")
    return f"(CASE {' '.join(steps)} ELSE {modality_mask} END)::UBIGINT"


def licence_sql(state_mask: str, states: Iterable[str]) -> str:
    """Whether the reviewer is licensed in California; `states` are the keys of the mask's bits."""
    california = mask_of(states, {"california"})
    return (
        f"CASE WHEN {state_mask} = 0 THEN '{NOT_STATED}' WHEN {state_mask} = {california} THEN 'california_only' "
        f"WHEN ({state_mask} & {california}) <> 0 THEN 'california_and_other' ELSE 'other_only' END"
    )


def step_sql(source_mask: str, sources: Iterable[str]) -> str:
    """The first step of the search sequence at which a side's sources stand (the `tier` of sources.toml); `sources` are the bits' keys."""
    sources = list(sources)
    terms = vocabulary("sources").terms
    tiers = {tier: {key for key in sources if int(terms[key].attributes["tier"]) == tier} for tier in (1, 2, 3, 4)}
    steps = " ".join(
        f"WHEN ({source_mask} & {mask_of(sources, keys)}) <> 0 THEN 'step_{tier}'" for tier, keys in tiers.items()
    )
    return f"CASE WHEN {source_mask} = 0 THEN '{NOT_STATED}' {steps} ELSE 'none' END"


def agreement_sql(admin_mask: str, reviewer_mask: str, sources: Iterable[str]) -> str:
    """How the sources of both sides relate; `sources` are the keys of both masks' bits."""
    sources = list(sources)
    named = mask_of(sources, {key for key in sources if key != "none"})
    admin, reviewer = f"({admin_mask} & {named})", f"({reviewer_mask} & {named})"
    return (
        f"CASE WHEN {admin_mask} = 0 OR {reviewer_mask} = 0 THEN '{NOT_STATED}' "
        f"WHEN {admin} = 0 AND {reviewer} = 0 THEN 'both_none' WHEN {admin} = 0 THEN 'admin_none' "
        f"WHEN {reviewer} = 0 THEN 'reviewer_none' WHEN {admin} = {reviewer} THEN 'same' "
        f"WHEN ({admin} & {reviewer}) <> 0 THEN 'overlap' ELSE 'differ' END"
    )


def yes_no_sql(condition: str) -> str:
    """`yes` where the condition holds, else `no`."""
    return f"CASE WHEN {condition} THEN 'yes' ELSE 'no' END"


def mask_of(keys: Iterable[str], chosen: Iterable[str]) -> str:
    """SQL of the mask in which the `chosen` of the `keys` have their bits."""
    wanted = set(chosen)
    return f"{sum(1 << position for position, key in enumerate(keys) if key in wanted)}::UBIGINT"
