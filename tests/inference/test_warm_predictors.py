"""What the serving process keeps loaded, and what it lets go."""

import threading

import pytest

from automl.errors import InputError
from automl.pooling import pool_probabilities
from inference.warm_predictors import (
    MEMORY_FACTOR,
    StillLoadingError,
    WarmPredictors,
    evict_deleted,
)
from studio.files import local_path
from studio.trash import delete_row

# Predictors are loaded in threads, which have connections of their own.
pytestmark = pytest.mark.django_db(transaction=True)

MANY_BYTES = 10**9
ROWS = (["size", "colour"], [["1", "9"], ["red", None]])


def test_a_predictor_is_loaded_once(trained):
    model, warm = trained(), WarmPredictors(max_count=3, max_bytes=MANY_BYTES)
    first = warm.get(model.pk)
    assert warm.get(model.pk) is first
    answer = first.predict(*ROWS)
    assert [sum(probs) for probs in answer["pred_probs"]] == pytest.approx([1, 1])


def test_the_least_recently_used_goes_first(trained):
    a, b, c = (trained().pk for _ in range(3))
    warm = WarmPredictors(max_count=2, max_bytes=MANY_BYTES)
    for model_id in (a, b, a, c):
        warm.get(model_id)
    assert warm.model_ids == [a, c]


def test_together_they_stay_below_the_limit_but_one_is_always_kept(trained):
    first, second = trained(), trained()
    n_bytes = MEMORY_FACTOR * first.predictor_file.size_bytes
    for max_bytes, kept in ((2 * n_bytes, 2), (2 * n_bytes - 1, 1), (1, 1)):
        warm = WarmPredictors(max_count=10, max_bytes=max_bytes)
        warm.get(first.pk)
        warm.get(second.pk)
        assert warm.model_ids == [first.pk, second.pk][-kept:]


def test_what_cannot_be_loaded_is_not_kept_and_tried_again(trained):
    model, warm = trained(), WarmPredictors(max_count=3, max_bytes=MANY_BYTES)
    path = local_path(model.predictor_file)
    whole = path.read_bytes()
    path.write_bytes(b"damaged")
    for _ in range(2):
        with pytest.raises(InputError, match="Re-train the model"):
            warm.get(model.pk)
    path.write_bytes(whole)
    assert warm.get(model.pk).predictor.classes == model.classes


def test_a_predictor_that_predicts_otherwise_here_is_refused(trained, monkeypatch):
    monkeypatch.setattr(
        "automl.predictor.pool_probabilities",
        lambda stack, weights, **options: pool_probabilities(stack, weights * 1.01, **options),
    )
    warm = WarmPredictors(max_count=3, max_bytes=MANY_BYTES)
    with pytest.raises(InputError) as refused:
        warm.get(trained().pk)
    assert refused.value.code == "PREDICTS_OTHERWISE"


def test_who_asks_during_a_long_loading_is_told_to_come_back(trained, monkeypatch):
    may_go_on = threading.Event()
    read = WarmPredictors._read

    def read_slowly(warm, model_id):
        may_go_on.wait(30)
        return read(warm, model_id)

    monkeypatch.setattr(WarmPredictors, "_read", read_slowly)
    model = trained()
    warm = WarmPredictors(max_count=3, max_bytes=MANY_BYTES, wait_seconds=0.05)
    for _ in range(2):
        with pytest.raises(StillLoadingError):
            warm.get(model.pk)
    may_go_on.set()
    warm.wait_seconds = 30
    assert warm.get(model.pk).predictor.classes == model.classes


def test_a_deleted_model_is_let_go(trained):
    kept, deleted = trained(), trained()
    warm = WarmPredictors(max_count=3, max_bytes=MANY_BYTES)
    warm.get(kept.pk)
    warm.get(deleted.pk)
    delete_row(deleted)
    evict_deleted(warm)
    assert warm.model_ids == [kept.pk]
    with pytest.raises(InputError, match="not trained"):
        warm.get(deleted.pk)


def test_what_was_not_read_in_one_request_is_not_counted_in_the_next(trained):
    warm = WarmPredictors(max_count=3, max_bytes=MANY_BYTES).get(trained().pk)
    warm.predict(["size", "colour"], [["much"], ["red"]])
    assert warm.predictor.unread == {}
