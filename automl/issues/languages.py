"""Texts that are not English, and what they are; py3langid tells."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from automl.issues.thresholds import NON_ENGLISH, NON_ENGLISH_SHORT, SHORT_TEXT_LETTERS

ENGLISH = "en"
MAX_CHARS = 2_000
# Of fewer letters nobody can tell: "ok" and "hi" are words of many languages.
MIN_LETTERS = 8
# Writing systems that show the language, or its family, in one character, need fewer.
FIRST_OTHER_SCRIPT = "\u0370"


class Judgement(NamedTuple):
    score: float
    is_other: bool
    language: str


def find_other_languages(texts: Sequence[str]) -> pa.Table:
    """By groups of bytes that are frequent in 140 languages (Lui and Baldwin, 2012).

    Returns
    -------
    is_non_english; non_english_score: the probability that the text is not English, 0 for texts
    of fewer than 8 letters in Latin script; predicted_language: its ISO 639-1 code, null where it
    is English or cannot be told. Fewer than 25 Latin letters are not English from .99 on.
    """
    found = {text: _judge(text) for text in set(texts)}
    rows = [found[text] for text in texts]
    languages = [row.language if row.is_other else None for row in rows]
    return pa.table(
        {
            "is_non_english": np.array([row.is_other for row in rows], dtype=bool),
            "non_english_score": np.array([row.score for row in rows], dtype=np.float64),
            "predicted_language": pa.array(languages, pa.string()),
        }
    )


def _judge(text: str) -> Judgement:
    read = text[:MAX_CHARS]
    letters = [letter for letter in read if letter.isalpha()]
    is_latin = all(letter < FIRST_OTHER_SCRIPT for letter in letters)
    if is_latin and len(letters) < MIN_LETTERS:
        return Judgement(0.0, False, ENGLISH)
    ranked = _identifier().rank(read)
    english = next(prob for language, prob in ranked if language == ENGLISH)
    likeliest = next(language for language, _ in ranked if language != ENGLISH)
    score = round(1 - float(english), 6)
    is_short = is_latin and len(letters) < SHORT_TEXT_LETTERS
    return Judgement(score, score > (NON_ENGLISH_SHORT if is_short else NON_ENGLISH), likeliest)


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
