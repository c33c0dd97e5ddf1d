"""The Playground without JavaScript, and the fragment that htmx swaps."""

import re
import subprocess
import sys

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from automl.schema import Schema
from inference.playground.dataset_rows import usual_cells
from inference.playground.fields import make_fields
from inference.playground.variants import MAX_VARIANTS, reason_variants, without_words
from models_app.models import DeployedModel
from studio.files import local_path
from studio.models import Membership, Project, User

from ..factories import write_table
from .conftest import ROOT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("serving")]

ENTERED = {"c0": "9", "c1": "red"}


def address(model, query=""):
    return reverse("inference:model_playground", args=[model.pk]) + query


def text_of(answer):
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", text)


def test_the_form_has_a_field_for_each_column_and_is_empty_at_first(trained, alice_client):
    page = alice_client.get(address(trained())).content.decode()
    assert '<input id="c0" name="c0" value="" type="number" step="any"' in page
    assert '<select id="c1" name="c1">' in page
    assert '<option value="red">red</option>' in page
    assert "Nothing predicted yet" in page
    assert re.search(r'href="\?row=\d+">Fill in an example', page)


def test_an_example_is_a_row_of_the_dataset(trained, alice_client):
    page = alice_client.get(address(trained(), "?row=3")).content.decode()
    assert "Row 4 of the dataset" in page
    assert 'name="c0" value="1.1"' in page
    assert '<option value="blue" selected>' in page
    assert "Another example" in page


@pytest.mark.parametrize("row", ["60", "-1", "9" * 30, "x", ""])
def test_a_row_that_is_none_leaves_the_form_empty(row, trained, alice_client):
    answer = alice_client.get(address(trained(), f"?row={row}"))
    assert answer.status_code == 200
    assert b'name="c0" value=""' in answer.content


def test_without_a_script_the_whole_page_comes_back(serving, trained, alice_client):
    answer = alice_client.post(address(trained()), ENTERED)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" in page
    assert 'name="c0" value="9"' in page
    assert "Suggested label large" in text_of(answer)
    assert "Found by giving one column at a time its typical value" in text_of(answer)


def test_a_script_gets_the_result_alone(serving, trained, alice_client):
    answer = alice_client.post(address(trained()), ENTERED, headers={"HX-Request": "true"})
    assert "<html" not in answer.content.decode()
    assert "Suggested label large" in text_of(answer)


def test_the_column_that_decides_is_the_first_reason(serving, trained, alice_client):
    found = alice_client.post(address(trained()), ENTERED).context["found"]
    assert found.explained == "large"
    assert found.reasons[0]["variant"].title == "size"
    assert found.reasons[0]["effect"] > 0.1
    assert found.n_tried == 2


def test_the_words_that_decide_are_the_first_reasons(serving, trained, alice_client):
    answer = alice_client.post(address(trained("text")), {"c0": "please money now"})
    found = answer.context["found"]
    assert found.labels == ["money"]
    assert found.reasons[0]["variant"].title == "money"
    assert "Found by leaving out one word at a time and predicting again, 3 times" in text_of(
        answer
    )


def test_what_if_shows_the_entered_value_and_usual_ones(serving, trained, alice_client):
    answer = alice_client.post(address(trained()), ENTERED | {"what_if": "0"})
    what_if = answer.context["found"].what_if
    values = [float(line["value"]) for line in what_if["lines"]]
    assert values[0] == 9
    assert values[1:] == sorted(values[1:])
    assert [line["is_entered"] for line in what_if["lines"]] == [True] + [False] * 7
    small = what_if["classes"].index("small")
    likely = [line["cells"][small]["probability"] for line in what_if["lines"]]
    assert likely[1] > 0.5 > likely[0]


def test_what_if_takes_the_categories_of_the_dataset(serving, trained, alice_client):
    answer = alice_client.post(address(trained()), ENTERED | {"what_if": "1"})
    lines = answer.context["found"].what_if["lines"]
    assert [line["value"] for line in lines] == ["red", "green", "blue"]


@pytest.mark.parametrize("what_if", ["2", "-1", "x", "9" * 20])
def test_a_column_that_is_none_asks_nothing(what_if, serving, trained, alice_client):
    answer = alice_client.post(address(trained()), ENTERED | {"what_if": what_if})
    assert answer.context["found"].what_if is None


def test_cells_that_cannot_be_used_are_named(serving, trained, alice_client):
    answer = alice_client.post(address(trained()), {"c0": "much", "c1": "mauve"})
    assert "“much” is no number" in text_of(answer)
    assert "“mauve” was never seen" in text_of(answer)
    page = answer.content.decode()
    # A number field of a browser would lose these.
    assert 'name="c0" value="much" type="text"' in page
    assert '<option value="mauve" selected>' in page


def test_code_in_cells_is_shown_and_never_part_of_the_page(serving, trained, alice_client):
    code = "<script>alert(1)</script>'\"$(touch ran)\x00\n{{ 7|add:1 }}"
    for model, entered in ((trained(), {"c0": code, "c1": code}), (trained("text"), {"c0": code})):
        page = alice_client.post(address(model), entered).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


def test_nothing_entered_is_answered(serving, trained, alice_client):
    for modality in ("tabular", "text"):
        answer = alice_client.post(address(trained(modality)), {})
        assert answer.status_code == 200
        assert answer.context["found"].labels


