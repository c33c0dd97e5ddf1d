"""Texts as sparse features: counted once, weighted anew for each set of training rows."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer

from automl.limits import MAX_TEXT_CHARS

MAX_TERMS = 200_000
# Kana and Chinese characters are written without spaces: each is a token.
_ALONE = r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"
TOKEN = rf"{_ALONE}|(?:(?!{_ALONE})\w)+|[^\w\s]"
# Where a text begins and ends, as words of their own: a first word says more than the same word
# elsewhere. People do not type these characters.
BEGINNING, END = "\x02", "\x03"

WORDS, LETTERS = "words", "letters"
KINDS = (WORDS, LETTERS)


class TextCounter:
    """Term counts of texts, of one kind.

    `words`: words, marks, where a text begins and ends, and pairs of these; `letters`: groups of
    2 to 5 letters within words. The vocabulary holds terms that occur in at least two of the
    texts it is built from. Counting
    says nothing about labels, so it may see all rows; which terms are used and how they are
    weighted is decided by `TermWeights` from training rows alone (docs/decisions/0006).
    """

    def __init__(self, kind: str, *, terms: list[str] | None = None) -> None:
        self.kind = kind
        self._vectorizer = _word_vectorizer() if kind == WORDS else _letter_vectorizer()
        if terms is not None:
            self._vectorizer.vocabulary = {term: i for i, term in enumerate(terms)}

    def fit_transform(self, texts: list[str]) -> sp.csr_matrix:
        """Learn the vocabulary and count: (N, n_terms) float32."""
        try:
            return self._vectorizer.fit_transform(self._read(texts))
        except ValueError:
            # scikit-learn refuses an empty vocabulary; here it is a matrix without columns.
            self._vectorizer.vocabulary = {}
            return sp.csr_matrix((len(texts), 0), dtype=np.float32)

    def transform(self, texts: list[str]) -> sp.csr_matrix:
        if not self._vocabulary:
            return sp.csr_matrix((len(texts), 0), dtype=np.float32)
        return self._vectorizer.transform(self._read(texts))

    @property
    def terms(self) -> list[str]:
        """The vocabulary in column order."""
        return sorted(self._vocabulary, key=self._vocabulary.__getitem__)

    @property
    def _vocabulary(self) -> dict[str, int]:
        fitted = getattr(self._vectorizer, "vocabulary_", None)
        return (fitted if fitted is not None else self._vectorizer.vocabulary) or {}

    def keep(self, columns: np.ndarray) -> TextCounter:
        """The same counter with only the given columns, in their order."""
        terms = self.terms
        return TextCounter(self.kind, terms=[terms[column] for column in columns])

    def _read(self, texts: list[str]) -> Iterable[str]:
        if self.kind == LETTERS:
            return texts
        return (f"{BEGINNING} {text} {END}" for text in texts)


class TermWeights:
    """Sublinear term frequency x inverse document frequency, rows of length 1 (Salton, 1988).

    Attributes
    ----------
    columns_ : terms that occur in at least `min_rows` of the training rows, and not in all.
    idf_ : (len(columns_),) float32
    """

    def __init__(self, *, min_rows: int = 2) -> None:
        self.min_rows = min_rows

    def fit(self, counts: sp.csr_matrix) -> TermWeights:
        n_rows = counts.shape[0]
        in_rows = np.bincount(counts.indices, minlength=counts.shape[1])
        needed = self.min_rows if n_rows >= 20 else 1
        self.columns_ = np.flatnonzero((in_rows >= needed) & (in_rows < n_rows))
        self.idf_ = (np.log((1 + n_rows) / (1 + in_rows[self.columns_])) + 1).astype(np.float32)
        return self

    def transform(self, counts: sp.csr_matrix) -> sp.csr_matrix:
        return weigh_terms(counts[:, self.columns_], self.idf_)


def weigh_terms(counts: sp.csr_matrix, idf: np.ndarray) -> sp.csr_matrix:
    """In the place of the counts, which of many texts take hundreds of megabytes."""
    weights = counts.data
    np.log(weights, out=weights)
    weights += 1
    weights *= idf[counts.indices]
    squares = sp.csr_matrix((weights * weights, counts.indices, counts.indptr), counts.shape)
    lengths = np.sqrt(np.asarray(squares.sum(axis=1)).ravel())
    scale = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    weights *= np.repeat(scale.astype(np.float32), np.diff(counts.indptr))
    return counts


def show_term(term: str) -> str:
    """A word, or a pair, as people can read it."""
    return term.replace(BEGINNING, "[beginning]").replace(END, "[end]")


def read_texts(column: pa.ChunkedArray | pa.Array) -> list[str]:
    """Cells as text, null as "", very long ones cut."""
    return [(cell or "")[:MAX_TEXT_CHARS] for cell in column.to_pylist()]


def _word_vectorizer() -> CountVectorizer:
    return CountVectorizer(
        ngram_range=(1, 2),
        min_df=2,
        max_features=MAX_TERMS // 2,
        token_pattern=TOKEN,
        dtype=np.float32,
    )


def _letter_vectorizer() -> CountVectorizer:
    return CountVectorizer(
        analyzer="char_wb",
        ngram_range=(2, 5),
        min_df=2,
        max_features=MAX_TERMS // 2,
        dtype=np.float32,
    )
