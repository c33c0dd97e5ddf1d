"""What the web process and the serving process must both know of each other."""

from django.conf import settings
from django.utils.crypto import salted_hmac

PATH = "/predict"
TOKEN_HEADER = "X-Serving-Token"  # noqa: S105 - its name
TOKEN_VARIABLE = "HTTP_X_SERVING_TOKEN"  # noqa: S105 - its name
# A thousand rows, or an example in fifty variants.
MAX_REQUEST_BYTES = 32 * 1024 * 1024
MAX_ANSWER_BYTES = 64 * 1024 * 1024


def serving_token() -> str:
    """What `up` made for this run; without it, one that whoever has the SECRET_KEY can make."""
    return (
        settings.SERVING_TOKEN
        or salted_hmac("inference.serving", "token", algorithm="sha256").hexdigest()
    )
