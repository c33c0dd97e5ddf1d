"""What gunicorn loads in the serving process (`manage.py serve_models`)."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "studio.settings")
django.setup()

from django.conf import settings  # noqa: E402

from inference.serving_app import ServingApp, keep_evicting  # noqa: E402
from inference.serving_protocol import serving_token  # noqa: E402
from inference.warm_predictors import WarmPredictors  # noqa: E402

_warm = WarmPredictors(max_count=settings.SERVING_MAX_MODELS, max_bytes=settings.SERVING_MAX_BYTES)
keep_evicting(_warm)
application = ServingApp(_warm, token=serving_token())
