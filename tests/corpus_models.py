"""The two models that the corpus assumes, small and real."""

import pyarrow as pa
import pytest

from automl.arrow_arrays import make_text_array
from automl.candidates import TrainingData, cross_validate, refit
from automl.folds import make_folds
from automl.predictor import Predictor
from automl.problem import class_names, clean_labels, encode_labels
from automl.schema import Column, Schema
from models_app.models import DeployedModel
from studio.files import claim_files, put_file
from studio.models import Cleanset, Dataset, Project

from .corpus import SETUP


def made_up_rows(kind):
    if kind == "text":
        good = [f"a great film number {i}" for i in range(20)]
        bad = [f"a dull film number {i}" for i in range(20)]
        return {"Review_text": good + bad}, ["positive"] * 20 + ["negative"] * 20
    ages = [str(20 + i) for i in range(40)]
    cities = ["Bern", "Oslo", "Rome", "Lima"] * 10
    incomes = [str(1000 + 50 * i) for i in range(40)]
    labels = ["yes" if i % 3 == 0 else "no" for i in range(40)]
    return {"age": ages, "city": cities, "income": incomes}, labels


@pytest.fixture(scope="module")
def predictor_files(tmp_path_factory):
    """Two small real predictors, trained once."""
    files = {}
    for kind in SETUP:
        cells, labels = made_up_rows(kind)
        kinds = SETUP[kind].get("columns", {"Review_text": "text"})
        schema = Schema(tuple(Column(n, kinds[n], i) for i, n in enumerate(cells)))
        table = pa.table(
            [make_text_array(column) for column in cells.values()],
            names=[f"c{i}" for i in range(len(cells))],
        )
        classes = class_names(clean_labels(labels, "multi-class"), "multi-class")
        y = encode_labels(labels, classes, "multi-class")
        data = TrainingData(table, schema, kind, "multi-class", classes, y, make_folds(y, seed=0))
        family = "text_linear_svm" if kind == "text" else "lightgbm"
        plan = cross_validate(family, data, seed=0).plan
        member = refit(family, data, plan, seed=0)
        path = tmp_path_factory.mktemp("predictor") / f"{kind}.zip"
        Predictor(schema, classes, kind, "multi-class", [member], [1.0]).save(path, info={})
        files[kind] = (schema, classes, path)
    return files


def make_model(alice, predictor_files, kind):
    schema, classes, path = predictor_files[kind]
    base = {"workspace": alice.workspaces.get(), "created_by": alice}
    project = Project.objects.create(
        dataset=Dataset.objects.create(name="d", file_name="d.csv", **base),
        name=kind,
        modality=kind,
        problem_type="multi-class",
        label_column="label",
        feature_schema=schema.to_json(),
        **base,
    )
    stored = put_file("predictors", path, workspace=base["workspace"])
    claim_files([stored])
    return DeployedModel.objects.create(
        cleanset=Cleanset.objects.create(project=project, status="ready", **base),
        name=kind,
        status="TRAINED",
        classes=classes,
        predictor_file=stored,
        **base,
    )
