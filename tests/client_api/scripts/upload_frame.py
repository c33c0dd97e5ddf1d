import json
import os

import pandas as pd
from cleanlab_studio import Studio

studio = Studio(os.environ["API_KEY"])
n_rows, long = int(os.environ["ROWS"]), "a long review " * int(os.environ["WORDS"])
odd = ["“schön”, said Ōe 😀", 'two\nlines, "quoted"', "", None, " ends with spaces "]
frame = pd.DataFrame(
    {
        "text": [odd[i] if i < len(odd) else f"{i} {long}" for i in range(n_rows)],
        "label": [i % 2 for i in range(n_rows)],
        "stars": [None if i == 1 else i % 5 for i in range(n_rows)],
        "day": pd.date_range("2024-03-31", periods=n_rows, freq="h"),
    }
)
dataset_id = studio.upload_dataset(
    frame, "reviews", schema_overrides=[{"name": "label", "column_type": "string"}]
)
found = studio.poll_dataset_id_for_name("reviews", timeout=30)
print(json.dumps({"dataset_id": dataset_id, "found": found, "odd": odd}))
