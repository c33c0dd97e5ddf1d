"""The meaning of a dataset's texts is read once, and found again by all who train on it."""

import numpy as np
import pytest

from automl.features import text_encoders
from automl.features.multilingual_encoder import multilingual_encoder
from automl.features.onnx_encoder import OnnxEncoder, bundled_encoder
from automl.features.static_encoder import static_encoder
from studio.feature_files import make_feature_files, read_embeddings
from studio.files import local_path
from studio.jobs import start_job
from studio.jobs.execution import JobRun
from studio.models import FeatureFile, StoredFile
from studio.project_data import read_features
from studio.trash import delete_row, purge_deleted

from ..automl.onnx_folders import make_token_folder
from ..factories import TEXTS, make_cleanset, write_table

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(alice, tmp_path):
    return make_cleanset(alice, tmp_path).project


@pytest.fixture
def run(project, tmp_path):
    return JobRun(start_job("analysis", project.pk, workspace=project.workspace), tmp_path)


def test_vectors_are_stored_once_and_read_by_row(project, run):
    make_feature_files(run, project).name()
    make_feature_files(run, project).name()
    assert FeatureFile.objects.count() == 1
    row_ids = np.array([4, 1])
    read = read_embeddings(project, read_features(project, row_ids), row_ids).column(0)
    assert np.array_equal(read, bundled_encoder().encode([TEXTS[4], TEXTS[1]]))


def test_another_reading_of_the_dataset_has_vectors_of_its_own(project, run):
    make_feature_files(run, project).name()
    StoredFile.objects.filter(pk=project.dataset.table_file_id).update(sha256="f" * 64)
    project.dataset.table_file.refresh_from_db()
    make_feature_files(run, project).name()
    assert FeatureFile.objects.count() == 2


def test_vectors_go_with_their_dataset(project, run, settings):
    settings.DELETED_GRACE_DAYS = 0
    make_feature_files(run, project).name()
    key = FeatureFile.objects.get().file.key
    delete_row(project.dataset)
    purge_deleted()
    assert StoredFile.objects.get(key=key).purge_after is not None
    assert not FeatureFile.objects.exists()


def stored_encoder(project):
    project.refresh_from_db()
    return project.feature_schema[0]["text_encoder"]


def set_texts(project, texts, folder):
    stored = project.dataset.table_file
    local_path(stored).write_bytes(write_table(folder, {"c0": texts}).read_bytes())


def test_the_encoder_of_a_column_is_decided_once(project, run, settings, tmp_path):
    make_feature_files(run, project).name()
    assert stored_encoder(project) == bundled_encoder().identity
    settings.TEXT_ENCODER = str(make_token_folder(tmp_path / "other"))
    make_feature_files(run, project).name()
    assert stored_encoder(project) == bundled_encoder().identity
    assert FeatureFile.objects.count() == 1


def test_texts_of_another_language_are_read_by_the_multilingual_encoder(project, run, tmp_path):
    set_texts(project, ["很快", "好吃"], tmp_path)
    make_feature_files(run, project).name()
    assert stored_encoder(project) == multilingual_encoder().identity
    row_ids = np.array([1])
    read = read_embeddings(project, read_features(project, row_ids), row_ids).column(0)
    assert np.array_equal(read, multilingual_encoder().encode(["好吃"]))


def test_more_texts_than_the_limit_are_read_by_the_static_encoder(
    project, run, tmp_path, monkeypatch
):
    monkeypatch.setattr(text_encoders, "BULK_TEXTS", 2)
    make_feature_files(run, project).name()
    assert stored_encoder(project) == static_encoder().identity


def test_the_operators_encoder_reads_new_projects(project, run, settings, tmp_path):
    folder = make_token_folder(tmp_path / "ours")
    settings.TEXT_ENCODER = str(folder)
    make_feature_files(run, project).name()
    assert stored_encoder(project) == OnnxEncoder(folder).identity
    stored = np.load(local_path(FeatureFile.objects.get().file), allow_pickle=False)
    assert stored.shape == (len(TEXTS), 2)


def test_an_encoder_that_is_gone_is_replaced_before_training(project, run, settings, tmp_path):
    settings.TEXT_ENCODER = str(make_token_folder(tmp_path / "ours"))
    make_feature_files(run, project).name()
    settings.TEXT_ENCODER = ""
    make_feature_files(run, project).name()
    assert stored_encoder(project) == bundled_encoder().identity


def test_a_table_without_texts_has_no_encoder(project, run):
    project.feature_schema = [{"name": "size", "kind": "numeric", "position": 0}]
    make_feature_files(run, project).name()
    project.refresh_from_db()
    assert project.feature_schema == [{"name": "size", "kind": "numeric", "position": 0}]
    assert not FeatureFile.objects.exists()
