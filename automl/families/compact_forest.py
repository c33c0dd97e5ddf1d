"""Trees of scikit-learn without what only training needs, and as plain arrays on disk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.tree._tree import NODE_DTYPE, Tree

from automl.features.tabular import Numbers

MISSING = -999.0
LEAF = -1
CHUNK_ROWS = 20_000
N_SORTING_TREES = 3
# Of more classes most leaves know only a few: their shares are added up as sparse rows.
MAX_DENSE_SHARES = 8
# Of few rows, a call for each tree and share would be most of the time.
MAX_FEW_ROWS = 100


@dataclass(frozen=True)
class CompactForest:
    """Mean leaf shares of trees: a fifth to a twentieth of what scikit-learn would store.

    Nodes are numbered in the order in which they were grown, depth first, so that a left child
    is the node after its parent and need not be stored.

    Attributes
    ----------
    n_features, n_shares : columns of the input and of the answer.
    n_nodes : (T,) nodes of each tree; their arrays are concatenated below.
    features : what each node compares, -1 for a leaf.
    thresholds, right : of inner nodes: go left at or below it; else so many nodes further.
    leaf_counts : shares above zero, a leaf.
    share_columns, shares : these, leaf after leaf.
    """

    n_features: int
    n_shares: int
    n_nodes: np.ndarray
    features: np.ndarray
    thresholds: np.ndarray
    right: np.ndarray
    leaf_counts: np.ndarray
    share_columns: np.ndarray
    shares: np.ndarray

    @classmethod
    def of(cls, trees: Iterable[Any], *, is_label_wise: bool = False) -> CompactForest:
        """Take over fitted `Tree`s one by one.

        They have one output of several classes, or, label-wise, outputs of two classes each.
        """
        flat, n_features, n_shares = [], 0, 0
        for tree in trees:
            flat.append(_flatten(tree, is_label_wise))
            n_features = tree.n_features
            n_shares = tree.n_outputs if is_label_wise else tree.value.shape[2]
        arrays = {name: np.concatenate([part[name] for part in flat]) for name in flat[0]}
        arrays["features"] = arrays["features"].astype(np.min_scalar_type(-n_features - 1))
        n_nodes = np.array([len(part["features"]) for part in flat])
        return cls(n_features, n_shares, n_nodes, **arrays)

    def predict_shares(self, features: np.ndarray) -> np.ndarray:
        """(N, n_features) float32 -> (N, n_shares) float64."""
        mean = np.empty((len(features), self.n_shares))
        for start in range(0, len(features), CHUNK_ROWS):
            part = slice(start, start + CHUNK_ROWS)
            mean[part] = self._predict_chunk(features[part])
        return mean

    def save(self, path: Path) -> None:
        sizes = np.array([self.n_features, self.n_shares])
        names = [name for name in self.__dataclass_fields__ if not name.startswith("n_")]
        arrays = {name: getattr(self, name) for name in names}
        np.savez(path, sizes=sizes, n_nodes=self.n_nodes, **arrays)

    @classmethod
    def load(cls, path: Path) -> CompactForest:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files if name != "sizes"}
            n_features, n_shares = stored["sizes"].tolist()
        return cls(n_features, n_shares, **arrays)

    def _predict_chunk(self, features: np.ndarray) -> np.ndarray:
        """Rows that fall into the same leaves of the first trees are walked one after the other.

        Their way through the other trees is then easier for a processor to foresee; no row's
        answer hangs on the order.
        """
        features = np.ascontiguousarray(features)
        order = np.lexsort([tree.apply(features) for tree in self._trees[:N_SORTING_TREES]])
        mean = np.empty((len(features), self.n_shares))
        mean[order] = self._sum_shares(features[order]) / len(self._trees)
        return mean

    def _sum_shares(self, features: np.ndarray) -> np.ndarray:
        starts = np.cumsum(self.n_nodes) - self.n_nodes
        leaves = (
            tree.apply(features) + start for tree, start in zip(self._trees, starts, strict=True)
        )
        if self.n_shares > MAX_DENSE_SHARES:
            return self._sum_sparse_shares(np.column_stack(list(leaves)))
        if len(features) <= MAX_FEW_ROWS:
            found_shares = self._dense_shares[:, np.stack(list(leaves))]
            # As below, tree after tree: `sum` would add in another order.
            return np.cumsum(found_shares, axis=1, dtype=np.float64)[:, -1].T
        summed = np.zeros((self.n_shares, len(features)))
        for found in leaves:
            for total, shares in zip(summed, self._dense_shares, strict=True):
                total += shares.take(found)
        return summed.T

    def _sum_sparse_shares(self, leaves: np.ndarray) -> np.ndarray:
        n_rows, n_trees = leaves.shape
        ends = np.arange(n_rows + 1) * n_trees
        shape = (n_rows, len(self.features))
        hits = sp.csr_matrix((np.ones(leaves.size), leaves.ravel(), ends), shape=shape)
        summed: np.ndarray = (hits @ self._node_shares).toarray()
        return summed

    @cached_property
    def _trees(self) -> list[Any]:
        is_inner = self.features != LEAF
        nodes = np.zeros(len(self.features), dtype=NODE_DTYPE)
        nodes["left_child"] = nodes["right_child"] = -1
        places = np.concatenate([np.arange(n) for n in self.n_nodes])[is_inner]
        nodes["left_child"][is_inner] = places + 1
        nodes["right_child"][is_inner] = places + self.right
        nodes["feature"] = self.features
        nodes["threshold"][is_inner] = self.thresholds
        parts = np.split(nodes, np.cumsum(self.n_nodes)[:-1])
        return [_build_tree(part, self.n_features) for part in parts]

    @cached_property
    def _dense_shares(self) -> np.ndarray:
        """(n_shares, all nodes) float32."""
        return self._node_shares.toarray().T.astype(np.float32, order="C")

    @cached_property
    def _node_shares(self) -> sp.csr_matrix:
        """(all nodes, n_shares): inner nodes have none."""
        counts = np.zeros(len(self.features) + 1, dtype=np.int64)
        counts[1:][self.features == LEAF] = self.leaf_counts
        return sp.csr_matrix(
            (self.shares.astype(np.float64), self.share_columns, np.cumsum(counts)),
            shape=(len(self.features), self.n_shares),
        )


def fill_missing(X: Numbers) -> np.ndarray:
    """(N, n) float32 for trees that know no missing numbers: codes, numbers, hashed words."""
    dense = np.where(np.isnan(X.dense), MISSING, X.dense)
    if X.words.shape[1] == 0:
        return dense.astype(np.float32)
    return np.hstack([dense, X.words.toarray()]).astype(np.float32)


def _flatten(tree: Any, is_label_wise: bool) -> dict[str, np.ndarray]:
    is_leaf = tree.children_left < 0
    inner = np.flatnonzero(~is_leaf)
    if not np.array_equal(tree.children_left[inner], inner + 1):
        raise ValueError("the tree was not grown depth first")
    values = tree.value[is_leaf]
    shares = sp.csr_matrix(values[:, :, 1] if is_label_wise else values[:, 0])
    return {
        "features": np.where(is_leaf, LEAF, tree.feature),
        "thresholds": _round_down(tree.threshold[inner]),
        "right": (tree.children_right[inner] - inner).astype(np.int32),
        "leaf_counts": np.diff(shares.indptr).astype(np.uint16),
        "share_columns": shares.indices.astype(np.uint16),
        "shares": shares.data.astype(np.float32),
    }


def _round_down(thresholds: np.ndarray) -> np.ndarray:
    """To 32 bits, as features are: x <= threshold says the same of every one of them."""
    rounded = thresholds.astype(np.float32)
    return np.where(rounded > thresholds, np.nextafter(rounded, np.float32(-np.inf)), rounded)


def _build_tree(nodes: np.ndarray, n_features: int) -> Any:
    tree = Tree(n_features, np.array([1], dtype=np.intp), 1)
    # Only `apply` is used, so neither depth nor values matter.
    values = np.zeros((len(nodes), 1, 1))
    state = {"max_depth": 0, "node_count": len(nodes), "nodes": nodes, "values": values}
    tree.__setstate__(state)
    return tree
