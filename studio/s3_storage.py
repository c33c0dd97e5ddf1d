from typing import Any

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from storages.backends.s3 import S3Storage

# Not a minute for each try: somebody waits for a page.
CONNECT_SECONDS = 5


class BucketStorage(S3Storage):  # type: ignore[misc]
    # Where progress is noted in the database: other threads would open connections of their own.
    one_thread = TransferConfig(use_threads=False)

    def __init__(self, *, addressing_style: str, **options: Any) -> None:
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": addressing_style},
            connect_timeout=CONNECT_SECONDS,
        )
        super().__init__(client_config=config, **options)

    def find_bucket(self) -> None:
        """Raises an error of botocore where it is not there for us."""
        self.connection.meta.client.head_bucket(Bucket=self.bucket_name)
