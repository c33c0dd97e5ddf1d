import json
import os

import pandas as pd
from cleanlab_studio import Studio

studio = Studio(os.environ["API_KEY"])
text, label = 'say "it"\n<b>ünï</b>, \\ %s', "action"
words = {
    "NA": "wind sail mast harbour",
    "007": "stone wall roof brick",
    "True": "leaf root tree bark",
}
names = list(words) * 20
data = pd.DataFrame(
    {
        "cleanlab_row_ID": range(100, 160),
        text: [f"{words[name]} number {i} of them" for i, name in enumerate(names)],
        label: names,
    }
)
dataset_id = studio.upload_dataset(data, dataset_name="odd")
project_id = studio.create_project(
    dataset_id, "odd", "text", model_type="fast", label_column=label, text_column=text
)
cleanset_id = studio.get_latest_cleanset_id(project_id)
studio.wait_until_cleanset_ready(cleanset_id, timeout=600)
details = studio.download_cleanlab_columns(cleanset_id, include_project_details=True)
print(
    json.dumps(
        {
            "ids": details["cleanlab_row_ID"].tolist(),
            "given": details["given_label"].tolist(),
            "expected": names,
            "classes": [str(name) for name in studio.download_pred_probs(cleanset_id).columns],
        }
    )
)
