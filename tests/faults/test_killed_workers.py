"""Processes die in the middle of a deployment, and the queue forgets: it ends well, once."""

import csv
import itertools
import signal
import socket
from pathlib import Path
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller

from inference.models import InferenceResult
from models_app.deploy import deploy_model
from models_app.models import CandidateModel, DeployedModel
from studio.datasets import create_dataset
from studio.models import Cleanset, Dataset, Job, OutboxMessage, StoredFile, User
from studio.projects import Setup, create_project

from .conftest import ROOT, horses_of, wait_until

pytestmark = [pytest.mark.faults, pytest.mark.timeout(500), pytest.mark.xdist_group("faults")]

SAMPLE = ROOT / "samples" / "telco_churn.csv"


class Mailbox:
    """A real SMTP server's handler that keeps what arrives."""

    def __init__(self):
        self.ids = []
        self.subjects = []

    async def handle_DATA(self, server, session, envelope):
        text = envelope.content.decode()
        lines = text.replace("\r\n ", " ").splitlines()
        self.ids += [line for line in lines if line.lower().startswith("message-id:")]
        self.subjects += [line for line in lines if line.lower().startswith("subject:")]
        return "250 OK"


@pytest.fixture
def mailbox(monkeypatch):
    box = Mailbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{port}")
    yield box
    server.stop()


@pytest.fixture
def user(transactional_db):
    return User.objects.create_user("faults@example.org", "secret words here")


def features_of(path: Path) -> list[str]:
    with path.open(newline="") as source:
        return [name for name in next(csv.reader(source)) if name != "churn"]


def make_cleanset(user):
    dataset = create_dataset(
        user=user,
        workspace=user.workspaces.get(),
        name="churn",
        file_name=SAMPLE.name,
        path=SAMPLE,
    )
    wait_until(lambda: status_of(dataset) == Dataset.Status.READY, "ingestion")
    dataset.refresh_from_db()
    project = create_project(
        user=user,
        dataset=dataset,
        name="churn",
        setup=Setup("multi-class", "tabular", "churn", None, features_of(SAMPLE), "fast"),
        idempotency_key=uuid4().hex,
    )
    cleanset = project.cleansets.get()
    wait_until(lambda: status_of(cleanset) == Cleanset.Status.READY, "analysis")
    return Cleanset.objects.get(pk=cleanset.pk)


def status_of(row):
    return type(row).objects.get(pk=row.pk).status


def running_candidate():
    return Job.objects.filter(kind="candidate", state=Job.State.RUNNING).first()


def deploy(user, cleanset):
    return deploy_model(user=user, cleanset=cleanset, name="survivor", idempotency_key=uuid4().hex)


def test_a_deployment_survives_killed_processes_and_a_wiped_queue(
    user, workers, queue_server, mailbox
):
    for arguments in (["reconcile"], ["work", "io"]):
        workers.start(*arguments)
    trainers = [workers.start("work", "training") for _ in range(2)]
    cleanset = make_cleanset(user)
    # A different revision, so that the candidates have something to train.
    Cleanset.objects.filter(pk=cleanset.pk).update(revision=1)
    cleanset.decisions.create(row_id=0, action="exclude", decided_by=user)

    model = deploy(user, cleanset)
    first = wait_until(running_candidate, "the first candidate")
    horses = wait_until(lambda: [h for t in trainers for h in horses_of(t)], "a work-horse")
    for horse in horses:
        horse.send_signal(signal.SIGKILL)
    wait_until(running_candidate, "a candidate after the work-horse was killed")

    doomed = trainers[0]
    orphans = horses_of(doomed)
    doomed.send_signal(signal.SIGKILL)
    doomed.wait()
    for orphan in orphans:
        assert orphan.wait(timeout=2) is not None or not orphan.is_running()
    queue_server.wipe()
    workers.start("work", "training")

    wait_until(lambda: status_of(model) == DeployedModel.Status.TRAINED, "training")
    first.refresh_from_db()
    assert first.state == Job.State.SUCCEEDED
    deployment = Job.objects.get(kind="deployment")
    assert deployment.state == Job.State.SUCCEEDED
    assert set(deployment.children.values_list("state", flat=True)) == {Job.State.SUCCEEDED}
    assert CandidateModel.objects.filter(deployed_model=model, role="ensemble").count() == 1
    wait_until(lambda: len(mailbox.ids) == 2, "the mails")
    ready = [subject for subject in mailbox.subjects if "survivor" in subject]
    assert len(ready) == 1
    assert len(set(mailbox.ids)) == OutboxMessage.objects.count() == 2


def test_with_two_workers_the_candidates_overlap(user, workers):
    for arguments in (["reconcile"], ["work", "io"], ["work", "training"], ["work", "training"]):
        workers.start(*arguments)
    cleanset = make_cleanset(user)
    wait_until(lambda: Job.objects.filter(kind="analysis", state="succeeded").exists(), "analysis")
    runs = list(Job.objects.filter(kind="candidate-run").order_by("started_at"))
    assert len(runs) == 7
    assert any(
        later.started_at < earlier.finished_at for earlier, later in itertools.pairwise(runs)
    )
    assert len({job.worker for job in runs}) > 1
    assert cleanset.n_rows == 2000


def test_a_job_goes_on_when_the_queue_server_was_killed(user, workers, queue_server):
    queue_server.kill()
    dataset = create_dataset(
        user=user,
        workspace=user.workspaces.get(),
        name="churn",
        file_name=SAMPLE.name,
        path=SAMPLE,
    )
    assert status_of(dataset) == Dataset.Status.INGESTING
    assert Job.objects.get().published_at is None
    queue_server.start()
    for arguments in (["reconcile"], ["work", "io"]):
        workers.start(*arguments)
    wait_until(lambda: status_of(dataset) == Dataset.Status.READY, "ingestion")


def test_every_stored_file_is_there_and_no_other(user, workers, settings):
    scratch = Path(settings.CACHE_DIR) / "scratch"
    before = set(scratch.glob("*"))
    for arguments in (["reconcile"], ["work", "io"], ["work", "training"]):
        workers.start(*arguments)
    make_cleanset(user)
    folder = Path(settings.DATA_DIR) / "files"
    named = {row.key: row.size_bytes for row in StoredFile.objects.filter(purge_after=None)}
    for key, size_bytes in named.items():
        assert (folder / key).stat().st_size == size_bytes
    assert InferenceResult.objects.count() == 0
    assert list(folder.rglob(".tmp-*")) == []
    assert set(scratch.glob("*")) <= before
