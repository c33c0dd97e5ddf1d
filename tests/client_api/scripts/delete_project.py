import json
import os

from cleanlab_studio import Studio
from cleanlab_studio.errors import APIError

studio = Studio(os.environ["API_KEY"])
studio.delete_project(os.environ["PROJECT_ID"])
said = []
for ask, row_id in [
    (studio.delete_project, os.environ["PROJECT_ID"]),
    (studio.get_latest_cleanset_id, os.environ["PROJECT_ID"]),
    (studio.download_cleanlab_columns, os.environ["CLEANSET_ID"]),
]:
    try:
        ask(row_id)
    except APIError as error:
        said.append(str(error))
print(json.dumps(said))
