"""Every method with an id, called with ids of somebody else; what each says, by its name."""

import json
import os

import pandas as pd
from cleanlab_studio import Studio
from cleanlab_studio.internal.api import api

KEY, IDS = os.environ["API_KEY"], json.loads(os.environ["IDS"])
dataset, project, cleanset, model, query = (
    IDS[name] for name in ("dataset", "project", "cleanset", "model", "query")
)
studio = Studio(KEY)
frame = pd.DataFrame({"label": ["a"]})
calls = {
    "create_project": lambda: studio.create_project(dataset, "x", "tabular"),
    "delete_dataset": lambda: studio.delete_dataset(dataset),
    "delete_project": lambda: studio.delete_project(project),
    "get_latest_cleanset_id": lambda: studio.get_latest_cleanset_id(project),
    "wait_until_cleanset_ready": lambda: studio.wait_until_cleanset_ready(cleanset, timeout=20),
    "download_cleanlab_columns": lambda: studio.download_cleanlab_columns(cleanset),
    "apply_corrections": lambda: studio.apply_corrections(cleanset, frame),
    "download_pred_probs": lambda: studio.download_pred_probs(cleanset),
    "download_embeddings": lambda: studio.download_embeddings(cleanset),
    "deploy_model": lambda: studio.deploy_model(cleanset, "x"),
    "wait_until_model_ready": lambda: studio.wait_until_model_ready(model, timeout=20),
    "get_model": lambda: studio.get_model(model),
    "get_label_column_of_project": lambda: api.get_label_column_of_project(KEY, project),
    "get_project_of_cleanset": lambda: api.get_project_of_cleanset(KEY, cleanset),
    "get_dataset_of_project": lambda: api.get_dataset_of_project(KEY, project),
    "get_dataset_details": lambda: api.get_dataset_details(KEY, dataset, None),
    "update_schema": lambda: api.update_schema(KEY, dataset, []),
    "start_prediction": lambda: api.start_prediction(KEY, model, query),
    "get_prediction_status": lambda: api.get_prediction_status(KEY, query),
}
said = {}
for name, call in calls.items():
    try:
        said[name] = f"returned {call()}"
    except Exception as error:
        said[name] = f"{type(error).__name__}: {error}"
print(json.dumps(said))
