"""Serving process: predictors that stay loaded, the least recently used ones going first."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pyarrow as pa
from django.db import connections

from automl.arrow_arrays import make_text_array
from automl.decision_rules import ranked_labels
from automl.errors import InputError
from automl.prediction_file import match_columns
from automl.prediction_table import encode_features
from automl.predictor import Predictor
from automl.problem import MULTI_LABEL
from automl.row_warnings import find_cell_warnings
from models_app.models import DeployedModel
from studio.files import sealed_path
from studio.models import StoredFile
from studio.text_encoders import text_encoders

logger = logging.getLogger(__name__)

WAIT_SECONDS = 10.0
MAX_LOADING = 8
# Bytes in memory for each byte of the file, at most: of forests, whose nodes are packed there.
MEMORY_FACTOR = 10


class StillLoadingError(Exception):
    """Ask again in a moment."""


@dataclass
class WarmPredictor:
    predictor: Predictor
    n_bytes: int
    # Encoders count what they could not read, so one request at a time.
    lock: threading.Lock = field(default_factory=threading.Lock)

    def predict(self, names: list[str], columns: list[list[str | None]]) -> dict[str, Any]:
        """Rows given column by column, under names of which the schema's are used."""
        predictor = self.predictor
        arrays = [make_text_array(columns[i]) for i in match_columns(predictor.schema, names)]
        named = pa.table(arrays, names=[f"c{i}" for i in range(len(arrays))])
        table = encode_features(named, predictor.schema)
        with self.lock:
            pred_probs = predictor.predict_proba(table)
            predictor.unread.clear()
        is_sets = predictor.problem_type == MULTI_LABEL
        warnings = find_cell_warnings(table, predictor.schema, predictor.profile)
        return {
            "classes": predictor.classes,
            "pred_probs": pred_probs.tolist(),
            "labels": ranked_labels(pred_probs, predictor.rule, is_sets=is_sets),
            "warnings": [[warning.to_json() for warning in row] for row in warnings],
        }


class WarmPredictors:
    """Bounded by count and by the memory that the predictors are estimated to take.

    A predictor is loaded when it is first asked for, apart from the requests, which wait for it
    only so long; then its hash and seal were checked, and its golden rows predicted once more.
    """

    def __init__(
        self, *, max_count: int, max_bytes: int, wait_seconds: float = WAIT_SECONDS
    ) -> None:
        self.max_count, self.max_bytes = max_count, max_bytes
        self.wait_seconds = wait_seconds
        self._warm: OrderedDict[UUID, WarmPredictor] = OrderedDict()
        self._loading: dict[UUID, Future[WarmPredictor]] = {}
        self._lock = threading.Lock()
        self._one_load = threading.Lock()

    @property
    def model_ids(self) -> list[UUID]:
        """Of those that are loaded, least recently used first."""
        with self._lock:
            return list(self._warm)

    def get(self, model_id: UUID) -> WarmPredictor:
        """A loaded predictor.

        Raises
        ------
        InputError
            Where it cannot be used; StillLoadingError where it is not there yet.
        """
        with self._lock:
            if model_id in self._warm:
                self._warm.move_to_end(model_id)
                return self._warm[model_id]
            future = self._loading.get(model_id) or self._start_loading(model_id)
        try:
            return future.result(self.wait_seconds)
        except TimeoutError:
            raise StillLoadingError from None

    def evict(self, model_ids: Iterable[UUID]) -> None:
        with self._lock:
            for model_id in model_ids:
                self._warm.pop(model_id, None)

    def _start_loading(self, model_id: UUID) -> Future[WarmPredictor]:
        if len(self._loading) >= MAX_LOADING:
            raise StillLoadingError
        future = self._loading[model_id] = Future()
        # A daemon: ending the process does not wait for it.
        threading.Thread(target=self._load, args=(model_id, future), daemon=True).start()
        return future

    def _load(self, model_id: UUID, future: "Future[WarmPredictor]") -> None:
        try:
            with self._one_load:
                warm = self._read(model_id)
        except BaseException as error:
            if not isinstance(error, InputError):
                logger.exception("model %s could not be loaded", model_id.hex)
            self._end_loading(model_id, None)
            future.set_exception(error)
        else:
            self._end_loading(model_id, warm)
            future.set_result(warm)
        finally:
            connections.close_all()

    def _end_loading(self, model_id: UUID, warm: WarmPredictor | None) -> None:
        with self._lock:
            del self._loading[model_id]
            if warm is not None:
                self._warm[model_id] = warm

    def _read(self, model_id: UUID) -> WarmPredictor:
        stored = predictor_file(model_id)
        n_bytes = MEMORY_FACTOR * stored.size_bytes
        self._make_room(n_bytes)
        predictor = Predictor.load(sealed_path(stored), text_encoders=text_encoders())
        predictor.check_golden_rows()
        return WarmPredictor(predictor, n_bytes)

    def _make_room(self, n_bytes: int) -> None:
        """Before loading, so that old and new are not there at once; one may always be there."""
        with self._lock:
            while self._warm and (
                len(self._warm) >= self.max_count
                or n_bytes + sum(warm.n_bytes for warm in self._warm.values()) > self.max_bytes
            ):
                self._warm.popitem(last=False)


def predictor_file(model_id: UUID) -> StoredFile:
    model = DeployedModel.objects.select_related("predictor_file").filter(pk=model_id).first()
    if model is None or model.predictor_file is None:
        raise InputError("NOT_TRAINED", "This model is not trained, so it cannot predict.")
    return model.predictor_file


def evict_deleted(warm: WarmPredictors) -> None:
    """Of a model that was deleted nothing stays in memory."""
    loaded = warm.model_ids
    live = set(DeployedModel.objects.filter(pk__in=loaded).values_list("pk", flat=True))
    warm.evict(model_id for model_id in loaded if model_id not in live)
