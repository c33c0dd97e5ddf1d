import json
import os

import pandas as pd
from cleanlab_studio import Studio

studio = Studio(os.environ["API_KEY"])
data = pd.read_csv(os.environ["DATA"])
cleaned = studio.apply_corrections(os.environ["CLEANSET_ID"], data)
kept = studio.apply_corrections(os.environ["CLEANSET_ID"], data, keep_excluded=True)
details = studio.download_cleanlab_columns(os.environ["CLEANSET_ID"], include_project_details=True)
print(
    json.dumps(
        {
            "cleaned": json.loads(cleaned.to_json(orient="split")),
            "kept": json.loads(kept.to_json(orient="split")),
            "details": json.loads(details.to_json(orient="records")),
        }
    )
)
