"""Predicts rows, and leaves them in x.csv and what was downloaded for them in api.csv."""

import json
import os
import time
import urllib.request
from pathlib import Path

import made_tables
from cleanlab_studio.internal.api import api
from cleanlab_studio.studio.inference import Model

KEY, MODEL = os.environ["API_KEY"], os.environ["MODEL"]
rows = made_tables.make_words(40, seed=5).drop(columns="label")
rows.to_csv("x.csv", index=False)
query = api.upload_predict_batch(KEY, MODEL, Model._convert_batch_to_csv(rows))
api.start_prediction(KEY, MODEL, query)
while not (url := api.get_prediction_status(KEY, query)["results"]):
    time.sleep(1)
with urllib.request.urlopen(url) as answer:
    Path("api.csv").write_bytes(answer.read())
print(json.dumps({"url": url, "query": query}))
