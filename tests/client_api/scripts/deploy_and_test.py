"""Deploys a cleanset of `made_tables.make_flipped_texts` and predicts rows whose truth is known."""

import json
import os

import made_tables
from cleanlab_studio import Studio

studio = Studio(os.environ["API_KEY"])
model = studio.deploy_model(os.environ["CLEANSET"], "of corrected labels")
studio.wait_until_model_ready(model, timeout=600)
rows = made_tables.make_texts(2_000, seed=7)
labels = studio.get_model(model).predict(rows["customer message"])
print(json.dumps({"model": model, "right": float((labels == rows["label"].to_numpy()).mean())}))
