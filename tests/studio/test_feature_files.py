"""The meaning of a dataset's texts is read once, and found again by all who train on it."""

import numpy as np
import pytest

from automl.features.sentence_encoder import bundled_encoder
from studio.feature_files import make_feature_files, read_embeddings
from studio.jobs import start_job
from studio.jobs.execution import JobRun
from studio.models import FeatureFile, StoredFile
from studio.project_data import read_features
from studio.trash import delete_row, purge_deleted

from ..factories import TEXTS, make_cleanset

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(alice, tmp_path):
    return make_cleanset(alice, tmp_path).project


@pytest.fixture
def run(project, tmp_path):
    return JobRun(start_job("analysis", project.pk, workspace=project.workspace), tmp_path)


def test_vectors_are_stored_once_and_read_by_row(project, run):
    make_feature_files(run, project)()
    make_feature_files(run, project)()
    assert FeatureFile.objects.count() == 1
    row_ids = np.array([4, 1])
    read = read_embeddings(project, read_features(project, row_ids), row_ids).column(0)
    assert np.array_equal(read, bundled_encoder().encode([TEXTS[4], TEXTS[1]]))


def test_another_reading_of_the_dataset_has_vectors_of_its_own(project, run):
    make_feature_files(run, project)()
    StoredFile.objects.filter(pk=project.dataset.table_file_id).update(sha256="f" * 64)
    project.dataset.table_file.refresh_from_db()
    make_feature_files(run, project)()
    assert FeatureFile.objects.count() == 2


def test_vectors_go_with_their_dataset(project, run, settings):
    settings.DELETED_GRACE_DAYS = 0
    make_feature_files(run, project)()
    key = FeatureFile.objects.get().file.key
    delete_row(project.dataset)
    purge_deleted()
    assert StoredFile.objects.get(key=key).purge_after is not None
    assert not FeatureFile.objects.exists()
