"""docs/issues.md is what people are told of columns and thresholds: it must stay true."""

import re
from pathlib import Path

import pytest

from automl.issues import thresholds
from studio.cleanset_tables import DETAILS, FOUND

PAGE = (Path(__file__).parent.parent / "docs" / "issues.md").read_text(encoding="utf-8")
LINES = [line for line in PAGE.splitlines() if line.startswith("| `")]


def line_of(column):
    return next(line for line in LINES if f"`{column}`" in line.split(" | ")[0])


@pytest.mark.parametrize("column", [*FOUND, *DETAILS])
def test_every_exported_column_is_explained(column):
    assert len(line_of(column)) > 30


def test_no_column_is_explained_that_does_not_exist():
    told = {name for line in LINES for name in re.findall(r"`(\w+)`", line.split(" | ")[0])}
    ours = {"cleanlab_row_ID", "corrected_label", "action", "needs_review"}
    assert told == {*FOUND, *DETAILS} | ours


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("is_label_issue", [thresholds.VALUE_SPREADS, thresholds.FLAGGED_FROM]),
        ("is_ambiguous", [thresholds.AMBIGUOUS_MARGIN]),
        ("is_well_labeled", [thresholds.WELL_LABELED_MARGIN]),
        ("is_near_duplicate", [thresholds.NEAR_DUPLICATE_TEXT, thresholds.NEAR_DUPLICATE_ROW]),
        ("is_near_duplicate", [thresholds.FLAGGED_FROM]),
        ("is_outlier", [thresholds.OUTLIER_RANGES, thresholds.OUTLIER_MEDIANS]),
        ("has_rare_class", [thresholds.RARE_CLASS_ROWS]),
        ("is_PII", [thresholds.PERSONAL_DATA]),
        ("is_non_english", [thresholds.NON_ENGLISH, thresholds.NON_ENGLISH_SHORT]),
        ("is_non_english", [thresholds.SHORT_TEXT_LETTERS]),
    ],
)
def test_thresholds_are_those_of_the_code(column, values):
    told = line_of(column).split(" | ")[-1]
    for value in values:
        assert re.search(rf"(?<![\d.]){re.escape(f'{value:g}')}(?!\d|\.\d)", told), (told, value)
