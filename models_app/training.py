"""Worker side of a deployment: freeze the cleanset, spread the candidates, join the ensemble."""

from datetime import timedelta

from django.utils import timezone

from automl.families import get_family
from models_app.frozen_cleanset import FrozenCleanset, freeze_cleanset, warn_of_classes
from models_app.joining import Joined, join_candidates
from models_app.models import CandidateModel, DeployedModel
from models_app.notices import notify_model_ready
from models_app.time_limits import in_training_order, limit_seconds
from studio.analysis import find_left_out, pick_families, store_labels
from studio.candidate_runs import LabelVersion, ensure_run
from studio.estimates import Estimates, estimate_candidate
from studio.feature_files import make_feature_files
from studio.issue_facts import ready_runs
from studio.jobs import Finished, Split
from studio.jobs.execution import JobRun
from studio.project_data import read_labels


def start_training(run: JobRun) -> Split:
    model = _load_model(run)
    project = model.cleanset.project
    run.progress("Preparing data")
    frozen = freeze_cleanset(model.cleanset)
    features = make_feature_files(run, project)
    held_out = store_labels(run, frozen.row_ids, frozen.labels)
    original = _original_labels(model)
    families = pick_families(project, frozen.labels, model.preset)
    limit = timedelta(seconds=limit_seconds(model, len(frozen.labels)))
    estimates = Estimates(project, len(frozen.classes))
    left_out = find_left_out(run, project, held_out, families, features)
    planned = [
        _plan_candidate(model, family, held_out, original, estimates)
        for family in families
        if family not in left_out
    ]
    candidates = in_training_order(planned, limit)

    def apply() -> None:
        features.name()
        CandidateModel.objects.bulk_create(candidates)
        CandidateModel.objects.bulk_create(_left_out_lines(model, left_out))
        _mark_training(model, frozen, held_out)

    children = [("candidate", candidate.pk) for candidate in candidates]
    return Split(apply, children, stop_early_at=timezone.now() + limit)


def join_training(run: JobRun) -> Finished:
    model = _load_model(run)
    joined = join_candidates(run, model)

    def apply() -> None:
        _store_candidates(model, joined)
        DeployedModel.all_objects.filter(pk=model.pk, status=DeployedModel.Status.TRAINING).update(
            status=DeployedModel.Status.TRAINED,
            predictor_file=joined.predictor_file,
            evaluation_file=joined.evaluation_file,
            rule=joined.rule,
            gain=joined.gain,
            warnings=[*model.warnings, *joined.warnings],
            trained_at=timezone.now(),
        )
        notify_model_ready(DeployedModel.all_objects.get(pk=model.pk))

    return Finished(apply)


def _load_model(run: JobRun) -> DeployedModel:
    rows = DeployedModel.all_objects.select_related("cleanset__project__dataset", "workspace")
    return rows.get(pk=run.subject_id)


def _original_labels(model: DeployedModel) -> LabelVersion:
    """The labels as the dataset has them: what the analysis of the first version trained on."""
    first = model.cleanset.project.cleansets.get(version=1)
    stored = ready_runs(first)[0].labels_file
    assert stored is not None
    row_ids, labels = read_labels(stored)
    return LabelVersion(row_ids, labels, stored)


def _plan_candidate(
    model: DeployedModel,
    family: str,
    held_out: LabelVersion,
    original: LabelVersion,
    estimates: Estimates,
) -> CandidateModel:
    project = model.cleanset.project
    about = get_family(family)
    runs = ensure_run(project, family, held_out), ensure_run(project, family, original)
    return CandidateModel(
        deployed_model=model,
        role=CandidateModel.Role.BASELINE if about.is_baseline else CandidateModel.Role.FAMILY,
        family=family,
        title=about.title,
        held_out_run=runs[0],
        original_run=runs[1],
        estimated_seconds=estimate_candidate(estimates, runs),
    )


def _left_out_lines(model: DeployedModel, left_out: dict[str, str]) -> list[CandidateModel]:
    return [
        CandidateModel(
            deployed_model=model,
            family=family,
            title=get_family(family).title,
            status=CandidateModel.Status.FAILED,
            metrics={"error": reason},
        )
        for family, reason in left_out.items()
    ]


def _mark_training(model: DeployedModel, frozen: FrozenCleanset, version: LabelVersion) -> None:
    DeployedModel.all_objects.filter(pk=model.pk, status=DeployedModel.Status.INITIALIZING).update(
        status=DeployedModel.Status.TRAINING,
        training_file=version.stored,
        cleanset_revision=frozen.revision,
        n_rows=len(frozen.row_ids),
        n_corrected=frozen.n_corrected,
        n_excluded=frozen.n_excluded,
        classes=frozen.classes,
        warnings=warn_of_classes(frozen, model.cleanset.project.problem_type),
    )


def _store_candidates(model: DeployedModel, joined: Joined) -> None:
    if joined.ensemble is not None:
        joined.ensemble.save(force_insert=True)
    for candidate, figures in joined.figures.items():
        CandidateModel.objects.filter(pk=candidate).update(**figures)
