"""Training that ends before its time: by a limit, by a press on stop, by a press on cancel."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from automl.errors import InputError
from models_app.deploy import deploy_model, new_key
from models_app.models import CandidateModel, DeployedModel
from models_app.progress import model_progress, seconds_left
from models_app.time_limits import check_time_left, in_training_order, limit_seconds
from studio.jobs import start_job
from studio.models import Cleanset, Job, OutboxMessage
from studio.time_limits import about_duration, default_limit_seconds

from ..factories import make_cleanset, make_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def training(alice, tmp_path):
    """A model in training: one candidate is ready, one waits."""
    model = make_model(make_cleanset(alice, tmp_path), tmp_path, status="TRAINING")
    model.candidates.all().delete()
    parent = start_job("deployment", model.pk, workspace=model.workspace)
    Job.objects.filter(pk=parent.pk).update(state="waiting", stop_early_at=None)
    made = SimpleNamespace(model=model, parent=parent, children={}, candidates={})
    for family, state in (("ready", "succeeded"), ("open", "queued")):
        candidate = CandidateModel.objects.create(
            deployed_model=model,
            family=family,
            title=family,
            estimated_seconds=60,
            status="ready" if state == "succeeded" else "pending",
        )
        child = start_job("candidate", candidate.pk, workspace=model.workspace, parent=parent)
        started = timezone.now()
        Job.objects.filter(pk=child.pk).update(
            state=state,
            started_at=started,
            finished_at=started + timedelta(seconds=60) if state == "succeeded" else None,
        )
        made.children[family], made.candidates[family] = child, candidate
    return made


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def press(client, name, model):
    return client.post(reverse(f"models_app:{name}", args=[model.pk]), follow=True)


def test_stopping_keeps_what_is_ready_and_leaves_out_the_rest(training, alice_client):
    press(alice_client, "model_stop", training.model)
    assert fresh(training.children["open"]).state == "cancelled"
    left_out = fresh(training.candidates["open"])
    assert (left_out.status, "Left out" in left_out.metrics["error"]) == ("failed", True)
    assert fresh(training.candidates["ready"]).status == "ready"
    parent = fresh(training.parent)
    assert (parent.state, parent.stage) == ("queued", 1)


def test_stopping_waits_for_the_first_candidate(training, alice_client):
    CandidateModel.objects.filter(family="ready").update(status="failed")
    press(alice_client, "model_stop", training.model)
    assert fresh(training.children["open"]).state == "queued"
    page = alice_client.get(reverse("inference:result_list", args=[training.model.pk]))
    assert "disabled" in page.content.decode().split("Stop and keep")[0][-60:]


def test_a_baseline_alone_is_not_enough_to_stop(training, alice_client):
    CandidateModel.objects.filter(family="ready").update(role="baseline")
    press(alice_client, "model_stop", training.model)
    assert fresh(training.children["open"]).state == "queued"


def test_cancelling_ends_all_and_sends_no_mail(training, alice_client):
    page = press(alice_client, "model_cancel", training.model).content.decode()
    assert fresh(training.parent).state == "cancelled"
    assert fresh(training.children["open"]).state == "cancelled"
    model = fresh(training.model)
    assert (model.status, model.error_code) == ("FAILED", "CANCELLED")
    assert not OutboxMessage.objects.exists()
    assert "Training was cancelled" in page


@pytest.mark.parametrize("name", ["model_stop", "model_cancel"])
def test_a_trained_model_has_nothing_to_stop(training, alice_client, name):
    DeployedModel.objects.update(status="TRAINED")
    Job.objects.update(state="succeeded", finished_at=timezone.now())
    page = press(alice_client, name, training.model).content.decode()
    assert "not in training any more" in page
    assert fresh(training.model).status == "TRAINED"


def test_the_training_page_says_how_long_it_will_take(training, alice_client):
    progress = model_progress(training.model)
    assert progress.detail.startswith("About 1 min left")
    page = alice_client.get(reverse("inference:result_list", args=[training.model.pk]))
    assert "Stop and keep best so far" in page.content.decode()


def test_what_is_left_follows_the_pace_of_what_is_done(training):
    children = {c.subject_id: c for c in Job.objects.filter(parent=training.parent)}
    candidates = list(training.candidates.values())
    as_thought = seconds_left(candidates, children)
    done = children[training.candidates["ready"].pk]
    done.finished_at = done.started_at + timedelta(seconds=180)
    assert seconds_left(candidates, children) == pytest.approx(as_thought * 181 / 61)


def test_a_candidate_that_would_not_be_done_in_time_does_not_begin(training):
    Job.objects.update(stop_early_at=timezone.now() + timedelta(seconds=30))
    child, candidate = fresh(training.children["open"]), training.candidates["open"]
    with pytest.raises(InputError, match="about 1 min") as refused:
        check_time_left(child, candidate)
    assert refused.value.code == "TIME_LIMIT"
    Job.objects.update(stop_early_at=timezone.now() + timedelta(seconds=90))
    check_time_left(fresh(child), candidate)
    Job.objects.update(stop_early_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(InputError, match="when training was stopped"):
        check_time_left(fresh(child), candidate)


def test_the_first_candidate_begins_however_short_the_time_is(training):
    CandidateModel.objects.update(status="pending")
    Job.objects.update(stop_early_at=timezone.now() - timedelta(seconds=30))
    check_time_left(fresh(training.children["open"]), training.candidates["open"])


def test_a_quick_one_begins_and_then_the_costliest_unless_time_is_short():
    candidates = [CandidateModel(family=f"f{s}", estimated_seconds=s) for s in (5, 50, 20)]
    candidates.append(CandidateModel(family="m", role="baseline", estimated_seconds=7))
    order = in_training_order(candidates, timedelta(minutes=10))
    assert [c.estimated_seconds for c in order] == [7, 5, 50, 20]
    order = in_training_order(candidates, timedelta(seconds=20))
    assert [c.estimated_seconds for c in order] == [7, 5, 20, 50]


def test_a_limit_is_that_of_the_form_else_by_preset_and_rows(training, alice):
    model = training.model
    assert limit_seconds(model, 25_000) == 3 * default_limit_seconds("regular", 1)
    cleanset = Cleanset.objects.get()
    made = deploy_model(
        user=alice,
        cleanset=cleanset,
        name="quick",
        idempotency_key=new_key(),
        time_limit_minutes=2,
    )
    assert limit_seconds(made, 25_000) == 120


def test_the_deploy_form_shows_estimates_and_refuses_a_limit_of_nothing(training, alice_client):
    cleanset = Cleanset.objects.get()
    estimates = {"deployments": {"fast": {"seconds": 31.0}}}
    Cleanset.objects.update(source=cleanset.source | estimates)
    address = reverse("models_app:model_create", args=[cleanset.pk])
    assert "About 30 s here" in alice_client.get(address).content.decode()
    form = {"name": "x", "idempotency_key": "k", "time_limit_minutes": "0"}
    assert alice_client.post(address, form).status_code == 422


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "5 s"),
        (31, "30 s"),
        (58, "1 min"),
        (150, "2 min"),
        (3600, "1 h"),
        (5000, "1 h 20 min"),
    ],
)
def test_durations_are_told_roughly(seconds, words):
    assert about_duration(seconds) == words
