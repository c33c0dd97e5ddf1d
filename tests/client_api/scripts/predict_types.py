"""Integers come back as integers, truth values as truth values."""

import json
import os

import made_tables
from cleanlab_studio import Studio

studio = Studio(os.environ["API_KEY"])
found = {}
for name in ("integers", "truths"):
    rows = made_tables.TABLES[name][0](60, seed=1)
    labels, probs = studio.get_model(os.environ[name.upper()]).predict(
        rows.drop(columns="label"), return_pred_proba=True
    )
    found[name] = {
        "type": str(labels.dtype),
        "right": float((labels == rows["label"].to_numpy()).mean()),
        "columns": probs.columns.tolist(),
    }
print(json.dumps(found))