def test_a_very_long_example_is_refused_in_a_sentence(trained, alice_client, no_serving):
    answer = alice_client.post(address(trained("text")), {"c0": "word " * 50_000})
    assert answer.status_code == 422
    assert "at most 200,000 characters" in text_of(answer)


def test_a_thousand_columns_can_be_sent(trained, alice_client, no_serving):
    model = trained()
    schema = [{"name": f"n{i}", "kind": "numeric", "position": 0} for i in range(1000)]
    Project.objects.update(feature_schema=schema)
    entered = {f"c{i}": "1" for i in range(1000)} | {"what_if": "0", "csrfmiddlewaretoken": "x"}
    answer = alice_client.post(address(model), entered)
    assert answer.status_code == 503


def test_without_the_serving_process_the_page_says_so(trained, alice_client, no_serving):
    model = trained()
    answer = alice_client.post(address(model), ENTERED)
    assert answer.status_code == 503
    assert "Try again in a moment." in text_of(answer)
    fragment = alice_client.post(address(model), ENTERED, headers={"HX-Request": "true"})
    assert fragment.status_code == 200
    assert "Try again in a moment." in text_of(fragment)


def test_a_model_that_is_not_trained_has_no_playground(trained, alice_client):
    model = trained()
    DeployedModel.objects.update(status="TRAINING")
    answer = alice_client.get(address(model))
    assert answer.status_code == 302


def test_a_viewer_may_play(serving, trained, alice):
    model = trained()
    viewer = User.objects.create_user("viewer@example.org")
    Membership.objects.create(workspace=alice.workspaces.get(), user=viewer, role="viewer")
    client = Client()
    client.force_login(viewer)
    assert client.post(address(model), ENTERED).status_code == 200


def test_many_columns_cost_no_more_queries(trained, alice_client):
    model = trained()
    with CaptureQueriesContext(connection) as few:
        alice_client.get(address(model, "?row=1"))
    schema = [{"name": f"n{i}", "kind": "numeric", "position": 0} for i in range(80)]
    Project.objects.update(feature_schema=schema)
    with CaptureQueriesContext(connection) as many:
        alice_client.get(address(model, "?row=1"))
    assert len(many) == len(few) < 10


def test_words_are_left_out_with_the_space_around_them():
    variants = without_words("  my  card\nis lost ")
    assert [variant.title for variant in variants] == ["my", "card", "is", "lost"]
    assert [variant.cells[0] for variant in variants] == [
        "card\nis lost",
        "my is lost",
        "my  card lost",
        "my  card\nis",
    ]
    assert without_words(" ") == []


def test_of_many_words_several_are_left_out_at_once():
    variants = without_words(" ".join(f"w{i}" for i in range(120)))
    assert len(variants) <= MAX_VARIANTS
    assert variants[0].title == "w0 w1 w2"
    assert " ".join(variant.title for variant in variants).split()[-1] == "w119"


def test_of_many_columns_fifty_are_tried(trained, tmp_path):
    model = trained()
    schema = [{"name": f"n{i}", "kind": "numeric", "position": 0} for i in range(80)]
    Project.objects.update(feature_schema=schema)
    model = DeployedModel.objects.get(pk=model.pk)
    assert len(reason_variants(model, ["1"] * 80)) == MAX_VARIANTS


def test_usual_numbers_are_cells_as_they_stand_in_the_dataset(trained, tmp_path):
    model = trained()
    cells = ["007", "", "no number", "2.50", "1e1", "inf"]
    path = write_table(tmp_path, {"c0": cells, "c1": ["a"] * 6})
    local_path(model.cleanset.project.dataset.table_file).write_bytes(path.read_bytes())
    [column, _] = make_columns(model)
    assert usual_cells(model, column) == ["2.50", "007", "1e1"]


def make_columns(model):
    return Schema.from_json(model.cleanset.project.feature_schema).columns


def test_days_are_picked_and_other_times_are_typed(trained):
    model = trained()
    schema = [{"name": "day", "kind": "datetime", "position": 0}]
    Project.objects.update(feature_schema=schema)
    dataset = model.cleanset.project.dataset
    for example, widget in (("2024-03-31", "date"), ("2024-03-31 12:00", "text")):
        dataset.profiles[0]["examples"] = [example]
        dataset.save()
        fresh = DeployedModel.objects.get(pk=model.pk)
        assert make_fields(fresh, [""])[0].widget == widget
    dataset.profiles[0]["examples"] = ["2024-03-31"]
    dataset.save()
    assert make_fields(DeployedModel.objects.get(pk=model.pk), ["31.3.2024"])[0].widget == "text"


def test_the_playground_loads_no_learning_libraries(tmp_path):
    path = write_table(tmp_path, {"c0": ["1", "3", "2"], "c1": ["2024-01-01", "", "2024-02-01"]})
    code = f"""
import sys
from pathlib import Path
import django
django.setup()
from inference.playground.dataset_rows import _quantile_cells
from inference.views import playground
from studio.parquet_reading import take_rows
path = Path({str(path)!r})
print(_quantile_cells(path, 0, "numeric"), _quantile_cells(path, 1, "datetime"))
print(take_rows(path, [1], ["c0"]).column("c0")[0].as_py())
print([name for name in ("pandas", "sklearn", "lightgbm", "scipy") if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "('1', '2', '3') ('2024-01-01', '2024-02-01')",
        "3",
        "[]",
    ]
