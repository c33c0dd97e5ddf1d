"""Which families a new version is analysed with."""

import pytest

from studio.analysis import without_useless
from studio.decisions import decide_row
from studio.models import Cleanset
from studio.versions import create_version

from ..factories import make_cleanset

pytestmark = pytest.mark.django_db

FAMILIES = ["lightgbm", "catboost", "extra_trees", "majority"]


@pytest.fixture
def first(alice, tmp_path):
    """A hundred rows as far as shares go, of six that are there."""
    cleanset = make_cleanset(alice, tmp_path)
    weights = {"lightgbm": 0.7, "catboost": 0.0, "extra_trees": 0.3}
    Cleanset.objects.update(source=cleanset.source | {"weights": weights}, n_rows=100)
    cleanset.refresh_from_db()
    return cleanset


def decide(cleanset, n_rows, action="exclude"):
    for row_id in range(n_rows):
        decide_row(cleanset=cleanset, row_id=row_id, action=action, user=cleanset.created_by)


def test_the_first_analysis_tries_all(first):
    assert without_useless(FAMILIES, first) == FAMILIES


def test_after_few_changes_families_without_a_weight_are_not_tried_again(first, alice):
    decide(first, 5)
    second = create_version(cleanset=first, user=alice)
    assert without_useless(FAMILIES, second) == ["lightgbm", "extra_trees", "majority"]


def test_after_many_changes_all_are_tried(first, alice):
    decide(first, 6)
    second = create_version(cleanset=first, user=alice)
    assert without_useless(FAMILIES, second) == FAMILIES


def test_rows_that_were_kept_are_no_change(first, alice):
    decide(first, 6, action="keep")
    second = create_version(cleanset=first, user=alice)
    assert without_useless(FAMILIES, second) == ["lightgbm", "extra_trees", "majority"]
