"""Forms and addresses that nobody's page offers: refused or ignored, never an error of ours."""

import pytest
from django.urls import reverse

from studio.models import Cleanset, RowDecision

from ..factories import make_cleanset

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
ACTIONS = ["keep", "auto-fix", "label", "exclude", "undo", "needs-review", "bogus"]
STRANGE = "search=%00&given=%ff%00&suggested=%ed%a0%80&sort=c0&min_outlier_score=nan&page=99"
STRANGE += "&column=1&whole=1&contains=%00%ff&from=1e999&to=2024-13-45&another_given=%00"


@pytest.fixture
def cleanset(alice, tmp_path):
    return make_cleanset(alice, tmp_path)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("row_id", [6, 10**12, 2**63])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_row_that_is_not_there_is_not_found(action, row_id, headers, cleanset, alice_client):
    url = reverse("studio:row_decide", args=[cleanset.pk, row_id])
    fields = {"action": action, "label": "x", "resolver": "1", "advance": "1"}
    assert alice_client.post(url, fields, headers=headers).status_code == 404
    assert not RowDecision.objects.exists()
    shown = alice_client.get(reverse("studio:row_detail", args=[cleanset.pk, row_id]))
    assert shown.status_code == 404


@pytest.mark.parametrize("status", ["analyzing", "failed"])
@pytest.mark.parametrize("name", ["row_decide", "cleanset_clean_top", "version_create"])
def test_nothing_is_decided_before_the_analysis_is_done(status, name, cleanset, alice_client):
    Cleanset.objects.filter(pk=cleanset.pk).update(status=status)
    where = [cleanset.pk, 2] if name == "row_decide" else [cleanset.pk]
    answer = alice_client.post(
        reverse(f"studio:{name}", args=where), {"action": "keep", "k": "3"}, headers=HTMX
    )
    assert answer.status_code == 404
    assert not RowDecision.objects.exists()


@pytest.mark.parametrize("k", ["0", "-5", "x", "", "99999999999"])
def test_a_number_of_rows_that_is_none_changes_nothing(k, cleanset, alice_client):
    url = reverse("studio:cleanset_clean_top", args=[cleanset.pk])
    answer = alice_client.post(url, {"action": "exclude", "k": k}, follow=True)
    assert "how many rows it is for" in answer.content.decode()
    assert not RowDecision.objects.exists()


@pytest.mark.parametrize(
    "name",
    [
        "cleanset_history",
        "cleanset_analytics",
        "cleanset_export_form",
        "cleanset_export",
        "project_detail",
    ],
)
@pytest.mark.parametrize("preset", ["all", "sample", "decided"])
def test_strange_queries_are_answered(name, preset, cleanset, alice_client):
    where = cleanset.project_id if name == "project_detail" else cleanset.pk
    url = reverse(f"studio:{name}", args=[where])
    answer = alice_client.get(f"{url}?rows=view&preset={preset}&{STRANGE}")
    assert answer.status_code == 200
