from __future__ import annotations

from automl.families.nearest_neighbors import NearestNeighbors, NeighborsRegressor
from automl.families.table_design import OnDenseTableDesign


class TabularNearestNeighbors(OnDenseTableDesign, NearestNeighbors):
    """Neighbours by scaled numbers and equal categories."""


class TabularNearestNeighborsRegressor(OnDenseTableDesign, NeighborsRegressor):
    """The same for numbers."""
