import json
import os

from cleanlab_studio import Studio

studio = Studio(os.environ["API_KEY"])
columns = studio.download_cleanlab_columns(os.environ["CLEANSET_ID"])
details = studio.download_cleanlab_columns(os.environ["CLEANSET_ID"], include_project_details=True)
print(
    json.dumps(
        {
            "types": columns.dtypes.astype(str).to_dict(),
            "rows": json.loads(columns.to_json(orient="records")),
            "details": json.loads(details.to_json(orient="records")),
        }
    )
)
