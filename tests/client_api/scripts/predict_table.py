"""The same rows in frames of different shapes; then one that lacks a column."""

import json
import os
import time

import made_tables
import pandas as pd
from cleanlab_studio import Studio
from cleanlab_studio.errors import APIError

rows = made_tables.make_words(50, seed=1)
features = rows.drop(columns="label")
model = Studio(os.environ["API_KEY"]).get_model(os.environ["MODEL"])
frames = {
    "plain": features,
    "shuffled": features[["colour", "age", "size"]],
    "labelled": rows,
    "named": features.set_axis([f"row {i}" for i in range(50)]),
    "dated": features.set_axis(pd.date_range("2024-01-01", periods=50)),
    "filtered": features[::2],
}
predicted = {name: model.predict(frame).tolist() for name, frame in frames.items()}
begun = time.monotonic()
try:
    model.predict(features.drop(columns="colour"))
    refusal = None
except APIError as error:
    refusal = str(error)
print(
    json.dumps(
        {
            "predicted": predicted,
            "right": (model.predict(features) == rows["label"]).mean(),
            "refusal": refusal,
            "seconds": time.monotonic() - begun,
        }
    )
)
