"""The job mechanism, driven step by step in this process."""

import threading
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError
from django.utils import timezone

from automl.errors import InputError
from studio import reconciler
from studio.jobs import (
    Finished,
    Kind,
    Split,
    ask_to_stop,
    cancel_subject,
    get_kind,
    register,
    start_job,
    transitions,
)
from studio.jobs.execution import JobRun, execute
from studio.models import Job, StoredFile, User

pytestmark = pytest.mark.django_db(transaction=True)

DEADLINE = timedelta(hours=1)


@pytest.fixture
def workspace(db):
    return User.objects.create_user("jobs@example.org").workspaces.get()


@pytest.fixture
def log():
    return []


@pytest.fixture
def kind(log):
    """A registered kind whose work the test sets; it notes what happens to its subject."""

    class Recorder:
        key = f"test-{uuid4().hex[:8]}"
        work = staticmethod(lambda run: Finished(lambda: log.append("applied")))
        join = staticmethod(lambda run: Finished(lambda: log.append("joined")))

    recorder = Recorder()
    register(
        Kind(
            key=recorder.key,
            queue="io",
            deadline=DEADLINE,
            run=lambda run: recorder.work(run),
            join=lambda run: recorder.join(run),
            on_start=lambda job: log.append("started"),
            on_fail=lambda job, failure: log.append(f"failed {failure.code}"),
        )
    )
    return recorder


def run_now(job):
    execute(job.pk, has_heartbeat=False)
    job.refresh_from_db()
    return job


def raising(error):
    def work(run):
        raise error

    return work


def test_a_job_runs_once_however_often_it_is_delivered(kind, workspace, log):
    job = start_job(kind.key, uuid4(), workspace=workspace)
    for _ in range(3):
        run_now(job)
    assert job.state == Job.State.SUCCEEDED
    assert log == ["started", "applied"]
    assert job.attempt == 1


def test_a_row_waits_when_the_queue_is_down(kind, workspace):
    job = start_job(kind.key, uuid4(), workspace=workspace)
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED
    assert job.published_at is None


def test_bad_input_fails_at_once_with_its_line(kind, workspace, log):
    kind.work = raising(InputError("RAGGED_ROWS", "Line 7 is too long.", line=7))
    job = run_now(start_job(kind.key, uuid4(), workspace=workspace))
    assert (job.state, job.error_code, job.error_line) == (Job.State.FAILED, "RAGGED_ROWS", 7)
    assert log == ["started", "failed RAGGED_ROWS"]


def test_a_passing_trouble_is_tried_again_later(kind, workspace, log):
    kind.work = raising(OperationalError("database is locked"))
    job = run_now(start_job(kind.key, uuid4(), workspace=workspace))
    assert job.state == Job.State.QUEUED
    assert job.not_before > timezone.now()
    assert log == ["started"]


def test_a_bug_shows_a_reference_and_not_its_text(kind, workspace):
    kind.work = raising(ValueError("secret cell"))
    job = run_now(start_job(kind.key, uuid4(), workspace=workspace))
    assert job.error_code == "INTERNAL"
    assert "secret" not in job.error_message
    assert "reference" in job.error_message


def test_a_run_that_lost_its_lease_changes_nothing_and_drops_its_files(
    kind, workspace, log, tmp_path
):
    path = tmp_path / "artefact"
    path.write_text("made by the loser")

    def lose_lease_while_working(run: JobRun):
        run.put_file("test", path)
        Job.objects.filter(pk=run.job.pk).update(token=uuid4())
        return Finished(lambda: log.append("applied"))

    kind.work = lose_lease_while_working
    job = run_now(start_job(kind.key, uuid4(), workspace=workspace))
    assert job.state == Job.State.RUNNING
    assert log == ["started"]
    assert not StoredFile.objects.exists()


