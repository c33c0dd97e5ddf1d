"""Made-up data sets: many rows, many texts, and ordinary ones to predict many rows with."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

N_TABULAR, N_TABULAR_TEST = 1_000_000, 100_000
N_TEXTS, N_TEXTS_TEST = 100_000, 10_000
# For prediction speed: an ordinary training, and rows to predict that last.
N_ORDINARY, N_SERVED = 30_000, 100_000
N_ORDINARY_TEXTS, N_SERVED_TEXTS = 5_000, 2_000
N_NUMBERS, N_CATEGORIES = 14, 6
N_WORDS, N_TOPICS = 20_000, 20
SEED = 20_240
LABEL = "label"


def write_scale_sets(folder: Path) -> None:
    """Write what is not there yet; the same rows every time."""
    _write(folder / "scale_tabular", make_table, N_TABULAR, N_TABULAR_TEST, "tabular")
    _write(folder / "scale_text", make_texts, N_TEXTS, N_TEXTS_TEST, "text")


def write_serving_sets(folder: Path) -> None:
    """The same kinds of rows for `bench-serving`."""
    _write(folder / "serving_tabular", make_table, N_ORDINARY, N_SERVED, "tabular", "serving")
    _write(folder / "serving_text", make_texts, N_ORDINARY_TEXTS, N_SERVED_TEXTS, "text", "serving")


def make_table(n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """20 columns, 3 classes: a noisy function of some numbers, categories and their products."""
    numbers = rng.normal(size=(n_rows, N_NUMBERS)).round(4)
    codes = rng.integers(0, 12, size=(n_rows, N_CATEGORIES))
    effects = rng.normal(size=(12, 3))
    logits = effects[codes[:, 0]] + effects[codes[:, 1]][:, ::-1]
    logits[:, 0] += numbers[:, 0] * numbers[:, 1]
    logits[:, 1] += np.abs(numbers[:, 2]) + numbers[:, 3]
    labels = (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)
    table = pd.DataFrame(numbers, columns=[f"number_{i}" for i in range(N_NUMBERS)])
    for i in range(N_CATEGORIES):
        table[f"category_{i}"] = np.array([f"value {k}" for k in range(12)])[codes[:, i]]
    table[LABEL] = np.array(["low", "middle", "high"])[labels]
    return table


def make_texts(n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
    """About 20 words each, common ones and some of the topic, which is the label."""
    words = np.array([f"w{i:x}" for i in rng.permutation(N_WORDS)])
    topics = rng.integers(0, N_TOPICS, size=n_rows)
    lengths = rng.integers(8, 33, size=n_rows)
    common = np.minimum(rng.zipf(1.3, size=lengths.sum()), N_WORDS) - 1
    topical = rng.integers(0, 200, size=len(common)) * N_TOPICS + np.repeat(topics, lengths)
    drawn = words[np.where(rng.random(len(common)) < 0.1, topical, common)]
    texts = [" ".join(part) for part in np.split(drawn, np.cumsum(lengths)[:-1])]
    return pd.DataFrame({"text": texts, LABEL: [f"topic {k}" for k in topics]})


def _write(
    folder: Path,
    make: Callable[[int, np.random.Generator], pd.DataFrame],
    n_train: int,
    n_test: int,
    modality: str,
    suite: str = "scale",
) -> None:
    if (folder / "meta.json").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    rows = make(n_train + n_test, np.random.default_rng(SEED))
    rows[:n_train].to_csv(folder / "train.csv", index=False)
    rows[n_train:].to_csv(folder / "test.csv", index=False)
    meta = {
        "name": folder.name,
        "task": "multi-class",
        "modality": modality,
        "suite": suite,
        "label_column": LABEL,
    }
    # Written last: a folder without it is an interrupted one.
    (folder / "meta.json").write_text(json.dumps(meta, indent=1))
