"""A project of questions to a bank, of which one label in five is wrong; prints its cleanset.

One row in three is kept back, with the labels that are right, in rest.csv.
"""

import json
import os

import numpy as np
import pandas as pd
from cleanlab_studio import Studio

rng = np.random.default_rng(0)
rows = pd.read_csv(os.environ["SAMPLE"])
is_kept_back = rng.random(len(rows)) < 1 / 3
rows[is_kept_back].to_csv("rest.csv", index=False)
rows = rows[~is_kept_back].reset_index(drop=True)
classes = sorted(rows["label"].unique())
for i in np.flatnonzero(rng.random(len(rows)) < 0.2):
    rows.loc[i, "label"] = rng.choice([name for name in classes if name != rows.loc[i, "label"]])

studio = Studio(os.environ["API_KEY"])
dataset = studio.upload_dataset(rows, "flipped")
project = studio.create_project(
    dataset, "flipped", "text", model_type="fast", label_column="label", text_column="text"
)
cleanset = studio.get_latest_cleanset_id(project)
studio.wait_until_cleanset_ready(cleanset, timeout=600)
print(json.dumps(cleanset))
