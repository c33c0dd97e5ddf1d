"""Request side: asking the serving process, and what it means when it does not answer."""

import http.client
import json
import os
import socket
import threading
from pathlib import Path
from typing import Any

from django.conf import settings

from automl.errors import InputError
from inference.serving_protocol import (
    MAX_ANSWER_BYTES,
    MAX_REQUEST_BYTES,
    PATH,
    TOKEN_HEADER,
    serving_token,
)
from models_app.models import DeployedModel

# Longer than it waits for a predictor to be loaded.
TIMEOUT_SECONDS = 30.0
RETRY_SECONDS = 3
NOT_ANSWERED = (
    "The process that keeps models loaded is not answering; it may be starting. "
    "Try again in a moment."
)
BUSY = "Too many predictions are being made at once. Try again in a moment."
STILL_LOADING = "The model is being loaded. Try again in a moment."

# The other threads of the web process stay free for pages.
SLOTS = threading.BoundedSemaphore(max(settings.WEB_THREADS // 2, 1))
SLOT_SECONDS = 1.0


class ServingUnavailableError(Exception):
    """Nothing is wrong with the request: it may be sent again after some seconds."""

    retry_seconds = RETRY_SECONDS

    def __init__(self, message: str = NOT_ANSWERED) -> None:
        super().__init__(message)
        self.message = message


class SocketConnection(http.client.HTTPConnection):
    """HTTP on the socket of the serving process, which only this account can open."""

    def connect(self) -> None:
        # Where its path is a short one in /tmp, somebody else may have been there first.
        if Path(settings.SERVING_SOCKET).stat().st_uid != os.geteuid():
            raise ConnectionRefusedError("the socket belongs to another account")
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(TIMEOUT_SECONDS)
        self.sock.connect(settings.SERVING_SOCKET)


def ask_serving(
    model: DeployedModel, names: list[str], columns: list[list[str | None]]
) -> dict[str, Any]:
    """What the predictor of a model says of rows, given column by column.

    Returns
    -------
    classes, pred_probs (a list a row), labels (class indices a row, likeliest first),
    warnings (of its cells, a row), model_seconds.

    Raises
    ------
    InputError
        Where the predictor cannot be used, or the request is too large;
        ServingUnavailableError where there is no answer now.
    """
    asked = {"model": model.hex_id, "names": names, "columns": columns}
    body = json.dumps(asked).encode()
    if len(body) > MAX_REQUEST_BYTES:
        raise InputError("TOO_LARGE", "The rows are too large to be answered at once.")
    if not SLOTS.acquire(timeout=SLOT_SECONDS):
        raise ServingUnavailableError(BUSY)
    try:
        status, answer = _send(body)
    finally:
        SLOTS.release()
    if status == http.HTTPStatus.OK:
        return answer
    error = answer.get("error", {})
    if status == http.HTTPStatus.CONFLICT:
        raise InputError(error["code"], error["message"])
    if error.get("code") == "STILL_LOADING":
        raise ServingUnavailableError(STILL_LOADING)
    raise ServingUnavailableError


def _send(body: bytes) -> tuple[int, dict[str, Any]]:
    connection = SocketConnection("serving")
    headers = {"Content-Type": "application/json", TOKEN_HEADER: serving_token()}
    try:
        connection.request("POST", PATH, body, headers)
        response = connection.getresponse()
        content = response.read(MAX_ANSWER_BYTES + 1)
        if len(content) > MAX_ANSWER_BYTES:
            raise ServingUnavailableError
        return response.status, json.loads(content)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ServingUnavailableError from error
    finally:
        connection.close()
