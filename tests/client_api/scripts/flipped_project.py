"""A project of texts of which one label in five is wrong; prints its cleanset."""

import json
import os

import made_tables
from cleanlab_studio import Studio

studio = Studio(os.environ["API_KEY"])
make, setup = made_tables.TABLES["flipped"]
dataset = studio.upload_dataset(make().drop(columns="truth"), "flipped")
project = studio.create_project(
    dataset, "flipped", model_type="fast", label_column="label", **setup
)
cleanset = studio.get_latest_cleanset_id(project)
studio.wait_until_cleanset_ready(cleanset, timeout=600)
print(json.dumps(cleanset))
