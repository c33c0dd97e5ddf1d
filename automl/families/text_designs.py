"""Designs of linear estimators on texts: which views they read, side by side."""

from __future__ import annotations

import scipy.sparse as sp

from automl.features.spaces import TextFeatures


def all_terms(X: TextFeatures) -> sp.csr_matrix:
    return sp.hstack([X.words, X.letters], format="csr")


def terms_and_meaning(X: TextFeatures) -> sp.csr_matrix:
    """All blocks side by side; a row of each has length 1, so that they weigh the same."""
    return sp.hstack([X.words, X.letters, sp.csr_matrix(X.meaning)], format="csr")
