"""Batches that cannot be predicted: what the client says of each, and after how long."""

import json
import os
import time

import made_tables
import pandas as pd
from cleanlab_studio import Studio
from cleanlab_studio.internal.api import api

KEY, TEXTS, WORDS = (os.environ[name] for name in ("API_KEY", "TEXTS", "WORDS"))
studio = Studio(KEY)
texts, table = studio.get_model(TEXTS), studio.get_model(WORDS)
rows = made_tables.make_words(5).drop(columns="label")


def start_before_uploading():
    query = api.requests.post(
        f"{api.model_base_url}/{WORDS}/upload", headers=api._construct_headers(KEY)
    ).json()["query_id"]
    api.start_prediction(KEY, WORDS, query)


calls = {
    "no texts": lambda: texts.predict([]),
    "no rows": lambda: table.predict(rows[:0]),
    "no columns": lambda: table.predict(pd.DataFrame(index=range(5))),
    "other columns": lambda: table.predict(rows.add_prefix("my ")),
    "another spelling": lambda: table.predict(rows.rename(columns=str.upper)),
    "a column twice": lambda: table.predict(pd.concat([rows, rows["age"]], axis=1)),
    "texts for a table": lambda: table.predict(["red", "green"]),
    "a table for texts": lambda: texts.predict(rows),
    "nothing uploaded": start_before_uploading,
}
said = {}
for name, call in calls.items():
    begun = time.monotonic()
    try:
        said[name] = [f"returned {call()}", 0]
    except Exception as error:
        said[name] = [f"{type(error).__name__}: {error}", time.monotonic() - begun]
print(json.dumps(said))
