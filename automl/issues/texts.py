"""What can be said of a text by looking at it alone: whether it is empty, and how long it is."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa


def measure_texts(texts: Sequence[str]) -> pa.Table:
    """is_empty_text: nothing but spaces; text_num_characters: all of them counted."""
    return pa.table(
        {
            "is_empty_text": [not text.strip() for text in texts],
            "text_num_characters": pa.array([len(text) for text in texts], pa.int64()),
        }
    )
