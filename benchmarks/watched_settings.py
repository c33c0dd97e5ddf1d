"""Those of the product, with the app that times the steps of its jobs."""

from studio.settings import *  # noqa: F403
from studio.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks.prediction_steps.WatchedProduct"]
