"""50,000 rows by a model of the default set."""

import json
import os
import time

import made_tables
from cleanlab_studio import Studio

studio = Studio(os.environ["API_KEY"])
dataset = studio.upload_dataset(made_tables.make_words(600), "many")
project = studio.create_project(dataset, "many", "tabular", label_column="label")
cleanset = studio.get_latest_cleanset_id(project)
studio.wait_until_cleanset_ready(cleanset, timeout=600)
model = studio.deploy_model(cleanset, "many")
studio.wait_until_model_ready(model, timeout=600)
rows = made_tables.make_words(50_000, seed=3)
begun = time.monotonic()
labels = studio.get_model(model).predict(rows.drop(columns="label"))
print(
    json.dumps(
        {
            "rows": len(labels),
            "right": float((labels == rows["label"].to_numpy()).mean()),
            "seconds": time.monotonic() - begun,
        }
    )
)
