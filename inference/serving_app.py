"""Serving process: what it answers on its socket, JSON in and JSON out, to who knows the token."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.db import connections
from django.utils.crypto import constant_time_compare

from automl.errors import InputError
from inference.serving_protocol import MAX_REQUEST_BYTES, PATH, TOKEN_VARIABLE
from inference.warm_predictors import StillLoadingError, WarmPredictors, evict_deleted

logger = logging.getLogger(__name__)

EVICT_SECONDS = 10.0
REASONS = {200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 409: "Conflict"}
REASONS |= {413: "Content Too Large", 500: "Internal Server Error", 503: "Service Unavailable"}
Answer = tuple[int, dict[str, Any]]


class ServingApp:
    """A WSGI application with one address."""

    def __init__(self, warm: WarmPredictors, *, token: str) -> None:
        self.warm, self.token = warm, token

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        status, content = self._answer(environ)
        body = json.dumps(content).encode()
        headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        start_response(f"{status} {REASONS[status]}", headers)
        return [body]

    def _answer(self, environ: dict[str, Any]) -> Answer:
        if not constant_time_compare(environ.get(TOKEN_VARIABLE, ""), self.token):
            return _refuse(403, "WRONG_TOKEN", "This process answers the web process alone.")
        if (environ["REQUEST_METHOD"], environ["PATH_INFO"]) != ("POST", PATH):
            return _refuse(404, "NOT_FOUND", f"Only POST {PATH} is answered.")
        length = int(environ.get("CONTENT_LENGTH") or 0)
        if length > MAX_REQUEST_BYTES:
            return _refuse(413, "TOO_LARGE", "The request is too large.")
        return self._predict(environ["wsgi.input"].read(length))

    def _predict(self, body: bytes) -> Answer:
        try:
            asked = json.loads(body)
            warm = self.warm.get(UUID(asked["model"]))
            started = time.perf_counter()
            answer = warm.predict(asked["names"], asked["columns"])
        except InputError as error:
            return _refuse(409, error.code, error.message)
        except StillLoadingError:
            return _refuse(503, "STILL_LOADING", "The model is being loaded.")
        except Exception:
            logger.exception("a prediction failed")
            return _refuse(500, "SERVING_FAILED", "The prediction failed.")
        return 200, answer | {"model_seconds": time.perf_counter() - started}


def keep_evicting(warm: WarmPredictors) -> None:
    """A daemon thread that lets go of deleted models."""

    def run() -> None:
        while True:
            time.sleep(EVICT_SECONDS)
            try:
                evict_deleted(warm)
            except Exception:
                logger.exception("could not ask which models were deleted")
            finally:
                connections.close_all()

    threading.Thread(target=run, daemon=True).start()


def _refuse(status: int, code: str, message: str) -> Answer:
    return status, {"error": {"code": code, "message": message}}
