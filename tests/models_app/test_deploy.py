"""One press, one model: what deploying and re-training make, and what they refuse."""

import pytest
from django.urls import reverse

from automl.errors import InputError
from models_app.deploy import MAX_NAME_CHARS, deploy_model, is_outdated, new_key, retrain_model
from models_app.models import DeployedModel
from studio.decisions import decide_row
from studio.models import Cleanset, Job, Project
from studio.trash import delete_row
from studio.undo import undo_row

from ..factories import make_cleanset, make_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def cleanset(alice, tmp_path):
    return make_cleanset(alice, tmp_path)


@pytest.fixture
def model(cleanset, tmp_path):
    return make_model(cleanset, tmp_path)


@pytest.fixture
def deploy(cleanset, alice):
    def deploy(name="mine", key=""):
        return deploy_model(
            user=alice, cleanset=cleanset, name=name, idempotency_key=key or new_key()
        )

    return deploy


@pytest.fixture
def retrain(alice):
    return lambda model: retrain_model(user=alice, model=model)


def fresh(model):
    return DeployedModel.objects.select_related("cleanset").get(pk=model.pk)


def test_a_new_model_waits_for_its_training(deploy, cleanset, alice):
    model = deploy()
    job = Job.objects.get(subject_id=model.pk)
    assert (job.kind, job.state) == ("deployment", "queued")
    assert (model.cleanset, model.created_by, model.retrained_from) == (cleanset, alice, None)
    assert model.workspace == cleanset.workspace
    assert model.preset == cleanset.project.preset


def test_two_presses_of_one_form_make_one_model(deploy):
    assert deploy(key="pressed") == deploy(key="pressed")
    assert Job.objects.filter(kind="deployment").count() == 1


def test_two_forms_make_two_models_even_of_one_name(deploy):
    assert deploy() != deploy()
    assert DeployedModel.objects.filter(name="mine").count() == 2


def test_the_same_key_of_two_workspaces_makes_two_models(deploy, bob, tmp_path):
    other = deploy_model(
        user=bob, cleanset=make_cleanset(bob, tmp_path), name="his", idempotency_key="k"
    )
    assert deploy(key="k") != other


def test_a_name_is_tidied_and_may_be_as_long_as_the_limit(deploy):
    assert deploy(name="  my \n first\tmodel ").name == "my first model"
    assert deploy(name="x" * MAX_NAME_CHARS).name == "x" * MAX_NAME_CHARS


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "NAME_MISSING"),
        (" \n ", "NAME_MISSING"),
        ("x" * (MAX_NAME_CHARS + 1), "NAME_TOO_LONG"),
    ],
)
def test_a_name_that_does_not_fit_makes_nothing(deploy, name, code):
    with pytest.raises(InputError) as refused:
        deploy(name=name)
    assert refused.value.code == code
    assert not DeployedModel.objects.exists()
    assert not Job.objects.exists()


@pytest.mark.parametrize("status", ["analyzing", "failed"])
def test_only_a_cleanset_that_is_ready_is_deployed(deploy, status):
    Cleanset.objects.update(status=status)
    with pytest.raises(InputError) as refused:
        deploy()
    assert refused.value.code == "NOT_READY"
    assert not Job.objects.exists()


def test_a_model_remembers_the_decisions_it_was_made_from(deploy, cleanset, alice):
    decide_row(cleanset=cleanset, row_id=1, action="exclude", user=alice)
    model = deploy()
    assert model.cleanset_revision == 1
    assert not is_outdated(fresh(model))


def test_every_decision_since_makes_a_model_outdated_even_an_undone_one(deploy, cleanset, alice):
    model = deploy()
    decide_row(cleanset=cleanset, row_id=1, action="exclude", user=alice)
    assert is_outdated(fresh(model))
    undo_row(cleanset=cleanset, row_id=1, user=alice)
    assert is_outdated(fresh(model))


def test_two_presses_of_retrain_make_one_model(model, cleanset, alice, alice_client):
    decide_row(cleanset=cleanset, row_id=1, action="exclude", user=alice)
    address = reverse("models_app:model_retrain", args=[model.pk])
    assert [alice_client.post(address).status_code for _ in range(2)] == [302, 302]
    newer = DeployedModel.objects.get(retrained_from=model)
    assert (newer.name, newer.cleanset_revision) == (model.name, 1)
    assert is_outdated(fresh(model))
    assert not is_outdated(fresh(newer))
    assert Job.objects.filter(kind="deployment").count() == 1


