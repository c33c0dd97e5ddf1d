"""Texts as sparse features: counted once, weighted anew for each set of training rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer

MAX_TERMS = 200_000
MAX_TEXT_CHARS = 10_000


class TextCounter:
    """Term counts of texts: words and pairs of words, and letter groups within words.

    The vocabulary holds terms that occur in at least two of the texts it is built from. Counting
    says nothing about labels, so it may see all rows; which terms are used and how they are
    weighted is decided by `TermWeights` from training rows alone (docs/decisions/0006).
    """

    def __init__(self, *, vocabularies: list[dict[str, int]] | None = None) -> None:
        self._vectorizers = [_word_vectorizer(), _char_vectorizer()]
        for vectorizer, vocabulary in zip(self._vectorizers, vocabularies or [], strict=False):
            vectorizer.vocabulary = vocabulary

    def fit_transform(self, texts: list[str]) -> sp.csr_matrix:
        """Learn the vocabulary and count: (N, n_terms) float32."""
        parts = [_fit_counts(vectorizer, texts) for vectorizer in self._vectorizers]
        return sp.hstack(parts, format="csr", dtype=np.float32)

    def transform(self, texts: list[str]) -> sp.csr_matrix:
        parts = [_counts(vectorizer, texts) for vectorizer in self._vectorizers]
        return sp.hstack(parts, format="csr", dtype=np.float32)

    @property
    def terms(self) -> list[list[str]]:
        """The vocabulary of each part, in column order."""
        return [sorted(_vocabulary(v), key=_vocabulary(v).__getitem__) for v in self._vectorizers]

    @classmethod
    def from_terms(cls, terms: list[list[str]]) -> TextCounter:
        return cls(vocabularies=[{term: i for i, term in enumerate(part)} for part in terms])

    def keep(self, columns: np.ndarray) -> TextCounter:
        """The same counter with only the given columns, in their order."""
        flat = [(i, term) for i, part in enumerate(self.terms) for term in part]
        kept: list[list[str]] = [[] for _ in self._vectorizers]
        for column in columns:
            part, term = flat[column]
            kept[part].append(term)
        return TextCounter.from_terms(kept)


class TermWeights:
    """Sublinear term frequency x inverse document frequency, rows of length 1 (Salton, 1988).

    Attributes
    ----------
    columns_ : terms that occur in at least `min_rows` of the training rows.
    idf_ : (len(columns_),) float32
    """

    def __init__(self, *, min_rows: int = 2) -> None:
        self.min_rows = min_rows

    def fit(self, counts: sp.csr_matrix) -> TermWeights:
        n_rows = counts.shape[0]
        in_rows = np.bincount(counts.indices, minlength=counts.shape[1])
        needed = self.min_rows if n_rows >= 20 else 1
        self.columns_ = np.flatnonzero(in_rows >= needed)
        self.idf_ = (np.log((1 + n_rows) / (1 + in_rows[self.columns_])) + 1).astype(np.float32)
        return self

    def transform(self, counts: sp.csr_matrix) -> sp.csr_matrix:
        return weigh_terms(counts[:, self.columns_], self.idf_)


def weigh_terms(counts: sp.csr_matrix, idf: np.ndarray) -> sp.csr_matrix:
    weighted = sp.csr_matrix(counts, copy=True, dtype=np.float32)
    np.log(weighted.data, out=weighted.data)
    weighted.data += 1
    weighted.data *= idf[weighted.indices]
    lengths = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    scale = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    weighted.data *= np.repeat(scale, np.diff(weighted.indptr)).astype(np.float32)
    return weighted


def read_texts(column: pa.ChunkedArray | pa.Array) -> list[str]:
    """Cells as text, null as "", very long ones cut (a model learns nothing from their tail)."""
    return [(cell or "")[:MAX_TEXT_CHARS] for cell in column.to_pylist()]


def _word_vectorizer() -> CountVectorizer:
    return CountVectorizer(
        ngram_range=(1, 2),
        min_df=2,
        max_features=MAX_TERMS // 2,
        token_pattern=r"\w+",
        dtype=np.float32,
    )


def _char_vectorizer() -> CountVectorizer:
    return CountVectorizer(
        analyzer="char_wb",
        ngram_range=(3, 4),
        min_df=2,
        max_features=MAX_TERMS // 2,
        dtype=np.float32,
    )


def _fit_counts(vectorizer: CountVectorizer, texts: list[str]) -> sp.csr_matrix:
    """scikit-learn refuses an empty vocabulary; here it is a matrix without columns."""
    try:
        return vectorizer.fit_transform(texts)
    except ValueError:
        vectorizer.vocabulary = {}
        return sp.csr_matrix((len(texts), 0), dtype=np.float32)


def _counts(vectorizer: CountVectorizer, texts: list[str]) -> sp.csr_matrix:
    if not _vocabulary(vectorizer):
        return sp.csr_matrix((len(texts), 0), dtype=np.float32)
    return vectorizer.transform(texts)


def _vocabulary(vectorizer: CountVectorizer) -> dict[str, Any]:
    fitted = getattr(vectorizer, "vocabulary_", None)
    return fitted if fitted is not None else (vectorizer.vocabulary or {})
