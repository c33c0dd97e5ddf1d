"""A project that a script of the official client made, and the names of its columns."""

from dataclasses import dataclass
from pathlib import Path

OF_CLASSES = [
    "cleanlab_row_ID",
    "corrected_label",
    "is_label_issue",
    "label_issue_score",
    "suggested_label",
    "suggested_label_confidence_score",
    "is_ambiguous",
    "ambiguous_score",
    "is_well_labeled",
    "is_near_duplicate",
    "near_duplicate_score",
    "near_duplicate_cluster_id",
    "is_outlier",
    "outlier_score",
    "is_initially_unlabeled",
    "has_rare_class",
]
OF_TEXTS = [
    "is_empty_text",
    "text_num_characters",
    "is_PII",
    "PII_score",
    "PII_types",
    "PII_items",
    "is_non_english",
    "non_english_score",
    "predicted_language",
]
DETAILS = [
    "action",
    "is_previously_resolved",
    "top_labels",
    "top_probs",
    "given_label",
    "p_given_label",
    "predicted_label",
    "p_predicted_label",
]


@dataclass(frozen=True)
class Made:
    """A project that a script made, and the file that it is of."""

    path: Path
    dataset_id: str
    project_id: str
    cleanset_id: str
    planted: dict[int, str]
