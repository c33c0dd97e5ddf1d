"""Deploys, leaves the id in the file `model`, and waits twice; somebody kills the workers."""

import json
import os
import time
from pathlib import Path

import made_tables
from cleanlab_studio import Studio


def try_out(call):
    try:
        return f"returned {call()}"
    except Exception as error:
        return f"{type(error).__name__}: {error}"


studio = Studio(os.environ["API_KEY"])
model = studio.deploy_model(os.environ["CLEANSET"], "unlucky")
Path("model").write_text(model)
said = {"waiting": try_out(lambda: studio.wait_until_model_ready(model, timeout=600))}
said["waiting again"] = try_out(lambda: studio.wait_until_model_ready(model, timeout=60))
rows = made_tables.make_words(10).drop(columns="label")
begun = time.monotonic()
said["predicting"] = try_out(lambda: studio.get_model(model).predict(rows))
said["seconds"] = time.monotonic() - begun
print(json.dumps(said))
