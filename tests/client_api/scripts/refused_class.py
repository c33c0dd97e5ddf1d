"""A label that is called like the column of predicted labels."""

import json
import os

import made_tables
from cleanlab_studio import Studio

studio = Studio(os.environ["API_KEY"])
rows = made_tables.make_words(60)
rows.loc[:20, "label"] = "Suggested Label"
dataset = studio.upload_dataset(rows, "reserved")
try:
    studio.create_project(dataset, "reserved", "tabular", label_column="label")
    print(json.dumps("made"))
except Exception as error:
    print(json.dumps(f"{type(error).__name__}: {error}"))
