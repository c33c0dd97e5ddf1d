"""A few rows that are predicted at once."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from api.authentication import READERS
from api.prediction_schemas import ROWS_SENT, SynchronousAnswer
from api.schemas import write_answers
from inference.views.predict import answer_rows

router = Router(tags=["predictions"])


@router.post(
    "/{hex:model_id}/predict",
    auth=READERS,
    response=write_answers(SynchronousAnswer),
    openapi_extra=ROWS_SENT,
    summary="Predict up to 1,000 rows at once",
)
def predict(request: HttpRequest, model_id: UUID) -> Any:
    """Keys that may only read may do this too. A 503 says after how many seconds to try again."""
    return answer_rows(request, model_id)
