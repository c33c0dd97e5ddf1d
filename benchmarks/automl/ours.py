"""Our learning core on one data set, in the steps of the product from upload to prediction."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from automl.candidates import TrainingData, cross_validate, load_member, refit
from automl.decision_rules import BALANCED, Decision, Rule, suggested_labels, tune_rule
from automl.ensemble import Ensemble, choose_deployed, fit_ensemble
from automl.families import families_for, get_family
from automl.features.embeddings import Embeddings
from automl.features.text_encoders import TextEncoders
from automl.folds import duplicate_groups, make_folds
from automl.golden_rows import choose_golden_rows
from automl.metrics import CandidateScore, score_candidate
from automl.prediction_costs import SAMPLE_ROWS
from automl.predictor import Predictor
from automl.problem import (
    MULTI_LABEL,
    REGRESSION,
    class_names,
    clean_labels,
    encode_labels,
    labelled_rows,
)
from automl.profiling import TableProfiler
from automl.project_checks import check_project_setup
from automl.project_guess import guess_setup
from automl.pruning import left_out_families
from automl.schema import CATEGORICAL, CONSTANT, EMPTY, IDENTIFIER, TEXT, Column, Schema
from automl.serving import ServingEnsemble, add_serving
from automl.tables import open_table
from benchmarks.automl import our_regression
from benchmarks.automl.jobs import Displayed, Job, Predictions

Profiles = list[dict[str, Any]]

ENSEMBLE = "ensemble"
BATCH_ROWS = 20_000
BALANCED_RULE = "balanced_rule.json"


class Loaded(NamedTuple):
    """`balanced_rule`: of sets, the decision that the predictor does not have."""

    predictor: Predictor
    balanced_rule: Rule | None


def fit(job: Job) -> Displayed:
    data = prepare(job)
    members, failed = job.folder / "members", {}
    oof: dict[str, np.ndarray] = {}
    for family in pick_families(data, job.options["preset"], job.seed):
        try:
            oof[family] = train_candidate(family, data, job.seed, members / family)
        # One candidate that fails does not stop the others, as in a deployment.
        except Exception as error:
            failed[family] = f"{type(error).__name__}: {error}"
    if job.problem_type == REGRESSION:
        predictor, displayed = our_regression.deploy(data, oof, members, job.seed)
        write(predictor, data, job)
        return replace(displayed, details=displayed.details | {"failed": failed})
    boards = join(data, oof)
    deployed, _ = choose_deployed({key: score for key, (_, score) in boards.items()})
    ensemble, score = boards[deployed]
    if data.problem_type == MULTI_LABEL:
        write_balanced_rule(data, ensemble, job)
    weights = {family: w for family, w in ensemble.weights.items() if w > 0}
    serving = save(data, ensemble, oof, members, job)
    details = {"deployed": deployed, "weights": weights, "failed": failed, "rule": ensemble.rule}
    details["serving"] = serving.to_json() if serving else None
    shown = {key: round(each.accuracy, 4) for key, (_, each) in boards.items()}
    return Displayed(score.accuracy, score.standard_error, details | {"held_out": shown})


def load(job: Job) -> Loaded:
    rule_file = job.folder / BALANCED_RULE
    rule = json.loads(rule_file.read_text()) if rule_file.exists() else None
    return Loaded(Predictor.load(job.model_folder / "predictor.zip"), rule)


def read_rows(model: Loaded, job: Job) -> list[pa.Table]:
    """In the batches of a prediction job."""
    schema = model.predictor.schema
    with open_table(job.test_file, file_name=job.test_file.name) as table:
        found = schema.require(table.columns)
        positions = [found[column.name] for column in schema.columns]
        batches = [pa.Table.from_batches([batch]) for batch in table.batches(BATCH_ROWS)]
    return [select_columns(batch, positions) for batch in batches]


def predict(model: Loaded, rows: list[pa.Table]) -> Predictions:
    predictor = model.predictor
    if predictor.problem_type == REGRESSION:
        values = np.concatenate([predictor.predict(batch) for batch in rows])
        return our_regression.describe(predictor, values)
    probs = [predictor.predict_proba(batch) for batch in rows]
    labels = [label for part in probs for label in predictor.suggested_labels(part)]
    found = Predictions(predictor.classes, np.concatenate(probs), labels)
    if model.balanced_rule is None:
        return found
    balanced = suggested_labels(found.pred_probs, found.classes, model.balanced_rule, is_sets=True)
    return replace(found, balanced_labels=balanced)


def prepare(job: Job) -> TrainingData:
    """Profile the columns, choose features, deal folds: what analysis does before training."""
    table, profiles = read_table(job.train_file)
    setup = choose_setup(profiles, table.num_rows, job)
    check_project_setup(profiles, table.num_rows, **setup)
    schema = build_schema(profiles, setup)
    position = next(p["position"] for p in profiles if p["name"] == job.label_column)
    labels = clean_labels(table.column(position).to_pylist(), job.problem_type)
    classes = class_names(labels, job.problem_type)
    y = encode_labels(labels, classes, job.problem_type)
    features = select_columns(table, [column.position for column in schema.columns])
    schema = TextEncoders().decide(schema, lambda: features)
    groups = duplicate_groups(features, range(features.num_columns))
    folds = make_folds(y, groups=groups, seed=job.seed)
    return TrainingData(
        features,
        schema,
        setup["modality"],
        job.problem_type,
        classes,
        y,
        folds,
        Embeddings(features, encoders=TextEncoders().of(schema)),
    )


def read_table(path: Path) -> tuple[pa.Table, Profiles]:
    with open_table(path, file_name=path.name) as rows:
        profiler = TableProfiler(rows.columns)
        batches = []
        for batch in rows.batches():
            profiler.add(batch)
            batches.append(batch)
    return pa.Table.from_batches(batches), profiler.finish()


def choose_setup(profiles: Profiles, n_rows: int, job: Job) -> dict[str, Any]:
    """The guess of the product, with the label column and the problem type put right.

    A column that was taken for the label becomes a feature, as a person would tick it.
    """
    seen = [profile for profile in profiles if profile["name"] not in job.ignored]
    guess = guess_setup(seen, n_rows)
    chosen = {*guess["feature_columns"], guess["label_column"]} - {job.label_column}
    return {
        "problem_type": job.problem_type,
        "modality": guess["modality"],
        "label_column": job.label_column,
        "text_column": guess["text_column"],
        "feature_columns": [p["name"] for p in seen if p["name"] in chosen],
    }


def build_schema(profiles: Profiles, setup: dict[str, Any]) -> Schema:
    """The columns that a project made of this setup is trained on."""
    by_name = {profile["name"]: profile for profile in profiles}
    if setup["modality"] == "text":
        text = by_name[setup["text_column"]]
        return Schema((Column(text["name"], TEXT, text["position"]),))
    chosen = [by_name[name] for name in setup["feature_columns"]]
    useful = [p for p in chosen if p["kind"] not in {EMPTY, CONSTANT}] or chosen
    kinds = [CATEGORICAL if p["kind"] == IDENTIFIER else p["kind"] for p in useful]
    return Schema(
        tuple(Column(p["name"], k, p["position"]) for p, k in zip(useful, kinds, strict=True))
    )


def select_columns(table: pa.Table, positions: list[int]) -> pa.Table:
    """Named c0.. in the order of `positions`."""
    columns = [table.column(position) for position in positions]
    return pa.table(columns, names=[f"c{i}" for i in range(len(columns))])


def pick_families(data: TrainingData, preset: str, seed: int) -> list[str]:
    found = families_for(
        data.modality,
        data.problem_type,
        schema=data.schema,
        n_rows=len(data.y),
        n_classes=len(data.classes),
        preset=preset,
    )
    families = [family.key for family in found]
    left_out = left_out_families(families, data, seed=seed)
    return [family for family in families if family not in left_out]


def train_candidate(family: str, data: TrainingData, seed: int, folder: Path) -> np.ndarray:
    """Cross-validate and refit, as a deployment does for every candidate, deployed or not."""
    run = cross_validate(family, data, seed=seed)
    member = refit(family, data, json.loads(json.dumps(run.plan)), seed=seed)
    folder.mkdir(parents=True)
    member.save(folder)
    return run.oof_pred_probs


def join(
    data: TrainingData, oof: dict[str, np.ndarray]
) -> dict[str, tuple[Ensemble, CandidateScore]]:
    """Each contender by itself and all combined; baselines are never deployed."""
    contenders = {key: oof[key] for key in sorted(oof) if not get_family(key).is_baseline}
    groups = {family: {family: pred_probs} for family, pred_probs in contenders.items()}
    if len(contenders) > 1:
        groups[ENSEMBLE] = contenders
    boards = {}
    for key, group in groups.items():
        held_out = fit_ensemble(group, data.y, data.folds, problem_type=data.problem_type)
        score = score_candidate(held_out.oof_pred_probs, data.y, predicted=held_out.oof_predicted)
        boards[key] = (held_out, score)
    return boards


def save(
    data: TrainingData,
    ensemble: Ensemble,
    oof: dict[str, np.ndarray],
    members: Path,
    job: Job,
) -> ServingEnsemble | None:
    weights = {family: w for family, w in ensemble.weights.items() if w > 0}
    predictor = Predictor(
        schema=data.schema,
        classes=data.classes,
        modality=data.modality,
        problem_type=data.problem_type,
        members=[load_member(data.modality, members / family) for family in weights],
        weights=list(weights.values()),
        temperature=ensemble.temperature,
        rule=ensemble.rule,
    )
    sample = data.table.slice(0, SAMPLE_ROWS[data.modality])
    serving = add_serving(predictor, sample, oof, data.y, data.folds, full=ensemble, seed=job.seed)
    write(predictor, data, job)
    return serving


def write_balanced_rule(data: TrainingData, ensemble: Ensemble, job: Job) -> None:
    """The rule of the other decision, for the same probabilities: every label counts alike."""
    rows = labelled_rows(data.y)
    rule = tune_rule(ensemble.oof_pred_probs[rows], data.y[rows], Decision(BALANCED))
    (job.folder / BALANCED_RULE).write_text(json.dumps(rule))


def write(predictor: Predictor, data: TrainingData, job: Job) -> None:
    golden = choose_golden_rows(data.y, seed=job.seed)
    predictor.keep_golden_rows(data.table.take(pa.array(golden)))
    families = [member.family for member in predictor.members]
    info = {"n_rows": len(data.y), "seed": job.seed, "families": families}
    path = job.model_folder / "predictor.zip"
    predictor.save(path, info=info)
    # A deployment checks that the bundle loads again and predicts the same.
    Predictor.load(path).check_golden_rows()
