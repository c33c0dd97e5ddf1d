"""The parts of a large file, once they are of no more use."""

from uuid import UUID

from inference.models import PredictionSlice
from studio.files import purge_files_later


def drop_slices(result_id: UUID) -> None:
    """Call it in the transaction that ends the prediction, one way or the other."""
    slices = PredictionSlice.objects.filter(result=result_id)
    purge_files_later([piece.file for piece in slices.select_related("file")])
    slices.delete()
