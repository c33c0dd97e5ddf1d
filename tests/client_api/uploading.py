"""Uploads as the official client does them, request by request."""

import io
import json

from django.test import Client

from studio.models import Dataset

from .asking import Asking

PART_BYTES = 70
# The file comes in three parts.
CSV = b"text,label\n" + b"".join(b"film %d,%s\n" % (i, (b"good", b"bad")[i % 2]) for i in range(12))


class Uploading(Asking):
    def begin(self, content=CSV, filename="film reviews.csv", **changes):
        body = {"size_in_bytes": str(len(content)), "filename": filename, "file_type": "text/csv"}
        return self("POST", "upload/v1/file/initialize", body | changes)

    def begun(self, content=CSV, **changes):
        answer = self.begin(content, **changes)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def put(self, url, content):
        """Neither a key nor a content type comes with it."""
        return Client().generic("PUT", url, content, content_type="")

    def put_all(self, begun, content=CSV):
        file = io.BytesIO(content)
        answers = [
            self.put(url, file.read(size))
            for url, size in zip(begun["presigned_posts"], begun["part_sizes"], strict=True)
        ]
        return [
            {"ETag": json.loads(answer.headers["ETag"]), "PartNumber": number}
            for number, answer in enumerate(answers, start=1)
        ]

    def say_everything_again(self):
        """As where the answers got lost."""
        begun = self.begun()
        parts = self.put_all(begun)
        for _ in range(2):
            assert self.complete(begun, parts).status_code == 200
        for _ in range(2):
            assert self.confirm(begun).status_code == 200
        assert self.complete(begun, parts).status_code == 200

    def complete(self, begun, parts):
        body = {"upload_id": begun["upload_id"], "upload_parts": parts}
        return self("POST", "upload/v1/file/complete", body)

    def confirm(self, begun, overrides=None):
        body = {"upload_id": begun["upload_id"], "schema_overrides": overrides}
        return self("POST", "upload/v1/confirm", body)

    def upload(self, content=CSV, overrides=None, **changes):
        begun = self.begun(content, **changes)
        assert self.complete(begun, self.put_all(begun, content)).status_code == 200
        assert self.confirm(begun, overrides).status_code == 200
        return begun

    def progress(self, begun):
        return self.get("upload/v1/total_progress", upload_id=begun["upload_id"])

    def dataset(self, begun):
        answer = self.get("upload/v1/dataset_id", upload_id=begun["upload_id"])
        return Dataset.objects.get(pk=answer["dataset_id"])
