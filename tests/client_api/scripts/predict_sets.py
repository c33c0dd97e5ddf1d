"""Lists of labels, of which one has a comma, one is a number, and some are empty."""

import json
import os

from cleanlab_studio import Studio

TEXTS = ["today sun 1", "today rain 2", "today seven 3", "today sun rain seven 4", "today 5"]
model = Studio(os.environ["API_KEY"]).get_model(os.environ["MODEL"])
labels, probs = model.predict(TEXTS, return_pred_proba=True)
only_numbers = model.predict(["today seven 3", "today seven 8", "today 5"])
print(
    json.dumps(
        {
            "type": str(labels.dtype),
            "labels": labels.tolist(),
            "probs": probs.to_dict("records"),
            "only_numbers": only_numbers.tolist(),
        }
    )
)
