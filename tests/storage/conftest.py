"""A bucket on a real S3 server, and the product's settings that lead to it."""

from unittest.mock import patch

import pytest
from django.core.cache import cache

from client_api import uploads
from studio.settings import _read_storage

from ..client_api.uploading import PART_BYTES
from ..s3_server import KEYS, Bucket, s3_server
from .s3_uploading import S3Uploading


@pytest.fixture(scope="session")
def s3_endpoint():
    with s3_server() as endpoint:
        yield endpoint


@pytest.fixture
def bucket(s3_endpoint):
    return Bucket(s3_endpoint)


@pytest.fixture
def store_at(settings, monkeypatch, tmp_path):
    """Store at an address from here on, with nothing on this machine yet."""

    def store_at(endpoint, url):
        for name, value in (KEYS | {"AWS_S3_ENDPOINT_URL": endpoint}).items():
            monkeypatch.setenv(name, value)
        settings.STORAGE_URL = url
        settings.STORAGES = settings.STORAGES | {"default": _read_storage(url)}
        settings.CACHE_DIR = tmp_path / "cache"
        settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "uploads"
        settings.FILE_UPLOAD_TEMP_DIR.mkdir(exist_ok=True)

    return store_at


@pytest.fixture
def in_s3(store_at, bucket):
    store_at(bucket.environment["AWS_S3_ENDPOINT_URL"], bucket.environment["STORAGE_URL"])
    return bucket


@pytest.fixture
def uploader(client, alice, in_s3):
    """In parts as small as S3 is not used to: the server of the tests takes them."""
    cache.clear()
    with (
        patch.object(uploads, "PART_BYTES", PART_BYTES),
        patch("moto.s3.models.S3_UPLOAD_PART_MIN_SIZE", 1),
    ):
        yield S3Uploading(client, alice)
