"""Texts that are not English, and what they are; py3langid tells."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pyarrow as pa
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from automl.issues.thresholds import NON_ENGLISH

ENGLISH = "en"
MAX_CHARS = 2_000
# Of fewer letters nobody can tell: "ok" and "hi" are words of many languages.
MIN_LETTERS = 8
# Writing systems that show the language, or its family, in one character, need fewer.
FIRST_OTHER_SCRIPT = "\u0370"


def find_other_languages(texts: Sequence[str]) -> pa.Table:
    """By groups of bytes that are frequent in 140 languages (Lui and Baldwin, 2012).

    Returns
    -------
    is_non_english; non_english_score: the probability that the text is not English, 0 for texts
    of fewer than 8 letters in Latin script; predicted_language: its ISO 639-1 code, null where it
    is English or cannot be told.
    """
    found = {text: _judge(text) for text in set(texts)}
    score = np.array([found[text][0] for text in texts], dtype=np.float64)
    is_other = score > NON_ENGLISH
    languages = [
        found[text][1] if other else None for text, other in zip(texts, is_other, strict=True)
    ]
    return pa.table(
        {
            "is_non_english": is_other,
            "non_english_score": score,
            "predicted_language": pa.array(languages, pa.string()),
        }
    )


def _judge(text: str) -> tuple[float, str]:
    read = text[:MAX_CHARS]
    letters = [letter for letter in read if letter.isalpha()]
    if len(letters) < MIN_LETTERS and all(letter < FIRST_OTHER_SCRIPT for letter in letters):
        return 0.0, ENGLISH
    ranked = _identifier().rank(read)
    english = next(prob for language, prob in ranked if language == ENGLISH)
    likeliest = next(language for language, _ in ranked if language != ENGLISH)
    return round(1 - float(english), 6), likeliest


@cache
def _identifier() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
