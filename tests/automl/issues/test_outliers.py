import numpy as np

from automl.issues.outliers import find_outliers
from automl.neighbors import find_neighbors


def judge(vectors):
    return find_outliers(find_neighbors(vectors.astype(np.float32), seed=0)).to_pydict()


def test_a_row_far_from_all_others_is_an_outlier_and_scores_highest():
    vectors = np.random.default_rng(0).normal(size=(300, 4))
    vectors[7] = 30
    found = judge(vectors)
    assert found["is_outlier"][7]
    assert sum(found["is_outlier"]) < 10
    assert np.argmax(found["outlier_score"]) == 7
    assert 0 <= min(found["outlier_score"]) <= max(found["outlier_score"]) < 1


def test_rows_spread_evenly_have_no_outlier():
    assert not any(judge(np.arange(200.0)[:, None])["is_outlier"])


def test_few_rows_and_copies_have_none():
    assert judge(np.array([[0.0], [0], [0], [9]]))["outlier_score"] == [0] * 4
    assert not any(judge(np.ones((50, 2)))["is_outlier"])
