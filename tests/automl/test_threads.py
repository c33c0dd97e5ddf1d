"""One number of threads for everything that fits or predicts in a process."""

import pytest

from automl.candidates import cross_validate, refit
from automl.problem import MULTI_CLASS
from automl.threads import thread_count, thread_environment
from automl.versions import changed_versions, library_versions

from .test_families import make_data, saved_files

BOOSTED = ("lightgbm", "xgboost", "catboost")


@pytest.mark.parametrize(("said", "used"), [("3", 3), ("", 1), ("many", 1), ("0", 1)])
def test_it_is_what_openmp_is_told_else_one(said, used, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", said)
    assert thread_count() == used


def test_an_environment_says_it_to_every_library_and_lets_waiting_threads_sleep(monkeypatch):
    environment = thread_environment(4)
    assert environment["OMP_WAIT_POLICY"] == "PASSIVE"
    assert environment["OPENBLAS_NUM_THREADS"] == "4"
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert thread_count() == 4


def test_a_predictor_says_how_many_threads_made_it(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    then = library_versions()
    assert changed_versions(then) == {}
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    assert changed_versions(then) == {"threads": ("1", "2")}


@pytest.mark.parametrize("family", BOOSTED)
def test_two_threads_give_the_same_bytes_each_time(family, monkeypatch, tmp_path):
    monkeypatch.setattr("automl.families.boosted_trees.MAX_ROUNDS", 20)
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    data = make_data("tabular", MULTI_CLASS)
    plan = cross_validate(family, data, seed=0).plan
    first, again = (
        saved_files(refit(family, data, plan, seed=0), tmp_path / name) for name in ("1", "2")
    )
    assert first == again
    if family == "lightgbm":
        assert b"[num_threads: 2]" in b"".join(first.values())
