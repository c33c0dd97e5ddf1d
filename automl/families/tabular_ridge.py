from __future__ import annotations

from automl.families.ridge import RidgeRegression
from automl.families.table_design import OnTableDesign


class TabularRidge(OnTableDesign, RidgeRegression):
    """Ridge regression on scaled numbers, one column a category, and hashed words."""
