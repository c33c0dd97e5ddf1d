import json
import os

from cleanlab_studio import Studio
from cleanlab_studio.errors import APIError

studio = Studio(os.environ["API_KEY"])
cleanset_id = os.environ["CLEANSET_ID"]
probabilities = studio.download_pred_probs(cleanset_id)
with_id = studio.download_pred_probs(cleanset_id, keep_id=True)
try:
    embeddings = studio.download_embeddings(cleanset_id)
    of_texts = [*embeddings.shape, str(embeddings.dtype)]
except APIError as error:
    of_texts = str(error)
print(
    json.dumps(
        {
            "columns": list(probabilities.columns),
            "shape": probabilities.shape,
            "sums": [
                float(probabilities.sum(axis=1).min()),
                float(probabilities.sum(axis=1).max()),
            ],
            "with_id": list(with_id.columns),
            "ids": with_id.iloc[:, 0].tolist(),
            "embeddings": of_texts,
        }
    )
)
