"""Labels that somebody types: new ones that look like known ones, and odd characters."""

import csv
import io

import pytest
from django.urls import reverse

from studio.decisions import decide_row
from studio.models import RowDecision

from ..factories import make_cleanset

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
NOTICE = "only by case, spaces or letter forms"


@pytest.fixture
def cleanset(alice, tmp_path):
    return make_cleanset(alice, tmp_path)


@pytest.fixture
def several(alice, tmp_path):
    return make_cleanset(alice, tmp_path, problem_type="multi-label")


def decide(client, cleanset, row_id=2, headers=HTMX, **fields):
    fields = {"query": "preset=all", "action": "label"} | fields
    url = reverse("studio:row_decide", args=[cleanset.pk, row_id])
    return client.post(url, fields, headers=headers, follow=True).content.decode()


def labels():
    return list(RowDecision.objects.order_by("row_id").values_list("corrected_label", flat=True))


@pytest.mark.parametrize("name", ["Yes", "YES ", "ｙｅｓ", "ye\ufb06"[:2] + "S"])
def test_a_class_written_almost_like_a_known_one_is_given_and_said(name, cleanset, alice_client):
    answer = decide(alice_client, cleanset, label=name)
    assert labels() == [name.strip()]
    assert f"New class “{name.strip()}”. It differs from “yes” {NOTICE}." in answer
    assert "Undo if this was not meant." in answer
    assert 'role="status">New class' in answer
    assert 'role="alert"' not in answer


@pytest.mark.parametrize("name", ["yes", " no ", "maybe", "yes!", "yеs"])
def test_known_classes_and_wholly_new_ones_are_given_without_a_word(name, cleanset, alice_client):
    assert "New class" not in decide(alice_client, cleanset, label=name)
    assert labels() == [name.strip()]


def test_a_class_that_only_a_decision_knows_counts_too(cleanset, alice, alice_client):
    decide_row(cleanset=cleanset, row_id=0, action="label", label="may be", user=alice)
    answer = decide(alice_client, cleanset, label="May  Be")
    assert "It differs from “may be” only" in answer
    assert "New class" not in decide(alice_client, cleanset, row_id=1, label="other")


def test_the_panel_stays_at_the_row_so_that_undo_means_it(cleanset, alice_client):
    answer = decide(alice_client, cleanset, label="Yes", resolver="1", advance="1")
    assert 'data-row="2"' in answer
    assert answer.count("New class “Yes”") == 1
    answer = decide(alice_client, cleanset, action="undo", resolver="1", advance="1")
    assert "New class" not in answer
    assert labels() == []


@pytest.mark.parametrize("place", [{}, {"resolver": "1", "advance": "1"}])
def test_without_script_the_next_page_says_it(place, cleanset, alice_client):
    page = decide(alice_client, cleanset, headers={}, label="Yes", **place)
    assert "<html" in page
    assert f'toast--warning">New class “Yes”. It differs from “yes” {NOTICE}.' in page


def test_clean_top_k_says_it_once(cleanset, alice_client):
    url = reverse("studio:cleanset_clean_top", args=[cleanset.pk])
    fields = {"query": "preset=all", "action": "label", "k": "4", "label": "NO"}
    page = alice_client.post(url, fields, follow=True).content.decode()
    assert labels() == ["NO"] * 4
    assert "Labelled 4 rows." in page
    assert page.count("New class “NO”") == 1


def test_of_a_set_each_label_is_looked_at(several, alice_client):
    answer = decide(alice_client, several, labels=["yes"], more="No, YES,other")
    assert labels() == ["No,YES,other,yes"]
    assert "“No”. It differs from “no”" in answer
    assert "“YES”. It differs from “yes”" in answer
    assert "“other”" not in answer
    assert answer.count("Undo if this was not meant.") == 1


ODD = [
    "zero\u200bwidth",
    "\u202eright to left",
    "ｆｕｌｌ",
    "bell\x07",
    "a\nb\tc",
    "👩‍👩‍👧",
    "é" * 500,
    "=HYPERLINK(1)",
    "'; DROP TABLE studio_rowdecision; --",
    "<script>alert(1)</script>",
    "{{ 7|add:7 }}",
]


@pytest.mark.parametrize("name", ODD)
def test_odd_labels_are_kept_and_shown_as_text(name, cleanset, alice_client):
    decide(alice_client, cleanset, label=name)
    assert labels() == [name]
    project = reverse("studio:project_detail", args=[cleanset.project_id])
    for url in (project, *(reverse(f"studio:{page}", args=[cleanset.pk]) for page in PAGES)):
        shown = alice_client.get(f"{url}?preset=all&given={name[:40]}")
        assert shown.status_code == 200
        assert "<script>alert" not in shown.content.decode()
    exported = alice_client.get(reverse("studio:cleanset_export", args=[cleanset.pk]))
    lines = csv.DictReader(io.StringIO(b"".join(exported).decode(), newline=""))
    assert [line["cleanlab_corrected_label"] for line in lines][2] == name


PAGES = ("cleanset_history", "cleanset_analytics", "cleanset_export_form")


def test_a_notice_shows_hidden_characters(cleanset, alice, alice_client):
    decide_row(cleanset=cleanset, row_id=0, action="label", label="\u200bmaybe", user=alice)
    answer = decide(alice_client, cleanset, label="Maybe\u202e")
    assert "New class “Maybe\\u202e”. It differs from “\\u200bmaybe”" in answer


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    ("name", "sentence"),
    [("a\0b", "A label may not contain NUL."), ("x" * 501, "at most 500 characters")],
)
def test_labels_that_cannot_be_kept_are_refused_in_a_sentence(
    headers, name, sentence, cleanset, several, alice_client
):
    for each, fields in ((cleanset, {"label": name}), (several, {"more": name})):
        answer = decide(alice_client, each, headers=headers, **fields)
        assert sentence in answer
    url = reverse("studio:cleanset_clean_top", args=[cleanset.pk])
    fields = {"action": "label", "k": "4", "label": name}
    assert sentence in alice_client.post(url, fields, follow=True).content.decode()
    assert labels() == []


def test_bytes_that_are_no_text_are_replaced(cleanset, alice_client):
    """A lone surrogate cannot be written as UTF-8; some clients send it anyway."""
    url = reverse("studio:row_decide", args=[cleanset.pk, 2])
    form = "application/x-www-form-urlencoded"
    answer = alice_client.post(url, "action=label&label=%ed%a0%80x%ff", content_type=form)
    assert answer.status_code == 302
    assert labels() == ["\ufffd\ufffd\ufffdx\ufffd"]
