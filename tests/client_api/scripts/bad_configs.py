import json
import os

import pandas as pd
from cleanlab_studio import Studio
from cleanlab_studio.errors import InvalidProjectConfiguration

studio = Studio(os.environ["API_KEY"])
data = pd.DataFrame(
    {
        "text": [f"word number {i} of many others here" for i in range(40)],
        "label": ["a", "b"] * 20,
        "size": [i / 7 for i in range(20)] * 2,
        "same": ["only"] * 40,
        "odd": ["Suggested Label", "b"] * 20,
    }
)
dataset_id = studio.upload_dataset(data, dataset_name="bad configurations")
said = {}
for name, modality, options in [
    ("float label", "text", {"label_column": "size"}),
    ("one class", "text", {"label_column": "same"}),
    ("no lists", "text", {"label_column": "label", "task_type": "multi-label"}),
    ("unknown column", "tabular", {"label_column": "label", "feature_columns": ["nothing"]}),
    ("image", "image", {"label_column": "label"}),
    ("reserved class", "text", {"label_column": "odd"}),
    ("words as numbers", "tabular", {"label_column": "label", "task_type": "regression"}),
]:
    try:
        studio.create_project(dataset_id, name, modality, **options)
        said[name] = "a project"
    except InvalidProjectConfiguration as error:
        said[name] = str(error)
studio.delete_dataset(dataset_id)
print(json.dumps(said))
