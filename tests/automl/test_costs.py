"""The cost model orders candidates; its seconds are rough by nature."""

from dataclasses import replace

import pytest

from automl.costs import COSTS, Sizes, estimate_cv_seconds
from automl.families import FAMILIES

SMALL = Sizes(n_rows=1000, n_columns=10, n_classes=3, n_splits=5, n_characters=80)


def test_every_family_has_a_cost_and_nothing_else_has():
    assert set(COSTS) == set(FAMILIES)


@pytest.mark.parametrize("family", COSTS)
def test_more_rows_cost_more_and_more_folds_too(family):
    seconds = estimate_cv_seconds(family, SMALL)
    assert 0 < seconds < estimate_cv_seconds(family, replace(SMALL, n_rows=50_000))
    assert seconds > estimate_cv_seconds(family, replace(SMALL, n_splits=2))


def test_where_each_class_has_a_fit_classes_count_but_two_are_one():
    two, one = replace(SMALL, n_classes=2), replace(SMALL, n_classes=1)
    assert estimate_cv_seconds("lightgbm", two) == estimate_cv_seconds("lightgbm", one)
    assert estimate_cv_seconds("lightgbm", SMALL) > 2 * estimate_cv_seconds("lightgbm", two)


def test_wide_tables_and_long_texts_cost_more():
    wide = replace(SMALL, n_columns=1000)
    assert estimate_cv_seconds("xgboost", wide) > estimate_cv_seconds("xgboost", SMALL)
    long = replace(SMALL, n_characters=5000)
    assert estimate_cv_seconds("text_linear_svm", long) > estimate_cv_seconds(
        "text_linear_svm", SMALL
    )
