import json
import os

import pandas as pd
from cleanlab_studio import Studio

studio = Studio(os.environ["API_KEY"])
data = pd.read_csv(os.environ["DATA"])
dataset_id = studio.upload_dataset(data, dataset_name=os.environ["NAME"])
project_id = studio.create_project(
    dataset_id=dataset_id,
    project_name=os.environ["NAME"],
    modality=os.environ["MODALITY"],
    model_type="fast",
)
cleanset_id = studio.get_latest_cleanset_id(project_id)
studio.wait_until_cleanset_ready(cleanset_id, timeout=600)
print(json.dumps({"dataset_id": dataset_id, "project_id": project_id, "cleanset_id": cleanset_id}))