def test_retraining_only_answers_to_a_press(model, alice_client):
    address = reverse("models_app:model_retrain", args=[model.pk])
    assert alice_client.get(address).status_code == 405
    assert not DeployedModel.objects.filter(retrained_from=model).exists()


def test_another_decision_allows_another_retraining(model, cleanset, alice, retrain):
    first = retrain(model)
    decide_row(cleanset=cleanset, row_id=1, action="exclude", user=alice)
    second = retrain(model)
    assert second != first
    assert (first.cleanset_revision, second.cleanset_revision) == (0, 1)


@pytest.mark.parametrize("end", ["failed", "deleted", "failed and deleted"])
def test_an_attempt_that_came_to_nothing_can_be_repeated_once(model, retrain, end):
    first = retrain(model)
    if "failed" in end:
        DeployedModel.objects.filter(pk=first.pk).update(status="FAILED")
    if "deleted" in end:
        delete_row(first)
    second = retrain(model)
    assert second != first
    assert retrain(model) == second


def test_a_failed_attempt_deleted_after_its_repetition_does_not_allow_a_third(model, retrain):
    first = retrain(model)
    DeployedModel.objects.filter(pk=first.pk).update(status="FAILED")
    second = retrain(model)
    delete_row(first)
    assert retrain(model) == second


@pytest.mark.parametrize(("asked", "used"), [("best", "best"), ("", "fast"), (None, "fast")])
def test_a_deployment_inherits_the_preset_of_its_project_unless_told(cleanset, alice, asked, used):
    Project.objects.update(preset="fast")
    cleanset = Cleanset.objects.get()
    model = deploy_model(user=alice, cleanset=cleanset, name="m", idempotency_key="k", preset=asked)
    assert model.preset == used
    assert retrain_model(user=alice, model=model).preset == used


def test_a_preset_that_does_not_exist_is_refused(cleanset, alice_client):
    url = reverse("models_app:model_create", args=[cleanset.pk])
    form = {"name": "m", "idempotency_key": "k", "preset": "slow"}
    assert alice_client.post(url, form).status_code == 422
    assert alice_client.post(url, form | {"preset": "best"}).status_code == 302
    assert DeployedModel.objects.get().preset == "best"


def deploy_with(cleanset, alice, **decision):
    return deploy_model(
        user=alice, cleanset=cleanset, name="x", idempotency_key=new_key(), **decision
    )


def test_a_decision_is_kept_and_inherited_by_a_retraining(cleanset, alice, retrain):
    model = deploy_with(cleanset, alice, decision="threshold", decision_threshold=0.2)
    assert (model.decision, model.decision_threshold) == ("threshold", 0.2)
    again = retrain(model)
    assert again == model or (again.decision, again.decision_threshold) == ("threshold", 0.2)


def test_a_threshold_that_is_not_used_is_not_kept(cleanset, alice):
    model = deploy_with(cleanset, alice, decision="balanced", decision_threshold=0.2)
    assert (model.decision, model.decision_threshold) == ("balanced", None)


@pytest.mark.parametrize("threshold", [None, 0.0, 1.0])
def test_a_threshold_lies_between_nothing_and_certainty(cleanset, alice, threshold):
    with pytest.raises(InputError) as refused:
        deploy_with(cleanset, alice, decision="threshold", decision_threshold=threshold)
    assert refused.value.code == "BAD_THRESHOLD"


@pytest.mark.parametrize("classes", [["a"], ["a", "b", "c"]])
def test_a_threshold_needs_two_classes(cleanset, alice, classes):
    Cleanset.objects.update(classes=classes)
    cleanset.refresh_from_db()
    with pytest.raises(InputError) as refused:
        deploy_with(cleanset, alice, decision="threshold", decision_threshold=0.5)
    assert refused.value.code == "NOT_TWO_CLASSES"


def test_the_form_offers_a_threshold_for_two_classes_only(cleanset, alice_client):
    address = reverse("models_app:model_create", args=[cleanset.pk])
    assert 'value="threshold"' in alice_client.get(address).content.decode()
    Cleanset.objects.update(classes=["a", "b", "c"])
    assert 'value="threshold"' not in alice_client.get(address).content.decode()


def test_the_form_warns_of_class_names_that_readers_of_predictions_change(cleanset, alice_client):
    address = reverse("models_app:model_create", args=[cleanset.pk])
    assert "may read otherwise" not in alice_client.get(address).content.decode()
    Cleanset.objects.update(classes=["007", "NA", "b"])
    page = alice_client.get(address).content.decode()
    assert "“007” as the number 7, “NA” as missing" in page
