"""The operators' pages."""

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from client_api.models import PredictionQuery, Upload
from inference.models import InferenceResult
from models_app.models import CandidateModel, DeployedModel
from studio.models import (
    Cleanset,
    Dataset,
    Membership,
    OutboxMessage,
    Project,
    User,
    Webhook,
    WebhookEvent,
)
from studio.outbox import send_template
from studio.webhooks import announce

from ..factories import make_webhook

OWN = {"studio", "models_app", "inference", "client_api"}
NASTY = "<img src=x onerror=alert(1)>"


@pytest.fixture
def rows(alice):
    """One row of everything, under names that a browser must not take for markup."""
    base = {"workspace": alice.workspaces.get(), "created_by": alice}
    dataset = Dataset.objects.create(name=NASTY, file_name="a.csv", **base)
    project = Project.objects.create(
        dataset=dataset,
        name=NASTY,
        problem_type="multi-class",
        modality="text",
        label_column="label",
        **base,
    )
    cleanset = Cleanset.objects.create(project=project, **base)
    model = DeployedModel.objects.create(cleanset=cleanset, name=NASTY, preset="regular", **base)
    CandidateModel.objects.create(deployed_model=model, family="x", title="X")
    InferenceResult.objects.create(deployed_model=model, file_name=NASTY, **base)
    PredictionQuery.objects.create(deployed_model=model, **base)
    Upload.objects.create(file_name=NASTY, size_bytes=1, expires_at=timezone.now(), **base)
    send_template([alice.email], "analysis_ready", {"cleanset": cleanset, "project_name": NASTY})
    make_webhook(alice)
    Webhook.objects.update(url=f"https://example.org/{NASTY}", last_error=NASTY)
    announce(WebhookEvent.PROJECT_READY, alice.workspaces.get(), {"project_name": NASTY})
    return model


def registered():
    return [model for model in admin.site._registry if model._meta.app_label in OWN]


@pytest.mark.parametrize("row_class", registered(), ids=lambda m: m.__name__)
def test_list_and_row_pages_answer_and_escape_names(row_class, client, operator, rows):
    client.force_login(operator)
    name = f"admin:{row_class._meta.app_label}_{row_class._meta.model_name}"
    page = client.get(reverse(f"{name}_changelist"))
    assert page.status_code == 200
    assert NASTY not in page.content.decode()
    row = row_class._base_manager.first()
    if row is not None:
        page = client.get(reverse(f"{name}_change", args=[row.pk]))
        assert page.status_code == 200
        assert NASTY not in page.content.decode()


def test_somebody_who_is_no_operator_is_sent_away(alice_client):
    assert alice_client.get("/admin/").status_code == 302


def test_an_account_made_in_the_admin_has_its_workspace(client, operator):
    client.force_login(operator)
    answer = client.post(
        reverse("admin:studio_user_add"),
        {
            "email": "new@example.org",
            "usable_password": "true",
            "password1": "a fairly long one",
            "password2": "a fairly long one",
        },
    )
    assert answer.status_code == 302
    user = User.objects.get(email="new@example.org")
    assert user.check_password("a fairly long one")
    membership = Membership.objects.get(user=user)
    assert (membership.role, membership.workspace.is_personal) == ("owner", True)


def test_the_outbox_can_be_read(client, operator, rows):
    client.force_login(operator)
    message = OutboxMessage.objects.get()
    page = client.get(reverse("admin:studio_outboxmessage_change", args=[message.pk]))
    assert "ready for review" in page.content.decode()


def test_a_longer_list_costs_no_more_queries(
    client, operator, rows, alice, django_assert_max_num_queries
):
    client.force_login(operator)
    workspace = alice.workspaces.get()
    Dataset.objects.bulk_create(
        Dataset(name=f"d{i}", file_name="a.csv", workspace=workspace, created_by=alice)
        for i in range(30)
    )
    with django_assert_max_num_queries(8):
        client.get(reverse("admin:studio_dataset_changelist"))
