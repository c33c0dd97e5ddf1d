"""CPU seconds and accuracies of every family on one data folder.

    python -m benchmarks.smoke_learning FOLDER [LABEL_COLUMN]

FOLDER holds train.csv and, if held-out rows are to be scored, test.csv.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from automl.candidates import Member, TrainingData, cross_validate, refit
from automl.decision_rules import predict_labels
from automl.ensemble import Ensemble, fit_ensemble
from automl.families import families_for
from automl.folds import duplicate_groups, make_folds
from automl.issues.labels import find_label_issues
from automl.metrics import score_candidate
from automl.predictor import Predictor
from automl.problem import MULTI_LABEL, class_names, clean_labels, encode_labels
from automl.profiling import TableProfiler
from automl.project_guess import guess_setup
from automl.schema import TEXT, Column, Schema
from automl.tables import open_table

Profiles = list[dict[str, Any]]
TestRows = tuple[pa.Table, np.ndarray]


def main(folder: Path, label_column: str | None) -> None:
    table, profiles = read_table(folder / "train.csv")
    setup = guess_setup(profiles, table.num_rows)
    setup["label_column"] = label_column or setup["label_column"]
    print({key: value for key, value in setup.items() if key != "feature_columns"})
    schema = build_schema(profiles, setup)
    data = build_data(table, profiles, schema, setup)
    test = read_test(folder / "test.csv", profiles, schema, setup, data)
    oof, members = run_families(data, test)
    ensemble = show_ensemble(data, oof)
    if test is not None:
        predict_test(data, members, ensemble, test)


def read_table(path: Path) -> tuple[pa.Table, Profiles]:
    started = time.process_time()
    with open_table(path, file_name=path.name) as rows:
        batches = list(rows.batches())
        profiler = TableProfiler(rows.columns)
    for batch in batches:
        profiler.add(batch)
    table = pa.Table.from_batches(batches)
    print(f"read and profiled {table.num_rows:,} rows: {time.process_time() - started:.1f} CPU-s")
    return table, profiler.finish()


def build_schema(profiles: Profiles, setup: dict[str, Any]) -> Schema:
    is_text = setup["modality"] == "text"
    names = [setup["text_column"]] if is_text else setup["feature_columns"]
    kept = [p for p in profiles if p["name"] in names and p["name"] != setup["label_column"]]
    return Schema(
        tuple(Column(p["name"], TEXT if is_text else p["kind"], p["position"]) for p in kept)
    )


def select_features(table: pa.Table, schema: Schema) -> pa.Table:
    columns = [table.column(column.position) for column in schema.columns]
    return pa.table(columns, names=[f"c{i}" for i in range(len(columns))])


def read_labels(table: pa.Table, profiles: Profiles, setup: dict[str, Any]) -> list[str | None]:
    position = next(p["position"] for p in profiles if p["name"] == setup["label_column"])
    return clean_labels(table.column(position).to_pylist(), setup["problem_type"])


def build_data(
    table: pa.Table, profiles: Profiles, schema: Schema, setup: dict[str, Any]
) -> TrainingData:
    labels = read_labels(table, profiles, setup)
    classes = class_names(labels, setup["problem_type"])
    y = encode_labels(labels, classes, setup["problem_type"])
    features = select_features(table, schema)
    started = time.process_time()
    groups = duplicate_groups(features, range(features.num_columns))
    folds = make_folds(y, groups=groups, seed=0)
    print(f"folds {np.bincount(folds)}: {time.process_time() - started:.2f} CPU-s")
    return TrainingData(
        features, schema, setup["modality"], setup["problem_type"], classes, y, folds
    )


def read_test(
    path: Path, profiles: Profiles, schema: Schema, setup: dict[str, Any], data: TrainingData
) -> TestRows | None:
    if not path.exists():
        return None
    table, _ = read_table(path)
    labels = read_labels(table, profiles, setup)
    return select_features(table, schema), encode_labels(labels, data.classes, data.problem_type)


def run_families(
    data: TrainingData, test: TestRows | None
) -> tuple[dict[str, np.ndarray], dict[str, Member]]:
    oof: dict[str, np.ndarray] = {}
    members: dict[str, Member] = {}
    families = families_for(
        data.modality,
        data.problem_type,
        schema=data.schema,
        n_rows=len(data.y),
        n_classes=len(data.classes),
        preset="regular",
    )
    for family in families:
        started = time.process_time()
        run = cross_validate(family.key, data, seed=0)
        validated = time.process_time()
        member = refit(family.key, data, run.plan, seed=0)
        done = time.process_time()
        line = f"{family.key:<30} {accuracy(run.oof_pred_probs, data.y, data.problem_type):.4f}"
        if test is not None:
            probs = member.predict_proba(member.encoder.transform(test[0]))
            line += f"  test {accuracy(probs, test[1], data.problem_type):.4f}"
        print(f"{line}  cv {validated - started:.1f} + refit {done - validated:.1f} CPU-s")
        if not family.is_baseline:
            oof[family.key], members[family.key] = run.oof_pred_probs, member
    return oof, members


def accuracy(pred_probs: np.ndarray, y: np.ndarray, problem_type: str, rule: Any = None) -> float:
    predicted = predict_labels(pred_probs, rule, is_sets=problem_type == MULTI_LABEL)
    return score_candidate(pred_probs, y, predicted=predicted).accuracy


def show_ensemble(data: TrainingData, oof: dict[str, np.ndarray]) -> Ensemble:
    started = time.process_time()
    ensemble = fit_ensemble(oof, data.y, data.folds, problem_type=data.problem_type)
    issues = find_label_issues(
        ensemble.oof_pred_probs,
        data.y,
        data.classes,
        problem_type=data.problem_type,
        predicted=ensemble.oof_predicted,
    )
    score = score_candidate(ensemble.oof_pred_probs, data.y, predicted=ensemble.oof_predicted)
    n_issues = sum(issues.column("is_label_issue").to_pylist())
    print(
        f"ensemble: held-out {score.accuracy:.4f} ({score.low:.4f} to {score.high:.4f}), "
        f"{n_issues:,} label issues, {time.process_time() - started:.1f} CPU-s"
    )
    print("weights", {key: round(w, 2) for key, w in ensemble.weights.items()}, ensemble.rule)
    return ensemble


def predict_test(
    data: TrainingData, members: dict[str, Member], ensemble: Ensemble, test: TestRows
) -> None:
    used = [family for family, weight in ensemble.weights.items() if weight > 0]
    predictor = Predictor(
        data.schema,
        data.classes,
        data.modality,
        data.problem_type,
        [members[family] for family in used],
        [ensemble.weights[family] for family in used],
        ensemble.temperature,
        ensemble.rule,
    )
    started = time.process_time()
    probs = predictor.predict_proba(test[0])
    seconds = time.process_time() - started
    found = accuracy(probs, test[1], data.problem_type, ensemble.rule)
    print(f"ensemble: test {found:.4f}; predicted {len(probs):,} rows in {seconds:.2f} CPU-s")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
