import numpy as np
import pytest

from automl import copies, neighbors
from automl.neighbors import find_neighbors


def make_vectors(n_rows, n_dimensions=8, seed=0):
    rng = np.random.default_rng(seed)
    centers = 3 * rng.normal(size=(40, n_dimensions))
    return (centers[rng.integers(0, 40, n_rows)] + rng.normal(size=(n_rows, n_dimensions))).astype(
        np.float32
    )


def test_the_nearest_rows_come_first_and_a_row_is_not_its_own():
    vectors = np.array([[0, 0], [1, 0], [3, 0], [7, 0]], dtype=np.float32)
    found = find_neighbors(vectors, k=2, seed=0)
    assert found.row_ids.tolist() == [[1, 2], [0, 2], [1, 0], [2, 1]]
    assert found.distances[0].tolist() == [1, 3]


def test_fewer_rows_than_asked_for_leave_gaps():
    found = find_neighbors(np.zeros((2, 3), dtype=np.float32), k=4, seed=0)
    assert found.row_ids.tolist() == [[1, -1, -1, -1], [0, -1, -1, -1]]
    assert found.distances[0].tolist() == [0, np.inf, np.inf, np.inf]
    assert find_neighbors(np.zeros((1, 3), dtype=np.float32), seed=0).row_ids.max() == -1
    assert find_neighbors(np.zeros((0, 3), dtype=np.float32), seed=0).row_ids.shape == (0, 10)


def test_many_copies_never_name_the_row_itself():
    found = find_neighbors(np.ones((50, 3), dtype=np.float32), k=5, seed=0)
    assert not (found.row_ids == np.arange(50)[:, None]).any()
    assert (found.distances == 0).all()


@pytest.fixture
def _indexed(monkeypatch):
    monkeypatch.setattr(neighbors, "MIN_INDEXED_ROWS", 1000)


@pytest.mark.usefixtures("_indexed")
def test_the_index_finds_nearly_all_that_comparing_all_pairs_finds():
    vectors = make_vectors(4000)
    found = find_neighbors(vectors, seed=0)
    squares = ((vectors[:200, None] - vectors[None]) ** 2).sum(axis=2)
    squares[np.arange(200), np.arange(200)] = np.inf
    exact = np.argsort(squares, axis=1)[:, :10]
    shared = [len(set(a) & set(b)) for a, b in zip(exact, found.row_ids, strict=False)]
    assert np.mean(shared) > 9.5


@pytest.mark.usefixtures("_indexed")
def test_equal_rows_and_seeds_have_equal_neighbours():
    vectors = make_vectors(3000)
    first, second = find_neighbors(vectors, seed=3), find_neighbors(vectors, seed=3)
    assert (first.row_ids == second.row_ids).all()
    assert (first.distances == second.distances).all()


def test_of_equal_rows_only_as_many_are_compared_as_can_be_found(monkeypatch):
    vectors = np.repeat(make_vectors(30), 400, axis=0)
    make_index, sizes = neighbors._make_index, []

    def watched(some, seed):
        sizes.append(len(some))
        return make_index(some, seed)

    monkeypatch.setattr(neighbors, "_make_index", watched)
    found = find_neighbors(vectors, k=5, seed=0)
    assert sizes == [30 * 6]
    assert (found.distances == 0).all()
    assert (vectors[found.row_ids] == vectors[:, None]).all()
    assert not (found.row_ids == np.arange(len(vectors))[:, None]).any()


def test_copies_beside_other_rows_have_the_neighbours_that_all_pairs_say():
    vectors = make_vectors(300)
    vectors[100:140] = vectors[:40]
    vectors[200:260] = vectors[7]
    squares = ((vectors[:, None] - vectors[None]) ** 2).sum(axis=2)
    np.fill_diagonal(squares, np.inf)
    exact = np.sqrt(np.sort(squares, axis=1)[:, :10])
    assert find_neighbors(vectors, seed=0).distances == pytest.approx(exact, abs=1e-3)


def test_rows_that_only_seem_equal_are_told_apart(monkeypatch):
    class Alike:
        def integers(self, *_, size, dtype):
            return np.zeros(size, dtype)

    monkeypatch.setattr(copies.np.random, "default_rng", lambda seed: Alike())
    vectors = np.array([[1, 2], [2, 1], [1, 2], [3, 3]], dtype=np.float32)
    firsts, groups = copies.find_copies(vectors)
    assert (vectors[firsts[groups]] == vectors).all()
    assert groups[0] == groups[2]
    assert len(set(groups.tolist())) == 3
