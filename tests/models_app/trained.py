"""Small models, trained by the jobs of the product."""

from uuid import uuid4

import numpy as np
import pandas as pd

from models_app.deploy import deploy_model
from models_app.models import DeployedModel
from studio.models import Cleanset
from studio.projects import Setup

from ..inline_jobs import analyse_file, run_all_jobs

N_ROWS = 200
WORDS = {"fruit": ["apple", "pear", "plum", "cherry"], "tool": ["hammer", "saw", "drill", "file"]}


def train_on_numbers(user, folder):
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(N_ROWS, 2)).round(3), columns=["size", "weight"])
    table["colour | kind"] = rng.choice(["red", "green, blue", ""], N_ROWS)
    table["label"] = np.where(table["size"] + table["weight"] > 0, "=yes, <b>", "no")
    return _train(user, folder / "numbers.csv", table, "tabular")


def train_on_texts(user, folder):
    rng = np.random.default_rng(0)
    kinds = rng.choice(sorted(WORDS), N_ROWS // 2)
    texts = [f"I want the {rng.choice(WORDS[kind])} number {i}" for i, kind in enumerate(kinds)]
    table = pd.DataFrame({"what": texts, "label": kinds})
    return _train(user, folder / "texts.csv", table, "text")


def _train(user, path, table, modality):
    table.to_csv(path, index=False)
    columns = [name for name in table.columns if name != "label"]
    is_text = modality == "text"
    setup = Setup(
        "multi-class",
        modality,
        "label",
        text_column=columns[0] if is_text else None,
        feature_columns=[] if is_text else columns,
        preset="fast",
    )
    cleanset = analyse_file(user, path, setup)
    assert cleanset.status == Cleanset.Status.READY, cleanset.error_message
    model = deploy_model(user=user, cleanset=cleanset, name=path.stem, idempotency_key=uuid4().hex)
    run_all_jobs()
    model = DeployedModel.objects.get(pk=model.pk)
    assert model.status == DeployedModel.Status.TRAINED, model.error_message
    return model
