"""Importing this loads every estimator and encoder with its library: before forking, say."""

from __future__ import annotations

from importlib import import_module

from automl.families import FAMILIES
from automl.features.built_in import BUILT_IN

_modules = {family.module for family in FAMILIES.values()}
_modules |= {encoder.module for encoder in BUILT_IN.values()}
for _module in sorted(_modules):
    import_module(_module)
