"""The model card tells facts, and nothing that a name could make of it."""

import re

import pytest

from automl.portable.contents import PredictorFacts
from models_app.model_card.card import write_model_card
from models_app.models import DeployedModel
from studio.files import local_path
from studio.models import Dataset, Project

from ..automl.test_markdown import HOSTILE
from ..factories import make_cleanset, make_model, store_facts
from .test_evaluation_page import make_facts

pytestmark = pytest.mark.django_db
SECTIONS = ["Training data", "Labels", "Accuracy", "Calibration", "What is inside"]
SECTIONS += ["Intended use and limits", "Columns", "Made with", "Use and verify"]


@pytest.fixture
def model(alice, tmp_path):
    return make_model(make_cleanset(alice, tmp_path), tmp_path, n_corrected=2, n_excluded=1)


@pytest.fixture
def card_of(model, tmp_path):
    """With an evaluation of these classes, where some are given."""

    def card_of(classes=None, problem_type="multi-class", schema=None, **manifest):
        if classes:
            store_facts(model, tmp_path, make_facts(classes, problem_type, n_rows=2000))
            DeployedModel.objects.update(classes=classes)
            Project.objects.update(problem_type=problem_type)
        facts = PredictorFacts.read(local_path(model.predictor_file))
        facts.manifest.update(manifest)
        if schema:
            facts.manifest["schema"] = [
                {"name": name, "kind": "numeric", "position": i} for i, name in enumerate(schema)
            ]
        return write_model_card(DeployedModel.objects.get(pk=model.pk), facts)

    return card_of


def headings(card):
    return re.findall(r"^## (.+)$", card, re.MULTILINE)


def test_it_tells_where_it_comes_from_and_how_good_it_is(card_of):
    card = card_of(["no", "yes"], versions={"numpy": "2.4.6"})
    assert headings(card) == SECTIONS
    assert card.startswith("---\nlicense: unknown\n")
    assert "pipeline_tag: text-classification" in card
    assert "    - type: accuracy" in card
    assert "| Dataset | words |" in card
    assert "| Trained on | 6 labelled rows |" in card
    assert "| … of them with a corrected label | 2 |" in card
    assert "| Held-out accuracy | 80.0% | 50.0% to 90.0% |" in card
    assert "Expected calibration error" in card
    assert "| text | text |" in card
    assert "| numpy | 2.4.6 |" in card
    assert "Decision rule: the most likely class." in card


def test_without_an_evaluation_its_sections_are_left_out(card_of):
    card = card_of()
    assert headings(card) == [name for name in SECTIONS if name != "Calibration"]
    assert "- no\n- yes\n" in card


def test_a_model_without_scores_has_no_section_of_them(card_of, model):
    model.candidates.all().delete()
    card = card_of()
    assert "Accuracy" not in headings(card)
    assert "model-index" not in card


def test_hostile_names_change_nothing_of_its_form(card_of):
    usual = card_of(["no", "yes", *map(str, range(len(HOSTILE)))], schema=["a", *"bcdefghijklmno"])
    Dataset.objects.update(name=HOSTILE[5][:255], sample_note="")
    Project.objects.update(name=HOSTILE[4], label_column=HOSTILE[2])
    DeployedModel.objects.update(name=HOSTILE[5])
    hostile = card_of(["no", "yes", *HOSTILE], schema=HOSTILE)
    assert headings(hostile) == headings(usual)
    assert shape(hostile) == shape(usual)
    assert "<script" not in hostile
    assert not re.search(r"(?<!\\)\]\(", hostile)


def shape(card):
    """How many lines there are, and of how many cells: `|` in a name has a backslash before it."""
    lines = [line for line in card.splitlines() if not line.startswith("| … ")]
    return [len(re.findall(r"(?<!\\)\|", line)) for line in lines]


def test_a_thousand_classes_are_all_named(card_of):
    card = card_of([f"class {i}" for i in range(1000)])
    for i in range(1000):
        assert f"class {i} |" in card or f"- class {i}\n" in card
    assert len(card) < 200_000


def test_sets_of_labels_are_told_as_such(card_of):
    card = card_of(["no", "yes"], "multi-label", rule={"threshold": 0.3, "top_one_if_none": True})
    assert "which need not sum to one" in card
    assert "from a probability of 0.30; the likeliest one where none reaches it" in card


def test_an_encoder_of_the_operators_is_asked_for(card_of):
    assert "--text-encoder FOLDER" in card_of(text_encoders=["somebody's"])
    assert "--text-encoder" not in card_of()
