import json
import os

from cleanlab_studio import Studio
from cleanlab_studio.errors import APIError

studio = Studio(os.environ["API_KEY"])
project_id = studio.create_project(
    os.environ["DATASET_ID"], "Deleted while it is analysed", "tabular", model_type="fast"
)
cleanset_id = studio.get_latest_cleanset_id(project_id)
stranger = Studio(os.environ["OTHER_KEY"])
said = []
for ask, row_id in [
    (stranger.delete_project, project_id),
    (stranger.wait_until_cleanset_ready, cleanset_id),
    (studio.delete_project, project_id),
    (studio.delete_project, project_id),
    (studio.get_latest_cleanset_id, project_id),
    (studio.wait_until_cleanset_ready, cleanset_id),
]:
    try:
        ask(row_id)
        said.append("done")
    except APIError as error:
        said.append(str(error))
print(json.dumps(said))
