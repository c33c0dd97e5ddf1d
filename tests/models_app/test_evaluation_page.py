"""What Model Details shows of a deployed model's held-out predictions."""

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from automl.evaluation import FORMAT, evaluate
from models_app.charts import bar_widths, draw_coverage, draw_reliability
from models_app.evaluation_page import READABLE_FORMAT
from models_app.models import DeployedModel
from studio import reconciler
from studio.models import StoredFile

from ..factories import make_cleanset, make_model, store_facts

pytestmark = pytest.mark.django_db

HOSTILE = '<script>alert("x")</script>'
SECTIONS = ["Per class", "Confusion", "Reliability", "Accuracy against coverage", "Worst errors"]
COLUMNS = {
    "importance": {
        "kind": "permutation",
        "n_rows": 40,
        "n_repeats": 3,
        "log_loss": 0.2,
        "columns": [{"name": "age", "rise": 0.4, "spread": 0.01}],
        "n_left_out": 0,
    },
    "subgroups": [
        {"column": "city", "value": "", "n": 31, "accuracy": 0.5, "low": 0.4, "high": 0.6}
        | {"gap": -0.4}
    ],
}
TERMS = {
    "importance": {
        "kind": "terms",
        "family": "Linear SVM (words)",
        "weight": 0.75,
        "classes": [{"name": HOSTILE, "terms": [{"term": "<b>refund", "weight": 1.0}]}],
        "n_left_out": 0,
    },
    "subgroups": [],
}


def make_facts(classes, problem_type="multi-class", n_rows=40, **more):
    rng = np.random.default_rng(0)
    y = rng.integers(0, len(classes), n_rows)
    pred_probs = rng.dirichlet(np.ones(len(classes)), n_rows)
    predicted = pred_probs.argmax(axis=1)
    if problem_type == "multi-label":
        y, predicted = (np.eye(len(classes), dtype=np.int8)[of] for of in (y, predicted))
    facts = evaluate(
        pred_probs,
        predicted,
        y,
        classes,
        problem_type=problem_type,
        row_ids=np.arange(100, 100 + n_rows),
    )
    return facts | {"importance": None, "subgroups": []} | more


@pytest.fixture
def model(alice, tmp_path):
    return make_model(make_cleanset(alice, tmp_path), tmp_path)


@pytest.fixture
def page_of(model, alice_client, tmp_path):
    def page_of(facts):
        store_facts(model, tmp_path, facts)
        answer = alice_client.get(reverse("models_app:model_details", args=[model.pk]))
        assert answer.status_code == 200
        return answer.content.decode()

    return page_of


def test_all_sections_are_shown_in_order(page_of):
    page = page_of(make_facts(["no", "yes"], **COLUMNS))
    titles = [*SECTIONS[:4], "What the model looks at", "Worst errors", "Subgroups"]
    places = [page.index(f"<h2>{title}</h2>") for title in titles]
    assert places == sorted(places)
    assert "rows the model was trained on" in page
    assert "(empty)" in page
    assert page.count("<svg class=") >= 3


def test_charts_have_a_name_and_their_figures_as_a_table(page_of):
    page = page_of(make_facts(["no", "yes"]))
    for name in ("reliability", "coverage"):
        assert f'aria-labelledby="{name}-title {name}-text"' in page
        assert f'id="{name}-title"' in page
    assert page.count("<summary>Figures</summary>") == 2


def test_no_inline_style_is_used_since_the_policy_forbids_it(page_of):
    page = page_of(make_facts(["no", "yes"], **COLUMNS))
    assert "style=" not in page
    assert "<style" not in page


def test_names_from_users_are_shown_as_text(page_of):
    page = page_of(make_facts([HOSTILE, "x" * 3000], **TERMS))
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "&lt;b&gt;refund" in page
    assert "x" * 121 not in page


def test_rows_are_counted_from_one(page_of):
    facts = make_facts(["no", "yes"])
    first = facts["worst_errors"][0]["row_id"]
    assert f"<td>{first + 1}</td>" in page_of(facts)


def test_label_sets_have_no_confusion_matrix(page_of):
    page = page_of(make_facts(["no", "yes"], "multi-label"))
    assert "<h2>Confusion</h2>" not in page
    assert "pairs of a held-out row and a label" in page


def test_many_classes_fold_what_is_long(page_of):
    page = page_of(make_facts([f"class {k}" for k in range(60)], n_rows=600))
    assert "<summary>Matrix of 50 classes</summary>" in page
    assert "<summary>48 more</summary>" in page
    assert "Most frequent errors" in page


def test_a_model_without_an_evaluation_shows_what_it_always_did(model, alice_client):
    page = alice_client.get(reverse("models_app:model_details", args=[model.pk])).content.decode()
    assert "Held-out Accuracy" in page
    assert not any(f"<h2>{title}</h2>" in page for title in SECTIONS)


def test_a_lost_evaluation_does_not_take_the_page_with_it(page_of, model, alice_client):
    page_of(make_facts(["no", "yes"]))
    default_storage.delete(DeployedModel.objects.get().evaluation_file.key)
    answer = alice_client.get(reverse("models_app:model_details", args=[model.pk]))
    assert answer.status_code == 200
    assert "<h2>Per class</h2>" not in answer.content.decode()


def test_an_evaluation_of_another_format_is_not_guessed_at(page_of):
    assert READABLE_FORMAT == FORMAT
    page = page_of(make_facts(["no", "yes"]) | {"format": FORMAT + 1})
    assert "<h2>Per class</h2>" not in page


def test_deleting_a_model_takes_its_evaluation(page_of, model, alice_client, settings):
    settings.DELETED_GRACE_DAYS = 0
    page_of(make_facts(["no", "yes"]))
    alice_client.post(reverse("models_app:model_delete", args=[model.pk]))
    for _ in range(3):
        reconciler.reconcile()
    assert not StoredFile.objects.filter(key__startswith="evaluations/").exists()


def test_a_chart_places_shares_between_its_borders():
    bins = [{"confidence": 0.0, "accuracy": 0.0, "low": 0.0, "high": 0.5}]
    bins.append({"confidence": 1.0, "accuracy": 1.0, "low": 0.5, "high": 1.0})
    chart = draw_reliability(bins)
    assert chart["line"] == "40.0,206.0 338.0,12.0"
    assert [tick["text"] for tick in chart["y_ticks"]] == ["100%", "80%", "60%", "40%", "20%", "0%"]


@pytest.mark.parametrize(
    ("low", "ticks"),
    [(0.95, ["100%", "98%", "96%", "94%", "92%", "90%"]), (0.71, ["100%", "90%", "80%", "70%"])],
)
def test_the_scale_of_the_coverage_chart_ends_below_its_band(low, ticks):
    chart = draw_coverage([{"coverage": 1.0, "accuracy": 0.97, "low": low, "high": 1.0}])
    assert [tick["text"] for tick in chart["y_ticks"]] == ticks


def test_the_longest_bar_is_the_largest_rise_and_none_goes_backwards():
    assert bar_widths([0.4, 0.1, -0.2]) == ["100.0", "25.0", "0.0"]
    assert bar_widths([0.0, -0.1]) == ["0.0", "0.0"]
