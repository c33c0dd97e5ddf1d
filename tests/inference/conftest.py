from dataclasses import replace

import pytest

from automl.features.embeddings import Embeddings
from automl.training_profile import TrainingProfile
from inference.batches import create_batch
from models_app.models import DeployedModel
from studio.models import Project

from ..automl.test_predictor import make_predictor
from ..factories import make_cleanset, make_model, store
from ..inline_jobs import run_all_jobs


@pytest.fixture(scope="session")
def small_predictor(tmp_path_factory):
    """Reads `size`, a number, and `colour`, a category; says `large` or `small`."""
    predictor, table = make_predictor()
    predictor.keep_golden_rows(table.slice(0, 10))
    path = tmp_path_factory.mktemp("predictor") / "predictor.zip"
    predictor.save(path, info={})
    return path, predictor


@pytest.fixture(scope="session")
def profiled_predictor(tmp_path_factory, small_predictor):
    """The same, which also knows what its training rows look like."""
    _, predictor = small_predictor
    _, table = make_predictor()
    labels = predictor.suggested_labels(predictor.predict_proba(table))
    known = replace(predictor, profile=TrainingProfile.of(table, predictor.schema, labels))
    known.keep_reference_rows(table, Embeddings(table, encoders={}), seed=0)
    path = tmp_path_factory.mktemp("profiled") / "predictor.zip"
    known.save(path, info={})
    return path


@pytest.fixture
def bring_profiled(bring, small_model, profiled_predictor):
    small_model.predictor_file = store(small_model.workspace, "predictors", profiled_predictor)
    small_model.save()
    return bring


@pytest.fixture
def small_model(alice, tmp_path, small_predictor):
    """A model whose predictor is a real one."""
    path, predictor = small_predictor
    model = make_model(make_cleanset(alice, tmp_path), tmp_path, classes=predictor.classes)
    model.predictor_file = store(model.workspace, "predictors", path)
    model.save()
    Project.objects.update(feature_schema=predictor.schema.to_json(), modality="tabular")
    return DeployedModel.objects.get(pk=model.pk)


@pytest.fixture
def bring(small_model, alice, tmp_path):
    """Upload a file; it is read, and waits for somebody or is predicted."""

    def bring(text, name="new.csv", key="k", **options):
        path = tmp_path / "brought"
        path.write_text(text, encoding="utf-8")
        result = create_batch(
            user=alice,
            model=small_model,
            file_name=name,
            path=path,
            idempotency_key=key,
            **options,
        )
        run_all_jobs()
        result.refresh_from_db()
        return result

    return bring