def test_a_finished_run_keeps_its_files(kind, workspace, tmp_path):
    path = tmp_path / "artefact"
    path.write_text("kept")

    def work(run: JobRun):
        run.put_file("test", path)
        return Finished(lambda: None)

    kind.work = work
    run_now(start_job(kind.key, uuid4(), workspace=workspace))
    assert StoredFile.objects.get().purge_after is None


def test_an_expired_lease_gives_the_job_to_the_next_worker(kind, workspace, log):
    job = start_job(kind.key, uuid4(), workspace=workspace)
    transitions.claim(job.pk, "lost")
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    reconciler.expire_leases()
    assert run_now(job).state == Job.State.SUCCEEDED
    assert log == ["started", "started", "applied"]


def test_after_three_lost_workers_the_job_fails_with_advice(kind, workspace, log):
    job = start_job(kind.key, uuid4(), workspace=workspace)
    for _ in range(3):
        transitions.claim(job.pk, "lost")
        Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        reconciler.expire_leases()
    job.refresh_from_db()
    assert (job.state, job.error_code) == (Job.State.FAILED, "WORKER_LOST")
    assert "memory" in job.error_message
    assert log[-1] == "failed WORKER_LOST"


def test_what_is_not_done_by_its_deadline_fails(kind, workspace, log):
    job = start_job(kind.key, uuid4(), workspace=workspace)
    Job.objects.update(deadline_at=timezone.now() - timedelta(seconds=1))
    reconciler.fail_overdue()
    job.refresh_from_db()
    assert job.error_code == "TIMEOUT"
    assert log == ["failed TIMEOUT"]


def test_the_last_child_starts_the_joining_step_once(kind, workspace, log):
    child_kind = Kind(
        key=f"child-{uuid4().hex[:8]}",
        queue="io",
        deadline=DEADLINE,
        run=lambda run: Finished(lambda: None),
        on_fail=lambda job, failure: None,
    )
    register(child_kind)
    kind.work = lambda run: Split(lambda: None, [(child_kind.key, uuid4()) for _ in range(3)])
    parent = run_now(start_job(kind.key, uuid4(), workspace=workspace))
    assert parent.state == Job.State.WAITING
    children = list(parent.children.all())
    for child in children[:2]:
        run_now(child)
    parent.refresh_from_db()
    assert parent.state == Job.State.WAITING
    run_now(children[2])
    assert run_now(parent).state == Job.State.SUCCEEDED
    assert log == ["started", "started", "joined"]


def test_a_split_without_children_goes_straight_to_the_joining_step(kind, workspace, log):
    kind.work = lambda run: Split(lambda: None, [])
    parent = run_now(start_job(kind.key, uuid4(), workspace=workspace))
    assert run_now(parent).state == Job.State.SUCCEEDED
    assert log[-1] == "joined"


def test_a_missed_join_is_made_up_for_by_the_reconciler(kind, workspace):
    kind.work = lambda run: Split(lambda: None, [(kind.key, uuid4())])
    parent = run_now(start_job(kind.key, uuid4(), workspace=workspace))
    parent.children.update(state=Job.State.SUCCEEDED)
    reconciler.join_waiting()
    parent.refresh_from_db()
    assert (parent.state, parent.stage) == (Job.State.QUEUED, 1)


def test_cancelling_a_waiting_job_ends_its_children(kind, workspace):
    subject = uuid4()
    kind.work = lambda run: Split(lambda: None, [(kind.key, uuid4())])
    parent = run_now(start_job(kind.key, subject, workspace=workspace))
    cancel_subject(subject)
    parent.refresh_from_db()
    assert parent.state == Job.State.CANCELLED
    assert parent.children.get().state == Job.State.CANCELLED


def test_a_cancelled_run_gets_no_new_lease(kind, workspace):
    job = start_job(kind.key, uuid4(), workspace=workspace)
    claimed = transitions.claim(job.pk, "worker")
    assert transitions.beat(job.pk, claimed.token)
    cancel_subject(job.subject_id)
    assert not transitions.beat(job.pk, claimed.token)


