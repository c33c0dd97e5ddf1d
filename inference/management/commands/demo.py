"""The whole flow on a shipped sample, through the verbs that the pages call and real workers."""

import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from automl.project_guess import guess_setup
from inference.batches import create_batch
from inference.models import InferenceResult
from inference.prediction_export import PLAIN, read_export
from models_app.deploy import deploy_model
from models_app.leaderboard import candidates_in_order
from models_app.models import DeployedModel
from studio.clean_top import clean_top
from studio.datasets import create_from_sample
from studio.files import local_path
from studio.models import Cleanset, Dataset, User
from studio.models.base import WorkspaceRow
from studio.projects import Setup, create_project
from studio.review_query import ReviewQuery
from studio.samples import SAMPLES
from studio.supervision.preparing import prepare
from studio.supervision.supervisor import AlreadyRunningError, Supervisor
from studio.table_formats import write_csv

EMAIL = "demo@localhost"
POLL_SECONDS = 0.2
LIMIT_SECONDS = 600


class Command(BaseCommand):
    help = "Upload a sample, find issues, fix, deploy, predict and export, without a browser."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        prepare()
        supervisor = Supervisor(host="127.0.0.1", port=0, has_web=False)
        try:
            supervisor.lock()
        except AlreadyRunningError as error:
            raise CommandError(str(error)) from error
        try:
            supervisor.start()
            self._walk()
        finally:
            supervisor.stop()
        self.stdout.write(f"Done in {time.monotonic() - started:.0f} s.")

    def _walk(self) -> None:
        user = _demo_user()
        dataset = self._upload(user)
        cleanset = self._find_issues(user, dataset)
        fixed = self._fix(user, cleanset)
        self.stdout.write(f"Auto-fixed {fixed} rows.")
        model = self._deploy(user, cleanset)
        self._show_details(model)
        self._predict(user, model, dataset)

    def _fix(self, user: User, cleanset: Cleanset) -> int:
        n_rows, _ = clean_top(
            cleanset=cleanset,
            query=ReviewQuery(preset="issues"),
            k=max(cleanset.n_issues, 1),
            action="auto-fix",
            user=user,
        )
        return n_rows

    def _upload(self, user: User) -> Dataset:
        sample = SAMPLES[0]
        self.stdout.write(f"Uploading the sample “{sample.title}” …")
        workspace = user.workspaces.get(is_personal=True)
        dataset = create_from_sample(user=user, workspace=workspace, sample=sample)
        return _wait(Dataset, dataset, Dataset.Status.INGESTING)

    def _find_issues(self, user: User, dataset: Dataset) -> Cleanset:
        guess = guess_setup(dataset.profiles, dataset.n_rows)
        project = create_project(
            user=user,
            dataset=dataset,
            name="Demo",
            setup=Setup(
                problem_type=guess["problem_type"],
                modality=guess["modality"],
                label_column=guess["label_column"],
                text_column=guess["text_column"],
                feature_columns=guess["feature_columns"],
            ),
            idempotency_key=uuid4().hex,
        )
        self.stdout.write(f"Finding label issues in {dataset.n_rows:,} rows …")
        cleanset = _wait(Cleanset, project.cleansets.get(), Cleanset.Status.ANALYZING)
        self.stdout.write(f"Ready for review: {cleanset.n_issues:,} possible label issues.")
        return cleanset

    def _deploy(self, user: User, cleanset: Cleanset) -> DeployedModel:
        self.stdout.write("Deploying a model …")
        model = deploy_model(
            user=user, cleanset=cleanset, name="Demo model", idempotency_key=uuid4().hex
        )
        pending = (DeployedModel.Status.INITIALIZING, DeployedModel.Status.TRAINING)
        return _wait(DeployedModel, model, *pending)

    def _show_details(self, model: DeployedModel) -> None:
        heads = (
            "Model",
            "Held-out Accuracy",
            "Original Accuracy",
            "Inference Time",
            "Training Time",
        )
        self.stdout.write("{:<28} {:>18} {:>18} {:>15} {:>14}".format(*heads))
        for candidate in candidates_in_order(model):
            if candidate.held_out_accuracy is None:
                continue
            self.stdout.write(
                f"{candidate.title + (' *' if candidate.is_deployed else ''):<28} "
                f"{candidate.held_out_accuracy:>18.1%} {candidate.original_accuracy or 0:>18.1%} "
                f"{candidate.inference_seconds or 0:>13.2f} s "
                f"{candidate.training_seconds or 0:>12.2f} s"
            )
        self.stdout.write("* deployed")

    def _predict(self, user: User, model: DeployedModel, dataset: Dataset) -> None:
        assert dataset.upload_file is not None
        result = create_batch(
            user=user,
            model=model,
            file_name=dataset.file_name,
            path=local_path(dataset.upload_file),
            idempotency_key=uuid4().hex,
        )
        result = _wait(InferenceResult, result, *InferenceResult.PENDING)
        target = Path(settings.DATA_DIR) / f"{result.stem}_pred_probs.csv"
        with target.open("wb") as file:
            file.writelines(write_csv(read_export(result, PLAIN)))
        self.stdout.write(f"Exported {result.n_rows:,} predictions: {target}")


def _demo_user() -> User:
    existing = User.objects.filter(email=EMAIL).first()
    return existing or User.objects.create_user(EMAIL, secrets.token_urlsafe(24))


def _wait(row_class: type[WorkspaceRow], row: Any, *pending: str) -> Any:
    """Poll, as the pages do, until the row leaves its pending states."""
    deadline = time.monotonic() + LIMIT_SECONDS
    reload: Callable[[], Any] = lambda: row_class.objects.get(pk=row.pk)  # noqa: E731
    while (current := reload()).status in pending:
        if time.monotonic() > deadline:
            raise CommandError(f"Not done after {LIMIT_SECONDS} s: {current}.")
        time.sleep(POLL_SECONDS)
    if current.error_code:
        raise CommandError(current.error_message)
    return current
