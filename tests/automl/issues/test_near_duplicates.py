import numpy as np

from automl.issues.near_duplicates import cluster_duplicates, find_near_duplicates
from automl.neighbors import find_neighbors


def judge(places, exact=None, limit=0.5):
    vectors = np.array(places, dtype=np.float32).reshape(-1, 1)
    exact = np.arange(len(vectors)) if exact is None else np.array(exact)
    neighbors = find_neighbors(vectors, seed=0)
    clusters = cluster_duplicates(neighbors, exact, limit)
    return find_near_duplicates(neighbors, exact, clusters, limit).to_pydict()


def test_rows_within_the_limit_are_one_cluster_and_others_are_alone():
    found = judge([9, 0, 5, 0.4, 9.1])
    assert found["is_near_duplicate"] == [True, True, False, True, True]
    assert found["near_duplicate_cluster_id"] == [0, 1, None, 1, 0]


def test_a_copy_has_score_one_and_the_limit_one_half():
    found = judge([0, 0, 10, 10.5, 30], exact=[0, 0, 2, 3, 4])
    assert found["near_duplicate_score"][:4] == [1, 1, 0.5, 0.5]
    assert found["near_duplicate_score"][4] < 0.1


def test_what_is_near_step_by_step_is_one_cluster():
    assert judge([0, 0.4, 0.8, 1.2])["near_duplicate_cluster_id"] == [0, 0, 0, 0]


def test_copies_are_one_cluster_however_many_there_are():
    found = judge([1.0] * 40 + [5.0], exact=[0] * 40 + [40])
    assert found["near_duplicate_cluster_id"] == [0] * 40 + [None]


def test_rows_without_a_near_one_have_no_cluster_even_when_there_is_no_limit():
    found = judge([0, 1, 2], limit=0.0)
    assert found["is_near_duplicate"] == [False] * 3
    assert found["near_duplicate_score"] == [0] * 3


def test_no_rows_have_no_duplicates():
    assert judge([])["near_duplicate_score"] == []
