"""Rows with real files behind them, small enough to make for each test."""

import json
from pathlib import Path
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from automl.bundle import write_manifest, write_zip
from inference.models import InferenceResult
from models_app.models import CandidateModel, DeployedModel
from studio.feature_keys import feature_identity
from studio.files import claim_files, put_file
from studio.models import (
    Cleanset,
    Dataset,
    DecisionImport,
    FeatureFile,
    Project,
    WebhookEvent,
)
from studio.webhooks import announce, create_webhook

TEXTS = ["good", "bad", "fine", "poor", "nice", "awful"]
GIVEN = ["yes", "no", "no", "no", "yes", None]
SUGGESTED = [None, None, "yes", None, None, "no"]
SCORES = [0.1, 0.2, 0.9, 0.3, 0.4, 0.0]


def store(workspace, kind, path):
    stored = put_file(kind, path, workspace=workspace)
    claim_files([stored])
    return stored


def write_table(folder: Path, columns):
    path = folder / uuid4().hex
    pq.write_table(pa.table(columns), path)
    return path


def make_dataset(user, folder):
    workspace = user.workspaces.get()
    path = write_table(folder, {"c0": TEXTS, "c1": [label or "" for label in GIVEN]})
    profile = {"kind": "text", "note": "", "n_missing": 0, "n_distinct": 6, "examples": ["good"]}
    profile |= {"looks_multi_label": False, "label_type": "text", "mean_chars": 4}
    profile |= {"value_counts": [["no", 3], ["yes", 2]]}
    return Dataset.objects.create(
        workspace=workspace,
        created_by=user,
        name="words",
        file_name="words.csv",
        status="ready",
        table_file=store(workspace, "datasets", path),
        upload_file=store(workspace, "uploads", path),
        n_rows=len(TEXTS),
        profiles=[
            profile | {"name": "text", "position": 0},
            profile | {"name": "label", "position": 1},
        ],
    )


def make_cleanset(user, folder, problem_type="multi-class"):
    dataset = make_dataset(user, folder)
    base = {"workspace": dataset.workspace, "created_by": user}
    project = Project.objects.create(
        dataset=dataset,
        name="words",
        problem_type=problem_type,
        modality="text",
        label_column="label",
        feature_schema=[{"name": "text", "kind": "text", "position": 0}],
        **base,
    )
    order = sorted(range(len(TEXTS)), key=lambda i: -SCORES[i])
    issues = {
        "row_id": order,
        "given_label": pa.array([GIVEN[i] for i in order], pa.string()),
        "is_label_issue": [i == 2 for i in order],
        "label_issue_score": [SCORES[i] for i in order],
        "suggested_label": pa.array([SUGGESTED[i] for i in order], pa.string()),
        "suggested_label_confidence_score": [0.9 for _ in order],
        "is_initially_unlabeled": [GIVEN[i] is None for i in order],
        "top_labels": [["yes", "no"] for _ in order],
        "top_probs": [[0.9, 0.1] for _ in order],
    }
    return Cleanset.objects.create(
        project=project,
        status="ready",
        issues_file=store(dataset.workspace, "cleansets", write_table(folder, issues)),
        classes=["no", "yes"],
        n_rows=len(TEXTS),
        n_issues=1,
        n_unlabelled=1,
        source={"score": {"accuracy": 0.8, "low": 0.5, "high": 0.9}},
        **base,
    )


def make_import(cleanset, folder, **fields):
    path = folder / uuid4().hex
    path.write_text("row_id,column,old,new,source\n2,label,no,yes,label\n")
    return DecisionImport.objects.create(
        workspace=cleanset.workspace,
        created_by=cleanset.created_by,
        cleanset=cleanset,
        file_name=fields.pop("file_name", "patch.csv"),
        upload_file=store(cleanset.workspace, "uploads", path),
        **fields,
    )


def make_features(project, folder):
    """Vectors of its first column, a row a dataset row."""
    vectors = np.arange(2 * len(TEXTS), dtype=np.float16).reshape(-1, 2)
    path = folder / f"{uuid4().hex}.npy"
    np.save(path, vectors, allow_pickle=False)
    stored = store(project.workspace, "features", path)
    FeatureFile.objects.create(**feature_identity(project, 0), file=stored)
    return vectors


def make_model(cleanset, folder, **fields):
    model = DeployedModel.objects.create(
        workspace=cleanset.workspace,
        created_by=cleanset.created_by,
        cleanset=cleanset,
        name=fields.pop("name", "words model"),
        status=fields.pop("status", "TRAINED"),
        preset="regular",
        cleanset_revision=cleanset.revision,
        n_rows=6,
        classes=fields.pop("classes", ["no", "yes"]),
        predictor_file=store(cleanset.workspace, "predictors", make_predictor_file(folder)),
        **fields,
    )
    figures = {"n_rows": 6, "low": 0.5, "high": 0.9, "balanced_accuracy": 0.8, "macro_f1": 0.8}
    figures |= {"jaccard": 0.7, "micro_f1": 0.8}
    for family, title, accuracy in (("a", "Plain", 0.7), ("ensemble", "Ensemble Predictor", 0.8)):
        CandidateModel.objects.create(
            deployed_model=model,
            family=family,
            title=title,
            status="ready",
            is_deployed=family == "ensemble",
            held_out_accuracy=accuracy,
            original_accuracy=accuracy - 0.1,
            inference_seconds=1.5,
            training_seconds=75,
            metrics={"held_out": figures | {"log_loss": 0.5}, "original": figures},
        )
    return model


def make_predictor_file(folder):
    """With the facts of a predictor, and none of its members."""
    inside = folder / uuid4().hex
    inside.mkdir()
    schema = [{"name": "text", "kind": "text", "position": 0}]
    facts = {"schema": schema, "classes": ["no", "yes"], "weights": [], "encoders": []}
    write_manifest(inside, facts | {"rule": None, "versions": {}, "text_encoders": []})
    write_zip(inside, path := folder / uuid4().hex)
    return path


def store_facts(model, folder, facts):
    """Its evaluation, as JSON."""
    path = folder / uuid4().hex
    path.write_text(json.dumps(facts))
    DeployedModel.objects.update(evaluation_file=store(model.workspace, "evaluations", path))


def make_result(model, folder, **fields):
    table = write_table(folder, {"c0": ["fine"]})
    predictions = write_table(
        folder,
        {
            "p0": [0.2],
            "p1": [0.8],
            "label": ["yes"],
            "confidence": [0.8],
            "novelty": [50.0],
            "warning": pa.array([None], pa.string()),
        },
    )
    return InferenceResult.objects.create(
        workspace=model.workspace,
        created_by=model.created_by,
        deployed_model=model,
        file_name=fields.pop("file_name", "new words.csv"),
        status=fields.pop("status", "ready"),
        table_file=store(model.workspace, "datasets", table),
        result_file=store(model.workspace, "results", predictions),
        column_names=["text"],
        positions=[0],
        n_rows=1,
        **fields,
    )


def make_webhook(user):
    """With one delivery on its way."""
    webhook = create_webhook(
        user=user,
        workspace=user.workspaces.get(),
        url="https://hooks.example.org/in",
        events=["project.ready"],
    )
    announce(WebhookEvent.PROJECT_READY, webhook.workspace, {"project_name": "words"})
    return webhook
