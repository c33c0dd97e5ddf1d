"""From DataFrames to models that are ready, side by side; ids of what was made, by table."""

import json
import os

import made_tables
from cleanlab_studio import Studio

studio = Studio(os.environ["API_KEY"])
made = {}
for name in os.environ["TABLES"].split():
    make, setup = made_tables.TABLES[name]
    dataset = studio.upload_dataset(make(), name)
    project = studio.create_project(dataset, name, model_type="fast", label_column="label", **setup)
    made[name] = {"dataset": dataset, "project": project}
for name, ids in made.items():
    ids["cleanset"] = studio.get_latest_cleanset_id(ids["project"])
    studio.wait_until_cleanset_ready(ids["cleanset"], timeout=400)
    ids["model"] = studio.deploy_model(ids["cleanset"], f"model of {name}")
for ids in made.values():
    studio.wait_until_model_ready(ids["model"], timeout=400)
print(json.dumps(made))
