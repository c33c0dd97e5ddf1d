"""Worker side: what came out of a prediction, counted, and compared with labels of the file."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from automl.batch_evaluation import count_right, draw_rows, evaluate_batch, find_unknown
from automl.drift import judge_drift, judge_label_mix
from automl.prediction_table import CONFIDENCE, GIVEN, IS_RIGHT, LABEL, NOVELTY, RowsFound
from automl.problem import MULTI_LABEL, parse_label_set
from inference.model_profile import read_profile
from inference.models import InferenceResult
from inference.result_rows import NOVEL_FROM
from studio.jobs.execution import JobRun
from studio.models import StoredFile
from studio.parquet_reading import take_rows

MAX_MIX = 30
MAX_UNKNOWN = 10


def describe_outcome(result: InferenceResult, path: Path) -> dict[str, Any]:
    """Label mix and confidence; of labelled files how many rows are right."""
    labelled = result.label_position is not None
    wanted = [LABEL, CONFIDENCE, *((GIVEN, IS_RIGHT) if labelled else ())]
    predictions = pq.read_table(path, columns=[*wanted, NOVELTY])
    problem_type = result.deployed_model.cleanset.project.problem_type
    facts: dict[str, Any] = {
        "mix": _count_labels(predictions.column(LABEL), problem_type),
        "confidence": round(pc.mean(predictions.column(CONFIDENCE)).as_py(), 6),
        "n_novel": _count_novel(predictions.column(NOVELTY)),
    }
    if labelled:
        facts["right"] = count_right(predictions)
        given = pc.unique(predictions.column(GIVEN)).to_pylist()
        unknown = find_unknown(given, result.deployed_model.classes, problem_type)
        facts["unknown"] = {"n_names": len(unknown), "names": unknown[:MAX_UNKNOWN]}
    return facts


def describe_rows(result: InferenceResult, found: RowsFound) -> dict[str, Any]:
    """Warnings of rows, and how far all of them are from those of training."""
    facts: dict[str, Any] = {"warnings": found.warnings.to_json()}
    profile = read_profile(result.deployed_model)
    if profile is not None and found.profile is not None:
        drifts = judge_drift(profile, found.profile)
        present = [d for d, i in zip(drifts, result.positions, strict=True) if i is not None]
        facts["drift"] = [drift.to_json() for drift in present]
        mix = judge_label_mix(profile, found.profile)
        facts["label_drift"] = mix and mix.to_json()
    return facts


def store_evaluation(run: JobRun, result: InferenceResult, path: Path) -> StoredFile | None:
    """None for a file without labels."""
    if result.label_position is None or not result.n_rows:
        return None
    project = result.deployed_model.cleanset.project
    row_ids = draw_rows(result.n_rows, seed=project.seed)
    predictions = _take(path, row_ids)
    if predictions.column(IS_RIGHT).null_count == len(row_ids):
        return None
    facts = evaluate_batch(
        predictions, row_ids, result.deployed_model.classes, problem_type=project.problem_type
    )
    target = run.folder / "evaluation.json"
    target.write_text(json.dumps(facts, sort_keys=True, separators=(",", ":")))
    return run.put_file("evaluations", target)


def _count_novel(novelty: pa.ChunkedArray) -> int | None:
    """Rows that are farther from training than 99 % of its own; None where that is not known."""
    if novelty.null_count == len(novelty):
        return None
    return pc.sum(pc.greater_equal(novelty, pa.scalar(NOVEL_FROM))).as_py() or 0


def _take(path: Path, row_ids: np.ndarray) -> pa.Table:
    with pq.ParquetFile(path) as file:
        if file.metadata.num_rows == len(row_ids):
            return file.read()
    return take_rows(path, row_ids.tolist())


def _count_labels(labels: pa.ChunkedArray, problem_type: str) -> list[tuple[str, int]]:
    """Rows of each class, most first; of sets, of each label."""
    counts: dict[str, int] = {}
    for pair in pc.value_counts(labels).to_pylist():
        is_sets = problem_type == MULTI_LABEL
        for name in parse_label_set(pair["values"]) if is_sets else (pair["values"],):
            counts[name] = counts.get(name, 0) + pair["counts"]
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MAX_MIX]
