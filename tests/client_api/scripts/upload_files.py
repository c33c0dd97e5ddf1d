"""Each file of UPLOADS ([path or address, schema]): the id of its dataset, or the error."""

import json
import os

from cleanlab_studio import Studio

studio = Studio(os.environ["API_KEY"])
said = []
for source, overrides in json.loads(os.environ["UPLOADS"]):
    upload = studio.upload_from_url if "://" in source else studio.upload_dataset
    try:
        said.append(upload(source, schema_overrides=overrides))
    except Exception as error:
        said.append(f"{type(error).__name__}: {error}")
print(json.dumps(said))
