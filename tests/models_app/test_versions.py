"""A new version of a cleanset, from the button to a model that is trained on it."""

from uuid import uuid4

import pyarrow.parquet as pq
import pytest
from django.test import Client
from django.urls import reverse

from automl.errors import InputError
from models_app.deploy import deploy_model
from models_app.frozen_cleanset import freeze_cleanset
from models_app.models import CandidateModel, DeployedModel
from studio.cleanset_labels import read_decided, read_version
from studio.decisions import decide_row
from studio.files import local_path
from studio.models import Cleanset, User
from studio.projects import Setup
from studio.tags import toggle_needs_review
from studio.undo import undo_row
from studio.versions import create_version

from ..factories import make_cleanset
from ..inline_jobs import analyse_file, run_all_jobs

WORDS = {"large": "a big wide tall thing number", "small": "a tiny short thin one number"}


@pytest.fixture
def cleanset(alice, tmp_path):
    """Given: yes, no, no, no, yes, none."""
    return make_cleanset(alice, tmp_path)


@pytest.fixture
def decide(cleanset, alice):
    def decide(row_id, action, label=None):
        decide_row(cleanset=cleanset, row_id=row_id, action=action, label=label, user=alice)

    return decide


@pytest.mark.django_db
def test_corrections_become_given_labels_and_excluded_rows_leave(cleanset, decide, alice):
    decide(2, "auto-fix", "yes")
    decide(1, "exclude")
    decide(0, "keep")
    version = create_version(cleanset=cleanset, user=alice)
    assert (version.version, version.previous) == (2, cleanset)
    given = read_version(version)
    assert given.row_ids.tolist() == [0, 2, 3, 4, 5]
    assert given.labels == ["yes", "yes", "no", "yes", None]
    assert given.resolved == {0, 2}


@pytest.mark.django_db
def test_versions_build_on_each_other(cleanset, decide, alice):
    decide(2, "label", "yes")
    second = create_version(cleanset=cleanset, user=alice)
    Cleanset.objects.filter(pk=second.pk).update(status="ready")
    second.refresh_from_db()
    decide_row(cleanset=second, row_id=2, action="exclude", user=alice)
    decide_row(cleanset=second, row_id=5, action="label", label="no", user=alice)
    _, decided = read_decided(second)
    assert decided.row_ids.tolist() == [0, 1, 3, 4, 5]
    assert decided.labels == ["yes", "no", "no", "yes", "no"]
    frozen = freeze_cleanset(second)
    assert frozen.row_ids.tolist() == [0, 1, 3, 4, 5]
    # Both are counted from the dataset, not from the version before.
    assert (frozen.n_corrected, frozen.n_excluded) == (1, 1)


@pytest.mark.django_db
def test_a_version_that_was_replaced_can_only_be_read(cleanset, decide, alice, alice_client):
    decide(2, "keep")
    create_version(cleanset=cleanset, user=alice)
    for attempt in (
        lambda: decide(3, "keep"),
        lambda: undo_row(cleanset=cleanset, row_id=2, user=alice),
        lambda: toggle_needs_review(cleanset=cleanset, row_id=2, user=alice),
        lambda: create_version(cleanset=cleanset, user=alice),
    ):
        with pytest.raises(InputError, match="newer"):
            attempt()
    url = reverse("studio:project_version", args=[cleanset.project_id, 1])
    shown = alice_client.get(url).content.decode()
    assert "can only be read" in shown
    assert "Exclude</button>" not in shown
    newest = alice_client.get(reverse("studio:project_detail", args=[cleanset.project_id]))
    assert "Waiting for a worker" in newest.content.decode()


@pytest.mark.django_db
def test_the_id_of_a_cleanset_leads_to_its_version(cleanset, decide, alice, bob, alice_client):
    decide(2, "keep")
    newest = create_version(cleanset=cleanset, user=alice)
    for each in (cleanset, newest):
        shown = alice_client.get(f"/cleansets/{each.hex_id}", follow=True)
        assert shown.redirect_chain[-1][0].endswith(f"/versions/{each.version}/")
        assert shown.status_code == 200
        other = Client()
        other.force_login(bob)
        assert other.get(f"/cleansets/{each.hex_id}/").status_code == 404


@pytest.mark.django_db
def test_pressing_the_button_twice_makes_one_version(cleanset, decide, alice_client):
    decide(2, "keep")
    url = reverse("studio:version_create", args=[cleanset.pk])
    for _ in range(2):
        assert alice_client.post(url).status_code == 302
    assert Cleanset.objects.filter(project=cleanset.project).count() == 2


@pytest.mark.django_db
def test_without_a_decision_there_is_nothing_to_start_from(cleanset, alice, alice_client):
    with pytest.raises(InputError, match="Decide some rows first"):
        create_version(cleanset=cleanset, user=alice)
    alice_client.post(reverse("studio:version_create", args=[cleanset.pk]))
    assert Cleanset.objects.count() == 1


@pytest.mark.django_db
def test_a_version_that_failed_gives_the_one_before_back(cleanset, decide, alice):
    decide(2, "keep")
    failed = create_version(cleanset=cleanset, user=alice)
    Cleanset.objects.filter(pk=failed.pk).update(status="failed")
    decide(3, "exclude")
    third = create_version(cleanset=cleanset, user=alice)
    assert (third.version, third.previous) == (3, cleanset)


@pytest.fixture
def analysed(tmp_path):
    """80 texts of two classes, every tenth with the other label; the fifth is the third again."""
    rows = []
    for i in range(80):
        truth = ("large", "small")[i % 2]
        label = truth if i % 10 else ("small", "large")[i % 2]
        rows.append(f"{WORDS[truth]} {2 if i == 4 else i},{label}")
    path = tmp_path / "sizes.csv"
    path.write_text("text,label\n" + "\n".join(rows) + "\n")
    user = User.objects.create_user("versions@example.org")
    return analyse_file(user, path, Setup("multi-class", "text", "label", "text", preset="fast"))


@pytest.mark.django_db(transaction=True)
def test_a_model_of_the_second_version_is_compared_with_the_dataset(analysed):
    user = analysed.created_by
    facts_file = analysed.project.row_facts_file
    assert analysed.source["kept_together"] == {"rows": 2, "clusters": 1}
    for row_id in range(0, 80, 10):
        decide_row(cleanset=analysed, row_id=row_id, action="label", label="large", user=user)
    decide_row(cleanset=analysed, row_id=1, action="exclude", user=user)
    version = create_version(cleanset=analysed, user=user)
    run_all_jobs()
    version.refresh_from_db()
    assert version.status == Cleanset.Status.READY, version.error_message
    assert (version.n_rows, version.n_issues) == (79, 0)
    assert version.flag_counts["is_previously_resolved"] == 8
    # What does not depend on labels was not found again.
    assert version.project.row_facts_file == facts_file
    issues = pq.read_table(local_path(version.issues_file)).to_pylist()
    assert {row["given_label"] for row in issues if row["row_id"] % 10 == 0} == {"large"}
    model = deploy_model(user=user, cleanset=version, name="second", idempotency_key=uuid4().hex)
    run_all_jobs()
    model = DeployedModel.objects.get(pk=model.pk)
    assert model.status == DeployedModel.Status.TRAINED, model.error_message
    deployed = CandidateModel.objects.get(deployed_model=model, is_deployed=True)
    assert deployed.held_out_accuracy == 1.0
    assert deployed.naive_original_accuracy < 0.95
