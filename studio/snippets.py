"""What a page is about, as a command and as a program: with its own ids, and run by tests as they
stand. Whatever stands in names is written as escapes: nothing in one can end a quotation or start a
command.
"""

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from automl.project_guess import guess_setup
from studio.models import Cleanset, Dataset, Project

# The variable that holds the key: it stands in no command, so in no history of commands.
KEY = "STUDIO_KEY"
CURL, PYTHON = "curl", "Python"

CLIENT = """\
# pip install cleanlab-studio
{imports}

os.environ["CLEANLAB_API_BASE_URL"] = {base}
from cleanlab_studio import Studio

studio = Studio(os.environ["{key}"])
{lines}
"""


@dataclass(frozen=True)
class Snippet:
    title: str
    text: str


def api_url(path: str) -> str:
    return f"{settings.SITE_URL}/api/v1{path}"


def curl(path: str, *options: str) -> str:
    """For a POSIX shell; options as they are written."""
    authorization = f'-H "Authorization: Bearer ${KEY}"'
    return " \\\n  ".join([f"curl {shlex.quote(api_url(path))}", authorization, *options])


def sending(body: Any) -> list[str]:
    text = json.dumps(body, ensure_ascii=True)
    return ["-H 'Content-Type: application/json'", f"--data-binary {shlex.quote(text)}"]


def client(lines: Sequence[str], *modules: str) -> str:
    """A program with the official client of Cleanlab Studio."""
    imports = "\n".join(f"import {module}" for module in ("os", *modules))
    base = ascii(f"{settings.SITE_URL}/api")
    return CLIENT.format(imports=imports, base=base, key=KEY, lines="\n".join(lines))


def of_dataset(dataset: Dataset) -> list[Snippet]:
    """Making a project of it, as it would be proposed."""
    guess = guess_setup(dataset.profiles, dataset.n_rows)
    chosen = {"modality": guess["modality"], "task_type": guess["problem_type"]}
    if guess["label_column"] is not None:
        chosen["label_column"] = guess["label_column"]
    if guess["modality"] == Project.Modality.TEXT:
        chosen["text_column"] = guess["text_column"]
    else:
        chosen["feature_columns"] = guess["feature_columns"]
    arguments = [f"    {name}={value!a}," for name, value in chosen.items()]
    made = ["project_id = studio.create_project(", f"    {dataset.hex_id!a},"]
    made += [f"    {dataset.name[:100]!a},", *arguments, ")", "print(project_id)"]
    return [
        Snippet(CURL, curl("/projects", *sending({"dataset_id": dataset.hex_id}))),
        Snippet(PYTHON, client(made)),
    ]


def of_cleanset(cleanset: Cleanset) -> list[Snippet]:
    path, made = f"/cleansets/{cleanset.hex_id}", [f"cleanset_id = {cleanset.hex_id!a}"]
    made += ["columns = studio.download_cleanlab_columns(cleanset_id)", "print(columns)"]
    fixing = {"action": "auto-fix", "filters": {"preset": "issues"}, "first": 10}
    snippets = [
        Snippet("curl: the likeliest label issues", curl(f"{path}/rows?preset=issues&limit=10")),
        Snippet(
            "curl: take the suggestion for ten of them", curl(f"{path}/decisions", *sending(fixing))
        ),
        Snippet("curl: the whole cleanset", curl(f"{path}/export", "-o cleanset.csv")),
    ]
    if cleanset.project.has_classes:
        deploying = sending({"cleanset_id": cleanset.hex_id})
        snippets.append(Snippet("curl: deploy a model", curl("/deployments", *deploying)))
        made += [f"model_id = studio.deploy_model(cleanset_id, {cleanset.project.name!a})"]
        made += ["print(model_id)"]
    return [*snippets, Snippet(PYTHON, client(made))]


def of_model(model_id: str) -> list[Snippet]:
    """`new.csv` is a file with its columns."""
    path = f"/deployments/{model_id}"
    return [
        Snippet("curl: predict a file", curl(f"{path}/predictions", "-F file=@new.csv")),
        Snippet("curl: how good it is", curl(f"{path}/metrics")),
        _predicting(model_id),
    ]


def of_result(result_id: str, model_id: str) -> list[Snippet]:
    path = f"/predictions/{result_id}"
    results = curl(f"{path}/results?kind=with-columns&format=csv", "-o predictions.csv")
    return [
        Snippet("curl: how far it is, and what came out", curl(path)),
        Snippet("curl: the predictions", results),
        _predicting(model_id, "Python: predict another file"),
    ]


def _predicting(model_id: str, title: str = PYTHON) -> Snippet:
    lines = [f"model = studio.get_model({model_id!a})", 'rows = pandas.read_csv("new.csv")']
    lines += ["labels, probabilities = model.predict(rows, return_pred_proba=True)"]
    return Snippet(title, client([*lines, "print(labels, probabilities)"], "pandas"))
