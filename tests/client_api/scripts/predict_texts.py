"""Texts in every form that the client takes, with what a CSV file finds difficult."""

import json
import os

import numpy as np
import pandas as pd
from cleanlab_studio import Studio

TEXTS = [
    "where is my parcel, please?",
    'I want a "refund"',
    "my password\nis lost",
    "",
    " ",
    "line\r\nbreak, and 'quotes'",
    "ünïcödé 你好",
    "NA",
]
model = Studio(os.environ["API_KEY"]).get_model(os.environ["MODEL"])
labels, probs = model.predict(TEXTS, return_pred_proba=True)
same = [model.predict(other).tolist() for other in (np.array(TEXTS), pd.Series(TEXTS))]
frame = model.predict(pd.DataFrame({"customer message": TEXTS}))
print(
    json.dumps(
        {
            "labels": labels.tolist(),
            "columns": probs.columns.tolist(),
            "likeliest": probs.idxmax(axis=1).tolist(),
            "sums": probs.sum(axis=1).tolist(),
            "others": [*same, frame.tolist()],
        }
    )
)
