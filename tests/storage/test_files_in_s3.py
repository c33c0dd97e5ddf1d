"""Artefacts in a bucket: they come back as they were, or it is said that they do not."""

import os
import time
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from automl.errors import InputError
from studio import file_copies
from studio.files import (
    FileMissingError,
    discard_files,
    local_path,
    open_file,
    purge_files_later,
    put_file,
    sealed_path,
    sweep_files,
)
from studio.models import StoredFile

from ..factories import make_cleanset, make_features

pytestmark = pytest.mark.django_db
CONTENT = bytes(range(256)) * 1_000
DAMAGES = {"another byte": CONTENT[:-1] + b"x", "cut off": CONTENT[:1_000], "empty": b""}


@pytest.fixture
def stored(in_s3, alice, tmp_path):
    path = tmp_path / "table"
    path.write_bytes(CONTENT)
    return put_file("datasets", path, workspace=alice.workspaces.get())


@pytest.fixture
def key(stored):
    """Its name in the bucket."""
    return f"some/prefix/{stored.key}"


def copies():
    root = file_copies._root()
    return sorted(path.name for path in root.glob("*")) if root.exists() else []


def test_a_file_is_under_the_prefix_and_comes_back_whole(in_s3, stored, key):
    assert in_s3.find_keys() == [key]
    assert local_path(stored).read_bytes() == CONTENT
    with open_file(stored) as file:
        assert (file.read(), file.size) == (CONTENT, len(CONTENT))


def test_it_is_fetched_once_and_kept_by_its_hash(in_s3, stored, key):
    first = local_path(stored)
    in_s3.write(key, b"other")
    assert local_path(stored) == first
    assert copies() == [stored.sha256]


def test_a_copy_that_was_cut_off_is_fetched_again(stored):
    local_path(stored).write_bytes(CONTENT[:100])
    assert local_path(stored).read_bytes() == CONTENT


def test_a_copy_that_nobody_used_for_days_goes_and_comes_back_when_it_is_needed(stored):
    path = local_path(stored)
    file_copies.sweep_copies()
    assert copies() == [stored.sha256]
    before = time.time() - file_copies.UNUSED_SECONDS - 1
    os.utime(path, (before, before))
    file_copies.sweep_copies()
    assert copies() == []
    assert local_path(stored).read_bytes() == CONTENT


def test_a_file_that_is_gone_is_missing_and_leaves_nothing_here(in_s3, stored):
    default_storage.delete(stored.key)
    for read in (local_path, open_file):
        with pytest.raises(FileMissingError, match="is not in storage"):
            read(stored)
    assert copies() == []


@pytest.mark.parametrize("damage", DAMAGES)
def test_bytes_that_were_changed_there_are_not_taken(damage, in_s3, stored, key):
    in_s3.write(key, DAMAGES[damage])
    with pytest.raises(FileMissingError, match="was damaged in storage"):
        local_path(stored)
    assert copies() == []


def test_an_estimator_is_loaded_from_its_own_bytes_only(in_s3, stored, key):
    assert sealed_path(stored).read_bytes() == CONTENT
    local_path(stored).unlink()
    in_s3.write(key, b"other bytes")
    with pytest.raises(InputError, match="missing, damaged or not the one"):
        sealed_path(stored)


def test_files_of_a_folder_may_be_copied_to_a_bucket(store_at, bucket, alice, tmp_path):
    path = tmp_path / "table"
    path.write_bytes(CONTENT)
    stored = put_file("datasets", path, workspace=alice.workspaces.get())
    bucket.write(f"some/prefix/{stored.key}", Path(default_storage.path(stored.key)).read_bytes())
    store_at(bucket.environment["AWS_S3_ENDPOINT_URL"], bucket.environment["STORAGE_URL"])
    assert sealed_path(stored).read_bytes() == CONTENT


def test_what_is_purged_leaves_neither_object_nor_copy_nor_row(in_s3, stored):
    local_path(stored)
    purge_files_later([stored])
    assert sweep_files() == 1
    assert (in_s3.find_keys(), copies(), StoredFile.objects.count()) == ([], [], 0)
    # Again: the first time it may have been stopped before the row went.
    discard_files([stored])


def test_a_copy_stays_for_another_file_of_the_same_bytes(stored, alice, tmp_path):
    again = put_file("datasets", tmp_path / "table", workspace=alice.workspaces.get())
    local_path(stored)
    discard_files([stored])
    assert copies() == [again.sha256]
    discard_files([again])
    assert copies() == []


def test_exports_are_made_from_the_bucket(in_s3, alice, alice_client, tmp_path):
    cleanset = make_cleanset(alice, tmp_path)
    vectors = make_features(cleanset.project, tmp_path)
    address = reverse("studio:cleanset_export", args=[cleanset.pk])
    lines = b"".join(alice_client.get(address)).decode().splitlines()
    assert (len(lines), "good" in lines[1]) == (7, True)
    answer = alice_client.get(reverse("studio:cleanset_embeddings", args=[cleanset.pk, 0]))
    body = b"".join(answer)
    assert int(answer.headers["Content-Length"]) == len(body) > vectors.nbytes


def test_an_export_whose_file_is_gone_is_not_found(in_s3, alice, alice_client, tmp_path):
    cleanset = make_cleanset(alice, tmp_path)
    make_features(cleanset.project, tmp_path)
    for key in in_s3.find_keys():
        default_storage.delete(key.removeprefix("some/prefix/"))
    for name, more in (("cleanset_export", []), ("cleanset_embeddings", [0])):
        answer = alice_client.get(reverse(f"studio:{name}", args=[cleanset.pk, *more]))
        assert answer.status_code == 404
