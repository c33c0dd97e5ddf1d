import json
import os

from cleanlab_studio import Studio

studio = Studio(os.environ["API_KEY"])
latest = studio.get_latest_cleanset_id(os.environ["PROJECT_ID"])
studio.wait_until_cleanset_ready(latest, timeout=600)
details = studio.download_cleanlab_columns(latest, include_project_details=True)
before = studio.download_cleanlab_columns(os.environ["CLEANSET_ID"])
print(
    json.dumps(
        {
            "cleanset_id": latest,
            "n_before": len(before),
            "details": json.loads(details.to_json(orient="records")),
        }
    )
)