def test_leases_of_a_stopped_supervisor_are_given_back_without_counting_a_crash(kind, workspace):
    job = start_job(kind.key, uuid4(), workspace=workspace)
    transitions.claim(job.pk, "abc:17")
    assert reconciler.release_leases("abc") == 1
    job.refresh_from_db()
    assert (job.state, job.crashes) == (Job.State.QUEUED, 0)


@pytest.fixture
def spread(kind, workspace):
    """A waiting job with two children, of which the first is done; it stops early when due."""

    def make(stop_early_at=None):
        child_ids = [uuid4(), uuid4()]
        kind.work = lambda run: Split(
            lambda: None, [(kind.key, child) for child in child_ids], stop_early_at
        )
        parent = run_now(start_job(kind.key, uuid4(), workspace=workspace))
        kind.work = lambda run: Finished(lambda: None)
        run_now(Job.objects.get(subject_id=child_ids[0]))
        return parent, Job.objects.get(subject_id=child_ids[1])

    return make


def test_stopping_early_gives_up_what_is_not_done_and_joins_the_rest(spread, log):
    parent, unfinished = spread()
    assert ask_to_stop(parent.subject_id)
    unfinished.refresh_from_db()
    assert (unfinished.state, unfinished.error_code) == ("cancelled", "STOPPED")
    assert run_now(parent).state == "succeeded"
    assert log.count("joined") == 1


def test_a_running_child_is_told_to_stop_and_ends_as_left_out(spread, log):
    parent, unfinished = spread()
    running = transitions.claim(unfinished.pk, "worker")
    ask_to_stop(parent.subject_id)
    assert not transitions.beat(running.pk, running.token)
    transitions.end_cancelled(Job.objects.get(pk=running.pk))
    unfinished.refresh_from_db()
    assert unfinished.error_code == "STOPPED"
    parent.refresh_from_db()
    assert (parent.state, parent.stage) == ("queued", 1)


def test_a_time_limit_stops_early_by_itself(spread):
    parent, unfinished = spread(timezone.now() + timedelta(minutes=5))
    reconciler.reconcile()
    unfinished.refresh_from_db()
    assert unfinished.state == "queued"
    Job.objects.filter(pk=parent.pk).update(stop_early_at=timezone.now())
    reconciler.reconcile()
    unfinished.refresh_from_db()
    assert unfinished.state == "cancelled"


def test_nothing_is_given_up_before_there_is_enough_to_go_on_with(spread, kind):
    parent, unfinished = spread()
    register(replace(get_kind(kind.key), has_enough=lambda job: False))
    ask_to_stop(parent.subject_id)
    unfinished.refresh_from_db()
    assert unfinished.state == "queued"


def test_a_stop_asked_for_before_the_split_stands(kind, workspace):
    kind.work = lambda run: Split(
        lambda: None, [(kind.key, uuid4())], timezone.now() + timedelta(hours=1)
    )
    job = start_job(kind.key, uuid4(), workspace=workspace)
    ask_to_stop(job.subject_id)
    assert run_now(job).stop_early_at <= timezone.now()


def test_what_has_ended_cannot_be_stopped(kind, workspace):
    job = run_now(start_job(kind.key, uuid4(), workspace=workspace))
    assert not ask_to_stop(job.subject_id)


def test_the_repair_loop_repairs_each_round_and_tidies_up_now_and_then(monkeypatch, settings):
    calls, stop = [], threading.Event()

    def repair():
        calls.append("repair")
        if len(calls) > 4:
            stop.set()

    monkeypatch.setattr(reconciler, "repair", repair)
    monkeypatch.setattr(reconciler, "tidy", lambda: calls.append("tidy"))
    monkeypatch.setattr(reconciler, "WEBHOOK_SENDERS", 0)
    settings.RECONCILE_SECONDS = 0.01
    reconciler.run_forever(stop)
    assert calls == ["repair", "tidy", *["repair"] * 3]
