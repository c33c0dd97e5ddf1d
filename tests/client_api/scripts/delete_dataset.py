import json
import os

from cleanlab_studio import Studio
from cleanlab_studio.errors import APIError

studio = Studio(os.environ["API_KEY"])
stranger = Studio(os.environ["OTHER_KEY"])
dataset_id = studio.upload_dataset(os.environ["DATA"])
project_id = studio.create_project(dataset_id, "Of a deleted dataset", "tabular", model_type="fast")
cleanset_id = studio.get_latest_cleanset_id(project_id)
said = []
for ask, arguments in [
    (stranger.delete_dataset, (dataset_id,)),
    (stranger.create_project, (dataset_id, "Stolen", "tabular")),
    (studio.delete_dataset, (dataset_id,)),
    (studio.delete_dataset, (dataset_id,)),
    (studio.create_project, (dataset_id, "Too late", "tabular")),
    (studio.get_latest_cleanset_id, (project_id,)),
    (studio.wait_until_cleanset_ready, (cleanset_id,)),
]:
    try:
        ask(*arguments)
        said.append("done")
    except APIError as error:
        said.append(str(error))
print(json.dumps(said))
