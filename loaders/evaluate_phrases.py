"""Compare what the vocabularies make of request phrases with what their writer, who had not seen them, meant."""

from __future__ import annotations

from pathlib import Path

from data.categories import category_of
from data.imaging import imaging_in, requested_modalities
from data.vocabulary import vocabulary
from loaders.evaluate import label_rows
from loaders.evaluation import Evaluation, Miss


def evaluate_phrases(path: Path) -> Evaluation:
    """Compare studies, body parts and category of every phrase in the CSV `path` (request and a column each)."""
    evaluation = Evaluation()
    for row in label_rows(path):
        phrase = row["request"]
        evaluation.letters += 1
        studies = requested_modalities(study for study, _ in imaging_in(phrase))
        parts = {match.key for match in vocabulary("body_parts").find(phrase)}
        found = category_of(phrase)
        for name, value, listed in (
            ("imaging_modalities", ";".join(studies), True),
            ("body_parts", ";".join(sorted(parts)), True),
            ("category", found.category.category if found else "", False),
        ):
            evaluation.compare(Miss(phrase, "", name, row[name], value, listed=listed))
    return evaluation
