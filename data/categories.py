"""The DIR treatment category and subcategory of a request, by one rule for letters and for what someone types."""

from __future__ import annotations

from dataclasses import dataclass, replace

from data.imaging import imaging_in
from data.record import Category, Span
from data.vocabulary import Match, vocabulary

IMAGING = "diagnostic_imaging"
LABORATORY = "diagnostic_laboratory"


@dataclass(frozen=True, slots=True)
class Categorised:
    """A category with the words that decided it and the rule that found them."""

    category: Category
    span: Span
    rule: str


def category_of(
    text: str, start: int = 0, end: int | None = None, *, imaging: bool | None = None
) -> Categorised | None:
    """The category of `text[start:end]`, or None when no term of the vocabulary stands in it.

    Several terms may match: the highest priority decides, at equal priority the earliest (see categories.toml). Whether
    the request asks for imaging is for the modality vocabulary to say (`imaging`, asked for when not given): a study that
    is only mentioned is no imaging request, one that is named before an operation is what is asked for, and one that is
    named behind a list of laboratory tests is one of them. Words that name a study name nothing else.
    """
    studies = [study for study, _ in imaging_in(text, start, end) if study.role in ("requested", "hybrid")]
    if imaging is None:
        imaging = bool(studies)
    known = vocabulary("categories")
    matches = [
        replace(match, key=IMAGING) if any(_shares(match, study.span) for study in studies) else match
        for match in known.find(text, start, end)
        if imaging or match.key != IMAGING
    ]
    if not matches:
        return (
            Categorised(_category(IMAGING), (start, len(text) if end is None else end), "categories/imaging")
            if imaging
            else None
        )
    best = min(matches, key=lambda match: (-int(known.terms[match.key].attributes["priority"]), match.start))
    if imaging and known.terms[best.key].attributes["category"] in ("surgery", "evaluation_management"):
        best = next((match for match in matches if match.key == IMAGING and match.start < best.start), best)
    elif best.key == IMAGING:
        tests = [match for match in matches if match.key == LABORATORY and match.start < best.start]
        best = tests[0] if len(tests) > 1 else best  # the heading of a list alone names no laboratory test
    return Categorised(_category(best.key), (best.start, best.end), best.rule)


def _shares(match: Match, span: Span) -> bool:
    return match.start < span[1] and span[0] < match.end


def _category(subcategory: str) -> Category:
    return Category(str(vocabulary("categories").terms[subcategory].attributes["category"]), subcategory)


def categories() -> dict[str, str]:
    """Label by key of the categories."""
    return dict(vocabulary("categories").settings["categories"])


def subcategories() -> dict[str, str]:
    """Label by key of the subcategories, in the vocabulary's order."""
    return {key: term.label for key, term in vocabulary("categories").terms.items()}
