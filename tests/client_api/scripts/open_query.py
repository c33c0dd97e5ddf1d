"""A query that is opened, and nothing more."""

import io
import json
import os

from cleanlab_studio.internal.api import api

print(
    json.dumps(api.upload_predict_batch(os.environ["API_KEY"], os.environ["MODEL"], io.StringIO()))
)
