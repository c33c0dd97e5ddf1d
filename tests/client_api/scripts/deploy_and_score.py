"""Deploys the cleanset of `flipped_project.py`, and predicts the rows that it kept back."""

import json
import os

import pandas as pd
from cleanlab_studio import Studio

studio = Studio(os.environ["API_KEY"])
model = studio.deploy_model(os.environ["CLEANSET"], "of corrected labels")
studio.wait_until_model_ready(model, timeout=600)
rows = pd.read_csv("rest.csv")
labels = studio.get_model(model).predict(rows["text"])
print(json.dumps({"model": model, "right": float((labels == rows["label"].to_numpy()).mean())}))
