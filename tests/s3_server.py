"""S3 as a server on this machine, by moto: it speaks the protocol, with its objects in memory.

It believes every key and every signature, so rights are not what it can test.
"""

import logging
from contextlib import contextmanager
from uuid import uuid4

import boto3
from moto.server import ThreadedMotoServer

KEYS = {
    "AWS_ACCESS_KEY_ID": "a-key-of-tests",
    "AWS_SECRET_ACCESS_KEY": "a-secret-of-tests",
    "AWS_DEFAULT_REGION": "us-east-1",
}


class Bucket:
    """One of its own for whoever asks for one."""

    def __init__(self, endpoint):
        self.name = f"bucket-{uuid4().hex[:8]}"
        self.environment = KEYS | {
            "STORAGE_URL": f"s3://{self.name}/some/prefix",
            "AWS_S3_ENDPOINT_URL": endpoint,
        }
        self.client = boto3.client(
            "s3",
            endpoint_url=endpoint,
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
            region_name=KEYS["AWS_DEFAULT_REGION"],
        )
        self.client.create_bucket(Bucket=self.name)

    def find_keys(self):
        found = self.client.list_objects_v2(Bucket=self.name).get("Contents", [])
        return sorted(each["Key"] for each in found)

    def open_uploads(self):
        return self.client.list_multipart_uploads(Bucket=self.name).get("Uploads", [])

    def write(self, key, content):
        self.client.put_object(Bucket=self.name, Key=key, Body=content)

    def remove(self):
        """It may be gone already."""
        for key in self.find_keys():
            self.client.delete_object(Bucket=self.name, Key=key)
        self.client.delete_bucket(Bucket=self.name)


@contextmanager
def s3_server():
    """Its address."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        yield "http://{}:{}".format(*server.get_host_and_port())
    finally:
        server.stop()
