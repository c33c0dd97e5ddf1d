from __future__ import annotations

from automl.families.nearest_neighbors import NearestNeighbors
from automl.families.table_design import OnDenseTableDesign


class TabularNearestNeighbors(OnDenseTableDesign, NearestNeighbors):
    """Neighbours by scaled numbers and equal categories."""
