"""Worker side: what came out of a prediction, counted, and compared with labels of the file."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from automl.batch_evaluation import describe_right, draw_rows, evaluate_batch, find_unknown
from automl.drift import judge_drift, judge_label_mix
from automl.prediction_table import CONFIDENCE, GIVEN, IS_RIGHT, LABEL, NOVELTY, RowsFound
from automl.problem import MULTI_LABEL, parse_label_set
from inference.model_profile import read_profile
from inference.models import InferenceResult
from inference.result_rows import NOVEL_FROM
from studio.jobs.execution import JobRun
from studio.models import StoredFile
from studio.parquet_reading import open_parquet, take_rows

MAX_MIX = 30
MAX_UNKNOWN = 10


class OutcomeCounts:
    """Label mix and confidence, and of labelled files how many rows are right.

    Counted part by part as predictions are written, so that memory does not grow with the rows.
    """

    def __init__(self, result: InferenceResult) -> None:
        self.model = result.deployed_model
        self.problem_type = self.model.cleanset.project.problem_type
        self.is_labelled = result.label_position is not None
        self.n_rows = self.n_right = self.n_labelled = self.n_novel = 0
        self.confidence, self.knows_novelty = 0.0, False
        self.labels: Counter[str] = Counter()
        self.given: set[str | None] = set()

    def add(self, part: pa.Table) -> None:
        self.n_rows += part.num_rows
        self.confidence += pc.sum(part.column(CONFIDENCE)).as_py() or 0.0
        for pair in pc.value_counts(part.column(LABEL)).to_pylist():
            self.labels[pair["values"]] += pair["counts"]
        novelty = part.column(NOVELTY)
        self.knows_novelty |= novelty.null_count < len(novelty)
        self.n_novel += pc.sum(pc.greater_equal(novelty, pa.scalar(NOVEL_FROM))).as_py() or 0
        if self.is_labelled:
            right = part.column(IS_RIGHT)
            self.n_labelled += len(right) - right.null_count
            self.n_right += pc.sum(right).as_py() or 0
            self.given |= set(pc.unique(part.column(GIVEN)).to_pylist())

    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = {
            "mix": self._mix(),
            "confidence": round(self.confidence / self.n_rows, 6) if self.n_rows else None,
            # Farther from training than 99 % of its own rows; None where that is not known.
            "n_novel": self.n_novel if self.knows_novelty else None,
        }
        if self.is_labelled:
            facts["right"] = describe_right(self.n_right, self.n_labelled)
            unknown = find_unknown(list(self.given), self.model.classes, self.problem_type)
            facts["unknown"] = {"n_names": len(unknown), "names": unknown[:MAX_UNKNOWN]}
        return facts

    def _mix(self) -> list[tuple[str, int]]:
        """Rows of each class, most first; of sets, of each label."""
        counts: Counter[str] = Counter()
        for text, n in self.labels.items():
            is_sets = self.problem_type == MULTI_LABEL
            for name in parse_label_set(text) if is_sets else (text,):
                counts[name] += n
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MAX_MIX]


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


def _take(path: Path, row_ids: np.ndarray) -> pa.Table:
    with open_parquet(path) as file:
        if file.metadata.num_rows == len(row_ids):
            return file.read()
    return take_rows(path, row_ids)
