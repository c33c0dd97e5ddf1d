"""Tables that scripts train models on, small and easy to learn."""

import numpy as np
import pandas as pd

WORDS = {
    "refund": ["money back", "refund", "return my order", "cancel the payment"],
    "delivery": ["parcel", "delivery", "courier", "shipping"],
    "account": ["password", "log in", "my account", "user name"],
}


def make_texts(n=120, seed=0):
    """The text column is not called `text`; texts have commas, quotes and line breaks."""
    rng = np.random.default_rng(seed)
    kinds = rng.choice(sorted(WORDS), n)
    forms = ["please help: {}, number {}", 'about the "{}"\nnumber {}', "{} {} ?"]
    texts = [
        forms[i % 3].format(rng.choice(WORDS[kind]), rng.integers(1000))
        for i, kind in enumerate(kinds)
    ]
    return pd.DataFrame({"customer message": texts, "label": kinds})


def make_numbers(n=120, seed=0):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"size": rng.normal(size=n).round(3), "age": rng.integers(1, 90, n)})
    table["colour"] = rng.choice(["red", "green", "blue"], n)
    return table, table["size"] * 40 + table["age"]


def make_words(n=120, seed=0):
    table, score = make_numbers(n, seed)
    return table.assign(label=np.where(score > 45, "large", "small"))


def make_integers(n=120, seed=0):
    table, score = make_numbers(n, seed)
    return table.assign(label=np.where(score > 60, 10, np.where(score > 25, 2, 1)))


def make_truths(n=120, seed=0):
    table, score = make_numbers(n, seed)
    return table.assign(label=score > 45)


def make_sets(n=200, seed=0):
    """A class with a comma in it, one that is a number, and rows with no label."""
    rng = np.random.default_rng(seed)
    names = ["warm", '"cold, wet"', "7"]
    words = np.array(["sun", "rain", "seven"])
    chosen = rng.random((n, 3)) < 0.45
    texts = [" ".join(["today", *words[row], str(i)]) for i, row in enumerate(chosen)]
    labels = [",".join(np.array(names)[row]) for row in chosen]
    return pd.DataFrame({"text": texts, "label": labels})


# Of each: what makes it, and what the client is told of it.
TABLES = {
    "texts": (make_texts, {"modality": "text", "text_column": "customer message"}),
    "words": (make_words, {"modality": "tabular"}),
    "integers": (make_integers, {"modality": "tabular"}),
    "truths": (make_truths, {"modality": "tabular"}),
    "sets": (make_sets, {"modality": "text", "task_type": "multi-label", "text_column": "text"}),
}
