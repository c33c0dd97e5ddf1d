"""Rows that a model is unsure of, as part of a new dataset."""

import csv

import pytest
from django.urls import reverse

from studio.decisions import decide_row
from studio.files import local_path
from studio.models import Dataset

from ..factories import TEXTS
from ..inline_jobs import run_all_jobs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def result(bring, small_model):
    """The dataset has columns `text` and `label`; the model reads `size` and `colour`."""
    return bring("text,size,colour,label\nnew one,5,red,no\nnew two,4.9,red,\nfar,0,red,\n")


@pytest.fixture
def send(alice_client, result):
    def send(below):
        url = reverse("inference:rows_send", args=[result.pk])
        return alice_client.post(url, {"below": below}, follow=True)

    return send


def test_they_stand_behind_the_corrected_training_data_without_a_label(send, result, alice):
    cleanset = result.deployed_model.cleanset
    decide_row(cleanset=cleanset, row_id=2, action="label", label="yes", user=alice)
    decide_row(cleanset=cleanset, row_id=0, action="exclude", user=alice)
    answer = send("1")
    assert "A new dataset is being read" in answer.content.decode()
    run_all_jobs()
    dataset = Dataset.objects.latest("created_at")
    assert dataset.status == "ready"
    path = local_path(dataset.upload_file)
    header, *rows = csv.reader(path.read_text().splitlines())
    assert header == ["text", "label"]
    assert rows[:5] == [
        [TEXTS[1], "no"],
        [TEXTS[2], "yes"],
        [TEXTS[3], "no"],
        [TEXTS[4], "yes"],
        [TEXTS[5], ""],
    ]
    assert {tuple(row) for row in rows[5:]} == {("new one", ""), ("new two", ""), ("far", "")}


def test_where_all_rows_are_surer_nothing_is_made(send):
    n_datasets = Dataset.objects.count()
    assert "No row of this file is less sure" in send("0").content.decode()
    assert Dataset.objects.count() == n_datasets


def test_the_button_is_where_the_unsure_rows_are(result, alice_client):
    url = reverse("inference:result_rows", args=[result.pk])
    page = alice_client.get(url, {"show": "unsure", "below": "1"}).content.decode()
    assert "Make a dataset with these 3 rows" in page
    assert "Make a dataset" not in alice_client.get(url).content.decode()
