"""Worker side of one candidate: cross-validate on both versions of the labels, then refit."""

import time
from pathlib import Path

from automl.bundle import write_zip
from automl.candidates import refit
from models_app.models import CandidateModel
from models_app.time_limits import check_time_left
from studio.candidate_runs import compute_run
from studio.jobs import Finished
from studio.jobs.execution import JobRun
from studio.models import CandidateRun
from studio.project_data import read_labels
from studio.training_data import build_training_data


def train_candidate(run: JobRun) -> Finished:
    candidate = CandidateModel.objects.select_related(
        "deployed_model", "held_out_run__project__dataset", "original_run__project__dataset"
    ).get(pk=run.subject_id)
    held_out, original = candidate.held_out_run, candidate.original_run
    assert held_out is not None
    assert original is not None
    check_time_left(run.job, candidate)
    applies = [compute_run(run, held_out)]
    if original.pk != held_out.pk:
        applies.append(compute_run(run, original))
    run.progress("Training on all rows")
    member_path, seconds = _refit(run, held_out)
    member_file = run.put_file("members", member_path)

    def apply() -> None:
        for apply_run in applies:
            apply_run()
        CandidateModel.objects.filter(pk=candidate.pk).update(
            status=CandidateModel.Status.READY, member_file=member_file, refit_seconds=seconds
        )

    return Finished(apply)


def _refit(run: JobRun, held_out: CandidateRun) -> tuple[Path, float]:
    """Fit on all rows with what cross-validation decided (rounds, temperature)."""
    assert held_out.labels_file is not None
    row_ids, labels = read_labels(held_out.labels_file)
    data = build_training_data(held_out.project, row_ids, labels, held_out.classes)
    started = time.perf_counter()
    seed = held_out.project.seed
    member = refit(held_out.family, data, held_out.plan, seed=seed, progress=run.progress)
    seconds = time.perf_counter() - started
    folder = run.folder / "member"
    folder.mkdir()
    member.save(folder)
    target = run.folder / "member.zip"
    write_zip(folder, target)
    return target, seconds
