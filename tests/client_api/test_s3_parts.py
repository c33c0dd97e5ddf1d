"""Addresses at which the client brings parts to S3 itself: what is in them, and how long they last.

They are made without S3; whole uploads to one are in tests/storage.
"""

from urllib.parse import parse_qs, urlsplit

import pytest

from client_api.models import Upload
from client_api.parts import DiskParts, S3Parts, part_store


@pytest.fixture
def in_s3(settings):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "storages.backends.s3.S3Storage",
            "OPTIONS": {
                "bucket_name": "bucket",
                "location": "prefix",
                "endpoint_url": "https://s3.example.org",
                "addressing_style": "path",
                "region_name": "eu-central-1",
                "signature_version": "s3v4",
                "access_key": "KEY",
                "secret_key": "SECRET",
            },
        }
    }


def test_on_a_disk_the_parts_come_to_this_server():
    assert isinstance(part_store(), DiskParts)


def test_with_s3_each_part_has_a_signed_address_there(in_s3):
    store = part_store()
    assert isinstance(store, S3Parts)
    upload = Upload(file_name="a.csv", size_bytes=2, s3_upload_id="of-s3")
    urls = [urlsplit(url) for url in store.urls(upload, 2, request=None)]
    for number, url in enumerate(urls, start=1):
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        assert (url.scheme, url.netloc) == ("https", "s3.example.org")
        assert url.path == f"/bucket/prefix/parts/{upload.pk.hex}"
        assert (query["partNumber"], query["uploadId"]) == (str(number), "of-s3")
        assert (query["X-Amz-Algorithm"], query["X-Amz-Expires"]) == ("AWS4-HMAC-SHA256", "86400")
        # The client sends no other header that it could sign.
        assert query["X-Amz-SignedHeaders"] == "host"
        assert query["X-Amz-Credential"].startswith("KEY/")
        assert "SECRET" not in url.query
    assert urls[0].query != urls[1].query
