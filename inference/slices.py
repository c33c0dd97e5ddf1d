"""The parts of a large file: how large they are, and that they go when they are of no more use."""

from typing import NamedTuple
from uuid import UUID

from inference.models import PredictionSlice
from studio.files import purge_files_later

# So that a few workers share a file evenly.
MIN_SLICES = 4


class SliceRows(NamedTuple):
    """Rows of a slice: a multiple of `step`, at most `most`.

    It takes long enough that a process and loading the model do not count, and is short enough
    that losing one does not hurt.
    """

    step: int
    most: int

    def of(self, n_rows: int) -> int:
        """All of a file that is too short to be cut."""
        if n_rows <= MIN_SLICES * self.step:
            return n_rows
        return min(n_rows // MIN_SLICES // self.step * self.step, self.most)


# Of tables whole groups of stored rows; 1,000,000 rows make four and a small one.
SLICE_ROWS = {"tabular": SliceRows(40_000, 240_000), "text": SliceRows(2_500, 10_000)}


def drop_slices(result_id: UUID) -> None:
    """Call it in the transaction that ends the prediction, one way or the other."""
    slices = PredictionSlice.objects.filter(result=result_id)
    purge_files_later([piece.file for piece in slices.select_related("file")])
    slices.delete()
